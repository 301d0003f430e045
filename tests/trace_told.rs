//! What a trace and a list of test people must not say: that somebody does not qualify, that something is the same, or that
//! mail is sent, where the exports do not tell or tell otherwise.
#![allow(clippy::unwrap_used)]

mod common;

use common::{NOW, Ran, list, run_in, text, workspace, write};
use serde_json::Value;
use tempfile::TempDir;

const CONFIG: &str = "version: 1
sources:
  zoho: {files: [Contacts.csv, Accounts.csv, Leads.csv], time_zone: Europe/Berlin}
  customerio: {files: [people.csv, suppressions.csv]}
mapping: mapping.yaml
";
const MAPPING: &str = "version: 1
identity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}
modules: {contacts: {as: people}, leads: {as: people}, accounts: {as: related}}
lag: 4h
attributes:
  stage: {from: zoho.contacts.Stage, type: enum, values: [Active, Churned], owner: zoho}
  score: {from: zoho.contacts.Score, type: number, owner: zoho}
  birthday: {from: zoho.contacts.Birthday, type: text, owner: zoho}
  tags: {from: zoho.contacts.Tag, type: list, role: tags, owner: zoho}
  unsubscribed: {from: zoho.contacts.Email Opt Out, type: boolean, role: consent, owner: zoho}
