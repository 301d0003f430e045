//! Input stage: records of a dataset that are handed on together. In: rows. Out: their cells, column by column: what is done
//! with a column of many records at once is done several times as fast as record by record.

use super::rows::{Place, Row};
use super::shopify::unguard;

/// Bytes of text after which records are handed on. What belongs to one column stays near meanwhile.
const ENOUGH: usize = 1 << 15;
/// Records that are handed on together however long they are, up to so many bytes.
const LEAST: usize = 64;
const MUCH: usize = 1 << 23;

/// Records in order, with the columns that are wanted.
#[derive(Debug, Default)]
pub struct Batch {
    text: String,
    /// The cells of the part's columns, record by record.
    places: Vec<Place>,
    width: usize,
    rows: usize,
    /// The part's column of each column that is wanted, and whether its values are guarded.
    wanted: Vec<(Option<usize>, Option<bool>)>,
}

impl Batch {
    /// For a part of so many columns.
    pub(super) fn new(width: usize, wanted: Vec<(Option<usize>, Option<bool>)>) -> Self {
        Self { width, wanted, ..Self::default() }
    }

    /// How many records there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The cells of a column, by its place among those that are wanted; a missing one is "".
    pub fn each_cell<'a>(&'a self, wanted: usize, mut to: impl FnMut(&'a str)) {
        match self.wanted[wanted] {
            (None, _) => (0..self.rows).for_each(|_| to("")),
            (Some(column), None) => self.places(column).for_each(|place| to(self.text(place))),
            (Some(column), Some(guarded)) => {
                self.places(column).for_each(|place| to(unguard(self.text(place), guarded)));
            }
        }
    }

    /// The same, gathered.
    pub fn cells(&self, wanted: usize) -> Vec<&str> {
        let mut cells = Vec::with_capacity(self.rows);
        self.each_cell(wanted, |cell| cells.push(cell));
        cells
    }

    /// The places of the cells of a column of the part.
    #[inline]
    pub(super) fn places(&self, column: usize) -> impl Iterator<Item = Place> {
        self.places[column.min(self.places.len())..].iter().step_by(self.width.max(1)).copied()
    }

    /// The text of a place.
    #[inline]
    pub(super) fn text(&self, place: Place) -> &str {
        self.text.get(place.range()).unwrap_or_default()
    }

    /// Adds a record; whether they are enough to be handed on.
    pub(super) fn push(&mut self, row: Row<'_>) -> bool {
        let from = self.text.len();
        self.text.push_str(row.text);
        let own = &row.places[..row.places.len().min(self.width)];
        self.places.extend(own.iter().map(|place| place.later(from)));
        self.rows += 1;
        self.places.resize(self.rows * self.width, Place::default());
        self.text.len() >= MUCH || (self.text.len() >= ENOUGH && self.rows >= LEAST)
    }

    /// Lets go of the records.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
        self.rows = 0;
    }
}
