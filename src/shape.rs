//! The shape of the user's documents: one table says which keys there are, refuses the others and names the nearest,
//! and writes the JSON Schema that editors complete from.

use serde_json::{Map, Value as Json, json};

use crate::error::{Error, Result};
use crate::text::nearest;
use crate::yaml::{Document, Entry, Node, Value, number};

/// What a value may be.
#[derive(Debug)]
pub enum Shape {
    /// Any scalar, read as text.
    Text,
    /// A whole number from 0 on.
    Count,
    /// A share from 0 to 1, also `5%`.
    Share,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A map with these keys.
    Object(&'static [Key]),
    /// A map with these keys beside others that the user chooses.
    Named(&'static [Key], &'static Shape),
    /// A map whose keys the user chooses.
    MapOf(&'static Shape),
    /// A list.
    ListOf(&'static Shape),
    /// The first of these whose outer form (scalar, list or map) fits.
    Any(&'static [Shape]),
    /// Anything: the parameters of a rule, checked by its kind.
    Free,
}

/// A key of a document.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What stands under it.
    pub shape: Shape,
    /// Whether the document is refused without it.
    pub required: bool,
    /// One sentence for editors and docs.
    pub about: &'static str,
}

/// An optional key.
pub const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, required: false, about }
}

/// A key that must be there.
pub const fn required(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, required: true, about }
}

/// One text or several.
pub const TEXTS: Shape = Shape::Any(&[Shape::Text, Shape::ListOf(&Shape::Text)]);

/// Refuses a document that does not fit, at the place of the fault.
pub fn check(document: &Document, shape: &Shape) -> Result<()> {
    Walk { document }.node(&document.root, shape, "the document")
}

/// Refuses a part of a document that does not fit.
pub fn check_part(document: &Document, node: &Node, shape: &Shape, route: &str) -> Result<()> {
    Walk { document }.node(node, shape, route)
}

struct Walk<'a> {
    document: &'a Document,
}

impl Walk<'_> {
    fn fail(&self, node: &Node, message: String, help: String) -> Result<()> {
        Err(Error::usage(self.document.fault(node.mark, message).help(help)))
    }

    fn node(&self, node: &Node, shape: &Shape, route: &str) -> Result<()> {
        match (shape, &node.value) {
            (Shape::Free, _) | (Shape::Text, Value::Scalar(..)) | (_, Value::Null) => Ok(()),
            (Shape::Count, Value::Scalar(text, _)) if is_count(text) => Ok(()),
            (Shape::Share, Value::Scalar(text, _)) if is_share(text) => Ok(()),
            (Shape::Flag, Value::Scalar(text, _)) if text == "true" || text == "false" => Ok(()),
            (Shape::Word(words), Value::Scalar(text, _)) if words.contains(&text.as_str()) => Ok(()),
            (Shape::Word(words), Value::Scalar(text, _)) => {
                let help = nearest(text, words.iter().copied()).map_or_else(
                    || format!("write one of: {}", words.join(", ")),
                    |word| format!("did you mean `{word}`? It takes: {}", words.join(", ")),
                );
                self.fail(node, format!("{route} does not take `{text}`"), help)
            }
            (Shape::Object(keys), Value::Map(entries)) => self.object(node, keys, entries, route),
            (Shape::Named(keys, other), Value::Map(entries)) => entries.iter().try_for_each(|entry| {
                let shape = keys.iter().find(|key| key.name == entry.key).map_or(*other, |key| &key.shape);
                self.node(&entry.node, shape, &format!("{route}.{}", entry.key))
            }),
            (Shape::MapOf(inner), Value::Map(entries)) => {
                entries.iter().try_for_each(|entry| self.node(&entry.node, inner, &format!("{route}.{}", entry.key)))
            }
            (Shape::ListOf(inner), Value::List(items)) => items
                .iter()
                .enumerate()
                .try_for_each(|(at, item)| self.node(item, inner, &format!("{route}[{}]", at + 1))),
            (Shape::Any(shapes), _) => match shapes.iter().find(|shape| outer(shape, &node.value)) {
                Some(shape) => self.node(node, shape, route),
                None => self.mismatch(node, shape, route),
            },
            _ => self.mismatch(node, shape, route),
        }
    }

    fn object(&self, node: &Node, keys: &'static [Key], entries: &[Entry], route: &str) -> Result<()> {
        for entry in entries {
            let Some(key) = keys.iter().find(|key| key.name == entry.key) else {
                let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
                let help = nearest(&entry.key, names.iter().copied()).map_or_else(
                    || format!("the keys here are: {}", names.join(", ")),
                    |near| format!("did you mean `{near}`? The keys here are: {}", names.join(", ")),
                );
                let fault = self.document.fault(entry.mark, format!("unknown key `{}` in {route}", entry.key));
                return Err(Error::usage(fault.help(help)));
            };
            let inner = if route == "the document" { entry.key.clone() } else { format!("{route}.{}", entry.key) };
            self.node(&entry.node, &key.shape, &inner)?;
        }
        for key in keys.iter().filter(|key| key.required) {
            if node.get(key.name).is_none() {
                self.fail(node, format!("{route} needs the key `{}`", key.name), key.about.to_owned())?;
            }
        }
        Ok(())
    }

    fn mismatch(&self, node: &Node, shape: &Shape, route: &str) -> Result<()> {
        self.fail(node, format!("{route} is {}", form(&node.value)), format!("it takes {}", takes(shape)))
    }
}

