//! `crmlint gate` in repositories made here: what a revision breaks, at its line, and what is said where there is nothing
//! to compare with.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/git.rs"]
mod git;
#[path = "common/sarif.rs"]
mod sarif;

use std::fs;
use std::path::Path;

use common::{Ran, copy, list, root, run_in, text};
use git::commit;
use git2::Repository;
use serde_json::Value;
use tempfile::TempDir;

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
    // The log for code scanning says the same at the same lines.
    let log = gate(dir.path(), &["--against", "HEAD~3", "--data", "--output", "sarif=-"]).json();
    sarif::Official::new().accepts(&log).unwrap();
    let results = list(&log["runs"][0], "results").iter().filter(|result| text(result, "ruleId") == "MAP014");
    let at = |result: &Value| result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap();
    let mut lines: Vec<u64> = results.map(at).collect();
    lines.sort_unstable();
    let mut wanted: Vec<u64> = found.iter().filter(|(level, ..)| level == "error").map(|(.., line, _)| *line).collect();
    wanted.sort_unstable();
    assert_eq!(lines, wanted);
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
    let left = with("  type-changed: note\n  value-removed: off\n").json()["remarks"].to_string();
    assert!(left.contains("`gate:` turns off and this report leaves out: value-removed (1)."), "{left}");
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

/// The statements of the changes, by subject.
fn said(report: &Value) -> Vec<(String, String)> {
    let found = list(report, "findings").iter().filter(|finding| text(finding, "code") == "MAP014");
    found.map(|finding| (text(finding, "subject").to_owned(), text(finding, "what").to_owned())).collect()
}

fn of<'a>(said: &'a [(String, String)], subject: &str) -> &'a str {
    &said.iter().find(|(own, _)| own == subject).unwrap_or_else(|| panic!("{subject} in {said:?}")).1
}

