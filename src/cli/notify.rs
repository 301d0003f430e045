//! `crmlint notify`: the report of a finished run in, messages out.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::audit::config;
use super::console::Console;
use super::output;
use crate::config::notify::{Notify, Target};
use crate::error::{Error, Exit, Fault, Result};
use crate::frames::time::{rfc3339, written};
use crate::net::{Client, Limits};
use crate::notify::mail::{self, Mailbox};
use crate::notify::state::{State, Told};
use crate::notify::webhook::SIGNATURE;
use crate::notify::{Ready, body};
use crate::reports::brief::{Before, Brief, Report};

/// Findings of a mail.
const MAILED: usize = 20;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint audit --output json=report.json; crmlint notify
  crmlint notify --report report.json --link https://ci.example.com/runs/17
  crmlint notify --dry-run                     what would be sent, without sending it
  crmlint notify --eml report.eml --from crmlint@example.com --to team@example.com
  crmlint notify --state /var/lib/crmlint/told.json

`notify:` in crmlint.yaml says whom to tell, and by which environment variables their addresses are found. A target with
`when: change` is told when the findings or the verdict differ from those it was told last.

Exit codes:
  0  sent, or nothing to say
  2  wrong usage, config or report, or a variable that is not set: nothing was sent
  3  a message could not be sent; the others were")]
pub(super) struct Args {
    /// A folder with a crmlint.yaml, or that file [default: the current folder]
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// The JSON report of the run; `-` is standard input
    #[arg(long, value_name = "FILE", default_value = "report.json")]
    report: PathBuf,
    /// The file that remembers what was told [default: beside `history:`, else .crmlint/notify.json beside the config]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Where the whole report can be read: https://…
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// Write the message as a mail to a file, ready to be sent or opened; `-` is standard output
    #[arg(long, value_name = "FILE")]
    eml: Option<PathBuf>,
    /// Who sends the mail [default: `mail:` of crmlint.yaml]
    #[arg(long, value_name = "ADDRESS", requires = "eml")]
    from: Option<String>,
    /// Who receives the mail; several times for several [default: `mail:` of crmlint.yaml]
    #[arg(long, value_name = "ADDRESS", requires = "eml")]
    to: Vec<String>,
    /// Print what would be sent, with the names of addresses and secrets in their place, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// For how many seconds one target is tried, when it is not there, is slow, or asks to wait
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=3600))]
    patience: u16,
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let config = config(args.path.as_slice())?;
    let Some(document) = &config.document else {
        let fault = Fault::new("`notify:` stands in a crmlint.yaml, and something else was named");
        return Err(Error::usage(fault.help("name the folder that holds it")));
    };
    let base = Path::new(&document.file).parent().unwrap_or_else(|| Path::new(""));
    let notify = Notify::read(document, base)?;
    if notify.targets.is_empty() && args.eml.is_none() {
        let fault = Fault::new(format!("{} has no `notify:`, so nobody is to be told", document.file));
        return Err(Error::usage(fault.help("add an entry, as docs/notify.md shows, or write a mail with --eml FILE")));
    }
    let report = report(&args.report)?;
    // A step that made no page hands over nothing.
    let link = args.link.as_deref().filter(|text| !text.is_empty()).map(link).transpose()?;
    let mail = args.eml.as_ref().map(|_| mailed(args, &notify, &report, link)).transpose()?;
    // All that can be wrong is found before the first message goes out.
    let title = Brief::of(&report, None, 0)?.title;
    let place = args.state.clone().unwrap_or_else(|| State::place(&config));
    let state = if notify.targets.is_empty() { State::default() } else { State::read(&place)? };
    let round = Round { console, report: &report, link, title, place };
    if args.dry_run {
        return round.dry(&notify.targets, &state, mail.as_deref());
    }
    let ready: Vec<Ready<'_>> = notify.targets.iter().map(Ready::read).collect::<Result<_>>()?;
    if let (Some(file), Some(text)) = (&args.eml, &mail) {
        if file.as_os_str() == "-" {
            console.print(text)?;
        } else {
            output::draft(file, |out| out.write_all(text.as_bytes()))?.keep()?;
            console.say(&format!("The mail is in {}.", file.display()));
        }
    }
    if !ready.is_empty() && args.state.is_none() {
        folder(&round.place)?;
    }
    round.send(&ready, state, &Client::new(limits(args.patience)))
}

/// A server that is silent for ten seconds is not there: it has a few lines to read.
fn limits(patience: u16) -> Limits {
    let patience = Duration::from_secs(patience.into());
    Limits { patience, whole: patience, silence: patience.min(Duration::from_secs(10)), ..Limits::default() }
}

/// One report for all targets.
struct Round<'a> {
    console: Console,
    report: &'a Report,
    link: Option<&'a str>,
    title: String,
    place: PathBuf,
}

