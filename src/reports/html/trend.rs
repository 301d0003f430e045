//! The trend over runs: what happened since the run before, what is fixed, and the last runs as lines beside their numbers.

use std::fmt::Write;

use super::room::cut;
use super::{Body, table, text};
use crate::findings::trend::{Point, Trend};
use crate::findings::{Severity, Verdict};
use crate::reports::trend::{but, fixed, moment, since};
use crate::text::count;

/// Fixed findings that are named; what is over is counted.
const FIXED: usize = 200;
/// Characters of one of them.
const LONGEST: usize = 300;

/// Width and height of a line, in its own units.
const SIZE: [f64; 2] = [300.0, 40.0];

/// The chapter; none without a history.
pub(super) fn chapter(body: &mut Body, verdict: &Verdict) {
    let Some(trend) = &verdict.trend else { return };
    body.chapter("trend", "Since the run before", None);
    let _ = writeln!(body.html, "<p>{}.</p>", text(&since(trend)));
    for remark in but(trend) {
        let _ = writeln!(body.html, "<p class=\"soft\">{}</p>", text(&remark));
    }
    gone(&mut body.html, trend);
    if trend.points.len() > 1 {
        runs(&mut body.html, &trend.points);
    }
}

/// What is not there any more.
fn gone(page: &mut String, trend: &Trend) {
    if trend.fixed.is_empty() {
        return;
    }
    let open = if trend.fixed.len() <= 15 { " open" } else { "" };
    let number = count(trend.fixed.len() as u64);
    let _ = writeln!(page, "<details class=\"fold\"{open}><summary>{number} fixed</summary>\n<ul class=\"remarks\">");
    for one in trend.fixed.iter().take(FIXED) {
        let told = fixed(one);
        let _ = writeln!(page, "<li>{}</li>", text(cut(&told, LONGEST).0));
    }
    if trend.fixed.len() > FIXED {
        let _ = writeln!(page, "<li>and {} more</li>", count((trend.fixed.len() - FIXED) as u64));
    }
    page.push_str("</ul>\n</details>\n");
}

/// The last runs: a line a number, and a table that says the same.
fn runs(page: &mut String, points: &[Point]) {
    let graded = |at: usize| points.iter().map(|point| Some(point.graded[at])).collect::<Vec<_>>();
    let people: Vec<Option<u64>> = points.iter().map(|point| point.people).collect();
    let score = |of: fn(&Point) -> Option<u32>| points.iter().map(|point| of(point).map(u64::from)).collect::<Vec<_>>();
    page.push_str("<div class=\"lines\" aria-hidden=\"true\">\n");
    for (at, severity) in Severity::ALL.into_iter().enumerate() {
        line(page, &format!("{}s", severity.name()), severity.name(), &graded(at), 1);
    }
    line(page, "people", "plain", &people, 1);
    line(page, "identity", "plain", &score(|point| point.identity), 10);
    line(page, "triggers", "plain", &score(|point| point.triggers), 10);
    page.push_str("</div>\n");
    let headings = ["Run", "#Errors", "#Warnings", "#Notes", "#People", "#Identity", "#Triggers"];
    let _ = writeln!(page, "<details class=\"fold\"><summary>The last {} runs in numbers</summary>", points.len());
    table::begin(page, "The last runs", "", &headings);
    let tenths =
        |score: Option<u32>| score.map_or_else(|| "–".to_owned(), |score| format!("{}.{}", score / 10, score % 10));
    for point in points.iter().rev() {
        let numbers = point.graded.iter().map(|number| count(*number));
        let people = point.people.map_or_else(|| "–".to_owned(), count);
        let cells = numbers.chain([people, tenths(point.identity), tenths(point.triggers)]);
        let cells: String = cells.map(|cell| format!("<td class=\"number\">{cell}</td>")).collect();
        let _ = writeln!(page, "<tr><th scope=\"row\">{}</th>{cells}</tr>", moment(point.instant));
    }
    table::end(page);
    page.push_str("</details>\n");
}

/// One line from the oldest run to this one, on a scale from its least to its most, which stand beside it. Runs that do not
/// know the number leave a hole.
fn line(page: &mut String, title: &str, class: &str, values: &[Option<u64>], unit: u64) {
    let known = || values.iter().flatten().copied();
    let (Some(last), Some(least), Some(most)) = (values.last().copied().flatten(), known().min(), known().max()) else {
        return;
    };
    let shown = |value: u64| if unit == 10 { format!("{}.{}", value / 10, value % 10) } else { count(value) };
    let [width, height] = SIZE;
    let step = width / (values.len().max(2) - 1) as f64;
    let rise = |value: u64| if least == most { 0.5 } else { (value - least) as f64 / (most - least) as f64 };
    let place = |(at, value): (usize, u64)| format!("{:.1},{:.1}", at as f64 * step, height - rise(value) * height);
    let places: Vec<_> = values.iter().enumerate().map(|(at, value)| value.map(|value| place((at, value)))).collect();
    let strokes = places.split(Option::is_none).filter(|run| !run.is_empty());
    let strokes: String = strokes
        .map(|run| format!("<polyline points=\"{}\"/>", run.iter().flatten().cloned().collect::<Vec<_>>().join(" ")))
        .collect();
    let end = place((values.len() - 1, last));
    let (x, y) = end.split_once(',').unwrap_or_default();
    let before = values.iter().rev().skip(1).flatten().next().map(|before| format!("before {} · ", shown(*before)));
    let range = if least == most {
        "the same in all runs".to_owned()
    } else {
        format!("{}lowest {}, highest {}", before.unwrap_or_default(), shown(least), shown(most))
    };
    let _ = writeln!(
        page,
        "<div class=\"spark {class}\"><svg viewBox=\"-4 -4 308 48\">{strokes}<circle cx=\"{x}\" cy=\"{y}\" r=\"4\"/></svg>\
         <span><b>{}</b> {title}<br>{range}</span></div>",
        shown(last)
    );
}
