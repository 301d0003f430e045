//! The message for a server of the team's own. These types are the published format; `version` moves when a field changes
//! its meaning or goes away, not when one is added.

use ring::hmac;
use schemars::JsonSchema;
use serde::Serialize;

use crate::findings::masking;
use crate::net::Secret;
use crate::reports::brief::{self, Before, Brief, Report};

/// The version of the format.
const VERSION: u32 = 1;
/// Findings of one message.
const MOST: usize = 100;
/// Characters of one text.
const LONGEST: usize = 800;
/// The header of the signature.
pub const SIGNATURE: &str = "X-Crmlint-Signature";

/// A message of `crmlint notify`.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "crmlint message")]
pub struct Message {
    /// Version of this format.
    version: u32,
    /// The same for every try of one message, and for no other message: drop what came before.
    id: String,
    /// When it was sent, ISO 8601 in UTC. It is signed with the rest: refuse what is old.
    sent_at: String,
    /// The program that made the report, and its version.
    tool: String,
    /// The instant that counted as now in the run, ISO 8601 in UTC.
    now: String,
    /// `launch`, `hygiene` or null.
    profile: Option<String>,
    /// The exit code of the run: 0 clean, 1 findings at or above `fail_on`, 3 something could not be checked.
    exit: u8,
    /// How it ended, in words.
    verdict: String,
    /// The verdict of the launch checklist; null in other profiles.
    checklist: Option<String>,
    /// Whether the checklist lets a launch through; null in other profiles.
    ready: Option<bool>,
    /// Counts over the whole run.
    counts: Counts,
    /// What changed; null where there is nothing to compare with.
    news: Option<News>,
    /// Findings, new ones first, then worst first.
    findings: Vec<Finding>,
    /// How many findings are left out.
    left_out: u64,
    /// Where the whole report is, when `--link` says so.
    link: Option<String>,
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
    /// Rules that could not look at something they had to look at.
    rules_not_evaluated: u64,
    /// Rules that broke.
    rules_failed: u64,
}

/// What changed.
#[derive(Serialize, JsonSchema)]
struct News {
    /// What it is compared with: `the last message` or `the run before`.
    since: String,
    /// Findings that were not there.
    new: u64,
    /// Findings that had been fixed and are back, as far as a history tells.
    reopened: u64,
    /// Findings that are found no longer.
    gone: u64,
    /// Findings of before that nobody looked for this time, as far as a history tells.
    unknown: u64,
}

/// A finding: one rule and one subject.
#[derive(Serialize, JsonSchema)]
struct Finding {
    /// Stable code.
    code: String,
    /// Name.
    name: String,
    /// `error`, `warning` or `note`.
    severity: String,
    /// What it is about.
    subject: String,
    /// The dataset, for findings about data.
    dataset: Option<String>,
    /// Records that fail.
    records: u64,
    /// Records looked at.
    of: u64,
    /// People affected.
    people: u64,
    /// The fact.
    what: String,
    /// What to do.
    fix: String,
    /// Stable identity: code and subject, hashed.
    fingerprint: String,
    /// Whether it is new or back; null where that is not known.
    new: Option<bool>,
}

/// The JSON Schema of the message.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Message).to_value()
}

/// The message. Its id rests on all but the time.
pub fn message(report: &Report, brief: &Brief, before: Option<&Before>, link: Option<&str>, sent_at: &str) -> Message {
    let counts = &report.counts;
    let known = before.is_some() || report.findings.iter().any(|item| item.state.is_some());
    let mut sorted: Vec<(bool, &brief::Item)> =
        report.findings.iter().map(|item| (brief::mark(item, before).is_some(), item)).collect();
    sorted.sort_by_key(|(fresh, _)| !fresh);
    let shown = sorted.iter().take(MOST).map(|(fresh, item)| finding(item, known.then_some(*fresh)));
    let mut message = Message {
        version: VERSION,
        id: String::new(),
        sent_at: String::new(),
        tool: report.tool.clone(),
        now: report.now.clone(),
        profile: report.profile.clone(),
        exit: report.exit,
        verdict: brief.title.trim_start_matches("crmlint: ").to_owned(),
        checklist: report.checklist.as_ref().map(|list| masking::open(&list.headline, LONGEST)),
        ready: report.checklist.as_ref().map(|list| list.ready),
        counts: Counts {
            errors: counts.errors,
            warnings: counts.warnings,
            notes: counts.notes,
            rules_not_evaluated: counts.rules_not_evaluated,
            rules_failed: counts.rules_failed,
        },
        news: brief::news(report, before).map(|news| News {
            since: news.since.to_owned(),
            new: news.new,
            reopened: news.reopened,
            gone: news.gone,
            unknown: news.unknown,
        }),
        findings: shown.collect(),
        left_out: sorted.len().saturating_sub(MOST) as u64,
        link: link.map(str::to_owned),
    };
    message.id = blake3::hash(&serde_json::to_vec(&message).unwrap_or_default()).to_hex()[..32].to_owned();
    message.sent_at = sent_at.to_owned();
    message
}

fn finding(item: &brief::Item, new: Option<bool>) -> Finding {
    Finding {
        code: item.code.clone(),
        name: item.name.clone(),
        severity: item.severity.clone(),
        subject: masking::open(&item.subject, LONGEST),
        dataset: item.dataset.clone(),
        records: item.records,
        of: item.of,
        people: item.people,
        what: masking::open(&item.what, LONGEST),
        fix: masking::open(&item.fix, LONGEST),
        fingerprint: item.fingerprint.clone(),
        new,
    }
}

/// What the header says: `sha256=…`, the HMAC of the body.
pub fn signature(secret: &Secret, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
    let tag = hmac::sign(&key, body);
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_of_the_standard() {
        // RFC 4231, test case 2.
        let signed = signature(&Secret::given("Jefe", "test"), b"what do ya want for nothing?");
        assert_eq!(signed, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    #[test]
    fn an_id_is_that_of_the_content_and_not_of_the_time() {
        let report = Report { masked: true, ..Report::default() };
        let brief = Brief::of(&report, None, 5).expect("masked");
        let of = |link: Option<&str>, time: &str| message(&report, &brief, None, link, time).id;
        assert_eq!(of(None, "2026-06-01T00:00:00Z"), of(None, "2026-06-01T00:00:09Z"));
        assert_ne!(of(None, ""), of(Some("https://ci.example.com"), ""));
    }
}
