//! Groups of people that a choice of them should have somebody of: how many are in each, how many of a choice, and whom to
//! choose.

use std::cell::RefCell;
use std::collections::BTreeSet;

use ahash::{AHashMap, AHashSet};
use xxhash_rust::xxh3::xxh3_64;

use super::local::{Shard, Slice};
use super::{Answer, Column, Filter, Lens};
use crate::frames::normalize::identifier;
use crate::matching::lists::{DomainKind, LISTS, MoreDomains};
use crate::text::trim;

/// Domains whose kind is remembered.
const REMEMBERED: usize = 1 << 12;

/// What makes a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stratum {
    /// A masked address.
    Relay(Column, MoreDomains),
    /// Several records of a dataset.
    Several(String),
    /// A cell, own or of a linked record, of this shape.
    Shaped(Column, Lens, String),
    /// A cell, own or of a linked record, that holds one of these texts.
    Holds(Column, BTreeSet<String>),
    /// A linked record in a dataset.
    Within(String),
    /// Nothing: everybody is in it.
    Anyone,
}

impl Stratum {
    fn column(&self) -> Option<&Column> {
        match self {
            Self::Relay(column, _) | Self::Shaped(column, ..) | Self::Holds(column, _) => Some(column),
            Self::Several(_) | Self::Within(_) | Self::Anyone => None,
        }
    }

    fn dataset(&self) -> Option<&String> {
        match self {
            Self::Several(dataset) | Self::Within(dataset) => Some(dataset),
            _ => self.column().map(|column| &column.dataset),
        }
    }
}

/// People, and the groups they are asked by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cohort {
    /// The dataset of people.
    pub base: String,
    /// Those of them who count.
    pub filter: Option<Filter>,
    /// The profiles, where people with one of their own are chosen first.
    pub profiles: Option<String>,
    /// The groups.
    pub strata: Vec<Stratum>,
    /// Keys of people who are chosen already.
    pub among: BTreeSet<String>,
    /// How many to choose of each group.
    pub keep: usize,
}

impl Cohort {
    /// The columns that must be held.
    pub(super) fn columns(&self) -> Vec<Column> {
        self.strata.iter().filter_map(Stratum::column).cloned().collect()
    }

    /// The datasets whose records must be linked, in both directions.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let others: BTreeSet<&String> = self
            .strata
            .iter()
            .filter_map(Stratum::dataset)
            .chain(&self.profiles)
            .filter(|own| **own != self.base)
            .collect();
        let both = |other: &String| [(other.clone(), self.base.clone()), (self.base.clone(), other.clone())];
        others.into_iter().flat_map(both).collect()
    }
}

/// One group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Records in it.
    pub people: u64,
    /// Those of them who are chosen already.
    pub among: u64,
    /// The first of them: faults of identity last, then by a hash that stays the same from run to run.
    pub kept: BTreeSet<(u8, u64, String)>,
}

/// Adds what another shard drew.
pub(super) fn merge(into: &mut [Drawn], from: Vec<Drawn>, keep: usize) {
    for (mine, theirs) in into.iter_mut().zip(from) {
        mine.people += theirs.people;
        mine.among += theirs.among;
        mine.kept.extend(theirs.kept);
        while mine.kept.len() > keep {
            mine.kept.pop_last();
        }
    }
}

/// Everyone of the base in the groups.
pub(crate) fn cohort(shard: &Shard<'_>, asked: &Cohort) -> Result<Answer, String> {
    let slice = shard.slice(&asked.base)?;
    let scope = asked.filter.as_ref().map(|filter| shard.met(&slice, filter)).transpose()?;
    let profiles = asked.profiles.as_ref().map(|other| counts(shard, &slice, other, &|_| true));
    let mut drawn = vec![Drawn::default(); asked.strata.len()];
    let members: Vec<Vec<bool>> =
        asked.strata.iter().map(|stratum| members(shard, &slice, stratum)).collect::<Result<_, _>>()?;
    let among: AHashSet<&str> = asked.among.iter().map(String::as_str).collect();
    let mut first: Vec<First> = asked.strata.iter().map(|_| First::new(asked.keep)).collect();
    for row in slice.rows().filter(|row| scope.as_ref().is_none_or(|rows| rows.contains(*row))) {
        let key = slice.frame.key(row);
        // Who has no id of their own cannot be named.
        let Some(own) = identifier(&key) else { continue };
        let chosen = among.contains(key.as_ref());
        let split = profiles.as_ref().is_some_and(|profiles| profiles[row as usize] != 1);
        let fault = u8::from(split) * 2 + u8::from(!slice.people.alone[row as usize]);
        let order = xxh3_64(own.as_bytes());
        let groups = drawn.iter_mut().zip(&mut first).zip(&members);
        for ((group, first), _) in groups.filter(|(_, members)| members[row as usize]) {
            group.people += 1;
            group.among += u64::from(chosen);
            first.add((fault, order, row), &slice);
        }
    }
    for (group, first) in drawn.iter_mut().zip(first) {
        group.kept = first.finish(&slice);
    }
    Ok(Answer::Cohort(drawn))
}

