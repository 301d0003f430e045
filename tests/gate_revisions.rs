//! Which revisions `crmlint gate` compares: from where two branches parted, through moves and links, in checkouts that hold
//! a part of the repository, and what it says where it cannot know.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/git.rs"]
mod git;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Ran, copy, list, root, run_in, text};
use git::commit;
use git2::build::CheckoutBuilder;
use git2::{Repository, RepositoryInitOptions};
use serde_json::Value;
use tempfile::TempDir;

const TYPE: (&str, &str) = ("type: number", "type: text");
const DEFAULT: (&str, &str) = ("role: lifecycle\n", "role: lifecycle\n    default: Prospect\n");

/// The demo as the first commit of `main`.
fn repository() -> (TempDir, Repository) {
    let dir = TempDir::new().unwrap();
    copy(&root().join("fixtures/demo"), dir.path());
    let mut options = RepositoryInitOptions::new();
    let repository = Repository::init_opts(dir.path(), options.initial_head("main")).unwrap();
    commit(&repository, "the demo");
    (dir, repository)
}

/// `topic` and `main` with a change of their own each; `topic` is checked out.
fn parted() -> (TempDir, Repository) {
    let (dir, repository) = repository();
    branch(&repository, "topic");
    edit(dir.path(), "mapping.yaml", DEFAULT);
    commit(&repository, "on main");
    switch(&repository, "topic");
    edit(dir.path(), "mapping.yaml", TYPE);
    commit(&repository, "on topic");
    (dir, repository)
}

fn branch(repository: &Repository, name: &str) {
    let head = repository.head().unwrap().peel_to_commit().unwrap();
    repository.branch(name, &head, false).unwrap();
}

fn switch(repository: &Repository, name: &str) {
    repository.set_head(&format!("refs/heads/{name}")).unwrap();
    repository.checkout_head(Some(CheckoutBuilder::new().force())).unwrap();
}

fn edit(dir: &Path, name: &str, (from, to): (&str, &str)) {
    let file = dir.join(name);
    let before = fs::read_to_string(&file).unwrap();
    assert!(before.contains(from), "{from}");
    fs::write(&file, before.replacen(from, to, 1)).unwrap();
}

fn gate(dir: &Path, more: &[&str]) -> Ran {
    run_in(dir, &[&["gate", "--now", common::NOW, "--format", "json"], more].concat())
}

/// The subjects of what changed.
fn changes(ran: &Ran) -> Vec<String> {
    let report: Value = ran.json();
    let found =
        list(&report, "findings").iter().filter(|finding| ["MAP013", "MAP014"].contains(&text(finding, "code")));
    found.map(|finding| text(finding, "subject").to_owned()).collect()
}

fn remarks(ran: &Ran) -> String {
    ran.json()["remarks"].to_string()
}

/// Runs git, or a line that a message gives.
fn shell(at: &Path, line: &str) -> Ran {
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-ec", line]).current_dir(at).env_clear();
    command.env("PATH", std::env::var("PATH").unwrap_or_default()).env("HOME", at).env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["GIT_AUTHOR", "GIT_COMMITTER"] {
        command.env(format!("{who}_NAME"), "Dana Roth").env(format!("{who}_EMAIL"), "dana@example.com");
    }
    let ran = common::finish(command);
    assert_eq!(ran.code, 0, "git is needed: {line}: {}", ran.err);
    ran
}

/// A clone by git, as CI makes it.
fn cloned(origin: &Path, how: &str) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    shell(dir.path(), &format!("git clone --quiet {how} file://{} checkout", origin.display()));
    let place = dir.path().join("checkout");
    (dir, place)
}

#[test]
fn what_the_other_branch_did_since_is_no_change_of_this_one() {
    let (dir, repository) = parted();
    let ran = gate(dir.path(), &["--against", "main"]);
    assert_eq!(changes(&ran), ["type-changed:total_spent"]);
    assert!(remarks(&ran).contains("where HEAD parted from main"), "{}", remarks(&ran));
    // The other way round, from the same commit.
    let ran = gate(dir.path(), &["--head", "main", "--against", "topic"]);
    assert_eq!(changes(&ran), ["default-changed:lifecycle_stage"]);
    assert!(remarks(&ran).contains("where main parted from topic"), "{}", remarks(&ran));
    // One that is behind is compared as it stands.
    let base = repository.head().unwrap().peel_to_commit().unwrap().parent_id(0).unwrap().to_string();
    let ran = gate(dir.path(), &["--against", &base]);
    assert_eq!(changes(&ran), ["type-changed:total_spent"]);
    assert!(!remarks(&ran).contains("parted"), "{}", remarks(&ran));
}

