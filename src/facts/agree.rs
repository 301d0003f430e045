//! Facts about linked pairs whose cells should say the same: both are read the same way, then counted.
//!
//! A file has millions of records and few spellings, so a value that was read once is remembered.

use std::collections::BTreeMap;
use std::sync::Arc;

use ahash::AHashMap;

use super::instants::Freshness;
use super::items::items;
use super::lenses::truth;
use super::local::Shard;
use super::pairs::Pairs;
use super::tally::Counter;
use super::times::Clock;
use super::{Answer, Column, Fresh, Question, Tally, Times, merge_maps};
use crate::frames::TextColumn;
use crate::frames::calendar::{EPOCH, default_day};
use crate::frames::normalize::{alike, fold, is_missing};
use crate::frames::time::{Stamp, classify};
use crate::mapping::spelling::{Place, Spellings};

/// Values of one column that are remembered; beyond, they are hardly ever met again.
const REMEMBERED: usize = 10_000;
/// Digits by which two phone numbers may be known to be one where only one of them names its country.
const SHORTEST_PHONE: usize = 7;

/// How the cells of both sides are read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// As values of an enum, by the spellings of each side.
    Words { left: Spellings, right: Spellings },
    /// As yes or no.
    Truth,
    /// As numbers.
    Number,
    /// As the digits of a phone number.
    Phone,
    /// As text without case, blanks and punctuation.
    Text,
    /// As a list that holds an item in some spelling, or does not.
    Item(String),
    /// As a time that is there or not; which one it is, [`super::Instants`] tell.
    Presence {
        /// Whether somebody may be born on the first day of Unix time.
        birthday: bool,
    },
}

/// What a blank on the left says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blank {
    /// That the right should be blank as well.
    Itself,
    /// Nothing: the value may come from elsewhere.
    Nothing,
    /// What the mapping says a blank stands for.
    Default(String),
}

/// Linked pairs by whether both sides say the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreement {
    /// All linked pairs.
    pub pairs: u64,
    /// Pairs whose left cell is filled.
    pub left_filled: u64,
    /// Pairs whose right cell is filled.
    pub right_filled: u64,
    /// Pairs that say the same.
    pub same: u64,
    /// Pairs that differ.
    pub differ: Tally,
    /// The same, without samples, by how they differ.
    pub kinds: BTreeMap<String, Tally>,
    /// Pairs that differ and are too fresh to be blamed.
    pub held: u64,
    /// Pairs in which a side cannot be read.
    pub unread: u64,
    /// Pairs that nothing can be said of.
    pub open: u64,
}

impl Agreement {
    /// Adds what another shard found.
    pub(super) fn merge(&mut self, other: Self, cap: usize) {
        for (mine, theirs) in [
            (&mut self.pairs, other.pairs),
            (&mut self.left_filled, other.left_filled),
            (&mut self.right_filled, other.right_filled),
            (&mut self.same, other.same),
            (&mut self.held, other.held),
            (&mut self.unread, other.unread),
            (&mut self.open, other.open),
        ] {
            *mine += theirs;
        }
        self.differ.merge(other.differ, cap);
        merge_maps(&mut self.kinds, other.kinds, 0);
    }
}

/// The names of the ways in which two cells differ.
pub mod difference {
    /// Both are filled.
    pub const OTHER: &str = "another value";
    /// The right is blank.
    pub const LOST: &str = "blank on the profile";
    /// The left is blank.
    pub const KEPT: &str = "blank at the source";
    /// All of them.
    pub const ALL: [&str; 3] = [OTHER, LOST, KEPT];
}

/// A cell as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing, or a text that means nothing.
    Missing,
    /// Something that the reading cannot read.
    Unreadable,
    /// What it means, in one spelling.
    Means(Arc<str>),
}

impl Reading {
    /// What a value of the left side means, as the right side spells it; none when it is missing or cannot be read.
    pub fn expected(&self, left: &str) -> Option<String> {
        match self {
            Self::Words { left: spellings, .. } => spellings.meant(left).map(str::to_owned),
            Self::Truth => truth(left).map(|says| says.to_string()),
            Self::Number | Self::Phone | Self::Text | Self::Item(_) | Self::Presence { .. } => None,
        }
    }

