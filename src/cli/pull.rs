//! `crmlint pull` and `crmlint doctor`: exports from the systems themselves, and whether that would work.

use std::path::PathBuf;

use super::audit;
use super::console::Console;
use crate::error::{Exit, Result};
use crate::pull::api::Voice;
use crate::pull::doctor::{self, Mark};
use crate::pull::{self, plan};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint pull                        every source of ./crmlint.yaml that has a `pull:` section
  crmlint pull --dry-run              what would be asked, without asking and without reading a secret
  crmlint pull --only zoho -v         one source, and a line a request
  crmlint audit --pull                pull, then audit

In crmlint.yaml, secrets are named and never written:
  sources:
    zoho:
      files: exports/zoho
      kind: zoho
      pull:
        data_centre: eu
        client_id_env: ZOHO_CLIENT_ID
        client_secret_env: ZOHO_CLIENT_SECRET
        refresh_token_env: ZOHO_REFRESH_TOKEN
        modules: [Contacts, Leads, Deals]
    customerio:
      files: exports/customerio
      kind: customerio
      pull: {region: eu, key_env: CUSTOMERIO_APP_KEY, what: [people, segments, campaigns, deliveries]}
    orders:
      files: exports/orders.csv
      kind: generic
      pull: {url: https://shop.example.com/orders.csv, headers_env: {Authorization: SHOP_HEADER}}

Exit codes:
  0  everything is in its place
  2  wrong usage or config, or a secret that is not set: nothing was asked
  3  something could not be pulled; the exports are as they were, and the next pull goes on where this one stopped")]
pub(super) struct Args {
    /// A crmlint.yaml or its folder [default: the current folder]
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Only these sources, with commas
    #[arg(long, value_delimiter = ',', value_name = "SOURCES")]
    only: Vec<String>,
    /// Print the requests, and make none
    #[arg(long)]
    dry_run: bool,
    /// Begin anew instead of going on where the last pull stopped
    #[arg(long)]
    fresh: bool,
    /// Say nothing unless something is wrong
    #[arg(long, short)]
    quiet: bool,
    /// A line a request
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let config = audit::config(args.path.as_slice())?;
    if args.dry_run {
        return console.print(&plan::text(&config, &args.only)?);
    }
    let detail = if args.quiet { 0 } else { 1 + u8::from(args.verbose) };
    pull::run(&config, &args.only, args.fresh, &Voice { say: &|line| console.say(line), detail })?;
    Ok(Exit::Clean)
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint doctor                      every source of ./crmlint.yaml that has a `pull:` section
  crmlint doctor --only customerio

It asks for nothing but small answers, exports nothing and writes nothing.

Exit codes:
  0  a pull would work; what it would lack is told
  2  wrong usage or config, or a secret that is not set
  3  credentials are refused, a needed right is missing, or a server does not answer")]
pub(super) struct DoctorArgs {
    /// A crmlint.yaml or its folder [default: the current folder]
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Only these sources, with commas
    #[arg(long, value_delimiter = ',', value_name = "SOURCES")]
    only: Vec<String>,
    /// A line a request, on standard error
    #[arg(long, short)]
    verbose: bool,
}

pub(super) fn doctor(args: &DoctorArgs, console: Console) -> Result<Exit> {
    let config = audit::config(args.path.as_slice())?;
    let detail = if args.verbose { 2 } else { 0 };
    let checkup = doctor::look(&config, &args.only, &Voice { say: &|line| console.say(line), detail })?;
    let line = |(mark, line): &(Mark, String)| {
        let mark = match mark {
            Mark::Fine => "ok   ",
            Mark::Note => "note ",
            Mark::Wrong => "wrong",
        };
        format!("{mark}  {line}\n")
    };
    console.print(&checkup.lines.iter().map(line).collect::<String>())?;
    Ok(checkup.exit)
}
