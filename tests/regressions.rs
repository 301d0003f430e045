//! Every seed of the fuzzers and every input that they found holds what the fuzzers assert; no nightly is needed.
#![allow(clippy::unwrap_used)]

mod common;
mod fuzzed;

use std::fs;

use common::root;
use fuzzed::{TARGETS, run};

/// Runs a target on each file of its folders, and says which one it was.
fn replay(target: &str) {
    let mut run_so_far = 0;
    for kind in ["seeds", "regressions"] {
        let folder = root().join("fuzz").join(kind).join(target);
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let bytes = fs::read(&file).unwrap();
            let held = std::panic::catch_unwind(|| run(target, &bytes));
            assert!(held.is_ok(), "{} does not hold", file.display());
            run_so_far += 1;
        }
    }
    assert!(run_so_far >= 8, "{target} has {run_so_far} seeds");
}

#[test]
fn archives() {
    replay("archive");
}

#[test]
fn conditions() {
    replay("condition");
}

#[test]
fn configs() {
    replay("config");
}

#[test]
fn delimited_files() {
    replay("delimited");
}

#[test]
fn json_files() {
    replay("json");
}

#[test]
fn mapping_diffs() {
    replay("mapping_diff");
}

/// A target without a program is never run, and one that is not listed is never replayed.
#[test]
fn every_target_is_a_program_and_has_a_test() {
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    let page = fs::read_to_string(root().join("docs/fuzzing.md")).unwrap();
    let tests = fs::read_to_string(root().join("tests/regressions.rs")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        assert!(root().join(format!("fuzz/fuzz_targets/{name}.rs")).is_file(), "{name}");
        assert!(tests.contains(&format!("replay(\"{name}\")")) && page.contains(&format!("| `{name}` |")), "{name}");
    }
}
