//! Findings that were there before: accepted as they were, and new where they grow.
//!
//! An entry is one finding: rule, dataset and subject, with how many records it had. With a key it also keeps hashes of
//! the values and records, so that others in their place are new too.

use std::collections::BTreeMap;
use std::path::Path;

use super::sketch::{Key, Sketch, VARIABLE};
use super::{Finding, Subject, fingerprint};
use crate::config::Config;
use crate::error::{Error, Fault, Place, Result};
use crate::frames::time::rfc3339;
use crate::shape::{self, Shape, key, required};
use crate::text::counted;
use crate::yaml::{Document, Node};

/// The document.
const BASELINE: Shape = Shape::Object(&[
    required("version", Shape::Count, "version of this format: 1"),
    key("written", Shape::Text, "when"),
    key("key", Shape::Text, "which key made the hashes"),
    required("findings", Shape::ListOf(&Shape::Object(ENTRY)), "what was there"),
]);
const ENTRY: &[shape::Key] = &[
    required("rule", Shape::Text, "the rule's code"),
    key("dataset", Shape::Text, "the dataset"),
    required("subject", Shape::Text, "the column, segment or mapping entry"),
    required("rows", Shape::Count, "records"),
    key("values", Shape::Text, "how many values, and hashes of them"),
    key("records", Shape::Text, "how many records, and hashes of their keys"),
];

/// One finding as it was.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Where it stands.
    pub place: Option<Place>,
    /// The rule's code.
    pub code: String,
    /// What it is about.
    pub subject: Subject,
    /// Records.
    pub rows: u64,
    /// Hashes of its values.
    pub values: Option<Sketch>,
    /// Hashes of its records.
    pub records: Option<Sketch>,
}

/// How a finding stands to the baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Not in it.
    New,
    /// In it, and no more than it was.
    Known {
        /// Where.
        place: Place,
        /// How many records it had, where there are fewer now.
        shrunk: Option<u64>,
    },
    /// In it, and more: the growth as a sentence.
    Grown(String),
}

/// Findings as they were.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// Its name, as the user would write it.
    pub name: String,
    /// Entries by fingerprint.
    pub entries: BTreeMap<String, Entry>,
    /// The key of its hashes, when it is at hand.
    key: Option<Key>,
    /// Which key made its hashes.
    pub made_by: Option<String>,
    /// Why hashes are not compared, when they could be.
    pub remark: Option<String>,
}

impl Baseline {
    /// The baseline that a config names; none when it names none.
    pub fn open(config: &Config) -> Result<Option<Self>> {
        let Some((path, name)) = &config.baseline else { return Ok(None) };
        if !path.is_file() {
            let fault = Fault::new(format!("the baseline {name} is not there"));
            return Err(Error::usage(
                fault.help("write it: crmlint baseline write; or take `baseline:` out of the config"),
            ));
        }
        let file = config.key_file.as_deref();
        Self::read(path, name, Key::find(file)?, file).map(Some)
    }

    /// Reads a baseline. The key's file is named where there is no key.
    pub fn read(path: &Path, name: &str, key: Option<Key>, key_file: Option<&Path>) -> Result<Self> {
        Self::of(&Document::read(path, name)?, key, key_file)
    }

    /// The same from a document that was read.
    pub fn of(document: &Document, key: Option<Key>, key_file: Option<&Path>) -> Result<Self> {
        let name = &document.file;
        shape::check(document, &BASELINE)?;
        let root = &document.root;
        if let Some(version) = root.get("version").filter(|version| version.text() != Some("1")) {
            let fault = document.fault(version.mark, "this version reads baselines of version 1");
            return Err(Error::usage(fault.help("write it anew: crmlint baseline write --force")));
        }
        let mut entries = BTreeMap::new();
        for node in root.get("findings").map(Node::items).unwrap_or_default() {
            let entry = entry(document, node)?;
            entries.insert(entry.fingerprint(), entry);
        }
        let made_by = root.get_text("key");
        let remark = match (&made_by, &key) {
            (Some(_), None) => Some(format!(
                "{name} was compared by counts alone, and other values and records in the place of old ones are not seen. {}.",
                Key::absent(key_file)
            )),
            (Some(made), Some(own)) if *made != own.id() => Some(format!(
                "{name} was compared by counts alone: its hashes were made with another key than {VARIABLE} or `key_file:` holds."
            )),
            (None, _) => Some(format!(
                "{name} holds counts and no hashes: other values and records in the place of old ones are not seen."
            )),
            _ => None,
        };
        let key = key.filter(|own| made_by == Some(own.id()));
        Ok(Self { name: name.clone(), entries, key, made_by, remark })
    }

    /// Whether every failing record must be named to compare.
    pub fn wants_rows(&self) -> bool {
        self.key.is_some()
    }

