//! Configs and mappings that are wrong: exit code 2, one error at its line and column, and what was meant.
#![allow(clippy::unwrap_used)]

mod common;

use common::{NOW, Ran, audit, codes, demo, list, run_in, text, workspace};

const PEOPLE: &str = "id,email,cio_id,created_at,unsubscribed,stage\n\
    1,anna.secret@example.com,b7c10800f301d501,1736935977,false,Active\n\
    2,bert.secret@example.com,b7c10800f301d502,1736935978,true,Churned\n";

fn run(config: &str, mapping: Option<&str>, more: &[&str]) -> Ran {
    let base = "version: 1\nsources: {customerio: {files: people.csv}}\n";
    let used = if mapping.is_some() { "mapping: mapping.yaml\n" } else { "" };
    let config = format!("{base}{used}{config}");
    let mut files = vec![("crmlint.yaml", config.as_str()), ("people.csv", PEOPLE)];
    files.extend(mapping.map(|text| ("mapping.yaml", text)));
    let dir = workspace(&files);
    let mut args = vec!["audit", ".", "--now", NOW];
    args.extend(more);
    let ran = run_in(dir.path(), &args);
    for stream in [&ran.out, &ran.err] {
        assert!(!stream.contains("panicked at") && !stream.contains("secret"), "{stream}");
    }
    ran
}

/// The run stopped before anything was checked: one error, with its place and these phrases.
fn assert_refused(ran: &Ran, phrases: &[&str]) {
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    assert!(ran.err.starts_with("error: ") && ran.err.matches("error: ").count() == 1, "{}", ran.err);
    for phrase in phrases {
        assert!(ran.err.contains(phrase), "wanted {phrase:?}: {}", ran.err);
    }
}

fn config(text: &str, phrases: &[&str]) {
    assert_refused(&run(text, None, &[]), phrases);
}

fn mapping(text: &str, phrases: &[&str]) {
    assert_refused(&run("", Some(text), &[]), phrases);
}

#[test]
fn yaml_that_is_none() {
    config("nonsense: 1\n", &["unknown key `nonsense`", "crmlint.yaml:3:1", "the keys here are: version"]);
    config("fail_on: error\nfail_on: never\n", &["`fail_on` stands here a second time", "crmlint.yaml:4:1"]);
    config("ignore:\n\t- rule: DUP001\n", &["not valid YAML", "tab", "crmlint.yaml:4:"]);
    config("ignore: [\n", &["not valid YAML", "crmlint.yaml:"]);
    config("profile: \"launch\n", &["not valid YAML", "crmlint.yaml:"]);
    config("---\nversion: 1\n", &["a second document", "crmlint.yaml:3:1"]);
    config("? [a, b]\n: 1\n", &["a key must be plain text", "crmlint.yaml:3:3"]);
    config("rules: &a [*a]\n", &["alias", "crmlint.yaml:3:12"]);
    config("rules: *nobody\n", &["crmlint.yaml:3:"]);
    let deep = format!("rules: {}{}\n", "[".repeat(500), "]".repeat(500));
    config(&deep, &["crmlint.yaml:3:"]);
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
    }
    config(&text, &["over 1000000 values", "crmlint.yaml:"]);
    mapping(&text, &["over 1000000 values", "mapping.yaml:"]);
}

#[test]
fn values_that_do_not_fit() {
    config("profile: lunch\n", &["profile does not take `lunch`", "crmlint.yaml:3:10", "did you mean `launch`?"]);
    config("fail_on: errors\n", &["crmlint.yaml:3:10", "did you mean `error`?"]);
    config("thresholds: {DUP001: {count: few}}\n", &["thresholds.DUP001.count", "crmlint.yaml:3:30"]);
    config("ignore: {rule: DUP001}\n", &["ignore is a map of keys", "crmlint.yaml:3:"]);
    mapping(
        "attributes: {stage: {type: enmu}}\n",
        &["attributes.stage.type", "mapping.yaml:1:28", "did you mean `enum`?"],
    );
    mapping("lag: soon\n", &["`soon` is no duration", "mapping.yaml:1:6", "30m, 4h or 2d"]);
    mapping("attributes: {stage: {lag: 4}}\n", &["`4` is no duration", "mapping.yaml:1:27"]);
    mapping("- a\n- b\n", &["the document is a list", "mapping.yaml:1:1"]);
    mapping("hello\n", &["mapping.yaml:1:1"]);
}

