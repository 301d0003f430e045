//! Every example in the docs is tried: documents are read, conditions parse, and the table of missing values is what the
//! program answers.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::support::{NOW, Ran, crmlint_in, files_below, filled, in_sync, root};

/// The fenced blocks of one language.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        match &mut open {
            Some(_) if line == "```" => found.extend(open.take()),
            Some(block) => block.extend([line, "\n"]),
            None if line == format!("```{language}") => open = Some(String::new()),
            None => {}
        }
    }
    found
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("a page of the docs")
}

/// The documents of a page: a block that begins with `# NAME` is that file, `# NAME, continued` goes on with it.
fn documents(page: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for block in blocks(page, "yaml") {
        let title = block.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
        let name = title.split(',').next().unwrap_or_default().to_owned();
        assert!(name.ends_with(".yaml"), "a block of YAML begins with the name of its file: {block}");
        found.entry(name).or_default().push_str(&block);
    }
    found
}

/// A copy of the demo's exports, with documents of a page in place of its own.
fn workspace(documents: &BTreeMap<String, String>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder of its own");
    let demo = root().join("fixtures/demo");
    for file in files_below(&demo.join("exports")) {
        let target = folder.path().join(file.strip_prefix(&demo).expect("found below it"));
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder of its own");
        fs::copy(&file, target).expect("a fixture");
    }
    // A document may name a file of pairs that somebody decided.
    fs::write(folder.path().join("decisions.csv"), "id_l,id_r,same\n").expect("a folder of its own");
    fs::write(folder.path().join("crmlint.baseline.yaml"), "version: 1\nfindings: []\n").expect("a folder of its own");
    for (name, text) in documents {
        let target = folder.path().join(name);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder of its own");
        fs::write(target, text).expect("a folder of its own");
    }
    folder
}

fn audit(folder: &Path, more: &[&str]) -> Value {
    let args = [&["audit", ".", "--now", NOW, "--format", "json"], more].concat();
    let Ran { out, complaint, code } = crmlint_in(folder, &args);
    assert!(code < 2, "ended with {code}: {complaint}{out}");
    serde_json::from_str(&out).expect("a report")
}

fn rule<'a>(report: &'a Value, code: &str) -> &'a Value {
    let rules = report["rules"].as_array().expect("rules");
    rules.iter().find(|rule| rule["code"] == code).expect("a rule that ran")
}

#[test]
fn the_first_steps_of_the_readme_work() {
    let found = documents(&page("README.md"));
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["crmlint.yaml", "mapping.yaml", "rules/many-blank-identifiers.yaml"]);
    let folder = workspace(&found);
    let report = audit(folder.path(), &[]);
    assert_eq!(rule(&report, "X001")["status"], "findings", "the rule of one's own");
    for code in ["CON001", "DUP005", "ENM002", "SEG001", "TS002"] {
        assert_eq!(rule(&report, code)["not_evaluated"], Value::Array(Vec::new()), "{code} sees all that it needs");
    }
    let accepted = report["accepted"].as_array().expect("accepted findings");
    for code in ["ID014", "DUP002"] {
        assert!(accepted.iter().any(|finding| finding["code"] == code), "{code} is accepted");
    }
    let severity = |code: &str| {
        let all = report["findings"].as_array().into_iter().flatten();
        all.into_iter().find(|finding| finding["code"] == code).map(|finding| finding["severity"].clone())
    };
    assert_eq!(severity("ID002"), Some("warning".into()), "re-graded");
    for code in ["CFG001", "CFG002", "CFG003", "CFG005", "CFG006"] {
        assert_eq!(rule(&report, code)["status"], "clean", "every entry of the example is in use");
    }
}

#[test]
fn the_full_documents_are_read() {
    let demo = root().join("fixtures/demo");
    let own = |name: &str| fs::read_to_string(demo.join(name)).expect("a document of the demo");
    let mut found = documents(&page("docs/config.md"));
    found.insert("mapping.yaml".to_owned(), own("mapping.yaml"));
    let folder = workspace(&found);
    let asked = crmlint_in(folder.path(), &["pull", "pulled", "--dry-run"]);
    assert_eq!(asked.code, 0, "{}{}", asked.complaint, asked.out);
    let report = audit(folder.path(), &["--no-snapshot"]);
    assert_eq!(rule(&report, "CFG006")["status"], "clean", "every override of the example is in use");
    let mut found = documents(&page("docs/mapping.md"));
    found.insert("crmlint.yaml".to_owned(), own("crmlint.yaml"));
    audit(workspace(&found).path(), &[]);
}

