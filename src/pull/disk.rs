//! What a pull does on the disk. In: paths and bytes. Out: files that are whole, for the eyes of the user alone, or why not.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use crate::error::{Error, Fault, Result};
use crate::interrupt;

/// The error of a place that cannot be written.
pub(super) fn failed(what: &Path, error: &std::io::Error) -> Error {
    let fault = Fault::new(format!("{} could not be written: {error}", what.display()));
    Error::input(fault.help("check the folder, its permissions and the space on the disk"))
}

/// One pull at a time.
pub(super) fn lock(staging: &Path) -> Result<File> {
    let path = staging.join("lock");
    let file = File::create(&path).map_err(|error| failed(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let fault = Fault::new(format!("another pull works in {}", staging.display()));
            Err(Error::input(fault.help("wait until it is done")))
        }
        // Some systems of files know no locks.
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(error)) => Err(failed(&path, &error)),
    }
}

/// Writes a file beside its place and moves it there, for the eyes of the user alone.
pub(super) fn whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let make = || tempfile::Builder::new().prefix(".crmlint").tempfile_in(folder);
    let (mut file, _listed) = interrupt::listed(make, |file| file.path()).map_err(|error| failed(path, &error))?;
    let written = file.write_all(bytes).and_then(|()| file.flush()).and_then(|()| settled(file.as_file()));
    written.map_err(|error| failed(path, &error))?;
    file.persist(path).map_err(|error| failed(path, &error.error)).map(|_| ())
}

/// Waits until what was written is on the disk, so that a power cut leaves a whole file or none.
fn settled(file: &File) -> std::io::Result<()> {
    match file.sync_all() {
        // Some systems of files cannot say so.
        Err(error) if !matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput) => Err(error),
        _ => Ok(()),
    }
}

/// Moves a file that is whole to its place.
pub(super) fn settle(from: &Path, to: &Path) -> Result<()> {
    let moved = fs::OpenOptions::new().write(true).open(from).and_then(|file| settled(&file));
    moved.and_then(|()| fs::rename(from, to)).map_err(|error| failed(to, &error))
}

/// The size of a file and its SHA-256.
pub(super) fn digest(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    let (mut buffer, mut bytes) = (vec![0; 1 << 16], 0);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        context.update(&buffer[..read]);
    }
    Ok((bytes, hex(context.finish().as_ref())))
}

/// The SHA-256 of a text.
pub(super) fn digest_of(text: &str) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Exports hold people: their files are for the user alone.
#[cfg(unix)]
pub(super) fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // A file system without permissions has none to set.
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
pub(super) fn private(_: &Path) {}

/// A folder for the user alone.
#[cfg(unix)]
pub(super) fn hide(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o700));
}

#[cfg(not(unix))]
pub(super) fn hide(_: &Path) {}
