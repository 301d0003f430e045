//! Earlier revisions of a document, read out of a git repository or given as a file.

use std::path::{Component, Path, PathBuf};

use git2::{Commit, ErrorCode, Repository};

use crate::error::{Error, Fault, Result};
use crate::yaml::Document;

/// A document as it was, or nothing where the revision does not have it.
pub fn earlier(path: &Path, name: &str, against: &str) -> Result<Option<Document>> {
    let file = Path::new(against);
    // A bare repository holds a file named HEAD: only YAML is a document.
    if file.extension().is_some_and(|kind| kind == "yaml" || kind == "yml") {
        return Document::read(file, against).map(Some);
    }
    let repository = repository(path)?;
    let commit = commit(&repository, against)?;
    let place = inside(&repository, path)?;
    let entry = match commit.tree().and_then(|tree| tree.get_path(&place)) {
        Ok(entry) => entry,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
        Err(error) => return Err(broken(&error)),
    };
    let object = entry.to_object(&repository).map_err(|error| broken(&error))?;
    let Some(blob) = object.as_blob() else {
        return Err(Error::usage(Fault::new(format!("{} is no file at {against}", place.display()))));
    };
    let text = String::from_utf8(blob.content().to_vec())
        .map_err(|_| Error::usage(Fault::new(format!("{name} at {against} is not UTF-8 text"))))?;
    Document::parse(&format!("{name} at {against}"), text).map(Some)
}

fn broken(error: &git2::Error) -> Error {
    let fault = Fault::new(format!("the git repository cannot be read: {}", error.message()));
    Error::input(match error.code() {
        ErrorCode::Owner => fault.help("it belongs to another user: git config --global --add safe.directory '*'"),
        _ => fault.help("check it with `git fsck`"),
    })
}

/// The folder of a file: the current one where the name has none.
fn folder(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or_else(|| Path::new(".")).to_owned()
}

fn repository(path: &Path) -> Result<Repository> {
    // In a bare repository the file itself is not there: its folder may not be either.
    let start = [folder(path), PathBuf::from(".")].into_iter().find(|folder| folder.is_dir()).unwrap_or_default();
    Repository::discover(&start).map_err(|error| match error.code() {
        ErrorCode::NotFound => {
            let fault = Fault::new(format!("{} is in no git repository", path.display()));
            Error::usage(fault.help("name a file to compare with: --against mapping.before.yaml"))
        }
        _ => broken(&error),
    })
}

fn commit<'a>(repository: &'a Repository, against: &str) -> Result<Commit<'a>> {
    let found = repository.revparse_single(against).and_then(|object| object.peel_to_commit());
    found.map_err(|error| {
        let fault = Fault::new(format!("there is no revision `{against}` in this repository ({})", error.message()));
        Error::usage(fault.help(match (repository.is_shallow(), against.split_once('/')) {
            (true, _) => {
                "the checkout is shallow: fetch more of it, with `git fetch --unshallow` or `fetch-depth: 0`".to_owned()
            }
            (_, Some((remote, branch))) => format!("fetch it first: git fetch {remote} {branch}"),
            _ => "name a branch, a tag, a commit, HEAD~1, or a file".to_owned(),
        }))
    })
}

/// The path of a file from the root of its repository.
fn inside(repository: &Repository, path: &Path) -> Result<PathBuf> {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let Some(root) = repository.workdir() else {
        // In a bare repository a path is one in its trees, whether or not it begins with the repository's own.
        let plain =
            |path: &Path| path.components().filter(|part| !matches!(part, Component::CurDir)).collect::<PathBuf>();
        let own = whole(repository.path());
        let known = path.ancestors().find(|part| part.is_dir() && whole(part) == own);
        let rest = known.and_then(|known| path.strip_prefix(known).ok());
        return Ok(plain(rest.unwrap_or(path)));
    };
    let file = whole(&folder(path)).join(path.file_name().unwrap_or_default());
    file.strip_prefix(whole(root)).map(Path::to_owned).map_err(|_| {
        Error::usage(Fault::new(format!("{} lies outside the repository {}", path.display(), root.display())))
    })
}
