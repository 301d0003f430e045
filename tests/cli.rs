//! The command line: exit codes one by one, the policy that decides them, and what goes to which stream.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use common::{NOW, audit, codes, command, copy, demo, finish, list, root, run, run_in, text, workspace, write};

/// The smallest mapping that says something.
const MAPPING: &str = "version: 1\nidentity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}\n\
    attributes:\n  email: {from: zoho.contacts.Email, type: email, role: email, owner: zoho}\n";

/// A workspace of people with a config that holds more than the sources.
fn people(config: &str, csv: &str) -> tempfile::TempDir {
    let head = "version: 1\nsources:\n  customerio: {files: people.csv}\nmapping: mapping.yaml\n";
    workspace(&[("crmlint.yaml", &format!("{head}{config}")), ("mapping.yaml", MAPPING), ("people.csv", csv)])
}

/// Two profiles of one address: an error (DUP001).
const TWINS: &str = "id,email,cio_id,created_at,unsubscribed\n\
    1,a@example.com,b7c10800f301d501,1736935977,false\n2,a@example.com,b7c10800f301d502,1736935978,false\n";
/// Two spellings of one mailbox: a warning (DUP002).
const COUSINS: &str = "id,email,cio_id,created_at,unsubscribed\n\
    1,ab.crmlint@gmail.com,b7c10800f301d501,1736935977,false\n2,a.bcrmlint@gmail.com,b7c10800f301d502,1736935978,false\n";
const FINE: &str = "id,email,cio_id,created_at,unsubscribed\n\
    1,a@example.com,b7c10800f301d501,1736935977,false\n2,b@example.com,b7c10800f301d502,1736935978,false\n";

fn exit(config: &str, csv: &str, more: &[&str]) -> i32 {
    audit(people(config, csv).path(), ".", more).code
}

#[test]
fn exit_codes_one_by_one() {
    assert_eq!(exit("", FINE, &[]), 0);
    assert_eq!(exit("", TWINS, &[]), 1);
    assert_eq!(exit("", COUSINS, &[]), 0, "a warning does not block by itself");
    assert_eq!(exit("nonsense: 1\n", TWINS, &[]), 2);
    assert_eq!(exit("", "", &[]), 3, "an empty file cannot be read");
    assert_eq!(run(&["audit", "--nonsense"]).code, 2);
    assert_eq!(run(&[]).code, 2);
    for word in ["--help", "--version", "help"] {
        assert_eq!(run(&[word]).code, 0, "{word}");
    }
}

#[test]
fn fail_on_moves_the_line() {
    for (level, twins, cousins) in [("error", 1, 0), ("warning", 1, 1), ("note", 1, 1), ("never", 0, 0)] {
        assert_eq!(exit("", TWINS, &["--fail-on", level]), twins, "an error, {level}");
        assert_eq!(exit("", COUSINS, &["--fail-on", level]), cousins, "a warning, {level}");
        assert_eq!(exit(&format!("fail_on: {level}\n"), TWINS, &[]), twins, "an error, {level} in the config");
        assert_eq!(exit(&format!("fail_on: {level}\n"), COUSINS, &[]), cousins, "a warning, {level} in the config");
    }
    assert_eq!(exit("fail_on: never\n", TWINS, &["--fail-on", "error"]), 1, "the command line wins");
    assert_eq!(exit("fail_on: error\n", TWINS, &["--fail-on", "never"]), 0, "the command line wins");
    assert_eq!(exit("", FINE, &["--fail-on", "note"]), 0);
}

#[test]
fn profiles_decide_what_blocks() {
    assert_eq!(exit("", TWINS, &["--profile", "launch"]), 1);
    assert_eq!(exit("", TWINS, &["--profile", "hygiene"]), 0, "hygiene reports and blocks nothing");
    assert_eq!(exit("", TWINS, &["--profile", "hygiene", "--fail-on", "error"]), 1, "unless asked to");
    assert_eq!(exit("profile: hygiene\n", TWINS, &[]), 0);
    assert_eq!(exit("profile: hygiene\n", TWINS, &["--profile", "launch"]), 1, "the command line wins");
    // A near-duplicate is no reason not to launch, however strict the level.
    assert_eq!(exit("", COUSINS, &["--profile", "launch", "--fail-on", "note", "--select", "DUP002"]), 0);
}

#[test]
fn strict_fails_what_could_not_be_evaluated() {
    let unseen = audit(people("", FINE).path(), ".", &[]);
    let not_evaluated = list(&unseen.json(), "rules").iter().any(|rule| rule["status"] == "not evaluated");
    assert!(not_evaluated && unseen.code == 0);
    assert_eq!(exit("", FINE, &["--strict"]), 3);
    assert_eq!(exit("", TWINS, &["--strict"]), 3, "3 beats 1");
    assert_eq!(exit("", TWINS, &["--strict", "--select", "DUP001"]), 1, "what was selected was evaluated");
    assert_eq!(exit("", FINE, &["--strict", "--select", "DUP001"]), 0);
    let report = audit(people("", FINE).path(), ".", &["--strict"]).json();
    assert_eq!(report["exit"], 3);
}

