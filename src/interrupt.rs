//! Ctrl-C and being told to end, as by a scheduler's timeout: the run ends with exit code 130 or 143 and leaves nothing
//! half-written. In: drafts, as they are made. Out: none of them, when the signal comes.
//!
//! Whatever a command writes is a draft before it is moved to its place whole. A draft that is listed here goes when the
//! run is interrupted, whatever the run is doing: a thread of its own waits for the signals. Polars listens for Ctrl-C anyway,
//! so its own switch is read here.

use std::collections::BTreeSet;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use polars::error::abort::{catch_polars_abort, register_polars_abort_mechanism, try_raise_polars_abort};
use signal_hook::consts::{SIGINT, SIGTERM};

/// The exit code of what a signal stopped is 128 and its number, as shells count.
const STOPPED: i32 = 128;
/// How long nobody looks.
const PAUSE: Duration = Duration::from_millis(20);

/// How often a folder is removed into which another thread still writes.
const TRIES: usize = 1_000;

/// Drafts that are there now.
static DRAFTS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
/// Held while drafts are moved to their places, and taken before [`DRAFTS`] by whoever needs both.
static MOVING: Mutex<()> = Mutex::new(());

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the process was told to end.
static TERMINATED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Runs the program, and ends it when it is interrupted.
pub fn guarded<T>(work: impl FnOnce() -> T) -> T {
    register_polars_abort_mechanism();
    let ran = catch_polars_abort(AssertUnwindSafe(|| {
        // Without the thread an interruption waits until Polars looks, and being told to end ends the process at once.
        let watch = std::thread::Builder::new().name("interrupt".to_owned());
        if watch.spawn(watch_for_it).is_ok() {
            drop(signal_hook::flag::register(SIGTERM, Arc::clone(&TERMINATED)));
        }
        work()
    }));
    ran.unwrap_or_else(|_| leave(SIGINT))
}

fn watch_for_it() {
    let signal = loop {
        match stopped() {
            Some(signal) => break signal,
            None => std::thread::sleep(PAUSE),
        }
    };
    leave(signal)
}

/// The signal that came, when one did.
fn stopped() -> Option<i32> {
    let is_interrupted = || catch_unwind(try_raise_polars_abort).is_err();
    let is_terminated = TERMINATED.load(Ordering::Relaxed);
    is_terminated.then_some(SIGTERM).or_else(|| is_interrupted().then_some(SIGINT))
}

/// Removes the drafts and ends the process. Nobody can make a draft or move one any more: both locks stay taken.
#[allow(clippy::exit, reason = "the other threads do not know that it is over")]
fn leave(signal: i32) -> ! {
    let _moving = held(&MOVING);
    let drafts = held(&DRAFTS);
    for draft in drafts.iter() {
        let gone = || if draft.is_dir() { std::fs::remove_dir_all(draft) } else { std::fs::remove_file(draft) };
        // One that was moved to its place whole is no draft any more, and cannot be removed either.
        (0..TRIES).find(|_| gone().is_ok() || !draft.exists());
    }
    std::process::exit(STOPPED + signal)
}

/// An entry of the list; dropped, it is taken off.
#[derive(Debug)]
pub struct Listed(PathBuf);

impl Drop for Listed {
    fn drop(&mut self) {
        held(&DRAFTS).remove(&self.0);
    }
}

/// Makes a draft and lists it, with no moment between the two.
pub fn listed<T>(make: impl FnOnce() -> io::Result<T>, path: impl FnOnce(&T) -> &Path) -> io::Result<(T, Listed)> {
    let mut drafts = held(&DRAFTS);
    let made = make()?;
    // The program may be told to work elsewhere, and the list is for all of it.
    let place = std::path::absolute(path(&made))?;
    drafts.insert(place.clone());
    Ok((made, Listed(place)))
}

/// Moves several drafts to their places: an interruption finds all of them there or none.
pub fn undivided<T>(work: impl FnOnce() -> T) -> T {
    if let Some(signal) = stopped() {
        leave(signal);
    }
    let _moving = held(&MOVING);
    work()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{DRAFTS, held, listed};

    #[test]
    fn a_draft_is_listed_as_long_as_it_is_there() {
        let (file, entry) = listed(tempfile::NamedTempFile::new, |file| file.path()).unwrap();
        let place = file.path().to_owned();
        assert!(held(&DRAFTS).contains(&place));
        drop(entry);
        assert!(!held(&DRAFTS).contains(&place));
    }
}
