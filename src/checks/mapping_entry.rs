//! A mapping that is not there, entries of it that say too little, and those that name what no export has.

use super::context::{Context, filled, nearest_dataset, no_mapping, no_profiles, no_records};
use super::{Ask, Kind, Stage};
use crate::exports::{Dataset, System};
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Question};
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::{Attribute, ColumnPath, Mapping, Module, Spot};
use crate::shape::{Shape, required};
use crate::text::{counted, nearest};
use crate::yaml::{Document, Mark, Node};

pub(super) static KIND: Kind = Kind {
    name: "mapping-entry",
    about: "a mapping that is missing, and entries that say too little or name what no export has",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["missing-mapping", "incomplete", "no-list", "source-column", "absent-attribute"]),
        "which fault it names",
    )]),
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
    let fault = params.get_text("fault").unwrap_or_default();
    if fault == "missing-mapping" {
        return Ask { subjects: 1, ..Ask::default() };
    }
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    match fault.as_str() {
        // A mapping without attributes is looked at as well: it has no entry that says too little.
        "incomplete" => Ask { subjects: mapping.attributes.len().max(1), ..Ask::default() },
        "no-list" => ask_list(mapping),
        "absent-attribute" => ask_attributes(context, mapping),
        _ => ask_columns(context, mapping),
    }
}

fn ask_list(mapping: &Mapping) -> Ask {
    let subjects = mapping.attributes.iter().filter(|attribute| attribute.is(&["enum"])).count();
    let reason = "the mapping holds no attribute of the type enum".to_owned();
    let gap = Gap { subject: "mapping:attributes".to_owned(), reason, column: None };
    Ask { subjects, gaps: if subjects == 0 { vec![gap] } else { Vec::new() }, questions: Vec::new() }
}

fn ask_attributes(context: &Context<'_>, mapping: &Mapping) -> Ask {
    let profiles = match context.profiles() {
        None => return Ask { gaps: vec![no_profiles("mapping:attributes")], ..Ask::default() },
        Some(profiles) if profiles.preview.is_empty() => {
            return Ask { gaps: vec![no_records(profiles, "mapping:attributes".to_owned())], ..Ask::default() };
        }
        Some(profiles) => profiles,
    };
    let questions = mapping.attributes.iter().filter_map(|attribute| fill(profiles, attribute));
    Ask { subjects: mapping.attributes.len(), questions: questions.collect(), gaps: Vec::new() }
}

/// Which profiles hold a value of an attribute; nothing when they have no such attribute.
fn fill(profiles: &Dataset, attribute: &Attribute) -> Option<Question> {
    // Names of attributes are case-sensitive.
    let index = profiles.columns.iter().position(|column| column.label == attribute.name)?;
    let column = Column { dataset: profiles.name.clone(), index };
    Some(Question::Shapes { column, lens: filled(&attribute.missing) })
}

fn ask_columns(context: &Context<'_>, mapping: &Mapping) -> Ask {
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

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = params.get_text("fault").unwrap_or_default();
    if fault == "missing-mapping" {
        return missing_mapping(context).into_iter().collect();
    }
    let Some(mapping) = context.mapping else { return Vec::new() };
    let each = |hit: &dyn Fn(&Attribute) -> Option<Hit>| mapping.attributes.iter().filter_map(hit).collect();
    match fault.as_str() {
        "incomplete" => each(&|attribute| incomplete(mapping, attribute)),
        "no-list" => each(&|attribute| listless(mapping, attribute)),
        "absent-attribute" => each(&|attribute| absent(context, mapping, attribute, answers)),
        _ => columns(context, mapping),
    }
}

/// No mapping at all, or one that maps nothing.
fn missing_mapping(context: &Context<'_>) -> Option<Hit> {
    let start = |document: &Document| document.place(Mark { line: 1, column: 1, offset: 0 });
    let (statement, place) = match context.mapping {
        None => {
            let config = context.config.document.as_ref().map(start);
            ("There is no mapping document: nothing says which field becomes which attribute.", config)
        }
        Some(mapping) if mapping.attributes.is_empty() => {
            ("The mapping holds no attributes: nothing says which field becomes which.", Some(start(&mapping.document)))
        }
        Some(_) => return None,
    };
    let action = "Write mapping.yaml with an entry for each synced field (source, type, allowed values, owner), and name \
                  it under `mapping:` of crmlint.yaml; `crmlint init` drafts both from the exports.";
    Some(Hit::entry(Subject::entry("mapping", "document"), place, statement.to_owned(), action.to_owned()))
}

/// An attribute that no profile has a value of.
fn absent(context: &Context<'_>, mapping: &Mapping, attribute: &Attribute, answers: &Answers) -> Option<Hit> {
    let profiles = context.profiles().filter(|profiles| !profiles.preview.is_empty())?;
    let name = &attribute.name;
    let (statement, action) = match fill(profiles, attribute) {
        Some(question) => {
            let Some(Answer::Shapes { rows, shapes }) = answers.get(&question) else { return None };
            if shapes.get(shape::FILLED).is_some_and(|tally| tally.rows > 0) {
                return None;
            }
            let held = counted(*rows, "profile", "profiles");
            let action = "Look at whether the sync writes it; if nothing should, remove the entry.".to_owned();
            (format!("`{name}` is blank on all {held}."), action)
        }
        None => {
            let labels = profiles.columns.iter().map(|column| column.label.as_str());
            let otherwise = "look at whether the sync writes it, and whether the export left it out";
            let action = nearest(name, labels).map_or_else(
                || format!("First {otherwise}."),
                |near| format!("Did you mean `{near}`? Otherwise {otherwise}."),
            );
            (format!("No profile has an attribute `{name}`."), action)
        }
    };
    let subject = Subject::entry("mapping", &format!("attributes.{name}"));
    Some(Hit::entry(subject, Some(mapping.document.place(attribute.mark)), statement, action))
}

fn columns(context: &Context<'_>, mapping: &Mapping) -> Vec<Hit> {
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
    // The owner of consent has a column of its own for it.
    if attribute.from.is_empty() && !(attribute.is_consent() && attribute.owner.is_some()) {
        lacks.push("a source (`from:`)");
    }
    if attribute.kind.is_none() {
        lacks.push("a type (`type:`)");
    }
    if lacks.is_empty() {
        return None;
    }
    let statement = format!("`{}` does not say {}.", attribute.name, lacks.join(" nor "));
    let action = format!("Add {} to `{}`.", lacks.join(" and "), attribute.name);
    let subject = Subject::entry("mapping", &format!("attributes.{}", attribute.name));
    Some(Hit::entry(subject, Some(mapping.document.place(attribute.mark)), statement, action))
}

/// An enum that any value fits.
fn listless(mapping: &Mapping, attribute: &Attribute) -> Option<Hit> {
    if !attribute.is(&["enum"]) || !attribute.values.is_empty() {
        return None;
    }
    let statement = format!("`{}` is an enum without a list of allowed values.", attribute.name);
    let action = format!("Add every allowed value under `values:` of `{}`, or give it the type text.", attribute.name);
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
