//! Facts about the cells of a column by what a lens makes of them: how many, whose, and a few that show it.

use std::collections::BTreeMap;

use super::lenses::Seen;
use super::local::{SAMPLES, Shard, Slice};
use super::memo::Keeper;
use super::rows::ByShape;
use super::tally::{Beyond, Counter};
use super::{Answer, Column, Lens};
use crate::frames::{TextColumn, Values};

/// The rows of one shape.
struct Shape {
    counter: Counter,
    keeper: Keeper,
    beyond: Beyond,
}

impl Shape {
    fn new(rows: u32) -> Self {
        Self { counter: Counter::default(), keeper: Keeper::new(rows), beyond: Beyond::default() }
    }

    /// Adds a row with its [`Slice::rank_alone`].
    #[inline]
    fn add(&mut self, slice: &Slice<'_>, column: &TextColumn, row: u32, rank: u32) {
        if !self.beyond.takes(rank) {
            self.look(slice, column, row);
        }
    }

    fn look(&mut self, slice: &Slice<'_>, column: &TextColumn, row: u32) {
        self.keeper.keep(row);
        slice.sample(&mut self.counter, row, || column.get(row).to_owned());
        self.beyond.limit = if self.keeper.is_full() { self.counter.worst() } else { u32::MAX };
    }
}

/// What one lens makes of a column.
struct Look<'a> {
    lens: &'a Lens,
    found: ByShape<Shape>,
}

/// What is known of the rows that hold a value.
#[derive(Clone, Copy, Default)]
struct OfValue {
    /// The place of its shape.
    place: Option<usize>,
    /// Rows beyond the limit of its shape when that was looked at last.
    beyond: Beyond,
}

impl Look<'_> {
    /// Looks at a column of few values. Most rows are counted by what is known of their values, without their shapes.
    fn at_few(&mut self, slice: &Slice<'_>, column: &TextColumn, (values, cells): (Values<'_>, &[u16])) {
        let mut known = vec![OfValue::default(); values.count()];
        for row in slice.rows() {
            let (cell, rank) = (cells[row as usize], slice.rank_alone(row));
            let of = &mut known[usize::from(cell)];
            if of.beyond.takes(rank) {
                continue;
            }
            let fresh = || Shape::new(slice.frame.rows);
            let place = *of.place.get_or_insert_with(|| self.found.place(self.lens.shape(values.get(cell)), fresh));
            let shape = self.found.at(place);
            shape.add(slice, column, row, rank);
            of.beyond.limit = shape.beyond.limit;
        }
        for of in known {
            of.place.into_iter().for_each(|place| self.found.at(place).counter.add_beyond(of.beyond));
        }
    }
}

/// The rows of a column by the shapes of their cells.
pub(super) fn shapes(shard: &Shard<'_>, asked: &Column, lens: &Lens) -> Result<Answer, String> {
    together(shard, asked, &[lens])?.pop().ok_or_else(|| "no lens was asked".to_owned())
}

/// The same for several lenses, which look at each cell in turn; an answer for each of them.
pub(super) fn together(shard: &Shard<'_>, asked: &Column, lenses: &[&Lens]) -> Result<Vec<Answer>, String> {
    let slice = shard.slice(&asked.dataset)?;
    let column = slice.column(asked.index)?;
    let look = |lens| Look { lens, found: ByShape::default() };
    let mut looks: Vec<Look<'_>> = lenses.iter().copied().map(look).collect();
    match column.few() {
        Some(few) => looks.iter_mut().for_each(|look| look.at_few(&slice, column, few)),
        None => {
            let fresh = || Shape::new(slice.frame.rows);
            slice.each(column, |row, value| {
                let (mut seen, rank) = (Seen::new(value), slice.rank_alone(row));
                for look in &mut looks {
                    look.found.of(look.lens.of(&mut seen), fresh).add(&slice, column, row, rank);
                }
            });
        }
    }
    let answer = |Look { lens, found }| {
        let (mut shapes, mut kept) = (BTreeMap::new(), BTreeMap::new());
        for (shape, mut of) in found {
            of.counter.add_beyond(of.beyond);
            shapes.insert(shape.to_owned(), of.counter.finish(SAMPLES));
            kept.insert(shape, of.keeper.rows());
        }
        shard.engine.memo.keep(shard.number, asked, lens, kept);
        Answer::Shapes { rows: slice.len(), shapes }
    };
    Ok(looks.into_iter().map(answer).collect())
}
