//! Small things about text that several stages share: the nearest name, counts and lists as people write them.

use std::borrow::Cow;

/// The name nearest to what was typed, when one is near enough to be meant.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(typed);
    let most = (wanted.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| (strsim::osa_distance(&wanted, &fold(name)), name))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, name)| name)
}

fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `str::trim`, with a shortcut for what most cells are: nothing, or no blank at either end.
pub fn trim(text: &str) -> &str {
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_graphic());
    let bytes = text.as_bytes();
    let is_trimmed = bytes.is_empty() || plain(bytes.first()) && plain(bytes.last());
    if is_trimmed { text } else { text.trim() }
}

/// The lowest bits of eight bytes, next to each other.
#[inline]
pub(crate) fn packed(bytes: u64) -> u64 {
    // Each bit is moved into the highest byte, to its own place there.
    (bytes & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// A count with thousands apart: `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 record`, `2 records`, `1 person`, `12 people`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// A share as a percentage with one digit: `12.5%`; a share that is not zero never reads as zero.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0%".to_owned();
    }
    let tenths = (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole);
    match tenths {
        0 if part > 0 => "<0.1%".to_owned(),
        1000 if part < whole => ">99.9%".to_owned(),
        _ if tenths % 10 == 0 => format!("{}%", tenths / 10),
        _ => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// Names in quotes, joined: `a`, `b` and 3 more.
pub fn list(names: &[String], most: usize) -> String {
    let shown: Vec<String> = names.iter().take(most).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What a spreadsheet takes for the beginning of a formula, in the width of East Asian letters too.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell of a CSV file that people open in a spreadsheet: an apostrophe stands before one that would be run.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULA) { format!("'{cell}").into() } else { cell.into() }
}

/// The same for a value that is there to be repaired: telephone numbers and other numbers keep their sign, because a
/// spreadsheet can run nothing that is made of digits alone.
pub fn guarded_value(cell: &str) -> Cow<'_, str> {
    let digits = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | ',' | '(' | ')' | '/' | '-');
    let number = cell.strip_prefix(['+', '-']).is_some_and(|rest| rest.chars().all(digits));
    if number { cell.into() } else { guarded(cell) }
}

/// The cell that was guarded.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell)
}

/// Whether a character has no place in a line of a terminal: it moves the cursor, or turns the direction of writing.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The words of a name in lower case, with a blank around each: ` bank account `. A capital after a small letter begins a
/// word.
pub fn words(name: &str) -> String {
    let mut out = String::from(" ");
    let mut small = false;
    for c in name.chars() {
        if (c.is_uppercase() && small) || !c.is_alphanumeric() {
            out.push(' ');
        }
        small = c.is_lowercase();
        out.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
    }
    out.push(' ');
    out.split_whitespace().fold(String::from(" "), |all, word| all + word + " ")
}

/// The seconds of a duration as people write it in a config: `30m`, `6h`, `2d`.
pub fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let number: i64 = text[..text.len() - 1].trim().parse().ok()?;
    number.checked_mul(unit).filter(|seconds| *seconds >= 0)
}

/// A duration in its two largest units: `3 days`, `6 h`, `1 h 30 min`.
pub fn duration(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    let parts = [(days, if days == 1 { "day" } else { "days" }), (hours, "h"), (minutes, "min")];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .take(2)
        .map(|(number, unit)| format!("{number} {unit}"))
        .collect();
    if shown.is_empty() { format!("{seconds} s") } else { shown.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::{count, duration, guarded, guarded_value, nearest, percent, seconds, unguarded};

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(percent(1, 3), "33.3%");
        assert_eq!(percent(1, 100_000), "<0.1%");
        assert_eq!(percent(99_999, 100_000), ">99.9%");
        assert_eq!(seconds("6h"), Some(21_600));
        assert_eq!(seconds("h"), None);
        assert_eq!(duration(93_780), "1 day 2 h");
        assert_eq!(duration(5_400), "1 h 30 min");
    }

    #[test]
    fn no_cell_begins_as_a_formula_does() {
        for text in ["=1+1", "+49 30", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1", "＝1"] {
            assert_eq!(guarded(text), format!("'{text}"));
            assert_eq!(unguarded(&guarded(text)), text);
        }
        for text in ["", "a=1", "'x", "30 of 350", "mapping:identity"] {
            assert_eq!((guarded(text).as_ref(), unguarded(text)), (text, text));
        }
        for text in ["+49 (0)30 12-34", "-1", "-12.5", "+", "49"] {
            assert_eq!(guarded_value(text), text);
        }
        for text in ["-1+cmd|' /C calc'!A0", "+A1", "-x", "=1", "@x", "+49=1", "+1;2"] {
            assert_eq!(guarded_value(text), format!("'{text}"));
        }
    }

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["values", "aliases", "default"];
        assert_eq!(nearest("valeus", names), Some("values"));
        assert_eq!(nearest("Values", names), Some("values"));
        assert_eq!(nearest("owner", names), None);
    }
}
