//! One person's trace, for people: what keeps them out of each journey on top, then records, values, consent and segments.

use std::fmt::Write;

use comfy_table::{Cell, Color};

use super::Look;
use super::page::Page;
use crate::frames::time::rfc3339;
use crate::text::{count, counted};
use crate::trace::{Membership, Outcome, Passage, Person, Said, Test, Trace, Value, Verdict};

/// Renders a trace.
pub fn render(trace: &Trace, look: Look) -> String {
    let mut page = Page::new(look);
    page.line(&format!("crmlint {}, now {}", env!("CARGO_PKG_VERSION"), rfc3339(trace.now)));
    let searched = trace.searched.iter().map(|(dataset, records)| format!("{dataset} ({})", count(*records)));
    let searched: Vec<String> = searched.collect();
    page.wrapped("", &format!("Searched {} for {}", searched.join(", "), trace.asked));
    let many = trace.people.len();
    if many > 1 {
        page.line(&format!("{} answer to it.", counted(many as u64, "person", "people")));
    }
    for (at, person) in trace.people.iter().enumerate() {
        if many > 1 {
            page.heading(&format!("Person {} of {many}", at + 1));
        }
        page.person(person);
    }
    if trace.masked {
        page.line("");
        page.wrapped("", "Personal data is masked; `--show-pii` shows it.");
    }
    page.text
}

impl Page {
    fn person(&mut self, person: &Person) {
        if !person.notes.is_empty() {
            self.line("");
        }
        for note in &person.notes {
            self.wrapped("! ", note);
        }
        if !person.journeys.is_empty() {
            self.heading("Journeys");
            for passage in &person.journeys {
                self.journey(passage);
            }
        }
        self.records(person);
        self.attributes(&person.attributes);
        self.consent(&person.consent, &person.decides);
        self.segments(&person.segments);
    }

    fn journey(&mut self, passage: &Passage) {
        let code = match passage.outcome {
            Outcome::Enters | Outcome::Waits => "\u{1b}[1;32m",
            Outcome::KeptOut | Outcome::Unknown => "\u{1b}[1;33m",
            Outcome::Misses | Outcome::WronglyIn => "\u{1b}[1;31m",
        };
        let outcome = self.paint(code, passage.outcome.name());
        let cause = passage.cause.map(|cause| format!(" [{}]", cause.name())).unwrap_or_default();
        self.line(&format!("  {}: {outcome}{cause}", passage.name));
        self.wrapped("    ", &passage.says);
    }

    fn records(&mut self, person: &Person) {
        self.heading("Records");
        let mut table = self.table(&["Dataset", "Record", "Why", "Changed"]);
        for record in &person.records {
            table.add_row([&record.dataset, &record.key, &record.why, &record.changed]);
        }
        self.line(&table.to_string());
    }

    fn attributes(&mut self, values: &[Value]) {
        if values.is_empty() {
            return;
        }
        let several = values.iter().any(|value| value.profile != values[0].profile);
        self.heading("Attributes");
        let mut table = self.table(&["Attribute", "Source", "Expected", "On the profile", "Verdict"]);
        let (blank, filled): (Vec<&Value>, Vec<&Value>) = values.iter().partition(|value| is_blank(value));
        for value in filled {
            let name = if several { format!("{} ({})", value.name, value.profile) } else { value.name.clone() };
            let sources: Vec<String> = value.sources.iter().map(source).collect();
            let verdict = match value.detail.as_str() {
                "" => value.verdict.name().to_owned(),
                detail => format!("{} ({detail})", value.verdict.name()),
            };
            table.add_row([
                Cell::new(name),
                Cell::new(sources.join("\n")),
                Cell::new(value.expected.as_deref().unwrap_or("–")),
                Cell::new(value.found.as_deref().unwrap_or("–")),
                self.cell(&verdict, Some(color(value.verdict))),
            ]);
        }
        self.line(&table.to_string());
        if !blank.is_empty() {
            let mut names: Vec<&str> = Vec::new();
            for value in blank {
                // Each profile of a person has them.
                if !names.contains(&value.name.as_str()) {
                    names.push(&value.name);
                }
            }
            self.wrapped("", &format!("Blank at the source and on the profile: {}.", names.join(", ")));
        }
    }

    fn consent(&mut self, said: &[Said], decides: &[String]) {
        if said.is_empty() && decides.is_empty() {
            return;
        }
        self.heading("Consent");
        let mut table = self.table(&["System", "Column", "Value", "Says", "When"]);
        for line in said {
            let system = if line.decides { format!("{} (decides)", line.dataset) } else { line.dataset.clone() };
            let times: Vec<String> = line.times.iter().map(|(column, at)| format!("{column}: {at}")).collect();
            table.add_row([system, line.column.clone(), line.value.clone(), line.says.clone(), times.join("\n")]);
        }
        if !said.is_empty() {
            self.line(&table.to_string());
        }
        for sentence in decides {
            self.wrapped("", sentence);
        }
    }

    fn segments(&mut self, segments: &[Membership]) {
        if segments.is_empty() {
            return;
        }
        let several = segments.iter().any(|segment| segment.profile != segments[0].profile);
        self.heading("Segments");
        let mut table = self.table(&["Segment", "In", "What decides", "With the right values"]);
        for segment in segments {
            let mut name = segment.name.clone();
            if segment.never {
                name.push_str(" (must stay empty)");
            }
            if several {
                let _ = write!(name, " ({})", segment.profile);
            }
            let tests: Vec<String> = segment.tests.iter().map(told).chain(segment.open.clone()).collect();
            let wrong = (segment.never && segment.inside == Some(true)) || segment.inside != segment.should;
            let paint = if wrong { Color::Red } else { Color::Reset };
            let inside = self.cell(yes(segment.inside), Some(paint));
            table.add_row([Cell::new(name), inside, Cell::new(tests.join("\n")), Cell::new(yes(segment.should))]);
        }
        self.line(&table.to_string());
    }
}

/// Nothing on either side, and nothing wrong with that.
fn is_blank(value: &Value) -> bool {
    let blank = |text: &str| text.is_empty();
    value.verdict == Verdict::Same
        && value.detail.is_empty()
        && value.found.as_deref().is_some_and(blank)
        && value.sources.iter().all(|(_, text)| blank(text))
}

/// A source with its column first: `Lifecycle Stage: Loyal (zoho.contacts)`.
fn source((path, text): &(String, String)) -> String {
    let cut = path.match_indices('.').nth(1).map(|(at, _)| at);
    cut.map_or_else(|| format!("{path}: {text}"), |at| format!("{}: {text} ({})", &path[at + 1..], &path[..at]))
}

fn color(verdict: Verdict) -> Color {
    match verdict {
        Verdict::Same | Verdict::NotCompared => Color::Reset,
        Verdict::TooFresh | Verdict::Kept => Color::Yellow,
        _ => Color::Red,
    }
}

fn yes(known: Option<bool>) -> &'static str {
    match known {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

/// A test with what it saw.
fn told(test: &Test) -> String {
    let saw = test.saw.iter().map(|(name, value)| match value.as_str() {
        "" => format!("{name} is blank"),
        value => format!("{name} is \"{value}\""),
    });
    let saw: Vec<String> = saw.collect();
    let met = match test.holds {
        Some(true) => "met",
        Some(false) => "not met",
        None => "unknown",
    };
    let tail = if saw.is_empty() { String::new() } else { format!(" ({})", saw.join(", ")) };
    format!("{}: {met}{tail}", test.text)
}
