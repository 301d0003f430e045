//! Readers of exports: what is opened can be read, twice and by halves, and every count adds up.

use std::io::Write;
use std::path::PathBuf;

use crmlint::exports::{self, Dataset, Dialect, Encoding, Manifest, Request, System, Workspace};

use super::{assert_sentence, written};

/// A delimited file, as it is and under one encoding that the config declares; its length chooses which.
pub(super) fn delimited(bytes: &[u8]) {
    let path = written("people.csv", bytes);
    let found = opened(&Request { paths: vec![path.clone()], ..Request::default() });
    if let [dataset] = found.as_slice() {
        assert_cells_of_a_plain_reader(dataset, bytes);
    }
    let encodings = [Encoding::Utf8, Encoding::Windows1252, Encoding::Utf16Le, Encoding::Utf16Be];
    let encoding = encodings[bytes.len() % encodings.len()];
    let delimiter = [None, Some(b';'), Some(b'\t'), Some(b'|'), Some(b'x')][bytes.len() / 4 % 5];
    opened(&Request { paths: vec![path], encoding: Some(encoding), delimiter, ..Request::default() });
}

/// An archive: a ZIP or gzip file as it is; other bytes are packed first, names and contents in turn between 0xFF.
pub(super) fn archive(bytes: &[u8]) {
    let packed = if bytes.starts_with(b"PK") || bytes.starts_with(&[0x1f, 0x8b]) { None } else { packed(bytes) };
    let path = written("export.zip", packed.as_deref().unwrap_or(bytes));
    let before = listed();
    opened(&Request { paths: vec![path], ..Request::default() });
    assert_eq!(listed(), before, "reading an archive writes nothing");
}

/// A JSON file, as it is and as the answer of a declared system; also as what a workspace or a pull leaves.
pub(super) fn json(bytes: &[u8]) {
    let path = written(if bytes.len().is_multiple_of(2) { "people.json" } else { "people.ndjson" }, bytes);
    let system = [None, Some(System::Zoho), Some(System::CustomerIo), Some(System::Shopify)][bytes.len() / 2 % 4];
    opened(&Request { paths: vec![path.clone()], system, ..Request::default() });
    Workspace::default().read(&path);
    if let Some(manifest) = Manifest::read(&path) {
        manifest.fits(path.parent().unwrap());
    }
}

/// Opens a request and holds each dataset to its promises.
fn opened(request: &Request) -> Vec<Dataset> {
    let found = exports::open_with(request, &mut Workspace::default());
    match &found {
        Ok(datasets) => datasets.iter().for_each(assert_dataset),
        Err(error) => assert_sentence(error),
    }
    found.unwrap_or_default()
}

/// What one pass over a dataset handed out.
struct Seen {
    cells: Vec<Vec<String>>,
    report: exports::ReadReport,
}

fn read(dataset: &Dataset, wanted: &[usize]) -> Option<Seen> {
    let mut cells: Vec<Vec<String>> = Vec::new();
    let read = dataset.read(wanted, &(), &mut |batch| {
        let first = cells.len();
        cells.resize(first + batch.rows(), Vec::new());
        for at in 0..wanted.len() {
            let column = batch.cells(at);
            assert_eq!(column.len(), batch.rows(), "a column has a cell of every record");
            cells[first..].iter_mut().zip(column).for_each(|(row, cell)| row.push(cell.to_owned()));
        }
    });
    match read {
        Ok(report) => Some(Seen { cells, report }),
        Err(error) => {
            assert_sentence(&error);
            None
        }
    }
}

fn assert_dataset(dataset: &Dataset) {
    let width = dataset.columns.len();
    assert!(dataset.name.contains('.') && !dataset.files.is_empty(), "{dataset:?}");
    assert!(dataset.key.is_none_or(|key| key < width) && dataset.patchy.iter().all(|column| *column < width));
    assert!(dataset.preview.len() <= 200 && dataset.preview.iter().all(|row| row.len() == width));
    let labels: std::collections::BTreeSet<&str> = dataset.columns.iter().map(|column| column.label.as_str()).collect();
    assert_eq!(labels.len(), width, "two columns of one name: {:?}", dataset.columns);
    for label in labels {
        assert!(!label.contains(char::is_control), "a terminal would obey {label:?}");
        let found = dataset.find(label).map(|column| dataset.columns[column].label.as_str());
        assert_eq!(found, Some(label), "a column is found by its label");
    }
    let all: Vec<usize> = (0..width).collect();
    let Some(seen) = read(dataset, &all) else { return };
    assert_report(dataset, &seen);
    let backwards: Vec<usize> = all.iter().rev().copied().collect();
    let again = read(dataset, &backwards).expect("what could be read once can be read again");
    let turned: Vec<Vec<String>> = again.cells.into_iter().map(|row| row.into_iter().rev().collect()).collect();
    assert_eq!(turned, seen.cells, "another pass hands out the same");
    assert!(dataset.read(&[width], &(), &mut |_| {}).is_err());
}

