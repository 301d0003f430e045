//! Which records and profiles are one person: frames in, one person number a record and the links between systems out.
//!
//! People are joined by canonical identifier, then by exact address, then by the address the provider makes of it.
//! Missing values and placeholders never join. A profile is linked to the record its identifier names; only a profile
//! without one, or with one that no record has, is linked by its address.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator, ParallelSliceMut};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::links::{Links, Lookups, every_id, link};
use super::normalize::{Form, address, mailbox};
use super::sets::Sets;
use super::{Frame, Store};
use crate::exports::Dataset;
use crate::mapping::EARLIER;

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

#[derive(Debug, Default)]
pub(super) struct Hashes {
    pub(super) own: Vec<u64>,
    /// Whether another dataset may name the same ids.
    pub(super) own_joins: bool,
    pub(super) ids: Vec<Vec<u64>>,
    pub(super) exact: Vec<u64>,
    pub(super) mailbox: Vec<u64>,
    address: Option<usize>,
    shared: bool,
    pub(super) parents: Vec<Vec<u64>>,
    pub(super) refs: Vec<Vec<u64>>,
    pub(super) common: Vec<u64>,
    pub(super) is_common: bool,
}

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
    pub(super) hashes: BTreeMap<String, Hashes>,
    people: BTreeMap<String, People>,
    links: Mutex<LinksByPair>,
    /// By dataset, while several others are linked with it.
    lookups: Mutex<BTreeMap<String, Arc<Lookups>>>,
    /// How many people there are.
    pub count: u32,
}

/// Fewest digits of a Zoho record id.
const ZOHO_DIGITS: usize = 15;

const ID_SPACE: u64 = 1;
const ADDRESS_SPACE: u64 = 2;
const MAILBOX_SPACE: u64 = 3;

fn hashed(form: Form, space: u64, text: &str) -> u64 {
    form.read(text).map_or(0, |canonical| xxh3_64_with_seed(canonical.as_bytes(), space).max(1))
}

fn column(frame: &Frame, index: Option<usize>, form: Form, space: u64) -> Vec<u64> {
    let Some(column) = index.and_then(|index| frame.column(index)) else { return Vec::new() };
    (0..frame.rows).into_par_iter().map(|row| hashed(form, space, column.get(row))).collect()
}

/// A dataset's name. An earlier snapshot's records are the same records.
fn own_name(frame: &Frame) -> &str {
    frame.dataset.name.strip_prefix(EARLIER).unwrap_or(&frame.dataset.name)
}

fn hash_all(frame: &Frame, keys: &Keys, has_twin: bool) -> Hashes {
    let name = own_name(frame);
    let own_space = if keys.shared { ID_SPACE } else { xxh3_64_with_seed(name.as_bytes(), 0) | 8 };
    let lookups = keys.parents.iter().map(|index| column(frame, Some(*index), Form::Identifier, ID_SPACE));
    let (mut exact, mut mailbox) = addresses(frame, keys.address);
    let refs: Vec<Vec<u64>> = keys.refs.iter().map(|id| ids(frame, *id)).collect();
    // An event belongs to whom its key names; its address may be an older one, which somebody else has by now.
    if keys.events {
        let named = |row: usize| refs.iter().any(|list| list.get(row).is_some_and(|key| *key != 0));
        for row in (0..exact.len()).filter(|row| named(*row)) {
            (exact[row], mailbox[row]) = (0, 0);
        }
    }
    Hashes {
        own: column(frame, keys.record, Form::Identifier, own_space),
        own_joins: keys.shared || has_twin,
        ids: keys.ids.iter().map(|id| ids(frame, *id)).collect(),
        exact,
        mailbox,
        address: keys.address,
        parents: lookups.collect(),
        refs,
        common: column(frame, keys.common, Form::Identifier, ID_SPACE),
        is_common: keys.is_common,
        shared: keys.shared,
    }
}

