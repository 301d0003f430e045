//! What a trace says of people whose records touch those of others: a profile that two records share, leads that are no
//! people, events of nobody; and what it shows of them.
#![allow(clippy::unwrap_used)]

mod common;

use common::{NOW, Ran, audit, list, run_in, text, workspace, write};
use serde_json::Value;
use tempfile::TempDir;

const CONFIG: &str = "version: 1
sources:
  zoho: {files: [Contacts.csv, Leads.csv], time_zone: Europe/Berlin}
  customerio: {files: [people.csv, events.csv]}
  shopify: {files: customers_export.csv, kind: shopify}
mapping: mapping.yaml
";
const MAPPING: &str = "version: 1
identity:
  canonical: zoho_contact_id
  source: zoho.contacts.Record Id
  also: [{attribute: shopify_customer_id, source: shopify.customers.Customer ID}]
lag: 4h
modules: {contacts: {as: people}, leads: {as: none}}
attributes:
  vip_tier: {from: zoho.contacts.VIP Tier, type: enum, values: {Bronze: bronze, Gold: gold}, default: Bronze, owner: zoho}
  favourite_tea: {from: zoho.contacts.Favourite Tea, type: enum, owner: zoho}
  unsubscribed: {from: zoho.contacts.Email Opt Out, type: boolean, role: consent, owner: zoho}
