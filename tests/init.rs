//! `crmlint init`: what it drafts finds the planted defects as it stands, asks only what it marks, tells nothing of people,
//! and takes odd exports.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{NOW, Ran, audit, copy, list, root, run_in, text, workspace, write};
use crmlint::mapping::{Kind as Cause, Mapping};
use crmlint::yaml::Document;
use serde_json::Value;
use tempfile::TempDir;

fn init(dir: &Path, more: &[&str]) -> Ran {
    run_in(dir, &[&["init"], more].concat())
}

/// The demo's exports alone, drafted.
fn drafted() -> TempDir {
    let dir = TempDir::new().unwrap();
    copy(&root().join("fixtures/demo/exports"), &dir.path().join("exports"));
    let ran = init(dir.path(), &["exports"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    dir
}

fn read(dir: &Path, file: &str) -> String {
    fs::read_to_string(dir.join(file)).unwrap()
}

fn mapping(dir: &Path) -> Mapping {
    Mapping::read(&dir.join("mapping.yaml"), "mapping.yaml").unwrap()
}

/// The questions of a document, what they are about alone.
fn asked(text: &str) -> BTreeSet<String> {
    let questions = text.lines().filter_map(|line| line.trim().strip_prefix("# ? "));
    questions.map(|question| question.split(": ").next().unwrap().to_owned()).collect()
}

/// Planted defects that need something that only a person can say: rule and column.
const LEFT_OPEN: &[(&str, &str)] = &[
    // A date campaign, which the draft asks for.
    ("TS012", "birthday"),
    // The segments that a merge moves people between.
    ("DUP014", ""),
    // Whose number is right.
    ("ENM007", "total_spent"),
    // The day from which an alias is a mistake.
    ("ENM012", "lifecycle_stage"),
    ("ENM012", "Lifecycle Stage"),
];

#[test]
fn the_draft_of_the_demo_finds_the_planted_defects_without_an_edit() {
    let dir = drafted();
    let ran = audit(dir.path(), ".", &["--rows", "rows.csv"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let mut reader = csv::Reader::from_path(dir.path().join("rows.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|found| found == name).unwrap();
    let (code, dataset, key, column) = (at("code"), at("dataset"), at("key"), at("column"));
    let rows = reader.records().map(|row| row.unwrap());
    let found: BTreeSet<[String; 4]> =
        rows.map(|row| [code, dataset, key, column].map(|at| row[at].to_owned())).collect();
    let expected: Value = serde_json::from_str(&read(root(), "fixtures/demo/expected.json")).unwrap();
    let wanted = list(&expected, "findings").iter().filter(|finding| {
        let code = text(finding, "code");
        ["ENM", "TS0", "DUP"].contains(&&code[..3])
    });
    let (mut looked, mut missed) = (0, Vec::new());
    for finding in wanted {
        for cell in list(finding, "cells") {
            let row = [text(finding, "code"), text(cell, "dataset"), text(cell, "key"), text(cell, "column")];
            if LEFT_OPEN.contains(&(row[0], row[3])) {
                continue;
            }
            looked += 1;
            if !found.contains(&row.map(str::to_owned)) {
                missed.push(format!("{row:?} {}", text(cell, "value")));
            }
        }
    }
    assert!(looked > 330, "{looked} planted cells");
    assert!(missed.is_empty(), "{} of {looked} planted cells are not found: {missed:#?}", missed.len());
}

#[test]
fn the_lint_of_the_draft_is_about_its_questions() {
    let dir = drafted();
    let ran = run_in(dir.path(), &["gate", "--against", "mapping.yaml", "--now", NOW, "--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let report = ran.json();
    let asked = asked(&read(dir.path(), "mapping.yaml"));
    // The rule, and the key that the question is about.
    let about = |code: &str| match code {
        "OWN001" | "OWN003" => "owner",
        "MAP002" => "from",
        "DUP010" => "merge_rule",
        other => panic!("{other} is about no question: {report}"),
    };
    let findings = list(&report, "findings");
    assert!(findings.len() > 10);
    for finding in findings {
        let entry = text(finding, "subject").trim_start_matches("mapping:").trim_start_matches("attributes.");
        let question = format!("{entry}.{}", about(text(finding, "code")));
        assert!(asked.contains(&question), "{question} is not asked: {finding}");
    }
}

#[test]
fn columns_are_paired_by_the_values_of_people() {
    let dir = drafted();
    let mapping = mapping(dir.path());
    let from = |name: &str| {
        let attribute = mapping.attribute(name).unwrap_or_else(|| panic!("no {name}"));
        attribute.from.iter().map(|from| from.spot.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(mapping.canonical.as_ref().unwrap().attribute.text, "zoho_contact_id");
    assert_eq!(from("lifecycle_stage"), ["zoho.contacts.Lifecycle Stage"]);
    assert_eq!(from("sales_owner"), ["zoho.contacts.Contact Owner"], "no name is alike");
    assert_eq!(from("acquisition_channel"), ["zoho.contacts.Lead Source", "zoho.leads.Lead Source"]);
    assert_eq!(from("last_deal_stage"), ["zoho.deals.Stage"]);
    assert_eq!(from("total_spent"), ["shopify.customers.Total Spent"]);
    assert_eq!(from("unsubscribed")[0], "zoho.contacts.Email Opt Out");
    let kind = |name: &str| mapping.attribute(name).unwrap().kind.as_ref().unwrap().text.clone();
    let kinds = ["last_order_at", "birthday", "promo_journey", "total_spent", "sales_owner", "tags"].map(kind);
    assert_eq!(kinds, ["timestamp", "date", "boolean", "number", "text", "list"]);
    let role = |name: &str| mapping.attribute(name).unwrap().role.clone().unwrap_or_default();
    let roles = ["unsubscribed", "lifecycle_stage", "vip_tier", "email", "last_order_at"].map(role);
    assert_eq!(roles, ["consent", "lifecycle", "tier", "email", "last_purchase"]);
    let tier = mapping.attribute("vip_tier").unwrap();
    let spelled: Vec<(&str, &str)> =
        tier.values.iter().map(|word| (word.source.as_str(), word.attribute.as_str())).collect();
    assert_eq!(spelled, [("Bronze", "bronze"), ("Silver", "silver"), ("Gold", "gold"), ("Platinum", "platinum")]);
    let stages = &mapping.attribute("lifecycle_stage").unwrap().values;
    let stages: BTreeSet<&str> = stages.iter().map(|word| word.source.as_str()).collect();
    assert_eq!(stages, ["Prospect", "First Order", "Active", "Loyal", "At Risk", "Churned"].into());
    let text = read(dir.path(), "mapping.yaml");
    assert!(text.contains("agrees on 94.5% of 327 people"), "{text}");
    assert!(text.contains("aliases: {") && mapping.attributes.iter().all(|attribute| attribute.owner.is_none()));
    let config = read(dir.path(), "crmlint.yaml");
    assert!(config.contains("time_zone: Europe/Berlin") && config.contains("files: [exports/zoho]"), "{config}");
}

#[test]
fn nothing_of_a_person_is_drafted() {
    let dir = drafted();
    let drafts = read(dir.path(), "crmlint.yaml") + &read(dir.path(), "mapping.yaml");
    assert!(!drafts.contains('@'), "an address");
    for file in ["zoho/Contacts_2026_05_21.csv", "customerio/people.csv", "shopify/customers_export.csv"] {
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).from_path(dir.path().join("exports").join(file)).unwrap();
        let header = reader.headers().unwrap().clone();
        let personal = [
            "First Name",
            "Last Name",
            "Contact Owner",
            "first_name",
            "sales_owner",
            "Phone",
            "phone",
            "id",
            "Description",
        ];
        let columns: Vec<usize> = (0..header.len()).filter(|at| personal.contains(&&header[*at])).collect();
        for record in reader.records().map(|record| record.unwrap()) {
            for value in columns.iter().filter_map(|at| record.get(*at)).filter(|value| value.len() > 3) {
                assert!(!drafts.contains(value), "{value} of {file}");
            }
        }
    }
    assert!(!drafts.contains("Do not use") && !drafts.contains("Fair 2026"), "rare values are not listed");
}

#[test]
fn the_same_exports_are_the_same_bytes_wherever_they_are_written() {
    let (one, two) = (drafted(), drafted());
    for file in ["crmlint.yaml", "mapping.yaml"] {
        assert_eq!(read(one.path(), file), read(two.path(), file), "{file}");
    }
    let ran = init(one.path(), &["exports", "--out", "new/folder"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(read(one.path(), "mapping.yaml"), read(one.path(), "new/folder/mapping.yaml"));
    assert!(read(one.path(), "new/folder/crmlint.yaml").contains("files: [../../exports/zoho]"));
    assert_eq!(audit(one.path(), "new/folder", &[]).code, 1);
    // Every question is told with its place.
    let text = read(one.path(), "new/folder/mapping.yaml");
    for (line, question) in
        text.lines().enumerate().filter_map(|(at, line)| Some((at + 1, line.trim().strip_prefix("# ? ")?)))
    {
        assert!(ran.out.contains(&format!("new/folder/mapping.yaml:{line}: {question}")), "{question}");
    }
}

#[test]
fn what_is_there_stays_without_force_and_all_is_written_or_nothing() {
    for there in ["crmlint.yaml", "mapping.yaml", "mapping.schema.json"] {
        let dir = workspace(&[("people.csv", "id,email,cio_id\n1,ana@example.com,a1\n"), (there, "mine\n")]);
        let ran = init(dir.path(), &["people.csv"]);
        assert_eq!(ran.code, 2, "{there}");
        assert!(ran.err.contains(there) && ran.err.contains("--force"), "{}", ran.err);
        assert_eq!(common::files(dir.path()).len(), 2, "{there}");
        assert_eq!(read(dir.path(), there), "mine\n");
        assert_eq!(init(dir.path(), &["people.csv", "--force"]).code, 0);
        assert_ne!(read(dir.path(), there), "mine\n");
        assert_eq!(common::files(dir.path()).len(), 5);
    }
    let dir = workspace(&[("people.csv", "id,email,cio_id\n1,ana@example.com,a1\n"), ("out", "a file\n")]);
    for (args, code, told) in
        [(&["people.csv", "--out", "out"][..], 2, "no folder"), (&["gone.csv"], 3, "gone.csv"), (&[], 2, "EXPORTS")]
    {
        let ran = init(dir.path(), args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(told), "{args:?}: {}", ran.err);
    }
    assert_eq!(common::files(dir.path()).len(), 2);
}

#[test]
fn editors_find_the_schemas_beside_the_documents() {
    let dir = drafted();
    for (file, schema) in [("crmlint.yaml", "crmlint.schema.json"), ("mapping.yaml", "mapping.schema.json")] {
        let first = read(dir.path(), file).lines().next().unwrap().to_owned();
        assert_eq!(first, format!("# yaml-language-server: $schema={schema}"));
        serde_json::from_str::<Value>(&read(dir.path(), schema)).unwrap();
    }
    let shipped = root().join("docs/schema/mapping.schema.json");
    assert_eq!(read(dir.path(), "mapping.schema.json"), fs::read_to_string(shipped).unwrap());
}

/// Names of columns as no spreadsheet should have them.
const HOSTILE: &[&str] = &[
    "a: b",
    "# not a comment",
    "x # y",
    "- dash",
    "? mark",
    "it's \"quoted\"",
    "{brace",
    "[bracket",
    "&anchor",
    "*alias",
    "!tag",
    "| pipe",
    "> fold",
    "%percent",
    "@at",
    "`tick",
    "true",
    "null",
    "1.5",
    "~",
    "back\\slash",
    "Straße",
    "名前",
    "a, b",
    "ends with:",
    "---",
];

#[test]
fn hostile_names_come_back_as_they_were() {
    let dir = TempDir::new().unwrap();
    let names: Vec<String> = HOSTILE
        .iter()
        .map(|name| (*name).to_owned())
        .chain(["two\nlines".to_owned(), "right\u{202e}left".to_owned(), "tab\there".to_owned()])
        .collect();
    for (file, first) in [("people.csv", "cio_id"), ("Contacts_2026_05_21.csv", "Record Id")] {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let zoho = first == "Record Id";
        let mail = if zoho { "Email" } else { "email" };
        let own: &[&str] =
            if zoho { &["Contact Owner", "Last Name", "Created Time", "Modified Time"] } else { &["id"] };
        let keys = [first, mail].into_iter().chain(own.iter().copied());
        writer.write_record(keys.chain(names.iter().map(String::as_str))).unwrap();
        for row in 0..40 {
            let id = format!("{}{:015}", if zoho { "zcrm_7045" } else { "c0" }, row);
            let cells = [id, format!("p{row}@example.com")].into_iter();
            let cells = cells.chain(own.iter().map(|_| format!("own{row}")));
            let values = (0..names.len()).map(|at| format!("value {} of {at}", row % 4));
            writer.write_record(cells.chain(values)).unwrap();
        }
        write(dir.path(), file, &writer.into_inner().unwrap());
    }
    let ran = init(dir.path(), &["people.csv", "Contacts_2026_05_21.csv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mapping = mapping(dir.path());
    let drafted: BTreeSet<&str> = mapping.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    let missing: Vec<&String> = names
        .iter()
        .filter(|name| !name.contains(['\n', '\t', '\u{202e}']) && !drafted.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "{missing:?} of {drafted:?}\n{}", read(dir.path(), "mapping.yaml"));
    // Names that cannot be printed safely are those of the reader's columns.
    assert!(mapping.attributes.iter().filter(|attribute| !attribute.from.is_empty()).count() >= names.len());
    let ran = audit(dir.path(), ".", &["--select", "MAP003,MAP004"]);
    assert_eq!(ran.code, 0, "every name leads to its column: {} {}", ran.out, ran.err);
    Document::read(&dir.path().join("crmlint.yaml"), "crmlint.yaml").unwrap();
}

#[test]
fn odd_exports_are_drafted_or_refused_in_a_sentence() {
    let wide: Vec<String> = (0..2_000).map(|at| format!("field_{at}")).collect();
    let header = format!("id,email,cio_id,{}\n", wide.join(","));
    let row = |at: usize| {
        format!("{at},p{at}@example.com,c{at},{}\n", wide.iter().map(|_| "x").collect::<Vec<_>>().join(","))
    };
    let full = header.clone() + &(0..5).map(row).collect::<String>();
    let table: &[(&str, &str, i32)] = &[
        ("", "people.csv", 3),
        ("id,email,cio_id\n", "people.csv", 0),
        ("id,email,cio_id,plan\n1,,,\n", "people.csv", 0),
        (&header, "people.csv", 0),
        (&full, "people.csv", 0),
        ("Record Id,Contact Owner,Last Name,Email,Created Time,Modified Time\n", "Contacts_2026_05_21.csv", 0),
        ("a;b\n1;2\n", "odd.csv", 0),
        ("{\"segments\": []}", "segments.json", 2),
        ("{\"segments\": [{\"name\": \"x\"}]}", "segments.json", 0),
        ("{\"campaigns\": [1, null, {\"name\": 3}, {\"name\": \"a: #\\n\"}]}", "campaigns.json", 0),
        ("{\"segments\": ", "segments.json", 3),
    ];
    for (content, file, code) in table {
        let dir = workspace(&[(file, content)]);
        let ran = init(dir.path(), &[file]);
        let head: String = content.chars().take(60).collect();
        assert_eq!(ran.code, *code, "{file} {head:?}: {}", ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        if ran.code == 0 {
            let lint = run_in(dir.path(), &["gate", "--against", "mapping.yaml", "--now", NOW]);
            assert!(lint.code < 2, "{file} {head:?}: {}\n{}", lint.err, read(dir.path(), "mapping.yaml"));
        } else {
            assert!(!dir.path().join("mapping.yaml").exists(), "{file} {head:?}");
        }
    }
}

#[test]
fn one_system_alone_is_drafted_with_names_as_proposals() {
    let dir = TempDir::new().unwrap();
    copy(&root().join("fixtures/demo/exports/zoho"), &dir.path().join("zoho"));
    assert_eq!(init(dir.path(), &["zoho"]).code, 0);
    let drafted = mapping(dir.path());
    let stage = drafted.attribute("lifecycle_stage").unwrap();
    assert!(stage.is(&["enum"]) && stage.values.len() >= 5 && drafted.attribute("unsubscribed").unwrap().is_consent());
    assert!(read(dir.path(), "mapping.yaml").contains("the names are proposals"));
    // Without profiles nothing tells the zone of its times.
    assert!(asked(&read(dir.path(), "crmlint.yaml")).contains("sources.zoho.time_zone"));
    let report = audit(dir.path(), ".", &[]).json();
    let found = common::codes(&report);
    assert!(["ENM002", "TS001", "TS003", "DUP002"].iter().all(|code| found.contains(*code)), "{found:?}");

    let dir = TempDir::new().unwrap();
    copy(&root().join("fixtures/demo/exports/customerio"), &dir.path().join("customerio"));
    assert_eq!(init(dir.path(), &["customerio"]).code, 0);
    let found = common::codes(&audit(dir.path(), ".", &[]).json());
    assert!(["ENM002", "TS002", "DUP001", "MAP002"].iter().all(|code| found.contains(*code)), "{found:?}");
}

const METADATA: &str = r#"{
  "segments": [
    {"id": 1, "name": "At Risk", "type": "dynamic", "conditions": {"and": [
      {"attribute": {"field": "lifecycle_stage", "operator": "eq", "value": "At Risk"}},
      {"not": {"attribute": {"field": "unsubscribed", "operator": "eq", "value": true}}}]}},
    {"id": 2, "name": "Recent Buyer", "conditions": {"and": [
      {"field": "last_order_at", "operator": "timestamp_gt", "value": -2592000}]}},
    {"id": 3, "name": "Opened a mail", "conditions": {"and": [{"event": {"name": "opened", "type": "email"}}]}},
    {"id": 4, "name": "VIP", "type": "dynamic"},
    {"id": 5, "name": "VIP", "conditions": {"and": [{"field": "no_such_attribute", "operator": "exists"}]}}
  ],
  "campaigns": [
    {"id": 7, "name": "Winback: spring", "state": "running", "trigger_segment_ids": [1], "filter_segment_ids": [2, 9],
     "first_started": 1769904000},
    {"id": 8, "name": "Birthday", "state": "draft", "date_attribute": "birthday"},
    {"id": 9, "name": "Thanks", "state": "stopped", "event_name": "order_completed"},
    {"id": 10, "name": "Odd", "state": "archived"}
  ]
}"#;

#[test]
fn segments_and_journeys_come_from_metadata_with_questions_for_caps_and_exits() {
    let dir = TempDir::new().unwrap();
    copy(&root().join("fixtures/demo/exports"), &dir.path().join("exports"));
    // Beside the exports, in one of their folders.
    write(dir.path(), "exports/customerio/workspace.json", METADATA.as_bytes());
    let ran = init(dir.path(), &["exports"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = read(dir.path(), "mapping.yaml");
    assert!(!read(dir.path(), "crmlint.yaml").contains("workspace.json"));
    let mapping = mapping(dir.path());
    let segments: Vec<&str> = mapping.segments.iter().map(|segment| segment.name.as_str()).collect();
    assert_eq!(segments, ["At Risk", "Recent Buyer"], "what is not understood is asked:\n{text}");
    let journey = |name: &str| {
        let journey = mapping.journeys.iter().find(|journey| journey.name == name).unwrap();
        journey.trigger().map(|cue| (cue.kind, cue.name.clone()))
    };
    assert_eq!(journey("Winback: spring").unwrap(), (Cause::Segment, "At Risk".to_owned()));
    assert_eq!(journey("Birthday").unwrap(), (Cause::Date, "birthday".to_owned()));
    assert_eq!(journey("Thanks").unwrap(), (Cause::Event, "order_completed".to_owned()));
    assert!(journey("Odd").is_none());
    let asked = asked(&text);
    for wanted in
        ["segments.VIP", "segments.VIP (5)", "segments.Opened a mail", "segments", "journeys.Winback: spring.cap"]
    {
        let found = asked.iter().any(|about| wanted.starts_with(about.as_str()) || about == wanted);
        assert!(found && text.contains(&format!("# ? {wanted}")), "{wanted} is not asked:\n{text}");
    }
    assert!(["exit", "cap", "suppress"].iter().all(|key| asked.contains(&format!("journeys.Birthday.{key}"))));
    assert!(text.contains("since: 2026-02-01") || text.contains("since: \"2026-02-01\""), "{text}");
    // Its conditions mean something: the audit reads them.
    let report = audit(dir.path(), ".", &[]).json();
    assert!(list(&report, "rules").iter().all(|rule| common::text(rule, "status") != "failed"));
    assert_eq!(common::status(&report, "ENM014"), "clean", "{}", report["rules"]);
}

#[test]
fn exports_beside_the_documents_are_told_from_them() {
    let dir = TempDir::new().unwrap();
    for file in ["zoho/Contacts_2026_05_21.csv", "customerio/people.csv"] {
        let name = Path::new(file).file_name().unwrap();
        fs::copy(root().join("fixtures/demo/exports").join(file), dir.path().join(name)).unwrap();
    }
    write(dir.path(), "README.md", b"# notes");
    let ran = init(dir.path(), &["."]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let config = read(dir.path(), "crmlint.yaml");
    assert!(config.contains("files: [Contacts_2026_05_21.csv]") && config.contains("files: [people.csv]"), "{config}");
    let inputs = audit(dir.path(), ".", &[]).json()["inputs"].as_array().unwrap().len();
    assert_eq!(inputs, 2, "schemas and documents are no exports");
    let before = read(dir.path(), "mapping.yaml");
    write(dir.path(), "crmlint.yaml", b"broken: [");
    let ran = init(dir.path(), &[".", "--force"]);
    assert_eq!((ran.code, read(dir.path(), "mapping.yaml")), (0, before), "{}", ran.err);
    assert_eq!(read(dir.path(), "crmlint.yaml"), config);
}

#[test]
fn archives_and_tables_of_others_lead_back_to_themselves() {
    use std::io::Write as _;
    let dir = TempDir::new().unwrap();
    let mut archive = zip::ZipWriter::new(fs::File::create(dir.path().join("exports.zip")).unwrap());
    let contacts = fs::read(root().join("fixtures/demo/exports/zoho/Contacts_2026_05_21.csv")).unwrap();
    archive.start_file("Contacts_2026_05_21.csv", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(&contacts).unwrap();
    archive.finish().unwrap();
    let table = |first: &str| {
        let rows = (0..40).map(|at| format!("{first}{at:08},p{at}@example.com,{}\n", ["Small", "Large"][at % 2]));
        format!("{first} number,e-mail,Size\n{}", rows.collect::<String>())
    };
    write(dir.path(), "orders.csv", table("A").as_bytes());
    write(dir.path(), "tickets.csv", table("B").as_bytes());
    let ran = init(dir.path(), &["exports.zip", "orders.csv", "tickets.csv"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let config = read(dir.path(), "crmlint.yaml");
    assert!(config.contains("files: [exports.zip]"), "{config}");
    let report = audit(dir.path(), ".", &[]).json();
    let inputs: Vec<&str> = list(&report, "inputs").iter().map(|input| common::text(input, "dataset")).collect();
    assert_eq!(inputs, ["generic.orders", "generic.tickets", "zoho.contacts"]);
    let named: Vec<String> = mapping(dir.path()).columns().iter().map(ToString::to_string).collect();
    assert!(named.iter().any(|column| column == "generic.orders.Size"), "{named:?}");
    assert_eq!(common::status(&report, "MAP003"), "clean", "every column is found again");
}
