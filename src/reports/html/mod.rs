//! The report that people open: one file without any other, for a browser, for paper, and for a reader of screens. Every
//! value is text; the page may load nothing and run nothing but its own script.

mod checklist;
mod finding;
mod page;
mod picture;
mod room;
mod table;
mod trend;

use std::collections::BTreeMap;

use crate::findings::Verdict;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The chapters as they are written, and what the list of chapters says of them.
#[derive(Default)]
struct Body {
    html: String,
    chapters: Vec<Chapter>,
}

/// One line of the list of chapters.
struct Chapter {
    id: &'static str,
    title: String,
    /// What stands beside the title.
    number: Option<u64>,
}

impl Body {
    /// Begins a chapter; `title` is markup already.
    fn chapter(&mut self, id: &'static str, title: &str, number: Option<u64>) {
        self.html.push_str(&format!("<h2 id=\"{id}\">{title}</h2>\n"));
        self.chapters.push(Chapter { id, title: title.to_owned(), number });
    }
}

/// Renders the page.
pub(super) fn render(verdict: &Verdict) -> String {
    let mut body = Body::default();
    checklist::chapter(&mut body, verdict);
    trend::chapter(&mut body, verdict);
    page::findings(&mut body, verdict);
    picture::chapters(&mut body, &verdict.pictures);
    table::unseen(&mut body, verdict);
    table::accepted(&mut body, verdict);
    table::rules(&mut body, verdict);
    table::inputs(&mut body, verdict);
    table::remarks(&mut body, verdict);
    let mut whole = String::with_capacity(body.html.len() + (64 << 10));
    page::head(&mut whole, verdict);
    page::overview(&mut whole, verdict);
    page::chapters(&mut whole, &body.chapters);
    whole.push_str("<main id=\"main\">\n");
    whole.push_str(&body.html);
    whole.push_str("</main>\n");
    page::foot(&mut whole, verdict);
    whole
}

/// The first finding of each rule, which is where other chapters point.
fn firsts(verdict: &Verdict) -> BTreeMap<&str, &str> {
    let mut firsts = BTreeMap::new();
    for finding in &verdict.findings {
        firsts.entry(finding.code.as_str()).or_insert(finding.fingerprint.as_str());
    }
    firsts
}

/// Text in which the codes of rules lead to their first finding.
fn linked(value: &str, firsts: &BTreeMap<&str, &str>) -> String {
    let word = |word: &str| {
        let code = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let link = |print: &&str| word.replacen(code, &format!("<a href=\"#f-{}\">{code}</a>", text(print)), 1);
        firsts.get(code).map_or_else(|| word.to_owned(), link)
    };
    prose(value).split(' ').map(word).collect::<Vec<_>>().join(" ")
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{linked, prose, text};

    #[test]
    fn what_stands_in_a_value_is_text() {
        assert_eq!(text("</style><b a='x'>\u{202e}\u{0}"), "&lt;/style&gt;&lt;b a=&#39;x&#39;&gt;\u{fffd}\u{fffd}");
        assert_eq!(prose("a `b<` c` d"), "a <code>b&lt;</code> c` d");
    }

    #[test]
    fn a_code_leads_to_its_first_finding() {
        let firsts = BTreeMap::from([("ID002", "0f")]);
        let link = "<a href=\"#f-0f\">ID002</a>";
        assert_eq!(linked("fails by ID002 (1), ID003", &firsts), format!("fails by {link} (1), ID003"));
        assert_eq!(
            linked("not evaluated: ID002: `a b` <x>", &firsts),
            format!("not evaluated: {link}: <code>a b</code> &lt;x&gt;")
        );
    }
}
