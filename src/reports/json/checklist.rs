//! The launch checklist as programs read it: the items in, the published types out.

use schemars::JsonSchema;
use serde::Serialize;

use crate::findings::checklist;

/// The checklist before a launch.
#[derive(Serialize, JsonSchema)]
pub(super) struct Checklist {
    /// The verdict in one line.
    headline: String,
    /// Whether nothing stands in the way.
    ready: bool,
    /// The items, in their order.
    items: Vec<CheckedItem>,
}

/// An item of the checklist.
#[derive(Serialize, JsonSchema)]
struct CheckedItem {
    /// 1 to 9.
    number: u64,
    /// What a waiver calls it.
    item: String,
    /// What must hold.
    title: String,
    /// `pass`, `fail`, `waived` or `not evaluated`.
    status: String,
    /// The same without the waiver.
    without_waiver: String,
    /// The waiver that holds.
    waiver: Option<Waiver>,
    /// What rules found, those that fail it first.
    evidence: Vec<Evidence>,
    /// What rules that can fail it could not look at.
    not_evaluated: Vec<OpenRule>,
    /// What has to be given.
    inputs: Vec<String>,
}

/// Why the team goes ahead without an item.
#[derive(Serialize, JsonSchema)]
struct Waiver {
    /// Why.
    reason: Option<String>,
    /// Who decided.
    by: Option<String>,
    /// The last day it holds.
    until: Option<String>,
}

/// What one rule found, under an item.
#[derive(Serialize, JsonSchema)]
struct Evidence {
    /// The rule's code.
    code: String,
    /// The rule's name.
    name: String,
    /// Findings that stand.
    findings: u64,
    /// The people of the largest of them.
    people: u64,
    /// Findings that the team accepted.
    accepted: u64,
    /// Whether they fail the item.
    fails: bool,
}

/// A rule that did not look at everything.
#[derive(Serialize, JsonSchema)]
struct OpenRule {
    /// The rule's code.
    code: String,
    /// Why.
    reason: String,
    /// Whether the item is not evaluated without it.
    needed: bool,
}

/// The checklist in the published format, for other reports.
pub(in crate::reports) fn checklist_value(list: &checklist::Checklist) -> serde_json::Value {
    serde_json::to_value(of(list)).unwrap_or_default()
}

/// The same, for the report of programs.
pub(super) fn of(list: &checklist::Checklist) -> Checklist {
    Checklist { headline: list.headline(), ready: list.is_ready(), items: list.items.iter().map(checked).collect() }
}

fn checked(checked: &checklist::Checked) -> CheckedItem {
    let item = checked.item;
    CheckedItem {
        number: checked.number as u64,
        item: item.name.to_owned(),
        title: item.title.to_owned(),
        status: checked.state.name().to_owned(),
        without_waiver: checked.bare.name().to_owned(),
        waiver: checked.waiver.as_ref().map(|waiver| Waiver {
            reason: waiver.reason.clone(),
            by: waiver.by.clone(),
            until: waiver.until.as_ref().map(|until| until.text.clone()),
        }),
        evidence: checked.evidence.iter().map(evidence).collect(),
        not_evaluated: checked.open.iter().map(open).collect(),
        inputs: item.inputs.iter().map(|input| (*input).to_owned()).collect(),
    }
}

fn evidence(found: &checklist::Evidence) -> Evidence {
    Evidence {
        code: found.code.clone(),
        name: found.name.clone(),
        findings: found.findings,
        people: found.people,
        accepted: found.accepted,
        fails: found.fails,
    }
}

fn open(open: &checklist::Open) -> OpenRule {
    OpenRule { code: open.code.clone(), reason: open.reason.clone(), needed: open.needed }
}
