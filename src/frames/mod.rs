//! Datasets in, text columns out: only the columns that are asked for, every value as it stood in the export.

pub mod calendar;
mod column;
mod common;
mod days;
mod few;
pub mod identity;
pub mod links;
pub(crate) mod lists;
mod lookup;
pub mod normalize;
mod numbers;
mod ranks;
mod row_keys;
mod sets;
mod shelf;
mod strays;
#[cfg(test)]
pub(crate) mod testing;
pub mod time;
mod written;

use crate::text::trim;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::{ParallelBridge, ParallelIterator};

pub use self::column::{Reading, TextColumn};
pub(crate) use self::few::FEW;
pub use self::few::Values;
use self::shelf::Shelf;
use crate::error::{Error, Fault, Result};
use crate::exports::{Dataset, Progress, ReadReport};

/// Records after which columns on their way to disk let go of what is settled.
const SETTLED: u32 = 1 << 14;

/// The records of one dataset, as far as their columns were asked for.
#[derive(Debug)]
pub struct Frame {
    /// What it was read from.
    pub dataset: Arc<Dataset>,
    /// What reading found.
    pub report: ReadReport,
    /// How many records.
    pub rows: u32,
    columns: BTreeMap<usize, TextColumn>,
    ranks: Vec<u32>,
    /// The columns that are not held, where not all of them fit into memory.
    shelf: Option<Shelf>,
}

impl Frame {
    /// The place of a record's key among all keys of the dataset; equal keys have equal ranks.
    pub fn rank(&self, row: u32) -> u32 {
        self.ranks.get(row as usize).copied().unwrap_or(row)
    }

    /// Sorts the keys once, so that samples are chosen by comparing numbers.
    fn ranked(mut self) -> Self {
        if self.dataset.key.is_none_or(|key| !self.columns.contains_key(&key)) {
            self.ranks = ranks::ranks_of_numbers(self.rows);
            return self;
        }
        self.ranks = ranks::ranks(self.rows, |row| self.key(row));
        self
    }

    /// Reads the wanted columns of one dataset, without the order of its keys.
    pub fn read(dataset: &Arc<Dataset>, wanted: &BTreeSet<usize>, progress: &dyn Progress) -> Result<Self> {
        read(dataset, &wanted.iter().copied().collect::<Vec<_>>(), progress, None)
    }

    /// Holds columns that were laid aside; whether any came back.
    fn fetch(&mut self, columns: impl IntoIterator<Item = usize>) -> Result<bool> {
        let Some(shelf) = &mut self.shelf else { return Ok(false) };
        let mut any = false;
        for index in columns {
            if let Entry::Vacant(place) = self.columns.entry(index)
                && let Some(column) = shelf.get(index)?
            {
                place.insert(column);
                any = true;
            }
        }
        Ok(any)
    }

    /// A column that was loaded.
    pub fn column(&self, index: usize) -> Option<&TextColumn> {
        self.columns.get(&index)
    }

    /// The record's own id as it stands in the file; the record number where it has none.
    pub fn key(&self, row: u32) -> Cow<'_, str> {
        let key = self.dataset.key.and_then(|key| self.columns.get(&key)).map(|column| trim(column.get(row)));
        key.filter(|key| !key.is_empty()).map_or_else(|| Cow::Owned(format!("record {}", row + 1)), Cow::Borrowed)
    }

    /// Bytes held in columns.
    pub fn bytes(&self) -> usize {
        self.columns.values().map(TextColumn::bytes).sum::<usize>() + self.ranks.len() * 4
    }

    /// Bytes of the same columns in the exports: of their cells, and one behind each.
    fn bytes_read(&self) -> u64 {
        let cells = |index: &usize| self.report.columns.get(*index).map_or(0, |stat| stat.bytes);
        self.columns.keys().map(|index| cells(index) + u64::from(self.rows)).sum()
    }
}

/// All frames of a run, by dataset name.
#[derive(Debug, Default)]
pub struct Store {
    frames: BTreeMap<String, Frame>,
    /// Whether columns are laid aside on disk and only those in use are held.
    lays_aside: bool,
}

