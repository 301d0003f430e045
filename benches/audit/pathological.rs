//! Columns that no real export has, each beside the plain workspace: seconds for each byte of the exports, so that a
//! variant that is longer or shorter than the plain one is held against a plain one of its own length.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crmlint::text::count;

use crate::Failure;
use crate::options::Options;
use crate::runner::{self, Cost, Took, reference};
use crate::tables::{Number, cells};
use crate::work::{Row, Work, audits};
use crate::workspace::{clean, ready, warm};

/// A variant as `pathological.py` knows it, what it is, and how much longer it may take than the plain workspace.
const VARIANTS: [(&str, &str, f64); 7] = [
    ("enum-far", "every record has an enum value of its own", 3.0),
    ("enum-near", "every record has an enum value of its own, near an allowed one", 3.0),
    ("one-name", "one name and phone on every record, addresses differ", 3.0),
    ("one-address", "one address on every record", 3.0),
    ("one-domain", "every address at one domain", 3.0),
    ("wide", "10,000 columns, fewer rows", 3.0),
    ("all-bad", "every row is bad, beside none", 1.5),
];

/// A second on the wall and nothing else, to tell which number is looked at.
const WALL: Took = Took { wall: 1.0, cpu: 0.0, peak: 0.0, private: 0.0 };

/// The two audits that are measured of a workspace.
const ROWS: [Row; 2] = [Row::Everything, Row::Exact];

/// What the audits of a workspace cost, and for how many bytes.
struct Measured {
    bytes: u64,
    costs: Vec<(Row, Cost)>,
}

/// Measures every variant of a size and prints the table.
pub(crate) fn measure(options: &Options, people: u64) -> Result<(), Failure> {
    let plain = ready(options, people)?;
    let first = of(options, people, &plain.folder, "plain")?;
    let spotless = clean(options, people)?;
    let none_bad = of(options, people, &spotless, "no bad row")?;
    println!(
        "| workspace | audit | wall | CPU | peak memory | of it private | wall ÷ plain, a byte | CPU ÷ plain, a byte | budget |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    print(&first, "plain", None);
    print(&none_bad, "no bad row", Some((&first, 3.0)));
    for (name, about, budget) in VARIANTS {
        if !options.only.is_empty() && !options.only.iter().any(|only| only == name) {
            continue;
        }
        let folder = make(options, &plain.folder, name)?;
        let found = of(options, people, &folder, name)?;
        let beside = if name == "all-bad" { &none_bad } else { &first };
        print(&found, about, Some((beside, budget)));
        // What was made of another workspace is made again in less time than it takes room.
        fs::remove_dir_all(folder)?;
    }
    if options.tidy {
        fs::remove_dir_all(spotless)?;
    }
    if options.tidy && plain.is_made {
        fs::remove_dir_all(plain.folder)?;
    }
    println!();
    Ok(())
}

fn of(options: &Options, people: u64, folder: &Path, name: &str) -> Result<Measured, Failure> {
    let bytes = warm(folder)?;
    let works = audits(options, folder, folder).into_iter().filter(|work| ROWS.contains(&work.row));
    let costs = works.map(|work: Work| {
        eprintln!("{people} people, {name}: {}", work.title);
        (work.row, runner::median(options, &work.command, options.runs(people)))
    });
    Ok(Measured { bytes, costs: costs.collect() })
}

/// The variant of a workspace, beside it.
fn make(options: &Options, plain: &Path, name: &str) -> Result<PathBuf, Failure> {
    let folder = plain.with_file_name(format!("odd-{name}"));
    eprintln!("making {}", folder.display());
    let mut command = Command::new(&options.python);
    command.arg(reference("pathological.py")).arg(plain).arg(&folder).args(["--variant", name]);
    match command.status()?.success() {
        true => Ok(folder),
        false => Err(format!("{name} could not be made").into()),
    }
}

/// The lines of a workspace: what it took, and for each byte beside another one.
fn print(found: &Measured, title: &str, beside: Option<(&Measured, f64)>) {
    for (row, cost) in &found.costs {
        let audit = if *row == Row::Everything { "all rules" } else { "without the fuzzy tier" };
        let size = count(found.bytes / 1_000_000);
        let verdict = beside.map_or_else(
            || " | | ".to_owned(),
            |(other, budget)| {
                let [wall, cpu] = [|took: Took| took.wall, |took: Took| took.cpu]
                    .map(|number: Number| verdict(found, other, *row, number, budget));
                format!("{wall} | {cpu} | ≤ {budget}")
            },
        );
        println!("| {title}, {size} MB | {audit} | {} | {verdict} |", cells(cost));
    }
}

/// How much more a byte takes than in another workspace; bold where that is over the budget.
fn verdict(found: &Measured, other: &Measured, row: Row, number: Number, budget: f64) -> String {
    let cost =
        |measured: &Measured| measured.costs.iter().find(|(known, _)| *known == row).map(|(_, cost)| cost.clone());
    let plain = cost(other).and_then(|cost| cost.took()).map(|took| number(took) / other.bytes as f64);
    let ratio = |seconds: f64| plain.map(|plain| seconds / found.bytes as f64 / plain);
    match cost(found) {
        // It was killed: at least so much of the wall clock, and nobody knows how much CPU.
        Some(Cost::Late(seconds)) if number(WALL) > 0.0 => {
            ratio(seconds as f64).map(|ratio| format!("**> {ratio:.2}**"))
        }
        Some(Cost::Took(took)) => ratio(number(took))
            .map(|ratio| if ratio > budget { format!("**{ratio:.2}**") } else { format!("{ratio:.2}") }),
        _ => None,
    }
    .unwrap_or_else(|| "not measured".to_owned())
}
