//! What is asked of matching: whose records, how, and which of the matches.

use super::{Column, Filter};
use crate::matching::lists::MoreDomains;
use crate::matching::people::Field;

/// Columns of a dataset that say who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    /// The dataset.
    pub dataset: String,
    /// Which columns hold which field.
    pub fields: Vec<(Field, usize)>,
    /// Those of them that the mapping names; the others were recognised by their names and are not missed when blank.
    pub told: Vec<usize>,
}

/// Whose records are matched, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Matching {
    /// The datasets; the first that fills a field speaks for the person.
    pub sides: Vec<Side>,
    /// The probability from which a pair is one person, in thousandths.
    pub threshold: u32,
    /// Slips that two addresses may be apart.
    pub edits: u8,
    /// Most people of one cluster.
    pub cap: usize,
    /// Whether weights are learned from the records.
    pub estimate: bool,
    /// The region of phone numbers without a calling code.
    pub region: Option<String>,
    /// Further domains.
    pub domains: MoreDomains,
    /// Further texts that mean that nothing is known.
    pub missing: Vec<String>,
    /// Pairs of record keys that somebody decided.
    pub decided: Vec<(String, String, bool)>,
}

/// Which of the matches a fact is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// Records of a dataset whose addresses are one slip apart.
    Typo(Column),
    /// Records with a masked address whose person has a real one elsewhere.
    Relay(Column),
    /// Records of people who are several.
    Cluster(String),
    /// Records that a link joins which was not followed.
    Refused(String),
    /// Pairs of profiles that both fill all of these columns.
    Both(Vec<Column>),
    /// Pairs of profiles of which one is opted out and the other is not.
    Consent(Column),
    /// Pairs of profiles of which one meets a condition and the other does not.
    Segment(String, Filter),
}

impl Match {
    /// The dataset whose records are named.
    pub fn dataset(&self) -> &str {
        match self {
            Self::Typo(column) | Self::Relay(column) | Self::Consent(column) => &column.dataset,
            Self::Both(columns) => columns.first().map_or("", |column| column.dataset.as_str()),
            Self::Cluster(dataset) | Self::Refused(dataset) | Self::Segment(dataset, _) => dataset,
        }
    }

    /// What brings the records together, in a few words; nothing for what is asked of known clusters.
    pub fn told(&self) -> Option<&'static str> {
        match self {
            Self::Typo(_) => Some("addresses one slip apart"),
            Self::Relay(_) => Some("a masked address beside a real one"),
            Self::Cluster(_) => Some("several records of one person"),
            Self::Refused(_) => Some("weak links that were not followed"),
            Self::Both(_) | Self::Consent(_) | Self::Segment(..) => None,
        }
    }

    /// The columns that must be held beside those of the matching.
    pub fn columns(&self) -> Vec<Column> {
        match self {
            Self::Typo(column) | Self::Relay(column) | Self::Consent(column) => vec![column.clone()],
            Self::Both(columns) => columns.clone(),
            Self::Cluster(_) | Self::Refused(_) | Self::Segment(..) => Vec::new(),
        }
    }
}

impl Matching {
    /// The columns that must be held.
    pub fn columns(&self) -> Vec<Column> {
        self.of_sides(|side| side.fields.iter().map(|(_, index)| *index).collect())
    }

    /// The columns that the mapping names.
    pub fn told(&self) -> Vec<Column> {
        self.of_sides(|side| side.told.clone())
    }

    fn of_sides(&self, columns: impl Fn(&Side) -> Vec<usize>) -> Vec<Column> {
        let of = |side: &Side| {
            let columns = columns(side).into_iter();
            columns.map(|index| Column { dataset: side.dataset.clone(), index }).collect::<Vec<_>>()
        };
        self.sides.iter().flat_map(of).collect()
    }
}
