//! The page around the findings: its head and policy, the verdict on top, filters, and what could not be looked at.

use std::collections::BTreeSet;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use super::{SCRIPT, STYLE, finding, prose, text};
use crate::findings::scores::Score;
use crate::findings::{Severity, Verdict};
use crate::frames::time::rfc3339;
use crate::reports::summary::{Mood, Unseen, ending};
use crate::text::{count, counted};

/// `'sha256-…'`, as a content security policy names a text that may run.
fn hash(content: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, content.as_bytes())))
}

/// Doctype, policy, style.
pub(super) fn head(page: &mut String, verdict: &Verdict) {
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src {}; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <title>crmlint: {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">To the findings</a>\n",
        hash(STYLE),
        hash(SCRIPT),
        text(ending(verdict).word),
    );
}

/// The verdict on top.
pub(super) fn overview(page: &mut String, verdict: &Verdict) {
    let ending = ending(verdict);
    let mood = match ending.mood {
        Mood::Bad => "bad",
        Mood::Doubtful => "doubtful",
        Mood::Good => "good",
    };
    let profile = verdict.profile.as_deref().map(|profile| format!(" · profile {}", text(profile))).unwrap_or_default();
    let config = verdict.config.as_deref().map(|file| format!(" · {}", text(file))).unwrap_or_default();
    let _ = write!(
        page,
        "<header><div>\n<p class=\"meta\">crmlint {} · as of {}{profile}{config}</p>\n<h1>{}</h1>\n\
         <p><span class=\"mood {mood}\">{}</span></p>\n<ul class=\"tiles\">\n",
        env!("CARGO_PKG_VERSION"),
        rfc3339(verdict.now),
        text(ending.word),
        text(&ending.counts),
    );
    score(page, "Identity", "are people recognised?", &verdict.scores.identity);
    score(page, "Triggers", "do journeys start when they should?", &verdict.scores.triggers);
    for severity in Severity::ALL {
        let number = verdict.findings.iter().filter(|finding| finding.severity == severity).count() as u64;
        let word = if number == 1 { severity.name().to_owned() } else { format!("{}s", severity.name()) };
        tile(page, number, &word);
    }
    let most = verdict.findings.iter().map(|finding| finding.hit.people).max().unwrap_or_default();
    tile(page, most, "people in the largest finding");
    page.push_str("</ul>\n</div></header>\n");
}

fn tile(page: &mut String, number: u64, word: &str) {
    let _ = writeln!(page, "<li class=\"tile\"><b>{}</b><span>{word}</span></li>", count(number));
}

/// A score as a ring with its number.
fn score(page: &mut String, title: &str, asks: &str, score: &Score) {
    let Some(tenths) = score.tenths else {
        let _ = writeln!(
            page,
            "<li class=\"tile\"><b>–</b><span>{title}: no score, too little was evaluated</span></li>"
        );
        return;
    };
    let round = 2.0 * std::f64::consts::PI * 20.0;
    let _ = writeln!(
        page,
        "<li class=\"tile ring\"><svg viewBox=\"0 0 48 48\" aria-hidden=\"true\"><circle class=\"track\" cx=\"24\" cy=\"24\" \
         r=\"20\" fill=\"none\" stroke-width=\"6\"/><circle class=\"arc\" cx=\"24\" cy=\"24\" r=\"20\" fill=\"none\" \
         stroke-width=\"6\" stroke-linecap=\"round\" stroke-dasharray=\"{:.1} {round:.1}\" transform=\"rotate(-90 24 24)\"/></svg>\
         <div><b>{}.{}</b><span>{title}, of 100: {asks}</span></div></li>",
        round * f64::from(tenths) / 1000.0,
        tenths / 10,
        tenths % 10,
    );
}

/// Filters, and every finding, worst first.
pub(super) fn findings(page: &mut String, verdict: &Verdict) {
    let number = verdict.findings.len() as u64;
    if number == 0 {
        page.push_str("<h2>Findings</h2>\n<p>None stands.</p>\n");
        return;
    }
    let _ = writeln!(page, "<h2>{}, worst first</h2>", counted(number, "finding", "findings"));
    filters(page, verdict);
    let mut known = BTreeSet::new();
    for finding in &verdict.findings {
        finding::section(page, finding, known.insert(finding.code.as_str()));
    }
}

