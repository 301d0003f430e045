//! Matching people: identity values in, pairs that may be one person out. A library of its own inside the crate; it knows
//! nothing of exports and reports.

pub mod typo_pairs;
