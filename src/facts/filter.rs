//! Expressions over records: the columns of a filter, read by their declared types, and Polars to evaluate it.
//!
//! Only Unix seconds are a time here: that is what Customer.io's date conditions match, whatever else a date may look
//! like. An absent `unsubscribed` is subscribed.

use jiff::tz::TimeZone;
use polars::prelude::{Column as Plain, DataFrame, IntoLazy, NamedFrom, PlSmallStr, Series};

use super::lenses::truth;
use super::local::{Shard, Slice};
use super::{Consent, Filter, lenses::shape};
use crate::exports::System;
use crate::frames::TextColumn;
use crate::frames::time::{Stamp, classify, instant, zone};
use crate::mapping::ColumnPath;
use crate::mapping::expr::Type;
use crate::mapping::lower::{Options, lower, typed_name};

/// The rows of a slice that meet a filter.
pub(crate) fn met(shard: &Shard<'_>, slice: &Slice<'_>, filter: &Filter) -> Result<Vec<u32>, String> {
    let rows: Vec<u32> = slice.rows().collect();
    let mut columns = vec![Plain::from(Series::new("row".into(), &rows))];
    for (name, ty) in filter.expr.columns() {
        let cells = Cells::new(shard, slice, &name)?;
        columns.push(Plain::from(cells.typed(&rows, &name, ty)));
    }
    let failed = |error: polars::error::PolarsError| format!("the condition could not be evaluated: {error}");
    let height = rows.len();
    let frame = DataFrame::new(height, columns).map_err(failed)?;
    let options = Options { text_any_case: shard.engine.any_case };
    let plan = lower(&filter.expr, shard.engine.now, &options).alias("met");
    let answer = frame.lazy().select([plan]).collect().map_err(failed)?;
    let mask = answer.column("met").map_err(failed)?.bool().map_err(failed)?.clone();
    // A condition without columns gives one value for all rows.
    if mask.len() == 1 && height != 1 {
        return Ok(if mask.get(0) == Some(true) { rows } else { Vec::new() });
    }
    Ok(rows.into_iter().zip(mask.iter()).filter(|(_, met)| *met == Some(true)).map(|(row, _)| row).collect())
}

/// The cells of one named column as the rows of a slice see them: their own, or those of a linked record.
struct Cells<'a> {
    column: &'a TextColumn,
    /// Whether these are profile attributes, which Customer.io reads its own way.
    profile: bool,
    /// The zone of stamps without one.
    zone: Option<TimeZone>,
    /// For each row of the slice's dataset the linked row, where the column is another dataset's.
    through: Option<Vec<Option<u32>>>,
}

impl<'a> Cells<'a> {
    fn new(shard: &'a Shard<'_>, slice: &Slice<'a>, name: &str) -> Result<Self, String> {
        let path = ColumnPath::parse(name).ok_or_else(|| format!("{name} names no column"))?;
        let other = shard.slice(&path.dataset)?;
        let dataset = &other.frame.dataset;
        let index = dataset.columns.iter().position(|column| column.label == path.column);
        let column = other.column(index.ok_or_else(|| format!("{name} is not in the export"))?)?;
        let profile = dataset.system == System::CustomerIo;
        let zone = shard.engine.zones.get(&dataset.source).and_then(|name| zone(name));
        let own = &slice.frame.dataset.name;
        if path.dataset == *own {
            return Ok(Self { column, profile, zone, through: None });
        }
        let mut through = vec![None; slice.frame.rows as usize];
        for link in shard.engine.identity.links(&path.dataset, own).iter() {
            let seat = &mut through[link.right as usize];
            *seat = seat.or(Some(link.left));
        }
        for link in shard.engine.identity.links(own, &path.dataset).iter() {
            let seat = &mut through[link.left as usize];
            *seat = seat.or(Some(link.right));
        }
        Ok(Self { column, profile, zone, through: Some(through) })
    }

    fn get(&self, row: u32) -> Option<&'a str> {
        let row = match &self.through {
            None => row,
            Some(through) => through[row as usize]?,
        };
        Some(self.column.get(row)).filter(|value| !value.is_empty())
    }

    fn typed(&self, rows: &[u32], name: &str, ty: Type) -> Series {
        let title: PlSmallStr = typed_name(name, ty).into();
        let cells = rows.iter().map(|row| self.get(*row));
        match ty {
            Type::Text | Type::Unknown => Series::new(title, cells.collect::<Vec<_>>()),
            Type::Number => Series::new(title, cells.map(|cell| cell?.trim().parse::<f64>().ok()).collect::<Vec<_>>()),
            Type::Timestamp => Series::new(title, cells.map(|cell| self.seconds(cell?)).collect::<Vec<_>>()),
            Type::Boolean if self.profile && name.ends_with(".unsubscribed") => {
                let out = |cell: Option<&str>| Some(Consent::Profile.says(cell.unwrap_or_default()) == shape::OUT);
                Series::new(title, cells.map(out).collect::<Vec<_>>())
            }
            Type::Boolean => Series::new(title, cells.map(|cell| truth(cell?)).collect::<Vec<_>>()),
        }
    }

    fn seconds(&self, cell: &str) -> Option<i64> {
        match classify(cell) {
            Stamp::Zero => Some(0),
            Stamp::UnixSeconds => instant(cell, None),
            _ if self.profile => None,
            Stamp::Date => instant(&format!("{} 00:00:00", cell.trim()), self.zone.as_ref().or(Some(&TimeZone::UTC))),
            _ => instant(cell, self.zone.as_ref()),
        }
    }
}
