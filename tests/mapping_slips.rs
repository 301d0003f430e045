//! Slips in the mapping that no schema can see: a name of the team's own that is misspelt. Each must be said somewhere,
//! in an error or in the report; none may only make findings go away.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::{NOW, Ran, demo, list, run_in, status, text};

/// The demo with one passage of its mapping changed.
fn with(right: &str, slip: &str) -> Ran {
    let dir = demo();
    let file = dir.path().join("mapping.yaml");
    let before = fs::read_to_string(&file).unwrap();
    assert_eq!(before.matches(right).count(), 1, "{right:?} is not in the mapping once");
    fs::write(&file, before.replace(right, slip)).unwrap();
    run_in(dir.path(), &["audit", ".", "--now", NOW, "--format", "json"])
}

/// The run names the misspelt word.
fn assert_said(right: &str, slip: &str, word: &str) {
    let ran = with(right, slip);
    assert!(ran.out.contains(word) || ran.err.contains(word), "nobody says {word:?}; exit {}", ran.code);
    assert!([1, 2].contains(&ran.code), "{word}: {ran:?}");
}

#[test]
fn a_source_that_no_export_has() {
    assert_said("from: zoho.contacts.VIP Tier", "from: zoho.contacts.VIP Teir", "VIP Teir");
    assert_said("from: zoho.contacts.VIP Tier", "from: zoho.contcts.VIP Tier", "zoho.contcts");
    assert_said("from: zoho.contacts.VIP Tier", "from: zohoo.contacts.VIP Tier", "zohoo.contacts");
    assert_said("from: zoho.contacts.VIP Tier", "from: VIP Teir", "VIP Teir");
    assert_said(
        "shopify.customers.Accepts Email Marketing]",
        "shopify.customers.Acepts Marketing]",
        "Acepts Marketing",
    );
}

#[test]
fn an_attribute_that_no_profile_has() {
    assert_said("\n  vip_tier:", "\n  vip_teir:", "vip_teir");
    assert_said("canonical: zoho_contact_id", "canonical: zoho_contct_id", "zoho_contct_id");
    assert_said("source: zoho.contacts.Record Id", "source: zoho.contacts.Recrd Id", "Recrd Id");
}

#[test]
fn a_module_that_no_export_has() {
    // Its `where` decides which contacts are people: without it, others are accused of having no profile.
    assert_said("  contacts: {as: people", "  contcts: {as: people", "contcts");
}

#[test]
fn a_time_zone_that_is_none() {
    let right = "    owner: zoho\n    time_zone: Europe/Berlin\n    used_by: [segment:Recent Buyer]";
    assert_said(right, &right.replace("Berlin", "Berlni"), "Europe/Berlni");
}

#[test]
fn an_alias_of_a_value_that_is_not_allowed() {
    assert_said("aliases: {At Risk:", "aliases: {At Rsk:", "At Rsk");
}

#[test]
fn a_condition_on_a_value_that_is_not_allowed() {
    // Nobody can ever be in this segment, so that it must stay empty proves nothing.
    assert_said("lifecycle_stage = 'Churned' AND early", "lifecycle_stage = 'Churrned' AND early", "Churrned");
    assert_said("\"lifecycle_stage = 'At Risk' AND", "\"lifecycle_stage = 'At Rsk' AND", "At Rsk");
}

#[test]
fn a_consent_that_nobody_owns_is_not_fine() {
    let report = with("    role: consent\n    owner: zoho\n", "    role: consent\n").json();
    assert_ne!(status(&report, "CON004"), "clean", "who may set it is not known");
    assert_ne!(status(&report, "CON001"), "clean");
    let report = with("    role: consent\n    owner: zoho\n", "    role: consent\n    owner: zohho\n").json();
    assert!(
        list(&report, "rules").iter().any(|rule| text(rule, "code") == "CON001" && rule.to_string().contains("zohho"))
    );
    assert_ne!(status(&report, "CON001"), "clean");
}
