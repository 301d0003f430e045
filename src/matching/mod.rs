//! Matching people: records in, pairs that are one person out, and clusters of them. A library of its own inside the
//! crate; it knows nothing of rules and reports.
//!
//! Values are normalised ([`people`]), records that share a key meet ([`blocks`], [`slips`]), every pair is held against
//! each other field by field ([`compare`]), the fields are weighed ([`weights`], learned from the file by [`estimate`]),
//! and what is likely enough becomes clusters ([`clusters`]).

mod addresses;
pub mod birth;
pub mod blocks;
pub mod clusters;
pub mod columns;
pub mod compare;
pub mod dictionary;
pub mod estimate;
pub mod explain;
mod fields;
mod held;
mod initials;
pub mod keys;
mod known;
pub mod likeness;
pub mod lists;
pub mod mailboxes;
pub mod names;
pub mod near;
pub mod people;
pub mod phone;
mod reading;
mod runs;
pub mod slips;
pub mod typo_pairs;
pub mod weights;

use std::collections::BTreeSet;

use ahash::{AHashMap, AHashSet};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator, ParallelSlice};

use blocks::{Crowd, candidates, correct_domains, unpack, weight};
use clusters::{Edge, Limits, Refusal, cluster};
use compare::{Compared, Comparer, Tier};
use lists::Dialling;
use people::{People, Person, Source, Told};
use weights::Weights;

/// The probability from which a pair is taken for one person, where nobody says otherwise.
pub const THRESHOLD: f64 = 0.92;
/// The probability from which one link alone may hold two groups together.
const SURE: f32 = 0.99;
/// The probability from which a pair is worth a look.
const POSSIBLE: f64 = 0.5;
/// Records of a cluster beyond which it is no person.
pub const CLUSTER_CAP: usize = 25;
/// Rounds in which the expected number of duplicates settles.
const ROUNDS: usize = 12;

/// Records for which what is usual stands, beside what the file itself tells.
const FEW: f64 = 200.0;

/// How a run is made.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The probability from which a pair is one person.
    pub threshold: f64,
    /// Slips of the keyboard that two addresses may be apart: 1 or 2.
    pub edits: u8,
    /// Most records of one cluster.
    pub cap: usize,
    /// Whether weights are learned from these very records.
    pub estimate: bool,
    /// What else is told.
    pub told: Told,
    /// Pairs that somebody decided, and whether each is one person.
    pub decided: Vec<(u32, u32, bool)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threshold: THRESHOLD,
            edits: 1,
            cap: CLUSTER_CAP,
            estimate: false,
            told: Told::default(),
            decided: Vec::new(),
        }
    }
}

/// A pair that may be one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The smaller record.
    pub left: u32,
    /// The greater record.
    pub right: u32,
    /// How likely both are one person.
    pub probability: f32,
    /// Whether somebody decided it.
    pub decided: bool,
    /// What was compared.
    pub compared: Compared,
}

/// What is told of a record when all are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Whether it has an address, and none that hides the real one.
    pub has_real_address: bool,
    /// How many it fills of address, first name, surname, phone and day of birth.
    pub fills: u8,
}

impl Record {
    fn of(people: &People, person: &Person) -> Self {
        let has_address = person.mailbox != 0;
        let filled = [has_address, person.first != 0, person.last != 0, person.phones[0] != 0, person.birth != 0];
        Self {
            has_real_address: has_address && !people.is_relay(person),
            fills: filled.into_iter().map(u8::from).sum(),
        }
    }
}

