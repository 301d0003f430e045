//! A value and the allowed ones: allowed, another spelling of one, a typo of one, or none of them. A suggestion is right or
//! absent.

use crate::frames::normalize::{alike, fold, is_missing, signs};

/// An allowed spelling on one side.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) aliases: Vec<String>,
    /// How the other side of the sync spells it.
    pub(super) other_side: String,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Allowed, missing, or a declared alias.
    Fine,
    /// A spelling of an allowed value.
    Variant(String),
    /// An edit away from one allowed value.
    Typo(String),
    /// The other system's spelling of an allowed value.
    Untranslated(String),
    /// Not on the list.
    Outside,
}

/// Sorts a value of an enum.
pub(super) fn sort(value: &str, words: &[Word], missing: &[String]) -> Place {
    let known = |word: &Word| word.text == value || word.aliases.iter().any(|alias| alias == value);
    if words.iter().any(known) || is_missing(value, missing) {
        return Place::Fine;
    }
    let trimmed = |word: &Word| word.text.trim().to_lowercase() == value.trim().to_lowercase();
    if let Some(word) = only(words, trimmed) {
        return Place::Variant(word);
    }
    let means = |word: &Word| alike(&word.text, value) || word.aliases.iter().any(|alias| alike(alias, value));
    if let Some(word) = only(words, means) {
        return Place::Variant(word);
    }
    if let Some(word) = only(words, |word| alike(&word.other_side, value)) {
        return Place::Untranslated(word);
    }
    nearest(value, words).map_or(Place::Outside, Place::Typo)
}

/// The one word that fits; nothing when several do.
fn only(words: &[Word], fits: impl Fn(&Word) -> bool) -> Option<String> {
    let mut found = words.iter().filter(|word| fits(word));
    let first = found.next()?;
    found.next().is_none().then(|| first.text.clone())
}

/// The allowed value that a value is a typo of: near enough, and no other as near.
pub(super) fn nearest(value: &str, words: &[Word]) -> Option<String> {
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
    best.filter(|_| !tied).map(|(_, word)| word.text.clone())
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
    let in_front = one.ends_with(&other) || other.ends_with(&one);
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
    use super::{Place, Word, sort};

    fn words(list: &[&str]) -> Vec<Word> {
        list.iter()
            .map(|text| Word { text: (*text).to_owned(), other_side: (*text).to_owned(), aliases: Vec::new() })
            .collect()
    }

    #[test]
    fn a_stray_value_is_named_for_what_it_is() {
        let list = words(&["Prospect", "Active", "At Risk", "Churned", "Tier 1", "Tier 2", "Pro", "Plan A", "Plan B"]);
        let table = [
            ("Active", Place::Fine),
            ("  ", Place::Fine),
            ("n/a", Place::Fine),
            ("active ", Place::Variant("Active".into())),
            ("at-risk", Place::Variant("At Risk".into())),
            ("\u{410}ctive", Place::Variant("Active".into())),
            ("Actve", Place::Typo("Active".into())),
            ("Prospcet", Place::Typo("Prospect".into())),
            ("Chruned", Place::Typo("Churned".into())),
            ("Tier 3", Place::Outside),
            ("Pra", Place::Outside),
            ("Plan C", Place::Outside),
            ("Dormant", Place::Outside),
            ("Inactive", Place::Outside),
            ("Unchurned", Place::Outside),
            ("Pro+", Place::Outside),
            ("Plan D", Place::Outside),
        ];
        for (value, wanted) in table {
            assert_eq!(sort(value, &list, &[]), wanted, "{value}");
        }
    }
}
