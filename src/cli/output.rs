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

/// The folder of a file.
pub(super) fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Whether a file can stand in a place, as far as this is known before there is anything to write.
pub(super) fn fits(file: &Path) -> Result<()> {
    let refuse = |why: &str, help: &str| {
        Err(Error::input(Fault::new(format!("{} could not be written: {why}", file.display())).help(help)))
    };
    if !folder(file).is_dir() {
        return refuse("its folder does not exist", "make the folder first");
    }
    if file.is_dir() {
        return refuse("it is a folder", "name a file in it");
    }
    Ok(())
}

/// Writes beside the place.
pub(super) fn draft(file: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<Draft> {
    let failed = |error: std::io::Error| failed(file, &error);
    fits(file)?;
    let mut written = tempfile::NamedTempFile::new_in(folder(file)).map_err(failed)?;
    let mut buffered = BufWriter::new(&mut written);
    write(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    drop(buffered);
    Ok(Draft { written, place: file.to_owned() })
}
