//! Blocking: the few pairs worth comparing, out of all. Records that share a key meet; no key is worth a crowd.

use rayon::prelude::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator, ParallelSliceMut,
};

use super::keys::{BLOCKS, Block, FIRST, LAST, Worth};
use super::lists::DomainKind;
use super::people::People;
use super::slips;

/// Records under one key beyond which each is compared with its neighbours by name only.
pub const CAP: usize = 50;
/// Records of a file beyond which what one common value brings together is nearly always chance.
const CROWDED: usize = 250_000;
/// How many of those neighbours.
const NEIGHBOURS: usize = 8;
/// Records of one mailbox that stand for it where another mailbox is a slip away.
const STAND_INS: usize = 4;

/// A key whose records were too many to compare each with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    /// The block.
    pub block: &'static str,
    /// One of its records.
    pub record: u32,
    /// How many there are.
    pub records: u32,
}

/// Pairs to compare.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Smaller record in the upper half, greater in the lower, with a bit for every block that gave it; in order.
    pub pairs: Vec<(u64, u32)>,
    /// Keys with too many records.
    pub crowds: Vec<Crowd>,
    /// Broad blocks that were used for their rarest values only, with the pairs left out.
    pub trimmed: Vec<(&'static str, u64)>,
    /// Blocks that are of no use in a file of this size.
    pub unused: Vec<&'static str>,
}

/// The place of the block of slips.
const SLIPS: usize = 2;

fn pack(one: u32, other: u32) -> u64 {
    (u64::from(one.min(other)) << 32) | u64::from(one.max(other))
}

/// The two records of a packed pair.
pub fn unpack(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

/// Finds the pairs worth comparing.
pub fn candidates(people: &People, edits: u8) -> Candidates {
    let mut found = Candidates::default();
    for (bit, block) in BLOCKS.iter().enumerate() {
        if block.worth == Worth::Little && people.all.len() > CROWDED {
            found.unused.push(block.name);
            continue;
        }
        let pairs =
            if bit == SLIPS { slip_pairs(people, edits, &mut found) } else { block_pairs(people, block, &mut found) };
        found.pairs.extend(pairs.into_iter().map(|pair| (pair, 1 << bit)));
    }
    // Blocks overlap: what several give is kept once.
    settle(&mut found.pairs);
    found
}

fn settle(pairs: &mut Vec<(u64, u32)>) {
    pairs.par_sort_unstable_by_key(|pair| pair.0);
    pairs.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 |= next.1;
        }
        same
    });
}

fn block_pairs(people: &People, block: &Block, found: &mut Candidates) -> Vec<u64> {
    let mut keyed: Vec<(u64, u32)> = people
        .all
        .par_iter()
        .enumerate()
        .flat_map_iter(|(row, person)| {
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            (block.key)(people, person).into_iter().filter(|key| *key != 0).map(move |key| (key, row))
        })
        .collect();
    keyed.par_sort_unstable();
    let runs: Vec<&[(u64, u32)]> = keyed.chunk_by(|one, other| one.0 == other.0).filter(|run| run.len() > 1).collect();
    let records = people.all.len();
    let budget = match block.worth {
        Worth::Much => records * 2 + 200_000,
        Worth::Some => records / 2 + 100_000,
        Worth::Little => records / 20 + 100_000,
    };
    let broad = block.worth != Worth::Much;
    let largest = largest(&runs, budget as u64);
    if broad {
        let left: u64 = runs.iter().filter(|run| run.len() > largest).map(|run| pairs_of(run.len())).sum();
        if left > 0 {
            found.trimmed.push((block.name, left));
        }
    } else {
        let crowds = runs.iter().filter(|run| run.len() > largest);
        found.crowds.extend(crowds.map(|run| Crowd {
            block: block.name,
            record: run[0].1,
            records: u32::try_from(run.len()).unwrap_or(u32::MAX),
        }));
    }
    // In a crowd, records next to each other that have no other name in common than what brought them here are strangers.
    let neighbours = |one: u32, other: u32| {
        let (one, other) = (&people.all[one as usize], &people.all[other as usize]);
        let (first, last) = (one.first == other.first, one.last == other.last);
        match (block.uses & FIRST != 0, block.uses & LAST != 0) {
            (true, true) => true,
            (true, false) => last,
            (false, true) => first,
            (false, false) => first || last,
        }
    };
    runs.into_par_iter()
        .flat_map_iter(|run| {
            let mut rows: Vec<u32> = run.iter().map(|(_, row)| *row).collect();
            let is_crowd = run.len() > largest;
            let reach = match is_crowd {
                true if broad => 0,
                true => {
                    rows.sort_unstable_by_key(|row| {
                        let person = &people.all[*row as usize];
                        (person.last, person.first, *row)
                    });
                    NEIGHBOURS
                }
                false => rows.len(),
            };
            let mut pairs = Vec::new();
            for (at, one) in rows.iter().enumerate() {
                let others = rows[at + 1..].iter().take(reach).filter(|row| *row != one);
                let met = others.filter(|other| !is_crowd || neighbours(*one, **other));
                pairs.extend(met.map(|other| pack(*one, *other)));
            }
            pairs
        })
        .collect()
}

