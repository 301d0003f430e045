//! The published formats as their consumers read them: the report against its schema, the documents against theirs, and
//! the schema against the reader of the documents.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use boon::{Compiler, SchemaIndex, Schemas};
use common::{NOW, audit, demo, list, root, run, run_in, workspace};
use serde_json::{Value, json};

/// A compiled schema of the binary.
struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn of(document: &str) -> Self {
        let ran = run(&["schema", document]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{document}");
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let name = format!("https://crmlint.test/{document}.json");
        compiler.add_resource(&name, ran.json()).unwrap();
        let index = compiler.compile(&name, &mut schemas).unwrap_or_else(|error| panic!("{document}: {error:#}"));
        Self { schemas, index }
    }

    fn accepts(&self, value: &Value) -> Result<(), String> {
        self.schemas.validate(value, self.index).map_err(|error| format!("{error:#}"))
    }
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

#[test]
fn reports_fit_their_schema() {
    let schema = Schema::of("report");
    let dir = demo();
    for more in [&[][..], &["--strict"], &["--profile", "hygiene"], &["--show-pii"], &["--select", "IO"]] {
        let ran = audit(dir.path(), ".", more);
        schema.accepts(&ran.json()).unwrap();
        assert_eq!(ran.json()["exit"], ran.code, "{more:?}");
    }
    let alone = run(&["audit", "fixtures/demo/exports/zoho", "--now", NOW, "--format", "json"]);
    schema.accepts(&alone.json()).unwrap();
    let mut report = alone.json();
    report["findings"][0]["records"] = json!("many");
    assert!(schema.accepts(&report).is_err());
    report["findings"][0].as_object_mut().unwrap().remove("records");
    assert!(schema.accepts(&report).is_err());
}

#[test]
fn the_counts_of_a_report_are_those_of_its_lists() {
    let report = audit(demo().path(), ".", &[]).json();
    let of =
        |key: &str, field: &str, value: &str| list(&report, key).iter().filter(|item| item[field] == value).count();
    let counts = &report["counts"];
    assert_eq!(counts["errors"], of("findings", "severity", "error"));
    assert_eq!(counts["warnings"], of("findings", "severity", "warning"));
    assert_eq!(counts["notes"], of("findings", "severity", "note"));
    assert_eq!(counts["rules_clean"], of("rules", "status", "clean"));
    assert_eq!(counts["rules_with_findings"], of("rules", "status", "findings"));
    assert_eq!(counts["rules_not_evaluated"], of("rules", "status", "not evaluated"));
    assert_eq!(counts["rules_failed"], of("rules", "status", "failed"));
    let prints = list(&report, "findings").iter().map(|finding| finding["fingerprint"].to_string());
    let prints: std::collections::BTreeSet<String> = prints.collect();
    assert_eq!(prints.len(), list(&report, "findings").len(), "two findings share a fingerprint");
}

#[test]
fn the_demo_and_the_fixtures_fit_their_schemas() {
    let (config, mapping) = (Schema::of("config"), Schema::of("mapping"));
    let mut seen = 0;
    for file in common::files(&root().join("fixtures")) {
        let schema = match file.file_name().unwrap().to_str().unwrap() {
            "crmlint.yaml" => &config,
            "mapping.yaml" => &mapping,
            _ => continue,
        };
        let text = fs::read_to_string(root().join("fixtures").join(&file)).unwrap();
        schema.accepts(&yaml(&text)).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        seen += 1;
    }
    assert!(seen > 50, "{seen} documents");
}

#[test]
fn the_rules_fit_their_schema() {
    let schema = Schema::of("rule");
    for (name, text) in crmlint::rules::BUILT_IN {
        schema.accepts(&yaml(text)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut rule = yaml(text);
        rule["severty"] = json!("error");
        assert!(schema.accepts(&rule).is_err(), "{name} with an unknown key");
        rule = yaml(text);
        rule.as_object_mut().unwrap().remove("why");
        assert!(schema.accepts(&rule).is_err(), "{name} without `why`");
    }
}

#[test]
fn unknown_keys_are_refused_at_every_depth() {
    let (config, mapping) = (Schema::of("config"), Schema::of("mapping"));
    for text in [
        "sorces: {}",
        "sources: {zoho: {files: a.csv, knd: zoho}}",
        "ignore: [{rule: DUP001, reson: x}]",
        "thresholds: {DUP001: {cuont: 1}}",
        "options: {text_cse: any}",
    ] {
        assert!(config.accepts(&yaml(text)).is_err(), "{text}");
    }
    for text in [
        "atributes: {}",
        "attributes: {stage: {form: zoho.contacts.Stage}}",
        "attributes: {stage: {from: [{colum: zoho.contacts.Stage}]}}",
        "segments: {At Risk: {wher: a = 1}}",
        "identity: {also: [{atribute: a}]}",
        "segments: {At Risk: {where: a = 1, expect: {mim: 1}}}",
    ] {
        assert!(mapping.accepts(&yaml(text)).is_err(), "{text}");
    }
}

#[test]
fn schema_and_reader_agree_on_how_numbers_are_written() {
    for (number, fine) in [
        ("1_000", true),
        ("1e3", true),
        ("'12'", true),
        ("", true),
        ("~", true),
        ("5%", false),
        ("0.5", false),
        ("-1", false),
        ("many", false),
        ("12 %%", false),
    ] {
        agree(&format!("thresholds: {{DUP001: {{count: {number}}}}}"), fine);
    }
    for (share, fine) in [
        ("5%", true),
        ("0.5 %", true),
        ("100%", true),
        ("0.5", true),
        ("5", false),
        ("500%", false),
        ("-0.1", false),
        ("1.2.3%", false),
        ("_%", false),
    ] {
        agree(&format!("thresholds: {{DUP001: {{share: {share}}}}}"), fine);
    }
}

#[test]
fn schema_and_reader_agree_on_values() {
    for (text, fine) in [
        ("version: 1", true),
        ("version: [1]", false),
        ("profile: launch", true),
        ("profile: lunch", false),
        ("fail_on: never", true),
        ("severity: {DUP001: note}", true),
        ("severity: {DUP001: fatal}", false),
        ("thresholds: {DUP001: {share: 0.5%}}", true),
        ("thresholds: {DUP001: {share: 0.005}}", true),
        ("thresholds: {DUP001: {count: many}}", false),
        ("ignore: {rule: DUP001}", false),
        ("ignore: [DUP001]", false),
        ("ignore:", true),
        ("profile:", true),
        ("version:", true),
        ("mapping: {}", false),
        ("rules: [a, b]", true),
        ("rules: a", true),
        ("rules: {a: b}", false),
    ] {
        agree(text, fine);
    }
}

/// Whether a config fits is one question with one answer.
fn agree(text: &str, fine: bool) {
    assert_eq!(Schema::of("config").accepts(&yaml(text)).is_ok(), fine, "the schema on {text}");
    let dir = workspace(&[
        ("crmlint.yaml", &format!("sources: {{customerio: {{files: people.csv}}}}\n{text}\n")),
        ("people.csv", "id,email,cio_id,created_at,unsubscribed\n1,a@example.com,b7c10800f301d501,1736935977,false\n"),
        ("a/x.yaml", ""),
    ]);
    let ran = run_in(dir.path(), &["audit", ".", "--now", NOW]);
    // A fault of the shape has a place in the config; what a name leads to is another matter.
    let refused = ran.code == 2 && ran.err.contains(" crmlint.yaml:");
    assert_eq!(!refused, fine, "the reader on {text}: {}", ran.err);
}