fn ids(frame: &Frame, id: IdColumn) -> Vec<u64> {
    let space = match id.numbering {
        Numbering::Zoho | Numbering::MaybeZoho => ID_SPACE,
        Numbering::Declared(number) => 1_000 + u64::from(number),
        Numbering::ProfileId => 4,
        Numbering::CioId => 5,
    };
    let form = if id.numbering == Numbering::ProfileId { Form::Exact } else { Form::Identifier };
    let Some(column) = frame.column(id.column) else { return Vec::new() };
    let fits = |text: &str| {
        let digits = text.trim().trim_start_matches("zcrm_");
        digits.len() >= ZOHO_DIGITS && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let one = |row| match column.get(row) {
        text if id.numbering == Numbering::MaybeZoho && !fits(text) => 0,
        text => hashed(form, space, text),
    };
    (0..frame.rows).into_par_iter().map(one).collect()
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
        let frames: Vec<&Frame> = store.iter().collect();
        let hashed = |frame: &&Frame| {
            let has_twin = frames.iter().filter(|other| own_name(other) == own_name(frame)).count() > 1;
            let keys = plan.get(&frame.dataset.name).unwrap_or(&none);
            (frame.dataset.name.clone(), hash_all(frame, keys, has_twin))
        };
        let hashes: Vec<(String, Hashes)> = frames.par_iter().map(hashed).collect();
        let hashes: BTreeMap<String, Hashes> = hashes.into_iter().collect();
        let mut offsets = BTreeMap::new();
        let mut total: u32 = 0;
        for frame in store.iter() {
            offsets.insert(frame.dataset.name.clone(), total);
            total = total.saturating_add(frame.rows);
        }
        let keyed = |lists: fn(&Hashes) -> Vec<&Vec<u64>>| {
            let mut pairs: Vec<(u64, u32)> = Vec::new();
            for (name, hash) in &hashes {
                let offset = offsets.get(name).copied().unwrap_or_default();
                for list in lists(hash) {
                    let rows = list.iter().zip(offset..);
                    pairs.extend(rows.filter(|(key, _)| **key != 0).map(|(key, row)| (*key, row)));
                }
            }
            pairs.par_sort_unstable();
            pairs
        };
        let ((ids, mailboxes), named) = rayon::join(
            || rayon::join(|| keyed(every_id), || keyed(|hash| vec![&hash.mailbox])),
            || named(&hashes, &offsets, total),
        );
        let mut people = Sets::new(total);
        for pair in ids.windows(2) {
            if pair[0].0 == pair[1].0 {
                people.join(pair[0].1, pair[1].1);
            }
        }
        drop(ids);
        let mut groups = people.clone();
        let blocks = || mailboxes.chunk_by(|one, other| one.0 == other.0);
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
        Self { people: people.into_iter().collect(), hashes, links: Mutex::default(), lookups: Mutex::default(), count }
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

    /// The hashed addresses of a dataset, when the column is the one its people are joined by; 0 where there is none.
    pub fn hashed(&self, dataset: &str, column: usize, form: Form) -> Option<&[u64]> {
        let hashes = self.hashes.get(dataset).filter(|hashes| hashes.address == Some(column))?;
        match form {
            Form::Address => Some(&hashes.exact),
            Form::Mailbox => Some(&hashes.mailbox),
            Form::Identifier | Form::Folded | Form::Exact => None,
        }
    }

    /// The hashed mailboxes of a dataset's people; 0 where there is none.
    pub fn mailboxes(&self, dataset: &str) -> &[u64] {
        self.hashes.get(dataset).map(|hashes| hashes.mailbox.as_slice()).unwrap_or_default()
    }

    /// The hashed addresses of a dataset's people; 0 where there is none.
    pub fn addresses(&self, dataset: &str) -> &[u64] {
        self.hashes.get(dataset).map(|hashes| hashes.exact.as_slice()).unwrap_or_default()
    }

    /// Which records of two datasets are one person, sorted by left and right row.
    pub fn links(&self, left: &str, right: &str) -> Arc<Links> {
        let name = (left.to_owned(), right.to_owned());
        let locked = || self.links.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(found) = locked().get(&name) {
            return Arc::clone(found);
        }
        // Not under the lock: linking waits for other threads, and one of them may come here.
        let links = Arc::new(match (self.hashes.get(left), self.hashes.get(right)) {
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
        let lookups = Arc::new(Lookups::new(self.hashes.get(left)?));
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

/// How sure a row's own identity is: 2 for a record whose id the other systems use, 1 for one that carries such an id.
fn named(hashes: &BTreeMap<String, Hashes>, offsets: &BTreeMap<String, u32>, total: u32) -> Vec<u8> {
    let mut named = vec![0; total as usize];
    for (name, hash) in hashes {
        let offset = offsets.get(name).copied().unwrap_or_default() as usize;
        let own = hash.shared.then_some((&hash.own, 2));
        for (list, sure) in hash.ids.iter().map(|list| (list, 1)).chain(own) {
            for (row, _) in list.iter().enumerate().filter(|(_, key)| **key != 0) {
                named[offset + row] = named[offset + row].max(sure);
            }
        }
    }
    named
}

/// One mailbox is one person, unless its records carry different identifiers: then those are people of their own, and
/// who has none goes with the first.
fn share(people: &mut Sets, named: &[u8], block: &[(u64, u32)]) {
    let surest = block.iter().map(|(_, row)| (std::cmp::Reverse(named[*row as usize]), *row)).min();
    let Some((_, first)) = surest else { return };
    for (_, row) in block.iter().filter(|(_, row)| named[*row as usize] == 0) {
        people.join(first, *row);
    }
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
