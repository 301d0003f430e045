//! Pictures: bars and matrices, each beside the numbers it shows.

use std::fmt::Write;

use super::finding::bar;
use super::text;
use crate::pictures::{Bar, Drawing, Picture, Tone};
use crate::text::count;

/// Bars of a picture; what is over is counted.
const BARS: usize = 30;

/// Every picture, under the title of its chapter.
pub(super) fn chapters(page: &mut String, pictures: &[Picture]) {
    let mut chapter = "";
    for picture in pictures {
        if picture.chapter != chapter {
            if !chapter.is_empty() {
                page.push_str("</div>\n");
            }
            let _ = write!(page, "<h2>{}</h2>\n<div class=\"gallery\">\n", text(picture.chapter));
            chapter = picture.chapter;
        }
        let _ = write!(
            page,
            "<figure><figcaption><h3>{}</h3><p class=\"soft\">{}</p></figcaption>\n",
            text(&picture.title),
            text(&picture.note)
        );
        match &picture.drawing {
            Drawing::Bars(found) => bars(page, found),
            Drawing::Matrix { rows, columns, cells } => matrix(page, rows, columns, cells),
        }
        page.push_str("</figure>\n");
    }
    if !chapter.is_empty() {
        page.push_str("</div>\n");
    }
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
    page.push_str(
        "<table class=\"bars\"><thead><tr><th scope=\"col\">What</th><th scope=\"col\" class=\"number\">Records</th>\
         <th scope=\"col\">On one scale</th></tr></thead><tbody>\n",
    );
    for one in bars.iter().take(BARS) {
        let _ = writeln!(
            page,
            "<tr class=\"{}\"><th scope=\"row\">{}{}</th><td class=\"number\">{}</td><td class=\"picture\">{}</td></tr>",
            class(one.tone),
            mark(one.tone),
            text(&one.label),
            count(one.rows),
            if one.rows == 0 { String::new() } else { bar(one.rows, largest) },
        );
    }
    page.push_str("</tbody></table>\n");
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
    let _ = write!(
        page,
        "<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th scope=\"col\">{} \u{2193} &nbsp; {} \u{2192}</th>",
        text(side),
        text(top)
    );
    for column in columns {
        let _ = write!(page, "<th scope=\"col\" class=\"number\">{}</th>", text(column));
    }
    page.push_str("</tr></thead><tbody>\n");
    for (row, cells) in rows.iter().zip(cells) {
        let _ = write!(page, "<tr><th scope=\"row\">{}</th>", text(row));
        for (number, tone) in cells {
            let (class, mark) = if *number == 0 { ("none", "") } else { (class(*tone), mark(*tone)) };
            let _ = write!(page, "<td class=\"number {class}\">{mark}{}</td>", count(*number));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table></div>\n");
}
