//! What the date and the clock of a value tell beyond its form: in, a value; out, the name of what was read.
//!
//! Which of day and month comes first, days that stand for no day, hours that a zone repeats or skips. Like instants,
//! everything here is certain or left open.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::days;
use super::time::{self, Stamp, Written, local, utc};

/// Names of what is read, for checks to judge.
pub mod sense {
    /// Nothing is wrong with it.
    pub const PLAIN: &str = "plain";
    /// `31/03/2026`
    pub const DAY_FIRST: [&str; 2] = ["day first, with slashes", "day first, with dashes"];
    /// `3/31/2026`
    pub const MONTH_FIRST: [&str; 2] = ["month first, with slashes", "month first, with dashes"];
    /// `03/04/2026`
    pub const EITHER: [&str; 2] = ["day or month first, with slashes", "day or month first, with dashes"];
    /// Later than it can be.
    pub const FUTURE: &str = "in the future";
    /// An hour of the autumn that the clock shows twice.
    pub const REPEATED: &str = "in an hour that the zone repeats";
    /// An hour of the spring that the clock never shows.
    pub const SKIPPED: &str = "in an hour that the zone skips";
    /// `0`, or a day that stands for none.
    pub const DEFAULT: &str = "default";
    /// What some converters leave behind: `2026-02-14T09:12:44.1234567Z`
    pub const LONG_FRACTION: &str = "ISO 8601 with 7 to 9 decimals";
    /// What some converters leave behind: `2026-02-14T09:12:44+0100`
    pub const BARE_OFFSET: &str = "ISO 8601 with an offset without colon";
}

/// A zone with its name, by which it compares.
#[derive(Debug, Clone)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl Zone {
    /// A zone of the IANA list.
    pub fn named(name: &str) -> Option<Self> {
        Some(Self { name: name.to_owned(), rules: time::zone(name)? })
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl Eq for Zone {}
impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Zone {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name)
    }
}
impl std::hash::Hash for Zone {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// What is read of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reading {
    /// Its form, those apart that converters leave behind; defaults are no form. A birthday may be the first day of 1970.
    Form { birthday: bool },
    /// Which of day and month comes first.
    Order,
    /// Whether the zone shows its hour once.
    Clock(Zone),
    /// Whether it is a default that stands for no time, at Customer.io.
    Default { birthday: bool },
    /// Whether it can be: no default and no impossible day at a source, and nothing later than `latest`.
    Plausible { profile: bool, right: &'static [Stamp], birthday: bool, latest: Option<i64>, zone: Option<Zone> },
}

impl Reading {
    /// The name of what a value says.
    pub fn of(&self, read: &Written<'_>) -> &'static str {
        match self {
            Self::Form { birthday } if default_at_profile(read, *birthday).is_some() => sense::DEFAULT,
            Self::Form { .. } => form(read),
            Self::Order => order(read),
            Self::Clock(zone) => clock(read, &zone.rules),
            Self::Default { birthday } => default_at_profile(read, *birthday).unwrap_or(sense::PLAIN),
            Self::Plausible { profile, right, birthday, latest, zone } => {
                let zone = zone.as_ref().map(|zone| &zone.rules);
                let later = || latest.is_some_and(|latest| is_later(read, zone, latest));
                let born = |day: &&str| *birthday && read.stamp == Stamp::Date && *day == EPOCH;
                let fake = || read.default_day().filter(|day| !born(day));
                match read.stamp {
                    Stamp::Impossible if !profile => Stamp::Impossible.name(),
                    _ if !profile && read.is_open_end() => END,
                    stamp if !profile && right.contains(&stamp) && fake().is_some() => fake().unwrap_or(sense::PLAIN),
                    stamp if (!profile || right.contains(&stamp)) && later() => sense::FUTURE,
                    _ => sense::PLAIN,
                }
            }
        }
    }
}

/// The first day of Unix time.
pub const EPOCH: &str = "1970-01-01";
const END: &str = "9999-12-31";
/// Days that software writes where it has none: the name, the parts, and days since 1970.
const DEFAULTS: [(&str, [u32; 3], i64); 6] = [
    (EPOCH, [1970, 1, 1], 0),
    ("1899-12-30", [1899, 12, 30], -25_569),
    ("1899-12-31", [1899, 12, 31], -25_568),
    ("1900-01-01", [1900, 1, 1], -25_567),
    ("0001-01-01", [1, 1, 1], -719_162),
    (END, [9999, 12, 31], 2_932_896),
];

impl Written<'_> {
    /// The default day that a value is on: as it is written, or in UTC.
    pub fn default_day(&self) -> Option<&'static str> {
        if self.is_ordinary() {
            return None;
        }
        if self.is_open_end() {
            return Some(END);
        }
        let written = self.parts.map(|parts| [parts.year, parts.month, parts.day]);
        // An offset moves a time by a day at most.
        let near = |[year, ..]: &[u32; 3]| DEFAULTS.iter().any(|(_, parts, _)| year.abs_diff(parts[0]) <= 1);
        if written.is_some_and(|written| !near(&written)) {
            return None;
        }
        let in_utc = self.instant(None).map(|seconds| seconds.div_euclid(86_400));
        let found = DEFAULTS.into_iter().find(|(_, parts, day)| written == Some(*parts) || in_utc == Some(*day));
        found.map(|(name, ..)| name)
    }
}

