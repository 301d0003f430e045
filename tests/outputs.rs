//! Every format of the report from one verdict, as the programs that consume it read it.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "outputs/hostile.rs"]
mod hostile;
#[path = "outputs/readers.rs"]
mod readers;
#[path = "common/sarif.rs"]
mod sarif;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{NOW, Ran, audit, command, demo, finish, list, root, run_in, text};
use readers::{annotations, table, xml};
use sarif::Official;
use serde_json::Value;

/// The formats that programs and people get beside JSON, and a file for each.
const FILES: [(&str, &str); 9] = [
    ("terminal", "x.txt"),
    ("sarif", "x.sarif"),
    ("github", "x.annotations"),
    ("gitlab", "x.gitlab.json"),
    ("junit", "x.xml"),
    ("html", "x.html"),
    ("md", "x.md"),
    ("chat", "x.chat.txt"),
    ("csv", "x.csv"),
];

fn outputs(dir: &Path, wanted: &[&str], more: &[&str]) -> Ran {
    let mut args = vec!["audit", ".", "--now", NOW];
    args.extend(wanted.iter().flat_map(|output| ["--output", output]));
    args.extend(more);
    run_in(dir, &args)
}

/// One report on standard output.
fn one(dir: &Path, kind: &str, more: &[&str]) -> String {
    let ran = outputs(dir, &[&format!("{kind}=-")], more);
    assert!(ran.code == 0 || ran.code == 1, "{ran:?}");
    ran.out
}

fn sarif(dir: &Path) -> Value {
    serde_json::from_str(&one(dir, "sarif", &[])).unwrap()
}

#[test]
fn one_run_writes_every_format_and_each_is_that_of_a_run_of_its_own() {
    let dir = demo();
    let wanted: Vec<String> = FILES.iter().map(|(kind, file)| format!("{kind}={file}")).collect();
    let mut wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    wanted.extend(["x.json", "md=-"]);
    let ran = outputs(dir.path(), &wanted, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    for (kind, file) in FILES.iter().chain(&[("json", "x.json")]) {
        let written = fs::read_to_string(dir.path().join(file)).unwrap();
        assert_eq!(written, one(dir.path(), kind, &[]), "{kind}");
        assert_eq!(one(dir.path(), kind, &["--threads", "1", "--shards", "3"]), written, "{kind}: same bytes");
    }
    assert_eq!(
        ran.out,
        fs::read_to_string(dir.path().join("x.md")).unwrap(),
        "standard output has the one it was given"
    );
    let silent = outputs(dir.path(), &["x.sarif", "x.xml"], &[]);
    assert_eq!((silent.code, silent.out.as_str()), (1, ""), "files alone print nothing");
    let colours = outputs(dir.path(), &["terminal=y.txt", "terminal=-"], &["--color", "always"]);
    assert!(colours.out.contains('\u{1b}'));
    assert!(!fs::read_to_string(dir.path().join("y.txt")).unwrap().contains('\u{1b}'), "a file has no colours");
}

#[test]
fn sarif_fits_the_official_schema() {
    let official = Official::new();
    let mut seen = 0;
    for rule in
        ["demo", "duplicate-email/fires", "duplicate-email/passes", "stale-ignore/fires", "missing-mapping/fires"]
    {
        official.accepts(&sarif(&root().join("fixtures").join(rule))).unwrap_or_else(|error| panic!("{rule}: {error}"));
        seen += 1;
    }
    assert_eq!(seen, 5);
    let mut broken = sarif(&root().join("fixtures/demo"));
    broken["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(official.accepts(&broken).is_err(), "the schema is in force");
}

#[test]
fn sarif_says_what_the_report_says() {
    let dir = demo();
    let (log, report) = (sarif(dir.path()), audit(dir.path(), ".", &[]).json());
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    let results = list(run, "results");
    let findings: Vec<&Value> = list(&report, "findings").iter().chain(list(&report, "accepted")).collect();
    assert_eq!(results.len(), findings.len());
    let rules = list(&run["tool"]["driver"], "rules");
    for (result, finding) in results.iter().zip(findings) {
        assert_eq!(result["ruleId"], finding["code"]);
        assert_eq!(result["level"], finding["severity"]);
        assert_eq!(result["partialFingerprints"]["primaryLocationLineHash"], finding["fingerprint"]);
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], finding["code"]);
        assert!(
            text(&rule["help"], "text").contains("What to do: ")
                && text(&rule["help"], "markdown").contains("**Why.**")
        );
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["region"]["startLine"], finding["place"]["line"]);
        assert_eq!(place["region"]["startColumn"], finding["place"]["column"]);
        if finding["place"].is_object() {
            assert_eq!(place["artifactLocation"]["uri"], finding["place"]["file"]);
        } else {
            let file = text(&place["artifactLocation"], "uri");
            assert!(dir.path().join(file).is_file(), "{file}");
        }
        let suppressed: Vec<&Value> = list(result, "suppressions").iter().map(|one| &one["justification"]).collect();
        assert_eq!(
            suppressed,
            finding["accepted"].as_str().map(|_| &finding["accepted"]).into_iter().collect::<Vec<_>>()
        );
    }
    let unseen = list(&report, "rules").iter().filter(|rule| !list(rule, "not_evaluated").is_empty());
    let unseen: Vec<&Value> = unseen.map(|rule| &rule["code"]).collect();
    let notified = list(&run["invocations"][0], "toolExecutionNotifications").iter();
    assert_eq!(notified.map(|note| &note["associatedRule"]["id"]).collect::<Vec<_>>(), unseen);
}

