//! Ctrl-C in every stage, and being told to end: exit code 130 or 143, every file whole or absent, no draft left. No test depends on how fast a run is:
//! each waits for what it can see of a stage, and a report that goes to a pipe nobody reads keeps the run from ending.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{NOW, command, demo, files, finish, run_in, write};

/// Nothing here takes so long; a run that never shows what is waited for is a failure.
const PATIENCE: Duration = Duration::from_secs(240);

/// A workspace with a history, snapshots, a pipe that nobody reads, and a folder for drafts of its own.
fn place() -> tempfile::TempDir {
    let dir = demo();
    let config = dir.path().join("crmlint.yaml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(config, text + "\nhistory: .crmlint/history.sqlite\nsnapshots: {folder: .crmlint/snapshots}\n").unwrap();
    assert!(Command::new("mkfifo").arg(dir.path().join("pipe")).status().unwrap().success());
    fs::create_dir(dir.path().join("tmp")).unwrap();
    dir
}

/// Runs a command, interrupts it once something is to be seen, and says how it ended.
fn interrupted(dir: &Path, args: &[&str], seen: impl Fn(&Child) -> bool) -> i32 {
    stopped("-INT", dir, args, seen)
}

/// The same with another signal.
fn stopped(signal: &str, dir: &Path, args: &[&str], seen: impl Fn(&Child) -> bool) -> i32 {
    let mut command = command(dir, args);
    command.env("TMPDIR", dir.join("tmp")).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    while !seen(&child) {
        assert!(child.try_wait().unwrap().is_none(), "{args:?} ended before it was interrupted");
        assert!(begun.elapsed() < PATIENCE, "{args:?} never came so far");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    child.wait().unwrap().code().expect("an exit code, and no signal")
}

/// Whether the process has a file open whose name ends so.
fn has_open(child: &Child, name: &str) -> bool {
    let Ok(entries) = fs::read_dir(format!("/proc/{}/fd", child.id())) else { return false };
    entries.flatten().any(|entry| fs::read_link(entry.path()).is_ok_and(|path| path.to_string_lossy().ends_with(name)))
}

/// Drafts in a folder and in the one for drafts.
fn drafts(dir: &Path) -> Vec<PathBuf> {
    let is_draft = |path: &PathBuf| path.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
    let found = files(dir).into_iter().filter(|path| !path.starts_with(".crmlint") && is_draft(path));
    found.chain(files(dir).into_iter().filter(|path| path.to_string_lossy().contains("/.draft"))).collect()
}

const AUDIT: [&str; 6] = ["audit", ".", "--now", NOW, "--output", "md=pipe"];

fn audit<'a>(more: &[&'a str]) -> Vec<&'a str> {
    AUDIT.iter().chain(more).copied().collect()
}

/// The files of a folder that the run may not change, with their bytes.
fn kept(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let ours = |path: &PathBuf| !path.starts_with(".crmlint") && path != Path::new("pipe");
    files(dir).into_iter().filter(ours).map(|path| (path.clone(), fs::read(dir.join(path)).unwrap())).collect()
}

/// What stands in the history, which has to open.
fn history(dir: &Path) -> String {
    let listed = run_in(dir, &["history"]);
    assert_eq!(listed.code, 0, "{listed:?}");
    listed.out
}

/// A folder with an export that takes seconds to read.
fn large() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let rows = "1,anna@example.com,b7c10800f301d501,1736935977,false\n".repeat(1_500_000);
    write(dir.path(), "people.csv", format!("id,email,cio_id,created_at,unsubscribed\n{rows}").as_bytes());
    fs::create_dir(dir.path().join("tmp")).unwrap();
    dir
}

#[test]
fn while_it_reads() {
    let dir = large();
    let before = files(dir.path());
    for args in [
        &["audit", "people.csv", "--now", NOW, "--output", "report.json"][..],
        &["match", "people.csv", "--pairs", "pairs.csv"],
        &["init", "people.csv", "--out", "drafted"],
    ] {
        assert_eq!(interrupted(dir.path(), args, |child| has_open(child, "people.csv")), 130, "{args:?}");
        assert_eq!(files(dir.path()), before, "{args:?}");
    }
}

#[test]
fn while_it_computes() {
    let dir = place();
    let before = kept(dir.path());
    let read = std::cell::Cell::new(false);
    let computes = |child: &Child| {
        let reads = has_open(child, ".csv");
        read.replace(read.get() || reads) && !reads
    };
    assert_eq!(interrupted(dir.path(), &audit(&[]), computes), 130);
    assert_eq!(kept(dir.path()), before);
    assert!(drafts(dir.path()).is_empty());
}

