//! The report for programs. These types are the published format; `version` moves when a field changes its meaning or
//! goes away, not when one is added.

mod checklist;
mod trend;

use schemars::JsonSchema;
use serde::Serialize;

use checklist::Checklist;
pub(super) use checklist::checklist_value;

use crate::findings::{Finding, Outcome, Severity, Status, Verdict};
use crate::frames::time::rfc3339;

/// The version of the format.
pub(super) const VERSION: u32 = 1;

/// A report of `crmlint audit`.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "crmlint report")]
struct Report {
    /// Version of this format.
    version: u32,
    /// The program and its version.
    tool: String,
    /// The instant that counted as now, ISO 8601 in UTC.
    now: String,
    /// `launch`, `hygiene` or null.
    profile: Option<String>,
    /// Which rules were asked for, as they were named; null where nobody chose.
    selection: Option<String>,
    /// The lowest severity that ends with exit code 1; null when nothing does.
    fail_on: Option<String>,
    /// 0 clean, 1 findings at or above `fail_on`, 3 something could not be read, failed, or was required and not evaluated.
    exit: u8,
    /// Whether personal data is masked in this report.
    masked: bool,
    /// The checklist before a launch; null in other profiles.
    checklist: Option<Checklist>,
    /// Counts over the whole run.
    counts: Counts,
    /// Headline scores.
    scores: Scores,
    /// How the run stands to earlier ones; null without a history.
    trend: Option<trend::Trend>,
    /// What was read.
    inputs: Vec<Input>,
    /// Every selected rule, by code.
    rules: Vec<Rule>,
    /// Findings that stand, worst first.
    findings: Vec<Item>,
    /// Findings that the team accepted by an ignore or a threshold.
    accepted: Vec<Item>,
    /// What the report says of itself.
    remarks: Vec<String>,
}

/// Counts over the whole run.
#[derive(Serialize, JsonSchema)]
struct Counts {
    /// Findings by severity.
    errors: u64,
    /// Findings by severity.
    warnings: u64,
    /// Findings by severity.
    notes: u64,
    /// Rules that looked at everything and found nothing.
    rules_clean: u64,
    /// Rules that found something.
    rules_with_findings: u64,
    /// Rules that could not look at something they had to look at.
    rules_not_evaluated: u64,
    /// Rules that broke.
    rules_failed: u64,
}

/// Headline scores: 100 means that no evaluated rule found anything.
#[derive(Serialize, JsonSchema)]
struct Scores {
    /// Whether people are recognised: rules of the families ID and DUP.
    identity: Score,
    /// Whether segments and journeys start when they should: rules of the families ENM, TS, SEG, OWN, CON and MAP.
    triggers: Score,
}

/// A headline score and what it rests on.
#[derive(Serialize, JsonSchema)]
struct Score {
    /// 0 to 100, cut to one decimal; null when no rule of it was evaluated.
    value: Option<f64>,
    /// Rules that count.
    rules: u64,
    /// Codes of rules that count and could look at a part only.
    in_part: Vec<String>,
    /// Codes of rules that do not count, because they were not evaluated or failed.
    not_evaluated: Vec<String>,
}

/// A dataset that was read.
#[derive(Serialize, JsonSchema)]
struct Input {
    /// Its name: source and module.
    dataset: String,
    /// What it was recognised as.
    recognised: String,
    /// Files and members of archives it was read from.
    files: Vec<String>,
    /// Records.
    records: u64,
    /// Columns.
    columns: u64,
    /// How its text is encoded.
    encoding: String,
}

/// What became of a rule.
#[derive(Serialize, JsonSchema)]
struct Rule {
    /// Stable code.
    code: String,
    /// Name.
    name: String,
    /// `clean`, `findings`, `not evaluated` or `failed`. Only `clean` is green.
    status: String,
    /// Subjects it looked at.
    subjects: u64,
    /// What it could not look at, and why.
    not_evaluated: Vec<Gap>,
    /// Why it failed.
    failure: Option<String>,
}

