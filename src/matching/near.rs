//! Whether two texts are nearly the same, at the speed that millions of pairs need: most are told apart by their lengths
//! or letters, and only what is left is measured.

use rapidfuzz::distance::osa;

/// Bytes of a text beyond which it is no name, street or address that anybody mistyped: measuring takes the product of two lengths.
pub const LONGEST: usize = 160;

/// Whether two texts are one edit apart or the same: a letter too many, missing, wrong, or swapped with its neighbour.
pub fn within_one(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let head = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[head..], &long[head..]);
    if short.len() < long.len() {
        return *short == long[1..];
    }
    match (short, long) {
        ([], []) => true,
        ([_, rest @ ..], [_, other @ ..]) if rest == other => true,
        ([a, b, rest @ ..], [c, d, other @ ..]) => a == d && b == c && rest == other,
        _ => false,
    }
}

/// The letters and digits that occur in a text, as bits.
pub fn letters(text: &[u8]) -> u64 {
    text.iter().fold(0, |bits, byte| {
        bits | match byte {
            b'a'..=b'z' => 1 << (byte - b'a'),
            b'A'..=b'Z' => 1 << (byte - b'A'),
            b'0'..=b'9' => 1 << (26 + byte - b'0'),
            _ => 1 << (36 + byte % 28),
        }
    })
}

/// What tells most texts apart without reading them: which characters occur, and how many bytes there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sign {
    letters: u64,
    bytes: u32,
}

/// The places of the letters a to z.
const LATIN: u64 = (1 << 26) - 1;

impl Sign {
    /// The sign of a text.
    pub fn of(text: &str) -> Self {
        Self { letters: letters(text.as_bytes()), bytes: u32::try_from(text.len()).unwrap_or(u32::MAX) }
    }

    /// Whether so many edits could make one text of the other.
    pub fn may_be_within(self, other: Self, edits: u32) -> bool {
        (self.letters ^ other.letters).count_ones() <= edits.saturating_mul(2)
    }

    /// Whether one text could begin with the other.
    pub fn may_begin(self, other: Self) -> bool {
        let common = self.letters & other.letters;
        common == self.letters || common == other.letters
    }

    /// Whether both could have the same letters in the same order, whatever else they have.
    pub fn may_be_spelled(self, other: Self) -> bool {
        (self.letters ^ other.letters) & LATIN == 0
    }

    /// Bytes of the shorter one, and by how many the other is longer.
    pub fn lengths(self, other: Self) -> (u32, u32) {
        (self.bytes.min(other.bytes), self.bytes.abs_diff(other.bytes))
    }
}

/// Whether so many edits could make one text of the other, judged by their lengths and letters alone.
pub fn may_be_within(one: &str, other: &str, edits: u32) -> bool {
    one.len().abs_diff(other.len()) <= edits as usize * 4
        && (letters(one.as_bytes()) ^ letters(other.as_bytes())).count_ones() <= edits * 2
}

/// Whether two texts are at most so many edits apart.
pub fn within(one: &str, other: &str, edits: u32) -> bool {
    if one.len().max(other.len()) > LONGEST {
        return false;
    }
    if edits == 1 && one.is_ascii() && other.is_ascii() {
        return within_one(one.as_bytes(), other.as_bytes());
    }
    if !may_be_within(one, other, edits) {
        return false;
    }
    let bound = osa::Args::default().score_cutoff(edits as usize);
    let distance = match one.is_ascii() && other.is_ascii() {
        true => osa::distance_with_args(one.bytes(), other.bytes(), &bound),
        false => osa::distance_with_args(one.chars(), other.chars(), &bound),
    };
    distance.is_some()
}

/// Whether both texts have the same digits in the same order.
pub fn same_digits(one: &str, other: &str) -> bool {
    let digits = |text: &'_ str| text.bytes().filter(u8::is_ascii_digit).collect::<smallish::Digits>();
    digits(one) == digits(other)
}

mod smallish {
    /// Up to 32 digits of a text, without a place on the heap.
    #[derive(PartialEq, Eq)]
    pub(super) struct Digits {
        all: [u8; 32],
        count: usize,
    }

    impl FromIterator<u8> for Digits {
        fn from_iter<I: IntoIterator<Item = u8>>(digits: I) -> Self {
            let mut found = Self { all: [0; 32], count: 0 };
            for digit in digits {
                found.all[found.count % 32] = digit;
                found.count += 1;
            }
            found
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{may_be_within, same_digits, within, within_one};

    #[test]
    fn agrees_with_the_measure_itself() {
        let words =
            ["anna", "ana", "anan", "nana", "annab", "xanna", "", "a", "an", "hanna", "hannah", "anna1", "1anna"];
        for one in words {
            for other in words {
                let distance = strsim::osa_distance(one, other);
                assert_eq!(within_one(one.as_bytes(), other.as_bytes()), distance <= 1, "{one} {other}");
                assert_eq!(within(one, other, 2), distance <= 2, "{one} {other}");
                assert!(distance > 2 || may_be_within(one, other, 2), "{one} {other}");
            }
        }
        assert!(same_digits("a1b2", "12") && !same_digits("a1", "a2") && !same_digits("a1", "a"));
        assert!(within("mu\u{308}ller", "muller", 1));
    }
}
