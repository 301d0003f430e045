//! The launch checklist from end to end: what it says in each report, waivers, and test people that `sample` proposes.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::{NOW, audit, copy, demo, list, root, run_in, status, text, workspace, write};
use serde_json::Value;

const HEAD: &str = "version: 1\nsources:\n  customerio: {files: people.csv}\nmapping: mapping.yaml\n";
const MAPPING: &str = "version: 1\nidentity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}\n\
    attributes:\n  email: {from: zoho.contacts.Email, type: email, role: email, owner: zoho}\n";
const TWINS: &str = "id,email,cio_id,created_at,unsubscribed\n\
    1,a@example.com,b7c10800f301d501,1736935977,false\n2,a@example.com,b7c10800f301d502,1736935978,false\n";

fn people(config: &str) -> tempfile::TempDir {
    workspace(&[("crmlint.yaml", &format!("{HEAD}{config}")), ("mapping.yaml", MAPPING), ("people.csv", TWINS)])
}

fn item<'a>(report: &'a Value, name: &str) -> &'a Value {
    list(&report["checklist"], "items").iter().find(|item| item["item"] == name).unwrap()
}

#[test]
fn the_list_stands_in_the_launch_profile_alone() {
    let dir = people("");
    assert_eq!(audit(dir.path(), ".", &[]).json()["checklist"], Value::Null);
    assert_eq!(status(&audit(dir.path(), ".", &[]).json(), "QA006"), "not evaluated");
    let ran = audit(dir.path(), ".", &["--profile", "launch"]);
    let report = ran.json();
    assert_eq!((ran.code, list(&report["checklist"], "items").len()), (1, 9));
    assert_eq!(item(&report, "duplicates")["status"], "fail");
    assert_eq!(item(&report, "test-people")["status"], "not evaluated");
    assert!(text(&report["checklist"], "headline").starts_with("Launch blocked: 1 of 9 items failed, "));
    let failed = list(&report, "findings").iter().filter(|finding| finding["code"] == "QA006");
    assert_eq!(failed.map(|finding| text(finding, "subject")).collect::<Vec<_>>(), ["checklist:duplicates"]);
}

#[test]
fn each_report_says_whether_to_launch() {
    let dir = people("profile: launch\n");
    for kind in ["terminal", "json", "sarif", "github", "junit", "md"] {
        let ran = run_in(dir.path(), &["audit", "--now", NOW, "--output", &format!("{kind}=-")]);
        assert!(ran.out.contains("Launch blocked: 1 of 9 items failed"), "{kind}: {}", ran.out);
    }
    let gitlab = run_in(dir.path(), &["audit", "--now", NOW, "--output", "gitlab=-"]).out;
    assert!(gitlab.contains("QA006") && gitlab.contains("duplicates"));
    assert!(run_in(dir.path(), &["audit", "--now", NOW]).out.lines().nth(1).unwrap().starts_with("Launch blocked"));
}

