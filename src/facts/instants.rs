//! Facts about instants: the newest of a column, how far apart the two sides of linked pairs are, and which records
//! changed too lately to be compared.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::local::{SAMPLES, Shard};
use super::pairs::Pairs;
use super::tally::Counter;
use super::times::Clock;
use super::{Answer, Column, Tally};
use crate::frames::calendar::{EPOCH, day_in};
use crate::frames::links::Link;
use crate::frames::normalize::is_missing;
use crate::frames::time::{Stamp, Written, classify, zone};

/// Instants are the same within a minute: some systems keep no seconds.
const SAME: i64 = 60;
/// No zone is further from UTC, and no reader of a zone is further off.
const MOST_HOURS: i64 = 14;
const HOUR: i64 = 3_600;
/// Offsets from UTC that are no whole hours, in quarters of an hour: from the Marquesas to Chatham in summer. A quarter
/// more is the delay of a sync.
const ODD_OFFSETS: [i64; 13] = [-38, -14, -10, 14, 18, 22, 23, 26, 35, 38, 42, 51, 55];
const QUARTER: i64 = 900;

/// Which left records of pairs are too fresh to be compared: what was changed after an instant may be on its way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fresh {
    /// The column of the left dataset that says when a record was changed.
    pub column: Column,
    /// Records changed later are held back.
    pub after: i64,
    /// The zone of stamps without one.
    pub zone: Option<String>,
}

/// What a column of times means, whatever it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// A moment.
    Moment,
    /// A day at the source, a moment of it on the profile.
    Day,
    /// A day of the calendar everywhere: compared where both sides write one. A birthday may be the first day of 1970.
    Calendar { birthday: bool },
}

/// Two columns of times whose linked pairs are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instants {
    /// The source.
    pub left: Column,
    /// The zone of its stamps without one.
    pub left_zone: Option<String>,
    /// The profile.
    pub right: Column,
    /// The zone of its stamps without one.
    pub right_zone: Option<String>,
    /// What they mean.
    pub meaning: Meaning,
    /// Texts that mean missing, beside the usual ones.
    pub missing: Vec<String>,
    /// Which pairs are held back.
    pub fresh: Option<Fresh>,
}

impl Instants {
    /// The columns it reads.
    pub fn columns(&self) -> Vec<Column> {
        let changed = self.fresh.as_ref().map(|fresh| fresh.column.clone());
        [self.left.clone(), self.right.clone()].into_iter().chain(changed).collect()
    }
}

/// How two instants that are not the same differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Apart {
    /// Minutes by which the right one is later, where zones are as far apart: whole hours and odd offsets up to 14 hours.
    pub shift: Option<i16>,
    /// Minutes east of UTC at which the left clock gives the right instant, where the left stamp carries no zone.
    pub read_at: Option<i16>,
}

/// Linked pairs by how far apart their instants are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// All linked pairs.
    pub pairs: u64,
    /// Those that differ, and whose left record changed too lately to blame the right one.
    pub held: u64,
    /// Those with a stamp that carries no zone, and none declared for it, on the left and on the right.
    pub unplaced: [u64; 2],
    /// Those with a sure instant, or day, on both sides, those held back apart.
    pub compared: u64,
    /// Those of them that differ.
    pub apart: BTreeMap<Apart, Tally>,
}

impl Differences {
    /// Adds those of another shard.
    pub(super) fn merge(&mut self, other: Self, cap: usize) {
        self.pairs += other.pairs;
        self.held += other.held;
        self.unplaced = [self.unplaced[0] + other.unplaced[0], self.unplaced[1] + other.unplaced[1]];
        self.compared += other.compared;
        for (apart, tally) in other.apart {
            self.apart.entry(apart).or_default().merge(tally, cap);
        }
    }
}

/// The newest sure instant of a column.
pub(crate) fn newest(shard: &Shard<'_>, asked: &Column, named: Option<&str>) -> Result<Answer, String> {
    let clock = Clock::new(shard, asked, named)?;
    Ok(Answer::Newest(shard.slice(&asked.dataset)?.rows().filter_map(|row| clock.at(row)).max()))
}

