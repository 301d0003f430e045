//! Second noise model: the world that people are drawn from. A size and a seed come in; names, homes, firms, numbers
//! and persons come out, each drawn so that two persons never look like one by accident.

use std::collections::{HashMap, HashSet};

use super::super::Rng;
use super::land::{Town, feminine, firm_parts, hashed, ranked, settle, words};
use super::mail::{FRESH_TRIES, house, local, mailbox, relay};
use super::names::{POLISH_TONGUE, SPANISH_TONGUE, TONGUES};
use super::places::{AREAS, COUNTRIES, FIRM_FORMS, FIRM_HEADS, FIRM_TAILS, FORGIVING, HOUSES};
use super::slips::{fold, handle};

/// A day of birth; ordered as written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// What is true of a person.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) id: u32,
    pub(super) tongue: usize,
    pub(super) female: bool,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) middle: Option<char>,
    pub(super) birth: Day,
    pub(super) phone: u64,
    pub(super) home: Home,
    pub(super) firm: usize,
    pub(super) mail: String,
}

/// Where a person lives: a code and a line of a street.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) code: usize,
    pub(super) street: String,
}

/// One name list of a language, by popularity.
struct Names {
    men: Vec<&'static str>,
    women: Vec<&'static str>,
    heads: Vec<&'static str>,
    onset: Vec<&'static str>,
    middle: Vec<&'static str>,
    ending: Vec<&'static str>,
}

/// What may follow the number of a house.
const DOORS: [&str; 6] = ["A", "B", "/4", "/12", "/7", "C"];

/// Everything that is drawn from, and what was given away already.
pub(super) struct World {
    pub(super) rng: Rng,
    names: Vec<Names>,
    short: Vec<HashMap<&'static str, Vec<&'static str>>>,
    areas: Vec<u64>,
    streets: Vec<Vec<&'static str>>,
    firm_words: [Vec<&'static str>; 2],
    towns: Vec<Town>,
    codes: Vec<(String, usize)>,
    firms: usize,
    boxes: usize,
    people: u32,
    phones: usize,
    // Membership only; nothing is ever listed from these.
    holders: HashMap<u64, u32>,
    told: HashSet<u64>,
}

impl World {
    pub(super) fn new(records: usize, seed: u64) -> Self {
        // The seed is turned so that this model does not walk beside another one with the same seed.
        let mut rng = Rng::new(seed.rotate_left(17) ^ 0x5EC0_4D00_0000_0002);
        let names = TONGUES
            .iter()
            .map(|tongue| Names {
                men: words(tongue.men),
                women: words(tongue.women),
                heads: words(tongue.surnames),
                onset: words(tongue.onset),
                middle: words(tongue.middle),
                ending: words(tongue.ending),
            })
            .collect();
        let shorts = |(formal, forms): (&'static str, &'static str)| (formal, forms.split('|').collect());
        let short = TONGUES
            .iter()
            .map(|tongue| tongue.short.split(',').filter_map(|entry| entry.split_once(':')).map(shorts).collect());
        let short = short.collect();
        let (towns, codes) = settle(&mut rng, records);
        let firms = 40 + (5.0 * (records as f64).powf(0.6)) as usize;
        Self {
            rng,
            names,
            short,
            areas: AREAS.split(',').filter_map(|area| area.parse().ok()).collect(),
            streets: COUNTRIES.iter().map(|country| words(country.streets)).collect(),
            firm_words: [words(FIRM_HEADS), words(FIRM_TAILS)],
            towns,
            codes,
            firms,
            boxes: 0,
            people: 0,
            phones: 0,
            holders: HashMap::with_capacity(records + records / 4),
            told: HashSet::with_capacity(3 * records),
        }
    }

    /// The short forms people use for this name.
    pub(super) fn short_of(&self, tongue: usize, formal: &str) -> &[&'static str] {
        self.short[tongue].get(formal).map_or(&[], Vec::as_slice)
    }

    pub(super) fn code(&self, code: usize) -> &str {
        &self.codes[code].0
    }

    pub(super) fn town(&self, code: usize) -> &str {
        &self.towns[self.codes[code].1].name
    }

    pub(super) fn first(&mut self, tongue: usize, female: bool) -> &'static str {
        let list = if female { &self.names[tongue].women } else { &self.names[tongue].men };
        let rank = ranked(&mut self.rng, list.len(), 15.0);
        list[rank]
    }

