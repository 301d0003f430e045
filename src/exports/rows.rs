//! Input stage: what every reader hands out. In: nothing. Out: the row that a reader lends to its visitor, and what it
//! saw of the whole file when it is through.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Damage, DamageKind, DamagePlace};

/// Bytes of a record beyond which a dataset is not read: the places of its cells, and of those of records before it, have to fit
/// into 32 bits.
pub(super) const LONGEST: usize = 1 << 31;

/// Where a cell is in the text that its record stands in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    start: u32,
    end: u32,
}

impl Place {
    /// From one byte up to another.
    #[inline]
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The same in a text that has so much in front.
    #[inline]
    pub(super) fn later(self, by: usize) -> Self {
        Self { start: self.start + by as u32, end: self.end + by as u32 }
    }

    /// The bytes.
    #[inline]
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// How many bytes.
    #[inline]
    pub(super) fn len(self) -> usize {
        self.range().len()
    }
}

/// A record before it is text, or several one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) places: &'a [Place],
    /// Whether the cells stand without what was between them. Then a NUL may be among them, and what ends one and begins
    /// the next may look like a character.
    pub(super) is_joined: bool,
}

impl Cut<'_> {
    /// The first cells alone.
    pub(super) fn first(self, count: usize) -> Self {
        Self { places: &self.places[..self.places.len().min(count)], ..self }
    }
}

/// One record, lent for the length of a visit: all cells in one text, which may hold other records too, and where each of
/// them is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) text: &'a str,
    pub(super) places: &'a [Place],
}

impl<'a> Row<'a> {
    /// The cell of a column; a missing one is "".
    #[inline]
    pub(super) fn cell(&self, column: usize) -> &'a str {
        self.places.get(column).and_then(|place| self.text.get(place.range())).unwrap_or_default()
    }

    /// The cells of a record of so many columns.
    pub(super) fn owned(&self, width: usize) -> Vec<String> {
        (0..width).map(|column| self.cell(column).to_owned()).collect()
    }
}

/// Records that stand in one text, lent for the length of a visit: the places of their cells one after the other, so many
/// of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) text: &'a str,
    pub(super) places: &'a [Place],
    pub(super) width: usize,
}

impl<'a> Rows<'a> {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.places.len() / self.width
    }

    /// The places of each.
    pub(super) fn each(self) -> impl Iterator<Item = &'a [Place]> {
        self.places.chunks_exact(self.width)
    }
}

/// Looks at records; `false` stops the reading.
pub(super) trait Visit {
    /// Looks at one.
    fn row(&mut self, row: Row<'_>) -> bool;

    /// Looks at several.
    fn rows(&mut self, rows: Rows<'_>) -> bool {
        rows.each().all(|places| self.row(Row { text: rows.text, places }))
    }
}

impl<F: FnMut(Row<'_>) -> bool> Visit for F {
    fn row(&mut self, row: Row<'_>) -> bool {
        self(row)
    }
}

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
    places: Vec<Place>,
    from: usize,
}

impl RowBuffer {
    /// Starts the next record.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
        self.from = 0;
    }

    /// Adds a cell.
    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.close();
    }

    /// Makes a cell of what was added to the text.
    pub(super) fn close(&mut self) {
        self.places.push(Place::new(self.from, self.text.len()));
        self.from = self.text.len();
    }

    /// The record.
    pub(super) fn row(&self) -> Row<'_> {
        Row { text: &self.text, places: &self.places }
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
