//! Values of enums against the list of allowed ones: outside it, variants in spelling, masked spellings, typos.
//!
//! Every distinct value is sorted once, so the cost follows the number of values, not of records. Without a mapping the
//! most frequent spelling stands for the allowed one, and only variants and typos can be told.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, Target};
use super::parts::gather;
use super::{Ask, Kind, Stage, inferred};
use crate::facts::{Answer, Answers, Column, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::frames::normalize::is_missing;
use crate::mapping::spelling::{How, Place, Spellings};
use crate::shape::{Shape, required};
use crate::text::{count, counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "enum",
    about: "values of an enum against its allowed ones",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["outside", "variant", "invisible", "typo"]),
        "which kind of stray value it names",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Distinct values of a declared enum that are looked at one by one.
const MOST_VALUES: usize = 100_000;

fn question(column: &Column) -> Question {
    Question::Values { column: column.clone(), cap: MOST_VALUES }
}

fn declared<'a>(context: &Context<'a>) -> (Vec<Target<'a>>, Vec<Gap>) {
    let (targets, mut gaps) = context.targets(|attribute| attribute.is(&["enum"]) && !attribute.values.is_empty());
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let listless = attributes.filter(|attribute| attribute.is(&["enum"]) && attribute.values.is_empty());
    gaps.extend(listless.map(|attribute| Gap {
        subject: attribute.name.clone(),
        reason: format!("the mapping lists no allowed values of {}", attribute.name),
        column: None,
    }));
    (targets, gaps)
}

/// A column without a declared list and its stray values, with what each should be.
fn undeclared<'a>(answers: &Answers, columns: &'a [Column], fault: &str) -> Vec<(inferred::Likely<'a>, Stray)> {
    let found = inferred::enums(answers, columns).into_iter().map(|likely| {
        let words = likely.words();
        let placed = likely.values.keys().filter_map(|value| Some((value, inferred::sort(value, &words)?)));
        let stray = placed.filter(|(_, (_, how))| named(*how) == fault);
        let stray = stray.map(|(value, (word, _))| (value.clone(), Some(word.to_owned()))).collect();
        (likely, stray)
    });
    found.collect()
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let fault = params.get_text("fault").unwrap_or_default();
    if context.mapping.is_none() {
        // Without a list nothing is outside it.
        if fault == "outside" {
            return Ask { gaps: vec![super::context::no_mapping()], ..Ask::default() };
        }
        let columns = inferred::columns(context);
        let mut questions: Vec<Question> = columns.iter().map(inferred::question).collect();
        let asked = answers.open(questions.clone()).is_empty();
        let found = undeclared(answers, &columns, &fault);
        let recognised = found.len();
        for (likely, stray) in found {
            let values = stray.into_keys().collect();
            questions.extend(Question::listing(Pick::Values { column: likely.column.clone(), values }));
        }
        let reason = "no column repeats its values often enough to be taken for an enum; a mapping would name them";
        let gap = Gap { subject: "the exports".to_owned(), reason: reason.to_owned(), column: None };
        let gaps = if asked && recognised == 0 { vec![gap] } else { Vec::new() };
        return Ask { subjects: recognised, questions, gaps };
    }
    let (targets, mut gaps) = declared(context);
    let mut questions = Vec::new();
    for target in &targets {
        let asked = question(&target.column);
        if let Some(Answer::Values { values, overflow, .. }) = answers.get(&asked) {
            if values.keys().all(|value| is_missing(value, &target.attribute.missing)) {
                gaps.push(context.blank(&target.column));
            }
            if *overflow {
                let subject = format!("{}.{}", target.column.dataset, context.label(&target.column));
                let reason = format!(
                    "{subject} holds over {} different values; only that many were judged",
                    count(MOST_VALUES as u64)
                );
                gaps.push(Gap { subject, reason, column: None });
            }
            let values = stray(values, &fault, target).into_keys().collect();
            questions.extend(Question::listing(Pick::Values { column: target.column.clone(), values }));
        }
        questions.push(asked);
    }
    Ask { subjects: targets.len(), questions, gaps }
}

/// Values, and what each should be.
type Stray = BTreeMap<String, Option<String>>;

/// The fault that a way to spell an allowed value is.
fn named(how: How) -> &'static str {
    match how {
        How::Declared => "",
        How::Variant => "variant",
        How::Masked => "invisible",
        How::Typo => "typo",
        How::Untranslated | How::Synonym => "outside",
    }
}

