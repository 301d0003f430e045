//! How two cells are read that should say the same: a value in, what it means out.

use std::borrow::Cow;

use super::items::items;
use super::lenses::truth;
use crate::frames::calendar::EPOCH;
use crate::frames::normalize::{alike, fold, is_missing, is_token};
use crate::frames::time::{Stamp, Written};
use crate::mapping::spelling::{Place, Spellings};
use crate::text::trim;

/// Digits by which two phone numbers may be known to be one where only one of them names its country.
const SHORTEST_PHONE: usize = 7;

/// How the cells of both sides are read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// As values of an enum, by the spellings of each side.
    Words { left: Spellings, right: Spellings },
    /// As yes or no.
    Truth,
    /// As numbers.
    Number,
    /// As the digits of a phone number.
    Phone,
    /// As text without case, blanks and punctuation.
    Text,
    /// As a list that holds an item in some spelling, or does not.
    Item(String),
    /// As a time that is there or not; which one it is, [`super::Instants`] tell.
    Presence {
        /// Whether somebody may be born on the first day of Unix time.
        birthday: bool,
    },
}

/// A cell as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// Nothing, or a text that means nothing.
    Missing,
    /// Something that the reading cannot read.
    Unreadable,
    /// What it means, in one spelling.
    Means(Cow<'static, str>),
}

impl Reading {
    /// What a value of the left side means, as the right side spells it; none when it is missing or cannot be read.
    pub fn expected(&self, left: &str) -> Option<String> {
        match self {
            Self::Words { left: spellings, .. } => spellings.meant(left).map(str::to_owned),
            Self::Truth => truth(left).map(|says| says.to_string()),
            Self::Number | Self::Phone | Self::Text | Self::Item(_) | Self::Presence { .. } => None,
        }
    }

    /// Whether the right cell surely does not say what the left one says.
    pub(super) fn lacks(&self, left: &str, right: &str, missing: &[String]) -> bool {
        match (self.read(left, missing, true), self.read(right, missing, false)) {
            (left @ Said::Means(_), right @ Said::Means(_)) => !self.same(&left, &right),
            (Said::Means(_), Said::Missing) => true,
            _ => false,
        }
    }

    /// Whether a cell of the right says what one of the left says; none where one of them cannot be read.
    pub fn agrees(&self, left: &str, right: &str, missing: &[String]) -> Option<bool> {
        self.equal(&self.read(left, missing, true), &self.read(right, missing, false))
    }

    /// The same for two cells of the right.
    pub fn repeats(&self, one: &str, other: &str, missing: &[String]) -> Option<bool> {
        self.equal(&self.read(one, missing, false), &self.read(other, missing, false))
    }

    fn equal(&self, one: &Said, other: &Said) -> Option<bool> {
        let readable = *one != Said::Unreadable && *other != Said::Unreadable;
        readable.then(|| self.same(one, other))
    }

    /// Whether two cells mean the same.
    pub(crate) fn same(&self, one: &Said, other: &Said) -> bool {
        match (one, other) {
            (Said::Means(one), Said::Means(other)) if *self == Self::Phone => {
                one == other || is_same_abroad(one, other) || is_same_abroad(other, one)
            }
            _ => one == other,
        }
    }

    /// Whether two filled cells say the same, where their texts alone tell; what a text is missing or unreadable for is left
    /// open.
    pub(crate) fn told(&self, one: &str, other: &str, missing: &[String]) -> Option<bool> {
        match self {
            Self::Number => {
                let same = plain_number(trim(one))? == plain_number(trim(other))?;
                // A number is no token that means missing everywhere.
                (!is_token(one, missing) && !is_token(other, missing)).then_some(same)
            }
            Self::Text if one == other => (!is_missing(one, missing)).then_some(true),
            Self::Text => {
                let same = is_same_spelt(one, other)?;
                (!is_missing(one, missing) && !is_missing(other, missing)).then_some(same)
            }
            // Other numbers that differ may be two spellings of one.
            Self::Phone if one != other || is_missing(one, missing) => None,
            Self::Phone => one.bytes().any(|byte| matches!(byte, b'1'..=b'9')).then_some(true),
            Self::Words { .. } | Self::Truth | Self::Item(_) | Self::Presence { .. } => None,
        }
    }

    /// What a cell says, on the left side or on the right one.
    pub(crate) fn read(&self, value: &str, missing: &[String], on_left: bool) -> Said {
        if let Self::Words { left, right } = self {
            let spellings = if on_left { left } else { right };
            return match spellings.place(value) {
                Place::Missing => Said::Missing,
                Place::Outside => Said::Unreadable,
                Place::Word(word, _) => Said::Means(spellings.said(word).to_owned().into()),
            };
        }
        if is_missing(value, missing) {
            return Said::Missing;
        }
        if let Self::Item(wanted) = self {
            let held = items(value).iter().any(|item| alike(item, wanted));
            return if held { Said::Means("an item".into()) } else { Said::Missing };
        }
        let meant = match self {
            Self::Presence { birthday } => return present(value, *birthday),
            Self::Truth => truth(value).map(|says| says.to_string()),
            Self::Number => number(value),
            Self::Phone => digits(value),
            _ => Some(fold(value)),
        };
        meant.map_or(Said::Unreadable, |text| Said::Means(text.into()))
    }
}

