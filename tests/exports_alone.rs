//! Exports without a config or a mapping, as people try the tool first: useful at once, and nothing is green that needs a
//! mapping.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{Ran, audit, codes, copy, list, root, status, text};
use crmlint::rules::Rules;

/// Audits one folder or file of the demo where no config lies about.
fn alone(path: &str, name: &str) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    let from = root().join("fixtures/demo/exports").join(path);
    if from.is_dir() {
        copy(&from, &dir.path().join(name));
    } else {
        std::fs::copy(&from, dir.path().join(name)).unwrap();
    }
    audit(dir.path(), name, &[])
}

/// Rules that know an enum, a tag or a time by its values or its column when no mapping declares it.
const INFER: &[&str] = &[
    "ENM002", "ENM003", "ENM008", "ENM011", "ENM013", "TAG002", "TS001", "TS002", "TS003", "TS005", "TS006", "TS008",
    "TS010", "TS013", "TS014",
];

/// Nothing is green that reads the mapping, and the report says that there is none.
fn assert_honest(ran: &Ran) {
    let report = ran.json();
    let rules = Rules::load(&[]).unwrap();
    for rule in list(&report, "rules") {
        let needs = &rules.get(text(rule, "code")).unwrap().needs;
        let infers = INFER.contains(&text(rule, "code")) && rule["subjects"] != 0;
        let reads = needs.iter().any(|need| need.contains("mapping")) && !infers;
        assert!(!reads || rule["status"] != "clean", "{rule} is green without a mapping, needs {needs:?}");
        assert_ne!(rule["status"], "failed", "{rule}");
    }
    assert!(report["remarks"].to_string().contains("No mapping document"), "{}", report["remarks"]);
}

fn assert_finds(ran: &Ran, wanted: &[&str]) {
    assert_honest(ran);
    let found = codes(&ran.json());
    let missing: Vec<&&str> = wanted.iter().filter(|code| !found.contains(**code)).collect();
    assert!(missing.is_empty(), "not found: {missing:?}, but {found:?}");
    assert_eq!(ran.code, 1, "{}", ran.err);
}

#[test]
fn zoho_alone() {
    let ran = alone("zoho", "zoho");
    assert_finds(&ran, &["ENM002", "ENM003", "TS001", "TS003", "DUP002", "ID014", "IO001", "IO002"]);
    let inputs: Vec<String> =
        list(&ran.json(), "inputs").iter().map(|input| text(input, "dataset").to_owned()).collect();
    assert_eq!(inputs, ["zoho.cases", "zoho.contacts", "zoho.deals", "zoho.leads"]);
}

#[test]
fn each_file_of_zoho_alone() {
    assert_finds(
        &alone("zoho/Contacts_2026_05_21.csv", "c.csv"),
        &["ENM002", "ENM003", "TS001", "TS003", "DUP002", "ID014"],
    );
    assert_finds(&alone("zoho/Leads_2026_05_21.csv", "Leads_2026_05_21.csv"), &["ENM002", "ID014", "IO001"]);
    assert_finds(&alone("zoho/Deals_2026_05_21.csv", "Deals_2026_05_21.csv"), &["IO002"]);
}

#[test]
fn customerio_alone() {
    assert_finds(
        &alone("customerio/people.csv", "people.csv"),
        &["TS002", "CON010", "DUP001", "DUP002", "MAP019", "ENM002"],
    );
}

#[test]
fn shopify_alone() {
    let ran = alone("shopify/customers_export.csv", "customers_export.csv");
    assert_honest(&ran);
    assert!(codes(&ran.json()).contains("ID014"), "{}", ran.out);
}

#[test]
fn both_systems_without_a_mapping() {
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/demo/exports"), dir.path());
    let ran = common::run_in(dir.path(), &["audit", "--now", common::NOW]);
    assert_eq!(ran.code, 2, "to name nothing is no wish to read all of the current folder: {}", ran.err);
    let ran = audit(dir.path(), ".", &[]);
    assert_finds(&ran, &["ENM002", "TS002", "DUP001", "CON010"]);
    let ran = audit(dir.path().parent().unwrap(), dir.path().to_str().unwrap(), &[]);
    assert_finds(&ran, &["ENM002", "TS002", "DUP001", "CON010"]);
}

#[test]
fn without_a_mapping_what_is_found_was_planted() {
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("fixtures/demo/exports/zoho"), &dir.path().join("zoho"));
    let file = dir.path().join("rows.csv");
    let ran = audit(dir.path(), "zoho", &["--rows", file.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    let expected = std::fs::read(Path::new(root()).join("fixtures/demo/expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&expected).unwrap();
    let found = common::expected::rows(&file);
    let missed = list(&expected, "near_misses").iter().filter(|miss| {
        // What only the mapping can know is open here: aliases, missing tokens, uses.
        let open = text(miss, "why").contains("alias") || text(miss, "rule").starts_with("TS");
        !open
            && found.keys().any(|(code, dataset, key, column, _)| {
                code == text(miss, "rule")
                    && dataset == text(miss, "dataset")
                    && key == text(miss, "key")
                    && column == text(miss, "column")
            })
    });
    let accused: Vec<String> = missed.map(ToString::to_string).collect();
    assert!(accused.is_empty(), "{}", accused.join("\n"));
}

#[test]
fn a_rule_that_recognised_nothing_is_not_green() {
    // Five records: no column repeats its values often enough to be taken for an enum, and none holds a time.
    let mut csv = "Record Id,Last Name,Lifecycle Stage\n".to_owned();
    for (number, stage) in ["Active", "active", "Active\u{200b}", "Churned", "At Risk"].iter().enumerate() {
        csv.push_str(&format!("zcrm_572576700000410100{number},Name {number},{stage}\n"));
    }
    let dir = common::workspace(&[("Contacts.csv", &csv)]);
    let report = audit(dir.path(), "Contacts.csv", &[]).json();
    for code in ["ENM002", "ENM003", "TS001", "TS003"] {
        assert_ne!(status(&report, code), "clean", "{code} looked at nothing that it knows");
    }
}
