//! Documents as a revision of a git repository has them.

use std::path::{Component, Path, PathBuf};

use git2::{Commit, DiffFindOptions, DiffOptions, ErrorCode, ObjectType, Oid, Repository, Tree};

use crate::error::{Error, Fault, Result};
use crate::yaml::Document;

/// The file mode of a symbolic link.
const LINK: i32 = 0o120_000;
/// Links that lead to links, beyond which one is taken to lead nowhere.
const MOST_LINKS: usize = 8;

/// A revision of the repository that holds a folder.
pub struct Revision {
    repository: Repository,
    commit: Oid,
    /// Its name, as the user wrote it.
    pub name: String,
    /// What the reader of a comparison should know about it.
    pub remark: Option<String>,
}

impl Revision {
    /// The commit that a name means; none in a repository that has no commit yet.
    pub fn open(folder: &Path, name: &str) -> Result<Option<Self>> {
        let repository = repository(folder)?;
        if name == "HEAD" && repository.head().is_err_and(|error| error.code() == ErrorCode::UnbornBranch) {
            return Ok(None);
        }
        let commit = commit(&repository, name)?.id();
        Ok(Some(Self { repository, commit, name: name.to_owned(), remark: None }))
    }

    /// The commit where this revision and another one parted: what was done here since is no change of the other.
    pub fn parted_from(mut self, other: Option<&str>) -> Result<Self> {
        let name = other.unwrap_or("HEAD");
        let Ok(own) = commit(&self.repository, name).map(|commit| commit.id()) else { return Ok(self) };
        match self.repository.merge_base(own, self.commit) {
            Ok(base) if base == self.commit => {}
            Ok(base) => {
                let short: String = base.to_string().chars().take(7).collect();
                self.remark = Some(format!("Compared with {short}, where {name} parted from {}.", self.name));
                self.commit = base;
            }
            // A checkout of CI knows no history, but a merge of both names the other as its parent.
            Err(_) if self.is_merged_into(own) => {}
            Err(_) => {
                self.remark = Some(format!(
                    "This checkout does not hold the commit where {name} parted from {}: what was changed there since counts as changed back here. Fetch more history to compare with that commit.",
                    self.name
                ));
            }
        }
        Ok(self)
    }

    /// Whether a commit says that it was made from this one. A shallow checkout hides that from a walk of the history.
    fn is_merged_into(&self, commit: Oid) -> bool {
        let Ok(commit) = self.repository.find_commit(commit) else { return false };
        let own = format!("parent {}", self.commit);
        commit.raw_header().is_ok_and(|header| header.lines().any(|line| line == own))
    }

    /// A document as it is there, or nothing where the revision does not have it.
    pub fn document(&self, path: &Path, name: &str) -> Result<Option<Document>> {
        self.at(&inside(&self.repository, path)?, name)
    }

    /// The document that a file of another revision, or of the folder, was moved from.
    pub fn moved(&self, path: &Path, other: Option<&str>) -> Result<Option<(String, Document)>> {
        let place = inside(&self.repository, path)?;
        let Some(old) = self.moved_from(&place, other).map_err(|error| self.hidden(&error, &place))? else {
            return Ok(None);
        };
        let name = old.display().to_string();
        Ok(self.at(&old, &name)?.map(|document| (name, document)))
    }

