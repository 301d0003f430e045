//! The command line of the measurement.

use std::path::{Path, PathBuf};

use crate::Failure;

/// What this command knows.
const KNOWN: &str =
    "--people, --data, --tidy, --runs, --timeout, --python, --binary, --generate, --only, --pathological";
/// People from which one run is enough: it takes long, and what disturbs it is small beside it.
const ONCE: u64 = 3_000_000;

/// What the command line asks for.
pub(crate) struct Options {
    /// Sizes to measure.
    pub(crate) people: Vec<u64>,
    /// Where the workspaces are, or are made.
    pub(crate) data: PathBuf,
    /// Whether a workspace that was made here goes when it was measured.
    pub(crate) tidy: bool,
    runs: Option<usize>,
    /// Seconds after which a run is killed.
    pub(crate) timeout: u64,
    pub(crate) python: String,
    /// The program that is measured.
    pub(crate) binary: PathBuf,
    /// The program that makes workspaces; cargo builds one where none is named.
    pub(crate) generate: Option<PathBuf>,
    /// Rows to measure; all where none is named.
    pub(crate) only: Vec<String>,
    pub(crate) pathological: bool,
    /// `cargo bench` says so; without it this is a test.
    pub(crate) is_bench: bool,
    /// Lists of tests ask for nothing to be done.
    pub(crate) is_list: bool,
}

impl Options {
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self {
            people: vec![100_000],
            data: target().join("bench-audit"),
            tidy: false,
            runs: None,
            timeout: 600,
            python: "python3".to_owned(),
            binary: PathBuf::from(env!("CARGO_BIN_EXE_crmlint")),
            generate: None,
            only: Vec::new(),
            pathological: false,
            is_bench: false,
            is_list: false,
        };
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--people" => options.people = value()?.split(',').map(str::parse).collect::<Result<_, _>>()?,
                "--data" => options.data = PathBuf::from(value()?),
                "--tidy" => options.tidy = true,
                "--runs" => options.runs = Some(value()?.parse::<usize>()?.max(1)),
                "--timeout" => options.timeout = value()?.parse()?,
                "--python" => options.python = value()?,
                "--binary" => options.binary = PathBuf::from(value()?).canonicalize()?,
                "--generate" => options.generate = Some(PathBuf::from(value()?).canonicalize()?),
                "--only" => options.only = value()?.split(',').map(str::to_owned).collect(),
                "--pathological" => options.pathological = true,
                "--bench" => options.is_bench = true,
                "--list" => options.is_list = true,
                "--test" => {}
                other => return Err(format!("{other} is not known: {KNOWN}").into()),
            }
        }
        Ok(options)
    }

    /// How often each row of a size is measured.
    pub(crate) fn runs(&self, people: u64) -> usize {
        self.runs.unwrap_or(if people >= ONCE { 1 } else { 3 })
    }
}

/// The target folder that this program was built in.
fn target() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    // target/release/deps/audit-1234
    let folder = own.ancestors().nth(3).filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("target")).to_owned()
}
