//! What the fuzzers assert: bytes in, nothing out but a panic where a promise is broken. The targets of `fuzz/` and
//! `tests/regressions.rs` run the same functions, the former on bytes that nobody thought of, the latter on the seeds and
//! on what was found before.
#![allow(clippy::unwrap_used)]
// Each program that shares this uses a part of it.
#![allow(dead_code, unreachable_pub)]

mod conditions;
mod documents;
mod exports;

use std::path::PathBuf;

use crmlint::error::{Error, Exit};

/// A target: its name, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target by the name of its program, and what it does with bytes.
pub const TARGETS: [Target; 6] = [
    ("archive", exports::archive),
    ("condition", conditions::condition),
    ("config", documents::config),
    ("delimited", exports::delimited),
    ("json", exports::json),
    ("mapping_diff", documents::mapping_diff),
];

/// Runs a target on bytes.
pub fn run(target: &str, bytes: &[u8]) {
    let (_, body) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    body(bytes);
}

thread_local! {
    static FOLDER: tempfile::TempDir = tempfile::tempdir().unwrap();
}

/// A path in a folder that this thread writes to again and again.
fn at(name: &str) -> PathBuf {
    FOLDER.with(|folder| folder.path().join(name))
}

/// Writes bytes to a file of that folder.
fn written(name: &str, bytes: &[u8]) -> PathBuf {
    let path = at(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// An error is one sentence that a terminal can show, and the excerpt of its place can be drawn.
fn assert_sentence(error: &Error) {
    let fault = error.fault();
    assert!(!fault.message.trim().is_empty(), "an error without a sentence");
    assert!(matches!(error.exit(), Exit::Usage | Exit::Failed));
    let shown = crmlint::cli::fault(fault, false);
    let obeyed = |c: char| c.is_control() && c != '\n';
    assert!(!shown.contains(obeyed), "a terminal would obey {shown:?}");
    if let Some(place) = &fault.place {
        assert!(place.line > 0 && place.column > 0, "{place}");
    }
}