    /// A surname: the common ones by hand, the long tail composed of the sounds of the language.
    fn single_last(&mut self, tongue: usize) -> String {
        let names = &self.names[tongue];
        let tail = names.onset.len() * names.middle.len() * names.ending.len();
        let rank = ranked(&mut self.rng, names.heads.len() + tail, 8.0);
        if let Some(head) = names.heads.get(rank) {
            return (*head).to_owned();
        }
        // A prime step keeps neighbours in rank from being neighbours in sound.
        let mut at = (rank - names.heads.len()).wrapping_mul(30_011) % tail;
        let mut take = |list: &[&'static str]| {
            let part = list[at % list.len()];
            at /= list.len();
            part
        };
        format!("{}{}{}", take(&names.onset), take(&names.middle), take(&names.ending))
    }

    pub(super) fn last(&mut self, tongue: usize, female: bool) -> String {
        let name = self.single_last(tongue);
        if tongue == SPANISH_TONGUE && self.rng.chance(0.45) {
            let mother = self.single_last(tongue);
            return format!("{name} {mother}");
        }
        if tongue == POLISH_TONGUE && female {
            return feminine(&name);
        }
        if self.rng.chance(0.02) {
            let other = self.single_last(tongue);
            return format!("{name}-{other}");
        }
        name
    }

    /// A home in a place drawn by its size.
    pub(super) fn home(&mut self) -> Home {
        let size = self.codes.len();
        let code = ((size as f64) * self.rng.unit().powf(1.25)) as usize;
        let code = code.min(size - 1);
        Home { code, street: self.street(code) }
    }

    /// Whether both codes lie in one town.
    pub(super) fn same_town(&self, code: usize, other: usize) -> bool {
        code != other && self.codes.get(other).is_some_and(|found| found.1 == self.codes[code].1)
    }

    /// Some home of this code.
    pub(super) fn home_in(&mut self, code: usize) -> Home {
        Home { code, street: self.street(code) }
    }

    fn street(&mut self, code: usize) -> String {
        let land = self.towns[self.codes[code].1].country;
        let country = &COUNTRIES[land];
        let rank = ranked(&mut self.rng, self.streets[land].len(), 6.0);
        let mut number = (1 + self.rng.below(if country.code == "99999" { 400 } else { 140 })).to_string();
        if self.rng.chance(0.12) {
            number.push_str(DOORS[self.rng.below(DOORS.len())]);
        }
        country.line.replace('*', self.streets[land][rank]).replace('#', &number)
    }

    /// A number of the exchange 555: the reserved hundred of each area first, then the rest; a few British ones.
    pub(super) fn phone(&mut self) -> u64 {
        let at = self.phones;
        self.phones += 1;
        if at.is_multiple_of(40) && at / 40 < 1000 {
            return 447_700_900_000 + ((at / 40) * 387 % 1000) as u64;
        }
        // Neighbours in order of birth into this world must not be neighbours in number.
        let areas = self.areas.len();
        let (place, round) = (at * 131 % areas, at / areas);
        let area = self.areas[place];
        let line = if round < 100 {
            100 + (round * 37 + place * 61) % 100
        } else {
            200 + ((round - 100) * 2777 + place * 1237) % 9800
        };
        10_000_000_000 + area * 10_000_000 + 5_550_000 + line as u64
    }

    pub(super) fn birth(&mut self) -> Day {
        let year = 1938 + (self.rng.below(35) + self.rng.below(35)) as u16;
        self.day_in(year)
    }

