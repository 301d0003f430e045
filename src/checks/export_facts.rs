//! What the team knows of an export, held against the export: how many records it holds, and when it was taken.

use std::collections::BTreeMap;

use super::context::Context;
use super::{Ask, Kind, Stage};
use crate::config::{Expected, Source};
use crate::facts::{Answer, Answers, Question};
use crate::findings::{Gap, Hit, Subject};
use crate::shape::Shape;
use crate::text::{count, counted, duration};
use crate::yaml::Node;

pub(super) static ROWS: Kind = Kind {
    name: "row-count",
    about: "records of an export against the count declared for it",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask: ask_rows, judge: judge_rows },
};

pub(super) static SKEW: Kind = Kind {
    name: "skew",
    about: "how far apart the exports were taken",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask: ask_skew, judge: judge_skew },
};

fn name(source: &Source) -> String {
    source.request.name.clone().unwrap_or_default()
}

fn question(dataset: &str) -> Question {
    Question::Read { dataset: dataset.to_owned() }
}

/// The datasets that a declared count is about: one module, or all of the source.
fn counted_datasets<'a>(context: &Context<'a>, source: &Source, expected: &Expected) -> Vec<&'a str> {
    let own = context.datasets.values().filter(|dataset| dataset.source == name(source));
    let wanted = own
        .filter(|dataset| expected.module.as_ref().is_none_or(|module| dataset.name.ends_with(&format!(".{module}"))));
    wanted.map(|dataset| dataset.name.as_str()).collect()
}

fn subject(source: &Source, expected: &Expected) -> String {
    expected.module.as_ref().map_or_else(|| name(source), |module| format!("{}.{module}", name(source)))
}

fn ask_rows(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    let mut ask = Ask::default();
    for source in &context.config.sources {
        for expected in &source.rows {
            let datasets = counted_datasets(context, source, expected);
            if datasets.is_empty() {
                let subject = subject(source, expected);
                let reason = format!("no export of {subject} was given, for which `rows:` declares a count");
                ask.gaps.push(Gap { subject, reason, column: None });
                continue;
            }
            ask.subjects += 1;
            ask.questions.extend(datasets.into_iter().map(question));
        }
    }
    if ask.subjects == 0 && ask.gaps.is_empty() {
        let reason = "no source says how many records its export holds (`rows:`)".to_owned();
        ask.gaps.push(Gap { subject: "sources".to_owned(), reason, column: None });
    }
    ask
}

fn judge_rows(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let mut hits = Vec::new();
    for source in &context.config.sources {
        for expected in &source.rows {
            let datasets = counted_datasets(context, source, expected);
            let read: Option<u64> = datasets
                .iter()
                .map(|dataset| match answers.get(&question(dataset)) {
                    Some(Answer::Read { rows, .. }) => Some(*rows),
                    _ => None,
                })
                .sum();
            let Some(read) = read.filter(|read| *read != expected.rows && !datasets.is_empty()) else { continue };
            let subject = subject(source, expected);
            let apart = read.abs_diff(expected.rows);
            let kind = if read < expected.rows { "fewer" } else { "more" };
            let statement = format!(
                "{subject} holds {}, {} {kind} than the {} declared.",
                counted(read, "record", "records"),
                count(apart),
                count(expected.rows)
            );
            let action = if read < expected.rows {
                format!(
                    "Export {subject} again without a filter, with all its parts, or correct the count under `rows:`."
                )
            } else {
                "Correct the count under `rows:`, or look for a part that was given twice.".to_owned()
            };
            let mut hit = Hit::entry(Subject::dataset(&subject), Some(expected.place.clone()), statement, action);
            (hit.rows, hit.total) = (apart, read.max(expected.rows));
            hits.push(hit);
        }
    }
    hits
}

/// When each source was taken, where that is declared.
fn taken<'a>(context: &Context<'a>) -> BTreeMap<i64, Vec<&'a Source>> {
    let mut taken: BTreeMap<i64, Vec<&Source>> = BTreeMap::new();
    for source in &context.config.sources {
        if let Some((at, _)) = &source.taken_at {
            taken.entry(*at).or_default().push(source);
        }
    }
    taken
}

fn ask_skew(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    let unknown = context.config.sources.iter().filter(|source| source.taken_at.is_none());
    let gaps = unknown.map(|source| {
        let (subject, were) = match &source.request.name {
            Some(name) => (name.clone(), "was"),
            None => ("the exports".to_owned(), "were"),
        };
        Gap { reason: format!("nothing says when {subject} {were} taken (`taken_at:`)"), subject, column: None }
    });
    Ask {
        subjects: taken(context).values().map(Vec::len).sum::<usize>().saturating_sub(1),
        gaps: gaps.collect(),
        questions: Vec::new(),
    }
}

fn judge_skew(context: &Context<'_>, _: &Node, _: &Answers) -> Vec<Hit> {
    let taken = taken(context);
    let (Some((first, early)), Some((last, late))) = (taken.first_key_value(), taken.last_key_value()) else {
        return Vec::new();
    };
    let apart = last - first;
    if apart <= context.config.skew {
        return Vec::new();
    }
    let names = |sources: &[&Source]| sources.iter().map(|source| name(source)).collect::<Vec<_>>().join(", ");
    let statement = format!(
        "{} was taken {} before {}; {} is allowed.",
        names(early),
        duration(apart),
        names(late),
        duration(context.config.skew)
    );
    let action = "Take the exports again one after the other, before you blame the sync for what differs.".to_owned();
    let place = late.iter().find_map(|source| source.taken_at.as_ref()).map(|(_, place)| place.clone());
    vec![Hit::entry(Subject::entry("sources", "taken_at"), place, statement, action)]
}