    /// Whether the right cell surely does not say what the left one says.
    pub(super) fn lacks(&self, left: &str, right: &str, missing: &[String]) -> bool {
        match (self.read(left, missing, true), self.read(right, missing, false)) {
            (left @ Said::Means(_), right @ Said::Means(_)) => !self.same(&left, &right),
            (Said::Means(_), Said::Missing) => true,
            _ => false,
        }
    }

    /// Whether a cell of the right says what one of the left says; none where one of them cannot be read.
    pub fn agrees(&self, left: &str, right: &str, missing: &[String]) -> Option<bool> {
        self.equal(&self.read(left, missing, true), &self.read(right, missing, false))
    }

    /// The same for two cells of the right.
    pub fn repeats(&self, one: &str, other: &str, missing: &[String]) -> Option<bool> {
        self.equal(&self.read(one, missing, false), &self.read(other, missing, false))
    }

    fn equal(&self, one: &Said, other: &Said) -> Option<bool> {
        let readable = *one != Said::Unreadable && *other != Said::Unreadable;
        readable.then(|| self.same(one, other))
    }

    /// Whether two cells mean the same.
    pub(crate) fn same(&self, one: &Said, other: &Said) -> bool {
        match (one, other) {
            (Said::Means(one), Said::Means(other)) if *self == Self::Phone => {
                one == other || is_same_abroad(one, other) || is_same_abroad(other, one)
            }
            _ => one == other,
        }
    }

    /// What a cell says, on the left side or on the right one.
    pub(crate) fn read(&self, value: &str, missing: &[String], on_left: bool) -> Said {
        if let Self::Words { left, right } = self {
            let spellings = if on_left { left } else { right };
            return match spellings.place(value) {
                Place::Missing => Said::Missing,
                Place::Outside => Said::Unreadable,
                Place::Word(word, _) => Said::Means(spellings.said(word).into()),
            };
        }
        if is_missing(value, missing) {
            return Said::Missing;
        }
        if let Self::Item(wanted) = self {
            let held = items(value).iter().any(|item| alike(item, wanted));
            return if held { Said::Means("an item".into()) } else { Said::Missing };
        }
        let meant = match self {
            Self::Presence { birthday } => return present(value, *birthday),
            Self::Truth => truth(value).map(|says| says.to_string()),
            Self::Number => number(value),
            Self::Phone => digits(value),
            _ => Some(fold(value)),
        };
        meant.map_or(Said::Unreadable, |text| Said::Means(text.into()))
    }
}

/// Whether a time is there. A default that software writes is none; what is no time at all says nothing.
fn present(value: &str, birthday: bool) -> Said {
    let zero = classify(value) == Stamp::Zero;
    match default_day(value) {
        // A birthday on that day, or none.
        Some(EPOCH) if birthday => Said::Unreadable,
        None if zero && birthday => Said::Unreadable,
        None if !zero && matches!(classify(value), Stamp::Other | Stamp::Impossible) => Said::Unreadable,
        None if !zero => Said::Means("a time".into()),
        _ => Said::Missing,
    }
}

/// A number in one spelling: `1,234.50` is `1234.5`, and what a float adds far behind the point is noise.
fn number(value: &str) -> Option<String> {
    let rounded = format!("{:.6}", super::fits::number(value)?);
    let plain = rounded.trim_end_matches('0').trim_end_matches('.');
    Some(if plain == "-0" { "0" } else { plain }.to_owned())
}

/// The digits of a phone number, without what stands for the plus. A number within its country keeps its leading zero.
fn digits(value: &str) -> Option<String> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let bare = digits.strip_prefix("00").unwrap_or(&digits);
    (!bare.is_empty()).then(|| bare.to_owned())
}

/// Whether the digits of a number within its country are the end of those of another with the country in front.
fn is_same_abroad(national: &str, other: &str) -> bool {
    let Some(own) = national.strip_prefix('0').filter(|own| own.len() >= SHORTEST_PHONE) else { return false };
    !other.starts_with('0') && other.ends_with(own)
}

