//! What a mapping leaves unsaid: the modules in scope, the zone of a time, what a blank hand-kept field means.

use super::context::{Context, no_mapping};
use super::{Ask, Kind, Stage};
use crate::exports::System;
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::journeys::Slot;
use crate::mapping::reads::Read;
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
    context.system(path.source()) == Some(System::Zoho)
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

/// Whether it is a stage or a tier from Zoho.
pub(super) fn is_kept_by_hand(context: &Context<'_>, attribute: &Attribute) -> bool {
    let zoho = attribute.from.iter().filter_map(|from| from.column.as_ref()).any(|path| is_zoho(context, path));
    zoho && (attribute.is_role("lifecycle") || attribute.is_role("tier"))
}

/// Stages and tiers from Zoho that a journey reads, itself or through the segment that starts it, with what reads them.
/// Sales people keep these by hand.
fn kept_by_hand<'a>(context: &Context<'_>, mapping: &'a Mapping) -> Vec<(&'a Attribute, Vec<Read<'a>>)> {
    let reads = mapping.reads().into_iter().filter(|read| match read.slot {
        None => false,
        Some(slot) => slot == Slot::Trigger || read.through.is_none(),
    });
    let reads: Vec<Read<'_>> = reads.collect();
    let by_hand = mapping.attributes.iter().filter(|attribute| is_kept_by_hand(context, attribute));
    let read = by_hand.map(|attribute| {
        let own = reads.iter().filter(|read| read.attribute == attribute.name).copied().collect::<Vec<_>>();
        (attribute, own)
    });
    read.filter(|(_, reads)| !reads.is_empty()).collect()
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
            .filter_map(|(attribute, reads)| unguarded(mapping, attribute, &reads))
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

fn unguarded(mapping: &Mapping, attribute: &Attribute, reads: &[Read<'_>]) -> Option<Hit> {
    let name = &attribute.name;
    let guards = |read: &Read<'_>, reader| read.slot == Some(Slot::Fallback) && read.reader == reader;
    let open = reads.iter().find(|read| !reads.iter().any(|other| guards(other, read.reader)));
    let reader = open.filter(|_| attribute.default.is_none())?.reader;
    let statement = format!("`{name}` is kept by hand and read by {reader}, and nothing says what a blank means.");
    let such =
        attribute.values.first().map_or_else(String::new, |value| format!(", such as `default: {}`", value.source));
    let action = format!("Add `default:` to `{name}`{such}, or `fallback:` to the journey.");
    let subject = Subject::entry("mapping", &format!("attributes.{name}"));
    Some(Hit::entry(subject, Some(mapping.document.place(attribute.mark)), statement, action))
}
