//! Facts about what came after: records of one dataset, held against an instant that another one has of the same person.

use ahash::{AHashMap, AHashSet};
use jiff::tz::TimeZone;

use super::lenses::shape;
use super::local::{Shard, Slice};
use super::scope::in_scope;
use super::tally::Counter;
use super::times::Clock;
use super::{Answer, Column, Lens, Sample, Scope, Tally};
use crate::frames::normalize::is_missing;
use crate::frames::time::{instant, zone};

/// Records that came after an instant of the same person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Follows {
    /// The instant: when a person opted out.
    pub first: Column,
    /// The zone of its stamps without one.
    pub first_zone: Option<String>,
    /// Only records count that still say so: a column and how it is read.
    pub standing: (Column, Lens),
    /// When the other thing happened: when a message was sent.
    pub then: Column,
    /// The zone of its stamps without one.
    pub then_zone: Option<String>,
    /// Which of those records count.
    pub scope: Scope,
    /// How many seconds later is no fault yet.
    pub grace: i64,
}

impl Follows {
    /// The columns it reads.
    pub fn columns(&self) -> Vec<Column> {
        vec![self.first.clone(), self.standing.0.clone(), self.then.clone()]
    }
}

/// What came after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Followed {
    /// Later records in scope.
    pub scope: u64,
    /// Those of them with a sure time.
    pub timed: u64,
    /// Those of them that say a time which nobody can place.
    pub unplaced: u64,
    /// Those of them whose person has a record on the other side.
    pub known: u64,
    /// Records of the other side that stand and have a sure time.
    pub standing: u64,
    /// Those that stand and say a time which nobody can place.
    pub unplaced_firsts: u64,
    /// Those that came after.
    pub met: Tally,
}

impl Followed {
    /// Adds those of another shard.
    pub(super) fn merge(&mut self, other: Self, cap: usize) {
        self.scope += other.scope;
        self.timed += other.timed;
        self.known += other.known;
        self.standing += other.standing;
        self.unplaced += other.unplaced;
        self.unplaced_firsts += other.unplaced_firsts;
        self.met.merge(other.met, cap);
    }
}

/// By person: the latest instant that still stands, and the row that says so.
struct Said {
    instants: AHashMap<u32, (i64, u32)>,
    rows: u64,
    unplaced: u64,
}

impl Said {
    fn new(asked: &Follows, slice: &Slice<'_>, zone: Option<&TimeZone>) -> Result<Self, String> {
        let (stamps, flags) = (slice.column(asked.first.index)?, slice.column(asked.standing.0.index)?);
        let mut said = Self { instants: AHashMap::new(), rows: 0, unplaced: 0 };
        let out = flags.reading(|value| asked.standing.1.shape(value) == shape::OUT);
        for row in slice.rows().filter(|row| out.get(*row)) {
            let Some(at) = instant(stamps.get(row), zone) else {
                said.unplaced += u64::from(!is_missing(stamps.get(row), &[]));
                continue;
            };
            said.rows += 1;
            let latest = said.instants.entry(slice.people.person[row as usize]).or_insert((at, row));
            if at > latest.0 {
                *latest = (at, row);
            }
        }
        Ok(said)
    }
}

/// Records that came after an instant of the same person. A record that is there several times counts once.
pub(crate) fn follows(shard: &Shard<'_>, asked: &Follows) -> Result<Answer, String> {
    let (first, then) = (shard.slice(&asked.first.dataset)?, shard.slice(&asked.then.dataset)?);
    let said = Said::new(asked, &first, asked.first_zone.as_deref().and_then(zone).as_ref())?;
    let people: AHashSet<u32> = first.rows().map(|row| first.people.person[row as usize]).collect();
    let counts = in_scope(shard, &then, &asked.scope)?;
    let clock = Clock::new(shard, &asked.then, asked.then_zone.as_deref())?;
    let (stamps, wording) = (then.column(asked.then.index)?, first.column(asked.first.index)?);
    let mut found = Followed { standing: said.rows, unplaced_firsts: said.unplaced, ..Followed::default() };
    let (mut counter, mut seen) = (Counter::default(), AHashSet::new());
    for row in then.rows().filter(|row| counts(*row)) {
        found.scope += 1;
        let Some(at) = clock.at(row) else {
            found.unplaced += u64::from(!is_missing(stamps.get(row), &[]));
            continue;
        };
        found.timed += 1;
        let person = then.people.person[row as usize];
        found.known += u64::from(people.contains(&person));
        let Some((out, other)) = said.instants.get(&person) else { continue };
        if at - out <= asked.grace || !seen.insert(then.frame.rank(row)) {
            continue;
        }
        then.count(&mut counter, row);
        counter.sample(shard.cap(), then.frame.rank(row), || Sample {
            key: then.frame.key(row).into_owned(),
            other: first.frame.key(*other).into_owned(),
            value: stamps.get(row).to_owned(),
            detail: wording.get(*other).to_owned(),
        });
    }
    found.met = counter.finish(shard.cap());
    Ok(Answer::Follows(found))
}
