//! Seconds that matching people takes, on files made here: reading, matching, and beside them one plain self-join of
//! the same file in DuckDB, where Python has it.
//!
//! `cargo bench --bench matching -- [--quick] [--sizes 100000,1000000,3000000] [--python python3]`

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use clock::{Took, timed};
use crmlint::exports::{self, Request};
use crmlint::frames::Frame;
use crmlint::matching::people::{Cells, Field, Source};
use crmlint::matching::{Settings, columns, find};
use crmlint::text::count;
use people::{Noise, make};

#[path = "../examples/people/clock.rs"]
mod clock;
#[path = "../examples/people/mod.rs"]
mod people;
#[path = "../examples/people/write.rs"]
mod write;

type Failure = Box<dyn std::error::Error>;

/// Runs of each size; the one that took least counts, since everything else on a machine only adds.
const RUNS: usize = 3;
/// How DuckDB gets there.
const INSTALL: &str = "python3 -m pip install -r benches/reference/requirements.txt";

/// What the command line asks for.
struct Options {
    sizes: Vec<usize>,
    runs: usize,
    python: String,
}

impl Options {
    /// `cargo bench` says `--bench`; without it this is a test that everything still runs.
    fn parse(words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let (mut sizes, mut quick, mut python) = (None, true, "python3".to_owned());
        let mut asked_quick = false;
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--bench" => quick = false,
                "--quick" | "--test" => asked_quick = true,
                "--sizes" => sizes = Some(value()?.split(',').map(str::parse).collect::<Result<_, _>>()?),
                "--python" => python = value()?,
                other => return Err(format!("{other} is not known: --quick, --sizes, --python").into()),
            }
        }
        let quick = quick || asked_quick;
        let usual = if quick { vec![10_000] } else { vec![100_000, 1_000_000] };
        Ok(Self { sizes: sizes.unwrap_or(usual), runs: if quick { 1 } else { RUNS }, python })
    }
}

fn main() -> Result<(), Failure> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut out = io::stdout().lock();
    let duckdb = has_duckdb(&options.python);
    let threads = rayon::current_num_threads();
    writeln!(out, "Labelled people of the first model, seed 1; {threads} threads, best of {}.\n", options.runs)?;
    writeln!(out, "{:>10}  {:<26}{:>8}{:>14}{:>12}", "records", "step", "wall s", "CPU s", "pairs")?;
    let mut matching = Vec::new();
    for size in &options.sizes {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("people.csv");
        write::write(&make(Noise::First, *size, 1), &file)?;
        let (read, matched, links) = measured(&file, options.runs)?;
        line(&mut out, *size, "read the file", read, None)?;
        line(&mut out, *size, "match", matched, Some(links))?;
        matching.push((*size, matched));
        if duckdb {
            let (took, pairs) = self_join(&options, &file)?;
            line(&mut out, *size, "DuckDB, reads and joins", took, Some(pairs))?;
        }
    }
    writeln!(out)?;
    growth(&mut out, &matching)?;
    match duckdb {
        true => writeln!(out, "DuckDB reads the file and joins it once with itself, by the normalised address alone.")?,
        false => writeln!(out, "DuckDB was not measured: {} has no duckdb package; {INSTALL}", options.python)?,
    }
    Ok(())
}

fn line(out: &mut impl Write, size: usize, step: &str, took: Took, pairs: Option<u64>) -> io::Result<()> {
    let cpu = took.cpu.map_or_else(|| "not measured".to_owned(), |cpu| format!("{cpu:.2}"));
    let pairs = pairs.map(count).unwrap_or_default();
    writeln!(out, "{:>10}  {step:<26}{:>8.2}{cpu:>14}{pairs:>12}", count(size as u64), took.wall)
}

/// Reads a file and matches its people: what each took, and how many links there are.
fn measured(file: &Path, runs: usize) -> Result<(Took, Took, u64), Failure> {
    let mut best: Option<(Took, Took, u64)> = None;
    for _ in 0..runs {
        let (frame, read) = timed(|| frame(file));
        let (frame, fields) = frame?;
        let columns = fields.iter().filter_map(|(field, at)| Some((*field, frame.column(*at)? as &dyn Cells)));
        let source = Source { rows: frame.rows, fields: columns.collect() };
        let (matches, matched) = timed(|| find(&[source], &Settings::default()));
        let links = matches.links.len() as u64;
        best = Some(match best {
            Some((least, before, _)) => (less(least, read), less(before, matched), links),
            None => (read, matched, links),
        });
    }
    best.ok_or_else(|| "no run was asked for".into())
}

/// The columns that the matcher recognises.
fn frame(file: &Path) -> Result<(Frame, Vec<(Field, usize)>), Failure> {
    let request = Request { paths: vec![file.to_owned()], ..Request::default() };
    let dataset = Arc::new(exports::open(&request)?.pop().ok_or("the file holds no table")?);
    let fields = columns::recognise(dataset.columns.iter().map(|column| column.label.as_str()));
    let wanted: BTreeSet<usize> = fields.iter().map(|(_, at)| *at).collect();
    Ok((Frame::read(&dataset, &wanted, &())?, fields))
}

fn less(one: Took, other: Took) -> Took {
    let cpu = one.cpu.zip(other.cpu).map(|(one, other)| one.min(other));
    Took { wall: one.wall.min(other.wall), cpu }
}

/// The power of the number of records with which CPU seconds grow: 1 is linear, 2 is every pair.
fn growth(out: &mut impl Write, matching: &[(usize, Took)]) -> io::Result<()> {
    for pair in matching.windows(2) {
        let [(few, before), (many, after)] = pair else { continue };
        let Some((before, after)) = before.cpu.zip(after.cpu) else { continue };
        let exponent = (after / before).ln() / (*many as f64 / *few as f64).ln();
        let (few, many) = (count(*few as u64), count(*many as u64));
        writeln!(out, "CPU seconds of matching grow with the power {exponent:.2} from {few} to {many} records.")?;
    }
    Ok(())
}

fn has_duckdb(python: &str) -> bool {
    let asked = Command::new(python).args(["-c", "import duckdb"]).stdin(Stdio::null()).stderr(Stdio::null()).status();
    asked.is_ok_and(|status| status.success())
}

/// The same file in DuckDB: the script's own seconds, without the start of Python.
fn self_join(options: &Options, file: &Path) -> Result<(Took, u64), Failure> {
    let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "benches", "reference", "duckdb_people.py"].iter().collect();
    let mut command = Command::new(&options.python);
    command.arg(script).arg(file).args(["--self-join", "--repeat", &options.runs.to_string()]);
    let said = command.stdin(Stdio::null()).output()?;
    if !said.status.success() {
        return Err(format!("duckdb_people.py: {}", String::from_utf8_lossy(&said.stderr)).into());
    }
    let said = String::from_utf8(said.stdout)?;
    let whole = said.lines().filter(|line| line.starts_with("in all"));
    let took = whole.map(|line| Some(Took { wall: before(line, " s wall")?, cpu: before(line, " s CPU") }));
    let took = took.collect::<Option<Vec<Took>>>().and_then(|took| took.into_iter().reduce(less));
    let pairs = said.lines().find_map(|line| before(line, " pairs"));
    let read = took.zip(pairs).map(|(took, pairs)| (took, pairs as u64));
    read.ok_or_else(|| format!("duckdb_people.py says nothing of its time:\n{said}").into())
}

/// The number before some words.
fn before(line: &str, words: &str) -> Option<f64> {
    line.split_once(words)?.0.split_whitespace().next_back()?.parse().ok()
}
