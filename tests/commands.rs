//! The commands beside `audit`: rules, explain, schema, completions, and what help says.
#![allow(clippy::unwrap_used)]

mod common;

use common::{run, workspace};
use crmlint::rules::Rules;

#[test]
fn explain_says_what_why_and_what_to_do() {
    for rule in Rules::load(&[]).unwrap().iter() {
        let by_code = run(&["explain", &rule.code]);
        assert_eq!((by_code.code, by_code.err.as_str()), (0, ""), "{}", rule.code);
        assert_eq!(by_code.out, run(&["explain", &rule.name]).out, "{}", rule.code);
        let words: Vec<&str> = by_code.out.split_whitespace().collect();
        let said = words.join(" ");
        for text in [&rule.what, &rule.why, &rule.fix] {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(&text), "{}: {text}", rule.code);
        }
        assert!(by_code.out.lines().all(|line| line.chars().count() <= 100), "{}", by_code.out);
    }
    assert_eq!(run(&["explain", "enm002"]).code, 0, "codes are read without case");
}

#[test]
fn explain_names_the_nearest_rule() {
    for (typed, near) in [("ENM02", "ENM002"), ("enum-varient", "enum-variant"), ("split profil", "split-profile")] {
        let ran = run(&["explain", typed]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{typed}");
        assert!(ran.err.contains(&format!("did you mean `{near}`?")), "{}", ran.err);
    }
    let far = run(&["explain", "unicorns"]);
    assert!(far.code == 2 && !far.err.contains("did you mean") && far.err.contains("crmlint rules"), "{}", far.err);
    assert_eq!(run(&["explain"]).code, 2);
}

#[test]
fn rules_lists_every_rule() {
    let (table, json) = (run(&["rules"]), run(&["rules", "--format", "json"]));
    assert_eq!((table.code, json.code), (0, 0));
    let listed = json.json();
    let listed = listed.as_array().unwrap();
    let rules = Rules::load(&[]).unwrap();
    assert_eq!(listed.len(), rules.iter().count());
    for (rule, line) in rules.iter().zip(listed) {
        assert!(table.out.contains(&rule.code), "{}", rule.code);
        assert_eq!(line["code"], rule.code.as_str());
        assert_eq!(line["name"], rule.name.as_str());
        assert_eq!(line["severity"], rule.severity.name());
        assert_eq!(line["check"], rule.kind.name);
    }
    assert!(!table.out.contains('\u{1b}'));
}

const OWN: &str = "code: X001\nname: own-typo\ncheck: enum\nparams: {fault: typo}\nseverity: note\nwhat: What it finds.\n\
    why: What breaks.\nfix: What to do.\n";

#[test]
fn rules_of_ones_own_stand_beside_the_others() {
    let dir = workspace(&[("own/typo.yaml", OWN)]);
    let path = dir.path().join("own");
    let path = path.to_str().unwrap();
    assert!(run(&["rules", "--rules", path]).out.contains("X001"));
    assert!(run(&["explain", "own-typo", "--rules", path]).out.contains("X001 own-typo"));
    assert_eq!(run(&["explain", "X001"]).code, 2);
}

#[test]
fn a_rule_that_is_wrong_is_refused_at_its_place() {
    for (changed, by, place, phrase) in [
        ("code: X001", "code: ENM002", ":1:7", "exists already"),
        ("name: own-typo", "name: enum-variant", ":1:7", "exists already"),
        ("check: enum", "check: enumm", ":3:8", "did you mean `enum`?"),
        ("params: {fault: typo}", "params: {falt: typo}", ":4:10", "did you mean `fault`?"),
        ("params: {fault: typo}", "params: {fault: tpyo}", ":4:17", "did you mean `typo`?"),
        ("severity: note", "severity: fatal", ":5:11", "does not take `fatal`"),
        ("why: What breaks.\n", "", "", "needs the key `why`"),
        ("fix:", "fxi:", ":8:1", "did you mean `fix`?"),
    ] {
        let dir = workspace(&[("typo.yaml", &OWN.replace(changed, by))]);
        let path = dir.path().join("typo.yaml");
        let path = path.to_str().unwrap();
        let ran = run(&["rules", "--rules", path]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{by}");
        assert!(ran.err.contains(&format!("{path}{place}")) && ran.err.contains(phrase), "{by}: {}", ran.err);
    }
    let empty = tempfile::tempdir().unwrap();
    for path in [empty.path().to_str().unwrap(), "/nowhere/at/all"] {
        let ran = run(&["rules", "--rules", path]);
        assert!(ran.code == 2 && ran.err.contains("cannot be read"), "{path}: {}", ran.err);
    }
}

#[test]
fn completions_for_each_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = run(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        assert!(ran.out.contains("crmlint") && ran.out.contains("audit") && ran.out.contains("fail-on"), "{shell}");
    }
    let ran = run(&["completions", "tcsh"]);
    assert!(ran.code == 2 && ran.err.contains("possible values: bash"), "{}", ran.err);
}

#[test]
fn help_shows_examples() {
    let help = run(&["--help"]).out;
    assert!(help.contains("Exit codes:") && help.contains("\n  3  "), "{help}");
    for command in ["audit", "trace", "rules", "explain", "demo", "schema", "completions"] {
        assert!(help.contains(&format!("\n  {command}")), "{command} is not listed");
        let help = run(&[command, "--help"]).out;
        assert!(help.contains("Examples:\n  crmlint "), "{command} --help shows no example:\n{help}");
        assert!(!help.contains('\u{1b}'));
    }
}

#[test]
fn a_near_command_is_named() {
    let ran = run(&["audt"]);
    assert!(ran.code == 2 && ran.err.contains("'audit'"), "{}", ran.err);
    let ran = run(&["audit", "--fail-onn", "error"]);
    assert!(ran.code == 2 && ran.err.contains("--fail-on"), "{}", ran.err);
    assert_eq!(run(&["schema", "mappings"]).code, 2);
}

#[test]
fn the_version_is_the_packages() {
    let ran = run(&["--version"]);
    assert_eq!(ran.out, format!("crmlint {}\n", env!("CARGO_PKG_VERSION")));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_fault() {
    use std::process::Stdio;

    let mut command = common::command(common::root(), &["audit", "fixtures/demo", "--now", common::NOW, "-v"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(!err.contains("panicked"), "{err}");
    assert_eq!(output.status.code(), Some(1), "the verdict is the same: {err}");
}
