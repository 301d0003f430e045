//! One column of text: cells in as they stand in the export, held in one of two ways.
//!
//! Most columns of a CRM repeat few values: those are held once, with two bytes a cell that say which, and what a check
//! makes of a value is worked out once as well. The others are runs of text with the ends of their cells, four bytes a
//! cell beside the text itself; a frame of short values in a general string column would cost sixteen.

use std::cell::RefCell;

use super::few::{Few, Values};

/// Cells in one run of text; a power of two.
const RUN: usize = 1 << 14;

/// Cells one after the other.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) ends: Vec<u32>,
}

/// One column of one dataset.
#[derive(Debug)]
pub struct TextColumn(Held);

#[derive(Debug)]
enum Held {
    Few(Few),
    Many(Vec<Run>),
}

impl Default for TextColumn {
    fn default() -> Self {
        Self(Held::Few(Few::default()))
    }
}

impl TextColumn {
    /// Adds a cell; an error when so many long cells do not fit.
    pub(super) fn push(&mut self, value: &str) -> Result<(), ()> {
        let few = match &mut self.0 {
            Held::Many(runs) => return add(runs, value),
            Held::Few(few) => few,
        };
        if few.add(value) {
            return Ok(());
        }
        let mut runs = Vec::new();
        for cell in few.cells() {
            add(&mut runs, few.values().get(*cell))?;
        }
        add(&mut runs, value)?;
        self.0 = Held::Many(runs);
        Ok(())
    }

    /// Lets go of what only adding needs, when every cell is there.
    pub(super) fn close(&mut self) {
        match &mut self.0 {
            Held::Few(few) => few.close(),
            Held::Many(runs) => runs.last_mut().into_iter().for_each(Run::close),
        }
    }

    /// The cell of a row, counted from 0; blank where there is none.
    #[inline]
    pub fn get(&self, row: u32) -> &str {
        let row = row as usize;
        match &self.0 {
            Held::Few(few) => few.cells().get(row).map_or("", |cell| few.values().get(*cell)),
            Held::Many(runs) => runs.get(row / RUN).map_or("", |run| run.get(row % RUN)),
        }
    }

    /// Each row with its cell, in order.
    #[inline]
    pub fn each<'a>(&'a self, mut to: impl FnMut(u32, &'a str)) {
        match &self.0 {
            Held::Few(few) => (0..).zip(few.cells()).for_each(|(row, cell)| to(row, few.values().get(*cell))),
            Held::Many(runs) => {
                for (run, first) in runs.iter().zip((0_u32..).step_by(RUN)) {
                    let mut start = 0;
                    for (end, row) in run.ends.iter().zip(first..) {
                        to(row, &run.text[start as usize..*end as usize]);
                        start = *end;
                    }
                }
            }
        }
    }

    /// The distinct values and which of them each row holds, where those are few.
    pub fn few(&self) -> Option<(Values<'_>, &[u16])> {
        match &self.0 {
            Held::Few(few) => Some((few.values(), few.cells())),
            Held::Many(_) => None,
        }
    }