#[test]
fn strict_launch_covers_what_a_launch_needs() {
    // ENM003 is no launch rule and cannot be evaluated without a field that is an enum; ENM001 is one.
    assert_eq!(exit("", FINE, &["--strict", "--profile", "launch", "--select", "ENM003"]), 0);
    assert_eq!(exit("", FINE, &["--strict", "--profile", "launch", "--select", "ENM001"]), 3);
}

#[test]
fn severity_in_the_config_regrades() {
    assert_eq!(exit("severity: {DUP001: warning}\n", TWINS, &[]), 0);
    assert_eq!(exit("severity: {duplicate-email: note}\n", TWINS, &["--fail-on", "warning"]), 0);
    assert_eq!(exit("severity: {DUP002: error}\n", COUSINS, &[]), 1);
    let report = audit(people("severity: {DUP002: error}\n", COUSINS).path(), ".", &[]).json();
    assert_eq!(list(&report, "findings")[0]["severity"], "error");
}

#[test]
fn thresholds_accept_what_is_within_them() {
    for (limits, code) in [
        ("{count: 2}", 0),
        ("{count: 1}", 1),
        ("{share: 100%}", 0),
        ("{share: 99%}", 1),
        ("{share: 1}", 0),
        ("{count: 2, share: 50%}", 1),
        ("{count: 0}", 1),
    ] {
        let config = format!("thresholds: {{DUP001: {limits}}}\n");
        let ran = audit(people(&config, TWINS).path(), ".", &[]);
        assert_eq!(ran.code, code, "{limits}");
        assert_eq!(list(&ran.json(), "accepted").len(), usize::from(code == 0), "{limits}");
    }
}

