//! Records of people as numbers: every value normalised once, so that two records are compared without touching text.

use ahash::{AHashMap, AHashSet};
use rayon::prelude::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefMutIterator, ParallelIterator, ParallelSlice,
};
use xxhash_rust::xxh3::xxh3_64;

pub use super::fields::{Cells, Field, Source};

use super::birth::{self, Day};
use super::dictionary::{self, Dictionary};
use super::lists::{Dialling, DomainKind, LISTS, MoreDomains};
use super::mailboxes::{Domain, Locals, Mailboxes};
use super::names::{self, Names};
use super::phone::{self, Phone};
use crate::frames::normalize::{delivered, identifier};

/// Records of one mailbox from which it may be the box of many.
const CROWDED: u16 = 12;

/// One record. Places in dictionaries are 0 where the value is missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Person {
    /// The address without case.
    pub address: u64,
    /// The mailbox behind it.
    pub mailbox: u64,
    /// The mailbox behind a second address.
    pub spare: u64,
    /// Phones in E.164.
    pub phones: [u64; 2],
    /// An id that all systems share.
    pub id: u64,
    /// The domain of the mailbox.
    pub domain: u32,
    /// Its local part.
    pub local: u32,
    /// First name.
    pub first: u32,
    /// Surname.
    pub last: u32,
    /// Day of birth.
    pub birth: Day,
    /// Street and number.
    pub street: u32,
    /// Postcode.
    pub postcode: u32,
    /// City.
    pub city: u32,
    /// Company.
    pub company: u32,
    /// Records that share the mailbox, and those that share the phone.
    pub shared: [u16; 2],
    /// The generation that a suffix tells.
    pub generation: u8,
    /// The system it is from.
    pub source: u8,
}

/// All records of a run.
#[derive(Debug, Default)]
pub struct People {
    /// The records: those of the first source, then those of the next.
    pub all: Vec<Person>,
    /// Names.
    pub names: Names,
    /// How often each name stands as a first name.
    pub firsts: Vec<u32>,
    /// How often each name stands as a surname.
    pub lasts: Vec<u32>,
    /// How often each day of birth stands.
    pub births: AHashMap<Day, u32>,
    /// Mail domains; 0 is the missing one.
    pub domains: Vec<Domain>,
    /// Local parts.
    pub locals: Locals,
    /// Whether each local part is the box of a role.
    pub roles: Vec<bool>,
    /// Streets.
    pub streets: Dictionary,
    /// Postcodes.
    pub postcodes: Dictionary,
    /// Cities.
    pub cities: Dictionary,
    /// Companies.
    pub companies: Dictionary,
    /// Mailboxes of so many first names that they are nobody's own.
    pub crowded: AHashSet<u64>,
    /// Records that fill each field.
    pub filled: AHashMap<Field, u32>,
    /// The regions as which numbers are read that do not say theirs, the usual one first.
    pub regions: Vec<&'static Dialling>,
}

/// What else a run is told about people.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The region of phone numbers without a calling code; that of most others where it is not told.
    pub region: Option<String>,
    /// Further domains.
    pub domains: MoreDomains,
    /// Further texts that mean that nothing is known.
    pub missing: Vec<String>,
}

