//! A page for people at a terminal: lines, headings and tables in, text out, in the width and the colours that it is to
//! have.

use std::fmt::Write;

use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};

use super::Look;

/// What was written so far, and how it looks.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) look: Look,
}

impl Page {
    pub(super) fn new(look: Look) -> Self {
        Self { text: String::new(), look }
    }

    pub(super) fn line(&mut self, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{text}");
    }

    pub(super) fn paint(&self, code: &str, text: &str) -> String {
        if self.look.color { format!("{code}{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(super) fn heading(&mut self, text: &str) {
        let painted = self.paint("\u{1b}[1m", text);
        self.line(&format!("\n{painted}"));
    }

    pub(super) fn table(&self, header: &[&str]) -> Table {
        let mut table = Table::new();
        table
            .load_style(presets::UTF8_FULL_CONDENSED)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.look.width);
        if self.look.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(header.iter().map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
        table
    }

    pub(super) fn cell(&self, text: &str, paint: Option<Color>) -> Cell {
        let cell = Cell::new(text);
        match paint {
            Some(color) if self.look.color => cell.fg(color),
            _ => cell,
        }
    }

    /// Text wrapped to the width, later lines under the first one's text.
    pub(super) fn wrapped(&mut self, lead: &str, text: &str) {
        let indent = lead.chars().count();
        let room = usize::from(self.look.width).saturating_sub(indent).max(30);
        let (mut line, mut lead) = (String::new(), lead.to_owned());
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                self.line(&format!("{lead}{line}"));
                lead = " ".repeat(indent);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&format!("{lead}{line}"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Look;
    use super::Page;

    #[test]
    fn the_head_of_a_table_stands_out_where_there_are_colours() {
        let head = |color: bool| {
            let page = Page::new(Look { color, width: 40, detail: 1 });
            page.table(&["Rule"]).to_string().contains("\u{1b}[1m")
        };
        assert!(head(true) && !head(false));
    }

    #[test]
    fn later_lines_stand_under_the_first() {
        let mut page = Page::new(Look { color: false, width: 36, detail: 1 });
        page.wrapped("Why:  ", "a word and another word and yet another one");
        assert_eq!(page.text, "Why:  a word and another word and\n      yet another one\n");
    }
}