impl Store {
    /// Reads the wanted columns of every dataset, once, the datasets side by side.
    pub fn load(
        datasets: &[Arc<Dataset>],
        wanted: &BTreeMap<String, BTreeSet<usize>>,
        progress: &dyn Progress,
    ) -> Result<Self> {
        Self::load_as(datasets, wanted, progress, false)
    }

    /// The same; with `lays_aside`, columns go to disk while they are read, and those of `hold` alone are held.
    pub fn load_as(
        datasets: &[Arc<Dataset>],
        wanted: &BTreeMap<String, BTreeSet<usize>>,
        progress: &dyn Progress,
        lays_aside: bool,
    ) -> Result<Self> {
        // The largest ones first, so that no core is left with one of them at the end.
        let mut order: Vec<(usize, &Arc<Dataset>)> = datasets.iter().enumerate().collect();
        order.sort_by_key(|(at, dataset)| (Reverse(dataset.unpacked_bytes()), *at));
        let load = |dataset: &Arc<Dataset>| {
            let mut columns = wanted.get(&dataset.name).cloned().unwrap_or_default();
            columns.extend(dataset.key);
            let shelf = if lays_aside { Some(Shelf::new()?) } else { None };
            let mut frame = read(dataset, &columns.into_iter().collect::<Vec<_>>(), progress, shelf)?;
            frame.fetch(dataset.key)?;
            Ok(frame.ranked())
        };
        // Of several that cannot be read, the first one is told, whichever was tried first; what comes after it is not read.
        let failed = AtomicUsize::new(usize::MAX);
        let load = |(at, dataset)| {
            let frame = (at < failed.load(Ordering::Relaxed)).then(|| load(dataset))?;
            if frame.is_err() {
                failed.fetch_min(at, Ordering::Relaxed);
            }
            Some((at, frame))
        };
        let mut frames: Vec<(usize, Result<Frame>)> = order.into_iter().par_bridge().filter_map(load).collect();
        frames.sort_by_key(|(at, _)| *at);
        let frames: Result<Vec<Frame>> = frames.into_iter().map(|(_, frame)| frame).collect();
        let frames = frames?.into_iter().map(|frame| (frame.dataset.name.clone(), frame)).collect();
        Ok(Self { frames, lays_aside })
    }

    /// Holds the columns that are wanted, from where they were laid aside or out of the exports, and lets go of those that
    /// can come back; whether any was read or came back.
    pub fn ensure(&mut self, wanted: &BTreeMap<String, BTreeSet<usize>>, progress: &dyn Progress) -> Result<bool> {
        let mut any = false;
        if self.lays_aside {
            for (name, frame) in &mut self.frames {
                let key = frame.dataset.key;
                let kept =
                    |index: &usize| key == Some(*index) || wanted.get(name).is_some_and(|own| own.contains(index));
                frame.columns.retain(|index, _| kept(index));
            }
        }
        for (name, columns) in wanted {
            let Some(frame) = self.frames.get_mut(name) else { continue };
            any |= frame.fetch(columns.iter().copied())?;
            let absent: Vec<usize> =
                columns.iter().copied().filter(|column| !frame.columns.contains_key(column)).collect();
            if !absent.is_empty() {
                any = true;
                let shelf = frame.shelf.take();
                let more = read(&frame.dataset, &absent, progress, shelf)?;
                frame.columns.extend(more.columns);
                frame.shelf = more.shelf;
                frame.fetch(absent)?;
            }
        }
        Ok(any)
    }

    /// Bytes of a column, held or laid aside; nothing when it was never read.
    pub fn size(&self, dataset: &str, index: usize) -> Option<usize> {
        let frame = self.frames.get(dataset)?;
        let aside = frame.shelf.as_ref().and_then(|shelf| shelf.size(index));
        aside.or_else(|| Some(frame.columns.get(&index)?.bytes()))
    }

