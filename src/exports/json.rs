//! Input stage: JSON exports. In: an input that holds an array, a wrapped array, one object or an object a line. Out: its
//! records as raw JSON, one at a time, and what [`super::fields`] makes of them as rows. Errors name line and column,
//! never a value.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};

use ahash::{AHashMap, AHashSet};
use encoding_rs::{UTF_16BE, UTF_16LE};
use encoding_rs_io::DecodeReaderBytesBuilder;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::archive::{Input, stop};
use super::delimited::utf16;
use super::fields::{Flavour, cells};
use super::heading::{clean, clean_all};
use super::records::{LONGEST, WIDEST};
use super::rows::{RowBuffer, Seen, Visit};
use super::{DamageKind, DamagePlace, Encoding, Progress};
use crate::error::{Error, Result};

/// Where the records of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// One object a line.
    Lines,
    /// An array at the top.
    Array,
    /// An array below a key of the top object.
    Key(String),
    /// The top object is the one record.
    One,
}

/// How a JSON file is read.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) holder: Holder,
    pub(super) flavour: Flavour,
    /// The union of the keys, in order of their first record.
    pub(super) columns: Vec<String>,
    pub(super) page: Page,
}

/// What a list says of its place among others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Whether more follows, when it says so.
    pub(super) more: Option<bool>,
    pub(super) number: Option<u64>,
}

/// Looks at one record as JSON text; `false` stops the reading.
pub(super) type Look<'a> = dyn FnMut(&str) -> Result<bool> + 'a;

/// Hands every record to `look` as JSON text.
pub(super) fn each(input: &Input, holder: &Holder, progress: &dyn Progress, look: &mut Look<'_>) -> Result<()> {
    if *holder == Holder::Lines {
        return lines(input, progress, look);
    }
    let halt = Cell::new(None);
    parse(input, progress, &halt, &mut |reader| {
        let spent = Cell::new(0);
        let over = Cell::new(false);
        let capped = Capped { inner: reader, spent: &spent, over: &over };
        let mut parser = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, capped));
        let mut elements = Elements { look: &mut *look, halt: &halt, spent: &spent, number: 0, shown: &input.shown };
        let result = match holder {
            Holder::Key(key) => parser.deserialize_map(Below { key, elements }),
            Holder::One => {
                let whole = <Box<RawValue> as serde::Deserialize>::deserialize(&mut parser);
                whole.and_then(|raw| elements.one(raw.get()))
            }
            _ => parser.deserialize_seq(elements),
        };
        if over.get() {
            halt.set(Some(Halt::Failed(stop(
                format!("{}: a record of this JSON file does not end within 16 MiB", input.shown),
                "Export the file again; a quote or a bracket is probably missing.",
            ))));
        }
        result.and_then(|()| parser.end())
    })
}

/// Why a parser was stopped on purpose.
pub(super) enum Halt {
    Enough,
    Failed(Error),
}

/// Runs a parser over the decoded text and words what stops it.
pub(super) fn parse(
    input: &Input,
    progress: &dyn Progress,
    halt: &Cell<Option<Halt>>,
    work: &mut dyn FnMut(&mut dyn Read) -> serde_json::Result<()>,
) -> Result<()> {
    decoded(input, progress, &mut |reader| {
        let result = work(&mut BufReader::with_capacity(1 << 16, reader));
        match (halt.take(), result) {
            (Some(Halt::Enough), _) | (None, Ok(())) => Ok(()),
            (Some(Halt::Failed(error)), _) => Err(error),
            (None, Err(error)) if error.is_io() => Err(input.broken(&error.into())),
            (None, Err(error)) if error.is_eof() => Err(stop(
                format!("{} ends in the middle of a JSON value, on line {}", input.shown, error.line()),
                "Export it again; the download probably broke off.",
            )),
            (None, Err(error)) => Err(stop(
                format!("{} is not valid JSON: line {}, column {}", input.shown, error.line(), error.column()),
                "Export it again, or mend that line.",
            )),
        }
    })
}

pub(super) fn decoded<T>(
    input: &Input,
    progress: &dyn Progress,
    work: &mut dyn FnMut(&mut dyn Read) -> Result<T>,
) -> Result<T> {
    let encoding = match utf16(&input.head(256)?) {
        Some(Encoding::Utf16Le) => Some(UTF_16LE),
        Some(Encoding::Utf16Be) => Some(UTF_16BE),
        _ => None,
    };
    input.with_reader(progress, &mut |reader| {
        let builder = DecodeReaderBytesBuilder::new().encoding(encoding).utf8_passthru(true).strip_bom(true).clone();
        work(&mut builder.build(reader))
    })
}

/// Stops a record that never ends.
struct Capped<'a, R> {
    inner: R,
    spent: &'a Cell<usize>,
    over: &'a Cell<bool>,
}

impl<R: Read> Read for Capped<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.spent.set(self.spent.get() + count);
        if self.spent.get() > LONGEST + (1 << 17) {
            self.over.set(true);
            return Err(io::Error::other("over the cap"));
        }
        Ok(count)
    }
}

struct Elements<'a, 'b> {
    look: &'a mut Look<'b>,
    halt: &'a Cell<Option<Halt>>,
    spent: &'a Cell<usize>,
    number: u64,
    shown: &'a str,
}

