//! Shapes of ids: how Zoho's are written, what kind of value a profile's `id` is, and what is wrong with it.

use super::{Lens, lenses::shape as other};
use crate::frames::normalize::is_placeholder_id;
use crate::text::trim;

/// Names of shapes that checks judge.
pub mod shape {
    /// `zcrm_5540230000002350111`
    pub const PREFIXED: &str = "with zcrm_";
    /// `5540230000002350111`
    pub const BARE: &str = "bare";
    /// An address.
    pub const EMAIL: &str = "e-mail address";
    /// One of Zoho's record ids.
    pub const ZOHO: &str = "Zoho record id";
    /// `f47ac10b-58cc-4372-a567-0e02b2c3d479`
    pub const UUID: &str = "UUID";
    /// Digits alone.
    pub const NUMBER: &str = "number";
    /// An id that Customer.io gave itself.
    pub const INTERNAL: &str = "starts with cio_";
    /// Anything else.
    pub const TEXT: &str = "text";
    /// Over the limit of bytes.
    pub const LONG: &str = "over 150 bytes";
    /// Nothing wrong.
    pub const FINE: &str = "fine";
}

/// Bytes of an `id` that Customer.io takes.
const LONGEST: usize = 150;
/// Words that stand for people without an id, beside those that stand for no value anywhere.
const NOBODY: &[&str] = &["anonymous", "tba", "tbd"];
/// Digits of a Zoho record id.
const ZOHO: std::ops::RangeInclusive<usize> = 15..=19;

/// The shape of an id under a lens of ids, where it is known whether the value stands for nothing.
pub(super) fn shape(lens: &Lens, value: &str, names_nobody: bool) -> &'static str {
    let id = trim(value);
    // What stands in `id` is somebody's id: a profile that is called `null` takes what was meant for many.
    if id.is_empty() || (names_nobody && *lens != Lens::ProfileIdFault) {
        return other::MISSING;
    }
    match lens {
        Lens::Prefix if is_placeholder_id(id) => other::PLACEHOLDER,
        Lens::Prefix => match prefixless(id) {
            Some(digits) if is_digits(digits) => shape::PREFIXED,
            None if is_digits(id) && ZOHO.contains(&id.len()) => shape::BARE,
            _ => shape::TEXT,
        },
        Lens::ProfileIdFault => match kind(id) {
            shape::INTERNAL => shape::INTERNAL,
            shape::EMAIL => shape::EMAIL,
            _ if names_nobody || is_filler(id) || is_placeholder_id(id) => other::PLACEHOLDER,
            _ if value.len() > LONGEST => shape::LONG,
            _ => shape::FINE,
        },
        _ => kind(id),
    }
}

fn kind(id: &str) -> &'static str {
    let begins = |prefix: &str| id.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    if begins("cio_") {
        return shape::INTERNAL;
    }
    if memchr::memchr(b'@', id.as_bytes()).is_some() {
        return shape::EMAIL;
    }
    if prefixless(id).is_some_and(is_digits) || (is_digits(id) && ZOHO.contains(&id.len())) {
        return shape::ZOHO;
    }
    if is_uuid(id) {
        return shape::UUID;
    }
    if is_digits(id) { shape::NUMBER } else { shape::TEXT }
}

/// Zeros, however many, and words for people of whom nothing is known.
fn is_filler(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0') || NOBODY.iter().any(|word| word.eq_ignore_ascii_case(id))
}

fn prefixless(id: &str) -> Option<&str> {
    id.strip_prefix("zcrm_").or_else(|| id.strip_prefix("ZCRM_"))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_uuid(id: &str) -> bool {
    if id.len() != 36 {
        return false;
    }
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{Lens, shape};

    #[test]
    fn ids_are_told_by_kind() {
        let table = [
            ("zcrm_5540230000002350111", shape::ZOHO),
            ("5540230000002350111", shape::ZOHO),
            ("4711", shape::NUMBER),
            ("f47ac10b-58cc-4372-a567-0e02b2c3d479", shape::UUID),
            ("ana@example.com", shape::EMAIL),
            ("CIO_a1f2", shape::INTERNAL),
            ("fw-0a1b2-00000017", shape::TEXT),
        ];
        for (value, wanted) in table {
            assert_eq!(Lens::ProfileId.shape(value), wanted, "{value}");
        }
        assert_eq!(Lens::ProfileIdFault.shape(&"x".repeat(151)), shape::LONG);
        assert_eq!(Lens::ProfileIdFault.shape("4711"), shape::FINE);
        assert_eq!(Lens::ProfileIdFault.shape("??"), super::other::PLACEHOLDER);
        for value in ["null", "-", "0", "00", "n/a", "None", "nil", "undefined", "TBD", "anonymous"] {
            assert_eq!(Lens::ProfileIdFault.shape(value), super::other::PLACEHOLDER, "{value}");
        }
        assert_eq!(Lens::ProfileIdFault.shape(" "), super::other::MISSING);
        assert_eq!(Lens::ProfileId.shape("null"), super::other::MISSING);
        assert_eq!(Lens::Prefix.shape("5540230000002350111"), shape::BARE);
        assert_eq!(Lens::Prefix.shape("zcrm_5540230000002350111"), shape::PREFIXED);
        assert_eq!(Lens::Prefix.shape("0000000"), "placeholder");
    }
}
