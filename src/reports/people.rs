//! What matching found, for people and for programs: a summary, a file of pairs, a file of clusters.

use std::fmt::Write as _;
use std::io::Write;

use super::Look;
use crate::matching::clusters::Refusal;
use crate::matching::compare::Tier;
use crate::matching::people::Field;
use crate::matching::{Link, Matches, explain};
use crate::text::{count, counted, guarded_value};

/// The columns of the file of pairs.
pub const PAIRS: [&str; 5] = ["id_l", "id_r", "probability", "tier", "why"];
/// The columns of the file of clusters.
pub const CLUSTERS: [&str; 2] = ["id", "cluster"];
/// Crowded keys that are named one by one.
const NAMED: usize = 5;

/// Writes every pair taken for one person.
pub fn pairs(out: &mut dyn Write, matches: &Matches, id: impl Fn(u32) -> String) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(PAIRS)?;
    for link in &matches.links {
        let probability = format!("{:.4}", shown(link.probability));
        let (tier, why) = (link.compared.tier.name(), explain::why(link, &matches.weights));
        let [left, right] = [link.left, link.right].map(|row| guarded_value(&id(row)).into_owned());
        writer.write_record([left, right, probability, tier.to_owned(), why])?;
    }
    writer.flush()
}

/// Writes every record with the number of its cluster; a record that is nobody's second has a cluster of its own.
pub fn clusters(out: &mut dyn Write, matches: &Matches, id: impl Fn(u32) -> String) -> std::io::Result<()> {
    let mut numbers = vec![0_u32; matches.records.len()];
    for (number, members) in (1..).zip(&matches.clusters) {
        members.iter().for_each(|record| numbers[*record as usize] = number);
    }
    let mut next = u32::try_from(matches.clusters.len()).unwrap_or(u32::MAX);
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(CLUSTERS)?;
    for (row, number) in (0..).zip(numbers) {
        let number = if number == 0 {
            next += 1;
            next
        } else {
            number
        };
        writer.write_record([guarded_value(&id(row)).into_owned(), number.to_string()])?;
    }
    writer.flush()
}

/// A probability as it is shown: only what was decided is wholly sure.
fn shown(probability: f32) -> f32 {
    probability.min(0.9999)
}

/// What a summary says beside what was found.
pub struct Summary<'a> {
    /// The file.
    pub file: String,
    /// The column of record ids.
    pub id: Option<String>,
    /// Fields with the columns that hold them.
    pub fields: Vec<(Field, &'a str)>,
    /// The threshold.
    pub threshold: f64,
    /// Whether weights were learned.
    pub estimated: bool,
    /// How many of the least certain pairs to show.
    pub show: usize,
    /// Records whose id another record has.
    pub repeated: u64,
    /// Damaged places of the file.
    pub damage: u64,
}

/// The summary, for people.
pub fn summary(matches: &Matches, told: &Summary<'_>, id: &dyn Fn(u32) -> String, look: Look) -> String {
    let mut text = String::new();
    let records = matches.records.len() as u64;
    let fields: Vec<String> = told.fields.iter().map(|(field, label)| format!("{} ({label})", field.name())).collect();
    let _ = writeln!(text, "{}: {}", told.file, counted(records, "record", "records"));
    let _ = writeln!(text, "Compared on: {}", fields.join(", "));
    if let Some(region) = matches.region {
        let _ = writeln!(text, "Phones without a country code are read as +{} ({}).", region.code, region.region);
    }
    if told.damage > 0 {
        let places = counted(told.damage, "damaged place", "damaged places");
        let _ = writeln!(text, "{places} in the file: `crmlint audit {}` names them.", told.file);
    }
    if told.repeated > 0 {
        let records = counted(told.repeated, "record has", "records have");
        let _ = writeln!(
            text,
            "{records} the id of a record before: files that name records by it cannot tell them apart."
        );
    }
    let grouped: usize = matches.clusters.iter().map(Vec::len).sum();
    let people = matches.clusters.len();
    let links = matches.links.iter().filter(|link| !link.decided).count() as u64;
    let decided = matches.links.len() as u64 - links;
    let _ = writeln!(
        text,
        "\n{} compared, {} one person at {} or more{}: {} are {}.\n",
        counted(matches.compared, "pair", "pairs"),
        match links {
            1 => "1 is".to_owned(),
            _ => format!("{} are", count(links)),
        },
        told.threshold,
        match decided {
            0 => String::new(),
            _ => format!(", {} by decision", count(decided)),
        },
        counted(grouped as u64, "record", "records"),
        counted(people as u64, "person", "people"),
    );
    let _ = writeln!(text, "{}\n", tiers(matches, look));
    let _ = writeln!(
        text,
        "Expected of a record of this file: {:.2} other records of the same person, {:.2} of people who share a home or an office.\n",
        matches.weights.twins, matches.weights.housemates
    );
    text.push_str(&least(matches, told, id));
    text.push_str(&remarks(matches));
    text
}

