//! The blocks of README.md that are built: help, the demo's output, the rules, the dependencies.

use std::fmt::Write;
use std::fs;

use crmlint::rules::Rules;

use super::repository::dependencies;
use super::rule_pages::{by_family, page_name};
use super::support::{NOW, cell, crmlint, fenced, filled, in_sync, root};

/// The rules whose findings the README shows whole.
const TOLD: &str = "CON001,DUP005,IO002";

#[test]
fn the_readme_shows_what_the_program_prints() {
    let file = root().join("README.md");
    let mut text = fs::read_to_string(&file).expect("README.md");
    let blocks = [
        ("help", help()),
        ("demo", demo()),
        ("verdict", verdict()),
        ("launch", launch()),
        ("trace", trace()),
        ("rules", rules()),
        ("dependencies", depends()),
    ];
    for (name, block) in blocks {
        text = filled(&text, name, &block);
    }
    in_sync(&file, &text);
}

fn ran(args: &[&str]) -> String {
    fenced("text", &format!("$ crmlint {}\n{}", args.join(" "), crmlint(args)))
}

fn help() -> String {
    ran(&["audit", "--help"])
}

/// Nothing is cut from the output: `--select` makes it short.
fn demo() -> String {
    ran(&["audit", "fixtures/demo", "--now", NOW, "--profile", "hygiene", "--select", TOLD])
}

/// The checklist that stands on top of a run before a launch.
fn launch() -> String {
    let args = ["audit", "fixtures/demo", "--now", NOW, "--profile", "launch"];
    let out = crmlint(&args);
    let list: Vec<&str> = out.lines().skip(1).take_while(|line| !line.is_empty()).collect();
    fenced("text", &format!("$ crmlint {}\n…\n{}", args.join(" "), list.join("\n")))
}

/// Why somebody did not enter a flow.
fn trace() -> String {
    ran(&["trace", "zcrm_7045123001000016487", "fixtures/demo", "--now", NOW, "--journey", "winback"])
}

/// The last line of the whole run.
fn verdict() -> String {
    let out = crmlint(&["audit", "fixtures/demo", "--now", NOW]);
    fenced("text", out.lines().last().expect("a verdict"))
}

fn rules() -> String {
    let rules = Rules::load(&[]).expect("the built-in rules");
    let mut text = String::from("| Family | Rules |\n| --- | --- |\n");
    for (title, members) in by_family(&rules) {
        let links: Vec<String> = members
            .iter()
            .map(|rule| format!("[{} {}](docs/rules/{})", rule.code, rule.name, page_name(rule)))
            .collect();
        let _ = writeln!(text, "| {title} | {} |", links.join(", "));
    }
    text
}

fn depends() -> String {
    let mut text = String::from("| Crate | Version | Why |\n| --- | --- | --- |\n");
    for found in dependencies() {
        let tests = if found.tests_only { "Tests only. " } else { "" };
        let name = found.package.as_ref().map_or(found.name.clone(), |own| format!("{own} (as {})", found.name));
        let _ = writeln!(text, "| {name} | {} | {tests}{} |", found.version, cell(&found.why));
    }
    text
}
