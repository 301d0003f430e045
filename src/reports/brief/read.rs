//! A JSON report read back: the text of a file in, what short messages say of it out.
//!
//! These types name the fields of the published format that a message needs; others are passed over, so that a report of
//! a later program with more fields is read too.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::json::VERSION;
use crate::error::{Error, Fault, Result};

/// A report, as far as messages read it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Report {
    /// The program and its version.
    pub tool: String,
    /// The instant that counted as now.
    pub now: String,
    /// `launch`, `hygiene` or none.
    pub profile: Option<String>,
    /// Which rules were asked for; none where nobody chose.
    #[serde(default)]
    pub selection: Option<String>,
    /// How the run ended.
    pub exit: u8,
    /// Whether personal data is masked.
    pub masked: bool,
    /// The checklist before a launch.
    pub checklist: Option<Checklist>,
    /// Counts over the whole run.
    pub counts: Counts,
    /// Headline scores.
    pub scores: Scores,
    /// Findings that stand, worst first.
    pub findings: Vec<Item>,
    /// Findings that the team accepted.
    pub accepted: Vec<Item>,
    /// How it stands to earlier runs, where a history is kept.
    pub trend: Option<Trend>,
}

/// The checklist.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Checklist {
    /// The verdict in one line.
    pub headline: String,
    /// Whether nothing stands in the way.
    pub ready: bool,
}

/// Counts over the whole run.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Counts {
    /// Findings.
    pub errors: u64,
    /// Findings.
    pub warnings: u64,
    /// Findings.
    pub notes: u64,
    /// Rules.
    pub rules_clean: u64,
    /// Rules.
    pub rules_with_findings: u64,
    /// Rules.
    pub rules_not_evaluated: u64,
    /// Rules.
    pub rules_failed: u64,
}

/// Headline scores.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Scores {
    /// Whether people are recognised.
    pub identity: Score,
    /// Whether triggers work.
    pub triggers: Score,
}

/// A headline score.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Score {
    /// 0 to 100.
    pub value: Option<f64>,
}

/// A finding.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Item {
    /// Stable code.
    pub code: String,
    /// Name.
    pub name: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// What it is about.
    pub subject: String,
    /// The dataset, for findings about data.
    pub dataset: Option<String>,
    /// Records that fail.
    pub records: u64,
    /// Records looked at.
    pub of: u64,
    /// People affected.
    pub people: u64,
    /// The fact.
    pub what: String,
    /// What to do.
    pub fix: String,
    /// Stable identity.
    pub fingerprint: String,
    /// How it stands to earlier runs, where a history is kept: `new`, `still` or `reopened`.
    pub state: Option<String>,
}

/// How a run stands to earlier ones.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Trend {
    /// The run before this one; none for the first.
    pub before: Option<String>,
    /// Findings that are gone.
    pub fixed: Vec<IgnoredAny>,
    /// Findings of before that nobody looked for this time.
    pub unknown: u64,
    /// Their fingerprints.
    pub not_looked_for: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Report {
    /// Reads the text of a report; `name` stands for it in messages.
    pub fn read(text: &str, name: &str) -> Result<Self> {
        let anew = "write it with this version: crmlint audit --output json=report.json";
        let refuse = |why: String, help: &str| Err(Error::usage(Fault::new(format!("{name} {why}")).help(help)));
        match serde_json::from_str::<Versioned>(text) {
            Ok(Versioned { version }) if version == VERSION => {}
            Ok(Versioned { version }) => {
                let why = format!("is a report of version {version}, and this program reads version {VERSION}");
                return refuse(why, anew);
            }
            Err(error) if error.is_data() => return refuse("is no JSON report of crmlint".to_owned(), anew),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                return refuse(format!("is no JSON, from line {line}, column {column} on"), anew);
            }
        }
        match serde_json::from_str(text) {
            Ok(report) => Ok(report),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                refuse(format!("is no JSON report of crmlint, at line {line}, column {column}"), anew)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_report_is_refused_without_its_content() {
        for (text, told) in [
            ("", "is no JSON, from line 1"),
            ("{\"version\": 1, ", "is no JSON"),
            ("[]", "is no JSON report"),
            ("{\"tool\": \"canary\"}", "is no JSON report"),
            ("{\"version\": 2, \"tool\": \"canary\"}", "of version 2, and this program reads version 1"),
            ("{\"version\": 1, \"tool\": \"canary\"}", "is no JSON report"),
            ("{\"version\": \"canary\"}", "is no JSON report"),
        ] {
            let refused = Report::read(text, "report.json").expect_err(text);
            assert!(refused.to_string().contains(told), "{text}: {refused}");
            assert!(!format!("{refused} {:?}", refused.fault().help).contains("canary"), "{refused}");
            assert_eq!(refused.exit(), crate::error::Exit::Usage);
        }
    }
}
