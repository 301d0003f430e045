//! The rows that a pick names.

use ahash::AHashSet;

use super::items::items;
use super::local::{SAMPLES, Shard, Slice};
use super::rows::ByShape;
use super::scope::in_scope;
use super::tally::Counter;
use super::{Answer, Column, Lens, Pick, Scope, instants, pairs};

/// The rows of the dataset whose cells are named.
pub(super) fn rows(shard: &Shard<'_>, slice: &Slice<'_>, pick: &Pick) -> Result<Vec<u32>, String> {
    match pick {
        Pick::Values { column, values } => {
            let column = slice.column(column.index)?;
            let wanted: AHashSet<&str> = values.iter().map(String::as_str).collect();
            Ok(slice.rows_where(column, |value| wanted.contains(value)))
        }
        Pick::Items { column, items: wanted } => {
            let column = slice.column(column.index)?;
            Ok(slice.rows_where(column, |value| items(value).iter().any(|item| wanted.contains(item.as_ref()))))
        }
        Pick::Shapes { column: asked, lens, shapes } => {
            if let Some(rows) = shard.engine.memo.rows(shard.number, asked, lens, shapes) {
                return Ok(rows);
            }
            let column = slice.column(asked.index)?;
            let wanted: Vec<&str> = shapes.iter().map(String::as_str).collect();
            Ok(slice.rows_where(column, |value| wanted.contains(&lens.shape(value))))
        }
        Pick::Shaped { column: asked, lens, shapes, scope } => {
            let column = slice.column(asked.index)?;
            let counts = in_scope(shard, slice, scope)?;
            let mut rows = slice.rows_where(column, |value| shapes.contains(lens.shape(value)));
            rows.retain(|row| counts(*row));
            Ok(rows)
        }
        Pick::Pairs { left, left_lens, right, right_lens, cells } => {
            pairs::picked(shard, (left, left_lens), (right, right_lens), cells)
        }
        // Its cells are on profiles, which do not say who wrote them.
        Pick::Instants { .. } => Ok(Vec::new()),
    }
}

/// Every record that a pick names.
pub(super) fn listing(shard: &Shard<'_>, pick: &Pick) -> Result<Answer, String> {
    match pick {
        Pick::Pairs { left, left_lens, right, right_lens, cells } => {
            pairs::listing(shard, (left, left_lens), (right, right_lens), cells)
        }
        Pick::Instants { asked, cells } => instants::listing(shard, asked, cells),
        Pick::Values { column, .. } | Pick::Items { column, .. } | Pick::Shapes { column, .. } => {
            named(shard, pick, column.index)
        }
        Pick::Shaped { column, scope, .. } => {
            let slice = shard.slice(&column.dataset)?;
            let counts = in_scope(shard, &slice, scope)?;
            let looked_at = slice.rows().filter(|row| counts(*row)).count() as u64;
            Ok(match named(shard, pick, column.index)? {
                Answer::Rows { met, .. } => Answer::Rows { rows: looked_at, met },
                other => other,
            })
        }
    }
}

fn named(shard: &Shard<'_>, pick: &Pick, column: usize) -> Result<Answer, String> {
    let slice = shard.slice(pick.dataset())?;
    let column = slice.column(column)?;
    let found = rows(shard, &slice, pick)?;
    Ok(Answer::Rows { rows: slice.len(), met: shard.tally(&slice, found.into_iter(), Some(column)) })
}

/// Values by their shape, of the records in scope.
pub(super) fn shaped(shard: &Shard<'_>, asked: &Column, lens: &Lens, scope: &Scope) -> Result<Answer, String> {
    let slice = shard.slice(&asked.dataset)?;
    let column = slice.column(asked.index)?;
    let counts = in_scope(shard, &slice, scope)?;
    let mut counters: ByShape<Counter> = ByShape::default();
    let mut rows = 0;
    let shapes = column.reading(|value| lens.shape(value));
    for row in slice.rows().filter(|row| counts(*row)) {
        rows += 1;
        slice.sample(counters.of(shapes.get(row), Counter::default), row, || column.get(row).to_owned());
    }
    let shapes = counters.into_iter().map(|(shape, counter)| (shape.to_owned(), counter.finish(SAMPLES)));
    Ok(Answer::Shapes { rows, shapes: shapes.collect() })
}
