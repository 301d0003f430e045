//! How long the gate takes in a new process, beside what a new process and git's own diff of the same two revisions take.
//!
//! ```text
//! cargo bench --bench gate
//! ```
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use git::commit;
use git2::Repository;

#[path = "../tests/common/git.rs"]
mod git;

/// Runs of each; the table has their median and their slowest.
const RUNS: usize = 21;
const BINARY: &str = env!("CARGO_BIN_EXE_crmlint");

fn main() {
    // `cargo test --benches` and lists of tests ask for nothing to be measured.
    if std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        return;
    }
    println!("| what | median | slowest |\n| --- | --- | --- |");
    measure("a new process: `crmlint --version`", Path::new("."), BINARY, &["--version"], 0);
    let demo =
        workspace(&root("fixtures/demo"), |mapping| mapping.replace("Active, Loyal, At Risk", "Active, At Risk"));
    let git = ["diff", "--quiet", "HEAD", "--", "mapping.yaml"];
    measure("`git diff` of the demo's mapping", demo.path(), "git", &git, 1);
    measure("`crmlint gate`, the demo, one change", demo.path(), BINARY, &["gate", "--now", "2026-06-01"], 1);
    let counted = ["gate", "--now", "2026-06-01", "--summary", "summary.json"];
    measure("the same with a saved summary", demo.path(), BINARY, &counted, 1);
    let large = tempfile::tempdir().unwrap();
    fs::write(large.path().join("crmlint.yaml"), "version: 1\nmapping: mapping.yaml\n").unwrap();
    fs::write(large.path().join("mapping.yaml"), many(2_000)).unwrap();
    let same = workspace(large.path(), |mapping| mapping.to_owned());
    let gate = ["gate", "--now", "2026-06-01", "--format", "json"];
    measure("2,000 attributes, 200 segments, nothing changed", same.path(), BINARY, &gate, 0);
    let changed =
        workspace(large.path(), |mapping| mapping.replace("owner: zoho", "owner: shopify").replace(", Lost]", "]"));
    measure("2,000 attributes, each of them changed", changed.path(), BINARY, &gate, 1);
}

fn root(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A mapping of many attributes, and segments that read some of them.
fn many(attributes: usize) -> String {
    let mut text =
        String::from("version: 1\nidentity: {canonical: a0, source: zoho.contacts.Record Id, merge_rule: oldest}\n");
    text.push_str("modules:\n  contacts: {as: people}\nattributes:\n");
    for at in 0..attributes {
        let kind = if at % 2 == 0 { "type: number" } else { "type: enum, values: [Open, Won, Lost]" };
        let _ = writeln!(text, "  a{at}: {{from: zoho.contacts.Field {at}, {kind}, owner: zoho, used_for: a report}}");
    }
    text.push_str("segments:\n");
    for at in 0..attributes / 10 {
        let (number, stage) = (at * 10, at * 10 + 1);
        let _ = writeln!(text, "  s{at}: {{where: \"a{number} > {at} AND a{stage} IN ('Open', 'Won')\"}}");
    }
    text
}

/// A copy of a folder in a repository of one commit, with a change that is not committed.
fn workspace(from: &Path, change: impl Fn(&str) -> String) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(from, dir.path());
    let repository = Repository::init(dir.path()).unwrap();
    commit(&repository, "before");
    if dir.path().join("exports").is_dir() {
        let audit = ["audit", "--now", "2026-06-01", "-q", "--save-summary", "summary.json"];
        Command::new(BINARY)
            .args(audit)
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
    }
    let file = dir.path().join("mapping.yaml");
    let mapping = fs::read_to_string(&file).unwrap();
    fs::write(file, change(&mapping)).unwrap();
    dir
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn measure(title: &str, at: &Path, program: &str, args: &[&str], exit: i32) {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let begin = Instant::now();
            let ended =
                Command::new(program).args(args).current_dir(at).stdout(Stdio::null()).stderr(Stdio::null()).status();
            assert_eq!(ended.unwrap().code(), Some(exit), "{title}");
            begin.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("| {title} | {:.0} ms | {:.0} ms |", times[RUNS / 2], times[RUNS - 1]);
}