/// The values of one fault.
fn stray(values: &BTreeMap<String, Tally>, fault: &str, target: &Target<'_>) -> Stray {
    let spellings = Spellings::new(target.attribute, target.profile);
    let sorted = values.keys().filter_map(|value| match spellings.place(value) {
        Place::Word(word, how) => (named(how) == fault).then(|| (value.clone(), Some(word.text.clone()))),
        Place::Outside => (fault == "outside").then(|| (value.clone(), None)),
        Place::Missing => None,
    });
    sorted.collect()
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = params.get_text("fault").unwrap_or_default();
    if context.mapping.is_none() {
        let columns = inferred::columns(context);
        let hits = undeclared(answers, &columns, &fault).into_iter().filter_map(|(likely, stray)| {
            let inferred::Likely { column, values } = &likely;
            let total = likely.rows();
            hit(context, answers, &Found { column, values, stray, fault: &fault, declared: false, total })
        });
        return hits.collect();
    }
    let (targets, _) = declared(context);
    let hits = targets.iter().filter_map(|target| {
        let Some(Answer::Values { rows, values, .. }) = answers.get(&question(&target.column)) else { return None };
        let (stray, column) = (stray(values, &fault, target), &target.column);
        hit(context, answers, &Found { column, values, stray, fault: &fault, declared: true, total: *rows })
    });
    hits.collect()
}

struct Found<'a> {
    column: &'a Column,
    values: &'a BTreeMap<String, Tally>,
    stray: Stray,
    fault: &'a str,
    declared: bool,
    /// Records looked at.
    total: u64,
}

fn hit(context: &Context<'_>, answers: &Answers, found: &Found<'_>) -> Option<Hit> {
    let Found { column, values, stray, fault, declared, .. } = found;
    if stray.is_empty() {
        return None;
    }
    let total = found.total;
    let found = stray.iter().map(|(value, right)| (value.as_str(), values.get(value), right.clone()));
    let (summed, parts) = gather(found);
    let names: BTreeSet<String> = stray.keys().cloned().collect();
    let whole = context.listed(answers, &Pick::Values { column: (*column).clone(), values: names }, summed);
    let suggest = |value: &str| stray.get(value).cloned().flatten();
    let rows: Vec<Row> = whole
        .samples
        .into_iter()
        .map(|sample| {
            let right = suggest(&sample.value);
            context.row(column, sample, right)
        })
        .collect();
    let label = context.label(column);
    let what = said(label, stray.len(), fault, *declared);
    let mut statement =
        format!("{what}: {} ({}).", counted(whole.rows, "record", "records"), percent(whole.rows, total));
    if *fault == "variant" {
        statement += &cased(values, stray);
    }
    Some(Hit {
        subject: Subject::column(&column.dataset, label),
        rows: whole.rows,
        total,
        people: whole.people,
        statement,
        parts,
        samples: rows,
        shows: if context.is_sensitive(column) { Shows::Nothing } else { Shows::Words },
        ..Hit::default()
    })
}

/// What is wrong with the values of a column.
fn said(label: &str, values: usize, fault: &str, declared: bool) -> String {
    let (kinds, one) = (counted(values as u64, "value", "values"), values == 1);
    let (are, mean, look) =
        if one { ("is", "it means", "looks like a typo") } else { ("are", "they mean", "look like typos") };
    let (holds, reads) = if one { ("holds", "looks") } else { ("hold", "look") };
    match (fault, declared) {
        ("outside", _) => format!("{kinds} of `{label}` {are} not on its list of allowed values"),
        ("variant", true) => format!("{kinds} of `{label}` {are} spelled differently from the allowed value {mean}"),
        ("typo", true) => format!("{kinds} of `{label}` {look} of an allowed value"),
        ("invisible", true) => format!(
            "{kinds} of `{label}` {reads} like an allowed value and {holds} invisible characters or letters of another alphabet"
        ),
        ("invisible", false) => format!(
            "{kinds} of `{label}` {reads} like a more frequent value and {holds} invisible characters or letters of another alphabet (no list is declared)"
        ),
        ("variant", false) => {
            format!("{kinds} of `{label}` {are} spelled differently from a more frequent value (no list is declared)")
        }
        _ => format!("{kinds} of `{label}` {look} of a far more frequent value (no list is declared)"),
    }
}

/// How many records differ in letter case only, which the vendor may not mind.
fn cased(values: &BTreeMap<String, Tally>, stray: &Stray) -> String {
    let case_only = |(value, right): &(&String, &Option<String>)| {
        right.as_ref().is_some_and(|right| right.to_lowercase() == value.to_lowercase())
    };
    let found = stray.iter().filter(case_only).filter_map(|(value, _)| values.get(value));
    match found.map(|tally| tally.rows).sum() {
        0 => String::new(),
        rows => format!(" {} from it in letter case only.", counted(rows, "record differs", "records differ")),
    }
}
