//! Counts with samples: how many records and people, and the smallest keys that show them.

/// One failing record.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// The record's own id as it stands in the file.
    pub key: String,
    /// The key of the other record of a pair.
    pub other: String,
    /// The value as it stands.
    pub value: String,
    /// The other record's value, or what else tells.
    pub detail: String,
}

/// How many records and people, with the smallest keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Records, or pairs where the fact is about pairs.
    pub rows: u64,
    /// Different people among them.
    pub people: u64,
    /// The smallest keys, sorted; all of them when every failing record was asked for.
    pub samples: Vec<Sample>,
}

impl Tally {
    /// Adds a tally of other people.
    pub fn merge(&mut self, other: Self, cap: usize) {
        self.rows += other.rows;
        self.people += other.people;
        self.samples.extend(other.samples);
        self.trim(cap);
    }

    /// Sorts the samples and keeps the first.
    pub fn trim(&mut self, cap: usize) {
        self.samples.sort_unstable();
        self.samples.truncate(cap);
    }
}

/// People who were counted: by themselves, or as bits by their numbers once that takes less.
#[derive(Debug, Default)]
struct Several {
    few: ahash::AHashSet<u32>,
    bits: Vec<u64>,
    /// The highest number so far.
    most: u32,
}

/// People that are held by themselves in any case.
const FEW: usize = 1 << 12;
/// Numbers for each person up to which bits take no more than a set of people.
const SPREAD: usize = 64;

impl Several {
    /// Adds one; whether it is new.
    #[inline]
    fn insert(&mut self, person: u32) -> bool {
        if !self.bits.is_empty() {
            return self.mark(person);
        }
        let is_new = self.few.insert(person);
        self.most = self.most.max(person);
        if self.few.len() > FEW && self.few.len() > self.most as usize / SPREAD {
            for person in std::mem::take(&mut self.few) {
                self.mark(person);
            }
        }
        is_new
    }

    fn mark(&mut self, person: u32) -> bool {
        let (place, bit) = (person as usize / 64, 1_u64 << (person % 64));
        if place >= self.bits.len() {
            self.bits.resize((place + 1).max(self.bits.len() * 2), 0);
        }
        let is_new = self.bits[place] & bit == 0;
        self.bits[place] |= bit;
        is_new
    }
}

/// Records that are only counted: each is all there is of its person, and its key is too far back for a sample.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beyond {
    /// The rank beyond which no record is looked at. It only sinks.
    pub(crate) limit: u32,
    passed: u32,
}

impl Default for Beyond {
    fn default() -> Self {
        Self { limit: u32::MAX, passed: 0 }
    }
}

impl Beyond {
    /// Counts a record of this rank where it need not be looked at; a record that is not all of its person has the first one.
    #[inline]
    pub(crate) fn takes(&mut self, rank: u32) -> bool {
        let takes = rank > self.limit;
        self.passed += u32::from(takes);
        takes
    }
}

/// Counts while records stream by. A person's several records in one dataset must count once, which takes memory only
/// for those few people.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    tally: Tally,
    several: Several,
    /// Samples by the rank of their keys.
    kept: Vec<(u32, Sample)>,
    /// The rank beyond which nothing can be among the smallest any more.
    worst: Option<u32>,
}

impl Counter {
    /// Counts a record of a person, who is looked up only where `alone` does not say that there is no other record of them
    /// that could be counted here.
    #[inline]
    pub(crate) fn add(&mut self, person: impl FnOnce() -> u32, alone: bool) {
        self.tally.rows += 1;
        if alone || self.several.insert(person()) {
            self.tally.people += 1;
        }
    }

    /// Counts records that were passed over.
    pub(crate) fn add_beyond(&mut self, beyond: Beyond) {
        self.tally.rows += u64::from(beyond.passed);
        self.tally.people += u64::from(beyond.passed);
    }

    /// The rank beyond which no sample is kept.
    pub(crate) fn worst(&self) -> u32 {
        self.worst.unwrap_or(u32::MAX)
    }

    /// Keeps a sample when it may be among the smallest; the closure runs only then. Ranks are those of the records'
    /// keys: most records of a file are passed over by comparing two numbers.
    #[inline]
    pub(crate) fn sample(&mut self, cap: usize, rank: u32, build: impl FnOnce() -> Sample) {
        if cap > 0 && self.worst.is_none_or(|worst| rank <= worst) {
            self.keep(cap, rank, build());
        }
    }

    #[cold]
    fn keep(&mut self, cap: usize, rank: u32, sample: Sample) {
        self.kept.push((rank, sample));
        if self.kept.len() >= cap.saturating_mul(2).max(cap.saturating_add(8)) {
            self.kept.sort_unstable();
            self.kept.truncate(cap);
            self.worst = self.kept.last().map(|(rank, _)| *rank);
        }
    }

    pub(crate) fn finish(mut self, cap: usize) -> Tally {
        self.tally.samples = self.kept.into_iter().map(|(_, sample)| sample).collect();
        self.tally.trim(cap);
        self.tally
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, Several};

    #[test]
    fn a_person_is_new_once_however_many_there_are() {
        let mut several = Several::default();
        let people = || (0..FEW as u32 * 3).map(|person| person * 7 % 50_021);
        assert!(people().all(|person| several.insert(person)));
        assert!(people().all(|person| !several.insert(person)));
        assert!(several.insert(3_000_000) && !several.insert(3_000_000) && several.insert(2_999_999));
        let mut far = Several::default();
        let people = || (0..FEW as u32 * 3).map(|person| person * 100_003);
        assert!(people().all(|person| far.insert(person)) && people().all(|person| !far.insert(person)));
        assert!(far.bits.is_empty(), "bits would take more than the people");
    }
}
