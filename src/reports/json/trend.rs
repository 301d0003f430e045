//! How a run stands to earlier ones, in the report for programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::frames::time::rfc3339;

/// How the run stands to earlier ones of the same config, profile and selection.
#[derive(Serialize, JsonSchema)]
pub(super) struct Trend {
    /// The run before this one; null for the first.
    before: Option<String>,
    /// Standing findings that are new.
    new: u64,
    /// Standing findings that were there when their rule was last looked at.
    still: u64,
    /// Standing findings that were gone and are back.
    reopened: u64,
    /// Findings that are gone.
    fixed: Vec<Fixed>,
    /// Findings of before whose rule could not look for them this time: nobody knows whether they are gone.
    unknown: u64,
    /// Their fingerprints.
    not_looked_for: Vec<String>,
    /// People of all standing findings; null where they could not be compared.
    people: Option<Moved>,
    /// Why they could not be compared.
    remark: Option<String>,
    /// The last runs, oldest first; this one is the last of them.
    runs: Vec<Point>,
}

/// People, held against the run before.
#[derive(Serialize, JsonSchema)]
pub(super) struct Moved {
    /// Who was never among them.
    new: u64,
    /// Who was, was not in the run before, and is again.
    back: u64,
    /// Who was in the run before as well.
    still: u64,
    /// Who was in the run before and is not any more.
    gone: u64,
}

/// A finding that is gone.
#[derive(Serialize, JsonSchema)]
struct Fixed {
    /// The rule's code.
    code: String,
    /// The rule's name.
    name: String,
    /// What it was about.
    subject: String,
    /// `error`, `warning` or `note`.
    severity: String,
    /// Stable identity: code and subject, hashed.
    fingerprint: String,
    /// Since when it had been there.
    since: String,
    /// People it last had.
    people: u64,
}

/// One run.
#[derive(Serialize, JsonSchema)]
struct Point {
    /// The instant that counted as now.
    now: String,
    /// Standing errors.
    errors: u64,
    /// Standing warnings.
    warnings: u64,
    /// Standing notes.
    notes: u64,
    /// People whom a standing finding names; null where they were not followed.
    people: Option<u64>,
    /// The score of identities.
    identity: Option<f64>,
    /// The score of triggers.
    triggers: Option<f64>,
}

pub(super) fn of(trend: &crate::findings::trend::Trend) -> Trend {
    Trend {
        before: trend.before.map(rfc3339),
        new: trend.new,
        still: trend.still,
        reopened: trend.reopened,
        fixed: trend.fixed.iter().map(fixed).collect(),
        unknown: trend.unknown,
        not_looked_for: trend.not_looked_for.clone(),
        people: trend.people.map(moved),
        remark: trend.remark.clone(),
        runs: trend.points.iter().map(point).collect(),
    }
}

pub(super) fn moved(moved: crate::findings::trend::Moved) -> Moved {
    Moved { new: moved.new, back: moved.back, still: moved.still, gone: moved.gone }
}

fn fixed(fixed: &crate::findings::trend::Fixed) -> Fixed {
    Fixed {
        code: fixed.code.clone(),
        name: fixed.name.clone(),
        subject: fixed.subject.clone(),
        severity: fixed.severity.name().to_owned(),
        fingerprint: fixed.fingerprint.clone(),
        since: rfc3339(fixed.since),
        people: fixed.people,
    }
}

fn point(point: &crate::findings::trend::Point) -> Point {
    let [errors, warnings, notes] = point.graded;
    let score = |tenths: Option<u32>| tenths.map(|tenths| f64::from(tenths) / 10.0);
    Point {
        now: rfc3339(point.instant),
        errors,
        warnings,
        notes,
        people: point.people,
        identity: score(point.identity),
        triggers: score(point.triggers),
    }
}
