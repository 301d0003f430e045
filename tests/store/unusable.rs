//! Histories that cannot be used: one sentence, exit 3, and the report is printed all the same.

use std::fs;
use std::path::Path;

use super::{CONFIG, audit, people, shop};
use crate::common::{Ran, list, run_in};

/// A run whose history fails: the report, and why on standard error.
fn refused(ran: &Ran) -> String {
    assert_eq!(ran.code, 3, "{ran:?}");
    let report = ran.json();
    assert_eq!(list(&report, "findings").len(), 1, "the report is whole");
    assert!(report["trend"].is_null());
    assert_eq!(report["exit"], 3, "the report ends as the process does");
    let remarks = report["remarks"].to_string();
    assert!(remarks.contains("This run is not in the history"), "{remarks}");
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    ran.err.clone()
}

fn one() -> tempfile::TempDir {
    shop(&people(&[("alpha", &[0])]))
}

fn place(dir: &Path, name: &str) {
    fs::write(dir.join("crmlint.yaml"), CONFIG.replace(".crmlint/history.sqlite", name)).unwrap();
}

#[test]
fn what_is_no_history_is_left_as_it_is() {
    let dir = one();
    fs::write(dir.path().join("notes.txt"), "not a database\n".repeat(100)).unwrap();
    place(dir.path(), "notes.txt");
    let said = refused(&audit(dir.path(), "2026-05-01", &[]));
    assert!(said.contains("notes.txt could not be used: it is no SQLite file"), "{said}");
    assert_eq!(fs::read_to_string(dir.path().join("notes.txt")).unwrap(), "not a database\n".repeat(100));
    place(dir.path(), "notes.txt/history.sqlite");
    refused(&audit(dir.path(), "2026-05-01", &[]));
    fs::create_dir(dir.path().join("folder")).unwrap();
    place(dir.path(), "folder");
    refused(&audit(dir.path(), "2026-05-01", &[]));
}

#[test]
fn a_damaged_file_is_one_sentence() {
    let dir = one();
    assert_eq!(audit(dir.path(), "2026-05-01", &[]).code, 1);
    let file = dir.path().join(".crmlint/history.sqlite");
    let whole = fs::read(&file).unwrap();
    for damage in 0..12 {
        let mut bytes = whole.clone();
        let from = 100 + damage * (bytes.len() - 100) / 12;
        let to = (from + 3_000).min(bytes.len());
        bytes[from..to].fill(0xA5);
        fs::write(&file, &bytes).unwrap();
        for ran in [
            audit(dir.path(), "2026-05-02", &[]),
            run_in(dir.path(), &["history"]),
            run_in(dir.path(), &["history", "show"]),
        ] {
            assert!(ran.code == 3 || ran.code < 2, "{ran:?}");
            assert!(!ran.err.contains("panicked") && ran.err.lines().count() <= 3, "{}", ran.err);
        }
    }
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    refused(&audit(dir.path(), "2026-05-02", &[]));
}

#[test]
fn reading_makes_no_file() {
    let dir = one();
    for args in [
        &["history"][..],
        &["history", "show"],
        &["history", "compare", "1", "2"],
        &["history", "prune", "--keep", "1"],
    ] {
        let ran = run_in(dir.path(), args);
        assert_eq!(ran.code, 3, "{ran:?}");
        assert!(ran.err.contains("there is no history in .crmlint/history.sqlite"), "{}", ran.err);
    }
    assert!(!dir.path().join(".crmlint").exists());
    fs::write(dir.path().join("crmlint.yaml"), CONFIG.replace("history:", "# history:")).unwrap();
    let none = run_in(dir.path(), &["history"]);
    assert!(none.code == 2 && none.err.contains("crmlint.yaml names no history"), "{}", none.err);
}

/// A limit of the system on the size of files stands in for a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_is_one_sentence_and_loses_no_earlier_run() {
    let dir = one();
    assert_eq!(audit(dir.path(), "2026-05-01", &[]).code, 1);
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" audit --now 2026-05-02 --select ENM002,ID004 --format json";
    let mut limited = std::process::Command::new("sh");
    limited.current_dir(dir.path()).args(["-c", script, env!("CARGO_BIN_EXE_crmlint")]).env_clear();
    let said = refused(&crate::common::finish(limited));
    assert!(said.contains("the history .crmlint/history.sqlite could not be used"), "{said}");
    let listed = run_in(dir.path(), &["history"]);
    assert!(listed.code == 0 && listed.out.contains("1 run."), "{listed:?}");
}

/// Whoever may do everything is not stopped by a folder that may not be written.
#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_can_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = one();
    assert_eq!(audit(dir.path(), "2026-05-01", &[]).code, 1);
    let folder = dir.path().join(".crmlint");
    let file = folder.join("history.sqlite");
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&file, 0o400);
    mode(&folder, 0o500);
    let locked = fs::write(folder.join("probe"), "").is_err();
    let ran = audit(dir.path(), "2026-05-02", &[]);
    if locked {
        refused(&ran);
    }
    let listed = run_in(dir.path(), &["history"]);
    mode(&folder, 0o700);
    assert!(listed.code == 0 && listed.out.contains(if locked { "1 run." } else { "2 runs." }), "{listed:?}");
}

#[test]
fn reports_for_machines_end_as_the_process_does() {
    let dir = one();
    fs::create_dir(dir.path().join("folder")).unwrap();
    place(dir.path(), "folder");
    let outputs = ["audit", "--output", "r.sarif", "--output", "r.xml", "--fail-on", "never", "--select", "ENM002"];
    assert_eq!(run_in(dir.path(), &outputs).code, 3);
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    let sarif: serde_json::Value = serde_json::from_str(&read("r.sarif")).unwrap();
    let end = &sarif["runs"][0]["invocations"][0];
    assert_eq!((&end["exitCode"], &end["executionSuccessful"]), (&3.into(), &false.into()));
    assert!(read("r.sarif").contains("This run is not in the history"));
    assert!(read("r.xml").contains("errors=\"1\"") && read("r.xml").contains("This run is not in the history"));
}
