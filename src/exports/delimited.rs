//! Input stage: CSV and TSV. In: an input whose bytes are delimited text, in any of the encodings that spreadsheets
//! leave behind. Out: its rows as UTF-8, and its damage with record and line.

use std::borrow::Cow;
use std::io::Read;

use ahash::{AHashMap, AHashSet};
use encoding_rs::{UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::archive::{Input, stop};
use super::heading::{self, numbered};
use super::records::{Records, Trouble, WIDEST};
use super::rows::{Row, Rows, Seen, Visit};
use super::text::{Mode, Texts};
use super::{DamageKind, DamagePlace, Encoding, Progress};
use crate::error::Result;
use crate::text::count;

const BOM: &[u8] = b"\xef\xbb\xbf";
const DELIMITERS: [u8; 4] = *b",;\t|";

/// How a delimited file is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) delimiter: u8,
    newline: u8,
    mode: Mode,
    bom: bool,
    /// Whether a `sep=` line comes before the header.
    led: bool,
    /// Whether the first line is a record already.
    pub(super) headless: bool,
}

impl Format {
    /// The format that the first bytes of a file show, under what the config says.
    pub(super) fn sniff(head: &[u8], encoding: Option<Encoding>, delimiter: Option<u8>) -> Self {
        let bom = head.starts_with(BOM);
        let mode = match encoding.or_else(|| utf16(head)) {
            None => Mode::PerCell,
            Some(Encoding::Utf8) => Mode::Utf8,
            Some(Encoding::Windows1252) => Mode::Windows1252,
            // A byte order mark knows better than a config which of the two it is.
            Some(Encoding::Utf16Be) if head.starts_with(b"\xff\xfe") => Mode::Utf16Le,
            Some(Encoding::Utf16Le) if head.starts_with(b"\xfe\xff") => Mode::Utf16Be,
            Some(Encoding::Utf16Le) => Mode::Utf16Le,
            Some(Encoding::Utf16Be) => Mode::Utf16Be,
        };
        let decoded = match mode {
            Mode::Utf16Le => UTF_16LE.decode(head).0.into_owned().into_bytes(),
            Mode::Utf16Be => UTF_16BE.decode(head).0.into_owned().into_bytes(),
            _ => head.to_vec(),
        };
        let newline = if decoded.contains(&b'\n') || !decoded.contains(&b'\r') { b'\n' } else { b'\r' };
        let text = decoded.strip_prefix(BOM).unwrap_or(&decoded);
        let lead = heading::separator(text);
        let table = lead.map_or(text, |(_, rest)| rest);
        let delimiter = delimiter.or(lead.map(|(delimiter, _)| delimiter)).unwrap_or_else(|| sniff_delimiter(table));
        let headless = heading::is_headless(table, delimiter);
        Self { delimiter, newline, mode, bom, led: lead.is_some(), headless }
    }

    fn encoding(self) -> &'static str {
        match self.mode {
            Mode::Utf16Le => "UTF-16 LE",
            Mode::Utf16Be => "UTF-16 BE",
            Mode::Windows1252 => "Windows-1252",
            Mode::PerCell | Mode::Utf8 if self.bom => "UTF-8 with BOM",
            Mode::PerCell | Mode::Utf8 => "UTF-8",
        }
    }
}

