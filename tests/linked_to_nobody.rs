//! A condition about records that belong to nobody finds nobody: no rule that asks it is green.
#![allow(clippy::unwrap_used)]

mod common;

use common::{audit, list, status, text, workspace};

const CONFIG: &str = "version: 1\nmapping: mapping.yaml\nsources:\n  zoho: {files: [contacts.csv, deals.csv], time_zone: UTC}\n  customerio: {files: people.csv}\n  shopify: {files: shop.csv}\n";
const MAPPING: &str = "version: 1
identity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}
attributes:
  stage: {from: zoho.contacts.Stage, type: text, owner: zoho}
events:
  deal_won: {when: \"zoho.deals.Stage -> Closed Won\", properties: [amount, product_line, rep], via: webhook}
segments:
  churned-buyer: {never: \"CONDITION AND stage = 'Churned'\"}
  Buyers: {where: \"CONDITION\", expect: {max: 5}}
  New: {where: \"stage = 'Churned'\"}
journeys:
  promo: {trigger: \"segment:Buyers\", state: running}
  hello: {trigger: \"segment:New\", purpose: welcome}
  hello from sales: {trigger: \"event:deal_won\", purpose: welcome}
";
const WON: &str = "zoho.deals.Stage = 'Closed Won'";
const SHOPPED: &str = "shopify.customers.Tags = 'vip'";
const CONTACTS: &str = "Record Id,Contact Owner.id,Contact Owner,Last Name,Email,Stage
zcrm_5725767000004101001,zcrm_5725767000000411001,Dana Roth,Lind,p1@example.com,Active
zcrm_5725767000004101002,zcrm_5725767000000411001,Dana Roth,Weber,p2@example.com,Churned
";
const PEOPLE: &str = "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,stage
,p1@example.com,c1,1714577744,false,5725767000004101001,Active
,p2@example.com,c2,1714577744,false,5725767000004101002,Churned
";
const DEALS: &str = "Record Id,Deal Owner.id,Deal Owner,Deal Name,Contact Name.id,Contact Name,Stage
zcrm_5725767000004201001,zcrm_5725767000000411001,Dana Roth,Tea,zcrm_5725767000004101001,Lind,Closed Won
zcrm_5725767000004201002,zcrm_5725767000000411001,Dana Roth,Pot,zcrm_5725767000004101002,Weber,Proposal
";
const SHOP: &str = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Total Spent,Total Orders,Tags
7001,Mara,Lind,p1@example.com,yes,12.00,1,vip
";

/// How rules stand with these deals and customers of the shop, and what one of them says that it lacks.
fn run(condition: &str, deals: &str, shop: &str, codes: &[&str]) -> Vec<(String, String)> {
    let dir = workspace(&[
        ("crmlint.yaml", CONFIG),
        ("mapping.yaml", &MAPPING.replace("CONDITION", condition)),
        ("contacts.csv", CONTACTS),
        ("people.csv", PEOPLE),
        ("deals.csv", deals),
        ("shop.csv", shop),
    ]);
    let report = audit(dir.path(), ".", &[]).json();
    let reasons = |code: &str| {
        let rule = list(&report, "rules").iter().find(|rule| rule["code"] == code).unwrap();
        list(rule, "not_evaluated").iter().map(|gap| text(gap, "reason").to_owned()).collect::<Vec<_>>().join("; ")
    };
    codes.iter().map(|code| (status(&report, code).to_owned(), reasons(code))).collect()
}

/// Every rule that asks such a condition says what it lacks.
fn assert_open(condition: &str, deals: &str, shop: &str, codes: &[&str], wanted: &str) {
    for ((status, reason), code) in run(condition, deals, shop, codes).into_iter().zip(codes) {
        assert_eq!(status, "not evaluated", "{code}: {reason}");
        assert!(reason.contains(wanted), "{code}: {reason}");
    }
}

const ALL: &[&str] = &["SEG001", "SEG004", "CON009", "JNY013"];
/// Rules in which the condition of a segment stands.
const SEGMENTS: &[&str] = &["SEG001", "SEG004", "CON009"];

#[test]
fn records_of_somebody_are_looked_at() {
    for (status, reason) in run(WON, DEALS, SHOP, ALL).into_iter().chain(run(SHOPPED, DEALS, SHOP, SEGMENTS)) {
        assert_eq!((status.as_str(), reason.as_str()), ("clean", ""));
    }
}

#[test]
fn ids_that_nobody_has_are_of_nobody() {
    let foreign = DEALS.replace(",zcrm_57257670000041010", ",zcrm_99999670000041010");
    assert_open(WON, &foreign, SHOP, ALL, "of zoho.deals could be linked to a profile by `Contact Name.id`");
    let others = SHOP.replace("p1@", "x1@");
    assert_open(SHOPPED, DEALS, &others, SEGMENTS, "no record of shopify.customers could be linked");
}

#[test]
fn without_the_lookup_records_are_of_nobody() {
    let nameless = DEALS
        .replace(",Contact Name.id", "")
        .replace(",zcrm_5725767000004101001", "")
        .replace(",zcrm_5725767000004101002", "");
    assert_open(WON, &nameless, SHOP, ALL, "zoho.deals has no column `Contact Name.id`");
}

#[test]
fn won_deals_of_nobody_are_told_from_others() {
    let one = DEALS.replace(",zcrm_5725767000004101001", ",zcrm_9999967000004101001");
    assert_open(WON, &one, SHOP, &["JNY013"], "no won record of zoho.deals could be linked");
}

#[test]
fn a_blank_column_of_theirs_is_named() {
    let blank = DEALS.replace("Closed Won", "").replace("Proposal", "");
    assert_open(WON, &blank, SHOP, SEGMENTS, "zoho.deals.Stage is blank in every record");
}
