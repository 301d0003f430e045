//! Canonical forms for comparison. What is shown and written stays as it stood in the export.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::lists::LISTS;
use crate::text::trim;

/// The forms under which two values may be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// An address without case and outer blanks.
    Address,
    /// An address as the provider delivers it: dots and tags gone where they are noise.
    Mailbox,
    /// A record id without `zcrm_`, case and outer blanks.
    Identifier,
    /// A text without case and outer blanks.
    Folded,
    /// A text as it stands.
    Exact,
}

impl Form {
    /// The canonical form, nothing for a value that is missing, a placeholder or no such thing.
    pub fn of(self, text: &str) -> Option<String> {
        self.read(text).map(Cow::into_owned)
    }

    /// The same, out of the text itself where nothing of it changes.
    pub fn read(self, text: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::Address => address(text),
            Self::Mailbox => match address(text)? {
                Cow::Borrowed(address) => mailbox(address),
                Cow::Owned(address) => mailbox(&address).map(|mailbox| Cow::Owned(mailbox.into_owned())),
            },
            Self::Identifier => identifier(text),
            Self::Folded => (!is_missing(text, &[])).then(|| lowered(trim(text))),
            Self::Exact => (!is_missing(text, &[]) && names_something(text)).then_some(Cow::Borrowed(text)),
        }
    }
}

/// Whether a value stands for nothing: blank, or one of the tokens people type instead.
pub fn is_missing(text: &str, declared: &[String]) -> bool {
    is_nothing(text) || is_token(text, declared)
}

/// The same by the words that mean nothing everywhere.
pub fn is_nothing(text: &str) -> bool {
    let trimmed = trim(text);
    trimmed.is_empty() || LISTS.missing.holds_in_any_case(trimmed)
}

/// Whether a value is one of the tokens that a source writes for nothing.
pub fn is_token(text: &str, declared: &[String]) -> bool {
    let trimmed = trim(text);
    // Most values are longer than any token.
    declared.iter().any(|token| token.len() >= trimmed.len() && trim(token).eq_ignore_ascii_case(trimmed))
}

/// What an address column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressClass {
    /// Blank or a missing token.
    Missing,
    /// Something that only looks like an address: `test@test.com`.
    Placeholder,
    /// No address at all.
    Malformed,
    /// An address.
    Usable,
}

impl AddressClass {
    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Placeholder => "placeholder",
            Self::Malformed => "malformed",
            Self::Usable => "usable",
        }
    }
}

/// Sorts a value of an address column.
pub fn address_class(text: &str) -> AddressClass {
    classify(text).0
}

/// The class of a value and its lower-case form.
fn classify(text: &str) -> (AddressClass, Cow<'_, str>) {
    let trimmed = trim(text);
    let at = memchr::memrchr(b'@', trimmed.as_bytes());
    // No missing token holds an @.
    if at.is_none() && is_missing(trimmed, &[]) {
        return (AddressClass::Missing, Cow::Borrowed(""));
    }
    let lowered = lowered(trimmed);
    let at = match &lowered {
        Cow::Borrowed(_) => at,
        Cow::Owned(other) => memchr::memrchr(b'@', other.as_bytes()),
    };
    (class_of(&lowered, at), lowered)
}

/// A text without case.
fn lowered(text: &str) -> Cow<'_, str> {
    // Without leaving early, many bytes are looked at at once.
    let is_lower = !text.bytes().fold(false, |any, byte| any | !byte.is_ascii() | byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

fn class_of(lowered: &str, at: Option<usize>) -> AddressClass {
    match at.map(|at| (&lowered[..at], &lowered[at + 1..])) {
        None if LISTS.locals.holds(lowered) => AddressClass::Placeholder,
        None => AddressClass::Malformed,
        Some((local, domain)) => {
            let lists = &*LISTS;
            let placeholder = lists.addresses.holds(lowered)
                || lists.domains.holds(domain)
                || lists.locals.holds(local)
                || (local.len() <= 2 && domain.split('.').all(|label| label.len() <= 2 && label == local));
            match (placeholder, well_formed(local, domain)) {
                (true, _) => AddressClass::Placeholder,
                (false, true) => AddressClass::Usable,
                (false, false) => AddressClass::Malformed,
            }
        }
    }
}

/// What a byte is in an address of letters, digits and the usual signs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Letter,
    Dash,
    /// What a local part alone may hold.
    Sign,
    Dot,
    Other,
}

const SORTS: [Sort; 256] = {
    let mut sorts = [Sort::Other; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        sorts[byte as usize] = match byte {
            b'-' => Sort::Dash,
            b'_' | b'+' => Sort::Sign,
            b'.' => Sort::Dot,
            _ if byte.is_ascii_alphanumeric() => Sort::Letter,
            _ => Sort::Other,
        };
        byte += 1;
    }
    sorts
};

