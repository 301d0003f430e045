//! Drafts: lines of a YAML document in, its text out. Whatever stands in a column's name or a value comes back from the
//! parser as it was; whatever stands in a comment stays in it.

use crate::frames::normalize::invisible;

/// How a question to a person begins.
pub(super) const QUESTION: &str = "# ? ";
/// The longest name or value that is shown in a comment.
const SHOWN: usize = 60;

/// A document that is being written.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    text: String,
    depth: usize,
}

impl Sheet {
    /// What follows stands one level deeper, until the same is said with [`Sheet::shallower`].
    pub(super) fn deeper(&mut self) {
        self.depth += 1;
    }

    pub(super) fn shallower(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn line(&mut self, text: &str) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A comment of a line of its own.
    pub(super) fn note(&mut self, text: &str) {
        self.line(&format!("# {}", harmless(text)));
    }

    /// A key and a number.
    pub(super) fn number(&mut self, key: &str, value: u64) {
        self.line(&format!("{key}: {value}"));
    }

    /// A question to a person: what it is about, and what to decide.
    pub(super) fn ask(&mut self, about: &str, question: &str) {
        self.line(&format!("{QUESTION}{}: {}", harmless(about), harmless(question)));
    }

    /// A key that opens a map or a list.
    pub(super) fn open(&mut self, key: &str) {
        self.line(&format!("{}:", scalar(key)));
    }

    /// A key and its text.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        self.line(&format!("{}: {}", scalar(key), scalar(value)));
    }

    /// A key and a list of texts on one line.
    pub(super) fn list(&mut self, key: &str, values: &[String]) {
        self.line(&format!("{}: {}", scalar(key), flow(values)));
    }

    /// A key, a text, and a comment behind it.
    pub(super) fn counted(&mut self, key: &str, value: &str, comment: &str) {
        self.line(&format!("{}: {} # {}", scalar(key), scalar(value), harmless(comment)));
    }

    /// An item of a list with a comment behind it.
    pub(super) fn item(&mut self, value: &str, comment: &str) {
        self.line(&format!("- {} # {}", scalar(value), harmless(comment)));
    }

    /// An item of a list that is a map of two keys.
    pub(super) fn pair(&mut self, one: (&str, &str), other: (&str, &str)) {
        let text = |(key, value): (&str, &str)| format!("{}: {}", scalar(key), scalar(value));
        self.line(&format!("- {{{}, {}}}", text(one), text(other)));
    }

    /// A key and a map of texts on one line.
    pub(super) fn map(&mut self, key: &str, entries: &[(&str, &str)]) {
        let entries: Vec<String> =
            entries.iter().map(|(key, value)| format!("{}: {}", scalar(key), scalar(value))).collect();
        self.line(&format!("{}: {{{}}}", scalar(key), entries.join(", ")));
    }

    /// What is written so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Texts as a list on one line.
pub(super) fn flow(values: &[String]) -> String {
    let items: Vec<String> = values.iter().map(|value| scalar(value)).collect();
    format!("[{}]", items.join(", "))
}

/// A text as YAML: plain where it can only be read as this text, in double quotes elsewhere.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Whether a text without quotes is read as itself, inside brackets too, by this and by other readers.
pub(crate) fn is_plain(text: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '+' | '(' | ')' | '@' | '%');
    let start = text.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '.' || c == '/');
    let end = !text.ends_with(' ');
    start && end && text.chars().all(inner) && !text.chars().any(invisible) && !is_special(text)
}

/// A word that some readers take for a truth, a number or nothing.
fn is_special(text: &str) -> bool {
    const WORDS: &[&str] = &["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", ".nan", ".inf", "inf"];
    WORDS.contains(&text.to_ascii_lowercase().as_str()) || text.starts_with("...") || text.parse::<f64>().is_ok()
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if hidden(c) && u32::from(c) <= 0xff => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            _ if hidden(c) && u32::from(c) <= 0xffff => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            _ if hidden(c) => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A character that nobody sees, or that ends a line for some readers.
fn hidden(c: char) -> bool {
    c.is_control() || invisible(c) || (c.is_whitespace() && c != ' ') || u32::from(c) > 0xffff || c == '\u{fffe}'
}

/// A text that cannot leave its comment.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if hidden(c) { '\u{fffd}' } else { c }).collect::<String>().trim().to_owned()
}

/// A name or a value as a comment shows it, cut when it is long.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Sheet;
    use crate::yaml::Document;

    const HOSTILE: &[&str] = &[
        "",
        " ",
        "a: b",
        "# no",
        "a #b",
        "- x",
        "-",
        "?",
        "? a",
        "a\nb",
        "a\r\nb",
        "\t",
        "\"",
        "'",
        "it's",
        "\\n",
        "{",
        "}",
        "[a]",
        "a, b",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a",
        "---",
        "...",
        "null",
        "~",
        "true",
        "No",
        "1",
        "1e3",
        "0x1F",
        ".5",
        ".inf",
        "=",
        "<<",
        "\u{202e}abc",
        "a\u{200b}",
        "\u{feff}a",
        "\u{85}",
        "\u{2028}",
        "😀",
        "trailing ",
        " leading",
        "a:",
        ":a",
        "Straße",
        "名前",
        "\u{7f}",
        "\u{0}",
        "a\u{a0}b",
        "12:30",
        "2026-01-01",
        "x: y # z",
        "\u{1b}[31m",
    ];

    #[test]
    fn hostile_texts_come_back_as_they_were() {
        let mut sheet = Sheet::default();
        sheet.open("map");
        sheet.deeper();
        for text in HOSTILE {
            sheet.note(text);
            sheet.ask(text, text);
            sheet.counted(text, text, text);
        }
        sheet.shallower();
        sheet.list("list", &HOSTILE.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        sheet.open("items");
        HOSTILE.iter().for_each(|text| sheet.item(text, text));
        let document = Document::parse("draft.yaml", sheet.finish()).unwrap();
        let map = document.root.get("map").unwrap().entries();
        let keys: Vec<&str> = map.iter().map(|entry| entry.key.as_str()).collect();
        let values: Vec<&str> = map.iter().map(|entry| entry.node.text().unwrap()).collect();
        assert_eq!(keys, HOSTILE);
        assert_eq!(values, HOSTILE);
        assert_eq!(document.root.get_texts("list"), HOSTILE);
        assert_eq!(document.root.get_texts("items"), HOSTILE);
    }
}
