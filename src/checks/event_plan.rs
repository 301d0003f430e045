//! The plan of events: moments that have none, events that carry too little or do not arrive.

use super::concepts::{Concept, is_property};
use super::context::{Context, no_mapping};
use super::{Ask, Judged, Kind, Stage, carried};
use crate::exports::System;
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Subject};
use crate::frames::normalize::is_missing;
use crate::mapping::journeys::Kind as Cued;
use crate::mapping::{Attribute, ColumnPath, Event, Mapping};
use crate::shape::{Shape, required};
use crate::text::{list, nearest, words};
use crate::yaml::{Mark, Node};

pub(super) static KIND: Kind = Kind {
    name: "event-plan",
    about: "moments and the events that the mapping plans for them",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["unplanned", "bare", "no-path", "attribute-only", "no-core"]),
        "unplanned: a field listed as a moment, or an event that a journey names, is not planned; bare: an event lacks \
         properties, in the plan or in the export; no-path: nothing brings it to Customer.io; attribute-only: a date stands for a moment that has no \
         event; no-core: none of the usual events is planned",
    )]),
    stage: Stage::Facts { ask, judge },
};

fn judged(context: &Context<'_>, params: &Node) -> Judged {
    let Some(mapping) = context.mapping else { return Judged { gaps: vec![no_mapping()], ..Judged::default() } };
    let (mut judged, aside) = match params.get_text("fault").unwrap_or_default().as_str() {
        "unplanned" => (unplanned(context, mapping), "no attribute says `kind: moment`, and no journey names an event"),
        "bare" => (each(mapping, bare), "the mapping plans no events"),
        "no-path" => (each(mapping, no_path), "the mapping plans no events"),
        "attribute-only" => (
            attribute_only(context, mapping),
            "the mapping declares neither events nor journeys, or has no date of a purchase, renewal, refund or sale",
        ),
        _ => (no_core(mapping), "the mapping declares neither events nor journeys"),
    };
    if judged.subjects == 0 {
        let subject = "mapping:events".to_owned();
        judged.gaps.push(Gap { subject, reason: aside.to_owned(), column: None });
    }
    judged
}

fn is_bare(params: &Node) -> bool {
    params.get_text("fault").as_deref() == Some("bare")
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let mut ask = judged(context, params).into();
    if is_bare(params) {
        carried::ask(context, answers, &mut ask);
    }
    ask
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let mut hits = judged(context, params).hits;
    if is_bare(params) {
        hits.extend(carried::judge(context, answers));
    }
    hits
}

fn hit(mapping: &Mapping, entry: &str, mark: Mark, statement: String, action: String) -> Hit {
    Hit::entry(Subject::entry("mapping", entry), Some(mapping.document.place(mark)), statement, action)
}

fn each(mapping: &Mapping, look: fn(&Event) -> Option<(Mark, String, String)>) -> Judged {
    let found = mapping.events.iter().filter_map(|event| {
        let (mark, statement, action) = look(event)?;
        Some(hit(mapping, &format!("events.{}", event.name), mark, statement, action))
    });
    Judged { hits: found.collect(), subjects: mapping.events.len(), gaps: Vec::new() }
}

/// Whether a change of a field raises an event: its `when` names the field's column, or the attribute.
pub(super) fn raised_by(context: &Context<'_>, event: &Event, attribute: &Attribute) -> bool {
    let Some(when) = &event.when else { return false };
    let source = when.text.split("->").next().unwrap_or_default().trim();
    let same = |path: &ColumnPath| {
        let named = ColumnPath::parse(source);
        // The label and the API name are one column.
        named.is_some_and(|named| {
            named == *path
                || context.resolve(&named).is_ok_and(|column| context.resolve(path).is_ok_and(|own| own == column))
        })
    };
    attribute.from.iter().filter_map(|from| from.column.as_ref()).any(same)
        || words(&when.text).contains(&words(&attribute.name))
}

/// Whether some event is planned for what a field tells: raised by it, or about the same of the core moments.
fn is_planned(context: &Context<'_>, mapping: &Mapping, attribute: &Attribute) -> bool {
    let about = |concept: &Concept| concept.is_held_by(attribute);
    let concepts: Vec<Concept> = Concept::CORE.into_iter().filter(about).collect();
    mapping
        .events
        .iter()
        .any(|event| raised_by(context, event, attribute) || concepts.iter().any(|concept| concept.is_told_by(event)))
}

/// A shop raises the events of its own fields; records of a module that becomes events are events already.
fn is_raised_elsewhere(context: &Context<'_>, attribute: &Attribute) -> bool {
    let shop = |name: &str| context.system(name) == Some(System::Shopify);
    let mut sources = attribute.from.iter().filter_map(|from| from.column.as_ref());
    let owned = attribute.owner.as_ref().is_some_and(|owner| shop(&owner.text));
    owned
        || sources.any(|path| {
            let module = path.dataset.split_once('.').map_or("", |(_, module)| module);
            (attribute.owner.is_none() && shop(path.source())) || context.module_becomes(module) == Some("events")
        })
}

