//! Hashed keys by number: hashes in, small numbers about in the order in which they first come out.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use crate::again::Again;

/// Parts into which keys fall by their hashes, each numbered by itself: what is known of one part stays near at hand.
const PARTS: u32 = 16;
/// Parts that are numbered one after the other, beside the others.
const TURNS: u32 = 4;

/// Numbers that are looked at before a key is looked up.
const AHEAD: usize = 3;

/// Keys that are fetched together.
const PIECE: usize = 64;

/// Lists of keys, each key as its number. 0 is no key, and its number is 0.
pub(super) struct Numbered {
    pub(super) lists: Vec<Vec<u32>>,
    /// The keys of each part, in order of their numbers.
    parts: Vec<Vec<u64>>,
}

impl Numbered {
    pub(super) fn of(lists: &[&Vec<u64>]) -> Self {
        let found: Vec<Vec<AtomicU32>> =
            lists.iter().map(|list| list.iter().map(|_| AtomicU32::new(0)).collect()).collect();
        let turn = |turn| {
            let parts = (turn * TURNS..).zip(Part::some(lists, turn)).map(|(part, keys)| keys.number(part, &found));
            parts.collect::<Vec<_>>()
        };
        let parts = (0..PARTS / TURNS).into_par_iter().flat_map_iter(turn).collect();
        let plain = |list: Vec<AtomicU32>| list.into_iter().map(AtomicU32::into_inner).collect();
        Self { lists: found.into_iter().map(plain).collect(), parts }
    }

    /// A number beyond all.
    pub(super) fn end(&self) -> u32 {
        let size = self.parts.iter().map(Vec::len).max().unwrap_or_default();
        u32::try_from(size * PARTS as usize + 1).unwrap_or(u32::MAX)
    }

    /// The keys by their numbers.
    pub(super) fn keys(&self) -> Vec<u64> {
        let size = self.parts.iter().map(Vec::len).max().unwrap_or_default();
        let mut keys = vec![0; size * PARTS as usize];
        for (part, own) in (0..).zip(&self.parts) {
            for (at, key) in (0..).zip(own).skip(1) {
                keys[whole(at, part) as usize] = *key;
            }
        }
        keys
    }
}

/// The number of a key among all, by its number in its part.
fn whole(own: u32, part: u32) -> u32 {
    if own == 0 { 0 } else { (own - 1) * PARTS + part + 1 }
}

/// A list of keys that no other list holds, each as the number of the row where it first stands, the first row being
/// `start`; 0 for none.
pub(super) fn alone(list: &[u64], start: u32) -> Vec<u32> {
    let again = Again::of(list.iter().copied().filter(|key| *key != 0), list.len());
    let mut first: HashMap<u64, u32, BuildHasherDefault<Itself>> = HashMap::default();
    let number = |(row, key): (u32, &u64)| match *key {
        0 => 0,
        key if again.may_hold(key) => *first.entry(key).or_insert(row),
        _ => row,
    };
    (start..).zip(list).map(number).collect()
}

/// The keys of a part, list after list, and their rows.
struct Part {
    keys: Vec<u64>,
    rows: Vec<u32>,
    ends: Vec<usize>,
}

impl Part {
    /// The parts of a turn.
    fn some(lists: &[&Vec<u64>], turn: u32) -> Vec<Self> {
        let room = lists.iter().map(|list| list.len()).sum::<usize>() / PARTS as usize;
        let room = room + room / 16;
        let part = |_| Self { keys: Vec::with_capacity(room), rows: Vec::with_capacity(room), ends: Vec::new() };
        let mut parts: Vec<Self> = (0..TURNS).map(part).collect();
        for list in lists {
            for (row, key) in (0..).zip(*list).filter(|(_, key)| **key != 0) {
                // Neither the first nor the last bits, by which a key finds its place among those of its part.
                let part = (key >> 32) as u32 % PARTS;
                if part / TURNS == turn {
                    let part = &mut parts[(part % TURNS) as usize];
                    part.keys.push(*key);
                    part.rows.push(row);
                }
            }
            parts.iter_mut().for_each(|part| part.ends.push(part.keys.len()));
        }
        parts
    }

