//! The tables that are printed: one a size, and one of ratios and growth beside their budgets.

use std::fmt::Write;

use crmlint::text::count;

use crate::runner::{Cost, Took};
use crate::work::{Row, Work};

/// What was measured of a size.
pub(crate) struct Size {
    pub(crate) people: u64,
    /// Of the exports.
    pub(crate) bytes: u64,
    pub(crate) costs: Vec<(Row, Cost)>,
}

/// A ratio that has a budget.
struct Ratio {
    title: &'static str,
    above: Row,
    below: Row,
    budget: &'static str,
    number: fn(Took) -> f64,
}

const RATIOS: [Ratio; 8] = [
    Ratio { title: "crmlint ÷ floor, wall", above: Row::Everything, below: Row::Floor, budget: "≤ 3", number: wall },
    Ratio { title: "the same, CPU", above: Row::Everything, below: Row::Floor, budget: "", number: cpu },
    Ratio {
        title: "DuckDB ÷ crmlint, the same rules, wall",
        above: Row::Sql,
        below: Row::Same,
        budget: "> 1",
        number: wall,
    },
    Ratio { title: "the same, CPU", above: Row::Sql, below: Row::Same, budget: "", number: cpu },
    Ratio {
        title: "Splink ÷ crmlint, matching, wall",
        above: Row::Splink,
        below: Row::Matching,
        budget: "≥ 5",
        number: wall,
    },
    Ratio { title: "the same, CPU", above: Row::Splink, below: Row::Matching, budget: "", number: cpu },
    Ratio {
        title: "the same, crmlint on the same two files, wall",
        above: Row::Splink,
        below: Row::Two,
        budget: "≥ 5",
        number: wall,
    },
    Ratio { title: "the same, CPU", above: Row::Splink, below: Row::Two, budget: "", number: cpu },
];

fn wall(took: Took) -> f64 {
    took.wall
}

fn cpu(took: Took) -> f64 {
    took.cpu
}

impl Size {
    fn cost(&self, row: Row) -> Option<&Cost> {
        self.costs.iter().find(|(known, _)| *known == row).map(|(_, cost)| cost)
    }

    fn took(&self, row: Row) -> Option<Took> {
        self.cost(row).and_then(Cost::took)
    }

    /// How much more one row takes than another: at least so much where the upper one was killed.
    fn ratio(&self, ratio: &Ratio) -> String {
        let below = self.took(ratio.below).map(ratio.number);
        match (self.cost(ratio.above), below) {
            (Some(Cost::Took(above)), Some(below)) => format!("{:.2}", (ratio.number)(*above) / below),
            (Some(Cost::Late(seconds)), Some(below)) => format!("> {:.2}", *seconds as f64 / below),
            _ => "not measured".to_owned(),
        }
    }
}

/// The table of a size.
pub(crate) fn table(size: &Size, works: &[Work]) -> String {
    let mut out = "| what | wall | CPU | peak memory | of it private |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for work in works {
        let cells = size.cost(work.row).map_or_else(String::new, cells);
        let _ = writeln!(out, "| {} | {cells} |", work.title);
    }
    out
}

/// The cells of what something cost.
pub(crate) fn cells(cost: &Cost) -> String {
    match cost {
        Cost::Took(took) => {
            let [peak, private] = [took.peak, took.private].map(|bytes| count((bytes / 1e6).round() as u64));
            format!("{:.2} s | {:.2} s | {peak} MB | {private} MB", took.wall, took.cpu)
        }
        Cost::Late(seconds) if seconds.is_multiple_of(60) => format!("> {} min | | |", seconds / 60),
        Cost::Late(seconds) => format!("> {seconds} s | | |"),
        Cost::Unmeasured(why) => format!("not measured: {} | | |", why.replace('|', "/")),
    }
}

