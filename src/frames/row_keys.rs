//! The keys by which rows are recognised: frames in, a number for every key of every row out.
//!
//! Missing values and placeholders are no keys. Keys are hashed, each kind in a space of its own, and then numbered.

use std::collections::BTreeMap;

use rayon::prelude::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Frame;
use super::identity::{IdColumn, Keys, Numbering, Plan};
use super::normalize::{Form, address, mailbox};
use super::numbers::{self, Numbered};
use crate::mapping::EARLIER;
use crate::text::trim;

/// The keys of the rows of one dataset, a list a column: hashes first, then their numbers. 0 is none.
#[derive(Debug, Default)]
pub(super) struct RowKeys<T = u32> {
    pub(super) own: Vec<T>,
    /// Whether another dataset may name the same ids.
    pub(super) own_joins: bool,
    pub(super) ids: Vec<Vec<T>>,
    pub(super) exact: Vec<T>,
    pub(super) mailbox: Vec<T>,
    pub(super) record: Option<usize>,
    pub(super) address: Option<usize>,
    pub(super) shared: bool,
    pub(super) parents: Vec<Vec<T>>,
    pub(super) refs: Vec<Vec<T>>,
    pub(super) common: Vec<T>,
    pub(super) is_common: bool,
}

impl RowKeys<u64> {
    /// Every list of ids that other lists may hold too, in the order in which [`Self::numbered`] takes them.
    fn id_lists(&self) -> impl Iterator<Item = &Vec<u64>> {
        let own = self.own_joins.then_some(&self.own);
        let one_by_one = self.ids.iter().chain(&self.parents).chain(&self.refs);
        own.into_iter().chain([&self.common]).chain(one_by_one)
    }

    fn numbered(&self, ids: Vec<Vec<u32>>, alone: Vec<u32>, exact: Vec<u32>, mailbox: Vec<u32>) -> RowKeys {
        let mut ids = ids.into_iter();
        RowKeys {
            own: if self.own_joins { ids.next().unwrap_or_default() } else { alone },
            common: ids.next().unwrap_or_default(),
            ids: ids.by_ref().take(self.ids.len()).collect(),
            parents: ids.by_ref().take(self.parents.len()).collect(),
            refs: ids.collect(),
            exact,
            mailbox,
            own_joins: self.own_joins,
            record: self.record,
            address: self.address,
            shared: self.shared,
            is_common: self.is_common,
        }
    }
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

fn hash_all(frame: &Frame, keys: &Keys, has_twin: bool) -> RowKeys<u64> {
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
    RowKeys {
        own: column(frame, keys.record, Form::Identifier, own_space),
        own_joins: keys.shared || has_twin,
        ids: keys.ids.iter().map(|id| ids(frame, *id)).collect(),
        exact,
        mailbox,
        record: keys.record,
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
        let text = trim(text);
        let digits = text.strip_prefix("zcrm_").unwrap_or(text);
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

/// The keys of every dataset by number, and the hashes of addresses by theirs.
pub(super) fn of(frames: &[&Frame], plan: &Plan) -> (BTreeMap<String, RowKeys>, Vec<u64>) {
    let none = Keys::default();
    let hashed = |frame: &&Frame| {
        let has_twin = frames.iter().filter(|other| own_name(other) == own_name(frame)).count() > 1;
        let keys = plan.get(&frame.dataset.name).unwrap_or(&none);
        (frame.dataset.name.clone(), hash_all(frame, keys, has_twin))
    };
    let mut hashes: Vec<(String, RowKeys<u64>)> = frames.par_iter().map(hashed).collect();
    // People's own records first: what names them, such as events in the order of time, would number them all over the
    // place.
    hashes.sort_by_key(|(_, keys)| (!keys.shared, keys.ids.is_empty()));
    number(&hashes)
}

/// The numbers of mailboxes, row by row. An address has one mailbox, so those of all different addresses are numbered.
fn mailboxes(addresses: &[Vec<u32>], hashes: &[&Vec<u64>], count: usize) -> Vec<Vec<u32>> {
    let mut of_address = vec![0_u64; count];
    for (address, hash) in addresses.iter().zip(hashes).flat_map(|(addresses, hashes)| addresses.iter().zip(*hashes)) {
        of_address[*address as usize] = *hash;
    }
    let numbers = Numbered::of(&[&of_address]).lists.pop().unwrap_or_default();
    let of_row = |address: &u32| numbers.get(*address as usize).copied().unwrap_or_default();
    addresses.iter().map(|addresses| addresses.par_iter().map(of_row).collect()).collect()
}

fn number(hashes: &[(String, RowKeys<u64>)]) -> (BTreeMap<String, RowKeys>, Vec<u64>) {
    let lists = |list: fn(&RowKeys<u64>) -> &Vec<u64>| hashes.iter().map(|(_, keys)| list(keys)).collect::<Vec<_>>();
    let ids: Vec<&Vec<u64>> = hashes.iter().flat_map(|(_, keys)| keys.id_lists()).collect();
    let (ids, (exact, mailboxes, address_hashes)) = rayon::join(
        || Numbered::of(&ids),
        || {
            let exact = Numbered::of(&lists(|keys| &keys.exact));
            let address_hashes = exact.keys();
            let mailboxes = mailboxes(&exact.lists, &lists(|keys| &keys.mailbox), address_hashes.len());
            (exact.lists, mailboxes, address_hashes)
        },
    );
    let mut beyond = ids.end();
    let starts = hashes.iter().map(|(_, keys)| {
        let start = beyond;
        let own = if keys.own_joins { 0 } else { keys.own.len() };
        beyond = beyond.saturating_add(u32::try_from(own).unwrap_or(u32::MAX));
        start
    });
    let starts: Vec<u32> = starts.collect();
    let alone = |((_, keys), start): (&(String, RowKeys<u64>), &u32)| {
        if keys.own_joins { Vec::new() } else { numbers::alone(&keys.own, *start) }
    };
    let alone: Vec<Vec<u32>> = hashes.par_iter().zip(&starts).map(alone).collect();
    let mut ids = ids.lists.into_iter();
    let mut keys = BTreeMap::new();
    for ((name, own), ((exact, mailbox), alone)) in hashes.iter().zip(exact.into_iter().zip(mailboxes).zip(alone)) {
        let ids = ids.by_ref().take(own.id_lists().count()).collect();
        keys.insert(name.clone(), own.numbered(ids, alone, exact, mailbox));
    }
    (keys, address_hashes)
}