#[test]
fn junit_has_a_case_a_rule() {
    for folder in ["demo", "duplicate-email/passes"] {
        let dir = root().join("fixtures").join(folder);
        let (junit, report) = (xml(&one(&dir, "junit", &[])), audit(&dir, ".", &[]).json());
        let (items, cases): (Vec<_>, Vec<_>) =
            junit.all("testcase").into_iter().partition(|case| case.get("classname") == "checklist");
        assert_eq!(cases.len(), list(&report, "rules").len());
        let checked = list(&report["checklist"], "items");
        assert_eq!(items.len(), checked.len());
        for (item, checked) in items.iter().zip(checked) {
            assert_eq!(item.child("failure").is_some(), checked["status"] == "fail", "{checked}");
            assert_eq!(item.child("skipped").is_some(), checked["status"] == "not evaluated", "{checked}");
        }
        let standing: BTreeSet<&str> = list(&report, "findings").iter().map(|finding| text(finding, "code")).collect();
        for (case, rule) in cases.iter().zip(list(&report, "rules")) {
            let code = text(rule, "code");
            assert!(case.get("name").starts_with(code));
            let unseen = !list(rule, "not_evaluated").is_empty();
            assert_eq!(case.child("failure").is_some(), standing.contains(code), "{code}");
            assert_eq!(case.child("skipped").is_some(), unseen && !standing.contains(code), "{code}");
        }
        for suite in std::iter::once(&junit).chain(junit.all("testsuite")) {
            let cases = suite.all("testcase");
            let counted = |name: &str| cases.iter().filter(|case| case.child(name).is_some()).count().to_string();
            assert_eq!(
                ["failures", "errors", "skipped"].map(|key| suite.get(key).to_owned()),
                ["failure", "error", "skipped"].map(counted)
            );
            assert_eq!(suite.get("tests"), cases.len().to_string());
        }
    }
}

#[test]
fn github_leads_to_the_lines_and_tells_what_is_left_out() {
    let dir = demo();
    let (read, report) = (annotations(&one(dir.path(), "github", &[])), audit(dir.path(), ".", &[]).json());
    let of = |command: &str| read.iter().filter(|annotation| annotation.command == command).count() as u64;
    let counts = &report["counts"];
    let [errors, warnings, notes] = ["errors", "warnings", "notes"].map(|key| counts[key].as_u64().unwrap());
    assert_eq!((of("error"), of("warning")), (10, 10));
    let left = format!("{} errors, {} warnings, {} notes.", errors - 10, warnings - 10, notes - (of("notice") - 1));
    assert!(read.last().unwrap().message.ends_with(&left), "{left}: {read:?}");
    let worst = &list(&report, "findings")[0];
    assert_eq!(read[0].get("file"), worst["place"]["file"].as_str());
    assert_eq!(read[0].get("line").map(str::to_owned), Some(worst["place"]["line"].to_string()));
    assert!(read[0].message.contains(text(worst, "what")));
}

