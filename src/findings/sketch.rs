//! Which values and records a finding had, as keyed hashes: what is new can be told, who it was cannot.

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::{Error, Fault, Result};

/// The environment variable of the key.
pub const VARIABLE: &str = "CRMLINT_KEY";
/// Bytes that a key must have: less can be guessed.
const SHORTEST: usize = 16;
/// Hashes kept of a finding: the smallest. New ones below the largest of them are seen one by one.
const KEPT: usize = 256;
/// Bits of a hash: two of a million values are the same once in a few hundred files.
const BITS: u32 = 48;

/// A secret by which values are hashed.
#[derive(Clone)]
pub struct Key {
    key: [u8; blake3::KEY_LEN],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Key({})", self.id())
    }
}

impl Key {
    /// The key of a run: the environment's, else the file's; none when neither is there.
    pub fn find(file: Option<&Path>) -> Result<Option<Self>> {
        if let Some(text) = std::env::var_os(VARIABLE).filter(|text| !text.is_empty()) {
            return Self::of(text.to_string_lossy().as_ref(), VARIABLE).map(Some);
        }
        let Some(path) = file else { return Ok(None) };
        match std::fs::read_to_string(path) {
            Ok(text) => Self::of(&text, &path.display().to_string()).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => {
                let fault = Fault::new(format!("the key in {} cannot be read: {error}", path.display()));
                Err(Error::input(fault.help("check its permissions")))
            }
        }
    }

    /// Why a run has no key, a clause.
    pub fn absent(file: Option<&Path>) -> String {
        match file {
            Some(file) => format!("{VARIABLE} is not set, and {} is not there", file.display()),
            None => format!("There is no key ({VARIABLE} or `key_file:`)"),
        }
    }

    /// The key that a text is, from a place that is named where it is too short.
    pub(crate) fn of(text: &str, place: &str) -> Result<Self> {
        let text = text.trim();
        if text.len() < SHORTEST {
            let fault = Fault::new(format!("the key in {place} is too short: {} characters", text.len()));
            return Err(Error::usage(fault.help("make one of at least 16: openssl rand -hex 32")));
        }
        Ok(Self { key: blake3::derive_key("crmlint 2026 baseline", text.as_bytes()) })
    }

    /// What tells two keys apart, and nothing about them.
    pub fn id(&self) -> String {
        blake3::keyed_hash(&self.key, b"id").to_hex()[..8].to_owned()
    }

    /// The hash of a few parts.
    pub fn hash(&self, parts: &[&str]) -> u64 {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        let bytes = hasher.finalize();
        let first: [u8; 8] = std::array::from_fn(|at| bytes.as_bytes()[at]);
        u64::from_le_bytes(first) >> (u64::BITS - BITS)
    }
}

/// A set of hashes: how many, and the smallest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketch {
    /// How many there are.
    pub count: u64,
    /// The smallest; all of them when they are few.
    pub least: BTreeSet<u64>,
}

impl Sketch {
    /// The sketch of these hashes.
    pub fn of(hashes: impl Iterator<Item = u64>) -> Self {
        let all: BTreeSet<u64> = hashes.collect();
        Self { count: all.len() as u64, least: all.into_iter().take(KEPT).collect() }
    }

    /// Hashes that are surely in the other and not here. Beyond the largest that is kept nothing is known.
    pub fn missing_from(&self, other: &Self) -> u64 {
        let whole = self.count == self.least.len() as u64;
        let bound = self.least.last().copied().filter(|_| !whole).unwrap_or(u64::MAX);
        other.least.iter().filter(|hash| **hash <= bound && !self.least.contains(hash)).count() as u64
    }

    /// What is left of it where the other is all there is.
    pub fn reduced_to(&self, other: &Self) -> Self {
        let least: BTreeSet<u64> = self.least.intersection(&other.least).copied().collect();
        let whole = self.count == self.least.len() as u64;
        let count = if whole { least.len() as u64 } else { self.count.min(other.count).max(least.len() as u64) };
        Self { count, least }
    }

    /// `12 0a1b… …`, as a baseline holds it.
    pub fn text(&self) -> String {
        let hashes = self.least.iter().map(|hash| format!("{hash:012x}"));
        std::iter::once(self.count.to_string()).chain(hashes).collect::<Vec<_>>().join(" ")
    }

    /// Reads what [`Sketch::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let count = words.next()?.parse().ok()?;
        let least: Option<BTreeSet<u64>> = words.map(|word| u64::from_str_radix(word, 16).ok()).collect();
        let least = least?;
        (least.len() as u64 <= count).then_some(Self { count, least })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_hashes_are_seen_in_small_sets_and_large() {
        let small = Sketch::of(0..10);
        assert_eq!(small.missing_from(&Sketch::of(0..10)), 0);
        assert_eq!(small.missing_from(&Sketch::of(5..12)), 2, "two are new though fewer are left");
        let large = Sketch::of((0..10_000).map(|n| n * 10));
        assert_eq!(large.least.len(), KEPT);
        assert_eq!(large.missing_from(&Sketch::of((0..10_000).map(|n| n * 10))), 0);
        assert_eq!(large.missing_from(&Sketch::of((0..10_000).map(|n| n * 10 + u64::from(n == 3)))), 1);
        assert_eq!(large.missing_from(&Sketch::of((100..10_000).map(|n| n * 10))), 0, "fewer are not new");
    }

    #[test]
    fn a_sketch_is_read_back_and_reduced() {
        let sketch = Sketch::of([3, 77, 1 << 47].into_iter());
        assert_eq!(Sketch::parse(&sketch.text()), Some(sketch.clone()));
        for wrong in ["", "x", "1 0a 0b", "2 zz"] {
            assert_eq!(Sketch::parse(wrong), None, "{wrong}");
        }
        assert_eq!(sketch.reduced_to(&Sketch::of([77, 5].into_iter())), Sketch::of([77].into_iter()));
    }

    #[test]
    fn another_key_gives_other_hashes() {
        let [one, other] = ["0123456789abcdef", "0123456789abcdeg"]
            .map(|text| Key::of(text, "here").unwrap_or_else(|_| unreachable!()));
        assert_ne!(one.id(), other.id());
        assert_ne!(one.hash(&["a", "b"]), other.hash(&["a", "b"]));
        assert_ne!(one.hash(&["a", "b"]), one.hash(&["ab", ""]));
        assert!(Key::of("short", "here").is_err());
    }
}
