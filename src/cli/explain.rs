//! `crmlint rules` and `crmlint explain`.

use std::fmt::Write;

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::console::Console;
use crate::error::{Error, Exit, Fault, Result};
use crate::rules::{Rule, Rules, merged};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmlint rules\n  crmlint rules --format json")]
pub(super) struct RulesArgs {
    /// Rules of your own, beside the built-in ones: files or folders
    #[arg(long, value_name = "PATH")]
    rules: Vec<std::path::PathBuf>,
    /// terminal or json
    #[arg(long, value_enum, default_value_t = crate::reports::Format::Terminal, value_name = "FORMAT")]
    format: crate::reports::Format,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A code or a name: ENM002, enum-variant
    rule: String,
    /// Rules of your own, beside the built-in ones: files or folders
    #[arg(long, value_name = "PATH")]
    rules: Vec<std::path::PathBuf>,
}

#[derive(Serialize)]
struct Line<'a> {
    code: &'a str,
    name: &'a str,
    check: &'a str,
    severity: &'a str,
    confidence: &'a str,
    status: &'a str,
    since: &'a str,
    needs: &'a [String],
    what: &'a str,
    why: &'a str,
    fix: &'a str,
    /// Codes that went into it.
    covers: Vec<&'a str>,
}

fn line(rule: &Rule) -> Line<'_> {
    Line {
        code: &rule.code,
        name: &rule.name,
        check: rule.kind.name,
        severity: rule.severity.name(),
        confidence: &rule.confidence,
        status: &rule.status,
        since: &rule.since,
        needs: &rule.needs,
        what: &rule.what,
        why: &rule.why,
        fix: &rule.fix,
        covers: merged::all()
            .iter()
            .filter(|merged| merged.into == rule.code)
            .map(|merged| merged.code.as_str())
            .collect(),
    }
}

pub(super) fn rules(args: &RulesArgs, console: Console) -> Result<Exit> {
    let rules = Rules::load(&args.rules)?;
    if args.format == crate::reports::Format::Json {
        let lines: Vec<Line<'_>> = rules.iter().map(line).collect();
        let text = serde_json::to_string_pretty(&lines).map_err(|error| Error::input(Fault::new(error.to_string())))?;
        return console.print(&format!("{text}\n"));
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(console.look(1).width).force_no_tty();
    table.set_header(["Code", "Name", "Severity", "What it finds"]);
    for rule in rules.iter() {
        table.add_row([rule.code.as_str(), &rule.name, rule.severity.name(), &rule.what]);
    }
    let merged: String = merged::all().iter().map(|merged| format!("{merged}\n")).collect();
    console.print(&format!("{table}\n{merged}{} rules. `crmlint explain CODE` says more.\n", rules.iter().count()))
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let rules = Rules::load(&args.rules)?;
    let rule = rules.get(&args.rule).ok_or_else(|| rules.unknown(&args.rule, None))?;
    let merged = merged::of(&args.rule).map(|merged| format!("{merged}\n\n")).unwrap_or_default();
    console.print(&format!("{merged}{}", text(rule, usize::from(console.look(1).width).min(100))))
}

fn text(rule: &Rule, width: usize) -> String {
    let mut text = format!("{} {}\n", rule.code, rule.name);
    let _ = writeln!(
        text,
        "{}, confidence {}, {} since {}, kind of check: {}",
        rule.severity.name(),
        rule.confidence,
        rule.status,
        rule.since,
        rule.kind.name
    );
    let needs = rule.needs.join("; ");
    let parts = [
        ("What it finds", &rule.what),
        ("Why it matters", &rule.why),
        ("What to do", &rule.fix),
        ("What it needs", &needs),
        ("When it is wrong", &rule.false_positive),
    ];
    for (title, body) in parts.into_iter().filter(|(_, body)| !body.is_empty()) {
        let _ = writeln!(text, "\n{title}");
        for line in wrap(body, width.saturating_sub(2)) {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut();
        match last {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
