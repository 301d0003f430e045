//! The closed set of facts: questions of checks in, answers out. Whoever computes them, answers of two shards merge to
//! the answer of the whole, byte for byte.
//!
//! A question names a column or an expression over a dataset, an earlier snapshot (`prev.zoho.contacts`) or the pairs of
//! two datasets. Samples are the smallest keys, so that neither threads nor shards change them.

pub mod agree;
mod answer;
mod before;
mod carried;
pub mod cells;
mod clusters;
mod cohort;
mod decisions;
mod delays;
mod events;
mod filter;
pub(crate) mod fits;
mod follows;
pub mod ids;
mod instants;
pub mod items;
pub mod lenses;
pub mod local;
mod mask;
pub mod matches;
mod matching;
pub mod memo;
mod moves;
mod named;
mod order;
mod pairs;
mod people;
mod pick;
mod picks;
mod question;
mod readings;
mod repeats;
mod rows;
mod scope;
mod sequence;
mod shapes;
pub(crate) mod single;
mod stranded;
pub mod tally;
mod times;
pub mod topics;
mod typed;
mod values;
mod width;
mod work;
mod writers;

pub use agree::{Agreement, Blank};
use answer::merge_maps;
pub use answer::{Answer, Answers, ColumnFact, Groups, Sides};
pub use carried::Carried;
pub use clusters::{CLUSTER_COLUMNS, Listed, PAIR_COLUMNS};
pub use cohort::{Cohort, Drawn, Stratum};
pub use delays::{Clocks, Delayed, Held};
pub use events::{Events, Place};
pub use filter::{Filter, Tokens};
pub use fits::Fit;
pub use follows::{Followed, Follows};
pub use instants::{Apart, Differences, Fresh, Instants, Meaning};
pub(crate) use instants::{Compared, Freshness, compared};
pub use matching::{Match, Matching, Side};
pub use moves::{Cell, Gained, Moved, Moves, Named, Told};
pub use named::{Found, Name, Record, Roll};
pub use order::{Order, Orders};
pub use pick::{Pick, Unlike};
pub use question::{Column, Consent, Lens, Question};
pub use readings::Reading;
pub(crate) use readings::Said;
pub use scope::Scope;
pub use sequence::{Echo, Flip, Sequence, Steps};
pub use tally::{Sample, Tally};
pub use times::Times;
pub(crate) use typed::placed;

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "lookups_tests.rs"]
mod lookups_tests;

#[cfg(test)]
#[path = "history_tests.rs"]
mod history_tests;
