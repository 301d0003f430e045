//! Input stage: reading exports as people hand them over. In: the paths of a source and what the config says of it. Out:
//! recognised datasets, one a module, whose records are streamed as text. A fault of the data is reported as damage; only
//! what cannot be read at all is an error.

use std::path::PathBuf;

use crate::error::Result;

mod archive;
mod assemble;
mod batch;
mod customerio;
mod dataset;
mod delimited;
mod events;
mod field_list;
mod fields;
mod heading;
mod holder;
mod json;
mod kinds;
mod labels;
mod listing;
mod manifest;
mod metadata;
mod parquet;
mod part;
mod quick;
mod recognise;
mod records;
mod rows;
mod shopify;
#[cfg(test)]
mod testing;
mod text;
mod wholes;
pub mod workspace;
mod zoho;

pub use batch::Batch;
pub use dataset::Dataset;
pub use events::EventColumns;
pub use fields::Member;
pub use kinds::{DamageKind, Dialect, Encoding, System};
pub use labels::is_label;
pub use manifest::{LANDING, MANIFEST, Manifest, Pulled, STAGING};
pub use metadata::Choice;
pub use workspace::Workspace;
pub use zoho::api_name as zoho_api_name;

/// Damaged places of one kind that a file names one by one; beyond, they are counted.
pub const NAMED: usize = 1_000_000;

/// One entry of `sources:` in the config, or the paths of the command line.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The source's name in dataset names; the recognised system's own name when it is missing.
    pub name: Option<String>,
    /// Files, folders or patterns.
    pub paths: Vec<PathBuf>,
    /// The system that wrote them, when it is not to be recognised.
    pub system: Option<System>,
    /// The module: of several it picks one, of a single one it is the name.
    pub module: Option<String>,
    /// The column that holds a record's own id.
    pub key: Option<String>,
    /// The encoding, when it is not to be recognised.
    pub encoding: Option<Encoding>,
    /// The delimiter, when it is not to be recognised.
    pub delimiter: Option<u8>,
    /// Zoho's own name of a field, and its label in the export.
    pub labels: Vec<(String, String)>,
}

/// A column of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As in the file; a second one of a name gets " (2)", one without a name is "column 7".
    pub label: String,
    /// The name in the system's API, for Zoho.
    pub api_name: Option<String>,
}

/// Hears how far the reading is. Implemented by `()`, which does not listen.
pub trait Progress: Sync {
    /// So many more bytes were read from the disk.
    fn bytes(&self, read: u64);
}

impl Progress for () {
    fn bytes(&self, _: u64) {}
}

/// What a full pass over a dataset saw.
#[derive(Debug, Clone, Default)]
pub struct ReadReport {
    /// The number of records.
    pub rows: u64,
    /// The encoding, as in "UTF-8 with BOM"; several parts that differ are joined by a comma.
    pub encoding: String,
    /// What is wrong with the files, by file and kind.
    pub damage: Vec<Damage>,
    /// One for each column of the dataset.
    pub columns: Vec<ColumnStat>,
    /// The most filled cells of one record.
    pub widest: u64,
    /// Whether the lines end in CRLF.
    pub crlf: bool,
}

/// What a pass saw of one column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColumnStat {
    /// Cells that are not empty.
    pub filled: u64,
    /// The longest cell in bytes.
    pub longest: u64,
    /// All cells in bytes.
    pub bytes: u64,
}

/// One kind of damage in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What is wrong.
    pub kind: DamageKind,
    /// The file, as the user would write it.
    pub file: String,
    /// How often.
    pub count: u64,
    /// The first five places, in order.
    pub places: Vec<DamagePlace>,
}

/// Where damage is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagePlace {
    /// The record, 1-based across all parts of the dataset; none for a header.
    pub record: Option<u64>,
    /// The line that the record starts on, 1-based in its file.
    pub line: Option<u64>,
    /// The column's label.
    pub column: Option<String>,
    /// What exactly is there, without the value.
    pub detail: String,
}

/// Everything the request names, recognised and sorted by name. One request may give several datasets.
pub fn open(request: &Request) -> Result<Vec<Dataset>> {
    assemble::datasets(request, &mut Workspace::default())
}

/// The same, with what its files tell of a workspace of Customer.io; those are no datasets.
pub fn open_with(request: &Request, workspace: &mut Workspace) -> Result<Vec<Dataset>> {
    assemble::datasets(request, workspace)
}

#[cfg(test)]
#[path = "exports_tests.rs"]
mod tests;
