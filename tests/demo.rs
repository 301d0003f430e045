//! The demo workspace: an audit finds exactly what `expected.json` says, the same bytes on every way of running it, and
//! the generator that wrote it can write others that hold as well.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::expected::{differences, rows};
use common::{NOW, audit, demo, files, list, root, run_in, text};
use crmlint::exports::{Request, System};
use crmlint::rules::BUILT_IN;

/// Rules that need what the demo does not hold: a snapshot of an earlier run, Zoho's own list of fields, times of a third
/// writer. Their own fixtures hold it.
const NEEDS_MORE: &[&str] = &[
    "DUP013", "ENM006", "ENM010", "EVT004", "FRS006", "HIS001", "ID006", "OWN008", "QA004", "SEG008", "SEG009",
    "TAG004",
];

#[test]
fn what_the_demo_cannot_show_is_not_evaluated_and_says_what_it_needs() {
    let report = audit(root(), "fixtures/demo", &[]).json();
    for rule in list(&report, "rules").iter().filter(|rule| NEEDS_MORE.contains(&text(rule, "code"))) {
        assert_eq!(text(rule, "status"), "not evaluated", "{rule}");
        assert!(!list(rule, "not_evaluated").is_empty(), "{rule}");
    }
}

fn assert_as_expected(dir: &Path) {
    let wrong = differences(dir);
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_audit_finds_what_was_planted_and_nothing_else() {
    assert_as_expected(demo().path());
}

#[test]
fn every_rule_is_planted_or_has_a_near_miss() {
    let bytes = fs::read(root().join("fixtures/demo/expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let planted = list(&expected, "findings").iter().map(|finding| text(finding, "code"));
    let codes: BTreeSet<&str> =
        planted.chain(list(&expected, "near_misses").iter().map(|miss| text(miss, "rule"))).collect();
    // Rules that compare two revisions have nothing to look at here: tests/gate.rs makes the revisions.
    let compares = |rule: &str| rule.contains("check: mapping-change");
    let code_of = |rule: &'static str| rule.lines().find_map(|line| line.strip_prefix("code: ")).unwrap();
    let others = BUILT_IN.iter().filter(|(_, rule)| !compares(rule) && !NEEDS_MORE.contains(&code_of(rule)));
    for (name, rule) in others {
        let code = code_of(rule);
        assert!(codes.contains(code), "{name}: the demo neither breaks {code} nor comes near it");
    }
    assert!(list(&expected, "planted_later").is_empty(), "every planted fault belongs to a rule");
}

#[test]
fn every_rule_finds_something_or_is_clean() {
    let report = audit(root(), "fixtures/demo", &[]).json();
    for rule in list(&report, "rules").iter().filter(|rule| !NEEDS_MORE.contains(&text(rule, "code"))) {
        let seen = ["clean", "findings"].contains(&text(rule, "status")) && rule["subjects"] != 0;
        assert!(seen, "{rule}");
    }
}

#[test]
fn the_report_masks_what_the_rows_file_shows() {
    let dir = demo();
    let file = dir.path().join("rows.csv");
    let ran = audit(dir.path(), ".", &["--rows", file.to_str().unwrap()]);
    let terminal = run_in(dir.path(), &["audit", ".", "--now", NOW, "-v"]);
    for (_, _, key, column, value) in rows(&file).into_keys() {
        // What identifies a person, in whatever form it was typed.
        let private = ["Email", "email", "phone", "id", "zoho_contact_id"].contains(&column.as_str());
        let telling = |text: &&String| text.contains('@') || text.starts_with("zcrm_") || private;
        for secret in [key, value].iter().filter(telling).filter(|text| text.trim().len() > 3) {
            for text in [&ran.out, &ran.err, &terminal.out, &terminal.err] {
                assert!(!text.contains(secret.as_str()), "{secret} stands in a report");
            }
        }
    }
}

#[test]
fn the_parquet_file_of_failing_rows_holds_what_the_csv_holds() {
    let dir = demo();
    let read = |name: &str| {
        let file = dir.path().join(name);
        audit(dir.path(), ".", &["--rows", file.to_str().unwrap()]);
        // Away from the exports, so that the next run does not read it.
        let request = Request { paths: vec![file], system: Some(System::Generic), ..Request::default() };
        let dataset = crmlint::exports::open(&request).unwrap().remove(0);
        let labels: Vec<String> = dataset.columns.iter().map(|column| column.label.clone()).collect();
        let mut cells: Vec<Vec<String>> = Vec::new();
        let all: Vec<usize> = (0..labels.len()).collect();
        let mut keep = |batch: &crmlint::exports::Batch| {
            let columns: Vec<Vec<&str>> = all.iter().map(|at| batch.cells(*at)).collect();
            let record = |row: usize| columns.iter().map(|column| column[row].to_owned()).collect();
            cells.extend((0..batch.rows()).map(record));
        };
        dataset.read(&all, &(), &mut keep).unwrap();
        (labels, cells)
    };
    let (csv, parquet) = (read("rows.csv"), read("rows.parquet"));
    assert!(csv.1.len() > 100, "{} rows", csv.1.len());
    assert_eq!(csv, parquet);
}

/// The report, or the file of failing rows, of a run with these arguments.
fn bytes(dir: &Path, more: &[&str], rows: bool) -> Vec<u8> {
    let mut args = vec!["audit", ".", "--now", NOW];
    args.extend(more);
    if !rows {
        return run_in(dir, &args).out.into_bytes();
    }
    let file = dir.join("rows.csv");
    args.extend(["--rows", file.to_str().unwrap()]);
    run_in(dir, &args);
    fs::read(file).unwrap()
}

#[test]
fn the_bytes_do_not_depend_on_threads_or_pieces() {
    let dir = demo();
    for (format, rows) in [("json", false), ("terminal", false), ("json", true)] {
        let first = bytes(dir.path(), &["--format", format, "--threads", "1", "--shards", "1"], rows);
        assert!(first.len() > 10_000);
        for (threads, shards) in [("1", "1"), ("2", "1"), ("8", "1"), ("1", "5"), ("8", "3"), ("2", "5")] {
            let again = bytes(dir.path(), &["--format", format, "--threads", threads, "--shards", shards], rows);
            assert!(first == again, "{format}, rows: {rows}, {threads} threads, {shards} pieces");
        }
    }
}

#[test]
fn asking_for_all_rows_does_not_change_the_report() {
    let dir = demo();
    let file = dir.path().join("rows.csv");
    let (plain, with_rows) = (audit(dir.path(), ".", &[]), audit(dir.path(), ".", &["--rows", file.to_str().unwrap()]));
    assert!(plain.out == with_rows.out);
}

/// Cargo builds examples with the tests, next to their folder.
fn generate(out: &Path, args: &[&str]) {
    let tests = std::env::current_exe().unwrap();
    let binary: PathBuf = tests.parent().unwrap().parent().unwrap().join("examples/generate");
    assert!(binary.is_file(), "build {} first: cargo build --examples", binary.display());
    let status = Command::new(binary).args(["--out", out.to_str().unwrap()]).args(args).status().unwrap();
    assert!(status.success());
}

#[test]
fn the_demo_is_what_the_generator_writes() {
    let dir = tempfile::tempdir().unwrap();
    generate(dir.path(), &["--people", "320", "--seed", "1"]);
    let committed = root().join("fixtures/demo");
    let read = |base: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
        files(base).into_iter().map(|file| (file.clone(), fs::read(base.join(file)).unwrap())).collect()
    };
    let (written, committed) = (read(dir.path()), read(&committed));
    assert_eq!(written.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (file, bytes) in committed {
        assert!(written[&file] == bytes, "{} differs", file.display());
    }
}

fn assert_generated(args: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    generate(dir.path(), args);
    assert_as_expected(dir.path());
}

#[test]
fn another_seed_holds_too() {
    assert_generated(&["--people", "960", "--seed", "77"]);
}

#[test]
fn shuffled_columns_and_values_hold_too() {
    assert_generated(&["--people", "640", "--seed", "20260601", "--shuffle"]);
}

#[test]
fn german_labels_hold_too() {
    assert_generated(&["--people", "640", "--seed", "5", "--shuffle", "--lang", "de"]);
}
