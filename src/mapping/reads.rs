//! What the declared journeys read: the attributes that start, suppress and steer them, each with its place.

use super::{Mapping, Spot};
use crate::yaml::Node;

/// An attribute that a journey reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JourneyRead<'a> {
    /// The journey's name.
    pub journey: &'a str,
    /// The attribute as the journey writes it, and where.
    pub attribute: Spot,
}

impl Mapping {
    /// The attributes that journeys read, in the order of the document. A bare word under `suppress` is an attribute
    /// unless a segment or an event has that name; what names one by its kind (`segment:At Risk`) is none.
    pub fn journey_reads(&self) -> Vec<JourneyRead<'_>> {
        let journeys = self.document.root.get("journeys").map(Node::entries).unwrap_or_default();
        let reads = journeys.iter().flat_map(|entry| {
            let node = &entry.node;
            let trigger = node.get("trigger").and_then(|node| after(node, &["attribute:", "date:"]));
            let listed = |key: &str| node.get(key).map(Node::items).unwrap_or_default();
            let branches = listed("reads").into_iter().filter_map(|item| after(item, &["attribute:", ""]));
            let suppress = listed("suppress").into_iter().filter_map(|item| self.suppresses(item));
            let blanks = node.get("fallback").map(Node::entries).unwrap_or_default();
            let blanks = blanks.iter().map(|entry| Spot { text: entry.key.clone(), mark: entry.mark });
            let all = trigger.into_iter().chain(suppress).chain(branches).chain(blanks);
            all.map(|attribute| JourneyRead { journey: &entry.key, attribute }).collect::<Vec<_>>()
        });
        reads.collect()
    }

    fn suppresses(&self, item: &Node) -> Option<Spot> {
        let spot = after(item, &["attribute:", ""])?;
        let is_name = spot.text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let segment = self.segments.iter().any(|segment| segment.name == spot.text);
        let event = self.document.root.get("events").is_some_and(|events| events.get(&spot.text).is_some());
        (is_name && !segment && !event).then_some(spot)
    }
}

/// The text behind the first of these prefixes that it has.
fn after(node: &Node, prefixes: &[&str]) -> Option<Spot> {
    let text = node.text()?;
    let name = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix))?.trim();
    (!name.is_empty()).then(|| Spot { text: name.to_owned(), mark: node.mark })
}
