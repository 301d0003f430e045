//! `crmlint baseline`: what was there is accepted, growth and replacement are new, what is gone is said, and nothing of
//! it can be read back by somebody without the key.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{NOW, Ran, codes, command, demo, finish, list, run_in, status, text};
use serde_json::Value;
use tempfile::TempDir;

const KEY: &str = "a key of the tests, kept nowhere else";
const FILE: &str = "crmlint.baseline.yaml";
const PEOPLE: &str = "exports/customerio/people.csv";

fn with_key(dir: &Path, key: Option<&str>, args: &[&str]) -> Ran {
    let mut command = command(dir, args);
    if let Some(key) = key {
        command.env("CRMLINT_KEY", key);
    }
    finish(command)
}

fn baseline(dir: &Path, key: Option<&str>, more: &[&str]) -> Ran {
    with_key(dir, key, &[&["baseline"], more, &["--now", NOW]].concat())
}

fn audit(dir: &Path, key: Option<&str>) -> Value {
    with_key(dir, key, &["audit", "--now", NOW, "--format", "json"]).json()
}

fn edit(dir: &Path, name: &str, from: &str, to: &str) {
    let file = dir.join(name);
    let before = fs::read_to_string(&file).unwrap();
    assert!(before.contains(from), "{from}");
    fs::write(&file, before.replacen(from, to, 1)).unwrap();
}

/// The demo without its own baseline and overrides.
fn plain() -> TempDir {
    let dir = demo();
    let file = dir.path().join("crmlint.yaml");
    let config = fs::read_to_string(&file).unwrap();
    let (rest, _) = config.split_once("# For single fields").unwrap();
    fs::write(file, rest).unwrap();
    fs::remove_file(dir.path().join(FILE)).unwrap();
    dir
}

