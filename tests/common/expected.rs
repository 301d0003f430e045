//! Holds an audit of a generated workspace against the `expected.json` that lies in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Ran, audit, list, text};

/// A cell that a rule accuses: code, dataset, key, column, value.
pub type Cell = (String, String, String, String, String);

/// What the file of failing rows says beside the cell: other key, suggestion.
type Beside = Vec<(String, String)>;

fn cell(code: &str, item: &Value) -> Cell {
    let part = |key: &str| text(item, key).to_owned();
    (code.to_owned(), part("dataset"), part("key"), part("column"), part("value"))
}

/// Reads a CSV file of failing rows.
pub fn rows(file: &Path) -> BTreeMap<Cell, Beside> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, crmlint::reports::rows::COLUMNS);
    let mut rows: BTreeMap<Cell, Beside> = BTreeMap::new();
    for record in reader.records() {
        let record = record.unwrap();
        let part = |at: usize| record[at].to_owned();
        rows.entry((part(0), part(1), part(2), part(3), part(4))).or_default().push((part(6), part(5)));
    }
    rows
}

/// Audits a workspace and returns every difference from what its `expected.json` says.
pub fn differences(dir: &Path) -> Vec<String> {
    let expected: Value = serde_json::from_slice(&fs::read(dir.join("expected.json")).unwrap()).unwrap();
    let file = dir.join("rows-of-the-test.csv");
    let ran = audit(dir, ".", &["--rows", file.to_str().unwrap()]);
    let found = rows(&file);
    fs::remove_file(file).unwrap();
    let mut wrong = findings(&expected, &ran);
    wrong.extend(cells(&expected, &found));
    wrong.extend(near_misses(&expected, &found));
    wrong
}

fn findings(expected: &Value, ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let line = |finding: &Value, rows: &str, accepted: bool| {
        format!("{} {}: {} rows, accepted: {accepted}", text(finding, "code"), text(finding, "subject"), finding[rows])
    };
    let mut wanted: Vec<String> = list(expected, "findings")
        .iter()
        .map(|finding| line(finding, "rows", finding.get("ignored_by").is_some()))
        .collect();
    let standing = list(&report, "findings").iter().map(|finding| line(finding, "records", false));
    let accepted = list(&report, "accepted").iter().map(|finding| line(finding, "records", true));
    let mut got: Vec<String> = standing.chain(accepted).collect();
    wanted.sort();
    got.sort();
    both_ways(&wanted, &got)
}

fn cells(expected: &Value, found: &BTreeMap<Cell, Beside>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut wanted = Vec::new();
    for finding in list(expected, "findings").iter().filter(|finding| finding.get("ignored_by").is_none()) {
        for item in list(finding, "cells") {
            let cell = cell(text(finding, "code"), item);
            let beside = found.get(&cell).map(Vec::as_slice).unwrap_or_default();
            // A suggestion is right or absent: none is expected where none is written.
            let fits = |(other, better): &(String, String)| {
                item["other_key"].as_str().is_none_or(|wanted| wanted == other) && text(item, "suggestion") == better
            };
            if !beside.is_empty() && !beside.iter().any(fits) {
                wrong.push(format!("{cell:?}: wanted {item}, found {beside:?}"));
            }
            wanted.push(format!("{cell:?}"));
        }
    }
    let got = found.iter().flat_map(|(cell, beside)| beside.iter().map(move |_| format!("{cell:?}")));
    let mut got: Vec<String> = got.collect();
    wanted.sort();
    got.sort();
    wrong.extend(both_ways(&wanted, &got));
    wrong
}

fn near_misses(expected: &Value, found: &BTreeMap<Cell, Beside>) -> Vec<String> {
    let hit = |miss: &&Value| {
        found.keys().any(|(code, dataset, key, column, _)| {
            [(code, "rule"), (dataset, "dataset"), (key, "key"), (column, "column")]
                .iter()
                .all(|(got, part)| got.as_str() == text(miss, part))
        })
    };
    list(expected, "near_misses").iter().filter(hit).map(|miss| format!("a near miss was accused: {miss}")).collect()
}

/// What one sorted list has more often than the other, either way.
fn both_ways(wanted: &[String], got: &[String]) -> Vec<String> {
    let mut balance: BTreeMap<&str, i64> = BTreeMap::new();
    wanted.iter().for_each(|line| *balance.entry(line).or_default() += 1);
    got.iter().for_each(|line| *balance.entry(line).or_default() -= 1);
    let word = |count: i64| if count > 0 { "not found" } else { "found, but not expected" };
    balance
        .into_iter()
        .filter(|(_, count)| *count != 0)
        .map(|(line, count)| format!("{}: {line}", word(count)))
        .collect()
}
