//! Annotations of GitHub Actions: commands on standard output that the runner shows at the lines of a pull request.
//!
//! GitHub shows ten annotations a severity and step and drops the rest without a word, so no more are written, and the
//! last one is the verdict, with the number of findings that are left out.

use std::fmt::Write;

use super::summary::{Spot, Unseen, ending, graded, home, spot};
use crate::findings::{Severity, Status, Verdict};
use crate::text::is_unsafe;

/// Annotations that GitHub shows of one severity.
const MOST: usize = 10;

/// Renders the annotations, worst first.
pub(super) fn render(verdict: &Verdict) -> String {
    let mut text = String::new();
    let (mut shown, mut left) = ([0; 3], [0; 3]);
    for unseen in Unseen::all(verdict).iter().filter(|unseen| matches!(unseen.outcome.status, Status::Failed(_))) {
        let title = format!("{} {} failed", unseen.outcome.code, unseen.outcome.name);
        if taken(Severity::Error, &mut shown, &mut left) {
            line(&mut text, Severity::Error, Some(home(verdict)), &title, &unseen.told(1, ""));
        }
    }
    for finding in &verdict.findings {
        let hit = &finding.hit;
        let title = format!("{} {}", finding.code, finding.name);
        let message = format!("{}: {} {}", hit.subject.name, hit.statement, finding.fix);
        if taken(finding.severity, &mut shown, &mut left) {
            line(&mut text, finding.severity, Some(spot(verdict, finding)), &title, &message);
        }
    }
    line(&mut text, Severity::Note, None, "crmlint", &closing(verdict, left));
    text
}

/// Counts an annotation in, or out when its severity is full. The verdict takes the last place among the notes.
fn taken(severity: Severity, shown: &mut [usize; 3], left: &mut [u64; 3]) -> bool {
    let at = Severity::ALL.iter().position(|other| *other == severity).unwrap_or_default();
    let fits = shown[at] < if severity == Severity::Note { MOST - 1 } else { MOST };
    if fits {
        shown[at] += 1;
    } else {
        left[at] += 1;
    }
    fits
}

fn closing(verdict: &Verdict, left: [u64; 3]) -> String {
    let ending = ending(verdict);
    let launch = verdict.checklist.as_ref().map(|list| format!("{}. ", list.headline())).unwrap_or_default();
    let mut text = format!("{launch}{}: {}.", ending.word, ending.counts);
    let unseen: Vec<&str> = Unseen::all(verdict).iter().map(|unseen| unseen.outcome.code.as_str()).collect();
    if !unseen.is_empty() {
        let _ = write!(text, " Not evaluated, whole or in part: {}.", unseen.join(", "));
    }
    if left.iter().any(|count| *count > 0) {
        let _ = write!(text, " Left out here, because GitHub shows {MOST} of a kind: {}.", graded(left));
    }
    text
}

fn line(text: &mut String, severity: Severity, spot: Option<Spot>, title: &str, message: &str) {
    let command = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(spot) = spot {
        properties.push(format!("file={}", property(&spot.file)));
        properties.extend(spot.at.map(|(line, column)| format!("line={line},col={column}")));
    }
    properties.push(format!("title={}", property(title)));
    // Writing to a string cannot fail.
    let _ = writeln!(text, "::{command} {}::{}", properties.join(","), data(message));
}

/// The runner splits its input at every line end it knows, and `%` begins an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C").replace(is_unsafe, "\u{fffd}")
}
