//! Mapping stage: a value and the allowed ones come in, the one that it is a typo of comes out.

use crate::frames::normalize::{fold, signs};

/// A word with what tells quickly that another one is no typo of it.
#[derive(Debug)]
pub struct Typed {
    folded: String,
    letters: usize,
    /// A bit for every letter that occurs.
    bag: u64,
    digits: String,
    /// The last part, and whether it is one letter.
    tail: (String, bool),
    signs: String,
}

impl Typed {
    /// Reads a word.
    pub fn new(text: &str) -> Self {
        let folded = fold(text);
        let tail = text.split(|c: char| !c.is_alphanumeric()).rfind(|part| !part.is_empty()).unwrap_or_default();
        let tail = tail.to_lowercase();
        let single = tail.chars().count() == 1;
        Self {
            letters: folded.chars().count(),
            bag: folded.chars().fold(0, |bag, c| bag | 1 << (u32::from(c) % u64::BITS)),
            digits: folded.chars().filter(char::is_ascii_digit).collect(),
            tail: (tail, single),
            signs: signs(text),
            folded,
        }
    }
}

/// The word that a value is a typo of: near enough, and no other as near.
pub fn nearest<'a, T>(value: &Typed, words: impl Iterator<Item = (&'a Typed, T)>) -> Option<T> {
    let mut best: Option<(usize, T)> = None;
    let mut tied = false;
    for (typed, word) in words {
        let Some(distance) = edits(value, typed) else { continue };
        match &best {
            Some((least, _)) if distance > *least => {}
            Some((least, _)) if distance == *least => tied = true,
            _ => (best, tied) = (Some((distance, word)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, word)| word)
}

/// Whether what stands in front of a word makes another word of it: a syllable does, one consonant or a doubled first letter
/// does not.
fn makes_another(front: &str, word: &str) -> bool {
    let mut letters = front.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return true };
    let slip = !matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u') && word.chars().count() >= 5;
    !slip && !word.starts_with(letter)
}

/// Edits between two folded words when they may be one word mistyped: one, or two from eight letters on. What makes
/// another word is no typo: digits, a syllable put in front (`unsubscribed`), a last part of one letter (`Tier B`), and
/// other letters in place of two, or of one in a short word (`Iran`, `Iraq`).
fn edits(value: &Typed, allowed: &Typed) -> Option<usize> {
    let (one, other) = (&value.folded, &allowed.folded);
    let shorter = value.letters.min(allowed.letters);
    let most: usize = if shorter < 8 { 1 } else { 2 };
    // An edit changes the length by one at most, and which letters occur by two.
    let far =
        (value.bag ^ allowed.bag).count_ones() as usize > 2 * most || value.letters.abs_diff(allowed.letters) > most;
    if far || shorter < 4 {
        return None;
    }
    let letter = value.tail.0 != allowed.tail.0 && (value.tail.1 || allowed.tail.1);
    let (longer, whole) = if one.len() < other.len() { (other, one) } else { (one, other) };
    let in_front = longer.strip_suffix(whole.as_str()).is_some_and(|front| makes_another(front, whole));
    if letter || in_front || value.digits != allowed.digits || value.signs != allowed.signs {
        return None;
    }
    // Letters replaced and none added, lost or swapped: two of them, or one in a short word, make another word.
    let replaced = strsim::hamming(one, other).ok();
    let distance = strsim::osa_distance(one, other);
    let other_word = replaced == Some(distance) && (distance > 1 || shorter < 6);
    ((1..=most).contains(&distance) && !other_word).then_some(distance)
}