#[test]
fn no_threshold_and_no_severity_makes_a_change_of_consent_a_small_one() {
    let dir = repository(&THREE);
    let config = dir.path().join("crmlint.yaml");
    let before = fs::read_to_string(&config).unwrap();
    let with = |policy: &str| {
        fs::write(&config, before.replacen("ignore:\n", policy, 1)).unwrap();
        changes(&gate(dir.path(), &["--against", "HEAD~3", "--format", "json", "--data"]).json())
    };
    let found = with("severity: {MAP014: note}\nthresholds: {MAP014: {count: 1000000}}\nignore:\n");
    let levels: Vec<(&str, &str)> = found.iter().map(|(level, name, ..)| (level.as_str(), name.as_str())).collect();
    assert!(levels.contains(&("error", "consent-owner-changed:unsubscribed")), "{levels:?}");
    assert!(levels.contains(&("note", "type-changed:total_spent")), "{levels:?}");
    assert!(levels.contains(&("note", "value-removed:lifecycle_stage: Loyal")), "{levels:?}");
    // What was agreed about one change is an ignore with a reason.
    let ignore = "ignore:\n  - rule: MAP014\n    subject: \"consent-owner-changed:unsubscribed\"\n    reason: signed off by legal\n    until: 2026-12-31\n";
    let found = with(ignore);
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn a_value_that_nobody_holds_is_no_error_once_that_is_known() {
    let dir = repository(&[("Active, Loyal,", "Active, Phantom, Loyal,")]);
    edit(dir.path(), "Phantom, ", "");
    let level = |more: &[&str]| {
        let report = gate(dir.path(), &[&["--format", "json"], more].concat()).json();
        let subject = "value-removed:lifecycle_stage: Phantom";
        let own = changes(&report).into_iter().find(|(_, name, ..)| name == subject);
        (own.unwrap_or_else(|| panic!("{report}")).0, of(&said(&report), subject).to_owned())
    };
    assert_eq!(level(&[]).0, "error");
    let (known, what) = level(&["--data"]);
    assert!(known == "warning" && what.contains("No profile holds `Phantom`."), "{known}: {what}");
}

#[test]
fn a_segment_that_is_left_behind_loses_its_members() {
    let dir = repository(&[]);
    run_in(dir.path(), &["audit", "--now", common::NOW, "--save-summary", "summary.json", "-q"]);
    let told = || {
        let of = |more: &[&str]| said(&gate(dir.path(), &[&["--format", "json"], more].concat()).json());
        let (data, summary) = (of(&["--data"]), of(&["--summary", "summary.json"]));
        assert_eq!(data, summary);
        data
    };
    edit(dir.path(), "  vip_tier:\n", "  tier:\n    was: vip_tier\n");
    let left = told();
    let subject = "reader-left:segment:VIP: attribute `vip_tier`";
    for subject in ["attribute-renamed:vip_tier", subject] {
        assert!(of(&left, subject).contains("79 of VIP's 79 members leave"), "{left:?}");
    }
    edit(dir.path(), "vip_tier IN", "tier IN");
    let followed = told();
    assert!(of(&followed, "attribute-renamed:vip_tier").contains("VIP keeps its 79 members"), "{followed:?}");
    assert!(followed.iter().all(|(own, _)| own != subject), "{followed:?}");
    // Gone, and its reader with it: the journey that waits for the segment is left.
    let mapping = fs::read_to_string(dir.path().join("mapping.yaml")).unwrap();
    let (before, rest) = mapping.split_once("  tier:\n").unwrap();
    let (_, rest) = rest.split_once("  total_spent:\n").unwrap();
    let rest = rest.lines().filter(|line| !line.starts_with("  VIP: {")).collect::<Vec<_>>().join("\n");
    let rest = rest.replace(", in: [VIP]", "");
    fs::write(dir.path().join("mapping.yaml"), format!("{before}  total_spent:\n{rest}\n")).unwrap();
    let gone = told();
    for subject in ["attribute-removed:vip_tier", "segment-removed:segment:VIP"] {
        assert!(of(&gone, subject).contains("VIP with its 79 members is watched no longer"), "{gone:?}");
    }
    assert!(gone.iter().any(|(own, _)| own == "reader-left:journey:vip: segment VIP"), "{gone:?}");
}

#[test]
fn conditions_on_what_only_exports_tell_stop_no_gate_without_them() {
    let dir = repository(&[]);
    let tests = "  Dutch: {where: \"email_domain = 'example.nl' AND zoho.cases.Status = 'Open'\"}\n";
    edit(dir.path(), "segments:\n", &format!("segments:\n{tests}"));
    commit(&Repository::open(dir.path()).unwrap(), "a segment");
    edit(dir.path(), "zoho.cases.Status = 'Open'", "zoho.cases.Status = 'Closed'");
    let report = gate(dir.path(), &["--format", "json"]).json();
    assert_eq!(changes(&report)[0].1, "segment-changed:segment:Dutch");
    let unmapped = list(&report, "findings").iter().filter(|finding| text(finding, "code") == "MAP010");
    assert!(unmapped.clone().any(|finding| text(finding, "subject").ends_with(".email_domain")), "{report}");
    // A source that nobody declared is a slip, with or without exports.
    edit(dir.path(), "zoho.cases.Status", "zhoo.cases.Status");
    let ran = gate(dir.path(), &[]);
    assert!(ran.code == 2 && ran.err.contains("there is no attribute zhoo.cases.Status"), "{}", ran.err);
}

const MOVING: [(&str, &str); 6] = [
    ("Active, Loyal, At Risk", "Active, Loyal"),
    ("aliases: {At Risk: [at-risk, AtRisk]}", "aliases: {Churned: [At Risk, at-risk]}"),
    ("vip_tier IN ('gold', 'platinum')", "vip_tier IN ('gold', 'platinum', 'silver')"),
    ("interval '30 days'", "interval '60 days'"),
    ("role: consent\n    owner: zoho", "role: consent\n    owner: shopify"),
    ("Gold: gold", "Gold: top"),
];

#[test]
fn a_saved_summary_tells_what_the_exports_tell() {
    let dir = repository(&[]);
    let audit = run_in(dir.path(), &["audit", "--now", common::NOW, "--save-summary", "summary.json", "-q"]);
    assert_eq!(audit.code, 1, "{}", audit.err);
    for (from, to) in MOVING {
        edit(dir.path(), from, to);
    }
    let with_data = gate(dir.path(), &["--format", "json", "--data"]);
    fs::remove_dir_all(dir.path().join("exports")).unwrap();
    let summed_up = gate(dir.path(), &["--format", "json", "--summary", "summary.json"]);
    let (data, summary) = (said(&with_data.json()), said(&summed_up.json()));
    assert_eq!(data, summary);
    let vip = of(&summary, "segment-changed:segment:VIP");
    // 82 of silver join; 57 of gold are spelled `top` from now on, which the condition does not test.
    assert!(vip.contains("57 of VIP's 79 members leave and 82 other profiles enter"), "{vip}");
    let window = of(&summary, "segment-changed:segment:Recent Buyer");
    assert!(window.contains("104 profiles join Recent Buyer's 81 members"), "{window}");
    let risk = of(&summary, "value-removed:lifecycle_stage: At Risk");
    assert!(risk.contains("63 of At Risk's 63 members leave"), "{risk}");
    assert!(risk.contains("churned-early-access"), "{risk}");
    let consent = of(&summary, "consent-owner-changed:unsubscribed");
    assert!(
        consent.contains("Of 39 people who opted out at zoho and stand in shopify too, 11 are subscribed there"),
        "{consent}"
    );
}

#[test]
fn a_summary_holds_no_cell_of_a_person_and_is_checked() {
    let dir = repository(&[]);
    run_in(dir.path(), &["audit", "--now", common::NOW, "--save-summary", "summary.json", "-q"]);
    let summary = fs::read_to_string(dir.path().join("summary.json")).unwrap();
    let people = fs::read_to_string(dir.path().join("exports/customerio/people.csv")).unwrap();
    let columns: Vec<&str> = people.lines().next().unwrap().split(',').collect();
    let personal = ["email", "phone", "first_name", "last_name", "zoho_contact_id", "cio_id", "birthday"];
    let at: Vec<usize> = personal.iter().filter_map(|name| columns.iter().position(|column| column == name)).collect();
    assert!(at.len() >= 4, "{columns:?}");
    let mut reader = csv::Reader::from_reader(people.as_bytes());
    for record in reader.records().map(Result::unwrap) {
        for cell in at.iter().filter_map(|index| record.get(*index)).filter(|cell| cell.len() > 4) {
            assert!(!summary.contains(cell), "{cell}");
        }
    }
    // A segment may test for a person: what it asks is no part of the file, and the gate says that it does not know.
    let risky = "  Recent Buyer: {";
    let tests = "  Staff: {where: \"email LIKE '%@staff.example' AND first_name <> 'Zebulon'\"}\n";
    edit(dir.path(), risky, &format!("{tests}{risky}"));
    run_in(dir.path(), &["audit", "--now", common::NOW, "--save-summary", "summary.json", "-q"]);
    let summary = fs::read_to_string(dir.path().join("summary.json")).unwrap();
    assert!(summary.contains("last_order_at") && !summary.contains("staff.example") && !summary.contains("Zebulon"));
    commit(&Repository::open(dir.path()).unwrap(), "a segment of people");
    edit(dir.path(), "'%@staff.example'", "'%.example'");
    let subject = "segment-changed:segment:Staff";
    let told = said(&gate(dir.path(), &["--format", "json", "--summary", "summary.json"]).json());
    let own = of(&told, subject);
    assert!(own.contains("who enters or leaves Staff is not known: the summary does not tell"), "{own}");
    let told = said(&gate(dir.path(), &["--format", "json", "--data"]).json());
    assert!(of(&told, subject).contains("Staff"), "{told:?}");
    assert!(!of(&told, subject).contains("is not known"), "{told:?}");
    for (broken, why) in [
        ("{}".to_owned(), "missing field"),
        (summary.replace("\"crmlint_summary\":1", "\"crmlint_summary\":9"), "its format is 9"),
        (summary.replacen("\"cells\":[[", "\"cells\":[[7,", 1), "another number of columns"),
        (summary.replacen("profiles", "profile", 1), "unknown field"),
    ] {
        fs::write(dir.path().join("broken.json"), broken).unwrap();
        let ran = gate(dir.path(), &["--summary", "broken.json"]);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains("broken.json is no summary") && ran.err.contains(why), "{why}: {}", ran.err);
    }
    let absent = gate(dir.path(), &["--summary", "absent.json"]);
    assert_eq!(absent.code, 3, "{}", absent.err);
}

