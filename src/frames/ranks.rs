//! The order of records by their keys: keys in, a rank for each of them out, equal ones for equal keys.

use std::borrow::Cow;
use std::cmp::Ordering;

use rayon::prelude::{
    IntoParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator, ParallelSliceMut,
};

/// Keys that are compared as they are, being so few.
const FEW: usize = 32;
/// How often what keys have in common is taken off before they are compared as they are.
const DEEPEST: u32 = 16;
/// Digits whose number fits into 64 bits.
const DIGITS: usize = 19;

/// The rank of each row by its key. There may be ranks that no row has.
pub(super) fn ranks<'a>(rows: u32, key: impl Fn(u32) -> Cow<'a, str> + Sync) -> Vec<u32> {
    if let Some(ranks) = ranks_of_ids(rows, &key) {
        return ranks;
    }
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

/// The ranks of ids that differ in their last digits alone, and not by much: their distances from the smallest one.
fn ranks_of_ids<'a>(rows: u32, key: &(impl Fn(u32) -> Cow<'a, str> + Sync)) -> Option<Vec<u32>> {
    let first = (rows > 0).then(|| key(0))?;
    let digits = first.bytes().rev().take_while(u8::is_ascii_digit).count().min(DIGITS);
    let (head, _) = first.split_at(first.len() - digits);
    // No number of so many digits is the greatest one of 64 bits.
    let value = |row: u32| match key(row).strip_prefix(head) {
        Some(tail) if tail.len() == digits && tail.bytes().all(|byte| byte.is_ascii_digit()) => {
            tail.bytes().fold(0, |value, byte| value * 10 + u64::from(byte - b'0'))
        }
        _ => u64::MAX,
    };
    // Ids of another kind show among a few of them.
    if (0..rows).step_by(rows as usize / FEW + 1).any(|row| value(row) == u64::MAX) {
        return None;
    }
    let values: Vec<u64> = (0..rows).into_par_iter().map(value).collect();
    let (least, most) = values.iter().fold((u64::MAX, 0), |(least, most), value| (least.min(*value), most.max(*value)));
    let fits = most < u64::MAX && u32::try_from(most - least).is_ok();
    fits.then(|| values.into_iter().map(|value| (value - least) as u32).collect())
}

/// The ranks of records that are known by their numbers: those sort as texts do, 10 before 9.
pub(super) fn ranks_of_numbers(rows: u32) -> Vec<u32> {
    let (last, longest) = (u64::from(rows), rows.checked_ilog10().unwrap_or_default());
    let before = |row: u32| {
        let number = u64::from(row) + 1;
        let own = number.ilog10();
        // Of the numbers of each length, those that come before it as texts.
        let of_length = |digits: u32| {
            let smallest = 10_u64.pow(digits);
            match digits.cmp(&own) {
                // Its own beginning comes before it, too.
                Ordering::Less => number / 10_u64.pow(own - digits) + 1 - smallest,
                Ordering::Equal => number - smallest,
                Ordering::Greater => (number * 10_u64.pow(digits - own)).min(last + 1) - smallest,
            }
        };
        (0..=longest).map(of_length).sum::<u64>() as u32
    };
    (0..rows).into_par_iter().map(before).collect()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    #[test]
    fn records_without_a_key_rank_by_their_numbers_as_texts() {
        let ranks = super::ranks_of_numbers(1_234);
        let key = |row: usize| format!("record {}", row + 1);
        for one in (0..1_234).step_by(7) {
            for other in 0..1_234 {
                assert_eq!(ranks[one].cmp(&ranks[other]), key(one).cmp(&key(other)), "{} {}", one + 1, other + 1);
            }
        }
        for rows in [0, 1, 9, 10, 11, 99, 100, 101, 1_000] {
            let mut ranks = super::ranks_of_numbers(rows);
            ranks.sort_unstable();
            assert!(ranks.into_iter().eq(0..rows), "{rows}");
        }
    }

    #[test]
    fn ranks_sort_as_keys_do() {
        let long = |row: usize| format!("zcrm_70451230010000{:05}", row * 7_919 % 3_000);
        let tables: [&dyn Fn(usize) -> String; 9] = [
            &long,
            &|row| if row == 77 { long(row).replace('_', "__") } else { long(row) },
            &|row| if row == 77 { "zcrm_7045123001000000001".to_owned() } else { long(row) },
            &|row| format!("{:019}", u64::MAX / 2 - row as u64 % 7 * (u64::MAX / 2 / 7)),
            &|row| format!("C{}", row * 7_919 % 3_000),
            &|row| if row == 77 { "record 78".to_owned() } else { long(row) },
            // Each is the beginning of the next one, and a zero byte is no end.
            &|row| "a".repeat(row % 400),
            &|row| format!("a{}", "\0".repeat(row % 100)),
            &|row| ["", "zcrm_1", "Zoë", "zcrm_10", "Zo"][row % 5].to_owned(),
        ];
        for (at, key) in tables.iter().enumerate() {
            let keys: Vec<String> = (0..3_000).map(key).collect();
            let ranks = super::ranks(3_000, |row| Cow::Borrowed(keys[row as usize].as_str()));
            let mut order: Vec<(&String, u32)> = keys.iter().zip(ranks).collect();
            order.sort_unstable();
            for pair in order.windows(2) {
                assert_eq!(pair[0].0.cmp(pair[1].0), pair[0].1.cmp(&pair[1].1), "table {at}: {pair:?}");
            }
        }
    }
}
