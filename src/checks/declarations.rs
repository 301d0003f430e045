//! What a mapping leaves unsaid: the modules in scope, the zone of a time, what a blank hand-kept field means.

use std::collections::BTreeSet;

use super::context::{Context, no_mapping};
use super::{Ask, Kind, Stage};
use crate::exports::System;
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::{Attribute, ColumnPath, Mapping, Spot};
use crate::shape::{Shape, required};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "declarations",
    about: "what the mapping leaves unsaid: modules in scope, time zones, what a blank means",
    params: Shape::Object(&[required(
        "missing",
        Shape::Word(&["modules", "time-zone", "failsafe"]),
        "modules: which Zoho modules are in scope; time-zone: the zone of a timestamp; failsafe: what a blank stage or tier \
         means to the journeys that read it",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// A module that the mapping reads, and where it is named first.
struct Module<'a> {
    name: &'a str,
    spot: &'a Spot,
}

fn is_zoho(context: &Context<'_>, path: &ColumnPath) -> bool {
    match context.datasets.values().find(|dataset| dataset.source == path.source()) {
        Some(dataset) => dataset.system == System::Zoho,
        None => System::parse(path.source()) == Some(System::Zoho),
    }
}

/// The Zoho modules that attributes come from, in the order of the document.
fn modules<'a>(context: &Context<'_>, mapping: &'a Mapping) -> Vec<Module<'a>> {
    let mut found: Vec<Module<'_>> = Vec::new();
    for from in mapping.attributes.iter().flat_map(|attribute| &attribute.from) {
        let Some(path) = from.column.as_ref().filter(|path| is_zoho(context, path)) else { continue };
        let name = path.dataset.split_once('.').map_or("", |(_, module)| module);
        if !found.iter().any(|module| module.name == name) {
            found.push(Module { name, spot: &from.spot });
        }
    }
    found
}

fn timestamps(mapping: &Mapping) -> impl Iterator<Item = &Attribute> {
    mapping.attributes.iter().filter(|attribute| attribute.is(&["timestamp"]) && !attribute.from.is_empty())
}

/// Stages and tiers from Zoho that a journey reads, itself or through the segment that starts it, with the journey.
/// Sales people keep these by hand.
fn kept_by_hand<'a>(context: &Context<'_>, mapping: &'a Mapping) -> Vec<(&'a Attribute, &'a str)> {
    let read = mapping.journey_reads();
    let reader = |attribute: &Attribute| {
        let itself = read.iter().find(|read| read.attribute.text == attribute.name).map(|read| read.journey);
        itself.or_else(|| {
            let started = mapping.journeys.iter().find(|journey| {
                let trigger = journey.trigger.as_ref().and_then(|trigger| trigger.text.strip_prefix("segment:"));
                trigger.is_some_and(|segment| tests(context, segment.trim(), &attribute.name))
            });
            started.map(|journey| journey.name.as_str())
        })
    };
    let by_hand = mapping.attributes.iter().filter(|attribute| {
        let zoho = attribute.from.iter().filter_map(|from| from.column.as_ref()).any(|path| is_zoho(context, path));
        zoho && (attribute.is_role("lifecycle") || attribute.is_role("tier"))
    });
    by_hand.filter_map(|attribute| Some((attribute, reader(attribute)?))).collect()
}

/// Whether the condition of a segment reads an attribute.
fn tests(context: &Context<'_>, segment: &str, attribute: &str) -> bool {
    let columns: BTreeSet<String> = context
        .segment(segment)
        .map(|filter| filter.expr.columns().into_iter().map(|(column, _)| column).collect())
        .unwrap_or_default();
    columns
        .iter()
        .filter_map(|column| ColumnPath::parse(column))
        .any(|path| path.source() == context.profile_source() && path.column == attribute)
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    let (subjects, reason) = match params.get_text("missing").unwrap_or_default().as_str() {
        "modules" => {
            let read = modules(context, mapping).len();
            let judged = read > 1 || (read > 0 && mapping.modules.is_some());
            let reason = "the mapping reads no more than one Zoho module, and names none as in scope";
            (if judged { read } else { 0 }, reason)
        }
        "time-zone" => (timestamps(mapping).count(), "the mapping holds no attribute of the type timestamp"),
        _ => (
            kept_by_hand(context, mapping).len(),
            "no journey of the mapping reads an attribute from Zoho with the role lifecycle or tier",
        ),
    };
    let gap = Gap { subject: "mapping".to_owned(), reason: reason.to_owned(), column: None };
    Ask { subjects, gaps: if subjects == 0 { vec![gap] } else { Vec::new() }, questions: Vec::new() }
}

fn judge(context: &Context<'_>, params: &Node, _: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    match params.get_text("missing").unwrap_or_default().as_str() {
        "modules" => unscoped(context, mapping),
        "time-zone" => timestamps(mapping).filter_map(|attribute| zoneless(context, mapping, attribute)).collect(),
        _ => kept_by_hand(context, mapping)
            .into_iter()
            .filter_map(|(attribute, journey)| unguarded(mapping, attribute, journey))
            .collect(),
    }
}

