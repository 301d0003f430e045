//! The runs of a history as one file: CSV with a line a finding and run, or JSON with everything.

use std::path::Path;

use serde_json::{Value, json};

use crate::error::{Error, Fault, Result};
use crate::frames::time::rfc3339;
use crate::history::{History, Run, Seen};
use crate::text::guarded;

/// The version of the JSON.
const VERSION: u32 = 1;

const COLUMNS: [&str; 15] = [
    "run",
    "as_of",
    "config",
    "profile",
    "selection",
    "verdict",
    "code",
    "name",
    "dataset",
    "subject",
    "severity",
    "state",
    "since",
    "records",
    "people",
];

/// Whether a path names a format.
pub(super) fn fits(path: &Path) -> Result<()> {
    match path.extension().and_then(|kind| kind.to_str()) {
        Some("csv" | "json") => Ok(()),
        _ => {
            let fault = Fault::new(format!("{} names no format", path.display()));
            Err(Error::usage(fault.help("end it with .csv or .json")))
        }
    }
}

/// How many runs there are, and their file.
pub(super) fn text(history: &History, path: &Path) -> Result<(u64, Vec<u8>)> {
    let runs = history.runs()?;
    let is_csv = path.extension().is_some_and(|kind| kind == "csv");
    let text = if is_csv { csv(history, &runs)? } else { json(history, &runs)? };
    Ok((runs.len() as u64, text))
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::input(Fault::new(format!("the history could not be written out: {error}")))
}

/// A run without findings has one line too.
fn csv(history: &History, runs: &[Run]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(|error| failed(&error))?;
    for run in runs {
        let head = [
            run.id.to_string(),
            rfc3339(run.instant),
            run.config.clone(),
            run.profile.clone(),
            run.selection.clone(),
            run.verdict.clone(),
        ];
        let findings = history.findings(run)?;
        let found = findings.iter().map(|seen| {
            let state = seen.state.clone().unwrap_or_default();
            (seen, if seen.accepted { format!("{state} accepted").trim_start().to_owned() } else { state })
        });
        let fixed = history.fixed(run)?;
        let gone = fixed.iter().map(|seen| (seen, "fixed".to_owned()));
        let mut lines: Vec<[String; 9]> = found.chain(gone).map(|(seen, state)| line(seen, state)).collect();
        if lines.is_empty() {
            lines.push(Default::default());
        }
        for line in lines {
            let cells = head.iter().chain(&line).map(|cell| guarded(cell).into_owned());
            writer.write_record(cells).map_err(|error| failed(&error))?;
        }
    }
    writer.into_inner().map_err(|error| failed(&error))
}

fn line(seen: &Seen, state: String) -> [String; 9] {
    let is_fixed = state == "fixed";
    let number = |number: u64| if is_fixed { "0".to_owned() } else { number.to_string() };
    [
        seen.code.clone(),
        seen.name.clone(),
        seen.dataset.clone().unwrap_or_default(),
        seen.subject.clone(),
        seen.severity.clone(),
        state,
        rfc3339(seen.since),
        number(seen.records),
        number(seen.people),
    ]
}

fn json(history: &History, runs: &[Run]) -> Result<Vec<u8>> {
    let mut list = Vec::new();
    for run in runs {
        let findings: Vec<Value> = history.findings(run)?.iter().map(seen).collect();
        let fixed: Vec<Value> = history.fixed(run)?.iter().map(seen).collect();
        let rules = history.rules(run)?.into_iter();
        let rules = rules.map(|rule| json!({"code": rule.code, "status": rule.status, "in_part": rule.partly}));
        let [errors, warnings, notes, accepted] = run.counts;
        let [identity, triggers] = run.scores.map(|score| score.map(|tenths| f64::from(tenths) / 10.0));
        list.push(json!({
            "run": run.id,
            "now": rfc3339(run.instant),
            "config": run.config,
            "profile": run.profile,
            "selection": run.selection,
            "tool": format!("crmlint {}", run.version),
            "exit": run.exit,
            "verdict": run.verdict,
            "errors": errors,
            "warnings": warnings,
            "notes": notes,
            "accepted": accepted,
            "identity": identity,
            "triggers": triggers,
            "records": run.records,
            "people": run.people,
            "snapshot": run.snapshot,
            "rules": rules.collect::<Vec<_>>(),
            "findings": findings,
            "fixed": fixed,
        }));
    }
    let text = format!("{:#}\n", json!({"version": VERSION, "runs": list}));
    Ok(text.into_bytes())
}

fn seen(seen: &Seen) -> Value {
    json!({
        "code": seen.code,
        "name": seen.name,
        "dataset": seen.dataset,
        "subject": seen.subject,
        "fingerprint": seen.fingerprint,
        "severity": seen.severity,
        "state": seen.state,
        "since": rfc3339(seen.since),
        "records": seen.records,
        "people": seen.people,
        "accepted": seen.accepted,
    })
}
