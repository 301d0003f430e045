//! `crmlint gate` in repositories made here: what a revision breaks, at its line, and what is said where there is nothing
//! to compare with.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{Ran, copy, list, root, run_in, text};
use git2::{Repository, Signature, Time};
use serde_json::Value;
use tempfile::TempDir;

fn commit(repository: &Repository, message: &str) {
    let mut index = repository.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
    index.write().unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let who = Signature::new("Dana Roth", "dana@example.com", &Time::new(1_750_000_000, 0)).unwrap();
    let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<_> = parent.iter().collect();
    repository.commit(Some("HEAD"), &who, &who, message, &tree, &parents).unwrap();
}

/// The demo in a repository, with a commit for each edit of the mapping.
fn repository(edits: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new().unwrap();
    copy(&root().join("fixtures/demo"), dir.path());
    let repository = Repository::init(dir.path()).unwrap();
    commit(&repository, "the demo");
    for (from, to) in edits {
        edit(dir.path(), from, to);
        commit(&repository, from);
    }
    dir
}

fn edit(dir: &Path, from: &str, to: &str) {
    let file = dir.join("mapping.yaml");
    let before = fs::read_to_string(&file).unwrap();
    assert!(before.contains(from), "{from}");
    fs::write(&file, before.replacen(from, to, 1)).unwrap();
}

fn gate(dir: &Path, more: &[&str]) -> Ran {
    run_in(dir, &[&["gate", "--now", common::NOW], more].concat())
}

fn changes(report: &Value) -> Vec<(String, String, u64, u64)> {
    let found = list(report, "findings").iter().filter(|finding| ["MAP013", "MAP014"].contains(&text(finding, "code")));
    let mut found: Vec<_> = found
        .map(|finding| {
            let line = finding["place"]["line"].as_u64().unwrap();
            let people = finding["people"].as_u64().unwrap_or_default();
            (text(finding, "severity").to_owned(), text(finding, "subject").to_owned(), line, people)
        })
        .collect();
    found.sort();
    found
}

const THREE: [(&str, &str); 3] = [
    ("Active, Loyal, At Risk", "Active, At Risk"),
    ("role: consent\n    owner: zoho", "role: consent\n    owner: shopify"),
    ("type: number", "type: text"),
];

fn line_of(dir: &Path, text: &str) -> u64 {
    let mapping = fs::read_to_string(dir.join("mapping.yaml")).unwrap();
    mapping.lines().position(|line| line.contains(text)).unwrap() as u64 + 1
}

#[test]
fn three_commits_are_three_breaking_changes_at_their_lines() {
    let dir = repository(&THREE);
    let ran = gate(dir.path(), &["--against", "HEAD~3", "--format", "json", "--data"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let report = ran.json();
    let found = changes(&report);
    let named: Vec<(&str, &str)> = found.iter().map(|(level, name, ..)| (level.as_str(), name.as_str())).collect();
    assert_eq!(
        named,
        [
            ("error", "consent-owner-changed:unsubscribed"),
            ("error", "type-changed:total_spent"),
            ("error", "value-removed:lifecycle_stage: Loyal"),
            ("warning", "lifecycle-changed:lifecycle_stage: lifecycle"),
        ]
    );
    assert_eq!(found[2].2, line_of(dir.path(), "Active, At Risk"), "the list of values");
    let source = fs::read_to_string(dir.path().join("mapping.yaml")).unwrap();
    for (_, name, line, people) in &found {
        let said = source.lines().nth(*line as usize - 1).unwrap();
        let wanted = ["owner: shopify", "type: text", "values:"].into_iter().any(|key| said.contains(key));
        assert!(wanted && *people > 0, "{name} at {line}: {said}, {people} people");
    }
    // Without data the same changes are found, and nobody counts as touched.
    let without = gate(dir.path(), &["--against", "HEAD~3", "--format", "json"]);
    assert_eq!(without.code, 1);
    let blind = changes(&without.json());
    assert_eq!(blind.len(), 4);
    assert!(blind.iter().all(|(.., people)| *people == 0));
    assert!(without.out.contains("no change says whom it touches"));
    assert_eq!(without.out, gate(dir.path(), &["--against", "HEAD~3", "--format", "json"]).out, "the same bytes");
}

#[test]
fn what_stands_in_the_working_tree_is_compared_with_the_last_commit() {
    let dir = repository(&[]);
    assert!(changes(&gate(dir.path(), &["--format", "json"]).json()).is_empty());
    edit(dir.path(), THREE[2].0, THREE[2].1);
    let found = changes(&gate(dir.path(), &["--format", "json"]).json());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].1, "type-changed:total_spent");
}

