//! Enums and booleans that no mapping declares: columns in, those whose values repeat as a list's do out, with the
//! spellings that stand for the allowed ones.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use crate::facts::lenses::truth;
use crate::facts::{Answer, Answers, Column, Question, Tally};
use crate::frames::normalize::{alike, fold, is_missing, masks};
use crate::mapping::spelling::{How, Word};
use crate::mapping::typo::{Typed, nearest};

/// A column with more distinct values than this is no enum unless the mapping says so.
pub(crate) const MOST: usize = 60;
/// Records a value needs on average before a column counts as an enum without being declared one.
pub(crate) const FEWEST_EACH: u64 = 4;
/// How much more frequent a spelling must be than the one taken for its typo.
const TYPO_WEIGHT: u64 = 10;
/// The share of a column's records that must read as yes or no before it counts as a boolean.
const MOSTLY: f64 = 0.9;

/// The question about a column.
pub(super) fn question(column: &Column) -> Question {
    Question::Values { column: column.clone(), cap: MOST }
}

/// Columns that may hold a list's values: no keys, lookups, names or notes.
pub(super) fn columns(context: &Context<'_>) -> Vec<Column> {
    let sources = context.datasets.values().filter(|dataset| !dataset.preview.is_empty());
    let columns = sources.flat_map(|dataset| {
        let lookup = |label: &str| label.ends_with(".id") || label.ends_with(".module") || is_personal(label);
        let wanted = dataset
            .columns
            .iter()
            .enumerate()
            .filter(move |(index, column)| dataset.key != Some(*index) && !lookup(&column.label));
        wanted.map(|(index, _)| Column { dataset: dataset.name.clone(), index })
    });
    columns.collect()
}

/// Words of labels under which people, places and notes stand: they vary by nature and are nobody's list.
const PERSONAL: &[&str] = &[
    "name",
    "vorname",
    "nachname",
    "owner",
    "email",
    "mail",
    "phone",
    "mobile",
    "telefon",
    "fax",
    "street",
    "strasse",
    "address",
    "address1",
    "address2",
    "zip",
    "plz",
    "postal",
    "note",
    "notes",
    "description",
    "subject",
    "company",
    "firma",
    "title",
    "tag",
    "tags",
    // Consent has rules of its own.
    "unsubscribed",
    "by",
    "url",
    "website",
    "id",
    "twitter",
    "birth",
    "geburtsdatum",
];

/// Whether a label is one of people, places and notes.
pub(crate) fn is_personal(label: &str) -> bool {
    labels(label).iter().any(|word| PERSONAL.contains(&word.as_str()))
}

/// The words of a label, in lower case.
pub(crate) fn labels(label: &str) -> Vec<String> {
    label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// A column and its filled values.
pub(super) struct Likely<'a> {
    pub(super) column: &'a Column,
    pub(super) values: BTreeMap<String, Tally>,
}

impl<'a> Likely<'a> {
    /// The filled values of a column; none before they are known, or when there are too many for a list.
    pub(super) fn of(answers: &Answers, column: &'a Column, missing: &[String]) -> Option<Self> {
        let Some(Answer::Values { values, overflow: false, .. }) = answers.get(&question(column)) else { return None };
        let values = values.iter().filter(|(value, _)| !is_missing(value, missing));
        Some(Self { column, values: values.map(|(value, tally)| (value.clone(), tally.clone())).collect() })
    }

    /// Records that fill the column.
    pub(super) fn rows(&self) -> u64 {
        self.values.values().map(|tally| tally.rows).sum()
    }

    /// Whether nearly all of it reads as yes or no, and some of it in words.
    fn is_boolean(&self) -> bool {
        let says = |value: &&String| truth(value).is_some();
        let said: u64 = self.values.iter().filter(|(value, _)| says(value)).map(|(_, tally)| tally.rows).sum();
        let worded = self.values.keys().filter(says).any(|value| value.chars().any(char::is_alphabetic));
        worded && said as f64 >= MOSTLY * self.rows() as f64
    }

    /// The spellings, the most frequent first; among equals the first in order.
    pub(super) fn words(&self) -> Vec<(Word, u64)> {
        let word = |text: &String| Word { text: text.clone(), other_side: text.clone(), aliases: Vec::new() };
        let mut words: Vec<(Word, u64)> = self.values.iter().map(|(value, tally)| (word(value), tally.rows)).collect();
        words.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.text.cmp(&other.0.text)));
        words
    }
}

fn filled<'a>(answers: &Answers, columns: &'a [Column]) -> Vec<Likely<'a>> {
    columns.iter().filter_map(|column| Likely::of(answers, column, &[])).collect()
}

/// Columns that behave as enums.
pub(super) fn enums<'a>(answers: &Answers, columns: &'a [Column]) -> Vec<Likely<'a>> {
    let behaves = |likely: &Likely<'_>| {
        // Several spellings of one value are one value.
        let different: BTreeSet<String> = likely.values.keys().map(|value| fold(value)).collect();
        let worded = likely.values.keys().any(|value| value.chars().any(char::is_alphabetic));
        likely.values.len() > 1 && likely.rows() >= FEWEST_EACH * different.len() as u64 && worded
    };
    filled(answers, columns).into_iter().filter(|likely| !likely.is_boolean() && behaves(likely)).collect()
}

/// Columns that behave as booleans.
pub(super) fn booleans<'a>(answers: &Answers, columns: &'a [Column]) -> Vec<Likely<'a>> {
    filled(answers, columns).into_iter().filter(Likely::is_boolean).collect()
}

/// What a value should be, when a more frequent spelling says so.
pub(crate) fn sort<'a>(value: &str, words: &'a [(Word, u64)]) -> Option<(&'a str, How)> {
    let at = words.iter().position(|(word, _)| word.text == value)?;
    let own = words[at].1;
    // A spelling yields to a more frequent one of the same fold; among equals the first in order stands.
    if let Some((word, _)) = words[..at].iter().find(|(word, _)| alike(&word.text, value)) {
        return Some((&word.text, if masks(&word.text, value) { How::Masked } else { How::Variant }));
    }
    // One spelling stands for all of a word, with the records of all: two spellings of it would be equally near.
    let leads = |at: usize| !words[..at].iter().any(|(word, _)| alike(&word.text, &words[at].0.text));
    let whole =
        |text: &str| words.iter().filter(|(word, _)| alike(&word.text, text)).map(|(_, rows)| rows).sum::<u64>();
    let frequent = (0..at).filter(|at| leads(*at)).map(|at| &words[at].0);
    let frequent = frequent.filter(|word| whole(&word.text) >= own * TYPO_WEIGHT);
    let typed: Vec<(Typed, &'a str)> = frequent.map(|word| (Typed::new(&word.text), word.text.as_str())).collect();
    let meant = nearest(&Typed::new(value), typed.iter().map(|(typed, text)| (typed, *text)))?;
    Some((meant, How::Typo))
}
