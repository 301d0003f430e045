//! Promises about the matcher, kept on labelled people made here: how much of what it links is right, how much it
//! finds, and that neither threads nor the order of records change the answer.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;

use crmlint::matching::explain::left_out;
use crmlint::matching::people::{Cells, Field, Source};
use crmlint::matching::{Matches, Settings, find};
use people::{Noise, Rng, make};
use rayon::ThreadPoolBuilder;
use score::{clustered, linked, matched, score};

#[path = "../examples/people/mod.rs"]
mod people;
#[path = "../examples/people/score.rs"]
mod score;

/// The least share of links that are right.
const PRECISION: f64 = 0.995;
/// The least share of links found of those that the cells could tell, for each tier.
const RECALL: [(&str, f64); 7] = [
    ("exact", 0.97),
    ("provider", 0.97),
    ("typo", 0.90),
    ("relay", 0.90),
    ("moved", 0.90),
    ("other", 0.90),
    ("none", 0.90),
];
/// The most of the planted pairs of a kind that may be linked.
const FOOLED: f64 = 0.05;

/// Names of the people at rare domains. Nobody of one list is anybody else of it by nickname, slip or sound.
const FIRSTS: [&str; 20] = [
    "Agnes", "Bruno", "Clara", "Dieter", "Elena", "Felix", "Greta", "Hugo", "Irene", "Jonas", "Konrad", "Ludwig",
    "Miriam", "Norbert", "Olivia", "Pascal", "Quentin", "Rosalie", "Stefan", "Therese",
];
const LASTS: [&str; 20] = [
    "Abendroth",
    "Birkholz",
    "Castell",
    "Dornfeld",
    "Eichinger",
    "Falkenau",
    "Gruber",
    "Hohenstein",
    "Isenberg",
    "Jansen",
    "Kaltenbach",
    "Lindqvist",
    "Morgenthal",
    "Niehaus",
    "Osterman",
    "Pfeiffer",
    "Quandt",
    "Rademacher",
    "Sutter",
    "Tannhof",
];

#[test]
fn ten_thousand_people_are_matched_well() {
    matched_well(10_000);
}

#[test]
fn a_hundred_thousand_people_are_matched_well() {
    matched_well(100_000);
}

fn matched_well(records: usize) {
    let labelled = make(Noise::First, records, 1);
    let figures = score(&labelled, &linked(&matched(&labelled.header, &labelled.records)));
    let mut broken = Vec::new();
    if figures.precision < PRECISION {
        broken.push(format!("precision {:.4}, at least {PRECISION}", figures.precision));
    }
    for (tier, (name, least)) in figures.tiers.iter().zip(RECALL) {
        assert_eq!(tier.tier, name, "a floor for each tier");
        assert!(tier.reach > 50, "{name}: too few pairs to judge by: {}", tier.reach);
        if tier.recall_in_reach < least {
            let (found, reach) = (tier.found_in_reach, tier.reach);
            broken.push(format!("{name}: {found} of {reach} found, {:.4}, at least {least}", tier.recall_in_reach));
        }
    }
    for negative in &figures.negatives {
        assert!(negative.listed > 20, "{}: too few pairs to judge by: {}", negative.kind, negative.listed);
        if negative.found as f64 > FOOLED * negative.listed as f64 {
            broken.push(format!("{}: {} of {} taken for one person", negative.kind, negative.found, negative.listed));
        }
    }
    assert!(broken.is_empty(), "{records} records:\n  {}", broken.join("\n  "));
}

#[test]
fn rare_domains_are_no_slips_of_famous_ones() {
    let (header, records) = people_at_rare_domains(true);
    let matches = matched(&header, &records);
    let shown = |row: u32| records[row as usize].join(",");
    let linked: Vec<[String; 2]> = matches.links.iter().map(|link| [shown(link.left), shown(link.right)]).collect();
    assert!(linked.is_empty(), "{} of 400 are taken for somebody else: {linked:#?}", linked.len());
    // The same addresses on people who are the same by everything else: it was the people that kept them apart.
    let (header, records) = people_at_rare_domains(false);
    assert_eq!(matched(&header, &records).links.len(), 400);
}

/// 400 people at rare domains, and 400 with the same local parts at the famous domains those look like: others, or the
/// same once more.
fn people_at_rare_domains(others: bool) -> (Vec<&'static str>, Vec<Vec<String>>) {
    let (famous, rare) = domains();
    let mut records = Vec::new();
    for number in 0..400 {
        let rare = &rare[number % rare.len()];
        let near = famous.iter().min_by_key(|famous| strsim::osa_distance(famous, rare)).expect("famous domains");
        let (first, last) = name(number);
        let local = match number % 3 {
            0 => format!("{first}.{last}").to_lowercase(),
            1 => format!("{}{last}", &first[..1]).to_lowercase(),
            _ => format!("sunny.garden{number}"),
        };
        records.push(person(number, &format!("{local}@{rare}")));
        records.push(person(if others { 799 - number } else { number }, &format!("{local}@{near}")));
    }
    (vec!["email", "first_name", "last_name", "phone", "birth_date", "postcode", "city"], records)
}

