//! The file of failing rows: every one of them, unmasked, for those who repair them.

use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, NamedFrom, ParquetWriter, Series};

use crate::error::{Error, Fault, Result};
use crate::facts::{CLUSTER_COLUMNS, Listed, PAIR_COLUMNS};
use crate::findings::{Row, Verdict};
use crate::interrupt;
use crate::text::guarded_value;

/// The columns of the file, in order.
pub const COLUMNS: [&str; 8] = ["code", "dataset", "key", "column", "value", "suggestion", "other_key", "detail"];

fn cells<'a>(code: &'a str, row: &'a Row) -> [&'a str; 8] {
    [code, &row.dataset, &row.key, &row.column, &row.value, &row.suggestion, &row.other_key, &row.detail]
}

fn all(verdict: &Verdict) -> Vec<[&str; 8]> {
    let findings = verdict.outcomes.iter().flat_map(|outcome| &outcome.findings);
    let standing = findings.filter(|finding| finding.accepted.is_none());
    let mut rows: Vec<[&str; 8]> =
        standing.flat_map(|finding| finding.hit.samples.iter().map(|row| cells(&finding.code, row))).collect();
    rows.sort_unstable();
    rows
}

/// Whether a path names a format this file can have.
pub fn fits(path: &Path) -> Result<()> {
    match path.extension().and_then(|kind| kind.to_str()) {
        Some("csv" | "parquet") => Ok(()),
        _ => Err(Error::usage(
            Fault::new(format!("--rows {} names no format", path.display())).help("end it with .csv or .parquet"),
        )),
    }
}

/// Writes the file beside its place and moves it there whole, readable by its owner alone. Returns how many rows.
pub fn write(verdict: &Verdict, path: &Path) -> Result<usize> {
    fits(path)?;
    let rows = all(verdict);
    table(path, COLUMNS, &rows)?;
    Ok(rows.len())
}

/// The path of a further file beside the file of rows: `failing.csv` and `failing.pairs.csv`.
pub fn beside(path: &Path, what: &str) -> PathBuf {
    let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or("csv");
    path.with_extension(format!("{what}.{kind}"))
}

/// Writes the file of pairs and the file of clusters beside the file of rows.
pub fn write_listed(listed: &Listed, path: &Path) -> Result<[PathBuf; 2]> {
    let (pairs, clusters) = (beside(path, "pairs"), beside(path, "clusters"));
    let rows: Vec<[&str; 7]> = listed.pairs.iter().map(|row| row.each_ref().map(String::as_str)).collect();
    table(&pairs, PAIR_COLUMNS, &rows)?;
    let rows: Vec<[&str; 6]> = listed.clusters.iter().map(|row| row.each_ref().map(String::as_str)).collect();
    table(&clusters, CLUSTER_COLUMNS, &rows)?;
    Ok([pairs, clusters])
}

fn table<const N: usize>(path: &Path, columns: [&str; N], rows: &[[&str; N]]) -> Result<()> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::input(
            Fault::new(format!("{} could not be written: {error}", path.display()))
                .help("check the folder and its permissions"),
        )
    };
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(failed(&"it is no regular file"));
    }
    // Behind a link the file itself is meant.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        return Err(failed(&"its folder does not exist"));
    }
    // A temporary file is created with mode 0600, and keeps it.
    let (mut draft, listed) = interrupt::listed(|| tempfile::NamedTempFile::new_in(folder), |draft| draft.path())
        .map_err(|error| failed(&error))?;
    if path.extension().is_some_and(|kind| kind == "csv") {
        let mut writer = csv::Writer::from_writer(&mut draft);
        writer.write_record(columns).map_err(|error| failed(&error))?;
        for row in rows {
            writer.write_record(row.map(|cell| guarded_value(cell).into_owned())).map_err(|error| failed(&error))?;
        }
        writer.flush().map_err(|error| failed(&error))?;
    } else {
        let columns = columns.iter().enumerate().map(|(at, name)| {
            let values: Vec<&str> = rows.iter().map(|row| row[at]).collect();
            Column::from(Series::new((*name).into(), values))
        });
        let mut table = DataFrame::new(rows.len(), columns.collect()).map_err(|error| failed(&error))?;
        ParquetWriter::new(&mut draft).finish(&mut table).map_err(|error| failed(&error))?;
    }
    interrupt::undivided(|| draft.persist(&place)).map_err(|error| failed(&error))?;
    drop(listed);
    Ok(())
}