fn pairs_of(records: usize) -> u64 {
    (records as u64) * (records as u64 - 1) / 2
}

/// The most records that a key may have for its pairs to stay within the budget, the rarest keys being spent first.
fn largest(runs: &[&[(u64, u32)]], budget: u64) -> usize {
    let mut by_size = vec![0_u64; CAP + 1];
    for run in runs.iter().filter(|run| run.len() <= CAP) {
        by_size[run.len()] += pairs_of(run.len());
    }
    let mut spent = 0;
    let mut largest = CAP;
    for (size, pairs) in by_size.iter().enumerate() {
        spent += pairs;
        if spent > budget {
            largest = size - 1;
            break;
        }
    }
    largest.max(2)
}

/// Mailboxes of one domain that are a slip apart.
fn slip_pairs(people: &People, edits: u8, found: &mut Candidates) -> Vec<u64> {
    let mut boxes: Vec<(u64, u32)> = (0..)
        .zip(&people.all)
        .filter(|(_, person)| {
            person.local != 0
                && people.domains[person.domain as usize].kind == DomainKind::Plain
                && !people.roles[person.local as usize]
        })
        .map(|(row, person)| ((u64::from(person.domain) << 32) | u64::from(person.local), row))
        .collect();
    boxes.par_sort_unstable();
    let distinct: Vec<&[(u64, u32)]> = boxes.chunk_by(|one, other| one.0 == other.0).collect();
    let text = |at: u32| {
        let key = distinct[at as usize][0].0;
        (people.locals.text(key as u32), key >> 32)
    };
    let (pairs, crowds) = slips::pairs(text, u32::try_from(distinct.len()).unwrap_or(u32::MAX), edits);
    found.crowds.extend(crowds.into_iter().map(|(at, records)| Crowd {
        block: BLOCKS[SLIPS].name,
        record: distinct[at as usize][0].1,
        records: u32::try_from(records).unwrap_or(u32::MAX),
    }));
    let mut out = Vec::new();
    for (one, other) in pairs {
        for (_, left) in distinct[one as usize].iter().take(STAND_INS) {
            out.extend(distinct[other as usize].iter().take(STAND_INS).map(|(_, right)| pack(*left, *right)));
        }
    }
    out
}

/// Finds the domain that each rare one is a slip of: a neighbour many times as frequent. Real domains are no slips.
pub fn correct_domains(people: &mut People) {
    const TIMES: u32 = 10;
    let domains = &people.domains;
    let stem = |at: u32| (&*domains[at as usize].name, 1);
    let count = u32::try_from(domains.len()).unwrap_or(u32::MAX);
    let (pairs, _) = slips::pairs(stem, count, 1);
    let mut meant: Vec<u32> = (0..count).collect();
    for (one, other) in pairs {
        for (rare, famous) in [(one, other), (other, one)] {
            let (own, its) = (&domains[rare as usize], &domains[famous as usize]);
            let likelier = its.count > domains[meant[rare as usize] as usize].count;
            if its.count >= own.count.saturating_mul(TIMES).max(3)
                && likelier
                && !super::lists::LISTS.is_real(&own.name)
                && own.kind == DomainKind::Plain
                && its.kind == DomainKind::Plain
            {
                meant[rare as usize] = famous;
            }
        }
    }
    for (domain, meant) in people.domains.iter_mut().zip(meant) {
        domain.meant = meant;
    }
    people.recast();
}
