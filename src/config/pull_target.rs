//! Where pulled files go: to the files that the source names. In: a source of the config. Out: one folder, or one file.

use std::path::{Path, PathBuf};

use super::refuse;
use crate::error::Result;
use crate::yaml::{Document, Node};

/// Where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Several files, into a folder.
    Folder(PathBuf),
    /// One file.
    File(PathBuf),
}

impl Target {
    /// The folder of it.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder,
            Self::File(file) => {
                file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
            }
        }
    }
}

/// Where the source's files are, which is where the pulled ones go; `one` of them, or several.
pub(super) fn read(document: &Document, source: &Node, base: &Path, one: bool) -> Result<Target> {
    let files = source.get_texts("files");
    let node = source.get("files").unwrap_or(source);
    let mut folders: Vec<PathBuf> = files.iter().map(|file| folder_of(file)).collect();
    folders.dedup();
    let is_folder = |folder: &Path| !is_pattern(&folder.to_string_lossy()) && !files.iter().any(|file| is_file(file));
    match (files.as_slice(), folders.as_slice()) {
        ([file], _) if one && is_file(file) => Ok(Target::File(base.join(file))),
        (_, _) if one => {
            let help = "write one file, without a pattern: `files: exports/orders.csv`";
            refuse(document, node, "where the file goes is not told".to_owned(), help)
        }
        (_, [folder]) if is_folder(folder) => Ok(Target::Folder(base.join(folder))),
        _ => {
            let help = "write one folder: `files: exports/zoho`";
            refuse(document, node, "which folder the files go to is not told".to_owned(), help)
        }
    }
}

fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Whether a path names one file: it has an ending, and no pattern.
fn is_file(path: &str) -> bool {
    !is_pattern(path) && Path::new(path).extension().is_some()
}

fn folder_of(path: &str) -> PathBuf {
    let named = Path::new(path);
    let folder = if is_pattern(path) { named.parent().unwrap_or(named) } else { named };
    if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Path, folder_of, is_file};

    #[test]
    fn files_are_told_from_folders() {
        assert!(is_file("exports/a.csv") && !is_file("exports/zoho") && !is_file("exports/*.csv"));
        assert_eq!(folder_of("exports/zoho/*.csv"), Path::new("exports/zoho"));
        assert_eq!(folder_of("*.csv"), Path::new("."));
        assert_eq!(folder_of("exports/zoho"), Path::new("exports/zoho"));
    }
}
