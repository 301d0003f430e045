//! One finding: its head, which is always there, and what unfolds under it.

use std::fmt::Write;

use super::room::{Room, cut};
use super::{prose, table, text};
use crate::findings::trend::State;
use crate::findings::{Finding, Part, Row, Verdict};
use crate::reports::excerpt::excerpt;
use crate::reports::summary::spot;
use crate::reports::trend::state;
use crate::text::{count, counted};

/// Names shown of those who wrote; what is over is counted.
const WRITERS: usize = 5;
/// Characters of a document's line.
const LINE: usize = 90;

/// A finding and what surrounds it.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) verdict: &'a Verdict,
    pub(super) finding: &'a Finding,
    /// Its field, as the filter counts them.
    pub(super) field: usize,
    /// The first finding of its rule, where why the rule matters is said.
    pub(super) first: &'a str,
    /// The most people of any finding.
    pub(super) most: u64,
    pub(super) room: Room,
}

/// The finding as a section of its own.
pub(super) fn section(page: &mut String, entry: Entry<'_>) {
    let Entry { finding, room, .. } = entry;
    head(page, entry);
    page.push_str("<div class=\"body\"><div class=\"told\">\n");
    let first = entry.first == finding.fingerprint;
    if first {
        titled(page, "Why it matters", &sentence(&finding.why, room));
    }
    if first || !room.is_full() {
        titled(page, "What to do", &sentence(&finding.fix, room));
    }
    if let Some(told) = state(finding) {
        titled(page, "Over the runs", &text(&told));
    }
    place(page, entry);
    writers(page, finding, room);
    foot(page, entry);
    page.push_str("</div>");
    data(page, entry);
    page.push_str("</div></details>\n</article>\n");
}

fn head(page: &mut String, entry: Entry<'_>) {
    let Entry { finding, room, .. } = entry;
    let severity = finding.severity.name();
    let _ = write!(
        page,
        "<article class=\"finding {severity}\" id=\"f-{}\" data-severity=\"{severity}\" data-rule=\"{}\" data-field=\"{}\" \
         data-people=\"{}\"{}>\n<details><summary><h3><span class=\"badge {severity}\">{severity}</span> <b>{}</b> {} \
         <span class=\"subject\">{}</span>{}</h3><span class=\"said\">{}</span>{}</summary>\n",
        text(&finding.fingerprint),
        text(&finding.code),
        entry.field,
        finding.hit.people,
        finding.state.map(|state| format!(" data-state=\"{}\"", state.name())).unwrap_or_default(),
        text(&finding.code),
        text(&finding.name),
        value(&finding.hit.subject.name, room),
        finding.state.map(past).unwrap_or_default(),
        sentence(&finding.hit.statement, room),
        who(finding, entry.most),
    );
}

/// How it stands to earlier runs, in a word.
fn past(state: State) -> String {
    format!(" <span class=\"past {}\">{}</span>", state.name(), state.word())
}

/// How many people, or else records; a bar where there are people.
fn who(finding: &Finding, most: u64) -> String {
    let hit = &finding.hit;
    let (number, word) = match (hit.people, hit.rows) {
        (0, rows) => (rows, if rows == 1 { "place" } else { "places" }),
        (people, _) => (people, if people == 1 { "person" } else { "people" }),
    };
    let bar = if hit.people > 0 { bar(hit.people, most) } else { String::new() };
    format!("<span class=\"who\"><b>{}</b> {word}{bar}</span>", count(number))
}

/// `body` is markup already.
fn titled(page: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        let _ = writeln!(page, "<h4>{title}</h4>\n<p>{body}</p>");
    }
}

/// The line of the document, or the export.
fn place(page: &mut String, entry: Entry<'_>) {
    let Entry { finding, verdict, room, .. } = entry;
    let _ = writeln!(page, "<h4>Where</h4>\n<p><code>{}</code></p>", value(&spot(verdict, finding).to_string(), room));
    let line = finding.line.as_ref().filter(|_| !room.is_full());
    if let (Some(place), Some(line)) = (&finding.hit.place, line) {
        let [line, mark] = excerpt(line, place.line, place.column, LINE);
        let _ = writeln!(
            page,
            "<pre tabindex=\"0\" role=\"group\" aria-label=\"The line\">{}\n<span aria-hidden=\"true\">{}</span></pre>",
            text(&line),
            text(&mark)
        );
    }
}

fn writers(page: &mut String, finding: &Finding, room: Room) {
    for writers in finding.writers.iter().filter(|_| !room.is_full()) {
        let one = |(name, rows): &(String, u64)| format!("{} {}", value(name, room), count(*rows));
        let named: Vec<String> = writers.values.iter().take(WRITERS).map(one).collect();
        let more = writers.values.len().saturating_sub(WRITERS);
        let tail = if more > 0 { format!(", and {more} more") } else { String::new() };
        let _ = writeln!(page, "<h4>{}</h4>\n<p>{}{tail}</p>", value(&writers.column, room), named.join(", "));
    }
}

