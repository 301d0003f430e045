//! Snapshots of hashes: what only asks whether values are the same sees what it sees with values, and what reads values
//! says that it cannot.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{Ran, command, copy, finish, list, root, run_in, status, text};
use crmlint::audit::{self, Options};
use crmlint::config::Config;
use crmlint::findings::Severity;
use crmlint::findings::triage::Policy;
use crmlint::frames::time::written;
use serde_json::Value;

const SECRET: &str = "a key of sixteen bytes or more";

fn audited(dir: &Path, now: &str, key: &str) -> Ran {
    let mut command = command(dir, &["audit", ".", "--now", now, "--format", "json"]);
    command.env("CRMLINT_KEY", key);
    finish(command)
}

/// A copy of a fixture.
fn fixture(name: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures").join(name), dir.path());
    dir
}

/// The folder of its snapshot.
fn snapshot(dir: &Path) -> std::path::PathBuf {
    fs::read_dir(dir.join("snapshots")).unwrap().next().unwrap().unwrap().path()
}

/// Puts hashes in the place of a fixture's snapshot: what lies there is audited as if it were today's.
fn hash(dir: &Path) {
    let held = snapshot(dir);
    let at = held.file_name().unwrap().to_str().unwrap().to_owned();
    let (day, time) =
        at.split_once('T').map_or((at.as_str(), "00:00:00Z".to_owned()), |(day, time)| (day, time.replace('-', ":")));
    let files = |name: &str| match name {
        "zoho.contacts.csv" => "Contacts_2026_05_21.csv",
        "zoho.deals.csv" => "Deals_2026_05_21.csv",
        "customerio.people.csv" => "people.csv",
        other => panic!("{other}"),
    };
    let old: Vec<_> = fs::read_dir(&held).unwrap().map(|file| file.unwrap().path()).collect();
    let mut today = Vec::new();
    for file in &old {
        let place = dir.join(files(file.file_name().unwrap().to_str().unwrap()));
        today.push((place.clone(), fs::read(&place).unwrap()));
        fs::copy(file, place).unwrap();
    }
    fs::remove_dir_all(&held).unwrap();
    let config = fs::read_to_string(dir.join("crmlint.yaml")).unwrap();
    fs::write(dir.join("crmlint.yaml"), config.replace("{folder: snapshots}", "{folder: snapshots, values: hashes}"))
        .unwrap();
    let ran = audited(dir, &format!("{day}T{time}"), SECRET);
    assert!(ran.code == 0 || ran.code == 1, "{ran:?}");
    let stored = snapshot(dir);
    for file in fs::read_dir(&stored).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_stem().unwrap();
        let wanted = old.iter().any(|old| old.file_stem() == Some(name)) || file.file_name().unwrap() == "hashes";
        if !wanted {
            fs::remove_file(file).unwrap();
        }
    }
    today.into_iter().for_each(|(place, bytes)| fs::write(place, bytes).unwrap());
}

/// What a rule says: how it ended, and each finding with its numbers.
fn said(report: &Value, code: &str) -> Vec<String> {
    let findings = list(report, "findings").iter().chain(list(report, "accepted")).filter(|one| one["code"] == code);
    let numbers = findings
        .map(|one| format!("{} {} {} {}", text(one, "subject"), one["records"], one["people"], text(one, "what")));
    std::iter::once(status(report, code).to_owned()).chain(numbers).collect()
}

#[test]
fn equality_sees_the_same() {
    for (code, name) in [
        ("ID006", "identifier-changed"),
        ("DUP013", "profile-per-update"),
        ("QA004", "test-person-gained-profile"),
        ("HIS001", "stage-jumped"),
        ("EVT004", "change-without-event"),
        ("EVT006", "stage-event-out-of-order"),
    ] {
        for kind in ["fires", "passes"] {
            let dir = fixture(&format!("{name}/{kind}"));
            let plain = said(
                &run_in(dir.path(), &["audit", ".", "--now", common::NOW, "--no-snapshot", "--format", "json"]).json(),
                code,
            );
            hash(dir.path());
            let hashed = said(&audited(dir.path(), common::NOW, SECRET).json(), code);
            assert_eq!(hashed, plain, "{name}/{kind}");
            assert_eq!(plain[0], if kind == "fires" { "findings" } else { "clean" }, "{name}/{kind}");
        }
    }
}

