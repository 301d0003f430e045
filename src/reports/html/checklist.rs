//! The checklist before a launch: nine items, how each stands, and what it rests on.

use std::fmt::Write;

use super::{Body, firsts, linked, text};
use crate::findings::Verdict;
use crate::findings::checklist::{Checked, State};
use crate::reports::summary::told;

/// Reasons under an item; what is over is counted.
const REASONS: usize = 12;

/// Each item with its state; what it rests on unfolds.
pub(super) fn chapter(body: &mut Body, verdict: &Verdict) {
    let Some(checklist) = &verdict.checklist else { return };
    let passed = checklist.count(State::Passed) as u64;
    body.chapter("checklist", "Launch checklist", None);
    let _ = writeln!(
        body.html,
        "<p class=\"soft\">{passed} of {} passed. Each item unfolds into what it rests on.</p>\n<ol class=\"checklist\">",
        checklist.items.len()
    );
    let firsts = firsts(verdict);
    for checked in &checklist.items {
        let lines: Vec<String> = told(checked, REASONS).iter().map(|line| linked(line, &firsts)).collect();
        item(&mut body.html, checked, &lines);
    }
    body.html.push_str("</ol>\n");
}

fn item(page: &mut String, checked: &Checked, lines: &[String]) {
    let (class, mark) = match checked.state {
        State::Passed => ("pass", "✓"),
        State::Failed => ("fail", "✗"),
        State::Waived => ("waived", "–"),
        State::Unseen => ("unknown", "?"),
    };
    let head = format!(
        "<span class=\"sign\" aria-hidden=\"true\">{mark}</span><span><span class=\"state\">{}</span> {}</span>",
        checked.state.name(),
        text(checked.item.title)
    );
    let _ = write!(page, "<li class=\"{class}\">");
    if lines.is_empty() {
        let _ = write!(page, "<div class=\"line\">{head}</div>");
    } else {
        let list: String = lines.iter().map(|line| format!("<li>{line}</li>")).collect();
        let _ = write!(page, "<details><summary class=\"line\">{head}</summary><ul>{list}</ul></details>");
    }
    page.push_str("</li>\n");
}