    pub(super) fn day_in(&mut self, year: u16) -> Day {
        let month = 1 + self.rng.below(12) as u8;
        let days = match month {
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        Day { year, month, day: 1 + self.rng.below(days) as u8 }
    }

    pub(super) fn firm(&mut self) -> usize {
        ranked(&mut self.rng, self.firms, 4.0)
    }

    /// A firm nobody else works for, for one shared box.
    pub(super) fn own_firm(&mut self) -> usize {
        self.boxes += 1;
        self.firms + self.boxes
    }

    pub(super) fn firm_name(&self, firm: usize) -> String {
        let (core, trade) = firm_parts(&self.firm_words, firm);
        let form = FIRM_FORMS[firm * 7 % FIRM_FORMS.len()];
        if trade.is_empty() { format!("{core} {form}") } else { format!("{core} {trade} {form}") }
    }

    pub(super) fn firm_domain(&self, firm: usize) -> String {
        let (core, trade) = firm_parts(&self.firm_words, firm);
        if trade.is_empty() {
            format!("{}.example", handle(&core))
        } else {
            format!("{}-{}.example", handle(&core), handle(&trade))
        }
    }

    pub(super) fn next_id(&mut self) -> u32 {
        self.people += 1;
        self.people - 1
    }

    /// Whether the mailbox is free or this person's; from then on it is.
    pub(super) fn claim(&mut self, address: &str, person: u32) -> bool {
        *self.holders.entry(hashed(&[&mailbox(address)])).or_insert(person) == person
    }

    /// Whether no namesake has this local part; from then on this person has it.
    pub(super) fn claim_local(&mut self, person: &Person, part: &str) -> bool {
        let name = fold(&format!("{} {}", person.first, person.last));
        self.tell(&name, &handle(part))
    }

    /// Remembers a name together with what tells its bearers apart; false when another person is told so already.
    fn tell(&mut self, name: &str, what: &str) -> bool {
        self.told.insert(hashed(&[name, what]))
    }

    /// A private or a work address of this person that nobody holds and no namesake nearly holds.
    pub(super) fn address(&mut self, person: &Person, houses: Option<&[(&'static str, usize)]>) -> String {
        let name = fold(&format!("{} {}", person.first, person.last));
        for turn in 0.. {
            let domain = match houses {
                Some(houses) => format!("{}.example", house(&mut self.rng, houses)),
                None => self.firm_domain(person.firm),
            };
            let mut part = local(&mut self.rng, &person.first, &person.last, person.birth.year);
            if turn > 1 || (houses.is_some() && self.rng.chance(0.06)) {
                part.push_str(&(10 + self.rng.below(90 * 10_usize.pow(turn.min(4)))).to_string());
            }
            let address = format!("{part}@{domain}");
            if part.len() > 3 && self.tell(&name, &handle(&part)) && self.claim(&address, person.id) {
                return address;
            }
            if turn > FRESH_TRIES {
                break;
            }
        }
        relay(&mut self.rng)
    }

    /// A person nobody can be taken for: name with code and name with birth are new.
    pub(super) fn person(&mut self, forgiving: bool) -> Person {
        let home = self.home();
        let spoken = COUNTRIES[self.towns[self.codes[home.code].1].country].tongue;
        let tongue = if self.rng.chance(0.55) { spoken } else { self.rng.below(TONGUES.len()) };
        let female = self.rng.chance(0.5);
        let first = self.first(tongue, female).to_owned();
        let last = self.last(tongue, female);
        self.person_named(tongue, female, first, last, home, forgiving)
    }

    pub(super) fn person_named(
        &mut self,
        tongue: usize,
        female: bool,
        first: String,
        last: String,
        home: Home,
        forgiving: bool,
    ) -> Person {
        let middle = self.rng.chance(0.15).then(|| char::from(b'A' + self.rng.below(25) as u8));
        let (id, birth, phone, firm) = (self.next_id(), self.birth(), self.phone(), self.firm());
        let mut person =
            Person { id, tongue, female, first, last, middle, birth, phone, home, firm, mail: String::new() };
        self.set_apart(&mut person);
        person.mail = self.base_mail(&person, forgiving);
        person
    }

    /// Draws home and birth anew while a namesake has the same.
    pub(super) fn set_apart(&mut self, person: &mut Person) {
        let name = fold(&format!("{} {}", person.first, person.last));
        while !self.tell(&name, &format!("code {}", person.home.code)) {
            person.home = self.home();
        }
        let day = |birth: Day| format!("day {}-{}-{}", birth.year, birth.month, birth.day);
        while !self.tell(&name, &day(person.birth)) {
            person.birth = self.birth();
        }
    }

    pub(super) fn base_mail(&mut self, person: &Person, forgiving: bool) -> String {
        if forgiving {
            return self.address(person, Some(&FORGIVING));
        }
        if self.rng.chance(0.03) {
            return relay(&mut self.rng);
        }
        let private = self.rng.chance(0.9);
        self.address(person, private.then_some(&HOUSES))
    }
}
