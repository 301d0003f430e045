//! Expressions over records: the columns of a filter, read by their declared types, and Polars to evaluate it.
//!
//! Only Unix seconds are a time here: that is what Customer.io's date conditions match, whatever else a date may look
//! like. An absent `unsubscribed` is subscribed.
//!
//! Profile attributes are compared as they stand, as Customer.io does. What other systems hold is read first: a misspelt
//! stage of a deal is that stage, and a text that means missing is nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use polars::prelude::{Column as Plain, DataFrame, IntoLazy};
use rayon::prelude::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::local::{Shard, Slice};
use super::mask::Mask;
use super::typed::{Cells, Places};
use crate::exports::System;
use crate::mapping::ColumnPath;
use crate::mapping::expr::{Expr, Operand, Type};
use crate::mapping::lower::{Options, lower};

/// Combinations of rows with their linked records, for each row of the slice, beyond which a filter is refused: a few each is
/// what people have.
const MOST_COMBINATIONS: usize = 8;

/// Conditions on one column that are evaluated together row by row.
const AT_ONCE: usize = 16;

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
    // What must hold of the row itself is asked first: linked records are looked up for the rows that are left.
    let (plain, wide): (Vec<&Expr>, Vec<&Expr>) = terms(&filter.expr).into_iter().partition(|term| is_of(term, own));
    let mut left = slice.all();
    for term in plain {
        left.and(&Conditions { shard, slice, filter }.met(term)?);
    }
    let seats = Seats::new(shard, slice, left.iter().collect(), &others)?;
    let place = |dataset: &str| Places::Rows(seats.of(dataset));
    let wide = Expr::All(wide.into_iter().cloned().collect());
    let says = evaluated(shard, slice, filter, &[&wide], seats.rows.len(), &place)?;
    let mut met = Mask::none(slice.frame.rows);
    seats.rows.iter().zip(says.concat()).filter(|(_, met)| *met).for_each(|(row, _)| met.put(*row));
    Ok(met)
}

/// The conditions that must all hold.
fn terms(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::All(all) => all.iter().flat_map(terms).collect(),
        one => vec![one],
    }
}

/// Whether a condition names columns of one dataset alone.
fn is_of(expr: &Expr, dataset: &str) -> bool {
    expr.columns().iter().all(|(name, _)| ColumnPath::parse(name).is_none_or(|path| path.dataset == dataset))
}

/// Conditions by the dataset, the columns that they read, and the filter by which these are read; each with its name.
type Groups<'a> = BTreeMap<(&'a str, Vec<String>, &'a str), (&'a Filter, BTreeMap<String, &'a Expr>)>;

/// Evaluates the conditions without parts of filters, before these are put together: conditions that read the same columns
/// at once, each such group beside the others. What fails is left to the filters.
pub(super) fn prepare(shard: &Shard<'_>, filters: &[(&str, &Filter)]) {
    let mut groups: Groups<'_> = BTreeMap::new();
    for (own, filter) in filters {
        let Ok(slice) = shard.slice(own) else { continue };
        let conditions = Conditions { shard, slice: &slice, filter };
        for leaf in terms(&filter.expr).into_iter().filter(|term| is_of(term, own)).flat_map(Expr::leaves) {
            let key = conditions.key(leaf);
            if shard.engine.memo.leaf(shard.number, own, &key).is_some() {
                continue;
            }
            let names = leaf.columns().into_iter().map(|(name, _)| name).collect();
            let read_by = if conditions.reads_as_it_stands() { "" } else { &filter.text };
            let (_, group) = groups.entry((own, names, read_by)).or_insert_with(|| (filter, BTreeMap::new()));
            group.insert(key, leaf);
        }
    }
    let groups: Vec<_> = groups.into_iter().collect();
    groups.into_par_iter().with_max_len(1).for_each(|((own, ..), (filter, group))| {
        let leaves: Vec<&Expr> = group.values().copied().collect();
        let masks = || Conditions { shard, slice: &shard.slice(own)?, filter }.evaluate(&leaves);
        let masks = catch_unwind(AssertUnwindSafe(masks)).unwrap_or_else(|_| Ok(Vec::new())).unwrap_or_default();
        for (key, mask) in group.keys().zip(masks) {
            shard.engine.memo.keep_leaf(shard.number, own, key, &Arc::new(mask));
        }
    });
}

