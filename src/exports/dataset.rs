//! Input stage: a recognised dataset. In: its parts. Out: columns by any of their names, and a stream of its records.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use ahash::AHashMap;

use super::archive::stop;
use super::batch::{Batch, Gathered, LEAST, Source};
use super::customerio::{Held, is_addresses};
use super::part::Part;
use super::rows::{LONGEST, Row, Rows, Seen, Visit};
use super::shopify::{is_guarded, unguard};
use super::{Choice, Column, ColumnStat, Damage, Dialect, Progress, ReadReport, System, wholes, zoho};
use crate::error::Result;
use crate::text::is_unsafe;

/// Records of one module of one source.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// `<source>.<module>` in lower case with underscores.
    pub name: String,
    /// The source: its name in the config, else the system's.
    pub source: String,
    /// The module, as in "Contacts", "people".
    pub module: String,
    /// The system that wrote it.
    pub system: System,
    /// The shape in which it came.
    pub dialect: Dialect,
    /// The columns of all parts, by label.
    pub columns: Vec<Column>,
    /// The column that holds the record's own id.
    pub key: Option<usize>,
    /// What it is read from, as the user would write it, sorted.
    pub files: Vec<String>,
    /// The delimiter of the first part, when it is delimited text.
    pub delimiter: Option<char>,
    /// The first records, up to 200, all columns.
    pub preview: Vec<Vec<String>>,
    /// Field label, and API name, to its options, from the metadata of a backup or the answer of the fields API.
    pub picklists: BTreeMap<String, Vec<Choice>>,
    /// Columns that some of its files lack: what is blank there may only be absent.
    pub patchy: Vec<usize>,
    /// What is wrong with the parts as a whole.
    pub(super) damage: Vec<Damage>,
    pub(super) body: Body,
    /// The columns by their names, once one is asked for.
    pub(super) index: OnceLock<Index>,
}

/// Columns by each of their names; of several with one name the first.
#[derive(Debug, Clone)]
pub(super) struct Index {
    labels: AHashMap<String, usize>,
    api_names: AHashMap<String, usize>,
    loose_labels: AHashMap<String, usize>,
    loose_api_names: AHashMap<String, usize>,
}

impl Index {
    fn of(columns: &[Column]) -> Self {
        fn by(names: impl Iterator<Item = (usize, String)>) -> AHashMap<String, usize> {
            let mut places = AHashMap::new();
            for (at, name) in names {
                places.entry(name).or_insert(at);
            }
            places
        }
        let labels = || columns.iter().map(|column| &column.label).enumerate();
        let api_names = || columns.iter().enumerate().filter_map(|(at, column)| Some((at, column.api_name.as_ref()?)));
        Self {
            labels: by(labels().map(|(at, name)| (at, name.clone()))),
            api_names: by(api_names().map(|(at, name)| (at, name.clone()))),
            loose_labels: by(labels().map(|(at, name)| (at, loose(name)))),
            loose_api_names: by(api_names().map(|(at, name)| (at, loose(name)))),
        }
    }

    fn exact(&self, name: &str) -> Option<usize> {
        self.labels.get(name).or_else(|| self.api_names.get(name)).copied()
    }

    fn loosely(&self, name: &str) -> Option<usize> {
        let name = loose(name);
        self.loose_labels.get(&name).or_else(|| self.loose_api_names.get(&name)).copied()
    }
}

/// Where the records are.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// In files that are streamed.
    Parts(Vec<Part>),
    /// In memory, pivoted from several tables.
    Held(Arc<Held>),
}

impl Dataset {
    /// A column by label, then by API name, then by both ignoring case and `_` against space.
    pub fn find(&self, name: &str) -> Option<usize> {
        let index = self.index.get_or_init(|| Index::of(&self.columns));
        if let Some(found) = index.exact(name).or_else(|| index.loosely(name)) {
            return Some(found);
        }
        if self.system != System::Zoho {
            return None;
        }
        // A label whose API name is another word, as in "Title" of Leads.
        let api_name = zoho::api_name(&self.module, name)?;
        index.loosely(&api_name).or_else(|| {
            // A bare lookup of Bulk Read is the id. A label alone may be another field: the full name of Contacts is
            // called "Contact Name", and would join everybody of one name.
            let base = loose(api_name.strip_suffix(".id")?);
            (self.dialect == Dialect::ZohoBulk).then(|| index.loose_api_names.get(&base).copied())?
        })
    }

