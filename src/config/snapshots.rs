//! What a run stores for later runs to compare with, and where.

use std::path::{Path, PathBuf};

use crate::shape::{Key, Shape, TEXTS, key};
use crate::yaml::Node;

pub(super) const SNAPSHOTS: &[Key] = &[
    key("folder", Shape::Text, "where a run stores the watched columns, relative to this file"),
    key("watch", TEXTS, "columns beside the mapped ones: zoho.contacts.Tag"),
    key("values", Shape::Word(&["plain", "hashes"]), "whether values are stored, or keyed hashes of them"),
];

/// Where snapshots go.
#[derive(Debug, Clone)]
pub struct Snapshots {
    /// The folder.
    pub folder: PathBuf,
    /// Columns beside the mapped ones.
    pub watch: Vec<String>,
    /// Whether keyed hashes stand in the place of values.
    pub hashes: bool,
}

impl Snapshots {
    pub(super) fn read(node: &Node, base: &Path) -> Self {
        Self {
            folder: base.join(node.get_text("folder").unwrap_or_else(|| ".crmlint/snapshots".to_owned())),
            watch: node.get_texts("watch"),
            hashes: node.get_text("values").is_some_and(|values| values == "hashes"),
        }
    }
}
