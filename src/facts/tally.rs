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

/// Counts while records stream by. A person's several records in one dataset must count once, which takes memory only
/// for those few people.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    tally: Tally,
    several: ahash::AHashSet<u32>,
}

impl Counter {
    /// Counts a record of a person; `alone` says that the person has no other record that could be counted here.
    pub(crate) fn add(&mut self, person: u32, alone: bool) {
        self.tally.rows += 1;
        if alone || self.several.insert(person) {
            self.tally.people += 1;
        }
    }

    /// Keeps a sample when it may be among the smallest; the closure runs only then.
    pub(crate) fn sample(&mut self, cap: usize, key: &str, build: impl FnOnce() -> Sample) {
        let room = cap.saturating_mul(2).max(cap.saturating_add(8));
        if cap == 0 {
            return;
        }
        if self.worst(cap).is_some_and(|worst| key > worst) {
            return;
        }
        self.tally.samples.push(build());
        if self.tally.samples.len() >= room {
            self.tally.trim(cap);
        }
    }

    /// After a trim the samples are sorted, so the last of the first `cap` bounds what can still matter.
    fn worst(&self, cap: usize) -> Option<&str> {
        let trimmed = self.tally.samples.get(..cap)?;
        trimmed.is_sorted().then(|| trimmed.last().map(|sample| sample.key.as_str())).flatten()
    }

    pub(crate) fn finish(mut self, cap: usize) -> Tally {
        self.tally.trim(cap);
        self.tally
    }
}
