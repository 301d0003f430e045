//! Which records and profiles are one person: frames in, one person number a record and the links between systems out.
//!
//! People are joined by canonical identifier, then by exact address, then by the address the provider makes of it.
//! Missing values and placeholders never join. A profile is linked to the record its identifier names; only a profile
//! without one, or with one that no record has, is linked by its address.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::links::{Links, Lookups, every_id, link};
use super::lookup::by_row;
use super::normalize::Form;
use super::row_keys::{self, RowKeys};
use super::sets::Sets;
use super::{Frame, Store};
use crate::exports::Dataset;

/// Which numbers a column's ids belong to. Ids of different numberings never meet, however alike they look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Numbering {
    /// Zoho's record ids.
    Zoho,
    /// Whatever the column holds: only what looks like one of Zoho's record ids counts.
    MaybeZoho,
    /// A key that the mapping declares, by its number.
    Declared(u32),
    /// Customer.io's `id`, in which case counts.
    ProfileId,
    /// Customer.io's `cio_id`.
    CioId,
}

/// A column of ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdColumn {
    /// Place in the dataset.
    pub column: usize,
    /// What its ids count.
    pub numbering: Numbering,
}

/// The columns by which a dataset's records are recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// The record's own id.
    pub record: Option<usize>,
    /// Whether that id is known outside this dataset, as Zoho's ids are.
    pub shared: bool,
    /// Columns with a person's id, the most trusted first.
    pub ids: Vec<IdColumn>,
    /// The address.
    pub address: Option<usize>,
    /// Lookups to the person the record belongs to.
    pub parents: Vec<usize>,
    /// Keys by which events, messages and lists name a profile, on both sides: they link, and set nobody apart from others.
    pub refs: Vec<IdColumn>,
    /// Whether the records are events: each belongs to whom it names.
    pub events: bool,
    /// The lookup to a record that several people share, such as an account.
    pub common: Option<usize>,
    /// Whether the records are such.
    pub is_common: bool,
}

impl Keys {
    /// The same keys in a dataset that holds the columns at other places.
    #[must_use]
    pub fn moved(&self, from: &Dataset, to: &Dataset) -> Self {
        let place = |index: &usize| to.columns.iter().position(|column| column.label == from.columns[*index].label);
        let moved = |ids: &[IdColumn]| -> Vec<IdColumn> {
            ids.iter().filter_map(|id| Some(IdColumn { column: place(&id.column)?, ..*id })).collect()
        };
        Self {
            record: self.record.as_ref().and_then(place),
            shared: self.shared,
            ids: moved(&self.ids),
            address: self.address.as_ref().and_then(place),
            parents: self.parents.iter().filter_map(place).collect(),
            refs: moved(&self.refs),
            events: self.events,
            common: self.common.as_ref().and_then(place),
            is_common: self.is_common,
        }
    }

    /// The columns without which people are not recognised: the others add to them.
    pub fn needed(&self) -> BTreeSet<usize> {
        let declared = self.ids.iter().filter(|id| id.numbering != Numbering::MaybeZoho).map(|id| id.column).take(1);
        declared.chain(self.record.filter(|_| self.shared)).chain(self.address).collect()
    }

    /// Every column named.
    pub fn columns(&self) -> BTreeSet<usize> {
        let ids = self.ids.iter().chain(&self.refs).map(|id| &id.column);
        let lookups = self.parents.iter().chain(&self.common);
        self.record.iter().chain(ids).chain(&self.address).chain(lookups).copied().collect()
    }
}

/// The keys of every dataset.
pub type Plan = BTreeMap<String, Keys>;

/// The people of one dataset.
#[derive(Debug, Default)]
pub struct People {
    /// The person of each row. Records with different identifiers are different people, also behind one address.
    pub person: Vec<u32>,
    /// The group of each row: everyone who shares any key. Pieces of the work are cut between groups.
    pub group: Vec<u32>,
    /// Whether the row is its person's only record in this dataset.
    pub alone: Vec<bool>,
}

