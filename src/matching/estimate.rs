//! Learning the weights from the file itself: expectation and maximisation over the pairs that blocking found, and a fixed
//! sample of other pairs for what strangers agree in. The same records give the same weights.

use rayon::prelude::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::Odds;
use super::blocks::{Pairs, unpack, weight};
use super::compare::{Compared, Comparer};
use super::keys::BLOCKS;
use super::people::People;
use super::weights::{ASPECTS, Aspect, Level, Weights, address, name, other};

/// Pairs that are learned from, at most.
const SAMPLE: usize = 400_000;
/// Pairs of strangers that are drawn.
const STRANGERS: u64 = 200_000;
const ROUNDS: usize = 12;
/// Pairs for which the shipped weights stand.
const SHIPPED: f64 = 30.0;

/// Levels that are not learned: suffixes, of which there are few, and addresses that say what the names said.
const KEPT: [(Aspect, u8); 7] = [
    (Aspect::Address, address::NAMED_LIKE),
    (Aspect::Address, address::NAMED_MOVED),
    (Aspect::Address, address::NUMBERED_MOVED),
    (Aspect::Address, address::NUMBERED),
    (Aspect::Generation, 1),
    (Aspect::Generation, 2),
    (Aspect::Order, 3),
];

/// Levels that tell two people of one home apart: in a file of families they would be learned away.
const APART: [(Aspect, u8); 3] =
    [(Aspect::First, name::OTHER), (Aspect::First, name::KNOWN), (Aspect::Birth, other::OTHER)];
/// How many times as frequent as usual such a level may become.
const MOST: f64 = 2.0;

/// A number from a number, the same on every machine.
pub(super) fn draw(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x243f_6a88_85a3_08d3);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Replaces the shipped weights by those that make these records most likely.
pub fn learn(people: &People, pairs: Pairs, edits: u8, weights: &mut Weights) {
    strangers(people, edits, weights);
    let step = pairs.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<(u64, u32)> = pairs.iter().step_by(step).copied().collect();
    drop(pairs);
    for _ in 0..ROUNDS {
        let next = round(people, &sample, step, edits, weights);
        let moved = next.levels.iter().flatten().zip(weights.levels.iter().flatten());
        let most = moved.map(|(new, old)| (new.same - old.same).abs()).fold(0.0, f64::max);
        *weights = next;
        if most < 1e-3 {
            break;
        }
    }
}

/// What strangers agree in, out of pairs drawn without regard to their values.
fn strangers(people: &People, edits: u8, weights: &mut Weights) {
    let records = people.all.len() as u64;
    if records < 2 {
        return;
    }
    let comparer = Comparer::new(people, weights, edits);
    let odds = Odds::new(people.all.len(), weights);
    let drawn: Vec<Compared> = (0..STRANGERS)
        .into_par_iter()
        .filter_map(|at| {
            let (one, other) = (draw(2 * at) % records, draw(2 * at + 1) % records);
            (one != other).then(|| comparer.compare(one as u32, other as u32))
        })
        .collect();
    let mut seen: [Vec<f64>; ASPECTS] = std::array::from_fn(|aspect| vec![0.0; weights.levels[aspect].len()]);
    for compared in &drawn {
        let apart = 1.0 - odds.probability(compared.sum(), compared.shared);
        for (aspect, level) in compared.levels.iter().enumerate() {
            seen[aspect][usize::from(*level)] += apart;
        }
    }
    drop(comparer);
    // What addresses say depends on the names: strangers drawn at random do not tell it.
    for (levels, seen) in weights.levels.iter_mut().zip(&seen).skip(1) {
        let known: f64 = seen.iter().skip(1).sum();
        for (level, seen) in levels.iter_mut().zip(seen).skip(1).filter(|(level, _)| !level.by_rarity) {
            level.stranger = (seen + SHIPPED * level.stranger) / (known + SHIPPED);
        }
    }
}

fn round(people: &People, sample: &[(u64, u32)], step: usize, edits: u8, weights: &Weights) -> Weights {
    let comparer = Comparer::new(people, weights, edits);
    let compared: Vec<Compared> = sample
        .par_iter()
        .map(|(pair, _)| {
            let (left, right) = unpack(*pair);
            comparer.compare(left, right)
        })
        .collect();
    let scores: Vec<(f32, f32)> = compared.iter().map(|compared| (compared.sum(), compared.shared)).collect();
    let weighed = sample.par_iter().zip(&scores);
    let weighed = weighed.map(|((_, blocks), (same, shared))| (*same, *shared, weight(*blocks)));
    let odds = Odds::settle(weighed, people.all.len().div_ceil(step), weights).over(people.all.len());
    let nothing = || -> [Vec<f64>; ASPECTS] { std::array::from_fn(|aspect| vec![0.0; weights.levels[aspect].len()]) };
    let (mut ones, mut homes) = (nothing(), nothing());
    for (((_, blocks), compared), (same, shared)) in sample.iter().zip(&compared).zip(&scores) {
        let (one, home, strangers) = odds.parts(*same, *shared);
        let (whole, weight) = (one + home + strangers, f64::from(weight(*blocks)));
        for (aspect, level) in compared.levels.iter().enumerate().filter(|(_, level)| **level > 0) {
            // A block whose key holds the field tells nothing of how often the field agrees.
            let free = (0..BLOCKS.len()).any(|bit| blocks & (1 << bit) != 0 && BLOCKS[bit].uses & (1 << aspect) == 0);
            if free {
                ones[aspect][usize::from(*level)] += weight * one / whole;
                homes[aspect][usize::from(*level)] += weight * home / whole;
            }
        }
    }
    let mut next = weights.clone();
    let shipped = Weights::default();
    for (aspect, (levels, shipped)) in next.levels.iter_mut().zip(&shipped.levels).enumerate() {
        // What tells two people apart is never learned away: in a file of families it would be.
        let fixed = |at: usize| KEPT.iter().any(|(of, level)| (*of as usize, usize::from(*level)) == (aspect, at));
        let free = |part: fn(&Level) -> f64| {
            let kept: f64 = (1..shipped.len()).filter(|at| fixed(*at)).map(|at| part(&shipped[at])).sum();
            (1.0 - kept).max(0.0)
        };
        let (same_left, home_left) = (free(|level| level.same), free(|level| level.housemate));
        let known = |seen: &[f64]| (1..seen.len()).filter(|at| !fixed(*at)).map(|at| seen[at]).sum::<f64>();
        let (one, home) = (known(&ones[aspect]), known(&homes[aspect]));
        for at in (1..levels.len()).filter(|at| !fixed(*at)) {
            let before = &shipped[at];
            let apart = APART.iter().any(|(of, level)| (*of as usize, usize::from(*level)) == (aspect, at));
            let most = if apart { MOST * before.same } else { 1.0 };
            levels[at].same = (ones[aspect][at] * same_left + SHIPPED * before.same) / (one + SHIPPED);
            levels[at].same = levels[at].same.min(most);
            levels[at].housemate = (homes[aspect][at] * home_left + SHIPPED * before.housemate) / (home + SHIPPED);
        }
    }
    next
}