    /// The column in which most of the first records hold an address.
    pub fn addresses(&self) -> Option<usize> {
        let cells = |index: usize| self.preview.iter().filter_map(move |record| record.get(index)).map(String::as_str);
        (0..self.columns.len()).find(|index| is_addresses(cells(*index)))
    }

    /// The options of a column, where metadata tells them.
    pub fn options(&self, column: usize) -> Option<&[Choice]> {
        let column = self.columns.get(column)?;
        let named = |name: &str| self.picklists.get(name).map(Vec::as_slice);
        named(&column.label).or_else(|| named(column.api_name.as_deref()?)).filter(|options| !options.is_empty())
    }

    /// Streams every record once, in file order: `sink` gets so many of them together that columns are gone through one by
    /// one, the wanted ones in the order given.
    pub fn read(
        &self,
        wanted: &[usize],
        progress: &dyn Progress,
        sink: &mut dyn FnMut(&Batch<'_>),
    ) -> Result<ReadReport> {
        if let Some(beyond) = wanted.iter().find(|&&column| column >= self.columns.len()) {
            return Err(stop(format!("{} has no column number {beyond}", self.name), ""));
        }
        let mut pass = Pass::new(self, wanted);
        match &self.body {
            Body::Parts(parts) => {
                for part in parts {
                    let map = self.map_of(part);
                    let seen = pass.run(&map, sink, &mut |before, visit| part.scan(before, progress, visit))?;
                    pass.note(seen, &part.input.shown);
                }
            }
            Body::Held(held) => {
                let map: Vec<usize> = (0..self.columns.len()).collect();
                pass.run(&map, sink, &mut |_, visit| Ok(held.scan(visit)))?;
                pass.report.damage.clone_from(&held.damage);
                pass.encodings.clone_from(&held.encodings);
            }
        }
        pass.report.damage.extend_from_slice(&self.damage);
        Ok(pass.finish())
    }

    /// About how many bytes its records take when they are unpacked.
    pub fn unpacked_bytes(&self) -> u64 {
        match &self.body {
            Body::Parts(parts) => parts.iter().map(Part::unpacked_bytes).sum(),
            // It is in memory as it is.
            Body::Held(_) => 0,
        }
    }

    /// Looks at the parts together, once the key is known.
    pub(super) fn note_whole(&mut self) {
        if let Body::Parts(parts) = &self.body {
            let key = self.key.map(|column| self.columns[column].label.as_str());
            self.damage = wholes::damage(parts, self.dialect, key);
            let patchy = wholes::patchy(parts);
            self.patchy = (0..self.columns.len()).filter(|at| patchy.contains(&self.columns[*at].label)).collect();
        }
    }

    /// The dataset's column of each column of a part.
    fn map_of(&self, part: &Part) -> Vec<usize> {
        let places: BTreeMap<&str, usize> =
            self.columns.iter().enumerate().map(|(at, column)| (column.label.as_str(), at)).collect();
        part.labels.iter().filter_map(|label| places.get(label.as_str()).copied()).collect()
    }
}

/// A name without case, and with `_` for blanks and for what is not safe to print.
pub(super) fn loose(name: &str) -> String {
    let name = name.trim_matches(|c: char| c.is_whitespace() || is_lost(c));
    name.chars().map(|c| if c == ' ' || is_lost(c) { '_' } else { c }).flat_map(char::to_lowercase).collect()
}

/// A character that labels do not keep, or what stands for it.
fn is_lost(c: char) -> bool {
    c == '\u{fffd}' || is_unsafe(c)
}

/// A part's records on their way.
struct Handing<'h, 'a> {
    pass: &'h mut Pass<'a>,
    map: &'h [usize],
    sources: &'h [Source],
    sink: &'h mut dyn FnMut(&Batch<'_>),
    gathered: Gathered,
    too_long: bool,
}

