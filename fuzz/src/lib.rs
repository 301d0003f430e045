//! What the programs of this package run: the assertions of `tests/fuzzed`.

#[path = "../../tests/fuzzed/mod.rs"]
mod fuzzed;

pub use fuzzed::run;

/// Leaves a panic to whoever catches it: `crmlint fmt` catches those of the layout, and that is no finding. One that
/// nobody catches still stops the fuzzer.
pub fn quiet() {
    drop(std::panic::take_hook());
}