    fn moved_from(&self, place: &Path, other: Option<&str>) -> std::result::Result<Option<PathBuf>, git2::Error> {
        let tree = self.tree()?;
        let mut options = DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).show_untracked_content(true);
        // Exports that lie beside it are large, and no mapping.
        options.pathspec("*.yaml").pathspec("*.yml").pathspec(place);
        let mut diff = match other {
            Some(other) => {
                let other = self.repository.revparse_single(other)?.peel_to_tree()?;
                self.repository.diff_tree_to_tree(Some(&tree), Some(&other), Some(&mut options))?
            }
            None => self.repository.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options))?,
        };
        diff.find_similar(Some(DiffFindOptions::new().renames(true).for_untracked(true)))?;
        let found = diff.deltas().find(|delta| delta.new_file().path() == Some(place));
        let old = found.and_then(|delta| delta.old_file().path().map(Path::to_owned));
        Ok(old.filter(|old| old != place))
    }

    fn tree(&self) -> std::result::Result<Tree<'_>, git2::Error> {
        self.repository.find_commit(self.commit)?.tree()
    }

    fn at(&self, place: &Path, name: &str) -> Result<Option<Document>> {
        let against = &self.name;
        let tree = self.tree().map_err(|error| self.lacking(&error, place))?;
        let first = place;
        let mut place = place.to_owned();
        for _ in 0..MOST_LINKS {
            if !place.components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(astray(&format!("{name} at {against}"), &place));
            }
            let entry = match tree.get_path(&place) {
                Ok(entry) => entry,
                Err(error) if error.code() == ErrorCode::NotFound && error.class() != git2::ErrorClass::Odb => {
                    return match place == first {
                        true => Ok(None),
                        false => Err(astray(&format!("{name} at {against}"), &place)),
                    };
                }
                Err(error) => return Err(self.lacking(&error, &place)),
            };
            if entry.kind() != Some(ObjectType::Blob) {
                return Err(Error::usage(Fault::new(format!("{} is no file at {against}", place.display()))));
            }
            let blob = self.repository.find_blob(entry.id()).map_err(|error| self.lacking(&error, &place))?;
            if entry.filemode() == LINK {
                let target = String::from_utf8_lossy(blob.content()).into_owned();
                place = plain(&place.parent().unwrap_or_else(|| Path::new("")).join(target));
                continue;
            }
            let text = String::from_utf8(blob.content().to_vec())
                .map_err(|_| Error::usage(Fault::new(format!("{name} at {against} is not UTF-8 text"))))?;
            return Document::parse(&format!("{name} at {against}"), text).map(Some);
        }
        Err(Error::usage(Fault::new(format!("{name} at {against} is a link that leads back to itself"))))
    }

    /// What to do about an object that the repository does not hold.
    fn lacking(&self, error: &git2::Error, place: &Path) -> Error {
        if error.code() != ErrorCode::NotFound || !is_partial(&self.repository) {
            return broken(error);
        }
        let place = place.display();
        let fault = Fault::new(format!("this clone is partial and does not hold {place} at {}", self.name));
        Error::input(fault.help(format!("let git fetch it: git show {}:{place} >/dev/null", self.commit)))
    }

    /// What to do when the other revision has no such document, and its others cannot be looked at.
    fn hidden(&self, error: &git2::Error, place: &Path) -> Error {
        if error.code() != ErrorCode::NotFound || !is_partial(&self.repository) {
            return broken(error);
        }
        let what = format!("{} has no {}, and this clone is partial", self.name, place.display());
        let fault = Fault::new(format!("{what}: where it was moved from cannot be told"));
        Error::input(
            fault.help(format!("let git fetch what it compares: git diff -M --stat {} >/dev/null", self.commit)),
        )
    }
}

/// Whether objects of the repository may be at the server alone.
fn is_partial(repository: &Repository) -> bool {
    let Ok(config) = repository.config() else { return false };
    let promisor = config.entries(Some(r"^remote\..*\.promisor$"));
    promisor.is_ok_and(|mut entries| entries.next().is_some())
}

/// A link that leads to nothing in its revision.
fn astray(what: &str, target: &Path) -> Error {
    let fault = Fault::new(format!("{what} is a link to {}, which is not there", target.display()));
    Error::usage(fault.help("name the document itself in crmlint.yaml"))
}

/// Whether a text names a document rather than a revision.
pub fn is_file(folder: &Path, text: &str) -> Result<bool> {
    let file = Path::new(text);
    let is_yaml = file.extension().is_some_and(|kind| kind == "yaml" || kind == "yml");
    // A bare repository holds a file named HEAD, and a branch may be named like a document.
    let is_revision = || repository(folder).is_ok_and(|own| own.revparse_single(text).is_ok());
    match (is_yaml, file.is_file()) {
        (true, true) => Ok(true),
        (true, false) => Ok(!is_revision()),
        (false, true) if !is_revision() => {
            let fault = Fault::new(format!("{text} is a file, and no revision of this repository"));
            Err(Error::usage(fault.help("a document to compare with ends in .yaml or .yml: rename it")))
        }
        (false, _) => Ok(false),
    }
}

