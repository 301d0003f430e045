//! Input stage: Parquet, through Polars. In: an input that starts with `PAR1`. Out: its rows as text, read in slices so
//! that memory stays bounded. A panic inside Polars becomes the sentence that the file cannot be read.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, civil};
use polars::prelude::{AnyValue, DataFrame, ParquetReader, SerReader, TimeUnit};

use super::Progress;
use super::archive::{Input, open, stop};
use super::dataset::loose;
use super::heading::{clean_all, is_id_like};
use super::rows::{RowBuffer, Seen, Visit};
use crate::error::{Error, Result};

/// Rows held at a time.
const SLICE: usize = 1 << 16;
/// A Parquet file inside an archive is held whole, since its directory is at its end.
const HELD: u64 = 1 << 30;

/// Where Polars reads from.
enum Source {
    File(File),
    Bytes(Arc<[u8]>),
}

fn source(input: &Input) -> Result<Source> {
    if let Some(path) = input.plain() {
        return open(path).map(Source::File);
    }
    input.with_reader(&(), &mut |reader| {
        let mut bytes = Vec::new();
        reader.take(HELD + 1).read_to_end(&mut bytes).map_err(|error| input.broken(&error))?;
        if bytes.len() as u64 > HELD {
            return Err(stop(format!("{} is over 1 GiB inside its archive", input.shown), "Unpack it first."));
        }
        Ok(Source::Bytes(bytes.into()))
    })
}

fn broken(input: &Input) -> Error {
    stop(format!("{} is a corrupt or half-written Parquet file", input.shown), "Export it again.")
}

/// Runs one step of Polars; an error or a panic becomes the sentence.
fn step<T>(input: &Input, work: impl FnOnce() -> polars::prelude::PolarsResult<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) => Err(broken(input)),
        Err(_) => Err(stop(
            format!(
                "{} is a Parquet file that is corrupt, or has a type of column that crmlint does not read",
                input.shown
            ),
            "Export it again, or write it with plain text, number, boolean and timestamp columns.",
        )),
    }
}

fn slice(input: &Input, source: &Source, from: usize, length: usize) -> Result<DataFrame> {
    let range = Some((from, length));
    match source {
        Source::File(file) => {
            let file = file.try_clone().map_err(|error| input.broken(&error))?;
            step(input, || ParquetReader::new(file).with_slice(range).finish())
        }
        Source::Bytes(bytes) => {
            step(input, || ParquetReader::new(Cursor::new(bytes.clone())).with_slice(range).finish())
        }
    }
}

/// The column names and the number of rows.
fn shape(input: &Input, source: &Source) -> Result<(Vec<String>, usize)> {
    fn of<R: polars::io::mmap::MmapBytesReader>(
        mut reader: ParquetReader<R>,
    ) -> polars::prelude::PolarsResult<(Vec<String>, usize)> {
        let names = reader.schema()?.iter_names().map(|name| name.to_string()).collect();
        Ok((names, reader.num_rows()?))
    }
    match source {
        Source::File(file) => {
            let file = file.try_clone().map_err(|error| input.broken(&error))?;
            step(input, || of(ParquetReader::new(file)))
        }
        Source::Bytes(bytes) => step(input, || of(ParquetReader::new(Cursor::new(bytes.clone())))),
    }
}

/// Reads every row as text.
///
/// Floats that ought to be ids keep the form of floats: their last digits are lost, and whole numbers would hide it.
pub(super) fn scan(input: &Input, key: Option<&str>, progress: &dyn Progress, visit: &mut dyn Visit) -> Result<Seen> {
    let source = source(input)?;
    let (labels, rows) = shape(input, &source)?;
    let ids: Vec<bool> =
        labels.iter().map(|label| is_id_like(label) || key.is_some_and(|key| loose(label) == loose(key))).collect();
    let labels = clean_all(labels);
    let mut seen = Seen { labels, encoding: "Parquet".to_owned(), ..Seen::default() };
    let mut buffer = RowBuffer::default();
    let mut from = 0;
    // The first slice is small: recognition looks at no more.
    let mut length = 256;
    while from < rows {
        let frame = slice(input, &source, from, length)?;
        let height = frame.height();
        if height == 0 {
            return Err(broken(input));
        }
        for row in 0..height {
            buffer.clear();
            step(input, || {
                for (column, &id) in frame.columns().iter().zip(&ids) {
                    let value = column.get(row)?;
                    if !(id && write_float_id(&value, &mut buffer.text)) {
                        write_text(&value, &mut buffer.text);
                    }
                    buffer.close();
                }
                Ok(())
            })?;
            seen.rows += 1;
            if !visit.row(buffer.row()) {
                return Ok(seen);
            }
        }
        progress.bytes(input.packed_bytes().saturating_mul(height as u64) / rows.max(1) as u64);
        from += height;
        length = SLICE;
    }
    Ok(seen)
}

