//! What a run says of itself beside its findings: what it could not look at, and by what it judged.

use crate::checks::Context;
use crate::findings::baseline::Standing;
use crate::findings::{Input, Outcome, Status};
use crate::mapping::Mapping;
use crate::mapping::expr::Expr;
use crate::text::{counted, list};

/// The remarks of a run.
pub(crate) fn remarks(context: &Context<'_>, inputs: &[Input], outcomes: &[Outcome]) -> Vec<String> {
    let mut remarks = Vec::new();
    if context.mapping.is_none() {
        remarks.push("No mapping document: enums and timestamps were recognised by their values, and nothing that needs owners, allowed lists or segments was checked.".to_owned());
    }
    for input in inputs.iter().filter(|input| input.rows == 0) {
        remarks.push(format!("{} holds no records: nothing about it could be checked.", input.dataset));
    }
    let reads_text = context
        .mapping
        .into_iter()
        .flat_map(|mapping| &mapping.segments)
        .filter_map(|segment| context.segment(&segment.name));
    if reads_text.into_iter().any(|filter| !filter.expr.literals().is_empty()) {
        let how = if context.config.text_any_case { "without regard to case" } else { "exactly" };
        remarks.push(format!(
            "Segments compare text {how}; the vendor leaves this open (`options: {{text_case: exact}}` or `any`)."
        ));
    }
    remarks.extend(absent(context));
    remarks.extend(listed(context));
    let journeys = context.mapping.into_iter().flat_map(|mapping| &mapping.journeys);
    let aside: Vec<&str> =
        journeys.filter(|journey| !journey.is_judged()).map(|journey| journey.name.as_str()).collect();
    if !aside.is_empty() {
        remarks.push(format!("Journeys that are stopped or internal were not looked at: {}.", aside.join(", ")));
    }
    let idle = context.mapping.map(Mapping::unread).unwrap_or_default();
    if !idle.is_empty() {
        remarks.push(format!("Declared in the mapping, and read by no rule of this version: {}.", idle.join(", ")));
    }
    remarks.extend(context.baseline.and_then(|baseline| baseline.remark.clone()));
    if let Some(baseline) = context.baseline {
        let findings = outcomes.iter().flat_map(|outcome| &outcome.findings);
        let shrunk = |finding: &&crate::findings::Finding| {
            matches!(baseline.standing(finding), Standing::Known { shrunk: Some(_), .. })
        };
        let larger = findings.filter(shrunk).count() as u64;
        if larger > 0 {
            remarks.push(format!(
                "{} of {} larger than what was found: `crmlint baseline prune` lowers what may come back unseen.",
                counted(larger, "entry", "entries"),
                if larger == 1 { format!("{} is", baseline.name) } else { format!("{} are", baseline.name) }
            ));
        }
    }
    let unseen = outcomes.iter().filter(|outcome| outcome.status == Status::NotEvaluated).count();
    if unseen > 0 {
        remarks.push(format!(
            "{} could not be evaluated; none of them counts as passed.",
            counted(unseen as u64, "rule", "rules")
        ));
    }
    remarks
}

/// What Customer.io listed, and how far it was understood.
fn listed(context: &Context<'_>) -> Option<String> {
    let workspace = context.workspace.filter(|workspace| !workspace.is_empty())?;
    let segments = counted(workspace.segments.len() as u64, "segment", "segments");
    let campaigns = counted(workspace.campaigns.len() as u64, "campaign", "campaigns");
    let told = format!("Customer.io listed {segments} and {campaigns}");
    let Some(mapping) = context.mapping else {
        return Some(format!("{told}; without a mapping document no rule looked at them."));
    };
    let open = mapping.segments.iter().filter(|segment| segment.open.is_some());
    let open: Vec<String> = open.map(|segment| segment.name.clone()).collect();
    Some(match open.is_empty() {
        true => format!("{told}; what the mapping declares under the same name goes first."),
        false => format!("{told}; the conditions of {} are not known whole.", list(&open, 6)),
    })
}

/// How a test for another value reads people who have none.
fn absent(context: &Context<'_>) -> Option<String> {
    let segments = context.mapping.into_iter().flat_map(|mapping| &mapping.segments);
    let mut filters = segments.filter_map(|segment| context.segment(&segment.name));
    filters.any(|filter| filter.expr.leaves().into_iter().any(Expr::is_negative)).then(|| {
        let how = if context.config.absent_differs { "meet" } else { "do not meet" };
        format!(
            "People without an attribute {how} `<>`, NOT IN and NOT LIKE on it; the vendor leaves this open \
             (`options: {{absent: unmatched}}` or `different`)."
        )
    })
}
