//! What the rules of the mapping document point at: the very value at fault, once, and nothing where the team has decided.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::{NOW, Ran, audit, demo, list, root, run_in, text};
use serde_json::Value;

/// Rule, its fixture, the entry, and what stands at the place that the finding names.
const PLACES: &[(&str, &str, &str, &str)] = &[
    ("MAP001", "missing-mapping", "document", "# Fires: "),
    ("MAP002", "incomplete-mapping-entry", "attributes.lifecycle_stage", "lifecycle_stage: {"),
    ("MAP003", "source-column-missing", "attributes.vip_tier", "zoho.contacts.Customer Tier,"),
    ("MAP004", "mapped-attribute-absent", "attributes.region", "region: {"),
    ("MAP006", "repeated-concept", "attributes.mobile", "mobile: {"),
    ("MAP006", "repeated-concept", "attributes.surname", "surname: {"),
    ("MAP006", "repeated-concept", "attributes.salesowner", "salesowner: {"),
    ("MAP007", "several-writers", "attributes.phone", "shopify.customers.Phone]"),
    ("MAP007", "several-writers", "attributes.email", "shopify.customers.Email]"),
    ("MAP007", "several-writers", "attributes.zoho_contact_id", "zoho.contacts.Contact Owner.id,"),
    ("MAP009", "unused-attribute", "attributes.sales_owner", "sales_owner: {"),
    ("MAP010", "attribute-not-mapped", "attributes.beta_group", "beta_group = 'A'\"}"),
    ("MAP010", "attribute-not-mapped", "attributes.first_order_on", "\"date:first_order_on\""),
    ("MAP010", "attribute-not-mapped", "attributes.promo_journey", "promo_journey],"),
    ("MAP010", "attribute-not-mapped", "attributes.last_nane", "last_nane],"),
    ("MAP010", "attribute-not-mapped", "attributes.salutation", "salutation: friend"),
    ("MAP011", "unwritable-name", "attributes.cio_id", "cio_id: {"),
    ("MAP012", "names-differ-in-case", "attributes.sales_owner", "sales_owner: {"),
    ("MAP015", "modules-not-stated", "modules", "zoho.deals.Stage,"),
    ("MAP016", "use-not-stated", "attributes.last_name", "last_name: {"),
    ("MAP017", "sensitive-field-mapped", "attributes.refund_to", "zoho.contacts.Bank Account No,"),
    ("MAP017", "sensitive-field-mapped", "attributes.pets", "zoho.contacts.Pets,"),
    ("MAP017", "sensitive-field-mapped", "attributes.remark", "remark: {"),
    ("OWN001", "mapped-field-without-owner", "attributes.region", "region: {"),
    ("OWN002", "two-owners", "attributes.mobile", "shopify}"),
    ("OWN002", "two-owners", "attributes.region", "zoho, precedence"),
    ("OWN003", "key-field-without-owner", "attributes.unsubscribed", "unsubscribed: {"),
    ("OWN009", "sync-overrides-precedence", "attributes.phone", "zoho.contacts.Phone,"),
    ("OWN009", "sync-overrides-precedence", "attributes.last_name", "zoho.contacts.Last Name"),
    ("CON004", "consent-from-other-system", "attributes.unsubscribed", "zoho.contacts.Email Opt Out]"),
    ("ENM004", "enum-without-list", "attributes.region", "region: {"),
    ("ID001", "no-canonical-identifier", "identity", "identity:"),
    ("DUP010", "no-merge-rule", "identity", "canonical: zoho_contact_id"),
    ("TS009", "timestamp-declared-as-text", "attributes.last_buy", "text, role: last_purchase,"),
    ("TS011", "time-zone-not-stated", "attributes.paid_at", "shopify.orders.Paid At,"),
    ("HIS003", "no-failsafe", "attributes.stage", "stage: {"),
    ("HIS003", "no-failsafe", "attributes.vip_tier", "vip_tier: {"),
    ("EVT001", "moment-without-event", "attributes.showroom_visit", "moment,"),
    ("EVT001", "moment-without-event", "journeys.thanks", "\"event:order_complete\""),
    ("EVT002", "event-lacks-properties", "events.deal_won", "amount]"),
    ("EVT002", "event-lacks-properties", "events.sample_requested", "sample_requested: {"),
    ("EVT003", "event-without-path", "events.deal_won", "tbd}"),
    ("EVT003", "event-without-path", "events.refund_issued", "refund_issued: {"),
    ("EVT009", "moment-only-as-date", "attributes.last_order_at", "last_order_at: {"),
    ("EVT010", "no-core-event", "events", "events:"),
    ("JNY001", "no-purchase-exit", "journeys.early access", "refund_issued],"),
    ("JNY001", "no-purchase-exit", "journeys.hello", "hello: {"),
    ("JNY002", "no-exit-on-opt-out", "journeys.again", "order_completed],"),
    ("JNY002", "no-exit-on-opt-out", "journeys.thanks", "thanks: {"),
    ("JNY003", "no-frequency-cap", "journeys.early access", "early access: {"),
    ("JNY004", "slow-trigger", "journeys.cart", "\"segment:open carts\""),
    ("JNY005", "stage-without-debounce", "journeys.step", "0m}"),
    ("JNY005", "stage-without-debounce", "journeys.care", "\"segment:churned\""),
    ("JNY006", "trigger-of-wrong-kind", "journeys.thanks", "\"attribute:last_order_at\""),
    ("JNY006", "trigger-of-wrong-kind", "journeys.gold", "\"event:gold_reached\""),
    ("JNY007", "several-journeys-at-once", "journeys.early access", "2026-02-08}"),
    ("JNY008", "winback-without-exclusions", "journeys.come back", "unsubscribed],"),
    ("JNY011", "branch-without-fallback", "journeys.early access", "region]}"),
    ("JNY012", "reorder-nudge-off-time", "journeys.refill", "7d}"),
    ("JNY012", "reorder-nudge-off-time", "journeys.reorder", "reorder: {"),
];

