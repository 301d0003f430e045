//! A rule that had nothing to look at, or only a part of it, is never green.
#![allow(clippy::unwrap_used)]

mod common;

use common::{audit, status, workspace};

const CONFIG: &str = "version: 1\nmapping: mapping.yaml\nsources:\n  zoho: {files: [zoho1.csv, zoho2.csv], time_zone: UTC}\n  customerio: {files: people.csv}\n";
const MAPPING: &str = "version: 1
identity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}
attributes:
  stage: {from: zoho.contacts.Stage, type: enum, values: [Active, Churned], owner: zoho}
  seen_at: {from: zoho.contacts.Seen, type: timestamp, owner: zoho}
";
const HEADER: &str = "Record Id,Contact Owner.id,Contact Owner,Last Name,Email,Stage,Seen\n";

/// Two contacts in two files, and their profiles; a cell may be left out.
fn statuses(email: &str, stage: &str, seen: &str, mapping: &str, second: &str, codes: &[&str]) -> Vec<String> {
    let person = |n: u8| {
        format!(
            "zcrm_572576700000410100{n},zcrm_5725767000000411001,Dana Roth,P{n},p{n}@example.com,Active,2026-05-0{n} 10:00:00\n"
        )
    };
    let people = format!(
        "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,stage,seen_at\n,{email},c1,1714577744,false,5725767000004101001,{stage},{seen}\n"
    );
    let dir = workspace(&[
        ("crmlint.yaml", CONFIG),
        ("mapping.yaml", mapping),
        ("zoho1.csv", &format!("{HEADER}{}", person(1))),
        ("zoho2.csv", if second.is_empty() { format!("{HEADER}{}", person(2)) } else { second.to_owned() }.as_str()),
        ("people.csv", &people),
    ]);
    let report = audit(dir.path(), ".", &[]).json();
    codes.iter().map(|code| status(&report, code).to_owned()).collect()
}

const SEEN: &str = "1714577744";

#[test]
fn what_is_there_is_looked_at() {
    let all = ["DUP001", "ENM001", "TS002", "DUP005"];
    assert_eq!(statuses("p1@example.com", "Active", SEEN, MAPPING, "", &all), ["clean"; 4]);
}

#[test]
fn a_blank_column_is_not_clean() {
    assert_eq!(statuses("", "Active", SEEN, MAPPING, "", &["DUP001"]), ["not evaluated"]);
    assert_eq!(statuses("p1@example.com", "", SEEN, MAPPING, "", &["ENM001", "ENM002"]), ["not evaluated"; 2]);
    assert_eq!(statuses("p1@example.com", "Active", "", MAPPING, "", &["TS002", "TS003"]), ["not evaluated"; 2]);
}

#[test]
fn an_enum_without_a_list_or_a_source_without_a_column_is_not_clean() {
    let listless = MAPPING.replace("values: [Active, Churned], ", "");
    assert_eq!(statuses("p1@example.com", "Active", SEEN, &listless, "", &["ENM001"]), ["not evaluated"]);
    let bare = MAPPING.replace("from: zoho.contacts.Stage", "from: Stage");
    assert_eq!(statuses("p1@example.com", "Active", SEEN, &bare, "", &["ENM001"]), ["not evaluated"]);
    let bare = MAPPING.replace("from: zoho.contacts.Seen", "from: Seen");
    let codes = ["TS001", "TS004", "TS005", "TS006", "TS007", "TS015", "TS002"];
    let wanted = [["not evaluated"; 6].as_slice(), &["clean"]].concat();
    assert_eq!(statuses("p1@example.com", "Active", SEEN, &bare, "", &codes), wanted);
}

#[test]
fn a_file_without_the_address_leaves_links_open() {
    let second = "Record Id,Contact Owner.id,Contact Owner,Last Name,Stage,Seen\nzcrm_5725767000004101002,zcrm_5725767000000411001,Dana Roth,P2,Active,2026-05-02 10:00:00\n";
    assert_eq!(
        statuses("p1@example.com", "Active", SEEN, MAPPING, second, &["DUP005", "IO001"]),
        ["not evaluated", "findings"]
    );
}

#[test]
fn differences_that_were_all_held_back_are_not_clean() {
    let run = |stage: &str, seen: &str, email: &str, changed: &str| {
        let contact = |n: u8, changed: &str| {
            format!(
                "zcrm_572576700000410100{n},zcrm_5725767000000411001,Dana Roth,P{n},p{n}@example.com,Active,2026-05-01 10:00:00,{changed}\n"
            )
        };
        let header = HEADER.replace("Seen", "Seen,Modified Time");
        // The second contact has no profile; it says when the export was made.
        let zoho = format!("{header}{}{}", contact(1, changed), contact(2, "2026-05-20 12:00:00"));
        let people = format!(
            "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,stage,seen_at\n,{email},c1,1714577744,false,5725767000004101001,{stage},{seen}\n"
        );
        let dir = workspace(&[
            ("crmlint.yaml", &CONFIG.replace("[zoho1.csv, zoho2.csv]", "zoho1.csv")),
            ("mapping.yaml", &format!("{MAPPING}lag: 4h\n")),
            ("zoho1.csv", &zoho),
            ("people.csv", &people),
        ]);
        let report = audit(dir.path(), ".", &[]).json();
        ["TS007", "ENM007", "ID012"].map(|code| status(&report, code).to_owned())
    };
    // 2026-05-01T10:00:00Z is 1777629600.
    let (fresh, settled) = ("2026-05-20 11:00:00", "2026-05-19 11:00:00");
    assert_eq!(run("Churned", "1777633200", "old@example.com", fresh), ["not evaluated"; 3]);
    assert_eq!(run("Churned", "1777633200", "old@example.com", settled), ["findings"; 3]);
    assert_eq!(run("Active", "1777629600", "p1@example.com", fresh), ["clean"; 3]);
}

#[test]
fn a_journey_whose_attribute_nobody_saw_is_not_clean() {
    let run = |people: &str| {
        let person = "zcrm_5725767000004101001,zcrm_5725767000000411001,Dana Roth,P1,p1@example.com,Active,2026-05-01 10:00:00\n";
        let mapping = format!("{MAPPING}journeys:\n  vip: {{trigger: \"attribute:stage\", purpose: vip}}\n");
        let dir = workspace(&[
            ("crmlint.yaml", &CONFIG.replace("[zoho1.csv, zoho2.csv]", "zoho1.csv")),
            ("mapping.yaml", &mapping),
            ("zoho1.csv", &format!("{HEADER}{person}")),
            ("people.csv", people),
        ]);
        status(&audit(dir.path(), ".", &[]).json(), "JNY010").to_owned()
    };
    let header = "id,email,cio_id,created_at,unsubscribed,zoho_contact_id";
    let row = ",p1@example.com,c1,1714577744,false,5725767000004101001";
    assert_eq!(run(&format!("{header},stage\n{row},Active\n")), "clean");
    assert_eq!(run(&format!("{header},stage\n")), "not evaluated");
    // Here another rule has an error for it to rest on.
    assert_ne!(run(&format!("{header}\n{row}\n")), "clean");
}
