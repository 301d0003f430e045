//! Markdown for a comment on a pull request or the summary of a job: the verdict, the findings worst first, what could not
//! be looked at, what was accepted. Values are text, never markup, links or mentions.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::summary::{Unseen, ending, graded, spot, told};
use super::trend;
use crate::findings::checklist::Checklist;
use crate::findings::trend::State;
use crate::findings::{Finding, Severity, Verdict};
use crate::frames::normalize::invisible;
use crate::text::{count, counted};

/// GitHub refuses a longer comment. It counts characters; bytes are never fewer.
pub const LIMIT: usize = 65_536;
/// Bytes that the findings, the advice, the rules that were not evaluated, the remarks, the codes of accepted findings and
/// what is fixed may take; the rest is for headings and for what is said of the cuts.
const ROOM: [usize; 6] = [30_500, 13_500, 7_500, 3_500, 1_500, 2_500];
/// The same for what stands under one item of the checklist, nine of which there are.
const CHECKED: usize = 400;
/// Characters of one text.
const LONGEST: usize = 800;

/// Renders the page.
pub(super) fn render(verdict: &Verdict) -> String {
    let ending = ending(verdict);
    let mut text = format!("### crmlint: {}\n\n{}.\n", ending.word, ending.counts);
    let [findings, advice, unseen, remarks, accepted, fixed] = ROOM;
    if let Some(checklist) = &verdict.checklist {
        write_checklist(&mut text, checklist);
    }
    write_trend(&mut text, verdict, fixed);
    write_findings(&mut text, verdict, findings);
    write_advice(&mut text, verdict, advice);
    write_list(
        &mut text,
        "**Not evaluated (none of these counts as passed)**",
        Unseen::all(verdict).iter().map(|unseen| {
            let (code, name) = (&unseen.outcome.code, &unseen.outcome.name);
            format!("{code} {name}{}: {}", unseen.how, unseen.told(3, ""))
        }),
        unseen,
    );
    write_accepted(&mut text, verdict, accepted);
    write_list(&mut text, "**Remarks**", verdict.remarks.iter().cloned(), remarks);
    text
}

/// The line that says whether to launch, and a table of the items.
fn write_checklist(text: &mut String, checklist: &Checklist) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n**{}.**\n\n| | Item | Verdict | Why |\n| ---: | --- | --- | --- |", checklist.headline());
    for checked in &checklist.items {
        let why: Vec<String> = told(checked, 2).iter().map(|line| inline(line)).collect();
        let (number, state) = (checked.number, checked.state.name());
        let title = inline(checked.item.title);
        let (why, _) = fitting(why.into_iter(), CHECKED);
        let why = why.trim_end().replace('\n', "<br>");
        let _ = writeln!(text, "| {number} | {title} | {state} | {why} |");
    }
}

/// What happened since the run before, and what is fixed.
fn write_trend(text: &mut String, verdict: &Verdict, room: usize) {
    let Some(found) = &verdict.trend else { return };
    let _ = writeln!(text, "\n{}.", inline(&trend::since(found)));
    for line in trend::but(found) {
        let _ = writeln!(text, "\n{}", inline(&line));
    }
    write_list(text, "**Fixed**", found.fixed.iter().map(trend::fixed), room);
}

fn write_findings(text: &mut String, verdict: &Verdict, room: usize) {
    if verdict.findings.is_empty() {
        return;
    }
    let stated = verdict.findings.iter().any(|finding| finding.state.is_some());
    let [heading, rule] = if stated { [" Since before |", " --- |"] } else { ["", ""] };
    let _ = writeln!(
        text,
        "\n| Severity | Rule | Where | What | People | Records |{heading}\n| --- | --- | --- | --- | ---: | ---: |{rule}"
    );
    let state = |finding: &Finding| match finding.state {
        _ if !stated => String::new(),
        state => format!(" {} |", state.map_or("", State::word)),
    };
    let rows = verdict.findings.iter().map(|finding| format!("{}{}", row(verdict, finding), state(finding)));
    let (rows, kept) = fitting(rows, room);
    text.push_str(&rows);
    let left = &verdict.findings[kept..];
    if !left.is_empty() {
        let of = |severity: Severity| left.iter().filter(|finding| finding.severity == severity).count() as u64;
        let (findings, graded) = (counted(left.len() as u64, "finding", "findings"), graded(Severity::ALL.map(of)));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n**Cut for length:** {findings} ({graded}).");
    }
}