fn unplanned(context: &Context<'_>, mapping: &Mapping) -> Judged {
    let mut judged = Judged::default();
    for attribute in &mapping.attributes {
        let moment = attribute.nature.as_ref().filter(|nature| nature.text == "moment");
        let Some(moment) = moment.filter(|_| !is_raised_elsewhere(context, attribute)) else { continue };
        judged.subjects += 1;
        if !is_planned(context, mapping, attribute) {
            let name = &attribute.name;
            let statement = format!("`{name}` is listed as a moment, and no event is planned for it.");
            let column = attribute.from.first().map_or("the field", |from| from.spot.text.as_str());
            let action = format!(
                "Plan one under `events:`, such as `{name}_changed: {{when: {column}, properties: […], via: webhook}}`."
            );
            judged.hits.push(hit(mapping, &format!("attributes.{name}"), moment.mark, statement, action));
        }
    }
    // A document without a plan says nothing of the events that the shop sends.
    if mapping.events.is_empty() {
        return judged;
    }
    for journey in mapping.journeys.iter().filter(|journey| journey.is_judged()) {
        let named = journey.cues.iter().filter(|cue| cue.kind == Cued::Event);
        let named: Vec<_> = named.collect();
        judged.subjects += named.len();
        let missing = named.into_iter().find(|cue| !mapping.events.iter().any(|event| event.name == cue.name));
        judged.hits.extend(missing.map(|cue| {
            let (journey, name) = (&journey.name, &cue.name);
            let statement =
                format!("`{journey}` names the event `{name}` under `{}:`, and none is planned.", cue.slot.key());
            let planned = mapping.events.iter().map(|event| event.name.as_str());
            let action = match nearest(name, planned) {
                Some(near) => format!("Did you mean `{near}`? Otherwise plan it under `events:`."),
                None => "Plan it under `events:`: when it happens, what it carries, how it arrives.".to_owned(),
            };
            hit(mapping, &format!("journeys.{journey}"), cue.mark, statement, action)
        }));
    }
    judged
}

fn bare(event: &Event) -> Option<(Mark, String, String)> {
    let concept = Concept::CORE.into_iter().rev().find(|concept| concept.is_told_by(event));
    let wanted = concept.map(Concept::carries).unwrap_or_default();
    let held = |wanted: &&String| event.properties.iter().any(|property| is_property(wanted, &property.text));
    let missing: Vec<String> = wanted.iter().filter(|wanted| !held(wanted)).cloned().collect();
    let mark = event.properties.first().map_or(event.mark, |property| property.mark);
    let name = &event.name;
    if missing.is_empty() && !event.properties.is_empty() {
        return None;
    }
    let statement = match event.properties.is_empty() {
        true => format!("The event `{name}` carries no properties."),
        false => format!("The event `{name}` does not carry {}.", list(&missing, 4)),
    };
    let all: Vec<&str> = event.properties.iter().map(|property| property.text.as_str()).collect();
    let more = missing.iter().map(String::as_str);
    let all: Vec<&str> = all.into_iter().chain(more).collect();
    let such = if all.is_empty() { "what messages and branches need".to_owned() } else { all.join(", ") };
    Some((mark, statement, format!("Send them with it: `properties: [{such}]`.")))
}

/// Words for a path that nobody has decided on.
const UNDECIDED: &[&str] = &["tbd", "todo", "tbc", "open", "?", "unknown", "unclear"];

fn no_path(event: &Event) -> Option<(Mark, String, String)> {
    let said = event.via.as_ref().filter(|via| !is_missing(&via.text, &[]));
    if said.is_some_and(|via| !UNDECIDED.contains(&via.text.trim().to_lowercase().as_str())) {
        return None;
    }
    let name = &event.name;
    let statement = format!("Nothing says how the event `{name}` reaches Customer.io.");
    let action = "Add `via:` with the path: shop, middleware, webhook or track. A sync of CRM fields sends no events.";
    Some((event.via.as_ref().map_or(event.mark, |via| via.mark), statement, action.to_owned()))
}

/// Whether the document speaks of what happens at all; one of fields alone says nothing of events.
fn tells_moments(mapping: &Mapping) -> bool {
    !(mapping.events.is_empty() && mapping.journeys.is_empty())
}

fn attribute_only(context: &Context<'_>, mapping: &Mapping) -> Judged {
    let mut judged = Judged::default();
    for attribute in mapping.attributes.iter().filter(|_| tells_moments(mapping)) {
        let is_core = Concept::CORE.into_iter().any(|concept| concept.is_held_by(attribute));
        // One whose nature is declared is another rule's matter, or a decision.
        if !is_core || !attribute.is(&["timestamp", "date"]) || attribute.nature.is_some() {
            continue;
        }
        judged.subjects += 1;
        if !is_planned(context, mapping, attribute) {
            let name = &attribute.name;
            let statement = format!("Only the date in `{name}` tells of the moment: no event is planned for it.");
            let action =
                format!("Plan an event under `events:`, or say `kind: state` if the date of `{name}` is enough.");
            judged.hits.push(hit(mapping, &format!("attributes.{name}"), attribute.mark, statement, action));
        }
    }
    judged
}

fn no_core(mapping: &Mapping) -> Judged {
    if !tells_moments(mapping) {
        return Judged::default();
    }
    let planned = mapping.events.iter().any(|event| Concept::CORE.into_iter().any(|concept| concept.is_told_by(event)));
    let entries = mapping.document.root.entries().iter();
    let section =
        entries.filter(|entry| ["events", "journeys"].contains(&entry.key.as_str())).min_by_key(|entry| &entry.key);
    let found = section.filter(|_| !planned).map(|section| {
        let statement = "No event of a purchase, a renewal, a refund or a won deal is planned.".to_owned();
        let action = "Plan those that your business has under `events:`: order_completed, subscription_renewed, \
                      refund_issued, deal_won."
            .to_owned();
        hit(mapping, "events", section.mark, statement, action)
    });
    Judged { hits: found.into_iter().collect(), subjects: 1, gaps: Vec::new() }
}
