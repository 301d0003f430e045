//! What the conditions of segments read, by the document alone: text in, attributes with their places out.

use super::expr::{self, Scope, Type};
use super::{Attribute, ColumnPath, EARLIER, Spot};
use crate::yaml::{Document, Node};

/// Attributes that every profile may have, with the types Customer.io gives them.
pub const RESERVED: &[(&str, Type)] = &[
    ("id", Type::Text),
    ("email", Type::Text),
    ("phone", Type::Text),
    ("cio_id", Type::Text),
    ("created_at", Type::Timestamp),
    ("_created_in_customerio_at", Type::Timestamp),
    ("unsubscribed", Type::Boolean),
    ("timezone", Type::Text),
];

/// How conditions read an attribute: by its declared type, else as Customer.io does; nothing for names that neither knows.
pub fn type_of(name: &str, attribute: Option<&Attribute>) -> Option<Type> {
    if attribute.is_some_and(|attribute| attribute.is_role("tags")) {
        return Some(Type::List);
    }
    if let Some(kind) = attribute.and_then(|attribute| attribute.kind.as_ref()) {
        return Some(match kind.text.as_str() {
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            "timestamp" | "date" => Type::Timestamp,
            "list" => Type::List,
            _ => Type::Text,
        });
    }
    let reserved = RESERVED.iter().find(|(known, _)| *known == name).map(|(_, ty)| *ty);
    reserved.or_else(|| attribute.map(|_| Type::Unknown))
}

/// The dataset of profiles under the name it has without a config; the module tells it from other datasets.
const PROFILES: &str = "customerio.people";

/// Every name is one: whether an export has it is asked where the exports are known.
struct Names<'a>(&'a [Attribute]);

impl Scope for Names<'_> {
    fn resolve(&self, parts: &[String]) -> Option<(String, Type)> {
        match parts {
            [name] => {
                let attribute = self.0.iter().find(|attribute| attribute.name == *name);
                Some((format!("{PROFILES}.{name}"), type_of(name, attribute).unwrap_or(Type::Unknown)))
            }
            _ => Some((parts.join("."), Type::Unknown)),
        }
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The attributes that a condition reads, in its order. One that does not parse reads none, and stops the run elsewhere.
pub(super) fn reads(document: &Document, node: &Node, attributes: &[Attribute]) -> Vec<Spot> {
    let text = node.text().unwrap_or_default();
    let Ok(condition) = expr::parse(text, &Names(attributes)) else { return Vec::new() };
    let columns = condition.columns();
    let paths = columns.iter().filter_map(|(name, _)| ColumnPath::parse(name.strip_prefix(EARLIER).unwrap_or(name)));
    let own = paths.filter(|path| path.dataset.ends_with(".people"));
    let mut found: Vec<Spot> =
        own.map(|path| Spot { mark: document.inside(node, word(text, &path.column)), text: path.column }).collect();
    found.sort_by_key(|spot| spot.mark);
    found.dedup();
    found
}

/// Where a name stands in a condition, texts in quotes left out.
fn word(text: &str, name: &str) -> usize {
    let inner = |c: char| c.is_alphanumeric() || c == '_';
    let found = text.match_indices(name).find(|(at, _)| {
        let (before, after) = (&text[..*at], &text[at + name.len()..]);
        let whole = !before.ends_with(inner) && !after.starts_with(inner);
        whole && before.matches('\'').count() % 2 == 0
    });
    found.map_or(0, |(at, _)| at)
}
