//! `crmlint trace`: one person in, what every system holds of them and what keeps them out of a journey out.

use std::path::PathBuf;

use clap::ValueEnum;

use super::audit::{config, now};
use super::console::Console;
use super::progress::Bar;
use crate::error::{Error, Exit, Fault, Result};
use crate::reports::{trace, trace_json};
use crate::trace::{Wanted, run as look};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint trace ana.weber@example.com            every system, every segment, every journey
  crmlint trace zcrm_5725767000004101002 exports/    exports in a folder, without a config
  crmlint trace cust_1002 --journey winback      why they did not enter the flow
  crmlint trace \"+49 30 5550 0100\" --segment \"At Risk\"
  crmlint trace ana.weber@example.com --format json --show-pii > ana.json

Nothing is written to any system.

Exit codes:
  0  the person was found and traced, whatever the journeys say
  2  wrong usage, config or mapping, or nobody answers to that name
  3  an input could not be read")]
pub(super) struct Args {
    /// Whom: a Zoho record id (with or without zcrm_), a profile's id or cio_id, an e-mail address, a phone number
    #[arg(value_name = "PERSON")]
    person: String,
    /// A folder with a crmlint.yaml, or export files and folders [default: the crmlint.yaml of the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only these journeys, and the segments that they name
    #[arg(long, value_name = "NAME")]
    journey: Vec<String>,
    /// Only these segments, and the journeys that name them
    #[arg(long, value_name = "NAME")]
    segment: Vec<String>,
    /// The format of the trace
    #[arg(long, value_enum, default_value_t = Format::Terminal, value_name = "FORMAT")]
    format: Format,
    /// Show personal data as it stands: ids, addresses, phone numbers, names
    #[arg(long)]
    show_pii: bool,
    /// The instant that counts as now: 2026-06-01 or 2026-06-01T08:00:00Z [default: the clock]
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, at a terminal.
    Terminal,
    /// For programs; versioned, its schema is `crmlint schema trace`.
    Json,
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    if args.person.trim().is_empty() {
        let fault = Fault::new("PERSON is blank");
        return Err(Error::usage(fault.help("name a record id, a profile id, an e-mail address or a phone number")));
    }
    let config = config(&args.paths)?;
    let wanted = Wanted {
        person: &args.person,
        journeys: &args.journey,
        segments: &args.segment,
        now: now(args.now.as_deref())?,
        show_pii: args.show_pii,
    };
    let bar = Bar::new(false);
    let found = look(&config, &wanted, &bar);
    bar.finish();
    let found = found?;
    console.print(&match args.format {
        Format::Terminal => trace::render(&found, console.look(1)),
        Format::Json => trace_json::render(&found),
    })
}
