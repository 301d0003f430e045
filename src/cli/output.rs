//! Files that a command writes: whole or not at all.

use std::io::{BufWriter, Write};
use std::path::Path;

use crate::error::{Error, Fault, Result};

/// Writes beside the place and moves it there whole.
pub(super) fn whole(file: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let failed = |error: std::io::Error| {
        Error::input(
            Fault::new(format!("{} could not be written: {error}", file.display()))
                .help("check the folder and its permissions"),
        )
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        let fault = Fault::new(format!("{} could not be written: its folder does not exist", file.display()));
        return Err(Error::input(fault.help("make the folder first")));
    }
    let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let mut buffered = BufWriter::new(&mut draft);
    write(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    drop(buffered);
    draft.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}
