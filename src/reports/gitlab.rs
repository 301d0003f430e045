//! GitLab's Code Quality report: a list that a merge request compares with the one of its target branch.
//!
//! Rules that failed or could not be evaluated are entries too: the widget knows no other way of saying that something was
//! not looked at.

use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_128;

use super::summary::{Spot, Unseen, home, spot};
use crate::findings::{Severity, Status, Verdict};

/// Renders the report.
pub(super) fn render(verdict: &Verdict) -> String {
    let findings = verdict.findings.iter().map(|finding| {
        let severity = match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Note => "info",
        };
        let description = format!("{}: {} {}", finding.hit.subject.name, finding.hit.statement, finding.fix);
        entry(&finding.code, &description, &finding.fingerprint, severity, &spot(verdict, finding))
    });
    let unseen = Unseen::all(verdict).into_iter().map(|unseen| {
        let outcome = unseen.outcome;
        let (word, severity) = match outcome.status {
            Status::Failed(_) => ("failed", "blocker"),
            _ if unseen.how.is_empty() => ("was not evaluated", "info"),
            _ => ("was evaluated in part", "info"),
        };
        let description = format!("{} {} {word}: {}", outcome.code, outcome.name, unseen.told(usize::MAX, ""));
        let print = format!("{:032x}", xxh3_128(format!("{}\u{1f}{word}", outcome.code).as_bytes()));
        entry(&outcome.code, &description, &print, severity, &home(verdict))
    });
    let entries: Vec<Value> = findings.chain(unseen).collect();
    format!("{:#}\n", Value::Array(entries))
}

fn entry(code: &str, description: &str, fingerprint: &str, severity: &str, spot: &Spot) -> Value {
    json!({
        "description": description,
        "check_name": code,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": spot.file, "lines": {"begin": spot.at.map_or(1, |(line, _)| line)}},
    })
}