/// What a run found.
#[derive(Debug)]
pub struct Matches {
    /// What is still told of each record; all that it was compared by takes a hundred times as much memory.
    pub records: Vec<Record>,
    /// The region as which phones are read first that do not say theirs.
    pub region: Option<&'static Dialling>,
    /// Pairs taken for one person, in order.
    pub links: Vec<Link>,
    /// Likely pairs that no cluster follows, with the reason, in order.
    pub refused: Vec<(Link, Refusal)>,
    /// Pairs under the threshold that are worth a look, in order.
    pub possible: Vec<Link>,
    /// Records of one person, each group in order, by their first record.
    pub clusters: Vec<Vec<u32>>,
    /// How many pairs were compared.
    pub compared: u64,
    /// Keys on too many records.
    pub crowds: Vec<Crowd>,
    /// Broad blocks used for their rarest values only, with the pairs left out.
    pub trimmed: Vec<(&'static str, u64)>,
    /// About how many pairs were not compared as nothing in their names begins alike; 1 at least where a block left some out.
    pub left_out: u64,
    /// Blocks that are of no use in a file of this size.
    pub unused: Vec<&'static str>,
    /// The weights that were used.
    pub weights: Weights,
}

/// Finds the records that are one person.
pub fn find(sources: &[Source<'_>], settings: &Settings) -> Matches {
    let mut people = People::read(sources, &settings.told);
    correct_domains(&mut people);
    let mut found = candidates(&people, settings.edits);
    let mut weights = Weights::default();
    if settings.estimate {
        estimate::learn(&people, found.pairs(), settings.edits, &mut weights);
    }
    let never: AHashSet<(u32, u32)> =
        settings.decided.iter().filter(|(_, _, same)| !same).map(|(one, other, _)| pair(*one, *other)).collect();
    let always: BTreeSet<(u32, u32)> =
        settings.decided.iter().filter(|(_, _, same)| *same).map(|(one, other, _)| pair(*one, *other)).collect();
    let comparer = Comparer::new(&people, &weights, settings.edits);
    // A small file is one piece.
    let scored =
        found.take(|pairs| pairs.par_chunks(TURN).map(|pairs| Scored::of(&comparer, pairs)).collect::<Vec<_>>());
    let scored: Vec<Scored> = scored.into_iter().flatten().collect();
    let compared = scored.iter().map(|scored| scored.pairs).sum();
    // Few that are left out may have nobody who stands for them, and are said all the same.
    let left_out = scored.iter().map(|scored| scored.left_out).sum::<u64>().max(found.leaves_out.into());
    let scores = scored.par_iter().flat_map_iter(|scored| scored.scores.iter().copied());
    let odds = Odds::settle(scores, people.all.len(), &weights);
    let likely = scored.par_iter().flat_map_iter(|scored| &scored.close).filter_map(|(pair, compared)| {
        let probability = odds.probability(compared.sum(), compared.shared);
        let (left, right) = unpack(*pair);
        if probability < POSSIBLE || never.contains(&(left, right)) {
            return None;
        }
        let backed = matches!(compared.tier, Tier::Known | Tier::Exact | Tier::Provider) || compared.is_backed();
        let link = Link { left, right, probability: probability as f32, decided: false, compared: *compared };
        Some((link, probability >= settings.threshold && backed))
    });
    let (mut links, mut possible) = (Vec::new(), Vec::new());
    for (link, is_one) in likely.collect::<Vec<_>>() {
        if is_one { links.push(link) } else { possible.push(link) }
    }
    drop(scored);
    links.retain(|link| !always.contains(&(link.left, link.right)));
    possible.retain(|link: &Link| !always.contains(&(link.left, link.right)));
    for (left, right) in always {
        let compared = Compared { tier: Tier::Known, ..comparer.compare(left, right) };
        links.push(Link { left, right, probability: 1.0, decided: true, compared });
    }
    links.sort_by_key(|link| (link.left, link.right));
    // What is not decided is never wholly sure.
    let edges: Vec<Edge> = links
        .iter()
        .map(|link| Edge {
            left: link.left,
            right: link.right,
            probability: if link.decided { 1.0 } else { link.probability.min(0.999_999) },
        })
        .collect();
    let contradicts = |one: u32, other: u32| {
        let compared = comparer.compare(one, other);
        let (one, home, strangers) = odds.parts(compared.sum(), compared.shared);
        let whole = one + home + strangers;
        // A family is no person though each is likely to be the one record that names nobody.
        compared.is_contradicted() && (one / whole < 0.1 || home / whole > 0.25)
    };
    let mut forbidden: AHashMap<u32, Vec<u32>> = AHashMap::new();
    for (one, other) in &never {
        forbidden.entry(*one).or_default().push(*other);
        forbidden.entry(*other).or_default().push(*one);
    }
    let clusters =
        cluster(&edges, &Limits { cap: settings.cap, sure: SURE, contradicts: &contradicts, forbidden: &forbidden });
    let why: AHashMap<(u32, u32), Refusal> =
        clusters.refused.iter().map(|(edge, refusal)| ((edge.left, edge.right), *refusal)).collect();
    let mut refused = Vec::new();
    links.retain(|link| match why.get(&(link.left, link.right)) {
        Some(refusal) => {
            refused.push((*link, *refusal));
            false
        }
        None => true,
    });
    weights.twins = odds.twins;
    weights.housemates = odds.housemates;
    let blocks::Candidates { crowds, trimmed, unused, .. } = found;
    let clusters = clusters.members;
    let records = people.all.par_iter().map(|person| Record::of(&people, person)).collect();
    let region = people.regions.first().copied();
    Matches {
        records,
        region,
        links,
        refused,
        possible,
        clusters,
        compared,
        crowds,
        trimmed,
        left_out,
        unused,
        weights,
    }
}

fn pair(one: u32, other: u32) -> (u32, u32) {
    (one.min(other), one.max(other))
}

/// Other records that a record could be mistaken for. A small file is a piece of a larger world.
fn world(records: usize) -> f64 {
    records.max(1_000) as f64 - 1.0
}

/// Most records of one person, for a record, that are expected before anything is known.
const MOST_TWINS: f64 = 3.0;

/// Pairs that are compared together.
const TOGETHER: usize = 16;
/// Pairs that one thread compares at a time.
const TURN: usize = 1 << 12;
/// Pairs that are summed up together.
const CHUNK: usize = 1 << 16;

/// What comparing some pairs gave.
#[derive(Default)]
struct Scored {
    /// How many they are.
    pairs: u64,
    /// For how many more some of them stand.
    left_out: u64,
    /// Bits for one person and for one home, of those that count for what is expected, with how many pairs each stands for.
    scores: Vec<(f32, f32, u32)>,
    /// Those that may be one person.
    close: Vec<(u64, Compared)>,
}

impl Scored {
    fn of(comparer: &Comparer<'_>, pairs: &[(u64, u32)]) -> Self {
        let records = comparer.people.all.len();
        let (least, close) = (Odds::least(records), Odds::close(records));
        let mut scored = Self { pairs: pairs.len() as u64, ..Self::default() };
        for pairs in pairs.chunks(TOGETHER) {
            let compared = comparer.compare_all(pairs.iter().map(|(pair, _)| unpack(*pair)));
            for ((pair, bits), compared) in pairs.iter().zip(compared) {
                let (same, shared, weight) = (compared.sum(), compared.shared, weight(*bits));
                scored.left_out += u64::from(weight) - 1;
                scored.scores.extend((same.max(shared) > least).then_some((same, shared, weight)));
                // What stands for others tells what is usual; who is linked must not hang on a draw.
                scored.close.extend((weight == 1 && same > close).then_some((*pair, compared)));
            }
        }
        scored
    }
}

/// What so many bits mean as odds.
fn power(bits: f32) -> f64 {
    f64::from(bits.min(120.0)).exp2()
}

/// What is expected of a pair before anything is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Odds {
    /// Other records of the same person, for a record.
    pub twins: f64,
    /// Other records of people who share a home or an office.
    pub housemates: f64,
    records: f64,
}

impl Odds {
    /// Starts from what is usual.
    pub fn new(records: usize, weights: &Weights) -> Self {
        Self { twins: weights.twins, housemates: weights.housemates, records: world(records) }
    }

