//! What was found of two entries of a list, remembered for the next pair that has them: names and places repeat.

use std::sync::atomic::{AtomicU64, Ordering};

/// Places for answers; a later one takes the place of an earlier one.
const PLACES: usize = 1 << 16;
/// Bits of an entry; those of longer lists are not remembered.
const ENTRY: u32 = 28;

/// Answers about pairs of entries. They depend on the entries alone, so it does not matter which thread gave them.
pub(super) struct Known {
    places: Vec<AtomicU64>,
}

impl Default for Known {
    fn default() -> Self {
        Self { places: (0..PLACES).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Known")
    }
}

impl Known {
    /// The answer about two entries in this order, worked out unless it is remembered.
    pub(super) fn of(&self, one: u32, other: u32, work_out: impl FnOnce() -> u8) -> u8 {
        let both = (u64::from(one) << ENTRY) | u64::from(other);
        if one.max(other) >> ENTRY != 0 || both == 0 {
            return work_out();
        }
        let place = (both.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - PLACES.trailing_zeros())) as usize;
        let known = self.places[place].load(Ordering::Relaxed);
        if known >> 8 == both {
            return known as u8;
        }
        let answer = work_out();
        self.places[place].store((both << 8) | u64::from(answer), Ordering::Relaxed);
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{ENTRY, Known};

    #[test]
    fn an_answer_is_of_its_own_pair() {
        let known = Known::default();
        for round in 0..2 {
            for one in 0..400_u32 {
                for other in 0..400_u32 {
                    assert_eq!(
                        known.of(one, other, || ((one * 7 + other) % 251) as u8),
                        ((one * 7 + other) % 251) as u8,
                        "{round}"
                    );
                }
            }
        }
        let (known, asked) = (Known::default(), Cell::new(0));
        let ask = |one: u32| {
            known.of(one, 5, || {
                asked.set(asked.get() + 1);
                9
            })
        };
        assert_eq!((ask(3), ask(3), asked.get()), (9, 9, 1));
        assert_eq!((ask(1 << ENTRY), ask(1 << ENTRY), asked.get()), (9, 9, 3), "too long a list is not remembered");
    }
}