/// The demo with a baseline of what is found in it.
fn accepted(key: Option<&str>) -> TempDir {
    let dir = plain();
    let ran = baseline(dir.path(), key, &["write"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    edit(dir.path(), "crmlint.yaml", "fail_on: error", &format!("fail_on: error\nbaseline: {FILE}"));
    dir
}

/// What stands, but for the findings about the team's own policy.
fn standing(report: &Value) -> Vec<(String, String)> {
    let found = list(report, "findings").iter().filter(|finding| !text(finding, "code").starts_with("CFG"));
    found.map(|finding| (text(finding, "code").to_owned(), text(finding, "what").to_owned())).collect()
}

/// What is said of entries that match nothing.
fn stale(report: &Value) -> Vec<&str> {
    let found = list(report, "findings").iter().filter(|finding| text(finding, "code") == "CFG005");
    found.map(|finding| text(finding, "what")).collect()
}

/// Swaps a value of the profiles: the first `from` becomes `to`.
fn swap(dir: &Path, from: &str, to: &str) {
    edit(dir, PEOPLE, from, to);
}

#[test]
fn what_was_there_fails_no_run_and_growth_does() {
    for key in [None, Some(KEY)] {
        let dir = accepted(key);
        let report = audit(dir.path(), key);
        assert_eq!(standing(&report), [], "{key:?}");
        assert!(list(&report, "accepted").len() > 100);
        assert_eq!(status(&report, "CFG005"), "clean");
        // One more profile with a variant that was there before.
        swap(dir.path(), ",Loyal,", ",AT RISK,");
        let report = audit(dir.path(), key);
        let found = standing(&report);
        let grown = found.iter().find(|(code, _)| code == "ENM002").unwrap_or_else(|| panic!("{found:?}"));
        assert!(grown.1.contains("The baseline has") && grown.1.contains("1 record more"), "{}", grown.1);
        assert!(grown.1.contains("crmlint.baseline.yaml:"), "{}", grown.1);
    }
}

#[test]
fn the_file_beside_the_config_needs_no_name() {
    let dir = plain();
    let ran = baseline(dir.path(), None, &["write"]);
    assert!(ran.code == 0 && !ran.err.contains("Name it in crmlint.yaml"), "{}", ran.err);
    let ran = with_key(dir.path(), None, &["audit", "--now", NOW]);
    assert!(ran.out.contains("accepted findings, the largest of"), "{}", ran.out);
    assert_eq!(standing(&audit(dir.path(), None)), []);
    // Fewer than there were may come back unseen, until the file is pruned.
    swap(dir.path(), ",AT RISK,", ",At Risk,");
    let report = audit(dir.path(), None);
    assert!(report["remarks"].to_string().contains("larger than what was found"), "{}", report["remarks"]);
    assert_eq!(baseline(dir.path(), None, &["prune"]).code, 0);
    let report = audit(dir.path(), None);
    assert!(!report["remarks"].to_string().contains("larger than what was found"), "{}", report["remarks"]);
    // Elsewhere it needs one.
    fs::remove_file(dir.path().join(FILE)).unwrap();
    let ran = baseline(dir.path(), None, &["write", "--file", "accepted.yaml"]);
    assert!(ran.err.contains("Name it in crmlint.yaml, so that runs mind it: baseline: accepted.yaml"), "{}", ran.err);
    assert!(standing(&audit(dir.path(), None)).len() > 100);
}

#[test]
fn with_a_key_another_record_in_the_place_of_an_old_one_is_new() {
    for key in [None, Some(KEY)] {
        let dir = accepted(key);
        // The variant moves to another person: as many records as before.
        swap(dir.path(), ",AT RISK,", ",At Risk,");
        let people = fs::read_to_string(dir.path().join(PEOPLE)).unwrap();
        let (head, tail) = people.rsplit_once(",Loyal,").unwrap();
        fs::write(dir.path().join(PEOPLE), format!("{head},AT RISK,{tail}")).unwrap();
        let report = audit(dir.path(), key);
        let found = standing(&report);
        let new = found.iter().any(|(code, what)| code == "ENM002" && what.contains("1 new record"));
        assert_eq!(new, key.is_some(), "{key:?}: {found:?}");
        let told = report["remarks"].to_string();
        assert_eq!(told.contains("counts and no hashes"), key.is_none(), "{told}");
    }
}

#[test]
fn another_key_or_none_compares_counts_and_says_so() {
    let dir = accepted(Some(KEY));
    for (key, why) in
        [(None, "There is no key (CRMLINT_KEY or `key_file:`)"), (Some("another key, long enough"), "with another key")]
    {
        let report = audit(dir.path(), key);
        assert_eq!(standing(&report), []);
        assert!(report["remarks"].to_string().contains(why), "{}", report["remarks"]);
    }
    // Entries of two keys in one file could not be told apart.
    for key in [None, Some("another key, long enough")] {
        let ran = baseline(dir.path(), key, &["update"]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("were made with a key, and this run has"), "{}", ran.err);
    }
    let short = with_key(dir.path(), Some("short"), &["audit", "--now", NOW]);
    assert_eq!(short.code, 2);
    assert!(short.err.contains("the key in CRMLINT_KEY is too short"), "{}", short.err);
    // A file holds it as well, and a line end is no part of it.
    fs::write(dir.path().join("secret"), format!("{KEY}\n")).unwrap();
    edit(dir.path(), "crmlint.yaml", "fail_on: error", "fail_on: error\nkey_file: secret");
    assert!(!audit(dir.path(), None)["remarks"].to_string().contains("counts alone"));
}

#[test]
fn what_is_gone_is_said_and_pruned_and_nothing_is_taken_in() {
    let dir = accepted(None);
    let before = fs::read_to_string(dir.path().join(FILE)).unwrap();
    edit(dir.path(), "mapping.yaml", "  referral_code:\n", "  referral_code:\n    type: text\n    owner: zoho\n");
    // And something new, which pruning must not accept.
    swap(dir.path(), ",Loyal,", ",AT RISK,");
    let report = audit(dir.path(), None);
    let stale = stale(&report);
    assert_eq!(stale.len(), 2, "{stale:?}");
    assert!(stale[0].contains("mapping:attributes.referral_code matches no finding"), "{stale:?}");
    let ran = baseline(dir.path(), None, &["prune"]);
    assert!(ran.err.contains("2 taken out"), "{}", ran.err);
    let report = audit(dir.path(), None);
    assert_eq!(status(&report, "CFG005"), "clean");
    assert!(standing(&report).iter().any(|(code, _)| code == "ENM002"), "growth is still new");
    let update = baseline(dir.path(), None, &["update"]);
    assert!(update.err.contains("raised"), "{}", update.err);
    assert_eq!(standing(&audit(dir.path(), None)), []);
    assert_ne!(before, fs::read_to_string(dir.path().join(FILE)).unwrap());
}

#[test]
fn entries_of_rules_that_saw_too_little_are_kept() {
    let dir = accepted(None);
    let entries = |dir: &Path| fs::read_to_string(dir.join(FILE)).unwrap().matches("- rule: TS").count();
    let had = entries(dir.path());
    common::drop_column(&dir.path().join("exports/zoho/Contacts_2026_05_21.csv"), "Last Order Time");
    let ran = baseline(dir.path(), None, &["prune"]);
    assert!(ran.err.contains("kept because the rule could not look at everything"), "{}", ran.err);
    assert!(entries(dir.path()) > 0 && entries(dir.path()) <= had);
    // The same audit does not call them stale.
    let report = audit(dir.path(), None);
    let stale = stale(&report);
    assert_eq!(stale, Vec::<&str>::new());
    assert_eq!(status(&report, "CFG005"), "not evaluated");
}

#[test]
fn the_same_findings_are_the_same_bytes_and_hold_nobody() {
    let (one, other) = (accepted(Some(KEY)), accepted(Some(KEY)));
    let written = fs::read_to_string(one.path().join(FILE)).unwrap();
    assert_eq!(written, fs::read_to_string(other.path().join(FILE)).unwrap());
    assert!(written.contains("values: \"") && written.contains("records: \""));
    let mut reader = csv::Reader::from_path(one.path().join(PEOPLE)).unwrap();
    for record in reader.records().map(Result::unwrap) {
        for cell in [0, 1, 2, 6, 7, 9].iter().filter_map(|at| record.get(*at)).filter(|cell| cell.len() > 5) {
            assert!(!written.contains(cell), "{cell}");
        }
    }
    // A second write needs a word more.
    let again = baseline(one.path(), Some(KEY), &["write"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is already there") && again.err.contains("--force"), "{}", again.err);
    assert_eq!(baseline(one.path(), Some(KEY), &["write", "--force"]).code, 0);
}

#[test]
fn a_baseline_that_cannot_be_read_stops_the_run_at_its_line() {
    let dir = accepted(Some(KEY));
    let whole = fs::read_to_string(dir.path().join(FILE)).unwrap();
    let first = whole.lines().position(|line| line.contains("rows:")).unwrap() + 1;
    for (from, to, place, why) in [
        ("rows:", "rwos:", format!("{FILE}:{first}:5"), "did you mean `rows`?"),
        ("version: 1", "version: 2", format!("{FILE}:3:10"), "baselines of version 1"),
        ("values: \"", "values: \"x", format!("{FILE}:"), "`values` is no list of hashes"),
        ("findings:", "findings: [", FILE.to_owned(), ""),
    ] {
        fs::write(dir.path().join(FILE), whole.replacen(from, to, 1)).unwrap();
        let ran = with_key(dir.path(), Some(KEY), &["audit", "--now", NOW]);
        assert_eq!(ran.code, 2, "{to}: {}", ran.out);
        assert!(ran.err.contains(&place) && ran.err.contains(why), "{to}: {}", ran.err);
    }
    fs::remove_file(dir.path().join(FILE)).unwrap();
    let ran = run_in(dir.path(), &["audit", "--now", NOW]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("the baseline crmlint.baseline.yaml is not there"), "{}", ran.err);
}

#[test]
fn the_gate_minds_the_baseline_too() {
    let dir = accepted(None);
    let gate = |dir: &Path| {
        let earlier = dir.join("mapping.before.yaml");
        if !earlier.is_file() {
            fs::copy(dir.join("mapping.yaml"), &earlier).unwrap();
        }
        run_in(dir, &["gate", "--against", "mapping.before.yaml", "--now", NOW, "--format", "json"])
    };
    let ran = gate(dir.path());
    assert_eq!(ran.code, 0, "{}", ran.out);
    edit(dir.path(), "mapping.yaml", "type: number", "type: text");
    let ran = gate(dir.path());
    assert_eq!(ran.code, 1);
    assert!(codes(&ran.json()).contains("MAP014"), "a change is never in a baseline");
}

#[test]
fn a_field_may_have_its_own_severity_and_threshold() {
    let dir = plain();
    let config = fs::read_to_string(dir.path().join("crmlint.yaml")).unwrap();
    let found = |report: &Value, code: &str| -> Vec<(String, String)> {
        let found = list(report, "findings").iter().filter(|finding| text(finding, "code") == code);
        found.map(|finding| (text(finding, "subject").to_owned(), text(finding, "severity").to_owned())).collect()
    };
    let before = found(&audit(dir.path(), None), "ENM001");
    assert!(before.len() > 1, "{before:?}");
    let (name, _) = before[0].clone();
    let own = |line: &str| {
        fs::write(dir.path().join("crmlint.yaml"), format!("{config}overrides:\n  - {line}\n")).unwrap();
    };
    own(&format!("{{rule: value-outside-list, subject: \"{name}\", severity: note}}"));
    let graded = found(&audit(dir.path(), None), "ENM001");
    assert_eq!(graded.len(), before.len());
    for (subject, severity) in graded {
        assert_eq!(severity == "note", subject == name, "{subject}");
    }
    own(&format!("{{subject: \"{name}\", rule: ENM001, count: 100000, share: 100%}}"));
    let limited = audit(dir.path(), None);
    assert_eq!(found(&limited, "ENM001").len(), before.len() - 1);
    own(&format!("{{subject: \"{name}\", rule: ENM001, count: 0}}"));
    assert_eq!(found(&audit(dir.path(), None), "ENM001").len(), before.len());
    for (line, why) in [
        ("{rule: ENM001, severity: note}", "this override names no field"),
        ("{subject: email}", "this override changes nothing"),
        ("{subject: email, severity: nite}", "did you mean `note`?"),
        ("{subject: email, rule: ENM999, severity: note}", "ENM999"),
    ] {
        own(line);
        let ran = run_in(dir.path(), &["audit", "--now", NOW]);
        assert_eq!(ran.code, 2, "{line}");
        assert!(ran.err.contains("crmlint.yaml:") && ran.err.contains(why), "{line}: {}", ran.err);
    }
}
