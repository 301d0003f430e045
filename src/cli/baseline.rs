//! `crmlint baseline`: what is there now in, a file that accepts it out. What is new, or more than it was, still fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::audit::{config, now};
use super::console::Console;
use super::output;
use super::progress::Bar;
use crate::audit::{self, Options};
use crate::config::{Config, default_baseline};
use crate::error::{Error, Exit, Fault, Result};
use crate::findings::Outcome;
use crate::findings::baseline::{Baseline, Entry, text};
use crate::findings::sketch::{Key, VARIABLE};
use crate::findings::triage::Policy;
use crate::text::counted;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint baseline write                     accept what an audit of this folder finds now
  crmlint baseline prune                     take out what has been repaired; nothing is taken in
  crmlint baseline update                    take in what is new, take out what is gone
  CRMLINT_KEY=$(cat ~/.crmlint.key) crmlint baseline write     with hashes of values and records

An entry holds the number of records of one finding. With a key (CRMLINT_KEY, or `key_file:` in crmlint.yaml) it also
holds keyed hashes of its values and records: other ones in the place of old ones are new then, though the number is
the same. `ignore:` is for what is to stay, with a reason; a baseline is for what is to be repaired.")]
pub(super) struct Args {
    /// What to do with the file
    #[arg(value_enum)]
    action: Action,
    /// A folder with a crmlint.yaml [default: the current folder]
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// The file [default: `baseline:` of crmlint.yaml, or crmlint.baseline.yaml beside it]
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Replace a file that is already there
    #[arg(long)]
    force: bool,
    /// The instant that counts as now: 2026-06-01 or 2026-06-01T08:00:00Z [default: the clock]
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Action {
    /// Begin: every finding that stands now
    Write,
    /// Go on: take in what is new or more, take out what is gone or less
    Update,
    /// Clean up: take out what is gone or less, take in nothing
    Prune,
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let mut config = config(args.path.as_slice())?;
    let Some(document) = &config.document else {
        let fault = Fault::new("a baseline belongs to a crmlint.yaml, and exports alone were named");
        return Err(Error::usage(fault.help("name the folder that holds it")));
    };
    let (_, beside) = default_baseline(Path::new(&document.file).parent().unwrap_or_else(|| Path::new("")));
    let beside = PathBuf::from(beside);
    let named = config.baseline.take();
    let (is_named, file) = match (&args.file, &named) {
        (Some(file), named) => (named.as_ref().is_some_and(|(path, _)| path == file), file.clone()),
        (None, Some((path, _))) => (true, path.clone()),
        // Runs find it there.
        (None, None) => (true, beside),
    };
    output::fits(&file)?;
    let name = file.display().to_string();
    let key = Key::find(config.key_file.as_deref())?;
    let old = match args.action {
        Action::Write if file.exists() && !args.force => {
            let fault = Fault::new(format!("{name} is already there"));
            return Err(Error::usage(fault.help("crmlint baseline update keeps it; --force begins anew")));
        }
        Action::Write => BTreeMap::new(),
        _ => kept(Baseline::read(&file, &name, key.clone(), config.key_file.as_deref())?, key.as_ref())?,
    };
    let outcomes = outcomes(args, &config, key.is_some())?;
    let found = found(&outcomes, key.as_ref());
    let unseen = unseen(&outcomes);
    let (entries, told) = merge(args.action, old, found, &unseen);
    let written = text(&entries, key.as_ref(), now(args.now.as_deref())?);
    output::draft(&file, |out| out.write_all(written.as_bytes()))?.keep()?;
    let entries = counted(entries.len() as u64, "finding", "findings");
    console.say(&format!("{name} holds {entries}: {told}."));
    if key.is_none() {
        console.say(&format!(
            "{}: the file holds counts alone, and other records in the place of old ones will not be seen.",
            Key::absent(config.key_file.as_deref())
        ));
    }
    if !is_named {
        console.say(&format!("Name it in crmlint.yaml, so that runs mind it: baseline: {}", shown(&file)));
    }
    Ok(Exit::Clean)
}

/// The entries of a file that goes on with the same key.
fn kept(old: Baseline, key: Option<&Key>) -> Result<BTreeMap<String, Entry>> {
    if old.made_by.is_some() && old.made_by != key.map(Key::id) {
        let which = if key.is_some() { "another key" } else { "no key" };
        let fault = Fault::new(format!("the hashes of {} were made with a key, and this run has {which}", old.name));
        return Err(Error::usage(fault.help(format!(
            "give it the key in {VARIABLE} or `key_file:`, or begin anew: crmlint baseline write --force"
        ))));
    }
    Ok(old.entries)
}

fn shown(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn outcomes(args: &Args, config: &Config, all_rows: bool) -> Result<Vec<Outcome>> {
    let bar = Bar::new(args.quiet);
    let policy = Policy { now: now(args.now.as_deref())?, ..Policy::default() };
    let options = Options { all_rows, ..Options::new(policy, &bar) };
    let run = audit::run(config, &options);
    bar.finish();
    let verdict = run?.verdict;
    if let Some(broken) = verdict.outcomes.iter().find(|outcome| outcome.status.name() == "failed") {
        let fault = Fault::new(format!("{} failed, and what it would have found is unknown", broken.code));
        return Err(Error::input(fault.help("run crmlint audit to see why; no file was written")));
    }
    Ok(verdict.outcomes)
}

/// Findings that stand, but for those about the team's own policy.
fn found(outcomes: &[Outcome], key: Option<&Key>) -> BTreeMap<String, Entry> {
    let findings = outcomes.iter().filter(|outcome| outcome.family() != "CFG").flat_map(|outcome| &outcome.findings);
    let standing = findings.filter(|finding| finding.accepted.is_none());
    standing.map(|finding| (finding.fingerprint.clone(), Entry::of(finding, key))).collect()
}

/// Rules that could not look at everything, or did not run: what they would have found is unknown.
fn unseen(outcomes: &[Outcome]) -> impl Fn(&Entry) -> bool {
    let seen = outcomes.iter().filter(|outcome| outcome.gaps.is_empty());
    let seen: BTreeSet<String> = seen.map(|outcome| outcome.code.clone()).collect();
    move |entry| !seen.contains(&entry.code)
}

/// The new entries, and what became of the old ones, in words.
fn merge(
    action: Action,
    mut old: BTreeMap<String, Entry>,
    found: BTreeMap<String, Entry>,
    unseen: &dyn Fn(&Entry) -> bool,
) -> (BTreeMap<String, Entry>, String) {
    let mut entries = BTreeMap::new();
    let [mut taken_in, mut raised, mut lowered, mut same] = [0_u64; 4];
    for (print, now) in found {
        let before = old.remove(&print);
        let entry = match (before, action) {
            (None, Action::Prune) => continue,
            (None, _) => {
                taken_in += 1;
                now
            }
            (Some(before), Action::Prune) => {
                let left = before.reduced_to(&now);
                lowered += u64::from(left.rows < before.rows);
                same += u64::from(left.rows == before.rows);
                left
            }
            (Some(before), _) => {
                raised += u64::from(now.rows > before.rows);
                lowered += u64::from(now.rows < before.rows);
                same += u64::from(now.rows == before.rows);
                now
            }
        };
        entries.insert(print, entry);
    }
    let (kept, gone): (BTreeMap<_, _>, BTreeMap<_, _>) = old.into_iter().partition(|(_, entry)| unseen(entry));
    let counts = [
        (taken_in, "taken in"),
        (raised, "raised"),
        (lowered, "lowered"),
        (same, "as it was"),
        (gone.len() as u64, "taken out"),
        (kept.len() as u64, "kept because the rule could not look at everything"),
    ];
    entries.extend(kept);
    let told: Vec<String> =
        counts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    (entries, if told.is_empty() { "nothing was found".to_owned() } else { told.join(", ") })
}
