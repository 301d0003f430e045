//! The mapping document: YAML in, a typed model out, every entry with its place.
//!
//! A mapping that does not parse, or holds a key that does not exist, stops the run; one that says too little is found.

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

pub use journeys::{Event, Journey, Kind, Module, Segment};
pub use tags::Tags;
pub use test_people::TestPerson;

use journeys::{Known, event, journey, module, segment};

use crate::error::Result;
use crate::matching::people::Field;
use crate::shape;
use crate::yaml::{Document, Entry, Mark, Node, Value};

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

/// Where an attribute's value comes from.
#[derive(Debug, Clone)]
pub struct From {
    /// The text as written and its place.
    pub spot: Spot,
    /// The column it names, unless it names none.
    pub column: Option<ColumnPath>,
    /// Further columns it names: the lookup that leads to the person, the column that orders several records.
    pub helpers: Vec<(Spot, Option<ColumnPath>)>,
}

/// An allowed value in both spellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// As the source spells it.
    pub source: String,
    /// As the attribute spells it.
    pub attribute: String,
    /// Further spellings that the team declared.
    pub aliases: Vec<String>,
}

/// One mapped attribute.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The attribute's name on the profile.
    pub name: String,
    /// Where its key stands.
    pub mark: Mark,
    /// Its sources in fallback order.
    pub from: Vec<From>,
    /// Its declared type.
    pub kind: Option<Spot>,
    /// `state` or `moment`.
    pub nature: Option<Spot>,
    /// Its allowed values, if it lists any.
    pub values: Vec<Allowed>,
    /// Texts that mean missing here, the document's own included.
    pub missing: Vec<String>,
    /// The date after which aliases should be gone.
    pub alias_cutover: Option<Spot>,
    /// What a blank stands for.
    pub default: Option<String>,
    /// The system whose value is right.
    pub owner: Option<Spot>,
    /// Systems in the order in which their value counts.
    pub precedence: Vec<String>,
    /// What it is for.
    pub role: Option<String>,
    /// How Customer.io uses it, where declared.
    pub used_as: Option<String>,
    /// Segments and journeys that read it.
    pub used_by: Vec<String>,
    /// The zone of stamps without one.
    pub time_zone: Option<Spot>,
    /// How late its value may arrive.
    pub lag: Option<Spot>,
    /// The attribute that says when it was last written.
    pub written_at: Option<Spot>,
    /// Personal data that reports must not show.
    pub sensitive: bool,
    /// Earlier names.
    pub was: Vec<String>,
    /// Version of the list of values.
    pub version: Option<String>,
}

impl Attribute {
    /// Whether its declared type is one of these.
    pub fn is(&self, kinds: &[&str]) -> bool {
        self.kind.as_ref().is_some_and(|kind| kinds.contains(&kind.text.as_str()))
    }

    /// Whether it is declared to be for this.
    pub fn is_role(&self, role: &str) -> bool {
        self.role.as_deref() == Some(role)
    }

    /// Whether it is declared to be a `state` or a `moment`.
    pub fn is_nature(&self, nature: &str) -> bool {
        self.nature.as_ref().is_some_and(|declared| declared.text == nature)
    }

    /// Whether it carries consent: by its role, or by being Customer.io's own flag.
    pub fn is_consent(&self) -> bool {
        self.is_role("consent") || self.name == "unsubscribed"
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

fn from(node: &Node) -> Option<From> {
    let text = node.text().map(str::to_owned).or_else(|| node.get_text("column"))?;
    let helpers = ["through", "by"].into_iter().filter_map(|key| spot(node, key));
    let column = ColumnPath::parse(&text);
    // A bare name is a column beside the mapped one.
    let beside = |name: &str| Some(ColumnPath { dataset: column.as_ref()?.dataset.clone(), column: name.to_owned() });
    let path = |name: &str| if name.contains('.') { ColumnPath::parse(name) } else { beside(name) };
    let helpers = helpers.map(|spot| (spot.clone(), path(&spot.text))).collect();
    let mark = node.get("column").map_or(node.mark, |column| column.mark);
    Some(From { column, helpers, spot: Spot { text, mark } })
}

fn attribute(entry: &Entry, document_missing: &[String]) -> Attribute {
    let node = &entry.node;
    let mut missing = document_missing.to_vec();
    missing.extend(node.get_texts("missing"));
    Attribute {
        name: entry.key.clone(),
        mark: entry.mark,
        from: node.get("from").map(|node| node.items().into_iter().filter_map(from).collect()).unwrap_or_default(),
        kind: spot(node, "type"),
        nature: spot(node, "kind"),
        values: values(node),
        missing,
        alias_cutover: spot(node, "alias_cutover"),
        default: node.get_text("default"),
        owner: spot(node, "owner"),
        precedence: node.get_texts("precedence"),
        role: node.get_text("role"),
        used_as: node.get_text("used_as"),
        used_by: node.get_texts("used_by"),
        time_zone: spot(node, "time_zone"),
        lag: spot(node, "lag"),
        written_at: spot(node, "written_at"),
        sensitive: node.get_flag("sensitive").unwrap_or_default(),
        was: node.get_texts("was"),
        version: node.get_text("version"),
    }
}

fn values(node: &Node) -> Vec<Allowed> {
    let Some(list) = node.get("values") else { return Vec::new() };
    let pairs: Vec<(String, String)> = match &list.value {
        Value::Map(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), entry.node.text().unwrap_or(&entry.key).to_owned()))
            .collect(),
        _ => list.items().into_iter().filter_map(Node::text).map(|text| (text.to_owned(), text.to_owned())).collect(),
    };
    let aliases = node.get("aliases").map(Node::entries).unwrap_or_default();
    let of = |name: &str| -> Vec<String> {
        let entries = aliases.iter().filter(|entry| entry.key == name);
        entries.flat_map(|entry| entry.node.items()).filter_map(Node::text).map(str::to_owned).collect()
    };
    pairs
        .into_iter()
        .map(|(source, attribute)| {
            let mut aliases = of(&source);
            if attribute != source {
                aliases.extend(of(&attribute));
            }
            Allowed { source, attribute, aliases }
        })
        .collect()
}
