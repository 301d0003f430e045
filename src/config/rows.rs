//! How many records an export said it holds: the `rows:` of a source.

use crate::error::Place;
use crate::shape::Shape;
use crate::yaml::{Document, Node, number};

/// A number for the whole source, or one a module.
pub(super) const ROWS: Shape = Shape::Any(&[Shape::Count, Shape::MapOf(&Shape::Count)]);

/// A declared number of records.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The module it is about; the whole source otherwise.
    pub module: Option<String>,
    /// How many.
    pub rows: u64,
    /// Where it is written.
    pub place: Place,
}

/// Reads the key.
pub(super) fn expected(document: &Document, node: &Node) -> Vec<Expected> {
    let Some(rows) = node.get("rows") else { return Vec::new() };
    let one = |module: Option<String>, value: &Node| {
        let rows = value.text().and_then(number).filter(|rows| *rows >= 0.0)? as u64;
        Some(Expected { module, rows, place: document.place(value.mark) })
    };
    let modules =
        rows.entries().iter().filter_map(|entry| one(Some(entry.key.to_lowercase().replace(' ', "_")), &entry.node));
    one(None, rows).into_iter().chain(modules).collect()
}