    /// Numbers them; out come the keys by their numbers.
    fn number(self, part: u32, found: &[Vec<AtomicU32>]) -> Vec<u64> {
        let mut numbers = Numbers::with_capacity(self.keys.len() / 2);
        let mut from = 0;
        for (list, end) in found.iter().zip(self.ends) {
            let pieces = self.keys[from..end].chunks(PIECE).zip(self.rows[from..end].chunks(PIECE));
            for (keys, rows) in pieces {
                numbers.fetch(keys);
                for (key, row) in keys.iter().zip(rows) {
                    list[*row as usize].store(whole(numbers.of(*key), part), Ordering::Relaxed);
                }
            }
            from = end;
        }
        numbers.keys
    }
}

/// What is a hash already needs no other.
#[derive(Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// Keys as they were numbered.
struct Numbers {
    known: HashMap<u64, u32, BuildHasherDefault<Itself>>,
    keys: Vec<u64>,
    last: usize,
    /// Keys that were looked up since the last fetch.
    asked: usize,
}

impl Numbers {
    /// With room for about so many keys.
    fn with_capacity(count: usize) -> Self {
        Self {
            known: HashMap::with_capacity_and_hasher(count, BuildHasherDefault::default()),
            keys: vec![0],
            last: 0,
            asked: PIECE,
        }
    }

    /// Looks keys up before their turn, unless the last ones came in order: the waits for memory fall together.
    fn fetch(&mut self, keys: &[u64]) {
        if std::mem::take(&mut self.asked) > PIECE / 8 {
            let met = keys.iter().filter(|key| self.known.contains_key(key)).count();
            std::hint::black_box(met);
        }
    }

    fn of(&mut self, key: u64) -> u32 {
        // Exports come in about the same order, so what follows is mostly what followed before, and near in memory.
        let ahead = self.keys.get(self.last + 1..).unwrap_or_default();
        if let Some(at) = ahead.iter().take(AHEAD).position(|known| *known == key) {
            self.last += 1 + at;
        } else {
            self.asked += 1;
            let new = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
            let number = *self.known.entry(key).or_insert(new);
            if number == new {
                self.keys.push(key);
            }
            self.last = number as usize;
        }
        u32::try_from(self.last).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::Numbered;

    fn hashed(keys: impl IntoIterator<Item = u64>) -> Vec<u64> {
        keys.into_iter().map(|key| if key == 0 { 0 } else { xxh3_64(&key.to_le_bytes()) }).collect()
    }

    #[test]
    fn a_key_has_one_number_wherever_it_stands() {
        let (one, other) = (hashed([70, 0, 9, 70, 5, 4]), hashed([9, 5, 4, 70, 8, 9]));
        let found = Numbered::of(&[&one, &Vec::new(), &other]);
        let keys = found.keys();
        let read = |list: &[u32]| -> Vec<u64> { list.iter().map(|number| keys[*number as usize]).collect() };
        assert_eq!([read(&found.lists[0]), read(&found.lists[1]), read(&found.lists[2])], [one, Vec::new(), other]);
        assert_eq!(keys.iter().filter(|key| **key != 0).count(), 5);
        assert_eq!(Numbered::of(&[]).lists, Vec::<Vec<u32>>::new());
    }

    #[test]
    fn a_list_of_its_own_is_numbered_by_first_rows() {
        let list = hashed((0..5_000).map(|row| if row % 100 == 7 { 0 } else { row % 4_000 + 1 }));
        let found = super::alone(&list, 70);
        let first = |key: u64| 70 + list.iter().position(|other| *other == key).expect("there") as u32;
        assert!(list.iter().zip(&found).all(|(key, number)| *number == if *key == 0 { 0 } else { first(*key) }));
        assert_eq!(super::alone(&[], 1), Vec::<u32>::new());
        assert_eq!(super::alone(&[5, 5, 0, 64 + 5], 1), [1, 1, 0, 4]);
    }

    #[test]
    fn numbers_come_about_in_the_order_of_the_keys() {
        let list = hashed(1..20_001);
        let again: Vec<u64> = list.iter().rev().copied().collect();
        let found = Numbered::of(&[&list, &again]);
        for (row, number) in (0..).zip(&found.lists[0]) {
            assert!(number.abs_diff(row) < 2_000, "{row}: {number}");
        }
        assert!(found.lists[0].iter().rev().eq(&found.lists[1]));
        assert_eq!(found.keys().iter().filter(|key| **key != 0).count(), list.len());
    }
}