/// UTF-16 by its byte order mark, or by every second byte being NUL.
pub(super) fn utf16(head: &[u8]) -> Option<Encoding> {
    if head.starts_with(b"\xff\xfe") {
        return Some(Encoding::Utf16Le);
    }
    if head.starts_with(b"\xfe\xff") {
        return Some(Encoding::Utf16Be);
    }
    let head = &head[..head.len().min(256) & !1];
    let nuls = |offset: usize| head.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, half) = (nuls(0), nuls(1), head.len() / 2);
    if half < 2 {
        None
    } else if odd * 10 >= half * 7 && even == 0 {
        Some(Encoding::Utf16Le)
    } else if even * 10 >= half * 7 && odd == 0 {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// The candidate that the header holds most of outside quotes; a comma when it holds none.
fn sniff_delimiter(head: &[u8]) -> u8 {
    let start = head.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or(0);
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut inside = false;
    for &byte in &head[start..] {
        match byte {
            b'"' => inside = !inside,
            b'\r' | b'\n' if !inside => break,
            _ if !inside => {
                if let Some(at) = DELIMITERS.iter().position(|&candidate| candidate == byte) {
                    counts[at] += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    counts.iter().position(|&count| count == most && most > 0).map_or(b',', |at| DELIMITERS[at])
}

/// Reads a whole file, or until the visitor has enough; `before` records were read from earlier parts.
pub(super) fn scan(
    input: &Input,
    format: Format,
    before: u64,
    progress: &dyn Progress,
    visit: &mut dyn Visit,
) -> Result<Seen> {
    input.with_reader(progress, &mut |reader| match format.mode {
        Mode::Utf16Le | Mode::Utf16Be => {
            let encoding = if format.mode == Mode::Utf16Le { UTF_16LE } else { UTF_16BE };
            let decoded = DecodeReaderBytesBuilder::new().encoding(Some(encoding)).strip_bom(true).build(reader);
            run(input, format, before, decoded, visit)
        }
        _ => {
            // csv-core strips a mark only when its three bytes come in one read.
            if format.bom {
                reader.read_exact(&mut [0; 3]).map_err(|error| input.broken(&error))?;
            }
            run(input, format, before, reader, visit)
        }
    })
}

fn run<R: Read>(input: &Input, format: Format, before: u64, reader: R, visit: &mut dyn Visit) -> Result<Seen> {
    let mut records = Records::new(reader, format.delimiter, format.newline);
    let mut texts = Texts::new(format.mode, format.bom);
    let mut seen = Seen::default();
    let mut width = 0;
    let mut number = 0_u64;
    let mut led = format.led;
    let refused = |trouble: Trouble, number: u64, line: u64| match trouble {
        Trouble::Io(error) => input.broken(&error),
        Trouble::TooLong => too_long(input, number, line),
        Trouble::TooWide => too_wide(input, number, line),
    };
    loop {
        if width > 0
            && let Some(together) =
                records.advance_together(width).map_err(|trouble| refused(trouble, number, records.start))?
        {
            let cut = records.current();
            if let Some(text) = texts.as_is(cut) {
                number += together.rows as u64;
                if !visit.rows(Rows { text, places: cut.places, width }) {
                    break;
                }
            } else {
                records.part(&together);
            }
            continue;
        }
        if !records.advance().map_err(|trouble| refused(trouble, number, records.start))? {
            break;
        }
        let cut = records.current();
        let line = records.start;
        if std::mem::take(&mut led) {
            continue;
        }
        if width == 0 {
            width = cut.places.len();
            if format.headless {
                no_header(width, line, &mut seen);
            } else {
                header(texts.decode(cut, None, line), line, &mut seen);
            }
            texts.set_labels(seen.labels.clone());
            if !format.headless {
                continue;
            }
        }
        // A line of blanks in a table is no record.
        if let [only] = cut.places
            && width > 1
            && cut.bytes[only.range()].iter().all(|&byte| byte == b' ' || byte == b'\t')
        {
            continue;
        }
        number += 1;
        let record = before + number;
        if cut.places.len() != width {
            uneven(&mut seen, cut.places.len(), width, record, line);
        }
        if records.unclosed {
            seen.damage.note(DamageKind::UnclosedQuote, || DamagePlace {
                record: Some(record),
                line: Some(line),
                column: seen.labels.get(cut.places.len() - 1).cloned(),
                detail: "the quote is still open at the end of the file".to_owned(),
            });
        }
        let row = texts.decode(cut.first(width), Some(record), line);
        if !visit.row(row) {
            break;
        }
    }
    seen.rows = number;
    seen.crlf = records.crlf;
    seen.encoding = format.encoding().to_owned();
    if texts.finish(&mut seen.damage) {
        seen.encoding = "Windows-1252".to_owned();
    }
    Ok(seen)
}

fn uneven(seen: &mut Seen, found: usize, width: usize, record: u64, line: u64) {
    let kind = if found > width { DamageKind::TooManyFields } else { DamageKind::TooFewFields };
    seen.damage.note(kind, || DamagePlace {
        record: Some(record),
        line: Some(line),
        column: None,
        detail: format!("{found} cells, the header has {width}"),
    });
}

fn too_long(input: &Input, number: u64, line: u64) -> crate::error::Error {
    stop(
        format!(
            "{}: record {}, which starts on line {line}, does not end within 16 MiB; a quote is probably not closed",
            input.shown,
            number + 1
        ),
        "Look at that line for a quote without its partner, or export the file again.",
    )
}

fn too_wide(input: &Input, number: u64, line: u64) -> crate::error::Error {
    stop(
        format!(
            "{}: record {}, which starts on line {line}, has over {} cells",
            input.shown,
            number + 1,
            count(WIDEST as u64)
        ),
        "Look whether the cells are kept apart by something else, and name it as the `delimiter`, or export the file again.",
    )
}

/// Numbers the columns of a table whose first line is a record.
fn no_header(width: usize, line: u64, seen: &mut Seen) {
    seen.labels = (0..width).map(numbered).collect();
    seen.damage.note(DamageKind::NoHeader, || DamagePlace {
        record: None,
        line: Some(line),
        column: None,
        detail: "read as a record; the columns have numbers for names".to_owned(),
    });
}

/// Makes the labels of a header safe and unique and notes what had to be changed.
fn header(row: Row<'_>, line: u64, seen: &mut Seen) {
    let mut firsts: AHashMap<&str, usize> = AHashMap::new();
    let cells: Vec<Cow<'_, str>> = (0..row.places.len()).map(|column| heading::clean(row.cell(column))).collect();
    let names: AHashSet<&str> = cells.iter().map(AsRef::as_ref).collect();
    let mut numbers: AHashMap<&str, usize> = AHashMap::new();
    for (column, text) in cells.iter().map(AsRef::as_ref).enumerate() {
        let place = |detail: String| DamagePlace {
            record: None,
            line: Some(line),
            column: (!text.is_empty()).then(|| text.to_owned()),
            detail,
        };
        let label = if text.trim().is_empty() {
            seen.damage.note(DamageKind::EmptyHeader, || place(format!("column {} has no name", column + 1)));
            free(
                &names,
                |number| match number {
                    1 => numbered(column),
                    _ => format!("{} ({number})", numbered(column)),
                },
                &mut 1,
            )
        } else if let Some(first) = firsts.get(text) {
            seen.damage.note(DamageKind::DuplicateHeader, || {
                place(format!("columns {} and {} have this name", first + 1, column + 1))
            });
            free(&names, |number| format!("{text} ({number})"), numbers.entry(text).or_insert(2))
        } else {
            firsts.insert(text, column);
            text.to_owned()
        };
        seen.labels.push(label);
    }
}

/// The first numbered name that no column of the file has itself.
fn free(names: &AHashSet<&str>, spell: impl Fn(usize) -> String, number: &mut usize) -> String {
    loop {
        let label = spell(*number);
        *number += 1;
        if !names.contains(label.as_str()) {
            return label;
        }
    }
}

#[cfg(test)]
#[path = "delimited_tests.rs"]
mod tests;
