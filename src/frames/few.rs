//! Cells that repeat few values: each value once, two bytes a cell that say which.

use xxhash_rust::xxh3::xxh3_64;

use super::column::Run;

/// Distinct values up to which a column is held by value, where values repeat.
pub(crate) const FEW: usize = 1 << 12;
/// Values that are remembered as numbers.
const LATELY: usize = 1 << 8;
/// No number of a text.
const NO_TEXT: u128 = u128::MAX;
/// No place of a value.
const NO_PLACE: u16 = u16::MAX;

/// Cells by value.
#[derive(Debug, Default)]
pub(super) struct Few {
    values: Run,
    /// Places of values by their hashes, at most half of them taken.
    places: Vec<u16>,
    cells: Vec<u16>,
    /// Values that came lately, as numbers, with their places: most cells are found here without looking a text up.
    lately: Vec<(u128, u16)>,
}

/// Distinct values by their places.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a>(&'a Run);

impl<'a> Values<'a> {
    /// How many there are.
    pub fn count(self) -> usize {
        self.0.ends.len()
    }

    /// The value of a place.
    #[inline]
    pub fn get(self, place: u16) -> &'a str {
        self.0.get(usize::from(place))
    }

    /// All of them, in order of their places.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        (0..self.count()).map(move |at| self.0.get(at))
    }
}

/// A text as a number: its ends, which meet in one of up to [`WHOLE`] bytes, and its length up to a byte's worth.
#[inline]
fn as_number(text: &str) -> u128 {
    let bytes = text.as_bytes();
    let (first, last) = match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (bytes.first_chunk(), bytes.last_chunk(), bytes) {
            (Some(first), Some(last), _) => {
                (u32::from_le_bytes(*first).into(), u64::from(u32::from_le_bytes(*last)) << 32)
            }
            (_, _, [first, .., last]) => (u64::from(*first) | u64::from(bytes[1]) << 8, u64::from(*last) << 56),
            (_, _, [only]) => (u64::from(*only), 0),
            (_, _, []) => (0, 0),
        },
    };
    // Of two ends of eight bytes, those of at most fifteen overlap by one.
    u128::from(first) | u128::from(last >> 8) << 64 | (bytes.len().min(255) as u128) << 120
}

/// Bytes of a text that its number tells from every other one.
const WHOLE: usize = 15;

impl Few {
    /// Adds a cell, unless values are too many to be held so.
    pub(super) fn add(&mut self, value: &str) -> bool {
        // Remembering takes more than it gives in a short column.
        if self.cells.len() < LATELY {
            let Some(place) = self.place(value) else { return false };
            self.cells.push(place);
            return true;
        }
        if self.lately.is_empty() {
            self.lately = vec![(NO_TEXT, 0); LATELY];
        }
        let number = as_number(value);
        let mixed = (number as u64 ^ (number >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = (mixed >> (u64::BITS - LATELY.trailing_zeros())) as usize;
        let (known, place) = self.lately[slot];
        if known == number && (value.len() <= WHOLE || self.values().get(place) == value) {
            self.cells.push(place);
            return true;
        }
        let Some(place) = self.place(value) else { return false };
        self.lately[slot] = (number, place);
        self.cells.push(place);
        true
    }

    /// Whether values repeat enough for one more to be held by value: not where there are too many, nor where nearly every
    /// cell had its own so far, as in a table of very many columns.
    fn is_worth_it(&self) -> bool {
        let values = self.values().count();
        values < FEW && values * 8 <= FEW / 16 + self.cells.len() * 7
    }

    /// The place of a value, new or not; none where values are too many to be held so.
    fn place(&mut self, value: &str) -> Option<u16> {
        if self.values().count() * 2 >= self.places.len() {
            self.make_room();
        }
        let slot = match self.find(value) {
            Ok(place) => return Some(place),
            Err(slot) => slot,
        };
        let place = u16::try_from(self.values().count()).ok().filter(|_| self.is_worth_it())?;
        self.values.push(value).ok()?;
        self.places[slot] = place;
        Some(place)
    }

    /// The place of a value, or the slot for it.
    fn find(&self, value: &str) -> Result<u16, usize> {
        let mask = self.places.len() - 1;
        let mut slot = xxh3_64(value.as_bytes()) as usize & mask;
        loop {
            match self.places[slot] {
                NO_PLACE => return Err(slot),
                place if self.values().get(place) == value => return Ok(place),
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    fn make_room(&mut self) {
        self.places = vec![NO_PLACE; (self.values().count() * 4).next_power_of_two().max(16)];
        for place in 0..self.values().count() {
            if let Err(slot) = self.find(self.values.get(place)) {
                self.places[slot] = u16::try_from(place).unwrap_or(NO_PLACE);
            }
        }
    }

    pub(super) fn values(&self) -> Values<'_> {
        Values(&self.values)
    }

    /// Which value each cell holds.
    #[inline]
    pub(super) fn cells(&self) -> &[u16] {
        &self.cells
    }

    /// Lets go of what only adding needs, when every cell is there.
    pub(super) fn close(&mut self) {
        self.lately = Vec::new();
        self.places = Vec::new();
        self.cells.shrink_to_fit();
        self.values.close();
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        (self.cells.capacity() + self.places.capacity()) * 2 + self.values.bytes()
    }

    /// Puts everything into bytes that [`Few::read`] reads.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        self.values.write(bytes);
        bytes.extend(self.cells.iter().flat_map(|cell| cell.to_le_bytes()));
    }

    /// Nothing when the bytes are other ones.
    pub(super) fn read(mut bytes: &[u8]) -> Option<Self> {
        let values = Run::read(&mut bytes)?;
        let cells: Vec<u16> = bytes.chunks_exact(2).map(|cell| u16::from_le_bytes([cell[0], cell[1]])).collect();
        let fits = bytes.len().is_multiple_of(2) && cells.iter().all(|cell| usize::from(*cell) < values.ends.len());
        fits.then(|| Self { values, cells, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Few, as_number};

    #[test]
    fn short_texts_are_told_apart_by_their_numbers() {
        let mut texts = vec![String::new()];
        for length in 1..=15 {
            for at in 0..length {
                let text =
                    |byte: u8| String::from_utf8((0..length).map(|i| if i == at { byte } else { b'a' }).collect());
                texts.extend([text(b'b'), text(b'c'), text(0)].map(|text| text.expect("ASCII")));
            }
            texts.push("a".repeat(length));
        }
        let numbers: BTreeSet<u128> = texts.iter().map(|text| as_number(text)).collect();
        assert_eq!(numbers.len(), texts.len());
    }

    #[test]
    fn long_texts_of_the_same_ends_are_told_apart() {
        let texts: Vec<String> =
            (0..20).map(|at| format!("zcrm_7045{at:06}123456789{}", "x".repeat(at % 4 * 90))).collect();
        let mut few = Few::default();
        let cell = |row: usize| texts[row * 7 % texts.len()].as_str();
        assert!((0..4_000).all(|row| few.add(cell(row))));
        assert!((0..4_000).all(|row| few.values().get(few.cells()[row]) == cell(row)));
    }

    #[test]
    fn a_value_has_one_place_however_many_there_are() {
        let mut few = Few::default();
        let value = |row: usize| format!("value {}", row / 3 % 3_000);
        assert!((0..18_000).all(|row| few.add(&value(row))));
        few.close();
        assert!((18_000..27_000).all(|row| few.add(&value(row))), "what was let go of comes back");
        assert_eq!(few.values().count(), 3_000);
        assert!((0..27_000).all(|row| few.values().get(few.cells()[row]) == value(row)));
    }
}