#[test]
fn sources_that_are_wrong() {
    for (source, phrases) in [
        ("{files: people.csv, kind: customer}", &["crmlint.yaml:1:40", "did you mean `customerio`?"][..]),
        ("{kind: customerio}", &["`a` names no files", "crmlint.yaml:1:11"]),
        ("{files: people.csv, time_zone: Europe/Berlni}", &["`Europe/Berlni` is no time zone", "crmlint.yaml:1:"]),
        ("{files: people.csv, encoding: latin-17}", &["this encoding is not known", "crmlint.yaml:1:"]),
        ("{files: people.csv, delimiter: abc}", &["a delimiter is one character", "crmlint.yaml:1:"]),
    ] {
        let dir = workspace(&[("crmlint.yaml", &format!("sources: {{a: {source}}}\n")), ("people.csv", PEOPLE)]);
        let ran = run_in(dir.path(), &["audit", ".", "--now", NOW]);
        assert_refused(&ran, phrases);
    }
    let dir = workspace(&[("crmlint.yaml", "version: 1\n")]);
    assert_refused(&run_in(dir.path(), &["audit", "."]), &["nothing to audit"]);
    let twice = "sources:\n  b: {files: people.csv}\n  B: {files: people.csv}\n";
    let dir = workspace(&[("crmlint.yaml", twice), ("people.csv", PEOPLE)]);
    assert_refused(&run_in(dir.path(), &["audit", "."]), &["are both b.people"]);
}

#[test]
fn mappings_that_cannot_be_read() {
    config("mapping: nowhere.yaml\n", &["nowhere.yaml cannot be read"]);
    config("mapping: .\n", &["is a folder, not a YAML file"]);
    let dir =
        workspace(&[("crmlint.yaml", "sources: {c: {files: people.csv}}\nmapping: m.yaml\n"), ("people.csv", PEOPLE)]);
    common::write(dir.path(), "m.yaml", b"note: \xff\xfe\n");
    assert_refused(&run_in(dir.path(), &["audit", "."]), &["m.yaml is not UTF-8 text"]);
}

#[test]
fn a_mapping_that_says_too_little_is_a_finding() {
    for text in ["", "# nothing yet\n", "version: 1\n", "attributes:\n", "{}\n"] {
        let ran = run("", Some(text), &["--format", "json"]);
        assert_eq!(ran.code, 1, "{text:?}: {}", ran.err);
        assert!(codes(&ran.json()).contains("ID001"), "{text:?}: {:?}", codes(&ran.json()));
    }
}

#[test]
fn a_mapping_that_names_a_missing_column() {
    let text = "attributes:\n  tier: {from: customerio.people.Stagee, type: text, owner: customerio}\n";
    let report = run("", Some(text), &["--format", "json"]).json();
    let finding = list(&report, "findings").iter().find(|finding| finding["code"] == "MAP003").unwrap();
    assert_eq!(finding["place"]["line"], 2);
    let advice = format!("{} {}", common::text(finding, "what"), common::text(finding, "fix"));
    assert!(advice.contains("Stagee") && advice.contains("`stage`"), "no nearest name: {advice}");
}

const STAGE: &str = "attributes:\n  stage: {from: customerio.people.stage, type: text, owner: zoho}\nsegments:\n";

