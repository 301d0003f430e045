//! Facts about whole records: columns and a number in, the records that fill more of them than that out.

use super::Answer;
use super::local::Shard;
use crate::frames::TextColumn;

/// Records that fill more than `over` of these columns.
pub(super) fn wide(shard: &Shard<'_>, dataset: &str, columns: &[usize], over: u64) -> Result<Answer, String> {
    let slice = shard.slice(dataset)?;
    let columns: Vec<&TextColumn> = columns.iter().map(|index| slice.column(*index)).collect::<Result<_, _>>()?;
    let filled = |row: u32| columns.iter().filter(|column| !column.get(row).is_empty()).count() as u64;
    let found = slice.rows().filter(|row| filled(*row) > over);
    Ok(Answer::Rows { rows: slice.len(), met: shard.tally(&slice, found, None) })
}