/// Linked pairs by how far apart they are.
pub(crate) fn apart(shard: &Shard<'_>, asked: &Instants) -> Result<Answer, String> {
    let pairs = Pairs::new(shard, &asked.left, &asked.right)?;
    let freshness = Freshness::new(shard, asked.fresh.as_ref())?;
    let sides = Sides::new(shard, asked, &pairs)?;
    let mut found = Differences::default();
    let mut counters: BTreeMap<Apart, Counter> = BTreeMap::new();
    for link in pairs.mine(shard) {
        found.pairs += 1;
        match sides.compare(link) {
            Compared::Unsure => {}
            Compared::Unplaced { right } => found.unplaced[usize::from(right)] += 1,
            Compared::Same => found.compared += 1,
            Compared::Apart(_) if freshness.holds(link.left) => found.held += 1,
            Compared::Apart(apart) => {
                found.compared += 1;
                pairs.count(counters.entry(apart).or_default(), link, SAMPLES);
            }
        }
    }
    found.apart = counters.into_iter().map(|(apart, counter)| (apart, counter.finish(SAMPLES))).collect();
    Ok(Answer::Instants(found))
}

/// Every linked pair that is apart in one of some ways.
pub(crate) fn listing(shard: &Shard<'_>, asked: &Instants, cells: &BTreeSet<Apart>) -> Result<Answer, String> {
    let pairs = Pairs::new(shard, &asked.left, &asked.right)?;
    let freshness = Freshness::new(shard, asked.fresh.as_ref())?;
    let sides = Sides::new(shard, asked, &pairs)?;
    let mut counter = Counter::default();
    let mut total = 0;
    for link in pairs.mine(shard) {
        total += 1;
        let named = matches!(sides.compare(link), Compared::Apart(apart) if cells.contains(&apart));
        if named && !freshness.holds(link.left) {
            pairs.count(&mut counter, link, shard.cap());
        }
    }
    Ok(Answer::Rows { rows: total, met: counter.finish(shard.cap()) })
}

/// Later than all days that stand for none but those of 9999, and earlier than these, whatever the offset.
const PLAIN: std::ops::Range<i64> = 2 * 24 * HOUR..1 << 32;

/// Whether two instants are surely one, and none that stands for nothing.
fn is_one(here: Option<i64>, there: Option<i64>) -> bool {
    let both = here.zip(there).filter(|(here, there)| PLAIN.contains(here) && PLAIN.contains(there));
    both.is_some_and(|(here, there)| (there - here).abs() <= SAME)
}

/// The two columns of linked pairs.
struct Sides<'a> {
    pairs: &'a Pairs<'a>,
    clocks: Clocks<'a>,
    /// None where a day may be meant, or a time stands for nothing.
    instants: Option<[Clock<'a>; 2]>,
}

impl<'a> Sides<'a> {
    fn new(shard: &'a Shard<'_>, asked: &'a Instants, pairs: &'a Pairs<'a>) -> Result<Self, String> {
        let is_time = |token: &String| classify(token) != Stamp::Other;
        let tell = asked.meaning == Meaning::Moment && !asked.missing.iter().any(is_time);
        let clock = |column, zone: &Option<String>| Clock::new(shard, column, zone.as_deref());
        let instants = [clock(&asked.left, &asked.left_zone)?, clock(&asked.right, &asked.right_zone)?];
        Ok(Self { pairs, clocks: Clocks::new(asked), instants: tell.then_some(instants) })
    }

    fn compare(&self, link: Link) -> Compared {
        // Most pairs are one instant, and need no second look.
        if let Some([left, right]) = &self.instants
            && is_one(left.at(link.left), right.at(link.right))
        {
            return Compared::Same;
        }
        let (left, right) = self.pairs.values(link);
        self.clocks.compare(left, right)
    }
}

/// What comparing two values gives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// One of them is no sure time.
    Unsure,
    /// One of them carries no zone, and none is declared.
    Unplaced { right: bool },
    /// They are one instant, or one day.
    Same,
    /// They are not.
    Apart(Apart),
}

/// What comparing the cells of one pair gives.
pub(crate) fn compared(asked: &Instants, left: &str, right: &str) -> Compared {
    Clocks::new(asked).compare(left, right)
}

/// How the two sides are read.
struct Clocks<'a> {
    asked: &'a Instants,
    left: Option<TimeZone>,
    right: Option<TimeZone>,
}

impl<'a> Clocks<'a> {
    fn new(asked: &'a Instants) -> Self {
        let named = |name: &Option<String>| name.as_deref().and_then(zone);
        Self { left: named(&asked.left_zone), right: named(&asked.right_zone), asked }
    }

