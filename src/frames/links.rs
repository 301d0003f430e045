//! Links between the records of two datasets: the numbered keys of both in, pairs with the reason for each out.

use std::ops::{Deref, Range};
use std::sync::OnceLock;

use ahash::AHashMap;
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::lookup::{Lookup, by_row};
use super::row_keys::RowKeys;

/// Records of one key that are linked each with each; beyond, each is linked to the first of the other side, so that one
/// address on everything stays linear.
const EACH_WITH_EACH: usize = 20;
/// Every list of ids that joins people.
pub(super) fn every_id(keys: &RowKeys) -> impl Iterator<Item = &Vec<u32>> {
    keys.ids.iter().chain(&keys.parents).chain(&keys.refs).chain([&keys.own])
}

/// Why a profile is linked to a record, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The same canonical identifier.
    Identifier,
    /// The same address.
    Address,
    /// Addresses that the provider delivers to one mailbox.
    Mailbox,
}

impl Tier {
    /// How reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identifier => "same identifier",
            Self::Address => "same address",
            Self::Mailbox => "same mailbox",
        }
    }
}

/// A record of one dataset and a record of another that are one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Row in the left dataset.
    pub left: u32,
    /// Row in the right dataset.
    pub right: u32,
    /// Why.
    pub tier: Tier,
}

/// The links of two datasets, sorted by left and right row.
#[derive(Debug, Default)]
pub struct Links {
    all: Vec<Link>,
    /// Where the links of each left row begin.
    starts: Vec<u32>,
    /// The same by right row, once somebody asks.
    rights: OnceLock<(Vec<u32>, Vec<Link>)>,
    /// How many keys stand on so many rows that not each was linked with each.
    pub(super) wide: u64,
}

impl Links {
    /// Of links that are sorted by their right rows, those of one right row by their left ones.
    pub(super) fn new(found: &[Link], wide: u64) -> Self {
        let (starts, all) = by_row(found, |link| link.left);
        Self { all, starts, rights: OnceLock::new(), wide }
    }

    /// The links of a left row, by right row.
    pub fn of_left(&self, row: u32) -> &[Link] {
        run(&self.all, &self.starts, row)
    }

    /// The links of a right row, by left row.
    pub fn of_right(&self, row: u32) -> &[Link] {
        let (starts, links) = self.rights.get_or_init(|| by_row(&self.all, |link| link.right));
        run(links, starts, row)
    }
}

impl Deref for Links {
    type Target = [Link];

    fn deref(&self) -> &[Link] {
        &self.all
    }
}

fn run<'a>(links: &'a [Link], starts: &[u32], row: u32) -> &'a [Link] {
    let row = row as usize;
    starts.get(row..row + 2).map_or(&[], |ends| &links[ends[0] as usize..ends[1] as usize])
}

/// The left rows that a right row is linked to, and why.
struct Choice {
    run: Range<u32>,
    /// The first of them: most have no other one.
    first: u32,
    tier: Tier,
}

fn choose(left: &Lookups, ids: &[&Vec<u32>], right: &RowKeys, row: usize) -> Option<Choice> {
    let at = |list: &Vec<u32>| list.get(row).copied().unwrap_or_default();
    let chosen = |lookup: &Lookup, run: Range<u32>, tier| Choice { first: lookup.at(&run)[0], run, tier };
    if let Some(run) = ids.iter().find_map(|list| left.ids.run(at(list))) {
        return Some(chosen(&left.ids, run, Tier::Identifier));
    }
    if let Some(run) = left.exact.run(at(&right.exact)) {
        return Some(chosen(&left.exact, run, Tier::Address));
    }
    left.mailbox.run(at(&right.mailbox)).map(|run| chosen(&left.mailbox, run, Tier::Mailbox))
}

/// The rows of a dataset by each kind of key.
#[derive(Debug)]
pub(super) struct Lookups {
    ids: Lookup,
    exact: Lookup,
    mailbox: Lookup,
}

impl Lookups {
    pub(super) fn new(left: &RowKeys) -> Self {
        // What is nobody's own record, such as a deal, belongs to the person that its lookup names.
        let parents = if left.exact.is_empty() { left.parents.as_slice() } else { &[] };
        let own = left.own_joins.then_some(&left.own);
        Self {
            ids: Lookup::new(left.ids.iter().chain(parents).chain(&left.refs).chain(own)),
            exact: Lookup::new([&left.exact].into_iter()),
            mailbox: Lookup::new([&left.mailbox].into_iter()),
        }
    }

    fn rows(&self, run: &Range<u32>, tier: Tier) -> &[u32] {
        match tier {
            Tier::Identifier => self.ids.at(run),
            Tier::Address => self.exact.at(run),
            Tier::Mailbox => self.mailbox.at(run),
        }
    }
}

