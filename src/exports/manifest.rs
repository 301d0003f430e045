//! Input stage: what `crmlint pull` says of the files that it put into a folder: the `manifest.json` among them, or
//! `orders.csv.manifest.json` beside one file. It is never data. It tells which module a file holds, and when it was asked
//! for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::archive::{Input, slashes, stop};
use crate::error::Result;

/// The name of the manifest of a folder, and the ending of the one of a file.
pub const MANIFEST: &str = "manifest.json";
/// The folder, hidden beside the files, in which a pull collects them.
pub const STAGING: &str = ".crmlint-pull";
/// The file in it while they are moved to their places.
pub const LANDING: &str = "landing";
/// The version of the format.
const VERSION: u32 = 1;
/// Bytes of the largest manifest.
const MOST: u64 = 4 << 20;

/// What was pulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this format.
    pub crmlint_pull: u32,
    /// The source in crmlint.yaml.
    pub source: String,
    /// `Zoho CRM API v8`
    pub api: String,
    /// When the first export was asked for, by the vendor's clock where it tells it.
    pub asked: String,
    /// When the last one was there.
    pub finished: String,
    /// The zone of the organisation, where the system tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The files, by name.
    pub files: Vec<Pulled>,
    /// What could not be had, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A file of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulled {
    /// Its name.
    pub file: String,
    /// `records`, `fields`, `workspace` (segments, campaigns, topics), or `deleted`, which no audit reads.
    pub holds: String,
    /// The module of its records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// How many records it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// When it was asked for.
    pub asked: String,
    /// When it was there.
    pub finished: String,
}

impl Manifest {
    /// An empty one.
    pub fn new(source: &str, api: &str) -> Self {
        Self {
            crmlint_pull: VERSION,
            source: source.to_owned(),
            api: api.to_owned(),
            asked: String::new(),
            finished: String::new(),
            time_zone: None,
            files: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Reads a manifest; none where the file is no manifest of ours.
    pub fn read(path: &Path) -> Option<Self> {
        let about = path.metadata().ok()?;
        let text = (about.is_file() && about.len() <= MOST).then(|| std::fs::read_to_string(path).ok())??;
        serde_json::from_str(&text).ok().filter(|found: &Self| found.crmlint_pull == VERSION && found.is_plain())
    }

    /// Whether each file it names lies beside it: somebody else may have written it.
    pub fn is_plain(&self) -> bool {
        self.files.iter().all(|pulled| is_plain(&pulled.file))
    }

    /// Whether each file lies in the folder with the size that it had.
    pub fn fits(&self, folder: &Path) -> bool {
        let is_there = |pulled: &Pulled| {
            folder.join(&pulled.file).metadata().is_ok_and(|data| data.is_file() && data.len() == pulled.bytes)
        };
        !self.files.is_empty() && self.is_plain() && self.files.iter().all(is_there)
    }

    /// The manifest of a folder or of a file in it.
    pub fn path(folder: &Path, file: Option<&str>) -> PathBuf {
        folder.join(file.map_or_else(|| MANIFEST.to_owned(), |file| format!("{file}.{MANIFEST}")))
    }
}

/// Whether a name is a name, and no way out of the folder.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\', ':']) && ![".", ".."].contains(&name)
}

/// Whether a file is a manifest of ours.
pub(super) fn is_manifest(path: &Path) -> bool {
    let named = path.file_name().and_then(|name| name.to_str());
    named.is_some_and(|name| name == MANIFEST || name.ends_with(".manifest.json")) && Manifest::read(path).is_some()
}

/// Refuses a folder in which files of two pulls may lie beside each other.
pub(super) fn refuse_half(folder: &Path) -> Result<()> {
    if !folder.join(STAGING).join(LANDING).exists() {
        return Ok(());
    }
    Err(stop(
        format!("A pull into {} was stopped while it put the files in their places", slashes(folder)),
        "Run `crmlint pull` again: it goes on from there.",
    ))
}

/// What manifests say of the files of a request.
#[derive(Debug, Default)]
pub(super) struct Told {
    folders: BTreeMap<PathBuf, BTreeMap<String, Pulled>>,
}

impl Told {
    /// What is told of a file, unless it was changed since.
    pub(super) fn of(&mut self, input: &Input) -> Option<&Pulled> {
        let path = input.plain()?.to_owned();
        let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
        let files = self.folders.entry(folder.to_owned()).or_insert_with(|| {
            let found = Manifest::read(&Manifest::path(folder, None));
            found.into_iter().flat_map(|found| found.files).map(|pulled| (pulled.file.clone(), pulled)).collect()
        });
        files.get(name).filter(|pulled| pulled.bytes == input.packed_bytes())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{MANIFEST, Manifest, Pulled, is_manifest};

    #[test]
    fn a_manifest_is_told_by_what_stands_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(MANIFEST);
        std::fs::write(&path, r#"{"files": [{"id": 1}]}"#).unwrap();
        assert!(!is_manifest(&path), "somebody's data");
        let mut manifest = Manifest::new("zoho", "v8");
        std::fs::write(&path, serde_json::to_string(&manifest).unwrap()).unwrap();
        assert!(is_manifest(&path));
        assert!(!manifest.fits(dir.path()), "it names nothing");
        let mut pulled = Pulled {
            file: "a.csv".to_owned(),
            holds: "records".to_owned(),
            module: None,
            rows: Some(1),
            bytes: 5,
            sha256: String::new(),
            asked: String::new(),
            finished: String::new(),
        };
        manifest.files.push(pulled.clone());
        assert!(!manifest.fits(dir.path()), "it is not there");
        std::fs::write(dir.path().join("a.csv"), "id\n1\n").unwrap();
        assert!(manifest.fits(dir.path()));
        pulled.file = "../a.csv".to_owned();
        manifest.files.push(pulled);
        assert!(!manifest.fits(dir.path()), "nothing outside is looked at");
    }
}
