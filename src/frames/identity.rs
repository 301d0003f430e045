//! Which records and profiles are one person: frames in, one person number a record and the links between systems out.
//!
//! People are joined by canonical identifier, then by exact address, then by the address the provider makes of it.
//! Missing values and placeholders never join. A profile is linked to the record its identifier names; only a profile
//! without one, or with one that no record has, is linked by its address.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use ahash::AHashMap;
use rayon::prelude::{IntoParallelIterator, ParallelIterator, ParallelSliceMut};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::normalize::{Form, address, mailbox};
use super::{Frame, Store};
use crate::exports::Dataset;
use crate::mapping::EARLIER;

/// The columns by which a dataset's records are recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// The record's own id.
    pub record: Option<usize>,
    /// Whether that id is known outside this dataset, as Zoho's ids are.
    pub shared: bool,
    /// Columns with a person's canonical id, the most trusted first.
    pub ids: Vec<usize>,
    /// The address.
    pub address: Option<usize>,
    /// Lookups to the person the record belongs to.
    pub parents: Vec<usize>,
}

impl Keys {
    /// The same keys in a dataset that holds the columns at other places.
    #[must_use]
    pub fn moved(&self, from: &Dataset, to: &Dataset) -> Self {
        let place = |index: &usize| to.columns.iter().position(|column| column.label == from.columns[*index].label);
        Self {
            record: self.record.as_ref().and_then(place),
            shared: self.shared,
            ids: self.ids.iter().filter_map(place).collect(),
            address: self.address.as_ref().and_then(place),
            parents: self.parents.iter().filter_map(place).collect(),
        }
    }

    /// Every column named.
    pub fn columns(&self) -> BTreeSet<usize> {
        self.record.iter().chain(&self.ids).chain(&self.address).chain(&self.parents).copied().collect()
    }
}

/// The keys of every dataset.
pub type Plan = BTreeMap<String, Keys>;

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

#[derive(Debug, Default)]
struct Hashes {
    own: Vec<u64>,
    ids: Vec<Vec<u64>>,
    exact: Vec<u64>,
    mailbox: Vec<u64>,
    address: Option<usize>,
    parents: Vec<Vec<u64>>,
}

/// The people of one dataset.
#[derive(Debug, Default)]
pub struct People {
    /// The person of each row.
    pub person: Vec<u32>,
    /// Whether the row is its person's only record in this dataset.
    pub alone: Vec<bool>,
}

/// Links by left and right dataset.
type LinksByPair = BTreeMap<(String, String), Arc<Vec<Link>>>;

/// Who is who, over all datasets.
#[derive(Debug, Default)]
pub struct Identity {
    hashes: BTreeMap<String, Hashes>,
    people: BTreeMap<String, People>,
    links: Mutex<LinksByPair>,
    /// How many people there are.
    pub count: u32,
}

const ID_SPACE: u64 = 1;
const ADDRESS_SPACE: u64 = 2;
const MAILBOX_SPACE: u64 = 3;

fn hashed(form: Form, space: u64, text: &str) -> u64 {
    form.of(text).map_or(0, |canonical| xxh3_64_with_seed(canonical.as_bytes(), space).max(1))
}

fn column(frame: &Frame, index: Option<usize>, form: Form, space: u64) -> Vec<u64> {
    let Some(column) = index.and_then(|index| frame.column(index)) else { return Vec::new() };
    (0..frame.rows).into_par_iter().map(|row| hashed(form, space, column.get(row))).collect()
}

