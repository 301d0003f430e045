//! Tests only: exports written to a folder of their own, opened and read whole.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::PathBuf;

use super::{DamageKind, Dataset, ReadReport, Request, open};

/// A folder of exports.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(super) fn zip(&self, name: &str, members: &[(&str, &[u8])]) -> PathBuf {
        let path = self.at(name);
        let mut writer = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        for (member, bytes) in members {
            writer.start_file(*member, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap();
        path
    }

    pub(super) fn gzip(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(bytes).unwrap();
        self.write(name, packer.finish().unwrap())
    }

    /// The only dataset of a file with these bytes.
    pub(super) fn one(&self, name: &str, bytes: impl AsRef<[u8]>) -> Dataset {
        only(&request(self.write(name, bytes)))
    }

    /// The sentence that refuses these bytes, without the folder.
    pub(super) fn fault(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        self.refusal(&request(self.write(name, bytes)))
    }

    pub(super) fn refusal(&self, request: &Request) -> String {
        let fault = match open(request) {
            Err(error) => error,
            Ok(found) => found
                .iter()
                .find_map(|dataset| dataset.read(&[], &(), &mut |_| {}).err())
                .expect("the file was read without a fault"),
        };
        fault.to_string().replace(&format!("{}/", super::archive::slashes(self.0.path())), "")
    }
}

pub(super) fn request(path: PathBuf) -> Request {
    Request { paths: vec![path], ..Request::default() }
}

pub(super) fn only(request: &Request) -> Dataset {
    let mut found = open(request).unwrap();
    assert_eq!(found.len(), 1, "{:?}", found.iter().map(|dataset| &dataset.name).collect::<Vec<_>>());
    found.remove(0)
}

/// All records with all columns, joined by `|`.
pub(super) fn all(dataset: &Dataset) -> (Vec<String>, ReadReport) {
    let wanted: Vec<usize> = (0..dataset.columns.len()).collect();
    read(dataset, &wanted)
}

pub(super) fn read(dataset: &Dataset, wanted: &[usize]) -> (Vec<String>, ReadReport) {
    let mut rows = Vec::new();
    let report = dataset
        .read(wanted, &(), &mut |batch| {
            let columns: Vec<Vec<&str>> = (0..wanted.len()).map(|at| batch.cells(at)).collect();
            let record = |row: usize| columns.iter().map(|cells| cells[row]).collect::<Vec<_>>().join("|");
            rows.extend((0..batch.rows()).map(record));
        })
        .unwrap();
    assert_eq!(report.rows, rows.len() as u64);
    (rows, report)
}

/// The cells of one column by any of its names.
pub(super) fn column(dataset: &Dataset, name: &str) -> Vec<String> {
    read(dataset, &[dataset.find(name).unwrap()]).0
}

pub(super) fn labels(dataset: &Dataset) -> Vec<&str> {
    dataset.columns.iter().map(|column| column.label.as_str()).collect()
}

/// Damage as `kind count: record/line/column, …`.
pub(super) fn damage(report: &ReadReport) -> Vec<(DamageKind, u64, String)> {
    let place = |place: &super::DamagePlace| {
        let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        format!("{}/{}/{}", number(place.record), number(place.line), place.column.as_deref().unwrap_or("-"))
    };
    report
        .damage
        .iter()
        .map(|damage| (damage.kind, damage.count, damage.places.iter().map(place).collect::<Vec<_>>().join(" ")))
        .collect()
}
