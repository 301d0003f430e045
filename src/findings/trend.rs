//! How a run stands to those before it. The history fills this in; reports render it.

use super::Severity;
use crate::text::count;

/// How a finding stands to earlier runs of the same profile and selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No earlier run had it.
    New,
    /// It was there when its rule was last looked at.
    Still,
    /// It was there, was gone, and is back.
    Reopened,
}

impl State {
    /// The word in the history and in reports for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Still => "still",
            Self::Reopened => "reopened",
        }
    }

    /// The same for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Still => "still there",
            other => other.name(),
        }
    }
}

/// People of a finding, or of all of them, held against the run before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Who was never among them.
    pub new: u64,
    /// Who was, was not in the run before, and is again.
    pub back: u64,
    /// Who was in the run before as well.
    pub still: u64,
    /// Who was in the run before and is not any more.
    pub gone: u64,
}

impl Moved {
    /// `12 people new, 3 gone`; nothing where nobody moved.
    pub fn told(self) -> Option<String> {
        let parts = [(self.new, "new"), (self.back, "back"), (self.gone, "gone")];
        let mut parts = parts.iter().filter(|(number, _)| *number > 0);
        let (number, word) = parts.next()?;
        let first = format!("{} {} {word}", count(*number), if *number == 1 { "person" } else { "people" });
        Some(parts.fold(first, |told, (number, word)| format!("{told}, {} {word}", count(*number))))
    }
}

/// One run of the trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What counted as now.
    pub instant: i64,
    /// Standing errors, warnings and notes.
    pub graded: [u64; 3],
    /// The score of identities, in tenths.
    pub identity: Option<u32>,
    /// The score of triggers, in tenths.
    pub triggers: Option<u32>,
    /// People whom a standing finding names, where they were followed.
    pub people: Option<u64>,
}

/// A finding that is not there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The rule's code.
    pub code: String,
    /// The rule's name.
    pub name: String,
    /// What it was about.
    pub subject: String,
    /// How bad it was.
    pub severity: Severity,
    /// Code and subject, hashed.
    pub fingerprint: String,
    /// Since when it had been there.
    pub since: i64,
    /// People it last had.
    pub people: u64,
}

/// What became of findings over the runs of one profile and selection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trend {
    /// The last runs, oldest first; this one is the last of them.
    pub points: Vec<Point>,
    /// The run before this one; none for the first.
    pub before: Option<i64>,
    /// Whether the history holds runs of another config, profile or selection.
    pub has_others: bool,
    /// Standing findings that are new.
    pub new: u64,
    /// Standing findings that were there before.
    pub still: u64,
    /// Standing findings that are back.
    pub reopened: u64,
    /// What is gone since its rule was last looked at.
    pub fixed: Vec<Fixed>,
    /// Findings of before whose rule could not look for them this time: nobody knows whether they are gone.
    pub unknown: u64,
    /// Their fingerprints.
    pub not_looked_for: Vec<String>,
    /// People of all standing findings, where they could be compared.
    pub people: Option<Moved>,
    /// Why people were not compared, a sentence.
    pub remark: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::Moved;

    #[test]
    fn moved_people_read_as_a_clause() {
        let moved = |new, back, gone| Moved { new, back, gone, still: 7 }.told();
        assert_eq!(moved(1_200, 0, 3).as_deref(), Some("1,200 people new, 3 gone"));
        assert_eq!(moved(0, 1, 0).as_deref(), Some("1 person back"));
        assert_eq!(moved(0, 0, 0), None);
    }
}