segments:
  VIP: {where: \"vip_tier = 'gold'\"}
  Anyone: {where: \"vip_tier IN ('bronze', 'gold')\"}
journeys:
  vip: {trigger: \"segment:VIP\"}
  anyone: {trigger: \"segment:Anyone\"}
  tea: {trigger: \"event:tea_ordered\"}
";
const CONTACTS: &str = "Record Id,Last Name,Email,Modified Time,Email Opt Out,VIP Tier,Favourite Tea
zcrm_5725767000004101001,Dorn,dorn@example.com,2026-02-14 09:12:44,false,,Sencha
zcrm_5725767000004101002,Lind,lind@example.com,2026-02-14 09:12:44,false,Gold,Assam
zcrm_5725767000004101003,Lind,lind@example.com,2026-02-14 09:12:44,true,,Assam
zcrm_5725767000004101004,Roth,roth@example.com,2026-05-20 10:00:00,false,Gold,Assam
";
const LEADS: &str = "Record Id,Company,Last Name,Email,Is Converted,Converted Contact.id,Modified Time,Email Opt Out
zcrm_5725767000004201001,,Dorn,dorn@example.com,false,,2026-02-14 09:12:44,false
";
const PEOPLE: &str =
    "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,shopify_customer_id,vip_tier,favourite_tea
cust_1001,dorn@example.com,a1f20700c3000001,1740819600,false,zcrm_5725767000004101001,'7011200000007,,Sencha
cust_1002,lind@example.com,a1f20700c3000002,1740819600,false,,,,Assam
";
const EVENTS: &str = "event_id,event_name,timestamp,customer_id,email,data
ev-1,tea_ordered,1778925601,cust_9001,dorn@example.com,{}
ev-2,tea_ordered,1778925602,cust_1002,lind@example.com,{}
";
const CUSTOMERS: &str = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Tags
'7011200000007,Kim,Dorn,kim.dorn@example.org,yes,
";

fn shop() -> TempDir {
    workspace(&[
        ("crmlint.yaml", CONFIG),
        ("mapping.yaml", MAPPING),
        ("Contacts.csv", CONTACTS),
        ("Leads.csv", LEADS),
        ("people.csv", PEOPLE),
        ("events.csv", EVENTS),
        ("customers_export.csv", CUSTOMERS),
    ])
}

fn trace(dir: &TempDir, person: &str, more: &[&str]) -> Ran {
    run_in(dir.path(), &[&["trace", person, "--now", NOW, "--format", "json"], more].concat())
}

fn named<'a>(report: &'a Value, part: &str, name: &str) -> &'a Value {
    list(&report["people"][0], part).iter().find(|item| text(item, "name") == name).unwrap()
}

fn notes(report: &Value) -> String {
    report["people"][0]["notes"].to_string()
}

#[test]
fn a_blank_that_stands_for_the_default_is_not_missing() {
    let report = trace(&shop(), "zcrm_5725767000004101001", &[]).json();
    assert_eq!(text(named(&report, "attributes", "vip_tier"), "verdict"), "same");
    // A condition on the default is not met by a blank all the same.
    assert_eq!(text(named(&report, "journeys", "anyone"), "cause"), "default-not-applied");
}

#[test]
fn a_shared_profile_is_blamed_where_the_right_value_would_change_something() {
    let dir = shop();
    let gold = trace(&dir, "zcrm_5725767000004101002", &[]).json();
    assert!(notes(&gold).contains("also belongs to"), "{}", notes(&gold));
    assert_eq!(text(named(&gold, "journeys", "vip"), "cause"), "shared-profile");
    let blank = trace(&dir, "zcrm_5725767000004101003", &[]).json();
    let vip = named(&blank, "journeys", "vip");
    assert_eq!((text(vip, "outcome"), text(vip, "cause")), ("kept out", "does-not-qualify"), "{vip}");
}

#[test]
fn an_opt_out_that_did_not_arrive_is_said_on_a_shared_profile_too() {
    let dir = shop();
    write(dir.path(), "people.csv", PEOPLE.replace(",,,,Assam", ",,,gold,Assam").as_bytes());
    let report = trace(&dir, "zcrm_5725767000004101003", &[]).json();
    let vip = named(&report, "journeys", "vip");
    assert_eq!((text(vip, "outcome"), text(vip, "cause")), ("wrongly in", "opt-out-not-synced"), "{vip}");
}

#[test]
fn leads_that_are_no_people_are_no_strangers() {
    let dir = shop();
    let told = |dir: &TempDir| notes(&trace(dir, "zcrm_5725767000004101001", &[]).json());
    assert!(!told(&dir).contains("somebody else"), "{}", told(&dir));
    // Where nobody said that leads are nobody, one that did not convert is a person of its own.
    write(dir.path(), "mapping.yaml", MAPPING.replace(", leads: {as: none}", "").as_bytes());
    assert!(told(&dir).contains("somebody else"), "{}", told(&dir));
    write(dir.path(), "Leads.csv", LEADS.replace(",false,,", ",true,,").as_bytes());
    assert!(!told(&dir).contains("somebody else"), "{}", told(&dir));
}

#[test]
fn events_of_nobody_are_named_and_left_out() {
    let dir = shop();
    for asked in ["zcrm_5725767000004101001", "dorn@example.com"] {
        let report = trace(&dir, asked, &["--show-pii"]).json();
        assert_eq!(list(&report, "people").len(), 1, "an event is no person: {report:#}");
        let said = "1 event of customerio.events with an address of this person, for `cust_9001`, of whom";
        assert!(notes(&report).contains(said), "{}", notes(&report));
        assert_eq!(text(named(&report, "journeys", "tea"), "outcome"), "waits");
    }
    let other = trace(&dir, "cust_1002", &[]).json();
    assert!(!notes(&other).contains("Left out"), "{}", notes(&other));
    // Asked for by its own key, it is shown for what it is.
    let event = trace(&dir, "cust_9001", &[]).json();
    assert!(notes(&event).contains("No profile"), "{}", notes(&event));
}

#[test]
fn texts_that_are_on_no_list_are_masked() {
    let dir = shop();
    for format in ["json", "terminal"] {
        let ran = run_in(dir.path(), &["trace", "cust_1001", "--now", NOW, "--format", format]);
        assert!(!ran.out.contains("Sencha"), "{}", ran.out);
    }
    let ran = trace(&dir, "Kira Dorn", &[]);
    assert!(ran.code == 2 && !ran.err.contains("Dorn"), "{}", ran.err);
    assert!(ran.err.contains("K*** D***"), "{}", ran.err);
    let ran = trace(&dir, "zcrm_5725767000004999999", &[]);
    assert!(ran.err.contains("…999999"), "{}", ran.err);
}

#[test]
fn an_id_is_found_and_linked_as_shopify_exports_it() {
    let dir = shop();
    for asked in ["'7011200000007", "7011200000007"] {
        let report = trace(&dir, asked, &["--show-pii"]).json();
        let sets: Vec<&str> =
            list(&report["people"][0], "records").iter().map(|record| text(record, "dataset")).collect();
        assert_eq!(sets, ["shopify.customers", "zoho.contacts", "customerio.people"], "{asked}: {report:#}");
    }
    // The audit links them as well.
    let mapping = MAPPING.replace("  unsubscribed: {from: zoho.contacts.Email Opt Out", "  bought: {from: shopify.customers.Tags, type: text, owner: shopify}\n  unsubscribed: {from: zoho.contacts.Email Opt Out");
    write(dir.path(), "mapping.yaml", mapping.as_bytes());
    write(
        dir.path(),
        "people.csv",
        PEOPLE
            .replace("vip_tier,fav", "bought,vip_tier,fav")
            .replace("'7011200000007,", "'7011200000007,oolong,")
            .replace(",,,,Assam", ",,,,,Assam")
            .as_bytes(),
    );
    write(dir.path(), "customers_export.csv", CUSTOMERS.replace("yes,", "yes,sencha").as_bytes());
    let report = audit(dir.path(), ".", &["--select", "ENM007"]).json();
    let stale: Vec<&str> = list(&report, "findings").iter().map(|finding| text(finding, "subject")).collect();
    assert_eq!(stale, ["customerio.people.bought"], "{report:#}");
}
