//! What several reports say of a verdict in the same words: how the run ended, which rules did not look at everything, and
//! the file that a finding is about.

use std::fmt;

use crate::config::FILE;
use crate::error::Exit;
use crate::findings::checklist::{Checked, Evidence};
use crate::findings::{Finding, Outcome, Severity, Status, Verdict};
use crate::text::{count, counted};

/// How the run ended.
pub(super) struct Ending {
    /// In a few words, without a full stop.
    pub(super) word: &'static str,
    /// Findings by severity and rules by status.
    pub(super) counts: String,
    /// Whether it reads as bad, doubtful or good.
    pub(super) mood: Mood,
}

/// What a reader should feel at first sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Bad,
    Doubtful,
    Good,
}

/// The end of a run in one line.
pub(super) fn ending(verdict: &Verdict) -> Ending {
    let of = |severity: Severity| verdict.findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let ended = |name: &str| verdict.outcomes.iter().filter(|outcome| outcome.status.name() == name).count();
    let counts = format!(
        "{} ({}: {} clean, {} with findings, {} not evaluated, {} failed)",
        graded(Severity::ALL.map(of)),
        counted(verdict.outcomes.len() as u64, "rule", "rules"),
        ended("clean"),
        ended("findings"),
        ended("not evaluated"),
        ended("failed")
    );
    let counts = match verdict.accepted.iter().map(|finding| finding.hit.people).max() {
        None => counts,
        Some(people) => {
            let accepted = counted(verdict.accepted.len() as u64, "accepted finding", "accepted findings");
            let largest = if people > 0 {
                format!(", the largest of {}", counted(people, "person", "people"))
            } else {
                String::new()
            };
            format!("{counts}; {accepted}{largest}")
        }
    };
    let forgotten = verdict.forgotten.as_ref().map(|_| "; this run is not in the history").unwrap_or_default();
    let counts = format!("{counts}{forgotten}");
    let (mood, word) =
        word(verdict.exit, ended("not evaluated") > 0, !verdict.findings.is_empty(), !verdict.accepted.is_empty());
    Ending { word, counts, mood }
}

/// How a run ended, in a few words: by its exit, and by whether rules were not evaluated, findings stand, findings were
/// accepted.
pub(super) fn word(exit: Exit, unseen: bool, found: bool, accepted: bool) -> (Mood, &'static str) {
    match exit {
        Exit::Clean if unseen => (Mood::Doubtful, "No blocking finding, but not everything could be checked"),
        Exit::Clean if found => (Mood::Doubtful, "No blocking finding"),
        Exit::Clean if accepted => (Mood::Doubtful, "Nothing beyond what was accepted"),
        Exit::Clean => (Mood::Good, "Clean"),
        Exit::Findings => (Mood::Bad, "Not ready"),
        Exit::Usage | Exit::Failed => (Mood::Bad, "Could not be checked"),
    }
}

/// Numbers of findings, in the order of [`Severity::ALL`]: `2 errors, 1 warning, 0 notes`.
pub(super) fn graded([errors, warnings, notes]: [u64; 3]) -> String {
    format!(
        "{}, {}, {}",
        counted(errors, "error", "errors"),
        counted(warnings, "warning", "warnings"),
        counted(notes, "note", "notes")
    )
}

/// What stands under an item of the checklist: the waiver, what fails it, what could not be looked at, what is shown. `most`
/// reasons are given.
pub(super) fn told(checked: &Checked, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(waiver) = &checked.waiver {
        let by = waiver.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let until = waiver.until.as_ref().map(|until| format!(" until {}", until.text)).unwrap_or_default();
        let reason = waiver.reason.as_deref().unwrap_or_default();
        lines.push(format!("waived{by}{until} ({}): {reason}", checked.bare.name()));
    }
    let of = |fails: bool| checked.evidence.iter().filter(move |found| found.fails == fails).map(found);
    lines.extend(of(true).map(|found| format!("fails by {found}")));
    let mut open: Vec<(&str, Vec<&str>)> = Vec::new();
    for needed in checked.open.iter().filter(|open| open.needed) {
        match open.iter_mut().find(|(reason, _)| *reason == needed.reason) {
            Some((_, codes)) => codes.push(&needed.code),
            None => open.push((&needed.reason, vec![&needed.code])),
        }
    }
    let more = open.len().saturating_sub(most);
    let open = open.iter().take(most);
    lines.extend(open.map(|(reason, codes)| format!("not evaluated: {}: {reason}", codes.join(", "))));
    if more > 0 {
        lines.push(format!("and {}", counted(more as u64, "more reason", "more reasons")));
    }
    let also: Vec<String> = of(false).collect();
    if !also.is_empty() {
        lines.push(format!("shown: {}", also.join(", ")));
    }
    let aside = checked.open.iter().filter(|open| !open.needed).map(|open| open.code.as_str());
    let mut aside: Vec<&str> = aside.collect();
    aside.dedup();
    if !aside.is_empty() {
        lines.push(format!("could not add to it: {}", aside.join(", ")));
    }
    lines
}

