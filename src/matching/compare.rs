//! Two records held against each other, field by field.

use super::addresses;
use super::birth::{self, Alike};
use super::dictionary::Dictionary;
use super::held::Held;
use super::names::Likeness;
use super::near::Sign;
use super::people::{Field, People, Person};
use super::phone;
use super::weights::{ASPECTS, Aspect, Weights, name, other, rarity};

/// What the addresses of two records are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// An id that all systems share is the same, or somebody decided it.
    Known,
    /// The same address.
    Exact,
    /// Two spellings that the provider delivers to one mailbox.
    Provider,
    /// One slip of typing apart.
    Typo,
    /// One of them is masked.
    Relay,
    /// The same local part at another domain.
    Moved,
    /// Two addresses that have nothing in common.
    Other,
    /// One record has no address.
    None,
}

impl Tier {
    /// All, the surest first.
    pub const ALL: [Self; 8] =
        [Self::Known, Self::Exact, Self::Provider, Self::Typo, Self::Relay, Self::Moved, Self::Other, Self::None];

    /// The name in files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known => "id",
            Self::Exact => "exact",
            Self::Provider => "provider",
            Self::Typo => "typo",
            Self::Relay => "relay",
            Self::Moved => "moved",
            Self::Other => "other",
            Self::None => "none",
        }
    }

    /// What it says of a pair, for people.
    pub fn about(self) -> &'static str {
        match self {
            Self::Known => "the same id",
            Self::Exact => "the same address",
            Self::Provider => "two spellings of one mailbox",
            Self::Typo => "addresses one slip apart",
            Self::Relay => "a masked address",
            Self::Moved => "the same name at another domain",
            Self::Other => "two unlike addresses",
            Self::None => "an address missing",
        }
    }
}

/// What comparing two records gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// The level of each aspect.
    pub levels: [u8; ASPECTS],
    /// What each aspect says for one person against two strangers, in bits.
    pub bits: [f32; ASPECTS],
    /// The same for two people of one home or office against two strangers.
    pub shared: f32,
    /// What the addresses are to each other.
    pub tier: Tier,
}

impl Compared {
    /// All bits together.
    pub fn sum(&self) -> f32 {
        self.bits.iter().sum()
    }

    /// Whether something beside the addresses speaks for one person.
    pub fn is_backed(&self) -> bool {
        let counts = [Aspect::First, Aspect::Last, Aspect::Phone, Aspect::Birth, Aspect::Place, Aspect::Street];
        counts.into_iter().any(|aspect| self.bits[aspect as usize] > 1.0)
    }

    /// Whether names, days of birth or generations say that these are two people.
    pub fn is_contradicted(&self) -> bool {
        let level = |aspect: Aspect| self.levels[aspect as usize];
        let first = [name::OTHER, name::KNOWN].contains(&level(Aspect::First));
        let generation = level(Aspect::Generation) == 2;
        let birth = level(Aspect::Birth) == other::OTHER;
        generation || first || birth
    }
}

/// Bits of a level whose value so many records hold: for one person, and for two who share a home.
fn rare_bits(people: &People, weights: &Weights, aspect: Aspect, level: u8, held: u32) -> (f32, f32) {
    let field = match aspect {
        Aspect::Address => Field::Email,
        Aspect::First => Field::First,
        Aspect::Last => Field::Last,
        Aspect::Phone => Field::Phone,
        Aspect::Birth => Field::Birth,
        Aspect::Place if level == other::SAME => Field::Postcode,
        Aspect::Place => Field::City,
        Aspect::Company => Field::Company,
        Aspect::Order | Aspect::Street | Aspect::Generation | Aspect::Id => Field::Id,
    };
    let known = weights.of(aspect, level);
    let stranger = rarity(held, people.filled(field), known.stranger);
    let same = ((known.same / stranger) as f32).log2();
    // Two of one home are no less likely to agree by chance than two strangers.
    (same, (((known.housemate + stranger).min(1.0) / stranger) as f32).log2())
}

/// The most bits that addresses give which are not the same.
const LIKEST: f32 = 20.0;

