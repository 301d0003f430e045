//! Runs commands through `benches/reference/run.py`, which knows what a process cost.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::options::Options;

/// What reference programs need.
const INSTALL: &str = "python3 -m pip install -r benches/reference/requirements.txt";

/// What a work cost, or why nobody knows.
#[derive(Debug, Clone)]
pub(crate) enum Cost {
    Took(Took),
    /// Killed after so many seconds.
    Late(u64),
    Unmeasured(String),
}

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Took {
    /// Seconds on the wall.
    pub(crate) wall: f64,
    /// Seconds of all cores together, the kernel's for the process too.
    pub(crate) cpu: f64,
    /// Bytes resident at most.
    pub(crate) peak: f64,
    /// Bytes at most that no file lies behind.
    pub(crate) private: f64,
}

impl Cost {
    pub(crate) fn took(&self) -> Option<Took> {
        if let Self::Took(took) = self { Some(*took) } else { None }
    }
}

/// A file beside the reference programs.
pub(crate) fn reference(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "benches", "reference", name].iter().collect()
}

/// The median of several runs, number by number.
pub(crate) fn median(options: &Options, command: &[String], runs: usize) -> Cost {
    let mut all = Vec::new();
    for _ in 0..runs {
        match once(options, command) {
            Cost::Took(took) => all.push(took),
            other => return other,
        }
    }
    let middle = |number: fn(&Took) -> f64| {
        let mut numbers: Vec<f64> = all.iter().map(number).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
    };
    Cost::Took(Took {
        wall: middle(|took| took.wall),
        cpu: middle(|took| took.cpu),
        peak: middle(|took| took.peak),
        private: middle(|took| took.private),
    })
}

/// One run in a new process.
fn once(options: &Options, command: &[String]) -> Cost {
    let mut runner = Command::new(&options.python);
    runner.arg(reference("run.py")).args(["--timeout", &options.timeout.to_string(), "--"]).args(command);
    let output = match runner.stdin(Stdio::null()).stderr(Stdio::inherit()).output() {
        Ok(output) => output,
        Err(error) => return Cost::Unmeasured(format!("{}: {error}; all is measured through it", options.python)),
    };
    match serde_json::from_slice(&output.stdout) {
        Ok(said) => read(options, &said),
        Err(_) => Cost::Unmeasured("run.py said nothing".to_owned()),
    }
}

/// What `run.py` says. A script that times itself leaves the start of Python out.
fn read(options: &Options, said: &Value) -> Cost {
    if said["end"] == "late" {
        return Cost::Late(options.timeout);
    }
    if said["exit"] != 0 {
        let error = said["error"].as_str().unwrap_or_default();
        let last = error.lines().last().unwrap_or_default();
        return Cost::Unmeasured(format!("exit {}: {last}", said["exit"]));
    }
    let number = |name: &str| said["said"][name].as_f64().or(said[name].as_f64()).unwrap_or(f64::NAN);
    Cost::Took(Took { wall: number("wall"), cpu: number("cpu"), peak: number("peak"), private: number("private") })
}

/// The versions of what is measured beside crmlint; one that is not there is named with its cure.
pub(crate) fn versions(python: &str) -> String {
    let version = |package: &str| {
        let code = format!("import {package}; print({package}.__version__)");
        let said = Command::new(python).args(["-c", &code]).stdin(Stdio::null()).stderr(Stdio::null()).output().ok();
        let said = said.filter(|said| said.status.success())?;
        Some(format!("{package} {}", String::from_utf8_lossy(&said.stdout).trim()))
    };
    let missing = |package: &str| format!("no {package} ({INSTALL})");
    let names = ["polars", "duckdb", "splink"];
    names.map(|package| version(package).unwrap_or_else(|| missing(package))).join(", ")
}
