//! A history that remembers: finished runs in, one SQLite file, and what is new, still there, back and gone out.
//!
//! Runs are held against earlier ones of the same config, profile and selection. A finding is gone only when its rule looked
//! at everything and did not find it; a rule that was not evaluated has fixed nothing. People are keyed hashes, and nothing
//! in the file names one.

mod affected;
mod past;
mod people;
mod prune;
mod read;
mod schema;
mod store;

pub use affected::Affected;
pub use prune::{Pruned, Which, prune};
pub use read::{Compared, History, Known, Run, Seen};
pub use store::{Ran, key, remember};
