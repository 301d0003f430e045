//! SARIF 2.1.0, for code scanning. A finding keeps its identity while lines move; a finding that the team accepted is a
//! suppressed result; a rule that did not look at everything is a notification of the run.

use serde_json::{Value, json};

use super::json::checklist_value;
use super::summary::{Spot, Unseen, home, spot};
use crate::error::Exit;
use crate::findings::trend::State;
use crate::findings::{Finding, Outcome, Severity, Status, Verdict};

/// The schema that the log follows.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Renders the log.
pub(super) fn render(verdict: &Verdict) -> String {
    let rules: Vec<Value> = verdict.outcomes.iter().map(rule).collect();
    let standing = verdict.findings.iter().chain(&verdict.accepted);
    let results: Vec<Value> = standing.map(|finding| result(verdict, finding)).collect();
    let mut unseen: Vec<Value> = Unseen::all(verdict).iter().map(|unseen| notification(verdict, unseen)).collect();
    unseen.extend(verdict.forgotten.as_ref().map(|why| {
        let text = message(&format!("This run is not in the history: {why}."));
        json!({"level": "error", "message": {"text": text}})
    }));
    let mut log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "crmlint", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": verdict.exit < Exit::Usage,
                "exitCode": verdict.exit as u8,
                "toolExecutionNotifications": unseen,
            }],
            "results": results,
        }],
    });
    if let Some(checklist) = &verdict.checklist {
        log["runs"][0]["properties"] = json!({"launchChecklist": checklist_value(checklist)});
    }
    format!("{log:#}\n")
}

fn rule(outcome: &Outcome) -> Value {
    let texts = &outcome.texts;
    let wrong = &texts.false_positive;
    let mut help = vec![("Why", &texts.why), ("What to do", &texts.fix)];
    if !wrong.is_empty() {
        help.push(("When it is wrong", wrong));
    }
    let plain: Vec<String> = help.iter().map(|(title, text)| format!("{title}: {text}")).collect();
    let marked: Vec<String> = help.iter().map(|(title, text)| format!("**{title}.** {text}")).collect();
    let urgency = if outcome.severity == Severity::Note { "recommendation" } else { outcome.severity.name() };
    json!({
        "id": outcome.code,
        "name": outcome.name,
        "shortDescription": {"text": message(&texts.what)},
        "fullDescription": {"text": message(&format!("{} {}", texts.what, texts.why))},
        "help": {"text": message(&plain.join("\n\n")), "markdown": message(&marked.join("\n\n"))},
        "defaultConfiguration": {"level": outcome.severity.name()},
        "properties": {
            "precision": texts.confidence,
            "problem.severity": urgency,
            "tags": [outcome.family()],
        },
    })
}

fn result(verdict: &Verdict, finding: &Finding) -> Value {
    let hit = &finding.hit;
    let place = json!({
        "physicalLocation": physical(&spot(verdict, finding)),
        "logicalLocations": [{"fullyQualifiedName": hit.subject.name}],
    });
    let mut result = json!({
        "ruleId": finding.code,
        "level": finding.severity.name(),
        "message": {"text": message(&format!("{}: {} {}", hit.subject.name, hit.statement, finding.fix))},
        "locations": [place],
        // Code scanning reads the first alone; the second says what it is.
        "partialFingerprints": {
            "primaryLocationLineHash": finding.fingerprint,
            "crmlintFinding/v1": finding.fingerprint,
        },
        "properties": {"records": hit.rows, "of": hit.total, "people": hit.people, "confidence": finding.confidence},
    });
    if let Some(at) = verdict.outcomes.iter().position(|outcome| outcome.code == finding.code) {
        result["ruleIndex"] = json!(at);
    }
    // Code scanning would open a result that is absent as an alert: what is fixed is left out.
    if let Some(state) = finding.state {
        result["baselineState"] = json!(if state == State::Still { "unchanged" } else { "new" });
        result["properties"]["state"] = json!(state.name());
    }
    // A run with suppressions says of every result whether it is suppressed.
    let accepted = finding.accepted.iter();
    let accepted = accepted.map(|why| json!({"kind": "external", "status": "accepted", "justification": why}));
    result["suppressions"] = accepted.collect();
    result
}

fn notification(verdict: &Verdict, unseen: &Unseen<'_>) -> Value {
    let outcome = unseen.outcome;
    let (level, how) = match outcome.status {
        Status::Failed(_) => ("error", "failed"),
        _ if unseen.how.is_empty() => ("warning", "was not evaluated"),
        _ => ("warning", "was evaluated in part"),
    };
    let at = verdict.outcomes.iter().position(|other| other.code == outcome.code);
    let text = format!("{} {} {how}: {}", outcome.code, outcome.name, unseen.told(usize::MAX, ""));
    json!({
        "level": level,
        "message": {"text": message(&text)},
        "associatedRule": {"id": outcome.code, "index": at},
        "locations": [{"physicalLocation": physical(&home(verdict))}],
    })
}

fn physical(spot: &Spot) -> Value {
    let mut place = json!({"artifactLocation": {"uri": uri(&spot.file)}});
    if let Some((line, column)) = spot.at {
        place["region"] = json!({"startLine": line, "startColumn": column});
    }
    place
}

/// A path as a URI reference: relative as it stands, absolute with its scheme.
fn uri(file: &str) -> String {
    let mut out = String::from(if file.starts_with('/') { "file://" } else { "" });
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Text of a message, where `{0}` would be a placeholder and `[text](target)` a link.
fn message(text: &str) -> String {
    let unlinked = text.replace("](", "] (");
    let mut out = String::with_capacity(unlinked.len());
    let mut rest = unlinked.as_str();
    while let Some(at) = rest.find('{') {
        let (head, tail) = rest.split_at(at);
        out.push_str(head);
        let digits = tail[1..].bytes().take_while(u8::is_ascii_digit).count();
        match tail[1 + digits..].strip_prefix('}') {
            Some(after) if digits > 0 => {
                out.push_str(&format!("{{{{{}}}}}", &tail[1..=digits]));
                rest = after;
            }
            _ => {
                out.push('{');
                rest = &tail[1..];
            }
        }
    }
    out + rest
}