fn tiers(matches: &Matches, look: Look) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic).set_width(look.width);
    table.set_header(["tier", "pairs", "over 0.99", "for a look", "what the addresses are"]);
    for tier in Tier::ALL {
        let of = |links: &[Link]| links.iter().filter(|link| link.compared.tier == tier).count() as u64;
        let sure = matches.links.iter().filter(|link| link.compared.tier == tier && link.probability > 0.99).count();
        let (links, possible) = (of(&matches.links), of(&matches.possible));
        if links + possible > 0 {
            table.add_row([tier.name(), &count(links), &count(sure as u64), &count(possible), tier.about()]);
        }
    }
    for column in 1..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    table.to_string()
}

fn least(matches: &Matches, told: &Summary<'_>, id: &dyn Fn(u32) -> String) -> String {
    let mut order: Vec<&Link> = matches.links.iter().collect();
    order.sort_by(|one, other| {
        one.probability.total_cmp(&other.probability).then((one.left, one.right).cmp(&(other.left, other.right)))
    });
    order.truncate(told.show);
    if order.is_empty() {
        return String::new();
    }
    let mut text = format!("The {} least certain, in bits for (+) and against (-) one person:\n", order.len());
    for link in order {
        let _ = writeln!(
            text,
            "  {:.4}  {} = {}  [{}]\n          {}",
            shown(link.probability),
            id(link.left),
            id(link.right),
            link.compared.tier.name(),
            explain::why(link, &matches.weights)
        );
    }
    text
}

fn remarks(matches: &Matches) -> String {
    let mut text = String::new();
    let refused = |wanted: Refusal| matches.refused.iter().filter(|(_, why)| *why == wanted).count() as u64;
    for (why, said) in [
        (Refusal::Contradicted, "not followed, because other records of the two sides contradict each other"),
        (Refusal::Bridge, "not followed, because it alone held two groups together, and weakly"),
        (Refusal::Size, "not followed, because the cluster would have grown over its cap"),
        (Refusal::Decided, "not followed, because it was decided that the two sides are different people"),
    ] {
        if refused(why) > 0 {
            let _ = writeln!(text, "\n{} {said}.", counted(refused(why), "link", "links"));
        }
    }
    let mut crowds: Vec<_> = matches.crowds.iter().collect();
    crowds.sort_by_key(|crowd| (std::cmp::Reverse(crowd.records), crowd.block, crowd.record));
    if !crowds.is_empty() {
        let _ = writeln!(
            text,
            "\n{} on too many records to compare each with each; only some of them were compared:",
            counted(crowds.len() as u64, "key stands", "keys stand")
        );
        for crowd in crowds.iter().take(NAMED) {
            let records = counted(u64::from(crowd.records), "record", "records");
            let _ = writeln!(text, "  {}: {records}", crowd.block);
        }
        if crowds.len() > NAMED {
            let _ = writeln!(text, "  and {} more", crowds.len() - NAMED);
        }
    }
    if !matches.trimmed.is_empty() {
        let _ = writeln!(text, "\nBroad keys were used for their rarest values only; pairs left out:");
        for (block, pairs) in &matches.trimmed {
            let _ = writeln!(text, "  {block}: {}", count(*pairs));
        }
    }
    if let Some(said) = explain::left_out(matches.left_out) {
        let _ = writeln!(text, "\n{said}");
    }
    if !matches.unused.is_empty() {
        let _ = writeln!(
            text,
            "\nNot used in a file of this size, where they bring together strangers: {}.",
            matches.unused.join(", ")
        );
    }
    text
}
