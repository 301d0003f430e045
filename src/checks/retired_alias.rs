//! Declared synonyms of allowed values that are still there after the day on which they should be gone.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, Target, no_mapping};
use super::parts::gather;
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Pick, Question};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::normalize::is_missing;
use crate::frames::time::written;
use crate::mapping::Attribute;
use crate::shape::Shape;
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "retired-alias",
    about: "declared synonyms that are still there after their cut-over",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Distinct values of a column that are looked at one by one.
const MOST_VALUES: usize = 100_000;

fn question(target: &Target<'_>) -> Question {
    Question::Values { column: target.column.clone(), cap: MOST_VALUES }
}

fn cutover(attribute: &Attribute) -> Option<i64> {
    attribute.alias_cutover.as_ref().and_then(|day| written(&day.text))
}

/// Other spellings of allowed values and what they mean, as a side writes it. One that is itself allowed stays.
fn aliases(attribute: &Attribute, profile: bool) -> BTreeMap<&str, &str> {
    let text =
        |allowed: &'_ crate::mapping::Allowed| if profile { allowed.attribute.clone() } else { allowed.source.clone() };
    let words: BTreeSet<String> = attribute.values.iter().map(text).collect();
    let pairs = attribute.values.iter().flat_map(|allowed| {
        let right = if profile { &allowed.attribute } else { &allowed.source };
        allowed.aliases.iter().map(move |alias| (alias.as_str(), right.as_str()))
    });
    pairs.filter(|(alias, _)| !words.contains(*alias)).collect()
}

/// The columns of attributes whose aliases should be gone by now; the number of those whose day is still to come.
fn due<'a>(context: &Context<'a>) -> (Vec<Target<'a>>, usize, Vec<Gap>) {
    let Some(mapping) = context.mapping else { return (Vec::new(), 0, vec![no_mapping()]) };
    let dated = || mapping.attributes.iter().filter(|attribute| cutover(attribute).is_some());
    let is_due = |attribute: &Attribute| cutover(attribute).is_some_and(|day| day <= context.now);
    let holds = |attribute: &Attribute| !aliases(attribute, false).is_empty();
    let (targets, mut gaps) = context.targets(|attribute| is_due(attribute) && holds(attribute));
    let gap = |subject: String, reason: String| Gap { subject, reason, column: None };
    gaps.extend(dated().filter(|attribute| !holds(attribute)).map(|attribute| {
        gap(attribute.name.clone(), format!("{} has `alias_cutover` and declares no `aliases`", attribute.name))
    }));
    if dated().next().is_none() {
        let reason = "no attribute of the mapping says by when its aliases should be gone (`alias_cutover`)".to_owned();
        gaps.push(gap("mapping:attributes".to_owned(), reason));
    }
    let early = dated().filter(|attribute| holds(attribute) && !is_due(attribute)).count();
    (targets, early, gaps)
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let (targets, early, gaps) = due(context);
    let mut ask = Ask { subjects: targets.len() + early, gaps, ..Ask::default() };
    for target in &targets {
        ask.questions.push(question(target));
        let Some(Answer::Values { values, .. }) = answers.get(&question(target)) else { continue };
        if values.keys().all(|value| is_missing(value, &target.attribute.missing)) {
            ask.gaps.push(context.blank(&target.column));
        }
        let held = aliases(target.attribute, target.profile).into_keys().filter(|alias| values.contains_key(*alias));
        let values = held.map(str::to_owned).collect();
        ask.questions.extend(Question::listing(Pick::Values { column: target.column.clone(), values }));
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    due(context).0.iter().filter_map(|target| hit(context, answers, target)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, target: &Target<'_>) -> Option<Hit> {
    let Some(Answer::Values { rows, values, .. }) = answers.get(&question(target)) else { return None };
    let aliases = aliases(target.attribute, target.profile);
    let held: Vec<(&str, &str)> = aliases
        .iter()
        .filter(|(alias, _)| values.contains_key(**alias))
        .map(|(alias, right)| (*alias, *right))
        .collect();
    if held.is_empty() {
        return None;
    }
    let column = &target.column;
    let (summed, parts) =
        gather(held.iter().map(|(alias, right)| (*alias, values.get(*alias), Some((*right).to_owned()))));
    let names = held.iter().map(|(alias, _)| (*alias).to_owned()).collect();
    let whole = context.listed(answers, &Pick::Values { column: column.clone(), values: names }, summed);
    let label = context.label(column);
    let day = target.attribute.alias_cutover.as_ref().map(|day| day.text.as_str()).unwrap_or_default();
    let statement = format!(
        "{} of `{label}` should be gone since {day}: {} ({}).",
        counted(held.len() as u64, "alias", "aliases"),
        counted(whole.rows, "record", "records"),
        percent(whole.rows, *rows)
    );
    let right = |value: &str| aliases.get(value).map(|right| (*right).to_owned());
    let samples = whole.samples.into_iter().map(|sample| {
        let right = right(&sample.value);
        context.row(column, sample, right)
    });
    Some(Hit {
        subject: Subject::column(&column.dataset, label),
        rows: whole.rows,
        total: *rows,
        people: whole.people,
        statement,
        parts,
        samples: samples.collect(),
        shows: if context.is_sensitive(column) { Shows::Nothing } else { Shows::Words },
        ..Hit::default()
    })
}
