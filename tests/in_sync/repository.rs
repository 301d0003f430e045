//! Promises about the repository's own files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::support::{files_below, in_sync, root};

/// Most lines of a source file.
const LINES: usize = 400;
/// Dependencies that Cargo.toml does not yet explain on a line of their own, with the reason for the table in the README.
/// Nothing is added here.
const EXPLAINED_HERE: &[(&str, &str)] = &[
    ("serde", "Derives the types of the JSON report."),
    ("clap_complete", "Completions for shells."),
    ("thiserror", "Derives the error types."),
];

/// A dependency: name, version, whether tests alone need it, and why it is there.
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// The crate's own name, where Cargo.toml uses another.
    pub(crate) package: Option<String>,
    pub(crate) version: String,
    pub(crate) tests_only: bool,
    pub(crate) why: String,
}

/// The dependencies of Cargo.toml. A comment explains the line below it, and lines below that which extend its name.
pub(crate) fn dependencies() -> Vec<Dependency> {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let mut found: Vec<Dependency> = Vec::new();
    let (mut section, mut comment, mut inside) = ("", String::new(), false);
    for line in text.lines().map(str::trim) {
        if inside {
            inside = !line.starts_with(']');
        } else if let Some(title) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = title;
        } else if let Some(words) = line.strip_prefix("# ").filter(|words| !words.starts_with("---")) {
            let _ = write!(comment, "{}{words}", if comment.is_empty() { "" } else { " " });
        } else if let Some((name, value)) = line.split_once('=').filter(|_| section.ends_with("dependencies")) {
            inside = value.contains('[') && !value.contains(']');
            let name = name.trim().to_owned();
            let own = std::mem::take(&mut comment);
            let why = if own.is_empty() { inherited(&name, &found) } else { own };
            let number = |part: &&str| part.trim_start_matches('=').starts_with(|c: char| c.is_ascii_digit());
            let version = value.split('"').find(number).unwrap_or_default().trim_start_matches('=').to_owned();
            let package =
                value.split_once("package = \"").and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned);
            found.push(Dependency { name, package, version, tests_only: section.starts_with("dev"), why });
        } else {
            comment.clear();
        }
    }
    found
}

fn inherited(name: &str, before: &[Dependency]) -> String {
    if let Some((_, why)) = EXPLAINED_HERE.iter().find(|(known, _)| *known == name) {
        return (*why).to_owned();
    }
    let kin = before.last().filter(|last| name.starts_with(&last.name) || last.name.starts_with(name));
    kin.map(|last| last.why.clone()).unwrap_or_default()
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let dependencies = dependencies();
    assert!(dependencies.len() > 10, "Cargo.toml is read");
    let mute: Vec<&str> =
        dependencies.iter().filter(|found| found.why.is_empty()).map(|found| found.name.as_str()).collect();
    assert!(mute.is_empty(), "Cargo.toml does not say why these are there: {mute:?}");
}

/// The packages of a lock file by name and version, each with what it depends on.
fn locked(file: &str) -> BTreeMap<(String, String), BTreeSet<String>> {
    let text = fs::read_to_string(root().join(file)).expect("a lock file");
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
        line.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    };
    let needs = |block: &str| -> BTreeSet<String> {
        // A name is followed by its version where the file has several.
        let lines = block.lines().filter_map(|line| line.strip_prefix(" \"")?.split(['"', ' ']).next());
        lines.map(str::to_owned).collect()
    };
    let blocks = text.split("[[package]]\n").skip(1);
    blocks.map(|block| ((value(block, "name"), value(block, "version")), needs(block))).collect()
}

/// `fuzz/run` builds with the lock file as it is: one that lacks a dependency stops it.
#[test]
fn fuzzers_are_locked_to_the_dependencies_of_the_package() {
    let (own, fuzzers) = (locked("Cargo.lock"), locked("fuzz/Cargo.lock"));
    let held = fuzzers.iter().find(|((name, _), _)| name == "crmlint").expect("the package is there").1;
    let wanted: BTreeSet<String> = dependencies()
        .into_iter()
        .filter(|needed| !needed.tests_only)
        .map(|needed| needed.package.unwrap_or(needed.name))
        .collect();
    assert_eq!(*held, wanted, "run `cargo metadata` in fuzz/");
    // A feature more of a dependency brings others with it.
    let lacks = |(known, needs): &(&(String, String), &BTreeSet<String>)| {
        known.0 != "crmlint" && fuzzers.get(*known).is_some_and(|held| !needs.is_subset(held))
    };
    let fewer: Vec<_> = own.iter().filter(lacks).map(|(known, _)| known).collect();
    assert!(fewer.is_empty(), "with fewer features than in Cargo.lock: {fewer:?}; run `cargo metadata` in fuzz/");
    let names: BTreeSet<&String> = own.keys().map(|(name, _)| name).collect();
    let other: Vec<_> = fuzzers.keys().filter(|known| names.contains(&known.0) && !own.contains_key(*known)).collect();
    assert!(other.is_empty(), "not of Cargo.lock: {other:?}; run `cargo update -p NAME --precise VERSION` in fuzz/");
}

#[test]
fn the_demo_command_carries_every_file_of_the_demo() {
    let folder = root().join("fixtures/demo");
    let mut text = String::from("workspace![\n");
    for file in files_below(&folder) {
        let name = file.strip_prefix(&folder).expect("found below it").to_string_lossy().replace('\\', "/");
        let _ = writeln!(text, "    \"{name}\",");
    }
    in_sync(&root().join("src/cli/demo_files.rs"), &format!("{text}];\n"));
}

/// Every tracked file; every file outside hidden folders where there is no git.
fn tracked() -> Vec<PathBuf> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).stdin(Stdio::null()).output();
    match listed {
        Ok(listed) if listed.status.success() => {
            let names = String::from_utf8_lossy(&listed.stdout).into_owned();
            let files = names.split('\0').filter(|name| !name.is_empty()).map(|name| root().join(name));
            files.filter(|file| file.is_file()).collect()
        }
        _ => files_below(root()).into_iter().filter(|file| !file.starts_with(root().join("target"))).collect(),
    }
}

#[test]
fn no_file_names_a_machine() {
    // Put together here, so that this file does not name them either.
    let folders: Vec<String> = ["work", "root", "tmp", "home", "Users"].map(|name| format!("/{name}/")).to_vec();
    let mut named = Vec::new();
    for file in tracked() {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        for (at, line) in text.lines().enumerate() {
            let absolute = |folder: &String| {
                line.match_indices(folder.as_str()).any(|(start, _)| {
                    let before = line[..start].chars().next_back();
                    before.is_none_or(|c| !c.is_alphanumeric() && !"./}_-*~".contains(c))
                })
            };
            if folders.iter().any(absolute) {
                named.push(format!("{}:{}", file.display(), at + 1));
            }
        }
    }
    assert!(named.is_empty(), "these lines name a folder of a machine: {named:#?}");
}

#[test]
fn source_files_stay_readable() {
    let mut long = Vec::new();
    for file in files_below(&root().join("src")) {
        let name = file.strip_prefix(root()).expect("found below it").to_string_lossy().replace('\\', "/");
        let lines = fs::read_to_string(&file).expect("source is text").lines().count();
        if lines > LINES {
            long.push(format!("{name}: {lines}"));
        }
    }
    assert!(long.is_empty(), "over {LINES} lines: {long:?}");
}
