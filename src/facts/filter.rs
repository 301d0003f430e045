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

use polars::prelude::{Column as Plain, DataFrame, IntoLazy};

use super::local::{Shard, Slice};
use super::mask::Mask;
use super::typed::{Cells, Places};
use crate::exports::System;
use crate::mapping::ColumnPath;
use crate::mapping::expr::Expr;
use crate::mapping::lower::{Options, lower};

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
    pub(super) fn of(&self, column: &str) -> &[String] {
        self.own.get(column).unwrap_or(&self.everywhere)
    }
}

/// The rows of a slice that meet a filter. Where it names columns of another dataset, one linked record that meets it is
/// enough.
pub(crate) fn met(shard: &Shard<'_>, slice: &Slice<'_>, filter: &Filter) -> Result<Mask, String> {
    let own = &slice.frame.dataset.name;
    let named = filter.expr.columns();
    let mut others: Vec<String> =
        named.iter().filter_map(|(name, _)| ColumnPath::parse(name)).map(|path| path.dataset).collect();
    others.retain(|dataset| dataset != own);
    if others.is_empty() {
        return Conditions { shard, slice, filter }.met(&filter.expr);
    }
    others.sort();
    others.dedup();
    let seats = Seats::new(shard, slice, &others)?;
    let place = |dataset: &str| Places::Rows(seats.of(dataset));
    let mask = evaluated(shard, slice, filter, &filter.expr, seats.rows.len(), &place)?;
    let mut met = Mask::none(slice.frame.rows);
    seats.rows.iter().zip(mask).filter(|(_, met)| *met).for_each(|(row, _)| met.put(*row));
    Ok(met)
}

/// What an expression says of every place, by Polars; `filter` is what it is a part of.
fn evaluated<'a>(
    shard: &'a Shard<'_>,
    slice: &Slice<'a>,
    filter: &Filter,
    expr: &Expr,
    height: usize,
    place: &dyn Fn(&str) -> Places<'a>,
) -> Result<Vec<bool>, String> {
    let failed = |error: polars::error::PolarsError| format!("the condition could not be evaluated: {error}");
    let mut columns = Vec::new();
    for (name, ty) in &expr.columns() {
        let cells = Cells::new(shard, slice, name)?.spelled(shard, name, filter);
        columns.push(Plain::from(cells.typed(&place(&cells.dataset), name, *ty)));
    }
    let frame = DataFrame::new(height, columns).map_err(failed)?;
    let options = Options { text_any_case: shard.engine.any_case };
    let plan = lower(expr, shard.engine.now, &options).alias("met");
    let answer = frame.lazy().select([plan]).collect().map_err(failed)?;
    let mask = answer.column("met").map_err(failed)?.bool().map_err(failed)?.clone();
    // A condition without columns gives one value for all rows.
    if mask.len() == 1 && height != 1 {
        return Ok(vec![mask.get(0) == Some(true); height]);
    }
    Ok(mask.iter().map(|met| met == Some(true)).collect())
}

/// A filter that names columns of its own dataset alone. Its conditions are true or false of each row, so each of them is
/// evaluated by itself, once for all filters that have it, and over distinct values where those are few.
struct Conditions<'a> {
    shard: &'a Shard<'a>,
    slice: &'a Slice<'a>,
    filter: &'a Filter,
}

impl Conditions<'_> {
    fn met(&self, expr: &Expr) -> Result<Mask, String> {
        let rows = self.slice.frame.rows;
        match expr {
            Expr::All(terms) => {
                let mut met = self.slice.mask(|_| true);
                for term in terms {
                    met.and(&self.met(term)?);
                }
                Ok(met)
            }
            Expr::Any(terms) => {
                let mut met = Mask::none(rows);
                for term in terms {
                    met.or(&self.met(term)?);
                }
                Ok(met)
            }
            Expr::Not(inner) => {
                let mut met = self.slice.mask(|_| true);
                met.without(&self.met(inner)?);
                Ok(met)
            }
            leaf => self.leaf(leaf).map(|met| (*met).clone()),
        }
    }

    /// A condition without parts, remembered unless its values are read by what else the filter tests for.
    fn leaf(&self, leaf: &Expr) -> Result<Arc<Mask>, String> {
        let dataset = &self.slice.frame.dataset;
        let (memo, piece) = (self.shard.engine.memo, self.shard.number);
        let key = match dataset.system {
            System::CustomerIo => leaf.to_string(),
            _ => format!("{leaf} of {}", self.filter.text),
        };
        if let Some(known) = memo.leaf(piece, &dataset.name, &key).filter(|_| !self.shard.is_single()) {
            return Ok(known);
        }
        let met = Arc::new(self.evaluate(leaf)?);
        if !self.shard.is_single() {
            memo.keep_leaf(piece, &dataset.name, &key, &met);
        }
        Ok(met)
    }

    fn evaluate(&self, leaf: &Expr) -> Result<Mask, String> {
        let (shard, slice, total) = (self.shard, self.slice, self.slice.frame.rows);
        let columns = leaf.columns();
        if let Some((name, _)) = columns.first().filter(|_| columns.len() == 1) {
            let cells = Cells::new(shard, slice, name)?;
            if let Some((values, held)) = cells.column.few() {
                let place = |_: &str| Places::Values(values);
                let says = evaluated(shard, slice, self.filter, leaf, values.count(), &place)?;
                return Ok(slice.mask(|row| says[usize::from(held[row as usize])]));
            }
        }
        let rows: Vec<Option<u32>> = slice.rows().map(Some).collect();
        let says = evaluated(shard, slice, self.filter, leaf, rows.len(), &|_| Places::Rows(&rows))?;
        let mut met = Mask::none(total);
        slice.rows().zip(says).filter(|(_, says)| *says).for_each(|(row, _)| met.put(row));
        Ok(met)
    }
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
            let linked = shard.engine.memo.neighbours(shard.engine.identity, own, dataset);
            let (mut wider, mut seats) = (Vec::new(), Vec::new());
            let mut kept: Vec<(String, Vec<Option<u32>>)> =
                seated.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
            let mut from = 0;
            for (at, row) in rows.iter().enumerate() {
                from += linked[from..].iter().take_while(|(mine, _)| mine < row).count();
                let run = linked[from..].iter().take_while(|(mine, _)| mine == row).count();
                for seat in 0..run.max(1) {
                    wider.push(*row);
                    seats.push(linked[from..from + run].get(seat).map(|(_, other)| *other));
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
