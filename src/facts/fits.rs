//! Whether a value fits the type that the mapping declares for it.

use serde::de::IgnoredAny;
use std::collections::BTreeMap;

use super::lenses::truth;
use crate::frames::normalize::fold;
use crate::frames::time::{Stamp, classify};
use crate::text::trim;

/// A declared type, as far as a value can contradict it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// Digits with a sign, a decimal point, thousands apart by commas.
    Number,
    /// A number as a program writes it.
    PlainNumber,
    /// An address, also a malformed one.
    Email,
    /// A yes or a no; or one of these spellings, folded.
    Boolean(Vec<String>),
    /// A time in any form.
    Time,
    /// A JSON array.
    List,
    /// A JSON object.
    Object,
}

impl Fit {
    /// Whether a value fits.
    pub(crate) fn holds(&self, value: &str) -> bool {
        let value = trim(value);
        match self {
            Self::Number => is_short_number(value) || number(value).is_some(),
            // Customer.io takes what JSON calls a number, and everything else as text.
            Self::PlainNumber => is_short_number(value) || serde_json::from_str::<f64>(value).is_ok(),
            Self::Email => memchr::memchr(b'@', value.as_bytes()).is_some(),
            Self::Boolean(spellings) => truth(value).is_some() || spellings.contains(&fold(value)),
            Self::Time => classify(value) != Stamp::Other,
            Self::List => serde_json::from_str::<Vec<IgnoredAny>>(value).is_ok(),
            Self::Object => serde_json::from_str::<BTreeMap<String, IgnoredAny>>(value).is_ok(),
        }
    }
}

/// Whether a value is a number of a few digits, some of them perhaps behind a point, which is one to every program.
fn is_short_number(value: &str) -> bool {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    let digits = |text: &str| (1..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && (whole.len() == 1 || !whole.starts_with('0'))
}

/// The number that a value is: `-1,234.50`, `1.2E5`.
pub(crate) fn number(value: &str) -> Option<f64> {
    let value = trim(value);
    // So many digits are exact.
    if (1..=15).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.bytes().fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0')) as f64);
    }
    if !is_number(value) {
        return None;
    }
    let number: f64 = if value.contains(',') { value.replace(',', "").parse() } else { value.parse() }.ok()?;
    number.is_finite().then_some(number)
}

fn is_number(value: &str) -> bool {
    let unsigned = value.strip_prefix(['-', '+']).unwrap_or(value);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(one, two)| (one, Some(two)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(one, two)| (one, Some(two)));
    let thousands = match whole.split_once(',') {
        None => digits(whole) || (whole.is_empty() && fraction.is_some()),
        Some((first, rest)) => {
            digits(first) && first.len() <= 3 && rest.split(',').all(|group| digits(group) && group.len() == 3)
        }
    };
    thousands
        && fraction.is_none_or(|fraction| digits(fraction) || (fraction.is_empty() && !whole.is_empty()))
        && exponent.is_none_or(|power| digits(power.strip_prefix(['-', '+']).unwrap_or(power)))
}

#[cfg(test)]
mod tests {
    use super::Fit;

    #[test]
    fn values_fit_their_type_or_do_not() {
        let numbers = ["0", "-12", "+3.5", "1,234", "1,234,567.89", "45678.5", ".5", "5.", "1.2E+5", " 7 "];
        let others = ["12,5", "1.234,56", "1,23", "12 kg", "€ 5", "n.a.", "", "-", ".", "1e", "nan", "0x10", "1,234,5"];
        for (values, wanted) in [(&numbers[..], true), (&others[..], false)] {
            for value in values {
                assert_eq!(Fit::Number.holds(value), wanted, "{value}");
            }
        }
        assert_eq!(
            ["2680.5", "-3", "1e3", "0", "0.10", "1234567890123456"].map(|value| Fit::PlainNumber.holds(value)),
            [true; 6]
        );
        let others = ["2,680.50", "NaN", "007", "5.", ".5", "1.2.3", "+3", "", "."];
        assert_eq!(others.map(|value| Fit::PlainNumber.holds(value)), [false; 9]);
        let booleans = Fit::Boolean(vec!["subscribed".to_owned()]);
        assert_eq!(["Yes", "0", "SUBSCRIBED", "soon"].map(|value| booleans.holds(value)), [true, true, true, false]);
        assert_eq!(["ada@example.com", "ada@", "Ada"].map(|value| Fit::Email.holds(value)), [true, true, false]);
        assert_eq!(["31/03/2026", "0", "soon"].map(|value| Fit::Time.holds(value)), [true, true, false]);
        assert_eq!(["[\"a\", 1]", "[]", "a, b", "{}"].map(|value| Fit::List.holds(value)), [true, true, false, false]);
        assert_eq!(["{\"a\": [1]}", "{}", "[]", "a"].map(|value| Fit::Object.holds(value)), [true, true, false, false]);
    }
}