/// Whether an address is one of letters, digits and the usual signs, which most are. Loops that never leave early.
fn is_plain(local: &str, domain: &str) -> bool {
    let (mut fits, mut before) = (true, Sort::Dot);
    for byte in local.bytes() {
        let sort = SORTS[usize::from(byte)];
        fits &= sort != Sort::Other && !(before == Sort::Dot && sort == Sort::Dot);
        before = sort;
    }
    if !fits || before == Sort::Dot {
        return false;
    }
    let mut dots = 0;
    before = Sort::Dot;
    for byte in domain.bytes() {
        let sort = SORTS[usize::from(byte)];
        fits &= match sort {
            Sort::Letter => true,
            Sort::Dash => before != Sort::Dot,
            Sort::Dot => before == Sort::Letter,
            Sort::Sign | Sort::Other => false,
        };
        dots += u32::from(sort == Sort::Dot);
        before = sort;
    }
    fits && before == Sort::Letter && dots > 0
}

fn well_formed(local: &str, domain: &str) -> bool {
    if is_plain(local, domain) {
        return true;
    }
    let quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let foreign = |c: char| {
        matches!(c, '@' | ',' | ';' | ':' | '<' | '>' | '(' | ')' | '[' | ']' | '\\' | '"')
            || c.is_whitespace()
            || c.is_control()
    };
    let local_fits =
        !local.is_empty() && (quoted || !local.chars().any(foreign)) && local.split('.').all(|part| !part.is_empty());
    let label_fits = |label: &str| {
        let edge = |byte: Option<&u8>| byte.is_some_and(|byte| *byte != b'-');
        edge(label.as_bytes().first())
            && edge(label.as_bytes().last())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    local_fits && domain.contains('.') && domain.split('.').all(label_fits)
}

/// An address without case and outer blanks; its domain in ASCII.
pub fn address(text: &str) -> Option<Cow<'_, str>> {
    let (class, lowered) = classify(text);
    if class != AddressClass::Usable {
        return None;
    }
    if lowered.is_ascii() {
        return Some(lowered);
    }
    let (local, domain) = lowered.rsplit_once('@')?;
    let local: String = local.nfkc().collect();
    let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
    Some(Cow::Owned(format!("{local}@{domain}")))
}

/// The mailbox behind an address that [`address`] gave. Never an empty local part.
pub fn mailbox(address: &str) -> Option<Cow<'_, str>> {
    let (local, domain) = address.rsplit_once('@')?;
    let (own, provider) = delivered(local, domain);
    if own.is_none() && provider.is_none() {
        return Some(Cow::Borrowed(address));
    }
    Some(Cow::Owned(format!("{}@{}", own.as_deref().unwrap_or(local), provider.unwrap_or(domain))))
}

/// The local part and the domain that a provider reads, where it reads them otherwise than they are written.
pub fn delivered(local: &str, domain: &str) -> (Option<String>, Option<&'static str>) {
    let Some((canonical, dots, plus)) = LISTS.providers.get(domain) else { return (None, None) };
    let untagged = if *plus { local.split('+').next().unwrap_or(local) } else { local };
    let plain: Cow<'_, str> =
        if *dots && untagged.contains('.') { Cow::Owned(untagged.replace('.', "")) } else { Cow::Borrowed(untagged) };
    if plain.is_empty() {
        return (None, None);
    }
    let other = (plain != local).then(|| plain.into_owned());
    (other, (canonical != domain).then_some(canonical.as_str()))
}

/// Whether a text has a letter or a digit: dashes and question marks alone are nobody's id, however many have them.
fn names_something(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphanumeric()) || text.chars().any(char::is_alphanumeric)
}

/// A record id without `zcrm_`, case and outer blanks; nothing for blanks, missing tokens, zeros and signs.
pub fn identifier(text: &str) -> Option<Cow<'_, str>> {
    let trimmed = unguarded(trim(text));
    let bare = trimmed.strip_prefix("zcrm_").or_else(|| trimmed.strip_prefix("ZCRM_")).unwrap_or(trimmed);
    if is_long_number(bare) {
        return Some(Cow::Borrowed(bare));
    }
    let is_filler = bare.bytes().all(|b| b == b'0') || !names_something(bare);
    if is_missing(bare, &[]) || is_filler || is_worn(bare.as_bytes()) {
        return None;
    }
    if bare.bytes().any(|b| b.is_ascii_uppercase() || b >= 0x80) {
        let lowered = bare.to_lowercase();
        return Some(Cow::Owned(lowered.strip_prefix("zcrm_").map(str::to_owned).unwrap_or(lowered)));
    }
    Some(Cow::Borrowed(bare))
}

