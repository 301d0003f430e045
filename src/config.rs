//! `crmlint.yaml`: which exports to read, which mapping to hold them against, and the team's policy on findings.

mod gate;
mod labels;
pub mod matching;
mod no_secrets;
pub mod notify;
pub mod policy;
pub mod pull;
mod pull_target;
mod pulled;
mod rows;
mod snapshots;

use std::path::{Path, PathBuf};

pub use self::labels::{LABELS, label_of};
use self::matching::Matching;
pub use self::policy::{Ignore, Override, Selector, Threshold, Waiver};
use self::pull::Pull;
pub use self::rows::Expected;
pub use self::snapshots::Snapshots;
use crate::error::{Error, Fault, Place, Result};
use crate::exports::{Encoding, Request, System};
use crate::findings::Severity;
use crate::frames::time::written;
use crate::mapping::Spot;
use crate::revisions::plain;
use crate::shape::{self, Key, Shape, TEXTS, key};
use crate::text::seconds;
use crate::yaml::{Document, Entry, Node};

/// The file's name, and where a folder is looked at for it.
pub const FILE: &str = "crmlint.yaml";
/// The file name of a baseline.
pub const BASELINE: &str = "crmlint.baseline.yaml";

const SYSTEMS: &[&str] = &["zoho", "customerio", "shopify", "klaviyo", "generic"];
const SEVERITIES: &[&str] = &["error", "warning", "note"];
const GATE: &[&str] = &["error", "warning", "note", "off"];

const SOURCE: &[Key] = &[
    key("files", TEXTS, "files, folders or patterns, relative to this file: exports/zoho/*.csv"),
    key("kind", Shape::Word(SYSTEMS), "the system; recognised from the content when left out"),
    key("module", Shape::Text, "the module, where the content cannot tell: Subscriptions"),
    key("key", Shape::Text, "the column that holds the record id, for generic files"),
    key("time_zone", Shape::Text, "the zone of stamps without one: Europe/Berlin"),
    key("encoding", Shape::Text, "utf-8, utf-16 or windows-1252, when detection is wrong"),
    key("delimiter", Shape::Text, "one character, or tab, when detection is wrong"),
    key("rows", rows::ROWS, "how many records the export said it holds; or module: count"),
    key("taken_at", Shape::Text, "when the export was taken: 2026-05-21T08:00:00Z"),
    key("pull", Shape::Object(pull::PULL), "how `crmlint pull` fetches it from the system itself"),
    key("labels", Shape::Object(LABELS), "what Zoho's own fields are called here: {Email Opt Out: E-Mail-Abmeldung}"),
    key("columns", Shape::Object(COLUMNS), "which column of a delivery export or a suppression list is what"),
];
/// What a column of a delivery export or a suppression list is, where its name does not tell.
const COLUMNS: &[Key] = &[
    key("person", Shape::Text, "the profile's id or cio_id"),
    key("address", Shape::Text, "the address"),
    key("time", Shape::Text, "when the message was sent"),
    key("type", Shape::Text, "email, sms, push, in_app, webhook"),
    key("transactional", Shape::Text, "the id of the transactional message; blank for all others"),
    key("state", Shape::Text, "sent, drafted, failed"),
];
const OPTIONS: &[Key] = &[
    key(
        "text_case",
        Shape::Word(&["exact", "any"]),
        "whether Customer.io compares text by case in segments; the vendor leaves it open",
    ),
    key(
        "absent",
        Shape::Word(&["unmatched", "different"]),
        "whether people without an attribute meet <>, NOT IN and NOT LIKE on it; the vendor leaves it open",
    ),
    key("skew", Shape::Text, "how far apart the exports may have been taken: 6h"),
    key("max_age", Shape::Text, "how old an export may be: 7d"),
];

