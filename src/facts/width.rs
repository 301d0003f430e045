//! Facts about whole records: columns and a number in, the records that fill more of them than that out.

use super::Answer;
use super::local::Shard;

/// Records that fill more than `over` of these columns.
pub(super) fn wide(shard: &Shard<'_>, dataset: &str, columns: &[usize], over: u64) -> Result<Answer, String> {
    let slice = shard.slice(dataset)?;
    let mut filled = vec![0_u64; slice.frame.rows as usize];
    // Column by column, as they lie in memory.
    for index in columns {
        slice.each(slice.column(*index)?, |row, value| filled[row as usize] += u64::from(!value.is_empty()));
    }
    let found = slice.rows().filter(|row| filled[*row as usize] > over);
    Ok(Answer::Rows { rows: slice.len(), met: shard.tally(&slice, found, None) })
}
