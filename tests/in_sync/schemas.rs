//! `docs/schema/` and the tables of keys: both are what `crmlint schema` says.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use crmlint::mapping::changes::CATEGORIES;
use serde_json::Value;

use super::support::{cell, crmlint, filled, in_sync, root};

#[test]
fn schemas_are_what_the_program_prints() {
    for name in ["config", "mapping", "rule", "report", "trace", "notify"] {
        in_sync(&root().join(format!("docs/schema/{name}.schema.json")), &crmlint(&["schema", name]));
    }
}

#[test]
fn the_pages_of_both_documents_name_every_key() {
    for name in ["config", "mapping"] {
        let schema: Value = serde_json::from_str(&crmlint(&["schema", name])).expect("a schema");
        let mut tables = Tables::default();
        tables.object("The document", &schema);
        let file = root().join(format!("docs/{name}.md"));
        let page = fs::read_to_string(&file).expect("the page");
        in_sync(&file, &filled(&page, "keys", &tables.text));
        let example = super::examples::blocks(&page, "yaml").join("\n");
        // Names of Zoho's own fields stand in their table; one of them is example enough.
        let ours = tables.keys.iter().filter(|key| key.starts_with(|letter: char| !letter.is_ascii_uppercase()));
        let unused: Vec<&String> = ours.filter(|key| !example.contains(&format!("{key}:"))).collect();
        assert!(unused.is_empty(), "docs/{name}.md has no example of: {unused:?}");
    }
}

#[test]
fn the_page_of_the_gate_names_every_kind_of_change() {
    let mut table = String::from("| Kind | What changed | Where you say nothing |\n| --- | --- | --- |\n");
    for category in &CATEGORIES {
        let fixed = if category.fixed { ", always" } else { "" };
        let _ =
            writeln!(table, "| `{}` | {} | {}{fixed} |", category.name, cell(category.about), category.severity.name());
    }
    let file = root().join("docs/gate.md");
    let page = fs::read_to_string(&file).expect("the page");
    in_sync(&file, &filled(&page, "changes", &table));
}

/// One table an object, the document's own first, the others below it in the order of the keys.
#[derive(Default)]
struct Tables {
    text: String,
    keys: BTreeSet<String>,
}

impl Tables {
    fn object(&mut self, title: &str, schema: &Value) {
        let Some(properties) = schema["properties"].as_object() else { return };
        let _ = writeln!(self.text, "### {title}\n\n| Key | Takes | Meaning |\n| --- | --- | --- |");
        for (key, inner) in properties {
            let about = inner["description"].as_str().expect("every key is described");
            let _ = writeln!(self.text, "| `{key}` | {} | {} |", cell(&takes(inner)), cell(about));
            self.keys.insert(key.clone());
        }
        self.text.push('\n');
        for (key, inner) in properties {
            let (path, inner) = nested(key, inner);
            let title = if title == "The document" { path } else { format!("{}.{path}", title.trim_matches('`')) };
            self.object(&format!("`{title}`"), inner);
        }
    }
}

/// The object below a key, whether it stands there itself, in a list, under names of the user's, or as one of several forms.
fn nested<'a>(path: &str, schema: &'a Value) -> (String, &'a Value) {
    // Beside keys of the team's own there may be known ones.
    if schema["properties"].is_object() {
        return (path.to_owned(), schema);
    }
    if schema["additionalProperties"].is_object() {
        return nested(&format!("{path}.<name>"), &schema["additionalProperties"]);
    }
    if schema["items"].is_object() {
        return nested(&format!("{path}[]"), &schema["items"]);
    }
    let forms = schema["anyOf"].as_array().into_iter().flatten();
    let object = forms.into_iter().find(|form| form["properties"].is_object());
    (path.to_owned(), object.unwrap_or(schema))
}

/// What a value may be, in words.
fn takes(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        return words.join(", ");
    }
    if schema["properties"].is_object() {
        return "keys (below)".to_owned();
    }
    if schema["additionalProperties"].is_object() {
        return format!("names, each with {}", takes(&schema["additionalProperties"]));
    }
    if schema["items"].is_object() {
        return format!("list of {}", takes(&schema["items"]));
    }
    if let Some(forms) = schema["anyOf"].as_array() {
        let mut words: Vec<String> = forms.iter().map(takes).collect();
        words.dedup();
        return if words.iter().any(|word| word == "number") { "number or %".to_owned() } else { words.join(" or ") };
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    match types.as_slice() {
        ["boolean"] => "`true`, `false`".to_owned(),
        ["array"] => "list".to_owned(),
        types if types.contains(&"string") => "text".to_owned(),
        [] => "anything".to_owned(),
        types => types.join(", "),
    }
}
