//! `crmlint sample`: exports and a mapping in, a list of test people to paste into the mapping out.

use std::path::PathBuf;

use super::audit::{config, now};
use super::console::Console;
use super::output;
use super::progress::Bar;
use crate::audit::Options;
use crate::drafts::test_people::propose;
use crate::error::{Exit, Result};
use crate::findings::triage::Policy;
use crate::text::counted;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint sample                        ten people or more, for the folder you are in
  crmlint sample demo --count 15 -o test_people.yaml

The list names real people by their ids. It takes one person of each group in which syncs fail: a masked address, several
deals, an opt-out, each lifecycle stage, each other system; then others. The same exports give the same people.")]
pub(super) struct Args {
    /// A folder with a crmlint.yaml [default: the current folder]
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// How many people; more where there are more groups
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(10..=500))]
    count: u16,
    /// Write the list to a file that only you can read
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The instant that counts as now: 2026-06-01 or 2026-06-01T08:00:00Z [default: the clock]
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    if let Some(file) = &args.output {
        output::fits(file)?;
    }
    let config = config(args.path.as_slice())?;
    let bar = Bar::new(false);
    let policy = Policy { now: now(args.now.as_deref())?, ..Policy::default() };
    let proposal = propose(&config, usize::from(args.count), &Options::new(policy, &bar));
    bar.finish();
    let proposal = proposal?;
    let people = counted(proposal.people as u64, "person", "people");
    console.say(&format!("{people} proposed by their real ids, which are personal data."));
    if !proposal.absent.is_empty() {
        console.say(&format!("No Zoho contact has: {}.", proposal.absent.join(", ")));
    }
    for gap in &proposal.gaps {
        console.say(&format!("Not looked for: {gap}."));
    }
    match &args.output {
        Some(file) => {
            output::draft(file, |out| out.write_all(proposal.text.as_bytes()))?.keep()?;
            console.say(&format!("The list is in {}, readable by you alone.", file.display()));
            Ok(Exit::Clean)
        }
        None => console.print(&proposal.text),
    }
}
