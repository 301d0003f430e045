//! One row a finding, for spreadsheets and data frames: a verdict in, CSV or Parquet out. Findings that the team accepted
//! follow those that stand.

use polars::prelude::{Column, DataFrame, NamedFrom, ParquetWriter, Series};

use crate::error::{Error, Fault, Result};
use crate::findings::{Finding, Verdict};
use crate::text::guarded;

/// The columns, in order.
pub const COLUMNS: [&str; 13] = [
    "code",
    "name",
    "severity",
    "subject",
    "dataset",
    "records",
    "people",
    "total",
    "statement",
    "fix",
    "fingerprint",
    "place",
    "accepted",
];

/// A cell: text, a number, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Text(String),
    Number(u64),
    Nothing,
}

fn cells(finding: &Finding) -> [Cell; 13] {
    let hit = &finding.hit;
    let text = |text: &str| Cell::Text(text.to_owned());
    let perhaps = |text: Option<String>| text.map_or(Cell::Nothing, Cell::Text);
    [
        text(&finding.code),
        text(&finding.name),
        text(finding.severity.name()),
        text(&hit.subject.name),
        perhaps(hit.subject.dataset.clone()),
        Cell::Number(hit.rows),
        Cell::Number(hit.people),
        Cell::Number(hit.total),
        text(&hit.statement),
        text(&finding.fix),
        text(&finding.fingerprint),
        perhaps(hit.place.as_ref().map(ToString::to_string)),
        perhaps(finding.accepted.clone()),
    ]
}

fn rows(verdict: &Verdict) -> Vec<[Cell; 13]> {
    verdict.findings.iter().chain(&verdict.accepted).map(cells).collect()
}

/// CSV. An apostrophe stands before a cell that a spreadsheet would take for a formula.
pub(super) fn csv(verdict: &Verdict) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(|error| failed(&error))?;
    for row in rows(verdict) {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) => guarded(text).into_owned(),
            Cell::Number(number) => number.to_string(),
            Cell::Nothing => String::new(),
        });
        writer.write_record(cells).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error))
}

/// Parquet, with numbers as numbers. No program takes its cells for formulas, so they stand as they are.
pub(super) fn parquet(verdict: &Verdict) -> Result<Vec<u8>> {
    let rows = rows(verdict);
    let columns = COLUMNS.iter().enumerate().map(|(at, name)| {
        let is_number = rows.iter().any(|row| matches!(row[at], Cell::Number(_))) || NUMBERS.contains(name);
        Column::from(if is_number { numbers(name, &rows, at) } else { texts(name, &rows, at) })
    });
    let mut table = DataFrame::new(rows.len(), columns.collect()).map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut table).map_err(|error| failed(&error))?;
    Ok(bytes)
}

/// Columns of numbers, which they are without a single row too.
const NUMBERS: [&str; 3] = ["records", "people", "total"];

fn numbers(name: &str, rows: &[[Cell; 13]], at: usize) -> Series {
    let cell = |row: &[Cell; 13]| if let Cell::Number(number) = row[at] { Some(number) } else { None };
    Series::new(name.into(), rows.iter().map(cell).collect::<Vec<Option<u64>>>())
}

fn texts(name: &str, rows: &[[Cell; 13]], at: usize) -> Series {
    let cell = |row: &[Cell; 13]| if let Cell::Text(text) = &row[at] { Some(text.clone()) } else { None };
    Series::new(name.into(), rows.iter().map(cell).collect::<Vec<Option<String>>>())
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::input(Fault::new(format!("the list of findings could not be written: {error}")))
}
