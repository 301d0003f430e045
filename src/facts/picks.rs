//! The rows that a pick names.

use ahash::AHashSet;

use super::local::{Shard, Slice, in_scope};
use super::{Answer, Pick, instants, pairs, people};

/// The rows of the dataset whose cells are named.
pub(super) fn rows(shard: &Shard<'_>, slice: &Slice<'_>, pick: &Pick) -> Result<Vec<u32>, String> {
    match pick {
        Pick::Values { column, values } => {
            let column = slice.column(column.index)?;
            let wanted: AHashSet<&str> = values.iter().map(String::as_str).collect();
            Ok(slice.rows().filter(|row| wanted.contains(column.get(*row))).collect())
        }
        Pick::Shapes { column: asked, lens, shapes } => {
            if let Some(rows) = shard.engine.memo.rows(shard.number, asked, lens, shapes) {
                return Ok(rows);
            }
            let column = slice.column(asked.index)?;
            let wanted: Vec<&str> = shapes.iter().map(String::as_str).collect();
            Ok(slice.rows().filter(|row| wanted.contains(&lens.shape(column.get(*row)))).collect())
        }
        Pick::Shaped { column: asked, lens, shapes, scope } => {
            let column = slice.column(asked.index)?;
            let counts = in_scope(shard, slice, scope)?;
            let wanted = |row: &u32| counts(*row) && shapes.contains(lens.shape(column.get(*row)));
            Ok(slice.rows().filter(wanted).collect())
        }
        Pick::Beside { beside, shapes } => people::picked(shard, slice, beside, shapes),
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
        Pick::Values { column, .. } | Pick::Shapes { column, .. } => named(shard, pick, column.index),
        Pick::Shaped { column, scope, .. } => {
            let slice = shard.slice(&column.dataset)?;
            let counts = in_scope(shard, &slice, scope)?;
            let looked_at = slice.rows().filter(|row| counts(*row)).count() as u64;
            Ok(match named(shard, pick, column.index)? {
                Answer::Rows { met, .. } => Answer::Rows { rows: looked_at, met },
                other => other,
            })
        }
        Pick::Beside { beside, .. } => named(shard, pick, beside.column.index),
    }
}

fn named(shard: &Shard<'_>, pick: &Pick, column: usize) -> Result<Answer, String> {
    let slice = shard.slice(pick.dataset())?;
    let column = slice.column(column)?;
    let found = rows(shard, &slice, pick)?;
    Ok(Answer::Rows { rows: slice.len(), met: shard.tally(&slice, found.into_iter(), Some(column)) })
}
