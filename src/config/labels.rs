//! What Zoho's own fields are called in the exports of a source: the config in, pairs of Zoho's name and the label out.

use super::refuse;
use crate::error::Result;
use crate::exports::is_label;
use crate::shape::{Key, TEXTS, key};
use crate::yaml::{Document, Node};

/// Fields that every Zoho organisation has and rules look for by name. Users may rename each, and Zoho translates them.
pub const LABELS: &[Key] = &[
    key("Account Name", TEXTS, "its label, or several"),
    key("Closing Date", TEXTS, "its label, or several"),
    key("Contact Name", TEXTS, "its label, or several"),
    key("Converted Account", TEXTS, "its label, or several"),
    key("Converted Contact", TEXTS, "its label, or several"),
    key("Converted Date Time", TEXTS, "its label, or several"),
    key("Created By", TEXTS, "its label, or several"),
    key("Created Time", TEXTS, "its label, or several"),
    key("Data Source", TEXTS, "its label, or several"),
    key("Email", TEXTS, "its label, or several"),
    key("Email Opt Out", TEXTS, "its label, or several"),
    key("Industry", TEXTS, "its label, or several"),
    key("Is Converted", TEXTS, "its label, or several"),
    key("Lead Source", TEXTS, "its label, or several"),
    key("Lead Status", TEXTS, "its label, or several"),
    key("Modified By", TEXTS, "its label, or several"),
    key("Modified Time", TEXTS, "its label, or several"),
    key("Probability", TEXTS, "its label, or several"),
    key("Rating", TEXTS, "its label, or several"),
    key("Record Id", TEXTS, "its label, or several"),
    key("Related To", TEXTS, "its label, or several"),
    key("Stage", TEXTS, "its label, or several"),
    key("Stage Modified Time", TEXTS, "its label, or several"),
    key("Status", TEXTS, "its label, or several"),
    key("Tag", TEXTS, "its label, or several"),
    key("Unsubscribed Mode", TEXTS, "its label, or several"),
    key("Unsubscribed Time", TEXTS, "its label, or several"),
];

/// What the fields of Zoho are called in the exports of a source.
pub(super) fn read(document: &Document, node: &Node) -> Result<Vec<(String, String)>> {
    let Some(given) = node.get("labels") else { return Ok(Vec::new()) };
    if node.get_text("kind").is_some_and(|kind| kind != "zoho") {
        let help = "columns of other systems are named in the mapping";
        return refuse(document, given, "`labels:` is for Zoho's fields".to_owned(), help);
    }
    let mut found: Vec<(String, String)> = Vec::new();
    for entry in given.entries() {
        for text in given.get_texts(&entry.key) {
            let label = label_of(&text).to_owned();
            let known = found.iter().find(|(_, known)| is_label(known, &label));
            if known.is_some_and(|(other, _)| *other == entry.key) {
                continue;
            }
            if let Some((other, _)) = known {
                let message = format!("`{label}` cannot be both {other} and {}", entry.key);
                return refuse(document, &entry.node, message, "each label is one field of Zoho");
            }
            found.push((entry.key.clone(), label));
        }
    }
    Ok(found)
}

/// The label of a field: a lookup has two columns, `Kontakt.id` and `Kontakt`, and either one names it.
pub fn label_of(text: &str) -> &str {
    let text = text.trim();
    text.strip_suffix(".id").unwrap_or(text)
}