/// The links of the rows of a dataset to those of another.
pub(super) fn link(left: &Lookups, right: &RowKeys) -> Links {
    let lists = right.ids.iter().chain(&right.refs).map(Vec::len).max().unwrap_or_default();
    let rows = right.own.len().max(right.exact.len()).max(lists);
    let own = right.own_joins.then_some(&right.own);
    let ids: Vec<&Vec<u32>> = own.into_iter().chain(&right.ids).chain(&right.refs).collect();
    let chosen: Vec<Option<Choice>> = (0..rows).into_par_iter().map(|row| choose(left, &ids, right, row)).collect();
    let mut links = Vec::with_capacity(rows);
    // Keys with too many rows, with the right row whose turn it was to be linked with all of them.
    let mut wide: AHashMap<(u32, Tier), u32> = AHashMap::new();
    for (choice, row) in chosen.iter().zip(0_u32..) {
        let Some(Choice { run, first, tier }) = choice else { continue };
        let is_wide = run.len() > EACH_WITH_EACH && *wide.entry((run.start, *tier)).or_insert(row) != row;
        if run.len() == 1 || is_wide {
            links.push(Link { left: *first, right: row, tier: *tier });
            continue;
        }
        links.extend(left.rows(run, *tier).iter().map(|left| Link { left: *left, right: row, tier: *tier }));
    }
    Links::new(&links, wide.len() as u64)
}

fn at(list: &[u32], row: u32) -> u32 {
    list.get(row as usize).copied().unwrap_or_default()
}

/// The rows of a list that hold one of some keys, by key.
fn gather(list: &[u32], keys: impl Iterator<Item = u32>) -> AHashMap<u32, Vec<u32>> {
    let mut found: AHashMap<u32, Vec<u32>> = keys.filter(|key| *key != 0).map(|key| (key, Vec::new())).collect();
    if !found.is_empty() {
        for (key, row) in list.iter().zip(0..) {
            if let Some(rows) = found.get_mut(key) {
                rows.push(row);
            }
        }
    }
    found
}

/// Left rows whose identifier stands on some right rows and whose address stands on others, with the first of those. One
/// that is linked to the left row itself is its second half, and no stray.
pub(super) fn crossed(left: &RowKeys, right: &RowKeys, links: &[Link]) -> Vec<(u32, u32)> {
    // Only where no linked row has the same address can it stand elsewhere alone.
    let apart = |run: &&[Link]| {
        let address = at(&left.exact, run[0].left);
        let by_id = run.iter().any(|link| link.tier == Tier::Identifier);
        by_id && address != 0 && run.iter().all(|link| at(&right.exact, link.right) != address)
    };
    let runs: Vec<&[Link]> = links.chunk_by(|one, other| one.left == other.left).filter(apart).collect();
    let elsewhere = gather(&right.exact, runs.iter().map(|run| at(&left.exact, run[0].left)));
    let find = |run: &[Link]| {
        let stray = elsewhere.get(&at(&left.exact, run[0].left))?.first()?;
        Some((run[0].left, *stray))
    };
    runs.into_iter().filter_map(find).collect()
}

/// Rows linked by identifier whose addresses differ, where the left one stands on no right row.
pub(super) fn moved(left: &RowKeys, right: &RowKeys, links: &[Link]) -> Vec<(u32, u32)> {
    let apart = |link: &&Link| {
        let (one, other) = (at(&left.mailbox, link.left), at(&right.mailbox, link.right));
        link.tier == Tier::Identifier && one != 0 && other != 0 && one != other
    };
    let found: Vec<&Link> = links.iter().filter(apart).collect();
    let rights = gather(&right.mailbox, found.iter().map(|link| at(&left.mailbox, link.left)));
    let nowhere = |link: &&Link| rights.get(&at(&left.mailbox, link.left)).is_none_or(Vec::is_empty);
    found.into_iter().filter(nowhere).map(|link| (link.left, link.right)).collect()
}

/// Left rows whose lookup names a right row, with that row, sorted.
pub(super) fn looked_up(left: &RowKeys, right: &RowKeys) -> Vec<(u32, u32)> {
    let own = Lookup::new([&right.own].into_iter());
    let named = left.parents.iter().flat_map(|list| list.iter().zip(0_u32..));
    let mut pairs: Vec<(u32, u32)> =
        named.flat_map(|(key, row)| own.of(*key).iter().take(EACH_WITH_EACH).map(move |right| (row, *right))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Left rows without a link whose mailbox stands on right rows all the same: those belong to somebody else.
pub(super) fn taken(left: &RowKeys, right: &RowKeys, links: &Links) -> Vec<(u32, u32)> {
    let rows = u32::try_from(left.mailbox.len()).unwrap_or(u32::MAX);
    let is_loose = |row: &u32| at(&left.mailbox, *row) != 0 && links.of_left(*row).is_empty();
    let loose: Vec<u32> = (0..rows).filter(is_loose).collect();
    let rights = gather(&right.mailbox, loose.iter().map(|row| at(&left.mailbox, *row)));
    let of = |row: u32| Some((row, *rights.get(&at(&left.mailbox, row))?.first()?));
    loose.into_iter().filter_map(of).collect()
}
