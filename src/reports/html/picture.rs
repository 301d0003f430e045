//! Pictures: bars and matrices, each beside the numbers it shows.

use std::fmt::Write;

use super::finding::bar;
use super::{Body, table, text};
use crate::pictures::{Bar, Drawing, Picture, Tone};
use crate::text::{count, percent};

/// Bars of a picture; what is over is counted.
const BARS: usize = 30;
/// Pictures of a chapter that are seen at once; the others unfold.
const SEEN: usize = 6;
/// Pictures of a chapter at most; what is over is counted.
const MOST: usize = 60;

/// Every picture, under the title of its chapter.
pub(super) fn chapters(body: &mut Body, pictures: &[Picture]) {
    for (at, chapter) in pictures.chunk_by(|one, other| one.chapter == other.chapter).enumerate() {
        let title = chapter.first().map_or("", |picture| picture.chapter);
        let id =
            ["picture-1", "picture-2", "picture-3", "picture-4", "picture-5", "picture-6", "picture-7", "picture-8"];
        body.chapter(id.get(at).copied().unwrap_or("pictures"), &text(title), Some(chapter.len() as u64));
        gallery(&mut body.html, &chapter[..chapter.len().min(SEEN)]);
        if chapter.len() > SEEN {
            let rest = &chapter[SEEN..chapter.len().min(MOST)];
            let _ = writeln!(body.html, "<details class=\"fold\"><summary>{} more</summary>", count(rest.len() as u64));
            gallery(&mut body.html, rest);
            body.html.push_str("</details>\n");
        }
        if chapter.len() > MOST {
            let over = count((chapter.len() - MOST) as u64);
            let _ = writeln!(body.html, "<p class=\"soft\">and {over} more that are left out</p>");
        }
    }
}

fn gallery(page: &mut String, pictures: &[Picture]) {
    page.push_str("<div class=\"gallery\">\n");
    for picture in pictures {
        let _ = writeln!(
            page,
            "<figure><figcaption><h3>{}</h3><p class=\"soft\">{}</p></figcaption>",
            text(&picture.title),
            text(&picture.note)
        );
        match &picture.drawing {
            Drawing::Bars(found) => bars(page, found),
            Drawing::Matrix { rows, columns, cells } => matrix(page, rows, columns, cells),
        }
        page.push_str("</figure>\n");
    }
    page.push_str("</div>\n");
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Plain => "plain",
        Tone::Bad => "bad",
    }
}

/// A mark beside the colour, for those who do not see it.
fn mark(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "<span class=\"mark\">✓</span> ",
        Tone::Plain => "",
        Tone::Bad => "<span class=\"mark\">✗</span> ",
    }
}

fn bars(page: &mut String, bars: &[Bar]) {
    let largest = bars.iter().map(|bar| bar.rows).max().unwrap_or(1).max(1);
    table::begin(page, "Numbers and bars", "bars", &["What", "#Records", "On one scale"]);
    for one in bars.iter().take(BARS) {
        // What holds nobody is neither right nor wrong.
        let (class, mark) = if one.rows == 0 { ("none", "") } else { (class(one.tone), mark(one.tone)) };
        let _ = writeln!(
            page,
            "<tr class=\"{class}\"><th scope=\"row\">{mark}{}</th><td class=\"number\">{}</td><td class=\"picture\">{}</td></tr>",
            text(&one.label),
            count(one.rows),
            if one.rows == 0 { String::new() } else { bar(one.rows, largest) },
        );
    }
    table::end(page);
    if bars.len() > BARS {
        let _ = writeln!(page, "<p class=\"soft\">and {} more</p>", count((bars.len() - BARS) as u64));
    }
}

fn matrix(
    page: &mut String,
    (side, rows): &(String, Vec<String>),
    (top, columns): &(String, Vec<String>),
    cells: &[Vec<(u64, Tone)>],
) {
    let corner = format!("{} \u{2193} &nbsp; {} \u{2192}", text(side), text(top));
    let headings: Vec<String> = columns.iter().map(|column| format!("#{}", text(column))).collect();
    let headings: Vec<&str> = [corner.as_str()].into_iter().chain(headings.iter().map(String::as_str)).collect();
    let all: u64 = cells.iter().flatten().map(|(number, _)| number).sum();
    table::begin(page, "Numbers of pairs", "matrix", &headings);
    for (row, cells) in rows.iter().zip(cells) {
        let _ = write!(page, "<tr><th scope=\"row\">{}</th>", text(row));
        for (number, tone) in cells {
            if *number == 0 {
                page.push_str("<td class=\"number none\">0</td>");
                continue;
            }
            let share = percent(*number, all);
            let (class, mark) = (class(*tone), mark(*tone));
            let _ = write!(
                page,
                "<td class=\"number {class}\">{mark}{}<br><span class=\"share\">{}</span></td>",
                count(*number),
                text(&share)
            );
        }
        page.push_str("</tr>\n");
    }
    table::end(page);
}
