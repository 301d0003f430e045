//! How much of each finding fits: a report of thousands stays a page that a browser opens at once.

/// What the details of findings may take together, in bytes.
const DETAILS: usize = 3_800_000;
/// Findings up to which each is shown in full.
const FEW: usize = 500;

/// The room for one finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Values that it is made of.
    pub(super) parts: usize,
    /// Samples.
    pub(super) samples: usize,
    /// Characters of one value.
    pub(super) value: usize,
    /// Characters of a sentence.
    pub(super) sentence: usize,
}

impl Room {
    /// The room for each of so many findings.
    pub(super) fn of(findings: usize) -> Self {
        if findings <= FEW {
            return Self { parts: 40, samples: 20, value: 300, sentence: 2_000 };
        }
        Self { parts: 5, samples: 3, value: 80, sentence: 400 }
    }

    /// What is left after so many bytes: nothing but the head of a finding at the end.
    pub(super) fn after(self, bytes: usize) -> Self {
        if bytes > DETAILS { Self { parts: 0, samples: 0, value: 40, sentence: 120 } } else { self }
    }

    /// Whether details have to stay out.
    pub(super) fn is_full(self) -> bool {
        self.samples == 0
    }
}

/// What is shown of a text, and all its characters where it was cut.
pub(super) fn cut(value: &str, most: usize) -> (&str, Option<u64>) {
    match value.char_indices().nth(most) {
        None => (value, None),
        Some((end, _)) => (&value[..end], Some(value.chars().count() as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::{DETAILS, Room, cut};

    #[test]
    fn the_more_findings_the_less_of_each() {
        assert!(Room::of(500).parts > Room::of(501).parts);
        assert!(!Room::of(5_000).after(DETAILS).is_full() && Room::of(5_000).after(DETAILS + 1).is_full());
    }

    #[test]
    fn a_long_text_is_cut_between_letters() {
        assert_eq!(cut("日本", 2), ("日本", None));
        assert_eq!(cut("日本語", 2), ("日本", Some(3)));
    }
}