fn hash_all(frame: &Frame, keys: &Keys) -> Hashes {
    // An earlier snapshot's records are the same records.
    let name = frame.dataset.name.strip_prefix(EARLIER).unwrap_or(&frame.dataset.name);
    let own_space = if keys.shared { ID_SPACE } else { xxh3_64_with_seed(name.as_bytes(), 0) | 8 };
    let ids = |columns: &[usize]| {
        columns.iter().map(|index| column(frame, Some(*index), Form::Identifier, ID_SPACE)).collect()
    };
    let (exact, mailbox) = addresses(frame, keys.address);
    Hashes {
        own: column(frame, keys.record, Form::Identifier, own_space),
        ids: ids(&keys.ids),
        exact,
        mailbox,
        address: keys.address,
        parents: ids(&keys.parents),
    }
}

/// Both forms of every address, each value looked at once.
fn addresses(frame: &Frame, index: Option<usize>) -> (Vec<u64>, Vec<u64>) {
    let Some(column) = index.and_then(|index| frame.column(index)) else { return (Vec::new(), Vec::new()) };
    let both = |row| {
        let Some(exact) = address(column.get(row)) else { return (0, 0) };
        let mailbox = mailbox(&exact).map_or(0, |mailbox| xxh3_64_with_seed(mailbox.as_bytes(), MAILBOX_SPACE).max(1));
        (xxh3_64_with_seed(exact.as_bytes(), ADDRESS_SPACE).max(1), mailbox)
    };
    (0..frame.rows).into_par_iter().map(both).unzip()
}

impl Identity {
    /// Resolves everyone once, over the key columns of all datasets.
    pub fn build(store: &Store, plan: &Plan) -> Self {
        let none = Keys::default();
        let hashes: BTreeMap<String, Hashes> = store
            .iter()
            .map(|frame| (frame.dataset.name.clone(), hash_all(frame, plan.get(&frame.dataset.name).unwrap_or(&none))))
            .collect();
        let mut offsets = BTreeMap::new();
        let mut total: u32 = 0;
        for frame in store.iter() {
            offsets.insert(frame.dataset.name.clone(), total);
            total = total.saturating_add(frame.rows);
        }
        let mut pairs: Vec<(u64, u32)> = Vec::new();
        for (name, hash) in &hashes {
            let offset = offsets.get(name).copied().unwrap_or_default();
            let lists = hash.ids.iter().chain(&hash.parents).chain([&hash.own, &hash.mailbox]);
            for list in lists {
                pairs.extend(list.iter().zip(offset..).filter(|(key, _)| **key != 0).map(|(key, row)| (*key, row)));
            }
        }
        pairs.par_sort_unstable();
        let mut sets = Sets::new(total);
        for pair in pairs.windows(2) {
            if pair[0].0 == pair[1].0 {
                sets.join(pair[0].1, pair[1].1);
            }
        }
        let (labels, count) = sets.labels();
        let people = store.iter().map(|frame| {
            let start = offsets.get(&frame.dataset.name).copied().unwrap_or_default() as usize;
            (frame.dataset.name.clone(), People::new(labels[start..start + frame.rows as usize].to_vec(), count))
        });
        Self { people: people.collect(), hashes, links: Mutex::default(), count }
    }

    /// The people of a dataset.
    pub fn people(&self, dataset: &str) -> Option<&People> {
        self.people.get(dataset)
    }

    /// The hashed addresses of a dataset, when the column is the one its people are joined by; 0 where there is none.
    pub fn hashed(&self, dataset: &str, column: usize, form: Form) -> Option<&[u64]> {
        let hashes = self.hashes.get(dataset).filter(|hashes| hashes.address == Some(column))?;
        match form {
            Form::Address => Some(&hashes.exact),
            Form::Mailbox => Some(&hashes.mailbox),
            Form::Identifier => None,
        }
    }

    /// Which records of two datasets are one person, sorted by left and right row.
    pub fn links(&self, left: &str, right: &str) -> Arc<Vec<Link>> {
        let name = (left.to_owned(), right.to_owned());
        let mut cache = self.links.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(found) = cache.get(&name) {
            return Arc::clone(found);
        }
        let links = match (self.hashes.get(left), self.hashes.get(right)) {
            (Some(left), Some(right)) => Arc::new(link(left, right)),
            _ => Arc::default(),
        };
        cache.insert(name, Arc::clone(&links));
        links
    }
}

