//! Faults in the making: what every refusal is put together from.

use std::fmt;

use super::Fault;
use super::source::Place;

/// Stands in until the place is known.
pub(super) const NOWHERE: Place = Place { start: 0, end: 0 };

/// A refusal at a place, without help.
pub(super) fn fault(place: Place, message: impl Into<String>) -> Fault {
    Fault { offset: place.start, length: place.end.saturating_sub(place.start), message: message.into(), help: None }
}

impl Fault {
    /// Adds what to do about it.
    pub(super) fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }

    /// Moves the fault to its place.
    pub(super) fn at(mut self, place: Place) -> Fault {
        (self.offset, self.length) = (place.start, place.end.saturating_sub(place.start));
        self
    }
}

/// A query where a value or a list is expected.
pub(super) fn subquery() -> Fault {
    fault(NOWHERE, "a query inside a condition is not supported: a segment looks at one person at a time")
}

/// The help for a name that was read as an SQL word.
pub(super) fn in_quotes(name: &str) -> String {
    format!("if {0} is a name, put it in double quotes: \"{0}\"", short(&name))
}

/// A message of sqlparser's in our words.
pub(super) fn sentence(message: &str) -> String {
    message.replacen("Expected: ", "expected ", 1).replacen(", found: ", ", found ", 1)
}

/// Text of a user, cut so that a message stays one line.
pub(super) fn short(text: &impl fmt::Display) -> String {
    let text = text.to_string().replace(char::is_control, " ");
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// The nearest of some names, when it is near.
pub(super) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: String = name.chars().take(120).flat_map(char::to_lowercase).collect();
    let limit = (wanted.chars().count() / 3).max(1);
    let near = |known: &'a str| (strsim::damerau_levenshtein(&wanted, &known.to_lowercase()), known);
    names.into_iter().map(near).filter(|(distance, _)| *distance <= limit).min().map(|(_, known)| known)
}
