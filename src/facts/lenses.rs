//! Lenses: a value in, the name of its shape out.

use super::fits::Fit;
use super::{Consent, Lens};
use crate::frames::normalize::{address_class, fold, is_missing, is_nothing, is_placeholder_id, is_token};
use crate::frames::time::{Stamp, Written};
use crate::text::trim;

/// Names of shapes that checks judge.
pub mod shape {
    /// Nothing there.
    pub const MISSING: &str = "missing";
    /// Something there.
    pub const FILLED: &str = "filled";
    /// Something that does not fit the declared type.
    pub const UNFIT: &str = "of another type";
    /// A placeholder.
    pub const PLACEHOLDER: &str = "placeholder";
    /// An id of digits, with or without `zcrm_`.
    pub const WHOLE: &str = "id";
    /// `5.54023E+17`
    pub const SCIENTIFIC: &str = "scientific notation";
    /// `554023000000235011.0`
    pub const DECIMAL_TAIL: &str = "decimal tail";
    /// `554023000000235000`, rounded to 15 digits
    pub const ROUNDED: &str = "rounded to 15 digits";
    /// An id of 16 or 17 digits that ends in zeros: rounded, or so by nature.
    pub const ROUNDED_SHORT: &str = "rounded to 15 digits, or so by nature";
    /// A number that a 64-bit float can hold, as a column of ids seldom is.
    pub const FLOATED: &str = "rounded by a float";
    /// Opted out.
    pub const OUT: &str = "opted out";
    /// Explicitly subscribed.
    pub const IN: &str = "subscribed";
    /// A box to opt out that is there and not ticked.
    pub const UNTICKED: &str = "not opted out";
    /// No opinion.
    pub const SILENT: &str = "says nothing";
    /// Every topic that is named is off.
    pub const TOPICS_OFF: &str = "every topic off";
    /// A topic is on, or none is named.
    pub const TOPICS_ON: &str = "some topic on";
    /// A topic that is not on the list.
    pub const STRANGE_TOPIC: &str = "names an unknown topic";
    /// Over the size that is accepted.
    pub const LONG: &str = "too long";
    /// Within it.
    pub const SHORT: &str = "short enough";
    /// A text that means nothing to its reader.
    pub const UNREADABLE: &str = "unreadable";
}

/// A value while lenses look at it: what one of them worked out is there for the next.
pub(super) struct Seen<'a> {
    value: &'a str,
    /// Whether it stands for nothing, by the usual words.
    nothing: Option<bool>,
    written: Option<Written<'a>>,
}

impl<'a> Seen<'a> {
    pub(super) fn new(value: &'a str) -> Self {
        Self { value, nothing: None, written: None }
    }

    /// Whether it stands for nothing, also by the words that are declared.
    #[inline]
    fn is_missing(&mut self, declared: &[String]) -> bool {
        let value = self.value;
        *self.nothing.get_or_insert_with(|| is_nothing(value)) || is_token(value, declared)
    }

    /// The value as a time.
    #[inline]
    fn written(&mut self) -> &Written<'a> {
        let value = self.value;
        self.written.get_or_insert_with(|| Written::of(value))
    }
}

impl Lens {
    /// The shape of a value.
    pub(crate) fn shape(&self, value: &str) -> &'static str {
        self.of(&mut Seen::new(value))
    }

    /// The shape of a value that other lenses look at too.
    pub(super) fn of(&self, seen: &mut Seen<'_>) -> &'static str {
        let value = seen.value;
        match self {
            Self::Stamp(tokens) if seen.is_missing(tokens) => shape::MISSING,
            Self::Stamp(_) => seen.written().stamp.name(),
            Self::Identifier => identifier(seen),
            Self::Address => address_class(value).name(),
            Self::Consent(consent) => consent.says(value),
            Self::Filled(tokens) if seen.is_missing(tokens) => shape::MISSING,
            Self::Filled(_) => shape::FILLED,
            Self::Prefix | Self::ProfileId | Self::ProfileIdFault => {
                super::ids::shape(self, value, seen.is_missing(&[]))
            }
            Self::Topics => topics(value),
            Self::Preferences(known) => super::topics::shape(value, known),
            Self::Size(most) if value.len() > *most => shape::LONG,
            Self::Size(_) => shape::SHORT,
            Self::Calendar(_, tokens) | Self::Fits(_, tokens) if seen.is_missing(tokens) => shape::MISSING,
            Self::Calendar(reading, _) => reading.of(seen.written()),
            Self::Fits(fit, _) => {
                let fits = if *fit == Fit::Time { seen.written().stamp != Stamp::Other } else { fit.holds(value) };
                if fits { shape::FILLED } else { shape::UNFIT }
            }
        }
    }
}

