//! Texts one slip apart, without comparing each with each: texts that become the same when a letter is left out.
//!
//! A letter too many, missing, wrong or swapped with its neighbour leaves two texts with a common deletion. Digits are
//! never left out: numbers and years are part of who one is.

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator, ParallelSliceMut};

use super::near;
use crate::again::Again;

const BASE: u64 = 0x0100_0000_01b3;
/// Letters from which one edit is a slip rather than another name.
pub const LETTERS: usize = 4;
/// Texts under one deletion beyond which only neighbours are compared.
const CROWD: usize = 64;

fn mix(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 29)
}

/// Hashes of a text and of every text that is left when one letter is deleted.
struct Deletions {
    power: Vec<u64>,
    prefix: Vec<u64>,
}

impl Deletions {
    fn new() -> Self {
        let mut power = vec![1_u64; 257];
        for at in 1..power.len() {
            power[at] = power[at - 1].wrapping_mul(BASE);
        }
        Self { power, prefix: Vec::with_capacity(257) }
    }

    fn visit(&mut self, text: &[u8], salt: u64, mut see: impl FnMut(u64)) {
        let length = text.len().min(256);
        let text = &text[..length];
        self.prefix.clear();
        self.prefix.push(0);
        let mut hash = 0_u64;
        for byte in text {
            hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(*byte) + 1);
            self.prefix.push(hash);
        }
        // The length keeps a text apart from another one's deletions of other lengths.
        see(mix(hash ^ salt));
        for at in 0..length {
            let same_as_before = at > 0 && text[at] == text[at - 1];
            // A letter of several bytes is left out whole.
            if text[at].is_ascii_digit() || same_as_before || (text[at] & 0xc0) == 0x80 {
                continue;
            }
            let mut end = at + 1;
            while end < length && (text[end] & 0xc0) == 0x80 {
                end += 1;
            }
            let rest = self.power[length - end];
            let tail = hash.wrapping_sub(self.prefix[end].wrapping_mul(rest));
            see(mix(self.prefix[at].wrapping_mul(rest).wrapping_add(tail) ^ salt));
        }
    }
}

/// Texts by the upper bits of their hashes: a bucket is small enough to be looked through without waiting for memory.
const BUCKETS: usize = 64;

/// Pairs of texts in order, and the crowds that were too large to pair each with each: one of them, and how many.
pub type Found = (Vec<(u32, u32)>, Vec<(u32, usize)>);

fn bucket_pairs(bucket: &[(u32, u32)]) -> Found {
    // Only what comes again can pair.
    let again = Again::of(bucket.iter().map(|(hash, _)| u64::from(*hash)), bucket.len());
    let may_pair = |(hash, _): &&(u32, u32)| again.may_hold(u64::from(*hash));
    let mut kept: Vec<(u32, u32)> = bucket.iter().filter(may_pair).copied().collect();
    kept.sort_unstable();
    let (mut found, mut crowds) = (Vec::new(), Vec::new());
    for run in kept.chunk_by(|one, other| one.0 == other.0).filter(|run| run.len() > 1) {
        if run.len() > CROWD {
            crowds.push((run[0].1, run.len()));
        }
        for (at, (_, one)) in run.iter().enumerate() {
            found.extend(run[at + 1..].iter().take(CROWD).map(|(_, other)| (*one, *other)));
        }
    }
    (found, crowds)
}