/// A mapping with one segment a condition.
fn mapping(conditions: &[&str]) -> String {
    let mut text = String::from(
        "version: 1\nattributes:\n  plan: {type: text}\n  country: {type: text}\n  orders: {type: number}\n  \
         vip: {type: boolean}\n  unsubscribed: {type: boolean}\n  last_order_at: {type: timestamp}\nsegments:\n",
    );
    for (at, condition) in conditions.iter().enumerate() {
        let _ = writeln!(text, "  s{at}: {{never: \"{}\"}}", condition.replace('"', "\\\""));
    }
    text
}

/// The people that meet each condition.
fn members(conditions: &[&str], people: &str, text_case: &str) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder of its own");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a folder of its own");
    write("people.csv", people);
    write("mapping.yaml", &mapping(conditions));
    let config = "version: 1\nsources: {customerio: {files: people.csv}}\nmapping: mapping.yaml\n";
    write("crmlint.yaml", &format!("{config}options: {{text_case: {text_case}}}\n"));
    let report = audit(folder.path(), &["--select", "SEG001", "--show-pii"]);
    let findings = report["findings"].as_array().expect("findings");
    let of = |at: usize| {
        let subject = format!("segment:s{at}");
        let finding = findings.iter().find(|finding| finding["subject"] == subject.as_str());
        let samples = finding.and_then(|finding| finding["samples"].as_array()).into_iter().flatten();
        samples.filter_map(|sample| sample["key"].as_str().map(str::to_owned)).collect()
    };
    (0..conditions.len()).map(of).collect()
}

const MISSING: &[&str] = &[
    "plan = 'pro'",
    "plan <> 'pro'",
    "NOT (plan = 'pro')",
    "plan IN ('pro', 'Pro')",
    "plan NOT IN ('pro', 'Pro')",
    "plan LIKE 'p%'",
    "plan NOT LIKE 'p%'",
    "plan IS NULL",
    "plan IS NOT NULL",
    "coalesce(plan, 'none') = 'none'",
    "orders < 5",
    "NOT (orders < 5)",
    "vip",
    "vip = false",
    "NOT vip",
    "vip IS NOT TRUE",
    "unsubscribed = false",
];

#[test]
fn the_table_of_missing_values_is_what_the_program_answers() {
    let people = "cio_id,email,plan,orders,vip,unsubscribed,last_order_at\n\
                  pro,a@example.com,pro,3,true,true,1780000000\n\
                  capital,b@example.com,Pro,7,false,false,1780000000\n\
                  absent,c@example.com,,,,,\n";
    let mut text = String::from(
        "| Condition | `pro`, 3 orders, vip, unsubscribed | `Pro`, 7 orders, not vip, subscribed | nothing filled |\n\
         | --- | --- | --- | --- |\n",
    );
    for (condition, met) in MISSING.iter().zip(members(MISSING, people, "exact")) {
        let mark = |who: &str| if met.iter().any(|member| member == who) { "yes" } else { "–" };
        let _ = writeln!(text, "| `{condition}` | {} | {} | {} |", mark("pro"), mark("capital"), mark("absent"));
    }
    let file = root().join("docs/expressions.md");
    let page = filled(&page("docs/expressions.md"), "missing", &text);
    in_sync(&file, &page);
    let either = members(&["plan = 'PRO'"], people, "any").concat();
    assert_eq!((either.len(), members(&["plan = 'PRO'"], people, "exact").concat().len()), (2, 0), "text_case");
}

#[test]
fn every_condition_in_the_docs_parses() {
    let page = page("docs/expressions.md");
    let sql = blocks(&page, "sql").concat();
    let conditions: Vec<&str> = sql.lines().filter(|line| !line.is_empty() && !line.starts_with("--")).collect();
    assert!(conditions.len() > 10, "the page has examples");
    members(&conditions, "cio_id,email,plan,country\nx,a@example.com,pro,DE\n", "exact");
}