/// Whether two plain texts [`fold`] to one; nothing where one of them has neither a letter nor a digit, or others than plain
/// ones.
fn is_same_spelt(one: &str, other: &str) -> Option<bool> {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
    }
    let reads = |text: &str| text.is_ascii() && letters(text).next().is_some();
    (reads(one) && reads(other)).then(|| letters(one).eq(letters(other)))
}

/// Whether a time is there. A default that software writes is none; what is no time at all says nothing.
fn present(value: &str, birthday: bool) -> Said {
    let read = Written::of(value);
    let zero = read.stamp == Stamp::Zero;
    match read.default_day() {
        // A birthday on that day, or none.
        Some(EPOCH) if birthday => Said::Unreadable,
        None if zero && birthday => Said::Unreadable,
        None if !zero && matches!(read.stamp, Stamp::Other | Stamp::Impossible) => Said::Unreadable,
        None if !zero => Said::Means("a time".into()),
        _ => Said::Missing,
    }
}

/// A number in one spelling: `1,234.50` is `1234.5`, and what a float adds far behind the point is noise.
fn number(value: &str) -> Option<String> {
    if let Some(plain) = plain_number(trim(value)) {
        return Some(plain.to_owned());
    }
    let rounded = format!("{:.6}", super::fits::number(value)?);
    let plain = rounded.trim_end_matches('0').trim_end_matches('.');
    Some(if plain == "-0" { "0" } else { plain }.to_owned())
}

/// A number of at most 15 digits, six of them behind the point, as [`number`] spells it: a float would say the same.
fn plain_number(value: &str) -> Option<&str> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && whole.len() + fraction.len() <= 15 && fraction.len() <= 6;
    if !fits || (whole.len() > 1 && whole.starts_with('0')) || !is_plain(whole) || !is_plain(fraction) {
        return None;
    }
    Some(if value.contains('.') { value.trim_end_matches('0').trim_end_matches('.') } else { value })
}

/// The digits of a phone number, without what stands for the plus. A number within its country keeps its leading zero.
fn digits(value: &str) -> Option<String> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let bare = digits.strip_prefix("00").unwrap_or(&digits);
    (!bare.is_empty()).then(|| bare.to_owned())
}

/// Whether the digits of a number within its country are the end of those of another with the country in front.
fn is_same_abroad(national: &str, other: &str) -> bool {
    let Some(own) = national.strip_prefix('0').filter(|own| own.len() >= SHORTEST_PHONE) else { return false };
    !other.starts_with('0') && other.ends_with(own)
}

#[cfg(test)]
mod tests {
    use super::{Reading, digits, is_same_spelt, number};
    use crate::frames::normalize::fold;

    #[test]
    fn plain_texts_are_told_apart_as_they_fold() {
        let texts =
            ["Green Tea", "green-tea", "greentea", "green", "green tea!", "A+", "a", "7", "7.0", "x@example.com"];
        for one in texts {
            for other in texts {
                assert_eq!(is_same_spelt(one, other), Some(fold(one) == fold(other)), "{one} {other}");
            }
        }
        assert_eq!([is_same_spelt("--", "a"), is_same_spelt("a", "\u{e9}a")], [None, None]);
    }

    #[test]
    fn numbers_and_phones_have_one_spelling() {
        let numbers = ["1,234.50", "1234.5", "+1234.500", "1234.50000000001"].map(number);
        assert!(numbers.iter().all(|found| found.as_deref() == Some("1234.5")), "{numbers:?}");
        assert_eq!([number("12,5"), number("12 EUR"), number("inf"), number("")], [const { None }; 4]);
        assert_eq!([number("-0"), number("-0.00000001"), number("100")].map(Option::unwrap), ["0", "0", "100"]);
        for (plain, wanted) in [("100.10", "100.1"), ("0.0", "0"), ("12.", "12"), ("007", "7"), (".5", "0.5")] {
            assert_eq!(number(plain).as_deref(), Some(wanted), "{plain}");
        }
        assert_eq!(number("123456789.123456"), number("+123456789.1234560"));
        let phones = ["+49 30 5550-0100", "0049305550 0100", "493055500100"].map(digits);
        assert!(phones.iter().all(|found| found.as_deref() == Some("493055500100")), "{phones:?}");
    }

    #[test]
    fn a_number_within_its_country_is_the_one_with_the_country_in_front() {
        let same = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|phone| Reading::Phone.read(phone, &[], true));
            Reading::Phone.same(&one, &other)
        };
        assert!(same("030 5550 0100", "+49 30 55500100") && same("0049 30 55500100", "03055500100"));
        assert!(!same("030 5550 0100", "+49 30 55500101") && !same("030 5550 0100", "040 5550 0100"));
        assert!(!same("0100", "+49 30 5550 0100"), "too few digits to tell");
    }
}
