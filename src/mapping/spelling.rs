//! Mapping stage: the allowed values of an enum and a value come in, what the value is comes out: allowed, another spelling
//! of one, a typo of one, or none of them. What a value is said to mean is right or absent.

use std::sync::LazyLock;

use ahash::AHashMap;
use serde::Deserialize;

use super::{Allowed, Attribute};
use crate::frames::normalize::{alike, fold, is_missing, masks, shipped, signs};

/// An allowed spelling on one side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// As this side spells it.
    pub text: String,
    /// Further spellings that the team declared.
    pub aliases: Vec<String>,
    /// How the other side of the sync spells it.
    pub other_side: String,
}

/// How a value leads to an allowed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is that value, or a declared alias.
    Declared,
    /// Another case, other blanks or punctuation.
    Variant,
    /// Invisible characters, or look-alike letters of another alphabet.
    Masked,
    /// The other system's spelling.
    Untranslated,
    /// Another word for the same, as shipped.
    Synonym,
    /// An edit away from it, and from no other.
    Typo,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Nothing, or a text that means nothing.
    Missing,
    /// An allowed value, however it got this spelling.
    Word(&'a Word, How),
    /// Not on the list.
    Outside,
}

/// The allowed values of an enum as one side spells them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spellings {
    words: Vec<Word>,
    missing: Vec<String>,
    profile: bool,
}

impl Spellings {
    /// Of an attribute, as its sources spell them or as the profile does.
    pub fn new(attribute: &Attribute, profile: bool) -> Self {
        let side = |allowed: &Allowed| Word {
            text: if profile { allowed.attribute.clone() } else { allowed.source.clone() },
            other_side: if profile { allowed.source.clone() } else { allowed.attribute.clone() },
            aliases: allowed.aliases.clone(),
        };
        let mut words: Vec<Word> = Vec::new();
        for word in attribute.values.iter().map(side) {
            if !words.iter().any(|known| known.text == word.text) {
                words.push(word);
            }
        }
        Self { words, missing: attribute.missing.clone(), profile }
    }

    /// Sorts a value.
    pub fn place(&self, value: &str) -> Place<'_> {
        sort(value, &self.words, &self.missing)
    }

    /// What a value means, as the attribute spells it; none for a value that is missing or outside.
    pub fn meant(&self, value: &str) -> Option<&str> {
        match self.place(value) {
            Place::Word(word, _) => Some(if self.profile { &word.text } else { &word.other_side }),
            Place::Missing | Place::Outside => None,
        }
    }
}

#[derive(Deserialize)]
struct Shipped {
    groups: Vec<Vec<String>>,
}

/// The groups that a folded word stands in.
static SYNONYMS: LazyLock<AHashMap<String, Vec<usize>>> = LazyLock::new(|| {
    let shipped: Shipped = shipped("synonyms", include_str!("../../rules/data/synonyms.yaml"));
    let mut groups: AHashMap<String, Vec<usize>> = AHashMap::new();
    for (number, group) in shipped.groups.iter().enumerate() {
        for word in group {
            let known = groups.entry(fold(word)).or_default();
            if !known.contains(&number) {
                known.push(number);
            }
        }
    }
    groups
});

/// Whether the shipped lists hold two words to be one.
fn same(one: &str, other: &str) -> bool {
    let groups = |text: &str| SYNONYMS.get(&fold(text)).map(Vec::as_slice).unwrap_or_default();
    groups(one).iter().any(|group| groups(other).contains(group))
}

/// Sorts a value of an enum.
fn sort<'a>(value: &str, words: &'a [Word], missing: &[String]) -> Place<'a> {
    let known = |word: &&Word| word.text == value || word.aliases.iter().any(|alias| alias == value);
    if let Some(word) = words.iter().find(|word| word.text == value).or_else(|| words.iter().find(known)) {
        return Place::Word(word, How::Declared);
    }
    if is_missing(value, missing) {
        return Place::Missing;
    }
    let trimmed = |word: &Word| word.text.trim().to_lowercase() == value.trim().to_lowercase();
    let means = |word: &Word| alike(&word.text, value) || word.aliases.iter().any(|alias| alike(alias, value));
    if let Some(word) = only(words, trimmed).or_else(|| only(words, means)) {
        let spellings = || std::iter::once(&word.text).chain(&word.aliases);
        let plain = spellings().any(|spelling| alike(spelling, value) && !masks(spelling, value));
        return Place::Word(word, if plain { How::Variant } else { How::Masked });
    }
    if let Some(word) = only(words, |word| alike(&word.other_side, value)) {
        return Place::Word(word, How::Untranslated);
    }
    if let Some(word) = only(words, |word| same(&word.text, value) || same(&word.other_side, value)) {
        return Place::Word(word, How::Synonym);
    }
    nearest(value, words).map_or(Place::Outside, |word| Place::Word(word, How::Typo))
}

