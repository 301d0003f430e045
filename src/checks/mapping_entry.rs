//! Entries of the mapping that say too little, or name columns that an export does not have.

use super::context::{Context, nearest_dataset, no_mapping};
use super::{Ask, Kind, Stage};
use crate::exports::System;
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::{Attribute, ColumnPath, Mapping, Module, Spot};
use crate::shape::{Shape, required};
use crate::text::nearest;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "mapping-entry",
    about: "mapping entries that say too little or name missing columns",
    params: Shape::Object(&[required("fault", Shape::Word(&["incomplete", "source-column"]), "which fault it names")]),
    stage: Stage::Facts { ask, judge },
};

/// Every column the mapping names, with the entry and the place.
fn named(mapping: &Mapping) -> Vec<(String, Spot, Option<ColumnPath>)> {
    let from = mapping.attributes.iter().flat_map(|attribute| {
        attribute.from.iter().flat_map(move |from| {
            let own = std::iter::once((from.spot.clone(), from.column.clone()));
            own.chain(from.helpers.clone()).map(|(spot, path)| (format!("attributes.{}", attribute.name), spot, path))
        })
    });
    let keys = mapping.canonical.iter().filter_map(|key| {
        let path = key.source.clone()?;
        let mark = mapping
            .document
            .root
            .get("identity")
            .and_then(|node| node.get("source"))
            .map_or(key.attribute.mark, |node| node.mark);
        Some(("identity.source".to_owned(), Spot { text: path.to_string(), mark }, Some(path)))
    });
    from.chain(keys).collect()
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    if params.get_text("fault").as_deref() == Some("incomplete") {
        // A mapping without attributes is looked at as well: it has no entry that says too little.
        return Ask { subjects: mapping.attributes.len().max(1), ..Ask::default() };
    }
    let mut ask = Ask::default();
    for (_, _, path) in named(mapping) {
        match path {
            Some(path) if is_absent(context, &path) => {
                ask.gaps.push(Gap {
                    subject: path.to_string(),
                    reason: format!("no export of {} was given", path.dataset),
                    column: None,
                });
            }
            _ => ask.subjects += 1,
        }
    }
    ask
}

/// Whether a dataset was not given: then nothing can be said of its columns. A name that is nearly that of a given
/// dataset is a typo, and can be judged.
fn is_absent(context: &Context<'_>, path: &ColumnPath) -> bool {
    let declared = context.config.sources.iter().any(|source| source.request.name.as_deref() == Some(path.source()));
    let system = System::parse(path.source()).is_some();
    // The source is there and has a module of nearly that name: that is a slip too.
    let given = context.datasets.values().any(|dataset| dataset.source == path.source());
    let typo = nearest_dataset(context, &path.dataset).is_some() && (given || (!declared && !system));
    !context.datasets.contains_key(&path.dataset) && !typo
}

fn judge(context: &Context<'_>, params: &Node, _: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    if params.get_text("fault").as_deref() == Some("incomplete") {
        return mapping.attributes.iter().filter_map(|attribute| incomplete(mapping, attribute)).collect();
    }
    let mut hits: Vec<Hit> = Vec::new();
    for (entry, spot, path) in named(mapping) {
        let Some((statement, action)) = missing(context, &spot, path.as_ref()) else { continue };
        let subject = Subject::entry("mapping", &entry);
        // One entry may name several columns; it is one finding.
        match hits.iter_mut().find(|hit| hit.subject == subject) {
            Some(hit) => {
                hit.rows += 1;
                hit.total += 1;
                hit.statement = format!("{} {statement}", hit.statement);
            }
            None => hits.push(Hit::entry(subject, Some(mapping.document.place(spot.mark)), statement, action)),
        }
    }
    hits.extend(mapping.modules.iter().flatten().filter_map(|module| misnamed(context, mapping, module)));
    hits
}

/// A module that no export has, and whose name is nearly that of one.
fn misnamed(context: &Context<'_>, mapping: &Mapping, module: &Module) -> Option<Hit> {
    if context.zoho(&module.name).is_some() {
        return None;
    }
    let zoho = context.datasets.values().filter(|dataset| dataset.system == System::Zoho);
    let names = zoho
        .filter_map(|dataset| dataset.name.split_once('.'))
        .map(|(_, name)| name)
        .chain(["contacts", "leads", "deals"]);
    let near = nearest(&module.name, names).filter(|near| *near != module.name)?;
    let statement = format!("No export is a module `{}`, so its scope counts for nothing.", module.name);
    let subject = Subject::entry("mapping", &format!("modules.{}", module.name));
    Some(Hit::entry(subject, Some(mapping.document.place(module.mark)), statement, format!("Did you mean `{near}`?")))
}

fn incomplete(mapping: &Mapping, attribute: &Attribute) -> Option<Hit> {
    let mut lacks = Vec::new();
    if attribute.from.is_empty() {
        lacks.push("a source (`from:`)");
    }
    if attribute.kind.is_none() {
        lacks.push("a type (`type:`)");
    }
    if attribute.is(&["enum"]) && attribute.values.is_empty() {
        lacks.push("its allowed values (`values:`)");
    }
    if lacks.is_empty() {
        return None;
    }
    let statement = format!("`{}` does not say {}.", attribute.name, lacks.join(" nor "));
    let action = format!("Add {} to `{}`.", lacks.join(" and "), attribute.name);
    let subject = Subject::entry("mapping", &format!("attributes.{}", attribute.name));
    Some(Hit::entry(subject, Some(mapping.document.place(attribute.mark)), statement, action))
}

fn missing(context: &Context<'_>, spot: &Spot, path: Option<&ColumnPath>) -> Option<(String, String)> {
    let Some(path) = path else {
        let statement = format!("`{}` does not name a column of an export.", spot.text);
        return Some((statement, "Write source, module and column: zoho.contacts.Lifecycle Stage.".to_owned()));
    };
    if is_absent(context, path) {
        return None;
    }
    let Some(dataset) = context.datasets.get(&path.dataset) else {
        let help = nearest_dataset(context, &path.dataset)
            .map_or_else(|| "Name a source of crmlint.yaml.".to_owned(), |near| format!("Did you mean {near}?"));
        return Some((format!("`{}` names a source that crmlint.yaml does not have.", spot.text), help));
    };
    if dataset.find(&path.column).is_some() {
        return None;
    }
    let labels = dataset.columns.iter().map(|column| column.label.as_str());
    let help = nearest(&path.column, labels).map_or_else(
        || format!("Export the field, or name one of the {} columns that are there.", dataset.columns.len()),
        |near| format!("Did you mean `{near}`? Otherwise export the field."),
    );
    Some((format!("{} has no column `{}`.", path.dataset, path.column), help))
}
