//! `crmlint gate`: two revisions of the mapping in, what breaks between them out.

use std::path::PathBuf;

use super::audit::{config, now};
use super::console::Console;
use super::progress::Bar;
use super::targets;
use crate::audit::{self, Options};
use crate::error::{Error, Exit, Fault, Result};
use crate::findings::triage::Policy;
use crate::findings::{Severity, masking};
use crate::mapping::Mapping;
use crate::mapping::changes::between;
use crate::reports::{self, Format};
use crate::revisions;
use crate::rules::{Rule, Rules};
use crate::text::counted;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint gate                               the mapping of this folder against HEAD
  crmlint gate --against origin/main         what a branch changes
  crmlint gate --against mapping.before.yaml     without git
  crmlint gate --output sarif=gate.sarif --output md=-
  crmlint gate --against HEAD~3 --data       also count the people with the exports of crmlint.yaml

`gate:` in crmlint.yaml says how bad each kind of change is.")]
pub(super) struct Args {
    /// A folder with a crmlint.yaml [default: the current folder]
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// The revision to compare with: a branch, tag or commit, or a file
    #[arg(long, value_name = "REV|FILE", default_value = "HEAD")]
    against: String,
    /// Read the exports too, and say how many people each change touches
    #[arg(long)]
    data: bool,
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
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let targets = targets::targets(&args.output, args.format)?;
    let mut config = config(args.path.as_slice())?;
    let Some((path, name)) = config.mapping.clone() else {
        let fault = Fault::new("there is no mapping to compare");
        return Err(Error::usage(fault.help("name it in crmlint.yaml: mapping: mapping.yaml")));
    };
    let head = Mapping::read(&path, &name)?;
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
    let options = Options {
        policy: Policy {
            profile: None,
            fail_on: Severity::parse(&fail_on),
            strict: false,
            now: now(args.now.as_deref())?,
        },
        // What the data are like is the audit's to say; here they only tell whom a change touches.
        select: document.iter().map(|rule| rule.code.clone()).collect(),
        leave_out: Vec::new(),
        all_rows: false,
        show_pii: false,
        shards: 1,
        snapshot: false,
        blank: None,
        // A mapping without an earlier revision changes nothing.
        base: Some(base.unwrap_or_else(|| head.clone())),
        progress: &bar,
    };
    let run = audit::run(&config, &options);
    bar.finish();
    let mut verdict = run?.verdict;
    let rules = counted(data.len() as u64, "rule is", "rules are");
    verdict.remarks.push(format!("{rules} about the data and did not run: `crmlint audit` runs them."));
    if !args.data {
        verdict.remarks.push("Without `--data` no export is read, and no change says whom it touches.".to_owned());
    }
    if is_new {
        verdict.remarks.push(format!("{name} is new since {}: there is nothing to compare with.", args.against));
    }
    if !added.is_empty() {
        verdict.remarks.push(format!("Added since {}, breaking nothing: {}.", args.against, added.join(", ")));
    }
    let shown = masking::for_reports(&verdict);
    let detail = if args.quiet { 0 } else { 1 };
    targets::write(&targets, console, detail, |format, look| reports::render(&shown, format, look))?;
    Ok(verdict.exit)
}
