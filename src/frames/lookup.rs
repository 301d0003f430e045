//! Rows by key: the numbered keys of one dataset in, the rows of a key out.

use std::ops::Range;

/// Rows by key, as runs of one list.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    rows: Vec<u32>,
    /// Where the rows of each place begin.
    starts: Vec<u32>,
    places: Places,
}

/// Keys a row that may lie between the smallest and the greatest for each to have a place.
const SPAN: usize = 8;

/// The places of keys.
#[derive(Debug)]
enum Places {
    /// Each number from the smallest key on.
    From(u32),
    /// Few keys far apart: those alone, in order.
    Of(Vec<u32>),
}

impl Default for Places {
    fn default() -> Self {
        Self::Of(Vec::new())
    }
}

impl Places {
    /// The places of the keys of some lists, and how many there are; 0 is no key.
    fn new<'a>(lists: impl Iterator<Item = &'a Vec<u32>> + Clone) -> (Self, usize) {
        let (mut before, mut last, mut count) = (u32::MAX, 0, 0);
        for list in lists.clone() {
            for key in list {
                before = before.min(key.wrapping_sub(1));
                last = last.max(*key);
                count += usize::from(*key != 0);
            }
        }
        if count > 0 && (last - before) as usize / SPAN <= count {
            return (Self::From(before + 1), (last - before) as usize);
        }
        let mut keys: Vec<u32> = lists.flatten().copied().filter(|key| *key != 0).collect();
        keys.sort_unstable();
        keys.dedup();
        let size = keys.len();
        (Self::Of(keys), size)
    }

    #[inline]
    fn of(&self, key: u32) -> Option<usize> {
        match self {
            Self::From(first) => key.checked_sub(*first).map(|place| place as usize),
            Self::Of(keys) => keys.binary_search(&key).ok(),
        }
    }
}

impl Lookup {
    /// The rows of some lists, each list with a key a row; 0 is none.
    pub(super) fn new<'a>(lists: impl Iterator<Item = &'a Vec<u32>> + Clone) -> Self {
        let keyed = || lists.clone().flat_map(|list| list.iter().zip(0_u32..)).filter(|(key, _)| **key != 0);
        let (places, size) = Places::new(lists.clone());
        let place = |key: u32| places.of(key).unwrap_or_default();
        // One place further on than they belong: while rows are put in, each moves to where the next one begins.
        let mut starts = vec![0_u32; size + 2];
        keyed().for_each(|(key, _)| starts[place(*key) + 2] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut rows = vec![0; starts.last().map_or(0, |end| *end as usize)];
        keyed().for_each(|(key, row)| {
            let at = &mut starts[place(*key) + 1];
            rows[*at as usize] = row;
            *at += 1;
        });
        starts.pop();
        if lists.count() > 1 {
            close_up(&mut rows, &mut starts);
        }
        Self { rows, starts, places }
    }

    /// Where the rows of a key are in the list; nowhere for none.
    pub(super) fn run(&self, key: u32) -> Option<Range<u32>> {
        let place = self.places.of(key)?;
        let run = *self.starts.get(place)?..*self.starts.get(place + 1)?;
        (!run.is_empty()).then_some(run)
    }

    /// The rows of a key.
    pub(super) fn of(&self, key: u32) -> &[u32] {
        self.run(key).map_or(&[], |run| self.at(&run))
    }

    /// What is at some places of the list.
    pub(super) fn at(&self, run: &Range<u32>) -> &[u32] {
        &self.rows[run.start as usize..run.end as usize]
    }
}

/// A row that has a key in two lists is left with one.
fn close_up(rows: &mut Vec<u32>, starts: &mut [u32]) {
    let mut kept = 0;
    for at in 0..starts.len() - 1 {
        let own = starts[at] as usize..starts[at + 1] as usize;
        if own.len() > 1 {
            rows[own.clone()].sort_unstable();
        }
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
}

/// Things by row, in the order they come for each: where the things of a row begin, and the things.
pub(super) fn by_row<T: Copy>(things: &[T], row: impl Fn(&T) -> u32) -> (Vec<u32>, Vec<T>) {
    let rows = things.iter().map(|thing| row(thing) as usize + 1).max().unwrap_or_default();
    let mut starts = vec![0_u32; rows + 1];
    things.iter().for_each(|thing| starts[row(thing) as usize + 1] += 1);
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    if things.is_sorted_by_key(&row) {
        return (starts, things.to_vec());
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
        let keys: Vec<u32> = (0..5_000).map(|row| row % 1_700 * 3 % 1_700).collect();
        let lookup = Lookup::new([&keys, &keys].into_iter());
        for key in [1, 2, 3, 1_699] {
            let wanted: Vec<u32> = (0..).zip(&keys).filter(|(_, own)| **own == key).map(|(row, _)| row).collect();
            assert_eq!(lookup.of(key), wanted, "{key}");
        }
        let nothing: [u32; 0] = [];
        assert_eq!((lookup.of(0), lookup.of(1_700)), (&nothing[..], &nothing[..]));
        assert_eq!(Lookup::new([&vec![0, 0]].into_iter()).of(0), nothing);
        assert_eq!(Lookup::new([&vec![9, 0, 9]].into_iter()).of(9), [0, 2]);
        let (near, far) = (vec![5, 0, 4_000_000, 5], vec![0, 7, 5, 5]);
        let lookup = Lookup::new([&near, &far].into_iter());
        assert_eq!(lookup.starts.len(), 4, "no place for what lies between");
        assert_eq!(
            [lookup.of(5), lookup.of(7), lookup.of(4_000_000), lookup.of(6), lookup.of(0)],
            [&[0, 2, 3][..], &[1], &[2], &[], &[]]
        );
    }

    #[test]
    fn things_of_a_row_keep_their_order() {
        let (starts, sorted) = by_row(&[(2, 'a'), (0, 'b'), (2, 'c'), (0, 'd')], |(row, _)| *row);
        assert_eq!((starts, sorted), (vec![0, 2, 2, 4], vec![(0, 'b'), (0, 'd'), (2, 'a'), (2, 'c')]));
        assert_eq!(by_row::<u32>(&[], |row| *row), (vec![0], vec![]));
    }
}