/// Compares records.
#[derive(Debug)]
pub struct Comparer<'a> {
    pub(super) people: &'a People,
    weights: &'a Weights,
    /// Slips that two addresses may be apart.
    pub(super) edits: u8,
    /// Logarithms of every level's odds: for one person, and for two who share a home.
    bits: [Vec<(f32, f32)>; ASPECTS],
    /// The same of values that are weighed by how many records hold them, by that number.
    rare: [Vec<Held>; ASPECTS],
    /// Bits under which no likeness of two addresses can make one person of two.
    pub(super) floor: f32,
}

impl<'a> Comparer<'a> {
    /// Made once for a run.
    pub fn new(people: &'a People, weights: &'a Weights, edits: u8) -> Self {
        let bits = std::array::from_fn(|aspect| {
            let levels = weights.levels[aspect].iter();
            let odds = |part: f64, whole: f64| (part / whole).log2() as f32;
            levels.map(|level| (odds(level.same, level.stranger), odds(level.housemate, level.stranger))).collect()
        });
        let rare = std::array::from_fn(|aspect| {
            weights.levels[aspect].iter().map(|level| Held::new(people.all.len(), level.by_rarity)).collect()
        });
        Self { people, weights, edits, bits, rare, floor: (people.all.len() as f32).log2() - 5.0 - LIKEST }
    }

    /// Compares two records.
    pub fn compare(&self, one: u32, other: u32) -> Compared {
        let (a, b) = (&self.people.all[one as usize], &self.people.all[other as usize]);
        self.compare_people(a, b, self.signs(a, b))
    }

    /// Compares a few pairs. Their records lie anywhere: all of them are fetched before the first is looked at, so that the
    /// waits for memory fall together.
    pub(super) fn compare_all(
        &self,
        pairs: impl Iterator<Item = (u32, u32)> + Clone,
    ) -> impl Iterator<Item = Compared> {
        let people = self.people;
        let of = pairs.map(|(one, other)| (&people.all[one as usize], &people.all[other as usize]));
        // The first and the last of what a record holds.
        let ends = of.clone().fold(0, |all, (a, b)| all ^ a.address ^ b.address ^ u64::from(a.source ^ b.source));
        std::hint::black_box(ends);
        let signs: Vec<[Sign; 2]> = of.clone().map(|(a, b)| self.signs(a, b)).collect();
        let read = of.clone().zip(&signs).filter(|((a, b), signs)| addresses::are_read(a, b, **signs));
        let begins: Vec<usize> = read.map(|((_, b), _)| people.locals.begin(b.local)).collect();
        std::hint::black_box(begins.into_iter().fold(0, |all, begin| all ^ people.locals.byte(begin)));
        of.zip(signs).map(|((a, b), signs)| self.compare_people(a, b, signs))
    }

    /// What tells their local parts apart.
    fn signs(&self, a: &Person, b: &Person) -> [Sign; 2] {
        [a, b].map(|person| self.people.locals.sign(person.local))
    }

    fn compare_people(&self, a: &Person, b: &Person, signs: [Sign; 2]) -> Compared {
        let mut found = Found { comparer: self, levels: [0; ASPECTS], bits: [0.0; ASPECTS], shared: 0.0 };
        let named = found.names(a, b);
        found.phone(a, b);
        found.birth(a, b);
        found.place(a, b);
        if a.company != 0 && b.company != 0 {
            found.text(Aspect::Company, &self.people.companies, (a.company, b.company));
        }
        let mut tier = found.address(a, b, named, signs);
        if a.generation != 0 && b.generation != 0 {
            found.put(Aspect::Generation, if a.generation == b.generation { 1 } else { 2 });
        } else if a.generation != b.generation && named == Named::Both {
            // A suffix on one of them alone tells a little.
            found.bits[Aspect::Generation as usize] = -2.0;
        }
        if a.id != 0 && a.id == b.id {
            found.put(Aspect::Id, 1);
            tier = Tier::Known;
        }
        Compared { levels: found.levels, bits: found.bits, shared: found.shared, tier }
    }
}