/// An id from this on is long enough for a tail to be told from a number that means to have one.
const LONG: f64 = 1e5;

/// A long id that is a float, as a float is printed; `false` for everything else.
fn write_float_id(value: &AnyValue<'_>, out: &mut String) -> bool {
    let _ = match value {
        AnyValue::Float32(number) if f64::from(number.abs()) >= LONG => write!(out, "{number:?}"),
        AnyValue::Float64(number) if number.abs() >= LONG => write!(out, "{number:?}"),
        _ => return false,
    };
    true
}

fn write_text(value: &AnyValue<'_>, out: &mut String) {
    match value {
        AnyValue::Null => {}
        AnyValue::String(text) => out.push_str(text),
        AnyValue::StringOwned(text) => out.push_str(text.as_str()),
        AnyValue::Binary(bytes) => write_bytes(bytes, out),
        AnyValue::BinaryOwned(bytes) => write_bytes(bytes, out),
        AnyValue::Float32(number) => write_float(&format!("{number}"), &format!("{number:e}"), out),
        AnyValue::Float64(number) => write_float(&format!("{number}"), &format!("{number:e}"), out),
        AnyValue::Date(days) => out.push_str(&date(*days)),
        AnyValue::Datetime(count, unit, zone) => out.push_str(&datetime(*count, *unit, zone.is_some())),
        AnyValue::DatetimeOwned(count, unit, zone) => out.push_str(&datetime(*count, *unit, zone.is_some())),
        AnyValue::Duration(count, unit) => {
            out.push_str(&SignedDuration::from_nanos_i128(nanos(*count, *unit)).to_string());
        }
        AnyValue::Time(count) => {
            let moment = civil::Time::midnight().wrapping_add(SignedDuration::from_nanos(*count));
            let _ = write!(out, "{moment}");
        }
        AnyValue::Decimal(number, _, scale) => out.push_str(&decimal(*number, *scale)),
        AnyValue::List(_) | AnyValue::Struct(..) | AnyValue::StructOwned(_) => write_json(value, out),
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

fn write_json(value: &AnyValue<'_>, out: &mut String) {
    match value {
        AnyValue::Null => out.push_str("null"),
        AnyValue::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(&item, out);
            }
            out.push(']');
        }
        AnyValue::StructOwned(parts) => {
            out.push('{');
            for (at, (item, field)) in parts.0.iter().zip(&parts.1).enumerate() {
                if at > 0 {
                    out.push(',');
                }
                push_json_string(field.name().as_str(), out);
                out.push(':');
                write_json(item, out);
            }
            out.push('}');
        }
        AnyValue::Struct(..) => write_json(&value.clone().into_static(), out),
        AnyValue::Float32(number) if !number.is_finite() => out.push_str("null"),
        AnyValue::Float64(number) if !number.is_finite() => out.push_str("null"),
        plain if plain.is_primitive_numeric() || matches!(plain, AnyValue::Boolean(_) | AnyValue::Decimal(..)) => {
            write_text(plain, out);
        }
        other => {
            let mut text = String::new();
            write_text(other, &mut text);
            push_json_string(&text, out);
        }
    }
}

fn push_json_string(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn write_bytes(bytes: &[u8], out: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(text) => out.push_str(text),
        Err(_) => bytes.iter().for_each(|byte| {
            let _ = write!(out, "{byte:02x}");
        }),
    }
}

/// The plain form unless the scientific one is much shorter.
fn write_float(plain: &str, scientific: &str, out: &mut String) {
    out.push_str(if plain.len() > 21 { scientific } else { plain });
}

fn decimal(number: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if number < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

fn date(days: i32) -> String {
    let found = civil::date(1970, 1, 1).checked_add(SignedDuration::from_hours(i64::from(days) * 24));
    found.map_or_else(|_| days.to_string(), |date| date.to_string())
}

fn nanos(count: i64, unit: TimeUnit) -> i128 {
    i128::from(count)
        * match unit {
            TimeUnit::Nanoseconds => 1,
            TimeUnit::Microseconds => 1_000,
            TimeUnit::Milliseconds => 1_000_000,
        }
}

fn datetime(count: i64, unit: TimeUnit, zoned: bool) -> String {
    match Timestamp::from_nanosecond(nanos(count, unit)) {
        Ok(moment) if zoned => moment.to_string(),
        Ok(moment) => moment.to_string().trim_end_matches('Z').to_owned(),
        Err(_) => count.to_string(),
    }
}

#[cfg(test)]
#[path = "parquet_tests.rs"]
mod tests;
