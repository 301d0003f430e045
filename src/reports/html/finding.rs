//! One finding: its head, which is always there, and what unfolds under it.

use std::fmt::Write;

use super::{prose, text};
use crate::findings::{Finding, Part, Row};
use crate::text::{count, counted};

/// Characters of one value; what is over is counted.
const LONGEST: usize = 300;
/// Parts of a finding; what is over is counted.
const PARTS: usize = 40;

/// The finding as a section of its own. Why the rule matters is said where it is `first`.
pub(super) fn section(page: &mut String, finding: &Finding, first: bool) {
    let hit = &finding.hit;
    let severity = finding.severity.name();
    let _ = write!(
        page,
        "<article class=\"finding {severity}\" id=\"f-{}\" data-severity=\"{severity}\" data-rule=\"{}\" \
         data-field=\"{}\">\n<details><summary><h3><span class=\"badge {severity}\">{severity}</span>{} {} \
         <span class=\"subject\">{}</span></h3>{}<p class=\"said\">{}</p></summary>\n<div class=\"body\">\n",
        text(&finding.fingerprint),
        text(&finding.code),
        text(&hit.subject.name),
        text(&finding.code),
        text(&finding.name),
        value(&hit.subject.name),
        who(finding),
        prose(&hit.statement),
    );
    if first {
        titled(page, "Why it matters", &finding.why);
    }
    titled(page, "What to do", &finding.fix);
    place(page, finding);
    parts(page, &hit.parts, hit.total);
    writers(page, finding);
    samples(page, &hit.samples, hit.rows);
    page.push_str("</div></details>\n</article>\n");
}

/// How many people, or else records.
fn who(finding: &Finding) -> String {
    let hit = &finding.hit;
    let (number, word) = match (hit.people, hit.rows) {
        (0, rows) => (rows, if rows == 1 { "place" } else { "places" }),
        (people, _) => (people, if people == 1 { "person" } else { "people" }),
    };
    format!("<div class=\"who\"><b>{}</b><span>{word}</span></div>", count(number))
}

fn titled(page: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        let _ = writeln!(page, "<h4>{title}</h4>\n<p>{}</p>", prose(body));
    }
}

fn place(page: &mut String, finding: &Finding) {
    let Some(place) = &finding.hit.place else { return };
    let _ = writeln!(page, "<h4>Where</h4>\n<p><code>{}</code></p>", text(&place.to_string()));
    if let Some(line) = &finding.line {
        let _ = writeln!(page, "<pre>{}</pre>", value(line));
    }
}

/// What it is made of, as bars on one scale.
fn parts(page: &mut String, parts: &[Part], total: u64) {
    if parts.is_empty() {
        return;
    }
    let largest = parts.iter().map(|part| part.rows).max().unwrap_or(1).max(1);
    let right = parts.iter().any(|part| part.suggestion.is_some());
    let _ = write!(
        page,
        "<h4>What it is made of</h4>\n<div class=\"scroll\"><table class=\"bars\"><thead><tr><th scope=\"col\">Value</th>{}\
         <th scope=\"col\" class=\"number\">Records</th><th scope=\"col\" class=\"number\">People</th>\
         <th scope=\"col\">Share of {}</th></tr></thead><tbody>\n",
        if right { "<th scope=\"col\">Right value</th>" } else { "" },
        counted(total, "record", "records"),
    );
    for part in parts.iter().take(PARTS) {
        let better = part.suggestion.as_deref().unwrap_or_default();
        let cell = if right { format!("<td class=\"right\"><code>{}</code></td>", value(better)) } else { String::new() };
        let _ = writeln!(
            page,
            "<tr><td><code>{}</code></td>{cell}<td class=\"number\">{}</td><td class=\"number\">{}</td>\
             <td class=\"picture\">{}</td></tr>",
            value(&part.label),
            count(part.rows),
            count(part.people),
            bar(part.rows, largest),
        );
    }
    page.push_str("</tbody></table></div>\n");
    if parts.len() > PARTS {
        let _ = writeln!(page, "<p class=\"soft\">and {} more values</p>", count((parts.len() - PARTS) as u64));
    }
}

/// A bar; the number beside it says the same to those who do not see it.
pub(super) fn bar(part: u64, largest: u64) -> String {
    let width = (part as f64 / largest as f64 * 1000.0).max(4.0);
    format!(
        "<svg viewBox=\"0 0 1000 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"track\" width=\"1000\" \
         height=\"20\" rx=\"4\"/><rect class=\"bar\" width=\"{width:.0}\" height=\"20\" rx=\"4\"/></svg>"
    )
}

fn writers(page: &mut String, finding: &Finding) {
    for writers in &finding.writers {
        let named: Vec<String> =
            writers.values.iter().take(5).map(|(name, rows)| format!("{} {}", value(name), count(*rows))).collect();
        let more = writers.values.len().saturating_sub(5);
        let tail = if more > 0 { format!(", and {more} more") } else { String::new() };
        let _ = writeln!(page, "<p class=\"soft\">{}: {}{tail}</p>", value(&writers.column), named.join(", "));
    }
}

fn samples(page: &mut String, samples: &[Row], rows: u64) {
    if samples.is_empty() {
        return;
    }
    let title = format!("Samples, {} of {}", samples.len(), counted(rows, "record", "records"));
    let _ = write!(
        page,
        "<h4>{title}</h4>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Record</th><th scope=\"col\">Column</th>\
         <th scope=\"col\">Value</th><th scope=\"col\">Right value</th><th scope=\"col\">With</th></tr></thead><tbody>\n"
    );
    for row in samples {
        let beside = [row.other_key.as_str(), row.detail.as_str()];
        let beside: Vec<String> = beside.iter().filter(|part| !part.is_empty()).map(|part| value(part)).collect();
        let _ = writeln!(
            page,
            "<tr><td><code>{}</code></td><td>{}</td><td><code>{}</code></td><td class=\"right\"><code>{}</code></td><td>{}</td></tr>",
            value(&row.key),
            value(&row.column),
            value(&row.value),
            value(&row.suggestion),
            beside.join(", "),
        );
    }
    page.push_str("</tbody></table></div>\n");
}

/// A value of the data: cut where it is very long, and said so.
fn value(value: &str) -> String {
    let length = value.chars().count();
    if length <= LONGEST {
        return text(value);
    }
    let cut: String = value.chars().take(LONGEST).collect();
    format!("{}… <span class=\"soft\">({} characters)</span>", text(&cut), count(length as u64))
}
