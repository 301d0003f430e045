//! Standard output and standard error: colours that mind `NO_COLOR` and pipes, faults with the place they sit at.

use std::io::{IsTerminal, Write};
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::Paint;
use crate::error::{Error, Exit, Fault, Result};
use crate::reports::Look;
use crate::text::is_unsafe;

/// Characters a line where the terminal does not say.
const WIDTH: u16 = 100;

/// Where text goes, and how it looks there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Console {
    paint: Paint,
}

impl Console {
    pub(super) fn new(paint: Paint) -> Self {
        Self { paint }
    }

    fn colors(self, terminal: bool) -> bool {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self.paint {
            Paint::Always => true,
            Paint::Never => false,
            Paint::Auto => terminal && !refused,
        }
    }

    /// How a report looks on standard output.
    pub(super) fn look(self, detail: u8) -> Look {
        let terminal = std::io::stdout().is_terminal();
        let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        let own = terminal.then(|| comfy_table::Table::new().width()).flatten();
        Look { color: self.colors(terminal), width: own.or(asked).unwrap_or(WIDTH).max(60), detail }
    }

    /// Prints to standard output. A reader that went away is no fault.
    pub(super) fn print(self, text: &str) -> Result<Exit> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Error::input(Fault::new(format!("standard output could not be written: {error}"))))
            }
            _ => Ok(Exit::Clean),
        }
    }

    /// Says something on standard error.
    pub(super) fn say(self, text: &str) {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Prints why the run stopped.
    pub(super) fn complain(self, error: &Error) {
        self.say(&fault(error.fault(), self.colors(std::io::stderr().is_terminal())));
    }
}

/// A document without what its addresses hold: one of a webhook is a secret. Every column stays where it is.
fn hidden(text: &str) -> String {
    let mut inside = false;
    let mut last = ['\0'; 3];
    let hide = text.chars().map(|c| {
        inside = (inside || last == [':', '/', '/']) && !c.is_whitespace() && !"\"',}])".contains(c);
        last = [last[1], last[2], c];
        if inside { '*' } else { c }
    });
    hide.collect()
}

/// A fault as people read it: what, where with the line itself, what to do.
pub fn fault(fault: &Fault, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let place = fault.place.as_ref();
    let text = place.and_then(|place| std::fs::read_to_string(Path::new(&place.file)).ok());
    // Letter by letter, so that every column stays where it is.
    let safe = |text: String| text.replace(|c: char| is_unsafe(c) && c != '\n' && c != '\t', "\u{fffd}");
    let text = text.as_deref().map(hidden).map(safe);
    let source = text.as_deref().map(|text| text.strip_prefix('\u{feff}').unwrap_or(text));
    let line = place.zip(source).and_then(|(place, source)| {
        Some((place, source.lines().nth(place.line.checked_sub(1)?).filter(|line| line.len() < 2_000)?))
    });
    let title = match (place, line) {
        (Some(place), None) => format!("{place}: {}", fault.message),
        _ => fault.message.clone(),
    };
    let mut report = Vec::new();
    match line {
        Some((place, line)) => {
            let from = line.char_indices().nth(place.column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
            let word =
                line[from..].find([' ', ':', ',', ']', '}']).filter(|end| *end > 0).unwrap_or(line.len() - from).max(1);
            let to = (from + word).min(line.len()).max(from);
            let mark = AnnotationKind::Primary.span(from..to);
            let snippet = Snippet::source(line).line_start(place.line).path(place.file.as_str()).annotation(mark);
            report.push(Level::ERROR.primary_title(title.as_str()).element(snippet));
        }
        None => report.push(annotate_snippets::Group::with_title(Level::ERROR.primary_title(title.as_str()))),
    }
    if let Some(help) = &fault.help {
        report.push(annotate_snippets::Group::with_title(Level::HELP.secondary_title(help.as_str())));
    }
    renderer.render(&report)
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn an_address_in_a_quoted_line_is_hidden_in_its_place() {
        assert_eq!(
            hidden("a: 'https://x.example/T0', b: 1\n# see http://y"),
            "a: 'https://************', b: 1\n# see http://*"
        );
        assert_eq!(hidden("a // b: c:/d"), "a // b: c:/d");
    }
}
