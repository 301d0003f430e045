//! Subscription topics: the `topics:` of the document, out as the names that a profile's preferences may hold.

use super::{Mapping, under};

impl Mapping {
    /// The identifiers of the topics, such as `topic_1`; none where the document lists none.
    pub fn topics(&self) -> Vec<String> {
        under(&self.document.root, "topics").iter().map(|entry| entry.key.clone()).collect()
    }
}
