//! Bits of values by how many records hold them, each worked out once for a run.

use std::sync::atomic::{AtomicU64, Ordering};

/// Records that hold a value, beyond which its bits have no place of their own.
const MOST: usize = 1 << 16;
/// Places for values that more records hold; a later one takes the place of an earlier one.
const FAR: usize = 1 << 10;

/// Two numbers by how many records hold a value. They depend on that alone, so it does not matter which thread gave them.
#[derive(Debug)]
pub(super) struct Held {
    near: Vec<AtomicU64>,
    /// The numbers, and the same told apart by whose they are: what two threads write at once belongs to nobody.
    far: Vec<[AtomicU64; 2]>,
}

impl Held {
    /// With room for what any value may be held by; without it where nothing is weighed so.
    pub(super) fn new(records: usize, is_weighed: bool) -> Self {
        // A name may be a first name and a surname.
        let most = if is_weighed { records * 2 + 1 } else { 0 };
        let far = if most > MOST { FAR } else { 0 };
        Self {
            near: (0..most.min(MOST)).map(|_| AtomicU64::new(0)).collect(),
            far: (0..far).map(|_| Default::default()).collect(),
        }
    }

    /// The numbers of a value that so many hold.
    pub(super) fn of(&self, held: u32, work_out: impl FnOnce() -> (f32, f32)) -> (f32, f32) {
        let near = self.near.get(held as usize);
        let far = if near.is_none() { self.far.get(held as usize % FAR) } else { None };
        let known = match (near, far) {
            (Some(near), _) => near.load(Ordering::Relaxed),
            (None, Some([both, told])) => {
                let (both, told) = (both.load(Ordering::Relaxed), told.load(Ordering::Relaxed));
                if both ^ told == mark(held) { both } else { 0 }
            }
            (None, None) => 0,
        };
        if known != 0 {
            return (f32::from_bits((known >> 32) as u32), f32::from_bits(known as u32));
        }
        let (one, other) = work_out();
        let both = (u64::from(one.to_bits()) << 32) | u64::from(other.to_bits());
        near.into_iter().for_each(|near| near.store(both, Ordering::Relaxed));
        if let Some([place, told]) = far {
            place.store(both, Ordering::Relaxed);
            told.store(both ^ mark(held), Ordering::Relaxed);
        }
        (one, other)
    }
}

/// What tells one number of records from another in every bit.
fn mark(held: u32) -> u64 {
    (u64::from(held) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{FAR, Held, MOST};

    #[test]
    fn what_was_worked_out_is_not_worked_out_again() {
        let (held, asked) = (Held::new(10, true), Cell::new(0));
        let ask = |held: &Held, number: u32| {
            held.of(number, || {
                asked.set(asked.get() + 1);
                (number as f32 + 0.5, -1.0)
            })
        };
        assert_eq!(
            (ask(&held, 7), ask(&held, 7), ask(&held, 20), asked.get()),
            ((7.5, -1.0), (7.5, -1.0), (20.5, -1.0), 2)
        );
        asked.set(0);
        let (beyond, its_place) = (MOST as u32, (MOST + FAR) as u32);
        assert_eq!((ask(&held, beyond), ask(&held, beyond), asked.get()), ((65_536.5, -1.0), (65_536.5, -1.0), 2));
        asked.set(0);
        let large = Held::new(MOST, true);
        let found = [beyond, beyond, its_place, its_place, beyond].map(|number| ask(&large, number).0);
        assert_eq!((found, asked.get()), ([65_536.5, 65_536.5, 66_560.5, 66_560.5, 65_536.5], 3));
        asked.set(0);
        let none = Held::new(10, false);
        assert_eq!((ask(&none, 1), ask(&none, 1), asked.get()), ((1.5, -1.0), (1.5, -1.0), 2));
    }
}