#[test]
fn a_waiver_opens_the_way_and_is_audited() {
    let waiver = |more: &str| {
        let ran =
            audit(people(&format!("profile: launch\nwaivers:\n  - {{item: duplicates{more}}}\n")).path(), ".", &[]);
        let report = ran.json();
        let cfg = ["CFG001", "CFG002", "CFG003"].into_iter().filter(|code| status(&report, code) == "findings");
        (ran.code, text(item(&report, "duplicates"), "status").to_owned(), cfg.collect::<Vec<_>>().join(","))
    };
    let said = |code, status: &str, cfg: &str| (code, status.to_owned(), cfg.to_owned());
    assert_eq!(waiver(", reason: merged on Friday, by: Dana, until: 2026-06-01"), said(0, "waived", ""));
    assert_eq!(waiver(", reason: merged on Friday, until: 2026-05-31"), said(1, "fail", "CFG002"));
    assert_eq!(waiver(""), said(1, "fail", "CFG003"));
    assert_eq!(waiver(", reason: merged on Friday, by: Dana"), said(0, "waived", "CFG003"));
    assert_eq!(waiver(", reason: merged on Friday, until: 2026-06-30"), said(0, "waived", "CFG003"));
    let dir = people("profile: launch\nwaivers:\n  - {item: mapping, reason: x}\n");
    let owned = format!("{MAPPING}  stage: {{from: zoho.contacts.Stage, type: text, owner: zoho}}\n");
    write(dir.path(), "mapping.yaml", owned.as_bytes());
    let needless = audit(dir.path(), ".", &[]).json();
    assert_eq!(item(&needless, "mapping")["status"], "pass");
    assert_eq!(status(&needless, "CFG001"), "findings");
    let misspelt = audit(people("waivers:\n  - {item: duplicats, reason: x}\n").path(), ".", &[]);
    assert!(misspelt.code == 2 && misspelt.err.contains("did you mean `duplicates`"), "{}", misspelt.err);
    assert_eq!(audit(people("waivers:\n  - {reason: x}\n").path(), ".", &[]).code, 2);
}

#[test]
fn a_waiver_that_says_too_little_is_told_what_it_lacks() {
    let dir = people("profile: launch\nwaivers:\n  - {item: duplicates}\n");
    let report = audit(dir.path(), ".", &["--select", "CFG003"]).json();
    let [finding] = list(&report, "findings") else { panic!("{report:#}") };
    let said =
        "gives no reason, so it waives nothing; it does not say who decided; it has no last day, so it never ends.";
    assert_eq!(text(finding, "what"), format!("The waiver of duplicates {said}"));
    assert!(["`reason:`", "`by:`", "`until:`"].iter().all(|key| text(finding, "fix").contains(key)), "{finding}");
}

#[test]
fn people_of_several_findings_are_not_added_up() {
    let dir = people("profile: launch\n");
    let entry = |at: u8| format!("  - {{zoho_contact_id: \"572576700000410100{at}\"}}\n");
    let named: String = (0..3).map(entry).collect();
    write(dir.path(), "mapping.yaml", format!("{MAPPING}test_people:\n{named}").as_bytes());
    let twins =
        TWINS.replace("unsubscribed", "unsubscribed,zoho_contact_id").replace("false", "false,5725767000004101001");
    write(dir.path(), "people.csv", twins.as_bytes());
    write(
        dir.path(),
        "crmlint.yaml",
        format!("{HEAD}profile: launch\n")
            .replace("people.csv}", "people.csv}\n  zoho: {files: Contacts.csv}")
            .as_bytes(),
    );
    write(dir.path(), "Contacts.csv", b"Record Id,Last Name,Email,Modified Time,Email Opt Out\nzcrm_5725767000004101001,Dorn,a@example.com,2026-01-02 10:00:00,false\n");
    let out = run_in(dir.path(), &["audit", "--now", NOW]).out;
    assert!(out.contains("QA002 test-person-differs (2 findings, up to 1 person each)"), "{out}");
}

#[test]
fn strict_asks_for_every_item_that_is_not_waived() {
    let exit = |config: &str, more: &[&str]| audit(people(config).path(), ".", more).code;
    assert_eq!(exit("profile: launch\n", &["--strict"]), 3);
    let names =
        ["identifier", "mapping", "values", "timestamps", "duplicates", "test-people", "events", "segments", "exits"];
    let all: String = names.iter().map(|name| format!("  - {{item: {name}, reason: not yet}}\n")).collect();
    let ran = audit(people(&format!("profile: launch\nwaivers:\n{all}")).path(), ".", &["--strict"]);
    let report = ran.json();
    assert_eq!(report["checklist"]["ready"], true, "{}", report["checklist"]["headline"]);
    assert_eq!(ran.code, 0, "{}", report["checklist"]["headline"]);
}

