//! What a run stores so that later runs can compare: the watched columns of each dataset, as Parquet, one folder a run.
//!
//! A later run finds the newest snapshot before its own now as datasets under `prev.`: `prev.zoho.contacts`. A snapshot
//! holds real values and is readable by its owner alone. A folder that somebody has put there by hand, named by its date,
//! may hold an older export as `zoho.contacts.csv` instead. Where the config says `values: hashes`, it holds keyed hashes.

pub(crate) mod hashes;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ahash::AHashMap;
use polars::prelude::{Column, DataFrame, NamedFrom, ParquetWriter, Series};

use crate::checks::Context;
use crate::config::{Config, Snapshots};
use crate::error::{Error, Fault, Result};
use crate::exports::{self, Dataset, Request, System};
use crate::findings::sketch::{Key, VARIABLE};
use crate::frames::Store;
use crate::frames::time::{rfc3339, written};
use crate::interrupt;
use crate::mapping::{ColumnPath, EARLIER};

fn fail(path: &Path, why: &dyn std::fmt::Display) -> Error {
    let fault = Fault::new(format!("the snapshot in {} could not be used: {why}", path.display()));
    Error::input(fault.help("check the folder under `snapshots:` and its permissions"))
}

/// Folder names must sort by time and hold no colons.
fn stamp(now: i64) -> String {
    rfc3339(now).replace(':', "-")
}

fn instant_of(folder: &str) -> Option<i64> {
    let Some((date, time)) = folder.split_once('T') else { return written(folder) };
    written(&format!("{date}T{}", time.replace('-', ":")))
}

/// When the snapshot was taken that a dataset is of.
pub fn taken(earlier: &Dataset) -> Option<i64> {
    let folder = Path::new(earlier.files.first()?).parent()?.file_name()?;
    instant_of(folder.to_str()?)
}

/// The columns that a snapshot keeps: every mapped one, and those that the config adds.
fn watched(snapshots: &Snapshots, context: &Context<'_>) -> BTreeMap<String, BTreeSet<usize>> {
    let mapped = context.mapping.into_iter().flat_map(crate::mapping::Mapping::columns);
    let added = snapshots.watch.iter().filter_map(|text| ColumnPath::parse(text));
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    // What segments read is kept too, so that they can be counted as they were.
    let read = context.mapping.into_iter().flat_map(|mapping| mapping.reads()).map(|read| read.attribute);
    let named = attributes.map(|attribute| attribute.name.as_str()).chain(read);
    let on_profile = named.filter_map(|name| context.on_profile(name).ok());
    let mut watched: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let raising = context.mapping.into_iter().flat_map(|mapping| &mapping.events);
    let raising = raising.filter_map(|event| event.cause()?.column);
    let paths = mapped.chain(added).chain(raising).filter_map(|path| context.resolve(&path).ok());
    for column in paths.chain(on_profile).chain(crate::checks::sync_gap::watched(context)) {
        watched.entry(column.dataset).or_default().insert(column.index);
    }
    for (dataset, keys) in context.identity() {
        watched.entry(dataset).or_default().extend(keys.columns());
    }
    // What happened is in the next export of events as well.
    let events = context.events().map(|events| events.name.as_str());
    watched.retain(|dataset, _| !dataset.starts_with(EARLIER) && events != Some(dataset));
    watched
}

/// Adds the watched columns to what is read, when this run stores or compares snapshots.
pub fn want(context: &Context<'_>, wanted: &mut BTreeMap<String, BTreeSet<usize>>) {
    let Some(snapshots) = &context.config.snapshots else { return };
    for (dataset, columns) in watched(snapshots, context) {
        wanted.entry(dataset).or_default().extend(columns);
    }
}

/// The file in a snapshot of hashes that says which key made them.
const KEY: &str = "hashes";

/// The newest snapshot before a run.
#[derive(Debug, Default)]
pub struct Earlier {
    /// When it was taken.
    pub at: Option<i64>,
    /// Its datasets, under their own names.
    pub datasets: BTreeMap<String, Arc<Dataset>>,
    /// The key of its hashes, where it holds no values.
    pub key: Option<Key>,
    /// Why there is one that cannot be used, a sentence.
    pub remark: Option<String>,
}

/// The key of hashes: of the environment, a file, or the history that keeps one.
fn key(config: &Config, may_begin: bool) -> Result<Option<Key>> {
    let history = config.history.as_ref().filter(|path| may_begin || path.is_file());
    match (Key::find(config.key_file.as_deref())?, history) {
        (None, Some(path)) => crate::history::key(path).map(Some),
        (key, _) => Ok(key),
    }
}