/// `ID002 blank-identifier (2 findings, up to 31 people each; 1 accepted)`
fn found(found: &Evidence) -> String {
    let mut parts = Vec::new();
    if found.findings > 0 {
        parts.push(found.said());
    }
    if found.accepted > 0 {
        parts.push(format!("{} accepted", count(found.accepted)));
    }
    format!("{} {} ({})", found.code, found.name, parts.join("; "))
}

/// A rule that did not look at everything, or broke.
pub(super) struct Unseen<'a> {
    pub(super) outcome: &'a Outcome,
    /// ` failed`, ` in part`, or nothing when it saw nothing at all.
    pub(super) how: &'static str,
    /// One sentence each, without a full stop.
    pub(super) reasons: Vec<&'a str>,
}

impl<'a> Unseen<'a> {
    /// Of a rule, when it is one.
    pub(super) fn of(outcome: &'a Outcome) -> Option<Self> {
        if let Status::Failed(why) = &outcome.status {
            return Some(Self { outcome, how: " failed", reasons: vec![why] });
        }
        let mut reasons: Vec<&str> = outcome.gaps.iter().map(|gap| gap.reason.as_str()).collect();
        reasons.dedup();
        let how = if outcome.subjects > 0 { " in part" } else { "" };
        (!reasons.is_empty()).then_some(Self { outcome, how, reasons })
    }

    /// Of all rules, by code.
    pub(super) fn all(verdict: &'a Verdict) -> Vec<Self> {
        verdict.outcomes.iter().filter_map(Self::of).collect()
    }

    /// The first reasons in one line; `tail` says where the others are.
    pub(super) fn told(&self, most: usize, tail: &str) -> String {
        let shown: Vec<&str> = self.reasons.iter().copied().take(most).collect();
        match self.reasons.len() - shown.len() {
            0 => shown.join("; "),
            more => format!("{}; and {more} more{tail}", shown.join("; ")),
        }
    }
}

/// Where a finding is, for consumers that want a file.
pub(super) struct Spot {
    /// As the user would write it, with `/` between folders.
    pub(super) file: String,
    /// 1-based line and column in characters, where the finding is about a line of a document.
    pub(super) at: Option<(usize, usize)>,
}

impl fmt::Display for Spot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((line, column)) => write!(out, "{}:{line}:{column}", self.file),
            None => out.write_str(&self.file),
        }
    }
}

/// The place of a finding in a document; else the export it is about; else the config, which names them all.
pub(super) fn spot(verdict: &Verdict, finding: &Finding) -> Spot {
    if let Some(place) = &finding.hit.place {
        return Spot { file: slashed(&place.file), at: Some((place.line, place.column)) };
    }
    let dataset = finding.hit.subject.dataset.as_ref();
    let export = verdict.inputs.iter().find(|input| dataset == Some(&input.dataset));
    export.and_then(|input| input.files.first()).map_or_else(|| home(verdict), |file| whole(file))
}

/// The config, or the first export of a run without one. Code scanning and code quality refuse what has no file.
pub(super) fn home(verdict: &Verdict) -> Spot {
    let first = || verdict.inputs.iter().flat_map(|input| &input.files).next();
    whole(verdict.config.as_ref().or_else(first).map_or(FILE, String::as_str))
}

/// A file as a whole. `backup.zip: Data/Contacts_001.csv` is a member; the file is the archive.
fn whole(file: &str) -> Spot {
    Spot { file: slashed(file.split(": ").next().unwrap_or(file)), at: None }
}

fn slashed(file: &str) -> String {
    let file = if cfg!(windows) { file.replace('\\', "/") } else { file.to_owned() };
    file.strip_prefix("./").map_or(file.clone(), str::to_owned)
}