impl Round<'_> {
    /// Whether a target heard the same the last time.
    fn is_known(&self, target: &Target, state: &State) -> bool {
        let last = self.last(target, state);
        !target.always && last == Some(&self.told(last))
    }

    fn told(&self, last: Option<&Told>) -> Told {
        Told::of(self.report, &self.title, last)
    }

    fn series(&self) -> [Option<&str>; 2] {
        [self.report.profile.as_deref(), self.report.selection.as_deref()]
    }

    fn last<'a>(&self, target: &Target, state: &'a State) -> Option<&'a Told> {
        state.last(&target.name(), self.series())
    }

    fn body(&self, target: &Target, state: &State) -> Result<String> {
        let before: Option<Before> = self.last(target, state).map(Told::before);
        let sent_at = rfc3339(jiff::Timestamp::now().as_second());
        body(target.kind, self.report, before.as_ref(), self.link, &sent_at)
    }

    fn send(&self, ready: &[Ready<'_>], mut state: State, client: &Client) -> Result<Exit> {
        let mut exit = Exit::Clean;
        for target in ready {
            let name = target.target.name();
            if self.is_known(target.target, &state) {
                // Not on standard error: what a schedule mails is what went wrong.
                self.console.print(&format!("Nothing changed since {name} was told last.\n"))?;
                continue;
            }
            match target.send(client, &self.body(target.target, &state)?) {
                Ok(()) => {
                    let told = self.told(state.last(&name, self.series()));
                    state.tell(&name, self.series(), told);
                    // At once: what comes later may not end well, and nobody wants the same message twice.
                    let text = state.text();
                    output::draft(&self.place, |out| out.write_all(text.as_bytes()))?.keep()?;
                    self.console.say(&format!("{name} is told."));
                }
                Err(why) => {
                    exit = Exit::Failed;
                    let fault = Fault::new(format!("{name} could not be told: {why}"));
                    self.console.complain(&Error::input(fault.help("what was found will be told when it can be")));
                }
            }
        }
        Ok(exit)
    }

    /// What would be sent, as it would go out, but for addresses and secrets.
    fn dry(&self, targets: &[Target], state: &State, mail: Option<&str>) -> Result<Exit> {
        let mut text = String::new();
        for target in targets {
            let name = target.name();
            if self.is_known(target, state) {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{name}: nothing changed since it was told last, so nothing would be sent\n");
                continue;
            }
            let body: serde_json::Value = serde_json::from_str(&self.body(target, state)?).unwrap_or_default();
            let body = serde_json::to_string_pretty(&body).unwrap_or_default();
            let _ = writeln!(text, "{name}: POST to the address in {}\nContent-Type: application/json", target.url);
            if let Some(secret) = &target.secret {
                let _ = writeln!(text, "{SIGNATURE}: sha256=(of the body, with the secret in {secret})");
            }
            let _ = writeln!(text, "\n{body}\n");
        }
        text.extend(mail);
        self.console.print(&text)
    }
}

fn report(file: &Path) -> Result<Report> {
    let name = file.display().to_string();
    let failed = |error: std::io::Error| {
        let help = "write it first: crmlint audit --output json=report.json; and name it: --report FILE";
        Error::usage(Fault::new(format!("the report {name} cannot be read: {error}")).help(help))
    };
    let mut text = String::new();
    if name == "-" {
        std::io::stdin().lock().read_to_string(&mut text).map_err(failed)?;
        return Report::read(&text, "standard input");
    }
    text = std::fs::read_to_string(file).map_err(failed)?;
    Report::read(&text, &name)
}

/// An address that a reader is to follow.
fn link(text: &str) -> Result<&str> {
    let fine = ["https://", "http://"].iter().any(|start| text.len() > start.len() && text.starts_with(start))
        && text.len() <= 2_000
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>|\"'`\\".contains(&byte));
    let place = text.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    if place.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@')) {
        let fault = Fault::new("--link names a user or a password, and everybody who is told would have it");
        return Err(Error::usage(fault.help("write the address without what stands before the @")));
    }
    if fine {
        return Ok(text);
    }
    let fault = Fault::new("--link is no address that a reader could follow");
    Err(Error::usage(fault.help("write https://…, with blanks and other letters as %20 and the like")))
}

fn mailed(args: &Args, notify: &Notify, report: &Report, link: Option<&str>) -> Result<String> {
    if let Some(file) = args.eml.as_ref().filter(|file| file.as_os_str() != "-") {
        output::fits(file)?;
    }
    let missing = |flag: &str, key: &str| {
        let fault = Fault::new(format!("nobody is named as the one who {key} the mail"));
        Error::usage(fault.help(format!("add --{flag} ADDRESS, or `mail: {{{flag}: …}}` in crmlint.yaml")))
    };
    let from = args.from.as_ref().or(notify.from.as_ref()).ok_or_else(|| missing("from", "sends"))?;
    let from = Mailbox::read(from, if args.from.is_some() { "--from" } else { "`from:` of `mail:`" })?;
    let (to, what) = if args.to.is_empty() { (&notify.to, "`to:` of `mail:`") } else { (&args.to, "--to") };
    let to: Vec<Mailbox> = to.iter().map(|text| Mailbox::read(text, what)).collect::<Result<_>>()?;
    if to.is_empty() {
        return Err(missing("to", "receives"));
    }
    let brief = Brief::of(report, None, MAILED)?;
    Ok(mail::message(&brief, link, &from, &to, written(&report.now).unwrap_or_default()))
}

/// Makes the folder of a file that this program names itself.
fn folder(file: &Path) -> Result<()> {
    let folder = output::folder(file);
    std::fs::create_dir_all(folder).map_err(|error| {
        let fault = Fault::new(format!("{} could not be made: {error}", folder.display()));
        Error::input(fault.help("check its permissions, or name another file: --state FILE"))
    })
}
