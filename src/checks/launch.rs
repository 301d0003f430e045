//! Items of the launch checklist that failed or could not be checked. It speaks in the launch profile alone: elsewhere
//! nobody asked for the list.

use super::context::Context;
use super::{Judged, Kind, Stage};
use crate::findings::checklist::{Checked, Checklist, State};
use crate::findings::triage::Policy;
use crate::findings::{Gap, Hit, Outcome, Subject};
use crate::shape::Shape;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "launch",
    about: "items of the launch checklist",
    params: Shape::Object(&[]),
    stage: Stage::Outcomes(judge),
};

/// Reasons that are given for one item; the rules themselves give all.
const REASONS: usize = 2;

/// The checklist as it will stand after triage, in the launch profile.
pub(super) fn foreseen(context: &Context<'_>, outcomes: &[Outcome]) -> Option<Checklist> {
    let policy = Policy { profile: context.profile.clone(), now: context.now, ..Policy::default() };
    policy.is_launch().then(|| Checklist::foresee(context.config, context.baseline, &policy, outcomes))
}

fn judge(context: &Context<'_>, _: &Node, outcomes: &[Outcome]) -> Judged {
    let Some(checklist) = foreseen(context, outcomes) else {
        let reason = "it needs the launch profile: --profile launch, or `profile: launch` in crmlint.yaml".to_owned();
        return Judged { gaps: vec![Gap { subject: "profile".to_owned(), reason, column: None }], ..Judged::default() };
    };
    let mut judged = Judged { subjects: checklist.items.len(), ..Judged::default() };
    for checked in &checklist.items {
        match checked.state {
            State::Failed => judged.hits.push(hit(checked)),
            State::Unseen => judged.gaps.push(gap(checked)),
            State::Passed | State::Waived => {}
        }
    }
    judged
}

fn hit(checked: &Checked) -> Hit {
    let failing = || checked.evidence.iter().filter(|found| found.fails);
    let told = failing().map(|found| format!("{} ({})", found.code, found.said()));
    let told: Vec<String> = told.collect();
    let item = checked.item;
    let statement = format!("Item {} ({}) failed: {}.", checked.number, item.title, told.join(", "));
    let action = format!(
        "Repair what these rules found, or add a waiver for {} to crmlint.yaml with a reason, a name and a last day.",
        item.name
    );
    let people = failing().map(|found| found.people).max().unwrap_or_default();
    Hit { people, ..Hit::entry(Subject::entry("checklist", item.name), None, statement, action) }
}

fn gap(checked: &Checked) -> Gap {
    let reasons = || checked.open.iter().filter(|open| open.needed);
    let told: Vec<String> = reasons().take(REASONS).map(|open| format!("{}: {}", open.code, open.reason)).collect();
    let more = reasons().count().saturating_sub(REASONS);
    let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
    Gap {
        subject: format!("checklist:{}", checked.item.name),
        reason: format!("item {}, {}: {}{tail}", checked.number, checked.item.name, told.join("; ")),
        column: None,
    }
}
