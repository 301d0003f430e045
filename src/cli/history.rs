//! `crmlint history`: the file of earlier runs in, what they found and what became of it out.

use std::path::PathBuf;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

use super::audit::{config, now};
use super::console::Console;
use super::{export, output};
use crate::config::Config;
use crate::error::{Error, Exit, Fault, Result};
use crate::history::{History, Pruned, Run, Seen, Which, prune};
use crate::reports::trend::moment;
use crate::text::{count, counted, seconds};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  crmlint history                            every run, newest first
  crmlint history show                       the newest run: its findings, and what was fixed in it
  crmlint history compare 12 last            what came, what is gone, and what moved between two runs
  crmlint history prune --older-than 90d     take out what is older, with the snapshots of those runs
  crmlint history export runs.csv            one line a finding and run, for a spreadsheet

The file is the one that `history:` of crmlint.yaml names; `crmlint audit` writes it.")]
pub(super) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    place: Place,
}

/// Which history.
#[derive(Debug, Clone, clap::Args)]
struct Place {
    /// A folder with a crmlint.yaml, or that file [default: the current folder]
    #[arg(long, value_name = "PATH")]
    config: Option<PathBuf>,
    /// The history itself, whatever the config says
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Every run, newest first
    #[command(after_help = "Examples:\n  crmlint history list\n  crmlint history list --file runs.sqlite")]
    List {
        #[command(flatten)]
        place: Place,
    },
    /// One run: its findings, worst first, and what was fixed in it
    #[command(after_help = "Examples:\n  crmlint history show\n  crmlint history show 12")]
    Show {
        /// The run's number; `last` is the newest
        #[arg(default_value = "last")]
        run: String,
        #[command(flatten)]
        place: Place,
    },
    /// Two runs held against each other
    #[command(after_help = "Examples:\n  crmlint history compare 11 12\n  crmlint history compare 1 last")]
    Compare {
        /// The earlier run's number
        one: String,
        /// The later run's number; `last` is the newest
        #[arg(default_value = "last")]
        other: String,
        #[command(flatten)]
        place: Place,
    },
    /// Take old runs out, with the snapshots that they stored
    #[command(after_help = "\
Examples:
  crmlint history prune --keep 30
  crmlint history prune --older-than 90d --dry-run

What only the runs that go knew is forgotten: a finding that comes back after that is new.")]
    Prune {
        /// Keep the newest N runs of each config, profile and selection
        #[arg(long, value_name = "N", conflicts_with = "older_than", value_parser = clap::value_parser!(u32).range(1..))]
        keep: Option<u32>,
        /// Take out what is older: 90d, 12w
        #[arg(long, value_name = "AGE")]
        older_than: Option<String>,
        /// Say what would go, and leave it
        #[arg(long)]
        dry_run: bool,
        /// The instant that counts as now: 2026-06-01 or 2026-06-01T08:00:00Z [default: the clock]
        #[arg(long, value_name = "TIME")]
        now: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Write all runs to a .csv or .json file
    #[command(after_help = "Examples:\n  crmlint history export runs.csv\n  crmlint history export runs.json")]
    Export {
        /// The file; its ending is its format
        to: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let Some(action) = &args.action else { return list(&args.place, console) };
    match action {
        Action::List { place } => list(place, console),
        Action::Show { run, place } => show(place, run, console),
        Action::Compare { one, other, place } => compare(place, one, other, console),
        Action::Prune { keep, older_than, dry_run, now, place } => {
            let which = match (keep, older_than) {
                (Some(keep), _) => Which::Newest(*keep),
                (None, Some(age)) => Which::Since(since(age, now.as_deref())?),
                (None, None) => {
                    let fault = Fault::new("nothing says which runs are to go");
                    return Err(Error::usage(fault.help("add --keep 30 or --older-than 90d")));
                }
            };
            take_out(place, which, *dry_run, console)
        }
        Action::Export { to, place } => {
            export::fits(to)?;
            output::fits(to)?;
            let (runs, text) = export::text(&open(place)?, to)?;
            output::draft(to, |out| out.write_all(&text))?.keep()?;
            console.say(&format!("{} written to {}.", counted(runs, "run", "runs"), to.display()));
            Ok(Exit::Clean)
        }
    }
}

/// The history that is meant, and the config that names it where one was read.
fn found(place: &Place) -> Result<(PathBuf, Option<Config>)> {
    if let (Some(file), None) = (&place.file, &place.config) {
        return Ok((file.clone(), None));
    }
    if let Some(path) = place.config.as_ref().filter(|path| !path.exists()) {
        let fault = Fault::new(format!("{} does not exist", path.display()));
        return Err(Error::usage(fault.help("name a folder with a crmlint.yaml, or that file")));
    }
    let config = config(place.config.as_slice())?;
    let named = place.file.clone().or_else(|| config.history.clone());
    let Some(path) = named else {
        let fault = Fault::new("crmlint.yaml names no history");
        return Err(Error::usage(fault.help("add `history: .crmlint/history.sqlite` to it, or name one with --file")));
    };
    Ok((path, Some(config)))
}

fn open(place: &Place) -> Result<History> {
    History::open(&found(place)?.0)
}

fn since(age: &str, told: Option<&str>) -> Result<i64> {
    let Some(age) = seconds(age) else {
        let fault = Fault::new(format!("--older-than {age} is no duration"));
        return Err(Error::usage(fault.help("write 90d, 12w or 48h")));
    };
    Ok(now(told)? - age)
}

fn take_out(place: &Place, which: Which, only_say: bool, console: Console) -> Result<Exit> {
    let (path, config) = found(place)?;
    let folder =
        config.as_ref().and_then(|config| config.snapshots.as_ref()).map(|snapshots| snapshots.folder.as_path());
    let Pruned { runs, left, snapshots } = prune(&path, which, folder, only_say)?;
    let with = match snapshots.len() {
        0 => String::new(),
        many => format!(", with {}", counted(many as u64, "snapshot", "snapshots")),
    };
    let (runs, verb) = (counted(runs, "run", "runs"), if only_say { "would go" } else { "taken out" });
    console.say(&format!("{runs} {verb}{with}; {} left.", counted(left, "run is", "runs are")));
    Ok(Exit::Clean)
}

fn table(console: Console, header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(console.look(1).width).force_no_tty();
    table.set_header(header);
    table
}

fn number(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn list(place: &Place, console: Console) -> Result<Exit> {
    let runs = open(place)?.runs()?;
    let header =
        ["Run", "As of", "Profile", "Errors", "Warnings", "Notes", "People", "Identity", "Triggers", "Verdict"];
    let mut table = table(console, &header);
    for run in runs.iter().rev() {
        let [errors, warnings, notes, _] = run.counts.map(count);
        let [identity, triggers] = run.scores.map(score);
        table.add_row([
            number(run.id.to_string()),
            Cell::new(moment(run.instant)),
            Cell::new(profile(run)),
            number(errors),
            number(warnings),
            number(notes),
            number(run.people.map_or_else(|| "–".to_owned(), count)),
            number(identity),
            number(triggers),
            Cell::new(&run.verdict),
        ]);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    console.print(&format!("{table}\n{}.\n", counted(runs.len() as u64, "run", "runs")))
}

fn score(tenths: Option<u32>) -> String {
    tenths.map_or_else(|| "–".to_owned(), |tenths| format!("{}.{}", tenths / 10, tenths % 10))
}

/// The profile, and which rules were asked for where somebody chose.
fn profile(run: &Run) -> String {
    let profile = if run.profile.is_empty() { "–" } else { &run.profile };
    if run.selection.is_empty() { profile.to_owned() } else { format!("{profile} ({})", run.selection) }
}

fn head(run: &Run) -> String {
    let [errors, warnings, notes, accepted] = run.counts;
    format!(
        "Run {}, as of {}, {}, profile {}, crmlint {}: {}. {}, {}, {}; {} accepted.",
        run.id,
        moment(run.instant),
        run.config,
        profile(run),
        run.version,
        run.verdict,
        counted(errors, "error", "errors"),
        counted(warnings, "warning", "warnings"),
        counted(notes, "note", "notes"),
        count(accepted)
    )
}

fn show(place: &Place, run: &str, console: Console) -> Result<Exit> {
    let history = open(place)?;
    let run = history.run(run)?;
    let mut text = format!("{}\n", head(&run));
    let findings = history.findings(&run)?;
    if !findings.is_empty() {
        let mut table = table(console, &["Severity", "Rule", "Where", "People", "Records", "Before"]);
        for seen in &findings {
            let accepted = if seen.accepted { ", accepted" } else { "" };
            table.add_row([
                Cell::new(format!("{}{accepted}", seen.severity)),
                Cell::new(format!("{} {}", seen.code, seen.name)),
                Cell::new(&seen.subject),
                number(count(seen.people)),
                number(count(seen.records)),
                Cell::new(state(seen)),
            ]);
        }
        text += &format!("{table}\n");
    }
    let fixed = history.fixed(&run)?;
    text += &lines(
        "Fixed in this run",
        fixed.iter().map(|seen| format!("{}, there since {}", said(seen), moment(seen.since))),
    );
    let open = history.rules(&run)?.into_iter().filter(|rule| rule.partly || rule.status == "failed");
    let open: Vec<String> = open.map(|rule| rule.code).collect();
    if !open.is_empty() {
        text += &format!("\nNot looked at, or in part: {}\n", open.join(", "));
    }
    console.print(&text)
}

fn state(seen: &Seen) -> String {
    match seen.state.as_deref() {
        Some("still") => format!("there since {}", moment(seen.since)),
        state => state.unwrap_or_default().to_owned(),
    }
}

/// `error ENM002 enum-variant · zoho.contacts.Stage (12 people)`
fn said(seen: &Seen) -> String {
    let people =
        if seen.people > 0 { format!(" ({})", counted(seen.people, "person", "people")) } else { String::new() };
    format!("{} {} {} · {}{people}", seen.severity, seen.code, seen.name, seen.subject)
}

fn lines(title: &str, lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.map(|line| format!("  {line}\n")).collect();
    if lines.is_empty() { lines } else { format!("\n{title}\n{lines}") }
}

fn compare(place: &Place, one: &str, other: &str, console: Console) -> Result<Exit> {
    let history = open(place)?;
    let (one, other) = (history.run(one)?, history.run(other)?);
    let compared = history.compare(&one, &other)?;
    let people = |seen: &Seen| match compared.people.get(&seen.fingerprint) {
        None | Some([0, 0]) => String::new(),
        Some([come, gone]) => format!(", {} came, {} left", counted(*come, "person", "people"), count(*gone)),
    };
    let moved = compared.both.iter().filter(|(then, now)| {
        (then.records, then.people, &then.severity) != (now.records, now.people, &now.severity)
            || !people(now).is_empty()
    });
    let moved: Vec<String> = moved
        .map(|(then, now)| {
            let before = if now.people == then.people {
                String::new()
            } else {
                format!(" and {}", counted(then.people, "person", "people"))
            };
            let records = counted(now.records, "record", "records");
            format!("{}: {records}, before {}{before}{}", said(now), count(then.records), people(now))
        })
        .collect();
    let same = compared.both.len() - moved.len();
    let mut text = format!("{}\n{}\n", head(&one), head(&other));
    text += &lines(&format!("In run {} alone", other.id), compared.come.iter().map(said));
    text += &lines(&format!("Gone since run {}", one.id), compared.gone.iter().map(said));
    let title = format!("In run {}, and not looked for in full in run {}", one.id, other.id);
    text += &lines(&title, compared.unknown.iter().map(said));
    text += &lines("In both, and moved", moved.into_iter());
    text += &format!("\n{} as in run {}.\n", counted(same as u64, "finding is", "findings are"), one.id);
    console.print(&text)
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn an_age_is_held_against_now() {
        assert_eq!(since("2d", Some("2026-06-03")).ok(), since("0d", Some("2026-06-01")).ok());
        assert!(since("soon", Some("2026-06-03")).is_err());
    }
}
