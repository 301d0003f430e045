//! What raises a planned event: `when:` of an event in, the field and the value that it changes to out.

use super::{ColumnPath, Event};

/// The change that raises an event: `zoho.deals.Stage -> Closed Won`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The field as it is written: a column, the name of an attribute, or words that name neither.
    pub field: String,
    /// The column, where it is one.
    pub column: Option<ColumnPath>,
    /// The value that it changes to; any where none is written.
    pub into: Option<String>,
}

impl Event {
    /// The change that raises it, as far as `when:` says.
    pub fn cause(&self) -> Option<Cause> {
        let when = self.when.as_ref()?.text.replace('→', "->");
        let (field, into) = match when.split_once("->") {
            Some((field, into)) => (field, Some(into.trim().trim_matches(['"', '\'']).to_owned())),
            None => (when.as_str(), None),
        };
        let field = field.trim().to_owned();
        Some(Cause { column: ColumnPath::parse(&field), field, into: into.filter(|into| !into.is_empty()) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Event, Spot};
    use crate::yaml::Mark;

    fn cause(when: &str) -> (String, Option<String>, Option<String>) {
        let mark = Mark { line: 1, column: 1, offset: 0 };
        let when = Some(Spot { text: when.to_owned(), mark });
        let event = Event { name: "e".to_owned(), mark, when, properties: Vec::new(), via: None };
        let cause = event.cause().expect("a cause");
        (cause.field, cause.column.map(|path| path.to_string()), cause.into)
    }

    #[test]
    fn an_arrow_names_the_value() {
        let stage = || Some("zoho.deals.Stage".to_owned());
        let field = || "zoho.deals.Stage".to_owned();
        assert_eq!(cause("zoho.deals.Stage -> Closed Won"), (field(), stage(), Some("Closed Won".to_owned())));
        assert_eq!(cause("zoho.deals.Stage → \"Lost\""), (field(), stage(), Some("Lost".to_owned())));
        assert_eq!(cause("zoho.deals.Stage"), (field(), stage(), None));
        assert_eq!(cause("an order is paid"), ("an order is paid".to_owned(), None, None));
    }
}
