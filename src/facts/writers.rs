//! Who wrote: the records that a judgement is about, counted by columns that say who changed or made them.

use std::collections::BTreeMap;

use ahash::AHashMap;

use super::local::Shard;
use super::{Answer, Pick, picks};

/// The picked records by the values of some columns of their dataset.
pub(crate) fn writers(shard: &Shard<'_>, pick: &Pick, by: &[usize]) -> Result<Answer, String> {
    let slice = shard.slice(pick.dataset())?;
    let rows = picks::rows(shard, &slice, pick)?;
    let count = |index: &usize| -> Result<BTreeMap<String, u64>, String> {
        let column = slice.column(*index)?;
        let mut counts: AHashMap<&str, u64> = AHashMap::new();
        for row in &rows {
            *counts.entry(column.get(*row).trim()).or_default() += 1;
        }
        let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
        counts.sort_unstable();
        Ok(counts.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect())
    };
    Ok(Answer::Writers(by.iter().map(count).collect::<Result<_, _>>()?))
}
