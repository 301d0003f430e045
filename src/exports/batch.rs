//! Input stage: records of a dataset that are handed on together. In: rows. Out: their cells, column by column: what is done
//! with a column of many records at once is done several times as fast as record by record.

use super::rows::{Place, Row, Rows};
use super::shopify::unguard;

/// Bytes of text after which records are handed on. What belongs to one column stays near meanwhile.
pub(super) const ENOUGH: usize = 1 << 15;
/// Records that are handed on together however long they are, up to so many bytes.
pub(super) const LEAST: usize = 64;
const MUCH: usize = 1 << 23;

/// A column that is wanted: which of a part it is, and whether its values are guarded.
pub(super) type Source = (Option<usize>, Option<bool>);

/// Records in order, with the columns that are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    text: &'a str,
    /// The cells of the part's columns, record by record.
    places: &'a [Place],
    width: usize,
    rows: usize,
    wanted: &'a [Source],
}

impl<'a> Batch<'a> {
    /// Records that stand together.
    pub(super) fn of(rows: Rows<'a>, wanted: &'a [Source]) -> Self {
        Self { text: rows.text, places: rows.places, width: rows.width, rows: rows.count(), wanted }
    }

    /// How many records there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The cells of a column, by its place among those that are wanted; a missing one is "".
    pub fn each_cell(&self, wanted: usize, mut to: impl FnMut(&'a str)) {
        match self.wanted[wanted] {
            (None, _) => (0..self.rows).for_each(|_| to("")),
            (Some(column), None) => self.places(column).for_each(|place| to(self.text(place))),
            (Some(column), Some(guarded)) => {
                self.places(column).for_each(|place| to(unguard(self.text(place), guarded)));
            }
        }
    }

    /// The same, gathered.
    pub fn cells(&self, wanted: usize) -> Vec<&'a str> {
        let mut cells = Vec::with_capacity(self.rows);
        self.each_cell(wanted, |cell| cells.push(cell));
        cells
    }

    /// The places of the cells of a column of the part.
    #[inline]
    pub(super) fn places(&self, column: usize) -> impl Iterator<Item = Place> + use<'a> {
        self.places[column.min(self.places.len())..].iter().step_by(self.width.max(1)).copied()
    }

    /// The text of a place.
    #[inline]
    pub(super) fn text(&self, place: Place) -> &'a str {
        self.text.get(place.range()).unwrap_or_default()
    }
}

/// Records that are gathered until they are enough to be handed on.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    text: String,
    places: Vec<Place>,
    width: usize,
    rows: usize,
}

impl Gathered {
    /// For a part of so many columns.
    pub(super) fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// They as a batch.
    pub(super) fn batch<'a>(&'a self, wanted: &'a [Source]) -> Batch<'a> {
        Batch { text: &self.text, places: &self.places, width: self.width, rows: self.rows, wanted }
    }

    /// Adds a record; whether they are enough to be handed on.
    pub(super) fn push(&mut self, row: Row<'_>) -> bool {
        let from = self.text.len();
        self.text.push_str(row.text);
        self.add(from, row.places);
        self.is_enough()
    }

    /// Adds records that stand together.
    pub(super) fn extend(&mut self, rows: Rows<'_>) -> bool {
        let from = self.text.len();
        self.text.push_str(rows.text);
        rows.each().for_each(|places| self.add(from, places));
        self.is_enough()
    }

    /// Adds the cells of a record whose text begins there; those that it lacks are blank.
    fn add(&mut self, from: usize, places: &[Place]) {
        let own = &places[..places.len().min(self.width)];
        self.places.extend(own.iter().map(|place| place.later(from)));
        self.rows += 1;
        self.places.resize(self.rows * self.width, Place::default());
    }

    fn is_enough(&self) -> bool {
        self.text.len() >= MUCH || (self.text.len() >= ENOUGH && self.rows >= LEAST)
    }

    /// Lets go of the records.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
        self.rows = 0;
    }
}