#[test]
fn what_sample_proposes_is_evaluated() {
    let dir = demo();
    let file = dir.path().join("people.yaml");
    let ran = run_in(dir.path(), &["sample", "--now", NOW, "-o", "people.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("personal data"), "{}", ran.err);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let block = fs::read_to_string(&file).unwrap();
    assert_eq!(run_in(dir.path(), &["sample", "--now", NOW]).out, block, "the same people each time");
    assert!(block.matches("zoho_contact_id:").count() >= 10, "{block}");
    for group in
        ["a masked address", "several deals", "an opt-out", "the stage Churned", "a record in shopify.customers"]
    {
        assert!(block.contains(group) || ran.err.contains(group), "{group}: {block}{}", ran.err);
    }
    let mapping = fs::read_to_string(dir.path().join("mapping.yaml")).unwrap();
    let (without, _) = mapping.split_once("\n# People we know").unwrap();
    write(dir.path(), "mapping.yaml", format!("{without}\n{block}").as_bytes());
    for shards in ["1", "2", "5"] {
        let more = ["--select", "QA001,QA002,QA003,QA005", "--shards", shards];
        let report = audit(dir.path(), ".", &more).json();
        for code in ["QA001", "QA003", "QA005"] {
            assert_eq!(status(&report, code), "clean", "{code}: {report:#}");
        }
        assert!(["clean", "findings", "not evaluated"].contains(&status(&report, "QA002")));
        let looked = list(&report, "rules").iter().find(|rule| rule["code"] == "QA002").unwrap();
        assert!(looked["subjects"].as_u64().unwrap() >= 10, "{looked:#}");
    }
}

#[test]
fn sample_says_what_it_needs() {
    let bare = workspace(&[
        ("crmlint.yaml", "version: 1\nsources:\n  customerio: {files: people.csv}\n"),
        ("people.csv", TWINS),
    ]);
    for (dir, said) in [(&bare, "there is no mapping document"), (&people(""), "no export of Zoho contacts")] {
        let ran = run_in(dir.path(), &["sample"]);
        assert!(ran.code == 2 && ran.err.contains(said), "{}", ran.err);
    }
    assert_eq!(run_in(bare.path(), &["sample", "--count", "3"]).code, 2);
    assert_eq!(run_in(bare.path(), &["sample", "-o", "nowhere/people.yaml"]).code, 3);
}

#[test]
fn a_shard_changes_nothing_about_test_people() {
    for rule in ["test-person-differs", "test-person-split", "test-cohort-too-narrow"] {
        let dir = tempfile::tempdir().unwrap();
        copy(&root().join("fixtures").join(rule).join("fires"), dir.path());
        let out = |shards: &str| audit(dir.path(), ".", &["--shards", shards]).out;
        assert!(out("1") == out("2") && out("1") == out("5"), "{rule}");
    }
}

#[test]
fn somebody_who_is_named_in_three_ways_counts_once() {
    let contact = "Record Id,Contact Owner.id,Contact Owner,Last Name,Email\nzcrm_5725767000004101001,zcrm_5725767000000411001,Dana Roth,P1,p1@example.com\n";
    let profile = "id,email,cio_id,created_at,unsubscribed,zoho_contact_id\nu1,p1@example.com,c1,1714577744,false,zcrm_5725767000004101001\n";
    let names =
        "test_people:\n  - {zoho_contact_id: zcrm_5725767000004101001}\n  - {email: P1@example.com}\n  - {id: u1}\n";
    let config = HEAD.replace("sources:\n", "sources:\n  zoho: {files: contacts.csv, time_zone: UTC}\n");
    let dir = workspace(&[
        ("crmlint.yaml", &config),
        ("mapping.yaml", &format!("{MAPPING}{names}")),
        ("contacts.csv", contact),
        ("people.csv", profile),
    ]);
    let report = audit(dir.path(), ".", &[]).json();
    let finding = list(&report, "findings").iter().find(|finding| finding["code"] == "QA001").unwrap();
    assert!(text(finding, "what").starts_with("The mapping names 1 test person,"), "{finding}");
}
