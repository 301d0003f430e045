//! Blocking: the few pairs worth comparing, out of all. Records that share a key meet; no key is worth a crowd.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator,
    ParallelIterator, ParallelSliceMut,
};

use super::keys::{BLOCKS, Block, FIRST, LAST, Worth};
use super::lists::DomainKind;
use super::people::People;
use super::slips;
use crate::again::Again;

/// Records under one key beyond which those alone are compared that have names in common.
pub const CAP: usize = 50;
/// Records of a file beyond which what one common value brings together is nearly always chance.
const CROWDED: usize = 250_000;
/// Records of one name in a crowd that are still compared.
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

/// Pairs to compare: the smaller record in the upper half, the greater in the lower, with a bit for every block that gave
/// it.
pub type Pairs = Vec<(u64, u32)>;

/// Pairs of a piece of records as blocks gave them, each block's with its bit.
type Raw = Vec<(u32, Vec<u64>)>;

/// What blocks found.
#[derive(Debug, Default)]
pub struct Candidates {
    /// By the piece of their smaller record.
    pieces: Vec<Raw>,
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
    let is_used = |block: &Block| block.worth != Worth::Little || people.all.len() <= CROWDED;
    found.unused = BLOCKS.iter().filter(|block| !is_used(block)).map(|block| block.name).collect();
    let mut used: Vec<(usize, &Block)> = BLOCKS.iter().enumerate().filter(|(_, block)| is_used(block)).collect();
    // Those that take longest begin first, so that no core is left with one of them at the end.
    used.sort_by_key(|(bit, _)| (*bit != SLIPS, Reverse(*bit)));
    let next = AtomicUsize::new(0);
    let pairs_of = |(bit, block): &(usize, &Block)| {
        (*bit, if *bit == SLIPS { slip_pairs(people, edits) } else { block_pairs(people, block) })
    };
    let one_by_one = |_| std::iter::from_fn(|| used.get(next.fetch_add(1, Ordering::Relaxed)).map(pairs_of));
    let mut given: Vec<(usize, Given)> = (0..AT_ONCE).into_par_iter().flat_map_iter(one_by_one).collect();
    given.sort_by_key(|(bit, _)| *bit);
    found.pieces = vec![Vec::new(); people.all.len().div_ceil(PIECE)];
    for (bit, given) in given {
        for (piece, pairs) in found.pieces.iter_mut().zip(given.pairs).filter(|(_, pairs)| !pairs.is_empty()) {
            piece.push((1 << bit, pairs));
        }
        found.crowds.extend(given.crowds);
        found.trimmed.extend(given.trimmed);
    }
    found
}

impl Candidates {
    /// All pairs in order.
    pub fn pairs(&self) -> Pairs {
        self.pieces.par_iter().enumerate().flat_map_iter(|(piece, raw)| settled(piece, raw)).collect()
    }

    /// What is made of all pairs, piece by piece in order. Those of a piece are let go of before the next ones come: all of
    /// them would take more memory than the people.
    pub fn take<T: Send>(&mut self, of_piece: impl Fn(&[(u64, u32)]) -> T + Sync) -> Vec<T> {
        let of_piece = |(piece, raw): (usize, Raw)| {
            let pairs = settled(piece, &raw);
            drop(raw);
            of_piece(&pairs)
        };
        std::mem::take(&mut self.pieces).into_par_iter().enumerate().map(of_piece).collect()
    }
}

/// What one block gives.
#[derive(Default)]
struct Given {
    /// By the piece of their smaller record.
    pairs: Vec<Vec<u64>>,
    crowds: Vec<Crowd>,
    trimmed: Option<(&'static str, u64)>,
}

/// Blocks whose pairs are found at the same time: each holds a key or two of every record meanwhile.
const AT_ONCE: usize = 2;
/// Records whose pairs are put in order together.
const PIECE: usize = 1 << 12;
/// Parts into which the keys of a block fall: those of one are sorted near in memory.
const PARTS: usize = 1 << 8;

/// The pairs of a piece in order. Blocks overlap: what several give is kept once.
fn settled(piece: usize, raw: &Raw) -> Pairs {
    let all = || raw.iter().flat_map(|(bit, pairs)| pairs.iter().map(|pair| (unpack(*pair), *bit)));
    // By their smaller records first: few pairs are of one.
    let mut starts = [0_u32; PIECE + 1];
    all().for_each(|((one, _), _)| starts[one as usize % PIECE + 1] += 1);
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut others = vec![(0, 0); starts[PIECE] as usize];
    let mut next = starts;
    all().for_each(|((one, other), bit)| {
        let at = &mut next[one as usize % PIECE];
        others[*at as usize] = (other, bit);
        *at += 1;
    });
    let mut pairs = Vec::with_capacity(others.len());
    for (one, own) in starts.windows(2).enumerate() {
        let others = &mut others[own[0] as usize..own[1] as usize];
        others.sort_unstable();
        let one = (piece * PIECE + one) as u64;
        for same in others.chunk_by(|next, kept| next.0 == kept.0) {
            let bits = same.iter().fold(0, |bits, (_, bit)| bits | bit);
            pairs.push((one << 32 | u64::from(same[0].0), bits));
        }
    }
    pairs
}

/// Pairs by the piece of their smaller record.
fn by_piece(records: usize, pairs: impl Iterator<Item = u64>) -> Vec<Vec<u64>> {
    let mut pieces = vec![Vec::new(); records.div_ceil(PIECE)];
    pairs.for_each(|pair| pieces[unpack(pair).0 as usize / PIECE].push(pair));
    pieces
}

/// Records by the keys that may stand on several, in parts; each part in order of the keys.
fn keyed(people: &People, block: &Block) -> Vec<Vec<(u64, u32)>> {
    let room = people.all.len() / PARTS;
    let mut parts: Vec<Vec<(u64, u32)>> = (0..PARTS).map(|_| Vec::with_capacity(room + room / 8)).collect();
    for (person, row) in people.all.iter().zip(0..) {
        for key in (block.key)(people, person).into_iter().filter(|key| *key != 0) {
            // Some keys are numbers as they stand, of which the first bits are all the same.
            let part = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - PARTS.trailing_zeros());
            parts[part as usize].push((key, row));
        }
    }
    parts.par_iter_mut().for_each(|part| {
        let again = Again::of(part.iter().map(|(key, _)| *key), part.len());
        part.retain(|(key, _)| again.may_hold(*key));
        part.sort_unstable_by_key(|(key, _)| *key);
    });
    parts
}

