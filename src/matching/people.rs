//! Records of people as numbers: every value normalised once, so that two records are compared without touching text.

use ahash::{AHashMap, AHashSet};
use rayon::prelude::{IntoParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
use xxhash_rust::xxh3::xxh3_64;

pub use super::fields::{Cells, Field, Source};

use super::birth::Day;
use super::dictionary::{self, Dictionary};
use super::lists::{Dialling, DomainKind, LISTS, MoreDomains};
use super::mailboxes::{Domain, Locals};
use super::names::{self, Names};
use super::reading::{Addresses, Phones, births};
use crate::again::Again;
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
        let two_of = |field: Field| {
            move |row: u32| {
                let (source, row) = at(row);
                two(source.of(field).map(|cells| cells.cell(row)))
            }
        };
        let name_cells = |row: u32| {
            let (source, row) = at(row);
            let text = |field| source.first(field, row, &told.missing);
            names::Cells { first: text(Field::First), last: text(Field::Last), full: text(Field::Full) }
        };
        let has = |field: Field| sources.iter().any(|source| source.of(field).next().is_some());
        let texts = |field: Field, normal: fn(&str) -> Option<String>| {
            if has(field) { Dictionary::read(rows, cell(field), normal) } else { (Dictionary::default(), Vec::new()) }
        };
        // Nothing here rests on anything else, and each has a part that one core alone can do.
        let (addresses, ((names, (phones, births)), (places, (streets, companies)))) = rayon::join(
            || Addresses::read(rows, two_of(Field::Email), &told.domains),
            || {
                rayon::join(
                    || {
                        let names = Names::read(rows, name_cells);
                        (names, rayon::join(|| Phones::read(rows, told, two_of(Field::Phone)), || births(sources)))
                    },
                    || {
                        rayon::join(
                            || (texts(Field::Postcode, dictionary::postcode), texts(Field::City, dictionary::city)),
                            || (texts(Field::Street, dictionary::street), texts(Field::Company, dictionary::company)),
                        )
                    },
                )
            },
        );
        let ((names, named), (postcodes, cities)) = (names, places);
        let ids = has(Field::Id).then(|| cell(Field::Id));
        let place = |ids: &[u32], at: usize| ids.get(at).copied().unwrap_or_default();
        let person = |row: u32| {
            let at = row as usize;
            let ((first, last, generation), mailbox) = (named[at], &addresses.of[at]);
            Person {
                address: mailbox.address,
                mailbox: mailbox.hash,
                spare: mailbox.spare,
                phones: phones.of[at],
                id: ids.as_ref().and_then(|cell| identifier(cell(row))).map_or(0, |id| xxh3_64(id.as_bytes())),
                domain: mailbox.domain,
                local: mailbox.local,
                first,
                last,
                birth: births[at],
                street: place(&streets.1, at),
                postcode: place(&postcodes.1, at),
                city: place(&cities.1, at),
                company: place(&companies.1, at),
                shared: [0; 2],
                generation,
                source: u8::try_from(starts.partition_point(|start| *start <= row) - 1).unwrap_or(u8::MAX),
            }
        };
        let all: Vec<Person> = (0..rows).into_par_iter().map(person).collect();
        let Addresses { domains, locals, roles, .. } = addresses;
        let mut people = Self {
            all,
            firsts: vec![0; names.all.len()],
            lasts: vec![0; names.all.len()],
            names,
            domains,
            locals,
            roles,
            regions: phones.regions,
            streets: streets.0,
            postcodes: postcodes.0,
            cities: cities.0,
            companies: companies.0,
            ..Self::default()
        };
        people.count();
        people
    }

    fn count(&mut self) {
        let mut births: AHashMap<Day, u32> = AHashMap::new();
        let (mut firsts, mut lasts) = (std::mem::take(&mut self.firsts), std::mem::take(&mut self.lasts));
        let more = |held: &mut u16| *held = held.saturating_add(1);
        let (all, locals) = (&self.all, &self.locals.counts);
        // Who shares a mailbox shares its local part, which is counted already.
        let is_shared = |person: &Person| locals.get(person.local as usize).is_some_and(|held| *held > 1);
        let count_names = || {
            for person in all {
                firsts[person.first as usize] += 1;
                lasts[person.last as usize] += 1;
                if person.birth != 0 {
                    *births.entry(person.birth).or_default() += 1;
                }
            }
        };
        let count_phones = || {
            let known = || all.iter().flat_map(|person| person.phones).filter(|phone| *phone != 0);
            let several = Again::of(known(), all.len());
            let mut phones: AHashMap<u64, u16> = AHashMap::new();
            known().filter(|phone| several.may_hold(*phone)).for_each(|phone| more(phones.entry(phone).or_default()));
            (several, phones)
        };
        let count_mailboxes = || {
            let mut mailboxes: AHashMap<u64, u16> = AHashMap::new();
            for person in all.iter().filter(|person| person.mailbox != 0 && is_shared(person)) {
                more(mailboxes.entry(person.mailbox).or_default());
            }
            mailboxes
        };
        let (((), (several, phones)), (filled, mailboxes)) = rayon::join(
            || rayon::join(count_names, count_phones),
            || rayon::join(|| count_fields(all), count_mailboxes),
        );
        (self.firsts, self.lasts, self.births, self.filled) = (firsts, lasts, births, filled);
        let mut named: AHashMap<u64, AHashSet<u32>> = AHashMap::new();
        let full = |mailbox: &u64| mailboxes.get(mailbox).is_some_and(|held| *held > CROWDED);
        let is_full = |person: &&Person| person.first != 0 && is_shared(person) && full(&person.mailbox);
        for person in self.all.iter().filter(is_full) {
            named.entry(person.mailbox).or_default().insert(person.first);
        }
        let crowded = named.into_iter().filter(|(_, firsts)| firsts.len() > usize::from(CROWDED) / 2);
        self.crowded = crowded.map(|(mailbox, _)| mailbox).collect();
        self.all.par_iter_mut().for_each(|person| {
            let held = |map: &AHashMap<u64, u16>, key: u64| map.get(&key).copied().unwrap_or_default();
            let mailbox = if is_shared(person) { held(&mailboxes, person.mailbox).max(1) } else { 1 };
            let phone = match person.phones[0] {
                0 => 0,
                phone if several.may_hold(phone) => held(&phones, phone),
                _ => 1,
            };
            person.shared = [mailbox, phone];
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

/// Records that fill each field.
fn count_fields(all: &[Person]) -> AHashMap<Field, u32> {
    let mut filled = [0_u32; Field::ALL.len()];
    for person in all {
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
        filled.iter_mut().zip(has).for_each(|(count, has)| *count += u32::from(has));
    }
    Field::ALL.into_iter().zip(filled).collect()
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
