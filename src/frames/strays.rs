//! What keys say of two datasets beside the links: identities in, rows that are linked otherwise than their addresses out.

use super::identity::Identity;
use super::links;
use super::row_keys::RowKeys;

/// What addresses say of two datasets beside the identifiers.
impl Identity {
    /// Left rows whose identifier stands on some right rows and whose address stands on others, with the first of those.
    pub fn crossed(&self, left: &str, right: &str) -> Vec<(u32, u32)> {
        let links = self.links(left, right);
        self.of_both(left, right, |left, right| links::crossed(left, right, &links))
    }

    /// Rows linked by identifier whose addresses differ, where the left one stands on no right row.
    pub fn moved(&self, left: &str, right: &str) -> Vec<(u32, u32)> {
        let links = self.links(left, right);
        self.of_both(left, right, |left, right| links::moved(left, right, &links))
    }

    /// Left rows without a link whose mailbox stands on right rows all the same.
    pub fn taken(&self, left: &str, right: &str) -> Vec<(u32, u32)> {
        let links = self.links(left, right);
        self.of_both(left, right, |left, right| links::taken(left, right, &links))
    }

    /// Left rows whose lookup names a right row, with that row, sorted.
    pub fn looked_up(&self, left: &str, right: &str) -> Vec<(u32, u32)> {
        self.of_both(left, right, links::looked_up)
    }

    fn of_both(
        &self,
        left: &str,
        right: &str,
        find: impl Fn(&RowKeys, &RowKeys) -> Vec<(u32, u32)>,
    ) -> Vec<(u32, u32)> {
        match (self.keys.get(left), self.keys.get(right)) {
            (Some(left), Some(right)) => find(left, right),
            _ => Vec::new(),
        }
    }
}
