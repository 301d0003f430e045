//! The rows of the table: which command does which work.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::options::Options;
use crate::runner::reference;
use crate::{Failure, NOW};

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Row {
    Floor,
    Everything,
    Exact,
    Same,
    Sql,
    Matching,
    Two,
    Splink,
}

/// Work to measure.
pub(crate) struct Work {
    pub(crate) row: Row,
    pub(crate) title: String,
    pub(crate) command: Vec<String>,
}

/// The names of rows on the command line.
const NAMES: [(&str, Row); 8] = [
    ("floor", Row::Floor),
    ("everything", Row::Everything),
    ("exact", Row::Exact),
    ("same", Row::Same),
    ("duckdb", Row::Sql),
    ("matching", Row::Matching),
    ("two", Row::Two),
    ("splink", Row::Splink),
];

/// All rows of a workspace, in the order of the table.
pub(crate) fn all(options: &Options, folder: &Path) -> Vec<Work> {
    let python = |script: &str| vec![options.python.clone(), text(&reference(script)), text(folder)];
    let reports = folder.to_owned();
    let mut works = audits(options, folder, &reports);
    works.push(two(options, folder));
    works.push(Work {
        row: Row::Floor,
        title: "the floor: Polars reads the same files as text".to_owned(),
        command: python("read_floor.py"),
    });
    let rules = covered().map_or(0, |codes| codes.len());
    works.push(Work {
        row: Row::Sql,
        title: format!("DuckDB, SQL by hand for these {rules} rules"),
        command: python("duckdb_audit.py"),
    });
    works.push(Work {
        row: Row::Splink,
        title: "Splink, contacts and profiles".to_owned(),
        command: python("splink_workspace.py"),
    });
    works.sort_by_key(|work| work.row);
    works.retain(|work| {
        let name = NAMES.iter().find(|(_, row)| *row == work.row).map_or("", |(name, _)| *name);
        options.only.is_empty() || options.only.iter().any(|only| only == name)
    });
    works
}

/// The rows that crmlint alone fills.
pub(crate) fn audits(options: &Options, folder: &Path, reports: &Path) -> Vec<Work> {
    let fuzzy = fuzzy().unwrap_or_default().join(",");
    let same = covered().unwrap_or_default();
    let audit = |row, title: String, more: &[&str]| {
        let mut command = vec![text(&options.binary), "audit".to_owned(), text(folder)];
        let html = text(&reports.join("report.html"));
        let usual = ["--now", NOW, "--fail-on", "never", "--no-history", "--no-snapshot", "-q", "--output", &html];
        command.extend(usual.iter().chain(more).map(|word| (*word).to_owned()));
        Work { row, title, command }
    };
    let count = same.len();
    let same = same.join(",");
    vec![
        audit(Row::Everything, "crmlint, all rules, fuzzy tier, HTML report".to_owned(), &[]),
        audit(Row::Exact, "crmlint, without the fuzzy tier".to_owned(), &["--ignore", &fuzzy]),
        audit(Row::Same, format!("crmlint, the {count} rules written in SQL"), &["--select", &same]),
        audit(Row::Matching, "crmlint, the rules of the fuzzy tier alone".to_owned(), &["--select", &fuzzy]),
    ]
}

/// The fuzzy tier on the two files that Splink reads, without the documents: they name what the other files hold.
fn two(options: &Options, folder: &Path) -> Work {
    let mut command = vec![text(&options.binary), "audit".to_owned()];
    let contacts = fs::read_dir(folder.join("exports/zoho")).into_iter().flatten().filter_map(Result::ok);
    let is_contacts =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"Contacts"));
    command.extend(contacts.map(|file| file.path()).filter(is_contacts).map(|path| text(&path)));
    command.push(text(&folder.join("exports/customerio/people.csv")));
    let fuzzy = fuzzy().unwrap_or_default().join(",");
    let usual = ["--now", NOW, "--fail-on", "never", "--no-history", "--no-snapshot", "-q", "--select", &fuzzy];
    command.extend(usual.map(str::to_owned));
    Work { row: Row::Two, title: "crmlint, the same, contacts and profiles alone".to_owned(), command }
}

/// The rules that match people whom no key joins.
pub(crate) fn fuzzy() -> Result<Vec<String>, Failure> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "rules"].iter().collect();
    let mut codes = BTreeSet::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let rule = fs::read_to_string(&path)?;
        if rule.lines().any(|line| line == "check: matching") {
            codes.extend(rule.lines().find_map(|line| line.strip_prefix("code: ")).map(str::to_owned));
        }
    }
    Ok(codes.into_iter().collect())
}

/// The rules that DuckDB is asked, as the headings of the SQL name them.
pub(crate) fn covered() -> Result<Vec<String>, Failure> {
    let mut codes = BTreeSet::new();
    for file in fs::read_dir(reference("audit"))? {
        let sql = fs::read_to_string(file?.path())?;
        let headings = sql.lines().filter_map(|line| line.strip_prefix("-- rules: "));
        codes.extend(headings.flat_map(str::split_whitespace).map(str::to_owned));
    }
    Ok(codes.into_iter().collect())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
