//! Drafts: the values of a column with their counts in, a list of allowed ones out, their other spellings beside them.

use std::collections::BTreeMap;

use super::columns::Look;
use crate::checks::inferred::sort;
use crate::mapping::spelling::Word;

/// The fewest records of an allowed value; what is rarer is left to the audit, and may tell of a person.
const FEWEST: u64 = 3;
/// One in so many records must hold it.
const SHARE: u64 = 2_000;

/// An allowed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its most frequent spelling.
    pub(super) text: String,
    /// Records that hold it, in whatever spelling.
    pub(super) records: u64,
    /// Its other spellings: another case, other blanks or signs, a typo.
    pub(super) spellings: Vec<String>,
}

/// The allowed values of an enum, the most frequent first, and how many different ones are too rare to be listed.
pub(super) fn list(looks: &[&Look]) -> (Vec<Listed>, usize) {
    let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
    for (value, records) in looks.iter().flat_map(|look| &look.values) {
        *counted.entry(value).or_default() += records;
    }
    let total: u64 = counted.values().sum();
    let word = |text: &str| Word { text: text.to_owned(), other_side: text.to_owned(), aliases: Vec::new() };
    let mut words: Vec<(Word, u64)> = counted.iter().map(|(text, records)| (word(text), *records)).collect();
    words.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.text.cmp(&other.0.text)));
    let fewest = FEWEST.max(total / SHARE);
    let mut listed: Vec<Listed> = Vec::new();
    let mut rare = 0;
    for (Word { text, .. }, records) in &words {
        match sort(text, &words).map(|(meant, _)| meant) {
            Some(meant) => match listed.iter_mut().find(|known| known.text == meant) {
                Some(known) => {
                    known.records += records;
                    known.spellings.push(text.clone());
                }
                None => rare += 1,
            },
            None if *records >= fewest => {
                listed.push(Listed { text: text.clone(), records: *records, spellings: Vec::new() });
            }
            None => rare += 1,
        }
    }
    (listed, rare)
}
