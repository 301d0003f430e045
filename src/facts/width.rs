//! Facts about the columns of a dataset together: how much each of them holds, and the records that fill many of them.

use super::local::Shard;
use super::{Answer, ColumnFact};
use crate::frames::Frame;

/// What each column holds, as it was counted while the file was read.
pub(super) fn columns(frame: &Frame) -> Answer {
    let stats = frame.dataset.columns.iter().zip(&frame.report.columns);
    let columns = stats.map(|(column, stat)| ColumnFact {
        label: column.label.clone(),
        filled: stat.filled,
        longest: stat.longest,
    });
    Answer::Columns { rows: frame.report.rows, columns: columns.collect(), widest: frame.report.widest }
}

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
