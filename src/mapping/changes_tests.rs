use super::{Change, Fate, Holders, Touched, between};
use crate::mapping::Mapping;
use crate::yaml::Document;

/// Texts of the base and what stands there instead.
type Edits = &'static [(&'static str, &'static str)];
/// Category, subject and line of each change.
type Wanted = &'static [(&'static str, &'static str, usize)];

const BASE: &str = "version: 1
identity:
  canonical: zoho_contact_id
  source: zoho.contacts.Record Id
  also: [{attribute: shop_id, source: shopify.customers.Customer ID}]
attributes:
  stage: {from: zoho.contacts.Stage, type: enum, values: [Active, At Risk, Churned], role: lifecycle, version: 2, owner: zoho}
  tier: {from: zoho.contacts.Tier, type: enum, values: {Gold: gold, Silver: silver}, aliases: {gold: [Or], silver: [Argent]}, owner: zoho, default: silver}
  spent: {from: shopify.customers.Spent, type: number, owner: shopify, precedence: [shopify, zoho]}
  unsubscribed: {from: shopify.customers.Out, type: boolean, role: consent, owner: shopify}
  sms_ok: {from: [shopify.customers.Sms, zoho.contacts.Sms], type: boolean, role: consent}
segments:
  Risky: {where: \"stage = 'At Risk' AND tier IS NOT NULL\"}
journeys:
  winback: {trigger: \"segment:Risky\", exit: [order], suppress: [unsubscribed]}
";

fn mapping(text: &str) -> Mapping {
    Mapping::build(Document::parse("mapping.yaml", text.to_owned()).expect("YAML")).expect("a mapping")
}

fn changes(edits: &[(&str, &str)]) -> Vec<Change> {
    let text = edits.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    between(&mapping(BASE), &mapping(&text)).0
}

fn found(edits: &[(&str, &str)]) -> Vec<(&'static str, String, usize)> {
    let line = |change: &Change| change.place.as_ref().map_or(0, |place| place.line);
    changes(edits).iter().map(|change| (change.category.name, change.subject.clone(), line(change))).collect()
}

#[test]
fn what_can_break_a_reader_is_a_change_at_its_line() {
    let table: &[(Edits, Wanted)] = &[
        (&[], &[]),
        (&[("canonical: zoho_contact_id", "canonical: crm_id")], &[("identifier-changed", "identity.canonical", 3)]),
        (
            &[("source: zoho.contacts.Record Id", "source: zoho.contacts.Id")],
            &[("identifier-changed", "identity.source", 3)],
        ),
        (
            &[("  also: [{attribute: shop_id, source: shopify.customers.Customer ID}]\n", "")],
            &[("identifier-changed", "identity.also: shop_id", 2)],
        ),
        (&[("type: number", "type: text")], &[("type-changed", "spent", 9)]),
        (
            &[("[Active, At Risk, Churned]", "[Active, Churned]")],
            &[("value-removed", "stage: At Risk", 7), ("lifecycle-changed", "stage: lifecycle", 7)],
        ),
        (&[("Churned], role", "Churned, Lost], role")], &[("lifecycle-changed", "stage: lifecycle", 7)]),
        (&[("version: 2", "version: 1")], &[("lifecycle-changed", "stage: lifecycle", 7)]),
        (&[("version: 2, ", "")], &[("lifecycle-changed", "stage: lifecycle", 7)]),
        // What a spelling means is as much of the contract as the values are.
        (
            &[("Gold: gold, Silver: silver", "Gold: silver, Silver: gold")],
            &[("value-respelled", "tier: Gold", 8), ("value-respelled", "tier: Silver", 8)],
        ),
        (&[("Gold: gold", "VIP: gold")], &[("value-removed", "tier: Gold", 8)]),
        (&[("{gold: [Or], silver: [Argent]}", "{silver: [Or, Argent]}")], &[("value-respelled", "tier: Or", 8)]),
        (&[("gold: [Or], ", "")], &[("value-removed", "tier: Or", 8)]),
        (&[("Gold: gold", "Gold: GOLD"), ("gold: [Or]", "GOLD: [Or]")], &[("value-respelled", "tier: gold", 8)]),
        (&[("default: silver", "default: gold")], &[("default-changed", "tier", 8)]),
        (&[("role: lifecycle", "default: Active, role: lifecycle")], &[("default-changed", "stage", 7)]),
        (&[("number, owner: shopify", "number, owner: zoho")], &[("owner-changed", "spent", 9)]),
        (&[("[shopify, zoho]", "[zoho, shopify]")], &[("precedence-changed", "spent: precedence", 9)]),
        (
            &[("role: consent, owner: shopify", "role: consent, owner: zoho")],
            &[("consent-owner-changed", "unsubscribed", 10)],
        ),
        // No owner: the first source decides about consent.
        (
            &[("shopify.customers.Sms, zoho.contacts.Sms", "zoho.contacts.Sms, shopify.customers.Sms")],
            &[("consent-owner-changed", "sms_ok", 11)],
        ),
        (&[("boolean, role: consent}", "boolean}")], &[("consent-removed", "sms_ok", 11)]),
        (
            &[("  sms_ok: {from: [shopify.customers.Sms, zoho.contacts.Sms], type: boolean, role: consent}\n", "")],
            &[("attribute-removed", "sms_ok", 6), ("consent-removed", "sms_ok", 6)],
        ),
        (&[("customers.Spent", "customers.Total")], &[("source-changed", "spent", 9)]),
        (
            &[(
                "  spent: {from: shopify.customers.Spent, type: number, owner: shopify, precedence: [shopify, zoho]}\n",
                "",
            )],
            &[("attribute-removed", "spent", 6)],
        ),
        (
            &[("  tier: {", "  level: {was: tier, "), ("tier IS NOT", "level IS NOT")],
            &[("attribute-renamed", "tier", 8)],
        ),
        (
            &[("  tier: {", "  level: {was: [tier], ")],
            &[("attribute-renamed", "tier", 8), ("reader-left", "segment:Risky: attribute `tier`", 13)],
        ),
        (
            &[("  Risky:", "  Shaky:")],
            &[("reader-left", "journey:winback: segment Risky", 15), ("segment-removed", "segment:Risky", 12)],
        ),
        (&[("IS NOT NULL", "IS NULL")], &[("segment-changed", "segment:Risky", 13)]),
    ];
    for (edits, wanted) in table {
        let wanted: Vec<_> = wanted.iter().map(|(name, subject, line)| (*name, (*subject).to_owned(), *line)).collect();
        assert_eq!(found(edits), wanted, "{edits:?}");
    }
}

#[test]
fn what_is_added_or_said_in_full_breaks_nothing() {
    let quiet: &[&[(&str, &str)]] = &[
        &[("  tier:", "  new: {from: zoho.contacts.New, type: text}\n  tier:")],
        &[("Silver: silver}", "Silver: silver, Bronze: bronze}")],
        &[("Churned], role: lifecycle, version: 2", "Churned, Lost], role: lifecycle, version: 3")],
        &[("version: 2", "version: 2026-11")],
        &[("  Risky: {", "  Calm: {where: \"stage = 'Active'\"}\n  Risky: {")],
    ];
    for edits in quiet {
        assert!(found(edits).is_empty(), "{edits:?}: {:?}", found(edits));
    }
    let text = BASE.replacen("  tier:", "  new: {from: zoho.contacts.New, type: text}\n  tier:", 1);
    assert_eq!(between(&mapping(BASE), &mapping(&text)).1, ["new"]);
}

#[test]
fn a_change_names_who_reads_what_changed() {
    let changes = changes(&[("[Active, At Risk, Churned]", "[Active, Churned]")]);
    assert_eq!(changes[0].readers, ["journey:winback", "segment:Risky"]);
    assert_eq!(changes[0].touches, Touched::Value("At Risk".to_owned()));
    assert_eq!(changes[0].moves, [(Holders::Value("At Risk".to_owned()), Fate::Blank)]);
    let folded = super::tests::changes(&[("At Risk, Churned], role", "Churned], aliases: {Churned: [At Risk]}, role")]);
    assert!(folded[0].statement.contains("it means `Churned`"), "{}", folded[0].statement);
    assert_eq!(folded[0].moves[0].1, Fate::Value("Churned".to_owned()));
}

#[test]
fn what_becomes_of_a_value_is_told_where_its_spellings_tell() {
    let table: &[(Edits, &str, Fate)] = &[
        (&[("Gold: gold", "Gold: top"), ("gold: [Or], ", "")], "gold", Fate::Unknown),
        (&[("Gold: gold", "Gold: top"), ("gold: [Or]", "top: [Or]")], "gold", Fate::Value("top".to_owned())),
        (&[("Gold: gold, Silver: silver", "Gold: silver, Silver: gold")], "gold", Fate::Unknown),
        (&[("Gold: gold, ", ""), ("gold: [Or], ", "")], "gold", Fate::Blank),
        (
            &[("At Risk, Churned], ", "Churned], aliases: {Churned: [At Risk]}, ")],
            "At Risk",
            Fate::Value("Churned".to_owned()),
        ),
        (&[("owner: shopify, precedence", "owner: zoho, precedence")], "", Fate::Unknown),
    ];
    for (edits, value, wanted) in table {
        let found = changes(edits);
        let (holders, fate) = &found[0].moves[0];
        let own = if value.is_empty() { Holders::All } else { Holders::Value((*value).to_owned()) };
        assert_eq!((holders, fate), (&own, wanted), "{edits:?}");
    }
}
