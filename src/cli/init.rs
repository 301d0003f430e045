//! `crmlint init`: exports in, a draft of the two documents out, with what is left to decide.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::audit::{bare, folders, now};
use super::console::Console;
use super::progress::Bar;
use super::{Document, output, schema};
use crate::audit::{open, refuse_twins};
use crate::drafts::{self, Draft, Given, SCHEMAS};
use crate::error::{Error, Exit, Fault, Result};
use crate::exports::Workspace;
use crate::text::counted;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  crmlint init exports/                      all exports of a folder and its folders
  crmlint init zoho/*.csv people.csv --out audit
  crmlint init exports/ segments.json campaigns.json     segments and journeys too
  crmlint init exports/ --force              draft them anew

It writes crmlint.yaml and mapping.yaml, and beside them the schemas by which editors complete and check both.
Lines that begin with `# ?` are questions for you: grep -n '# ?' mapping.yaml")]
pub(super) struct Args {
    /// Export files and folders; answers of Customer.io's App API with segments and campaigns
    #[arg(required = true, value_name = "EXPORTS")]
    exports: Vec<PathBuf>,
    /// The folder to write to
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Overwrite what is there
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, console: Console) -> Result<Exit> {
    let out = &args.out;
    let places = places(out, args.force)?;
    let mut workspace = Workspace::default();
    let exports = sort(&args.exports, out, &mut workspace)?;
    let datasets = if exports.is_empty() { BTreeMap::new() } else { open(&bare(exports.clone()))? };
    if datasets.is_empty() && workspace.is_empty() {
        let fault = Fault::new("there is nothing to draft from: no export was given");
        return Err(Error::usage(fault.help("name export files or folders: crmlint init exports/")));
    }
    refuse_twins(&datasets)?;
    let files = files(datasets.values().map(|dataset| (&dataset.source, &dataset.files)), &exports, out)?;
    let given = Given { datasets: &datasets, files: &files, workspace: &workspace, now: now(None)? };
    let bar = Bar::new(false);
    let draft = drafts::draft(&given, &bar);
    bar.finish();
    let draft = draft?;
    write(&places, &draft)?;
    console.print(&report(out, &draft))
}

/// Where the documents and their schemas go: the documents are the first two.
fn places(out: &Path, force: bool) -> Result<Vec<PathBuf>> {
    if out.exists() && !out.is_dir() {
        let fault = Fault::new(format!("{} is no folder", out.display()));
        return Err(Error::usage(fault.help("name a folder with --out")));
    }
    let (documents, schemas): (Vec<_>, Vec<_>) =
        SCHEMAS.iter().map(|(file, schema)| (out.join(file), out.join(schema))).unzip();
    let places = [documents, schemas].concat();
    match places.iter().find(|place| place.exists()) {
        Some(place) if place.is_dir() || !force => {
            let fault = Fault::new(format!("{} is there already, and nothing was written", place.display()));
            Err(Error::usage(fault.help("name another folder with --out, or overwrite it with --force")))
        }
        _ => Ok(places),
    }
}

/// The exports, without the files that tell of segments and campaigns. A folder that holds such files, or is the one to
/// write to, is taken file by file: what is written there is no export.
fn sort(paths: &[PathBuf], out: &Path, workspace: &mut Workspace) -> Result<Vec<PathBuf>> {
    let own = |file: &Path| {
        let name = file.file_name().and_then(|name| name.to_str());
        SCHEMAS.iter().any(|(document, schema)| name == Some(document) || name == Some(schema))
    };
    let mut exports = Vec::new();
    for path in paths {
        if !path.is_dir() {
            if !workspace.read(path) {
                exports.push(path.clone());
            }
            continue;
        }
        for folder in folders(path)? {
            let files = listed(&folder)?;
            let told: Vec<bool> = files.iter().map(|file| own(file) || workspace.read(file)).collect();
            let is_out = folder.canonicalize().ok().is_some_and(|folder| out.canonicalize().ok() == Some(folder));
            if is_out || told.contains(&true) {
                let data = files.into_iter().zip(told).filter(|(file, told)| !told && !is_document(file));
                exports.extend(data.map(|(file, _)| file));
            } else {
                exports.push(folder);
            }
        }
    }
    Ok(exports)
}

/// Whether a file lies beside exports and is none.
fn is_document(file: &Path) -> bool {
    let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default().to_lowercase();
    !["csv", "tsv", "tab", "txt", "json", "jsonl", "ndjson", "parquet", "gz", "zip"].contains(&kind.as_str())
}

/// The files of a folder, hidden ones left out.
fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |error: std::io::Error| {
        Error::input(Fault::new(format!("{} cannot be read: {error}", folder.display())).help("check its permissions"))
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let hidden = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with('.'));
        if path.is_file() && !hidden {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// By source, what to read, as seen from the folder of the config: the folder itself where all of it is the source's.
fn files<'a>(
    sources: impl Iterator<Item = (&'a String, &'a Vec<String>)>,
    exports: &[PathBuf],
    out: &Path,
) -> Result<BTreeMap<String, Vec<String>>> {
    let mut read: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (source, files) in sources {
        for file in files {
            read.entry(source.clone()).or_default().push(whole(file));
        }
    }
    let folders: Vec<&PathBuf> = exports.iter().filter(|path| path.is_dir()).collect();
    let mut found = BTreeMap::new();
    for (source, files) in &read {
        let alone = |folder: &Path| {
            read.iter().all(|(other, files)| other == source || !files.iter().any(|file| file.starts_with(folder)))
        };
        let mut named: Vec<String> = Vec::new();
        for file in files {
            let folder = folders
                .iter()
                .filter(|folder| file.starts_with(folder) && alone(folder))
                .max_by_key(|folder| folder.as_os_str().len());
            let path = relative(folder.map_or(file.as_path(), |folder| folder.as_path()), out)?;
            if !named.contains(&path) {
                named.push(path);
            }
        }
        named.sort();
        found.insert(source.clone(), named);
    }
    Ok(found)
}

/// The file that a dataset is read from: of what lies in an archive, `exports.zip: Contacts.csv`, the archive.
fn whole(shown: &str) -> PathBuf {
    let archives = shown.match_indices(": ").map(|(at, _)| Path::new(&shown[..at]));
    let archive = if Path::new(shown).is_file() { None } else { archives.into_iter().find(|path| path.is_file()) };
    archive.unwrap_or(Path::new(shown)).to_owned()
}

/// A path as seen from a folder, which need not be there yet.
fn relative(path: &Path, from: &Path) -> Result<String> {
    let failed = |path: &Path, error: std::io::Error| {
        Error::input(Fault::new(format!("{} cannot be found: {error}", path.display())).help("check the path"))
    };
    let path = path.canonicalize().map_err(|error| failed(path, error))?;
    let from = std::path::absolute(from).map_err(|error| failed(from, error))?;
    let there = from.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    let rest = from.strip_prefix(there).unwrap_or(Path::new("")).to_owned();
    let from = there.canonicalize().map_err(|error| failed(there, error))?.join(rest);
    let names = |path: &Path| path.components().map(|part| part.as_os_str().to_owned()).collect::<Vec<_>>();
    let (to, base) = (names(&path), names(&from));
    let shared = to.iter().zip(&base).take_while(|(one, other)| one == other).count();
    if shared == 0 || path.components().next().is_some_and(|part| matches!(part, Component::Prefix(_)) && shared < 2) {
        return Ok(path.display().to_string());
    }
    let up = base[shared..].iter().map(|_| "..".to_owned());
    let down = to[shared..].iter().map(|part| part.to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

/// Writes all files, or none.
fn write(places: &[PathBuf], draft: &Draft) -> Result<()> {
    let folder = places.first().map(|place| output::folder(place)).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| {
        Error::input(Fault::new(format!("{} could not be made: {error}", folder.display())).help("name another folder"))
    })?;
    let pretty = |document| serde_json::to_string_pretty(&schema(document)).unwrap_or_default() + "\n";
    let texts = [draft.config.clone(), draft.mapping.clone(), pretty(Document::Config), pretty(Document::Mapping)];
    let mut written = Vec::new();
    for (place, text) in places.iter().zip(&texts) {
        written.push(output::document(place, text)?);
    }
    // The last ones that could fail: what went before them is taken back.
    let fresh: Vec<&PathBuf> = places.iter().filter(|place| !place.exists()).collect();
    output::keep(written).inspect_err(|_| {
        for place in fresh {
            let _ = fs::remove_file(place);
        }
    })
}

/// What was drafted, and every question with its place.
fn report(out: &Path, draft: &Draft) -> String {
    let shown = |file: &str| if out == Path::new(".") { file.to_owned() } else { out.join(file).display().to_string() };
    let [(config, _), (mapping, _)] = SCHEMAS;
    let attributes = counted(draft.attributes as u64, "attribute", "attributes");
    let mut text = format!(
        "Drafted {} and {}: {attributes}, {} with a source that the values of the same people tell.\n",
        shown(config),
        shown(mapping),
        draft.by_values
    );
    let mut asked = Vec::new();
    for (file, document) in [(config, &draft.config), (mapping, &draft.mapping)] {
        let questions = drafts::questions(document);
        asked.extend(
            questions.into_iter().map(|question| format!("  {}:{}: {}\n", shown(file), question.line, question.text)),
        );
    }
    if !asked.is_empty() {
        let questions = counted(asked.len() as u64, "question", "questions");
        text.push_str(&format!("\n{questions} for you:\n{}", asked.concat()));
    }
    let folder = if out == Path::new(".") { String::new() } else { format!(" {}", out.display()) };
    text.push_str(&format!("\nNow: crmlint audit{folder}\n"));
    text
}
