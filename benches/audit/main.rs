//! What an audit costs, beside the same work by others, in one run on one machine: reading the files with Polars (the
//! floor), crmlint with and without the fuzzy tier, DuckDB SQL for the same checks, Splink for the matching.
//!
//! ```text
//! cargo bench --bench audit -- --people 100000,1000000,3000000,10000000 --python .venv/bin/python
//! cargo bench --bench audit -- --pathological --people 1000000
//! ```
//!
//! What each row means stands in `docs/performance.md`. Without `--bench` this is a test that the audits of the table
//! still run, on the demo and without Python.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use options::Options;
use runner::Cost;
use tables::{Size, summary, table};
use work::{Work, covered, fuzzy};

mod options;
mod pathological;
mod runner;
mod tables;
mod work;
mod workspace;

type Failure = Box<dyn std::error::Error>;

/// The instant that counts as now in every run.
const NOW: &str = "2026-06-01";

fn main() -> Result<(), Failure> {
    let options = Options::parse(std::env::args().skip(1))?;
    if options.is_list {
        return Ok(());
    }
    if !options.is_bench {
        return still_runs(&options);
    }
    println!("{}\n", about(&options));
    match options.pathological {
        true => options.people.iter().try_for_each(|people| pathological::measure(&options, *people)),
        false => plain(&options),
    }
}

/// Every size in turn, and what they say together.
fn plain(options: &Options) -> Result<(), Failure> {
    let mut sizes: Vec<Size> = Vec::new();
    for people in &options.people {
        let place = workspace::ready(options, *people)?;
        let works = work::all(options, &place.folder);
        let costs = works.iter().map(|work| (work.row, cost(options, work, *people))).collect();
        let size = Size { people: *people, bytes: place.bytes, costs };
        println!("{}", table(&size, &works));
        sizes.push(size);
        if options.tidy && place.is_made {
            fs::remove_dir_all(&place.folder)?;
        }
    }
    println!("{}", summary(&sizes));
    Ok(())
}

/// What a work costs: the median of its runs. The first that does not end well is the only one.
fn cost(options: &Options, work: &Work, people: u64) -> Cost {
    eprintln!("{people} people: {}", work.title);
    runner::median(options, &work.command, options.runs(people))
}

/// What was measured with what.
fn about(options: &Options) -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let versions = runner::versions(&options.python);
    format!("{cores} cores; every run a new process, page cache warm; {versions}.")
}

/// A test that what the table measures still runs: the demo, without Python and without looking at the time.
fn still_runs(options: &Options) -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir()?;
    let rules = fuzzy()?;
    assert!(rules.len() > 4, "{rules:?}");
    assert!(covered()?.len() >= 60, "{:?}", covered()?);
    for work in work::audits(options, &root.join("fixtures/demo"), folder.path()) {
        let (program, arguments) = work.command.split_first().ok_or("no command")?;
        let mut command = Command::new(program);
        let ended = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert_eq!(ended?.code(), Some(0), "{}: {:?}", work.title, work.command);
    }
    assert!(fs::metadata(folder.path().join("report.html"))?.len() > 10_000);
    tables::test();
    Ok(())
}
