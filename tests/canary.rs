//! No personal value of an export stands in any output but those that were asked for: every address, surname, phone and
//! street of every fixture is looked for in every format. The table is printed with `--nocapture`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::{NOW, copy, files, root, run_in};
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

const KINDS: [&str; 8] = ["json", "html", "md", "sarif", "junit", "gitlab", "chat", "csv"];

/// What a column is called that says who somebody is.
const PERSONAL: [&str; 7] = ["email", "last name", "last_name", "surname", "phone", "mobile", "street"];

/// Shorter values are words of the language as well.
const SHORTEST: usize = 5;

fn fixtures() -> Vec<PathBuf> {
    let folders = fs::read_dir(root().join("fixtures")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = folders
        .flat_map(|folder| [folder.join("fires"), folder.join("passes"), folder])
        .filter(|folder| folder.join("crmlint.yaml").is_file())
        .collect();
    folders.sort();
    folders
}

/// The personal values of a CSV file, in lower case.
fn of_csv(path: &Path, found: &mut BTreeSet<String>) {
    let Ok(mut reader) = csv::ReaderBuilder::new().flexible(true).from_path(path) else { return };
    let header: Vec<String> = match reader.byte_headers() {
        Ok(header) => header.iter().map(|label| String::from_utf8_lossy(label).to_lowercase()).collect(),
        Err(_) => return,
    };
    let is_personal: Vec<bool> =
        header.iter().map(|label| PERSONAL.iter().any(|part| label.contains(part)) && !label.contains("opt")).collect();
    for record in reader.byte_records().map_while(Result::ok) {
        for (cell, _) in record.iter().zip(&is_personal).filter(|(_, personal)| **personal) {
            found.insert(String::from_utf8_lossy(cell).trim().to_lowercase());
        }
    }
}

/// What no output may show: the personal values of a workspace, without those that its documents or the rules say.
fn canaries(dir: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut said = crmlint::rules::BUILT_IN.iter().map(|(_, rule)| rule.to_lowercase()).collect::<String>();
    for file in files(dir) {
        match file.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => of_csv(&dir.join(&file), &mut found),
            Some("yaml") => said.push_str(&fs::read_to_string(dir.join(&file)).unwrap().to_lowercase()),
            _ => {}
        }
    }
    let is_own = |text: &String| text.len() >= SHORTEST && text.chars().any(char::is_alphabetic) || text.len() > 8;
    found.into_iter().filter(|text| is_own(text) && !said.contains(text.as_str())).collect()
}

/// Every output of a workspace, by its name.
fn outputs(dir: &Path) -> BTreeMap<String, String> {
    // In a copy, beside which a snapshot may be stored.
    let (own, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    copy(dir, own.path());
    let dir = own.path();
    let path = |name: &str| out.path().join(name).to_str().unwrap().to_owned();
    let targets: Vec<String> = KINDS.iter().map(|kind| format!("{kind}={}", path(kind))).collect();
    let summary = path("summary");
    let mut args = vec!["audit", ".", "--now", NOW, "-v", "--no-snapshot", "--save-summary", &summary];
    args.extend(targets.iter().flat_map(|target| ["--output", target]));
    let ran = run_in(dir, &args);
    let mut texts = BTreeMap::from([("terminal".to_owned(), ran.out), ("messages".to_owned(), ran.err)]);
    let github = run_in(dir, &["audit", ".", "--now", NOW, "--no-snapshot", "--format", "github"]);
    texts.insert("github".to_owned(), github.out);
    let baseline = path("baseline.yaml");
    run_in(dir, &["baseline", "write", ".", "--now", NOW, "--file", &baseline]);
    for file in files(out.path()) {
        let bytes = fs::read(out.path().join(&file)).unwrap();
        texts.insert(file.display().to_string(), String::from_utf8_lossy(&bytes).into_owned());
    }
    texts
}

#[test]
fn no_personal_value_reaches_an_output_that_was_not_asked_for() {
    let fixtures = fixtures();
    assert!(fixtures.len() > 300, "{}", fixtures.len());
    let looked = fixtures.par_iter().map(|dir| {
        let canaries = canaries(dir);
        let found = outputs(dir).into_iter().map(|(name, text)| {
            // As a reader of Markdown or HTML sees it.
            let text = text.replace('\\', "").replace("&#39;", "'").replace("&amp;", "&").to_lowercase();
            let shown: Vec<String> = canaries.iter().filter(|canary| text.contains(canary.as_str())).cloned().collect();
            (name, shown)
        });
        (dir, canaries.len(), found.collect::<Vec<_>>())
    });
    let mut table: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (dir, sought, found) in looked.collect::<Vec<_>>() {
        for (name, shown) in found {
            let line = table.entry(name.clone()).or_default();
            *line = (line.0 + sought, line.1 + shown.len());
            wrong.extend(shown.iter().map(|canary| format!("{}: {name} shows {canary}", dir.display())));
        }
    }
    for (name, (sought, shown)) in &table {
        println!("{name:<14} {sought:>6} personal values looked for, {shown} found");
    }
    assert!(table.len() >= KINDS.len() + 5, "an output is missing: {:?}", table.keys());
    assert!(table.values().all(|(sought, _)| *sought > 1_500), "{table:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
