//! `crmlint gate`: two revisions of the mapping in, what breaks between them out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::audit::{config, now};
use super::console::Console;
use super::progress::Bar;
use super::targets;
use crate::audit::{self, Options};
use crate::config::{self, Config, FILE};
use crate::error::{Error, Exit, Fault, Result};
use crate::findings::baseline::Baseline;
use crate::findings::sketch::Key;
use crate::findings::triage::Policy;
use crate::findings::{Severity, masking};
use crate::mapping::Mapping;
use crate::mapping::changes::{Change, between};
use crate::radius::Summary;
use crate::reports::{self, Format};
use crate::revisions::{self, Revision, plain};
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
    let file = document(args.path.as_deref().unwrap_or_else(|| Path::new(".")));
    let folder = file.parent().unwrap_or_else(|| Path::new(""));
    let head = args.head.as_deref().map(|name| judged(folder, name)).transpose()?;
    let mut config = match &head {
        None => config(args.path.as_slice())?,
        Some(head) => config_at(head, &file)?,
    };
    let Some((path, name)) = config.mapping.clone() else {
        let fault = Fault::new("there is no mapping to compare");
        return Err(Error::usage(fault.help("name it in crmlint.yaml: mapping: mapping.yaml")));
    };
    let mapping = match &head {
        None => Mapping::read(&path, &name)?,
        Some(head) => Mapping::build(at(head, &path, &name)?)?,
    };
    let baseline = match (&head, &config.baseline) {
        (Some(head), Some((path, name))) => Some(Baseline::of(
            &at(head, path, name)?,
            Key::find(config.key_file.as_deref())?,
            config.key_file.as_deref(),
        )?),
        _ => None,
    };
    let summary = args.summary.as_deref().map(Summary::read).transpose()?;
    let earlier = earlier(args, &config, (&path, &name))?;
    let base = earlier.document.map(Mapping::build).transpose()?;
    let (changes, added) = base.as_ref().map(|base| between(base, &mapping)).unwrap_or_default();
    let said = compared(&config, args, &name, base.is_some(), &changes);
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
        base: Some(base.unwrap_or_else(|| mapping.clone())),
        head: head.is_some().then_some(mapping),
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
    verdict.remarks.extend(earlier.remarks);
    verdict.remarks.extend(said);
    if !added.is_empty() {
        verdict.remarks.push(format!("Added since {}, breaking nothing: {}.", args.against, added.join(", ")));
    }
    let shown = masking::for_reports(&verdict);
    let detail = if args.quiet { 0 } else { 1 + u8::from(args.verbose) };
    targets::write(&targets, console, detail, |format, look| reports::render(&shown, format, look))?;
    Ok(verdict.exit)
}

/// The mapping to compare with, and what the reader should know of it.
struct Earlier {
    document: Option<Document>,
    remarks: Vec<String>,
}

/// Finds the mapping of the earlier revision: under the name that its own crmlint.yaml gives it, or where it was moved from.
fn earlier(args: &Args, config: &Config, (path, name): (&Path, &str)) -> Result<Earlier> {
    let against = &args.against;
    let beside = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if revisions::is_file(beside, against)? {
        return Ok(Earlier { document: Some(Document::read(Path::new(against), against)?), remarks: Vec::new() });
    }
    let Some(revision) = Revision::open(beside, against)? else {
        return Ok(Earlier { document: None, remarks: Vec::new() });
    };
    let other = args.head.as_deref();
    let revision = revision.parted_from(other)?;
    let mut remarks: Vec<String> = revision.remark.iter().cloned().collect();
    let own = config.document.as_ref().map(|document| PathBuf::from(&document.file));
    let own = own.map(|file| revision.document(&file, &file.display().to_string()).map(|found| (file, found)));
    let named = match own.transpose()? {
        Some((file, Some(document))) => {
            // A config that this version cannot read says nothing; the mapping may be where it is now.
            let folder = file.parent().unwrap_or_else(|| Path::new("")).to_owned();
            Config::build(document, &folder).ok().and_then(|config| config.mapping)
        }
        _ => None,
    };
    let places = named.into_iter().chain([(path.to_owned(), name.to_owned())]);
    for (place, known) in places {
        if let Some(document) = revision.document(&place, &known)? {
            if known != name {
                remarks.push(format!("The mapping was {known} at {against}."));
            }
            return Ok(Earlier { document: Some(document), remarks });
        }
    }
    let moved = revision.moved(path, other)?;
    remarks.extend(moved.iter().map(|(known, _)| format!("The mapping was {known} at {against}.")));
    Ok(Earlier { document: moved.map(|(_, document)| document), remarks })
}

/// What came of the comparison as a whole.
fn compared(config: &Config, args: &Args, name: &str, is_known: bool, changes: &[Change]) -> Vec<String> {
    if !is_known {
        return vec![format!("{name} is new since {}: there is nothing to compare with.", args.against)];
    }
    let off =
        |change: &&Change| config.gate.iter().any(|(name, level)| name == change.category.name && level.is_none());
    let mut hidden: BTreeMap<&str, u64> = BTreeMap::new();
    changes.iter().filter(off).for_each(|change| *hidden.entry(change.category.name).or_default() += 1);
    let mut said = Vec::new();
    if changes.is_empty() {
        said.push(format!("Nothing that can break a reader changed since {}.", args.against));
    }
    if !hidden.is_empty() {
        let list: Vec<String> = hidden.iter().map(|(name, number)| format!("{name} ({number})")).collect();
        said.push(format!("Changes that `gate:` turns off and this report leaves out: {}.", list.join(", ")));
    }
    said
}

/// The config that a path means: the one in the folder, or the file itself.
fn document(path: &Path) -> PathBuf {
    let is_file = path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml") && !path.is_dir();
    plain(&if is_file { path.to_owned() } else { path.join(FILE) })
}

/// The revision that is judged.
fn judged(folder: &Path, name: &str) -> Result<Revision> {
    Revision::open(folder, name)?.ok_or_else(|| {
        let fault = Fault::new("this repository holds no commit yet");
        Error::usage(fault.help("leave --head out to judge the files of the folder"))
    })
}

/// A document as a revision has it.
fn at(head: &Revision, path: &Path, name: &str) -> Result<Document> {
    head.document(path, name)?.ok_or_else(|| {
        let fault = Fault::new(format!("{} holds no {name}", head.name));
        Error::usage(fault.help("name the folder that holds it in the repository, or another revision"))
    })
}

/// The config as a revision has it.
fn config_at(head: &Revision, file: &Path) -> Result<Config> {
    let folder = file.parent().unwrap_or_else(|| Path::new(""));
    let mut config = Config::build(at(head, file, &file.display().to_string())?, folder)?;
    // Which files lie in the folder says nothing about the revision.
    if config.has_default_baseline {
        let (path, name) = config::default_baseline(folder);
        config.baseline = head.document(&path, &name)?.map(|_| (path, name));
    }
    Ok(config)
}
