//! Segments that must never have members: those that have some, and a mapping that declares none.

use super::context::{Context, no_mapping, no_profiles};
use super::segments::known;
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Filter, Question};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::{Mapping, Segment};
use crate::shape::{Shape, required};
use crate::text::counted;
use crate::yaml::{Mark, Node};

pub(super) static KIND: Kind = Kind {
    name: "negative-segment",
    about: "segments that must never have members",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["members", "none"]),
        "members: one of them has members; none: the mapping declares none",
    )]),
    stage: Stage::Facts { ask, judge },
};

fn segments<'a>(context: &'a Context<'_>) -> Vec<(&'a Segment, &'a Filter)> {
    let never = context.mapping.into_iter().flat_map(|mapping| &mapping.segments).filter(|segment| segment.never);
    never.filter_map(|segment| Some((segment, context.segment(&segment.name)?))).collect()
}

fn gaps(context: &Context<'_>, segment: &Segment, filter: &Filter) -> Vec<Gap> {
    let subject = format!("segment:{}", segment.name);
    context.filter_gaps(filter).into_iter().map(|gap| Gap { subject: subject.clone(), ..gap }).collect()
}

fn gap(reason: &str) -> Gap {
    Gap { subject: "mapping:segments".to_owned(), reason: reason.to_owned(), column: None }
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    if params.get_text("fault").as_deref() == Some("none") {
        let silent = section(mapping).is_none().then(|| gap("the mapping declares no segments"));
        return Ask { subjects: usize::from(silent.is_none()), gaps: silent.into_iter().collect(), ..Ask::default() };
    }
    let segments = segments(context);
    if segments.is_empty() {
        // One that could not be understood is declared all the same.
        let never = mapping.segments.iter().filter(|segment| segment.never);
        let unknown: Vec<Gap> = never.filter_map(|segment| known(context, segment).err()).collect();
        let none = Gap::undeclared("mapping:segments", "segment with `never:`");
        return Ask { gaps: if unknown.is_empty() { vec![none] } else { unknown }, ..Ask::default() };
    }
    let Some(profiles) = context.profiles() else {
        return Ask { gaps: vec![no_profiles("mapping:segments")], ..Ask::default() };
    };
    let mut ask = Ask::default();
    for (segment, filter) in segments {
        let missing = gaps(context, segment, filter);
        if missing.is_empty() {
            ask.subjects += 1;
            ask.questions.push(Question::Rows { dataset: profiles.name.clone(), filter: filter.clone() });
        }
        ask.gaps.extend(missing);
    }
    ask
}

/// Where a mapping speaks of segments or of what they start. One that speaks of neither is about attributes alone.
fn section(mapping: &Mapping) -> Option<Mark> {
    let entries = mapping.document.root.entries();
    let find = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| entry.mark);
    find("segments").or_else(|| find("journeys"))
}

fn undeclared(mapping: &Mapping) -> Option<Hit> {
    let mark = section(mapping).filter(|_| !mapping.segments.iter().any(|segment| segment.never))?;
    let statement = "The mapping declares no segment that must never have members.".to_owned();
    let action = "Write down what must not happen, such as `unsub-in-promo: {never: \"unsubscribed = true AND \
                  promo_journey = true\"}` under `segments:`, with attributes of your own."
        .to_owned();
    Some(Hit::entry(Subject::entry("mapping", "segments"), Some(mapping.document.place(mark)), statement, action))
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    if params.get_text("fault").as_deref() == Some("none") {
        return context.mapping.and_then(undeclared).into_iter().collect();
    }
    let (Some(profiles), Some(mapping)) = (context.profiles(), context.mapping) else { return Vec::new() };
    let hits = segments(context).into_iter().filter_map(|(segment, filter)| {
        let question = Question::Rows { dataset: profiles.name.clone(), filter: filter.clone() };
        let Some(Answer::Rows { rows, met }) = answers.get(&question) else { return None };
        (met.rows > 0).then(|| Hit {
            severity: None,
            subject: Subject::entry("segment", &segment.name),
            rows: met.rows,
            total: *rows,
            people: met.people,
            statement: format!(
                "The segment `{}` must never have members and has {}.",
                segment.name,
                counted(met.rows, "member", "members")
            ),
            action: None,
            parts: Vec::new(),
            samples: met
                .samples
                .iter()
                .map(|sample| Row { dataset: profiles.name.clone(), key: sample.key.clone(), ..Row::default() })
                .collect(),
            place: Some(mapping.document.place(segment.mark)),
            shows: Shows::Nothing,
        })
    });
    hits.collect()
}
