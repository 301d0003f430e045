//! How alike the names of two columns are, whoever wrote them.

use super::inferred::labels;
use crate::frames::normalize::fold;

/// How alike names are to be called alike.
pub(crate) const ALIKE: f64 = 0.6;

/// A label by its words.
pub(crate) struct Name {
    folded: String,
    words: Vec<String>,
}

impl Name {
    pub(crate) fn new(label: &str) -> Self {
        // Words that say how a field is kept, not what it is.
        const FILLERS: &[&str] =
            &["at", "date", "time", "is", "the", "of", "default", "mailing", "customer", "contact"];
        let all = labels(label);
        let words: Vec<String> = all.iter().filter(|word| !FILLERS.contains(&word.as_str())).cloned().collect();
        Self { folded: fold(label), words: if words.is_empty() { all } else { words } }
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