/// Reads the cells of one column.
struct Reader<'a> {
    column: &'a TextColumn,
    on_left: bool,
    reading: &'a Reading,
    missing: &'a [String],
    known: AHashMap<&'a str, Said>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, row: u32) -> Said {
        let value = self.column.get(row);
        if let Some(said) = self.known.get(value) {
            return said.clone();
        }
        let said = self.reading.read(value, self.missing, self.on_left);
        if self.known.len() < REMEMBERED {
            self.known.insert(value, said.clone());
        }
        said
    }
}

/// A column of a third system, and its records by the right one they are linked to.
struct Other<'a> {
    reader: Reader<'a>,
    /// Right row and row, sorted.
    linked: Vec<(u32, u32)>,
    clock: Clock<'a>,
}

impl Other<'_> {
    fn says(&mut self, right: u32, said: &Said) -> bool {
        !self.sayers(right, said).is_empty()
    }

    /// The rows that say what a right cell says.
    fn sayers(&mut self, right: u32, said: &Said) -> Vec<u32> {
        let start = self.linked.partition_point(|(mine, _)| *mine < right);
        let rows = self.linked[start..].iter().take_while(|(mine, _)| *mine == right).map(|(_, row)| *row);
        let rows: Vec<u32> = rows.collect();
        let reading = self.reader.reading;
        rows.into_iter().filter(|row| reading.same(&self.reader.read(*row), said)).collect()
    }

    /// Whether every row that says so was changed before an instant.
    fn is_before(&mut self, right: u32, said: &Said, at: i64) -> bool {
        let rows = self.sayers(right, said);
        rows.into_iter().all(|row| self.clock.at(row).is_some_and(|changed| changed < at))
    }
}

/// What a question about agreement asks.
pub(crate) struct Asked<'a> {
    pub(crate) left: &'a Column,
    pub(crate) right: &'a Column,
    pub(crate) reading: &'a Reading,
    pub(crate) missing: &'a [String],
    pub(crate) blank: &'a Blank,
    pub(crate) also: &'a [Column],
    /// Whether what a third system explains is left out, not what it does not.
    pub(crate) spare: bool,
    pub(crate) fresh: Option<&'a Fresh>,
    pub(crate) times: Option<&'a Times>,
}

