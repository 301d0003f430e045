//! What attributes are for: those that are read and not mapped, mapped and not read, or mapped without a word of why.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, no_mapping};
use super::reserved_name::is_reserved;
use super::{Ask, Kind, Stage};
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::reads::Read;
use crate::mapping::{Attribute, Mapping};
use crate::shape::{Shape, required};
use crate::text::nearest;
use crate::yaml::{Mark, Node};

pub(super) static KIND: Kind = Kind {
    name: "attribute-use",
    about: "attributes that segments and journeys read, against those that the mapping has",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["unmapped", "unused", "unstated"]),
        "unmapped: read and not mapped; unused: mapped and read by nothing; unstated: mapped without a word of what for",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// What reads each attribute, and where it says so.
type Reads<'a> = BTreeMap<&'a str, Vec<Read<'a>>>;

/// What the declared segments and journeys read themselves, by attribute.
fn reads(mapping: &Mapping) -> Reads<'_> {
    let mut found = Reads::new();
    for read in mapping.reads().into_iter().filter(|read| read.through.is_none()) {
        found.entry(read.attribute).or_default().push(read);
    }
    found
}

/// Attributes that are looked at for their use: keys join people, and what Customer.io gives a meaning is read by it.
fn synced<'a>(mapping: &'a Mapping) -> impl Iterator<Item = &'a Attribute> {
    let is_key = |name: &str| mapping.canonical.iter().chain(&mapping.also).any(|key| key.attribute.text == name);
    let own = move |attribute: &&'a Attribute| {
        let spoken_for = is_reserved(&attribute.name) || attribute.is_consent() || attribute.is_role("email");
        !spoken_for && !is_key(&attribute.name)
    };
    mapping.attributes.iter().filter(own)
}

fn is_declared_use(attribute: &Attribute) -> bool {
    attribute.used_as.is_some() || attribute.used_by.iter().any(|user| !user.trim().is_empty())
}

/// Whether the document says what reads attributes at all; one of fields alone says nothing of their use.
fn tells_readers(mapping: &Mapping) -> bool {
    !(mapping.segments.is_empty() && mapping.journeys.is_empty()) && mapping.attributes.iter().any(is_declared_use)
}

/// Attributes whose entries say what they are for.
fn stated(mapping: &Mapping) -> BTreeSet<&str> {
    let entries = mapping.document.root.get("attributes").map(Node::entries).unwrap_or_default();
    let told = |node: &Node| node.get_text("used_for").is_some_and(|text| !text.trim().is_empty());
    let in_words = entries.iter().filter(|entry| told(&entry.node)).map(|entry| entry.key.as_str());
    let used = mapping.attributes.iter().filter(|attribute| is_declared_use(attribute));
    in_words.chain(used.map(|attribute| attribute.name.as_str())).collect()
}

fn unused<'a>(mapping: &'a Mapping, reads: &'a Reads<'_>) -> impl Iterator<Item = &'a Attribute> {
    synced(mapping).filter(|attribute| !is_declared_use(attribute) && !reads.contains_key(attribute.name.as_str()))
}

/// A gap where Customer.io listed a segment and not what it reads: that may be anything.
fn hidden(mapping: &Mapping) -> Option<Gap> {
    let segment = mapping.segments.iter().find(|segment| segment.hidden)?;
    let reason = "what it reads is not known: its condition is not in the file of segments".to_owned();
    Some(Gap { subject: format!("segment:{}", segment.name), reason, column: None })
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    let fault = params.get_text("fault").unwrap_or_default();
    if let Some(gap) = hidden(mapping).filter(|_| fault == "unused" && tells_readers(mapping)) {
        return Ask { gaps: vec![gap], ..Ask::default() };
    }
    let (subjects, reason) = match fault.as_str() {
        "unmapped" => (reads(mapping).len(), "no segment or journey of the mapping reads an attribute"),
        "unused" if tells_readers(mapping) => (synced(mapping).count(), "the mapping holds no attribute beside keys"),
        "unused" => (0, "the mapping declares no segments or journeys, or not for any attribute what uses it"),
        _ if stated(mapping).is_empty() => (0, "no attribute of the mapping states its use"),
        _ => (synced(mapping).count(), "the mapping holds no attribute beside keys"),
    };
    let gap = Gap { subject: "mapping:attributes".to_owned(), reason: reason.to_owned(), column: None };
    Ask { subjects, gaps: if subjects == 0 { vec![gap] } else { Vec::new() }, questions: Vec::new() }
}

