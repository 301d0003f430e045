//! What the rules of journeys and events take for a guard rail, and what they do not; and that none of them is green where
//! it had nothing to look at.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{NOW, Ran, list, run_in, status, text, workspace};
use serde_json::Value;

const CONFIG: &str = "version: 1
sources:
  zoho: {files: \"*.csv\", time_zone: UTC}
mapping: mapping.yaml
";

const CONTACTS: &str = "Record Id,First Name,Last Name,Email,Created Time,Modified Time,Email Opt Out,Stage,Tier,Cart
zcrm_5725767000004101001,Mara,Lind,mara.lind@example.com,2025-01-11 10:11:22,2026-05-03 09:13:44,false,Active,Gold,open
zcrm_5725767000004101002,Ana,Weber,ana.weber@example.com,2025-02-12 10:12:22,2026-05-04 09:14:44,false,Churned,Silver,
";

/// A mapping without segments and journeys.
const MAPPING: &str = "version: 1
identity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}
attributes:
  stage: {from: zoho.contacts.Stage, type: enum, values: [Active, Churned], role: lifecycle, default: Active, owner: zoho, kind: state}
  tier: {from: zoho.contacts.Tier, type: text, owner: zoho}
  cart: {from: zoho.contacts.Cart, type: text, owner: zoho}
  cart_value: {from: shopify.customers.Cart, type: number, owner: shopify}
  open_tickets: {from: support.tickets.Open, type: number, owner: support}
  subscription_status: {from: shopify.customers.Plan, type: text, owner: shopify}