/// Ratios, memory and growth, with their budgets.
pub(crate) fn summary(sizes: &[Size]) -> String {
    let heads: Vec<String> = sizes.iter().map(|size| count(size.people)).collect();
    let mut out = format!("## Ratios\n\n| ratio | budget | {} |\n", heads.join(" | "));
    let _ = writeln!(out, "| --- | --- |{}", " --- |".repeat(sizes.len()));
    for ratio in &RATIOS {
        let cells: Vec<String> = sizes.iter().map(|size| size.ratio(ratio)).collect();
        let _ = writeln!(out, "| {} | {} | {} |", ratio.title, ratio.budget, cells.join(" | "));
    }
    for (title, number) in MEMORY {
        let of =
            |size: &Size| size.took(Row::Everything).map(|took| format!("{:.2}", number(took) / size.bytes as f64));
        let cells: Vec<String> = sizes.iter().map(|size| of(size).unwrap_or_default()).collect();
        let _ = writeln!(out, "| {title} | | {} |", cells.join(" | "));
    }
    out.push_str(&growth(sizes));
    out
}

/// What is looked at of a run.
pub(crate) type Number = fn(Took) -> f64;

const MEMORY: [(&str, Number); 2] = [
    ("crmlint, peak memory ÷ bytes of the exports", |took| took.peak),
    ("crmlint, private memory ÷ bytes of the exports", |took| took.private),
];

/// The power of the number of people with which seconds grow.
fn growth(sizes: &[Size]) -> String {
    let mut out = String::new();
    if sizes.len() < 2 {
        return out;
    }
    out.push_str("\n## Growth\n\n| seconds grow with the power | budget | wall | CPU |\n| --- | --- | --- | --- |\n");
    let rows = [
        ("crmlint, without the fuzzy tier", "≤ 1.05", Row::Exact),
        ("crmlint, all rules", "≤ 1.2", Row::Everything),
        ("crmlint, the rules of the fuzzy tier alone", "", Row::Matching),
        ("the floor", "", Row::Floor),
        ("DuckDB", "", Row::Sql),
        ("Splink", "", Row::Splink),
    ];
    for (title, budget, row) in rows {
        let power = |number: Number| {
            let points = sizes.iter().filter_map(|size| Some((size.people as f64, number(size.took(row)?)))).collect();
            exponent(points).map_or_else(|| "not measured".to_owned(), |power| format!("{power:.2}"))
        };
        let _ = writeln!(out, "| {title} | {budget} | {} | {} |", power(wall), power(cpu));
    }
    out
}

/// The slope of the straight line through the logarithms, by least squares.
fn exponent(points: Vec<(f64, f64)>) -> Option<f64> {
    let logs: Vec<(f64, f64)> = points.into_iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / logs.len() as f64;
    let (x, y) = (mean(|log| log.0), mean(|log| log.1));
    let above: f64 = logs.iter().map(|log| (log.0 - x) * (log.1 - y)).sum();
    let below: f64 = logs.iter().map(|log| (log.0 - x).powi(2)).sum();
    (logs.len() > 1 && below > 0.0).then(|| above / below)
}

/// What is right of the arithmetic.
pub(crate) fn test() {
    let square = exponent(vec![(10.0, 100.0), (100.0, 10_000.0), (1_000.0, 1_000_000.0)]);
    assert!(square.is_some_and(|power| (power - 2.0).abs() < 1e-9), "{square:?}");
    assert!(exponent(vec![(10.0, 1.0)]).is_none());
    let took = |wall| Cost::Took(Took { wall, cpu: wall, peak: 2e6, private: 1e6 });
    let costs = vec![(Row::Everything, took(6.0)), (Row::Floor, took(2.0)), (Row::Splink, Cost::Late(600))];
    let said = summary(&[Size { people: 1_000, bytes: 1_000_000, costs }]);
    assert!(said.contains("| crmlint ÷ floor, wall | ≤ 3 | 3.00 |"), "{said}");
    assert!(said.contains("| Splink ÷ crmlint, matching, wall | ≥ 5 | not measured |"), "{said}");
}
