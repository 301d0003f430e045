//! Policy, once, before any reporter: re-grading, thresholds, ignores, order, and how the run ends.

use super::ignores::{holds, means};
use super::{Finding, Outcome, Severity, Status};
use crate::config::{Config, Threshold};
use crate::error::Exit;

/// What a launch cannot live with. Everything else is shown and blocks nothing.
pub const LAUNCH: &[&str] = &[
    "ID001", "ID002", "ID003", "ID009", "DUP001", "DUP005", "DUP010", "ENM001", "ENM004", "TS002", "TS003", "OWN001",
    "OWN003", "CON001", "CON003", "CON004", "CON008", "CON010", "SEG001", "MAP001", "MAP002", "FRS003", "EVT001",
    "JNY001", "JNY002", "JNY008", "QA006",
];

/// How strict a run is.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// `launch`, `hygiene` or none.
    pub profile: Option<String>,
    /// The lowest severity that fails the run; none when nothing does.
    pub fail_on: Option<Severity>,
    /// Whether a rule that could not be evaluated fails the run.
    pub strict: bool,
    /// The instant that counts as now.
    pub now: i64,
}

/// Findings that stand and findings that the team accepted, both in the order of reports.
#[derive(Debug, Default)]
pub struct Triaged {
    /// Worst first.
    pub standing: Vec<Finding>,
    /// Accepted by an ignore or a threshold.
    pub accepted: Vec<Finding>,
}

/// Re-grades, accepts and orders.
pub fn triage(config: &Config, policy: &Policy, outcomes: &mut [Outcome]) -> Triaged {
    let mut triaged = Triaged::default();
    for outcome in outcomes {
        for finding in &mut outcome.findings {
            if let Some((_, severity)) = config.severity.iter().find(|(rule, _)| names(&rule.text, finding)) {
                finding.severity = *severity;
            }
            finding.accepted = accepted(config, policy.now, finding);
            let into = if finding.accepted.is_some() { &mut triaged.accepted } else { &mut triaged.standing };
            into.push(finding.clone());
        }
    }
    triaged.standing.sort_by(worst_first);
    triaged.accepted.sort_by(worst_first);
    triaged
}

fn names(rule: &str, finding: &Finding) -> bool {
    rule.eq_ignore_ascii_case(&finding.code) || rule == finding.name
}

fn accepted(config: &Config, now: i64, finding: &Finding) -> Option<String> {
    if let Some(ignore) = config.ignores.iter().find(|ignore| holds(ignore, now) && means(ignore, finding)) {
        let reason = ignore.reason.as_deref().unwrap_or("no reason given");
        return Some(format!("ignored at {}: {reason}", ignore.place));
    }
    let threshold =
        config.thresholds.iter().find(|threshold| names(&threshold.rule, finding) && within(threshold, finding))?;
    let place = threshold.place.as_ref().map(ToString::to_string).unwrap_or_default();
    Some(format!("within the threshold at {place}"))
}

/// Every limit that is given must hold.
fn within(threshold: &Threshold, finding: &Finding) -> bool {
    let (rows, total) = (finding.hit.rows, finding.hit.total);
    let count = threshold.count.is_none_or(|most| rows <= most);
    let share = threshold.share.is_none_or(|most| rows as f64 <= most * total as f64);
    (threshold.count.is_some() || threshold.share.is_some()) && count && share
}

fn worst_first(one: &Finding, other: &Finding) -> std::cmp::Ordering {
    let weight = |finding: &Finding| (finding.severity, finding.hit.people, finding.hit.rows);
    weight(other).cmp(&weight(one)).then_with(|| (&one.code, &one.hit.subject).cmp(&(&other.code, &other.hit.subject)))
}

/// Whether a standing finding fails the run.
pub fn blocks(policy: &Policy, finding: &Finding) -> bool {
    let severe = policy.fail_on.is_some_and(|least| finding.severity >= least);
    severe && (policy.profile.as_deref() != Some("launch") || LAUNCH.contains(&finding.code.as_str()))
}

/// How the run ends. What could not be checked beats what was found.
pub fn exit(policy: &Policy, outcomes: &[Outcome], standing: &[Finding]) -> Exit {
    let required =
        |outcome: &Outcome| policy.profile.as_deref() != Some("launch") || LAUNCH.contains(&outcome.code.as_str());
    let unseen = |outcome: &&Outcome| outcome.status == Status::NotEvaluated || !outcome.gaps.is_empty();
    if outcomes.iter().any(|outcome| matches!(outcome.status, Status::Failed(_))) {
        return Exit::Failed;
    }
    if policy.strict && outcomes.iter().filter(unseen).any(required) {
        return Exit::Failed;
    }
    if standing.iter().any(|finding| blocks(policy, finding)) { Exit::Findings } else { Exit::Clean }
}