    /// What `read` makes of the cells, each distinct value read once where those are few.
    pub fn reading<'a, T: Clone, F: Fn(&'a str) -> T>(&'a self, read: F) -> Reading<'a, T, F> {
        let known = self.few().map(|(values, cells)| (RefCell::new(vec![None; values.count()]), cells));
        Reading { column: self, known, read }
    }

    /// Takes out what no further cell changes, as bytes that [`TextColumn::restore`] reads: full runs of text. At the end,
    /// `all` takes everything.
    pub(super) fn take_settled(&mut self, all: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        match &mut self.0 {
            Held::Few(few) if all => {
                bytes.push(FEW_TAG);
                std::mem::take(few).write(&mut bytes);
            }
            Held::Few(_) => {}
            Held::Many(runs) => {
                let open = runs.last().is_some_and(|run| run.ends.len() < RUN);
                let settled = runs.len() - usize::from(open && !all);
                if settled > 0 {
                    bytes.push(MANY_TAG);
                }
                runs.drain(..settled).for_each(|run| run.write(&mut bytes));
            }
        }
        bytes
    }

    /// Adds what [`TextColumn::take_settled`] took out; nothing when the bytes are other ones.
    pub(super) fn restore(&mut self, bytes: &[u8]) -> Option<()> {
        let (tag, mut rest) = bytes.split_first()?;
        match *tag {
            FEW_TAG => {
                self.0 = Held::Few(Few::read(rest)?);
                Some(())
            }
            MANY_TAG => {
                let mut more = Vec::new();
                while !rest.is_empty() {
                    more.push(Run::read(&mut rest)?);
                }
                match &mut self.0 {
                    Held::Many(runs) => runs.append(&mut more),
                    Held::Few(_) => self.0 = Held::Many(more),
                }
                Some(())
            }
            _ => None,
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        match &self.0 {
            Held::Few(few) => few.bytes(),
            Held::Many(runs) => runs.iter().map(Run::bytes).sum(),
        }
    }
}

fn add(runs: &mut Vec<Run>, value: &str) -> Result<(), ()> {
    if runs.last().is_none_or(|run| run.ends.len() == RUN) {
        let next = runs.last_mut().map(Run::next).unwrap_or_default();
        runs.push(next);
    }
    runs.last_mut().ok_or(())?.push(value)
}

/// What comes first in the bytes of a column.
const FEW_TAG: u8 = 1;
const MANY_TAG: u8 = 2;

impl Run {
    /// A cell by its place; blank where there is none.
    #[inline]
    pub(super) fn get(&self, at: usize) -> &str {
        let Some(end) = self.ends.get(at) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start as usize..*end as usize]
    }

    /// Adds a cell; an error when so many long cells do not fit.
    #[inline]
    pub(super) fn push(&mut self, value: &str) -> Result<(), ()> {
        self.text.push_str(value);
        self.ends.push(u32::try_from(self.text.len()).map_err(|_| ())?);
        Ok(())
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * 4
    }

    /// Lets go of room that no cell needs any more.
    pub(super) fn close(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// The run after one that is full, with room for as much again.
    fn next(&mut self) -> Self {
        self.close();
        let length = self.text.len();
        Self { text: String::with_capacity(length + length / 16), ends: Vec::with_capacity(RUN) }
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend((self.text.len() as u64).to_le_bytes());
        bytes.extend((self.ends.len() as u64).to_le_bytes());
        bytes.extend(self.text.as_bytes());
        bytes.extend(self.ends.iter().flat_map(|end| end.to_le_bytes()));
    }

    /// Reads one from the front of some bytes; nothing when they are other ones.
    pub(super) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let mut take = |length: usize| {
            let (taken, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            Some(taken)
        };
        let mut number = || usize::try_from(u64::from_le_bytes(take(8)?.try_into().ok()?)).ok();
        let (length, cells) = (number()?, number()?);
        let text = String::from_utf8(take(length)?.to_vec()).ok()?;
        let ends = take(cells.checked_mul(4)?)?.chunks_exact(4);
        let ends: Vec<u32> = ends.map(|end| u32::from_le_bytes([end[0], end[1], end[2], end[3]])).collect();
        let in_order = ends.is_sorted() && ends.last().is_none_or(|end| *end as usize <= text.len());
        let is_cut = ends.iter().all(|end| text.is_char_boundary(*end as usize));
        (in_order && is_cut).then_some(Self { text, ends })
    }
}

/// What was made of each distinct value so far.
type Known<T> = RefCell<Vec<Option<T>>>;

/// A column as something reads it.
pub struct Reading<'a, T, F> {
    column: &'a TextColumn,
    known: Option<(Known<T>, &'a [u16])>,
    read: F,
}

impl<'a, T: Clone, F: Fn(&'a str) -> T> Reading<'a, T, F> {
    /// What it makes of the cell of a row; of a blank one where there is none.
    #[inline]
    pub fn get(&self, row: u32) -> T {
        let Some((known, cells)) = &self.known else { return (self.read)(self.column.get(row)) };
        let Some(cell) = cells.get(row as usize).map(|cell| usize::from(*cell)) else { return (self.read)("") };
        if let Some(read) = &known.borrow()[cell] {
            return read.clone();
        }
        let read = (self.read)(self.column.get(row));
        known.borrow_mut()[cell] = Some(read.clone());
        read
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::few::FEW;
    use super::{RUN, TextColumn};

    fn column(cells: impl Iterator<Item = String>) -> TextColumn {
        let mut column = TextColumn::default();
        cells.for_each(|cell| column.push(&cell).expect("small cells fit"));
        column
    }

    #[test]
    fn cells_come_back_across_runs() {
        let rows = RUN * 2 + 3;
        let cell = |row: usize| format!("{row}{}", "x".repeat(row % 5));
        let many = column((0..rows).map(cell));
        assert!(many.few().is_none());
        for row in [0, 4, FEW - 1, FEW, FEW + 1, RUN - 1, RUN, rows - 1] {
            assert_eq!(many.get(u32::try_from(row).expect("fits")), cell(row));
        }
        assert_eq!(many.get(u32::try_from(rows).expect("fits")), "");
    }

    #[test]
    fn few_values_are_held_once_and_read_once() {
        let few = column((0..10_000).map(|row| ["", "Active", "Churned"][row % 3].to_owned()));
        assert_eq!(few.few().expect("three values").0.count(), 3);
        assert_eq!((few.get(4), few.get(9_999), few.get(10_000)), ("Active", "", ""));
        let asked = Cell::new(0);
        let lengths = few.reading(|cell| {
            asked.set(asked.get() + 1);
            cell.len()
        });
        assert_eq!((0..10_000).map(|row| lengths.get(row)).sum::<usize>(), 3_333 * 13);
        assert_eq!((asked.get(), lengths.get(10_000)), (3, 0));
    }

    #[test]
    fn what_is_taken_out_comes_back() {
        for rows in [0, 1, RUN, RUN * 2 + 3] {
            for cell in [|row: usize| ["", "J\u{f6}rg"][row % 2].to_owned(), |row: usize| format!("{row}\u{e9}")] {
                let (mut whole, mut pieces, mut back) =
                    (column((0..rows).map(cell)), Vec::new(), TextColumn::default());
                for all in [false, true] {
                    pieces.push(whole.take_settled(all));
                }
                for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
                    assert_eq!(back.restore(piece), Some(()));
                    assert_eq!(TextColumn::default().restore(&piece[..piece.len() - 1]), None);
                }
                assert!((0..rows).all(|row| back.get(u32::try_from(row).expect("fits")) == cell(row)), "{rows}");
            }
        }
        assert_eq!(TextColumn::default().restore(&[9, 9]), None);
    }

    #[test]
    fn the_value_that_is_one_too_many_loses_nothing() {
        let few = u32::try_from(FEW).expect("fits");
        let twice = |values: u32| (0..values).flat_map(|value| [value, value]).map(|value| value.to_string());
        assert!(column(twice(few)).few().is_some());
        let over = column(twice(few + 1));
        assert!(over.few().is_none());
        assert!((0..few * 2 + 2).all(|row| over.get(row) == (row / 2).to_string()));
    }

    #[test]
    fn values_that_hardly_repeat_are_not_held_twice() {
        let once = column((0..300_u32).map(|row| row.to_string()));
        assert!(once.few().is_none());
        assert!((0..300).all(|row| once.get(row) == row.to_string()));
        assert!(column((0..200_u32).map(|row| row.to_string())).few().is_some(), "a short column");
    }
}
