//! Segments and campaigns that Customer.io listed, as JSON among the exports: they count as if the mapping declared them, and
//! what they do not tell is never green.
#![allow(clippy::unwrap_used)]

mod common;

use common::{NOW, Ran, list, run_in, status, text, workspace};
use serde_json::Value;

const CONFIG: &str = "version: 1
sources:
  customerio: {files: [people.csv, \"listed*\"]}
mapping: mapping.yaml
";

const PEOPLE: &str = "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,stage,colour
c1,mara.lind@example.com,a1f207,1736590253,false,zcrm_5725767000004101001,Active,red
c2,ana.weber@example.com,a1f208,1736676684,true,zcrm_5725767000004101002,Churned,blue
";

const MAPPING: &str = "version: 1
identity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}
attributes:
  stage: {from: zoho.contacts.Stage, type: enum, values: [Active, Churned], role: lifecycle, default: Active, owner: zoho, used_by: [segment:Lost]}
  colour: {from: zoho.contacts.Colour, type: text, owner: zoho}
";

const SEGMENTS: &str = r#"{"segments": [
  {"id": 7, "name": "Lost", "type": "dynamic", "conditions": {"and": [{"field": "stage", "operator": "eq", "value": "Churnt"}]}},
  {"id": 8, "name": "Blue", "type": "dynamic", "conditions": {"and": [
    {"field": "hue", "operator": "eq", "value": "blue"}, {"event": {"name": "order_completed"}, "times": 1}]}},
  {"id": 9, "name": "Staff", "type": "manual"}]}"#;

const CAMPAIGNS: &str = r#"{"campaigns": [
  {"id": 1, "name": "Win back", "state": "running", "trigger_segment_ids": [7], "first_started": 1767225600},
  {"id": 2, "name": "Old", "state": "stopped", "trigger_segment_ids": [9]}]}"#;

/// The config, with a source of listed files only where there are some.
fn config(listed: bool) -> String {
    CONFIG.replace(", \"listed*\"", if listed { ", \"*.json\"" } else { "" })
}

fn run(mapping: &str, more: &[(&str, &str)]) -> Ran {
    let config = config(!more.is_empty());
    let mut files = vec![("crmlint.yaml", config.as_str()), ("people.csv", PEOPLE), ("mapping.yaml", mapping)];
    files.extend(more);
    let dir = workspace(&files);
    run_in(dir.path(), &["audit", ".", "--now", NOW, "--format", "json"])
}

fn found<'a>(report: &'a Value, code: &str) -> Vec<&'a Value> {
    list(report, "findings").iter().filter(|finding| text(finding, "code") == code).collect()
}

#[test]
fn listed_segments_are_read_like_declared_ones() {
    let report = run(MAPPING, &[("segments.json", SEGMENTS)]).json();
    let tested = found(&report, "ENM014");
    assert_eq!(tested.len(), 1, "{report}");
    assert_eq!(text(tested[0], "subject"), "segment:Lost");
    assert!(tested[0]["place"]["file"].as_str().unwrap().ends_with("segments.json"), "{}", tested[0]);
    assert_eq!(tested[0]["place"]["line"], 2);
    // What an event stands beside is read all the same.
    let unmapped = found(&report, "MAP010");
    assert_eq!(unmapped.len(), 1);
    assert_eq!(text(unmapped[0], "subject"), "mapping:attributes.hue");
    let remarks = report["remarks"].to_string();
    assert!(remarks.contains("listed 3 segments and 0 campaigns; the conditions of `Blue`, `Staff`"), "{remarks}");
    assert_eq!(status(&report, "SEG007"), "not evaluated");
}

#[test]
fn what_the_mapping_declares_goes_first() {
    let own = format!("{MAPPING}segments:\n  Lost: {{where: \"stage = 'Churned'\"}}\n");
    let report = run(&own, &[("segments.json", SEGMENTS)]).json();
    assert_eq!(found(&report, "ENM014").len(), 0);
}

