//! Rows by key: the hashed keys of one dataset in, the rows of a key out.

use std::ops::Range;

/// Rows by key, as runs of one sorted list. Keys are hashes, so their upper bits say about where in the list a key is.
#[derive(Debug)]
pub(super) struct Lookup {
    rows: Vec<(u64, u32)>,
    /// Where the keys of each value of the upper bits begin.
    starts: Vec<u32>,
    shift: u32,
}

impl Lookup {
    /// The rows of some lists, each list with a key a row; 0 is none.
    pub(super) fn new<'a>(lists: impl Iterator<Item = &'a Vec<u64>> + Clone) -> Self {
        let keyed = || lists.clone().flat_map(|list| list.iter().zip(0_u32..)).filter(|(key, _)| **key != 0);
        let count = keyed().count();
        let bits = count.next_power_of_two().trailing_zeros().clamp(1, 30);
        let shift = u64::BITS - bits;
        let place = |key: u64| (key >> shift) as usize;
        let mut starts = vec![0_u32; (1 << bits) + 1];
        keyed().for_each(|(key, _)| starts[place(*key) + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut rows = vec![(0, 0); count];
        for (key, row) in keyed() {
            let at = &mut next[place(*key)];
            rows[*at as usize] = (*key, row);
            *at += 1;
        }
        // A place has one key or two. What stands in two lists is left out as the places are closed up.
        let mut kept = 0;
        for at in 0..starts.len() - 1 {
            let own = starts[at] as usize..starts[at + 1] as usize;
            rows[own.clone()].sort_unstable();
            let first = kept;
            for from in own {
                if kept == first || rows[kept - 1] != rows[from] {
                    rows[kept] = rows[from];
                    kept += 1;
                }
            }
            starts[at] = u32::try_from(first).unwrap_or(u32::MAX);
        }
        if let Some(end) = starts.last_mut() {
            *end = u32::try_from(kept).unwrap_or(u32::MAX);
        }
        rows.truncate(kept);
        Self { rows, starts, shift }
    }

    /// Where the rows of a key are in the list; nowhere for none.
    pub(super) fn run(&self, key: u64) -> Option<Range<u32>> {
        if key == 0 {
            return None;
        }
        let place = (key >> self.shift) as usize;
        let (start, end) = (self.starts[place], self.starts[place + 1]);
        let near = &self.rows[start as usize..end as usize];
        let before = near.iter().take_while(|(other, _)| *other < key).count() as u32;
        let many = near[before as usize..].partition_point(|(other, _)| *other == key) as u32;
        (many > 0).then_some(start + before..start + before + many)
    }

    /// The rows of a key.
    pub(super) fn of(&self, key: u64) -> &[(u64, u32)] {
        self.run(key).map_or(&[], |run| self.at(&run))
    }

    /// What is at some places of the list.
    pub(super) fn at(&self, run: &Range<u32>) -> &[(u64, u32)] {
        &self.rows[run.start as usize..run.end as usize]
    }
}

/// Things by row, in the order they come for each: where the things of a row begin, and the things.
pub(super) fn by_row<T: Copy>(things: &[T], row: impl Fn(&T) -> u32) -> (Vec<u32>, Vec<T>) {
    let rows = things.iter().map(|thing| row(thing) as usize + 1).max().unwrap_or_default();
    let mut starts = vec![0_u32; rows + 1];
    things.iter().for_each(|thing| starts[row(thing) as usize + 1] += 1);
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let Some(first) = things.first() else { return (starts, Vec::new()) };
    let mut next = starts.clone();
    let mut sorted = vec![*first; things.len()];
    for thing in things {
        let at = &mut next[row(thing) as usize];
        sorted[*at as usize] = *thing;
        *at += 1;
    }
    (starts, sorted)
}

#[cfg(test)]
mod tests {
    use super::{Lookup, by_row};

    #[test]
    fn every_row_of_a_key_is_found_once() {
        let keys = |factor: u64| -> Vec<u64> { (0..5_000_u64).map(|row| (row % 1_700).wrapping_mul(factor)).collect() };
        let (one, other) = (keys(0x9e37_79b9_7f4a_7c15), keys(0x9e37_79b9_7f4a_7c15));
        let lookup = Lookup::new([&one, &other].into_iter());
        for row in [0_usize, 1, 1_699, 1_700, 4_999] {
            let wanted: Vec<u32> =
                (0..).zip(&one).filter(|(_, key)| **key == one[row] && **key != 0).map(|(row, _)| row).collect();
            let found: Vec<u32> = lookup.of(one[row]).iter().map(|(_, row)| *row).collect();
            assert_eq!(found, wanted, "{row}");
        }
        assert_eq!(lookup.of(7), []);
        assert_eq!(Lookup::new([&vec![0, 0]].into_iter()).of(0), []);
    }

    #[test]
    fn things_of_a_row_keep_their_order() {
        let (starts, sorted) = by_row(&[(2, 'a'), (0, 'b'), (2, 'c'), (0, 'd')], |(row, _)| *row);
        assert_eq!((starts, sorted), (vec![0, 2, 2, 4], vec![(0, 'b'), (0, 'd'), (2, 'a'), (2, 'c')]));
        assert_eq!(by_row::<u32>(&[], |row| *row), (vec![0], vec![]));
    }
}
