//! Runs the matcher on labelled people and holds what it found against what is known: precision and recall over all
//! pairs, recall for each tier, false pairs for each kind of hard negative.

use std::collections::HashSet;

use crmlint::matching::people::{Cells, Source};
use crmlint::matching::{Matches, Settings, columns, find};
use serde::Serialize;

use super::people::{Labelled, Pair};

/// What the addresses of two records of one person are to each other, the easiest first.
pub(crate) const TIERS: [&str; 7] = ["exact", "provider", "typo", "relay", "moved", "other", "none"];

/// The kinds of planted pairs that look like one person and are two.
const NEGATIVES: [&str; 9] = [
    "siblings",
    "couple",
    "father-and-son",
    "twins",
    "namesakes",
    "numbered",
    "office-box",
    "placeholder",
    "lookalike-domain",
];

/// How well a set of pairs fits the truth.
#[derive(Serialize)]
pub(crate) struct Figures {
    /// Pairs of one person.
    pub(crate) pairs: usize,
    /// Pairs that were found.
    pub(crate) found: usize,
    /// Pairs that were found and are one person.
    pub(crate) right: usize,
    /// The share of what was found that is right.
    pub(crate) precision: f64,
    /// The share of what is one person that was found.
    pub(crate) recall: f64,
    /// Both in one number.
    pub(crate) f1: f64,
    /// In the order of [`TIERS`].
    pub(crate) tiers: Vec<Tier>,
    /// False pairs, by what they were planted as.
    pub(crate) negatives: Vec<Negative>,
    /// False pairs that nobody planted.
    pub(crate) unlisted: usize,
}

/// The pairs of one tier.
#[derive(Default, Serialize)]
pub(crate) struct Tier {
    /// One of [`TIERS`].
    pub(crate) tier: &'static str,
    /// Pairs of one person.
    pub(crate) pairs: usize,
    /// Those found.
    pub(crate) found: usize,
    /// The share found.
    pub(crate) recall: f64,
    /// Pairs that the cells could tell.
    pub(crate) reach: usize,
    /// Those found.
    pub(crate) found_in_reach: usize,
    /// The share found.
    pub(crate) recall_in_reach: f64,
}

/// The planted pairs of one kind.
#[derive(Default, Serialize)]
pub(crate) struct Negative {
    /// What makes them look alike.
    pub(crate) kind: &'static str,
    /// How many were planted.
    pub(crate) listed: usize,
    /// How many of them were taken for one person.
    pub(crate) found: usize,
}

/// A column of records that are held by rows.
struct Column<'a> {
    records: &'a [Vec<String>],
    at: usize,
}

impl Cells for Column<'_> {
    fn cell(&self, row: u32) -> &str {
        self.records.get(row as usize).and_then(|cells| cells.get(self.at)).map_or("", String::as_str)
    }
}

/// The matcher as it comes, on the columns that it recognises.
pub(crate) fn matched(header: &[&str], records: &[Vec<String>]) -> Matches {
    let known = columns::recognise(header.iter().copied());
    let columns: Vec<Column<'_>> = known.iter().map(|(_, at)| Column { records, at: *at }).collect();
    let fields = known.iter().zip(&columns).map(|((field, _), column)| (*field, column as &dyn Cells)).collect();
    let rows = u32::try_from(records.len()).expect("no file has that many records");
    find(&[Source { rows, fields }], &Settings::default())
}

/// The pairs that were linked.
pub(crate) fn linked(matches: &Matches) -> HashSet<(u32, u32)> {
    matches.links.iter().map(|link| (link.left, link.right)).collect()
}

/// All pairs within clusters.
pub(crate) fn clustered(matches: &Matches) -> HashSet<(u32, u32)> {
    let within = |members: &Vec<u32>| -> Vec<(u32, u32)> {
        let before = |(at, right): (usize, &u32)| members[..at].iter().map(|left| (*left, *right)).collect::<Vec<_>>();
        members.iter().enumerate().flat_map(before).collect()
    };
    let pairs = matches.clusters.iter().flat_map(within);
    pairs.map(|(one, other)| (one.min(other), one.max(other))).collect()
}

/// Holds pairs against the truth. Whether a pair is right is said by its two persons; the list of pairs names tiers and
/// kinds only, since nobody lists all pairs of different people.
pub(crate) fn score(labelled: &Labelled, found: &HashSet<(u32, u32)>) -> Figures {
    let same = |(left, right): &(u32, u32)| labelled.person[*left as usize] == labelled.person[*right as usize];
    let right = found.iter().filter(|pair| same(pair)).count();
    let pairs = labelled.pairs.iter().filter(|pair| pair.same).count();
    let negatives = negatives(labelled, found);
    Figures {
        pairs,
        found: found.len(),
        right,
        precision: share(right, found.len()),
        recall: share(right, pairs),
        f1: share(2 * right, found.len() + pairs),
        tiers: tiers(labelled, found),
        unlisted: found.len() - right - negatives.iter().map(|negative| negative.found).sum::<usize>(),
        negatives,
    }
}

fn tiers(labelled: &Labelled, found: &HashSet<(u32, u32)>) -> Vec<Tier> {
    let mut tiers = TIERS.map(|tier| Tier { tier, ..Tier::default() });
    for pair in labelled.pairs.iter().filter(|pair| pair.same) {
        let Some(tier) = tiers.iter_mut().find(|tier| tier.tier == pair.kind) else { continue };
        let (hit, reach) = (found.contains(&(pair.left, pair.right)), in_reach(pair));
        tier.pairs += 1;
        tier.found += usize::from(hit);
        tier.reach += usize::from(reach);
        tier.found_in_reach += usize::from(hit && reach);
    }
    for tier in &mut tiers {
        tier.recall = share(tier.found, tier.pairs);
        tier.recall_in_reach = share(tier.found_in_reach, tier.reach);
    }
    tiers.into()
}

/// A pair may be planted as more than one kind: it counts once, as the first.
fn negatives(labelled: &Labelled, found: &HashSet<(u32, u32)>) -> Vec<Negative> {
    let mut negatives = NEGATIVES.map(|kind| Negative { kind, ..Negative::default() });
    let mut listed: HashSet<(u32, u32)> = HashSet::new();
    for pair in labelled.pairs.iter().filter(|pair| !pair.same) {
        let first = listed.insert((pair.left, pair.right));
        let Some(negative) = negatives.iter_mut().find(|negative| first && negative.kind == pair.kind) else {
            continue;
        };
        negative.listed += 1;
        negative.found += usize::from(found.contains(&(pair.left, pair.right)));
    }
    negatives.into()
}

/// Whether a reader of the cells could tell that a pair is one person.
fn in_reach(pair: &Pair) -> bool {
    let has = |field: &str| pair.agrees.contains(&field);
    let home = has("postcode") || has("street");
    let fields = [has("name"), has("phone"), has("birth"), home].into_iter().filter(|agrees| *agrees).count();
    match pair.kind {
        "exact" | "provider" => true,
        "typo" => fields >= 1,
        _ => fields >= 2,
    }
}

/// A share of nothing is whole: what does not occur was not missed.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}