/// How a pair stands.
enum Standing {
    Same,
    Differs(&'static str),
    Unread,
    Open,
}

impl Asked<'_> {
    fn standing(&self, left: &Said, right: &Said, others: &mut [Other<'_>], profile: u32) -> Standing {
        match (left, right) {
            (Said::Unreadable, _) | (_, Said::Unreadable) => Standing::Unread,
            (Said::Missing, Said::Missing) => Standing::Same,
            (Said::Means(_), Said::Means(_)) if self.reading.same(left, right) => Standing::Same,
            (Said::Means(_), Said::Means(_)) if self.also.is_empty() => Standing::Differs(difference::OTHER),
            // A third system is to blame only for a value that it holds itself.
            (Said::Means(_), Said::Means(_)) => {
                match self.spare != others.iter_mut().any(|other| other.says(profile, right)) {
                    true => Standing::Differs(difference::OTHER),
                    false => Standing::Open,
                }
            }
            _ if !self.also.is_empty() && !self.spare => Standing::Open,
            (Said::Means(_), Said::Missing) => Standing::Differs(difference::LOST),
            (Said::Missing, Said::Means(_)) => match self.blank {
                Blank::Itself => Standing::Differs(difference::KEPT),
                Blank::Nothing => Standing::Open,
                Blank::Default(default) => {
                    let same = |on_left| self.reading.same(&self.reading.read(default, &[], on_left), right);
                    if same(true) || same(false) { Standing::Open } else { Standing::Differs(difference::KEPT) }
                }
            },
        }
    }
}

/// The same, of a question whose differences times sort.
pub(crate) fn dated(shard: &Shard<'_>, asked: &Question, times: &Times) -> Result<Answer, String> {
    let Question::Agree { left, right, reading, missing, blank, also, spare, fresh } = asked else {
        return Err("only what agrees or differs can be sorted by time".to_owned());
    };
    let fresh = fresh.as_ref();
    let times = Some(times);
    agree(shard, &Asked { left, right, reading, missing, blank, also, spare: *spare, fresh, times })
}

/// Linked pairs by whether both sides say the same.
pub(crate) fn agree(shard: &Shard<'_>, asked: &Asked<'_>) -> Result<Answer, String> {
    let pairs = Pairs::new(shard, asked.left, asked.right)?;
    let (reading, missing) = (asked.reading, asked.missing);
    let reader = |column, on_left| Reader { column, on_left, reading, missing, known: AHashMap::new() };
    let (mut left, mut right) = (reader(pairs.left_column, true), reader(pairs.right_column, false));
    let mut others = Vec::new();
    for (at, column) in asked.also.iter().enumerate() {
        let links = shard.engine.identity.links(&column.dataset, &asked.right.dataset);
        let mut linked: Vec<(u32, u32)> = links.iter().map(|link| (link.right, link.left)).collect();
        linked.sort_unstable();
        let clock = Clock::new(shard, asked.times.and_then(|times| times.also.get(at)?.as_ref()))?;
        others.push(Other { reader: reader(shard.slice(&column.dataset)?.column(column.index)?, true), linked, clock });
    }
    let clock = Clock::new(shard, asked.times.map(|times| &times.left))?;
    // Whether the left record is newer than every record that says what the right cell says.
    let is_newer = |left: u32, right: u32, said: &Said, others: &mut [Other<'_>]| {
        clock.at(left).is_some_and(|at| others.iter_mut().all(|other| other.is_before(right, said, at)))
    };
    let freshness = Freshness::new(&pairs.left, asked.fresh)?;
    let (mut found, mut differ) = (Agreement::default(), Counter::default());
    let mut kinds: BTreeMap<&'static str, Counter> = BTreeMap::new();
    for link in pairs.mine(shard) {
        found.pairs += 1;
        let (one, other) = pairs.values(link);
        // The same text says the same, whatever it says; most pairs are so.
        if one == other && matches!(reading, Reading::Text) && !is_missing(one, missing) {
            found.left_filled += 1;
            found.right_filled += 1;
            found.same += 1;
            continue;
        }
        let (one, other) = (left.read(link.left), right.read(link.right));
        found.left_filled += u64::from(one != Said::Missing);
        found.right_filled += u64::from(other != Said::Missing);
        match asked.standing(&one, &other, &mut others, link.right) {
            Standing::Differs(_) if freshness.holds(link.left) => found.held += 1,
            // What the other side of the split counts.
            Standing::Differs(_)
                if asked
                    .times
                    .is_some_and(|times| times.older != is_newer(link.left, link.right, &other, &mut others)) =>
            {
                found.open += 1;
            }
            Standing::Same => found.same += 1,
            Standing::Unread => found.unread += 1,
            Standing::Open => found.open += 1,
            Standing::Differs(how) => {
                pairs.count(&mut differ, link, shard.cap());
                pairs.person(kinds.entry(how).or_default(), link);
            }
        }
    }
    found.differ = differ.finish(shard.cap());
    found.kinds = kinds.into_iter().map(|(how, counter)| (how.to_owned(), counter.finish(0))).collect();
    Ok(Answer::Agree(found))
}

#[cfg(test)]
mod tests {
    use super::{Reading, digits, number};

    #[test]
    fn numbers_and_phones_have_one_spelling() {
        let numbers = ["1,234.50", "1234.5", "+1234.500", "1234.50000000001"].map(number);
        assert!(numbers.iter().all(|found| found.as_deref() == Some("1234.5")), "{numbers:?}");
        assert_eq!([number("12,5"), number("12 EUR"), number("inf"), number("")], [const { None }; 4]);
        assert_eq!([number("-0"), number("-0.00000001"), number("100")].map(Option::unwrap), ["0", "0", "100"]);
        let phones = ["+49 30 5550-0100", "0049305550 0100", "493055500100"].map(digits);
        assert!(phones.iter().all(|found| found.as_deref() == Some("493055500100")), "{phones:?}");
    }

    #[test]
    fn a_number_within_its_country_is_the_one_with_the_country_in_front() {
        let same = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|phone| Reading::Phone.read(phone, &[], true));
            Reading::Phone.same(&one, &other)
        };
        assert!(same("030 5550 0100", "+49 30 55500100") && same("0049 30 55500100", "03055500100"));
        assert!(!same("030 5550 0100", "+49 30 55500101") && !same("030 5550 0100", "040 5550 0100"));
        assert!(!same("0100", "+49 30 5550 0100"), "too few digits to tell");
    }
}
