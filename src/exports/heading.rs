//! Input stage: the first lines of a table. In: the first bytes of delimited text, or a label. Out: the delimiter that a
//! `sep=` line sets, whether the first line is column names at all, and labels that are safe to print.

use std::borrow::Cow;

use ahash::AHashSet;

use super::recognise::is_zcrm;
use crate::text::is_unsafe;

/// The delimiter of Excel's first line `sep=;`, and the bytes after that line.
pub(super) fn separator(text: &[u8]) -> Option<(u8, &[u8])> {
    let start = text.iter().position(|byte| !b"\r\n".contains(byte))?;
    let text = &text[start..];
    let end = text.iter().position(|byte| b"\r\n".contains(byte)).unwrap_or(text.len());
    let (line, rest) = text.split_at(end);
    let line = line.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [s, e, p, b'=', delimiter] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && is_delimiter(*delimiter) => {
            Some((*delimiter, rest))
        }
        _ => None,
    }
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'\t' | b' ') || (byte.is_ascii_punctuation() && byte != b'"')
}

/// What a cell is, as far as telling names from values goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Address,
    Id,
    Date,
    Number,
    Word,
}

/// Whether the first line of a table is a record: it holds an e-mail address, or most of its cells are values and the
/// second line has the like in the same places.
pub(super) fn is_headless(table: &[u8], delimiter: u8) -> bool {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(table);
    let mut records = reader.byte_records().map_while(|record| record.ok());
    let mut classes = || {
        let record = records.next()?;
        Some(record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect::<Vec<_>>())
    };
    let Some(first) = classes() else { return false };
    let second = classes().unwrap_or_default();
    if first.iter().any(|cell| class(cell) == Class::Address) {
        return true;
    }
    let filled = first.iter().filter(|cell| !cell.is_empty()).count();
    let counted = is_counted(&first);
    let values: Vec<(usize, Class)> = first
        .iter()
        .enumerate()
        .map(|(at, cell)| (at, class(cell)))
        .filter(|(at, class)| match class {
            Class::Number => !counted && !is_year(&first[*at]),
            class => *class != Class::Word,
        })
        .collect();
    let alike =
        |(at, found): &&(usize, Class)| second.get(*at).is_none_or(|cell| cell.is_empty() || class(cell) == *found);
    values.len() * 2 > filled && values.iter().filter(alike).count() * 2 >= values.len()
}

fn class(cell: &str) -> Class {
    if is_address(cell) {
        Class::Address
    } else if is_zcrm(cell) {
        Class::Id
    } else if is_date(cell) {
        Class::Date
    } else if is_number(cell) {
        Class::Number
    } else {
        Class::Word
    }
}

fn is_address(cell: &str) -> bool {
    let Some((local, domain)) = cell.split_once('@') else { return false };
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    !local.is_empty()
        && cell.len() < 255
        && local.chars().all(fits)
        && domain.chars().all(fits)
        && domain.split('.').count() > 1
        && domain.split('.').all(|part| !part.is_empty())
}

/// `2026-05-21`, `2026-05-21T08:00:00Z`, `21.05.2026 8:00`.
fn is_date(cell: &str) -> bool {
    let day = cell.split(['T', ' ']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    parts.len() == 3
        && parts.iter().all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
        && (parts[0].len() == 4 || parts[2].len() == 4)
}

/// `12`, `-0.5`, `1,250.00`, `5.72577E+18`.
fn is_number(cell: &str) -> bool {
    let bare = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let (digits, power) = bare.split_once(['e', 'E']).unwrap_or((bare, "0"));
    let power = power.strip_prefix(['-', '+']).unwrap_or(power);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',')
        && !power.is_empty()
        && power.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tables that go across the years have years as names.
fn is_year(cell: &str) -> bool {
    cell.len() == 4 && cell.parse::<u16>().is_ok_and(|year| (1900..=2100).contains(&year))
}

/// Names that only count, as pandas gives them to columns without one: `0,1,2`.
fn is_counted(cells: &[String]) -> bool {
    let numbers: Vec<u64> = cells.iter().filter_map(|cell| cell.parse().ok()).collect();
    numbers.len() > 1 && numbers.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]))
}