#[test]
fn a_finding_points_at_the_value_at_fault() {
    for (code, fixture, entry, wanted) in PLACES {
        let report = audit(root(), &format!("fixtures/{fixture}/fires"), &[]).json();
        let subject = format!("mapping:{entry}");
        let found = list(&report, "findings")
            .iter()
            .find(|finding| text(finding, "code") == *code && text(finding, "subject") == subject);
        let place = &found.unwrap_or_else(|| panic!("{code} does not name {subject}"))["place"];
        let document = fs::read_to_string(root().join(text(place, "file"))).unwrap();
        let line = document.lines().nth(place["line"].as_u64().unwrap() as usize - 1).unwrap();
        let rest: String = line.chars().skip(place["column"].as_u64().unwrap() as usize - 1).collect();
        assert!(rest.starts_with(wanted), "{code} {subject}: {rest:?} instead of {wanted:?}");
    }
}

/// The demo after a change of its mapping.
fn with(change: impl Fn(String) -> String) -> Ran {
    let dir = demo();
    let file = dir.path().join("mapping.yaml");
    let before = fs::read_to_string(&file).unwrap();
    let after = change(before.clone());
    assert_ne!(before, after, "nothing was changed");
    fs::write(&file, after).unwrap();
    run_in(dir.path(), &["audit", ".", "--now", NOW, "--format", "json"])
}

fn subjects(report: &Value, code: &str) -> BTreeSet<String> {
    let findings = list(report, "findings").iter().filter(|finding| text(finding, "code") == code);
    findings.map(|finding| text(finding, "subject").to_owned()).collect()
}

#[test]
fn an_attribute_without_any_use_is_named_once() {
    let report = with(|mapping| {
        let kept = mapping.lines().filter(|line| !line.trim_start().starts_with("used_as:"));
        kept.map(|line| format!("{line}\n")).collect()
    })
    .json();
    let (unused, unstated) = (subjects(&report, "MAP009"), subjects(&report, "MAP016"));
    assert!(unused.contains("mapping:attributes.total_spent"), "{unused:?}");
    assert!(unused.is_disjoint(&unstated), "{unused:?} {unstated:?}");
}

#[test]
fn a_reader_of_an_attribute_keeps_it_in_use() {
    let reads = |mapping: String| {
        mapping.replace("cap: 1/14d", "reads: [total_spent], cap: 1/14d").replace("    used_as: branch\n", "")
    };
    let unused = subjects(&with(reads).json(), "MAP009");
    assert!(
        !unused.contains("mapping:attributes.total_spent") && unused.contains("mapping:attributes.acquisition_channel")
    );
}

#[test]
fn a_misspelt_system_in_the_order_leaves_one_out() {
    let report =
        with(|mapping| mapping.replacen("precedence: [zoho, shopify]", "precedence: [zoho, shpoify]", 1)).json();
    assert_eq!(subjects(&report, "MAP007"), BTreeSet::from(["mapping:attributes.email".to_owned()]));
}

#[test]
fn a_fallback_or_a_default_is_a_failsafe() {
    let report = with(|mapping| {
        mapping
            .replace("cap: 1/14d", "fallback: {vip_tier: bronze}, cap: 1/14d")
            .replace("    role: lifecycle\n", "    role: lifecycle\n    default: Prospect\n")
    })
    .json();
    assert_eq!(subjects(&report, "HIS003"), BTreeSet::new());
}

#[test]
fn a_module_out_of_scope_is_named() {
    let report = with(|mapping| mapping.replace("  deals: {as: related}\n", "")).json();
    assert_eq!(subjects(&report, "MAP015"), BTreeSet::from(["mapping:modules.deals".to_owned()]));
}

#[test]
fn a_sensitive_name_is_whole_words_in_any_spelling() {
    let entry = |name: &str| {
        format!("attributes:\n  {name}: {{from: zoho.contacts.Wholesale, type: text, owner: zoho, used_as: message}}\n")
    };
    let found = |name: &str| {
        let report = with(|mapping| mapping.replacen("attributes:\n", &entry(name), 1)).json();
        subjects(&report, "MAP017").contains(&format!("mapping:attributes.{name}"))
    };
    for name in ["bankAccountNo", "Passport-Number", "konfession", "IBAN", "health_notes"] {
        assert!(found(name), "{name} is sensitive");
    }
    for name in ["banker", "healthy_snacks", "passportless", "account_of_bank"] {
        assert!(!found(name), "{name} only looks like it");
    }
}
