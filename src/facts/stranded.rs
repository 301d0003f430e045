//! Facts about lookups: ids that no record has any more though the one that took its place is known, and pairs of which one
//! record names the other.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lenses::shape;
use super::local::{Shard, Slice};
use super::tally::Counter;
use super::{Answer, Column, Lens, Sample};
use crate::frames::links::{Link, Links, Tier};

/// Who took the place of the record whose id a row carries, and how that is known.
struct Successors {
    /// Left rows by right row, with the reason.
    links: Arc<Links>,
    /// Whether each left row is linked to a right row by its id: one may be linked to very many.
    settled: Vec<bool>,
    /// The links of `child`.
    children: Option<Arc<Links>>,
    /// The records of `child` with the left rows that they name, sorted.
    named: Vec<(u32, u32)>,
}

fn is_own(link: &&Link) -> bool {
    link.tier == Tier::Identifier
}

impl Successors {
    fn new(shard: &Shard<'_>, right: &str, parent: &str, child: Option<&str>) -> Self {
        let identity = shard.engine.identity;
        let links = identity.links(parent, right);
        let mut settled = vec![false; links.last().map_or(0, |link| link.left as usize + 1)];
        links.iter().filter(is_own).for_each(|link| settled[link.left as usize] = true);
        Self {
            links,
            settled,
            children: child.map(|child| identity.links(child, right)),
            named: child.map(|child| identity.looked_up(child, parent)).unwrap_or_default(),
        }
    }

    /// The left rows that may have taken the place of what a right row names.
    fn of(&self, row: u32) -> (Vec<u32>, &'static str) {
        let links = self.links.of_right(row);
        if links.iter().any(|link| is_own(&link)) {
            return (Vec::new(), "");
        }
        let named = |lead: u32| {
            let start = self.named.partition_point(|(own, _)| *own < lead);
            self.named[start..].iter().take_while(move |(own, _)| *own == lead).map(|(_, contact)| *contact)
        };
        let mut leads = self.children.iter().flat_map(|links| links.of_right(row)).filter(is_own).peekable();
        // A lead that became nobody is still there.
        if leads.peek().is_some() {
            return (leads.flat_map(|link| named(link.left)).collect(), "the lead was converted");
        }
        (links.iter().map(|link| link.left).collect(), links.first().map_or("", |link| link.tier.name()))
    }

    /// Whether a left row is linked to a right row by its id.
    fn is_settled(&self, left: u32) -> bool {
        self.settled.get(left as usize).is_some_and(|settled| *settled)
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
        if found.iter().any(|left| successors.is_settled(*left)) {
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
