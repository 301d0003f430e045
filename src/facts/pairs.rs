//! Facts about linked pairs: both sides of the seam at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::local::{SAMPLES, Shard, Slice};
use super::rows::ByShape;
use super::scope::in_scope;
use super::tally::Counter;
use super::times::Clock;
use super::{Answer, Column, Lens, Sample, Scope, Sides};
use crate::frames::TextColumn;
use crate::frames::links::{Link, Links, Tier};

type Side<'a> = (&'a Column, &'a Lens);

/// Which records of two datasets are one person.
enum Linked {
    /// Each record of one dataset and itself.
    Itself(u32),
    By(Arc<Links>),
}

/// One linked pair after the other.
enum Mine<'a> {
    Itself(std::ops::Range<u32>),
    By(std::slice::Iter<'a, Link>),
}

impl Iterator for Mine<'_> {
    type Item = Link;

    #[inline]
    fn next(&mut self) -> Option<Link> {
        match self {
            Self::Itself(rows) => rows.next().map(|row| Link { left: row, right: row, tier: Tier::Identifier }),
            Self::By(links) => links.next().copied(),
        }
    }
}

/// The linked records of two datasets, with a column of each.
pub(super) struct Pairs<'a> {
    pub(super) left: Slice<'a>,
    pub(super) right: Slice<'a>,
    pub(super) left_column: &'a TextColumn,
    pub(super) right_column: &'a TextColumn,
    links: Linked,
}

impl<'a> Pairs<'a> {
    pub(super) fn new(shard: &'a Shard<'a>, left: &Column, right: &Column) -> Result<Self, String> {
        let (left_slice, right_slice) = (shard.slice(&left.dataset)?, shard.slice(&right.dataset)?);
        // Two columns of one dataset: a record is linked to itself.
        let links = match left.dataset == right.dataset {
            true => Linked::Itself(left_slice.frame.rows),
            false => Linked::By(shard.engine.identity.links(&left.dataset, &right.dataset)),
        };
        Ok(Self {
            left_column: left_slice.column(left.index)?,
            right_column: right_slice.column(right.index)?,
            links,
            left: left_slice,
            right: right_slice,
        })
    }

    pub(super) fn mine<'b>(&'b self, shard: &'b Shard<'_>) -> impl Iterator<Item = Link> {
        let rows = match &self.links {
            Linked::Itself(rows) => Mine::Itself(0..*rows),
            Linked::By(links) => Mine::By(links.iter()),
        };
        let groups = &self.right.people.group;
        let is_whole = shard.is_whole();
        rows.filter(move |link| is_whole || shard.holds(groups[link.right as usize]))
    }

    fn is_same(&self) -> bool {
        std::ptr::eq(self.left.frame, self.right.frame)
    }

    pub(super) fn values(&self, link: Link) -> (&'a str, &'a str) {
        (self.left_column.get(link.left), self.right_column.get(link.right))
    }

    /// The shapes of both values of a pair.
    fn shapes(&self, left: &'a Lens, right: &'a Lens) -> impl Fn(Link) -> (&'static str, &'static str) + use<'a> {
        let left = self.left_column.reading(|value| left.shape(value));
        let right = self.right_column.reading(|value| right.shape(value));
        move |link| (left.get(link.left), right.get(link.right))
    }

    /// Counts the person of a pair.
    pub(super) fn person(&self, counter: &mut Counter, link: Link) {
        // A person with one record on each side makes one pair; anyone else is remembered to count once.
        let alone = self.right.people.alone[link.right as usize] && self.left.people.alone[link.left as usize];
        counter.add(|| self.right.people.person[link.right as usize], alone);
    }

    /// A pair shows the profile first: that is where the send goes wrong.
    pub(super) fn count(&self, counter: &mut Counter, link: Link, cap: usize) {
        self.person(counter, link);
        let (left, right) = self.values(link);
        counter.sample(cap, self.right.frame.rank(link.right), || Sample {
            key: self.right.frame.key(link.right).into_owned(),
            other: if self.is_same() { String::new() } else { self.left.frame.key(link.left).into_owned() },
            value: right.to_owned(),
            detail: left.to_owned(),
        });
    }
}

/// Linked pairs by what both sides say.
pub(crate) fn compare(shard: &Shard<'_>, left: Side<'_>, right: Side<'_>) -> Result<Answer, String> {
    let pairs = Pairs::new(shard, left.0, right.0)?;
    let mut cells: ByShape<ByShape<Counter>> = ByShape::default();
    let mut total = 0;
    let shapes = pairs.shapes(left.1, right.1);
    for link in pairs.mine(shard) {
        total += 1;
        let (one, other) = shapes(link);
        pairs.count(cells.of(one, ByShape::default).of(other, Counter::default), link, SAMPLES);
    }
    let cells = cells.into_iter().flat_map(|(one, others)| {
        others.into_iter().map(|(other, counter)| ((one.to_owned(), other.to_owned()), counter.finish(SAMPLES)))
    });
    Ok(Answer::Compare { pairs: total, cells: cells.collect() })
}

fn wanted(cells: &BTreeSet<(String, String)>, (left, right): (&str, &str)) -> bool {
    cells.iter().any(|(one, other)| one == left && other == right)
}

