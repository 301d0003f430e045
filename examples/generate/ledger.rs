//! What the rules are expected to say, as `expected.json`. In: notes, one by one. Out: one file; cells wait on disk in
//! between, so that memory does not grow with the workspace.

use std::collections::BTreeMap;
use std::fs::{File, create_dir_all, remove_dir_all};
use std::io::{BufReader, BufWriter, Write, copy};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::time::{NOW, zulu};
use crate::unit::List;

type Failure = Box<dyn std::error::Error>;

/// Under what the near misses stand.
const NEAR: &str = "near";

/// Cells of one finding or list, waiting on disk.
struct Part {
    path: PathBuf,
    writer: BufWriter<File>,
    cells: u64,
    rows: u64,
    last: String,
    /// The ignore entry that covers it.
    ignored_by: Option<u64>,
}

/// The book of everything expected.
pub(crate) struct Ledger {
    folder: PathBuf,
    /// By code and subject; what must not be said stands under `near`.
    parts: BTreeMap<(String, String), Part>,
}

/// What the ledger is told of a cell.
pub(crate) struct Entry<'a> {
    pub(crate) list: List,
    pub(crate) code: &'a str,
    pub(crate) dataset: &'a str,
    pub(crate) key: &'a str,
    /// What the finding is about, where the cell does not tell.
    pub(crate) subject: Option<&'a str>,
    pub(crate) column: &'a str,
    pub(crate) value: &'a str,
    pub(crate) suggestion: Option<&'a str>,
    pub(crate) other: Option<&'a str>,
    pub(crate) why: &'a str,
}

impl Ledger {
    /// An empty ledger below the workspace.
    pub(crate) fn new(out: &Path) -> Result<Self, Failure> {
        let folder = out.join(".expected");
        create_dir_all(&folder)?;
        Ok(Self { folder, parts: BTreeMap::new() })
    }

    fn part(&mut self, code: &str, subject: &str) -> Result<&mut Part, Failure> {
        let key = (code.to_owned(), subject.to_owned());
        if !self.parts.contains_key(&key) {
            let path = self.folder.join(self.parts.len().to_string());
            let writer = BufWriter::new(File::create(&path)?);
            let part = Part { path, writer, cells: 0, rows: 0, last: String::new(), ignored_by: None };
            self.parts.insert(key.clone(), part);
        }
        self.parts.get_mut(&key).ok_or_else(|| "a part that was just put in is gone".into())
    }

    /// A finding without cells: of the mapping or the config.
    pub(crate) fn statement(&mut self, code: &str, subject: &str) -> Result<(), Failure> {
        self.part(code, subject)?.rows += 1;
        Ok(())
    }

    /// Says that an entry of `ignore:` covers a finding.
    pub(crate) fn ignored(&mut self, code: &str, subject: &str, entry: u64) -> Result<(), Failure> {
        self.part(code, subject)?.ignored_by = Some(entry);
        Ok(())
    }

    /// Writes down one cell.
    pub(crate) fn enter(&mut self, entry: &Entry<'_>) -> Result<(), Failure> {
        let mut cell = Map::new();
        let mut put = |name: &str, value: &str| cell.insert(name.to_owned(), Value::from(value));
        match entry.list {
            List::Near => put("rule", entry.code),
            List::Finding => None,
        };
        put("dataset", entry.dataset);
        put("key", entry.key);
        put("column", entry.column);
        put("value", entry.value);
        for (name, value) in [("suggestion", entry.suggestion), ("other_key", entry.other)] {
            if let Some(value) = value {
                put(name, value);
            }
        }
        if entry.list == List::Near {
            put("why", entry.why);
        }
        let part = match entry.list {
            List::Near => self.part(NEAR, "")?,
            List::Finding => match entry.code.split_once(':') {
                Some((code, segment)) => self.part(code, &format!("segment:{segment}"))?,
                None => self.part(entry.code, &subject(entry))?,
            },
        };
        // A split contact is one failing row, however many profiles it has.
        if part.cells == 0 || entry.code != "DUP005" || part.last != entry.key {
            part.rows += 1;
        }
        part.last.clear();
        part.last.push_str(entry.key);
        part.cells += 1;
        writeln!(part.writer, "{}{}", if part.cells > 1 { "," } else { "" }, Value::Object(cell))?;
        Ok(())
    }

    /// Puts the parts together.
    pub(crate) fn finish(mut self, out: &Path) -> Result<(), Failure> {
        let mut file = BufWriter::new(File::create(out.join("expected.json"))?);
        writeln!(file, "{{\"version\":1,\"now\":\"{}\",\"findings\":[", zulu(NOW))?;
        let mut first = true;
        for ((code, subject), part) in &mut self.parts {
            if code == NEAR {
                continue;
            }
            let mut head = json!({ "code": code, "subject": subject, "rows": part.rows });
            if let (Some(entry), Some(head)) = (part.ignored_by, head.as_object_mut()) {
                head.insert("ignored_by".to_owned(), json!(entry));
            }
            let head = head.to_string();
            writeln!(file, "{}{},\"cells\":[", if first { "" } else { "," }, head.trim_end_matches('}'))?;
            first = false;
            append(part, &mut file)?;
            writeln!(file, "]}}")?;
        }
        writeln!(file, "]")?;
        // Faults that no rule names yet; there are none today.
        writeln!(file, ",\"planted_later\":[\n]")?;
        writeln!(file, ",\"near_misses\":[")?;
        if let Some(part) = self.parts.get_mut(&(NEAR.to_owned(), String::new())) {
            append(part, &mut file)?;
        }
        writeln!(file, "]\n}}")?;
        file.flush()?;
        remove_dir_all(&self.folder)?;
        Ok(())
    }
}

fn append(part: &mut Part, file: &mut impl Write) -> Result<(), Failure> {
    part.writer.flush()?;
    copy(&mut BufReader::new(File::open(&part.path)?), file)?;
    Ok(())
}

/// What a finding is about: a column, or the dataset as a whole; what the mapping leaves open is the mapping's.
fn subject(entry: &Entry<'_>) -> String {
    if let Some(subject) = entry.subject {
        return subject.to_owned();
    }
    match entry.code {
        "DUP010" => return "mapping:identity".to_owned(),
        "SEG010" => return "mapping:journeys.winback".to_owned(),
        "JNY013" => return "mapping:journeys.hello".to_owned(),
        _ => {}
    }
    if entry.column.is_empty() { entry.dataset.to_owned() } else { format!("{}.{}", entry.dataset, entry.column) }
}
