//! The mapping document: YAML in, a typed model out, every entry with its place.
//!
//! A mapping that does not parse, or holds a key that does not exist, stops the run; one that says too little is found.

mod attributes;
pub mod causes;
mod changed_attributes;
mod changed_segments;
mod changed_values;
pub mod changes;
pub mod conditions;
pub mod expr;
pub mod journeys;
pub mod keys;
pub mod listed;
pub mod listed_conditions;
pub mod lower;
mod people;
pub mod reads;
pub mod spelling;
pub mod stamps;
mod tags;
mod test_people;
mod topics;
pub mod typo;
mod vouch;

use std::path::Path;

use ahash::AHashMap;

pub use attributes::{Allowed, Attribute, From};
pub use journeys::{Event, Journey, Kind, Module, Segment};
pub use tags::Tags;
pub use test_people::TestPerson;

use attributes::{attribute, values};
use journeys::{Known, event, journey, module, segment};

use crate::error::Result;
use crate::matching::people::Field;
use crate::shape;
use crate::yaml::{Document, Entry, Mark, Node};

/// A text and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub mark: Mark,
}

/// What the names of datasets of earlier snapshots begin with: `prev.zoho.contacts`.
pub const EARLIER: &str = "prev.";

/// A column of a dataset, as the mapping names it: `zoho.contacts.Lifecycle Stage`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnPath {
    /// `zoho.contacts`
    pub dataset: String,
    /// `Lifecycle Stage`
    pub column: String,
}

impl ColumnPath {
    /// Reads `source.module.column`; the column may hold dots itself.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(earlier) = text.strip_prefix(EARLIER) {
            let path = Self::parse(earlier)?;
            return Some(Self { dataset: format!("{EARLIER}{}", path.dataset), column: path.column });
        }
        let (source, rest) = text.split_once('.')?;
        let (module, column) = rest.split_once('.')?;
        let filled = [source, module, column].iter().all(|part| !part.trim().is_empty());
        filled.then(|| Self {
            dataset: format!("{}.{}", source.trim(), module.trim()).to_lowercase(),
            column: column.trim().to_owned(),
        })
    }

    /// The name of the source: `zoho`.
    pub fn source(&self) -> &str {
        self.dataset.split('.').next().unwrap_or_default()
    }
}

impl std::fmt::Display for ColumnPath {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}.{}", self.dataset, self.column)
    }
}

/// A key that joins a profile to a record of another system.
#[derive(Debug, Clone)]
pub struct IdentityKey {
    /// The attribute on the profile.
    pub attribute: Spot,
    /// The column it comes from.
    pub source: Option<ColumnPath>,
}

/// The mapping document.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The document, for places.
    pub document: Document,
    /// The canonical identifier.
    pub canonical: Option<IdentityKey>,
    /// Further keys.
    pub also: Vec<IdentityKey>,
    /// Columns by which people are recognised, by field.
    pub match_on: Vec<(Field, Vec<ColumnPath>)>,
    /// Which profile survives when two are one person.
    pub merge_rule: Option<Spot>,
    /// An id that all systems share.
    pub external_id: Option<Spot>,
    /// Mapped attributes in document order.
    pub attributes: Vec<Attribute>,
    /// Where each of them stands among them.
    places: AHashMap<String, usize>,
    /// Segments in document order.
    pub segments: Vec<Segment>,
    /// Planned events in document order.
    pub events: Vec<Event>,
    /// Journeys in document order.
    pub journeys: Vec<Journey>,
    /// What holds for every journey.
    pub workspace: Option<Journey>,
    /// The date of the first validated run, or `no`.
    pub validated: Option<Spot>,
    /// Named people to validate the sync with.
    pub test_people: Vec<TestPerson>,
    /// Modules in scope, when stated.
    pub modules: Option<Vec<Module>>,
    /// Texts that mean missing everywhere.
    pub missing: Vec<String>,
    /// How late the sync may be.
    pub lag: Option<Spot>,
    /// The attribute that says when the sync last wrote a profile.
    pub written_at: Option<Spot>,
    /// Tags that the team names.
    pub tags: Tags,
    /// Systems that may own a field, beside the sources.
    pub systems: Vec<String>,
    /// Fields that must not be synced, and are not shown.
    pub sensitive: Vec<String>,
}

impl Mapping {
    /// Reads and checks a mapping file.
    pub fn read(path: &Path, name: &str) -> Result<Self> {
        Self::build(Document::read(path, name)?)
    }

