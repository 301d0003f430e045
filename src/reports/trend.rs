//! What several reports say of earlier runs in the same words.

use crate::findings::Finding;
use crate::findings::trend::{Fixed, State, Trend};
use crate::frames::time::rfc3339;
use crate::text::{count, counted};

/// An instant as people read it: the day, and the time where it is not midnight.
pub fn moment(instant: i64) -> String {
    let text = rfc3339(instant);
    text.strip_suffix("T00:00:00Z").map_or_else(|| text.replace('T', " ").replace('Z', " UTC"), str::to_owned)
}

/// What happened since the run before, a sentence without a full stop.
pub(super) fn since(trend: &Trend) -> String {
    let Some(before) = trend.before else {
        let whose = if trend.has_others { " of this profile and selection" } else { "" };
        return format!("This is the first run{whose} that the history remembers");
    };
    let fixed = trend.fixed.len() as u64;
    let found = format!(
        "Since {}: {} new, {} reopened, {} still there, {} fixed",
        moment(before),
        count(trend.new),
        count(trend.reopened),
        count(trend.still),
        count(fixed)
    );
    let unknown = match trend.unknown {
        0 => String::new(),
        many => format!(", {} not looked at", count(many)),
    };
    let people = trend.people.and_then(|people| people.told()).map(|told| format!("; {told}")).unwrap_or_default();
    format!("{found}{unknown}{people}")
}

/// Why that is not all, sentences.
pub(super) fn but(trend: &Trend) -> Vec<String> {
    let unknown = (trend.unknown > 0).then(|| {
        let (findings, rule) = match trend.unknown {
            1 => ("1 finding of before was".to_owned(), "its rule"),
            many => (format!("{} of before were", counted(many, "finding", "findings")), "their rules"),
        };
        format!("{findings} not found, and {rule} could not look for all of it: nobody knows whether that is fixed.")
    });
    unknown.into_iter().chain(trend.remark.clone()).collect()
}

/// `ENM002 enum-variant · zoho.contacts.Stage, there since 2026-05-01`
pub(super) fn fixed(fixed: &Fixed) -> String {
    format!("{} {} · {}, there since {}", fixed.code, fixed.name, fixed.subject, moment(fixed.since))
}

/// How a finding stands to earlier runs, a clause: `still there since 2026-05-01; 3 people new, 1 gone`.
pub(super) fn state(finding: &Finding) -> Option<String> {
    let state = finding.state?;
    let since = finding.since.filter(|_| state == State::Still);
    let since = since.map(|since| format!(" since {}", moment(since))).unwrap_or_default();
    // Of a finding that is new, everybody is.
    let moved = finding.moved.filter(|_| state != State::New).and_then(|moved| moved.told());
    let moved = moved.map(|told| format!("; {told}")).unwrap_or_default();
    Some(format!("{}{since}{moved}", state.word()))
}
