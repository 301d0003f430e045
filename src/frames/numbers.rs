//! Hashed keys by number: hashes in, small numbers in the order in which they first come out.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Numbers that are looked at before a key is looked up.
const AHEAD: usize = 3;

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

/// Keys as they were numbered. 0 is no key, and its number is 0.
pub(super) struct Numbers {
    known: HashMap<u64, u32, BuildHasherDefault<Itself>>,
    keys: Vec<u64>,
    last: usize,
}

impl Numbers {
    /// With room for about so many keys.
    pub(super) fn with_capacity(count: usize) -> Self {
        Self { known: HashMap::with_capacity_and_hasher(count, BuildHasherDefault::default()), keys: vec![0], last: 0 }
    }

    /// The numbers of a list of keys, in its order.
    pub(super) fn list(&mut self, keys: &[u64]) -> Vec<u32> {
        keys.iter().map(|key| self.of(*key)).collect()
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
            let new = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
            let number = *self.known.entry(key).or_insert(new);
            if number == new {
                self.keys.push(key);
            }
            self.last = number as usize;
        }
        u32::try_from(self.last).unwrap_or(u32::MAX)
    }

    /// The keys by their numbers.
    pub(super) fn keys(self) -> Vec<u64> {
        self.keys
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn a_key_keeps_the_number_under_which_it_came_first() {
        let mut numbers = Numbers::with_capacity(0);
        assert_eq!(numbers.list(&[70, 0, 9, 70, 5]), [1, 0, 2, 1, 3]);
        assert_eq!(numbers.list(&[9, 5, 70, 8, 9]), [2, 3, 1, 4, 2], "in another order");
        assert_eq!(numbers.keys(), [0, 70, 9, 5, 8]);
    }
}
