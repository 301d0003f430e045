//! Records that several people share, such as an account: each is linked to whoever names it, and to the profiles of those.

use ahash::AHashMap;

use super::identity::Identity;
use super::links::{Link, Links, Tier};

impl Identity {
    /// Links of records that several people share, by the lookups of people to them.
    pub(super) fn through(&self, left: &str, right: &str) -> Links {
        let Some(shared) = self.keys.get(left) else { return Links::default() };
        let mut rows: AHashMap<u32, Vec<u32>> = AHashMap::new();
        for (key, row) in shared.own.iter().zip(0..).filter(|(key, _)| **key != 0) {
            rows.entry(*key).or_default().push(row);
        }
        let mut found = Vec::new();
        for (name, people) in self.keys.iter().filter(|(_, people)| !people.common.is_empty()) {
            let named = |row: u32| people.common.get(row as usize).and_then(|key| rows.get(key)).into_iter().flatten();
            if name == right {
                let own =
                    (0..).zip(&people.common).map(|(row, _)| Link { left: 0, right: row, tier: Tier::Identifier });
                found.extend(own.flat_map(|link| named(link.right).map(move |left| Link { left: *left, ..link })));
            } else {
                let links = self.links(name, right);
                found.extend(links.iter().flat_map(|link| named(link.left).map(|left| Link { left: *left, ..*link })));
            }
        }
        found.sort_unstable_by_key(|link| (link.right, link.left, link.tier));
        found.dedup();
        Links::new(&found, 0)
    }
}
