//! The team's policy on findings: thresholds, ignore entries, and what holds for single fields.

use super::{SEVERITIES, refuse, spot};
use crate::error::{Place, Result};
use crate::findings::Severity;
use crate::findings::checklist::NAMES;
use crate::frames::time::written;
use crate::mapping::Spot;
use crate::shape::{Key, Shape, key};
use crate::yaml::{Document, Entry, Node};

pub(super) const IGNORE: &[Key] = &[
    key("rule", Shape::Text, "the rule's code or name"),
    key("dataset", Shape::Text, "only in this dataset: zoho.contacts"),
    key("subject", Shape::Text, "only for this column, segment or mapping entry"),
    key("reason", Shape::Text, "why it is accepted; an ignore without one is a finding"),
    key("until", Shape::Text, "the date it ends: 2026-12-31"),
];
pub(super) const WAIVER: &[Key] = &[
    key("item", Shape::Word(&NAMES), "the item of the launch checklist"),
    key("reason", Shape::Text, "why the launch goes ahead without it; without one nothing is waived"),
    key("by", Shape::Text, "who decided"),
    key("until", Shape::Text, "the last day it holds: 2026-12-31"),
];
pub(super) const THRESHOLD: &[Key] = &[
    key("count", Shape::Count, "up to this many records are accepted"),
    key("share", Shape::Share, "up to this share is accepted: 0.5%"),
];
pub(super) const OVERRIDE: &[Key] = &[
    key("rule", Shape::Text, "only this rule, by code or name; every rule when left out"),
    key("dataset", Shape::Text, "only in this dataset: zoho.contacts"),
    key("subject", Shape::Text, "only for this column, attribute, segment or journey"),
    key("severity", Shape::Word(SEVERITIES), "the severity it has there"),
    key("count", Shape::Count, "up to this many records are accepted there"),
    key("share", Shape::Share, "up to this share is accepted there: 0.5%"),
    key("reason", Shape::Text, "why"),
];

/// Which findings an entry means: all that fit every part that is given.
#[derive(Debug, Clone, Default)]
pub struct Selector {
    /// The rule's code or name, as written.
    pub rule: Option<Spot>,
    /// Only this dataset.
    pub dataset: Option<String>,
    /// Only this subject.
    pub subject: Option<String>,
}

/// One ignore entry.
#[derive(Debug, Clone)]
pub struct Ignore {
    /// Where it stands.
    pub place: Place,
    /// The findings it means.
    pub selector: Selector,
    /// Why.
    pub reason: Option<String>,
    /// The last day it holds.
    pub until: Option<Spot>,
}

/// An item of the launch checklist that the team goes ahead without.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// Where it stands.
    pub place: Place,
    /// The item's name.
    pub item: String,
    /// Why.
    pub reason: Option<String>,
    /// Who decided.
    pub by: Option<String>,
    /// The last day it holds.
    pub until: Option<Spot>,
}

/// How much of a rule is accepted.
#[derive(Debug, Clone, Default)]
pub struct Threshold {
    /// The rule's code or name, with its place.
    pub rule: String,
    /// Up to this many records.
    pub count: Option<u64>,
    /// Up to this share.
    pub share: Option<f64>,
    /// Where it stands.
    pub place: Option<Place>,
}

/// What holds for single fields instead of the rule's severity and threshold.
#[derive(Debug, Clone)]
pub struct Override {
    /// Where it stands.
    pub place: Place,
    /// The findings it means.
    pub selector: Selector,
    /// Their severity.
    pub severity: Option<Severity>,
    /// Up to this many records are accepted.
    pub count: Option<u64>,
    /// Up to this share is accepted.
    pub share: Option<f64>,
}

fn selector(node: &Node) -> Selector {
    Selector { rule: spot(node, "rule"), dataset: node.get_text("dataset"), subject: node.get_text("subject") }
}

pub(super) fn graded(entry: &Entry) -> Option<(Spot, Severity)> {
    let severity = Severity::parse(entry.node.text()?)?;
    Some((Spot { text: entry.key.clone(), mark: entry.mark }, severity))
}

pub(super) fn threshold(document: &Document, entry: &Entry) -> Threshold {
    Threshold {
        rule: entry.key.clone(),
        count: entry.node.get_number("count").map(|count| count as u64),
        share: entry.node.get_number("share"),
        place: Some(document.place(entry.mark)),
    }
}

/// A last day that is no date would never come.
fn vouch_until(document: &Document, node: &Node) -> Result<()> {
    match node.get("until").filter(|until| until.text().and_then(written).is_none()) {
        Some(until) => refuse(document, until, "`until` is no date".to_owned(), "write 2026-12-31"),
        None => Ok(()),
    }
}

pub(super) fn waiver(document: &Document, node: &Node) -> Result<Waiver> {
    vouch_until(document, node)?;
    let Some(item) = node.get_text("item") else {
        let help = format!("add `item:` with one of: {}", NAMES.join(", "));
        return refuse(document, node, "this waiver names no item".to_owned(), &help);
    };
    let said = |key: &str| node.get_text(key).filter(|text| !text.trim().is_empty());
    Ok(Waiver {
        place: document.place(node.mark),
        item,
        reason: said("reason"),
        by: said("by"),
        until: spot(node, "until"),
    })
}

pub(super) fn ignore(document: &Document, node: &Node) -> Result<Ignore> {
    vouch_until(document, node)?;
    if node.get("rule").is_none() {
        return refuse(
            document,
            node,
            "this ignore entry names no rule".to_owned(),
            "add `rule:` with a code or a name",
        );
    }
    Ok(Ignore {
        place: document.place(node.mark),
        selector: selector(node),
        reason: node.get_text("reason").filter(|reason| !reason.trim().is_empty()),
        until: spot(node, "until"),
    })
}

pub(super) fn exception(document: &Document, node: &Node) -> Result<Override> {
    let own = Override {
        place: document.place(node.mark),
        selector: selector(node),
        severity: node.get_text("severity").as_deref().and_then(Severity::parse),
        count: node.get_number("count").map(|count| count as u64),
        share: node.get_number("share"),
    };
    if own.selector.dataset.is_none() && own.selector.subject.is_none() {
        let help = "add `subject:` or `dataset:`; for a rule as a whole there are `severity:` and `thresholds:`";
        return refuse(document, node, "this override names no field".to_owned(), help);
    }
    if own.severity.is_none() && own.count.is_none() && own.share.is_none() {
        let help = "add `severity:`, `count:` or `share:`; to accept everything, write an entry under `ignore:`";
        return refuse(document, node, "this override changes nothing".to_owned(), help);
    }
    Ok(own)
}
