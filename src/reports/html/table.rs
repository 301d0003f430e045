//! What follows the findings: what could not be looked at, what the team accepted, every rule, what was read.

use std::fmt::Write;

use super::room::cut;
use super::{Body, firsts, linked, prose, text};
use crate::findings::{Outcome, Verdict};
use crate::reports::summary::Unseen;
use crate::text::{count, counted};

/// Lines up to which a list stands open.
const OPEN: usize = 15;
/// Characters of a sentence or a name in a list.
const LONGEST: usize = 600;
/// Reasons of one rule; what is over is counted.
const REASONS: usize = 20;

/// A table that scrolls by itself where the page is narrow. A heading that begins with `#` is of a column of numbers.
pub(super) fn begin(page: &mut String, label: &str, class: &str, headings: &[&str]) {
    let _ = write!(
        page,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{label}\"><table{class}><thead><tr>",
        class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") },
    );
    for heading in headings {
        let _ = match heading.strip_prefix('#') {
            Some(heading) => write!(page, "<th scope=\"col\" class=\"number\">{heading}</th>"),
            None => write!(page, "<th scope=\"col\">{heading}</th>"),
        };
    }
    page.push_str("</tr></thead><tbody>\n");
}

pub(super) fn end(page: &mut String) {
    page.push_str("</tbody></table></div>\n");
}

/// Folds what is long.
fn fold(page: &mut String, lines: usize, what: &str) {
    let open = if lines <= OPEN { " open" } else { "" };
    let _ = writeln!(page, "<details class=\"fold\"{open}><summary>{what}</summary>");
}

fn short(value: &str) -> String {
    match cut(value, LONGEST) {
        (shown, None) => prose(shown),
        (shown, Some(all)) => format!("{}… <span class=\"soft\">({} characters)</span>", prose(shown), count(all)),
    }
}

/// Rules that did not look at everything.
pub(super) fn unseen(body: &mut Body, verdict: &Verdict) {
    let unseen = Unseen::all(verdict);
    if unseen.is_empty() {
        return;
    }
    body.chapter("unseen", "Not evaluated", Some(unseen.len() as u64));
    body.html.push_str("<p class=\"soft\">None of these counts as passed.</p>\n");
    let rules = counted(unseen.len() as u64, "rule", "rules");
    fold(&mut body.html, unseen.len(), &format!("{rules} and what each is missing"));
    body.html.push_str("<ul class=\"items\">\n");
    for unseen in &unseen {
        let mut reasons: Vec<String> = unseen.reasons.iter().take(REASONS).map(|reason| short(reason)).collect();
        if unseen.reasons.len() > REASONS {
            reasons.push(format!("and {} more", unseen.reasons.len() - REASONS));
        }
        let _ = writeln!(
            body.html,
            "<li class=\"unknown\"><b>{} {}</b><span class=\"state\">{}</span><br>{}</li>",
            text(&unseen.outcome.code),
            text(&unseen.outcome.name),
            unseen.how,
            reasons.join("<br>"),
        );
    }
    body.html.push_str("</ul>\n</details>\n");
}

/// What the team accepted, and where it says so.
pub(super) fn accepted(body: &mut Body, verdict: &Verdict) {
    let number = verdict.accepted.len();
    if number == 0 {
        return;
    }
    body.chapter("accepted", "Accepted", Some(number as u64));
    let findings = counted(number as u64, "finding", "findings");
    fold(&mut body.html, number, &format!("{findings} that the team lives with, and why"));
    begin(&mut body.html, "Accepted findings", "", &["Finding", "Where", "#People", "Why"]);
    for finding in &verdict.accepted {
        let _ = writeln!(
            body.html,
            "<tr><td>{} {}</td><td><code>{}</code></td><td class=\"number\">{}</td><td>{}</td></tr>",
            text(&finding.code),
            text(&finding.name),
            short(&finding.hit.subject.name),
            count(finding.hit.people),
            short(finding.accepted.as_deref().unwrap_or_default()),
        );
    }
    end(&mut body.html);
    body.html.push_str("</details>\n");
}

/// What became of every rule, also of those that found nothing.
pub(super) fn rules(body: &mut Body, verdict: &Verdict) {
    if verdict.outcomes.is_empty() {
        return;
    }
    body.chapter("rules", "Every rule", Some(verdict.outcomes.len() as u64));
    fold(&mut body.html, verdict.outcomes.len(), "What each rule looks for, and how it ended");
    begin(&mut body.html, "Every rule", "", &["Rule", "Looks for", "Ended", "#Findings", "#People in the largest"]);
    let firsts = firsts(verdict);
    for outcome in &verdict.outcomes {
        let standing = || outcome.findings.iter().filter(|finding| finding.accepted.is_none());
        let number = |number: u64| if number == 0 { String::new() } else { count(number) };
        let _ = writeln!(
            body.html,
            "<tr><td>{} {}</td><td>{}</td><td class=\"{}\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
            linked(&outcome.code, &firsts),
            text(&outcome.name),
            short(&outcome.texts.what),
            ended(outcome),
            outcome.status.name(),
            number(standing().count() as u64),
            number(standing().map(|finding| finding.hit.people).max().unwrap_or_default()),
        );
    }
    end(&mut body.html);
    body.html.push_str("</details>\n");
}

fn ended(outcome: &Outcome) -> &'static str {
    match outcome.status.name() {
        "clean" => "said-good",
        "failed" => "said-bad",
        "not evaluated" => "said-doubtful",
        _ => "ended",
    }
}

/// What was read.
pub(super) fn inputs(body: &mut Body, verdict: &Verdict) {
    if verdict.inputs.is_empty() {
        return;
    }
    body.chapter("inputs", "What was read", Some(verdict.inputs.len() as u64));
    begin(&mut body.html, "What was read", "", &["Dataset", "Recognised as", "#Records", "#Columns", "From"]);
    for input in &verdict.inputs {
        let _ = writeln!(
            body.html,
            "<tr><td><code>{}</code></td><td>{}, {}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>",
            text(&input.dataset),
            text(&input.recognised),
            text(&input.encoding),
            count(input.rows),
            input.columns,
            input.files.iter().map(|file| short(file)).collect::<Vec<_>>().join("<br>"),
        );
    }
    end(&mut body.html);
}

/// What the run says of itself.
pub(super) fn remarks(body: &mut Body, verdict: &Verdict) {
    if verdict.remarks.is_empty() {
        return;
    }
    body.chapter("remarks", "Remarks", None);
    body.html.push_str("<ul class=\"remarks\">\n");
    for remark in &verdict.remarks {
        let _ = writeln!(body.html, "<li>{}</li>", short(remark));
    }
    body.html.push_str("</ul>\n");
}