impl People {
    fn new(person: Vec<u32>, count: u32) -> Self {
        let mut seen = vec![0_u8; count as usize];
        for who in &person {
            let times = &mut seen[*who as usize];
            *times = times.saturating_add(1);
        }
        let alone = person.iter().map(|who| seen[*who as usize] == 1).collect();
        Self { person, alone }
    }
}

/// Rows by key, as runs of one sorted list.
struct Lookup {
    rows: Vec<(u64, u32)>,
    runs: AHashMap<u64, (u32, u32)>,
}

impl Lookup {
    fn new<'a>(lists: impl Iterator<Item = &'a Vec<u64>>) -> Self {
        let mut rows: Vec<(u64, u32)> = Vec::new();
        for list in lists {
            rows.extend(list.iter().zip(0..).filter(|(key, _)| **key != 0).map(|(key, row)| (*key, row)));
        }
        rows.par_sort_unstable();
        rows.dedup();
        let mut runs: AHashMap<u64, (u32, u32)> = AHashMap::with_capacity(rows.len());
        for ((key, _), at) in rows.iter().zip(0_u32..) {
            runs.entry(*key).and_modify(|run| run.1 = at + 1).or_insert((at, at + 1));
        }
        Self { rows, runs }
    }

    fn of(&self, key: u64) -> &[(u64, u32)] {
        let run = (key != 0).then(|| self.runs.get(&key)).flatten();
        run.map_or(&[], |(start, end)| &self.rows[*start as usize..*end as usize])
    }
}

fn link(left: &Hashes, right: &Hashes) -> Vec<Link> {
    let by_id = Lookup::new(left.ids.iter().chain([&left.own]));
    let by_address = Lookup::new([&left.exact].into_iter());
    let by_mailbox = Lookup::new([&left.mailbox].into_iter());
    let rows = right.own.len().max(right.exact.len()).max(right.ids.iter().map(Vec::len).max().unwrap_or_default());
    let at = |list: &Vec<u64>, row: usize| list.get(row).copied().unwrap_or_default();
    let mut links: Vec<Link> = (0..rows)
        .into_par_iter()
        .flat_map_iter(|row| {
            let named = [&right.own]
                .into_iter()
                .chain(&right.ids)
                .map(|list| by_id.of(at(list, row)))
                .find(|found| !found.is_empty())
                .unwrap_or_default();
            let (found, tier) = if !named.is_empty() {
                (named, Tier::Identifier)
            } else if let exact @ [_, ..] = by_address.of(at(&right.exact, row)) {
                (exact, Tier::Address)
            } else {
                (by_mailbox.of(at(&right.mailbox, row)), Tier::Mailbox)
            };
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            found.iter().map(move |(_, left)| Link { left: *left, right: row, tier })
        })
        .collect();
    links.par_sort_unstable();
    links
}

/// Union-find whose root is always the smallest member, so that labels do not depend on the order of joins.
struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    fn new(count: u32) -> Self {
        Self { parent: (0..count).collect() }
    }

    fn root(&mut self, mut item: u32) -> u32 {
        while self.parent[item as usize] != item {
            let above = self.parent[self.parent[item as usize] as usize];
            self.parent[item as usize] = above;
            item = above;
        }
        item
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        let (low, high) = (one.min(other), one.max(other));
        self.parent[high as usize] = low;
    }

    fn labels(mut self) -> (Vec<u32>, u32) {
        let mut next = 0;
        let mut labels = vec![0; self.parent.len()];
        for item in (0..).take(self.parent.len()) {
            let root = self.root(item);
            if root == item {
                labels[item as usize] = next;
                next += 1;
            } else {
                labels[item as usize] = labels[root as usize];
            }
        }
        (labels, next)
    }
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
