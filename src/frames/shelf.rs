//! Columns that are laid aside on disk: what does not fit into memory at once comes back a column at a time.
//!
//! The file has no name, is readable by nobody else, and is gone with the process however that ends.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use super::column::TextColumn;
use crate::error::{Error, Fault, Result};

/// The columns of one dataset on disk.
#[derive(Debug)]
pub(super) struct Shelf {
    file: File,
    end: u64,
    /// Where the pieces of each column lie, in the order of its rows.
    pieces: BTreeMap<usize, Vec<(u64, usize)>>,
}

fn fault(error: &std::io::Error) -> Error {
    let folder = std::env::temp_dir();
    let fault = Fault::new(format!("columns could not be laid aside in {}: {error}", folder.display()));
    Error::input(fault.help("make room there (about as much as the exports take), let TMPDIR name another folder, or allow more memory with --memory-limit"))
}

impl Shelf {
    pub(super) fn new() -> Result<Self> {
        let file = tempfile::tempfile().map_err(|error| fault(&error))?;
        Ok(Self { file, end: 0, pieces: BTreeMap::new() })
    }

    /// Lays aside what a column holds so far, as far as it is settled; all of it at the end.
    pub(super) fn put(&mut self, index: usize, column: &mut TextColumn, all: bool) -> Result<()> {
        let piece = column.take_settled(all);
        // A column without rows is on the shelf as well.
        let pieces = self.pieces.entry(index).or_default();
        if !piece.is_empty() {
            // Columns may have been fetched since the last one was put.
            let written = self.file.seek(SeekFrom::Start(self.end)).and_then(|_| self.file.write_all(&piece));
            written.map_err(|error| fault(&error))?;
            pieces.push((self.end, piece.len()));
            self.end += piece.len() as u64;
        }
        Ok(())
    }

    /// A column as it was; nothing where it was never laid aside.
    pub(super) fn get(&mut self, index: usize) -> Result<Option<TextColumn>> {
        let Some(pieces) = self.pieces.get(&index) else { return Ok(None) };
        let mut column = TextColumn::default();
        let mut bytes = Vec::new();
        for (start, length) in pieces {
            bytes.resize(*length, 0);
            self.file.seek(SeekFrom::Start(*start)).map_err(|error| fault(&error))?;
            self.file.read_exact(&mut bytes).map_err(|error| fault(&error))?;
            column.restore(&bytes).ok_or_else(|| {
                let lost = Fault::new(format!(
                    "what was laid aside in {} came back otherwise",
                    std::env::temp_dir().display()
                ));
                Error::input(lost.help("look after that disk, or let TMPDIR name a folder on another one"))
            })?;
        }
        Ok(Some(column))
    }

    /// Bytes of all columns.
    pub(super) fn bytes(&self) -> usize {
        usize::try_from(self.end).unwrap_or(usize::MAX)
    }

    /// Bytes of a column.
    pub(super) fn size(&self, index: usize) -> Option<usize> {
        self.pieces.get(&index).map(|pieces| pieces.iter().map(|(_, length)| length).sum())
    }
}