/// Links by left and right dataset.
type LinksByPair = BTreeMap<(String, String), Arc<Links>>;

/// Who is who, over all datasets.
#[derive(Debug, Default)]
pub struct Identity {
    pub(super) keys: BTreeMap<String, RowKeys>,
    /// The hashes of addresses, by their numbers.
    address_hashes: Vec<u64>,
    people: BTreeMap<String, People>,
    links: Mutex<LinksByPair>,
    /// By dataset, while several others are linked with it.
    lookups: Mutex<BTreeMap<String, Arc<Lookups>>>,
    /// How many people there are.
    pub count: u32,
}

impl Identity {
    /// Resolves everyone once, over the key columns of all datasets.
    pub fn build(store: &Store, plan: &Plan) -> Self {
        let frames: Vec<&Frame> = store.iter().collect();
        let (keys, address_hashes) = row_keys::of(&frames, plan);
        let mut offsets = BTreeMap::new();
        let mut total: u32 = 0;
        for frame in store.iter() {
            offsets.insert(frame.dataset.name.clone(), total);
            total = total.saturating_add(frame.rows);
        }
        let offset = |name: &String| offsets.get(name).copied().unwrap_or_default();
        let (mut people, (named, blocks)) = rayon::join(
            || by_id(&keys, offset, total),
            || {
                let rows = keys.iter().flat_map(|(name, keys)| keys.mailbox.iter().copied().zip(offset(name)..));
                let rows: Vec<(u32, u32)> = rows.filter(|(key, _)| *key != 0).collect();
                (named(&keys, &offsets, total), by_row(&rows, |(key, _)| *key).1)
            },
        );
        let mut groups = people.clone();
        let blocks = || blocks.chunk_by(|one, other| one.0 == other.0).filter(|block| block.len() > 1);
        let ((person, count), (group, _)) = rayon::join(
            || {
                blocks().for_each(|block| share(&mut people, &named, block));
                people.labels()
            },
            || {
                blocks().flat_map(|block| block.windows(2)).for_each(|pair| groups.join(pair[0].1, pair[1].1));
                groups.labels()
            },
        );
        let of = |frame: &&Frame| {
            let start = offsets.get(&frame.dataset.name).copied().unwrap_or_default() as usize;
            let rows = start..start + frame.rows as usize;
            (frame.dataset.name.clone(), People::new(person[rows.clone()].to_vec(), group[rows].to_vec(), count))
        };
        let people: Vec<(String, People)> = frames.par_iter().map(of).collect();
        let people = people.into_iter().collect();
        Self { people, keys, address_hashes, links: Mutex::default(), lookups: Mutex::default(), count }
    }

    /// How many keys stand on so many records of two datasets that not each was linked with each.
    pub fn wide(&self) -> BTreeMap<(String, String), u64> {
        let cache = self.links.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        cache.iter().filter(|(_, found)| found.wide > 0).map(|(name, found)| (name.clone(), found.wide)).collect()
    }

    /// The people of a dataset.
    pub fn people(&self, dataset: &str) -> Option<&People> {
        self.people.get(dataset)
    }

    /// The numbers of the values of a column in a form, when it is one that people are joined by in that form; 0 where
    /// there is none.
    pub fn numbered(&self, dataset: &str, column: usize, form: Form) -> Option<&[u32]> {
        let keys = self.keys.get(dataset)?;
        let (of, numbers) = match form {
            Form::Address => (keys.address, &keys.exact),
            Form::Mailbox => (keys.address, &keys.mailbox),
            Form::Identifier => (keys.record, &keys.own),
            Form::Folded | Form::Exact => return None,
        };
        (of == Some(column)).then_some(numbers)
    }

    /// The numbers of the mailboxes of a dataset's people; 0 where there is none.
    pub fn mailboxes(&self, dataset: &str) -> &[u32] {
        self.keys.get(dataset).map(|keys| keys.mailbox.as_slice()).unwrap_or_default()
    }

    /// The numbers of the addresses of a dataset's people; 0 where there is none.
    pub fn addresses(&self, dataset: &str) -> &[u32] {
        self.keys.get(dataset).map(|keys| keys.exact.as_slice()).unwrap_or_default()
    }