#[test]
fn a_file_is_compared_without_git() {
    let dir = TempDir::new().unwrap();
    copy(&root().join("fixtures/demo"), dir.path());
    fs::copy(dir.path().join("mapping.yaml"), dir.path().join("before.yaml")).unwrap();
    edit(dir.path(), THREE[0].0, THREE[0].1);
    let found = changes(&gate(dir.path(), &["--against", "before.yaml", "--format", "json"]).json());
    assert_eq!(found.len(), 2, "{found:?}");
    let ran = gate(dir.path(), &[]);
    assert!(ran.code == 2 && ran.err.contains("is in no git repository"), "{}", ran.err);
}

#[test]
fn a_missing_revision_says_what_to_fetch() {
    let dir = repository(&[]);
    for (against, said) in [
        ("origin/main", "git fetch origin main"),
        ("HEAD~7", "name a branch, a tag, a commit"),
        ("v1.0", "there is no revision `v1.0`"),
    ] {
        let ran = gate(dir.path(), &["--against", against]);
        assert!(ran.code == 2 && ran.err.contains(said) && ran.out.is_empty(), "{against}: {}", ran.err);
    }
    // A shallow checkout is one whose history ends at a commit that git notes.
    let head = Repository::open(dir.path()).unwrap().head().unwrap().target().unwrap();
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
    edit(&inner, THREE[2].0, THREE[2].1);
    for (from, path) in [(inner.as_path(), "."), (dir.path(), "crm/seam"), (dir.path(), "./crm/seam/crmlint.yaml")] {
        let found = changes(&gate(from, &[path, "--format", "json"]).json());
        assert_eq!(found.len(), 1, "{path}: {found:?}");
    }
}

#[test]
fn a_mapping_that_is_new_changes_nothing_and_says_so() {
    let dir = TempDir::new().unwrap();
    let repository = Repository::init(dir.path()).unwrap();
    fs::write(dir.path().join("README.md"), "a team's documents").unwrap();
    commit(&repository, "nothing yet");
    copy(&root().join("fixtures/demo"), dir.path());
    let ran = gate(dir.path(), &["--format", "json"]);
    assert!(changes(&ran.json()).is_empty());
    assert!(ran.out.contains("mapping.yaml is new since HEAD"), "{}", ran.out);
}

#[test]
fn teams_choose_how_bad_a_kind_of_change_is() {
    let dir = repository(&THREE);
    let config = dir.path().join("crmlint.yaml");
    let before = fs::read_to_string(&config).unwrap();
    let with = |gate: &str| {
        fs::write(&config, format!("{before}\ngate:\n{gate}")).unwrap();
        self::gate(dir.path(), &["--against", "HEAD~3", "--format", "json"])
    };
    let found = changes(&with("  type-changed: note\n  value-removed: off\n").json());
    let named: Vec<(&str, &str)> = found.iter().map(|(level, name, ..)| (level.as_str(), name.as_str())).collect();
    assert!(named.contains(&("note", "type-changed:total_spent")), "{named:?}");
    assert!(named.iter().all(|(_, name)| !name.starts_with("value-removed")), "{named:?}");
    for (gate, said) in [
        ("  consent-owner-changed: off\n", "is always an error"),
        ("  type-chnged: note\n", "did you mean `type-changed`?"),
        ("  type-changed: loud\n", "loud"),
    ] {
        let ran = with(gate);
        assert!(ran.code == 2 && ran.err.contains(said) && ran.err.contains("crmlint.yaml:"), "{gate}: {}", ran.err);
    }
}

#[test]
fn an_audit_has_no_earlier_revision_and_does_not_pretend() {
    let dir = repository(&THREE);
    let ran = run_in(dir.path(), &["audit", "--now", common::NOW, "--format", "json"]);
    assert!(list(&ran.json(), "rules").iter().all(|rule| rule["code"] != "MAP014"));
    let ran = run_in(dir.path(), &["audit", "--now", common::NOW, "--format", "json", "--select", "MAP014"]);
    let report = ran.json();
    assert_eq!(common::status(&report, "MAP014"), "not evaluated");
    assert!(ran.out.contains("crmlint gate --against REV"), "{}", ran.out);
}