fn identifier(seen: &mut Seen<'_>) -> &'static str {
    if seen.is_missing(&[]) {
        return shape::MISSING;
    }
    let trimmed = trim(seen.value);
    if is_placeholder_id(trimmed) {
        return shape::PLACEHOLDER;
    }
    let bare = trimmed.strip_prefix("zcrm_").unwrap_or(trimmed).as_bytes();
    let digits = bare.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &bare[digits..];
    match rest.first() {
        None if digits >= 16 && bare[15..].iter().all(|b| *b == b'0') => {
            // The shorter the id, the more often it ends in zeros by nature.
            if digits >= 18 { shape::ROUNDED } else { shape::ROUNDED_SHORT }
        }
        None if digits >= 18 && through_float(bare) => shape::FLOATED,
        Some(b'.' | b',') if digits >= 6 && rest.len() > 1 && rest[1..].iter().all(|b| *b == b'0') => {
            shape::DECIMAL_TAIL
        }
        Some(b'.' | b',' | b'e' | b'E') if digits >= 1 && is_scientific(rest) => shape::SCIENTIFIC,
        _ => shape::WHOLE,
    }
}

/// Whether a number survives a 64-bit float: one in 64 of 18 digits does by chance, one in 512 of 19.
fn through_float(digits: &[u8]) -> bool {
    let step: u64 = if digits.len() == 18 { 64 } else { 512 };
    // A thousand million is a multiple of both.
    let last = &digits[digits.len().saturating_sub(9)..];
    last.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')).is_multiple_of(step)
}

/// `.54023E+17`, `E17`
fn is_scientific(rest: &[u8]) -> bool {
    let Some(at) = rest.iter().position(|b| matches!(b, b'e' | b'E')) else { return false };
    let (fraction, exponent) = (&rest[..at], &rest[at + 1..]);
    let power = exponent.strip_prefix(b"+").unwrap_or(exponent);
    let fraction_fits = fraction.is_empty() || (fraction.len() > 1 && fraction[1..].iter().all(u8::is_ascii_digit));
    fraction_fits && matches!(power.len(), 1 | 2) && power.iter().all(u8::is_ascii_digit)
}

impl Consent {
    /// What a value says: opted out, subscribed, nothing, or something that cannot be read.
    pub fn says(&self, value: &str) -> &'static str {
        match self {
            Self::Profile => profile(value),
            Self::Mailable if profile(value) == shape::OUT => shape::OUT,
            Self::Mailable => shape::IN,
            _ if is_missing(value, &[]) => shape::MISSING,
            Self::OptOutBox => match truth(value) {
                Some(true) => shape::OUT,
                Some(false) => shape::UNTICKED,
                None => shape::UNREADABLE,
            },
            Self::Suppressed => {
                let reasons = value.to_uppercase();
                let wish = ["UNSUBSCRIBE", "USER_SUPPRESSED", "SPAM_COMPLAINT"];
                if wish.iter().any(|reason| reasons.contains(reason)) { shape::OUT } else { shape::SILENT }
            }
            Self::OptInFlag => match truth(value) {
                Some(true) => shape::IN,
                Some(false) => shape::SILENT,
                None => shape::UNREADABLE,
            },
            Self::State => match fold(value).as_str() {
                "subscribed" | "subscribe" => shape::IN,
                "unsubscribed" | "unsubscribe" => shape::OUT,
                "neversubscribed" | "notsubscribed" | "pending" => shape::SILENT,
                _ => shape::UNREADABLE,
            },
            Self::Declared(spellings) => {
                let folded = fold(value);
                match spellings.iter().find(|(spelling, _)| *spelling == folded) {
                    Some((_, true)) => shape::OUT,
                    Some((_, false)) => shape::IN,
                    None => shape::UNREADABLE,
                }
            }
        }
    }
}