fn broken(error: &git2::Error) -> Error {
    let fault = Fault::new(format!("the git repository cannot be read: {}", error.message()));
    Error::input(fault.help("check it with `git fsck`"))
}

fn repository(folder: &Path) -> Result<Repository> {
    // In a bare repository a folder need not be there.
    let start = [folder, Path::new(".")].into_iter().find(|folder| folder.is_dir()).unwrap_or(folder);
    Repository::discover(start).map_err(|error| match error.code() {
        ErrorCode::NotFound => {
            let fault = Fault::new(format!("{} is in no git repository", folder.display()));
            Error::usage(fault.help("name a file to compare with: --against mapping.before.yaml"))
        }
        ErrorCode::Owner => {
            let start = start.canonicalize().unwrap_or_else(|_| start.to_owned());
            let root = start.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&start);
            let fault = Fault::new(format!("the git repository {} belongs to another user", root.display()));
            Error::input(fault.help(format!("trust it: git config --global --add safe.directory {}", root.display())))
        }
        _ if error.message().contains("unsupported extension") => {
            let fault = Fault::new(format!("the git repository cannot be read: {}", error.message()));
            let help =
                "let git write the earlier one: git show HEAD:mapping.yaml >before.yaml; then --against before.yaml";
            Error::input(fault.help(help))
        }
        _ => broken(&error),
    })
}

fn commit<'a>(repository: &'a Repository, against: &str) -> Result<Commit<'a>> {
    let found = repository.revparse_single(against).and_then(|object| object.peel_to_commit());
    found.map_err(|error| {
        let fault = Fault::new(format!("there is no revision `{against}` in this repository ({})", error.message()));
        let remote = against.split_once('/').filter(|(remote, _)| repository.find_remote(remote).is_ok());
        Error::usage(fault.help(match (repository.is_shallow(), remote) {
            // A shallow clone follows one branch: the others must be named in full.
            (true, Some((remote, branch))) => format!(
                "fetch it first: git fetch --depth=1 {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}"
            ),
            (true, None) => {
                "the checkout is shallow: fetch more of it, with `git fetch --unshallow` or `fetch-depth: 0`".to_owned()
            }
            (_, Some((remote, branch))) => format!("fetch it first: git fetch {remote} {branch}"),
            _ => "name a branch, a tag, a commit, HEAD~1, or a .yaml file; a branch of a remote must be fetched first"
                .to_owned(),
        }))
    })
}

/// A path without `.` and `..`, as far as it can be told from the text.
pub fn plain(path: &Path) -> PathBuf {
    let mut found = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(found.components().next_back(), Some(Component::Normal(_))) => {
                found.pop();
            }
            part => found.push(part),
        }
    }
    found
}

/// The path of a file from the root of its repository.
fn inside(repository: &Repository, path: &Path) -> Result<PathBuf> {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let outside = |root: &Path| {
        Error::usage(Fault::new(format!("{} lies outside the repository {}", path.display(), root.display())))
    };
    let Some(root) = repository.workdir() else {
        // In a bare repository a path is one in its trees, whether or not it begins with the repository's own.
        let own = whole(repository.path());
        let known = path.ancestors().find(|part| part.is_dir() && whole(part) == own);
        let rest = plain(known.and_then(|known| path.strip_prefix(known).ok()).unwrap_or(path));
        return match rest.components().next() {
            Some(Component::ParentDir) => Err(outside(repository.path())),
            _ => Ok(rest),
        };
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    // A folder that only the other revision has.
    let folder = match folder.canonicalize() {
        Ok(folder) => folder,
        Err(_) => plain(&whole(Path::new(".")).join(folder)),
    };
    let file = folder.join(path.file_name().unwrap_or_default());
    file.strip_prefix(whole(root)).map(Path::to_owned).map_err(|_| outside(root))
}