/// Something a rule could not look at.
#[derive(Serialize, JsonSchema)]
struct Gap {
    /// The subject.
    subject: String,
    /// The reason.
    reason: String,
}

/// A finding: one rule and one subject.
#[derive(Serialize, JsonSchema)]
struct Item {
    /// Stable code.
    code: String,
    /// Name.
    name: String,
    /// `error`, `warning` or `note`.
    severity: String,
    /// `high`, `medium` or `low`.
    confidence: String,
    /// What it is about: `zoho.contacts.Email`, `segment:…`, `mapping:…`, `ignore:…`.
    subject: String,
    /// The dataset, for findings about data.
    dataset: Option<String>,
    /// File, line and column, for findings about documents.
    place: Option<Place>,
    /// Records that fail.
    records: u64,
    /// Records looked at.
    of: u64,
    /// People affected.
    people: u64,
    /// The fact.
    what: String,
    /// Why it matters.
    why: String,
    /// What to do.
    fix: String,
    /// What it is made of, most first.
    parts: Vec<Part>,
    /// Who wrote the failing values, by the columns of the export that tell.
    written_by: Vec<Writers>,
    /// A few failing records.
    samples: Vec<Sample>,
    /// Stable identity: code and subject, hashed.
    fingerprint: String,
    /// Why it is accepted.
    accepted: Option<String>,
    /// `new`, `still` or `reopened`, against earlier runs; null without a history and in its first run.
    state: Option<String>,
    /// Since when it has been there, as far as the history tells.
    since: Option<String>,
    /// How its people moved since the run before; null where they were not compared.
    moved: Option<trend::Moved>,
}

/// A place in a document, 1-based.
#[derive(Serialize, JsonSchema)]
struct Place {
    /// The file.
    file: String,
    /// 1-based.
    line: u64,
    /// 1-based, in characters.
    column: u64,
}

/// One value, form or kind.
#[derive(Serialize, JsonSchema)]
struct Part {
    /// The value or what it stands for.
    label: String,
    /// Records.
    records: u64,
    /// People.
    people: u64,
    /// The right value, when it is sure.
    suggestion: Option<String>,
}

/// Who wrote the failing values, by one column.
#[derive(Serialize, JsonSchema)]
struct Writers {
    /// The column.
    column: String,
    /// Its values, most first.
    values: Vec<Writer>,
}

/// One value of such a column.
#[derive(Serialize, JsonSchema)]
struct Writer {
    /// The value.
    name: String,
    /// Failing records that hold it.
    records: u64,
}

/// A failing record.
#[derive(Serialize, JsonSchema)]
struct Sample {
    /// The dataset.
    dataset: String,
    /// The record's own id.
    key: String,
    /// The column; blank when the record as a whole fails.
    column: String,
    /// The value.
    value: String,
    /// The right value, when it is sure; else blank.
    suggestion: String,
    /// The id of the other record of a pair; else blank.
    other_key: String,
    /// What else tells.
    detail: String,
}

/// Renders the report.
pub fn render(verdict: &Verdict) -> String {
    let report = report(verdict);
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"));
    text.push('\n');
    text
}

/// The JSON Schema of the report.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}

