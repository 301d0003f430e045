//! Drafts: the values of a column with their counts in, a list of allowed ones out, their other spellings beside them.

use std::collections::BTreeMap;

use super::columns::Look;
use crate::checks::inferred::sort;
use crate::mapping::spelling::Word;

/// The fewest records of an allowed value; what is rarer is left to the audit, and may tell of a person.
const FEWEST: u64 = 3;
/// One in so many records must hold it.
const SHARE: u64 = 2_000;

/// An allowed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its most frequent spelling.
    pub(super) text: String,
    /// Records that hold it, in whatever spelling.
    pub(super) records: u64,
    /// Its other spellings: another case, other blanks or signs, a typo.
    pub(super) spellings: Vec<String>,
}

/// What else tells which spelling of a value is the right one.
#[derive(Debug, Default)]
pub(super) struct Votes<'a> {
    /// Values with their counts on the other side of the sync.
    pub(super) other_side: &'a [(String, u64)],
    /// Options that the system itself declares.
    pub(super) declared: Vec<&'a str>,
}

/// The allowed values of an enum, the most frequent first, and how many different ones are too rare to be listed.
pub(super) fn list(looks: &[&Look], votes: &Votes<'_>) -> (Vec<Listed>, usize) {
    let mut counted: BTreeMap<&str, u64> = votes.declared.iter().map(|option| (*option, 0)).collect();
    for (value, records) in looks.iter().flat_map(|look| &look.values) {
        *counted.entry(value).or_default() += records;
    }
    let total: u64 = counted.values().sum();
    let is_declared = |text: &str| votes.declared.contains(&text);
    let weight = |text: &str, records: u64| {
        let vote = votes.other_side.iter().find(|(value, _)| value == text).map_or(0, |(_, records)| *records);
        records + vote + if is_declared(text) { total } else { 0 }
    };
    let word = |text: &str| Word { text: text.to_owned(), other_side: text.to_owned(), aliases: Vec::new() };
    let mut words: Vec<(Word, u64)> =
        counted.iter().map(|(text, records)| (word(text), weight(text, *records))).collect();
    words.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.text.cmp(&other.0.text)));
    let mut listed: Vec<Listed> = Vec::new();
    for (Word { text, .. }, _) in &words {
        let records = counted.get(text.as_str()).copied().unwrap_or_default();
        let meant = sort(text, &words).map(|(meant, _)| meant).filter(|_| !is_declared(text));
        match meant.and_then(|meant| listed.iter_mut().find(|known| known.text == meant)) {
            Some(known) => {
                known.records += records;
                known.spellings.push(text.clone());
            }
            None => listed.push(Listed { text: text.clone(), records, spellings: Vec::new() }),
        }
    }
    let (all, fewest) = (listed.len(), FEWEST.max(total / SHARE));
    listed.retain(|word| word.records >= fewest || is_declared(&word.text));
    listed.sort_by(|one, other| other.records.cmp(&one.records).then_with(|| one.text.cmp(&other.text)));
    let rare = all - listed.len();
    (listed, rare)
}

#[cfg(test)]
mod tests {
    use super::{Votes, list};
    use crate::drafts::columns::{Holds, Look};

    fn look(values: &[(&str, u64)]) -> Look {
        let values = values.iter().map(|(value, records)| ((*value).to_owned(), *records)).collect();
        Look { label: String::new(), holds: Holds::Enum, filled: 0, stamps: Vec::new(), personal: false, values }
    }

    #[test]
    fn spellings_gather_under_the_frequent_one_and_rare_values_stay_out() {
        let look =
            look(&[("Gold", 40), ("Silver", 30), ("GOLD", 2), ("Gld", 1), ("Slver", 1), ("Call Ana in June", 1)]);
        let (listed, rare) = list(&[&look], &Votes::default());
        let told: Vec<(&str, u64, &[String])> =
            listed.iter().map(|word| (word.text.as_str(), word.records, word.spellings.as_slice())).collect();
        assert_eq!(told[0], ("Gold", 42, &["GOLD".to_owned()][..]), "three letters are too few for a typo");
        assert_eq!(told[1], ("Silver", 31, &["Slver".to_owned()][..]));
        assert_eq!((listed.len(), rare), (2, 2));
    }

    #[test]
    fn of_rare_spellings_the_one_of_the_other_side_leads() {
        let look = look(&[("Active", 60), ("PROSPECT", 1), ("Prospect", 1), ("prospect", 1)]);
        let other = [("Prospect".to_owned(), 3)];
        let (listed, _) = list(&[&look], &Votes { other_side: &other, ..Votes::default() });
        assert_eq!(listed[1].text, "Prospect");
        let declared = Votes { declared: vec!["prospect", "Churned"], ..Votes::default() };
        let (listed, _) = list(&[&look], &declared);
        let texts: Vec<&str> = listed.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["Active", "prospect", "Churned"], "what the system declares is allowed, held or not");
    }
}