#[test]
fn a_checkout_without_history_says_when_it_cannot_tell_where_branches_parted() {
    let (origin, _) = parted();
    let (_dir, place) = cloned(origin.path(), "--depth=1 --branch topic");
    let missing = gate(&place, &["--against", "origin/main"]);
    assert_eq!(missing.code, 2, "{}", missing.out);
    shell(&place, missing.err.split_once("fetch it first: ").unwrap().1.trim());
    assert!(changes(&gate(&place, &["--against", "origin/main"])).contains(&"type-changed:total_spent".to_owned()));
    shell(&place, "git fetch --quiet --no-tags --depth=1 origin main");
    let ran = gate(&place, &["--against", "FETCH_HEAD"]);
    assert!(changes(&ran).contains(&"type-changed:total_spent".to_owned()));
    assert!(remarks(&ran).contains("does not hold the commit where HEAD parted from FETCH_HEAD"), "{}", remarks(&ran));
    // A merge of both holds all of the other.
    shell(origin.path(), "git checkout --quiet -b merged && git merge --quiet --no-edit main");
    let (_dir, place) = cloned(origin.path(), "--depth=1 --branch merged");
    shell(&place, "git fetch --quiet --no-tags --depth=1 origin main");
    let ran = gate(&place, &["--against", "FETCH_HEAD"]);
    assert_eq!(changes(&ran), ["type-changed:total_spent"]);
    assert!(!remarks(&ran).contains("parted"), "{}", remarks(&ran));
}

