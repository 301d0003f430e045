//! Files that a command writes: whole or not at all.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Fault, Result};
use crate::interrupt::{self, Listed, undivided};

/// A file that is written and not yet in its place.
pub(super) struct Draft {
    written: tempfile::NamedTempFile,
    listed: Listed,
    place: PathBuf,
}

impl Draft {
    /// Moves it to its place.
    pub(super) fn keep(self) -> Result<()> {
        keep(vec![self])
    }

    fn put(self) -> Result<()> {
        self.written.persist(&self.place).map_err(|error| failed(&self.place, &error.error))?;
        drop(self.listed);
        Ok(())
    }

    /// Sends it through what stands in its place and is no file: a pipe, a device.
    fn pass(self) -> Result<()> {
        let copied = || -> std::io::Result<()> {
            let mut into = std::fs::OpenOptions::new().append(true).open(&self.place)?;
            std::io::copy(&mut self.written.reopen()?, &mut into)?;
            into.flush()
        };
        copied().map_err(|error| failed(&self.place, &error))
    }
}

/// Moves drafts to their places, in which an interrupted run finds all of them or none. What is no file comes first: it may
/// wait for its reader for long.
pub(super) fn keep(drafts: Vec<Draft>) -> Result<()> {
    let (passages, files): (Vec<_>, Vec<_>) = drafts.into_iter().partition(|draft| is_passage(&draft.place));
    passages.into_iter().try_for_each(Draft::pass)?;
    undivided(|| files.into_iter().try_for_each(Draft::put))
}

/// Whether what stands in a place takes what is written and keeps nothing of it, so that it must not be replaced.
fn is_passage(place: &Path) -> bool {
    let of_system = place.starts_with("/dev") || place.starts_with("/proc");
    std::fs::metadata(place).is_ok_and(|about| !about.is_dir() && (of_system || !about.is_file()))
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

/// A file that another one names relative to itself.
pub(super) fn beside(file: &Path, named: &str) -> PathBuf {
    file.parent().map_or_else(|| PathBuf::from(named), |folder| folder.join(named))
}

/// Writes beside the place, for the eyes of the user alone. Behind a link the file itself is meant.
pub(super) fn draft(file: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<Draft> {
    let behind = if is_passage(file) { None } else { file.canonicalize().ok() };
    write_in(behind.as_deref().unwrap_or(file), &tempfile::Builder::new(), write)
}

/// Writes a document of the team beside its place: whoever could read the old one can read the new one. What is
/// read-only stays as it is, and behind a link the file itself is meant.
pub(super) fn document(file: &Path, text: &str) -> Result<Draft> {
    let place = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let known = std::fs::metadata(&place).ok().map(|about| about.permissions());
    if known.as_ref().is_some_and(std::fs::Permissions::readonly) {
        let fault = Fault::new(format!("{} could not be written: it is read-only", file.display()));
        return Err(Error::input(fault.help("change its permissions")));
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let draft = write_in(&place, &builder, |out| out.write_all(text.as_bytes()))?;
    if let Some(known) = known {
        draft.written.as_file().set_permissions(known).map_err(|error| failed(file, &error))?;
    }
    Ok(draft)
}

fn write_in(
    file: &Path,
    builder: &tempfile::Builder<'_, '_>,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<Draft> {
    let failed = |error: std::io::Error| failed(file, &error);
    fits(file)?;
    let beside = if is_passage(file) { std::env::temp_dir() } else { folder(file).to_owned() };
    let (mut written, listed) =
        interrupt::listed(|| builder.tempfile_in(beside), |written| written.path()).map_err(failed)?;
    let mut buffered = BufWriter::new(&mut written);
    write(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    drop(buffered);
    Ok(Draft { written, listed, place: file.to_owned() })
}