/// Which names two records have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// First name and surname.
    Both,
    /// One of them is not known.
    Unlike,
    /// One of them is another.
    Contrary,
}

pub(super) struct Found<'a> {
    pub(super) comparer: &'a Comparer<'a>,
    levels: [u8; ASPECTS],
    pub(super) bits: [f32; ASPECTS],
    shared: f32,
}

impl Found<'_> {
    pub(super) fn put(&mut self, aspect: Aspect, level: u8) {
        let (same, shared) = self.comparer.bits[aspect as usize][usize::from(level)];
        self.levels[aspect as usize] = level;
        self.bits[aspect as usize] = same;
        self.shared += shared;
    }

    /// A level whose value is weighed by how many records of the file hold it.
    pub(super) fn put_rare(&mut self, aspect: Aspect, level: u8, held: u32) {
        let Comparer { people, weights, rare, .. } = self.comparer;
        let known = &rare[aspect as usize][usize::from(level)];
        let (same, shared) = known.of(held, || rare_bits(people, weights, aspect, level, held));
        self.levels[aspect as usize] = level;
        self.bits[aspect as usize] = same;
        self.shared += shared;
    }

    fn names(&mut self, a: &Person, b: &Person) -> Named {
        let names = &self.comparer.people.names;
        let alike = |one: u32, other: u32| match (one, other) {
            (0, _) | (_, 0) => None,
            _ => Some(names.likeness(one, other)),
        };
        let (mut first, mut last) = (alike(a.first, b.first), alike(a.last, b.last));
        let unlike = |likeness: Option<Likeness>| likeness.is_none_or(|likeness| likeness > Likeness::Slip);
        let mut swapped = false;
        if (unlike(first) && unlike(last)) && (a.first != 0 && b.last != 0 || a.last != 0 && b.first != 0) {
            let (crossed, back) = (alike(a.first, b.last), alike(a.last, b.first));
            if !unlike(crossed) && (back.is_none() || !unlike(back)) || !unlike(back) && crossed.is_none() {
                (first, last, swapped) = (crossed, back, true);
            }
        }
        let people = self.comparer.people;
        let held = |one: u32, other: u32| {
            let count = |name: u32| people.firsts[name as usize] + people.lasts[name as usize];
            count(one).min(count(other))
        };
        if let Some(mut likeness) = first {
            let (one, other) = if swapped { (a.first, b.last) } else { (a.first, b.first) };
            let count = |name: u32| people.firsts[name as usize];
            let is_short = |name: u32| names.all[name as usize].is_short();
            let (rare, usual) = (count(one).min(count(other)), count(one).max(count(other)));
            // A slip is many times as rare as the name that was meant: Jean and Joan, each on many records, are two.
            if matches!(likeness, Likeness::Slip | Likeness::Alike)
                && rare >= 5
                && rare >= usual / 25
                && !is_short(one)
                && !is_short(other)
            {
                likeness = Likeness::Known;
                first = Some(likeness);
            }
            self.name(Aspect::First, likeness, held(one, other));
        }
        if let Some(likeness) = last {
            let (one, other) = if swapped { (a.last, b.first) } else { (a.last, b.last) };
            self.name(Aspect::Last, likeness, held(one, other));
        }
        if swapped {
            self.put(Aspect::Order, 2);
        }
        let near = |likeness: Option<Likeness>| likeness.is_some_and(|likeness| likeness <= Likeness::Slip);
        if !swapped && first.is_some_and(|l| l <= Likeness::Part) && last.is_some_and(|l| l <= Likeness::Part) {
            self.put(Aspect::Order, 3);
        }
        let other = |likeness: Option<Likeness>| likeness == Some(Likeness::Other);
        match near(first) && near(last) {
            true => Named::Both,
            false if other(first) || other(last) => Named::Contrary,
            false => Named::Unlike,
        }
    }

    fn name(&mut self, aspect: Aspect, likeness: Likeness, held: u32) {
        match likeness {
            Likeness::Same => self.put_rare(aspect, name::SAME, held),
            Likeness::Variant => self.put(aspect, name::VARIANT),
            Likeness::Part => self.put(aspect, name::PART),
            Likeness::Initial => self.put(aspect, name::INITIAL),
            Likeness::Slip => self.put(aspect, name::SLIP),
            Likeness::Alike => self.put(aspect, name::ALIKE),
            // Surnames have no list of their own.
            Likeness::Known if aspect == Aspect::Last => self.put(aspect, name::ALIKE),
            Likeness::Known => self.put(aspect, name::KNOWN),
            Likeness::Other => self.put(aspect, name::OTHER),
        }
    }

    fn phone(&mut self, a: &Person, b: &Person) {
        // The first is filled before the second.
        if a.phones[0] == 0 || b.phones[0] == 0 {
            return;
        }
        let own = a.phones.iter().filter(|phone| **phone != 0);
        let its = || b.phones.iter().filter(|phone| **phone != 0);
        if own.clone().any(|phone| its().any(|other| other == phone)) {
            let held = u32::from(a.shared[1].min(b.shared[1]).max(2));
            return self.put_rare(Aspect::Phone, other::SAME, held);
        }
        let near = |judge: fn(u64, u64) -> bool| own.clone().any(|one| its().any(|other| judge(*one, *other)));
        // Extensions of one office differ in their ends: neither a slip nor another place.
        match (near(phone::is_slip), near(phone::is_extension)) {
            (_, true) => {}
            (true, _) => self.put(Aspect::Phone, other::NEAR),
            _ => self.put(Aspect::Phone, other::OTHER),
        }
    }

    fn birth(&mut self, a: &Person, b: &Person) {
        if a.birth == 0 || b.birth == 0 {
            return;
        }
        let people = self.comparer.people;
        match birth::alike(a.birth, b.birth) {
            Alike::Same => {
                let held = people.births.get(&a.birth).copied().unwrap_or_default();
                self.put_rare(Aspect::Birth, other::SAME, held);
            }
            Alike::Slip => self.put(Aspect::Birth, other::NEAR),
            Alike::Swapped => self.put(Aspect::Birth, other::SWAPPED),
            Alike::Part => self.put(Aspect::Birth, other::PART),
            Alike::Year => self.put(Aspect::Birth, other::YEAR),
            Alike::Other => self.put(Aspect::Birth, other::OTHER),
        }
    }

    /// The finest part of the home that both know: parts of one place say one thing, not several.
    fn place(&mut self, a: &Person, b: &Person) {
        let people = self.comparer.people;
        let postcodes = a.postcode != 0 && b.postcode != 0;
        let cities = a.city != 0 && b.city != 0;
        if postcodes && a.postcode == b.postcode {
            let held = people.postcodes.counts[a.postcode as usize];
            self.put_rare(Aspect::Place, other::SAME, held);
        } else if cities && a.city == b.city {
            let held = people.cities.counts[a.city as usize];
            self.put_rare(Aspect::Place, other::PART, held);
            if postcodes {
                // Another postcode of the same city is half a disagreement, for one person and for a home alike.
                let said = self.bits[Aspect::Place as usize];
                let left = (said - 3.0).min(2.0);
                self.bits[Aspect::Place as usize] = left;
                self.shared -= said - left;
            }
        } else if postcodes && people.postcodes.are_near(a.postcode, b.postcode) {
            self.put(Aspect::Place, other::NEAR);
        } else if cities && people.cities.are_near(a.city, b.city) {
            self.put(Aspect::Place, other::SWAPPED);
        } else if postcodes || cities {
            self.put(Aspect::Place, other::OTHER);
        }
        if a.street != 0 && b.street != 0 {
            let level = match a.street == b.street {
                true => other::SAME,
                false if people.streets.are_near(a.street, b.street) => other::NEAR,
                false => other::OTHER,
            };
            self.put(Aspect::Street, level);
        }
    }

    fn text(&mut self, aspect: Aspect, dictionary: &Dictionary, (one, two): (u32, u32)) {
        if one == two {
            let held = dictionary.counts[one as usize];
            return self.put_rare(aspect, other::SAME, held);
        }
        let near = dictionary.are_near(one, two);
        self.put(aspect, if near { other::NEAR } else { other::OTHER });
    }
}
