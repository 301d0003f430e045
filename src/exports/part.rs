//! Input stage: one file of a dataset. In: an input. Out: what reader it needs, its columns and first records; later all
//! of its records. What is no table is refused here, in one sentence.

use super::archive::{Input, stop};
use super::delimited::{self, Format, utf16};
use super::fields::Flavour;
use super::json::{self, Holder, Layout};
use super::rows::{Row, Seen, Visit};
use super::{Encoding, Progress, Request, System, holder, listing, parquet, recognise};
use crate::error::{Error, Result};

/// Records that recognition and previews look at.
pub(super) const PREVIEW: usize = 200;
/// Fewer records are looked at when they are very long.
const PREVIEW_BYTES: usize = 32 << 20;
/// Bytes that tell what a file is.
const HEAD: usize = 1 << 16;

/// How the file is read.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// CSV and TSV.
    Delimited(Format),
    /// JSON in all its layouts.
    Json(Layout),
    /// Parquet.
    Parquet {
        /// The declared key, whose floats stay floats.
        key: Option<String>,
    },
}

/// A file with its columns and first records.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) input: Input,
    pub(super) shape: Shape,
    pub(super) labels: Vec<String>,
    pub(super) preview: Vec<Vec<String>>,
}

/// Packed tables of customers unfold to about this many times their size.
const UNFOLDS: u64 = 8;

impl Part {
    /// About how many bytes its records take when they are unpacked.
    pub(super) fn unpacked_bytes(&self) -> u64 {
        let plain = self.input.plain().is_some() && !matches!(self.shape, Shape::Parquet { .. });
        self.input.packed_bytes().saturating_mul(if plain { 1 } else { UNFOLDS })
    }

    /// Looks at a file.
    pub(super) fn open(input: Input, request: &Request) -> Result<Self> {
        let head = input.head(HEAD)?;
        refuse(&input, &head, request)?;
        let shape = if head.starts_with(b"PAR1") {
            Shape::Parquet { key: request.key.clone() }
        } else if looks_like_json(&head) {
            let (holder, page) = holder::find(&input)?;
            let flavour = flavour(&input, &holder, request)?;
            let columns = json::columns(&input, &holder, flavour)?;
            Shape::Json(Layout { holder, flavour, columns, page })
        } else {
            Shape::Delimited(Format::sniff(&head, request.encoding, request.delimiter))
        };
        let mut part = Self { input, shape, labels: Vec::new(), preview: Vec::new() };
        let mut rows = Vec::new();
        let mut held = 0;
        let seen = part.scan(0, &(), &mut |row: Row<'_>| {
            rows.push(row.owned(row.places.len()));
            held += row.places.iter().map(|place| place.len()).sum::<usize>();
            rows.len() < PREVIEW && held < PREVIEW_BYTES
        })?;
        if seen.labels.is_empty() && !matches!(part.shape, Shape::Json(_)) {
            return Err(listing::empty(&part.input.shown));
        }
        for row in &mut rows {
            row.resize(seen.labels.len(), String::new());
        }
        part.labels = seen.labels;
        part.preview = rows;
        Ok(part)
    }

    /// Reads all records; `before` records were read from earlier parts.
    pub(super) fn scan(&self, before: u64, progress: &dyn Progress, visit: &mut dyn Visit) -> Result<Seen> {
        match &self.shape {
            Shape::Delimited(format) => delimited::scan(&self.input, *format, before, progress, visit),
            Shape::Json(layout) => json::scan(&self.input, layout, before, progress, visit),
            Shape::Parquet { key } => parquet::scan(&self.input, key.as_deref(), progress, visit),
        }
    }

    /// Whether its columns have no names of their own.
    pub(super) fn is_headless(&self) -> bool {
        matches!(&self.shape, Shape::Delimited(format) if format.headless)
    }

    /// The column of a label.
    pub(super) fn column(&self, label: &str) -> Option<usize> {
        self.labels.iter().position(|found| found == label)
    }

    /// The filled cells of a column among the first records.
    pub(super) fn values(&self, column: usize) -> impl Iterator<Item = &str> {
        self.preview.iter().filter_map(move |row| row.get(column)).map(String::as_str).filter(|cell| !cell.is_empty())
    }
}

fn trimmed(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start()
}

fn looks_like_json(head: &[u8]) -> bool {
    let text = match utf16(head) {
        Some(Encoding::Utf16Be) => encoding_rs::UTF_16BE.decode(head).0.into_owned().into_bytes(),
        Some(_) => encoding_rs::UTF_16LE.decode(head).0.into_owned().into_bytes(),
        None => head.to_vec(),
    };
    let text = trimmed(&text);
    // A CSV header may start with a brace; JSON goes on with a quote, a bracket or an end.
    let next = text.get(1..).map(<[u8]>::trim_ascii_start).and_then(<[u8]>::first);
    match text.first() {
        Some(b'{') => matches!(next, Some(b'"' | b'}') | None),
        Some(b'[') => matches!(next, Some(b'{' | b'[' | b']' | b'"' | b'-' | b'0'..=b'9') | None),
        _ => false,
    }
}

/// Zoho's records and Customer.io's people are unfolded, which the first record tells.
fn flavour(input: &Input, holder: &Holder, request: &Request) -> Result<Flavour> {
    match request.system {
        Some(System::Zoho) => return Ok(Flavour::Zoho),
        Some(System::CustomerIo) => return Ok(Flavour::CustomerIo),
        Some(_) => return Ok(Flavour::Plain),
        None => {}
    }
    let mut found = Flavour::Plain;
    json::each(input, holder, &(), &mut |raw| {
        found = recognise::flavour(raw);
        Ok(false)
    })?;
    Ok(found)
}

/// Files that are no table.
fn refuse(input: &Input, head: &[u8], request: &Request) -> Result<()> {
    let shown = &input.shown;
    let start: Vec<u8> = trimmed(head).iter().take(64).map(u8::to_ascii_lowercase).collect();
    if head.is_empty() || (start.is_empty() && head.len() < HEAD) {
        return Err(listing::empty(shown));
    }
    let html = [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<!--"].iter().any(|tag| start.starts_with(tag));
    if html {
        return Err(stop(
            format!("{shown} is a web page, not an export"),
            "The link probably led to a sign-in page; sign in and download the file again.",
        ));
    }
    let wide = matches!(request.encoding, Some(Encoding::Utf16Le | Encoding::Utf16Be));
    let what = if start.starts_with(b"%pdf-") {
        "a PDF document"
    } else if head.starts_with(b"\xd0\xcf\x11\xe0") {
        "an old Excel workbook"
    } else if start.starts_with(b"<?xml") {
        "an XML document"
    } else if head.starts_with(b"\x89PNG") || head.starts_with(b"\xff\xd8\xff") || head.starts_with(b"GIF8") {
        "an image"
    } else if head.starts_with(b"PK\x03\x04") {
        "an archive inside another"
    } else if utf16(head).is_none() && !wide && controls(head) * 20 > head.len() {
        "binary data"
    } else {
        return Ok(());
    };
    Err(no_table(shown, what))
}

fn no_table(shown: &str, what: &str) -> Error {
    stop(format!("{shown} is {what}, which crmlint does not read"), "Export as CSV from the system itself.")
}

/// Control bytes that text does not have; NULs are damage rather than a sign, unless there are many.
fn controls(head: &[u8]) -> usize {
    if head.starts_with(b"PAR1") {
        return 0;
    }
    head.iter().filter(|&&byte| byte < 0x20 && !b"\t\r\n\x0c\x1a\x1b".contains(&byte)).count()
}
