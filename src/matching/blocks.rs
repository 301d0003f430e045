//! Blocking: the few pairs worth comparing, out of all. Records that share a key meet; no key is worth a crowd.

use std::cmp::Reverse;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator, ParallelSliceMut,
};

use super::keys::{BLOCKS, Block, Worth};
use super::lists::DomainKind;
use super::people::People;
use super::runs::{Keyed, OF, Runs, pairs_of};
use super::slips;
use crate::again::Again;

/// Records of a file beyond which what one common value brings together is nearly always chance.
pub(super) const LARGE: usize = 250_000;
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
/// it, and one that [`weight`] reads.
pub type Pairs = Vec<(u64, u32)>;

/// The bit of a pair that blocks gave for others alone, which are not compared.
const SAMPLED: u32 = 1 << 31;
const _: () = assert!(BLOCKS.len() < 31);

/// For how many pairs one stands, by its bits.
pub fn weight(bits: u32) -> u32 {
    if bits & SAMPLED == 0 { 1 } else { OF }
}

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
    /// Whether pairs are left out for their names, also where none is compared for them.
    pub leaves_out: bool,
}

/// The place of the block of slips.
const SLIPS: usize = 2;

pub(super) fn pack(one: u32, other: u32) -> u64 {
    (u64::from(one.min(other)) << 32) | u64::from(one.max(other))
}

/// The two records of a packed pair.
pub fn unpack(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

/// Whether a file has so many records that one common value says little.
pub(super) fn is_large(people: &People) -> bool {
    people.all.len() > LARGE
}

/// Finds the pairs worth comparing.
pub fn candidates(people: &People, edits: u8) -> Candidates {
    let mut found = Candidates::default();
    let is_used = |block: &Block| block.worth != Worth::Little || !is_large(people);
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
        for (bits, pairs) in [(1 << bit, given.pairs), (1 << bit | SAMPLED, given.sampled)] {
            for (piece, pairs) in found.pieces.iter_mut().zip(pairs).filter(|(_, pairs)| !pairs.is_empty()) {
                piece.push((bits, pairs));
            }
        }
        found.crowds.extend(given.crowds);
        found.trimmed.extend(given.trimmed);
        found.leaves_out |= given.leaves_out;
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
    /// The same of pairs that stand for others.
    sampled: Vec<Vec<u64>>,
    crowds: Vec<Crowd>,
    trimmed: Option<(&'static str, u64)>,
    leaves_out: bool,
}

/// Blocks whose pairs are found at the same time: each holds a key or two of every record meanwhile.
const AT_ONCE: usize = 2;
/// Records whose pairs are put in order together.
const PIECE: usize = 1 << 12;

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
            // Those that a block gave for themselves come first, and stand for themselves alone.
            let is_sampled = same[0].1 & SAMPLED;
            let alike = same.iter().filter(|(_, bit)| bit & SAMPLED == is_sampled);
            pairs.push((one << 32 | u64::from(same[0].0), alike.fold(0, |bits, (_, bit)| bits | bit)));
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

fn block_pairs(people: &People, block: &Block) -> Given {
    let mut given = Given::default();
    let runs = Runs::of(people, block);
    let records = people.all.len();
    let few = records as u64 / 20 + 100_000;
    let budget = match block.worth {
        // Somebody's own key brings together few strangers, however many records it has.
        Worth::Much if block.is_own() => records as u64 * 2 + 200_000,
        Worth::Much => records as u64 / 2 + 200_000,
        Worth::Some => records as u64 / 2 + 100_000,
        Worth::Little => few,
    };
    let largest = runs.largest(budget);
    let crowds = runs.all().filter(|run| run.len() > largest);
    if block.is_broad() {
        let left: u64 = crowds.map(|run| pairs_of(run.len())).sum();
        given.trimmed = (left > 0).then_some((block.name, left));
    } else {
        let mut crowds: Vec<&[Keyed]> = crowds.collect();
        crowds.sort_unstable_by_key(|run| run[0].key);
        given.crowds.extend(crowds.into_iter().map(|run| Crowd {
            block: block.name,
            record: run.iter().map(|keyed| keyed.row).min().unwrap_or_default(),
            records: u32::try_from(run.len()).unwrap_or(u32::MAX),
        }));
    }
    let met = runs.met(largest, if is_large(people) { few } else { u64::MAX });
    given.leaves_out = met.iter().any(|met| met.leaves_out);
    given.sampled = by_piece(records, met.iter().flat_map(|met| met.sampled.iter().copied()));
    given.pairs = by_piece(records, met.into_iter().flat_map(|met| met.pairs));
    given
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
    // Most addresses with digits are the only ones that have them, and no slip changes these.
    let digits: Vec<u64> =
        boxes.iter().map(|(key, _)| slips::digits(people.locals.text(*key as u32), key >> 32)).collect();
    let again = Again::of(digits.iter().copied(), digits.len());
    let mut kept = digits.into_iter().map(|digits| again.may_hold(digits));
    boxes.retain(|_| kept.next() != Some(false));
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
    Given { pairs: by_piece(people.all.len(), out.into_iter()), crowds: crowds.collect(), ..Given::default() }
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

#[cfg(test)]
mod tests {
    use super::{SAMPLED, pack, settled, weight};

    #[test]
    fn a_pair_that_one_block_gave_for_itself_stands_for_no_other() {
        let [own, other] = [pack(7, 9), pack(7, 8)];
        let raw = vec![(1 << 3, vec![own]), (1 << 13 | SAMPLED, vec![own, other]), (1 << 10 | SAMPLED, vec![other])];
        let pairs = settled(0, &raw);
        assert_eq!(pairs, [(other, 1 << 13 | 1 << 10 | SAMPLED), (own, 1 << 3)]);
        assert_eq!(pairs.iter().map(|(_, bits)| weight(*bits)).collect::<Vec<_>>(), [8, 1]);
    }
}
