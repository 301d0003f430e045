//! The cells of a named column as a condition reads them: text in, values of the declared type out.

use ahash::{AHashMap, AHashSet};
use jiff::tz::TimeZone;
use polars::prelude::{NamedFrom, PlSmallStr, Series};

use super::fits::number;
use super::items::items;
use super::lenses::truth;
use super::local::{Shard, Slice};
use super::mask::Mask;
use super::{Consent, Filter, lenses::shape};
use crate::exports::System;
use crate::frames::normalize::is_missing;
use crate::frames::time::{Stamp, Written, zone};
use crate::frames::{TextColumn, Values};
use crate::mapping::expr::Type;
use crate::mapping::lower::{joined, typed_name};
use crate::mapping::spelling::Place;
use crate::mapping::{ColumnPath, EARLIER};

/// Where the cells stand that are read.
pub(super) enum Places<'a> {
    /// In every row of this slice.
    Own(Slice<'a>),
    /// In these rows; in none, nothing stands.
    Rows(&'a [Option<u32>]),
    /// Nowhere: these are the values.
    Values(Values<'a>),
}

/// The cells of one named column.
pub(super) struct Cells<'a> {
    pub(super) column: &'a TextColumn,
    pub(super) dataset: String,
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
    pub(super) fn new(shard: &'a Shard<'_>, slice: &Slice<'a>, name: &str) -> Result<Self, String> {
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
    pub(super) fn spelled(mut self, shard: &'a Shard<'_>, name: &str, filter: &Filter) -> Self {
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
            Some((values, _)) => values.iter().collect(),
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

    fn read<'b>(&'b self, value: &'b str) -> Option<&'b str> {
        match self.spelled.get(value) {
            Some(spelled) => spelled.as_deref(),
            None if self.profile => Some(value).filter(|value| !value.is_empty()),
            None => Some(value).filter(|value| !is_missing(value, self.missing)),
        }
    }

    /// The rows in which nothing stands.
    pub(super) fn absent(&self, slice: &Slice<'_>) -> Mask {
        let reading = self.column.reading(|value| self.read(value).is_none());
        slice.mask(|row| reading.get(row))
    }

    pub(super) fn typed<'b>(&'b self, places: &Places<'b>, name: &str, ty: Type) -> Series {
        let title: PlSmallStr = typed_name(name, ty).into();
        match ty {
            Type::Text | Type::Unknown => Series::new(title, self.each(places, |cell| cell)),
            Type::List => Series::new(title, self.each(places, |cell| joined(items(cell?).iter().map(AsRef::as_ref)))),
            Type::Number if self.profile => {
                Series::new(title, self.each(places, |cell| cell?.trim().parse::<f64>().ok()))
            }
            Type::Number => Series::new(title, self.each(places, |cell| number(cell?))),
            Type::Timestamp => Series::new(title, self.each(places, |cell| self.seconds(cell?))),
            Type::Boolean if self.profile && name.ends_with(".unsubscribed") => {
                let out = |cell: Option<&str>| Some(Consent::Profile.says(cell.unwrap_or_default()) == shape::OUT);
                Series::new(title, self.each(places, out))
            }
            Type::Boolean => Series::new(title, self.each(places, |cell| truth(cell?))),
        }
    }

    /// The cells as `of` reads them; what is missing, and no row at all, is nothing to it.
    fn each<'b, T: Clone>(&'b self, places: &Places<'b>, of: impl Fn(Option<&'b str>) -> Option<T>) -> Vec<Option<T>> {
        match places {
            Places::Values(values) => values.iter().map(|value| of(self.read(value))).collect(),
            Places::Own(slice) => {
                let reading = self.column.reading(|value| of(self.read(value)));
                slice.rows().map(|row| reading.get(row)).collect()
            }
            Places::Rows(rows) => {
                let reading = self.column.reading(|value| of(self.read(value)));
                rows.iter().map(|row| row.map_or_else(|| of(None), |row| reading.get(row))).collect()
            }
        }
    }

    fn seconds(&self, cell: &str) -> Option<i64> {
        let read = Written::of(cell);
        match read.stamp {
            Stamp::Zero => Some(0),
            Stamp::UnixSeconds => read.instant(None),
            _ if self.profile => None,
            _ => in_place(&read, self.zone.as_ref()),
        }
    }
}

/// The instant of a source's stamp; a day begins at midnight of its zone, or of UTC.
pub(crate) fn placed(cell: &str, zone: Option<&TimeZone>) -> Option<i64> {
    in_place(&Written::of(cell), zone)
}

fn in_place(read: &Written<'_>, zone: Option<&TimeZone>) -> Option<i64> {
    match read.stamp {
        Stamp::Date => read.moment(false, zone.unwrap_or(&TimeZone::UTC)),
        _ => read.instant(zone),
    }
}
