//! Datasets in, text columns out: only the columns that are asked for, every value as it stood in the export.
//!
//! A column is a run of text and the ends of its cells, four bytes a cell beside the text itself; a frame of short
//! values in a general string column would cost sixteen.

pub mod calendar;
mod common;
pub mod identity;
pub mod links;
pub mod normalize;
mod sets;
#[cfg(test)]
pub(crate) mod testing;
pub mod time;

use crate::text::trim;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator, ParallelSliceMut};

use crate::error::{Error, Fault, Result};
use crate::exports::{Dataset, Progress, ReadReport};

/// Cells in one run of text; a power of two.
const RUN: usize = 1 << 14;

#[derive(Debug, Default)]
struct Run {
    text: String,
    ends: Vec<u32>,
}

/// One column of one dataset.
#[derive(Debug, Default)]
pub struct TextColumn {
    runs: Vec<Run>,
}

impl TextColumn {
    fn push(&mut self, value: &str) -> std::result::Result<(), ()> {
        if self.runs.last().is_none_or(|run| run.ends.len() == RUN) {
            self.runs.push(Run::default());
        }
        let Some(run) = self.runs.last_mut() else { return Err(()) };
        run.text.push_str(value);
        run.ends.push(u32::try_from(run.text.len()).map_err(|_| ())?);
        Ok(())
    }

    /// The cell of a row, counted from 0; blank where there is none.
    pub fn get(&self, row: u32) -> &str {
        let row = row as usize;
        let Some(run) = self.runs.get(row / RUN) else { return "" };
        let at = row % RUN;
        let start = if at == 0 { 0 } else { run.ends[at - 1] as usize };
        let end = run.ends.get(at).map_or(start, |end| *end as usize);
        &run.text[start..end]
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.runs.iter().map(|run| run.text.capacity() + run.ends.capacity() * 4).sum()
    }
}

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
}

impl Frame {
    /// The place of a record's key among all keys of the dataset; equal keys have equal ranks.
    pub fn rank(&self, row: u32) -> u32 {
        self.ranks.get(row as usize).copied().unwrap_or(row)
    }

    /// Sorts the keys once, so that samples are chosen by comparing numbers.
    fn ranked(mut self) -> Self {
        let mut order: Vec<(Cow<'_, str>, u32)> =
            (0..self.rows).into_par_iter().map(|row| (self.key(row), row)).collect();
        order.par_sort_unstable();
        let mut ranks = vec![0; order.len()];
        let mut next = 0;
        for at in 0..order.len() {
            if at > 0 && order[at].0 != order[at - 1].0 {
                next += 1;
            }
            ranks[order[at].1 as usize] = next;
        }
        drop(order);
        self.ranks = ranks;
        self
    }

    /// Reads the wanted columns of one dataset, without the order of its keys.
    pub fn read(dataset: &Arc<Dataset>, wanted: &BTreeSet<usize>, progress: &dyn Progress) -> Result<Self> {
        read(dataset, &wanted.iter().copied().collect::<Vec<_>>(), progress)
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
}

/// All frames of a run, by dataset name.
#[derive(Debug, Default)]
pub struct Store {
    frames: BTreeMap<String, Frame>,
}

impl Store {
    /// Reads the wanted columns of every dataset, once, the datasets side by side.
    pub fn load(
        datasets: &[Arc<Dataset>],
        wanted: &BTreeMap<String, BTreeSet<usize>>,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let frames: Result<Vec<Frame>> = datasets
            .par_iter()
            .map(|dataset| {
                let mut columns = wanted.get(&dataset.name).cloned().unwrap_or_default();
                columns.extend(dataset.key);
                Ok(read(dataset, &columns.into_iter().collect::<Vec<_>>(), progress)?.ranked())
            })
            .collect();
        Ok(Self { frames: frames?.into_iter().map(|frame| (frame.dataset.name.clone(), frame)).collect() })
    }

    /// Reads columns that a later round asks for and that are not held yet; whether there were any.
    pub fn ensure(&mut self, wanted: &BTreeMap<String, BTreeSet<usize>>, progress: &dyn Progress) -> Result<bool> {
        let mut any = false;
        for (name, columns) in wanted {
            let Some(frame) = self.frames.get_mut(name) else { continue };
            let absent: Vec<usize> =
                columns.iter().copied().filter(|column| !frame.columns.contains_key(column)).collect();
            if !absent.is_empty() {
                any = true;
                let more = read(&frame.dataset, &absent, progress)?;
                frame.columns.extend(more.columns);
            }
        }
        Ok(any)
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
}

fn read(dataset: &Arc<Dataset>, wanted: &[usize], progress: &dyn Progress) -> Result<Frame> {
    let mut columns: Vec<TextColumn> = wanted.iter().map(|_| TextColumn::default()).collect();
    let mut rows: u32 = 0;
    let mut full = false;
    let report = dataset.read(wanted, progress, &mut |_, cells| {
        for (column, cell) in columns.iter_mut().zip(cells) {
            full |= column.push(cell).is_err();
        }
        match rows.checked_add(1) {
            Some(next) => rows = next,
            None => full = true,
        }
    })?;
    if full {
        let fault = Fault::new(format!(
            "{} is too large to hold: over four billion records, or gigabytes in a few thousand cells",
            dataset.name
        ));
        return Err(Error::input(fault.help("split the export, or leave the long column out")));
    }
    let columns = wanted.iter().copied().zip(columns).collect();
    Ok(Frame { dataset: Arc::clone(dataset), report, rows, columns, ranks: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::{RUN, TextColumn};

    #[test]
    fn cells_come_back_across_runs() {
        let mut column = TextColumn::default();
        for row in 0..(RUN * 2 + 3) {
            column.push(&"x".repeat(row % 5)).expect("small cells fit");
        }
        assert_eq!(column.get(0), "");
        assert_eq!(column.get(4), "xxxx");
        let last = u32::try_from(RUN * 2 + 2).expect("fits");
        assert_eq!(column.get(last).len(), (RUN * 2 + 2) % 5);
        assert_eq!(column.get(last + 1), "");
    }
}
