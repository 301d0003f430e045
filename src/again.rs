//! Which of many hashes come more than once, as far as a few bits for each can tell: nearly all that come once are told
//! apart without a table of them.

/// Bits a hash: one in sixteen that comes once shares its bit with another.
const BITS: usize = 16;

/// Hashes that come more than once, and the few others whose bit one of them has too.
#[derive(Debug)]
pub(crate) struct Again {
    bits: Vec<u64>,
    shift: u32,
}

impl Again {
    /// Of about so many hashes.
    pub(crate) fn of(hashes: impl Iterator<Item = u64>, count: usize) -> Self {
        let size = count.saturating_mul(BITS).next_power_of_two().max(64);
        let shift = u64::BITS - size.trailing_zeros();
        let (mut once, mut again) = (vec![0; size / 64], vec![0; size / 64]);
        for hash in hashes {
            let (at, bit) = place(hash, shift);
            again[at] |= once[at] & bit;
            once[at] |= bit;
        }
        Self { bits: again, shift }
    }

    /// Whether a hash may have come more than once; one that did always may.
    #[inline]
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        let (at, bit) = place(hash, self.shift);
        self.bits[at] & bit != 0
    }
}

#[inline]
fn place(hash: u64, shift: u32) -> (usize, u64) {
    let at = (hash.wrapping_mul(0xd6e8_feb8_6659_fd93) >> shift) as usize;
    (at / 64, 1 << (at % 64))
}

#[cfg(test)]
mod tests {
    use super::Again;

    #[test]
    fn what_comes_again_is_seen_and_little_else() {
        let hashes = || (0..10_000_u64).chain(0..100);
        let again = Again::of(hashes(), 10_100);
        assert!((0..100).all(|hash| again.may_hold(hash)));
        let others = (100..10_000).filter(|hash| again.may_hold(*hash)).count();
        assert!(others < 2_000, "{others}");
        assert!(!Again::of(std::iter::empty(), 0).may_hold(7));
    }
}
