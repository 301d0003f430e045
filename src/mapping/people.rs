//! What the mapping says about recognising people: columns by the field that each holds.

use super::{ColumnPath, Mapping};
use crate::error::{Error, Place, Result};
use crate::matching::people::Field;
use crate::text::nearest;
use crate::yaml::{Document, Node};

/// Columns by the field of a person that each holds.
pub(super) fn match_on(document: &Document, identity: Option<&Node>) -> Result<Vec<(Field, Vec<ColumnPath>)>> {
    let mut declared = Vec::new();
    let Some(node) = identity.and_then(|node| node.get("match_on")) else { return Ok(declared) };
    for entry in node.entries() {
        let names = || Field::ALL.into_iter().map(Field::name);
        let Some(field) = Field::parse(&entry.key) else {
            let fault = document.fault(entry.mark, format!("`{}` is no field that people are matched on", entry.key));
            let near = nearest(&entry.key, names()).map(|near| format!("did you mean {near}? "));
            let all = names().collect::<Vec<_>>().join(", ");
            return Err(Error::usage(fault.help(format!("{}fields are: {all}", near.unwrap_or_default()))));
        };
        declared.push((field, node.get_texts(&entry.key).iter().filter_map(|text| ColumnPath::parse(text)).collect()));
    }
    Ok(declared)
}

impl Mapping {
    /// Where the document speaks of people.
    pub fn identity_place(&self) -> Option<Place> {
        Some(self.document.place(self.document.root.get("identity")?.mark))
    }
}