#[test]
fn hashes_come_back_as_values_from_disk_too() {
    for name in ["identifier-changed", "stage-jumped", "change-without-event"] {
        let dir = fixture(&format!("{name}/fires"));
        hash(dir.path());
        let place = dir.path().join("crmlint.yaml");
        let config = fs::read_to_string(&place).unwrap();
        fs::write(&place, format!("{config}key_file: own.key\n")).unwrap();
        fs::write(dir.path().join("own.key"), SECRET).unwrap();
        let config = Config::read(&place).unwrap();
        let run = |memory: Option<u64>| {
            let now = written(common::NOW).unwrap();
            let policy = Policy { profile: None, fail_on: Some(Severity::Error), strict: false, now };
            format!(
                "{:?}",
                audit::run(&config, &Options { memory, ..Options::new(policy, &()) }).unwrap().verdict.outcomes
            )
        };
        assert_eq!(run(Some(1)), run(None), "{name}");
    }
}

#[test]
fn what_reads_values_says_that_it_cannot() {
    for (code, name) in [("TAG004", "too-many-new-tags"), ("FRS006", "sync-stands-still")] {
        let dir = fixture(&format!("{name}/fires"));
        hash(dir.path());
        let report = audited(dir.path(), common::NOW, SECRET).json();
        let rule = list(&report, "rules").iter().find(|rule| rule["code"] == code).unwrap();
        assert_eq!(rule["status"], "not evaluated", "{name}");
        assert!(rule["not_evaluated"].to_string().contains("the earlier snapshot holds hashes"), "{rule}");
    }
}

#[test]
fn hashes_name_nobody_and_mean_nothing_with_another_key() {
    let dir = fixture("identifier-changed/fires");
    hash(dir.path());
    let stored = snapshot(dir.path());
    let bytes = fs::read(stored.join("customerio.people.parquet")).unwrap();
    for personal in ["cust_1001", "mara.lind", "a1f20700c3019d01", "5725767000004101001"] {
        assert!(!bytes.windows(personal.len()).any(|window| window == personal.as_bytes()), "{personal}");
    }
    let other = audited(dir.path(), common::NOW, "another key of sixteen bytes").json();
    assert_eq!(status(&other, "ID006"), "not evaluated");
    assert!(other["remarks"].to_string().contains("holds hashes of another key"), "{}", other["remarks"]);
    let none = run_in(dir.path(), &["audit", ".", "--now", "2026-06-02", "--format", "json"]);
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.err.contains("`snapshots: {values: hashes}` needs a key"), "{}", none.err);
    // A history brings one.
    let config = fs::read_to_string(dir.path().join("crmlint.yaml")).unwrap();
    fs::write(dir.path().join("crmlint.yaml"), format!("{config}history: history.sqlite\n")).unwrap();
    fs::remove_dir_all(dir.path().join("snapshots")).unwrap();
    for (now, ended) in [("2026-06-02", "not evaluated"), ("2026-06-03", "clean")] {
        let ran = run_in(dir.path(), &["audit", ".", "--now", now, "--format", "json"]);
        assert!(ran.code < 2, "{ran:?}");
        assert_eq!(status(&ran.json(), "ID006"), ended);
    }
}

#[test]
fn a_segment_that_compares_dates_then_is_not_counted_then() {
    const MAPPING: &str = "version: 1\nidentity: {canonical: id}\nattributes:\n  stage: {type: enum, values: [Active, Churned]}\n\
        segments:\n  risen: {never: \"prev.customerio.people.stage = 'Churned' AND stage = 'Active'\"}\n  \
        young: {where: \"created_at > now() - interval '740 days'\", expect: {max: 9, moved: 50%}}\n";
    let config = "version: 1\nmapping: mapping.yaml\nsources:\n  customerio: {files: people.csv}\n\
        snapshots: {folder: snapshots, values: hashes}\n";
    let people = |stage: &str| {
        format!(
            "id,email,cio_id,created_at,stage\nc1,p1@example.com,a1,1714577744,{stage}\nc2,p2@example.com,a2,1714577744,Active\n"
        )
    };
    let dir =
        common::workspace(&[("crmlint.yaml", config), ("mapping.yaml", MAPPING), ("people.csv", &people("Churned"))]);
    audited(dir.path(), "2026-05-01", SECRET);
    fs::write(dir.path().join("people.csv"), people("Active")).unwrap();
    let report = audited(dir.path(), "2026-05-02", SECRET).json();
    assert_eq!(said(&report, "SEG001")[0], "findings", "nobody is Churned any more, and the mapping knows the word");
    let gaps =
        list(&report, "rules").iter().find(|rule| rule["code"] == "SEG004").unwrap()["not_evaluated"].to_string();
    assert!(gaps.contains("the earlier snapshot holds hashes"), "{gaps}");
}
