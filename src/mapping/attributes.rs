//! Mapped attributes: entries of the document in, the typed model of each out.

use std::sync::OnceLock;

use super::spelling::Spellings;
use super::{ColumnPath, Spot, spot};
use crate::yaml::{Entry, Mark, Node, Value};

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
    /// Its values as its sources spell them and as the profile does, once somebody asks.
    pub(super) spelled: [OnceLock<Spellings>; 2],
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

pub(super) fn attribute(entry: &Entry, document_missing: &[String]) -> Attribute {
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
        spelled: Default::default(),
    }
}

pub(super) fn values(node: &Node) -> Vec<Allowed> {
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