    /// Bits up to which a pair counts for nothing: it is a million times likelier among strangers.
    fn least(records: usize) -> f32 {
        world(records).log2() as f32 - 20.0
    }

    /// Bits under which no pair is as likely one person as not, whatever is expected.
    fn close(records: usize) -> f32 {
        // Less a little, for what rounding takes.
        ((world(records) / MOST_TWINS).log2() - 0.01) as f32
    }

    /// The expected numbers under which they are found again: the most likely ones for this file. With each score stands for
    /// how many pairs it counts.
    fn settle(scores: impl ParallelIterator<Item = (f32, f32, u32)>, records: usize, weights: &Weights) -> Self {
        let mut odds = Self::new(records, weights);
        let least = Self::least(records);
        let scores = scores.filter(|(same, shared, _)| same.max(*shared) > least);
        let powers: Vec<((f64, f64), u32)> =
            scores.map(|(same, shared, weight)| ((power(same), power(shared)), weight)).collect();
        for _ in 0..ROUNDS {
            let sum = |chunk: &[((f64, f64), u32)]| {
                chunk.iter().fold((0.0, 0.0), |(twins, housemates), (powers, weight)| {
                    let (one, home, strangers) = odds.weighed(*powers);
                    let each = f64::from(*weight) / (one + home + strangers);
                    (twins + each * one, housemates + each * home)
                })
            };
            // Pieces of one size, added in order: the sum is the same on any number of cores.
            let sums: Vec<(f64, f64)> = powers.par_chunks(CHUNK).map(sum).collect();
            let (twins, housemates) = sums.iter().fold((0.0, 0.0), |all, part| (all.0 + part.0, all.1 + part.1));
            // A few records do not tell what is usual: a file of one family is not a world of twins.
            let next =
                |sum: f64, usual: f64| ((2.0 * sum + FEW * usual) / (records as f64 + FEW)).clamp(0.02, MOST_TWINS);
            let (twins, housemates) = (next(twins, weights.twins), next(housemates, weights.housemates));
            let settled = (twins / odds.twins - 1.0).abs() < 0.01 && (housemates / odds.housemates - 1.0).abs() < 0.01;
            (odds.twins, odds.housemates) = (twins, housemates);
            if settled {
                break;
            }
        }
        odds
    }

    /// The same expectations in a file of another size.
    pub fn over(self, records: usize) -> Self {
        Self { records: world(records), ..self }
    }

    fn parts(&self, same: f32, shared: f32) -> (f64, f64, f64) {
        self.weighed((power(same), power(shared)))
    }

    fn weighed(&self, (same, shared): (f64, f64)) -> (f64, f64, f64) {
        (self.twins / self.records * same, self.housemates / self.records * shared, 1.0)
    }

    /// How likely a pair is one person.
    pub fn probability(&self, same: f32, shared: f32) -> f64 {
        let (one, home, strangers) = self.parts(same, shared);
        one / (one + home + strangers)
    }
}
