//! The order of records by their keys: keys in, a rank for each of them out, equal ones for equal keys.

use std::borrow::Cow;

use rayon::prelude::{
    IntoParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator, ParallelSliceMut,
};

/// Keys that are compared as they are, being so few.
const FEW: usize = 32;
/// How often what keys have in common is taken off before they are compared as they are.
const DEEPEST: u32 = 16;

/// The rank of each row by its key.
pub(super) fn ranks<'a>(rows: u32, key: impl Fn(u32) -> Cow<'a, str> + Sync) -> Vec<u32> {
    let mut order: Vec<(u64, u32)> = (0..rows).into_par_iter().map(|row| (0, row)).collect();
    let mut ranks = Ranks { key, ranks: vec![0; order.len()], next: 0 };
    ranks.place(&mut order, 0);
    ranks.ranks
}

struct Ranks<F> {
    key: F,
    ranks: Vec<u32>,
    next: u32,
}

impl<'a, F: Fn(u32) -> Cow<'a, str> + Sync> Ranks<F> {
    /// Ranks some rows, each of which comes with room for a number.
    fn place(&mut self, run: &mut [(u64, u32)], depth: u32) {
        if run.len() <= FEW || depth > DEEPEST {
            return self.compare(run);
        }
        // Ids of one system begin alike: the eight bytes behind that tell nearly all of them apart, as one number each.
        let key = &self.key;
        let first = key(run[0].1);
        let alike = |row: u32| first.bytes().zip(key(row).bytes()).take_while(|(one, other)| one == other).count();
        let common = run.par_iter().map(|(_, row)| alike(*row)).min().unwrap_or_default();
        run.par_iter_mut().for_each(|(number, row)| *number = leading(&key(*row).as_bytes()[common..]));
        run.par_sort_unstable();
        for run in run.chunk_by_mut(|one, other| one.0 == other.0) {
            match run {
                [(_, only)] => {
                    self.ranks[*only as usize] = self.next;
                    self.next += 1;
                }
                more => self.place(more, depth + 1),
            }
        }
    }

    fn compare(&mut self, run: &mut [(u64, u32)]) {
        let key = &self.key;
        run.sort_by(|one, other| key(one.1).cmp(&key(other.1)));
        for same in run.chunk_by(|one, other| key(one.1) == key(other.1)) {
            same.iter().for_each(|(_, row)| self.ranks[*row as usize] = self.next);
            self.next += 1;
        }
    }
}

/// The first eight bytes as a number that sorts as they do.
fn leading(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    let length = bytes.len().min(8);
    first[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(first)
}

/// The ranks of records that are known by their numbers: those sort as texts do, 10 before 9.
pub(super) fn ranks_of_numbers(rows: u32) -> Vec<u32> {
    let as_text = |row: u32| {
        let number = u64::from(row) + 1;
        let digits = number.ilog10();
        // Aligned to the left; of two that are then the same, the shorter one comes first.
        (number * 10_u64.pow(10 - digits), digits, row)
    };
    let mut order: Vec<(u64, u32, u32)> = (0..rows).into_par_iter().map(as_text).collect();
    order.par_sort_unstable();
    let mut ranks = vec![0; order.len()];
    for ((.., row), rank) in order.iter().zip(0..) {
        ranks[*row as usize] = rank;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::BTreeSet;

    #[test]
    fn records_without_a_key_rank_by_their_numbers_as_texts() {
        let ranks = super::ranks_of_numbers(1_234);
        let key = |row: usize| format!("record {}", row + 1);
        for one in (0..1_234).step_by(7) {
            for other in 0..1_234 {
                assert_eq!(ranks[one].cmp(&ranks[other]), key(one).cmp(&key(other)), "{} {}", one + 1, other + 1);
            }
        }
    }

    #[test]
    fn ranks_sort_as_keys_do() {
        let long = |row: usize| format!("zcrm_70451230010000{:05}", row * 7_919 % 3_000);
        let tables: [&dyn Fn(usize) -> String; 5] = [
            &long,
            &|row| if row == 77 { "record 78".to_owned() } else { long(row) },
            // Each is the beginning of the next one, and a zero byte is no end.
            &|row| "a".repeat(row % 400),
            &|row| format!("a{}", "\0".repeat(row % 100)),
            &|row| ["", "zcrm_1", "Zoë", "zcrm_10", "Zo"][row % 5].to_owned(),
        ];
        for (at, key) in tables.iter().enumerate() {
            let keys: Vec<String> = (0..3_000).map(key).collect();
            let ranks = super::ranks(3_000, |row| Cow::Borrowed(keys[row as usize].as_str()));
            let sorted: Vec<&String> = keys.iter().collect::<BTreeSet<_>>().into_iter().collect();
            for (key, rank) in keys.iter().zip(ranks) {
                assert_eq!(sorted[rank as usize], key, "table {at}");
            }
        }
    }
}
