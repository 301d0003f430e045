//! What the mapping says of tags: those that may drive marketing, and those that decide where people are sent.

use super::Spot;
use super::journeys::written;
use crate::yaml::Node;

/// The tags that the team names.
#[derive(Debug, Clone, Default)]
pub struct Tags {
    /// Those that may drive marketing.
    pub approved: Vec<Spot>,
    /// Those that decide where people are sent.
    pub routing: Vec<Spot>,
    /// How many new ones a week are usual.
    pub new_per_week: Option<u64>,
}

impl Tags {
    /// Those that may be read, whatever for: a routing tag is approved by being one.
    pub fn usable(&self) -> impl Iterator<Item = &str> {
        self.approved.iter().chain(&self.routing).map(|spot| spot.text.as_str())
    }
}

pub(super) fn tags(root: &Node) -> Tags {
    let under = |key: &str| {
        let node = root.get("tags").and_then(|tags| tags.get(key));
        node.map(Node::items).unwrap_or_default().into_iter().filter_map(written).collect()
    };
    let limit = root.get("tags").and_then(|tags| tags.get_number("new_per_week"));
    Tags { approved: under("approved"), routing: under("routing"), new_per_week: limit.map(|limit| limit as u64) }
}
