//! Judges the matcher on labelled people. In: a noise model, sizes and a seed. Out: how much of what it found is right
//! and how much of what is one person it found, as tables or as JSON.
//!
//! `cargo run --release --example evaluate -- [--noise first|second] [--records 10000,100000] [--seed 1] [--json]`

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};

use clock::{Took, timed};
use people::Noise;
use score::Figures;
use serde_json::json;

#[path = "../people/clock.rs"]
mod clock;
#[path = "../people/mod.rs"]
mod people;
#[path = "../people/score.rs"]
mod score;

type Failure = Box<dyn std::error::Error>;

/// What the tables do not say themselves.
const NOTES: &str = "\
Tiers are of pairs in one cluster: that is the answer a user gets.
In reach: every exact and provider pair; a typo pair where at least one of name, phone, birth and home (postcode or
street) agrees; any other pair where at least two of them do. City and company alone are no second field.
A pair is false where its records are two persons, planted or not; unlisted ones were not planted.
";

/// What the command line asks for.
struct Options {
    noise: Noise,
    records: Vec<usize>,
    seed: u64,
    json: bool,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self { noise: Noise::First, records: vec![10_000, 100_000], seed: 1, json: false };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--noise" => options.noise = value()?.parse()?,
                "--records" => options.records = value()?.split(',').map(str::parse).collect::<Result<_, _>>()?,
                "--seed" => options.seed = value()?.parse()?,
                "--json" => options.json = true,
                other => return Err(format!("{other} is not known: --noise, --records, --seed, --json").into()),
            }
        }
        Ok(options)
    }
}

/// One size, judged.
struct Judged {
    records: usize,
    took: Took,
    pairs: Figures,
    clusters: Figures,
}

fn main() -> Result<(), Failure> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut out = io::stdout().lock();
    let mut all = Vec::new();
    for records in &options.records {
        let judged = judge(&options, *records);
        if options.json {
            all.push(as_json(&options, &judged));
        } else {
            writeln!(out, "{}", table(&options, &judged)?)?;
        }
    }
    if options.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
    } else {
        write!(out, "{NOTES}")?;
    }
    Ok(())
}

fn judge(options: &Options, records: usize) -> Judged {
    let labelled = people::make(options.noise, records, options.seed);
    let (matches, took) = timed(|| score::matched(&labelled.header, &labelled.records));
    Judged {
        records,
        took,
        pairs: score::score(&labelled, &score::linked(&matches)),
        clusters: score::score(&labelled, &score::clustered(&matches)),
    }
}

fn as_json(options: &Options, judged: &Judged) -> serde_json::Value {
    json!({
        "noise": options.noise.to_string(),
        "records": judged.records,
        "seed": options.seed,
        "seconds": { "wall": judged.took.wall, "cpu": judged.took.cpu },
        "pairs": judged.pairs,
        "clusters": judged.clusters,
    })
}

fn table(options: &Options, judged: &Judged) -> Result<String, fmt::Error> {
    let mut text = String::new();
    let (noise, wall) = (options.noise, judged.took.wall);
    let cpu = judged.took.cpu.map_or_else(|| "CPU not measured".to_owned(), |cpu| format!("{cpu:.2} s of CPU"));
    let (records, seed) = (judged.records, options.seed);
    writeln!(text, "{noise} model, {records} records, seed {seed}: matched in {wall:.2} s, {cpu}\n")?;
    writeln!(text, "                    found     right precision    recall        F1")?;
    for (name, figures) in [("links", &judged.pairs), ("in clusters", &judged.clusters)] {
        let shares = [figures.precision, figures.recall, figures.f1].map(percent).concat();
        writeln!(text, "{name:<15}{:>10}{:>10}{shares}", figures.found, figures.right)?;
    }
    writeln!(text, "\ntier                pairs     found    recall  in reach     found    recall")?;
    for tier in &judged.clusters.tiers {
        let (all, reach) = (percent(tier.recall), percent(tier.recall_in_reach));
        let counts = format!("{:>10}{:>10}{all}{:>10}", tier.pairs, tier.found, tier.reach);
        writeln!(text, "{:<15}{counts}{:>10}{reach}", tier.tier, tier.found_in_reach)?;
    }
    writeln!(text, "\nfalse pairs        listed     links  clusters")?;
    for (links, clusters) in judged.pairs.negatives.iter().zip(&judged.clusters.negatives) {
        writeln!(text, "{:<16}{:>9}{:>10}{:>10}", links.kind, links.listed, links.found, clusters.found)?;
    }
    writeln!(text, "{:<16}{:>9}{:>10}{:>10}", "unlisted", "", judged.pairs.unlisted, judged.clusters.unlisted)?;
    Ok(text)
}

fn percent(share: f64) -> String {
    format!("{:>8.2} %", 100.0 * share)
}
