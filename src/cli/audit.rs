//! `crmlint audit`: exports and a mapping in, a report out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::console::Console;
use super::open;
use super::output;
use super::progress::Bar;
use super::targets;
use super::timings;
use crate::audit::{self, Options};
use crate::config::{Config, FILE, Source, no_config};
use crate::error::{Error, Exit, Fault, Result};
use crate::exports::Request;
use crate::findings::sketch::Key;
use crate::findings::triage::Policy;
use crate::findings::{Severity, masking};
use crate::frames::time::written;
use crate::history::{self, Ran};
use crate::pull::{self, api::Voice};
use crate::reports::{self, Format, rows};
use crate::text::counted;
use crate::timings::Timings;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint audit                              the folder you are in, with its crmlint.yaml
  crmlint audit fixtures/demo --profile launch
  crmlint audit exports/zoho exports/people.csv        exports alone, without a config
  crmlint audit --select ENM,TS --format json --output report.json
  crmlint audit --output report.html         a page to open, with filters and pictures
  crmlint audit --output sarif=x.sarif --output md=-   for code scanning, and a summary to print
  crmlint audit --output report.html --open --output findings.csv
  crmlint audit --save-summary summary.json  what the gate needs to count people without exports
  crmlint audit --rows failing.csv           every failing record, unmasked, to repair them
  crmlint audit --timings                    where the time went: stages, and the dearest rules
  crmlint audit --pull                       fetch the exports first, as `crmlint pull` does")]