/// The records of each key that several have.
fn runs(part: &[(u64, u32)]) -> impl Iterator<Item = &[(u64, u32)]> {
    part.chunk_by(|one, other| one.0 == other.0).filter(|run| run.len() > 1)
}

fn block_pairs(people: &People, block: &Block) -> Given {
    let mut given = Given::default();
    let parts = keyed(people, block);
    let records = people.all.len();
    let budget = match block.worth {
        // Somebody's own key brings together few strangers, however many records it has.
        Worth::Much if block.is_own() => records * 2 + 200_000,
        Worth::Much => records / 2 + 200_000,
        Worth::Some => records / 2 + 100_000,
        Worth::Little => records / 20 + 100_000,
    };
    let broad = block.worth != Worth::Much;
    let largest = largest(parts.iter().flat_map(|part| runs(part)).map(<[_]>::len), budget as u64);
    let crowds = parts.iter().flat_map(|part| runs(part)).filter(|run| run.len() > largest);
    if broad {
        let left: u64 = crowds.map(|run| pairs_of(run.len())).sum();
        given.trimmed = (left > 0).then_some((block.name, left));
    } else {
        let mut crowds: Vec<&[(u64, u32)]> = crowds.collect();
        crowds.sort_unstable_by_key(|run| run[0].0);
        given.crowds.extend(crowds.into_iter().map(|run| Crowd {
            block: block.name,
            record: run.iter().map(|(_, row)| *row).min().unwrap_or_default(),
            records: u32::try_from(run.len()).unwrap_or(u32::MAX),
        }));
    }
    let of_part = |part: &Vec<(u64, u32)>| {
        let (mut pairs, mut rows) = (Vec::new(), Vec::new());
        for run in runs(part).filter(|run| run.len() <= largest || !broad) {
            rows.clear();
            rows.extend(run.iter().map(|(_, row)| *row));
            if run.len() <= largest {
                together(&rows, rows.len(), &mut pairs);
            } else {
                rows.sort_unstable_by_key(|row| {
                    let person = &people.all[*row as usize];
                    (person.last, person.first, *row)
                });
                narrowed(people, block, &rows, &mut pairs);
            }
        }
        pairs
    };
    let pairs: Vec<Vec<u64>> = parts.par_iter().map(of_part).collect();
    given.pairs = by_piece(records, pairs.into_iter().flatten());
    given
}

/// Pairs of records with those that come next, as far as one reaches.
fn together(rows: &[u32], reach: usize, pairs: &mut Vec<u64>) {
    for (at, one) in rows.iter().enumerate() {
        let others = rows[at + 1..].iter().take(reach).filter(|other| *other != one);
        pairs.extend(others.map(|other| pack(*one, *other)));
    }
}

/// Pairs in a crowd that is sorted by surname and first name: records that have the surname in common, or both names where
/// many have it or the key holds it. Namesakes among whom that leaves a crowd are strangers, unless a key of its own brought them here.
fn narrowed(people: &People, block: &Block, rows: &[u32], pairs: &mut Vec<u64>) {
    let person = |row: &u32| &people.all[*row as usize];
    for namesakes in rows.chunk_by(|one, other| person(one).last == person(other).last) {
        if block.uses & LAST == 0 && person(&namesakes[0]).last != 0 && namesakes.len() <= NEIGHBOURS {
            together(namesakes, NEIGHBOURS, pairs);
            continue;
        }
        for namesakes in namesakes.chunk_by(|one, other| person(one).first == person(other).first) {
            let is_named = person(&namesakes[0]).first != 0 && block.uses & (FIRST | LAST) != FIRST | LAST;
            let tells = is_named && namesakes.len() <= NEIGHBOURS;
            if tells || block.is_own() {
                together(namesakes, NEIGHBOURS, pairs);
            }
        }
    }
}

fn pairs_of(records: usize) -> u64 {
    (records as u64) * (records as u64 - 1) / 2
}

/// The most records that a key may have for its pairs to stay within the budget, the rarest keys being spent first.
fn largest(runs: impl Iterator<Item = usize>, budget: u64) -> usize {
    let mut by_size = vec![0_u64; CAP + 1];
    for size in runs.filter(|size| *size <= CAP) {
        by_size[size] += pairs_of(size);
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
fn slip_pairs(people: &People, edits: u8) -> Given {
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
    let crowds = crowds.into_iter().map(|(at, records)| Crowd {
        block: BLOCKS[SLIPS].name,
        record: distinct[at as usize][0].1,
        records: u32::try_from(records).unwrap_or(u32::MAX),
    });
    let mut out = Vec::new();
    for (one, other) in pairs {
        for (_, left) in distinct[one as usize].iter().take(STAND_INS) {
            out.extend(distinct[other as usize].iter().take(STAND_INS).map(|(_, right)| pack(*left, *right)));
        }
    }
    Given { pairs: by_piece(people.all.len(), out.into_iter()), crowds: crowds.collect(), trimmed: None }
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