fn report(verdict: &Verdict) -> Report {
    let severe =
        |severity: Severity| verdict.findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let ended = |name: &str| verdict.outcomes.iter().filter(|outcome| outcome.status.name() == name).count() as u64;
    Report {
        version: VERSION,
        tool: format!("crmlint {}", env!("CARGO_PKG_VERSION")),
        now: rfc3339(verdict.now),
        profile: verdict.profile.clone(),
        selection: Some(verdict.selection.clone()).filter(|selection| !selection.is_empty()),
        fail_on: verdict.fail_on.map(|severity| severity.name().to_owned()),
        exit: verdict.exit as u8,
        masked: !verdict.show_pii,
        checklist: verdict.checklist.as_ref().map(checklist::of),
        counts: Counts {
            errors: severe(Severity::Error),
            warnings: severe(Severity::Warning),
            notes: severe(Severity::Note),
            rules_clean: ended("clean"),
            rules_with_findings: ended("findings"),
            rules_not_evaluated: ended("not evaluated"),
            rules_failed: ended("failed"),
        },
        scores: Scores { identity: score(&verdict.scores.identity), triggers: score(&verdict.scores.triggers) },
        trend: verdict.trend.as_ref().map(trend::of),
        inputs: verdict.inputs.iter().map(input).collect(),
        rules: verdict.outcomes.iter().map(rule).collect(),
        findings: verdict.findings.iter().map(item).collect(),
        accepted: verdict.accepted.iter().map(item).collect(),
        remarks: verdict.remarks.clone(),
    }
}

fn score(score: &crate::findings::scores::Score) -> Score {
    Score {
        value: score.tenths.map(|tenths| f64::from(tenths) / 10.0),
        rules: score.rules as u64,
        in_part: score.partly.clone(),
        not_evaluated: score.unseen.clone(),
    }
}

fn input(input: &crate::findings::Input) -> Input {
    Input {
        dataset: input.dataset.clone(),
        recognised: input.recognised.clone(),
        files: input.files.clone(),
        records: input.rows,
        columns: input.columns as u64,
        encoding: input.encoding.clone(),
    }
}

fn rule(outcome: &Outcome) -> Rule {
    Rule {
        code: outcome.code.clone(),
        name: outcome.name.clone(),
        status: outcome.status.name().to_owned(),
        subjects: outcome.subjects as u64,
        not_evaluated: outcome
            .gaps
            .iter()
            .map(|gap| Gap { subject: gap.subject.clone(), reason: gap.reason.clone() })
            .collect(),
        failure: match &outcome.status {
            Status::Failed(why) => Some(why.clone()),
            _ => None,
        },
    }
}

fn item(finding: &Finding) -> Item {
    let hit = &finding.hit;
    Item {
        code: finding.code.clone(),
        name: finding.name.clone(),
        severity: finding.severity.name().to_owned(),
        confidence: finding.confidence.clone(),
        subject: hit.subject.name.clone(),
        dataset: hit.subject.dataset.clone(),
        place: hit.place.as_ref().map(|place| Place {
            file: place.file.clone(),
            line: place.line as u64,
            column: place.column as u64,
        }),
        records: hit.rows,
        of: hit.total,
        people: hit.people,
        what: hit.statement.clone(),
        why: finding.why.clone(),
        fix: finding.fix.clone(),
        parts: hit.parts.iter().map(part).collect(),
        written_by: finding.writers.iter().map(writers).collect(),
        samples: hit.samples.iter().map(sample).collect(),
        fingerprint: finding.fingerprint.clone(),
        accepted: finding.accepted.clone(),
        state: finding.state.map(|state| state.name().to_owned()),
        since: finding.since.map(rfc3339),
        moved: finding.moved.map(trend::moved),
    }
}

fn writers(writers: &crate::findings::Writers) -> Writers {
    let value = |(name, records): &(String, u64)| Writer { name: name.clone(), records: *records };
    Writers { column: writers.column.clone(), values: writers.values.iter().map(value).collect() }
}

fn part(part: &crate::findings::Part) -> Part {
    Part { label: part.label.clone(), records: part.rows, people: part.people, suggestion: part.suggestion.clone() }
}

fn sample(row: &crate::findings::Row) -> Sample {
    Sample {
        dataset: row.dataset.clone(),
        key: row.key.clone(),
        column: row.column.clone(),
        value: row.value.clone(),
        suggestion: row.suggestion.clone(),
        other_key: row.other_key.clone(),
        detail: row.detail.clone(),
    }
}