tags: {approved: [vip]}
segments:
  Firm: {where: \"zoho.accounts.\\\"Account Type\\\" = 'Customer'\"}
  Active: {where: \"stage = 'Active'\"}
  Slip: {where: \"stage = 'active'\"}
  Vip: {where: \"tags = 'vip'\"}
journeys:
  firm: {trigger: \"segment:Firm\"}
  active: {trigger: \"segment:Active\"}
  slip: {trigger: \"segment:Slip\"}
  vip: {trigger: \"segment:Vip\"}
";
const CONTACTS: &str = "Record Id,Last Name,Email,Modified Time,Email Opt Out,Stage,Score,Birthday,Tag,Account Name.id
zcrm_5725767000004101001,Dorn,dorn@example.com,2026-02-14 09:12:44,false,Active,123456,1980-02-03,neu;vip,ACCOUNT
zcrm_5725767000004101002,Lind,lind@example.com,2026-02-14 09:12:44,false,Active,5,,\"neu, vip\",
zcrm_5725767000004101003,Roth,roth@example.com,2026-02-14 09:12:44,false,Active,5,,vip,
zcrm_5725767000004101004,Kern,kern@example.com,2026-05-20 10:00:00,false,Active,5,,,
";
const LEADS: &str = "Record Id,Company,Last Name,Email,Is Converted,Converted Contact.id,Modified Time,Email Opt Out
zcrm_5725767000004201001,,Roth,roth@example.com,false,,2026-02-14 09:12:44,true
";
const ACCOUNTS: &str = "Record Id,Account Name,Account Type
zcrm_5725767000004301001,Acme,Customer
zcrm_5725767000004301002,Bolt,Partner
";
const PEOPLE: &str = "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,stage,score,birthday,tags
u-0001,dorn@example.com,a1f20700c3000001,1740819600,false,zcrm_5725767000004101001,Active,123456,1980-02-03,
u-0002,lind@example.com,a1f20700c3000002,1740819600,false,zcrm_5725767000004101002,Active,5,,\"[\"\"neu\"\",\"\"vip\"\"]\"
u-0003,roth@example.com,a1f20700c3000003,1740819600,false,zcrm_5725767000004101003,Active,5,,\"[\"\"VIP\"\"]\"
u-0004,sue@example.com,a1f20700c3000004,1740819600,false,,Churned,5,,
";
const SUPPRESSIONS: &str = "email,suppressed_at
lind@example.com,1771056764
";

/// The shop, where contacts belong to this account.
fn shop(account: &str) -> TempDir {
    workspace(&[
        ("crmlint.yaml", CONFIG),
        ("mapping.yaml", MAPPING),
        ("Contacts.csv", &CONTACTS.replace("ACCOUNT", account)),
        ("Accounts.csv", ACCOUNTS),
        ("Leads.csv", LEADS),
        ("people.csv", PEOPLE),
        ("suppressions.csv", SUPPRESSIONS),
    ])
}

fn trace(dir: &TempDir, person: &str, more: &[&str]) -> Ran {
    let ran = run_in(dir.path(), &[&["trace", person, "--now", NOW, "--format", "json"], more].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

fn named<'a>(report: &'a Value, part: &str, name: &str) -> &'a Value {
    list(&report["people"][0], part).iter().find(|item| text(item, "name") == name).unwrap()
}

/// How a journey ends, and why.
fn end(dir: &TempDir, person: &str, journey: &str) -> (String, String, String) {
    let report = trace(dir, person, &["--journey", journey]).json();
    let passage = named(&report, "journeys", journey);
    let cause = passage["cause"].as_str().unwrap_or_default().to_owned();
    (text(passage, "outcome").to_owned(), cause, text(passage, "says").to_owned())
}

#[test]
fn records_that_lead_to_nobody_tell_nothing() {
    let dir = shop("");
    let (outcome, cause, says) = end(&dir, "dorn@example.com", "firm");
    assert_eq!((outcome.as_str(), cause.as_str()), ("unknown", ""), "{says}");
    assert!(says.contains("no record of zoho.accounts could be linked to a profile"), "{says}");
    let linked = shop("zcrm_5725767000004301001");
    assert_eq!(end(&linked, "dorn@example.com", "firm").0, "enters");
    assert_eq!(end(&linked, "lind@example.com", "firm").1, "does-not-qualify");
}

#[test]
fn a_profile_without_a_record_is_the_cause() {
    let dir = shop("zcrm_5725767000004301001");
    let (outcome, cause, says) = end(&dir, "sue@example.com", "firm");
    assert_eq!((outcome.as_str(), cause.as_str()), ("misses", "profile-without-record"), "{says}");
    let (_, cause, says) = end(&dir, "sue@example.com", "active");
    assert_eq!(cause, "profile-without-record", "{says}");
    let report = trace(&dir, "sue@example.com", &[]).json();
    let stage = named(&report, "attributes", "stage");
    assert_eq!(text(stage, "verdict"), "not compared", "{stage}");
}

#[test]
fn a_list_is_read_item_by_item() {
    let dir = shop("");
    let (outcome, cause, says) = end(&dir, "dorn@example.com", "vip");
    assert_eq!((outcome.as_str(), cause.as_str()), ("misses", "not-synced"), "{says}");
    assert!(says.contains("has \"n***, vip\""), "{says}");
    let (outcome, cause, says) = end(&dir, "roth@example.com", "vip");
    assert_eq!((outcome.as_str(), cause.as_str()), ("misses", "value-variant"), "{says}");
    let report = trace(&dir, "lind@example.com", &[]).json();
    assert_eq!(text(named(&report, "attributes", "tags"), "verdict"), "same");
    let vip = named(&report, "segments", "Vip");
    assert_eq!((vip["inside"].as_bool(), vip["should"].as_bool()), (Some(true), Some(true)), "{vip}");
}

#[test]
fn a_segment_that_tests_no_allowed_value_is_to_blame() {
    let dir = shop("");
    let (outcome, cause, says) = end(&dir, "dorn@example.com", "slip");
    assert_eq!((outcome.as_str(), cause.as_str()), ("misses", "test-unlisted"), "{says}");
    assert!(says.contains("`active`: it is not on the list of `stage`"), "{says}");
}

#[test]
fn to_whom_nothing_is_sent_is_said() {
    let dir = shop("");
    let report = trace(&dir, "lind@example.com", &["--journey", "vip"]).json();
    let person = &report["people"][0];
    let listed = list(person, "consent").iter().find(|said| said["dataset"] == "customerio.suppressions").unwrap();
    assert!(text(listed, "says").contains("nothing is sent"), "{listed}");
    assert!(listed["times"].to_string().contains("2026-02-14T08:12:44Z"), "{listed}");
    let decides = person["decides"].to_string();
    assert!(decides.contains("suppressions since 2026-02-14") && !decides.contains("mail is sent"), "{decides}");
    let sent = trace(&dir, "dorn@example.com", &[]).json();
    assert!(sent["people"][0]["decides"].to_string().contains("mail is sent"));
}

#[test]
fn who_opted_out_elsewhere_did_so_not_in_customerio_alone() {
    let dir = shop("");
    let people =
        PEOPLE.replace("1740819600,false,zcrm_5725767000004101003", "1740819600,TRUE,zcrm_5725767000004101003");
    write(dir.path(), "people.csv", people.as_bytes());
    // The lead has become the contact, so both are one person's.
    let converted = LEADS.replace("roth@example.com,false,,", "roth@example.com,true,zcrm_5725767000004101003,");
    write(dir.path(), "Leads.csv", converted.as_bytes());
    let (outcome, cause, says) = end(&dir, "roth@example.com", "active");
    assert_eq!((outcome.as_str(), cause.as_str()), ("misses", "opted-out-in-customerio"), "{says}");
    assert!(says.contains("as zoho.leads.Email Opt Out says too") && !says.contains("alone"), "{says}");
}

#[test]
fn a_segment_that_tests_events_is_unknown() {
    let dir = shop("");
    let config = CONFIG.replace("suppressions.csv]", "suppressions.csv, segments.json]");
    write(dir.path(), "crmlint.yaml", config.as_bytes());
    let listed = "{\"segments\":[{\"id\":1,\"name\":\"Bought\",\"conditions\":{\"and\":[{\"attribute\":{\"field\":\"stage\",\"operator\":\"eq\",\"value\":\"Active\"}},{\"event\":{\"name\":\"order_completed\"}}]}}]}";
    write(dir.path(), "segments.json", listed.as_bytes());
    let report = trace(&dir, "dorn@example.com", &["--segment", "Bought"]).json();
    let bought = named(&report, "segments", "Bought");
    assert!(bought["inside"].is_null() && bought["should"].is_null(), "{bought}");
    assert!(text(bought, "not_evaluated").contains("tests more than attributes"), "{bought}");
}

#[test]
fn a_placeholder_names_nobody_and_names_are_listed_once() {
    let dir = shop("");
    let placeholder = run_in(dir.path(), &["trace", "test@test.com", "--now", NOW]);
    assert_eq!(placeholder.code, 2);
    assert!(placeholder.err.contains("a placeholder address names nobody"), "{}", placeholder.err);
    assert!(!placeholder.err.contains("did you mean"), "{}", placeholder.err);
    let twin = "u-0005,dorn@example.com,a1f20700c3000005,1740819600,false,zcrm_5725767000004101001,Active,123456,,\n";
    write(
        dir.path(),
        "Contacts.csv",
        CONTACTS.replace("1980-02-03,neu;vip", ",").replace("Active,123456", ",").as_bytes(),
    );
    write(
        dir.path(),
        "people.csv",
        format!("{PEOPLE}{twin}")
            .replace("Active,123456,1980-02-03,", ",,,")
            .replace("Active,123456,,", ",,,")
            .as_bytes(),
    );
    let ran = run_in(dir.path(), &["trace", "dorn@example.com", "--now", NOW]);
    let flat = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let tail = flat.split("Blank at the source and on the profile: ").nth(1).unwrap_or_else(|| panic!("{ran:?}"));
    let names = tail.split('.').next().unwrap();
    assert_eq!(names.matches("tags").count(), 1, "{names}");
}

#[test]
fn a_proposed_list_says_what_is_not_compared() {
    let dir = shop("");
    let plain = run_in(dir.path(), &["sample", "--now", NOW]);
    assert_eq!(plain.code, 0, "{plain:?}");
    assert!(!plain.out.contains("QA002"), "{}", plain.out);
    assert!(plain.err.contains("No Zoho contact has: "), "{}", plain.err);
    let deal = "attributes:\n  deal: {from: {column: zoho.deals.Stage, through: zoho.deals.Contact Name, pick: last, by: Closing Date}, type: text, owner: zoho}\n";
    write(dir.path(), "mapping.yaml", MAPPING.replace("attributes:\n", deal).as_bytes());
    write(dir.path(), "crmlint.yaml", CONFIG.replace("Leads.csv]", "Leads.csv, Deals.csv]").as_bytes());
    let deals = "Record Id,Deal Name,Contact Name.id,Contact Name,Stage,Closing Date\nzcrm_5725767000004501001,Tea,zcrm_5725767000004101001,Dorn,Won,2026-02-01\n";
    write(dir.path(), "Deals.csv", deals.as_bytes());
    let people: Vec<String> = PEOPLE
        .lines()
        .enumerate()
        .map(|(at, line)| format!("{line},{}\n", if at == 0 { "deal" } else { "Won" }))
        .collect();
    write(dir.path(), "people.csv", people.concat().as_bytes());
    let looked_up = run_in(dir.path(), &["sample", "--now", NOW]);
    assert_eq!(looked_up.code, 0, "{looked_up:?}");
    assert!(looked_up.out.contains("# QA002 is not evaluated"), "{}", looked_up.out);
    assert!(looked_up.out.contains("# - deal comes from zoho.deals.Stage through a lookup"), "{}", looked_up.out);
}

#[test]
fn no_number_id_or_birthday_is_shown_whole() {
    let dir = shop("");
    let shown = trace(&dir, "u-0001", &[]).out;
    for told in ["123456", "1980", "02-03", "u-0001"] {
        assert!(!shown.contains(told), "{told}: {shown}");
    }
    assert!(shown.contains("…456") && shown.contains("u***"), "{shown}");
}
