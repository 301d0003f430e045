//! How alike the names of two columns are, whoever wrote them, and how their first cells look.

use std::sync::{Arc, Mutex, PoisonError};

use xxhash_rust::xxh3::xxh3_64;

use super::inferred::labels;
use crate::exports::Dataset;
use crate::facts::fits::number;
use crate::facts::lenses::truth;
use crate::frames::normalize::{fold, is_missing};
use crate::frames::time::{Stamp, classify};

/// How alike names are to be called alike.
pub(crate) const ALIKE: f64 = 0.6;

/// A label by its words.
pub(crate) struct Name {
    folded: String,
    words: Vec<String>,
    /// How often each letter occurs, some letters together; in ASCII alone, where a letter is a byte.
    letters: Option<[u8; 32]>,
    /// A bit for every word, some words together.
    bits: u64,
    /// Its numbers, each once, in order, as one hash; none where it has none.
    numbers: Option<u64>,
}

impl Name {
    pub(crate) fn new(label: &str) -> Self {
        // Words that say how a field is kept, not what it is.
        const FILLERS: &[&str] =
            &["at", "date", "time", "is", "the", "of", "default", "mailing", "customer", "contact"];
        let all = labels(label);
        let words: Vec<String> = all.iter().filter(|word| !FILLERS.contains(&word.as_str())).cloned().collect();
        let (folded, words) = (fold(label), if words.is_empty() { all } else { words });
        let letters = folded.is_ascii().then(|| {
            let mut letters = [0_u8; 32];
            for byte in folded.bytes() {
                let held = &mut letters[usize::from(byte % 32)];
                *held = held.saturating_add(1);
            }
            letters
        });
        let bits = words.iter().fold(0, |bits, word| bits | 1 << (xxh3_64(word.as_bytes()) % 64));
        let runs = label.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
        let mut numbers: Vec<&str> = runs.map(|run| run.trim_start_matches('0')).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let numbers = (!numbers.is_empty()).then(|| xxh3_64(numbers.join(" ").as_bytes()));
        Self { folded, words, letters, bits, numbers }
    }

    /// How alike two names are that are [`ALIKE`] and have no different numbers. Exports may have ten thousand columns each,
    /// so most pairs are told apart by their letters alone.
    pub(crate) fn alike(&self, other: &Self) -> Option<f64> {
        if self.is_another(other) {
            return None;
        }
        let may_be = self.bits & other.bits != 0 || self.most(other) * 0.8 * 0.95 >= ALIKE;
        may_be.then(|| self.like(other)).filter(|likeness| *likeness >= ALIKE)
    }

    /// What the similarity of Jaro and Winkler is at most: as if all common letters stood in the same order.
    fn most(&self, other: &Self) -> f64 {
        let (Some(letters), Some(theirs)) = (&self.letters, &other.letters) else { return 1.0 };
        let long = [self, other].iter().any(|name| name.folded.len() > usize::from(u8::MAX));
        if long || self.folded.is_empty() || other.folded.is_empty() {
            return 1.0;
        }
        let common: u32 = letters.iter().zip(theirs).map(|(one, two)| u32::from(*one.min(two))).sum();
        let share = |name: &Self| f64::from(common) / name.folded.len() as f64;
        let jaro = (share(self) + share(other) + 1.0) / 3.0;
        let begins = self.folded.bytes().zip(other.folded.bytes()).take(4).take_while(|(one, two)| one == two).count();
        jaro + 0.1 * begins as f64 * (1.0 - jaro)
    }

    /// Whether both have a number, and not the same: `Custom Field 12` is not `custom_field_13`.
    fn is_another(&self, other: &Self) -> bool {
        self.numbers.zip(other.numbers).is_some_and(|(own, its)| own != its)
    }

    /// How alike two names are: 1 where they differ in case, blanks and signs alone.
    pub(crate) fn like(&self, other: &Self) -> f64 {
        if self.folded == other.folded {
            return 1.0;
        }
        let shared = self.words.iter().filter(|word| other.words.contains(word)).count();
        let words = 2.0 * shared as f64 / (self.words.len() + other.words.len()).max(1) as f64;
        words.max(strsim::jaro_winkler(&self.folded, &other.folded) * 0.8) * 0.95
    }
}

/// What all filled cells of a column are among the first records, if there are any.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    any: bool,
    others: [bool; 3],
}

impl Look {
    pub(super) const TRUTH: usize = 0;
    pub(super) const NUMBER: usize = 1;
    pub(super) const TIME: usize = 2;

    fn add(&mut self, cell: &str) {
        if self.others == [true; 3] || is_missing(cell, &[]) {
            return;
        }
        self.any = true;
        let is: [&dyn Fn() -> bool; 3] = [&|| truth(cell).is_some(), &|| number(cell).is_some(), &|| {
            !matches!(classify(cell), Stamp::Other | Stamp::Impossible)
        }];
        for (other, is) in self.others.iter_mut().zip(is) {
            *other = *other || !is();
        }
    }

    /// Whether there are cells, and all of them are one of these.
    pub(super) fn is(self, what: usize) -> bool {
        self.any && !self.others[what]
    }

    /// The looks of all columns of a dataset, record after record.
    pub(super) fn all(dataset: &Dataset) -> Vec<Self> {
        let mut looks = vec![Self::default(); dataset.columns.len()];
        for record in &dataset.preview {
            looks.iter_mut().zip(record).for_each(|(look, cell)| look.add(cell));
        }
        looks
    }
}

/// Columns whose names are alike, by the places of both, and how much.
pub(super) type Alike = Arc<Vec<(usize, usize, f64)>>;

/// Columns of two datasets whose names are alike, worked out once for as long as the same columns are held together.
#[derive(Debug, Default)]
pub(super) struct AlikeNames(Mutex<Option<([Vec<usize>; 2], Alike)>>);

impl AlikeNames {
    /// Those of these columns; `find` finds them where others were held together before.
    pub(super) fn of(&self, columns: [Vec<usize>; 2], find: impl FnOnce() -> Vec<(usize, usize, f64)>) -> Alike {
        let open = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = open().as_ref().filter(|(known, _)| *known == columns) {
            return Arc::clone(found);
        }
        // Not under the lock: finding them takes all cores.
        let found = Arc::new(find());
        *open() = Some((columns, Arc::clone(&found)));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{ALIKE, Name};

    #[test]
    fn letters_alone_tell_no_alike_names_apart() {
        let labels = "Email|email_address|E-Mail|Stage|Lifecycle Stage|lifecycle|Phone|Mobile Phone|Date of Birth|birthday|\
                      Mailing City|city|Created Time|created_at|Owner|Ownr|Straße|strasse|X|Extra 17|extra_71|";
        let names: Vec<Name> = labels.split('|').map(Name::new).collect();
        let mut alike = 0;
        for one in &names {
            for other in &names {
                let likeness = one.like(other);
                let wanted = (likeness >= ALIKE && !one.is_another(other)).then_some(likeness);
                assert_eq!(one.alike(other), wanted, "{} {}", one.folded, other.folded);
                alike += usize::from(wanted.is_some());
            }
        }
        let are_alike = |one: &str, other: &str| Name::new(one).alike(&Name::new(other)).is_some();
        assert!(!are_alike("Extra 17", "extra_71") && !are_alike("Field 1 of 2", "field_2_of_3"));
        for (one, other) in [("Line 01", "line_1"), ("Q3 2024 Score", "score_2024_q3"), ("Phone 2", "phone")] {
            assert!(are_alike(one, other), "{one} {other}");
        }
        assert!(alike > names.len() && alike < names.len() * names.len() / 2, "{alike}");
    }
}
