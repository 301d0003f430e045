//! Values of enums against the list of allowed ones: outside it, variants in spelling, masked spellings, typos.
//!
//! Every distinct value is sorted once, so the cost follows the number of values, not of records. Without a list the most
//! frequent spelling stands for the allowed one, and only other spellings of it can be told.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, Target};
use super::parts::gather;
use super::{Ask, Kind, Stage, inferred};
use crate::facts::{Answer, Answers, Column, Pick, Question, Tally};
use crate::findings::{Gap, Hit};
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

/// Every column of an enum; gaps for those without a list where nothing can be said without one.
fn declared<'a>(context: &Context<'a>, fault: &str) -> (Vec<Target<'a>>, Vec<Gap>) {
    let needs_list = fault == "outside";
    let (targets, mut gaps) =
        context.targets(|attribute| attribute.is(&["enum"]) && !(needs_list && attribute.values.is_empty()));
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let listless = attributes.filter(|attribute| attribute.is(&["enum"]) && attribute.values.is_empty());
    gaps.extend(listless.filter(|_| needs_list).map(|attribute| Gap {
        subject: attribute.name.clone(),
        reason: format!("the mapping lists no allowed values of {}", attribute.name),
        column: None,
    }));
    (targets, gaps)
}

/// The stray values of a column without a list, with what each should be.
fn unlisted(likely: &inferred::Likely<'_>, fault: &str) -> Stray {
    let words = likely.words();
    let placed = likely.values.keys().filter_map(|value| Some((value, inferred::sort(value, &words)?)));
    let stray = placed.filter(|(_, (_, how))| named(*how) == fault);
    stray.map(|(value, (word, _))| (value.clone(), Some(word.to_owned()))).collect()
}

/// A column without a declared list and its stray values, with what each should be.
fn undeclared<'a>(answers: &Answers, columns: &'a [Column], fault: &str) -> Vec<(inferred::Likely<'a>, Stray)> {
    let found = inferred::enums(answers, columns).into_iter().map(|likely| {
        let stray = unlisted(&likely, fault);
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
    let (targets, mut gaps) = declared(context, &fault);
    let mut questions = Vec::new();
    for target in &targets {
        let most = if is_listless(target) { inferred::MOST } else { MOST_VALUES };
        let asked = Question::Values { column: target.column.clone(), cap: most };
        if let Some(Answer::Values { values, overflow, .. }) = answers.get(&asked) {
            if values.keys().all(|value| is_missing(value, &target.attribute.missing)) {
                gaps.push(context.blank(&target.column));
            }
            if *overflow {
                gaps.push(overflown(context, target, most));
            }
        }
        if let Some((_, values, _)) = judged(answers, &fault, target) {
            let values = values.into_keys().collect();
            questions.extend(Question::listing(Pick::Values { column: target.column.clone(), values }));
        }
        questions.push(asked);
    }
    Ask { subjects: targets.len(), questions, gaps }
}

fn overflown(context: &Context<'_>, target: &Target<'_>, most: usize) -> Gap {
    let subject = format!("{}.{}", target.column.dataset, context.label(&target.column));
    let values = count(most as u64);
    let reason = if is_listless(target) {
        format!("{subject} holds over {values} different values and no list of allowed ones is declared")
    } else {
        format!("{subject} holds over {values} different values; only that many were judged")
    };
    Gap { subject, reason, column: None }
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

/// The values of one fault, once they are known.
fn stray(answers: &Answers, asked: &Question, fault: &str, target: &Target<'_>) -> Stray {
    let spellings = Spellings::new(target.attribute, target.profile);
    let placed = answers.placed(asked, &spellings).into_iter().flatten();
    let sorted = placed.filter_map(|(value, _, place)| match place {
        Place::Word(word, how) => (named(how) == fault).then(|| (value.to_owned(), Some(word.text.clone()))),
        Place::Outside => (fault == "outside").then(|| (value.to_owned(), None)),
        Place::Missing => None,
    });
    sorted.collect()
}

fn is_listless(target: &Target<'_>) -> bool {
    target.attribute.values.is_empty()
}

/// The values of a column, those of one fault, and how many records were looked at.
type Judged<'b> = (Cow<'b, BTreeMap<String, Tally>>, Stray, u64);

/// What is judged of a column, once its values are known.
fn judged<'b>(answers: &'b Answers, fault: &str, target: &Target<'_>) -> Option<Judged<'b>> {
    if is_listless(target) {
        let likely = inferred::Likely::of(answers, &target.column, &target.attribute.missing)?;
        let (stray, total) = (unlisted(&likely, fault), likely.rows());
        return Some((Cow::Owned(likely.values), stray, total));
    }
    let asked = Question::Values { column: target.column.clone(), cap: MOST_VALUES };
    let Some(Answer::Values { rows, values, .. }) = answers.get(&asked) else { return None };
    Some((Cow::Borrowed(values), stray(answers, &asked, fault, target), *rows))
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
    let (targets, _) = declared(context, &fault);
    let hits = targets.iter().filter_map(|target| {
        let (values, stray, total) = judged(answers, &fault, target)?;
        let (column, declared) = (&target.column, !is_listless(target));
        hit(context, answers, &Found { column, values: &values, stray, fault: &fault, declared, total })
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
    let label = context.label(column);
    let what = said(label, stray.len(), fault, *declared);
    let mut statement =
        format!("{what}: {} ({}).", counted(whole.rows, "record", "records"), percent(whole.rows, total));
    if *fault == "variant" {
        statement += &cased(values, stray);
    }
    Some(Hit { parts, ..context.hit(column, whole, total, statement, &suggest) })
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
