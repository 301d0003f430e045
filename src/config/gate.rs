//! How bad each kind of change to the mapping is: the `gate:` section of crmlint.yaml.

use super::refuse;
use crate::error::Result;
use crate::findings::Severity;
use crate::mapping::changes::{CATEGORIES, named};
use crate::text::nearest;
use crate::yaml::{Document, Node};

/// Reads the section.
pub(super) fn read(document: &Document) -> Result<Vec<(String, Option<Severity>)>> {
    let mut levels = Vec::new();
    for entry in document.root.get("gate").map(Node::entries).unwrap_or_default() {
        let names = || CATEGORIES.iter().map(|category| category.name);
        let Some(category) = named(&entry.key) else {
            let said = format!("`{}` is no kind of change", entry.key);
            let near = nearest(&entry.key, names()).map(|near| format!("did you mean `{near}`? "));
            let help = format!("{}kinds are: {}", near.unwrap_or_default(), names().collect::<Vec<_>>().join(", "));
            return refuse(document, &Node { mark: entry.mark, ..entry.node.clone() }, said, &help);
        };
        let level = entry.node.text().and_then(Severity::parse);
        if category.fixed && level != Some(category.severity) {
            let said = format!("`{}` is always an error", entry.key);
            return refuse(document, &entry.node, said, "consent is not for a config to decide: take the line out");
        }
        levels.push((entry.key.clone(), level));
    }
    Ok(levels)
}