    /// Checks a document and reads its model.
    pub fn build(document: Document) -> Result<Self> {
        shape::check(&document, &keys::MAPPING)?;
        vouch::duration(&document, &document.root, "lag")?;
        vouch::day(&document, &document.root, "validated", "no")?;
        vouch::day(&document, &document.root, "stamped_since", "")?;
        vouch::journeys(&document)?;
        vouch::segments(&document)?;
        for entry in under(&document.root, "attributes") {
            vouch::attribute(&document, entry)?;
            vouch::duration(&document, &entry.node, "lag")?;
            vouch::day(&document, &entry.node, "alias_cutover", "")?;
        }
        let root = &document.root;
        let missing = root.get_texts("missing");
        let identity = root.get("identity");
        let attributes: Vec<Attribute> =
            under(root, "attributes").iter().map(|entry| attribute(entry, &missing)).collect();
        let segments: Vec<Segment> =
            under(root, "segments").iter().filter_map(|entry| segment(&document, entry, &attributes)).collect();
        let events: Vec<Event> = under(root, "events").iter().map(event).collect();
        let known = Known { segments: &segments, events: &events, attributes: &attributes };
        let journeys = under(root, "journeys").iter();
        let journeys = journeys.map(|entry| journey(&entry.key, entry.mark, &entry.node, &known)).collect();
        let workspace = root.get("workspace").map(|node| journey("workspace", node.mark, node, &known));
        let mut mapping = Self {
            canonical: identity.and_then(|node| identity_key(node, "canonical")),
            also: identity.and_then(|node| node.get("also")).map(also).unwrap_or_default(),
            match_on: people::match_on(&document, identity)?,
            merge_rule: identity.and_then(|node| spot(node, "merge_rule")),
            external_id: identity.and_then(|node| spot(node, "external_id")),
            journeys,
            workspace,
            validated: spot(root, "validated"),
            modules: root.get("modules").map(|node| node.entries().iter().map(module).collect()),
            places: attributes.iter().map(|attribute| attribute.name.clone()).zip(0..).collect(),
            attributes,
            segments,
            events,
            missing,
            lag: spot(root, "lag"),
            written_at: spot(root, "written_at"),
            tags: tags::tags(root),
            systems: root.get_texts("systems"),
            sensitive: root.get_texts("sensitive"),
            test_people: Vec::new(),
            document: document.clone(),
        };
        mapping.test_people = test_people::read(&mapping)?;
        Ok(mapping)
    }

    /// The attribute of a name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(*self.places.get(name)?)
    }

    /// Whether the document names an attribute, as an entry, a key of people or a stamp.
    pub fn names_attribute(&self, name: &str) -> bool {
        let clocks = self.written_at.iter().chain(self.attributes.iter().filter_map(|entry| entry.written_at.as_ref()));
        let keys = self.canonical.iter().chain(&self.also).map(|key| &key.attribute);
        let mut named = keys.chain(clocks);
        self.attribute(name).is_some() || named.any(|spot| spot.text == name) || self.is_stamp(name)
    }

    /// Keys that the document uses and no rule of this version reads, in the order of the document.
    pub fn unread(&self) -> Vec<String> {
        const INNER: &[(&str, &[&str])] = &[("events", &["person"])];
        let mut found = Vec::new();
        for (section, keys) in INNER {
            let holders = under(&self.document.root, section);
            let used = keys.iter().filter(|key| holders.iter().any(|holder| holder.node.get(key).is_some()));
            found.extend(used.map(|key| format!("{section}.{key}")));
        }
        found
    }

    /// Every column that the document names, sources and keys.
    pub fn columns(&self) -> Vec<ColumnPath> {
        let from = self.attributes.iter().flat_map(|attribute| &attribute.from);
        let lookups = from.flat_map(|from| {
            std::iter::once(from.column.clone()).chain(from.helpers.iter().map(|(_, path)| path.clone()))
        });
        let keys = self.canonical.iter().chain(&self.also).map(|key| key.source.clone());
        lookups.chain(keys).flatten().collect()
    }
}

fn under<'a>(root: &'a Node, key: &str) -> &'a [Entry] {
    root.get(key).map(Node::entries).unwrap_or_default()
}

fn spot(node: &Node, key: &str) -> Option<Spot> {
    let node = node.get(key)?;
    Some(Spot { text: node.text()?.to_owned(), mark: node.mark })
}

fn identity_key(node: &Node, key: &str) -> Option<IdentityKey> {
    let attribute = spot(node, key)?;
    Some(IdentityKey { attribute, source: node.get_text("source").and_then(|text| ColumnPath::parse(&text)) })
}

fn also(node: &Node) -> Vec<IdentityKey> {
    node.items().into_iter().filter_map(|item| identity_key(item, "attribute")).collect()
}