/// The name of a column that has none.
pub(super) fn numbered(column: usize) -> String {
    format!("column {}", column + 1)
}

/// A label with U+FFFD for what is not safe to print.
pub(super) fn clean(label: &str) -> Cow<'_, str> {
    if label.contains(is_unsafe) { label.replace(is_unsafe, "\u{fffd}").into() } else { label.into() }
}

/// The labels of a format whose names are unique, clean and unique again.
pub(super) fn clean_all(labels: Vec<String>) -> Vec<String> {
    if !labels.iter().any(|label| label.contains(is_unsafe)) {
        return labels;
    }
    let mut taken: AHashSet<String> = AHashSet::with_capacity(labels.len());
    let unique = |label: &String| {
        let label = add_number(&clean(label), &|label| taken.contains(label));
        taken.insert(label.clone());
        label
    };
    labels.iter().map(unique).collect()
}

/// The label, or the first "label (2)", "label (3)" … that is not taken.
pub(super) fn add_number(label: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let mut number = 2_usize;
    let mut found = label.to_owned();
    while taken(&found) {
        found = format!("{label} ({number})");
        number += 1;
    }
    found
}

/// Whether a text may be somebody's data, which no message repeats.
pub(super) fn is_private(text: &str) -> bool {
    text.contains('@') || text.chars().filter(|c| c.is_numeric()).count() >= 7
}

/// Whether the column of a name holds ids: `id`, `zoho_contact_id`, `Record Id`, `customerId`.
pub(super) fn is_id_like(label: &str) -> bool {
    label.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("id"))
        || label.ends_with("Id")
        || label.ends_with("ID")
}

#[cfg(test)]
mod tests {
    use super::{clean_all, is_headless, is_id_like, is_private, separator};

    #[test]
    fn the_line_of_excel_sets_the_delimiter() {
        assert_eq!(separator(b"sep=;\r\na;b"), Some((b';', &b"\r\na;b"[..])));
        assert_eq!(separator(b"SEP=\t\na\tb"), Some((b'\t', &b"\na\tb"[..])));
        assert_eq!(separator(b"\"sep=|\"\na|b"), Some((b'|', &b"\na|b"[..])));
        for text in ["sep=\na", "sep=ab\n1", "separator;x\n", "sep;x\n", "sep=x\n", ""] {
            assert_eq!(separator(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_first_line_of_values_is_a_record() {
        for (table, expected) in [
            ("u0,person0@example.com,zcrm_5725767000004101003\nu1,x,y\n", true),
            ("person0@example.com\n", true),
            ("zcrm_5725767000004101003,2026-05-21 10:00,true\nzcrm_5725767000004101004,2026-05-22 10:00,\n", true),
            ("17,3.5,a\n19,4.5,b\n", true),
            ("5.72577E+18\n5.72577E+18\n", true),
            ("id,email,plan\n1,a@example.com,gold\n", false),
            ("write to help@example.com,n\n1,2\n", false),
            ("Product,2024,2025,2026\nx,1,2,3\n", false),
            ("Product,2026-01-01,2026-02-01\nx,10,20\n", false),
            (",0,1,2\n0,5,6,7\n", false),
            ("a,,\n1,2,3\n", false),
            ("\n", false),
        ] {
            assert_eq!(is_headless(table.as_bytes(), b','), expected, "{table}");
        }
    }

    #[test]
    fn labels_are_made_safe_and_stay_unique() {
        let labels = ["S\u{1b}[31m", "a\u{1}", "a\u{2}", "x\u{202e}y", "Größe"].map(str::to_owned).to_vec();
        assert_eq!(clean_all(labels), ["S\u{fffd}[31m", "a\u{fffd}", "a\u{fffd} (2)", "x\u{fffd}y", "Größe"]);
        assert!(is_private("person0@example.com") && is_private("zcrm_5725767") && !is_private("Order No 2026"));
        for (label, expected) in
            [("zoho_contact_id", true), ("Owner.id", true), ("customerId", true), ("paid", false), ("ratio", false)]
        {
            assert_eq!(is_id_like(label), expected, "{label}");
        }
    }
}