impl People {
    /// Reads and normalises the records of all sources.
    pub fn read(sources: &[Source<'_>], told: &Told) -> Self {
        let starts: Vec<u32> = sources
            .iter()
            .scan(0_u32, |next, source| {
                let start = *next;
                *next += source.rows;
                Some(start)
            })
            .collect();
        let rows = sources.iter().map(|source| source.rows).sum::<u32>();
        let at = |row: u32| {
            let number = starts.partition_point(|start| *start <= row) - 1;
            (&sources[number], row - starts[number])
        };
        let cell = |field: Field| {
            move |row: u32| {
                let (source, row) = at(row);
                source.first(field, row, &told.missing)
            }
        };
        let mut people = Self { all: vec![Person::default(); rows as usize], ..Self::default() };
        for (row, person) in (0..).zip(&mut people.all) {
            person.source = u8::try_from(starts.partition_point(|start| *start <= row) - 1).unwrap_or(u8::MAX);
        }
        people.take_names(rows, |row| {
            let (source, row) = at(row);
            let text = |field| source.first(field, row, &told.missing);
            names::Cells { first: text(Field::First), last: text(Field::Last), full: text(Field::Full) }
        });
        people.take_addresses(
            rows,
            |row| {
                let (source, row) = at(row);
                two(source.of(Field::Email).map(|cells| cells.cell(row)))
            },
            &told.domains,
        );
        people.take_phones(rows, told, |row| {
            let (source, row) = at(row);
            two(source.of(Field::Phone).map(|cells| cells.cell(row)))
        });
        people.take_births(sources);
        let has = |field: Field| sources.iter().any(|source| source.of(field).next().is_some());
        let take = |field: Field, normal: fn(&str) -> Option<String>| {
            if has(field) { Dictionary::read(rows, cell(field), normal) } else { (Dictionary::default(), Vec::new()) }
        };
        let (postcodes, ids) = take(Field::Postcode, dictionary::postcode);
        people.set(&ids, |person, id| person.postcode = id);
        let (cities, ids) = take(Field::City, dictionary::city);
        people.set(&ids, |person, id| person.city = id);
        let (streets, ids) = take(Field::Street, dictionary::street);
        people.set(&ids, |person, id| person.street = id);
        let (companies, ids) = take(Field::Company, dictionary::company);
        people.set(&ids, |person, id| person.company = id);
        if has(Field::Id) {
            let cell = cell(Field::Id);
            people.all.par_iter_mut().zip(0..rows).for_each(|(person, row)| {
                person.id = identifier(cell(row)).map_or(0, |id| xxh3_64(id.as_bytes()));
            });
        }
        (people.postcodes, people.cities, people.streets, people.companies) = (postcodes, cities, streets, companies);
        people.count();
        people
    }

    fn set(&mut self, ids: &[u32], put: impl Fn(&mut Person, u32)) {
        for (person, id) in self.all.iter_mut().zip(ids) {
            put(person, *id);
        }
    }

    fn take_names<'a>(&mut self, rows: u32, cells: impl Fn(u32) -> names::Cells<'a> + Sync) {
        let (names, of) = Names::read(rows, cells);
        (self.firsts, self.lasts) = (vec![0; names.all.len()], vec![0; names.all.len()]);
        for (person, (first, last, generation)) in self.all.iter_mut().zip(of) {
            (person.first, person.last, person.generation) = (first, last, generation);
            self.firsts[first as usize] += 1;
            self.lasts[last as usize] += 1;
        }
        self.names = names;
    }