/// Every linked pair of some cells.
pub(crate) fn listing(
    shard: &Shard<'_>,
    left: Side<'_>,
    right: Side<'_>,
    cells: &BTreeSet<(String, String)>,
) -> Result<Answer, String> {
    let pairs = Pairs::new(shard, left.0, right.0)?;
    let mut counter = Counter::default();
    let mut total = 0;
    let shapes = pairs.shapes(left.1, right.1);
    for link in pairs.mine(shard) {
        total += 1;
        if wanted(cells, shapes(link)) {
            pairs.count(&mut counter, link, shard.cap());
        }
    }
    Ok(Answer::Rows { rows: total, met: counter.finish(shard.cap()) })
}

/// The right rows of every linked pair of some cells.
pub(crate) fn picked(
    shard: &Shard<'_>,
    left: Side<'_>,
    right: Side<'_>,
    cells: &BTreeSet<(String, String)>,
) -> Result<Vec<u32>, String> {
    let pairs = Pairs::new(shard, left.0, right.0)?;
    let shapes = pairs.shapes(left.1, right.1);
    let picked = pairs.mine(shard).filter(|link| wanted(cells, shapes(*link)));
    let mut rows: Vec<u32> = picked.map(|link| link.right).collect();
    rows.sort_unstable();
    rows.dedup();
    Ok(rows)
}

/// Whole minutes from the left time to the right one, over pairs in which both are certain.
pub(crate) fn gap(
    shard: &Shard<'_>,
    left: (&Column, Option<&str>),
    right: (&Column, Option<&str>),
) -> Result<Answer, String> {
    let pairs = Pairs::new(shard, left.0, right.0)?;
    let (here, there) = (Clock::new(shard, left.0, left.1)?, Clock::new(shard, right.0, right.1)?);
    let mut minutes: BTreeMap<i64, u64> = BTreeMap::new();
    let mut total = 0;
    for link in pairs.mine(shard) {
        if let (Some(one), Some(other)) = (here.at(link.left), there.at(link.right)) {
            total += 1;
            *minutes.entry((other - one).div_euclid(60)).or_default() += 1;
        }
    }
    Ok(Answer::Gap { pairs: total, minutes })
}

/// Who is on which side.
pub(crate) fn coverage(shard: &Shard<'_>, left: &str, right: &str, scope: &Scope) -> Result<Answer, String> {
    let (left_slice, right_slice) = (shard.slice(left)?, shard.slice(right)?);
    let links = shard.engine.identity.links(left, right);
    let counts = in_scope(shard, &left_slice, scope)?;
    let cap = shard.cap();
    let taken = shard.engine.identity.taken(left, right);
    let leads = Leads::new(&links, &taken);
    let mut sides = Sides::default();
    let mut shared = vec![false; right_slice.frame.rows as usize];
    let (mut all, mut split, mut missing) = (Counter::default(), Counter::default(), Counter::default());
    for row in left_slice.rows() {
        let mine = links.of_left(row);
        let scoped = counts(row);
        if scoped {
            left_slice.count(&mut all, row);
        }
        let (rank, key) = (left_slice.frame.rank(row), || left_slice.frame.key(row).into_owned());
        if mine.is_empty() && scoped && taken.binary_search_by_key(&row, |pair| pair.0).is_err() {
            left_slice.count(&mut missing, row);
            missing.sample(cap, rank, || Sample { key: key(), ..Sample::default() });
        }
        if mine.len() > 1 && scoped {
            left_slice.count(&mut split, row);
            for link in mine {
                shared[link.right as usize] = true;
            }
            for link in mine {
                split.sample(cap, rank, || Sample {
                    key: key(),
                    other: right_slice.frame.key(link.right).into_owned(),
                    value: String::new(),
                    detail: link.tier.name().to_owned(),
                });
            }
        }
    }
    let mut collapsed = Counter::default();
    for row in right_slice.rows() {
        if leads.of(row).nth(1).is_none() {
            continue;
        }
        // One record that was exported twice is one record.
        let mut names: Vec<_> = leads.of(row).map(|left| left_slice.frame.key(left)).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < 2 {
            continue;
        }
        right_slice.count(&mut collapsed, row);
        collapsed.sample(cap, right_slice.frame.rank(row), || Sample {
            key: right_slice.frame.key(row).into_owned(),
            other: names.into_iter().next().unwrap_or_default().into_owned(),
            ..Sample::default()
        });
    }
    sides.split_profiles = shared.iter().filter(|shared| **shared).count() as u64;
    sides.profiles = right_slice.len();
    sides.scope = all.finish(0);
    sides.split = split.finish(cap);
    sides.missing = missing.finish(cap);
    sides.collapsed = collapsed.finish(cap);
    Ok(Answer::Coverage(sides))
}

/// Which left rows lead to a right row, by link or because its address is theirs.
struct Leads<'a> {
    links: &'a Links,
    /// Right row and left row of the others, sorted.
    taken: Vec<(u32, u32)>,
}

impl<'a> Leads<'a> {
    fn new(links: &'a Links, taken: &[(u32, u32)]) -> Self {
        let mut taken: Vec<(u32, u32)> = taken.iter().map(|(left, right)| (*right, *left)).collect();
        taken.sort_unstable();
        Self { links, taken }
    }

    fn of(&self, right: u32) -> impl Iterator<Item = u32> {
        let start = self.taken.partition_point(|(own, _)| *own < right);
        let taken = self.taken[start..].iter().take_while(move |(own, _)| *own == right).map(|(_, left)| *left);
        self.links.of_right(right).iter().map(|link| link.left).chain(taken)
    }
}