/// The whole document.
pub const CONFIG: Shape = Shape::Object(&[
    key("version", Shape::Count, "version of this format: 1"),
    key(
        "sources",
        Shape::MapOf(&Shape::Object(SOURCE)),
        "the exports, each under a name of yours: zoho, customerio, shopify",
    ),
    key("mapping", Shape::Text, "the mapping document, relative to this file"),
    key("rules", TEXTS, "folders or files with rules of your own"),
    key(
        "profile",
        Shape::Word(&["launch", "hygiene"]),
        "which findings block: those that a launch cannot live with, or none",
    ),
    key(
        "fail_on",
        Shape::Word(&["error", "warning", "note", "never"]),
        "the lowest severity that ends with exit code 1",
    ),
    key("severity", Shape::MapOf(&Shape::Word(SEVERITIES)), "rule: the severity it has here"),
    key("thresholds", Shape::MapOf(&Shape::Object(policy::THRESHOLD)), "rule: how much of it is accepted"),
    key("overrides", Shape::ListOf(&Shape::Object(policy::OVERRIDE)), "severity and thresholds of single fields"),
    key("ignore", Shape::ListOf(&Shape::Object(policy::IGNORE)), "findings that are accepted, each with a reason"),
    key(
        "waivers",
        Shape::ListOf(&Shape::Object(policy::WAIVER)),
        "items of the launch checklist that the team goes ahead without, each with a reason",
    ),
    key(
        "baseline",
        Shape::Text,
        "the file of findings that were there before [default: crmlint.baseline.yaml, where it is there]",
    ),
    key(
        "key_file",
        Shape::Text,
        "a secret key, kept out of version control, for hashes of values and records; CRMLINT_KEY goes first",
    ),
    key("history", Shape::Text, "the file that remembers runs: .crmlint/history.sqlite"),
    key("snapshots", Shape::Object(snapshots::SNAPSHOTS), "what a run stores for later runs to compare with"),
    key("matching", Shape::Object(matching::MATCHING), "how records of one person are found"),
    key("gate", Shape::MapOf(&Shape::Word(GATE)), "kind of change to the mapping: how bad it is here, or off"),
    key("notify", Shape::ListOf(&Shape::Object(notify::NOTIFY)), "whom `crmlint notify` tells of a run"),
    key("mail", Shape::Object(notify::MAIL), "who sends and receives the mail of `crmlint notify --eml`"),
    key("options", Shape::Object(OPTIONS), "switches for what the vendors leave open"),
]);

/// A source and what only the config knows of it.
#[derive(Debug, Clone)]
pub struct Source {
    /// What to open.
    pub request: Request,
    /// The zone of stamps without one.
    pub time_zone: Option<Spot>,
    /// How many records the export said it holds.
    pub rows: Vec<Expected>,
    /// When it was taken, and where that is written.
    pub taken_at: Option<(i64, Place)>,
    /// What its columns are, as far as their names do not tell.
    pub columns: Vec<(String, String)>,
    /// How it is fetched, where it is.
    pub pull: Option<Pull>,
}

/// The team's config.
#[derive(Debug, Clone)]
pub struct Config {
    /// The document, when there is one.
    pub document: Option<Document>,
    /// The exports.
    pub sources: Vec<Source>,
    /// The mapping document: path and name to show.
    pub mapping: Option<(PathBuf, String)>,
    /// Rules of the team's own.
    pub rules: Vec<PathBuf>,
    /// `launch` or `hygiene`.
    pub profile: Option<String>,
    /// `error`, `warning`, `note` or `never`.
    pub fail_on: Option<String>,
    /// Rule, severity and place.
    pub severity: Vec<(Spot, Severity)>,
    /// How bad each kind of change to the mapping is here; none where it is off.
    pub gate: Vec<(String, Option<Severity>)>,
    /// Accepted amounts.
    pub thresholds: Vec<Threshold>,
    /// What holds for single fields.
    pub overrides: Vec<Override>,
    /// Accepted findings.
    pub ignores: Vec<Ignore>,
    /// Items of the launch checklist that the team goes ahead without.
    pub waivers: Vec<Waiver>,
    /// Findings that were there before: path and name to show.
    pub baseline: Option<(PathBuf, String)>,
    /// Whether that is the file beside the config, which it does not name.
    pub has_default_baseline: bool,
    /// The file of the secret key.
    pub key_file: Option<PathBuf>,
    /// The file that remembers runs.
    pub history: Option<PathBuf>,
    /// Where snapshots go.
    pub snapshots: Option<Snapshots>,
    /// Whether text compares without case in segments.
    pub text_any_case: bool,
    /// Whether an absent attribute differs from every value in segments.
    pub absent_differs: bool,
    /// How many seconds apart the exports may have been taken.
    pub skew: i64,
    /// How many seconds old an export may be, and where that is written.
    pub max_age: Option<(i64, Place)>,
    /// How people are matched.
    pub matching: Matching,
}

