//! Decisions of people about pairs of records, as pairs of the people whose records they are.

use ahash::{AHashMap, AHashSet};

use super::Matching;
use super::local::Slice;

/// What decisions come to.
pub(super) struct Decided {
    /// Pairs of people, and whether each is one person.
    pub(super) decided: Vec<(u32, u32, bool)>,
    /// Decisions that name records which are not there, or are there twice.
    pub(super) unknown: u64,
    /// Pairs that were decided apart and share a key.
    pub(super) joined: u64,
}

impl Decided {
    /// Looks the records up by their keys, in every dataset.
    pub(super) fn of(asked: &Matching, slices: &[Slice<'_>], persons: &[Vec<u32>]) -> Self {
        let mut all = Self { decided: Vec::new(), unknown: 0, joined: 0 };
        if asked.decided.is_empty() {
            return all;
        }
        let mut known: AHashMap<String, u32> = AHashMap::new();
        let mut twice: AHashSet<String> = AHashSet::new();
        for (slice, persons) in slices.iter().zip(persons) {
            for (row, person) in (0..).zip(persons) {
                let key = slice.frame.key(row).into_owned();
                if known.get(&key).is_some_and(|other| other != person) {
                    twice.insert(key);
                } else {
                    known.insert(key, *person);
                }
            }
        }
        // Two systems may use one number for two people: nothing is decided about those.
        known.retain(|key, _| !twice.contains(key));
        // Zoho writes the ids of its records with and without this.
        let find = |id: &String| {
            let bare = || known.get(id.strip_prefix("zcrm_")?);
            known.get(id).or_else(bare).or_else(|| known.get(&format!("zcrm_{id}")))
        };
        for (left, right, same) in &asked.decided {
            match (find(left), find(right)) {
                (Some(left), Some(right)) if left != right => all.decided.push((*left, *right, *same)),
                // They are one person by their keys already.
                (Some(_), Some(_)) => all.joined += u64::from(!same),
                _ => all.unknown += 1,
            }
        }
        all
    }
}