/// Customer.io's own reading: any casing of `true`, or `1`, is unsubscribed; every other value is not.
fn profile(value: &str) -> &'static str {
    if value.is_empty() {
        return shape::SILENT;
    }
    if value.eq_ignore_ascii_case("true") || value == "1" {
        return shape::OUT;
    }
    if value.eq_ignore_ascii_case("false") || value == "0" { shape::IN } else { shape::UNREADABLE }
}

/// What the cell of subscription preferences says: a JSON object with a map of topics.
fn topics(value: &str) -> &'static str {
    if is_missing(value, &[]) {
        return shape::MISSING;
    }
    let Ok(cell) = serde_json::from_str::<serde_json::Value>(value) else { return shape::UNREADABLE };
    let Some(topics) = cell.get("topics").and_then(serde_json::Value::as_object) else { return shape::TOPICS_ON };
    let off = |topic: &serde_json::Value| topic == false || topic == "false" || topic == 0 || topic == "0";
    if !topics.is_empty() && topics.values().all(off) { shape::TOPICS_OFF } else { shape::TOPICS_ON }
}

/// A yes or a no as people and systems write it.
pub fn truth(value: &str) -> Option<bool> {
    match value.trim().to_lowercase().as_str() {
        // Spreadsheets write booleans in the language of their user.
        "true" | "yes" | "y" | "1" | "t" | "on" | "wahr" | "ja" | "vrai" | "oui" | "verdadero" | "sí" | "si"
        | "vero" => Some(true),
        "false" | "no" | "n" | "0" | "f" | "off" | "falsch" | "nein" | "faux" | "non" | "falso" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Consent, Lens, shape};

    #[test]
    fn ids_show_what_happened_to_them() {
        let table = [
            ("zcrm_5540230000002350111", shape::WHOLE),
            ("5540230000002350110", shape::WHOLE),
            ("5.54023E+18", shape::SCIENTIFIC),
            ("5E18", shape::SCIENTIFIC),
            ("554023000000235.0", shape::DECIMAL_TAIL),
            ("5540230000002350000", shape::ROUNDED),
            ("0000000", shape::PLACEHOLDER),
            ("-", shape::MISSING),
            ("a1f20700c3019d01", shape::WHOLE),
        ];
        for (value, wanted) in table {
            assert_eq!(Lens::Identifier.shape(value), wanted, "{value}");
        }
    }

    #[test]
    fn consent_is_read_as_its_reader_reads_it() {
        let says = |value: &str| Consent::Profile.says(value);
        assert_eq!([says("TRUE"), says("1"), says("true ")], [shape::OUT, shape::OUT, shape::UNREADABLE]);
        assert_eq!([says("Yes"), says("false"), says("")], [shape::UNREADABLE, shape::IN, shape::SILENT]);
        assert_eq!(Consent::OptInFlag.says("no"), shape::SILENT, "never asked is no opt-out");
        assert_eq!([Consent::OptOutBox.says("false"), Consent::OptOutBox.says("")], [shape::UNTICKED, shape::MISSING]);
        let topics =
            [("{\"topics\":{\"topic_1\":false}}", shape::TOPICS_OFF), ("", shape::MISSING), ("{}", shape::TOPICS_ON)];
        for (value, wanted) in topics {
            assert_eq!(super::topics(value), wanted, "{value}");
        }
        assert_eq!(Consent::State.says("NEVER_SUBSCRIBED"), shape::SILENT);
    }
}
