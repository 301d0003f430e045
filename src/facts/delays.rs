//! Facts about how late the sync is: from the change of a record to the write of its profile, over linked pairs.

use std::collections::BTreeMap;

use ahash::{AHashMap, AHashSet};

use super::local::Shard;
use super::pairs::Pairs;
use super::readings::Reading;
use super::tally::Counter;
use super::times::Clock;
use super::{Answer, Column, Tally};

/// Clocks of two systems differ by seconds, and some keep no seconds.
const SAME: i64 = 60;
/// A profile that was written later than this after the change was written for another reason since.
const MOST: i64 = 7 * 86_400;
const HOUR: i64 = 3_600;
/// Fewest writes of one hour that are an import or a write of everything, and their share of all in a hundred.
const BULK: u64 = 50;
const BULK_SHARE: u64 = 10;

/// The clocks of linked pairs: when the record changed, and when its profile was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clocks {
    /// When the record changed.
    pub left: Column,
    /// The zone of its stamps without one.
    pub left_zone: Option<String>,
    /// When its profile was written.
    pub right: Column,
    /// The zone of its stamps without one.
    pub right_zone: Option<String>,
}

/// Two cells of a pair that should say the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// At the source.
    pub left: Column,
    /// On the profile.
    pub right: Column,
    /// How both are read.
    pub reading: Reading,
    /// Texts that mean missing, beside the usual ones.
    pub missing: Vec<String>,
}

/// Pairs by how late the profile was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delayed {
    /// All linked pairs.
    pub pairs: u64,
    /// Those with a sure time on both sides.
    pub stamped: u64,
    /// Those of them whose record changed after the last write.
    pub ahead: u64,
    /// Those written among very many at once.
    pub bulk: u64,
    /// Those written more than a week after the change, for another reason.
    pub again: u64,
    /// The rest, by whole minutes from the change to the write.
    pub minutes: BTreeMap<i64, u64>,
    /// Those of them that took longer than asked.
    pub late: Tally,
}

impl Delayed {
    /// Adds those of another shard.
    pub(super) fn merge(&mut self, other: Self, cap: usize) {
        self.pairs += other.pairs;
        self.stamped += other.stamped;
        self.ahead += other.ahead;
        self.bulk += other.bulk;
        self.again += other.again;
        for (minute, count) in other.minutes {
            *self.minutes.entry(minute).or_default() += count;
        }
        self.late.merge(other.late, cap);
    }

    /// How many pairs tell.
    pub fn told(&self) -> u64 {
        self.minutes.values().sum()
    }

    /// The seconds within which so many of a hundred were written, to the minute.
    pub fn within(&self, percent: u64) -> Option<i64> {
        let wanted = (self.told() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = self.minutes.iter().find(|(_, count)| {
            seen += **count;
            seen >= wanted
        });
        found.map(|(minute, _)| minute * 60)
    }
}

impl Clocks {
    /// The columns it reads.
    pub fn columns(&self) -> Vec<Column> {
        vec![self.left.clone(), self.right.clone()]
    }

    fn read<'a>(&self, shard: &'a Shard<'_>) -> Result<[Clock<'a>; 2], String> {
        let of = |column, zone: &Option<String>| Clock::new(shard, column, zone.as_deref());
        Ok([of(&self.left, &self.left_zone)?, of(&self.right, &self.right_zone)?])
    }
}

/// The hours in which very many profiles were written at once.
fn bulk(clock: &Clock<'_>, rows: u32) -> AHashSet<i64> {
    let mut hours: AHashMap<i64, u64> = AHashMap::new();
    let mut all = 0;
    for at in (0..rows).filter_map(|row| clock.at(row)) {
        *hours.entry(at.div_euclid(HOUR)).or_default() += 1;
        all += 1;
    }
    let many = |count: &u64| *count >= BULK && count * 100 > all * BULK_SHARE;
    hours.into_iter().filter(|(_, count)| many(count)).map(|(hour, _)| hour).collect()
}

/// Linked pairs by how late the profile was written; `over` seconds is late.
pub(crate) fn delays(shard: &Shard<'_>, clocks: &Clocks, over: Option<i64>) -> Result<Answer, String> {
    let pairs = Pairs::new(shard, &clocks.left, &clocks.right)?;
    let [left, right] = clocks.read(shard)?;
    // Over the whole column, so that every shard knows the same hours.
    let crowded = bulk(&right, pairs.right.frame.rows);
    let (mut found, mut late) = (Delayed::default(), Counter::default());
    for link in pairs.mine(shard) {
        found.pairs += 1;
        let (Some(changed), Some(written)) = (left.at(link.left), right.at(link.right)) else { continue };
        found.stamped += 1;
        match written - changed {
            gap if gap < -SAME => found.ahead += 1,
            _ if crowded.contains(&written.div_euclid(HOUR)) => found.bulk += 1,
            gap if gap > MOST => found.again += 1,
            gap => {
                *found.minutes.entry(gap.max(0) / 60).or_default() += 1;
                if over.is_some_and(|over| gap > over) {
                    pairs.count(&mut late, link, shard.cap());
                }
            }
        }
    }
    found.late = late.finish(shard.cap());
    Ok(Answer::Delays(found))
}

/// Pairs whose record changed before an instant and after the last write of its profile, which holds other values. All
/// pairs with a sure time on both sides are the whole.
pub(crate) fn unwritten(shard: &Shard<'_>, clocks: &Clocks, before: i64, cells: &[Held]) -> Result<Answer, String> {
    let pairs = Pairs::new(shard, &clocks.left, &clocks.right)?;
    let [left, right] = clocks.read(shard)?;
    let sides: Result<Vec<(&Held, Pairs<'_>)>, String> =
        cells.iter().map(|held| Ok((held, Pairs::new(shard, &held.left, &held.right)?))).collect();
    let sides = sides?;
    let (mut rows, mut met) = (0, Counter::default());
    for link in pairs.mine(shard) {
        let (Some(changed), Some(written)) = (left.at(link.left), right.at(link.right)) else { continue };
        rows += 1;
        let differs = |(held, side): &(&Held, Pairs<'_>)| {
            let (left, right) = side.values(link);
            held.reading.lacks(left, right, &held.missing)
        };
        if changed > written + SAME && changed < before && sides.iter().any(differs) {
            pairs.count(&mut met, link, shard.cap());
        }
    }
    Ok(Answer::Rows { rows, met: met.finish(shard.cap()) })
}
