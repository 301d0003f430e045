//! Progress on standard error for work over a second; silent in pipes.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::exports::Progress;

/// A line that shows what has been read so far.
pub(super) struct Bar {
    bar: ProgressBar,
    started: Instant,
    read: AtomicU64,
}

impl Bar {
    pub(super) fn new(quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        let bar = if shown { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} read {bytes} in {elapsed} ({bytes_per_sec})") {
            bar.set_style(style);
        }
        Self { bar, started: Instant::now(), read: AtomicU64::new(0) }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn bytes(&self, read: u64) {
        let total = self.read.fetch_add(read, Ordering::Relaxed) + read;
        if self.started.elapsed() > Duration::from_secs(1) {
            self.bar.set_position(total);
        }
    }
}