pub(super) struct Args {
    /// A folder with a crmlint.yaml, or export files and folders [default: the crmlint.yaml of the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run only these rules: codes, names or families (ENM), with commas
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    select: Vec<String>,
    /// Leave these rules out
    #[arg(long, value_delimiter = ',', value_name = "RULES")]
    ignore: Vec<String>,
    /// The lowest severity that ends with exit code 1 [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = ["error", "warning", "note", "never"])]
    fail_on: Option<String>,
    /// What blocks: launch, what no launch can live with; hygiene, nothing unless fail_on says so
    #[arg(long, value_name = "PROFILE", value_parser = ["launch", "hygiene"])]
    profile: Option<String>,
    /// End with exit code 3 when a rule could not be evaluated (with --profile launch: one that a launch needs)
    #[arg(long)]
    strict: bool,
    /// The format of the report [default: terminal, or by the ending of --output: .json, .sarif, .html, .md, .xml for junit, .csv, .parquet]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Write a report to a file, or FILE alone, whose ending is its kind; `-` is standard output. Several of them are
    /// several reports of one run
    #[arg(long, short, value_name = "KIND=FILE")]
    output: Vec<String>,
    /// Open the HTML report in the browser when it is written
    #[arg(long)]
    open: bool,
    /// Write every failing record, unmasked, to a .csv or .parquet file
    #[arg(long, value_name = "FILE")]
    rows: Option<PathBuf>,
    /// Write what `crmlint gate --summary` needs to say whom a change touches: counts, and nobody's data
    #[arg(long, value_name = "FILE")]
    save_summary: Option<PathBuf>,
    /// Show personal data in the report as it stands
    #[arg(long)]
    show_pii: bool,
    /// The instant that counts as now: 2026-06-01 or 2026-06-01T08:00:00Z [default: the clock]
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// How many cores to use [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// How much memory the run may take, as in 4GB; what does not fit is laid aside on disk, in TMPDIR [default: three
    /// quarters of what the machine has left]
    #[arg(long, value_name = "SIZE", value_parser = crate::memory::parse)]
    memory_limit: Option<u64>,
    /// Work through people in this many pieces; the report is the same
    #[arg(long, value_name = "N", default_value_t = 1, hide = true, value_parser = clap::value_parser!(u32).range(1..=4096))]
    shards: u32,
    /// Fetch the exports first from the systems that the config names under `pull:`
    #[arg(long)]
    pull: bool,
    /// Do not store a snapshot, whatever the config says
    #[arg(long)]
    no_snapshot: bool,
    /// Do not remember this run, whatever the config says
    #[arg(long)]
    no_history: bool,
    /// Say on standard error where time and memory went, by stage and by rule
    #[arg(long)]
    timings: bool,
    /// Only the table of findings, what could not be evaluated, and the verdict
    #[arg(long, short)]
    quiet: bool,
    /// The details of every finding, every reason, and ignore entries to paste
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let targets = targets::targets(&args.output, args.format)?;
    let page = args.open.then(|| targets::page(&targets)).transpose()?;
    if let Some(file) = &args.rows {
        rows::fits(file)?;
        targets::apart(&targets, file)?;
    }
    if let Some(file) = &args.save_summary {
        output::fits(file)?;
        targets::apart(&targets, file)?;
    }
    let mut config = config(&args.paths)?;
    if args.pull {
        let detail = if args.quiet { 0 } else { 1 + u8::from(args.verbose) };
        pull::run(&config, &[], false, &Voice { say: &|line| console.say(line), detail })?;
        // What was pulled says when it was.
        config = self::config(&args.paths)?;
    }
    pull::refuse_unpulled(&config)?;
    let policy = policy(args, &config)?;
    let bar = Bar::new(args.quiet);
    let options = Options {
        select: args.select.clone(),
        leave_out: args.ignore.clone(),
        all_rows: args.rows.is_some(),
        show_pii: args.show_pii,
        shards: args.shards,
        memory: args.memory_limit,
        snapshot: config.snapshots.is_some() && !args.no_snapshot,
        follow: config.history.is_some() && !args.no_history,
        count: args.save_summary.is_some(),
        timings: Timings::new(args.timings),
        ..Options::new(policy, &bar)
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, usize::from)).build();
    let pool = pool.map_err(|error| Error::input(Fault::new(format!("the threads could not be started: {error}"))))?;
    let run = pool.install(|| audit::run(&config, &options));
    bar.finish();
    let mut run = run?;
    run.verdict.selection = selection(&args.select, &args.ignore);
    let forgotten = if options.follow {
        options.timings.stage("writing the history", || remember(&config, &mut run)).err()
    } else {
        None
    };
    if let Some(error) = &forgotten {
        // Every report says how the process will end.
        run.verdict.exit = error.exit();
        run.verdict.remarks.push(format!("This run is not in the history: {error}."));
        run.verdict.forgotten = Some(error.to_string());
    }
    let verdict = run.verdict;
    if let Some(file) = &args.rows {
        let written = rows::write(&verdict, file)?;
        console.say(&format!("{written} failing rows are in {}: real values, readable by you alone.", file.display()));
        if let Some(listed) = &run.listed {
            let [pairs, clusters] = rows::write_listed(listed, file)?;
            console.say(&format!(
                "{} of people who are probably one are in {}, who should stay in {}.",
                counted(listed.pairs.len() as u64, "pair", "pairs"),
                pairs.display(),
                clusters.display()
            ));
        }
    }
    if let Some(file) = &args.save_summary {
        let Some(summary) = &run.summary else {
            let fault = Fault::new("there is nothing to sum up: no people export of Customer.io was read");
            return Err(Error::usage(fault.help("name one under `sources:`, or leave --save-summary out")));
        };
        output::draft(file, |out| out.write_all(summary.text().as_bytes()))?.keep()?;
        console.say(&format!("What profiles hold is summed up in {}: counts, and nobody's data.", file.display()));
    }
    let detail = if args.quiet { 0 } else { 1 + u8::from(args.verbose) };
    options.timings.stage("writing reports", || {
        let shown = masking::for_reports(&verdict);
        targets::write(&targets, console, detail, |format, look| reports::render(&shown, format, look))
    })?;
    if args.timings {
        timings::say(console, &options.timings, &run.costs, args.verbose);
    }
    if let Some(page) = page {
        open::open(page, console);
    }
    forgotten.map_or(Ok(verdict.exit), Err)
}