/// Calls with each text that has a common deletion with another: `each` gives the texts with the group each belongs to.
fn entries<'a>(texts: &impl Fn(u32) -> (&'a str, u64), count: u32, edits: u8, mut see: impl FnMut(u64, u32)) {
    let mut deletions = Deletions::new();
    let mut second = Deletions::new();
    let mut shorter: Vec<u8> = Vec::new();
    for at in 0..count {
        let (text, salt) = texts(at);
        if text.len() > near::LONGEST {
            continue;
        }
        let letters = text.bytes().filter(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80).nth(LETTERS - 1);
        if letters.is_none() {
            continue;
        }
        let salt = salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        if edits < 2 {
            deletions.visit(text.as_bytes(), salt, |hash| see(hash, at));
            continue;
        }
        let bytes = text.as_bytes();
        deletions.visit(bytes, salt, |hash| see(hash, at));
        for cut in (0..bytes.len()).filter(|cut| !bytes[*cut].is_ascii_digit()) {
            shorter.clear();
            shorter.extend(bytes.iter().enumerate().filter(|(place, _)| *place != cut).map(|(_, byte)| *byte));
            let mut first = true;
            second.visit(&shorter, salt, |hash| {
                if !std::mem::take(&mut first) {
                    see(hash, at);
                }
            });
        }
    }
}

/// Pairs of texts of one group that are at most so many slips apart.
pub fn pairs<'a>(texts: impl Fn(u32) -> (&'a str, u64), count: u32, edits: u8) -> Found {
    let mut buckets: Vec<Vec<(u32, u32)>> = vec![Vec::new(); BUCKETS];
    entries(&texts, count, edits, |hash, at| buckets[(hash >> 58) as usize].push(((hash >> 20) as u32, at)));
    let (mut found, mut crowds) = buckets.par_iter().map(|bucket| bucket_pairs(bucket)).reduce(
        || (Vec::new(), Vec::new()),
        |(mut pairs, mut crowds): Found, (more, others)| {
            pairs.extend(more);
            crowds.extend(others);
            (pairs, crowds)
        },
    );
    drop(buckets);
    crowds.sort_unstable();
    found.par_sort_unstable();
    found.dedup();
    found.retain(|(one, other)| one != other && is_slip(texts(*one).0, texts(*other).0, edits));
    (found, crowds)
}

/// A hash of the digits of a text of one group: texts one slip apart have it in common.
pub fn digits(text: &str, group: u64) -> u64 {
    text.bytes().filter(u8::is_ascii_digit).fold(mix(group), |hash, digit| mix(hash ^ u64::from(digit)))
}

/// Whether two texts are one slip apart, digits being the same.
pub fn is_slip(one: &str, other: &str, edits: u8) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).nth(LETTERS - 1).is_some();
    // What follows a plus is chosen, not mistyped.
    let plain = |name: &'_ str| name.split('+').next().unwrap_or_default().to_owned();
    one != other
        && near::within(one, other, u32::from(edits))
        && near::same_digits(one, other)
        && letters(one)
        && letters(other)
        && (!(one.contains('+') || other.contains('+')) || plain(one) != plain(other))
}

#[cfg(test)]
mod tests {
    use super::{digits, is_slip, pairs};

    #[test]
    fn every_pair_one_slip_apart_is_found() {
        let texts = ["anna.weber", "ana.weber", "anna.wbeer", "anna.webex", "anna.weber1", "hans.weber", "anna.weber2"];
        let (found, _) = pairs(|at| (texts[at as usize], 7), 7, 1);
        let mut wanted = Vec::new();
        for one in 0..7_u32 {
            for other in one + 1..7 {
                if is_slip(texts[one as usize], texts[other as usize], 1) {
                    wanted.push((one, other));
                }
            }
        }
        assert_eq!(found, wanted);
        assert!(found.contains(&(0, 1)) && found.contains(&(0, 2)) && found.contains(&(0, 3)));
        assert!(!found.contains(&(4, 6)), "numbers are part of who one is");
        let digits = |at: u32, group| digits(texts[at as usize], group);
        assert!(found.iter().all(|(one, other)| digits(*one, 7) == digits(*other, 7)));
        assert!([digits(4, 7), digits(0, 7), digits(6, 8)].iter().all(|other| *other != digits(6, 7)));
        let (apart, _) = pairs(|at| (texts[at as usize], u64::from(at)), 7, 1);
        assert!(apart.is_empty(), "only within a group");
        let (two, _) = pairs(|at| (["anna.weber", "ana.wber"][at as usize], 7), 2, 2);
        assert_eq!(two, [(0, 1)]);
    }
}
