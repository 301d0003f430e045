//! The page around its chapters: head and policy, the verdict on top, the list of chapters, the findings with their filters.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use super::finding::Entry;
use super::room::{Room, cut};
use super::{Body, Chapter, SCRIPT, STYLE, finding, firsts, text};
use crate::findings::scores::Score;
use crate::findings::{Severity, Verdict};
use crate::frames::time::rfc3339;
use crate::reports::summary::{Mood, ending};
use crate::text::{count, counted};

/// Characters of a field in the filter.
const FIELD: usize = 80;

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
         <a class=\"skip\" href=\"#main\">To the report</a>\n",
        hash(STYLE),
        hash(SCRIPT),
        text(ending(verdict).word),
    );
}

/// The verdict on top.
pub(super) fn overview(page: &mut String, verdict: &Verdict) {
    let ending = ending(verdict);
    let (mood, mark) = match ending.mood {
        Mood::Bad => ("bad", "✗"),
        Mood::Doubtful => ("doubtful", "!"),
        Mood::Good => ("good", "✓"),
    };
    let profile = verdict.profile.as_deref().map(|profile| format!(" · profile {}", text(profile))).unwrap_or_default();
    let config = verdict.config.as_deref().map(|file| format!(" · {}", text(file))).unwrap_or_default();
    let headline =
        verdict.checklist.as_ref().map(|checklist| format!("{}. ", checklist.headline())).unwrap_or_default();
    let _ = write!(
        page,
        "<header class=\"{mood}\"><div>\n<p class=\"meta\">crmlint {} · as of {}{profile}{config}\
         <button type=\"button\" id=\"theme\" hidden>Light or dark</button></p>\n\
         <h1><span class=\"mood\" aria-hidden=\"true\">{mark}</span>{}</h1>\n<p class=\"counts\">{}{}.</p>\n<ul class=\"tiles\">\n",
        env!("CARGO_PKG_VERSION"),
        rfc3339(verdict.now),
        text(ending.word),
        text(&headline),
        text(&ending.counts),
    );
    score(page, "Identity", "Are people recognised?", &verdict.scores.identity);
    score(page, "Triggers", "Do journeys start when they should?", &verdict.scores.triggers);
    let of = |severity: Severity| verdict.findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let graded = Severity::ALL.map(|severity| (severity.name(), of(severity)));
    let named = graded.map(|(name, number)| if number == 1 { name.to_owned() } else { format!("{name}s") });
    let graded: Vec<(&str, &str, u64)> =
        graded.iter().zip(&named).map(|((class, number), name)| (name.as_str(), *class, *number)).collect();
    strip(page, verdict.findings.len() as u64, ["finding", "findings"], &graded);
    let ended = |name: &str| verdict.outcomes.iter().filter(|outcome| outcome.status.name() == name).count() as u64;
    let rules = [("clean", "good"), ("findings", "found"), ("not evaluated", "warning"), ("failed", "error")];
    let rules = rules.map(|(name, class)| (name, class, ended(name)));
    strip(page, verdict.outcomes.len() as u64, ["rule", "rules"], &rules);
    page.push_str("</ul>\n</div></header>\n");
}

/// A number, and what it is made of on one strip: name, class, number.
fn strip(page: &mut String, all: u64, [one, many]: [&str; 2], parts: &[(&str, &str, u64)]) {
    let word = if all == 1 { one } else { many };
    let _ = write!(
        page,
        "<li class=\"tile\"><b>{}</b> {word}<svg class=\"strip\" viewBox=\"0 0 1000 1\" preserveAspectRatio=\"none\" \
         aria-hidden=\"true\">",
        count(all)
    );
    let mut at = 0;
    for (_, class, number) in parts {
        let width = number * 1000 / all.max(1);
        let _ = write!(page, "<rect class=\"{class}\" x=\"{at}\" width=\"{width}\" height=\"1\"/>");
        at += width;
    }
    page.push_str("</svg><span class=\"legend\">");
    for (name, class, number) in parts {
        let _ = write!(page, "<span><i class=\"{class}\"></i>{} {name}</span> ", count(*number));
    }
    page.push_str("</span></li>\n");
}

/// A score as a ring with its number.
fn score(page: &mut String, title: &str, asks: &str, score: &Score) {
    let unseen = match score.unseen.len() {
        0 => String::new(),
        unseen => format!(", {unseen} not evaluated"),
    };
    let rests = format!("{asks} {}{unseen}", counted(score.rules as u64, "rule", "rules"));
    let Some(tenths) = score.tenths else {
        let told = format!("{title}: no score, too little was evaluated");
        let _ = writeln!(page, "<li class=\"tile\"><b>–</b> {told}<span class=\"legend\">{rests}</span></li>");
        return;
    };
    let round = 2.0 * std::f64::consts::PI * 20.0;
    let _ = writeln!(
        page,
        "<li class=\"tile ring\"><svg viewBox=\"0 0 48 48\" aria-hidden=\"true\"><circle class=\"track\" cx=\"24\" cy=\"24\" \
         r=\"20\" fill=\"none\" stroke-width=\"6\"/><circle class=\"arc\" cx=\"24\" cy=\"24\" r=\"20\" fill=\"none\" \
         stroke-width=\"6\" stroke-linecap=\"round\" stroke-dasharray=\"{:.1} {round:.1}\" transform=\"rotate(-90 24 24)\"/></svg>\
         <div><b>{}.{}</b> {title}, of 100<span class=\"legend\">{rests}</span></div></li>",
        round * f64::from(tenths) / 1000.0,
        tenths / 10,
        tenths % 10,
    );
}

