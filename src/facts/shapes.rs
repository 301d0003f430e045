//! Facts about the cells of a column by what a lens makes of them: how many, whose, and a few that show it.

use std::collections::BTreeMap;

use super::local::{SAMPLES, Shard, Slice};
use super::memo::Keeper;
use super::rows::ByShape;
use super::tally::Counter;
use super::{Answer, Column, Lens};
use crate::frames::TextColumn;

/// The rows of one shape.
struct Shape {
    counter: Counter,
    keeper: Keeper,
    /// Rows that are all there is of their person, and too far back among the keys to be kept.
    passed: u64,
    /// The rank beyond which rows are too far back.
    limit: u32,
}

impl Shape {
    fn new(rows: u32) -> Self {
        Self { counter: Counter::default(), keeper: Keeper::new(rows), passed: 0, limit: u32::MAX }
    }

    #[inline]
    fn add(&mut self, slice: &Slice<'_>, column: &TextColumn, row: u32) {
        if slice.people.alone[row as usize] && slice.frame.rank(row) > self.limit {
            self.passed += 1;
        } else {
            self.look(slice, column, row);
        }
    }

    fn look(&mut self, slice: &Slice<'_>, column: &TextColumn, row: u32) {
        self.keeper.keep(row);
        slice.sample(&mut self.counter, row, || column.get(row).to_owned());
        self.limit = if self.keeper.is_full() { self.counter.worst() } else { u32::MAX };
    }
}

/// The rows of a column by the shapes of their cells.
pub(super) fn shapes(shard: &Shard<'_>, asked: &Column, lens: &Lens) -> Result<Answer, String> {
    let slice = shard.slice(&asked.dataset)?;
    let column = slice.column(asked.index)?;
    let mut found: ByShape<Shape> = ByShape::default();
    let fresh = || Shape::new(slice.frame.rows);
    match column.few() {
        Some((values, cells)) => {
            let mut places: Vec<Option<usize>> = vec![None; values.count()];
            for row in slice.rows() {
                let cell = cells[row as usize];
                let place = &mut places[usize::from(cell)];
                let place = *place.get_or_insert_with(|| found.place(lens.shape(values.get(cell)), fresh));
                found.at(place).add(&slice, column, row);
            }
        }
        None => slice.each(column, |row, value| found.of(lens.shape(value), fresh).add(&slice, column, row)),
    }
    let (mut shapes, mut kept) = (BTreeMap::new(), BTreeMap::new());
    for (shape, mut of) in found {
        of.counter.add_alone(of.passed);
        shapes.insert(shape.to_owned(), of.counter.finish(SAMPLES));
        kept.insert(shape, of.keeper.rows());
    }
    shard.engine.memo.keep(shard.number, asked, lens, kept);
    Ok(Answer::Shapes { rows: slice.len(), shapes })
}
