//! Drafts: a column of an export in, what it holds out: the type of its values, and the values themselves where they are
//! those of a list. Names, addresses and whatever else tells of a person never leave it.

use std::collections::BTreeMap;

use ahash::{AHashMap, AHashSet};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::checks::inferred::{FEWEST_EACH, MOST, is_personal, labels};
use crate::exports::System;
use crate::facts::fits::number;
use crate::facts::lenses::truth;
use crate::frames::normalize::{fold, is_missing};
use crate::frames::time::{Stamp, classify};
use crate::frames::{Frame, TextColumn};
use crate::text::trim;

/// Records that are looked at to tell a column's type.
const LOOKED_AT: u32 = 20_000;
/// The share of filled cells that makes a column one of a type.
const MOSTLY: f64 = 0.9;
/// The share of dates among them that makes one of times, as for the rules.
const LIKELY: f64 = 0.6;
/// Digits of the shortest number that is taken for Unix time in a column that nobody declared: from 1973 on.
const UNIX_DIGITS: usize = 9;
/// Digits in a value from which it may be a phone number or an id, and is no value of a list.
const MANY_DIGITS: usize = 7;

/// Bytes of the longest value of a list; what is longer was written, not chosen.
const LONGEST: usize = 100;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    Nothing,
    Text,
    Enum,
    Boolean,
    Number,
    Timestamp,
    Date,
    Email,
    Phone,
    Identifier,
    List,
    Object,
}

impl Holds {
    /// As `type:` in the mapping.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nothing | Self::Text => "text",
            Self::Enum => "enum",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::Timestamp => "timestamp",
            Self::Date => "date",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Identifier => "identifier",
            Self::List => "list",
            Self::Object => "object",
        }
    }

    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::Timestamp | Self::Date)
    }
}

/// One column as it was looked at.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) label: String,
    pub(super) holds: Holds,
    pub(super) filled: u64,
    /// The forms of its times, the most frequent first.
    pub(super) stamps: Vec<(Stamp, u64)>,
    /// Whether its values may tell who somebody is.
    pub(super) personal: bool,
    /// Values of an enum with their counts, the most frequent first; of nothing else.
    pub(super) values: Vec<(String, u64)>,
}

impl Look {
    pub(super) fn has(&self, stamp: &[Stamp]) -> bool {
        self.stamps.iter().any(|(form, _)| stamp.contains(form))
    }
}

/// Looks at every column of a dataset; `people` are folded names of people that stand in columns of names.
pub(super) fn look(frame: &Frame, people: &AHashSet<String>) -> Vec<Look> {
    let columns: Vec<(usize, &str)> =
        frame.dataset.columns.iter().map(|column| column.label.as_str()).enumerate().collect();
    let is_profile = frame.dataset.system == System::CustomerIo;
    let looked = columns.par_iter().map(|(index, label)| {
        let Some(column) = frame.column(*index) else { return blank(label) };
        let own_key = frame.dataset.key == Some(*index) || (is_profile && *label == "id");
        one(column, frame.rows, label, own_key, people)
    });
    looked.collect()
}

fn blank(label: &str) -> Look {
    Look {
        label: label.to_owned(),
        holds: Holds::Nothing,
        filled: 0,
        stamps: Vec::new(),
        personal: is_personal(label),
        values: Vec::new(),
    }
}

/// Rows at even distances, at most so many.
pub(super) fn spread(rows: u32, most: u32) -> impl Iterator<Item = u32> {
    let step = rows.div_ceil(most.max(1)).max(1);
    (0..rows).step_by(step as usize)
}

/// What was counted of the cells that were looked at.
#[derive(Default)]
struct Counts {
    filled: u64,
    stamps: BTreeMap<Stamp, u64>,
    truths: u64,
    worded: bool,
    numbers: u64,
    addresses: u64,
    international: u64,
    lists: u64,
    objects: u64,
    distinct: AHashSet<String>,
    several: bool,
}

impl Counts {
    fn add(&mut self, value: &str) {
        self.filled += 1;
        *self.stamps.entry(stamp(value)).or_default() += 1;
        if truth(value).is_some() {
            self.truths += 1;
            self.worded |= value.chars().any(char::is_alphabetic);
        }
        self.numbers += u64::from(number(value).is_some());
        self.addresses += u64::from(value.contains('@'));
        self.international += u64::from(value.starts_with('+') && digits(value) >= MANY_DIGITS);
        self.lists += u64::from(value.starts_with('['));
        self.objects += u64::from(value.starts_with('{'));
        if !self.several {
            self.distinct.insert(value.to_owned());
            self.several = self.distinct.len() > MOST;
        }
    }

    fn mostly(&self, counted: u64, share: f64) -> bool {
        self.filled > 0 && counted as f64 >= share * self.filled as f64
    }

    fn stamped(&self, wanted: impl Fn(Stamp) -> bool) -> u64 {
        self.stamps.iter().filter(|(stamp, _)| wanted(**stamp)).map(|(_, count)| count).sum()
    }
}

