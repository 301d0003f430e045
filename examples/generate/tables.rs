//! The export files. In: records. Out: CSV, comma-separated, UTF-8, line feeds, quotes where they are needed.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::rng::Rng;
use crate::schema::{Profile, Row, Set};

/// One file being written.
struct Table {
    writer: BufWriter<File>,
    order: Vec<usize>,
    records: u64,
}

/// All files of the workspace.
pub(crate) struct Tables(Vec<Table>);

impl Tables {
    /// Opens the files and writes their headers; a seed shuffles the columns. A clean shop has no attribute that nobody reads.
    pub(crate) fn create(out: &Path, shuffle: Option<u64>, german: bool, clean: bool) -> std::io::Result<Self> {
        let mut tables = Vec::new();
        for (at, set) in Set::ALL.into_iter().enumerate() {
            let mut order = order(set, shuffle.map(|seed| Rng::new(seed ^ 0xC01, at as u64)));
            order.retain(|column| !(clean && set == Set::People && *column == Profile::Twin as usize));
            let mut writer = BufWriter::with_capacity(1 << 20, File::create(out.join(set.file()))?);
            let mut line = String::new();
            for column in &order {
                cell(&mut line, set.label(*column, german));
            }
            writeln!(writer, "{line}")?;
            tables.push(Table { writer, order, records: 0 });
        }
        Ok(Self(tables))
    }

    /// Writes a record, with a cell too many if asked to; its number.
    pub(crate) fn write(&mut self, set: Set, row: &Row, ragged: bool) -> std::io::Result<u64> {
        let table = &mut self.0[set as usize];
        let mut line = String::with_capacity(512);
        for (at, column) in table.order.iter().enumerate() {
            if at > 0 {
                line.push(',');
            }
            put(&mut line, row.get(*column));
        }
        if ragged {
            line.push_str(", wants samples");
        }
        line.push('\n');
        table.writer.write_all(line.as_bytes())?;
        table.records += 1;
        Ok(table.records)
    }

    /// How many records a file holds so far.
    pub(crate) fn records(&self, set: Set) -> u64 {
        self.0[set as usize].records
    }

    /// Closes the files.
    pub(crate) fn finish(self) -> std::io::Result<()> {
        self.0.into_iter().try_for_each(|mut table| table.writer.flush())
    }
}

/// The order of an export's columns: a lookup's id stays before its name, and Zoho's record id stays first.
fn order(set: Set, rng: Option<Rng>) -> Vec<usize> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, (label, _)) in set.labels().iter().enumerate() {
        let paired = at > 0 && set.labels()[at - 1].0.strip_suffix(".id") == Some(label);
        match groups.last_mut() {
            Some(group) if paired => group.push(at),
            _ => groups.push(vec![at]),
        }
    }
    if let Some(mut rng) = rng {
        let fixed = usize::from(matches!(set, Set::Contacts | Set::Leads | Set::Deals | Set::Cases));
        rng.shuffle(&mut groups[fixed..]);
    }
    groups.concat()
}

fn cell(line: &mut String, value: &str) {
    if !line.is_empty() {
        line.push(',');
    }
    put(line, value);
}

fn put(line: &mut String, value: &str) {
    if value.contains([',', '"', '\n', '\r']) {
        line.push('"');
        line.push_str(&value.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(value);
    }
}
