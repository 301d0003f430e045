//! People whom the team follows through both systems: `test_people:` of the mapping.

use super::Spot;
use crate::error::{Error, Result};
use crate::shape::{Key, Shape, key};
use crate::yaml::{Document, Entry, Mark, Node};

/// Keys of an entry beside those that name the person.
pub const OWN: &[Key] = &[
    key("expect", Shape::MapOf(&Shape::Text), "attribute: the value that the profile must hold"),
    key("in", crate::shape::TEXTS, "segments that the person must be in"),
    key("note", Shape::Text, "free text for readers"),
];

/// A named person.
#[derive(Debug, Clone)]
pub struct TestPerson {
    /// Where the entry stands.
    pub mark: Mark,
    /// What the person is found by: attribute and value.
    pub keys: Vec<(Spot, Spot)>,
    /// What the profile must hold: attribute and value.
    pub expect: Vec<(Spot, Spot)>,
    /// The segments the person must be in.
    pub within: Vec<Spot>,
}

/// The people of a document. An entry that names nobody stops the run: it would test nothing.
pub(super) fn test_people(document: &Document) -> Result<Vec<TestPerson>> {
    let items = document.root.get("test_people").map(Node::items).unwrap_or_default();
    items.into_iter().map(|node| person(document, node)).collect()
}

fn person(document: &Document, node: &Node) -> Result<TestPerson> {
    let is_own = |entry: &&Entry| OWN.iter().any(|own| own.name == entry.key);
    let keys = pairs(node.entries().iter().filter(|entry| !is_own(entry)));
    if keys.is_empty() {
        let fault = document.fault(node.mark, "a test person has nothing to be found by");
        return Err(Error::usage(fault.help("write an attribute and its value: {email: ada@example.com, in: [VIP]}")));
    }
    let expect = node.get("expect").map(Node::entries).unwrap_or_default();
    let within = node.get("in").map(Node::items).unwrap_or_default();
    let within = within.into_iter().filter_map(|node| Some(Spot { text: node.text()?.to_owned(), mark: node.mark }));
    Ok(TestPerson { mark: node.mark, keys, expect: pairs(expect.iter()), within: within.collect() })
}

fn pairs<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<(Spot, Spot)> {
    let pair = |entry: &Entry| {
        let value = entry.node.text().filter(|text| !text.trim().is_empty())?.to_owned();
        let name = Spot { text: entry.key.clone(), mark: entry.mark };
        Some((name, Spot { text: value, mark: entry.node.mark }))
    };
    entries.filter_map(pair).collect()
}
