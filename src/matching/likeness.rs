//! How two names are alike: forms, parts, initials, slips.

use super::names::{Likeness, Name};
use super::near;

/// How two different names are alike.
pub fn likeness(one: &Name, other: &Name) -> Likeness {
    if one.key == other.key {
        return Likeness::Same;
    }
    // Numbers in a name count guests, tills and branches.
    if !near::same_digits(&one.key, &other.key) {
        return Likeness::Other;
    }
    let spelled = |one: &Name, other: &Name| one.written.as_ref().is_some_and(|written| *written == other.key);
    if spelled(one, other) || spelled(other, one) {
        return Likeness::Variant;
    }
    let (short, long) = if one.key.len() <= other.key.len() { (&one.key, &other.key) } else { (&other.key, &one.key) };
    if !short.is_empty() && short.bytes().filter(|b| *b != b' ').eq(long.bytes().filter(|b| *b != b' ')) {
        return Likeness::Variant;
    }
    let first = |text: &str| text.chars().next();
    if short.len() <= 2 && short.chars().count() == 1 && first(short) == first(long) {
        return Likeness::Initial;
    }
    if short.contains(' ') || long.contains(' ') {
        let has = |text: &str, word: &str| text.split(' ').any(|other| other == word);
        let all = |text: &str, other: &str| text.split(' ').all(|word| word.len() == 1 || has(other, word));
        let common = short.split(' ').any(|word| word.len() > 2 && has(long, word));
        // Half a double name is a part of it; two double names with one half in common are sisters, but for a slip.
        if common && (all(short, long) || all(long, short)) {
            return Likeness::Part;
        }
        if common {
            let left = |text: &str, other: &str| {
                let words: Vec<&str> = text.split(' ').filter(|word| !has(other, word)).collect();
                words.join(" ")
            };
            let (one, other) = (left(short, long), left(long, short));
            return match near::within(&one, &other, 1) && one.len().min(other.len()) > 2 {
                true => Likeness::Slip,
                false => Likeness::Known,
            };
        }
    }
    if one.groups.iter().any(|group| other.groups.contains(group)) {
        return Likeness::Variant;
    }
    let found = apart(short, long);
    // Two names that are both full ones are no slips of each other: Andrea and Andreas, Ana and Anna.
    let known = one.is_full && other.is_full;
    if known { found.max(Likeness::Known) } else { found }
}

/// Martin and Martina, Mario and Maria: brother and sister rather than a slip.
fn is_other_gender(one: &str, other: &str) -> bool {
    let stem = |name: &str| name.trim_end_matches(['a', 'e', 'o']).len();
    let is_hers = |name: &str| name.ends_with('a');
    let (short, long) = (&one[..stem(one)], &other[..stem(other)]);
    is_hers(one) != is_hers(other) && short == long && short.len() >= 2
}

/// Names without a word in common, by their letters.
fn apart(short: &str, long: &str) -> Likeness {
    let length = short.chars().count();
    if is_other_gender(short, long) {
        return Likeness::Known;
    }
    if length >= 3 && long.starts_with(short) {
        return Likeness::Part;
    }
    if long.len() >= 4 && near::within(short, long, 1) {
        return Likeness::Slip;
    }
    // A pet name is often a piece of the name with another end: Gitti of Brigitte.
    let stem = short.trim_end_matches(['a', 'e', 'i', 'o', 'y']);
    if stem.len() >= 3 && long.contains(stem) {
        return Likeness::Alike;
    }
    if long.len() > near::LONGEST {
        return Likeness::Other;
    }
    // Names that differ in many letters are neither two edits apart nor alike by any measure.
    if !near::may_be_within(short, long, 3) {
        return Likeness::Other;
    }
    // Lowra for Laura: written by ear.
    let heard = length >= 5 && short.as_bytes()[0] == long.as_bytes()[0];
    if (heard || length >= 8) && near::within(short, long, 2)
        || length >= 3 && strsim::jaro_winkler(short, long) >= 0.88
    {
        return Likeness::Alike;
    }
    Likeness::Other
}
