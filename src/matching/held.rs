//! Bits of values by how many records hold them, each worked out once for a run.

use std::sync::atomic::{AtomicU64, Ordering};

/// Records that hold a value, beyond which its bits are worked out each time.
const MOST: usize = 1 << 16;

/// Two numbers by how many records hold a value. They depend on that alone, so it does not matter which thread gave them.
#[derive(Debug)]
pub(super) struct Held(Vec<AtomicU64>);

impl Held {
    /// With room for what any value may be held by; without it where nothing is weighed so.
    pub(super) fn new(records: usize, is_weighed: bool) -> Self {
        // A name may be a first name and a surname.
        let most = if is_weighed { (records * 2 + 1).min(MOST) } else { 0 };
        Self((0..most).map(|_| AtomicU64::new(0)).collect())
    }

    /// The numbers of a value that so many hold.
    pub(super) fn of(&self, held: u32, work_out: impl FnOnce() -> (f32, f32)) -> (f32, f32) {
        let place = self.0.get(held as usize);
        let known = place.map_or(0, |place| place.load(Ordering::Relaxed));
        if known != 0 {
            return (f32::from_bits((known >> 32) as u32), f32::from_bits(known as u32));
        }
        let (one, other) = work_out();
        let both = (u64::from(one.to_bits()) << 32) | u64::from(other.to_bits());
        place.into_iter().for_each(|place| place.store(both, Ordering::Relaxed));
        (one, other)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{Held, MOST};

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
        let beyond = MOST as u32;
        assert_eq!((ask(&held, beyond), ask(&held, beyond), asked.get()), ((65_536.5, -1.0), (65_536.5, -1.0), 2));
        asked.set(0);
        let none = Held::new(10, false);
        assert_eq!((ask(&none, 1), ask(&none, 1), asked.get()), ((1.5, -1.0), (1.5, -1.0), 2));
    }
}