    /// Puts other cells into the place of columns that are held.
    pub(crate) fn replace(&mut self, dataset: &str, columns: BTreeMap<usize, Vec<String>>) {
        let Some(mut frame) = self.frames.remove(dataset) else { return };
        for (index, cells) in columns {
            let mut column = TextColumn::default();
            // They fit where longer ones did: a hash is as long as most values.
            cells.iter().for_each(|cell| {
                let _ = column.push(cell);
            });
            frame.columns.insert(index, column);
        }
        self.frames.insert(dataset.to_owned(), frame.ranked());
    }

    /// A frame by dataset name.
    pub fn get(&self, dataset: &str) -> Option<&Frame> {
        self.frames.get(dataset)
    }

    /// All frames, in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Frame> {
        self.frames.values()
    }

    /// Bytes held in columns.
    pub fn bytes(&self) -> usize {
        self.iter().map(Frame::bytes).sum()
    }

    /// Bytes of the same columns in the exports.
    pub fn bytes_read(&self) -> u64 {
        self.iter().map(Frame::bytes_read).sum()
    }

    /// Bytes of columns that were laid aside.
    pub fn bytes_aside(&self) -> usize {
        self.iter().filter_map(|frame| frame.shelf.as_ref()).map(Shelf::bytes).sum()
    }
}

/// Reads columns; with a shelf, they are laid aside as they come and none is held.
fn read(dataset: &Arc<Dataset>, wanted: &[usize], progress: &dyn Progress, shelf: Option<Shelf>) -> Result<Frame> {
    let mut columns: Vec<TextColumn> = wanted.iter().map(|_| TextColumn::default()).collect();
    let mut rows: u32 = 0;
    let mut full = false;
    let mut shelf = shelf.map(Ok);
    let mut lay_aside = |columns: &mut [TextColumn], all| {
        if let Some(Ok(open)) = &mut shelf
            && let Err(error) = columns.iter_mut().zip(wanted).try_for_each(|(column, at)| open.put(*at, column, all))
        {
            shelf = Some(Err(error));
        }
    };
    let report = dataset.read(wanted, progress, &mut |batch| {
        for (at, column) in columns.iter_mut().enumerate() {
            batch.each_cell(at, |cell| full |= column.push(cell).is_err());
        }
        let before = rows;
        match u32::try_from(batch.rows()).ok().and_then(|more| rows.checked_add(more)) {
            Some(next) => rows = next,
            None => full = true,
        }
        if before / SETTLED < rows / SETTLED {
            lay_aside(&mut columns, false);
        }
    })?;
    lay_aside(&mut columns, true);
    columns.iter_mut().for_each(TextColumn::close);
    let shelf = shelf.transpose()?;
    if full {
        let fault = Fault::new(format!(
            "{} is too large to hold: over four billion records, or gigabytes in a few thousand cells",
            dataset.name
        ));
        return Err(Error::input(fault.help("split the export, or leave the long column out")));
    }
    let columns = if shelf.is_some() { BTreeMap::new() } else { wanted.iter().copied().zip(columns).collect() };
    Ok(Frame { dataset: Arc::clone(dataset), report, rows, columns, ranks: Vec::new(), shelf })
}

#[cfg(test)]
mod tests {
    use super::testing::store;

    #[test]
    fn ranks_sort_as_keys_do() {
        let keys =
            ["zcrm_10", "zcrm_9", "zcrm_10", "zcrm_1", "", "zcrm_2345678901234567890", "zcrm_2345678901234567891"];
        let text: String = keys.iter().map(|key| format!("{key},a@example.com\n")).collect();
        let (store, _) = store(&[("contacts.csv", &format!("Record Id,Email\n{text}"))]);
        let frame = store.get("zoho.contacts").expect("loaded");
        for one in 0..frame.rows {
            for other in 0..frame.rows {
                let ranks = frame.rank(one).cmp(&frame.rank(other));
                assert_eq!(ranks, frame.key(one).cmp(&frame.key(other)), "{} and {}", frame.key(one), frame.key(other));
            }
        }
    }
}