fn assert_report(dataset: &Dataset, seen: &Seen) {
    let Seen { cells, report } = seen;
    assert_eq!((report.rows, report.columns.len()), (cells.len() as u64, dataset.columns.len()));
    for (at, stat) in report.columns.iter().enumerate() {
        let filled = cells.iter().filter(|row| !row[at].is_empty());
        assert_eq!(stat.filled, filled.clone().count() as u64, "filled cells of column {at}");
        assert_eq!(stat.longest, filled.map(|row| row[at].len()).max().unwrap_or(0) as u64);
    }
    let widest = cells.iter().map(|row| row.iter().filter(|cell| !cell.is_empty()).count()).max();
    assert_eq!(report.widest, widest.unwrap_or(0) as u64);
    for (row, shown) in cells.iter().zip(&dataset.preview) {
        assert_eq!(row, shown, "the preview is the first records");
    }
    for damage in &report.damage {
        assert!(damage.count >= damage.places.len() as u64 && damage.count > 0, "{damage:?}");
        // Tables of the warehouse sync are folded into people: there places are of the tables, which hold more records.
        let last = if dataset.dialect == Dialect::CustomerIoWarehouse { u64::MAX } else { report.rows };
        let mut places = damage.places.iter();
        assert!(places.all(|place| place.record.is_none_or(|record| (1..=last).contains(&record))));
    }
}

/// A plain reader of CSV sees the same cells, where nothing is there that it does not know of.
fn assert_cells_of_a_plain_reader(dataset: &Dataset, bytes: &[u8]) {
    let Some(delimiter) = dataset.delimiter.filter(char::is_ascii) else { return };
    let is_plain = std::str::from_utf8(bytes).is_ok_and(|text| {
        !text.contains(['\0', '\u{feff}']) && !text.to_ascii_lowercase().contains("sep=") && !text.contains('\'')
    });
    if !is_plain || dataset.system == System::Shopify || bytes.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter as u8).from_reader(bytes);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let width = records.first().map_or(0, csv::StringRecord::len);
    // A file without names of columns holds one record more; a line of blanks in a table is none.
    let headless = dataset.columns.iter().enumerate().all(|(at, column)| column.label == format!("column {}", at + 1));
    let blank =
        |record: &csv::StringRecord| record.len() == 1 && width > 1 && record[0].trim_matches([' ', '\t']).is_empty();
    let told = |skip: usize| records.iter().skip(skip).filter(|record| !blank(record)).count();
    let Some(seen) = read(dataset, &(0..dataset.columns.len()).collect::<Vec<_>>()) else { return };
    if headless {
        assert!([told(0), told(1)].contains(&seen.cells.len()));
        return;
    }
    assert_eq!(seen.cells.len(), told(1), "as many records as any reader sees");
    for (ours, theirs) in seen.cells.iter().zip(records.iter().skip(1).filter(|record| !blank(record))) {
        for (at, cell) in ours.iter().enumerate().take(width) {
            assert_eq!(cell, theirs.get(at).unwrap_or_default());
        }
    }
}

/// A ZIP of the names and contents that stand in the bytes; the first byte chooses how they are packed.
fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    use zip::CompressionMethod::{Deflated, Stored};
    let (first, rest) = bytes.split_first()?;
    let method = if first % 2 == 0 { Stored } else { Deflated };
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    let parts: Vec<&[u8]> = rest.split(|byte| *byte == 0xff).collect();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (number, pair) in parts.chunks(2).enumerate().take(50) {
        let name = String::from_utf8_lossy(pair[0]).into_owned();
        // The writer refuses names that it knows already, and ours must not be the one that panics.
        let name = if number == 0 { name } else { format!("{name}.{number}.csv") };
        writer.start_file(name, options).ok()?;
        writer.write_all(pair.get(1).unwrap_or(&&b""[..])).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

/// What lies in the folder of this thread.
fn listed() -> Vec<PathBuf> {
    let folder = super::at("");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}