    fn compare(&self, left: &str, right: &str) -> Compared {
        if [left, right].iter().any(|value| is_missing(value, &self.asked.missing)) {
            return Compared::Unsure;
        }
        let (left, right) = (Written::of(left), Written::of(right));
        let days = left.stamp == Stamp::Date && right.stamp == Stamp::Date;
        let calendar = matches!(self.asked.meaning, Meaning::Calendar { .. });
        if (calendar && !days) || self.is_open(&left) || self.is_open(&right) {
            return Compared::Unsure;
        }
        if days {
            let same = left.day() == right.day();
            return if same { Compared::Same } else { Compared::Apart(Apart { shift: None, read_at: None }) };
        }
        let unplaced = |value: &Written<'_>, zone: &Option<TimeZone>| zone.is_none() && value.as_utc().is_some();
        if unplaced(&right, &self.right) {
            return Compared::Unplaced { right: true };
        }
        let Some(there) = right.instant(self.right.as_ref()) else { return Compared::Unsure };
        let by_day = self.asked.meaning == Meaning::Day || left.stamp == Stamp::Date;
        if let Some(day) = left.day().filter(|_| by_day) {
            return self.on_day(day, there);
        }
        if unplaced(&left, &self.left) {
            return Compared::Unplaced { right: false };
        }
        let Some(here) = left.instant(self.left.as_ref()) else { return Compared::Unsure };
        if (there - here).abs() <= SAME {
            return Compared::Same;
        }
        let read_at = left.as_utc().and_then(|clock| quarters(clock - there)).filter(|quarters| is_offset(*quarters));
        let of_zones = |quarters: &i64| read_at.is_some() || is_offset(*quarters) || is_offset(-quarters);
        let shift = quarters(there - here).filter(of_zones);
        let minutes = |quarters: i64| i16::try_from(quarters * 15).ok();
        Compared::Apart(Apart { shift: shift.and_then(minutes), read_at: read_at.and_then(minutes) })
    }

    /// A day that stands for none.
    fn is_open(&self, value: &Written<'_>) -> bool {
        let born = self.asked.meaning == Meaning::Calendar { birthday: true } && value.stamp == Stamp::Date;
        value.default_day().is_some_and(|day| !(born && day == EPOCH))
    }

    /// A day holds an instant in UTC or in its own zone; without one, anywhere on earth.
    fn on_day(&self, day: Date, there: i64) -> Compared {
        let holds = |seconds: i64, zone: &TimeZone| day_in(seconds, zone) == Some(day);
        let own = self.left.as_ref().map_or_else(
            || [-12, MOST_HOURS].iter().any(|hours| holds(there + hours * HOUR, &TimeZone::UTC)),
            |zone| holds(there, zone),
        );
        if own || holds(there, &TimeZone::UTC) {
            return Compared::Same;
        }
        Compared::Apart(Apart { shift: None, read_at: None })
    }
}

/// How many quarters of an hour a difference is, give or take a minute, within 14 hours.
fn quarters(difference: i64) -> Option<i64> {
    let quarters = (difference + QUARTER / 2).div_euclid(QUARTER);
    let size = quarters * QUARTER;
    ((difference - size).abs() <= SAME && size.abs() <= MOST_HOURS * HOUR).then_some(quarters)
}

/// Whether a zone is so many quarters of an hour east of UTC.
fn is_offset(quarters: i64) -> bool {
    quarters % 4 == 0 || ODD_OFFSETS.contains(&quarters)
}

/// Which left records of pairs are held back.
pub(crate) struct Freshness<'a> {
    changed: Option<(Clock<'a>, i64)>,
}

impl<'a> Freshness<'a> {
    /// Of the records whose column tells when they changed, which are the left ones of pairs; without a limit none is held
    /// back.
    pub(crate) fn new(shard: &'a Shard<'_>, fresh: Option<&Fresh>) -> Result<Self, String> {
        let clock =
            |fresh: &Fresh| Ok::<_, String>((Clock::new(shard, &fresh.column, fresh.zone.as_deref())?, fresh.after));
        Ok(Self { changed: fresh.map(clock).transpose()? })
    }

    /// Whether a left record changed too lately; one whose stamp cannot be read did not.
    pub(crate) fn holds(&self, row: u32) -> bool {
        self.changed.as_ref().is_some_and(|(clock, after)| clock.at(row).is_some_and(|changed| changed > *after))
    }
}

#[cfg(test)]
#[path = "instants_tests.rs"]
mod tests;
