//! The team's policy is audited too: ignore entries that match nothing, have expired, or say no reason.

use super::context::Context;
use super::{Judged, Kind, Stage};
use crate::config::Ignore;
use crate::findings::ignores::{holds, means};
use crate::findings::{Finding, Gap, Hit, Outcome, Subject};
use crate::shape::{Shape, required};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "ignores",
    about: "ignore entries of the config",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["stale", "expired", "no-reason"]),
        "which fault it names",
    )]),
    stage: Stage::Outcomes(judge),
};

fn judge(context: &Context<'_>, params: &Node, outcomes: &[Outcome]) -> Judged {
    let fault = params.get_text("fault").unwrap_or_default();
    let ignores = &context.config.ignores;
    let findings: Vec<&Finding> = outcomes.iter().flat_map(|outcome| &outcome.findings).collect();
    // What a rule that was not evaluated would have found is unknown: an entry for it is not called stale.
    let unseen = |ignore: &Ignore| {
        let mut own = outcomes.iter().filter(|outcome| is_for(ignore, outcome)).peekable();
        own.peek().is_none() || own.flat_map(|outcome| &outcome.gaps).any(|gap| concerns(ignore, gap))
    };
    let matched = |ignore: &Ignore| findings.iter().any(|finding| means(ignore, finding));
    let open = ignores.iter().enumerate().filter(|(_, ignore)| fault == "stale" && unseen(ignore) && !matched(ignore));
    let gaps = open.map(|(at, ignore)| {
        let rule = ignore.rule.as_ref().map_or("no rule", |rule| rule.text.as_str());
        let reason = format!("{rule}, which the ignore entry at {} is for, was not evaluated in full", ignore.place);
        Gap { subject: format!("ignore:{}", at + 1), reason, column: None }
    });
    let hits = ignores.iter().enumerate().filter_map(|(at, ignore)| {
        let (statement, action) = match fault.as_str() {
            "stale" if holds(ignore, context.now) && !unseen(ignore) && !matched(ignore) => {
                ("matches no finding", "Remove it: what it accepted is gone.")
            }
            "expired" if !holds(ignore, context.now) => {
                ("has expired, so what it accepted counts again", "Fix what it accepted, or give it a new date.")
            }
            "no-reason" if ignore.reason.is_none() => {
                ("gives no reason", "Add `reason:` so that the next reader knows why it is accepted.")
            }
            _ => return None,
        };
        let rule = ignore.rule.as_ref().map_or_else(|| "no rule".to_owned(), |rule| rule.text.clone());
        let statement = format!("The ignore entry for {rule} {statement}.");
        let subject = Subject::entry("ignore", &(at + 1).to_string());
        Some(Hit::entry(subject, Some(ignore.place.clone()), statement, action.to_owned()))
    });
    Judged { hits: hits.collect(), subjects: ignores.len().max(1), gaps: gaps.collect() }
}

/// Whether what could not be looked at may be what an entry is for. An entry for one dataset is about that one alone.
fn concerns(ignore: &Ignore, gap: &Gap) -> bool {
    let other = |dataset: &String| {
        gap.subject.contains('.') && !gap.subject.to_lowercase().starts_with(&dataset.to_lowercase())
    };
    !ignore.dataset.as_ref().is_some_and(other)
}

fn is_for(ignore: &Ignore, outcome: &Outcome) -> bool {
    ignore.rule.as_ref().is_some_and(|rule| rule.text.eq_ignore_ascii_case(&outcome.code) || rule.text == outcome.name)
}