/// The one word that fits; nothing when several do.
fn only(words: &[Word], fits: impl Fn(&Word) -> bool) -> Option<&Word> {
    let mut found = words.iter().filter(|word| fits(word));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The allowed value that a value is a typo of: near enough, and no other as near.
pub fn nearest<'a>(value: &str, words: &'a [Word]) -> Option<&'a Word> {
    let mut best: Option<(usize, &Word)> = None;
    let mut tied = false;
    for word in words {
        let Some(distance) = edits(value, &word.text) else { continue };
        match best {
            Some((least, _)) if distance > least => {}
            Some((least, _)) if distance == least => tied = true,
            _ => (best, tied) = (Some((distance, word)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, word)| word)
}

/// Whether what stands in front of a word makes another word of it: a syllable does, one consonant or a doubled first letter
/// does not.
fn makes_another(front: &str, word: &str) -> bool {
    let mut letters = front.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return true };
    let slip = !matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u') && word.chars().count() >= 5;
    !slip && !word.starts_with(letter)
}

/// Edits between two folded words when they may be one word mistyped: one, or two from eight letters on. What makes
/// another word is no typo: digits, a syllable put in front (`unsubscribed`), a last part of one letter (`Tier B`), and
/// other letters in place of two, or of one in a short word (`Iran`, `Iraq`).
fn edits(value: &str, allowed: &str) -> Option<usize> {
    let (one, other) = (fold(value), fold(allowed));
    let shorter = one.chars().count().min(other.chars().count());
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let last = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric()).rfind(|part| !part.is_empty()).unwrap_or_default().to_lowercase()
    };
    let (tail, right_tail) = (last(value), last(allowed));
    let letter = tail != right_tail && (tail.chars().count() == 1 || right_tail.chars().count() == 1);
    let (longer, whole) = if one.len() < other.len() { (&other, &one) } else { (&one, &other) };
    let in_front = longer.strip_suffix(whole.as_str()).is_some_and(|front| makes_another(front, whole));
    if shorter < 4 || letter || in_front || digits(&one) != digits(&other) || signs(value) != signs(allowed) {
        return None;
    }
    let most = if shorter < 8 { 1 } else { 2 };
    // Letters replaced and none added, lost or swapped: two of them, or one in a short word, make another word.
    let replaced = strsim::hamming(&one, &other).ok();
    let distance = strsim::osa_distance(&one, &other);
    let other_word = replaced == Some(distance) && (distance > 1 || shorter < 6);
    ((1..=most).contains(&distance) && !other_word).then_some(distance)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{How, Place, SYNONYMS, Shipped, Word, shipped, sort};
    use crate::frames::normalize::fold;

    fn words(list: &[&str]) -> Vec<Word> {
        list.iter()
            .map(|text| Word { text: (*text).to_owned(), other_side: (*text).to_owned(), aliases: Vec::new() })
            .collect()
    }

    #[test]
    fn a_stray_value_is_named_for_what_it_is() {
        let list = words(&["Prospect", "Active", "At Risk", "Churned", "Tier 1", "Tier 2", "Pro", "Plan A", "Plan B"]);
        let table = [
            ("Active", Some(("Active", How::Declared))),
            ("active ", Some(("Active", How::Variant))),
            ("at-risk", Some(("At Risk", How::Variant))),
            ("\u{a0}Active", Some(("Active", How::Variant))),
            ("\u{410}ctive", Some(("Active", How::Masked))),
            ("AT\u{200b} RISK", Some(("At Risk", How::Masked))),
            ("Actve", Some(("Active", How::Typo))),
            ("Prospcet", Some(("Prospect", How::Typo))),
            ("Chruned", Some(("Churned", How::Typo))),
            ("rospect", Some(("Prospect", How::Typo))),
            ("AActive", Some(("Active", How::Typo))),
            ("Tier 3", None),
            ("Pra", None),
            ("Plan C", None),
            ("Dormant", None),
            ("Inactive", None),
            ("Unchurned", None),
            ("Pro+", None),
            ("Plan D", None),
        ];
        for (value, wanted) in table {
            let found = match sort(value, &list, &[]) {
                Place::Word(word, how) => Some((word.text.as_str(), how)),
                Place::Missing | Place::Outside => None,
            };
            assert_eq!(found, wanted, "{value}");
        }
        assert!(["  ", "n/a"].iter().all(|value| sort(value, &list, &[]) == Place::Missing));
    }

    #[test]
    fn a_synonym_means_one_allowed_value_or_none() {
        let found = |value: &str, list: &[&str]| match sort(value, &words(list), &[]) {
            Place::Word(word, How::Synonym) => Some(word.text.clone()),
            _ => None,
        };
        assert_eq!(found("MQL", &["Prospect", "Marketing Qualified"]).as_deref(), Some("Marketing Qualified"));
        assert_eq!(found("Deutschland", &["Germany", "Austria"]).as_deref(), Some("Germany"));
        assert_eq!(found("\u{d6}sterreich", &["DE", "AT"]).as_deref(), Some("AT"));
        assert_eq!(found("DEU", &["Germany", "DE"]), None, "two allowed values are one country");
        assert_eq!(found("France", &["Germany", "Austria"]), None);
    }

    #[test]
    fn no_shipped_synonym_has_two_meanings() {
        let several: Vec<&String> =
            SYNONYMS.iter().filter(|(_, groups)| groups.len() > 1).map(|(word, _)| word).collect();
        assert!(several.is_empty(), "{several:?}");
        let lists: Shipped = shipped("synonyms", include_str!("../../rules/data/synonyms.yaml"));
        for group in &lists.groups {
            let folded: BTreeSet<String> = group.iter().map(|word| fold(word)).collect();
            assert_eq!(folded.len(), group.len(), "said twice: {group:?}");
        }
    }
}