/// The first people of a group, while it is gone through.
struct First {
    keep: usize,
    /// Faults, orders and rows: the first ones, and more that may come before some of them.
    found: Vec<(u8, u64, u32)>,
    /// What comes after this cannot be among the first.
    last: (u8, u64),
}

impl First {
    fn new(keep: usize) -> Self {
        Self { keep, found: Vec::new(), last: (u8::MAX, u64::MAX) }
    }

    #[inline]
    fn add(&mut self, (fault, order, row): (u8, u64, u32), slice: &Slice<'_>) {
        if (fault, order) <= self.last {
            self.found.push((fault, order, row));
            if self.found.len() > self.keep.saturating_mul(2).saturating_add(64) {
                self.trim(slice);
            }
        }
    }

    fn trim(&mut self, slice: &Slice<'_>) {
        let key = |row: u32| slice.frame.key(row);
        self.found.sort_unstable_by(|one, other| {
            (one.0, one.1).cmp(&(other.0, other.1)).then_with(|| key(one.2).cmp(&key(other.2)))
        });
        // A record that is there twice is kept once.
        self.found.dedup_by(|one, other| (one.0, one.1) == (other.0, other.1) && key(one.2) == key(other.2));
        self.found.truncate(self.keep);
        if let Some((fault, order, _)) = self.found.last().filter(|_| self.found.len() >= self.keep) {
            self.last = (*fault, *order);
        }
    }

    fn finish(mut self, slice: &Slice<'_>) -> BTreeSet<(u8, u64, String)> {
        self.trim(slice);
        self.found.into_iter().map(|(fault, order, row)| (fault, order, slice.frame.key(row).into_owned())).collect()
    }
}

/// How many rows of another dataset are each row's, as far as they pass a test.
fn counts(shard: &Shard<'_>, slice: &Slice<'_>, other: &str, test: &dyn Fn(u32) -> bool) -> Vec<u32> {
    let mut counts = vec![0_u32; slice.frame.rows as usize];
    for (row, theirs) in shard.engine.memo.neighbours(shard.engine.identity, &slice.frame.dataset.name, other).iter() {
        counts[*row as usize] += u32::from(test(*theirs));
    }
    counts
}

/// Which rows of the base are in a group.
fn members(shard: &Shard<'_>, slice: &Slice<'_>, stratum: &Stratum) -> Result<Vec<bool>, String> {
    let holds = |column: &Column, test: &dyn Fn(&str) -> bool| -> Result<Vec<bool>, String> {
        let other = shard.slice(&column.dataset)?;
        let cells = other.column(column.index)?.reading(test);
        if column.dataset == slice.frame.dataset.name {
            return Ok((0..slice.frame.rows).map(|row| cells.get(row)).collect());
        }
        let found = counts(shard, slice, &column.dataset, &|row| cells.get(row));
        Ok(found.into_iter().map(|count| count > 0).collect())
    };
    let several = |other: &str, least: u32| {
        counts(shard, slice, other, &|_| true).into_iter().map(|count| count >= least).collect()
    };
    match stratum {
        Stratum::Anyone => Ok(vec![true; slice.frame.rows as usize]),
        Stratum::Within(other) => Ok(several(other, 1)),
        Stratum::Several(other) => Ok(several(other, 2)),
        Stratum::Shaped(column, lens, shape) => holds(column, &|cell| lens.shape(cell) == shape),
        Stratum::Holds(column, texts) => holds(column, &|cell| texts.contains(cell.trim())),
        Stratum::Relay(column, more) => {
            // Few domains stand on most addresses.
            let known: RefCell<AHashMap<String, bool>> = RefCell::default();
            holds(column, &|cell| {
                let Some((_, domain)) = trim(cell).rsplit_once('@') else { return false };
                if let Some(known) = known.borrow().get(domain) {
                    return *known;
                }
                let is_relay = LISTS.kind(&domain.to_lowercase(), more) == DomainKind::Relay;
                if known.borrow().len() < REMEMBERED {
                    known.borrow_mut().insert(domain.to_owned(), is_relay);
                }
                is_relay
            })
        }
    }
}
