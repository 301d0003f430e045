//! Rows of a dataset as bits: which of them meet a condition.

use crate::frames::FEW;
use crate::text::packed;

/// Bits of one word.
const WORD: u32 = 64;

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

    /// Those of all rows that hold a value which `says` so, by the places of values.
    pub(crate) fn by_value(held: &[u16], says: &[bool]) -> Self {
        let mut table = [0_u8; FEW];
        table.iter_mut().zip(says).for_each(|(byte, says)| *byte = u8::from(*says));
        let eight = |held: &[u16]| {
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(held).for_each(|(byte, place)| *byte = table[usize::from(*place) % FEW]);
            packed(u64::from_le_bytes(bytes))
        };
        let word = |held: &[u16]| (0..).zip(held.chunks(8)).fold(0, |word, (at, held)| word | eight(held) << (at * 8));
        Self { words: held.chunks(WORD as usize).map(word).collect() }
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
            let by_value = Mask::by_value(&held, &[true, false, false]);
            assert_eq!(by_value, Mask::each(rows, |row| row % 7 % 3 == 0));
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
