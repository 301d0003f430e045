//! The HTML report in a real browser: reports through the binary, Chromium through `tests/browser/check.js`.
//!
//! What is missing fails with what to install: a browser test that is skipped says nothing.
#![allow(clippy::unwrap_used)]

mod common;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use common::{NOW, root, run_in, workspace};

/// One browser at a time: what is measured is measured alone.
static ALONE: Mutex<()> = Mutex::new(());

/// Where `npm ci` has put the modules: named, in the clone, or in the cache of `.ci/run`.
fn modules() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    let places = [
        std::env::var_os("CRMLINT_BROWSER_MODULES").map(PathBuf::from),
        Some(root().join("tests/browser/node_modules")),
        cache.map(|cache| cache.join("crmlint/browser/node_modules")),
    ];
    let there = |place: &PathBuf| ["axe-core", "playwright-core"].iter().all(|module| place.join(module).is_dir());
    places.into_iter().flatten().find(there).unwrap_or_else(|| {
        panic!("axe-core and playwright-core are missing: run `npm ci --ignore-scripts` in tests/browser, or .ci/run")
    })
}

/// Runs one suite on a report; what the script prints.
fn browse(suite: &str, report: &Path, more: &[&str]) -> String {
    let modules = modules();
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut node = Command::new("node");
    node.arg(root().join("tests/browser/check.js")).arg(suite).arg(report).args(more);
    let ran = node.env("NODE_PATH", modules).stdin(Stdio::null()).output().unwrap_or_else(|error| {
        panic!("node could not be started ({error}): install Node.js 18 or newer (Debian: apt-get install nodejs npm)")
    });
    assert!(ran.status.success(), "{suite}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

/// The report on a workspace.
fn report(dir: &Path, more: &[&str]) -> PathBuf {
    let mut args = vec!["audit", ".", "--now", NOW, "--no-snapshot", "--output", "html=report.html"];
    args.extend(more);
    let ran = run_in(dir, &args);
    assert!(ran.code == 0 || ran.code == 1, "{ran:?}");
    dir.join("report.html")
}

fn demo() -> (tempfile::TempDir, PathBuf) {
    let dir = common::demo();
    let report = report(dir.path(), &["--profile", "launch"]);
    (dir, report)
}

/// The report of a run that has one before it, in which a column was missing.
fn trended() -> (tempfile::TempDir, PathBuf) {
    let dir = common::demo();
    let (config, people) = (dir.path().join("crmlint.yaml"), dir.path().join("exports/customerio/people.csv"));
    let (text, whole) = (fs::read_to_string(&config).unwrap(), fs::read(&people).unwrap());
    fs::write(config, format!("{text}\nhistory: history.sqlite\n")).unwrap();
    common::drop_column(&people, "lifecycle_stage");
    let first =
        run_in(dir.path(), &["audit", "--now", "2026-05-30", "--no-snapshot", "--profile", "launch", "--quiet"]);
    assert!(first.code == 0 || first.code == 1, "{first:?}");
    fs::write(people, whole).unwrap();
    let report = report(dir.path(), &["--profile", "launch"]);
    (dir, report)
}

#[test]
fn the_trend_is_seen_read_out_and_filtered_by() {
    let (_dir, report) = trended();
    for suite in ["opens", "trend", "filters", "keyboard", "axe", "paper", "narrow"] {
        browse(suite, &report, &[]);
    }
}

#[test]
fn the_demo_opens_without_a_word_on_the_console_and_without_a_request() {
    let (_dir, report) = demo();
    browse("opens", &report, &[]);
}

#[test]
fn filters_show_and_hide_and_say_how_many() {
    let (_dir, report) = demo();
    browse("filters", &report, &[]);
}

#[test]
fn keys_reach_everything_and_links_show_their_finding() {
    let (_dir, report) = demo();
    browse("keyboard", &report, &[]);
}

#[test]
fn readers_of_screens_find_no_obstacle_in_light_and_dark() {
    let (_dir, report) = demo();
    browse("axe", &report, &[]);
}

#[test]
fn paper_shows_what_is_folded() {
    let (_dir, report) = demo();
    browse("paper", &report, &[]);
}

#[test]
fn a_narrow_page_does_not_scroll_sideways() {
    let (_dir, report) = demo();
    browse("narrow", &report, &[]);
}

#[test]
fn a_report_without_findings_is_a_page_too() {
    let dir = tempfile::tempdir().unwrap();
    common::copy(&root().join("fixtures/duplicate-email/passes"), dir.path());
    let report = report(dir.path(), &["--select", "DUP001"]);
    browse("still", &report, &[]);
}

/// What tries to be more than text.
const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "javascript:alert(2)",
    "\"><img src=x onerror=alert(3)>",
    "</style></script><b>x</b>",
    "<svg onload=alert(4)>",
    "-->]]><!--",
];

/// A cell of a CSV file.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A workspace with hostile names of columns, values, mapping texts, segments and files.
fn hostile() -> tempfile::TempDir {
    let columns: Vec<String> = HOSTILE.iter().map(|text| format!("stage {text}")).collect();
    let mut csv = format!("id,email,{}\n", columns.iter().map(|text| cell(text)).collect::<Vec<_>>().join(","));
    for (row, text) in HOSTILE.iter().enumerate() {
        let long = if row == 0 { "x".repeat(10_000) } else { String::new() };
        let value = cell(&format!("{text}\u{202e}turned\u{0}{long}"));
        let values = vec![value; HOSTILE.len()].join(",");
        let _ = writeln!(csv, "{},p{row}@example.com,{values}", cell(&format!("{row}{text}")));
    }
    let mut mapping = "version: 1\nidentity: {canonical: id}\nattributes:\n".to_owned();
    for column in &columns {
        let name = column.replace('\'', "''");
        let _ = writeln!(mapping, "  '{name}': {{type: enum, values: [Active, '{name}']}}");
    }
    let segment = HOSTILE[0];
    let _ = writeln!(mapping, "segments:\n  '{segment}': {{never: \"email = 'p1@example.com'\"}}");
    let config = "version: 1\nmapping: '<b onclick=alert(5)>.yaml'\nsources:\n  customerio: {files: '<img src=x onerror=alert(6)>.csv'}\n";
    workspace(&[
        ("crmlint.yaml", config),
        ("<b onclick=alert(5)>.yaml", &mapping),
        ("<img src=x onerror=alert(6)>.csv", &csv),
    ])
}

#[test]
fn hostile_values_stay_text() {
    let dir = hostile();
    let report = report(dir.path(), &["--show-pii"]);
    let mut wanted: Vec<String> = HOSTILE.iter().map(|text| format!("stage {text}")).collect();
    wanted.extend(
        ["<b onclick=alert(5)>.yaml:", "<img src=x onerror=alert(6)>.csv", "turned", "xxxx…"].map(str::to_owned),
    );
    browse("hostile", &report, &[&serde_json::to_string(&wanted).unwrap()]);
}

/// A workspace that gives four findings a column.
fn large(columns: usize) -> tempfile::TempDir {
    const CELLS: [&str; 6] = ["prospect", "ACTIVE", "Actve", "churned ", "Active", "Prospect"];
    let names: Vec<String> = (0..columns).map(|at| format!("stage_{at:04}")).collect();
    let mut csv = format!("id,email,created_at,cio_id,{}\n", names.join(","));
    for row in 0..CELLS.len() {
        let cells: Vec<&str> = (0..columns).map(|at| CELLS[(row + at) % CELLS.len()]).collect();
        let _ = writeln!(csv, "{row},p{row}@example.com,170000000{row},a{row}0600,{}", cells.join(","));
    }
    let mut mapping = "version: 1\nidentity: {canonical: id}\nattributes:\n".to_owned();
    for name in &names {
        let _ = writeln!(mapping, "  {name}: {{type: enum, values: [Prospect, Active, Churned]}}");
    }
    let config = "version: 1\nmapping: mapping.yaml\nsources:\n  customerio: {files: people.csv}\n";
    workspace(&[("crmlint.yaml", config), ("mapping.yaml", &mapping), ("people.csv", &csv)])
}

#[test]
fn five_thousand_findings_stay_a_page_that_people_can_use() {
    let dir = large(1_250);
    let report = report(dir.path(), &[]);
    // Seen with --nocapture; docs/performance.md has the figures.
    std::io::Write::write_all(&mut std::io::stderr(), browse("large", &report, &["5000"]).as_bytes()).unwrap();
}

/// `UPDATE=1` takes the picture of the README anew. Letters differ from machine to machine, so it is not compared.
#[test]
fn the_picture_in_the_readme_is_there_and_small() {
    let picture = root().join("docs/img/report.png");
    if std::env::var_os("UPDATE").is_some() {
        let (_dir, report) = demo();
        fs::create_dir_all(picture.parent().unwrap()).unwrap();
        browse("picture", &report, &[picture.to_str().unwrap()]);
    }
    let size = fs::metadata(&picture).unwrap().len();
    assert!((10_000..300_000).contains(&size), "{size} bytes");
}