/// A day: exports of one evening and the next morning still describe one state.
const SKEW: i64 = 86_400;

impl Default for Config {
    fn default() -> Self {
        Self {
            document: None,
            sources: Vec::new(),
            mapping: None,
            rules: Vec::new(),
            profile: None,
            fail_on: None,
            severity: Vec::new(),
            gate: Vec::new(),
            thresholds: Vec::new(),
            overrides: Vec::new(),
            ignores: Vec::new(),
            waivers: Vec::new(),
            baseline: None,
            has_default_baseline: false,
            key_file: None,
            history: None,
            snapshots: None,
            text_any_case: false,
            absent_differs: false,
            skew: SKEW,
            max_age: None,
            matching: Matching::default(),
        }
    }
}

impl Config {
    /// Reads and checks a config file; paths in it are relative to its folder.
    pub fn read(path: &Path) -> Result<Self> {
        let document = Document::read(path, &plain(path).display().to_string())?;
        let mut config = Self::build(document, path.parent().unwrap_or_else(|| Path::new("")))?;
        config.sources.iter_mut().for_each(pulled::complete);
        Ok(config)
    }

    /// Checks a config; paths in it are relative to a folder.
    pub fn build(document: Document, base: &Path) -> Result<Self> {
        no_secrets::check(&document)?;
        notify::guard(&document)?;
        shape::check(&document, &CONFIG)?;
        notify::Notify::read(&document, base)?;
        let root = &document.root;
        let mut sources = Vec::new();
        for entry in entries(root, "sources") {
            sources.push(source(&document, entry, base)?);
        }
        let listed = |key: &str| root.get(key).map(Node::items).unwrap_or_default();
        let ignores = listed("ignore").into_iter().map(|node| policy::ignore(&document, node));
        let overrides = listed("overrides").into_iter().map(|node| policy::exception(&document, node));
        let waivers = listed("waivers").into_iter().map(|node| policy::waiver(&document, node));
        let file = |key: &str| root.get_text(key).map(|file| beside(base, &file));
        if let Some(node) =
            root.get("history").filter(|_| root.get_text("history").is_some_and(|text| text.trim().is_empty()))
        {
            return refuse(&document, node, "this names no file".to_owned(), "write history: .crmlint/history.sqlite");
        }
        let named = file("baseline");
        let default = default_baseline(base);
        let default = (named.is_none() && default.0.is_file()).then_some(default);
        let snapshots = root.get("snapshots").map(|node| Snapshots::read(node, base));
        let options = root.get("options");
        let span = |key: &str| -> Result<Option<(i64, Place)>> {
            let Some(node) = options.and_then(|node| node.get(key)) else { return Ok(None) };
            match node.text().and_then(seconds) {
                Some(seconds) => Ok(Some((seconds, document.place(node.mark)))),
                None => refuse(&document, node, "this is no duration".to_owned(), "write 30m, 6h or 2d"),
            }
        };
        let skew = span("skew")?.map_or(SKEW, |(seconds, _)| seconds);
        let max_age = span("max_age")?;
        Ok(Self {
            sources,
            mapping: file("mapping"),
            rules: root.get_texts("rules").iter().map(|file| base.join(file)).collect(),
            profile: root.get_text("profile"),
            fail_on: root.get_text("fail_on"),
            severity: entries(root, "severity").iter().filter_map(policy::graded).collect(),
            gate: gate::read(&document)?,
            thresholds: entries(root, "thresholds").iter().map(|entry| policy::threshold(&document, entry)).collect(),
            overrides: overrides.collect::<Result<_>>()?,
            has_default_baseline: named.is_none(),
            baseline: named.or(default),
            key_file: file("key_file").map(|(path, _)| path),
            history: file("history").map(|(path, _)| path),
            ignores: ignores.collect::<Result<_>>()?,
            waivers: waivers.collect::<Result<_>>()?,
            snapshots,
            absent_differs: options.and_then(|node| node.get_text("absent")).is_some_and(|said| said == "different"),
            text_any_case: options.and_then(|node| node.get_text("text_case")).is_some_and(|case| case == "any"),
            skew,
            max_age,
            matching: Matching::read(&document, base)?,
            document: Some(document),
        })
    }
}

