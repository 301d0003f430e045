//! Hashed keys by number: hashes in, small numbers about in the order in which they first come out.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

/// Parts into which keys fall by their hashes, each numbered by itself.
const PARTS: u32 = 2;

/// Numbers that are looked at before a key is looked up.
const AHEAD: usize = 3;

/// Keys that are fetched together.
const PIECE: usize = 64;

/// The numbers of lists of keys, and the keys by their numbers. 0 is no key, and its number is 0.
pub(super) fn number(lists: &[&Vec<u64>]) -> (Vec<Vec<u32>>, Vec<u64>) {
    let filled = |list: &&Vec<u64>| list.iter().filter(|key| **key != 0).count();
    let room = lists.iter().map(filled).sum::<usize>() / (2 * PARTS as usize);
    let parts: Vec<(Vec<Vec<u32>>, Vec<u64>)> =
        (0..PARTS).into_par_iter().map(|part| numbered(lists, part, room)).collect();
    let size = parts.iter().map(|(_, keys)| keys.len()).max().unwrap_or_default();
    let mut keys = vec![0; size * PARTS as usize];
    let mut all: Vec<Vec<u32>> = Vec::new();
    for (part, (lists, own)) in (0..PARTS).zip(parts) {
        for (at, key) in own.iter().enumerate().skip(1) {
            keys[whole(at as u32, part) as usize] = *key;
        }
        match all.is_empty() {
            true => all = lists,
            false => all.iter_mut().flatten().zip(lists.iter().flatten()).for_each(|(mine, theirs)| *mine += theirs),
        }
    }
    (all, keys)
}

/// The number of a key among all, by its number in its part.
fn whole(own: u32, part: u32) -> u32 {
    if own == 0 { 0 } else { (own - 1) * PARTS + part + 1 }
}

/// The numbers of the keys of one part, and these keys; the others get none.
fn numbered(lists: &[&Vec<u64>], part: u32, room: usize) -> (Vec<Vec<u32>>, Vec<u64>) {
    let mut numbers = Numbers::with_capacity(room);
    let of_part = |key: &u64| if key % u64::from(PARTS) == u64::from(part) { *key } else { 0 };
    let mut piece = Vec::with_capacity(PIECE);
    let mut list = |list: &&Vec<u64>| {
        let mut found = Vec::with_capacity(list.len());
        for keys in list.chunks(PIECE) {
            piece.clear();
            piece.extend(keys.iter().map(of_part));
            numbers.fetch(&piece);
            found.extend(piece.iter().map(|key| whole(numbers.of(*key), part)));
        }
        found
    };
    let lists = lists.iter().map(&mut list).collect();
    (lists, numbers.keys)
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
            let met = keys.iter().filter(|key| **key != 0 && self.known.contains_key(key)).count();
            std::hint::black_box(met);
        }
    }

    fn of(&mut self, key: u64) -> u32 {
        if key == 0 {
            return 0;
        }
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
    use super::number;

    #[test]
    fn a_key_has_one_number_wherever_it_stands() {
        let (one, other) = (vec![70, 0, 9, 70, 5, 4], vec![9, 5, 4, 70, 8, 9]);
        let (lists, keys) = number(&[&one, &Vec::new(), &other]);
        let read = |list: &[u32]| -> Vec<u64> { list.iter().map(|number| keys[*number as usize]).collect() };
        assert_eq!([read(&lists[0]), read(&lists[1]), read(&lists[2])], [one, Vec::new(), other]);
        assert_eq!(lists[0], [1, 0, 2, 1, 4, 3], "about in the order in which they come");
        assert_eq!(keys.iter().filter(|key| **key == 70).count(), 1);
        assert_eq!(number(&[]).0, Vec::<Vec<u32>>::new());
    }
}
