//! Seconds of a piece of work: on the wall, and of all cores together where the system tells.

use std::fs;
use std::time::Instant;

/// Ticks a second in `/proc`: the kernel shows 100 to programs on every architecture, whatever it counts in itself.
const TICKS: f64 = 100.0;

/// Seconds that something took.
#[derive(Clone, Copy)]
pub(crate) struct Took {
    /// On the wall.
    pub(crate) wall: f64,
    /// Of all cores together; none where there is no `/proc`.
    pub(crate) cpu: Option<f64>,
}

/// Does the work and says how long it took.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (begin, before) = (Instant::now(), cpu());
    let done = work();
    let cpu = cpu().zip(before).map(|(after, before)| after - before);
    (done, Took { wall: begin.elapsed().as_secs_f64(), cpu })
}

/// The CPU seconds of this process so far, its own and the kernel's for it.
fn cpu() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name stands in brackets and may hold anything, so the fields are counted from behind it: the state
    // is the first of them, the two times the twelfth and thirteenth.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS)
}
