//! Rules of then and now and of events are not evaluated, and say why, where they could not look.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::Path;

use common::{audit, copy, list, root, status, text};
use serde_json::Value;

/// The report on a fixture in which one file was changed, or left out where nothing is written.
fn report(fixture: &str, file: &str, change: impl Fn(&str) -> String) -> Value {
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures").join(fixture), dir.path());
    let path = dir.path().join(file);
    let changed = change(&fs::read_to_string(&path).unwrap());
    if changed.is_empty() {
        fs::remove_file(&path).unwrap()
    } else {
        fs::write(&path, changed).unwrap()
    }
    let ran = audit(dir.path(), ".", &["--no-snapshot"]);
    assert!(!Path::new(dir.path()).join("snapshots/2026-06-01T00-00-00Z").exists());
    ran.json()
}

fn reasons(report: &Value, code: &str) -> String {
    let rule = list(report, "rules").iter().find(|rule| rule["code"] == code).unwrap();
    list(rule, "not_evaluated").iter().map(|gap| text(gap, "reason")).collect::<Vec<_>>().join("; ")
}

const SNAPSHOT: [(&str, &str); 6] = [
    ("ID006", "identifier-changed"),
    ("DUP013", "profile-per-update"),
    ("QA004", "test-person-gained-profile"),
    ("HIS001", "stage-jumped"),
    ("TAG004", "too-many-new-tags"),
    ("FRS006", "sync-stands-still"),
];
const EVENTS: [(&str, &str); 6] = [
    ("EVT004", "change-without-event"),
    ("EVT006", "stage-event-out-of-order"),
    ("EVT007", "deal-event-repeated"),
    ("EVT008", "event-far-from-change"),
    ("HIS002", "stage-flips"),
    ("JNY009", "journey-would-flip"),
];

#[test]
fn without_a_snapshot_nothing_is_said_of_then() {
    for (code, fixture) in SNAPSHOT.into_iter().chain([EVENTS[0]]) {
        let report = report(&format!("{fixture}/fires"), "crmlint.yaml", |config| {
            config.replace("snapshots: {folder: snapshots}", "snapshots: {folder: elsewhere}")
        });
        assert_eq!(status(&report, code), "not evaluated", "{code}");
        assert!(reasons(&report, code).contains("it needs a snapshot"), "{code}: {}", reasons(&report, code));
    }
}

#[test]
fn without_events_nothing_is_said_of_them() {
    for (code, fixture) in EVENTS {
        let report = report(&format!("{fixture}/fires"), "crmlint.yaml", |config| {
            config.replace("files: [people.csv, events.csv]", "files: people.csv")
        });
        assert_eq!(status(&report, code), "not evaluated", "{code}");
        assert!(reasons(&report, code).contains("it needs an export of events"), "{code}: {}", reasons(&report, code));
    }
}

#[test]
fn events_that_cannot_be_placed_are_not_clean() {
    // Times that are none, and ids of people whom no profile has.
    let day = |events: &str| events.replace(",177", ",some day 177");
    let strangers = |events: &str| events.replace(",cust_", ",user_").replace("\"\"deal_id\"\"", "\"\"order\"\"");
    for (code, fixture) in EVENTS {
        let report = report(&format!("{fixture}/fires"), "events.csv", day);
        let found = if code == "EVT007" { "findings" } else { "not evaluated" };
        assert_eq!(status(&report, code), found, "{code}: {}", reasons(&report, code));
    }
    for (code, fixture) in [EVENTS[0], EVENTS[3]] {
        let report = report(&format!("{fixture}/fires"), "events.csv", strangers);
        assert_eq!(status(&report, code), "not evaluated", "{code}: {}", reasons(&report, code));
    }
}

#[test]
fn stages_without_states_and_tags_without_a_limit_are_not_clean() {
    for (code, fixture) in [EVENTS[1], EVENTS[4], EVENTS[5]] {
        let bare = |events: &str| events.replace("\"\"from\"\"", "\"\"a\"\"").replace("\"\"to\"\"", "\"\"b\"\"");
        let report = report(&format!("{fixture}/fires"), "events.csv", bare);
        assert_eq!(status(&report, code), "not evaluated", "{code}: {}", reasons(&report, code));
    }
    for (code, fixture, line) in [
        ("TAG004", "too-many-new-tags", "tags: {new_per_week: 2}\n"),
        ("FRS006", "sync-stands-still", "lag: 4h\n"),
        ("QA004", "test-person-gained-profile", "  - {email: ben.ohara@example.org}\n"),
    ] {
        let report = report(&format!("{fixture}/fires"), "mapping.yaml", |mapping| mapping.replace(line, ""));
        let wanted = if code == "QA004" { "findings" } else { "not evaluated" };
        assert_eq!(status(&report, code), wanted, "{code}: {}", reasons(&report, code));
    }
}
