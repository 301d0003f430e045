//! JUnit XML: a test case a rule. A rule with findings that stand has failed, whatever their severity; one that could not
//! look at everything is skipped with its reasons; one that broke is an error. In the launch profile the items of the
//! checklist are a suite of their own.

use std::fmt::Write;

use super::summary::{self, Unseen, ending, spot};
use crate::findings::checklist::{Checked, Checklist, State};
use crate::findings::{Finding, Outcome, Status, Verdict};
use crate::text::counted;

/// How a test case ends.
struct Case<'a> {
    class: &'a str,
    name: String,
    /// `failure`, `error`, `skipped`, or none.
    element: Option<&'static str>,
    /// The element's type, message and text.
    kind: &'a str,
    message: String,
    text: String,
    /// What else there is to tell.
    aside: String,
}

/// Renders the report.
pub(super) fn render(verdict: &Verdict) -> String {
    let cases = verdict.outcomes.iter().map(|outcome| case(verdict, outcome));
    let cases: Vec<Case<'_>> = cases.chain(verdict.forgotten.as_deref().map(forgotten)).collect();
    let items: Vec<Case<'_>> = verdict.checklist.iter().flat_map(|list| &list.items).map(item).collect();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "<testsuites name=\"crmlint\" {}>", totals(&mut cases.iter().chain(&items)));
    if let Some(checklist) = &verdict.checklist {
        write_suite(&mut text, "launch checklist", &items, &format!("{}.", Checklist::headline(checklist)));
    }
    let ending = ending(verdict);
    write_suite(&mut text, "crmlint audit", &cases, &format!("{}: {}.", ending.word, ending.counts));
    text.push_str("</testsuites>\n");
    text
}

fn totals<'a>(cases: &mut dyn Iterator<Item = &'a Case<'a>>) -> String {
    let elements: Vec<Option<&str>> = cases.map(|case| case.element).collect();
    let ended = |element: &str| elements.iter().filter(|own| **own == Some(element)).count();
    let [failures, errors, skipped] = ["failure", "error", "skipped"].map(ended);
    format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"", elements.len())
}

fn write_suite(text: &mut String, name: &str, cases: &[Case<'_>], said: &str) {
    let _ = writeln!(text, "  <testsuite name=\"{name}\" {}>", totals(&mut cases.iter()));
    for case in cases {
        write_case(text, case);
    }
    let _ = writeln!(text, "    <system-out>{}</system-out>\n  </testsuite>", escaped(said));
}

/// A run that could not be remembered has not ended well, whatever it found.
fn forgotten(why: &str) -> Case<'_> {
    Case {
        class: "history",
        name: "history".to_owned(),
        element: Some("error"),
        kind: "failed",
        message: "This run is not in the history".to_owned(),
        text: why.to_owned(),
        aside: String::new(),
    }
}

/// An item of the checklist. One that is waived has passed, and says why.
fn item(checked: &Checked) -> Case<'_> {
    let told = summary::told(checked, usize::MAX).join("\n");
    let mut case = Case {
        class: "checklist",
        name: format!("{} {}", checked.number, checked.item.name),
        element: None,
        kind: "",
        message: checked.item.title.to_owned(),
        text: String::new(),
        aside: String::new(),
    };
    match checked.state {
        State::Failed => (case.element, case.kind, case.text) = (Some("failure"), "fail", told),
        State::Unseen => (case.element, case.text) = (Some("skipped"), told),
        State::Passed | State::Waived => case.aside = told,
    }
    case
}

fn case<'a>(verdict: &'a Verdict, outcome: &'a Outcome) -> Case<'a> {
    let of = |findings: &'a [Finding]| findings.iter().filter(|finding| finding.code == outcome.code);
    let standing: Vec<&Finding> = of(&verdict.findings).collect();
    let accepted: Vec<String> = of(&verdict.accepted)
        .map(|finding| {
            format!("Accepted: {}: {}", finding.hit.subject.name, finding.accepted.as_deref().unwrap_or_default())
        })
        .collect();
    let unseen = Unseen::of(outcome);
    let reasons = unseen.as_ref().map(|unseen| unseen.reasons.join("\n")).unwrap_or_default();
    let mut case = Case {
        class: outcome.family(),
        name: format!("{} {}", outcome.code, outcome.name),
        element: None,
        kind: "",
        message: String::new(),
        text: String::new(),
        aside: accepted.join("\n"),
    };
    match (&outcome.status, standing.first(), &unseen) {
        (Status::Failed(why), ..) => {
            (case.element, case.kind, case.message) = (Some("error"), "failed", why.clone());
        }
        (_, Some(worst), _) => {
            (case.element, case.kind) = (Some("failure"), worst.severity.name());
            case.message = match standing.as_slice() {
                [one] => format!("{}: {}", one.hit.subject.name, one.hit.statement),
                many => counted(many.len() as u64, "finding", "findings"),
            };
            let told: Vec<String> = standing.iter().map(|finding| told(verdict, finding)).collect();
            case.text = told.join("\n\n");
            if unseen.is_some() {
                case.text = format!("{}\n\nNot evaluated:\n{reasons}", case.text);
            }
        }
        (_, None, Some(unseen)) => {
            let how = if unseen.how.is_empty() { "not evaluated" } else { "evaluated in part" };
            (case.element, case.message) = (Some("skipped"), format!("{how}: {}", unseen.told(2, "")));
            case.text = reasons;
        }
        (_, None, None) => {}
    }
    case
}

fn told(verdict: &Verdict, finding: &Finding) -> String {
    let hit = &finding.hit;
    let severity = finding.severity.name();
    let (name, place) = (&hit.subject.name, spot(verdict, finding));
    format!("{severity} {name} ({place})\n{}\nWhy: {}\nNext: {}", hit.statement, finding.why, finding.fix)
}

fn write_case(text: &mut String, case: &Case<'_>) {
    let _ = write!(text, "    <testcase classname=\"{}\" name=\"{}\"", escaped(case.class), escaped(&case.name));
    if case.element.is_none() && case.aside.is_empty() {
        text.push_str("/>\n");
        return;
    }
    text.push_str(">\n");
    if let Some(element) = case.element {
        let kind = if case.kind.is_empty() { String::new() } else { format!(" type=\"{}\"", escaped(case.kind)) };
        let (message, body) = (escaped(&case.message), lines(&case.text));
        let _ = writeln!(text, "      <{element}{kind} message=\"{message}\">{body}</{element}>");
    }
    if !case.aside.is_empty() {
        let _ = writeln!(text, "      <system-out>{}</system-out>", lines(&case.aside));
    }
    text.push_str("    </testcase>\n");
}

/// Text of several lines; only those between them stay line ends.
fn lines(text: &str) -> String {
    text.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
}

/// Text as it may stand in content and attributes. XML has no way to write most control characters: they become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // A reader would turn them into blanks.
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
