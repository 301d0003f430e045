//! `docs/rules/`: a page a rule, written from the rule, its smallest firing fixture and a real run on it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crmlint::rules::{Rule, Rules};

use super::support::{NOW, cell, crmlint, fenced, files_below, gone, in_sync, root};

/// Lines of an input file that a page shows.
const SHOWN: usize = 25;

/// The families of codes, in the order of the list.
const FAMILIES: &[(&str, &str)] = &[
    ("IO", "Exports as files"),
    ("ID", "Identifiers"),
    ("DUP", "Duplicates and split profiles"),
    ("ENM", "Allowed values"),
    ("TS", "Dates and times"),
    ("CON", "Consent"),
    ("OWN", "Ownership of fields"),
    ("FRS", "Freshness"),
    ("EVT", "Events"),
    ("SEG", "Segments"),
    ("JNY", "Journeys"),
    ("MAP", "The mapping document"),
    ("QA", "Test people"),
    ("TAG", "Tags"),
    ("HIS", "Changes since earlier runs"),
    ("CFG", "The config itself"),
];

/// `ENM` of `ENM002`.
fn family(rule: &Rule) -> &str {
    rule.code.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// The name of a rule's page.
pub(crate) fn page_name(rule: &Rule) -> String {
    format!("{}-{}.md", rule.code, rule.name)
}

/// The built-in rules by family: title, rules.
pub(crate) fn by_family(rules: &Rules) -> Vec<(String, Vec<&Rule>)> {
    let known: BTreeSet<&str> = FAMILIES.iter().map(|(code, _)| *code).collect();
    let others: BTreeSet<&str> = rules.iter().map(family).filter(|code| !known.contains(code)).collect();
    let titles = FAMILIES.iter().map(|(code, title)| (*code, format!("{title} ({code})")));
    let all = titles.chain(others.into_iter().map(|code| (code, code.to_owned())));
    all.map(|(code, title)| (title, rules.iter().filter(|rule| family(rule) == code).collect::<Vec<_>>()))
        .filter(|(_, members)| !members.is_empty())
        .collect()
}

#[test]
fn every_rule_has_its_page() {
    let folder = root().join("docs/rules");
    let rules = Rules::load(&[]).expect("the built-in rules");
    let mut expected = BTreeSet::from([folder.join("README.md")]);
    in_sync(&folder.join("README.md"), &index(&rules));
    for rule in rules.iter() {
        let file = folder.join(page_name(rule));
        in_sync(&file, &page(rule));
        expected.insert(file);
    }
    files_below(&folder).iter().filter(|file| !expected.contains(*file)).for_each(|file| gone(file));
}

fn index(rules: &Rules) -> String {
    let mut text = String::from(
        "# Rules\n\nEach rule has a page: what it finds, why it matters, what to do, when it is wrong, and a run on its \
         smallest example.\n`crmlint explain CODE` prints the same texts. A code never changes its meaning and is never used \
         again.\n",
    );
    for (title, members) in by_family(rules) {
        let _ = writeln!(text, "\n## {title}\n\n| Code | Name | Severity | What it finds |\n| --- | --- | --- | --- |");
        for rule in members {
            let _ = writeln!(
                text,
                "| [{}]({}) | {} | {} | {} |",
                rule.code,
                page_name(rule),
                rule.name,
                rule.severity.name(),
                cell(&rule.what)
            );
        }
    }
    text
}

fn page(rule: &Rule) -> String {
    let mut text = format!(
        "# {} {}\n\n| Severity | Confidence | Status | Since | Kind of check |\n| --- | --- | --- | --- | --- |\n\
         | {} | {} | {} | {} | {} |\n",
        rule.code,
        rule.name,
        rule.severity.name(),
        rule.confidence,
        rule.status,
        rule.since,
        rule.kind.name
    );
    let parts = [
        ("What it finds", &rule.what),
        ("Why it matters", &rule.why),
        ("What to do", &rule.fix),
        ("When it is wrong", &rule.false_positive),
    ];
    for (title, body) in parts.into_iter().filter(|(_, body)| !body.is_empty()) {
        let _ = writeln!(text, "\n## {title}\n\n{body}");
    }
    if !rule.needs.is_empty() {
        let _ = writeln!(text, "\n## What it needs\n");
        for need in &rule.needs {
            let _ = writeln!(text, "* {need}");
        }
        let _ = writeln!(text, "\nWithout these the rule is reported as not evaluated, never as passed.");
    }
    let fixture = format!("fixtures/{}/fires", rule.name);
    let _ = write!(text, "\n## Example\n\nThe input is [`{fixture}`](../../{fixture}).\n");
    let mut files = files_below(&root().join(&fixture));
    // The documents first: they say what the fixture is about.
    files.sort_by_key(|file| file.extension().is_none_or(|kind| kind != "yaml"));
    for file in files {
        let _ = write!(text, "\n{}", input(&root().join(&fixture), &file));
    }
    let before = format!("{fixture}/mapping.before.yaml");
    let audit = ["audit", fixture.as_str(), "--select", rule.code.as_str(), "--now", NOW];
    let gate = ["gate", fixture.as_str(), "--against", before.as_str(), "--now", NOW];
    let (args, more): (&[&str], &[&str]) = match root().join(&before).is_file() {
        true => (&gate, &[]),
        // A fixture about earlier runs must not become one of them.
        false => (&audit, &["--no-snapshot"]),
    };
    let out = crmlint(&[args, more].concat());
    let _ = write!(text, "\nThe run:\n\n{}", fenced("text", &format!("$ crmlint {}\n\n{out}", args.join(" "))));
    text
}

/// A file of the fixture: its name and its first lines, bytes that are no text made visible.
fn input(folder: &Path, file: &Path) -> String {
    let name = file.strip_prefix(folder).expect("found below it").to_string_lossy().replace('\\', "/");
    let bytes = fs::read(file).expect("a fixture");
    let language = file.extension().and_then(|kind| kind.to_str()).unwrap_or("text");
    if bytes.starts_with(b"PK") || bytes.starts_with(b"PAR1") || bytes.starts_with(&[0x1f, 0x8b]) {
        return format!("`{name}` ({} bytes, not text)\n", bytes.len());
    }
    let visible = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
    let text: String = String::from_utf8_lossy(&bytes).replace("\r\n", "\n").chars().map(visible).collect();
    let lines: Vec<&str> = text.lines().collect();
    let rest = lines.len().saturating_sub(SHOWN);
    let note = if rest > 0 { format!(", the first {SHOWN} of {} lines", lines.len()) } else { String::new() };
    let shown = lines[..lines.len() - rest].join("\n");
    format!("`{name}`{note}\n\n{}", fenced(language, &shown))
}