impl Elements<'_, '_> {
    fn one(&mut self, raw: &str) -> serde_json::Result<()> {
        self.number += 1;
        self.spent.set(0);
        let result = if raw.starts_with('{') { (self.look)(raw) } else { Err(no_object(self.shown, self.number)) };
        match result {
            Ok(true) => return Ok(()),
            Ok(false) => self.halt.set(Some(Halt::Enough)),
            Err(error) => self.halt.set(Some(Halt::Failed(error))),
        }
        Err(serde_json::Error::custom("stopped"))
    }
}

fn no_object(shown: &str, number: u64) -> Error {
    stop(format!("{shown}: record {number} is not a JSON object"), "Give an array of objects.")
}

impl<'de> Visitor<'de> for Elements<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an array")
    }

    fn visit_seq<S: SeqAccess<'de>>(mut self, mut list: S) -> std::result::Result<(), S::Error> {
        while let Some(raw) = list.next_element::<Box<RawValue>>()? {
            self.one(raw.get()).map_err(S::Error::custom)?;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Elements<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, parser: D) -> std::result::Result<(), D::Error> {
        parser.deserialize_seq(self)
    }
}

struct Below<'a, 'b> {
    key: &'a str,
    elements: Elements<'a, 'b>,
}

impl<'de> Visitor<'de> for Below<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> std::result::Result<(), M::Error> {
        let mut elements = Some(self.elements);
        while let Some(key) = map.next_key::<String>()? {
            match elements.take_if(|_| key == self.key) {
                Some(found) => map.next_value_seed(found)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

fn lines(input: &Input, progress: &dyn Progress, look: &mut Look<'_>) -> Result<()> {
    decoded(input, progress, &mut |reader| {
        let mut reader = BufReader::with_capacity(1 << 17, reader);
        let mut line = Vec::new();
        let mut number = 0_u64;
        loop {
            line.clear();
            number += 1;
            let limit = LONGEST as u64 + 1;
            let count = reader.by_ref().take(limit).read_until(b'\n', &mut line);
            if count.map_err(|error| input.broken(&error))? == 0 {
                return Ok(());
            }
            if line.len() > LONGEST {
                return Err(stop(format!("{}: line {number} is longer than 16 MiB", input.shown), "Export it again."));
            }
            let text = line.trim_ascii();
            if text.is_empty() {
                continue;
            }
            let broken = |what: &str| {
                stop(format!("{}: line {number} {what}", input.shown), "Export it again, or mend that line.")
            };
            let text = std::str::from_utf8(text).map_err(|_| broken("is not UTF-8"))?;
            let raw: &RawValue = serde_json::from_str(text).map_err(|_| broken("is not valid JSON"))?;
            if !raw.get().starts_with('{') {
                return Err(broken("is not a JSON object"));
            }
            if !look(raw.get())? {
                return Ok(());
            }
        }
    })
}

/// The sentence for records whose keys are values.
pub(super) fn too_wide(shown: &str) -> Error {
    stop(
        format!("{shown} has more than {WIDEST} different keys, so they are probably values"),
        "Give a list of records that share their keys.",
    )
}

/// The union of the keys of all records, in order of appearance.
pub(super) fn columns(input: &Input, holder: &Holder, flavour: Flavour) -> Result<Vec<String>> {
    let mut columns: Vec<String> = Vec::new();
    let mut known: AHashSet<String> = AHashSet::new();
    each(input, holder, &(), &mut |raw| {
        cells(flavour, raw, &mut |key, _| {
            if !known.contains(key) {
                known.insert(key.to_owned());
                columns.push(key.to_owned());
            }
        });
        if columns.len() > WIDEST {
            return Err(too_wide(&input.shown));
        }
        Ok(true)
    })?;
    Ok(columns)
}

fn encoding(input: &Input) -> Result<&'static str> {
    let head = input.head(256)?;
    Ok(match utf16(&head) {
        Some(Encoding::Utf16Be) => "UTF-16 BE",
        Some(_) => "UTF-16 LE",
        None if head.starts_with(b"\xef\xbb\xbf") => "UTF-8 with BOM",
        None => "UTF-8",
    })
}

/// Reads every record as a row of the layout's columns.
pub(super) fn scan(
    input: &Input,
    layout: &Layout,
    before: u64,
    progress: &dyn Progress,
    visit: &mut dyn Visit,
) -> Result<Seen> {
    let labels = clean_all(layout.columns.clone());
    let mut seen = Seen { labels, encoding: encoding(input)?.to_owned(), ..Seen::default() };
    let places: AHashMap<&str, usize> =
        layout.columns.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let mut values: Vec<String> = vec![String::new(); layout.columns.len()];
    let mut buffer = RowBuffer::default();
    each(input, &layout.holder, progress, &mut |raw| {
        values.iter_mut().for_each(String::clear);
        let record = before + seen.rows + 1;
        cells(layout.flavour, raw, &mut |key, value| {
            let Some(&at) = places.get(key) else { return };
            if !values[at].is_empty() {
                return;
            }
            if value.contains('\0') {
                values[at] = value.replace('\0', "");
                seen.damage.note(DamageKind::NulByte, || DamagePlace {
                    record: Some(record),
                    line: None,
                    column: Some(clean(key).into_owned()),
                    detail: "NUL bytes, left out of the value".to_owned(),
                });
            } else {
                values[at].push_str(value);
            }
        });
        buffer.clear();
        values.iter().for_each(|value| buffer.push(value));
        seen.rows += 1;
        Ok(visit.row(buffer.row()))
    })?;
    Ok(seen)
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