    /// How a finding stands to it.
    pub fn standing(&self, finding: &Finding) -> Standing {
        let Some(entry) = self.entries.get(&finding.fingerprint) else { return Standing::New };
        let now = Entry::of(finding, self.key.as_ref());
        let mut grown = Vec::new();
        if now.rows > entry.rows {
            grown.push(format!("{} more", counted(now.rows - entry.rows, "record", "records")));
        }
        let new = |old: &Option<Sketch>, new: &Option<Sketch>| match (old, new) {
            (Some(old), Some(new)) => old.missing_from(new),
            _ => 0,
        };
        let (values, records) = (new(&entry.values, &now.values), new(&entry.records, &now.records));
        if values > 0 {
            grown.push(counted(values, "new value", "new values"));
        }
        if records > 0 {
            grown.push(counted(records, "new record", "new records"));
        }
        match (grown.is_empty(), &entry.place) {
            (true, Some(place)) => {
                Standing::Known { place: place.clone(), shrunk: (now.rows < entry.rows).then_some(entry.rows) }
            }
            (true, None) => Standing::New,
            (false, place) => {
                let place = place.as_ref().map(ToString::to_string).unwrap_or_default();
                let had = counted(entry.rows, "record", "records");
                Standing::Grown(format!("The baseline has {had} ({place}): {}.", grown.join(", ")))
            }
        }
    }
}

fn entry(document: &Document, node: &Node) -> Result<Entry> {
    let sketch = |key: &str| -> Result<Option<Sketch>> {
        let Some(own) = node.get(key) else { return Ok(None) };
        Sketch::parse(own.text().unwrap_or_default()).map(Some).ok_or_else(|| {
            let fault = document.fault(own.mark, format!("`{key}` is no list of hashes"));
            Error::usage(fault.help("write the baseline anew: crmlint baseline update"))
        })
    };
    Ok(Entry {
        place: Some(document.place(node.mark)),
        code: node.get_text("rule").unwrap_or_default(),
        subject: Subject { dataset: node.get_text("dataset"), name: node.get_text("subject").unwrap_or_default() },
        rows: node.get_number("rows").map(|rows| rows as u64).unwrap_or_default(),
        values: sketch("values")?,
        records: sketch("records")?,
    })
}

impl Entry {
    /// A finding as it is.
    pub fn of(finding: &Finding, key: Option<&Key>) -> Self {
        let hit = &finding.hit;
        let values = |key: &Key| Sketch::of(hit.parts.iter().map(|part| key.hash(&[&part.label])));
        let records = |key: &Key| {
            Sketch::of(hit.samples.iter().map(|row| key.hash(&[&row.dataset, &row.key, &row.column, &row.other_key])))
        };
        Self {
            place: None,
            code: finding.code.clone(),
            subject: hit.subject.clone(),
            rows: hit.rows,
            values: key.map(values).filter(|sketch| sketch.count > 0),
            records: key.map(records).filter(|sketch| sketch.count > 0),
        }
    }

    /// The fingerprint of its finding.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.code, &self.subject)
    }

    /// What is left of it where a finding is all there is.
    pub fn reduced_to(&self, now: &Self) -> Self {
        let left = |old: &Option<Sketch>, new: &Option<Sketch>| match (old, new) {
            (Some(old), Some(new)) => Some(old.reduced_to(new)),
            (old, _) => old.clone(),
        };
        Self {
            rows: self.rows.min(now.rows),
            values: left(&self.values, &now.values),
            records: left(&self.records, &now.records),
            ..self.clone()
        }
    }

    fn text(&self) -> String {
        // A JSON string is a YAML one too.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut lines = vec![format!("- rule: {}", self.code)];
        lines.extend(self.subject.dataset.as_ref().map(|dataset| format!("dataset: {}", quoted(dataset))));
        lines.push(format!("subject: {}", quoted(&self.subject.name)));
        lines.push(format!("rows: {}", self.rows));
        lines.extend(self.values.as_ref().map(|sketch| format!("values: {}", quoted(&sketch.text()))));
        lines.extend(self.records.as_ref().map(|sketch| format!("records: {}", quoted(&sketch.text()))));
        lines.join("\n    ")
    }
}

/// The file of these entries, by rule and subject.
pub fn text(entries: &BTreeMap<String, Entry>, key: Option<&Key>, now: i64) -> String {
    let mut sorted: Vec<&Entry> = entries.values().collect();
    sorted.sort_by(|one, other| (&one.code, &one.subject).cmp(&(&other.code, &other.subject)));
    let head = "# Findings that were there before and fail no run until they grow. crmlint baseline keeps this file:\n\
                # `update` takes in what there is now, `prune` takes out what is gone.\n";
    let key = key.map(|key| format!("key: \"{}\"\n", key.id())).unwrap_or_default();
    let list: String = sorted.iter().map(|entry| format!("\n  {}\n", entry.text())).collect();
    let list = if list.is_empty() {
        " []\n".to_owned()
    } else {
        format!("\n{}", list.replace("\n\n", "\n").trim_start_matches('\n'))
    };
    format!("{head}version: 1\nwritten: {}\n{key}findings:{list}", rfc3339(now))
}