/// What expressions say of every place, by Polars; `filter` is what they are parts of.
fn evaluated<'a>(
    shard: &'a Shard<'_>,
    slice: &Slice<'a>,
    filter: &Filter,
    exprs: &[&Expr],
    height: usize,
    place: &dyn Fn(&str) -> Places<'a>,
) -> Result<Vec<Vec<bool>>, String> {
    let failed = |error: polars::error::PolarsError| format!("the condition could not be evaluated: {error}");
    let mut columns = Vec::new();
    let named: BTreeSet<(String, Type)> = exprs.iter().flat_map(|expr| expr.columns()).collect();
    for (name, ty) in &named {
        let cells = Cells::new(shard, slice, name)?.spelled(shard, name, filter);
        columns.push(Plain::from(cells.typed(&place(&cells.dataset), name, *ty)));
    }
    let frame = DataFrame::new(height, columns).map_err(failed)?;
    let met = |at: usize| format!("met {at}");
    let options = Options { text_any_case: shard.engine.any_case };
    let plans = exprs.iter().enumerate().map(|(at, expr)| lower(expr, shard.engine.now, &options).alias(met(at)));
    let answer = frame.lazy().select(plans.collect::<Vec<_>>()).collect().map_err(failed)?;
    let says = |at: usize| {
        let says = answer.column(&met(at)).map_err(failed)?.bool().map_err(failed)?.clone();
        // A condition without columns gives one value for all rows.
        if says.len() == 1 && height != 1 {
            return Ok(vec![says.get(0) == Some(true); height]);
        }
        Ok(says.iter().map(|met| met == Some(true)).collect())
    };
    (0..exprs.len()).into_par_iter().map(says).collect()
}

/// The conditions of a filter that name columns of its own dataset alone. They are true or false of each row, so each of them
/// is evaluated by itself, once for all filters that have it, and over distinct values where those are few.
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
                let mut met = self.slice.all();
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
                let mut met = self.slice.all();
                met.without(&self.met(inner)?);
                Ok(met)
            }
            leaf => self.leaf(leaf).map(|met| (*met).clone()),
        }
    }

    /// Whether what else the filter tests for does not change how values are read.
    fn reads_as_it_stands(&self) -> bool {
        self.slice.frame.dataset.system == System::CustomerIo
    }

    /// By what a condition without parts is remembered.
    fn key(&self, leaf: &Expr) -> String {
        if self.reads_as_it_stands() { leaf.to_string() } else { format!("{leaf} of {}", self.filter.text) }
    }

    /// A condition without parts.
    fn leaf(&self, leaf: &Expr) -> Result<Arc<Mask>, String> {
        let dataset = &self.slice.frame.dataset.name;
        let (memo, piece, key) = (self.shard.engine.memo, self.shard.number, self.key(leaf));
        if let Some(known) = memo.leaf(piece, dataset, &key).filter(|_| !self.shard.is_single()) {
            return Ok(known);
        }
        let met = Arc::new(self.evaluate(&[leaf])?.pop().ok_or("the condition was not evaluated")?);
        if !self.shard.is_single() {
            memo.keep_leaf(piece, dataset, &key, &met);
        }
        Ok(met)
    }

    /// Conditions without parts that read the same columns.
    fn evaluate(&self, leaves: &[&Expr]) -> Result<Vec<Mask>, String> {
        let (shard, slice, total) = (self.shard, self.slice, self.slice.frame.rows);
        let columns = leaves.first().map(|leaf| leaf.columns()).unwrap_or_default();
        if let Some((name, _)) = columns.first().filter(|_| columns.len() == 1) {
            let cells = Cells::new(shard, slice, name)?;
            if let Some((values, held)) = cells.column.few() {
                let place = |_: &str| Places::Values(values);
                let says = evaluated(shard, slice, self.filter, leaves, values.count(), &place)?;
                return Ok(slice.masks_by_value(held, &says));
            }
        }
        let missing = |leaf: &&Expr| match leaf {
            Expr::Missing(Operand::Column { name, ty: Type::Text | Type::Unknown }) => {
                let cells = Cells::new(shard, slice, name)?.spelled(shard, name, self.filter);
                Ok(Some(cells.absent(slice)))
            }
            _ => Ok(None),
        };
        let mut masks: Vec<Option<Mask>> = leaves.iter().map(missing).collect::<Result<_, String>>()?;
        let mask = |says: Vec<bool>| {
            let mut met = Mask::none(total);
            slice.rows().zip(says).filter(|(_, says)| *says).for_each(|(row, _)| met.put(row));
            met
        };
        let open: Vec<usize> = (0..leaves.len()).filter(|at| masks[*at].is_none()).collect();
        for open in open.chunks(AT_ONCE) {
            let leaves: Vec<&Expr> = open.iter().map(|at| leaves[*at]).collect();
            let place = |_: &str| Places::Own(*slice);
            let says = evaluated(shard, slice, self.filter, &leaves, slice.len() as usize, &place)?;
            let met: Vec<Mask> = says.into_par_iter().map(mask).collect();
            open.iter().zip(met).for_each(|(at, met)| masks[*at] = Some(met));
        }
        masks.into_iter().collect::<Option<_>>().ok_or_else(|| "a condition was not evaluated".to_owned())
    }
}

/// Rows of a slice, each once for every combination of linked records.
struct Seats {
    rows: Vec<u32>,
    others: Vec<(String, Vec<Option<u32>>)>,
    own: Vec<Option<u32>>,
}

impl Seats {
    fn new(shard: &Shard<'_>, slice: &Slice<'_>, mut rows: Vec<u32>, others: &[String]) -> Result<Self, String> {
        let own = &slice.frame.dataset.name;
        let most = (slice.len() as usize).saturating_mul(MOST_COMBINATIONS).max(1_000);
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
