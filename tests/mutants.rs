//! The silent pass, hunted: every export of the demo is emptied, cut, doubled, reordered, and every column of it is
//! renamed, doubled or filled with values of no type. Each such mutant must end in something that is said about it: a
//! finding, a rule that was not evaluated, or an error. The table is printed with `--nocapture`. Columns that are dropped
//! or blank are in `dropped_columns.rs`, misspelt keys in `misspelt_keys.rs`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use common::{audit, demo, list, root, status, text};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use serde_json::Value;

const EXPORTS: [(&str, &str); 8] = [
    ("customerio.people", "exports/customerio/people.csv"),
    ("customerio.events", "exports/customerio/events.csv"),
    ("customerio.deliveries", "exports/customerio/deliveries.csv"),
    ("shopify.customers", "exports/shopify/customers_export.csv"),
    ("zoho.contacts", "exports/zoho/Contacts_2026_05_21.csv"),
    ("zoho.leads", "exports/zoho/Leads_2026_05_21.csv"),
    ("zoho.deals", "exports/zoho/Deals_2026_05_21.csv"),
    ("zoho.cases", "exports/zoho/Cases_2026_05_21.csv"),
];

/// A value of no type that a mapping can declare.
const NO_TYPE: &str = "~?";

/// Columns whose very values or names are the fault: once they are gone, so is what was found.
const FAULTS: [(&str, &str, &str); 3] = [
    ("customerio.people", "Unsubscribed", "MAP019"),
    ("shopify.customers", "Phone", "OWN004"),
    ("zoho.contacts", "First Name", "DUP011"),
];

type Record = Vec<Vec<u8>>;
type Records = Vec<Record>;

/// What is done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Emptied,
    HeaderOnly,
    Gone,
    Doubled,
    Cut,
    RowsReversed,
    ColumnsReversed,
    Renamed(usize),
    HeaderTwice(usize),
    OtherType(usize),
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Self::Emptied => "file emptied",
            Self::HeaderOnly => "header alone",
            Self::Gone => "file gone",
            Self::Doubled => "every record twice",
            Self::Cut => "cut in the middle",
            Self::RowsReversed => "records reversed",
            Self::ColumnsReversed => "columns reversed",
            Self::Renamed(_) => "column renamed",
            Self::HeaderTwice(_) => "column there twice",
            Self::OtherType(_) => "values of no type",
        }
    }

    fn column(self) -> Option<usize> {
        match self {
            Self::Renamed(at) | Self::HeaderTwice(at) | Self::OtherType(at) => Some(at),
            _ => None,
        }
    }

    fn apply(self, path: &Path, records: &Records) {
        let bytes = fs::read(path).unwrap();
        match self {
            Self::Emptied => fs::write(path, []).unwrap(),
            Self::Gone => fs::remove_file(path).unwrap(),
            Self::Cut => fs::write(path, &bytes[..bytes.len() * 2 / 3]).unwrap(),
            _ => write(path, &self.records(records)),
        }
    }

    fn records(self, records: &Records) -> Records {
        let (header, rest) = records.split_first().unwrap();
        let with = |record: &Record, at: usize, cell: Vec<u8>| {
            let mut changed = record.clone();
            if let Some(place) = changed.get_mut(at) {
                *place = cell;
            }
            changed
        };
        match self {
            Self::HeaderOnly => vec![header.clone()],
            Self::Doubled => {
                [header].into_iter().chain(rest.iter().flat_map(|record| [record, record])).cloned().collect()
            }
            Self::RowsReversed => [header].into_iter().chain(rest.iter().rev()).cloned().collect(),
            Self::ColumnsReversed => records.iter().map(|record| record.iter().rev().cloned().collect()).collect(),
            Self::Renamed(at) => {
                let renamed = with(header, at, [&header[at], b"X".as_slice()].concat());
                [&renamed].into_iter().chain(rest).cloned().collect()
            }
            Self::HeaderTwice(at) => {
                records.iter().map(|record| record.iter().chain(record.get(at)).cloned().collect()).collect()
            }
            Self::OtherType(at) => {
                let filled = |record: &&Record| record.get(at).is_some_and(|cell| !cell.is_empty());
                let changed = rest.iter().map(|record| match Some(record).filter(filled) {
                    Some(record) => with(record, at, NO_TYPE.into()),
                    None => record.clone(),
                });
                [header.clone()].into_iter().chain(changed).collect()
            }
            _ => records.clone(),
        }
    }
}

fn read(path: &Path) -> Records {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).unwrap();
    reader.byte_records().map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect()).collect()
}

fn write(path: &Path, records: &Records) {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_path(path).unwrap();
    records.iter().for_each(|record| writer.write_record(record).unwrap());
    writer.flush().unwrap();
}

/// Everything that a report says: findings with their counts, and what was not evaluated and why.
fn said(report: &Value) -> BTreeSet<String> {
    let findings = list(report, "findings").iter().chain(list(report, "accepted"));
    let findings = findings.map(|finding| {
        let [code, dataset, subject] = ["code", "dataset", "subject"].map(|key| text(finding, key));
        format!("{code} {dataset} {subject} {} {}", finding["records"], finding["people"])
    });
    let gaps = list(report, "rules").iter().flat_map(|rule| {
        let gaps = list(rule, "not_evaluated").iter();
        gaps.map(|gap| format!("{} {} {}", text(rule, "code"), text(gap, "subject"), text(gap, "reason")))
    });
    findings.chain(gaps).collect()
}

