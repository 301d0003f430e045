//! Booleans spelled several ways: a column's values in; those that are not spelled as most records are, out.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::parts::gather;
use super::{Ask, Kind, Stage, inferred};
use crate::facts::lenses::truth;
use crate::facts::{Answer, Answers, Column, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::normalize::is_missing;
use crate::mapping::Attribute;
use crate::shape::Shape;
use crate::text::{count, counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "boolean",
    about: "booleans that are not spelled as most of their column is",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Distinct values that are looked at one by one.
const MOST_VALUES: usize = 100_000;

/// Words for yes and no that belong together. Where two are equally frequent, the earlier is the rule.
const VOCABULARIES: &[(&str, &str)] = &[
    ("true", "false"),
    ("yes", "no"),
    ("y", "n"),
    ("1", "0"),
    ("t", "f"),
    ("on", "off"),
    ("wahr", "falsch"),
    ("ja", "nein"),
    ("vrai", "faux"),
    ("oui", "non"),
    ("verdadero", "falso"),
    ("sí", "no"),
    ("si", "no"),
    ("vero", "falso"),
];

/// How the letters of a spelling are cased.
#[derive(Debug, Clone, Copy)]
enum Case {
    Lower,
    Title,
    Upper,
}

/// A way to write yes and no.
type Spelling = (String, String);

fn spellings() -> impl Iterator<Item = Spelling> {
    let cased = |word: &str, case: Case| match case {
        Case::Lower => word.to_owned(),
        Case::Upper => word.to_uppercase(),
        Case::Title => {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    };
    let cases = [Case::Lower, Case::Title, Case::Upper];
    VOCABULARIES.iter().flat_map(move |(yes, no)| cases.map(|case| (cased(yes, case), cased(no, case))))
}

/// The spelling of most records; none when no value can be read.
fn main_spelling(values: &BTreeMap<String, Tally>) -> Option<Spelling> {
    let rows = |word: &str| {
        let held = values.iter().filter(|(value, _)| value.trim() == word);
        held.map(|(_, tally)| tally.rows).sum::<u64>()
    };
    let counted = spellings().map(|spelling| (rows(&spelling.0) + rows(&spelling.1), spelling));
    let mut best: Option<(u64, Spelling)> = None;
    for (rows, spelling) in counted {
        if rows > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((rows, spelling));
        }
    }
    best.map(|(_, spelling)| spelling)
}

/// The values that are not spelled so, with how they should be.
fn stray(values: &BTreeMap<String, Tally>, main: Option<&Spelling>) -> BTreeMap<String, Option<String>> {
    let right = |value: &str| {
        let (yes, no) = main?;
        truth(value).map(|says| if says { yes.clone() } else { no.clone() })
    };
    let read = values.keys().map(|value| (value.clone(), right(value)));
    read.filter(|(value, right)| right.as_ref() != Some(value)).collect()
}

/// A column and how its values are asked for.
struct Looked {
    column: Column,
    question: Question,
    missing: Vec<String>,
}

impl Looked {
    /// The filled values, and whether there were more than are kept.
    fn values(&self, answers: &Answers) -> Option<(BTreeMap<String, Tally>, bool)> {
        let Some(Answer::Values { values, overflow, .. }) = answers.get(&self.question) else { return None };
        let filled = values.iter().filter(|(value, _)| !is_missing(value, &self.missing));
        Some((filled.map(|(value, tally)| (value.clone(), tally.clone())).collect(), *overflow))
    }

    fn pick(&self, values: BTreeSet<String>) -> Pick {
        Pick::Values { column: self.column.clone(), values }
    }
}

fn declared(context: &Context<'_>) -> (Vec<Looked>, Vec<Gap>) {
    let wanted = |attribute: &Attribute| attribute.is(&["boolean"]) && !attribute.is_consent();
    let (targets, gaps) = context.targets(wanted);
    let looked = targets.into_iter().map(|target| Looked {
        question: Question::Values { column: target.column.clone(), cap: MOST_VALUES },
        column: target.column,
        missing: target.attribute.missing.clone(),
    });
    (looked.collect(), gaps)
}

/// Columns that nearly always say yes or no, without a mapping that declares them.
fn recognised(answers: &Answers, columns: &[Column]) -> Vec<Looked> {
    let found = inferred::booleans(answers, columns).into_iter().map(|likely| Looked {
        question: inferred::question(likely.column),
        column: likely.column.clone(),
        missing: Vec::new(),
    });
    found.collect()
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let mut ask = Ask::default();
    let looked = if context.mapping.is_some() {
        let (looked, gaps) = declared(context);
        ask.gaps = gaps;
        ask.questions.extend(looked.iter().map(|looked| looked.question.clone()));
        looked
    } else {
        let columns = inferred::columns(context);
        ask.questions.extend(columns.iter().map(inferred::question));
        recognised(answers, &columns)
    };
    ask.subjects = looked.len();
    if looked.is_empty() && ask.gaps.is_empty() {
        let reason = if context.mapping.is_some() {
            "the mapping declares no boolean beside consent"
        } else {
            "no column says yes or no often enough to be taken for a boolean; a mapping would name them"
        };
        ask.gaps.push(Gap { subject: "mapping:attributes".to_owned(), reason: reason.to_owned(), column: None });
    }
    for looked in looked {
        let Some((values, overflow)) = looked.values(answers) else { continue };
        if values.is_empty() {
            ask.gaps.push(context.blank(&looked.column));
        }
        if overflow {
            let subject = format!("{}.{}", looked.column.dataset, context.label(&looked.column));
            let most = count(MOST_VALUES as u64);
            let reason = format!("{subject} holds over {most} different values; only that many were judged");
            ask.gaps.push(Gap { subject, reason, column: None });
        }
        let wrong = stray(&values, main_spelling(&values).as_ref()).into_keys().collect();
        ask.questions.extend(Question::listing(looked.pick(wrong)));
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let looked =
        if context.mapping.is_some() { declared(context).0 } else { recognised(answers, &inferred::columns(context)) };
    let mut seen = BTreeSet::new();
    let once = looked.into_iter().filter(|looked| seen.insert(looked.column.clone()));
    once.filter_map(|looked| hit(context, answers, &looked)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, looked: &Looked) -> Option<Hit> {
    let (values, _) = looked.values(answers)?;
    let main = main_spelling(&values);
    let wrong = stray(&values, main.as_ref());
    if wrong.is_empty() {
        return None;
    }
    let total = values.values().map(|tally| tally.rows).sum();
    let (summed, parts) = gather(wrong.iter().map(|(value, right)| (value.as_str(), values.get(value), right.clone())));
    let whole = context.listed(answers, &looked.pick(wrong.keys().cloned().collect()), summed);
    let (column, label) = (&looked.column, context.label(&looked.column));
    let rule = main.map_or_else(
        || "says neither yes nor no in any record".to_owned(),
        |(yes, no)| format!("is {yes} or {no} in most records, and otherwise in"),
    );
    let records = counted(whole.rows, "record", "records");
    let suggested = |value: &str| wrong.get(value).cloned().flatten();
    let samples = whole.samples.into_iter().map(|sample| {
        let right = suggested(&sample.value);
        context.row(column, sample, right)
    });
    Some(Hit {
        subject: Subject::column(&column.dataset, label),
        rows: whole.rows,
        total,
        people: whole.people,
        statement: format!("`{label}` {rule} {records} ({}).", percent(whole.rows, total)),
        parts,
        samples: samples.collect(),
        shows: if context.is_sensitive(column) { Shows::Nothing } else { Shows::Words },
        ..Hit::default()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{main_spelling, spellings, stray};
    use crate::facts::Tally;
    use crate::facts::lenses::truth;

    fn column(values: &[(&str, u64)]) -> BTreeMap<String, Tally> {
        let tally = |rows: u64| Tally { rows, people: rows, ..Tally::default() };
        values.iter().map(|(value, rows)| ((*value).to_owned(), tally(*rows))).collect()
    }

    #[test]
    fn every_word_is_one_that_readers_know() {
        for (yes, no) in spellings() {
            assert_eq!((truth(&yes), truth(&no)), (Some(true), Some(false)), "{yes} {no}");
        }
    }

    #[test]
    fn most_records_make_the_rule() {
        let main = |values: &[(&str, u64)]| main_spelling(&column(values));
        let pair = |yes: &str, no: &str| Some((yes.to_owned(), no.to_owned()));
        assert_eq!(main(&[("Yes", 3), ("No", 9), ("true", 4)]), pair("Yes", "No"));
        assert_eq!(main(&[("Yes", 3), ("true", 3)]), pair("true", "false"));
        assert_eq!(main(&[("si", 3), ("no", 9)]), pair("si", "no"));
        assert_eq!(main(&[("maybe", 3)]), None);
        let values = column(&[("true", 9), ("1", 1), ("FALSE", 1), ("true ", 1), ("maybe", 1)]);
        let wrong = stray(&values, main_spelling(&values).as_ref());
        let wanted = [("1", Some("true")), ("FALSE", Some("false")), ("maybe", None), ("true ", Some("true"))];
        assert_eq!(wrong.iter().map(|(value, right)| (value.as_str(), right.as_deref())).collect::<Vec<_>>(), wanted);
    }
}
