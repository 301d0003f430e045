//! The closed set of facts: questions of checks in, answers out. Whoever computes them, answers of two shards merge to
//! the answer of the whole, byte for byte.
//!
//! A question names a column or an expression over a dataset, an earlier snapshot (`prev.zoho.contacts`) or the pairs of
//! two datasets. Samples are the smallest keys, so that neither threads nor shards change them.

pub mod agree;
mod answer;
pub mod cells;
mod clusters;
mod decisions;
mod filter;
pub(crate) mod fits;
pub mod ids;
mod instants;
pub mod items;
pub mod lenses;
pub mod local;
pub mod matches;
mod matching;
pub mod memo;
mod order;
mod pairs;
mod people;
mod picks;
mod question;
mod repeats;
pub mod tally;
mod values;
mod width;
mod writers;

pub use agree::{Agreement, Blank, Reading};
use answer::merge_maps;
pub use answer::{Answer, Answers, ColumnFact, Groups, Sides};
pub use clusters::{CLUSTER_COLUMNS, Listed, PAIR_COLUMNS};
pub use filter::{Filter, Tokens};
pub use fits::Fit;
pub use instants::{Apart, Differences, Fresh, Instants, Meaning};
pub use matching::{Match, Matching, Side};
pub use order::{Order, Orders};
pub use question::{Column, Consent, Lens, Pick, Question, Scope, Unlike};
pub use tally::{Sample, Tally};

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