/// Columns whose values can be told from others: those of a type, those of lists that the mapping gives, and consent.
fn typed(label: &str) -> bool {
    if label == "Email Opt Out" {
        return true;
    }
    let text = fs::read_to_string(root().join("fixtures/demo/mapping.yaml")).unwrap();
    let mapping: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    mapping["attributes"].as_mapping().unwrap().iter().any(|(name, attribute)| {
        let kind = attribute["type"].as_str().unwrap_or_default();
        let of_list = kind == "enum" && !attribute["values"].is_null();
        name.as_str() == Some(label) && (of_list || ["timestamp", "boolean", "number", "integer"].contains(&kind))
    })
}

/// How a mutant ended.
#[derive(Debug, PartialEq)]
enum End {
    Told,
    /// The same report: right where order alone changed, or where nothing rests on the column.
    Same,
    Silent(String),
}

fn end(base: &Value, dataset: &str, label: &str, change: Change, dir: &Path) -> End {
    let ran = audit(dir, ".", &["--threads", "1"]);
    if ran.out.is_empty() {
        let is_sentence = (ran.code == 2 || ran.code == 3) && ran.err.contains("error: ");
        return if is_sentence { End::Told } else { End::Silent(format!("exit {}: {}", ran.code, ran.err)) };
    }
    let report = ran.json();
    let (before, after) = (said(base), said(&report));
    if matches!(change, Change::RowsReversed | Change::ColumnsReversed) {
        let differs: Vec<&String> = before.symmetric_difference(&after).collect();
        return if differs.is_empty() { End::Same } else { End::Silent(format!("{differs:?}")) };
    }
    let codes = list(base, "rules").iter().map(|rule| text(rule, "code"));
    let turned: Vec<&str> =
        codes.filter(|code| status(base, code) != "clean" && status(&report, code) == "clean").collect();
    let turned: Vec<&str> = turned.into_iter().filter(|code| !FAULTS.contains(&(dataset, label, *code))).collect();
    if let Some(broken) = list(&report, "rules").iter().find(|rule| rule["status"] == "failed") {
        return End::Silent(format!("failed: {broken}"));
    }
    let fresh: Vec<&String> = after.difference(&before).collect();
    let is_about = |line: &&&String| line.contains(dataset) && (label.is_empty() || line.contains(label));
    match (turned.is_empty(), fresh.is_empty()) {
        (true, true) if change.column().is_none() => End::Silent("nothing was said".to_owned()),
        (true, true) if matches!(change, Change::OtherType(_)) && typed(label) => {
            End::Silent("no type was missed".to_owned())
        }
        (true, true) => End::Same,
        (true, false) => End::Told,
        (false, _) if fresh.iter().any(|line| is_about(&line)) => End::Told,
        (false, _) => End::Silent(format!("{turned:?} turned clean, and nothing new is said of {dataset}.{label}")),
    }
}

fn mutants() -> Vec<(&'static str, &'static str, String, Change)> {
    let mut mutants = Vec::new();
    for (dataset, file) in EXPORTS {
        let whole = [
            Change::Emptied,
            Change::HeaderOnly,
            Change::Gone,
            Change::Doubled,
            Change::Cut,
            Change::RowsReversed,
            Change::ColumnsReversed,
        ];
        mutants.extend(whole.map(|change| (dataset, file, String::new(), change)));
        for (at, label) in read(&root().join("fixtures/demo").join(file))[0].iter().enumerate() {
            let label = String::from_utf8(label.clone()).unwrap();
            let each = [Change::Renamed(at), Change::HeaderTwice(at), Change::OtherType(at)];
            mutants.extend(each.map(|change| (dataset, file, label.clone(), change)));
        }
    }
    // A record that is too short has no order of columns that could be turned round.
    mutants.retain(|(dataset, _, _, change)| (*dataset, *change) != ("zoho.leads", Change::ColumnsReversed));
    mutants
}

#[test]
fn every_mutant_is_told() {
    let base = audit(root(), "fixtures/demo", &[]).json();
    let mutants = mutants();
    assert!(mutants.len() > 400, "{}", mutants.len());
    let ends = mutants.par_iter().map(|(dataset, file, label, change)| {
        let dir = demo();
        let path = dir.path().join(file);
        change.apply(&path, &read(&path));
        end(&base, dataset, label, *change, dir.path())
    });
    let ends: Vec<End> = ends.collect();
    let mut table: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for ((dataset, _, label, change), end) in mutants.iter().zip(ends) {
        let line = table.entry(change.name()).or_default();
        match end {
            End::Told => line[0] += 1,
            End::Same => line[1] += 1,
            End::Silent(why) => {
                line[2] += 1;
                wrong.push(format!("{dataset}.{label}, {}: {why}", change.name()));
            }
        }
    }
    println!("{:<20} {:>8} {:>20} {:>8}", "mutant", "told", "nothing rests on it", "silent");
    for (name, [told, same, silent]) in &table {
        println!("{name:<20} {told:>8} {same:>20} {silent:>8}");
    }
    assert!(wrong.is_empty(), "{} of {} are silent:\n{}", wrong.len(), mutants.len(), wrong.join("\n"));
}
