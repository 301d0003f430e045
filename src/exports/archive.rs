//! Input stage: where the bytes are. In: the paths of a request, which may be files, folders, patterns or archives.
//! Out: one [`Input`] a data file, streamed through gunzip and unzip and never extracted, with a limit on what a few
//! bytes may unfold to.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use super::Progress;
use crate::error::{Error, Fault, Result};
use crate::text::is_unsafe;

/// A member may unfold to this much whatever its ratio is.
const FREE: u64 = 1 << 30;
/// Beyond [`FREE`], a member that unfolds by more than this is a bomb.
const RATIO: u64 = 200;
/// No archive may unfold to more.
const MOST: u64 = 64 << 30;

/// An error of an input: one sentence and what to do.
pub(super) fn stop(message: impl Into<String>, help: &str) -> Error {
    let fault = Fault::new(message);
    Error::input(if help.is_empty() { fault } else { fault.help(help) })
}

/// One data file, or one member of an archive.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// As the user would write it; `backup.zip: Data/Contacts_001.csv` for members.
    pub(super) shown: String,
    /// The path inside the archive, else the file's own path, with slashes.
    pub(super) inner: String,
    path: PathBuf,
    member: Option<usize>,
    packed: u64,
    seen: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
}

impl Input {
    /// A file on disk.
    pub(super) fn file(path: &Path) -> Self {
        Self {
            inner: slashes(path),
            shown: printable(&slashes(path)),
            path: path.to_path_buf(),
            member: None,
            packed: path.metadata().map_or(0, |data| data.len()),
            seen: Arc::default(),
            total: Arc::default(),
        }
    }

    /// A member of an archive; `total` counts what all its members unfolded to.
    pub(super) fn member(path: &Path, index: usize, name: &str, packed: u64, total: &Arc<AtomicU64>) -> Self {
        Self {
            shown: printable(&format!("{}: {name}", slashes(path))),
            inner: name.to_owned(),
            path: path.to_path_buf(),
            member: Some(index),
            packed,
            seen: Arc::default(),
            total: Arc::clone(total),
        }
    }

    /// The file on disk, when it is neither packed nor in an archive.
    pub(super) fn plain(&self) -> Option<&Path> {
        let head = first_bytes(open(&self.path).ok()?, 2);
        (self.member.is_none() && !is_gzip(&head)).then_some(self.path.as_path())
    }

    /// How many bytes it takes on disk.
    pub(super) fn packed_bytes(&self) -> u64 {
        self.packed
    }

    /// The file name without folders and without `.csv`, `.csv.gz` and the like.
    pub(super) fn stem(&self) -> String {
        let name = self.inner.rsplit('/').next().unwrap_or(&self.inner);
        let name = name.strip_suffix(".gz").unwrap_or(name);
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
            _ => name.to_owned(),
        }
    }

    /// Whether the file is a numbered table in a folder of this name, as the parts of a backup are.
    pub(super) fn in_folder(&self, folder: &str) -> bool {
        is_backup_part(&self.inner, folder)
    }

    /// The first bytes, unpacked.
    pub(super) fn head(&self, length: usize) -> Result<Vec<u8>> {
        self.with_reader(&(), &mut |reader| {
            let mut head = Vec::new();
            reader.take(length as u64).read_to_end(&mut head).map_err(|error| self.broken(&error))?;
            Ok(head)
        })
    }

    /// Hands the unpacked bytes to `work` as a stream.
    pub(super) fn with_reader<T>(
        &self,
        progress: &dyn Progress,
        work: &mut dyn FnMut(&mut dyn Read) -> Result<T>,
    ) -> Result<T> {
        let file = open(&self.path)?;
        let file = Counted { file, progress };
        let Some(index) = self.member else {
            return self.unpacked(&mut BufReader::with_capacity(1 << 17, file), work);
        };
        let mut archive =
            ZipArchive::new(BufReader::new(file)).map_err(|error| zip_error(&slashes(&self.path), &error))?;
        let member = archive.by_index(index).map_err(|error| zip_error(&self.shown, &error))?;
        let guarded = self.guard(member);
        self.unpacked(&mut BufReader::with_capacity(1 << 17, guarded), work)
    }

    fn unpacked<T>(&self, reader: &mut dyn io::BufRead, work: &mut dyn FnMut(&mut dyn Read) -> Result<T>) -> Result<T> {
        let head = reader.fill_buf().map_err(|error| self.broken(&error))?;
        if is_gzip(head) {
            let mut guarded = self.guard(MultiGzDecoder::new(reader));
            work(&mut guarded)
        } else {
            let mut plain: &mut dyn io::BufRead = reader;
            work(&mut plain)
        }
    }

    fn guard<R: Read>(&self, inner: R) -> Guarded<R> {
        Guarded { inner, out: 0, packed: self.packed, seen: Arc::clone(&self.seen), total: Arc::clone(&self.total) }
    }

    /// The sentence for a stream that broke.
    pub(super) fn broken(&self, error: &io::Error) -> Error {
        let shown = &self.shown;
        if error.get_ref().is_some_and(|inner| inner.is::<Bomb>()) {
            return bomb(shown);
        }
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                stop(format!("{shown} is corrupt or half-written"), "Download it again; the copy probably broke off.")
            }
            _ => stop(format!("{shown} cannot be read: {}", error.kind()), ""),
        }
    }
}

