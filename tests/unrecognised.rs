//! Files of Customer.io whose columns do not tell what they are: they are not taken for people, and what is missing is said.
#![allow(clippy::unwrap_used)]

mod common;

use common::{audit, list, status, text, workspace};
use serde_json::Value;

const CONFIG: &str = "version: 1\nmapping: mapping.yaml\nsources:\n  customerio: {files: \"*.*\", kind: customerio}\n";
const MAPPING: &str = "version: 1\nidentity: {canonical: zoho_contact_id}\nattributes:\n  stage: {type: text}\n\
    events:\n  stage_changed: {when: stage, properties: [from, to], via: track}\n\
    journeys:\n  promo: {trigger: \"attribute:stage\", state: running}\n";
const PEOPLE: &str =
    "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,stage\n1,a@example.com,c1,1714577744,false,,Active\n";

/// The report with one more file, and what was read: dataset and shape.
fn run(name: &str, file: &str) -> (Value, Vec<(String, String)>) {
    let config = CONFIG.replace("\"*.*\"", &format!("[people.csv, {name}]"));
    let files = [("crmlint.yaml", config.as_str()), ("mapping.yaml", MAPPING), ("people.csv", PEOPLE), (name, file)];
    let dir = workspace(&files);
    let report = audit(dir.path(), ".", &[]).json();
    let read = list(&report, "inputs").iter();
    let read = read.map(|input| (text(input, "dataset").to_owned(), text(input, "recognised").to_owned()));
    let read = read.collect();
    (report, read)
}

fn reasons(report: &Value, code: &str) -> String {
    let rule = list(report, "rules").iter().find(|rule| rule["code"] == code).unwrap();
    list(rule, "not_evaluated").iter().map(|gap| text(gap, "reason").to_owned()).collect::<Vec<_>>().join("; ")
}

#[test]
fn events_without_a_name_or_a_time_say_which_column_they_lack() {
    let whole = "event_id,event_name,customer_id,timestamp,data\ne1,stage_changed,1,1714577744,{}\n";
    let (report, _) = run("events.csv", whole);
    assert!(!reasons(&report, "EVT005").contains("no export of events"), "{}", reasons(&report, "EVT005"));
    for (column, other) in [("event_name", "Ereignis"), ("timestamp", "Zeit")] {
        let (report, read) = run("events.csv", &whole.replace(column, other));
        assert!(read.contains(&("customerio.events".to_owned(), "generic table".to_owned())), "{read:?}");
        assert_eq!(status(&report, "EVT005"), "not evaluated");
        let said = format!("customerio.events is no export of events: it has no column `{column}`");
        assert!(reasons(&report, "EVT005").contains(&said), "{}", reasons(&report, "EVT005"));
    }
}

#[test]
fn a_list_of_suppressed_addresses_is_told_by_its_name_and_what_it_holds() {
    let (report, read) = run("suppressed.csv", "E-Mail-Adresse,Grund\na@example.com,bounce\n");
    let wanted = ("customerio.suppressions".to_owned(), "Customer.io suppression list".to_owned());
    assert!(read.contains(&wanted), "{read:?}");
    assert_eq!(status(&report, "CON009"), "not evaluated", "the journey starts on no segment");
    let (_, read) = run("reasons.csv", "Grund,Anzahl\nbounce,3\n");
    assert!(read.contains(&("customerio.reasons".to_owned(), "generic table".to_owned())), "{read:?}");
}

#[test]
fn a_campaign_without_a_name_is_said_and_the_others_are_kept() {
    let campaigns = "{\"campaigns\": [{\"id\": 1, \"name\": \"Promo\", \"state\": \"running\"}, {\"id\": \"x\"}]}";
    let (report, read) = run("campaigns.json", campaigns);
    assert_eq!(read.len(), 1, "{read:?}");
    let found = list(&report, "findings").iter().find(|finding| finding["code"] == "IO001").unwrap();
    assert!(text(found, "what").contains("entry 2 of `campaigns` has no name"), "{found}");
    let (report, read) = run("segments.json", "{\"segments\": [{\"conditions\": {}}]}");
    assert_eq!((read.len(), status(&report, "IO001")), (1, "findings"), "{read:?}");
}
