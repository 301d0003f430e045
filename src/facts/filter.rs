//! Expressions over records: the columns of a filter, read by their declared types, and Polars to evaluate it.
//!
//! Only Unix seconds are a time here: that is what Customer.io's date conditions match, whatever else a date may look
//! like. An absent `unsubscribed` is subscribed.
//!
//! Profile attributes are compared as they stand, as Customer.io does. What other systems hold is read first: a misspelt
//! stage of a deal is that stage, and a text that means missing is nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use ahash::{AHashMap, AHashSet};
use jiff::tz::TimeZone;
use polars::prelude::{Column as Plain, DataFrame, IntoLazy, NamedFrom, PlSmallStr, Series};

use super::fits::number;
use super::items::items;
use super::lenses::truth;
use super::local::{Shard, Slice};
use super::{Consent, lenses::shape};
use crate::exports::System;
use crate::frames::TextColumn;
use crate::frames::normalize::is_missing;
use crate::frames::time::{Stamp, classify, instant, zone};
use crate::mapping::expr::{Expr, Type};
use crate::mapping::lower::{Options, joined, lower, typed_name};
use crate::mapping::spelling::Place;
use crate::mapping::{ColumnPath, EARLIER};

/// Combinations of a row with its linked records, beyond which a filter is refused: a few each is what people have.
const MOST_COMBINATIONS: usize = 8;

/// A filter with its text; two filters of one text are one.
#[derive(Clone)]
pub struct Filter {
    /// Canonical text.
    pub text: String,
    /// The tree.
    pub expr: Arc<Expr>,
}

