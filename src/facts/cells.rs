//! Cells: a few columns of few values and some conditions in, records by every combination of them out.

use std::collections::BTreeMap;

use ahash::AHashMap;

use super::Answer;
use super::filter::Filter;
use super::lenses::{shape, truth};
use super::local::{Shard, Slice};
use super::question::Consent;

/// Combinations beyond which nothing is counted: people have a few hundred.
pub const MOST_CELLS: usize = 20_000;

/// The code of a blank.
pub const MISSING: u16 = 0;
/// The code of a value that is none of those asked for.
pub const OTHER: u16 = 1;
/// The code of the first value that was asked for.
pub const FIRST: u16 = 2;

/// How a column is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Read {
    /// As one of these values, whose codes are their places from [`FIRST`] on.
    Words(Vec<String>),
    /// As false or true, in this order.
    Flag,
    /// As Customer.io reads its own flag: what is no opt-out is false.
    OptOut,
}

impl Read {
    fn coder(&self, any_case: bool) -> Box<dyn Fn(&str) -> u16 + '_> {
        let flag = |value: Option<bool>| value.map_or(OTHER, |value| FIRST + u16::from(value));
        match self {
            Self::Words(words) => {
                let exact: AHashMap<&str, u16> = words.iter().map(String::as_str).zip(FIRST..).collect();
                // Words that differ in case alone are read as the first of them, unless one is the value's own.
                let mut folded: AHashMap<String, u16> = AHashMap::new();
                for (word, code) in words.iter().zip(FIRST..).filter(|_| any_case) {
                    folded.entry(word.to_lowercase()).or_insert(code);
                }
                Box::new(move |value| match (value, exact.get(value)) {
                    ("", _) => MISSING,
                    (_, Some(code)) => *code,
                    _ => folded.get(&value.to_lowercase()).copied().unwrap_or(OTHER),
                })
            }
            // What cannot be read as a truth is absent to a condition.
            Self::Flag => Box::new(move |value| truth(value).map_or(MISSING, |value| flag(Some(value)))),
            Self::OptOut => Box::new(move |value| flag(Some(Consent::Profile.says(value) == shape::OUT))),
        }
    }
}

/// Records by the codes of their cells, and by 0 or 1 for every condition.
pub(super) fn cells(
    shard: &Shard<'_>,
    slice: &Slice<'_>,
    columns: &[(usize, Read)],
    tests: &[Filter],
) -> Result<Answer, String> {
    let any_case = shard.engine.any_case;
    let mut codes: Vec<Vec<u16>> = Vec::new();
    let rows: Vec<u32> = slice.rows().collect();
    for (index, read) in columns {
        let column = slice.column(*index)?;
        let coder = read.coder(any_case);
        let coded = column.reading(coder);
        codes.push(rows.iter().map(|row| coded.get(*row)).collect());
    }
    for test in tests {
        let met = shard.met(slice, test)?;
        codes.push(rows.iter().map(|row| u16::from(met.contains(*row))).collect());
    }
    let mut cells: BTreeMap<Vec<u16>, u64> = BTreeMap::new();
    for at in 0..rows.len() {
        let cell: Vec<u16> = codes.iter().map(|column| column[at]).collect();
        *cells.entry(cell).or_default() += 1;
        if cells.len() > MOST_CELLS {
            return Ok(Answer::Cells { rows: slice.len(), cells: BTreeMap::new(), overflow: true });
        }
    }
    Ok(Answer::Cells { rows: slice.len(), cells, overflow: false })
}