#[test]
fn gitlab_lists_every_finding_that_stands() {
    let dir = demo();
    let list_of: Value = serde_json::from_str(&one(dir.path(), "gitlab", &[])).unwrap();
    let report = audit(dir.path(), ".", &[]).json();
    let prints: Vec<&str> = list_of.as_array().unwrap().iter().map(|entry| text(entry, "fingerprint")).collect();
    let wanted: Vec<&str> = list(&report, "findings").iter().map(|finding| text(finding, "fingerprint")).collect();
    assert_eq!(prints[..wanted.len()], wanted);
    let unseen = list(&report, "rules").iter().filter(|rule| !list(rule, "not_evaluated").is_empty()).count();
    assert_eq!(prints.len() - wanted.len(), unseen);
    assert_eq!(prints.iter().collect::<BTreeSet<_>>().len(), prints.len());
    for entry in list_of.as_array().unwrap() {
        assert!(dir.path().join(text(&entry["location"], "path")).is_file(), "{entry}");
        assert!(entry["location"]["lines"]["begin"].as_u64() > Some(0));
    }
}

#[test]
fn markdown_lists_the_findings_in_order() {
    let dir = demo();
    let page = one(dir.path(), "md", &[]);
    let report = audit(dir.path(), ".", &[]).json();
    assert!(page.starts_with("### crmlint: Not ready\n\n"));
    // The rows of the checklist are shorter.
    let rows: Vec<_> = table(&page).into_iter().filter(|row| row.len() == 6 && row[0] != "---").collect();
    let rows = &rows[usize::from(rows[0][0] == "Severity")..];
    let whole = rows.len() == list(&report, "findings").len();
    assert!(rows.len() > 100 && (whole || page.contains("**Cut for length:**")), "{} rows", rows.len());
    for (row, finding) in rows.iter().zip(list(&report, "findings")) {
        assert_eq!(row[0], text(finding, "severity"));
        assert!(row[1].starts_with(text(finding, "code")), "{row:?}");
    }
    assert!(page.contains("**Not evaluated") && page.contains("**Accepted:** 3 findings of "));
}

