//! A column that is missing from an export never turns a rule green: every column of the demo's exports is dropped in
//! turn, and what was found in it must still be found, or be named as not evaluated.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{audit, blank_column, demo, drop_column, list, root, status, text};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use serde_json::Value;

const EXPORTS: [(&str, &str); 5] = [
    ("zoho.contacts", "exports/zoho/Contacts_2026_05_21.csv"),
    ("zoho.leads", "exports/zoho/Leads_2026_05_21.csv"),
    ("zoho.deals", "exports/zoho/Deals_2026_05_21.csv"),
    ("customerio.people", "exports/customerio/people.csv"),
    ("shopify.customers", "exports/shopify/customers_export.csv"),
];

/// Columns that are the fault themselves: without them there is nothing left to find.
const FAULTS: &[(&str, &str, &str)] = &[
    // An attribute whose name differs from a reserved one by its case alone.
    ("customerio.people", "Unsubscribed", "MAP019"),
    // An attribute that the mapping does not name, with values that are too long.
    ("customerio.people", "unsubscribed_reason", "MAP020"),
    // A lookup that no rule needs beside the one that reads its damaged ids.
    ("zoho.deals", "Contact Name.id", "IO002"),
    // The suffixes that tell father and son apart stand in the surname.
    ("zoho.contacts", "Last Name", "DUP011"),
];

fn is_fault(dataset: &str, label: &str, code: &str) -> bool {
    FAULTS.contains(&(dataset, label, code))
}

/// The report of the demo without one column; a run that stops, or a rule that breaks, is no answer to that.
fn without(file: &str, label: &str) -> Result<Value, String> {
    changed(file, label, drop_column)
}

fn changed(file: &str, label: &str, change: fn(&Path, &str)) -> Result<Value, String> {
    let dir = demo();
    change(&dir.path().join(file), label);
    let ran = audit(dir.path(), ".", &[]);
    if ran.out.is_empty() {
        return Err(format!("the run stopped with exit code {}: {}", ran.code, ran.err));
    }
    let report = ran.json();
    let broken = list(&report, "rules").iter().find(|rule| rule["status"] == "failed");
    broken.map_or(Ok(report.clone()), |rule| Err(format!("a rule failed: {rule}")))
}

/// Every finding, standing or accepted, by rule.
fn subjects(report: &Value) -> BTreeMap<String, Vec<String>> {
    let mut subjects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in list(report, "findings").iter().chain(list(report, "accepted")) {
        subjects.entry(text(finding, "code").to_owned()).or_default().push(text(finding, "subject").to_owned());
    }
    subjects
}

/// Whether a rule says that it could not look at a column.
fn names(report: &Value, code: &str, label: &str) -> bool {
    let rule = list(report, "rules").iter().find(|rule| rule["code"] == code).unwrap();
    list(rule, "not_evaluated")
        .iter()
        .any(|gap| text(gap, "reason").contains(label) || text(gap, "subject").contains(label))
}

/// What went quiet because a column was changed.
fn gone_quiet(base: &Value, dataset: &str, file: &str, label: &str, change: fn(&Path, &str)) -> Vec<String> {
    let report = match changed(file, label, change) {
        Ok(report) => report,
        Err(why) => return vec![format!("{dataset}.{label}: {why}")],
    };
    let mut wrong = Vec::new();
    for rule in list(base, "rules") {
        let code = text(rule, "code");
        if text(rule, "status") != "clean" && status(&report, code) == "clean" && !is_fault(dataset, label, code) {
            wrong.push(format!("{dataset}.{label}: {code} turned clean"));
        }
    }
    let now = subjects(&report);
    for (code, before) in subjects(base) {
        for subject in before.iter().filter(|subject| !now.get(&code).is_some_and(|now| now.contains(subject))) {
            if !names(&report, &code, label) && !is_fault(dataset, label, &code) {
                wrong.push(format!("{dataset}.{label}: {code} lost {subject} without a word"));
            }
        }
    }
    wrong
}

fn columns() -> Vec<(&'static str, &'static str, String)> {
    let mut columns = Vec::new();
    for (dataset, file) in EXPORTS {
        let bytes = fs::read(root().join("fixtures/demo").join(file)).unwrap();
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        columns.extend(reader.headers().unwrap().iter().map(|label| (dataset, file, label.to_owned())));
    }
    columns
}

#[test]
fn no_rule_goes_quiet_when_a_column_is_dropped() {
    let base = audit(root(), "fixtures/demo", &[]).json();
    let columns = columns();
    assert!(columns.len() > 100, "only {} columns", columns.len());
    let wrong: Vec<String> = columns
        .par_iter()
        .flat_map_iter(|(dataset, file, label)| gone_quiet(&base, dataset, file, label, drop_column))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_turns_green_when_a_column_is_blank() {
    let base = audit(root(), "fixtures/demo", &[]).json();
    let green = |(dataset, file, label): &(&str, &str, String)| -> Vec<String> {
        let report = match changed(file, label, blank_column) {
            Ok(report) => report,
            Err(why) => return vec![format!("{dataset}.{label}: {why}")],
        };
        let clean = |code: &str| status(&base, code) != "clean" && status(&report, code) == "clean";
        let codes = list(&base, "rules").iter().map(|rule| text(rule, "code"));
        let turned = codes.filter(|code| clean(code) && !is_fault(dataset, label, code));
        turned.map(|code| format!("{dataset}.{label}: {code} turned clean")).collect()
    };
    let wrong: Vec<String> = columns().par_iter().flat_map_iter(green).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn without_the_address_of_the_contacts() {
    let base = audit(root(), "fixtures/demo", &[]).json();
    let report = without("exports/zoho/Contacts_2026_05_21.csv", "Email").unwrap();
    for rule in list(&report, "rules") {
        let code = text(rule, "code");
        let quiet = status(&base, code) != "clean" && status(&report, code) == "clean";
        assert!(!quiet, "{code} turned clean");
    }
    for code in ["DUP002", "ID014"] {
        assert!(names(&report, code, "Email"), "{code} does not name the column");
    }
    let missing: Vec<&Value> = list(&report, "findings").iter().filter(|finding| finding["code"] == "IO003").collect();
    let named = missing.iter().any(|finding| text(finding, "what").contains("zoho.contacts lacks `Email`"));
    assert!(named, "IO003 says {missing:#?}");
}
