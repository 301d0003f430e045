//! Columns of times: those that tell when records were changed, and the clock that reads any of them.

use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;

use super::Column;
use super::local::Shard;
use crate::frames::TextColumn;
use crate::frames::time::{instant, zone};

/// When the records of two systems were changed, and which differences are counted by it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Times {
    /// The column of the left dataset, and the zone of its stamps without one.
    pub left: (Column, Option<String>),
    /// The same of each further column; none where its dataset does not tell.
    pub also: Vec<Option<(Column, Option<String>)>>,
    /// Whether those are counted whose left record is the newer one, or all others.
    pub older: bool,
}

impl Times {
    /// The columns it reads.
    pub fn columns(&self) -> Vec<Column> {
        std::iter::once(&self.left).chain(self.also.iter().flatten()).map(|(column, _)| column.clone()).collect()
    }
}

/// No instant.
const NONE: i32 = i32::MIN;
/// An instant that 32 bits do not hold.
const FAR: i32 = i32::MIN + 1;

/// The instants of a column, row by row. Several questions ask for those of one column: they are worked out once, when
/// the first of them is asked for.
pub(super) struct Clock<'a> {
    cells: &'a TextColumn,
    rows: u32,
    zone: Option<TimeZone>,
    held: Option<Arc<OnceLock<Vec<i32>>>>,
}

impl<'a> Clock<'a> {
    /// `named` is the zone of stamps without one.
    pub(super) fn new(shard: &'a Shard<'_>, column: &Column, named: Option<&str>) -> Result<Self, String> {
        let slice = shard.slice(&column.dataset)?;
        let held = (!shard.is_single()).then(|| shard.engine.memo.instants(column, named));
        let (cells, rows) = (slice.column(column.index)?, slice.frame.rows);
        Ok(Self { cells, rows, zone: named.and_then(zone), held })
    }

    #[inline]
    pub(super) fn at(&self, row: u32) -> Option<i64> {
        // Who asks meanwhile waits, so working them out must not wait for other threads.
        let held = self.held.as_ref().map(|held| held.get_or_init(|| self.all()));
        match held.and_then(|held| held.get(row as usize)) {
            Some(&NONE) => None,
            Some(&FAR) | None => instant(self.cells.get(row), self.zone.as_ref()),
            Some(seconds) => Some(i64::from(*seconds)),
        }
    }

    fn all(&self) -> Vec<i32> {
        let seconds = |text: &str| match instant(text, self.zone.as_ref()).map(i32::try_from) {
            None => NONE,
            Some(Ok(seconds)) if seconds > FAR => seconds,
            Some(_) => FAR,
        };
        let reading = self.cells.reading(seconds);
        (0..self.rows).map(|row| reading.get(row)).collect()
    }
}
