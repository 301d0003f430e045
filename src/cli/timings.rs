//! What `--timings` says: stages and rules with what they took.

use std::collections::BTreeMap;
use std::time::Duration;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use super::console::Console;
use crate::text::{count, counted};
use crate::timings::{Cost, Stage, Timings};

/// The dearest rules that are named; all of them with `--verbose`.
const RULES: usize = 15;
/// What is shorter is not worth a line of its own.
const SHORT: Duration = Duration::from_millis(5);

/// Says on standard error where the time went.
pub(super) fn say(console: Console, timings: &Timings, costs: &[Cost], all: bool) {
    let (stages, rest) = stages(&timings.stages(), all);
    console.say(&format!("{}", table(console, &["Stage", "Wall", "All cores", "Peak memory so far"], &stages)));
    if rest > 0 {
        console.say(&format!(
            "{} below {} ms each left out; -v names them.",
            counted(rest, "stage", "stages"),
            SHORT.as_millis()
        ));
    }
    let shown = if all { costs.len() } else { costs.len().min(RULES) };
    let rules: Vec<[String; 4]> = costs[..shown]
        .iter()
        .map(|cost| [cost.code.clone(), count(cost.questions as u64), seconds(cost.own), seconds(cost.shared)])
        .collect();
    console.say(&format!("{}", table(console, &["Rule", "Questions", "Its own", "Shared with others"], &rules)));
    let more = if shown < costs.len() {
        format!(" The dearest {shown} of {} rules; -v names all.", costs.len())
    } else {
        String::new()
    };
    console.say(&format!("A rule's time is that of the questions it asks, on one core each.{more}"));
}

/// Stages of one name together, in the order in which they first ended, and how many short ones were left out.
fn stages(stages: &[Stage], all: bool) -> (Vec<[String; 4]>, u64) {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sums: Vec<Stage> = Vec::new();
    for stage in stages {
        let place = *places.entry(&stage.name).or_insert(sums.len());
        match sums.get_mut(place) {
            Some(sum) => {
                sum.wall += stage.wall;
                sum.cpu = sum.cpu.zip(stage.cpu).map(|(one, other)| one + other);
                sum.peak = sum.peak.max(stage.peak);
            }
            None => sums.push(stage.clone()),
        }
    }
    let before = sums.len();
    sums.retain(|stage| all || stage.wall >= SHORT);
    let left_out = before.saturating_sub(sums.len()) as u64;
    let unknown = || "unknown".to_owned();
    let row = |stage: Stage| {
        let peak = stage.peak.map_or_else(unknown, |bytes| format!("{} MB", count(bytes.div_ceil(1_000_000))));
        [stage.name, seconds(stage.wall), stage.cpu.map_or_else(unknown, seconds), peak]
    };
    (sums.into_iter().map(row).collect(), left_out)
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

fn table(console: Console, header: &[&str], rows: &[[String; 4]]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(console.look(1).width).force_no_tty();
    table.set_header(header);
    for [name, numbers @ ..] in rows {
        let numbers = numbers.iter().map(|text| Cell::new(text).set_alignment(CellAlignment::Right));
        table.add_row(std::iter::once(Cell::new(name)).chain(numbers));
    }
    table
}
