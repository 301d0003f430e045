//! Which records are one: pairs to join in, a number for every record out.

/// Union-find whose root is always the smallest member, so that labels do not depend on the order of joins.
#[derive(Clone)]
pub(super) struct Sets {
    parent: Vec<u32>,
}

impl Sets {
    pub(super) fn new(count: u32) -> Self {
        Self { parent: (0..count).collect() }
    }

    fn root(&mut self, mut item: u32) -> u32 {
        while self.parent[item as usize] != item {
            let above = self.parent[self.parent[item as usize] as usize];
            self.parent[item as usize] = above;
            item = above;
        }
        item
    }

    pub(super) fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        let (low, high) = (one.min(other), one.max(other));
        self.parent[high as usize] = low;
    }

    pub(super) fn labels(mut self) -> (Vec<u32>, u32) {
        let mut next = 0;
        let mut labels = vec![0; self.parent.len()];
        for item in (0..).take(self.parent.len()) {
            let root = self.root(item);
            if root == item {
                labels[item as usize] = next;
                next += 1;
            } else {
                labels[item as usize] = labels[root as usize];
            }
        }
        (labels, next)
    }
}
