use super::{Change, between};
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
  stage: {from: zoho.contacts.Stage, type: enum, values: [Active, At Risk, Churned], role: lifecycle, owner: zoho}
  tier: {from: zoho.contacts.Tier, type: enum, values: {Gold: gold, Silver: silver}, owner: zoho, default: silver}
  spent: {from: shopify.customers.Spent, type: number, owner: shopify, precedence: [shopify, zoho]}
  unsubscribed: {from: shopify.customers.Out, type: boolean, role: consent, owner: shopify}
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
        (&[("Gold: gold", "Gold: GOLD")], &[("value-respelled", "tier: gold", 8)]),
        (&[("default: silver", "default: gold")], &[("default-changed", "tier", 8)]),
        (&[("number, owner: shopify", "number, owner: zoho")], &[("owner-changed", "spent", 9)]),
        (&[("[shopify, zoho]", "[zoho, shopify]")], &[("precedence-changed", "spent: precedence", 9)]),
        (
            &[("role: consent, owner: shopify", "role: consent, owner: zoho")],
            &[("consent-owner-changed", "unsubscribed", 10)],
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
            &[("attribute-renamed", "tier", 8), ("reader-left", "segment:Risky: attribute `tier`", 12)],
        ),
        (
            &[("  Risky:", "  Shaky:")],
            &[("reader-left", "journey:winback: segment Risky", 14), ("segment-removed", "segment:Risky", 11)],
        ),
        (&[("IS NOT NULL", "IS NULL")], &[("segment-changed", "segment:Risky", 12)]),
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
        &[("Churned], role: lifecycle", "Churned, Lost], role: lifecycle, version: 2")],
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
    assert_eq!(changes[0].values, ["At Risk"]);
    let folded = super::tests::changes(&[("At Risk, Churned], role", "Churned], aliases: {Churned: [At Risk]}, role")]);
    assert!(folded[0].statement.contains("it means `Churned`"), "{}", folded[0].statement);
}