#[test]
fn a_bare_repository_is_judged_by_two_revisions() {
    let dir = repository(&THREE);
    let bare = TempDir::new().unwrap();
    let place = bare.path().join("crm.git");
    git2::build::RepoBuilder::new().bare(true).clone(dir.path().to_str().unwrap(), &place).unwrap();
    let wanted = changes(&gate(dir.path(), &["--against", "HEAD~3", "--format", "json"]).json());
    let told = ["--head", "HEAD", "--against", "HEAD~3", "--format", "json"];
    for (folder, more) in [(bare.path(), vec!["crm.git"]), (place.as_path(), vec![]), (place.as_path(), vec!["."])] {
        let ran = gate(folder, &[more.as_slice(), &told].concat());
        assert_eq!(changes(&ran.json()), wanted, "{more:?}: {}", ran.err);
    }
    // In a checkout too: what stands in the folder does not count then.
    edit(dir.path(), "type: email", "type: text");
    assert_eq!(changes(&gate(dir.path(), &told).json()), wanted);
    let unknown = gate(&place, &["--head", "no-such-branch", "--against", "HEAD~3"]);
    assert_eq!(unknown.code, 2, "{}", unknown.out);
    assert!(unknown.err.contains("there is no revision `no-such-branch`"), "{}", unknown.err);
    let early = gate(&place, &["docs", "--head", "HEAD", "--against", "HEAD~3"]);
    assert_eq!(early.code, 2, "{}", early.out);
    assert!(early.err.contains("HEAD holds no docs/crmlint.yaml"), "{}", early.err);
}