impl Filter {
    /// A filter of an expression.
    pub fn new(expr: Expr) -> Self {
        Self { text: expr.to_string(), expr: Arc::new(expr) }
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Filter({})", self.text)
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl Eq for Filter {}
impl PartialOrd for Filter {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Filter {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

/// Texts that mean missing, beside the usual ones.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// Everywhere.
    pub everywhere: Vec<String>,
    /// In a column, those of everywhere included, by the column's name in conditions.
    pub own: BTreeMap<String, Vec<String>>,
}

impl Tokens {
    fn of(&self, column: &str) -> &[String] {
        self.own.get(column).unwrap_or(&self.everywhere)
    }
}

/// The rows of a slice that meet a filter. Where it names columns of another dataset, one linked record that meets it is
/// enough.
pub(crate) fn met(shard: &Shard<'_>, slice: &Slice<'_>, filter: &Filter) -> Result<Vec<u32>, String> {
    let wanted = filter.expr.columns();
    let own = &slice.frame.dataset.name;
    let mut others: Vec<String> =
        wanted.iter().filter_map(|(name, _)| ColumnPath::parse(name)).map(|path| path.dataset).collect();
    others.retain(|dataset| dataset != own);
    others.sort();
    others.dedup();
    let seats = Seats::new(shard, slice, &others)?;
    let mut columns = vec![Plain::from(Series::new("row".into(), &seats.rows))];
    for (name, ty) in &wanted {
        let cells = Cells::new(shard, slice, name)?.spelled(shard, name, filter);
        columns.push(Plain::from(cells.typed(seats.of(&cells.dataset), name, *ty)));
    }
    let failed = |error: polars::error::PolarsError| format!("the condition could not be evaluated: {error}");
    let height = seats.rows.len();
    let frame = DataFrame::new(height, columns).map_err(failed)?;
    let options = Options { text_any_case: shard.engine.any_case };
    let plan = lower(&filter.expr, shard.engine.now, &options).alias("met");
    let answer = frame.lazy().select([plan]).collect().map_err(failed)?;
    let mask = answer.column("met").map_err(failed)?.bool().map_err(failed)?.clone();
    // A condition without columns gives one value for all rows.
    if mask.len() == 1 && height != 1 {
        return Ok(if mask.get(0) == Some(true) { seats.rows } else { Vec::new() });
    }
    let met = seats.rows.into_iter().zip(mask.iter()).filter(|(_, met)| *met == Some(true));
    let mut met: Vec<u32> = met.map(|(row, _)| row).collect();
    met.dedup();
    Ok(met)
}

/// A slice's rows, each once for every combination of linked records.
struct Seats {
    rows: Vec<u32>,
    others: Vec<(String, Vec<Option<u32>>)>,
    own: Vec<Option<u32>>,
}

impl Seats {
    fn new(shard: &Shard<'_>, slice: &Slice<'_>, others: &[String]) -> Result<Self, String> {
        let own = &slice.frame.dataset.name;
        let mut rows: Vec<u32> = slice.rows().collect();
        let most = rows.len().saturating_mul(MOST_COMBINATIONS).max(1_000);
        let mut seated: Vec<(String, Vec<Option<u32>>)> = Vec::new();
        for dataset in others {
            let mut linked: Vec<(u32, u32)> = Vec::new();
            linked.extend(shard.engine.identity.links(dataset, own).iter().map(|link| (link.right, link.left)));
            linked.extend(shard.engine.identity.links(own, dataset).iter().map(|link| (link.left, link.right)));
            linked.sort_unstable();
            linked.dedup();
            let (mut wider, mut seats) = (Vec::new(), Vec::new());
            let mut kept: Vec<(String, Vec<Option<u32>>)> =
                seated.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
            for (at, row) in rows.iter().enumerate() {
                let start = linked.partition_point(|(mine, _)| mine < row);
                let found = linked[start..].iter().take_while(|(mine, _)| mine == row).map(|(_, other)| Some(*other));
                let found: Vec<Option<u32>> = found.collect();
                for seat in if found.is_empty() { vec![None] } else { found } {
                    wider.push(*row);
                    seats.push(seat);
                    for ((_, kept), (_, earlier)) in kept.iter_mut().zip(&seated) {
                        kept.push(earlier[at]);
                    }
                }
                if wider.len() > most {
                    return Err(format!("too many records of {dataset} are linked to the same records of {own}"));
                }
            }
            rows = wider;
            kept.push((dataset.clone(), seats));
            seated = kept;
        }
        let own = rows.iter().map(|row| Some(*row)).collect();
        Ok(Self { rows, others: seated, own })
    }

    fn of(&self, dataset: &str) -> &[Option<u32>] {
        self.others.iter().find(|(name, _)| name == dataset).map_or(&self.own, |(_, seats)| seats)
    }
}

/// The cells of one named column.
struct Cells<'a> {
    column: &'a TextColumn,
    dataset: String,
    /// Whether these are profile attributes, which Customer.io reads its own way.
    profile: bool,
    /// The zone of stamps without one.
    zone: Option<TimeZone>,
    /// Texts that mean missing.
    missing: &'a [String],
    /// Values of an enum that stand for another text, or for nothing.
    spelled: AHashMap<&'a str, Option<String>>,
}

impl<'a> Cells<'a> {
    fn new(shard: &'a Shard<'_>, slice: &Slice<'a>, name: &str) -> Result<Self, String> {
        let path = ColumnPath::parse(name).ok_or_else(|| format!("{name} names no column"))?;
        let other = if path.dataset == slice.frame.dataset.name { *slice } else { shard.slice(&path.dataset)? };
        let dataset = &other.frame.dataset;
        let index = dataset.columns.iter().position(|column| column.label == path.column);
        let column = other.column(index.ok_or_else(|| format!("{name} is not in the export"))?)?;
        let profile = dataset.system == System::CustomerIo;
        let zone = shard.engine.zones.get(&dataset.source).and_then(|name| zone(name));
        let missing = shard.engine.missing.of(name.strip_prefix(EARLIER).unwrap_or(name));
        Ok(Self { column, dataset: path.dataset, profile, zone, missing, spelled: AHashMap::new() })
    }

    /// Reads every different value of an enum once: as the text that the condition tests for where both mean the same,
    /// else as the allowed spelling. Texts that mean missing match nothing; those off the list stay as they are.
    fn spelled(mut self, shard: &'a Shard<'_>, name: &str, filter: &Filter) -> Self {
        let plain = name.strip_prefix(EARLIER).unwrap_or(name);
        let Some(spellings) = shard.engine.spellings.get(plain).filter(|_| !self.profile) else { return self };
        let literals = filter.expr.literals().into_iter().filter(|(column, _)| column == name);
        let mut tested: AHashMap<String, String> = AHashMap::new();
        for (_, text) in literals {
            if let Place::Word(word, _) = spellings.place(&text) {
                let chosen = tested.entry(word.text.clone()).or_insert_with(|| text.clone());
                // The allowed spelling itself goes first.
                if text == word.text {
                    *chosen = text;
                }
            }
        }
        let rows = shard.slice(&self.dataset).map(|slice| slice.frame.rows).unwrap_or_default();
        let values: AHashSet<&str> = match self.column.few() {
            Some((values, _)) => values.iter().map(AsRef::as_ref).collect(),
            None => (0..rows).map(|row| self.column.get(row)).collect(),
        };
        for value in values {
            match spellings.place(value) {
                Place::Missing => drop(self.spelled.insert(value, None)),
                Place::Word(word, _) => {
                    let text = tested.get(&word.text).unwrap_or(&word.text);
                    self.spelled.insert(value, Some(text.clone()));
                }
                Place::Outside => {}
            }
        }
        self
    }

    fn read(&'a self, value: &'a str) -> Option<&'a str> {
        match self.spelled.get(value) {
            Some(spelled) => spelled.as_deref(),
            None if self.profile => Some(value).filter(|value| !value.is_empty()),
            None => Some(value).filter(|value| !is_missing(value, self.missing)),
        }
    }

    fn typed(&'a self, rows: &[Option<u32>], name: &str, ty: Type) -> Series {
        let title: PlSmallStr = typed_name(name, ty).into();
        match ty {
            Type::Text | Type::Unknown => Series::new(title, self.each(rows, |cell| Some(cell?))),
            Type::List => Series::new(title, self.each(rows, |cell| joined(items(cell?).iter().map(AsRef::as_ref)))),
            Type::Number if self.profile => {
                Series::new(title, self.each(rows, |cell| cell?.trim().parse::<f64>().ok()))
            }
            Type::Number => Series::new(title, self.each(rows, |cell| number(cell?))),
            Type::Timestamp => Series::new(title, self.each(rows, |cell| self.seconds(cell?))),
            Type::Boolean if self.profile && name.ends_with(".unsubscribed") => {
                let out = |cell: Option<&str>| Some(Consent::Profile.says(cell.unwrap_or_default()) == shape::OUT);
                Series::new(title, self.each(rows, out))
            }
            Type::Boolean => Series::new(title, self.each(rows, |cell| truth(cell?))),
        }
    }

    /// The cells of rows as `of` reads them; what is missing, and no row at all, is nothing to it.
    fn each<T: Clone>(&'a self, rows: &[Option<u32>], of: impl Fn(Option<&'a str>) -> Option<T>) -> Vec<Option<T>> {
        let reading = self.column.reading(|value| of(self.read(value)));
        rows.iter().map(|row| row.map_or_else(|| of(None), |row| reading.get(row))).collect()
    }

    fn seconds(&self, cell: &str) -> Option<i64> {
        match classify(cell) {
            Stamp::Zero => Some(0),
            Stamp::UnixSeconds => instant(cell, None),
            _ if self.profile => None,
            _ => placed(cell, self.zone.as_ref()),
        }
    }
}

/// The instant of a source's stamp; a day begins at midnight of its zone, or of UTC.
pub(crate) fn placed(cell: &str, zone: Option<&TimeZone>) -> Option<i64> {
    match classify(cell) {
        Stamp::Date => instant(&format!("{} 00:00:00", cell.trim()), zone.or(Some(&TimeZone::UTC))),
        _ => instant(cell, zone),
    }
}