#[test]
fn expressions_are_refused_inside() {
    for (segment, phrases) in [
        ("  A: {where: \"stage = AND 1\"}", &["mapping.yaml:4:", "expected"][..]),
        ("  A: {where: \"stage = 'Active' AND (\"}", &["mapping.yaml:4:"]),
        ("  A: {where: \"\"}", &["mapping.yaml:4:"]),
        (
            "  A: {where: \"unsubscribed = true AND stge = 'x'\"}",
            &["no attribute stge", "mapping.yaml:4:39", "did you mean stage?"],
        ),
        ("  A: {never: stge = 'x'}", &["no attribute stge", "mapping.yaml:4:14", "did you mean stage?"]),
        (
            "  A:\n    where: |\n      unsubscribed = true\n      AND stge = 'x'",
            &["mapping.yaml:7:11", "did you mean stage?"],
        ),
        (
            "  A:\n    where: >-\n      unsubscribed = true\n      AND stge = 'x'",
            &["mapping.yaml:7:11", "did you mean stage?"],
        ),
        ("  A: {where: 'stage = ''a'' AND stge = 1'}", &["mapping.yaml:4:33", "did you mean stage?"]),
        ("  Ä: {where: \"stage = 'ÄÖÜ' AND stge = 1\"}", &["mapping.yaml:4:33", "did you mean stage?"]),
        ("  A: {where: \"read_csv('/etc/passwd') = 1\"}", &["mapping.yaml:4:"]),
        ("  A: {where: \"stage = (SELECT 1)\"}", &["mapping.yaml:4:"]),
        ("  A: {where: \"stage = 'a'; DROP TABLE people\"}", &["mapping.yaml:4:"]),
        ("  A: {where: \"stage > 5\"}", &["mapping.yaml:4:"]),
    ] {
        let ran = run("", Some(&format!("{STAGE}{segment}\n")), &[]);
        assert_refused(&ran, phrases);
    }
}

#[test]
fn a_condition_nested_too_deeply_has_a_place() {
    let deep = format!("  A: {{where: \"{}stage = 'a'{}\"}}\n", "(".repeat(3_000), ")".repeat(3_000));
    assert_refused(&run("", Some(&format!("{STAGE}{deep}")), &[]), &["mapping.yaml:4:"]);
}

#[test]
fn a_modules_condition_is_checked_too() {
    let dir = demo();
    let file = dir.path().join("mapping.yaml");
    let right = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, right.replace("'\"Email\" IS NOT NULL", "'\"Emial\" IS NOT NULL")).unwrap();
    let ran = run_in(dir.path(), &["audit", ".", "--now", NOW]);
    assert_refused(&ran, &["Emial", "mapping.yaml:13:34", "did you mean Email?"]);
}

#[test]
fn rules_that_do_not_exist() {
    for (flag, typed, near) in [
        ("--select", "ENM02", "ENM002"),
        ("--ignore", "duplicate-emial", "duplicate-email"),
        ("--select", "DUP001,SPLIT-PROFIL", "split-profile"),
    ] {
        assert_refused(&run("", None, &[flag, typed]), &["there is no rule", &format!("did you mean `{near}`?")]);
    }
    assert_refused(&run("", None, &["--select", "XYZ"]), &["there is no rule `XYZ`", "crmlint rules"]);
    config(
        "ignore:\n  - rule: DUP0001\n    reason: x\n",
        &["no rule `DUP0001`", "crmlint.yaml:4:11", "did you mean `DUP001`?"],
    );
    config("severity: {DUP0001: note}\n", &["crmlint.yaml:3:12", "did you mean `DUP001`?"]);
    config("thresholds: {duplicate-emial: {count: 1}}\n", &["crmlint.yaml:3:14", "did you mean `duplicate-email`?"]);
}

#[test]
fn an_instant_that_is_none() {
    for now in ["yesterday", "2026-13-01", "2026-02-30", "", "2026-06-01T25:00:00Z", "01.06.2026"] {
        let ran = run_in(demo().path(), &["audit", ".", "--now", now]);
        assert_refused(&ran, &["is no date", "2026-06-01T08:00:00Z"]);
    }
    let (day, instant) = (audit(demo().path(), ".", &[]), ["audit", ".", "--format", "json", "--now"]);
    let mut args = instant.to_vec();
    args.push("2026-06-01T02:00:00+02:00");
    assert_eq!(text(&run_in(demo().path(), &args).json(), "now"), text(&day.json(), "now"));
}

#[test]
fn a_document_with_a_mark_at_its_start_is_read() {
    let ran = run("", Some("\u{feff}version: 1\nnonsense: 1\n"), &[]);
    assert_refused(&ran, &["mapping.yaml:2:1", "2 | nonsense: 1"]);
    let ran = run("", Some("version: 1\r\nattributes:\r\n  stage: {tpye: text}\r\n"), &[]);
    assert_refused(&ran, &["mapping.yaml:3:11", "did you mean `type`?"]);
}