fn unscoped(context: &Context<'_>, mapping: &Mapping) -> Vec<Hit> {
    let read = modules(context, mapping);
    let place = |module: &Module<'_>| Some(mapping.document.place(module.spot.mark));
    let Some(declared) = &mapping.modules else {
        let Some(second) = read.get(1) else { return Vec::new() };
        let names: Vec<&str> = read.iter().map(|module| module.name).collect();
        let all = names.join(" and ");
        let statement = format!("The mapping reads {all} and does not say which of them become people.");
        let entries: Vec<String> = names.iter().map(|name| format!("{name}: {{as: …}}")).collect();
        let action =
            format!("Add `modules: {{{}}}` with `people`, `related`, `events` or `none` for each.", entries.join(", "));
        return vec![Hit::entry(Subject::entry("mapping", "modules"), place(second), statement, action)];
    };
    let unnamed = read.iter().filter(|module| !declared.iter().any(|known| known.name == module.name));
    let hits = unnamed.map(|module| {
        let name = module.name;
        let statement = format!("The mapping reads {name}, which `modules:` does not name.");
        let action = format!("Say under `modules:` what the records of {name} become, or read nothing from there.");
        Hit::entry(Subject::entry("mapping", &format!("modules.{name}")), place(module), statement, action)
    });
    hits.collect()
}

fn zoneless(context: &Context<'_>, mapping: &Mapping, attribute: &Attribute) -> Option<Hit> {
    // Where the export is there its times tell, and TS005 looks at them: they may all carry an offset.
    let unsaid = |path: &ColumnPath| {
        !context.datasets.contains_key(&path.dataset) && context.zone(path.source(), Some(attribute)).is_none()
    };
    let without = attribute.from.iter().find(|from| from.column.as_ref().is_some_and(unsaid))?;
    let (name, source) = (&attribute.name, without.column.as_ref().map(ColumnPath::source).unwrap_or_default());
    let statement = format!("Nothing says in which time zone {source} writes `{name}`.");
    let action = format!(
        "Add `time_zone:` to `{name}`, or to {source} in crmlint.yaml, such as `time_zone: Europe/Berlin`; UTC is one too."
    );
    let subject = Subject::entry("mapping", &format!("attributes.{name}"));
    Some(Hit::entry(subject, Some(mapping.document.place(without.spot.mark)), statement, action))
}

fn unguarded(mapping: &Mapping, attribute: &Attribute, journey: &str) -> Option<Hit> {
    let name = &attribute.name;
    let entry = mapping.document.root.get("journeys").and_then(|all| all.get(journey));
    let fallback = entry.and_then(|entry| entry.get("fallback")).is_some_and(|blanks| blanks.get(name).is_some());
    if attribute.default.is_some() || fallback {
        return None;
    }
    let statement =
        format!("`{name}` is kept by hand and read by journey:{journey}, and nothing says what a blank means.");
    let such =
        attribute.values.first().map_or_else(String::new, |value| format!(", such as `default: {}`", value.source));
    let action = format!("Add `default:` to `{name}`{such}, or `fallback:` to the journey.");
    let subject = Subject::entry("mapping", &format!("attributes.{name}"));
    Some(Hit::entry(subject, Some(mapping.document.place(attribute.mark)), statement, action))
}