#[test]
fn an_attribute_that_a_hidden_segment_may_read_is_not_called_unused() {
    let without = |list: &str| status(&run(MAPPING, &[("segments.json", list)]).json(), "MAP009").to_owned();
    assert_eq!(without(r#"{"segments": [{"id": 1, "name": "Any", "type": "dynamic"}]}"#), "not evaluated");
    let all = r#"{"segment": {"id": 1, "name": "Any", "conditions": {"field": "stage", "operator": "eq", "value": "Active"}}}"#;
    assert_eq!(without(all), "findings");
}

#[test]
fn campaigns_are_journeys_and_what_they_do_not_tell_is_open() {
    let files = [("segments.json", SEGMENTS), ("campaigns.json", CAMPAIGNS)];
    let report = run(MAPPING, &files).json();
    for code in ["JNY001", "JNY002", "JNY003", "JNY005", "JNY008"] {
        assert_eq!(status(&report, code), "not evaluated", "{code}");
        assert_eq!(found(&report, code).len(), 0, "{code}");
    }
    assert!(report["remarks"].to_string().contains("were not looked at: Old."), "{}", report["remarks"]);
    // The segment that starts it tests for a value that does not exist.
    let resting = found(&report, "JNY010");
    assert_eq!(resting.len(), 1, "{report}");
    assert_eq!(text(resting[0], "subject"), "mapping:journeys.Win back");
    let own = format!("{MAPPING}journeys:\n  Win back: {{trigger: \"segment:Lost\", suppress: [unsubscribed]}}\n");
    let report = run(&own, &files).json();
    assert_eq!(found(&report, "JNY003").len(), 1, "a declared journey is judged whole");
}

#[test]
fn without_a_mapping_the_list_is_named_and_nothing_more() {
    let dir = workspace(&[("people.csv", PEOPLE), ("segments.json", SEGMENTS)]);
    let ran = run_in(dir.path(), &["audit", "people.csv", "segments.json", "--now", NOW, "--format", "json"]);
    let remarks = ran.json()["remarks"].to_string();
    assert!(remarks.contains("listed 3 segments and 0 campaigns; without a mapping"), "{remarks}");
}

#[test]
fn an_absent_attribute_differs_where_the_config_says_so() {
    let people = PEOPLE.replace(",Churned,blue", ",,blue");
    let mapping = format!("{MAPPING}segments:\n  active not: {{never: \"stage <> 'Active'\"}}\n");
    for (options, members) in [("", 0), ("options: {absent: unmatched}\n", 0), ("options: {absent: different}\n", 1)] {
        let config = format!("{}{options}", config(false));
        let dir = workspace(&[("crmlint.yaml", &config), ("people.csv", &people), ("mapping.yaml", &mapping)]);
        let report = run_in(dir.path(), &["audit", ".", "--now", NOW, "--format", "json"]).json();
        assert_eq!(found(&report, "SEG001").len(), members, "{options}");
        assert!(report["remarks"].to_string().contains("the vendor leaves this open"), "{report}");
    }
}

#[test]
fn a_test_person_is_found_or_the_rule_is_not_evaluated() {
    let own = |who: &str| {
        let people = format!("test_people:\n  - {{{who}}}\n");
        format!("{MAPPING}segments:\n  Lost: {{where: \"stage = 'Churned' AND unsubscribed = true\"}}\n{people}")
    };
    let table = [
        ("email: ANA.weber@example.com, in: [Lost]", "clean"),
        ("zoho_contact_id: \"5725767000004101002\", in: [Lost]", "clean"),
        ("email: mara.lind@example.com, in: [Lost]", "findings"),
        ("email: nobody@example.com, in: [Lost]", "not evaluated"),
        ("email: mara.lind@example.com", "not evaluated"),
    ];
    for (who, wanted) in table {
        let report = run(&own(who), &[]).json();
        assert_eq!(status(&report, "SEG005"), wanted, "{who}");
    }
    let report = run(&own(table[2].0), &[]).json();
    let statement = text(found(&report, "SEG005")[0], "what").to_owned();
    let wanted =
        "Test person 1 is not in the segment `Lost`: `stage = 'Churned'` and `unsubscribed = true` do not hold.";
    assert_eq!(statement, wanted);
    assert_eq!(run(&own("in: [Lost]"), &[]).code, 2);
    let misspelt = own("email: mara.lind@example.com, in: [Loss]");
    let refused = run(&misspelt, &[]);
    assert!(refused.code == 2 && refused.err.contains("did you mean `Lost`"), "{refused:?}");
    // A segment that Customer.io listed is one.
    let loss = r#"{"segment": {"id": 1, "name": "Loss", "conditions": {"field": "stage", "operator": "eq", "value": "Active"}}}"#;
    assert_eq!(status(&run(&misspelt, &[("loss.json", loss)]).json(), "SEG005"), "clean");
    let wrong = own(table[0].0).replace("true\"}", "true\", expect: {min: 3, max: 2}}");
    assert_eq!(run(&wrong, &[]).code, 2);
}
