//! What the test files share: the binary in a scrubbed environment, workspaces to change, reports to read.
#![allow(clippy::unwrap_used)]
// Each test file is a program of its own and uses a part of this one.
#![allow(dead_code, unreachable_pub)]

pub mod expected;
pub mod vendors;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The instant that counts as now in every test.
pub const NOW: &str = "2026-06-01";

/// What a run of the binary left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The report that stands on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }
}

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The binary, in a folder, with nothing of the environment that could change what it does.
pub fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmlint"));
    command.current_dir(dir).args(args).env_clear().stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the binary in a folder.
pub fn run_in(dir: &Path, args: &[&str]) -> Ran {
    finish(command(dir, args))
}

/// Runs the binary in the folder of the package.
pub fn run(args: &[&str]) -> Ran {
    run_in(root(), args)
}

/// Audits a path at the fixed now, with the report as JSON.
pub fn audit(dir: &Path, path: &str, more: &[&str]) -> Ran {
    let mut args = vec!["audit", path, "--now", NOW, "--format", "json"];
    args.extend(more);
    run_in(dir, &args)
}

/// Writes files into a new folder that goes away with the value.
pub fn workspace(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(dir.path(), name, text.as_bytes());
    }
    dir
}

/// Writes one file below a folder.
pub fn write(dir: &Path, name: &str, bytes: &[u8]) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Every file below a folder, relative, sorted.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    fn walk(dir: &Path, base: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, base, found);
            } else {
                found.push(path.strip_prefix(base).unwrap().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(dir, dir, &mut found);
    found.sort();
    found
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        write(to, file.to_str().unwrap(), &fs::read(from.join(&file)).unwrap());
    }
}

/// A copy of the demo workspace.
pub fn demo() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/demo"), dir.path());
    dir
}

/// Rewrites a CSV file without one column; records keep the damage of their length.
pub fn drop_column(file: &Path, label: &str) {
    rewrite(file, label, |_, _| None);
}

/// Blanks a column of a CSV file in every record.
pub fn blank_column(file: &Path, label: &str) {
    rewrite(file, label, |header, cell| Some(if header { cell } else { b"" }));
}

/// Writes a CSV file anew with one column changed: of its header and of each cell, what is to stand there, if anything.
fn rewrite(file: &Path, label: &str, cell: for<'a> fn(bool, &'a [u8]) -> Option<&'a [u8]>) {
    let text = fs::read(file).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_slice());
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let mut at = None;
    for record in reader.byte_records() {
        let record = record.unwrap();
        let header = at.is_none();
        let place = *at.get_or_insert_with(|| record.iter().position(|cell| cell == label.as_bytes()).unwrap());
        let change = |(index, old)| if index == place { cell(header, old) } else { Some(old) };
        writer.write_record(record.iter().enumerate().filter_map(change)).unwrap();
    }
    fs::write(file, writer.into_inner().unwrap()).unwrap();
}

/// The items of a list in a report.
pub fn list<'a>(report: &'a Value, key: &str) -> &'a [Value] {
    report[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A text in a report, blank when there is none.
pub fn text<'a>(item: &'a Value, key: &str) -> &'a str {
    item[key].as_str().unwrap_or_default()
}

/// The codes of the findings that stand, each once.
pub fn codes(report: &Value) -> std::collections::BTreeSet<String> {
    list(report, "findings").iter().map(|finding| text(finding, "code").to_owned()).collect()
}

/// How a rule ended.
pub fn status<'a>(report: &'a Value, code: &str) -> &'a str {
    list(report, "rules").iter().find(|rule| rule["code"] == code).map_or("", |rule| text(rule, "status"))
}