    fn take_addresses<'a>(&mut self, rows: u32, cells: impl Fn(u32) -> [&'a str; 2] + Sync, more: &MoreDomains) {
        let mut domains: AHashMap<Box<str>, u32> = AHashMap::new();
        self.locals.push("");
        self.locals.places.reserve(rows as usize);
        self.domains.push(Domain::default());
        // In pieces: the texts of a million mailboxes are not held at once.
        for start in (0..rows).step_by(1 << 16) {
            let piece: Vec<u32> = (start..rows.min(start + (1 << 16))).collect();
            let read: Vec<Mailboxes> = piece.par_chunks(1 << 12).map(|rows| Mailboxes::of(rows, &cells)).collect();
            for (boxes, mailbox) in read.iter().flat_map(|boxes| boxes.read.iter().map(move |mailbox| (boxes, mailbox)))
            {
                let person = &mut self.all[mailbox.row as usize];
                person.spare = mailbox.spare;
                if mailbox.hash == 0 {
                    continue;
                }
                let (local, domain) = boxes.parts(mailbox);
                (person.address, person.mailbox) = (mailbox.address, mailbox.hash);
                person.local = self.locals.enter(local);
                person.domain = match domains.get(domain) {
                    Some(at) => *at,
                    None => {
                        let at = u32::try_from(self.domains.len()).unwrap_or(u32::MAX);
                        let kind = LISTS.kind(domain, more);
                        self.domains.push(Domain { name: domain.into(), count: 0, kind, meant: at });
                        domains.insert(domain.into(), at);
                        at
                    }
                };
                self.locals.counts[person.local as usize] += 1;
                self.domains[person.domain as usize].count += 1;
            }
        }
        let name = |at: usize| self.locals.text(u32::try_from(at).unwrap_or_default());
        self.roles = (0..self.locals.len()).into_par_iter().map(|at| LISTS.roles.contains(name(at))).collect();
    }

    fn take_phones<'a>(&mut self, rows: u32, told: &Told, cells: impl Fn(u32) -> [&'a str; 2] + Sync) {
        let read: Vec<[Option<Phone>; 2]> = (0..rows).into_par_iter().map(|row| cells(row).map(phone::read)).collect();
        let named = told.region.as_ref().and_then(|region| LISTS.regions.get(region));
        let usual = phone::usual_regions(read.iter().flatten().flatten().copied());
        self.regions = named
            .into_iter()
            .chain(usual.into_iter().filter(|usual| Some(usual.code) != named.map(|n| n.code)))
            .collect();
        let regions = &self.regions;
        self.all.par_iter_mut().zip(read).for_each(|(person, phones)| {
            person.phones = phones.map(|phone| phone.map_or(0, |phone| phone::e164(phone, regions)));
            if person.phones[0] == 0 || person.phones[0] == person.phones[1] {
                person.phones = [person.phones[0].max(person.phones[1]), 0];
            }
        });
    }

    fn take_births(&mut self, sources: &[Source<'_>]) {
        let mut start = 0;
        for source in sources {
            let rows = source.rows;
            for cells in source.of(Field::Birth) {
                let order = birth::order((0..rows.min(100_000)).map(|row| cells.cell(row)));
                let people = &mut self.all[start..start + rows as usize];
                // The first column that tells a day speaks for the record.
                people.par_iter_mut().zip(0..rows).filter(|(person, _)| person.birth == 0).for_each(|(person, row)| {
                    person.birth = birth::day(cells.cell(row), order).unwrap_or_default();
                });
            }
            start += rows as usize;
        }
        for person in self.all.iter().filter(|person| person.birth != 0) {
            *self.births.entry(person.birth).or_default() += 1;
        }
    }

    fn count(&mut self) {
        let mut filled = [0_u32; 11];
        for person in &self.all {
            let has = [
                person.id != 0,
                person.mailbox != 0,
                person.first != 0,
                person.last != 0,
                person.first != 0 && person.last != 0,
                person.phones[0] != 0,
                person.birth != 0,
                person.street != 0,
                person.postcode != 0,
                person.city != 0,
                person.company != 0,
            ];
            for (count, has) in filled.iter_mut().zip(has) {
                *count += u32::from(has);
            }
        }
        self.filled = Field::ALL.into_iter().zip(filled).collect();
        let mut mailboxes: AHashMap<u64, u16> = AHashMap::new();
        let mut phones: AHashMap<u64, u16> = AHashMap::with_capacity(filled[5] as usize);
        let more = |held: &mut u16| *held = held.saturating_add(1);
        let locals = &self.locals.counts;
        for person in &self.all {
            // Who shares a mailbox shares its local part, which is counted already.
            if person.mailbox != 0 && locals.get(person.local as usize).is_some_and(|held| *held > 1) {
                more(mailboxes.entry(person.mailbox).or_default());
            }
            for phone in person.phones.into_iter().filter(|phone| *phone != 0) {
                more(phones.entry(phone).or_default());
            }
        }
        let mut named: AHashMap<u64, AHashSet<u32>> = AHashMap::new();
        let full = |mailbox: &u64| mailboxes.get(mailbox).is_some_and(|held| *held > CROWDED);
        for person in self.all.iter().filter(|person| person.first != 0 && full(&person.mailbox)) {
            named.entry(person.mailbox).or_default().insert(person.first);
        }
        let crowded = named.into_iter().filter(|(_, firsts)| firsts.len() > usize::from(CROWDED) / 2);
        self.crowded = crowded.map(|(mailbox, _)| mailbox).collect();
        self.all.par_iter_mut().for_each(|person| {
            let held = |map: &AHashMap<u64, u16>, key: u64| map.get(&key).copied().unwrap_or_default();
            person.shared = [held(&mailboxes, person.mailbox).max(1), held(&phones, person.phones[0])];
        });
    }

    /// Reads local parts at a mistyped domain as the meant one would: its dots and tags may be noise.
    pub fn recast(&mut self) {
        for row in 0..self.all.len() {
            let person = self.all[row];
            let meant = self.domains[person.domain as usize].meant;
            if meant == person.domain || person.local == 0 {
                continue;
            }
            let own = self.locals.text(person.local);
            let Some(local) = delivered(own, &self.domains[meant as usize].name).0 else { continue };
            self.all[row].local = self.locals.enter(&local);
            if self.roles.len() < self.locals.len() {
                self.roles.push(LISTS.roles.contains(&local));
            }
        }
        self.locals.places = AHashMap::new();
    }

    /// Records that fill a field.
    pub fn filled(&self, field: Field) -> u32 {
        self.filled.get(&field).copied().unwrap_or_default()
    }

    /// Whether the address of a record stands before the real one and hides it.
    pub fn is_relay(&self, person: &Person) -> bool {
        self.domains[person.domain as usize].kind == DomainKind::Relay
    }
}

/// The first two different texts that are not blank.
fn two<'a>(texts: impl Iterator<Item = &'a str>) -> [&'a str; 2] {
    let mut found = [""; 2];
    for text in texts.filter(|text| !text.trim().is_empty()) {
        match found {
            ["", _] => found[0] = text,
            [one, ""] if !one.eq_ignore_ascii_case(text) => found[1] = text,
            _ => {}
        }
    }
    found
}
