//! Rules about values and tags that had nothing to look at say so, and conditions read lists item by item.
#![allow(clippy::unwrap_used)]

mod common;

use common::{audit, list, status, text, workspace};

const MAPPING: &str = "version: 1
identity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}
attributes:
  stage:
    from: zoho.contacts.Stage
    type: enum
    values: [Active, Churned]
    aliases: {Churned: [Gone]}
    alias_cutover: 2026-03-01
    owner: zoho
  tags: {from: zoho.contacts.Tag, type: list, role: tags, owner: zoho}
  last_order_at: {from: zoho.contacts.Seen, type: timestamp, role: last_purchase, owner: zoho}
tags: {approved: [vip, new], routing: [trade]}
segments:
  nobody: {never: \"tags = 'trade' AND tags <> 'vip'\"}
";

/// A contact with its profile, and another one without tags of its own; a cell may be blank.
fn run(mapping: &str, stage: &str, tags: [&str; 2], seen: &str) -> serde_json::Value {
    let person = |n: u8, tags: &str| {
        format!(
            "zcrm_572576700000410100{n},zcrm_5725767000000411001,Dana Roth,P{n},p{n}@example.com,2025-01-0{n} 10:00:00,2025-02-01 10:00:00,{stage},{tags},{seen}\n"
        )
    };
    let header = "Record Id,Contact Owner.id,Contact Owner,Last Name,Email,Created Time,Modified Time,Stage,Tag,Seen\n";
    let zoho = format!("{header}{}{}", person(1, tags[0]), person(2, tags[0]));
    let profile = |n: u8| {
        let at = if seen.is_empty() { "" } else { "1748944800" };
        format!(",p{n}@example.com,c{n},1735725600,false,572576700000410100{n},{stage},{},{at}\n", tags[1])
    };
    let people = format!(
        "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,stage,tags,last_order_at\n{}{}",
        profile(1),
        profile(2)
    );
    let dir = workspace(&[
        (
            "crmlint.yaml",
            "version: 1\nmapping: mapping.yaml\nsources:\n  zoho: {files: zoho.csv, time_zone: UTC}\n  customerio: {files: people.csv}\n",
        ),
        ("mapping.yaml", mapping),
        ("zoho.csv", &zoho),
        ("people.csv", &people),
    ]);
    audit(dir.path(), ".", &[]).json()
}

const BOTH: [&str; 2] = ["\"trade, vip\"", "\"[\"\"trade\"\",\"\"vip\"\"]\""];
const SEEN: &str = "2025-06-03 10:00:00";

fn statuses<const N: usize>(report: &serde_json::Value, codes: [&str; N]) -> [String; N] {
    codes.map(|code| status(report, code).to_owned())
}

#[test]
fn what_is_there_is_looked_at() {
    let report = run(MAPPING, "Active", BOTH, SEEN);
    let codes = ["TAG001", "TAG002", "TAG003", "TAG005", "ENM012", "TS010"];
    assert_eq!(statuses(&report, codes), ["clean"; 6]);
    // Two records cannot tell that a value is never used, and nobody gave Zoho's metadata.
    assert_eq!(statuses(&report, ["ENM005", "ENM006", "ENM010"]), ["not evaluated"; 3]);
    assert!(report.to_string().contains("it needs Zoho field metadata"));
}

#[test]
fn a_blank_column_is_not_clean() {
    let report = run(MAPPING, "", ["", ""], "");
    let codes = ["TAG001", "TAG002", "TAG005", "ENM005", "ENM011", "ENM012", "TS010"];
    assert_eq!(statuses(&report, codes), ["not evaluated"; 7]);
}

#[test]
fn a_feature_that_nobody_declared_is_not_judged() {
    let bare = MAPPING
        .replace("tags: {approved: [vip, new], routing: [trade]}\n", "")
        .replace("    alias_cutover: 2026-03-01\n", "");
    let report = run(&bare, "Gone", BOTH, SEEN);
    assert_eq!(statuses(&report, ["TAG001", "TAG003", "TAG005", "ENM012"]), ["not evaluated"; 4]);
    let plain = MAPPING.replace(", role: tags", "");
    let report = run(&plain, "Active", BOTH, SEEN);
    assert_eq!(statuses(&report, ["TAG001", "TAG002", "TAG003", "TAG005"]), ["not evaluated"; 4]);
}

#[test]
fn a_condition_reads_a_list_item_by_item() {
    let members = |tags: &str| {
        let report = run(MAPPING, "Active", ["trade", tags], SEEN);
        let found = list(&report, "findings").iter().find(|finding| text(finding, "code") == "SEG001");
        found.map(|finding| finding["records"].as_u64().unwrap_or_default())
    };
    assert_eq!(members("\"[\"\"trade\"\",\"\"vip\"\"]\""), None);
    assert_eq!(members("\"[\"\"new\"\",\"\"trade\"\"]\""), Some(2));
    assert_eq!(members("\"[\"\"trade off\"\"]\""), None);
}

#[test]
fn a_cutover_that_is_no_day_is_refused() {
    let dir = workspace(&[
        ("crmlint.yaml", "version: 1\nmapping: mapping.yaml\nsources:\n  customerio: {files: people.csv}\n"),
        ("mapping.yaml", &MAPPING.replace("2026-03-01", "soon")),
        ("people.csv", "id,email,cio_id\n,a@example.com,c1\n"),
    ]);
    let ran = audit(dir.path(), ".", &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("mapping.yaml:9:20") && ran.err.contains("`soon` is no date"), "{}", ran.err);
}