    /// The hash of a record's address, which is the same in every run.
    pub fn address_hash(&self, dataset: &str, row: u32) -> Option<u64> {
        let number = self.addresses(dataset).get(row as usize).filter(|number| **number != 0)?;
        self.address_hashes.get(*number as usize).copied()
    }

    /// Which records of two datasets are one person, sorted by left and right row.
    pub fn links(&self, left: &str, right: &str) -> Arc<Links> {
        let name = (left.to_owned(), right.to_owned());
        let locked = || self.links.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(found) = locked().get(&name) {
            return Arc::clone(found);
        }
        // Not under the lock: linking waits for other threads, and one of them may come here.
        let links = Arc::new(match (self.keys.get(left), self.keys.get(right)) {
            (Some(common), Some(_)) if common.is_common => self.through(left, right),
            (Some(_), Some(right)) => self.lookups(left).map(|left| link(&left, right)).unwrap_or_default(),
            _ => Links::default(),
        });
        locked().insert(name, Arc::clone(&links));
        links
    }
}

/// What linking rests on.
impl Identity {
    fn lookups(&self, left: &str) -> Option<Arc<Lookups>> {
        let locked = || self.lookups.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = locked().get(left) {
            return Some(Arc::clone(known));
        }
        let lookups = Arc::new(Lookups::new(self.keys.get(left)?));
        locked().insert(left.to_owned(), Arc::clone(&lookups));
        Some(lookups)
    }

    /// Lets go of what linking rests on: what is linked stays so.
    pub fn settle(&self) {
        self.lookups.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    }
}

impl People {
    fn new(person: Vec<u32>, group: Vec<u32>, count: u32) -> Self {
        let mut seen = vec![0_u8; count as usize];
        for who in &person {
            let times = &mut seen[*who as usize];
            *times = times.saturating_add(1);
        }
        let alone = person.iter().map(|who| seen[*who as usize] == 1).collect();
        Self { person, group, alone }
    }
}

/// Who shares an id, row by row of all datasets.
fn by_id(keys: &BTreeMap<String, RowKeys>, offset: impl Fn(&String) -> u32, total: u32) -> Sets {
    let mut sets = Sets::new(total);
    let mut first: Vec<u32> = Vec::new();
    for (name, keys) in keys {
        for list in every_id(keys) {
            for (key, row) in list.iter().zip(offset(name)..).filter(|(key, _)| **key != 0) {
                let key = *key as usize;
                if key >= first.len() {
                    first.resize((key + 1).max(first.len() * 2), u32::MAX);
                }
                match first[key] {
                    u32::MAX => first[key] = row,
                    other => sets.join(other, row),
                }
            }
        }
    }
    sets
}

/// How sure a row's own identity is: 2 for a record whose id the other systems use, 1 for one that carries such an id.
fn named(keys: &BTreeMap<String, RowKeys>, offsets: &BTreeMap<String, u32>, total: u32) -> Vec<u8> {
    let mut named = vec![0; total as usize];
    for (name, keys) in keys {
        let offset = offsets.get(name).copied().unwrap_or_default() as usize;
        let own = keys.shared.then_some((&keys.own, 2));
        for (list, sure) in keys.ids.iter().map(|list| (list, 1)).chain(own) {
            for (row, _) in list.iter().enumerate().filter(|(_, key)| **key != 0) {
                named[offset + row] = named[offset + row].max(sure);
            }
        }
    }
    named
}

/// One mailbox is one person, unless its records carry different identifiers: then those are people of their own, and
/// who has none goes with the first.
fn share(people: &mut Sets, named: &[u8], block: &[(u32, u32)]) {
    let surest = block.iter().map(|(_, row)| (std::cmp::Reverse(named[*row as usize]), *row)).min();
    let Some((_, first)) = surest else { return };
    for (_, row) in block.iter().filter(|(_, row)| named[*row as usize] == 0) {
        people.join(first, *row);
    }
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