fn judge(context: &Context<'_>, params: &Node, _: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let reads = reads(mapping);
    match params.get_text("fault").unwrap_or_default().as_str() {
        "unmapped" => unmapped(mapping, &reads),
        "unused" if tells_readers(mapping) && hidden(mapping).is_none() => unused(mapping, &reads)
            .map(|attribute| {
                let name = &attribute.name;
                let statement = format!("`{name}` is mapped, and no segment, journey or message reads it.");
                let action =
                    format!("Take `{name}` out of the sync, or say under `used_as:` or `used_by:` what reads it.");
                entry(mapping, name, attribute.mark, statement, action)
            })
            .collect(),
        "unused" => Vec::new(),
        _ => unstated(mapping, &reads),
    }
}

fn entry(mapping: &Mapping, name: &str, mark: Mark, statement: String, action: String) -> Hit {
    let subject = Subject::entry("mapping", &format!("attributes.{name}"));
    Hit::entry(subject, Some(mapping.document.place(mark)), statement, action)
}

/// Who reads it, each named once.
fn readers(reads: &[Read<'_>]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    reads
        .iter()
        .map(|read| read.reader)
        .filter(|reader| seen.insert(*reader))
        .map(|reader| reader.to_string())
        .collect()
}

fn unmapped(mapping: &Mapping, reads: &Reads<'_>) -> Vec<Hit> {
    // A name of before has a rule of its own.
    let was = |name: &str| mapping.attributes.iter().any(|attribute| attribute.was.iter().any(|was| was == name));
    let known = |name: &str| mapping.names_attribute(name) || is_reserved(name) || was(name);
    let missing = reads.iter().filter(|(name, _)| !known(name));
    let hits = missing.filter_map(|(name, by)| {
        let mark = by.first()?.mark;
        let statement = format!("`{name}` is read by {} and is not in the mapping.", readers(by).join(" and "));
        let mapped = mapping.attributes.iter().map(|attribute| attribute.name.as_str());
        let otherwise = format!("add `{name}` to the mapping with its source, type and owner.");
        let action = match nearest(name, mapped) {
            Some(near) => format!("Did you mean `{near}`? Otherwise {otherwise}"),
            None => format!("If it is right, {otherwise}"),
        };
        Some(entry(mapping, name, mark, statement, action))
    });
    hits.collect()
}

/// Entries that do not say what they are for, in a mapping where others do. What nothing reads is the other rule's.
fn unstated(mapping: &Mapping, reads: &Reads<'_>) -> Vec<Hit> {
    let stated = stated(mapping);
    if stated.is_empty() {
        return Vec::new();
    }
    let idle: BTreeSet<&str> = match tells_readers(mapping) {
        true => unused(mapping, reads).map(|attribute| attribute.name.as_str()).collect(),
        false => BTreeSet::new(),
    };
    let told = |attribute: &Attribute| attribute.role.is_some() || stated.contains(attribute.name.as_str());
    let silent = |attribute: &&Attribute| !told(attribute) && !idle.contains(attribute.name.as_str());
    let hits = synced(mapping).filter(silent).map(|attribute| {
        let name = &attribute.name;
        let (statement, action) = match reads.get(name.as_str()) {
            Some(by) => {
                let by = readers(by);
                let action = format!("Add what reads it to its entry: `used_by: [{}]`.", by.join(", "));
                (format!("`{name}` does not say what it is for, and is read by {}.", by.join(" and ")), action)
            }
            None => {
                let action = "Add `used_for:` with a word of why, or take it out of the sync.".to_owned();
                (format!("`{name}` does not say what it is for."), action)
            }
        };
        entry(mapping, name, attribute.mark, statement, action)
    });
    hits.collect()
}
