//! When records were changed: the columns that tell, and the clock that reads them.

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

/// When the records of a side were changed.
pub(super) struct Clock<'a>(Option<(&'a TextColumn, Option<TimeZone>)>);

impl<'a> Clock<'a> {
    pub(super) fn new(shard: &'a Shard<'_>, told: Option<&(Column, Option<String>)>) -> Result<Self, String> {
        let Some((column, named)) = told else { return Ok(Self(None)) };
        let cells = shard.slice(&column.dataset)?.column(column.index)?;
        Ok(Self(Some((cells, named.as_deref().and_then(zone)))))
    }

    pub(super) fn at(&self, row: u32) -> Option<i64> {
        let (column, zone) = self.0.as_ref()?;
        instant(column.get(row), zone.as_ref())
    }
}