systems: [support]
events:
  order_completed: {when: an order is paid, properties: [amount, product_line], via: shop}
  refund_issued: {when: a refund is booked, properties: [amount], via: shop}
  deal_won: {when: \"zoho.deals.Stage -> Closed Won\", properties: [amount, product_line, rep], via: webhook}
";

fn run(mapping: &str) -> Ran {
    let dir = workspace(&[("crmlint.yaml", CONFIG), ("Contacts_2026_05_21.csv", CONTACTS), ("mapping.yaml", mapping)]);
    run_in(dir.path(), &["audit", ".", "--now", NOW, "--format", "json"])
}

/// A journey beside one segment, with more at the root of the document.
fn with(journeys: &str, segment: &str, more: &str) -> Ran {
    run(&format!("{MAPPING}{more}segments:\n  those: {{where: \"{segment}\"}}\njourneys:\n{journeys}"))
}

fn report(journeys: &str) -> Value {
    with(journeys, "tier = 'Gold'", "").json()
}

/// Whether a rule says something of a journey.
fn accuses(report: &Value, code: &str, journey: &str) -> bool {
    let subject = format!("mapping:journeys.{journey}");
    assert_ne!(status(report, code), "failed");
    list(report, "findings").iter().any(|finding| text(finding, "code") == code && text(finding, "subject") == subject)
}

const RULES: [&str; 10] =
    ["JNY001", "JNY002", "JNY003", "JNY004", "JNY005", "JNY006", "JNY007", "JNY008", "JNY011", "JNY012"];

#[test]
fn nothing_to_look_at_is_never_green() {
    let all = |report: &Value| -> BTreeSet<String> { RULES.map(|code| status(report, code).to_owned()).into() };
    let unseen = BTreeSet::from(["not evaluated".to_owned()]);
    assert_eq!(all(&run(MAPPING).json()), unseen);
    let stopped = report(
        "  old: {trigger: \"segment:those\", state: stopped}\n  ours: {trigger: \"segment:those\", purpose: internal}\n",
    );
    assert_eq!(all(&stopped), unseen);
    assert!(stopped["remarks"].to_string().contains("not looked at: old, ours."), "{}", stopped["remarks"]);
    let bare = MAPPING.split("events:").next().unwrap();
    for code in ["EVT001", "EVT002", "EVT003", "EVT009", "EVT010"] {
        assert_eq!(status(&run(bare).json(), code), "not evaluated", "{code}");
    }
}

#[test]
fn a_condition_counts_when_it_leaves_out_whoever_opted_out() {
    let table = [
        ("tier = 'Gold' AND unsubscribed = false", true),
        ("unsubscribed <> true", true),
        ("NOT unsubscribed AND (tier = 'Gold' OR tier = 'Silver')", true),
        ("(tier = 'Gold' AND unsubscribed = false) OR (tier = 'Silver' AND unsubscribed IS NOT TRUE)", true),
        ("tier = 'Gold'", false),
        ("tier = 'Gold' OR unsubscribed = false", false),
        ("unsubscribed = true", false),
        ("tier = 'unsubscribed = false'", false),
    ];
    for (condition, spares) in table {
        for keys in ["trigger: \"segment:those\"", "trigger: \"attribute:tier\", filter: [those]"] {
            let ran = with(&format!("  care: {{{keys}, exit: [refund_issued]}}\n"), condition, "");
            assert_eq!(accuses(&ran.json(), "JNY002", "care"), !spares, "{condition}, {keys}");
        }
    }
}

#[test]
fn an_exit_counts_by_what_it_is_about() {
    let table = [
        ("exit: [order_completed]", true),
        ("exit: [\"event:deal_won\"]", true),
        ("exit: [when purchased]", true),
        ("exit: [bestellung_bezahlt]", true),
        ("suppress: [last_order_at]", true),
        ("exit: [order_cancelled]", false),
        ("exit: [refund_issued]", false),
        ("exit: []", false),
        ("reads: [last_order_at]", false),
        ("purpose: post_purchase", true),
        ("purpose: newsletter", true),
        ("purpose: vip", false),
    ];
    for (keys, ends) in table {
        let report = report(&format!("  care: {{trigger: \"segment:those\", {keys}}}\n"));
        assert_eq!(accuses(&report, "JNY001", "care"), !ends, "{keys}");
    }
    let after = report("  care: {trigger: \"event:order_completed\"}\n");
    assert!(!accuses(&after, "JNY001", "care"), "it follows a purchase");
}

#[test]
fn what_holds_for_every_journey_is_said_once() {
    let more = "workspace: {cap: 3/7d, suppress: [unsubscribed], exit: [order_completed, refund_issued]}\n";
    let ran = with("  care: {trigger: \"segment:those\"}\n", "tier = 'Gold'", more).json();
    for code in ["JNY001", "JNY002", "JNY003"] {
        assert_eq!(status(&ran, code), "clean", "{code}");
    }
}

#[test]
fn an_event_that_nobody_plans_is_named_with_the_nearest() {
    let table: BTreeMap<&str, Option<&str>> = BTreeMap::from([
        ("exit: [order_complted]", Some("Did you mean `order_completed`?")),
        ("suppress: [\"event:refund_isued\"]", Some("Did you mean `refund_issued`?")),
        ("exit: [unsubscribed, those, tier]", None),
        ("exit: [order_completed]", None),
    ]);
    for (keys, help) in table {
        let report = report(&format!("  care: {{trigger: \"segment:those\", {keys}}}\n"));
        let found = list(&report, "findings").iter().find(|finding| text(finding, "code") == "EVT001");
        assert_eq!(found.is_some(), help.is_some(), "{keys}");
        assert!(found.is_none_or(|finding| text(finding, "fix").starts_with(help.unwrap())), "{keys}: {found:?}");
    }
}

#[test]
fn a_hurry_is_held_against_the_lag_and_the_owner() {
    let table = [
        ("cart = 'open'", "within: 15m", "", true),
        ("cart = 'open'", "within: 2h", "", false),
        ("cart = 'open'", "within: 2h", "lag: 4h\n", true),
        ("cart = 'open'", "within: 15m", "lag: 5m\n", false),
        ("cart = 'open'", "purpose: cart", "", true),
        ("cart = 'open'", "purpose: vip", "", false),
        ("cart_value > 0", "within: 15m", "", false),
        ("cart_value > 0 AND tier = 'Gold'", "within: 15m", "", false),
        ("cart = 'open' AND unsubscribed = false", "within: 15m", "", true),
    ];
    for (condition, keys, more, slow) in table {
        let ran = with(&format!("  care: {{trigger: \"segment:those\", {keys}}}\n"), condition, more);
        assert_eq!(accuses(&ran.json(), "JNY004", "care"), slow, "{condition}, {keys}, {more}");
    }
}

#[test]
fn a_second_journey_before_the_first_validated_run_needs_both_dates() {
    let journeys = |second: &str| {
        format!(
            "  one: {{trigger: \"segment:those\", state: running, since: 2026-02-01}}\n  two: {{trigger: \"segment:those\", {second}}}\n"
        )
    };
    let table = [
        ("state: running, since: 2026-03-01", "", "not evaluated"),
        ("state: running, since: 2026-03-01", "validated: no\n", "findings"),
        ("state: running, since: 2026-03-01", "validated: 2026-03-02\n", "findings"),
        ("state: running, since: 2026-03-01", "validated: 2026-03-01\n", "clean"),
        ("state: running", "validated: 2026-03-01\n", "not evaluated"),
        ("state: running", "validated: no\n", "findings"),
        ("state: draft, since: 2026-03-01", "", "clean"),
        ("state: running, purpose: internal", "", "clean"),
    ];
    for (second, more, wanted) in table {
        let ran = with(&journeys(second), "tier = 'Gold'", more).json();
        assert_eq!(status(&ran, "JNY007"), wanted, "{second}, {more}");
        assert!(!accuses(&ran, "JNY007", "one"), "the first one is not at fault");
    }
}

#[test]
fn a_winback_leaves_out_who_waits_and_who_pays() {
    let table = [
        ("stage = 'Churned'", "", true),
        ("stage = 'Churned' AND open_tickets = 0", "", true),
        ("stage = 'Churned' AND open_tickets = 0", "suppress: [subscription_status],", false),
        ("stage = 'Churned'", "suppress: [open_case, active_subscription],", false),
        ("stage = 'Churned' AND open_tickets = 0 AND subscription_status IS NULL", "", false),
    ];
    for (condition, keys, lacks) in table {
        for journey in ["care: {purpose: winback,", "win-back: {"] {
            let name = journey.split(':').next().unwrap();
            let ran = with(&format!("  {journey} {keys} trigger: \"segment:those\"}}\n"), condition, "");
            assert_eq!(accuses(&ran.json(), "JNY008", name), lacks, "{condition}, {keys} {journey}");
        }
    }
}

#[test]
fn what_cannot_be_looked_into_is_neither_green_nor_accused() {
    let table = [
        ("JNY001", "trigger: \"segment:those\", exit: [\"segment:others\"]"),
        ("JNY002", "trigger: \"segment:others\", exit: [refund_issued]"),
        ("JNY002", "trigger: \"segment:those\", suppress: [\"segment:others\"]"),
        ("JNY004", "trigger: \"segment:others\", within: 15m"),
        ("JNY004", "within: 15m"),
        ("JNY005", "trigger: \"segment:others\""),
        ("JNY005", "trigger: Those"),
        ("JNY006", "trigger: \"attribute:stagee\""),
        ("JNY008", "trigger: \"segment:others\", purpose: winback"),
    ];
    for (code, keys) in table {
        let report = report(&format!("  care: {{{keys}}}\n"));
        assert_eq!(status(&report, code), "not evaluated", "{code}: {keys}");
    }
    let refund = report("  care: {trigger: \"segment:others\"}\n");
    let found = list(&refund, "findings").iter().find(|finding| text(finding, "code") == "JNY002").unwrap();
    assert_eq!(text(found, "what"), "`care` goes on for those who get a refund.");
}

#[test]
fn a_number_that_is_none_stops_the_run_at_its_place() {
    let table = [
        ("cap: weekly", "`weekly` is no frequency cap", "1/7d"),
        ("cap: 1/0d", "`1/0d` is no frequency cap", "1/7d"),
        ("debounce: an hour", "`an hour` is no duration", "30m"),
        ("within: 15", "`15` is no duration", "30m"),
        ("delay: 3 weeks", "`3 weeks` is no duration", "30m"),
        ("since: last spring", "`last spring` is no date", "2026-03-01"),
    ];
    for (key, message, help) in table {
        let ran = with(&format!("  care: {{{key}}}\n"), "tier = 'Gold'", "");
        assert_eq!(ran.code, 2, "{key}: {ran:?}");
        assert!(ran.err.contains(message) && ran.err.contains(help), "{key}: {}", ran.err);
        let column = format!("mapping.yaml:18:{}", "  care: {".len() + key.find(": ").unwrap() + 3);
        assert!(ran.err.contains(&column), "{key}: no {column} in {}", ran.err);
    }
    let ran = run(&format!("{MAPPING}validated: soon\n"));
    assert!(ran.code == 2 && ran.err.contains("`soon` is no date") && ran.err.contains("or `no`"), "{ran:?}");
}
