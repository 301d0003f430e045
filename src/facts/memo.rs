//! What one round of questions found and a later one would work out again: rows by shape, rows that meet a filter.
//!
//! Nothing is worked out under a lock, since who holds one while other threads wait for it could be waiting for them;
//! instants alone are, whose reading waits for nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::mask::Mask;
use super::matches::Found;
use super::{Column, Filter, Lens, Matching};
use crate::frames::identity::Identity;

/// One in so many rows may have a shape for its rows to be kept: findings are about few.
const FEW: u32 = 16;

/// The rows of each shape; none of a shape that many rows have.
pub(super) type Kept = BTreeMap<&'static str, Option<Vec<u32>>>;
/// The same by piece, column and lens.
type ByShape = BTreeMap<(u32, Column, Lens), Arc<Kept>>;

/// The rows that meet a filter, by piece, dataset and filter.
type Met = BTreeMap<(u32, String, Filter), Result<Arc<Mask>, String>>;

/// The rows that meet a condition without parts, by piece, dataset and condition.
type Leaves = BTreeMap<(u32, String, String), Arc<Mask>>;

/// Rows of one dataset, each with a row of another that is theirs, in order.
type Neighbours = BTreeMap<(String, String), Arc<Vec<(u32, u32)>>>;

/// The instants of a column's rows, by column and the zone of stamps without one.
type Instants = BTreeMap<(Column, Option<String>), Arc<OnceLock<Vec<i32>>>>;

/// Rows that were found already.
#[derive(Debug, Default)]
pub struct Memo {
    shapes: Mutex<ByShape>,
    filters: Mutex<Met>,
    leaves: Mutex<Leaves>,
    neighbours: Mutex<Neighbours>,
    instants: Mutex<Instants>,
    matches: Mutex<BTreeMap<Matching, Result<Arc<Found>, String>>>,
}

fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The rows of a shape while they are being counted; none once they are many.
pub(super) struct Keeper {
    most: usize,
    rows: Option<Vec<u32>>,
}

impl Keeper {
    pub(super) fn new(rows: u32) -> Self {
        Self { most: (rows / FEW).max(1_024) as usize, rows: Some(Vec::new()) }
    }

    #[inline]
    pub(super) fn keep(&mut self, row: u32) {
        match &mut self.rows {
            Some(rows) if rows.len() < self.most => rows.push(row),
            Some(_) => self.rows = None,
            None => {}
        }
    }

    /// Whether the rows are too many to be kept.
    pub(super) fn is_full(&self) -> bool {
        self.rows.is_none()
    }

    pub(super) fn rows(self) -> Option<Vec<u32>> {
        self.rows
    }
}

impl Memo {
    /// What matching found, when it ran.
    pub(super) fn found(&self, asked: &Matching) -> Option<Result<Arc<Found>, String>> {
        open(&self.matches).get(asked).cloned()
    }

    pub(super) fn keep_found(&self, asked: &Matching, found: Result<Found, String>) {
        open(&self.matches).insert(asked.clone(), found.map(Arc::new));
    }

    /// All that was matched.
    pub(crate) fn matched(&self) -> Vec<(Matching, Arc<Found>)> {
        let matches = open(&self.matches);
        matches.iter().filter_map(|(asked, found)| Some((asked.clone(), Arc::clone(found.as_ref().ok()?)))).collect()
    }

    pub(super) fn keep(&self, piece: u32, column: &Column, lens: &Lens, kept: Kept) {
        open(&self.shapes).insert((piece, column.clone(), lens.clone()), Arc::new(kept));
    }

    /// The rows of these shapes in order, when all of them were kept.
    pub(super) fn rows(&self, piece: u32, column: &Column, lens: &Lens, shapes: &BTreeSet<String>) -> Option<Vec<u32>> {
        let kept = open(&self.shapes).get(&(piece, column.clone(), lens.clone())).cloned()?;
        let mut rows = Vec::new();
        for (_, found) in kept.iter().filter(|(shape, _)| shapes.contains(**shape)) {
            rows.extend_from_slice(found.as_ref()?);
        }
        rows.sort_unstable();
        Some(rows)
    }

    /// The rows that meet a filter, when it was evaluated before.
    pub(super) fn met(&self, piece: u32, dataset: &str, filter: &Filter) -> Option<Result<Arc<Mask>, String>> {
        open(&self.filters).get(&(piece, dataset.to_owned(), filter.clone())).cloned()
    }

    pub(super) fn keep_met(
        &self,
        piece: u32,
        dataset: &str,
        filter: &Filter,
        met: Result<Mask, String>,
    ) -> Result<Arc<Mask>, String> {
        let met = met.map(Arc::new);
        open(&self.filters).insert((piece, dataset.to_owned(), filter.clone()), met.clone());
        met
    }

    /// The rows that meet a condition without parts, when it was evaluated before.
    pub(super) fn leaf(&self, piece: u32, dataset: &str, leaf: &str) -> Option<Arc<Mask>> {
        open(&self.leaves).get(&(piece, dataset.to_owned(), leaf.to_owned())).cloned()
    }

    pub(super) fn keep_leaf(&self, piece: u32, dataset: &str, leaf: &str, met: &Arc<Mask>) {
        open(&self.leaves).insert((piece, dataset.to_owned(), leaf.to_owned()), Arc::clone(met));
    }

    /// The place for the instants of a column, by the zone of stamps without one.
    pub(super) fn instants(&self, column: &Column, zone: Option<&str>) -> Arc<OnceLock<Vec<i32>>> {
        let place = (column.clone(), zone.map(str::to_owned));
        Arc::clone(open(&self.instants).entry(place).or_default())
    }

    /// Lets go of the instants of columns, which these give again.
    pub fn forget_instants(&self) {
        open(&self.instants).clear();
    }

    /// Rows of one dataset, each with a row of another that is linked to it, in order.
    pub(super) fn neighbours(&self, identity: &Identity, own: &str, other: &str) -> Arc<Vec<(u32, u32)>> {
        let name = (own.to_owned(), other.to_owned());
        if let Some(known) = open(&self.neighbours).get(&name) {
            return Arc::clone(known);
        }
        let (back, forth) = (identity.links(other, own), identity.links(own, other));
        let rows = back.iter().map(|link| link.right).chain(forth.last().map(|link| link.left)).max();
        let (mut pairs, mut theirs) = (Vec::with_capacity(back.len().max(forth.len())), Vec::new());
        for row in 0..rows.map_or(0, |last| last.saturating_add(1)) {
            theirs.extend(back.of_right(row).iter().map(|link| link.left));
            theirs.extend(forth.of_left(row).iter().map(|link| link.right));
            theirs.sort_unstable();
            theirs.dedup();
            pairs.extend(theirs.drain(..).map(|their| (row, their)));
        }
        let pairs = Arc::new(pairs);
        open(&self.neighbours).insert(name, Arc::clone(&pairs));
        pairs
    }
}
