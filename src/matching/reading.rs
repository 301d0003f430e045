//! One field of all records: cells in, numbers out, by record.

use ahash::AHashMap;
use rayon::prelude::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefMutIterator, ParallelIterator, ParallelSlice,
};

use super::birth::{self, Day};
use super::fields::{Field, Source};
use super::lists::{Dialling, LISTS, MoreDomains};
use super::mailboxes::{Domain, Locals, Mailboxes};
use super::people::Told;
use super::phone::{self, Phone};

/// Mailboxes whose local parts are looked up together.
const TOGETHER: usize = 64;

/// The mailboxes of a run.
pub(super) struct Addresses {
    pub(super) domains: Vec<Domain>,
    pub(super) locals: Locals,
    pub(super) roles: Vec<bool>,
    /// By record.
    pub(super) of: Vec<Mailbox>,
}

/// The mailbox of a record; zeros where it has none.
#[derive(Clone, Copy, Default)]
pub(super) struct Mailbox {
    pub(super) address: u64,
    pub(super) hash: u64,
    pub(super) spare: u64,
    pub(super) local: u32,
    pub(super) domain: u32,
}

impl Addresses {
    pub(super) fn read<'a>(rows: u32, cells: impl Fn(u32) -> [&'a str; 2] + Sync, more: &MoreDomains) -> Self {
        let mut of = vec![Mailbox::default(); rows as usize];
        let (mut known, mut domains) = (AHashMap::<Box<str>, u32>::new(), vec![Domain::default()]);
        let mut locals = Locals::default();
        locals.push("");
        locals.places.reserve(rows as usize);
        // In pieces: the texts of a million mailboxes are not held at once.
        for start in (0..rows).step_by(1 << 16) {
            let piece: Vec<u32> = (start..rows.min(start + (1 << 16))).collect();
            let read: Vec<Mailboxes> = piece.par_chunks(1 << 12).map(|rows| Mailboxes::of(rows, &cells)).collect();
            let pieces = read.iter().flat_map(|boxes| boxes.read.chunks(TOGETHER).map(move |some| (boxes, some)));
            for (boxes, some) in pieces {
                locals.fetch(some.iter().map(|mailbox| mailbox.local_hash));
                for mailbox in some {
                    let own = &mut of[mailbox.row as usize];
                    own.spare = mailbox.spare;
                    if mailbox.hash == 0 {
                        continue;
                    }
                    let (local, domain) = boxes.parts(mailbox);
                    (own.address, own.hash) = (mailbox.address, mailbox.hash);
                    own.local = locals.enter_hashed(local, mailbox.local_hash);
                    own.domain = match known.get(domain) {
                        Some(at) => *at,
                        None => {
                            let at = u32::try_from(domains.len()).unwrap_or(u32::MAX);
                            let kind = LISTS.kind(domain, more);
                            domains.push(Domain { name: domain.into(), count: 0, kind, meant: at });
                            known.insert(domain.into(), at);
                            at
                        }
                    };
                    locals.counts[own.local as usize] += 1;
                    domains[own.domain as usize].count += 1;
                }
            }
        }
        let name = |at: usize| locals.text(u32::try_from(at).unwrap_or_default());
        let roles = (0..locals.len()).into_par_iter().map(|at| LISTS.roles.contains(name(at))).collect();
        Self { domains, locals, roles, of }
    }
}

/// The phones of a run.
pub(super) struct Phones {
    pub(super) regions: Vec<&'static Dialling>,
    /// In E.164, by record.
    pub(super) of: Vec<[u64; 2]>,
}

impl Phones {
    pub(super) fn read<'a>(rows: u32, told: &Told, cells: impl Fn(u32) -> [&'a str; 2] + Sync) -> Self {
        let read: Vec<[Option<Phone>; 2]> = (0..rows).into_par_iter().map(|row| cells(row).map(phone::read)).collect();
        let named = told.region.as_ref().and_then(|region| LISTS.regions.get(region));
        let usual = phone::usual_regions(read.iter().flatten().flatten().copied());
        let others = usual.into_iter().filter(|usual| Some(usual.code) != named.map(|named| named.code));
        let regions: Vec<&'static Dialling> = named.into_iter().chain(others).collect();
        let placed = |phones: [Option<Phone>; 2]| {
            let [one, other] = phones.map(|phone| phone.map_or(0, |phone| phone::e164(phone, &regions)));
            if one == 0 || one == other { [one.max(other), 0] } else { [one, other] }
        };
        let of = read.into_par_iter().map(placed).collect();
        Self { regions, of }
    }
}

/// The days of birth, by record.
pub(super) fn births(sources: &[Source<'_>]) -> Vec<Day> {
    let mut days = vec![Day::default(); sources.iter().map(|source| source.rows as usize).sum()];
    let mut start = 0;
    for source in sources {
        let rows = source.rows;
        for cells in source.of(Field::Birth) {
            let order = birth::order((0..rows.min(100_000)).map(|row| cells.cell(row)));
            let own = &mut days[start..start + rows as usize];
            // The first column that tells a day speaks for the record.
            own.par_iter_mut().zip(0..rows).filter(|(day, _)| **day == 0).for_each(|(day, row)| {
                *day = birth::day(cells.cell(row), order).unwrap_or_default();
            });
        }
        start += rows as usize;
    }
    days
}