/// Opens the newest snapshot before now of these datasets.
pub fn open(config: &Config, now: i64, datasets: &BTreeMap<String, Arc<Dataset>>) -> Result<Earlier> {
    let Some((taken, folder)) = newest(config, now)? else { return Ok(Earlier::default()) };
    let made_by = folder.join(KEY);
    let made_by = made_by.is_file().then(|| fs::read_to_string(&made_by)).transpose();
    let made_by = made_by.map_err(|error| fail(&folder, &error))?;
    let key = if made_by.is_some() { key(config, false)? } else { None };
    if made_by.as_ref().is_some_and(|made_by| key.as_ref().is_none_or(|key| key.id() != made_by.trim())) {
        let remark = format!(
            "The snapshot in {} holds hashes of another key, and nothing was held against it.",
            folder.display()
        );
        return Ok(Earlier { remark: Some(remark), ..Earlier::default() });
    }
    let mut earlier = BTreeMap::new();
    for current in datasets.values() {
        let files = ["parquet", "csv"].map(|kind| folder.join(format!("{}.{kind}", current.name)));
        let Some(file) = files.into_iter().find(|file| file.is_file()) else { continue };
        let request = Request {
            name: Some(current.source.clone()),
            paths: vec![file],
            system: Some(System::Generic),
            module: Some(current.module.clone()),
            key: current.key.map(|key| current.columns[key].label.clone()),
            encoding: None,
            delimiter: None,
            labels: Vec::new(),
        };
        for mut dataset in exports::open(&request)? {
            dataset.name = format!("{EARLIER}{}", current.name);
            // Its values are read as the system reads them, not as a generic file's.
            dataset.system = current.system;
            earlier.insert(dataset.name.clone(), Arc::new(dataset));
        }
    }
    Ok(Earlier { at: Some(taken), datasets: earlier, key, remark: None })
}

/// The newest snapshot before now.
fn newest(config: &Config, now: i64) -> Result<Option<(i64, PathBuf)>> {
    let Some(snapshots) = &config.snapshots else { return Ok(None) };
    let folders = match fs::read_dir(&snapshots.folder) {
        Ok(folders) => folders,
        // Before the first run there is none.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(&snapshots.folder, &error)),
    };
    let mut newest: Option<(i64, PathBuf)> = None;
    for folder in folders {
        let folder = folder.map_err(|error| fail(&snapshots.folder, &error))?.path();
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let taken = instant_of(name).filter(|taken| *taken < now);
        newest = newest.max(taken.map(|taken| (taken, folder)));
    }
    Ok(newest)
}

/// Stores the watched columns, and says in which folder. It appears whole or not at all.
pub fn store(config: &Config, context: &Context<'_>, store: &Store, now: i64) -> Result<Option<String>> {
    let Some(snapshots) = &config.snapshots else { return Ok(None) };
    let target = snapshots.folder.join(stamp(now));
    let failed = |error: &dyn std::fmt::Display| fail(&target, error);
    fs::create_dir_all(&snapshots.folder).map_err(|error| failed(&error))?;
    let make = || tempfile::Builder::new().prefix(".draft").tempdir_in(&snapshots.folder);
    let (draft, _listed) = interrupt::listed(make, |draft| draft.path()).map_err(|error| failed(&error))?;
    let key = if snapshots.hashes { Some(key(config, true)?.ok_or_else(no_key)?) } else { None };
    if let Some(key) = &key {
        fs::write(draft.path().join(KEY), key.id()).map_err(|error| failed(&error))?;
    }
    for (dataset, columns) in watched(snapshots, context) {
        let Some(frame) = store.get(&dataset) else { continue };
        let mut series = Vec::new();
        for index in columns {
            let Some(column) = frame.column(index) else { continue };
            let cells = (0..frame.rows).map(|row| Some(column.get(row)).filter(|cell| !cell.is_empty()));
            let label = frame.dataset.columns[index].label.as_str().into();
            series.push(Column::from(match &key {
                Some(key) => Series::new(label, hashed(key, cells)),
                None => Series::new(label, cells.collect::<Vec<_>>()),
            }));
        }
        let mut table = DataFrame::new(frame.rows as usize, series).map_err(|error| failed(&error))?;
        let file = private_file(&draft.path().join(format!("{dataset}.parquet"))).map_err(|error| failed(&error))?;
        ParquetWriter::new(file).finish(&mut table).map_err(|error| failed(&error))?;
    }
    let moved = interrupt::undivided(|| {
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        fs::rename(draft.path(), &target)
    });
    moved.map_err(|error| failed(&error))?;
    Ok(Some(stamp(now)))
}

/// Each text is hashed once, however many records have it.
fn hashed<'a>(key: &Key, cells: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<String>> {
    let mut known: AHashMap<&str, String> = AHashMap::new();
    let mut one = |cell: &'a str| known.entry(cell).or_insert_with(|| hashes::hashed(key, cell)).clone();
    cells.map(|cell| cell.map(&mut one)).collect()
}

fn no_key() -> Error {
    let fault = Fault::new("`snapshots: {values: hashes}` needs a key");
    Error::usage(fault.help(format!("set {VARIABLE} or `key_file:`; a `history:` brings one of its own")))
}

/// A new file that only its owner may read.
pub fn private_file(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
