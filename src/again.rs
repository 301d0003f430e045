//! Which of many hashes come more than once, as far as a few bits for each can tell: nearly all that come once are told
//! apart without a table of them.

/// Places a hash, of two bits each: one in eight that comes once shares its place with another.
const PLACES: usize = 8;
/// Places in a word.
const WORD: usize = u64::BITS as usize / 2;

/// Hashes that come more than once, and the few others whose place one of them has too.
#[derive(Debug)]
pub(crate) struct Again {
    /// The lower bit of a place says that a hash came, the upper one that it came again.
    words: Vec<u64>,
    shift: u32,
}

impl Again {
    /// Of about so many hashes.
    pub(crate) fn of(hashes: impl Iterator<Item = u64>, count: usize) -> Self {
        let size = count.saturating_mul(PLACES).next_power_of_two().max(WORD);
        let mut found = Self { words: vec![0; size / WORD], shift: u64::BITS - size.trailing_zeros() };
        for hash in hashes {
            let (word, bit) = found.place(hash);
            let came = (found.words[word] >> bit) & 1;
            found.words[word] |= (1 + came) << bit;
        }
        found
    }

    /// Whether a hash may have come more than once; one that did always may.
    #[inline]
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        (self.words[word] >> bit) & 2 != 0
    }

    #[inline]
    fn place(&self, hash: u64) -> (usize, usize) {
        let at = (hash.wrapping_mul(0xd6e8_feb8_6659_fd93) >> self.shift) as usize;
        (at / WORD, at % WORD * 2)
    }
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
