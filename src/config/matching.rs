//! How people are matched: the `matching:` section of crmlint.yaml in, settings out.

use std::path::Path;

use ahash::AHashMap;

use super::refuse;
use crate::error::{Error, Fault, Result};
use crate::matching::lists::{LISTS, MoreDomains};
use crate::matching::{CLUSTER_CAP, THRESHOLD};
use crate::shape::{Key, Shape, TEXTS, key};
use crate::text::unguarded;
use crate::yaml::{Document, Node};

/// The section.
pub(super) const MATCHING: &[Key] = &[
    key("threshold", Shape::Share, "the probability from which a pair is one person: 0.95 or 95%"),
    key("edits", Shape::Count, "slips that two addresses may be apart: 1 or 2"),
    key("cluster_cap", Shape::Count, "people of one cluster beyond which it is not proposed: 25"),
    key("estimate", Shape::Flag, "whether weights are learned from the records themselves"),
    key("region", Shape::Text, "the region of phone numbers without a country code: DE, US"),
    key("relay_domains", TEXTS, "further domains of masked addresses; their subdomains count"),
    key("disposable_domains", TEXTS, "further throw-away domains; their subdomains count"),
    key("decisions", Shape::Text, "a CSV file of pairs that somebody decided: id_l,id_r,same"),
];

/// How people are matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// The probability from which a pair is one person, in thousandths.
    pub threshold: u32,
    /// Slips that two addresses may be apart.
    pub edits: u8,
    /// Most people of one cluster.
    pub cap: usize,
    /// Whether weights are learned.
    pub estimate: bool,
    /// The region of phone numbers without a calling code.
    pub region: Option<String>,
    /// Further domains.
    pub domains: MoreDomains,
    /// Decided pairs of record keys.
    pub decided: Vec<(String, String, bool)>,
}

impl Default for Matching {
    fn default() -> Self {
        Self {
            threshold: thousandths(THRESHOLD),
            edits: 1,
            cap: CLUSTER_CAP,
            estimate: false,
            region: None,
            domains: MoreDomains::default(),
            decided: Vec::new(),
        }
    }
}

fn thousandths(share: f64) -> u32 {
    (share * 1000.0).round() as u32
}

impl Matching {
    /// Reads the section.
    pub(super) fn read(document: &Document, base: &Path) -> Result<Self> {
        let mut matching = Self::default();
        let Some(node) = document.root.get("matching") else { return Ok(matching) };
        if let Some(threshold) = node.get("threshold") {
            matching.threshold = thousandths(node.get_number("threshold").unwrap_or_default());
            if !(500..1000).contains(&matching.threshold) {
                return refuse(
                    document,
                    threshold,
                    "a threshold is a probability from 0.5 to below 1".to_owned(),
                    "write threshold: 0.95",
                );
            }
        }
        if let Some(edits) = node.get("edits") {
            matching.edits = match node.get_number("edits") {
                Some(1.0) => 1,
                Some(2.0) => 2,
                _ => return refuse(document, edits, "edits are 1 or 2".to_owned(), "write edits: 1"),
            };
        }
        if let Some(cap) = node.get("cluster_cap") {
            let number = node.get_number("cluster_cap").unwrap_or_default();
            if !(2.0..=10_000.0).contains(&number) {
                let said = "a cluster has two records and more, and never over 10,000".to_owned();
                return refuse(document, cap, said, "write cluster_cap: 25");
            }
            matching.cap = number as usize;
        }
        if let Some(region) = node.get("region") {
            let text = region.text().unwrap_or_default().to_uppercase();
            if !LISTS.regions.contains_key(&text) {
                let help = "a region is two letters of ISO 3166: DE, US, GB";
                return refuse(document, region, format!("`{text}` is no region"), help);
            }
            matching.region = Some(text);
        }
        matching.estimate = node.get_flag("estimate").unwrap_or_default();
        matching.domains = MoreDomains {
            relay: domains(document, node, "relay_domains")?,
            disposable: domains(document, node, "disposable_domains")?,
        };
        if let Some(file) = node.get("decisions") {
            matching.decided = of_file(document, file, base)?;
        }
        Ok(matching)
    }
}

/// Domains as they follow the @ of an address.
fn domains(document: &Document, node: &Node, key: &str) -> Result<Vec<String>> {
    let named: Vec<String> =
        node.get_texts(key).iter().map(|text| text.trim().trim_start_matches(['@', '.']).to_lowercase()).collect();
    match (named.iter().find(|domain| !domain.contains('.') || domain.contains(['@', ' '])), node.get(key)) {
        (Some(domain), Some(place)) => {
            refuse(document, place, format!("`{domain}` is no domain"), "write what follows the @: relay.example.com")
        }
        _ => Ok(named),
    }
}

fn of_file(document: &Document, node: &Node, base: &Path) -> Result<Vec<(String, String, bool)>> {
    let file = base.join(node.text().unwrap_or_default());
    decisions(&file).map_err(|error| {
        let fault = document.fault(node.mark, error.fault().message.clone());
        Error::usage(match &error.fault().help {
            Some(help) => fault.help(help.clone()),
            None => fault,
        })
    })
}

/// Reads a file of pairs that somebody decided.
pub fn decisions(file: &Path) -> Result<Vec<(String, String, bool)>> {
    let unreadable = |error: &dyn std::fmt::Display| {
        let fault = Fault::new(format!("{} cannot be read: {error}", file.display()));
        Error::usage(fault.help("it is a CSV file with the columns id_l,id_r,same, and yes or no in the last"))
    };
    if std::fs::metadata(file).is_ok_and(|about| !about.is_file()) {
        return Err(unreadable(&"it is no regular file"));
    }
    let text = std::fs::read(file).map_err(|error| unreadable(&error))?;
    let head = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|one| head.iter().filter(|byte| *byte == one).count());
    let mut reader = csv::ReaderBuilder::new().delimiter(separator.unwrap_or(b',')).from_reader(text.as_slice());
    let heads = reader.headers().map_err(|error| unreadable(&error))?.clone();
    let find = |name: &str| heads.iter().position(|head| head.trim_start_matches('\u{feff}').trim() == name);
    let (Some(left), Some(right), Some(same)) = (find("id_l"), find("id_r"), find("same")) else {
        return Err(unreadable(&"a column is missing"));
    };
    let mut decided = Vec::new();
    let mut known: AHashMap<(String, String), bool> = AHashMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| unreadable(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| unguarded(record.get(at).unwrap_or_default().trim()).to_owned();
        let same = match cell(same).to_lowercase().as_str() {
            "yes" | "true" | "same" | "1" => true,
            "no" | "false" | "different" | "0" => false,
            other => return Err(unreadable(&format!("line {line} says {other:?} where yes or no belongs"))),
        };
        let (left, right) = (cell(left), cell(right));
        if left.is_empty() || right.is_empty() || left == right {
            return Err(unreadable(&format!("line {line} names no two records")));
        }
        let pair = (left.clone().min(right.clone()), left.clone().max(right.clone()));
        if known.insert(pair, same) == Some(!same) {
            return Err(unreadable(&format!("line {line} decides {left} and {right} otherwise than a line before it")));
        }
        decided.push((left, right, same));
    }
    Ok(decided)
}