/// A file as the config names it, and as reports do.
fn beside(base: &Path, file: &str) -> (PathBuf, String) {
    (base.join(file), plain(&base.join(file)).display().to_string())
}

/// The baseline that is read where the config names none.
pub fn default_baseline(base: &Path) -> (PathBuf, String) {
    beside(base, BASELINE)
}

fn entries<'a>(root: &'a Node, key: &str) -> &'a [Entry] {
    root.get(key).map(Node::entries).unwrap_or_default()
}

fn spot(node: &Node, key: &str) -> Option<Spot> {
    let node = node.get(key)?;
    Some(Spot { text: node.text()?.to_owned(), mark: node.mark })
}

fn refuse<T>(document: &Document, node: &Node, message: String, help: &str) -> Result<T> {
    Err(Error::usage(document.fault(node.mark, message).help(help)))
}

fn source(document: &Document, entry: &Entry, base: &Path) -> Result<Source> {
    let node = &entry.node;
    let files = node.get_texts("files");
    if files.is_empty() {
        let fault = document.fault(entry.mark, format!("the source `{}` names no files", entry.key));
        return Err(Error::usage(fault.help("add `files:` with a file, a folder or a pattern")));
    }
    if entry.key.contains(['.', ' ']) || entry.key.is_empty() {
        let fault = document.fault(entry.mark, format!("`{}` cannot be a source's name", entry.key));
        return Err(Error::usage(
            fault.help("use letters, digits, - and _: the name is the first part of `zoho.contacts.Email`"),
        ));
    }
    let encoding = match node.get("encoding") {
        None => None,
        Some(value) => match value.text().and_then(Encoding::parse) {
            Some(encoding) => Some(encoding),
            None => {
                return refuse(
                    document,
                    value,
                    "this encoding is not known".to_owned(),
                    "write utf-8, utf-16le, utf-16be or windows-1252",
                );
            }
        },
    };
    let delimiter = match node.get("delimiter").map(|value| (value, value.text().unwrap_or_default())) {
        None => None,
        Some((_, "tab" | "\\t" | "\t")) => Some(b'\t'),
        Some((_, text)) if text.len() == 1 && !text.starts_with(['"', '\n', '\r']) => text.bytes().next(),
        Some((value, _)) => {
            return refuse(document, value, "a delimiter is one character".to_owned(), "write one of , ; | or tab");
        }
    };
    let time_zone = spot(node, "time_zone");
    if let (Some(zone), Some(value)) = (&time_zone, node.get("time_zone"))
        && crate::frames::time::zone(&zone.text).is_none()
    {
        let message = format!("`{}` is no time zone", zone.text);
        return refuse(document, value, message, "write a name of the IANA list, such as Europe/Berlin or UTC");
    }
    let request = Request {
        name: Some(entry.key.to_lowercase()),
        paths: files.iter().map(|file| base.join(file)).collect(),
        system: node.get_text("kind").and_then(|kind| System::parse(&kind)),
        module: node.get_text("module"),
        key: node.get_text("key"),
        encoding,
        delimiter,
        labels: labels::read(document, node)?,
    };
    let taken_at = match spot(node, "taken_at") {
        None => None,
        Some(spot) => match written(&spot.text) {
            Some(at) => Some((at, document.place(spot.mark))),
            None => {
                let fault = document.fault(spot.mark, format!("`{}` is no time", spot.text));
                return Err(Error::usage(fault.help("write 2026-05-21T08:00:00Z")));
            }
        },
    };
    let columns = entries(node, "columns").iter();
    let columns = columns.filter_map(|entry| Some((entry.key.clone(), entry.node.text()?.to_owned()))).collect();
    let pull = pull::read(document, entry, base)?;
    Ok(Source { request, time_zone, rows: rows::expected(document, node), taken_at, columns, pull })
}

/// A fault about a path the user gave.
pub fn no_config(path: &Path) -> Error {
    Error::usage(
        Fault::new(format!("{} holds no {FILE}", path.display()))
            .help("name a folder with a crmlint.yaml, or export files"),
    )
}
