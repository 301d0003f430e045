//! Inputs that were made to do harm, and places that take nothing: no cell that a spreadsheet runs, no markup that a
//! browser runs, nothing outside the folder, no hang, nothing half-written.
#![allow(clippy::unwrap_used)]

#[path = "hostile/archives.rs"]
mod archives;
#[path = "hostile/cells.rs"]
mod cells;
mod common;
#[path = "hostile/documents.rs"]
mod documents;
#[cfg(target_os = "linux")]
#[path = "hostile/places.rs"]
mod places;

use std::path::Path;

use common::{NOW, Ran, run_in};

/// An audit that ends by itself, without a panic.
fn audit(dir: &Path, more: &[&str]) -> Ran {
    let mut args = vec!["audit"];
    args.extend(more);
    args.extend(["--now", NOW]);
    let ran = run_in(dir, &args);
    assert!(!ran.err.contains("panicked at") && (0..=3).contains(&ran.code), "{ran:?}");
    ran
}

/// The run stopped with one error that says so, and printed nothing else.
fn assert_stops(ran: &Ran, code: i32, phrase: &str) {
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{}", ran.err);
    assert!(ran.err.starts_with("error: ") && ran.err.matches("error: ").count() == 1, "{}", ran.err);
    assert!(ran.err.contains(phrase), "wanted {phrase:?}: {}", ran.err);
}
