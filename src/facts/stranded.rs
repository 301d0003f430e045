//! Facts about lookups: ids that no record has any more though the one that took its place is known, and pairs of which one
//! record names the other.

use std::collections::BTreeMap;

use ahash::{AHashMap, AHashSet};

use super::lenses::shape;
use super::local::{Shard, Slice};
use super::tally::Counter;
use super::{Answer, Column, Lens, Sample};
use crate::frames::links::{Link, Tier};

/// Who took the place of the record whose id a row carries, and how that is known.
struct Successors {
    /// Left rows by right row, with the reason.
    links: AHashMap<u32, Vec<(u32, Tier)>>,
    /// Left rows that a right row is linked to by its id.
    settled: AHashSet<u32>,
    /// The records of `child` whose id a right row carries.
    children: AHashMap<u32, Vec<u32>>,
    /// The left rows that those name.
    named: AHashMap<u32, Vec<u32>>,
}

impl Successors {
    fn new(shard: &Shard<'_>, right: &str, parent: &str, child: Option<&str>) -> Self {
        let identity = shard.engine.identity;
        let mut found = Self {
            links: AHashMap::new(),
            settled: AHashSet::new(),
            children: AHashMap::new(),
            named: AHashMap::new(),
        };
        let is_own = |link: &&Link| link.tier == Tier::Identifier;
        for link in identity.links(parent, right).iter() {
            found.links.entry(link.right).or_default().push((link.left, link.tier));
        }
        found.settled.extend(identity.links(parent, right).iter().filter(is_own).map(|link| link.left));
        let Some(child) = child else { return found };
        for link in identity.links(child, right).iter().filter(is_own) {
            found.children.entry(link.right).or_default().push(link.left);
        }
        for (lead, contact) in identity.looked_up(child, parent) {
            found.named.entry(lead).or_default().push(contact);
        }
        found
    }

    /// The left rows that may have taken the place of what a right row names.
    fn of(&self, row: u32) -> (Vec<u32>, &'static str) {
        let links = self.links.get(&row).map(Vec::as_slice).unwrap_or_default();
        if links.iter().any(|(_, tier)| *tier == Tier::Identifier) {
            return (Vec::new(), "");
        }
        match self.children.get(&row) {
            // A lead that became nobody is still there.
            Some(leads) => {
                let named = leads.iter().flat_map(|lead| self.named.get(lead).into_iter().flatten());
                (named.copied().collect(), "the lead was converted")
            }
            None => (links.iter().map(|(left, _)| *left).collect(), links.first().map_or("", |(_, tier)| tier.name())),
        }
    }
}

/// Rows whose id no record of `parent` has any more, though its successor is known.
pub(crate) fn stranded(shard: &Shard<'_>, asked: &Column, parent: &str, child: Option<&str>) -> Result<Answer, String> {
    let (slice, parents) = (shard.slice(&asked.dataset)?, shard.slice(parent)?);
    let column = slice.column(asked.index)?;
    let successors = Successors::new(shard, &asked.dataset, parent, child);
    let (mut filled, mut counter) = (0, Counter::default());
    for row in slice.rows() {
        let value = column.get(row);
        if !matches!(Lens::Identifier.shape(value), shape::WHOLE | shape::FLOATED | shape::ROUNDED_SHORT) {
            continue;
        }
        filled += 1;
        let (found, why) = successors.of(row);
        let Some(successor) = only(&parents, &found) else { continue };
        // One that has a record of its own asks for a merge, not for another id.
        if found.iter().any(|left| successors.settled.contains(left)) {
            continue;
        }
        slice.count(&mut counter, row);
        counter.sample(shard.cap(), slice.frame.rank(row), || Sample {
            key: slice.frame.key(row).into_owned(),
            other: successor,
            value: value.to_owned(),
            detail: why.to_owned(),
        });
    }
    Ok(Answer::Rows { rows: filled, met: counter.finish(shard.cap()) })
}

/// The key of the only record among some rows; one that was exported twice is one.
fn only(slice: &Slice<'_>, rows: &[u32]) -> Option<String> {
    let mut keys: Vec<String> = rows.iter().map(|row| slice.frame.key(*row).into_owned()).collect();
    keys.sort();
    keys.dedup();
    if keys.len() == 1 { keys.pop() } else { None }
}

/// Pairs of which the left record names the right one in a lookup, by what both sides say.
pub(crate) fn named(
    shard: &Shard<'_>,
    (left, left_lens): (&Column, &Lens),
    (right, right_lens): (&Column, &Lens),
) -> Result<Answer, String> {
    let (lefts, rights) = (shard.slice(&left.dataset)?, shard.slice(&right.dataset)?);
    let (left_column, right_column) = (lefts.column(left.index)?, rights.column(right.index)?);
    let mut cells: BTreeMap<(&'static str, &'static str), Counter> = BTreeMap::new();
    let (mut pairs, cap) = (0, shard.cap());
    for (one, other) in shard.engine.identity.looked_up(&left.dataset, &right.dataset) {
        if !shard.holds(rights.people.group[other as usize]) {
            continue;
        }
        pairs += 1;
        let (said, shown) = (left_column.get(one), right_column.get(other));
        let counter = cells.entry((left_lens.shape(said), right_lens.shape(shown))).or_default();
        rights.count(counter, other);
        counter.sample(cap, rights.frame.rank(other), || Sample {
            key: rights.frame.key(other).into_owned(),
            other: lefts.frame.key(one).into_owned(),
            value: shown.to_owned(),
            detail: said.to_owned(),
        });
    }
    let cells =
        cells.into_iter().map(|((one, other), counter)| ((one.to_owned(), other.to_owned()), counter.finish(cap)));
    Ok(Answer::Compare { pairs, cells: cells.collect() })
}
