//! The command line: what was typed in, exit code out. One file a command.

mod audit;
mod baseline;
mod console;
mod demo;
mod explain;
mod export;
mod fmt;
mod gate;
mod history;
mod init;
mod notify;
mod open;
mod output;
mod people;
mod progress;
mod pull;
mod sample;
mod targets;
mod timings;
mod trace;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

pub use console::fault;

use crate::config::CONFIG;
use crate::error::{Exit, Result};
use crate::interrupt;
use crate::mapping::keys::MAPPING;
use crate::notify::webhook;
use crate::reports::{json, trace_json};
use crate::rules::RULE;
use crate::shape::json_schema;
use console::Console;

/// Audits the seam between Zoho CRM and Customer.io: exports of both (and of a third writer such as Shopify or Klaviyo)
/// against each other and against your mapping document.
#[derive(Debug, Parser)]
#[command(name = "crmlint", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "\
Examples:
  crmlint demo demo                      write a workspace to try things on
  crmlint audit demo                     audit a folder that holds a crmlint.yaml
  crmlint audit Contacts_2026_05_21.csv  audit exports alone, before anything is connected
  crmlint init exports/                  draft the two documents from exports
  crmlint pull                           fetch the exports from Zoho CRM and Customer.io themselves
  crmlint gate --against origin/main     what a change of the mapping breaks
  crmlint baseline write                 accept today's findings, and see only new ones from now on
  crmlint notify --report report.json    tell Slack, Teams, a webhook or a mailbox of a run
  crmlint history                        earlier runs, and what became of their findings
  crmlint sample                         propose ten people to test the sync with
  crmlint match people.csv               find records of one person in one file
  crmlint trace ana@example.com          one person in every system, and why a journey misses them
  crmlint explain ENM002                 what a rule finds, why it matters, what to do

Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on
  2  wrong usage, config, rule or mapping: nothing was checked
  3  an input could not be read, a rule failed, or with --strict could not be evaluated
  130  interrupted, or 143 told to end: every file is whole or as it was")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Paint::Auto, value_name = "WHEN")]
    color: Paint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Paint {
    /// At a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Draft crmlint.yaml and mapping.yaml from exports.
    Init(init::Args),
    /// Audit exports against each other and the mapping.
    Audit(audit::Args),
    /// Compare the mapping with an earlier revision: what breaks, at its line, and for whom.
    Gate(gate::Args),
    /// Accept what is there now, so that only what is new fails a run.
    Baseline(baseline::Args),
    /// Look at earlier runs: list, show, compare, prune, export.
    History(history::Args),
    /// Format crmlint.yaml and mapping.yaml, keeping every comment.
    Fmt(fmt::Args),
    /// Fetch exports from the systems themselves, into the folders that the config names.
    Pull(pull::Args),
    /// Say whether a pull would work: secrets, rights, clocks.
    Doctor(pull::DoctorArgs),
    /// Tell a chat channel, a server or a mailbox of a finished run.
    Notify(notify::Args),
    /// Propose people to test the sync with, as a block for mapping.yaml.
    Sample(sample::Args),
    /// Find records of one person in one file of people.
    Match(people::Args),
    /// Show one person in every system, and what keeps them out of a journey.
    Trace(trace::Args),
    /// List the rules.
    Rules(explain::RulesArgs),
    /// Say what a rule finds, why it matters and what to do.
    #[command(after_help = "Examples:\n  crmlint explain CON010\n  crmlint explain split-profile")]
    Explain(explain::Args),
    /// Write the demo workspace into a new folder.
    #[command(after_help = "Examples:\n  crmlint demo demo && crmlint audit demo")]
    Demo(demo::Args),
    /// Print the JSON Schema of a document, for editors and programs.
    #[command(after_help = "Examples:\n  crmlint schema mapping > mapping.schema.json")]
    Schema {
        /// Which document.
        #[arg(value_enum)]
        document: Document,
    },
    /// Print the completions of a shell.
    #[command(
        after_help = "Examples:\n  crmlint completions bash > ~/.local/share/bash-completion/completions/crmlint"
    )]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Document {
    /// crmlint.yaml
    Config,
    /// mapping.yaml
    Mapping,
    /// A rule file.
    Rule,
    /// The JSON report.
    Report,
    /// The JSON of a trace.
    Trace,
    /// The JSON that a webhook receives.
    Notify,
}

/// Runs what was typed.
pub fn main() -> Exit {
    interrupt::guarded(typed)
}

fn typed() -> Exit {
    let typed = match Cli::try_parse() {
        Ok(typed) => typed,
        Err(error) => {
            let wrong = error.use_stderr();
            // A closed pipe is the reader's choice.
            let _ = error.print();
            return if wrong { Exit::Usage } else { Exit::Clean };
        }
    };
    let console = Console::new(typed.color);
    match run(typed.command, console) {
        Ok(exit) => exit,
        Err(error) => {
            console.complain(&error);
            error.exit()
        }
    }
}

fn run(command: Command, console: Console) -> Result<Exit> {
    match command {
        Command::Init(args) => init::run(&args, console),
        Command::Audit(args) => audit::run(&args, console),
        Command::Fmt(args) => fmt::run(&args, console),
        Command::Gate(args) => gate::run(&args, console),
        Command::Baseline(args) => baseline::run(&args, console),
        Command::Pull(args) => pull::run(&args, console),
        Command::Doctor(args) => pull::doctor(&args, console),
        Command::Notify(args) => notify::run(&args, console),
        Command::History(args) => history::run(&args, console),
        Command::Sample(args) => sample::run(&args, console),
        Command::Match(args) => people::run(&args, console),
        Command::Trace(args) => trace::run(&args, console),
        Command::Rules(args) => explain::rules(&args, console),
        Command::Explain(args) => explain::run(&args, console),
        Command::Demo(args) => demo::run(&args, console),
        Command::Schema { document } => {
            let text = serde_json::to_string_pretty(&schema(document)).unwrap_or_default();
            console.print(&format!("{text}\n"))
        }
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "crmlint", &mut text);
            console.print(&String::from_utf8_lossy(&text))
        }
    }
}

fn schema(document: Document) -> serde_json::Value {
    match document {
        Document::Config => {
            json_schema("crmlint.yaml", "Which exports to audit, against which mapping, under which policy.", &CONFIG)
        }
        Document::Mapping => json_schema(
            "mapping.yaml",
            "The contract between the systems: who a person is, which field becomes which attribute, who owns it.",
            &MAPPING,
        ),
        Document::Rule => json_schema("crmlint rule", "A rule: a kind of check, its parameters and its texts.", &RULE),
        Document::Report => json::schema(),
        Document::Trace => trace_json::schema(),
        Document::Notify => webhook::schema(),
    }
}
