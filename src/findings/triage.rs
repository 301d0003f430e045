//! Policy, once, before any reporter: re-grading, thresholds, ignores, order, and how the run ends.

use super::baseline::{Baseline, Standing};
use super::checklist::{self, Checklist};
use super::ignores::{holds, is_rule};
use super::{Finding, Firmness, Outcome, Severity, Status};
use crate::config::Config;
use crate::error::Exit;
use crate::text::counted;

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

impl Policy {
    /// Whether the run is the checklist before a launch.
    pub fn is_launch(&self) -> bool {
        self.profile.as_deref() == Some("launch")
    }
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
pub fn triage(config: &Config, baseline: Option<&Baseline>, policy: &Policy, outcomes: &mut [Outcome]) -> Triaged {
    let mut triaged = Triaged::default();
    for outcome in outcomes {
        for finding in &mut outcome.findings {
            finding.severity = graded(config, finding);
            finding.accepted = accepted(config, baseline, policy.now, finding);
            let into = if finding.accepted.is_some() { &mut triaged.accepted } else { &mut triaged.standing };
            into.push(finding.clone());
        }
    }
    triaged.standing.sort_by(worst_first);
    triaged.accepted.sort_by(worst_first);
    triaged
}

/// How bad a finding is here.
fn graded(config: &Config, finding: &Finding) -> Severity {
    if finding.firmness == Firmness::Fixed {
        return finding.severity;
    }
    let own = config.overrides.iter().find(|own| own.severity.is_some() && own.selector.means(finding));
    let rule = || config.severity.iter().find(|(rule, _)| is_rule(&rule.text, &finding.code, &finding.name));
    let own = own.and_then(|own| own.severity).or_else(|| rule().map(|(_, severity)| *severity));
    own.unwrap_or(finding.severity)
}

/// How bad a finding is once the team's policy was applied; nothing for one that it accepts.
pub fn stands(config: &Config, baseline: Option<&Baseline>, now: i64, finding: &Finding) -> Option<Severity> {
    let mut finding = finding.clone();
    accepted(config, baseline, now, &mut finding).is_none().then(|| graded(config, &finding))
}

/// Why a finding is accepted: by an ignore, by a threshold, or because it was there before.
fn accepted(config: &Config, baseline: Option<&Baseline>, now: i64, finding: &mut Finding) -> Option<String> {
    if let Some(ignore) = config.ignores.iter().find(|ignore| holds(ignore, now) && ignore.selector.means(finding)) {
        let reason = ignore.reason.as_deref().unwrap_or("no reason given");
        return Some(format!("ignored at {}: {reason}", ignore.place));
    }
    // A change is there once: nothing that was there before, and no number of records, makes it a smaller one.
    if finding.firmness != Firmness::Usual {
        return None;
    }
    // What holds for a field goes before what holds for the rule.
    let own = config.overrides.iter().filter(|own| own.selector.means(finding));
    let mut own = own.filter(|own| own.count.is_some() || own.share.is_some());
    let rule = || config.thresholds.iter().find(|limit| is_rule(&limit.rule, &finding.code, &finding.name));
    let limit = match own.next() {
        Some(own) => Some((own.count, own.share, Some(&own.place))),
        None => rule().map(|limit| (limit.count, limit.share, limit.place.as_ref())),
    };
    if let Some((count, share, place)) = limit
        && within(count, share, finding)
    {
        return Some(format!("within the threshold at {}", place.map(ToString::to_string).unwrap_or_default()));
    }
    match baseline?.standing(finding) {
        Standing::New => None,
        Standing::Known { place, shrunk: None } => Some(format!("in the baseline at {place}")),
        Standing::Known { place, shrunk: Some(had) } => {
            Some(format!("in the baseline at {place}, which has {}", counted(had, "record", "records")))
        }
        Standing::Grown(how) => {
            finding.hit.statement = format!("{} {how}", finding.hit.statement);
            None
        }
    }
}

/// Every limit that is given must hold.
fn within(count: Option<u64>, share: Option<f64>, finding: &Finding) -> bool {
    let (rows, total) = (finding.hit.rows, finding.hit.total);
    let few = count.is_none_or(|most| rows <= most);
    let small = share.is_none_or(|most| rows as f64 <= most * total as f64);
    (count.is_some() || share.is_some()) && few && small
}

fn worst_first(one: &Finding, other: &Finding) -> std::cmp::Ordering {
    let weight = |finding: &Finding| (finding.severity, finding.hit.people, finding.hit.rows);
    weight(other).cmp(&weight(one)).then_with(|| (&one.code, &one.hit.subject).cmp(&(&other.code, &other.hit.subject)))
}

/// Whether a standing finding fails the run. A launch is blocked by what fails an item that is not waived.
pub fn blocks(policy: &Policy, checklist: Option<&Checklist>, finding: &Finding) -> bool {
    let severe = policy.fail_on.is_some_and(|least| finding.severity >= least);
    severe && checklist.is_none_or(|list| checklist::blocks(&finding.code) && !list.waives(&finding.code))
}

/// How the run ends. What could not be checked beats what was found.
pub fn exit(policy: &Policy, checklist: Option<&Checklist>, outcomes: &[Outcome], standing: &[Finding]) -> Exit {
    let required = |outcome: &Outcome| checklist.is_none_or(|list| list.requires(outcome));
    let unseen = |outcome: &&Outcome| outcome.status == Status::NotEvaluated || !outcome.gaps.is_empty();
    if outcomes.iter().any(|outcome| matches!(outcome.status, Status::Failed(_))) {
        return Exit::Failed;
    }
    if policy.strict && outcomes.iter().filter(unseen).any(required) {
        return Exit::Failed;
    }
    if standing.iter().any(|finding| blocks(policy, checklist, finding)) { Exit::Findings } else { Exit::Clean }
}