/// Whether an id is a number of many digits, not all of them zeros, as most are: no word, and nothing that wore it out.
fn is_long_number(bare: &str) -> bool {
    // Loops that never leave early.
    let is_number = bare.bytes().fold(true, |all, byte| all & byte.is_ascii_digit());
    let any = bare.bytes().fold(0, |any, byte| any | (byte ^ b'0'));
    bare.len() >= LONG && is_number && any != 0
}

/// Digits of a number that no list of words holds.
const LONG: usize = 10;

/// A number without the apostrophe that keeps spreadsheets from rounding it, as Shopify exports its ids.
fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())).unwrap_or(text)
}

/// Scientific notation or a decimal tail: many ids come out the same, so none of them is one person.
fn is_worn(bare: &[u8]) -> bool {
    let digits = bare.iter().take_while(|b| b.is_ascii_digit()).count();
    let rest = &bare[digits..];
    let worn = matches!(rest.first(), Some(b'.' | b',' | b'e' | b'E')) && rest.len() > 1;
    worn && digits > 0 && rest[1..].iter().all(|b| b.is_ascii_digit() || matches!(b, b'e' | b'E' | b'+'))
}

/// Whether a value is an id of zeros or a placeholder word.
pub fn is_placeholder_id(text: &str) -> bool {
    let trimmed = trim(text);
    let bare = trimmed.strip_prefix("zcrm_").unwrap_or(trimmed);
    let is_filler = (bare.len() >= 3 && bare.bytes().all(|b| b == b'0')) || !names_something(bare);
    let is_word =
        LISTS.locals.holds_in_any_case(bare) || (!bare.is_ascii() && LISTS.locals.holds(&bare.to_lowercase()));
    (!bare.is_empty() && is_filler) || is_word
}

/// A value without case, blanks and punctuation: two spellings of one thing fold alike.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        let mut folded = String::with_capacity(text.len());
        let letters = text.bytes().filter(u8::is_ascii_alphanumeric);
        folded.extend(letters.map(|byte| char::from(byte.to_ascii_lowercase())));
        return if folded.is_empty() { text.trim().to_ascii_lowercase() } else { folded };
    }
    let folded: String =
        text.nfkc().filter(|c| !invisible(*c)).flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect();
    if folded.is_empty() { text.trim().to_lowercase() } else { folded }
}

/// Characters that carry meaning where other punctuation does not: `A+` is not `A-`, `<18` is not `18`.
pub fn signs(text: &str) -> String {
    let trimmed = text.trim();
    let normal: Cow<'_, str> =
        if text.is_ascii() { Cow::Borrowed(trimmed) } else { Cow::Owned(trimmed.nfkc().collect()) };
    let mut signs: String = normal.chars().filter(|c| matches!(c, '+' | '<' | '>' | '=' | '#' | '%' | '*')).collect();
    if normal.ends_with('-') {
        signs.push('-');
    }
    signs
}

/// Whether two values are one but for case, blanks, punctuation, invisible and look-alike characters. Look-alikes are
/// letters of another alphabet: between plain values `rn` is not `m`.
pub fn alike(one: &str, other: &str) -> bool {
    if signs(one) != signs(other) {
        return false;
    }
    fold(one) == fold(other)
        || (!(one.is_ascii() && other.is_ascii()) && fold(&unmasked(one)) == fold(&unmasked(other)))
}

/// Whether two values that are [`alike`] differ in what nobody sees: invisible characters, letters of another alphabet.
pub fn masks(one: &str, other: &str) -> bool {
    let hidden = |text: &str| text.chars().filter(|c| invisible(*c)).collect::<String>();
    hidden(one) != hidden(other) || fold(one) != fold(other)
}

/// Letters of other alphabets as the plain letters they look like; plain letters stay.
pub fn unmasked(text: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii() {
            return c.to_string();
        }
        let looks: String = unicode_security::skeleton(c.encode_utf8(&mut [0; 4])).collect();
        match looks.as_str() {
            // A capital I looks like a small l, and that is how the table has it.
            "l" if c.is_uppercase() => "I".to_owned(),
            _ if looks.is_ascii() => looks,
            _ => c.to_string(),
        }
    };
    text.chars().map(plain).collect()
}

/// Characters that take no room: zero-width, direction marks, soft hyphens, joiners.
pub fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

#[cfg(test)]
#[path = "normalize_tests.rs"]
mod tests;