/// The default day that a value is on.
pub fn default_day(text: &str) -> Option<&'static str> {
    Written::of(text).default_day()
}

fn default_at_profile(read: &Written<'_>, birthday: bool) -> Option<&'static str> {
    if read.stamp == Stamp::Zero {
        return Some(Stamp::Zero.name());
    }
    // An open end is written out on purpose, and counted by accident; somebody is born on the first day of 1970.
    let meant = |day: &&str| match *day {
        "1899-12-31" => true,
        END => !read.is_open_end(),
        EPOCH => birthday && read.stamp == Stamp::Date,
        _ => false,
    };
    read.default_day().filter(|day| !meant(day))
}

/// The day of an instant in a zone.
pub fn day_in(seconds: i64, zone: &TimeZone) -> Option<Date> {
    Some(Timestamp::from_second(seconds).ok()?.to_zoned(zone.clone()).date())
}

/// Seconds that a clock may be ahead of UTC; behind it, clocks are less.
const FURTHEST: i64 = 14 * 3_600;

/// Whether a value surely means a time after another. Without a zone its clock may be up to 14 hours ahead of UTC.
fn is_later(read: &Written<'_>, zone: Option<&TimeZone>, latest: i64) -> bool {
    let as_utc = read.as_utc();
    // No clock is further from UTC: most times are past whichever zone they are in.
    if as_utc.is_some_and(|seconds| seconds + FURTHEST <= latest) {
        return false;
    }
    let seconds = match read.stamp {
        Stamp::Date => read.parts.as_ref().and_then(utc),
        Stamp::IsoLocal | Stamp::SpaceLocal if zone.is_none() => as_utc.map(|seconds| seconds - FURTHEST),
        _ => read.instant(zone),
    };
    seconds.is_some_and(|seconds| seconds > latest)
}

fn form(read: &Written<'_>) -> &'static str {
    if !matches!(read.stamp, Stamp::IsoOffset | Stamp::IsoLocal) {
        return read.stamp.name();
    }
    // Beyond the minutes: seconds, decimals, offset.
    let rest = read.text.as_bytes().get(16..).unwrap_or_default();
    let decimals = rest.iter().skip_while(|byte| !matches!(byte, b'.' | b',')).skip(1);
    if decimals.take_while(|byte| byte.is_ascii_digit()).count() >= 7 {
        return sense::LONG_FRACTION;
    }
    let offset = rest.iter().position(|byte| matches!(byte, b'+' | b'-')).map(|at| &rest[at..]);
    let bare = offset.is_some_and(|offset| !offset.contains(&b':'));
    if bare { sense::BARE_OFFSET } else { read.stamp.name() }
}

fn order(read: &Written<'_>) -> &'static str {
    if read.stamp != Stamp::Slashed {
        return sense::PLAIN;
    }
    let date = read.text.split([' ', 'T', ',']).next().unwrap_or_default();
    let Some(at) = ['/', '-'].iter().position(|mark| date.matches(*mark).count() == 2) else { return sense::PLAIN };
    let parts: Vec<&str> = date.split(['/', '-']).collect();
    let number = |at: usize| parts.get(at).filter(|part| part.len() <= 2).and_then(|part| part.parse::<u32>().ok());
    match (number(0), number(1)) {
        (Some(13..=31), Some(1..=12)) => sense::DAY_FIRST[at],
        (Some(1..=12), Some(13..=31)) => sense::MONTH_FIRST[at],
        (Some(one @ 1..=12), Some(other @ 1..=12)) if one != other => sense::EITHER[at],
        _ => sense::PLAIN,
    }
}

fn clock(read: &Written<'_>, zone: &TimeZone) -> &'static str {
    if !matches!(read.stamp, Stamp::IsoLocal | Stamp::SpaceLocal) {
        return sense::PLAIN;
    }
    if read.parts.as_ref().is_some_and(|parts| days::plain(parts, zone).is_some()) {
        return sense::PLAIN;
    }
    let written = read.parts.as_ref().and_then(local);
    match written.map(|written| zone.to_ambiguous_timestamp(written).offset()) {
        Some(AmbiguousOffset::Fold { .. }) => sense::REPEATED,
        Some(AmbiguousOffset::Gap { .. }) => sense::SKIPPED,
        _ => sense::PLAIN,
    }
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