#[test]
fn a_clean_run_says_so_in_each_format_and_what_it_did_not_see() {
    let dir = root().join("fixtures/duplicate-email/passes");
    let report = audit(&dir, ".", &[]).json();
    let unseen = report["counts"]["rules_not_evaluated"].as_u64().unwrap();
    assert!(unseen > 0 && list(&report, "findings").is_empty());
    let told = format!("0 errors, 0 warnings, 0 notes ({} rules:", list(&report, "rules").len());
    for kind in ["terminal", "github", "junit", "md"] {
        let text = one(&dir, kind, &[]);
        assert!(text.contains(&told) && text.contains("not everything could be checked"), "{kind}: {text}");
    }
    let notes = sarif(&dir)["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().len() as u64;
    assert!(notes >= unseen);
}

#[test]
fn personal_data_is_masked_in_every_format() {
    let dir = demo();
    let mut reader = csv::Reader::from_path(dir.path().join("exports/customerio/people.csv")).unwrap();
    let at = reader.headers().unwrap().iter().position(|label| label == "email").unwrap();
    let addresses: Vec<String> = reader.records().map(|record| record.unwrap()[at].to_owned()).collect();
    // Rules name a few addresses that nobody has.
    let said = |address: &str| crmlint::rules::BUILT_IN.iter().any(|(_, rule)| rule.contains(address));
    let real = |address: &&String| address.contains('@') && !said(address);
    let addresses: Vec<&String> = addresses.iter().filter(real).collect();
    assert!(addresses.len() > 100);
    for (kind, _) in FILES {
        let text = one(dir.path(), kind, &[]);
        assert!(!addresses.iter().any(|address| text.contains(address.as_str())), "{kind}");
    }
}

#[test]
fn the_readme_names_every_kind() {
    let page = fs::read_to_string(root().join("README.md")).unwrap();
    for kind in FILES.iter().map(|(kind, _)| *kind).chain(["json", "parquet"]) {
        assert_eq!(page.matches(&format!("\n| `{kind}` | ")).count(), 1, "{kind}");
    }
    let help = run_in(root(), &["audit", "--help"]).out;
    assert_eq!(
        help.matches("\n          - ").count(),
        FILES.len() + 2 + 3,
        "every kind is in the help, and three of --color"
    );
}

#[test]
fn outputs_are_written_all_or_none() {
    let dir = demo();
    let left = |names: &[&str]| names.iter().filter(|name| dir.path().join(name).exists()).count();
    let ran = outputs(dir.path(), &["sarif=first.sarif", "json=no/such/folder.json"], &[]);
    assert_eq!((ran.code, left(&["first.sarif"])), (3, 0), "{ran:?}");
    assert!(ran.err.contains("its folder does not exist"), "{ran:?}");
    if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
        let args = ["audit", ".", "--now", NOW, "--output", "sarif=first.sarif", "--output", "md=-"];
        let mut command = command(dir.path(), &args);
        let status = command.stdout(full).stderr(std::process::Stdio::null()).status().unwrap();
        assert_eq!((status.code(), left(&["first.sarif"])), (Some(3), 0), "nobody could read the other");
    }
    let before = common::files(dir.path()).len();
    assert_eq!(outputs(dir.path(), &["sarif=first.sarif", "md=second"], &[]).code, 1);
    assert_eq!(common::files(dir.path()).len(), before + 2, "no draft is left");
}

#[test]
fn outputs_that_cannot_be_meant_are_refused_before_anything_is_read() {
    let dir = tempfile::tempdir().unwrap();
    for (wanted, more, told) in [
        (&["srif=x"][..], &[][..], "did you mean `sarif=x`?"),
        (&["json=x", "md=./x"], &[], "two reports would go to ./x"),
        (&["-", "md=-"], &[], "two reports would go to standard output"),
        (&["md=x"], &["--format", "json"], "add --output json=-"),
        (&["md=rows.csv"], &["--rows", "./rows.csv"], "would both go to ./rows.csv"),
    ] {
        let ran = outputs(dir.path(), wanted, more);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{wanted:?}");
        assert!(ran.err.contains(told), "{wanted:?}: {}", ran.err);
    }
    let mut usual = command(root(), &["audit", "fixtures/demo", "--now", NOW, "--format", "sarif", "--output", "-"]);
    usual.stdin(std::process::Stdio::null());
    let log: Value = serde_json::from_str(&finish(usual).out).unwrap();
    assert_eq!(log["version"], "2.1.0", "--format is the kind of an output that names none");
}

/// A link keeps leading to its file, and a pipe takes what is written; neither is replaced by a file.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_written_through_and_links_are_followed() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let dir = demo();
    let path = |name: &str| dir.path().join(name);
    fs::create_dir(path("pub")).unwrap();
    fs::write(path("pub/latest.md"), "old").unwrap();
    symlink("pub/latest.md", path("latest.md")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = path("pipe");
        move || fs::read_to_string(pipe).unwrap()
    });
    let ran = outputs(dir.path(), &["md=latest.md", "json=pipe"], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let piped: Value = serde_json::from_str(&reader.join().unwrap()).unwrap();
    assert!(!list(&piped, "findings").is_empty());
    assert!(fs::symlink_metadata(path("pipe")).unwrap().file_type().is_fifo());
    assert!(fs::symlink_metadata(path("latest.md")).unwrap().is_symlink());
    assert!(fs::read_to_string(path("pub/latest.md")).unwrap().starts_with('#'));
}