/// Writes the run into the history. Where that fails the report is written all the same.
fn remember(config: &Config, run: &mut audit::Run) -> Result<()> {
    let Some((path, document)) = config.history.as_ref().zip(config.document.as_ref()) else { return Ok(()) };
    let ran = Ran {
        config: Path::new(&document.file),
        selection: run.verdict.selection.clone(),
        word: reports::word(&run.verdict),
        affected: run.affected.as_ref(),
        key: Key::find(config.key_file.as_deref())?,
        snapshot: run.snapshot.as_deref(),
    };
    history::remember(path, &mut run.verdict, &ran)
}

/// Which rules were asked for: the same words in whatever order are the same.
fn selection(select: &[String], ignore: &[String]) -> String {
    let sorted = |list: &[String]| -> String {
        let words: BTreeSet<String> = list.iter().map(|word| word.trim().to_lowercase()).collect();
        words.into_iter().collect::<Vec<_>>().join(",")
    };
    match (sorted(select), sorted(ignore)) {
        (select, without) if without.is_empty() => select,
        (select, without) => format!("{select} without {without}").trim_start().to_owned(),
    }
}

/// The config of a folder, or one made of the exports that were named.
pub(super) fn config(paths: &[PathBuf]) -> Result<Config> {
    let here = [PathBuf::from(".")];
    // Nobody asks to read all of the current folder by naming nothing.
    if paths.is_empty() && !Path::new(FILE).is_file() {
        return Err(no_config(Path::new("the current folder")));
    }
    let paths = if paths.is_empty() { &here } else { paths };
    if let [path] = paths {
        if path.is_dir() && path.join(FILE).is_file() {
            return Config::read(&if path == Path::new(".") { PathBuf::from(FILE) } else { path.join(FILE) });
        }
        if path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml") {
            return Config::read(path);
        }
    }
    let mut files = Vec::new();
    for path in paths {
        files.extend(if path.is_dir() { folders(path)? } else { vec![path.clone()] });
    }
    Ok(bare(files))
}

/// A config of exports alone.
pub(super) fn bare(files: Vec<PathBuf>) -> Config {
    let request = Request { paths: files, ..Request::default() };
    let source = Source { request, time_zone: None, rows: Vec::new(), taken_at: None, columns: Vec::new(), pull: None };
    Config { sources: vec![source], ..Config::default() }
}

/// A folder of exports, or a folder of such folders.
pub(super) fn folders(path: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |error: std::io::Error| {
        Error::input(Fault::new(format!("{} cannot be read: {error}", path.display())).help("check its permissions"))
    };
    let (mut inner, mut files) = (Vec::new(), false);
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?.path();
        let hidden = entry.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with('.'));
        if entry.is_dir() && !hidden {
            inner.push(entry);
        } else if !hidden {
            files = true;
        }
    }
    inner.sort();
    // A backup's own layout is read as a whole.
    let backup = inner.iter().any(|folder| folder.ends_with("Data") || folder.ends_with("Metadata"));
    if inner.is_empty() || backup {
        return Ok(vec![path.to_owned()]);
    }
    if files {
        inner.insert(0, path.to_owned());
    }
    Ok(inner)
}

/// The instant that counts as now.
pub(super) fn now(told: Option<&str>) -> Result<i64> {
    let Some(text) = told else { return Ok(jiff::Timestamp::now().as_second()) };
    written(text).ok_or_else(|| {
        Error::usage(Fault::new(format!("--now {text} is no date")).help("write 2026-06-01 or 2026-06-01T08:00:00Z"))
    })
}

fn policy(args: &Args, config: &Config) -> Result<Policy> {
    let now = now(args.now.as_deref())?;
    let profile = args.profile.clone().or_else(|| config.profile.clone());
    let fallback = if profile.as_deref() == Some("hygiene") { "never" } else { "error" };
    let fail_on = args.fail_on.clone().or_else(|| config.fail_on.clone()).unwrap_or_else(|| fallback.to_owned());
    Ok(Policy { profile, fail_on: Severity::parse(&fail_on), strict: args.strict, now })
}