/// The form of a value, a short number being none.
fn stamp(value: &str) -> Stamp {
    match classify(value) {
        Stamp::UnixSeconds | Stamp::Compact if digits(value) < UNIX_DIGITS => Stamp::Other,
        stamp => stamp,
    }
}

fn digits(value: &str) -> usize {
    value.bytes().filter(u8::is_ascii_digit).count()
}

fn is_moment(stamp: Stamp) -> bool {
    matches!(stamp, Stamp::UnixSeconds | Stamp::UnixMillis | Stamp::IsoOffset | Stamp::IsoLocal | Stamp::SpaceLocal)
}

fn is_day(stamp: Stamp) -> bool {
    matches!(stamp, Stamp::Date | Stamp::Slashed | Stamp::Worded)
}

fn one(column: &TextColumn, rows: u32, label: &str, own_key: bool, people: &AHashSet<String>) -> Look {
    let mut counts = Counts::default();
    for row in spread(rows, LOOKED_AT) {
        let value = trim(column.get(row));
        if !is_missing(value, &[]) {
            counts.add(value);
        }
    }
    let mut look = blank(label);
    look.filled = counts.filled;
    look.holds = if own_key && counts.filled > 0 { Holds::Identifier } else { holds(&counts, label, look.personal) };
    look.stamps = counts.stamps.iter().map(|(stamp, count)| (*stamp, *count)).collect();
    look.stamps.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    if look.holds == Holds::Enum {
        look.values = values(column, rows);
        if names_people(&look.values, people) {
            (look.holds, look.personal) = (Holds::Text, true);
            look.values.clear();
        }
    }
    look
}

fn holds(counts: &Counts, label: &str, personal: bool) -> Holds {
    let words = labels(label);
    let named = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let last = words.last().map(String::as_str);
    let days = counts.stamped(is_day);
    let moments = counts.stamped(is_moment);
    if counts.filled == 0 {
        Holds::Nothing
    } else if counts.mostly(counts.addresses, LIKELY) {
        Holds::Email
    } else if counts.mostly(counts.objects, MOSTLY) {
        Holds::Object
    } else if counts.mostly(counts.lists, MOSTLY) || named(&["tags", "tag"]) {
        Holds::List
    } else if named(&["phone", "mobile", "telefon", "fax"]) || counts.mostly(counts.international, MOSTLY) {
        Holds::Phone
    } else if last == Some("id") {
        Holds::Identifier
    } else if counts.worded && counts.mostly(counts.truths, MOSTLY) {
        Holds::Boolean
    } else if counts.mostly(days + moments, LIKELY) {
        if days > moments { Holds::Date } else { Holds::Timestamp }
    } else if counts.mostly(counts.numbers, MOSTLY) {
        Holds::Number
    } else if !personal && !counts.several && repeats(counts) {
        Holds::Enum
    } else {
        Holds::Text
    }
}

/// Whether values come again and again, as those of a list do.
fn repeats(counts: &Counts) -> bool {
    let different: AHashSet<String> = counts.distinct.iter().map(|value| fold(value)).collect();
    let worded = counts.distinct.iter().any(|value| value.chars().any(char::is_alphabetic));
    let told = counts
        .distinct
        .iter()
        .any(|value| value.contains('@') || digits(value) >= MANY_DIGITS || value.len() > LONGEST);
    counts.distinct.len() > 1 && worded && !told && counts.filled >= FEWEST_EACH * different.len() as u64
}

/// Every value with its count, the most frequent first.
fn values(column: &TextColumn, rows: u32) -> Vec<(String, u64)> {
    let mut counted: AHashMap<&str, u64> = AHashMap::new();
    for row in 0..rows {
        *counted.entry(column.get(row)).or_default() += 1;
    }
    let mut values: Vec<(String, u64)> = counted
        .into_iter()
        .filter(|(value, _)| !is_missing(value, &[]))
        .map(|(value, count)| (value.to_owned(), count))
        .collect();
    values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    values
}

/// Whether most values stand in columns of names too: a column of people, whatever its label.
fn names_people(values: &[(String, u64)], people: &AHashSet<String>) -> bool {
    let named = values.iter().filter(|(value, _)| people.contains(&fold(value))).count();
    named * 2 > values.len()
}

/// The folded values of every column that is a name's by its label.
pub(super) fn people<'a>(frames: impl Iterator<Item = &'a Frame>) -> AHashSet<String> {
    const NAMES: &[&str] = &["name", "vorname", "nachname", "owner", "by"];
    let mut found = AHashSet::new();
    for frame in frames {
        let columns = frame
            .dataset
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| labels(&column.label).iter().any(|word| NAMES.contains(&word.as_str())));
        for (index, _) in columns {
            let Some(column) = frame.column(index) else { continue };
            let names = spread(frame.rows, LOOKED_AT).map(|row| column.get(row)).filter(|name| !is_missing(name, &[]));
            found.extend(names.map(fold));
        }
    }
    found
}