/// The sentence for an archive that unfolds to far more than it should.
pub(super) fn bomb(shown: &str) -> Error {
    stop(
        format!("{shown} unfolds to more than {RATIO} times its size, or to more than 64 GiB, so it was not read on"),
        "Unpack it yourself and give the files, if you trust where it comes from.",
    )
}

/// The sentence for an archive that cannot be opened.
pub(super) fn zip_error(shown: &str, error: &ZipError) -> Error {
    match error {
        ZipError::UnsupportedArchive(text) if text.contains("assword") => encrypted(shown),
        ZipError::InvalidPassword => encrypted(shown),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => stop(
            format!("{shown} is packed by a method that crmlint does not read"),
            "Unpack it and give the files, or pack it as a plain ZIP.",
        ),
        _ => stop(
            format!("{shown} is a corrupt or half-written ZIP archive"),
            "Download it again; the copy probably broke off.",
        ),
    }
}

/// The sentence for a ZIP with a password.
pub(super) fn encrypted(shown: &str) -> Error {
    stop(format!("{shown} is protected by a password"), "Unpack it and give the folder.")
}

/// Opens a file, or says in one sentence why not.
pub(super) fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| {
        let shown = slashes(path);
        match error.kind() {
            io::ErrorKind::NotFound => stop(format!("There is no file {shown}"), ""),
            io::ErrorKind::PermissionDenied => {
                stop(format!("{shown} may not be read by this user"), "Change its permissions, or copy it.")
            }
            kind => stop(format!("{shown} cannot be opened: {kind}"), ""),
        }
    })
}

/// Whether a path is `<folder>/<module>_001.csv`.
pub(super) fn is_backup_part(path: &str, folder: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let numbered = name
        .strip_suffix(".csv")
        .and_then(|stem| stem.rsplit_once('_'))
        .is_some_and(|(_, number)| number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()));
    numbered && parts.next().is_some_and(|found| found.eq_ignore_ascii_case(folder))
}

/// A name without what moves a cursor, turns the direction of reading or breaks a line.
fn printable(name: &str) -> String {
    name.replace(is_unsafe, "\u{fffd}")
}

/// A path as the user would write it.
pub(super) fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The first bytes of a file, fewer at its end or on an error.
pub(super) fn first_bytes(file: File, length: u64) -> Vec<u8> {
    let mut head = Vec::new();
    // A file that cannot be read says so when it is read for its records.
    let _ = file.take(length).read_to_end(&mut head);
    head
}

fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b])
}

/// Tells how many bytes were read from the disk.
struct Counted<'a> {
    file: File,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.progress.bytes(count as u64);
        Ok(count)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// What stops a stream that unfolds too far.
#[derive(Debug, thiserror::Error)]
#[error("unfolds too far")]
struct Bomb;

/// Counts what comes out, whatever the archive declares.
struct Guarded<R> {
    inner: R,
    out: u64,
    packed: u64,
    /// The most that came out of this member in any pass, so that a second pass is not counted twice.
    seen: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.out += count as u64;
        let before = self.seen.fetch_max(self.out, Ordering::Relaxed);
        let news = self.out.saturating_sub(before);
        let total = self.total.fetch_add(news, Ordering::Relaxed) + news;
        if (self.out > FREE && self.out / RATIO > self.packed) || total > MOST {
            return Err(io::Error::other(Bomb));
        }
        Ok(count)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Read, Write};
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::{Guarded, Input, MOST};

    #[test]
    fn gzip_is_found_by_its_first_bytes_not_by_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.csv");
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(b"id,email\n1,a@example.com\n").unwrap();
        let bytes = packer.finish().unwrap();
        std::fs::write(&path, &bytes).unwrap();
        let input = Input::file(&path);
        assert_eq!(input.head(8).unwrap(), b"id,email");
        assert_eq!(input.stem(), "people");
        assert!(input.plain().is_none());

        std::fs::write(&path, &bytes[..bytes.len() - 6]).unwrap();
        let error = Input::file(&path).head(1 << 16).unwrap_err();
        assert!(error.to_string().ends_with("people.csv is corrupt or half-written"), "{error}");
    }

    #[test]
    fn a_stream_that_unfolds_too_far_is_stopped() {
        let total = Arc::new(AtomicU64::new(MOST - 10));
        let guarded = |total: &Arc<AtomicU64>, seen: u64| Guarded {
            inner: std::io::repeat(b'x').take(100),
            out: 0,
            packed: 10,
            seen: Arc::new(AtomicU64::new(seen)),
            total: Arc::clone(total),
        };
        let mut sink = Vec::new();
        assert!(guarded(&total, 0).read_to_end(&mut sink).is_err());
        // A second pass over a member does not count again.
        assert!(guarded(&Arc::new(AtomicU64::new(MOST - 10)), 100).read_to_end(&mut sink).is_ok());
        let mut bomb = guarded(&Arc::default(), 0);
        bomb.out = 1 << 30;
        assert!(bomb.read_to_end(&mut sink).is_err());
    }
}
