//! Input stage: what every reader hands out. In: nothing. Out: the row that a reader lends to its visitor, and what it
//! saw of the whole file when it is through.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Damage, DamageKind, DamagePlace};

/// Where the cells of a record are in its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut<'a> {
    /// Where each of them ends.
    pub(super) ends: &'a [usize],
    /// Bytes between a cell and the next one: that of the delimiter, when the text is as it stands in the file.
    pub(super) between: usize,
}

impl<'a> Cut<'a> {
    /// How many cells there are.
    pub(super) fn len(self) -> usize {
        self.ends.len()
    }

    /// The first cells alone.
    pub(super) fn first(self, count: usize) -> Self {
        Self { ends: &self.ends[..self.ends.len().min(count)], ..self }
    }

    /// Where each cell is.
    #[inline]
    pub(super) fn places(self) -> impl Iterator<Item = Range<usize>> + use<'a> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let place = from..*end;
            from = *end + self.between;
            place
        })
    }
}

/// One record, lent for the length of a visit: all cells in one text, and where each of them is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) text: &'a str,
    pub(super) cut: Cut<'a>,
}

impl<'a> Row<'a> {
    /// The cell of a column; a missing one is "".
    #[inline]
    pub(super) fn cell(&self, column: usize) -> &'a str {
        let Some(&end) = self.cut.ends.get(column) else { return "" };
        let start = if column == 0 { 0 } else { self.cut.ends[column - 1] + self.cut.between };
        self.text.get(start..end).unwrap_or_default()
    }

    /// The cells of a record of so many columns.
    pub(super) fn owned(&self, width: usize) -> Vec<String> {
        (0..width).map(|column| self.cell(column).to_owned()).collect()
    }
}

/// Looks at a row; `false` stops the reading.
pub(super) type Visit<'a> = dyn FnMut(Row<'_>) -> bool + 'a;

/// What a reader saw of a whole file.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) labels: Vec<String>,
    pub(super) rows: u64,
    pub(super) encoding: String,
    pub(super) crlf: bool,
    pub(super) damage: Damages,
}

/// A record being put together cell by cell.
#[derive(Debug, Default)]
pub(super) struct RowBuffer {
    pub(super) text: String,
    pub(super) ends: Vec<usize>,
}

impl RowBuffer {
    /// Starts the next record.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds a cell.
    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// The record.
    pub(super) fn row(&self) -> Row<'_> {
        Row { text: &self.text, cut: Cut { ends: &self.ends, between: 0 } }
    }
}

/// Damage, counted by kind with its first places.
#[derive(Debug, Default)]
pub(super) struct Damages {
    kinds: BTreeMap<DamageKind, (u64, Vec<DamagePlace>)>,
}

impl Damages {
    /// One more; the place is only made for the first five.
    pub(super) fn note(&mut self, kind: DamageKind, place: impl FnOnce() -> DamagePlace) {
        let (count, places) = self.kinds.entry(kind).or_default();
        *count += 1;
        if places.len() < super::NAMED {
            places.push(place());
        }
    }

    /// Counts and places of one kind from elsewhere, which come first.
    pub(super) fn put(&mut self, kind: DamageKind, count: u64, places: Vec<DamagePlace>) {
        if count > 0 {
            let (old, known) = self.kinds.entry(kind).or_default();
            *old += count;
            known.extend(places);
            known.sort_by_key(|place| (place.line, place.record));
            known.truncate(super::NAMED);
        }
    }

    /// The damage of one file, by kind.
    pub(super) fn of(self, file: &str) -> impl Iterator<Item = Damage> {
        self.kinds.into_iter().map(move |(kind, (count, places))| Damage { kind, file: file.to_owned(), count, places })
    }
}

impl Damages {
    /// Counts and places by kind.
    pub(super) fn into_kinds(self) -> BTreeMap<DamageKind, (u64, Vec<DamagePlace>)> {
        self.kinds
    }
}
