//! Matching inside an audit: what the mapping and the config say of it, and the files that `--rows` writes.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::fs;

use common::{audit, list, run_in, status, text, workspace};
use serde_json::Value;

const CONFIG: &str =
    "version: 1\nsources:\n  customerio: {files: people.csv}\n  zoho: {files: contacts.csv}\nmapping: mapping.yaml\n";
const MAPPING: &str = "version: 1\nidentity:\n  canonical: zoho_contact_id\n  source: zoho.contacts.Record Id\nattributes:\n  email: {from: zoho.contacts.Email, type: email, role: email, owner: zoho}\n  unsubscribed: {from: customerio.people.unsubscribed, type: boolean, owner: customerio}\n";
/// Three contacts of one woman: the third knows both phones of the others, who know nothing of each other.
const CONTACTS: &str = "Record Id,First Name,Last Name,Email,Phone,Mobile,Day\n\
zcrm_5725767000004101001,Petronella,Zbrzezny,pz@example.com,+49 30 5550101,,1951-03-14\n\
zcrm_5725767000004101002,Petronella,Zbrzezny,nella@example.org,+49 30 5550999,,1951-03-14\n\
zcrm_5725767000004101003,Ben,O'Hara,ben@example.org,+49 30 5550333,,1984-11-02\n";
const PROFILES: &str = "id,email,cio_id,unsubscribed,zoho_contact_id\n\
u1,pz@example.com,a1f20700c30019d01,false,zcrm_5725767000004101001\n\
u2,nella@example.org,a1f20700c30029d01,true,zcrm_5725767000004101002\n\
u3,ben@example.org,a1f20700c30039d01,false,zcrm_5725767000004101003\n";

fn made(config: &str, mapping: &str, contacts: &str) -> tempfile::TempDir {
    workspace(&[
        ("crmlint.yaml", &format!("{CONFIG}{config}")),
        ("mapping.yaml", mapping),
        ("people.csv", PROFILES),
        ("contacts.csv", contacts),
    ])
}

fn reasons(report: &Value, code: &str) -> Vec<String> {
    let rule = list(report, "rules").iter().find(|rule| rule["code"] == code).unwrap();
    list(rule, "not_evaluated").iter().map(|gap| text(gap, "reason").to_owned()).collect()
}

fn found(dir: &tempfile::TempDir, code: &str) -> (String, Vec<String>) {
    let report = audit(dir.path(), ".", &["--select", code]).json();
    (status(&report, code).to_owned(), reasons(&report, code))
}

#[test]
fn people_are_matched_by_what_any_system_knows_of_them() {
    // The profiles hold nothing but id and address; the names and the phone are Zoho's.
    let phones = CONTACTS.replace("5550999", "5550101");
    let dir = made("", MAPPING, &phones);
    for code in ["DUP012", "DUP014"] {
        assert_eq!(found(&dir, code), ("findings".to_owned(), Vec::new()), "{code}");
    }
    // A column that is blank and that nobody named is not missed.
    let without = made("", MAPPING, &phones.replace(",Mobile", "").replace(",,", ","));
    assert_eq!(found(&dir, "DUP012"), found(&without, "DUP012"));
    let apart = made("", MAPPING, CONTACTS);
    assert_eq!(found(&apart, "DUP014").0, "clean");
}

#[test]
fn declared_columns_are_weighed_and_missed() {
    let on = |label: &str| {
        MAPPING.replace("attributes:", &format!("  match_on: {{birth: zoho.contacts.{label}}}\nattributes:"))
    };
    let silent = CONTACTS.replace("+49 30 5550999", "");
    assert_eq!(found(&made("", MAPPING, &silent), "DUP014").0, "clean");
    assert_eq!(found(&made("", &on("Day"), &silent), "DUP014").0, "findings", "the birthday speaks");
    let (status, reasons) = found(&made("", &on("Dya"), CONTACTS), "DUP014");
    assert_eq!(status, "not evaluated");
    assert!(reasons.iter().any(|reason| reason.contains("no column `Dya`")), "{reasons:?}");
    let blank = CONTACTS.replace("1951-03-14", "").replace("1984-11-02", "");
    let (_, reasons) = found(&made("", &on("Day"), &blank), "DUP014");
    assert!(reasons.iter().any(|reason| reason.contains("Day is blank in every record")), "{reasons:?}");
}

#[test]
fn what_means_missing_is_nobodys_name() {
    let contacts = CONTACTS.replace("Petronella,Zbrzezny", "keiner,keiner").replace("5550999", "5550101");
    let mapping = format!("{MAPPING}missing: [keiner]\n");
    assert_eq!(found(&made("", &mapping, &contacts), "DUP014").0, "clean");
}

#[test]
fn decisions_hold_in_every_run() {
    let dir = made("matching: {decisions: decided.csv}\n", MAPPING, &CONTACTS.replace("5550999", "5550101"));
    let decided = |text: &str| {
        fs::write(dir.path().join("decided.csv"), text).unwrap();
        audit(dir.path(), ".", &["--select", "DUP014"]).json()
    };
    let report = decided("id_l,id_r,same\n5725767000004101001,zcrm_5725767000004101002,no\n");
    assert_eq!(status(&report, "DUP014"), "clean");
    let report = decided("id_l,id_r,same\n5725767000004101002,5725767000004101003,yes\n");
    assert_eq!(status(&report, "DUP014"), "findings");
    let report = decided("id_l,id_r,same\na1f20700c30019d01,5725767000004101001,no\n77,78,no\n");
    let said = report.to_string();
    assert!(said.contains("share a key and count as one person"), "{said}");
    assert!(said.contains("names a record of `matching.decisions` that no export has"), "{said}");
}

#[test]
fn rows_name_pairs_and_clusters() {
    let dir = made("", MAPPING, &CONTACTS.replace("5550999", "5550101"));
    let ran = run_in(dir.path(), &["audit", ".", "--now", common::NOW, "--select", "DUP014", "--rows", "out.csv"]);
    assert!(ran.code < 2, "{}", ran.err);
    let read = |name: &str| {
        let mut reader = csv::Reader::from_path(dir.path().join(name)).unwrap();
        let heads: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(|record| record.unwrap());
        let rows = rows.map(|row| heads.iter().cloned().zip(row.iter().map(str::to_owned)).collect());
        rows.collect::<Vec<BTreeMap<String, String>>>()
    };
    let rows = read("out.csv");
    let details: Vec<&str> = rows.iter().map(|row| row["detail"].as_str()).collect();
    assert!(details.iter().any(|detail| detail.starts_with("opted out, the other is not; ")), "{details:?}");
    assert!(details.iter().any(|detail| detail.starts_with("mailable, the other opted out; ")), "{details:?}");
    let pairs = read("out.pairs.csv");
    assert_eq!(pairs.len(), 1);
    assert_eq!((pairs[0]["id_l"].as_str(), pairs[0]["id_r"].as_str()), ("a1f20700c30019d01", "a1f20700c30029d01"));
    assert!(pairs[0]["why"].contains("phone same") && pairs[0]["probability"].parse::<f64>().unwrap() > 0.92);
    let clusters = read("out.clusters.csv");
    assert_eq!(clusters.len(), 4, "two profiles and two contacts");
    let stays: Vec<_> = clusters.iter().filter(|row| row["survivor"] == "yes").collect();
    assert!(stays.len() == 1 && !stays[0]["reason"].is_empty(), "{clusters:?}");
}