fn filters(page: &mut String, verdict: &Verdict) {
    let rules: BTreeSet<(&str, &str)> =
        verdict.findings.iter().map(|finding| (finding.code.as_str(), finding.name.as_str())).collect();
    let fields: BTreeSet<&str> = verdict.findings.iter().map(|finding| finding.hit.subject.name.as_str()).collect();
    page.push_str(
        "<form class=\"filters\" id=\"filters\" role=\"search\" aria-label=\"Filter the findings\" hidden>\n\
         <label>Words <input type=\"search\" name=\"words\" autocomplete=\"off\"></label>\n\
         <label>Rule <select name=\"rule\"><option value=\"\">all</option>",
    );
    for (code, name) in rules {
        let _ = write!(page, "<option value=\"{0}\">{0} {1}</option>", text(code), text(name));
    }
    page.push_str("</select></label>\n<label>Field <select name=\"field\"><option value=\"\">all</option>");
    for field in fields {
        let _ = write!(page, "<option value=\"{0}\">{0}</option>", text(field));
    }
    page.push_str("</select></label>\n<fieldset><legend>Severity</legend>");
    for severity in Severity::ALL {
        let name = severity.name();
        let _ = write!(
            page,
            "<label><input type=\"checkbox\" name=\"severity\" value=\"{name}\" checked> {name}</label> "
        );
    }
    page.push_str(
        "</fieldset>\n<button type=\"button\" id=\"unfold\">Unfold or fold all</button>\n<button type=\"reset\">Clear</button>\n\
         <output id=\"shown\" aria-live=\"polite\"></output>\n</form>\n",
    );
}

/// Rules that did not look at everything.
pub(super) fn unseen(page: &mut String, verdict: &Verdict) {
    let unseen = Unseen::all(verdict);
    if unseen.is_empty() {
        return;
    }
    page.push_str("<h2>Not evaluated</h2>\n<p class=\"soft\">None of these counts as passed.</p>\n<ul class=\"items\">\n");
    for unseen in unseen {
        let _ = writeln!(
            page,
            "<li class=\"unknown\"><b>{} {}</b>{}<br>{}</li>",
            text(&unseen.outcome.code),
            text(&unseen.outcome.name),
            unseen.how,
            unseen.reasons.iter().map(|reason| prose(reason)).collect::<Vec<_>>().join("<br>"),
        );
    }
    page.push_str("</ul>\n");
}

/// What the team accepted, and where it says so.
pub(super) fn accepted(page: &mut String, verdict: &Verdict) {
    if verdict.accepted.is_empty() {
        return;
    }
    page.push_str(
        "<h2>Accepted</h2>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Finding</th><th scope=\"col\">Where</th>\
         <th scope=\"col\" class=\"number\">People</th><th scope=\"col\">Why</th></tr></thead><tbody>\n",
    );
    for finding in &verdict.accepted {
        let _ = writeln!(
            page,
            "<tr><td>{} {}</td><td><code>{}</code></td><td class=\"number\">{}</td><td>{}</td></tr>",
            text(&finding.code),
            text(&finding.name),
            text(&finding.hit.subject.name),
            count(finding.hit.people),
            prose(finding.accepted.as_deref().unwrap_or_default()),
        );
    }
    page.push_str("</tbody></table></div>\n");
}

/// What was read.
pub(super) fn inputs(page: &mut String, verdict: &Verdict) {
    if verdict.inputs.is_empty() {
        return;
    }
    page.push_str(
        "<h2>What was read</h2>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Dataset</th>\
         <th scope=\"col\">Recognised as</th><th scope=\"col\" class=\"number\">Records</th>\
         <th scope=\"col\" class=\"number\">Columns</th><th scope=\"col\">From</th></tr></thead><tbody>\n",
    );
    for input in &verdict.inputs {
        let _ = writeln!(
            page,
            "<tr><td><code>{}</code></td><td>{}, {}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>",
            text(&input.dataset),
            text(&input.recognised),
            text(&input.encoding),
            count(input.rows),
            input.columns,
            input.files.iter().map(|file| text(file)).collect::<Vec<_>>().join("<br>"),
        );
    }
    page.push_str("</tbody></table></div>\n");
}

/// What the run says of itself.
pub(super) fn remarks(page: &mut String, verdict: &Verdict) {
    if verdict.remarks.is_empty() {
        return;
    }
    page.push_str("<h2>Remarks</h2>\n<ul>\n");
    for remark in &verdict.remarks {
        let _ = writeln!(page, "<li>{}</li>", prose(remark));
    }
    page.push_str("</ul>\n");
}

/// What is masked, and the script.
pub(super) fn foot(page: &mut String, verdict: &Verdict) {
    let pii = match verdict.show_pii {
        true => "Personal data is shown as it stands: handle this file accordingly.",
        false => "Personal data is masked. <code>--rows FILE.csv</code> writes every failing record as it stands.",
    };
    let _ = write!(page, "<footer><p>{pii}</p></footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n");
}