fn is_count(text: &str) -> bool {
    !text.ends_with('%') && number(text).is_some_and(|count| count >= 0.0 && count.fract() == 0.0)
}

fn is_share(text: &str) -> bool {
    number(text).is_some_and(|share| (0.0..=1.0).contains(&share))
}

fn outer(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (Shape::Text, Value::Scalar(..)) | (Shape::Free, _) => true,
        (Shape::Count, Value::Scalar(text, _)) => is_count(text),
        (Shape::Share, Value::Scalar(text, _)) => is_share(text),
        (Shape::Flag, Value::Scalar(text, _)) => text == "true" || text == "false",
        (Shape::Word(words), Value::Scalar(text, _)) => words.contains(&text.as_str()),
        (Shape::Object(_) | Shape::Named(..) | Shape::MapOf(_), Value::Map(_)) | (Shape::ListOf(_), Value::List(_)) => {
            true
        }
        (Shape::Any(shapes), value) => shapes.iter().any(|shape| outer(shape, value)),
        _ => false,
    }
}

fn form(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Scalar(..) => "a single value that does not fit",
        Value::List(_) => "a list",
        Value::Map(_) => "a map of keys",
    }
}

fn takes(shape: &Shape) -> String {
    match shape {
        Shape::Text => "a text".to_owned(),
        Shape::Count => "a whole number, such as 10".to_owned(),
        Shape::Share => "a share between 0 and 1, such as 0.05 or 5%".to_owned(),
        Shape::Flag => "true or false".to_owned(),
        Shape::Word(words) => format!("one of: {}", words.join(", ")),
        Shape::Object(keys) => format!("the keys: {}", keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")),
        Shape::Named(keys, _) => {
            let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
            format!("keys of your own beside: {}", names.join(", "))
        }
        Shape::MapOf(inner) => format!("keys of your own, each with {}", takes(inner)),
        Shape::ListOf(inner) => format!("a list, each item {}", takes(inner)),
        Shape::Any(shapes) => shapes.iter().map(takes).collect::<Vec<_>>().join("; or "),
        Shape::Free => "anything".to_owned(),
    }
}

/// The JSON Schema of a document.
pub fn json_schema(title: &str, about: &str, shape: &Shape) -> Json {
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(title));
    schema.insert("description".to_owned(), json!(about));
    if let Json::Object(inner) = shape_schema(shape) {
        schema.extend(inner);
    }
    Json::Object(schema)
}

fn shape_schema(shape: &Shape) -> Json {
    match shape {
        Shape::Text => json!({ "type": ["string", "number", "boolean", "null"] }),
        Shape::Count => {
            json!({ "anyOf": [{ "type": ["integer", "null"], "minimum": 0 }, { "type": "string", "pattern": "^[0-9][0-9_]*$" }] })
        }
        Shape::Share => {
            json!({ "anyOf": [{ "type": ["number", "null"], "minimum": 0, "maximum": 1 }, { "type": "string", "pattern": "^(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]+)?) *%$" }] })
        }
        Shape::Flag => json!({ "type": ["boolean", "null"] }),
        Shape::Word(words) => json!({ "anyOf": [{ "enum": words }, { "type": "null" }] }),
        Shape::MapOf(inner) => json!({ "type": ["object", "null"], "additionalProperties": shape_schema(inner) }),
        Shape::ListOf(inner) => json!({ "type": ["array", "null"], "items": shape_schema(inner) }),
        Shape::Any(shapes) => json!({ "anyOf": shapes.iter().map(shape_schema).collect::<Vec<_>>() }),
        Shape::Free => json!({}),
        Shape::Named(keys, other) => {
            json!({ "type": ["object", "null"], "properties": properties(keys), "additionalProperties": shape_schema(other) })
        }
        Shape::Object(keys) => {
            let needed: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
            json!({ "type": ["object", "null"], "properties": properties(keys), "required": needed, "additionalProperties": false })
        }
    }
}

fn properties(keys: &[Key]) -> Map<String, Json> {
    let described = keys.iter().map(|key| {
        let mut inner = shape_schema(&key.shape);
        if let Json::Object(map) = &mut inner {
            map.insert("description".to_owned(), json!(key.about));
        }
        (key.name.to_owned(), inner)
    });
    described.collect()
}