#[test]
fn a_mapping_that_moved_is_compared_with_what_it_was() {
    let (dir, repository) = repository();
    let at = |name: &str| dir.path().join(name);
    // The config says where it was.
    fs::create_dir(at("contract")).unwrap();
    fs::rename(at("mapping.yaml"), at("contract/seam.yaml")).unwrap();
    edit(dir.path(), "crmlint.yaml", ("mapping: mapping.yaml", "mapping: contract/seam.yaml"));
    edit(dir.path(), "contract/seam.yaml", TYPE);
    let ran = gate(dir.path(), &[]);
    assert_eq!(changes(&ran), ["type-changed:total_spent"], "{}", ran.out);
    assert!(remarks(&ran).contains("The mapping was mapping.yaml at HEAD."), "{}", remarks(&ran));
    commit(&repository, "moved");
    // Both documents went into a folder: only what is in them tells.
    fs::create_dir(at("crm")).unwrap();
    for name in ["crmlint.yaml", "crmlint.baseline.yaml", "contract"] {
        fs::rename(at(name), at("crm").join(name)).unwrap();
    }
    edit(dir.path(), "crm/contract/seam.yaml", DEFAULT);
    let wanted = ["default-changed:lifecycle_stage"];
    let ran = gate(dir.path(), &["crm"]);
    assert_eq!(changes(&ran), wanted, "{}", ran.out);
    assert!(remarks(&ran).contains("The mapping was contract/seam.yaml at HEAD."), "{}", remarks(&ran));
    commit(&repository, "moved again");
    for more in [&["crm", "--against", "HEAD~1"][..], &["crm/crmlint.yaml", "--head", "HEAD", "--against", "HEAD~1"]] {
        let ran = gate(dir.path(), more);
        assert_eq!(changes(&ran), wanted, "{more:?}: {}", ran.out);
        assert!(remarks(&ran).contains("The mapping was contract/seam.yaml at HEAD~1."), "{}", remarks(&ran));
    }
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_those_that_lead_nowhere_are_said() {
    use std::os::unix::fs::symlink;
    let (dir, repository) = repository();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("contract")).unwrap();
    fs::rename(at("mapping.yaml"), at("contract/seam.yaml")).unwrap();
    symlink("contract/seam.yaml", at("mapping.yaml")).unwrap();
    commit(&repository, "a link");
    edit(dir.path(), "contract/seam.yaml", TYPE);
    assert_eq!(changes(&gate(dir.path(), &[])), ["type-changed:total_spent"]);
    commit(&repository, "a change");
    assert_eq!(changes(&gate(dir.path(), &["--head", "HEAD", "--against", "HEAD~1"])), ["type-changed:total_spent"]);
    for (target, said) in [
        ("mapping.yaml", "leads back to itself"),
        ("../elsewhere.yaml", "a link to ../elsewhere.yaml, which is not there"),
    ] {
        fs::remove_file(at("mapping.yaml")).unwrap();
        symlink(target, at("mapping.yaml")).unwrap();
        commit(&repository, target);
        fs::remove_file(at("mapping.yaml")).unwrap();
        fs::copy(at("contract/seam.yaml"), at("mapping.yaml")).unwrap();
        let ran = gate(dir.path(), &[]);
        assert!(ran.code == 2 && ran.err.contains(said), "{target}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_partial_clone_says_how_to_get_what_it_lacks() {
    let (origin, repository) = repository();
    edit(origin.path(), "mapping.yaml", TYPE);
    commit(&repository, "a change");
    repository.config().unwrap().set_bool("uploadpack.allowFilter", true).unwrap();
    let (_dir, place) = cloned(origin.path(), "--filter=blob:none");
    let ran = gate(&place, &["--against", "HEAD~1"]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.err.contains("this clone is partial and does not hold"), "{}", ran.err);
    // One after another: the config of that revision, and its mapping.
    let mut ran = ran;
    for _ in 0..2 {
        let Some((_, line)) = ran.err.split_once("let git fetch it: ") else { break };
        shell(&place, line.trim());
        ran = gate(&place, &["--against", "HEAD~1"]);
    }
    assert_eq!(changes(&ran), ["type-changed:total_spent"], "{}", ran.err);
}

#[test]
fn a_name_may_be_one_of_a_file_and_of_a_branch() {
    let (dir, repository) = repository();
    for name in ["release.yaml", "exports", "topic"] {
        branch(&repository, name);
    }
    fs::write(dir.path().join("topic"), "a file").unwrap();
    fs::write(dir.path().join("notes"), "a file").unwrap();
    edit(dir.path(), "mapping.yaml", TYPE);
    for name in ["release.yaml", "exports", "topic"] {
        let ran = gate(dir.path(), &["--against", name]);
        assert_eq!(changes(&ran), ["type-changed:total_spent"], "{name}: {}", ran.err);
    }
    let ran = gate(dir.path(), &["--against", "notes"]);
    assert!(ran.code == 2 && ran.err.contains("notes is a file, and no revision of this repository"), "{}", ran.err);
    let ran = gate(dir.path(), &["--against", "before.yaml"]);
    assert!(ran.code >= 2 && ran.err.contains("before.yaml"), "{}", ran.err);
}

#[test]
fn a_repository_that_cannot_be_read_is_no_clean_gate() {
    let (dir, repository) = repository();
    let mut config = repository.config().unwrap();
    config.set_i32("core.repositoryformatversion", 1).unwrap();
    config.set_str("extensions.refstorage", "reftable").unwrap();
    let ran = gate(dir.path(), &[]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(ran.err.contains("unsupported extension") && ran.err.contains("--against before.yaml"), "{}", ran.err);
}

#[test]
fn a_missing_revision_says_what_to_fetch() {
    let (dir, repository) = repository();
    repository.remote("origin", "https://git.example/crm.git").unwrap();
    for (against, said) in [
        ("upstream/main", "a branch of a remote must be fetched first"),
        ("origin/main", "git fetch origin main"),
        ("HEAD~7", "name a branch, a tag, a commit"),
        ("v1.0", "there is no revision `v1.0`"),
    ] {
        let ran = gate(dir.path(), &["--against", against]);
        assert!(ran.code == 2 && ran.err.contains(said) && ran.out.is_empty(), "{against}: {}", ran.err);
    }
    // A shallow checkout is one whose history ends at a commit that git notes.
    let head = repository.head().unwrap().target().unwrap();
    fs::write(dir.path().join(".git/shallow"), format!("{head}\n")).unwrap();
    let ran = gate(dir.path(), &["--against", "HEAD~1"]);
    assert!(ran.code == 2 && ran.err.contains("fetch-depth: 0"), "{}", ran.err);
}

#[test]
fn the_documents_may_lie_anywhere_in_the_repository() {
    let dir = TempDir::new().unwrap();
    let repository = Repository::init(dir.path()).unwrap();
    let inner = dir.path().join("crm/seam");
    copy(&root().join("fixtures/demo"), &inner);
    commit(&repository, "the demo");
    edit(&inner, "mapping.yaml", TYPE);
    for (from, path) in [(inner.as_path(), "."), (dir.path(), "crm/seam"), (dir.path(), "./crm/seam/crmlint.yaml")] {
        assert_eq!(changes(&gate(from, &[path])), ["type-changed:total_spent"], "{path}");
    }
}
