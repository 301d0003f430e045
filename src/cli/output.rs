//! Files that a command writes: whole or not at all.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Fault, Result};

/// A file that is written and not yet in its place.
pub(super) struct Draft {
    written: tempfile::NamedTempFile,
    place: PathBuf,
}

impl Draft {
    /// Moves it to its place.
    pub(super) fn keep(self) -> Result<()> {
        let Self { written, place } = self;
        written.persist(&place).map_err(|error| failed(&place, &error.error))?;
        Ok(())
    }
}

fn failed(file: &Path, error: &std::io::Error) -> Error {
    let fault = Fault::new(format!("{} could not be written: {error}", file.display()));
    Error::input(fault.help("check the folder and its permissions"))
}

/// Writes beside the place and moves it there whole.
pub(super) fn whole(file: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    draft(file, write)?.keep()
}

/// Writes beside the place.
pub(super) fn draft(file: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<Draft> {
    let failed = |error: std::io::Error| failed(file, &error);
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        let fault = Fault::new(format!("{} could not be written: its folder does not exist", file.display()));
        return Err(Error::input(fault.help("make the folder first")));
    }
    let mut written = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let mut buffered = BufWriter::new(&mut written);
    write(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    drop(buffered);
    Ok(Draft { written, place: file.to_owned() })
}
