//! What the mapping says of segments, journeys and modules.

use super::{Spot, spot};
use crate::yaml::{Entry, Mark, Node};

/// A segment of the document.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// Where its key stands.
    pub mark: Mark,
    /// The text of its condition.
    pub text: Node,
    /// Whether it must never have members.
    pub never: bool,
}

/// A journey, as far as the rules of attributes need it.
#[derive(Debug, Clone)]
pub struct Journey {
    /// Its name.
    pub name: String,
    /// `segment:At Risk`, `event:…`, `attribute:…` or `date:…`.
    pub trigger: Option<Spot>,
    /// Whether it is switched off.
    pub is_stopped: bool,
    /// Attributes and segments that it names elsewhere: what it reads, who is left out.
    pub reads: Vec<Spot>,
}

/// A Zoho module in scope.
#[derive(Debug, Clone)]
pub struct Module {
    /// `contacts`
    pub name: String,
    /// Where its key stands.
    pub mark: Mark,
    /// Which of its records are synced.
    pub filter: Option<Node>,
    /// `people`, `related`, `events` or `none`.
    pub becomes: Option<String>,
}

pub(super) fn segment(entry: &Entry) -> Option<Segment> {
    let never = entry.node.get("never");
    let text = never.or_else(|| entry.node.get("where"))?.clone();
    Some(Segment { name: entry.key.clone(), mark: entry.mark, text, never: never.is_some() })
}

pub(super) fn journey(entry: &Entry) -> Journey {
    let node = &entry.node;
    let named = ["suppress", "filter", "reads"].into_iter().filter_map(|key| node.get(key)).flat_map(Node::items);
    let spot_of = |node: &Node| Some(Spot { text: node.text()?.to_owned(), mark: node.mark });
    Journey {
        name: entry.key.clone(),
        trigger: spot(node, "trigger"),
        is_stopped: node.get_text("state").is_some_and(|state| state == "stopped"),
        reads: named.filter_map(spot_of).collect(),
    }
}

pub(super) fn module(entry: &Entry) -> Module {
    Module {
        name: entry.key.to_lowercase(),
        mark: entry.mark,
        filter: entry.node.get("where").cloned(),
        becomes: entry.node.get_text("as"),
    }
}
