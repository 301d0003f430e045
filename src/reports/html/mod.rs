//! The report that people open: one file without any other, for a browser, for paper, and for a reader of screens. Every
//! value is text; the page may load nothing and run nothing but its own script.

mod finding;
mod page;
mod picture;

use crate::findings::Verdict;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Renders the page.
pub(super) fn render(verdict: &Verdict) -> String {
    let mut page = String::with_capacity(64 << 10);
    page::head(&mut page, verdict);
    page::overview(&mut page, verdict);
    page.push_str("<main id=\"main\">\n");
    page::findings(&mut page, verdict);
    picture::chapters(&mut page, &verdict.pictures);
    page::unseen(&mut page, verdict);
    page::accepted(&mut page, verdict);
    page::inputs(&mut page, verdict);
    page::remarks(&mut page, verdict);
    page.push_str("</main>\n");
    page::foot(&mut page, verdict);
    page
}

/// Text as text: no markup, and nothing that turns its direction or hides.
pub(super) fn text(value: &str) -> String {
    use crate::frames::normalize::invisible;
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || invisible(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Text in which what stands between two backticks is code.
pub(super) fn prose(value: &str) -> String {
    let pieces: Vec<&str> = value.split('`').collect();
    let last = pieces.len() - 1;
    let piece = |(at, piece): (usize, &&str)| match (at % 2, at == last) {
        (1, false) => format!("<code>{}</code>", text(piece)),
        (1, true) => format!("`{}", text(piece)),
        _ => text(piece),
    };
    pieces.iter().enumerate().map(piece).collect()
}
