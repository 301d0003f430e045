//! Facts about two times of one record of which one cannot be the later one: an order is not placed before its customer
//! is known. What was brought in by an import is older than its record, so records can be left out by their first day.

use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashMap;
use jiff::tz::TimeZone;

use super::local::Shard;
use super::tally::Counter;
use super::times::Clock;
use super::{Answer, Column, Sample, Tally};
use crate::frames::normalize::is_missing;
use crate::frames::time::{Stamp, Written, zone};

const DAY: i64 = 86_400;

/// Two columns of times of one dataset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order {
    /// What comes first.
    pub first: Column,
    /// What comes then.
    pub then: Column,
    /// The zone of stamps without one.
    pub zone: Option<String>,
    /// Seconds by which the second may be earlier.
    pub slack: i64,
    /// Days since 1970 on which what comes first is no evidence.
    pub except: BTreeSet<i64>,
}

/// What the records of a dataset say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Orders {
    /// Records that fill the first column, and the second.
    pub filled: [u64; 2],
    /// Those with a sure time in both, left out ones included, by the day of the first.
    pub days: BTreeMap<i64, u64>,
    /// Those of them whose second time is too early, and that are left out.
    pub excused: u64,
    /// Those whose second time is too early.
    pub early: Tally,
}

impl Orders {
    /// Adds those of another shard.
    pub(super) fn merge(&mut self, other: Self, cap: usize) {
        self.filled = [self.filled[0] + other.filled[0], self.filled[1] + other.filled[1]];
        for (day, rows) in other.days {
            *self.days.entry(day).or_default() += rows;
        }
        self.excused += other.excused;
        self.early.merge(other.early, cap);
    }
}

/// Records by whether their times are in order.
pub(super) fn orders(shard: &Shard<'_>, asked: &Order) -> Result<Answer, String> {
    let slice = shard.slice(&asked.first.dataset)?;
    let (first, then) = (slice.column(asked.first.index)?, slice.column(asked.then.index)?);
    let declared = asked.zone.as_deref().and_then(zone);
    let clock = |column| Clock::new(shard, column, asked.zone.as_deref());
    let clocks = [clock(&asked.first)?, clock(&asked.then)?];
    let (mut found, mut early) = (Orders::default(), Counter::default());
    let mut days: AHashMap<i64, u64> = AHashMap::new();
    for row in slice.rows() {
        let known = clocks.each_ref().map(|clock| clock.at(row));
        let both = || [first, then].map(|column| column.get(row));
        for ((filled, value), known) in found.filled.iter_mut().zip([first, then]).zip(known) {
            *filled += u64::from(known.is_some() || !is_missing(value.get(row), &[]));
        }
        let (begun, ended) = match known {
            [Some(begun), Some(ended)] => (begun, ended),
            // A day is no instant, and may do.
            _ => match moments(declared.as_ref(), &both().map(Written::of)) {
                Some(both) => both,
                None => continue,
            },
        };
        let is_early = ended < begun.saturating_sub(asked.slack);
        // A day that software writes where it has none tells nothing. Few records are early, so few are asked.
        if is_early && both().map(Written::of).iter().any(|value| value.default_day().is_some()) {
            continue;
        }
        let day = begun.div_euclid(DAY);
        *days.entry(day).or_default() += 1;
        if !is_early {
            continue;
        }
        if asked.except.contains(&day) {
            found.excused += 1;
            continue;
        }
        slice.count(&mut early, row);
        let [one, other] = both();
        early.sample(shard.cap(), slice.frame.rank(row), || Sample {
            key: slice.frame.key(row).into_owned(),
            value: other.to_owned(),
            detail: one.to_owned(),
            ..Sample::default()
        });
    }
    found.days = days.into_iter().collect();
    found.early = early.finish(shard.cap());
    Ok(Answer::Order(found))
}

/// Both times in seconds, where they are sure. A day may be any moment of it: the first its beginning, the second its end.
/// Without a declared zone, stamps of one record that carry none are in the same one, whichever that is.
fn moments(declared: Option<&TimeZone>, [first, then]: &[Written<'_>; 2]) -> Option<(i64, i64)> {
    let zoned = [first, then].map(|value| value.instant(None).is_some());
    if declared.is_none() && zoned[0] != zoned[1] {
        return None;
    }
    let moment = |value: &Written<'_>, last: bool| match value.stamp {
        Stamp::Zero => None,
        _ => value.moment(last, declared.unwrap_or(&TimeZone::UTC)),
    };
    Some((moment(first, false)?, moment(then, true)?))
}

#[cfg(test)]
mod tests {
    use super::moments;
    use crate::frames::time::{Written, zone};

    #[test]
    fn two_times_are_compared_where_both_are_sure() {
        let apart = |name: Option<&str>, first: &str, then: &str| {
            let (begun, ended) = moments(name.and_then(zone).as_ref(), &[first, then].map(Written::of))?;
            Some(ended - begun)
        };
        assert_eq!(apart(None, "2026-05-01 10:00:00", "2026-05-01 11:00:00"), Some(3_600));
        assert_eq!(apart(None, "2026-05-01 10:00:00", "2026-05-01"), Some(50_399), "at the end of the day");
        assert_eq!(apart(None, "2026-05-01 10:00:00", "2026-05-01T10:00:00Z"), None, "in which zone is the first?");
        let millis = "1777629600000";
        assert_eq!(apart(None, millis, "2026-05-01T11:00:00Z"), Some(3_600), "both are sure");
        for unplaced in ["2026-05-01 11:00:00", "2026-05-01"] {
            assert_eq!(apart(None, millis, unplaced), None, "in which zone is {unplaced}?");
            assert!(apart(Some("Europe/Berlin"), millis, unplaced).is_some());
        }
        assert_eq!(apart(Some("Europe/Berlin"), "2026-05-01 10:00:00", "2026-05-01T10:00:00Z"), Some(7_200));
        for value in ["", "0", "soon", "31/03/2026"] {
            assert_eq!(apart(None, "2026-05-01 10:00:00", value), None, "{value}");
        }
    }
}