/// The list of chapters.
pub(super) fn chapters(page: &mut String, chapters: &[Chapter]) {
    page.push_str("<nav aria-label=\"Chapters\"><ul>\n");
    for Chapter { id, title, number } in chapters {
        let number = number.map(|number| format!(" <span>{}</span>", count(number))).unwrap_or_default();
        let _ = writeln!(page, "<li><a href=\"#{id}\">{title}{number}</a></li>");
    }
    page.push_str("</ul></nav>\n");
}

/// Filters, and every finding, worst first.
pub(super) fn findings(body: &mut Body, verdict: &Verdict) {
    let number = verdict.findings.len();
    body.chapter("findings", "Findings", Some(number as u64));
    if number == 0 {
        body.html.push_str("<p>None stands.</p>\n");
        return;
    }
    let fields: BTreeSet<&str> = verdict.findings.iter().map(|finding| finding.hit.subject.name.as_str()).collect();
    let fields: BTreeMap<&str, usize> = fields.into_iter().zip(1..).collect();
    // Filters stay in sight as long as there are findings to filter.
    body.html.push_str("<div>\n");
    filters(&mut body.html, verdict, &fields);
    let firsts = firsts(verdict);
    let most = verdict.findings.iter().map(|finding| finding.hit.people).max().unwrap_or_default();
    let (room, before) = (Room::of(number), body.html.len());
    body.html.push_str("<div id=\"list\">\n");
    for finding in &verdict.findings {
        let field = fields.get(finding.hit.subject.name.as_str()).copied().unwrap_or_default();
        let first = firsts.get(finding.code.as_str()).copied().unwrap_or_default();
        let room = room.after(body.html.len() - before);
        finding::section(&mut body.html, Entry { verdict, finding, field, first, most, room });
    }
    body.html.push_str("</div>\n<p id=\"more\" hidden><button type=\"button\">Show more</button></p>\n</div>\n");
}

fn filters(page: &mut String, verdict: &Verdict, fields: &BTreeMap<&str, usize>) {
    let rules: BTreeSet<(&str, &str)> =
        verdict.findings.iter().map(|finding| (finding.code.as_str(), finding.name.as_str())).collect();
    page.push_str(
        "<form class=\"filters\" id=\"filters\" role=\"search\" aria-label=\"Filter the findings\" hidden>\n\
         <label>Words <input type=\"search\" name=\"words\" autocomplete=\"off\"></label>\n\
         <label>Rule <select name=\"rule\"><option value=\"\">all</option>",
    );
    for (code, name) in rules {
        let _ = write!(page, "<option value=\"{0}\">{0} {1}</option>", text(code), text(name));
    }
    page.push_str("</select></label>\n<label>Field <select name=\"field\"><option value=\"\">all</option>");
    for (field, number) in fields {
        let (shown, all) = cut(field, FIELD);
        let _ = write!(page, "<option value=\"{number}\">{}{}</option>", text(shown), all.map_or("", |_| "…"));
    }
    page.push_str(
        "</select></label>\n<label>Order <select name=\"order\"><option value=\"\">worst first</option>\
         <option value=\"people\">most people first</option></select></label>\n<fieldset><legend>Severity</legend>",
    );
    for severity in Severity::ALL {
        let name = severity.name();
        let _ =
            write!(page, "<label><input type=\"checkbox\" name=\"severity\" value=\"{name}\" checked> {name}</label> ");
    }
    // Before the second run nothing is new or old.
    let fresh = match verdict.findings.iter().any(|finding| finding.state.is_some()) {
        true => {
            "<fieldset><legend>Runs</legend><label><input type=\"checkbox\" name=\"fresh\"> only new</label></fieldset>"
        }
        false => "",
    };
    let _ = write!(
        page,
        "</fieldset>\n{fresh}<span class=\"buttons\"><button type=\"button\" id=\"unfold\">Unfold or fold all</button> \
         <button type=\"reset\">Clear</button></span>\n<output id=\"shown\" aria-live=\"polite\"></output>\n</form>\n",
    );
}

/// What is masked, and the script.
pub(super) fn foot(page: &mut String, verdict: &Verdict) {
    let pii = match verdict.show_pii {
        true => "Personal data is shown as it stands: handle this file accordingly.",
        false => "Personal data is masked. <code>--rows FILE.csv</code> writes every failing record as it stands.",
    };
    let _ = write!(
        page,
        "<footer><p>{pii} This page loads nothing and sends nothing.</p></footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    );
}