/// The name of one of 800 people: those from 400 on have the names of the others in another order.
fn name(number: usize) -> (&'static str, &'static str) {
    let (first, last) = (number % 20, number / 20 % 20);
    if number < 400 { (FIRSTS[first], LASTS[last]) } else { (FIRSTS[first], LASTS[(last + 7) % 20]) }
}

/// Somebody with a phone, a day of birth and a postcode of their own.
fn person(number: usize, address: &str) -> Vec<String> {
    let (first, last) = name(number);
    let phone = format!("+1 {} 555 01{:02}", 201 + number / 100, number % 100);
    let birth = format!("{}-{:02}-{:02}", 1950 + number % 47, 1 + number % 12, 1 + number % 27);
    let (postcode, city) = (format!("{:05}", 10_000 + 37 * number), format!("{}burg", LASTS[number % 19]));
    [address, first, last, &phone, &birth, &postcode, &city].map(ToOwned::to_owned).to_vec()
}

/// The famous and the rare domains of the matcher's own list, without the stand-ins.
fn domains() -> (Vec<String>, Vec<String>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/data/domains.yaml");
    let text = fs::read_to_string(file).expect("the list of domains");
    let list: serde_yaml::Value = serde_yaml::from_str(&text).expect("the list of domains is YAML");
    let named = |key: &str| -> Vec<String> {
        let names = list[key].as_sequence().expect("a list of domains").iter();
        let names = names.map(|name| name.as_str().expect("a domain").to_owned());
        names.filter(|name| !name.ends_with(".example")).collect()
    };
    (named("famous"), named("rare"))
}

#[test]
fn threads_do_not_change_the_links() {
    let labelled = make(Noise::First, 10_000, 1);
    let with = |threads: usize| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
        pool.install(|| matched(&labelled.header, &labelled.records))
    };
    let (alone, four) = (with(1), with(4));
    assert_eq!(alone.links, four.links);
    assert_eq!(alone.possible, four.possible);
    assert_eq!(clustered(&alone), clustered(&four));
}

#[test]
fn the_order_of_records_does_not_change_the_links() {
    let labelled = make(Noise::First, 10_000, 1);
    let mut shuffled = labelled.records.clone();
    Rng::new(7).shuffle(&mut shuffled);
    let ids = |records: &[Vec<String>]| -> BTreeSet<[String; 2]> {
        let id = |row: u32| records[row as usize][0].clone();
        let pairs = linked(&matched(&labelled.header, records)).into_iter().map(|(one, other)| [id(one), id(other)]);
        pairs.map(sorted).collect()
    };
    let (before, after) = (ids(&labelled.records), ids(&shuffled));
    let differ: Vec<&[String; 2]> = before.symmetric_difference(&after).collect();
    assert!(differ.is_empty(), "linked in one order only: {differ:?}");
}

fn sorted(mut pair: [String; 2]) -> [String; 2] {
    pair.sort();
    pair
}

/// People of some homes, four in each of whom nothing in their names begins alike, in a file of so many records.
fn homes(records: u32, homes: Range<u32>) -> Matches {
    let cell =
        |row: u32, cell: &dyn Fn(u32) -> String| if homes.contains(&(row / 4)) { cell(row) } else { String::new() };
    let column = |of: &dyn Fn(u32) -> String| (0..homes.end * 4).map(|row| cell(row, of)).collect::<Vec<String>>();
    let of = |names: [&str; 4]| column(&|row| names[row as usize % 4].to_owned());
    let (first, last) = (of(["Otto", "Ulf", "Egon", "Hedda"]), of(["Ott", "Ulm", "Ebert", "Hahn"]));
    let (street, postcode) =
        (column(&|row| format!("Hill {}", row / 4)), column(&|row| format!("{}", 10_000 + row / 4)));
    let fields: Vec<(Field, &dyn Cells)> =
        vec![(Field::First, &first), (Field::Last, &last), (Field::Street, &street), (Field::Postcode, &postcode)];
    find(&[Source { rows: records, fields }], &Settings::default())
}

#[test]
fn pairs_that_are_left_out_of_a_large_file_are_stood_for() {
    let (small, large) = (homes(250_000, 0..400), homes(250_001, 0..400));
    assert_eq!((small.compared, small.left_out), (2_400, 0));
    assert_eq!(large.left_out, large.compared * 7);
    assert!((2_000..2_800).contains(&(large.compared + large.left_out)), "{}", large.compared);
    let housemates = [&small, &large].map(|found| found.weights.housemates);
    assert!((housemates[1] / housemates[0] - 1.0).abs() < 0.2, "{housemates:?}");
    let said = left_out(large.left_out).expect("some were left out");
    assert!(said.contains(&format!("about {}", crmlint::text::count(large.left_out))), "{said}");
    assert!(left_out(small.left_out).is_none() && large.links.is_empty() && large.possible.is_empty());
    // So few that none of them stands for the others.
    let few = homes(250_001, 1..2);
    assert_eq!((few.compared, few.left_out), (0, 1));
}