#[test]
fn while_it_writes_rows() {
    let dir = place();
    let args = ["audit", ".", "--now", NOW, "--no-history", "--no-snapshot", "--rows"];
    let whole: Vec<&str> = args.iter().chain(&["whole.csv"]).copied().collect();
    assert_eq!(run_in(dir.path(), &whole).code, 1);
    let rows = fs::read(dir.path().join("whole.csv")).unwrap();
    let writes = |_: &Child| !drafts(dir.path()).is_empty() || dir.path().join("rows.csv").exists();
    assert_eq!(interrupted(dir.path(), &audit(&["--rows", "rows.csv", "--no-history"]), writes), 130);
    assert!(drafts(dir.path()).is_empty());
    if let Ok(written) = fs::read(dir.path().join("rows.csv")) {
        assert!(written == rows, "half of the rows");
    }
}

/// The report to the pipe waits for its reader in the folder for drafts, and all others wait for it.
#[test]
fn while_it_writes_reports() {
    let dir = place();
    write(dir.path(), "old.json", b"an earlier report");
    let before = kept(dir.path());
    let reports =
        ["--output", "html=page.html", "--output", "json=old.json", "--output", "x.sarif", "--output", "x.parquet"];
    let first = |_: &Child| !drafts(dir.path()).is_empty();
    let last = |_: &Child| !files(&dir.path().join("tmp")).is_empty();
    for seen in [&first as &dyn Fn(&Child) -> bool, &last] {
        assert_eq!(interrupted(dir.path(), &audit(&reports), seen), 130);
        assert_eq!(kept(dir.path()), before);
        assert_eq!((drafts(dir.path()), files(&dir.path().join("tmp")).len()), (Vec::new(), 0));
    }
    assert_eq!(stopped("-TERM", dir.path(), &audit(&reports), last), 143);
    assert_eq!(kept(dir.path()), before);
    assert_eq!((drafts(dir.path()), files(&dir.path().join("tmp")).len()), (Vec::new(), 0));
    // The later ones were over but for their reports.
    assert!(history(dir.path()).contains(" run"));
}

#[test]
fn while_it_waits_for_the_history() {
    let dir = place();
    let quiet = ["audit", ".", "--now", "2026-05-31", "--output", "first.json"];
    assert_eq!(run_in(dir.path(), &quiet).code, 1);
    let file = dir.path().join(".crmlint/history.sqlite");
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let waits = |child: &Child| has_open(child, "history.sqlite");
    assert_eq!(interrupted(dir.path(), &audit(&["--output", "second.json"]), waits), 130);
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    assert!(history(dir.path()).contains("1 run."));
    assert!(!dir.path().join("second.json").exists());
    assert!(drafts(dir.path()).is_empty());
}

#[test]
fn while_it_stores_a_snapshot() {
    let dir = place();
    let whole = place();
    assert_eq!(run_in(whole.path(), &["audit", ".", "--now", NOW]).code, 1);
    let snapshots = |dir: &Path| {
        let folder = dir.join(".crmlint/snapshots");
        if folder.exists() { files(&folder) } else { Vec::new() }
    };
    let stores = |_: &Child| !snapshots(dir.path()).is_empty();
    assert_eq!(interrupted(dir.path(), &audit(&[]), stores), 130);
    let stored = snapshots(dir.path());
    assert!(stored.is_empty() || stored == snapshots(whole.path()), "half a snapshot: {stored:?}");
    if dir.path().join(".crmlint/history.sqlite").exists() {
        history(dir.path());
    }
}

#[test]
fn while_it_accepts_a_baseline_or_waits_for_a_vendor() {
    let dir = large();
    write(dir.path(), "crmlint.yaml", b"version: 1\nsources: {customerio: {files: people.csv}}\n");
    let before = files(dir.path());
    let args = ["baseline", "write", "--now", NOW];
    assert_eq!(interrupted(dir.path(), &args, |child| has_open(child, "people.csv")), 130);
    assert_eq!(files(dir.path()), before);

    // A vendor that takes the request and never answers.
    let vendor = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    vendor.set_nonblocking(true).unwrap();
    let port = vendor.local_addr().unwrap().port();
    let pull = format!(
        "version: 1\nsources:\n  shopify:\n    files: exports/new/orders.csv\n    kind: shopify\n    pull: {{url: \
         \"http://127.0.0.1:{port}/orders.csv\", timeout: 10m}}\n"
    );
    let dir = common::workspace(&[("crmlint.yaml", &pull)]);
    fs::create_dir(dir.path().join("tmp")).unwrap();
    let taken = std::cell::RefCell::new(Vec::new());
    let asked = |_: &Child| {
        taken.borrow_mut().extend(vendor.accept());
        !taken.borrow().is_empty()
    };
    assert_eq!(interrupted(dir.path(), &["pull"], asked), 130);
    let visible: Vec<PathBuf> =
        files(dir.path()).into_iter().filter(|path| !path.to_string_lossy().contains("/.crmlint-pull")).collect();
    assert_eq!(visible, [PathBuf::from("crmlint.yaml")], "nothing that an audit would read");
    let audited = finish(command(dir.path(), &["audit", "."]));
    assert!(audited.code >= 2, "{audited:?}");
}