#[test]
fn select_and_ignore_choose_the_rules() {
    let dir = people("", TWINS);
    let rules = |more: &[&str]| -> Vec<String> {
        let report = audit(dir.path(), ".", more).json();
        list(&report, "rules").iter().map(|rule| text(rule, "code").to_owned()).collect()
    };
    assert_eq!(rules(&["--select", "DUP001"]), ["DUP001"]);
    let both = rules(&["--select", "enm,duplicate-email"]);
    assert!(both[0] == "DUP001" && both.len() > 3 && both[1..].iter().all(|code| code.starts_with("ENM")), "{both:?}");
    assert_eq!(
        rules(&["--select", "MAP003,CFG", "--ignore", "CFG001,expired-ignore"]),
        ["CFG003", "CFG004", "CFG005", "CFG006", "MAP003"]
    );
    assert!(!rules(&["--ignore", "DUP"]).iter().any(|code| code.starts_with("DUP")));
    let none = audit(dir.path(), ".", &["--select", "DUP001", "--ignore", "DUP001"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("no rule is left to run"), "{}", none.err);
}

#[test]
fn an_ignore_accepts_until_its_day() {
    let config = |until: &str| format!("ignore:\n  - {{rule: DUP001, reason: known, until: {until}}}\n");
    assert_eq!(exit(&config("2026-06-01"), TWINS, &[]), 0);
    assert_eq!(exit(&config("2026-05-31"), TWINS, &[]), 1);
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let dir = people("", TWINS);
    let ran = run_in(dir.path(), &["audit", ".", "--now", NOW, "--output", "report.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    let text = fs::read_to_string(dir.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["exit"], 1);
    let ran = run_in(dir.path(), &["audit", ".", "--now", NOW, "-o", "report.txt", "--color", "always"]);
    assert_eq!(ran.code, 1);
    let text = fs::read_to_string(dir.path().join("report.txt")).unwrap();
    assert!(text.contains("DUP001") && !text.contains('\u{1b}'), "{text}");
    let before = common::files(dir.path());
    for place in ["nowhere/report.json", "people.csv/report.json", "."] {
        let ran = run_in(dir.path(), &["audit", ".", "--now", NOW, "--output", place]);
        assert_eq!(ran.code, 3, "{place}: {}", ran.err);
        assert!(ran.err.contains("could not be written"), "{}", ran.err);
        assert_eq!(common::files(dir.path()), before, "{place} left something");
    }
}

#[test]
fn failing_rows_are_private_and_have_two_formats() {
    let dir = people("", TWINS);
    for name in ["rows.csv", "rows.parquet"] {
        let ran = run_in(dir.path(), &["audit", ".", "--now", NOW, "--rows", name]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains("2 failing rows") && ran.err.contains(name), "{}", ran.err);
        let mode = fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // A file that was there keeps nothing of its openness.
    fs::set_permissions(dir.path().join("rows.csv"), fs::Permissions::from_mode(0o644)).unwrap();
    run_in(dir.path(), &["audit", ".", "--now", NOW, "--rows", "rows.csv"]);
    assert_eq!(fs::metadata(dir.path().join("rows.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    for name in ["rows.xlsx", "rows", "rows.csv.gz", "rows.json"] {
        let ran = run_in(dir.path(), &["audit", ".", "--now", NOW, "--rows", name]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{name}");
        assert!(ran.err.contains(".csv or .parquet"), "{}", ran.err);
        assert!(!dir.path().join(name).exists());
    }
    let ran = run_in(dir.path(), &["audit", ".", "--now", NOW, "--rows", "nowhere/rows.csv"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
}

#[test]
fn colours_mind_pipes_and_no_color() {
    let dir = people("", TWINS);
    let paints = |args: &[&str], no_color: Option<&str>| {
        let mut all = vec!["audit", ".", "--now", NOW];
        all.extend(args);
        let mut command = command(dir.path(), &all);
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        finish(command).out.contains('\u{1b}')
    };
    assert!(!paints(&[], None), "a pipe is no terminal");
    assert!(!paints(&["--color", "auto"], None));
    assert!(!paints(&["--color", "never"], None));
    assert!(paints(&["--color", "always"], None));
    assert!(paints(&["--color", "always"], Some("1")), "always was asked for");
    assert!(!paints(&["--color", "always", "--format", "json"], None), "JSON has no colours");
    let broken = people("nonsense: 1\n", TWINS);
    let ran = run_in(broken.path(), &["audit", "."]);
    assert!(!ran.err.contains('\u{1b}'), "{}", ran.err);
    let ran = run_in(broken.path(), &["audit", ".", "--color", "always"]);
    assert!(ran.err.contains('\u{1b}'), "{}", ran.err);
}

#[test]
fn quiet_says_less_and_verbose_says_more() {
    let dir = demo();
    let length = |more: &[&str]| {
        let mut args = vec!["audit", ".", "--now", NOW];
        args.extend(more);
        let ran = run_in(dir.path(), &args);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{more:?}");
        ran.out
    };
    let (quiet, normal, verbose) = (length(&["-q"]), length(&[]), length(&["--verbose"]));
    assert!(quiet.len() < normal.len() && normal.len() < verbose.len());
    assert!(!quiet.contains("Next:") && normal.contains("Next:"));
    assert!(verbose.contains("To accept it: - {rule:") && !normal.contains("To accept it:"));
    for text in [&quiet, &normal, &verbose] {
        let last = text.trim_end().lines().last().unwrap();
        assert!(
            last.starts_with("Not ready: ") && last.contains(" failed); 3 accepted findings"),
            "the verdict: {last}"
        );
    }
    assert_eq!(run_in(dir.path(), &["audit", ".", "-q", "-v"]).code, 2);
}

#[test]
fn lines_keep_to_the_width() {
    let dir = demo();
    for width in [60_usize, 80, 140] {
        let mut command = command(dir.path(), &["audit", ".", "--now", NOW]);
        command.env("COLUMNS", width.to_string());
        let out = finish(command).out;
        // Records of a sample and folders of a path are not broken inside a word.
        let over = out.lines().filter(|line| line.chars().count() > width && line.contains('─')).count();
        assert_eq!(over, 0, "a table is wider than {width}");
    }
}

#[test]
fn the_demo_travels_in_the_binary() {
    let dir = tempfile::tempdir().unwrap();
    let ran = run_in(dir.path(), &["demo", "a/new"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let committed = root().join("fixtures/demo");
    assert_eq!(common::files(&dir.path().join("a/new")), common::files(&committed));
    let (here, there) = (audit(dir.path(), "a/new", &[]), audit(root(), "fixtures/demo", &[]));
    let findings = |ran: &common::Ran| -> Vec<(String, String, String)> {
        let report = ran.json();
        let part = |finding: &serde_json::Value| {
            (text(finding, "code").to_owned(), text(finding, "subject").to_owned(), finding["records"].to_string())
        };
        list(&report, "findings").iter().map(part).collect()
    };
    assert!(!findings(&here).is_empty());
    assert_eq!((here.code, findings(&here)), (there.code, findings(&there)));
    let again = run_in(dir.path(), &["demo", "a/new"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is not empty"), "{}", again.err);
    write(dir.path(), "file", b"");
    assert_eq!(run_in(dir.path(), &["demo", "file"]).code, 2);
    fs::create_dir(dir.path().join("empty")).unwrap();
    assert_eq!(run_in(dir.path(), &["demo", "empty"]).code, 0, "an empty folder is filled");
    assert_eq!(run_in(dir.path(), &["demo"]).code, 2);
}

#[test]
fn the_folder_one_is_in_is_audited() {
    let dir = people("", TWINS);
    let here = run_in(dir.path(), &["audit", "--now", NOW]);
    assert_eq!(here.code, 1, "{}", here.err);
    let named = run_in(dir.path(), &["audit", "crmlint.yaml", "--now", NOW]);
    assert_eq!(here.out, named.out);
    let nothing = tempfile::tempdir().unwrap();
    let ran = run_in(nothing.path(), &["audit"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("holds no crmlint.yaml"), "{}", ran.err);
}

#[test]
fn an_audit_writes_nothing_unasked() {
    let dir = demo();
    let before = common::files(dir.path());
    audit(dir.path(), ".", &[]);
    assert_eq!(common::files(dir.path()), before);
    let copied = tempfile::tempdir().unwrap();
    copy(dir.path(), copied.path());
    assert_eq!(
        codes(&audit(copied.path(), ".", &[]).json()),
        codes(&audit(Path::new(root()), "fixtures/demo", &[]).json())
    );
}
