//! Labelled people for judging a matcher: the shared shape of a labelled file, its random numbers, and the choice
//! between two noise models written apart. A size and a seed come in, records with their known truth go out.

use std::fmt;
use std::str::FromStr;

mod first;
mod second;

/// Which of the two models disturbs the copies; a matcher tuned on one is judged on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noise {
    /// Names mostly English and German, slips of the hand and of the ear.
    First,
    /// The model written apart.
    Second,
}

impl FromStr for Noise {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "first" => Ok(Self::First),
            "second" => Ok(Self::Second),
            _ => Err(format!("no noise model is named \"{text}\"; there are \"first\" and \"second\"")),
        }
    }
}

impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Second => "second",
        })
    }
}

/// Labelled records of people.
pub(crate) struct Labelled {
    /// Column names of the file; the first is the id.
    pub(crate) header: Vec<&'static str>,
    /// Cells as they stand in the export; record ids are unique.
    pub(crate) records: Vec<Vec<String>>,
    /// Who each record is.
    pub(crate) person: Vec<u32>,
    /// Every pair of records of one person, and the planted hard negatives.
    pub(crate) pairs: Vec<Pair>,
}

/// Two records and what is known of them.
pub(crate) struct Pair {
    /// Index of the earlier record; always below `right`.
    pub(crate) left: u32,
    /// Index of the later record.
    pub(crate) right: u32,
    /// Whether they are one person.
    pub(crate) same: bool,
    /// For the same person the tier of their addresses, for different people the hard negative.
    pub(crate) kind: &'static str,
    /// The fields that agree, of: name phone birth postcode street city company.
    pub(crate) agrees: Vec<&'static str>,
}

/// Makes exactly `records` records; the same arguments give the same bytes.
pub(crate) fn make(noise: Noise, records: usize, seed: u64) -> Labelled {
    match noise {
        Noise::First => first::make(records, seed),
        Noise::Second => second::make(records, seed),
    }
}

/// Seeded random numbers (splitmix64): no clock, no system source, so that a file can be made again.
#[derive(Clone)]
pub(crate) struct Rng {
    state: u64,
}

impl Rng {
    /// A generator for this seed; near seeds give unrelated streams because every output is mixed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 random bits.
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to 1, 1 excluded.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number below `n`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of the items, all equally likely. Panics on an empty slice: the lists are constants.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// An index into `weights`, as likely as its weight.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: u32 = weights.iter().sum();
        let mut left = self.below(total as usize) as u32;
        for (index, &weight) in weights.iter().enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }

    /// Puts the items in random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
