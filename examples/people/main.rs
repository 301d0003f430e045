//! Writes labelled people for judging the matcher. In: a number of records, a seed and a noise model. Out: three CSV
//! files, the same on every platform.
//!
//! `cargo run --release --example people -- --records 100000 --seed 1 [--noise first|second] --out people.csv`

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use people::Noise;

#[path = "mod.rs"]
mod people;
mod write;

const HELP: &str = "\
Writes labelled people for judging a matcher.

Usage: people --records NUMBER --seed NUMBER [--noise first|second] --out FILE.csv

  --records NUMBER  how many records, at most 4000000
  --seed NUMBER     the same seed gives the same files
  --noise MODEL     how the copies are disturbed: first (the default) or second
  --out FILE.csv    the people; beside it FILE.pairs.csv (id_l,id_r,same,kind,agrees)
                    and FILE.truth.csv (id,person)
  --help            this text

Exit codes: 0 written, 1 a file could not be written, 2 wrong usage.
";

struct Wanted {
    records: usize,
    seed: u64,
    noise: Noise,
    out: PathBuf,
}

fn main() -> ExitCode {
    match read(std::env::args().skip(1)) {
        Ok(None) => said(io::stdout(), HELP, ExitCode::SUCCESS),
        Ok(Some(wanted)) => {
            let labelled = people::make(wanted.noise, wanted.records, wanted.seed);
            match write::write(&labelled, &wanted.out) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => said(io::stderr(), &format!("people: cannot write {error}\n"), ExitCode::from(1)),
            }
        }
        Err(error) => said(io::stderr(), &format!("people: {error}; see people --help\n"), ExitCode::from(2)),
    }
}

/// A closed pipe is no reason to fail twice, so its error is dropped.
fn said(mut to: impl Write, text: &str, code: ExitCode) -> ExitCode {
    to.write_all(text.as_bytes()).ok();
    code
}

/// What the arguments ask for; None for the help text.
fn read(arguments: impl Iterator<Item = String>) -> Result<Option<Wanted>, String> {
    let (mut records, mut seed, mut noise, mut out) = (None, None, Noise::First, None);
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        if matches!(argument.as_str(), "--help" | "-h") {
            return Ok(None);
        }
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        if !matches!(name.as_str(), "--records" | "--seed" | "--noise" | "--out") {
            return Err(format!("there is no argument \"{name}\""));
        }
        let value = value.or_else(|| arguments.next()).ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--records" => records = Some(number(&name, &value)?),
            "--seed" => seed = Some(number(&name, &value)?),
            "--noise" => noise = value.parse()?,
            _ => out = Some(PathBuf::from(value)),
        }
    }
    let records = records.ok_or("--records is missing")?;
    if records > 4_000_000 {
        return Err(format!("--records {records} is more than 4000000"));
    }
    let seed = seed.ok_or("--seed is missing")?;
    let out = out.ok_or("--out is missing")?;
    Ok(Some(Wanted { records: records as usize, seed, noise, out }))
}

fn number(name: &str, value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("{name} needs a whole number, not \"{value}\""))
}