impl Handing<'_, '_> {
    fn hand_on(pass: &mut Pass<'_>, map: &[usize], batch: &Batch<'_>, sink: &mut dyn FnMut(&Batch<'_>)) {
        pass.measure(map, batch);
        sink(batch);
        pass.report.rows += batch.rows() as u64;
    }

    fn hand_on_gathered(&mut self) {
        Self::hand_on(self.pass, self.map, &self.gathered.batch(self.sources), self.sink);
        self.gathered.clear();
    }
}

impl Visit for Handing<'_, '_> {
    fn row(&mut self, row: Row<'_>) -> bool {
        self.too_long = row.text.len() > LONGEST;
        if !self.too_long && self.gathered.push(row) {
            self.hand_on_gathered();
        }
        !self.too_long
    }

    fn rows(&mut self, rows: Rows<'_>) -> bool {
        if rows.count() >= LEAST && rows.width == self.map.len() {
            self.hand_on_gathered();
            Self::hand_on(self.pass, self.map, &Batch::of(rows, self.sources), self.sink);
        } else if self.gathered.extend(rows) {
            self.hand_on_gathered();
        }
        true
    }
}

/// One reading of a dataset, part after part.
struct Pass<'a> {
    name: &'a str,
    wanted: &'a [usize],
    /// By column of the dataset, for Shopify only.
    guarded: Option<Vec<bool>>,
    report: ReadReport,
    /// How many cells of each record are filled.
    filled: Vec<u32>,
    encodings: Vec<String>,
    first: bool,
}

impl<'a> Pass<'a> {
    fn new(dataset: &'a Dataset, wanted: &'a [usize]) -> Self {
        let guarded = (dataset.system == System::Shopify)
            .then(|| dataset.columns.iter().map(|column| is_guarded(&column.label)).collect());
        let columns = vec![ColumnStat::default(); dataset.columns.len()];
        let report = ReadReport { columns, ..ReadReport::default() };
        let (filled, encodings) = (Vec::new(), Vec::new());
        Self { name: &dataset.name, wanted, guarded, report, filled, encodings, first: true }
    }

    /// `map` gives the dataset's column of each column of the part.
    fn run(
        &mut self,
        map: &[usize],
        sink: &mut dyn FnMut(&Batch<'_>),
        scan: &mut dyn FnMut(u64, &mut dyn Visit) -> Result<Seen>,
    ) -> Result<Seen> {
        let guarded = |wanted: usize| self.guarded.as_ref().map(|guarded| guarded[wanted]);
        let source = |wanted: &usize| (map.iter().position(|column| column == wanted), guarded(*wanted));
        let sources: Vec<Source> = self.wanted.iter().map(source).collect();
        let before = self.report.rows;
        let gathered = Gathered::new(map.len());
        let mut handing = Handing { pass: self, map, sources: &sources, sink, gathered, too_long: false };
        let seen = scan(before, &mut handing)?;
        handing.hand_on_gathered();
        if handing.too_long {
            let number = self.report.rows + 1;
            return Err(stop(
                format!("record {number} of {} is longer than two gigabytes", self.name),
                "Leave its long column out, and export the file again.",
            ));
        }
        Ok(seen)
    }

    fn measure(&mut self, map: &[usize], batch: &Batch<'_>) {
        self.filled.clear();
        self.filled.resize(batch.rows(), 0);
        for (at, &column) in map.iter().enumerate() {
            let guarded = self.guarded.as_ref().map(|guarded| guarded[column]);
            let (mut total, mut longest, mut bytes) = (0, 0, 0);
            for (place, filled) in batch.places(at).zip(&mut self.filled) {
                let length = guarded.map_or(place.len(), |guarded| unguard(batch.text(place), guarded).len());
                let is_filled = u32::from(length > 0);
                total += is_filled;
                longest = longest.max(length);
                bytes += length;
                *filled += is_filled;
            }
            let stat = &mut self.report.columns[column];
            stat.filled += u64::from(total);
            stat.longest = stat.longest.max(longest as u64);
            stat.bytes += bytes as u64;
        }
        let widest = self.filled.iter().copied().max().unwrap_or_default();
        self.report.widest = self.report.widest.max(u64::from(widest));
    }

    fn note(&mut self, seen: Seen, file: &str) {
        if self.first {
            self.report.crlf = seen.crlf;
            self.first = false;
        }
        if !self.encodings.contains(&seen.encoding) {
            self.encodings.push(seen.encoding);
        }
        self.report.damage.extend(seen.damage.of(file));
    }

    fn finish(mut self) -> ReadReport {
        self.report.encoding = self.encodings.join(", ");
        self.report
    }
}