fn row(verdict: &Verdict, finding: &Finding) -> String {
    let hit = &finding.hit;
    let number = |number: u64| if number == 0 { "–".to_owned() } else { count(number) };
    format!(
        "| {} | {} {} | <code>{}</code><br>{} | {} | {} | {} |",
        finding.severity.name(),
        inline(&finding.code),
        inline(&finding.name),
        plain(&hit.subject.name),
        inline(&spot(verdict, finding).to_string()),
        inline(&hit.statement),
        number(hit.people),
        number(hit.rows)
    )
}

/// What to do, once for all findings that ask for the same.
fn write_advice(text: &mut String, verdict: &Verdict, room: usize) {
    let mut seen = BTreeSet::new();
    let fresh = verdict.findings.iter().filter(|finding| seen.insert((&finding.code, &finding.fix)));
    let advice: Vec<String> =
        fresh.map(|finding| format!("{} {}: {}", finding.code, finding.name, finding.fix)).collect();
    if advice.is_empty() {
        return;
    }
    write_list(text, "<details><summary>What to do, worst first</summary>", advice.into_iter(), room);
    text.push_str("\n</details>\n");
}

fn write_list(text: &mut String, title: &str, items: impl ExactSizeIterator<Item = String>, room: usize) {
    let all = items.len();
    if all == 0 {
        return;
    }
    let (lines, kept) = fitting(items.map(|item| format!("- {}", inline(&item))), room);
    let _ = write!(text, "\n{title}\n\n{lines}");
    if kept < all {
        let _ = writeln!(text, "- {} more, cut for length", all - kept);
    }
}

fn write_accepted(text: &mut String, verdict: &Verdict, room: usize) {
    if verdict.accepted.is_empty() {
        return;
    }
    let mut codes: Vec<&str> = verdict.accepted.iter().map(|finding| finding.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let (all, number) = (codes.len(), verdict.accepted.len() as u64);
    let (codes, kept) = fitting(codes.into_iter().map(inline), room);
    let more = if kept < all { format!(", and {} more", all - kept) } else { String::new() };
    let codes = codes.trim_end().replace('\n', ", ");
    let _ = writeln!(text, "\n**Accepted:** {} of {codes}{more}.", counted(number, "finding", "findings"));
}

/// The first lines that fit, and how many they are.
fn fitting(lines: impl Iterator<Item = String>, room: usize) -> (String, usize) {
    let (mut text, mut kept) = (String::new(), 0);
    for line in lines {
        if text.len() + line.len() + 1 > room {
            break;
        }
        text.push_str(&line);
        text.push('\n');
        kept += 1;
    }
    (text, kept)
}

/// Text that stays on its line and is no markup but this: what stands between two backticks is code.
fn inline(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    let pieces: Vec<&str> = cut.split('`').collect();
    let last = pieces.len() - 1;
    let mut out = String::new();
    for (at, piece) in pieces.into_iter().enumerate() {
        match (at % 2, at == last) {
            (1, false) => out.push_str(&format!("<code>{}</code>", plain(piece))),
            (1, true) => out.push_str(&format!("\\`{}", plain(piece))),
            _ => out.push_str(&plain(piece)),
        }
    }
    out
}

/// A zero-width space behind what would begin a mention, a reference or a link keeps it text.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' | '#' => out.push_str(&format!("{c}&#8203;")),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '$' | '|' | '!' => out.extend(['\\', c]),
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if c.is_control() || invisible(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out.replace("://", ":&#8203;//").replace("www.", "www&#8203;.")
}
