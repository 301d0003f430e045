//! Tags that are new since the snapshot, against how many a week may be.

use std::collections::BTreeMap;

use super::context::{Context, no_mapping};
use super::history::{earlier_values, no_snapshot};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Column, Question, Tally};
use crate::findings::{Gap, Hit, Part, Shows, Subject};
use crate::frames::normalize::is_missing;
use crate::shape::Shape;
use crate::text::{count, counted, duration};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "new-tags",
    about: "tags that are new since the snapshot",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Combinations of tags beyond which they are not looked at.
const MOST: usize = 50_000;
const WEEK: i64 = 604_800;

/// What is looked at: a column of tags then and now.
struct Plan {
    then: Column,
    now: Column,
}

fn values(column: &Column) -> Question {
    Question::Values { column: column.clone(), cap: MOST }
}

/// How many new tags are usual for the time since the snapshot: a part of a week counts as one.
fn limit(context: &Context<'_>) -> Result<(u64, i64), Gap> {
    let Some(mapping) = context.mapping else { return Err(no_mapping()) };
    let Some(a_week) = mapping.tags.new_per_week else {
        let reason = "the mapping does not say how many tags a week may be new (`tags: {new_per_week: 5}`)".to_owned();
        return Err(Gap { subject: "mapping:tags".to_owned(), reason, column: None });
    };
    let Some(since) = context.earlier_at else { return Err(no_snapshot("mapping:tags")) };
    let passed = context.now - since;
    let weeks = (passed + WEEK - 1).div_euclid(WEEK).max(1);
    Ok((a_week.saturating_mul(weeks.unsigned_abs()), passed))
}

/// The sources of attributes that hold tags, each once; on the profile where none is here.
fn plans(context: &Context<'_>) -> (Vec<Plan>, Vec<Gap>) {
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for attribute in attributes.filter(|attribute| attribute.is_role("tags")) {
        let source = attribute.from.iter().find_map(|from| from.column.as_ref());
        let now = source.map_or_else(|| context.on_profile(&attribute.name), |path| context.resolve(path));
        match now.and_then(|now| Ok(Plan { then: earlier_values(context, &now)?, now })) {
            Ok(plan) => found.push(plan),
            Err(gap) => gaps.push(gap),
        }
    }
    if found.is_empty() && gaps.is_empty() {
        let reason = "no attribute of the mapping says `role: tags`".to_owned();
        gaps.push(Gap { subject: "mapping:attributes".to_owned(), reason, column: None });
    }
    (found, gaps)
}

/// The tags of a column without case, each with the spelling that comes first and the records that have it.
fn tags(answers: &Answers, column: &Column) -> Option<BTreeMap<String, (String, Tally)>> {
    let Some(Answer::Values { values, overflow: false, .. }) = answers.get(&values(column)) else { return None };
    let mut found: BTreeMap<String, (String, Tally)> = BTreeMap::new();
    for (cell, tally) in values {
        let list = cell.trim().trim_start_matches('[').trim_end_matches(']');
        let parts = list.split([';', ',']).map(|tag| tag.trim().trim_matches('"').trim());
        for tag in parts.filter(|tag| !is_missing(tag, &[])) {
            let known = found.entry(tag.to_lowercase()).or_insert_with(|| (tag.to_owned(), Tally::default()));
            known.1.merge(tally.clone(), crate::facts::local::SAMPLES);
        }
    }
    Some(found)
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    if let Err(gap) = limit(context) {
        return Ask { gaps: vec![gap], ..Ask::default() };
    }
    let (plans, gaps) = plans(context);
    let mut ask = Ask { gaps, ..Ask::default() };
    for plan in plans {
        for column in [&plan.then, &plan.now] {
            let subject = format!("{}.{}", column.dataset, context.label(column));
            let reason = match (answers.get(&values(column)), tags(answers, column)) {
                (Some(_), None) => "it holds too many different combinations of tags",
                (Some(_), Some(tags)) if tags.is_empty() => "it holds no tags",
                _ => continue,
            };
            ask.gaps.push(Gap { subject, reason: reason.to_owned(), column: None });
        }
        ask.subjects += 1;
        ask.questions.extend([values(&plan.then), values(&plan.now)]);
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok((limit, passed)) = limit(context) else { return Vec::new() };
    let hit = |plan: Plan| {
        let (then, now) = (tags(answers, &plan.then)?, tags(answers, &plan.now)?);
        let new: Vec<(String, Tally)> =
            now.into_iter().filter(|(tag, _)| !then.contains_key(tag)).map(|(_, found)| found).collect();
        if new.len() as u64 <= limit {
            return None;
        }
        let label = context.label(&plan.now);
        let statement = format!(
            "`{label}` holds {} that the snapshot of {} ago did not have; {} would be usual.",
            counted(new.len() as u64, "tag", "tags"),
            duration(passed),
            count(limit)
        );
        let mut parts: Vec<Part> = new
            .iter()
            .map(|(tag, tally)| Part { label: tag.clone(), rows: tally.rows, people: tally.people, suggestion: None })
            .collect();
        parts.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.label.cmp(&other.label)));
        let samples = new.iter().flat_map(|(tag, tally)| {
            let first = tally.samples.first().cloned();
            first.map(|sample| context.row(&plan.now, crate::facts::Sample { value: tag.clone(), ..sample }, None))
        });
        Some(Hit {
            subject: Subject::column(&plan.now.dataset, label),
            rows: new.len() as u64,
            total: (new.len() + then.len()) as u64,
            people: 0,
            statement,
            samples: samples.collect(),
            parts,
            shows: Shows::Words,
            ..Hit::default()
        })
    };
    plans(context).0.into_iter().filter_map(hit).collect()
}
