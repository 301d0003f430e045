//! Cells that hold several values: a cell in, its items out. Tags come as a JSON list on profiles, and as text between
//! semicolons or commas from Zoho.

use std::borrow::Cow;

use serde_json::Value;

use crate::text::trim;

/// The items of a cell, each once, in the order of the cell. Blanks are none.
pub fn items(cell: &str) -> Vec<Cow<'_, str>> {
    let cell = trim(cell);
    let mut found: Vec<Cow<'_, str>> = Vec::new();
    for item in listed(cell).unwrap_or_else(|| split(cell)) {
        if !trim(&item).is_empty() && !found.contains(&item) {
            found.push(item);
        }
    }
    found
}

/// The items of a JSON list as they stand; a tag of Zoho's API is an object with a name.
fn listed(cell: &str) -> Option<Vec<Cow<'_, str>>> {
    let list: Vec<Value> = cell.starts_with('[').then(|| serde_json::from_str(cell).ok())??;
    let text = |item: Value| match item {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Object(mut object) => match object.remove("name") {
            Some(Value::String(name)) => name,
            _ => Value::Object(object).to_string(),
        },
        other => other.to_string(),
    };
    Some(list.into_iter().map(|item| Cow::Owned(text(item))).collect())
}

/// Which sign stands between items is not documented: commas are part of the text where there are semicolons.
fn split(cell: &str) -> Vec<Cow<'_, str>> {
    let between: &[char] = if cell.contains(';') { &[';'] } else { &[',', '、'] };
    cell.split(between).map(|item| Cow::Borrowed(trim(item))).collect()
}

#[cfg(test)]
mod tests {
    use super::items;

    #[test]
    fn a_cell_is_taken_apart_as_its_system_wrote_it() {
        let table: [(&str, &[&str]); 8] = [
            ("vip", &["vip"]),
            ("vip, VIP,nl-2024 , vip", &["vip", "VIP", "nl-2024"]),
            ("Sons, Ltd; vip;", &["Sons, Ltd", "vip"]),
            ("[\"vip\", \" a,b\", null, 7]", &["vip", " a,b", "7"]),
            ("[{\"name\":\"vip\",\"id\":\"1\"}]", &["vip"]),
            ("[vip]", &["[vip]"]),
            ("[]", &[]),
            (" ", &[]),
        ];
        for (cell, wanted) in table {
            assert_eq!(items(cell), wanted, "{cell}");
        }
    }
}
