//! Drafts: the cells of one column over linked people in, numbers that are equal where the cells mean the same out.

use ahash::AHashMap;
use jiff::tz::TimeZone;
use xxhash_rust::xxh3::xxh3_64;

use super::columns::{Holds, Look};
use crate::facts::fits::number;
use crate::facts::lenses::truth;
use crate::frames::TextColumn;
use crate::frames::normalize::{fold, is_missing};
use crate::frames::time::Written;
use crate::text::trim;

/// Different values up to which two columns may agree by chance.
const FEW: usize = 100;
/// Zones are at most so many seconds apart from Greenwich, and a day is a day somewhere.
const ZONES: u64 = 15 * 3_600;
/// The digits that two phone numbers of one line share, however the country is written.
const LINE: usize = 9;

/// How the cells of two columns are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Time,
    Truth,
    Number,
    Phone,
    Text,
}

impl Meaning {
    fn of(holds: Holds) -> Self {
        match holds {
            Holds::Timestamp | Holds::Date => Self::Time,
            Holds::Boolean => Self::Truth,
            Holds::Number => Self::Number,
            Holds::Phone => Self::Phone,
            _ => Self::Text,
        }
    }
}

/// A column over a list of rows.
#[derive(Debug)]
pub(super) struct Cells {
    meaning: Meaning,
    texts: Vec<Option<u64>>,
    meant: Vec<Option<i64>>,
    /// How often each value occurs, where they are few.
    few: Option<AHashMap<u64, u64>>,
    filled: u64,
}

/// How two columns agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Agreed {
    /// People on whom both sides say the same.
    pub(super) same: u64,
    /// People on whom both sides say something.
    pub(super) both: u64,
    /// The share that agrees beyond what two columns of few values agree by chance.
    pub(super) kappa: f64,
    /// The share of the people with a value on the right that have one on the left too.
    pub(super) cover: f64,
}

impl Cells {
    pub(super) fn new(column: &TextColumn, look: &Look, rows: impl Iterator<Item = u32>) -> Self {
        let meaning = Meaning::of(look.holds);
        let (mut texts, mut meant) = (Vec::new(), Vec::new());
        for row in rows {
            let value = trim(column.get(row));
            let filled = (!is_missing(value, &[])).then_some(value);
            texts.push(filled.map(|value| xxh3_64(fold(value).as_bytes())));
            if meaning != Meaning::Text {
                meant.push(filled.and_then(|value| read(meaning, value)));
            }
        }
        let filled = texts.iter().flatten().count() as u64;
        let mut few = AHashMap::new();
        for text in texts.iter().flatten() {
            if few.len() <= FEW {
                *few.entry(*text).or_default() += 1;
            }
        }
        Self { meaning, texts, meant, filled, few: (few.len() <= FEW).then_some(few) }
    }

    /// Whether all cells hold one value, or none.
    pub(super) fn is_constant(&self) -> bool {
        self.few.as_ref().is_some_and(|few| few.len() < 2)
    }

    /// How this column agrees with another one over the same people.
    pub(super) fn agree(&self, other: &Self) -> Option<Agreed> {
        let (same, both) = match self.meaning {
            Meaning::Text => count(&self.texts, &other.texts, |one, other| one == other),
            Meaning::Time if other.meaning == Meaning::Time => {
                count(&self.meant, &other.meant, |one, other| one.abs_diff(other) <= ZONES)
            }
            meaning if meaning == other.meaning => count(&self.meant, &other.meant, |one, other| one == other),
            _ => count(&self.texts, &other.texts, |one, other| one == other),
        };
        if both == 0 {
            return None;
        }
        let (share, chance) = (same as f64 / both as f64, self.chance(other));
        let kappa = if chance < 0.999 { (share - chance) / (1.0 - chance) } else { 0.0 };
        let cover = both as f64 / other.filled.max(1) as f64;
        Some(Agreed { same, both, kappa, cover })
    }

    /// The share of people on whom the two would agree if they had nothing to do with each other.
    fn chance(&self, other: &Self) -> f64 {
        let (Some(mine), Some(theirs)) = (&self.few, &other.few) else { return 0.0 };
        // Sums of whole numbers, so that the order of a hash map cannot show.
        let mut met: u128 = mine
            .iter()
            .map(|(value, count)| u128::from(*count) * u128::from(theirs.get(value).copied().unwrap_or_default()))
            .sum();
        if self.meaning == other.meaning && self.meaning == Meaning::Truth {
            let said =
                |cells: &Self, says: i64| cells.meant.iter().flatten().filter(|meant| **meant == says).count() as u128;
            met = said(self, 0) * said(other, 0) + said(self, 1) * said(other, 1);
        }
        met as f64 / (u128::from(self.filled.max(1)) * u128::from(other.filled.max(1))) as f64
    }

    /// The share of the different values of both that stand in both; only where they are few.
    pub(super) fn overlap(&self, other: &Self) -> Option<(u64, u64)> {
        let (mine, theirs) = (self.few.as_ref()?, other.few.as_ref()?);
        let shared = mine.keys().filter(|value| theirs.contains_key(*value)).count() as u64;
        Some((shared, (mine.len() + theirs.len()) as u64 - shared))
    }
}

fn count<T: Copy>(one: &[Option<T>], other: &[Option<T>], same: impl Fn(T, T) -> bool) -> (u64, u64) {
    let both = one.iter().zip(other).filter_map(|(one, other)| one.zip(*other));
    both.fold((0, 0), |(agreed, all), (one, other)| (agreed + u64::from(same(one, other)), all + 1))
}

fn read(meaning: Meaning, value: &str) -> Option<i64> {
    match meaning {
        Meaning::Time => seconds(value, &TimeZone::UTC),
        Meaning::Truth => truth(value).map(i64::from),
        Meaning::Number => number(value).map(|number| (number * 10_000.0).round() as i64),
        Meaning::Phone => {
            let digits: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).collect();
            let line = &digits[digits.len().saturating_sub(LINE)..];
            std::str::from_utf8(line).ok()?.parse().ok()
        }
        Meaning::Text => None,
    }
}

/// The seconds of a time, a day being its midnight.
pub(super) fn seconds(value: &str, zone: &TimeZone) -> Option<i64> {
    Written::of(value).moment(false, zone)
}