/// How sure it is, and a link to keep.
fn foot(page: &mut String, entry: Entry<'_>) {
    let Entry { finding, first, room, .. } = entry;
    let what = if room.is_full() { "why it matters, and what to do" } else { "why it matters" };
    let why = match first == finding.fingerprint {
        true => String::new(),
        false => format!(" · <a href=\"#f-{}\">{what}</a>", text(first)),
    };
    let _ = writeln!(
        page,
        "<p class=\"soft\">Confidence {}{why} · <a href=\"#f-{}\">link to this finding</a></p>",
        text(&finding.confidence),
        text(&finding.fingerprint)
    );
}

fn data(page: &mut String, entry: Entry<'_>) {
    let Entry { finding, room, .. } = entry;
    let hit = &finding.hit;
    if hit.parts.is_empty() && hit.samples.is_empty() {
        return;
    }
    page.push_str("<div class=\"data\">\n");
    if room.is_full() {
        page.push_str("<p class=\"soft\">Left out: the page would be too large.</p>\n");
    } else {
        parts(page, &hit.parts, hit.total, room);
        samples(page, &hit.samples, hit.rows, room);
    }
    page.push_str("</div>\n");
}

/// What it is made of, as bars on one scale.
fn parts(page: &mut String, parts: &[Part], total: u64, room: Room) {
    if parts.is_empty() {
        return;
    }
    let largest = parts.iter().map(|part| part.rows).max().unwrap_or(1).max(1);
    let right = parts.iter().any(|part| part.suggestion.is_some());
    let people = parts.iter().any(|part| part.people > 0);
    let scale = format!("Of {}", counted(total, "record", "records"));
    let headings =
        [("Value", true), ("Right value", right), ("#Records", true), ("#People", people), (scale.as_str(), true)];
    let headings: Vec<&str> = headings.iter().filter(|(_, there)| *there).map(|(heading, _)| *heading).collect();
    page.push_str("<h4>What it is made of</h4>\n");
    table::begin(page, "What it is made of", "bars", &headings);
    for part in parts.iter().take(room.parts) {
        let better = part.suggestion.as_deref().unwrap_or_default();
        let better = if right { format!("<td class=\"right\">{}</td>", code(better, room)) } else { String::new() };
        let people = if people { format!("<td class=\"number\">{}</td>", count(part.people)) } else { String::new() };
        let _ = writeln!(
            page,
            "<tr><td>{}</td>{better}<td class=\"number\">{}</td>{people}<td class=\"picture\">{}</td></tr>",
            code(&part.label, room),
            count(part.rows),
            bar(part.rows, largest),
        );
    }
    table::end(page);
    if parts.len() > room.parts {
        let _ = writeln!(page, "<p class=\"soft\">and {} more values</p>", count((parts.len() - room.parts) as u64));
    }
}

/// A bar; the number beside it says the same to those who do not see it.
pub(super) fn bar(part: u64, largest: u64) -> String {
    let width = (part as f64 / largest.max(1) as f64 * 1000.0).max(8.0);
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 1000 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{width:.0}\" \
         height=\"1\"/></svg>"
    )
}

/// Samples; a column that is blank in all of them is left out.
fn samples(page: &mut String, samples: &[Row], rows: u64, room: Room) {
    if samples.is_empty() {
        return;
    }
    let shown = &samples[..samples.len().min(room.samples)];
    let with = |row: &Row| match (row.other_key.is_empty(), row.detail.is_empty()) {
        (false, false) => format!("{}, {}", row.other_key, row.detail),
        _ => format!("{}{}", row.other_key, row.detail),
    };
    let cells: Vec<[String; 5]> = shown
        .iter()
        .map(|row| [row.key.clone(), row.column.clone(), row.value.clone(), row.suggestion.clone(), with(row)])
        .collect();
    let there: Vec<usize> = (0..5).filter(|at| cells.iter().any(|cells| !cells[*at].is_empty())).collect();
    let headings: Vec<&str> =
        there.iter().map(|at| ["Record", "Column", "Value", "Right value", "With"][*at]).collect();
    let _ = writeln!(page, "<h4>Samples, {} of {}</h4>", shown.len(), counted(rows, "record", "records"));
    table::begin(page, "Samples", "", &headings);
    for cells in &cells {
        page.push_str("<tr>");
        for at in &there {
            let class = if *at == 3 { " class=\"right\"" } else { "" };
            let cell = if matches!(at, 0 | 2 | 3) { code(&cells[*at], room) } else { value(&cells[*at], room) };
            let _ = write!(page, "<td{class}>{cell}</td>");
        }
        page.push_str("</tr>\n");
    }
    table::end(page);
}

fn code(cell: &str, room: Room) -> String {
    if cell.is_empty() { String::new() } else { format!("<code>{}</code>", value(cell, room)) }
}

/// A value of the data: cut where it is very long, and said so.
fn value(value: &str, room: Room) -> String {
    match cut(value, room.value) {
        (shown, None) => text(shown),
        (shown, Some(all)) => format!("{}… <span class=\"soft\">({} characters)</span>", text(shown), count(all)),
    }
}

/// The same for a sentence.
fn sentence(value: &str, room: Room) -> String {
    match cut(value, room.sentence) {
        (shown, None) => prose(shown),
        (shown, Some(all)) => format!("{}… <span class=\"soft\">({} characters)</span>", prose(shown), count(all)),
    }
}
