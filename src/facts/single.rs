//! One record alone, read as all of them are: a condition on it, and whether it changed too lately to be held against
//! anybody.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::local::{Engine, Shard};
use super::{Filter, Fresh, Freshness, filter};

/// Whether a record meets a condition.
pub(crate) fn meets(engine: &Engine<'_>, dataset: &str, row: u32, condition: &Filter) -> Result<bool, String> {
    let shard = Shard::of_row(engine, dataset, row);
    let met = catch_unwind(AssertUnwindSafe(|| filter::met(&shard, &shard.slice(dataset)?, condition)));
    met.unwrap_or_else(|_| Err("the engine stopped on this condition".to_owned())).map(|rows| rows.count() > 0)
}

/// Whether a record changed so lately that the change may be on its way.
pub(crate) fn is_fresh(engine: &Engine<'_>, dataset: &str, row: u32, fresh: Option<&Fresh>) -> bool {
    let shard = Shard::of_row(engine, dataset, row);
    Freshness::new(&shard, fresh).is_ok_and(|freshness| freshness.holds(row))
}
