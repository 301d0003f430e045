//! `crmlint gate`: two revisions of the mapping in, what breaks between them out.

use std::path::{Path, PathBuf};

use super::audit::{config, now};
use super::console::Console;
use super::progress::Bar;
use super::targets;
use crate::audit::{self, Options};
use crate::config::{Config, FILE};
use crate::error::{Error, Exit, Fault, Result};
use crate::findings::baseline::Baseline;
use crate::findings::sketch::Key;
use crate::findings::triage::Policy;
use crate::findings::{Severity, masking};
use crate::mapping::Mapping;
use crate::mapping::changes::between;
use crate::radius::Summary;
use crate::reports::{self, Format};
use crate::revisions;
use crate::rules::{Rule, Rules};
use crate::text::counted;
use crate::yaml::Document;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint gate                               the mapping of this folder against HEAD
  crmlint gate --against origin/main         what a branch changes
  crmlint gate --against mapping.before.yaml     without git
  crmlint gate --output sarif=gate.sarif --output md=-
  crmlint gate --against HEAD~3 --data       also count the people with the exports of crmlint.yaml
  crmlint gate --summary summary.json        count them without exports: crmlint audit --save-summary summary.json
  crmlint gate crm.git --head topic --against main     in a bare repository

`gate:` in crmlint.yaml says how bad each kind of change is.")]
pub(super) struct Args {
    /// A folder with a crmlint.yaml [default: the current folder]
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// The revision to compare with: a branch, tag or commit, or a file
    #[arg(long, value_name = "REV|FILE", default_value = "HEAD")]
    against: String,
    /// Judge this revision instead of the files of the folder; a bare repository has no others
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Read the exports too, and say how many people each change touches
    #[arg(long)]
    data: bool,
    /// Say it from the counts of an earlier run: crmlint audit --save-summary FILE
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    summary: Option<PathBuf>,
    /// The lowest severity that ends with exit code 1 [default: error]
    #[arg(long, value_name = "SEVERITY", value_parser = ["error", "warning", "note", "never"])]
    fail_on: Option<String>,
    /// The format of the report [default: terminal]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Write a report to a file, or FILE alone, whose ending is its kind; `-` is standard output. Several of them are
    /// several reports of one run
    #[arg(long, short, value_name = "KIND=FILE")]
    output: Vec<String>,
    /// The instant that counts as now: 2026-06-01 or 2026-06-01T08:00:00Z [default: the clock]
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// Only the table of findings and the verdict
    #[arg(long, short)]
    quiet: bool,
    /// The details of every finding, and every reason
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let targets = targets::targets(&args.output, args.format)?;
    let mut config = match &args.head {
        None => config(args.path.as_slice())?,
        Some(head) => config_at(args.path.as_deref().unwrap_or_else(|| Path::new(".")), head)?,
    };
    let Some((path, name)) = config.mapping.clone() else {
        let fault = Fault::new("there is no mapping to compare");
        return Err(Error::usage(fault.help("name it in crmlint.yaml: mapping: mapping.yaml")));
    };
    let head = match &args.head {
        None => Mapping::read(&path, &name)?,
        Some(head) => Mapping::build(at(&path, &name, head)?)?,
    };
    let baseline = match (&args.head, &config.baseline) {
        (Some(head), Some((path, name))) => {
            Some(Baseline::of(&at(path, name, head)?, Key::find(config.key_file.as_deref())?)?)
        }
        _ => None,
    };
    let summary = args.summary.as_deref().map(Summary::read).transpose()?;
    let earlier = revisions::earlier(&path, &name, &args.against)?;
    let is_new = earlier.is_none();
    let base = earlier.map(Mapping::build).transpose()?;
    let added = base.as_ref().map(|base| between(base, &head).1).unwrap_or_default();
    let rules = Rules::load(&config.rules)?;
    let (data, document): (Vec<&Rule>, Vec<&Rule>) =
        rules.iter().filter(|rule| rule.status == "stable").partition(|rule| rule.needs_exports());
    if !args.data {
        // What the config says of a source holds without its files: the zone of its times.
        config.sources.iter_mut().for_each(|source| source.request.paths.clear());
        config.snapshots = None;
    }
    let fail_on = args.fail_on.clone().or_else(|| config.fail_on.clone()).unwrap_or_else(|| "error".to_owned());
    let bar = Bar::new(args.quiet);
    let policy =
        Policy { profile: None, fail_on: Severity::parse(&fail_on), strict: false, now: now(args.now.as_deref())? };
    let options = Options {
        // What the data are like is the audit's to say; here they only tell whom a change touches.
        select: document.iter().map(|rule| rule.code.clone()).collect(),
        // A mapping without an earlier revision changes nothing.
        base: Some(base.unwrap_or_else(|| head.clone())),
        head: args.head.is_some().then_some(head),
        baseline,
        summary: summary.clone(),
        ..Options::new(policy, &bar)
    };
    let run = audit::run(&config, &options);
    bar.finish();
    let mut verdict = run?.verdict;
    let rules = counted(data.len() as u64, "rule is", "rules are");
    verdict.remarks.push(format!("{rules} about the data and did not run: `crmlint audit` runs them."));
    match (&args.summary, &summary) {
        (Some(file), Some(summary)) => {
            let said = format!("Who is touched is counted as of {}, from {}.", summary.now, file.display());
            verdict.remarks.push(said);
        }
        _ if !args.data => {
            let said = "Without `--data` or `--summary` no change says whom it touches.";
            verdict.remarks.push(said.to_owned());
        }
        _ => {}
    }
    if is_new {
        verdict.remarks.push(format!("{name} is new since {}: there is nothing to compare with.", args.against));
    }
    if !added.is_empty() {
        verdict.remarks.push(format!("Added since {}, breaking nothing: {}.", args.against, added.join(", ")));
    }
    let shown = masking::for_reports(&verdict);
    let detail = if args.quiet { 0 } else { 1 + u8::from(args.verbose) };
    targets::write(&targets, console, detail, |format, look| reports::render(&shown, format, look))?;
    Ok(verdict.exit)
}

/// A document as a revision has it.
fn at(path: &Path, name: &str, head: &str) -> Result<Document> {
    revisions::earlier(path, name, head)?.ok_or_else(|| {
        let fault = Fault::new(format!("{head} holds no {name}"));
        Error::usage(fault.help("name the folder that holds it in the repository, or another revision"))
    })
}

/// The config as a revision has it.
fn config_at(folder: &Path, head: &str) -> Result<Config> {
    let file = folder.join(FILE);
    let document = at(&file, &file.display().to_string(), head)?;
    Config::build(document, folder)
}
