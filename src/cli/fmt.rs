//! `crmlint fmt`: the team's documents in, the same documents in one layout out.

use std::fs;
use std::path::{Path, PathBuf};

use super::console::Console;
use super::output;
use crate::config::{FILE, no_config};
use crate::error::{Error, Exit, Fault, Result};
use crate::layout::{first_difference, format};
use crate::text::counted;
use crate::yaml::Document;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint fmt                    crmlint.yaml of this folder, and the mapping that it names
  crmlint fmt mapping.yaml
  crmlint fmt --check            change nothing; exit code 1 when a file would change

It keeps every comment and every value, and refuses a document of which it cannot.")]
pub(super) struct Args {
    /// Documents, or folders with a crmlint.yaml [default: the current folder]
    files: Vec<PathBuf>,
    /// Change nothing, and name the files that would change
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let mut changed = Vec::new();
    let files = documents(&args.files)?;
    for file in &files {
        let name = file.display().to_string();
        let text = Document::read(file, &name)?.text;
        let original = fs::read_to_string(file).unwrap_or_default();
        let formatted = format(&name, &text)?;
        if formatted != original {
            changed.push((file, first_difference(&original, &formatted), formatted));
        }
    }
    let mut told = String::new();
    if args.check {
        for (file, line, _) in &changed {
            told.push_str(&format!("{}:{line}: is formatted otherwise\n", file.display()));
        }
        console.print(&told)?;
        return Ok(if changed.is_empty() { Exit::Clean } else { Exit::Findings });
    }
    let drafts: Result<Vec<_>> = changed.iter().map(|(file, _, text)| output::document(file, text)).collect();
    output::keep(drafts?)?;
    for (file, ..) in &changed {
        told.push_str(&format!("formatted {}\n", file.display()));
    }
    let rest = counted((files.len() - changed.len()) as u64, "file was so already", "files were so already");
    console.print(&format!("{told}{rest}\n"))
}

/// The documents that were named; of a folder its config and the mapping that it names.
fn documents(named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let here = [PathBuf::from(".")];
    let mut found = Vec::new();
    for path in if named.is_empty() { &here[..] } else { named } {
        if !path.is_dir() {
            found.push(path.clone());
            continue;
        }
        let config = if path == Path::new(".") { PathBuf::from(FILE) } else { path.join(FILE) };
        if !config.is_file() {
            return Err(no_config(path));
        }
        let mapping = Document::read(&config, &config.display().to_string())?.root.get_text("mapping");
        let mapping = mapping.map(|mapping| output::beside(&config, &mapping));
        found.push(config);
        found.extend(mapping);
    }
    if let Some(twin) = found.iter().enumerate().find_map(|(at, file)| found[..at].contains(file).then_some(file)) {
        let fault = Fault::new(format!("{} is named twice", twin.display()));
        return Err(Error::usage(fault.help("name each file once")));
    }
    Ok(found)
}
