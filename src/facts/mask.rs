//! Rows of a dataset as bits: which of them meet a condition.

use crate::frames::FEW;

/// Bits of one word.
const WORD: u32 = 64;
/// Tests of values that are made at once, as bits of a byte.
const TESTS: usize = u8::BITS as usize;

/// Eight bytes of eight bits, rows and columns of them exchanged.
fn turned(bytes: u64) -> u64 {
    let exchange = |bytes: u64, by: u32, which: u64| {
        let differ = (bytes ^ (bytes >> by)) & which;
        bytes ^ differ ^ (differ << by)
    };
    let bytes = exchange(bytes, 7, 0x00aa_00aa_00aa_00aa);
    let bytes = exchange(bytes, 14, 0x0000_cccc_0000_cccc);
    exchange(bytes, 28, 0x0000_0000_f0f0_f0f0)
}

/// Rows that meet something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mask {
    words: Vec<u64>,
}

impl Mask {
    /// None of so many rows.
    pub(crate) fn none(rows: u32) -> Self {
        Self { words: vec![0; rows.div_ceil(WORD) as usize] }
    }

    /// All of so many rows.
    pub(crate) fn all(rows: u32) -> Self {
        let mut words = vec![u64::MAX; rows.div_ceil(WORD) as usize];
        if let Some(last) = words.last_mut().filter(|_| !rows.is_multiple_of(WORD)) {
            *last >>= WORD - rows % WORD;
        }
        Self { words }
    }

    /// Those of all rows that `meets`.
    pub(crate) fn each(rows: u32, meets: impl Fn(u32) -> bool) -> Self {
        let word = |start: u32| {
            let end = rows.min(start.saturating_add(WORD));
            (start..end).fold(0, |word, row| word | u64::from(meets(row)) << (row - start))
        };
        Self { words: (0..rows).step_by(WORD as usize).map(word).collect() }
    }

    /// Those of all rows that hold a value which `says` so, by the places of values; for several such tests at once.
    pub(crate) fn by_value<T: AsRef<[bool]>>(held: &[u16], says: &[T]) -> Vec<Self> {
        says.chunks(TESTS).flat_map(|says| Self::by_few(held, says)).collect()
    }

    /// The same for up to [`TESTS`] tests: a row's value says all of them in one byte.
    fn by_few<T: AsRef<[bool]>>(held: &[u16], says: &[T]) -> impl Iterator<Item = Self> {
        let mut table = [0_u8; FEW];
        for (says, test) in says.iter().zip(0..) {
            table.iter_mut().zip(says.as_ref()).for_each(|(byte, says)| *byte |= u8::from(*says) << test);
        }
        let empty = |_| Vec::with_capacity(held.len().div_ceil(WORD as usize));
        let mut masks: Vec<Vec<u64>> = says.iter().map(empty).collect();
        // Not by way of an array of bytes: a word that is read where bytes were just written waits for them.
        let byte = |place: &u16, at: u32| u64::from(table[usize::from(*place) % FEW]) << at;
        let eight = |held: &[u16]| (0..).step_by(TESTS).zip(held).fold(0, |all, (at, place)| all | byte(place, at));
        for held in held.chunks(WORD as usize) {
            let mut words = [0_u64; TESTS];
            for (held, at) in held.chunks(TESTS).zip((0_u32..).step_by(TESTS)) {
                // Most are eight, which is then known beforehand.
                let rows = held.first_chunk::<TESTS>().map_or_else(|| eight(held), |held| eight(held));
                let tests = turned(rows);
                for (word, test) in words[..says.len()].iter_mut().zip(0..) {
                    *word |= ((tests >> (test * TESTS)) & 0xff) << at;
                }
            }
            masks.iter_mut().zip(words).for_each(|(mask, word)| mask.push(word));
        }
        masks.into_iter().map(|words| Self { words })
    }

    /// Those of some rows that `meets`.
    pub(crate) fn of(rows: u32, some: impl Iterator<Item = u32>, meets: impl Fn(u32) -> bool) -> Self {
        let mut mask = Self::none(rows);
        some.filter(|row| meets(*row)).for_each(|row| mask.put(row));
        mask
    }

    /// Adds a row.
    pub(crate) fn put(&mut self, row: u32) {
        self.words[(row / WORD) as usize] |= 1 << (row % WORD);
    }

    /// Whether a row is among them.
    #[inline]
    pub(crate) fn contains(&self, row: u32) -> bool {
        self.words.get((row / WORD) as usize).is_some_and(|word| (word >> (row % WORD)) & 1 == 1)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The rows, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().zip(0_u32..).flat_map(|(word, at)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(at * WORD + bit)
            })
        })
    }

    /// Keeps those that the other one has too.
    pub(crate) fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Adds those of the other one.
    pub(crate) fn or(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// Takes those of the other one out.
    pub(crate) fn without(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }
}

#[cfg(test)]
mod tests {
    use super::Mask;

    #[test]
    fn rows_come_back_in_order() {
        for rows in [0, 1, 63, 64, 65, 1_000] {
            let third = Mask::of(rows, 0..rows, |row| row % 3 == 0);
            assert_eq!(third, Mask::each(rows, |row| row % 3 == 0));
            let held: Vec<u16> = (0..rows).map(|row| (row % 7 % 3) as u16).collect();
            let says: Vec<[bool; 3]> = (0..19).map(|test| [0, 1, 2].map(|place| (test >> place) & 1 == 1)).collect();
            for (test, by_value) in Mask::by_value(&held, &says).into_iter().enumerate() {
                assert_eq!(by_value, Mask::each(rows, |row| (test >> (row % 7 % 3)) & 1 == 1), "{rows} {test}");
            }
            let wanted: Vec<u32> = (0..rows).filter(|row| row % 3 == 0).collect();
            assert_eq!(third.iter().collect::<Vec<_>>(), wanted);
            assert_eq!(third.count(), wanted.len() as u64);
            assert!((0..rows + 70).all(|row| third.contains(row) == (row < rows && row % 3 == 0)));
            assert_eq!(Mask::all(rows), Mask::each(rows, |_| true));
            let mut both = Mask::of(rows, 0..rows, |row| row % 2 == 0);
            both.and(&third);
            assert_eq!(both.iter().collect::<Vec<_>>(), (0..rows).filter(|row| row % 6 == 0).collect::<Vec<_>>());
            both.or(&third);
            assert_eq!(both, third);
            both.without(&third);
            assert_eq!(both, Mask::none(rows));
        }
    }
}
