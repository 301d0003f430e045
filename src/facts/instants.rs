//! Facts about instants: the newest of a column, and which records changed too lately to be compared.

use jiff::tz::TimeZone;

use super::local::{Shard, Slice};
use super::{Answer, Column, Fresh};
use crate::frames::TextColumn;
use crate::frames::time::{instant, zone};

/// The newest sure instant of a column.
pub(crate) fn newest(shard: &Shard<'_>, asked: &Column, named: Option<&str>) -> Result<Answer, String> {
    let slice = shard.slice(&asked.dataset)?;
    let column = slice.column(asked.index)?;
    let zone = named.and_then(zone);
    Ok(Answer::Newest(slice.rows().filter_map(|row| instant(column.get(row), zone.as_ref())).max()))
}

/// Which left records of pairs are held back.
pub(crate) struct Freshness<'a> {
    stamps: Option<(&'a TextColumn, i64)>,
    zone: Option<TimeZone>,
}

impl<'a> Freshness<'a> {
    /// Of the left records of pairs; without a limit none is held back.
    pub(crate) fn new(left: &Slice<'a>, fresh: Option<&Fresh>) -> Result<Self, String> {
        let stamps = fresh.map(|fresh| Ok::<_, String>((left.column(fresh.column.index)?, fresh.after))).transpose()?;
        Ok(Self { stamps, zone: fresh.and_then(|fresh| fresh.zone.as_deref()).and_then(zone) })
    }

    /// Whether a left record changed too lately; one whose stamp cannot be read did not.
    pub(crate) fn holds(&self, row: u32) -> bool {
        self.stamps.is_some_and(|(column, after)| {
            instant(column.get(row), self.zone.as_ref()).is_some_and(|changed| changed > after)
        })
    }
}
