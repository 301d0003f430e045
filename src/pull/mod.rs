//! Pulling stage: exports from the systems themselves, into the folders that the config names. In: a config. Out: files
//! that landed whole, each folder with a manifest; or one sentence of why not, and the folders as they were.

pub mod api;
mod bulk;
mod customerio;
mod disk;
pub mod doctor;
mod download;
mod fields;
mod landing;
mod pacer;
pub mod plan;
mod table;
mod token;
mod veil;
mod zoho;

use std::time::{Duration, Instant};

use api::{Vendor, Voice};
use disk::digest_of;
use landing::Landing;

use crate::config::pull::{From, Pace, Pull, Target};
use crate::config::{Config, Source};
use crate::error::{Error, Fault, Result};
use crate::exports::Manifest;
use crate::mapping::{ColumnPath, Mapping};
use crate::text::{counted, duration, nearest};

/// What one source's pull needs beside its own section.
struct Wish<'a> {
    pull: &'a Pull,
    /// The mapping's text and the watched columns: what fields are chosen by.
    documents: &'a str,
    /// Attributes that the mapping names.
    attributes: &'a [String],
    /// The zone that the config gives the source.
    zone: Option<&'a String>,
}

/// What the documents name.
struct Documents {
    text: String,
    attributes: Vec<String>,
}

impl Documents {
    fn of(config: &Config) -> Result<Self> {
        let Some((path, name)) = &config.mapping else {
            return Ok(Self { text: String::new(), attributes: Vec::new() });
        };
        let mapping = Mapping::read(path, name)?;
        let watched: Vec<String> = config.snapshots.iter().flat_map(|snapshots| snapshots.watch.clone()).collect();
        let paths = watched.iter().filter_map(|text| ColumnPath::parse(text));
        let of_people = paths.filter(|path| path.dataset.ends_with(".people")).map(|path| path.column);
        let attributes = attributes(&mapping).into_iter().chain(of_people).collect();
        let text = std::iter::once(mapping.document.text.clone()).chain(watched).collect::<Vec<_>>().join("\n");
        Ok(Self { text, attributes })
    }
}

/// Every attribute of a profile that a mapping names.
fn attributes(mapping: &Mapping) -> Vec<String> {
    let keys = mapping.canonical.iter().chain(&mapping.also).map(|key| key.attribute.text.clone());
    let mapped = mapping.attributes.iter().flat_map(|attribute| {
        let clock = attribute.written_at.iter().map(|spot| spot.text.clone());
        std::iter::once(attribute.name.clone()).chain(attribute.was.clone()).chain(clock)
    });
    let stamps = mapping.stamps().into_iter().map(|stamp| stamp.spot.text);
    let whole = mapping.written_at.iter().chain(&mapping.external_id).map(|spot| spot.text.clone());
    let read = mapping.reads().into_iter().map(|read| read.attribute.to_owned()).collect::<Vec<_>>();
    let mut names: Vec<String> = keys.chain(mapped).chain(stamps).chain(whole).chain(read).collect();
    names.sort();
    names.dedup();
    names
}

/// A source that was pulled.
#[derive(Debug)]
pub struct Done {
    /// Its name.
    pub source: String,
    /// What landed.
    pub manifest: Manifest,
}

/// The sources that are pulled: all of them, or those that are named.
pub fn sources<'a>(config: &'a Config, only: &[String]) -> Result<Vec<(&'a str, &'a Source, &'a Pull)>> {
    let name = |source: &'a Source| source.request.name.as_deref().unwrap_or_default();
    let pulled = config.sources.iter().filter_map(|source| Some((name(source), source, source.pull.as_ref()?)));
    let pulled: Vec<_> = pulled.collect();
    let names: Vec<&str> = pulled.iter().map(|(name, ..)| *name).collect();
    if let Some(unknown) = only.iter().find(|wanted| !names.contains(&wanted.as_str())) {
        let near =
            nearest(unknown, names.iter().copied()).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
        let fault = Fault::new(format!("no source `{unknown}` has a `pull:` section"));
        return Err(Error::usage(fault.help(format!("{near}those that have one: {}", names.join(", ")))));
    }
    if pulled.is_empty() {
        let fault = Fault::new("no source has a `pull:` section, so there is nothing to pull");
        return Err(Error::usage(fault.help("add one, as docs/pull.md shows: `crmlint pull --help` names the keys")));
    }
    apart(&pulled)?;
    let asked = |name: &str| only.is_empty() || only.iter().any(|wanted| wanted == name);
    Ok(pulled.into_iter().filter(|(name, ..)| asked(name)).collect())
}

/// Two sources never share a place: each would take away what the other put there.
fn apart(pulled: &[(&str, &Source, &Pull)]) -> Result<()> {
    for (at, (name, _, pull)) in pulled.iter().enumerate() {
        if let Some((other, ..)) = pulled[..at].iter().find(|(_, _, other)| other.target == pull.target) {
            let fault = Fault::at(pull.place.clone(), format!("{other} and {name} would be pulled into one place"));
            return Err(Error::usage(fault.help("give each its own folder under `files:`")));
        }
    }
    Ok(())
}

/// Pulls sources, one after the other.
pub fn run(config: &Config, only: &[String], fresh: bool, voice: &Voice<'_>) -> Result<Vec<Done>> {
    let documents = Documents::of(config)?;
    let sources = sources(config, only)?;
    // What is not set is told before anything is asked.
    sources.iter().try_for_each(|(_, _, pull)| doctor::credentials(pull).map(|_| ()))?;
    let mut done = Vec::new();
    for (name, source, pull) in sources {
        let wish = Wish {
            pull,
            documents: &documents.text,
            attributes: &documents.attributes,
            zone: source.time_zone.as_ref().map(|zone| &zone.text),
        };
        let manifest = one(name, &wish, fresh, voice)?;
        done.push(Done { source: name.to_owned(), manifest });
    }
    Ok(done)
}

/// Refuses to audit what was never pulled, before the reader wonders where the files are.
pub fn refuse_unpulled(config: &Config) -> Result<()> {
    let pulls =
        config.sources.iter().filter_map(|source| Some((source.request.name.as_deref()?, source.pull.as_ref()?)));
    for (name, pull) in pulls {
        let place = match &pull.target {
            Target::Folder(folder) => folder,
            Target::File(file) => file,
        };
        if !place.exists() {
            let fault =
                Fault::at(pull.place.clone(), format!("{name} was not pulled yet: there is no {}", place.display()));
            return Err(Error::input(fault.help("run `crmlint pull`, or `crmlint audit --pull`")));
        }
    }
    Ok(())
}

/// A system as it wants to be spoken to: its published limits.
fn vendor<'a>(pull: &Pull, voice: &'a Voice<'a>) -> Vendor<'a> {
    let second = (10, Duration::from_secs(1));
    let (name, most) = match pull.from {
        // Files of jobs come ten times a minute; the rest is counted in credits a day.
        From::Zoho(_) => ("Zoho CRM", [second, (10, Duration::from_secs(60))]),
        From::CustomerIo(_) => ("Customer.io", [second; 2]),
        From::File(_) => ("The server", [second; 2]),
    };
    Vendor::new(name, pull.pace, most, voice)
}

fn one(name: &str, wish: &Wish<'_>, fresh: bool, voice: &Voice<'_>) -> Result<Manifest> {
    let vendor = vendor(wish.pull, voice);
    let folder = wish.pull.target.folder();
    let api = match wish.pull.from {
        From::Zoho(_) => "Zoho CRM API v8",
        From::CustomerIo(_) => "Customer.io App API v1",
        From::File(_) => "HTTP",
    };
    // Another account asks for something else, whatever the config says.
    let mut asks = plan::of(wish)?.join("\n") + wish.documents;
    for secret in doctor::credentials(wish.pull)? {
        vendor.hide(&secret);
        asks += &digest_of(secret.reveal());
    }
    let asks = digest_of(&asks);
    let open = || Landing::open(&wish.pull.target, &asks, Manifest::new(name, api), fresh);
    let mut landing = open()?;
    vendor.say(&format!("{name}: {api}, into {}", folder.display()));
    if landing.is_landing() && !landing.current {
        vendor.say("  an earlier pull had everything, and its files go to their places first");
        landing.land()?;
        landing = open()?;
    }
    if landing.resumed {
        vendor.say("  going on where the last pull stopped");
    }
    if !landing.is_landing() {
        let pulled = match &wish.pull.from {
            From::Zoho(zoho) => zoho::pull(&vendor, zoho, wish, &mut landing),
            From::CustomerIo(asked) => customerio::pull(&vendor, asked, wish, &mut landing),
            From::File(remote) => download::pull(&vendor, remote, wish, &mut landing),
        };
        if pulled.is_err() {
            landing.drop_halves();
        }
        pulled?;
    }
    let manifest = landing.land()?;
    vendor.say(&format!("{name}: {} in place", counted(manifest.files.len() as u64, "file", "files")));
    if let Target::Folder(folder) = &wish.pull.target {
        strangers(folder, &manifest, &vendor);
    }
    Ok(manifest)
}

/// Says which files in the folder the pull did not put there, because an audit reads them as well.
fn strangers(folder: &std::path::Path, manifest: &Manifest, vendor: &Vendor<'_>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names =
        entries.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name().to_string_lossy().into_owned());
    let own = |name: &String| {
        name.starts_with('.')
            || name.ends_with(crate::exports::MANIFEST)
            || manifest.files.iter().any(|pulled| pulled.file == *name)
    };
    let mut names: Vec<String> = names.filter(|name| !own(name)).collect();
    names.sort();
    if !names.is_empty() {
        let them = crate::text::list(&names, 5);
        vendor.say(&format!("  beside them lie {them}, which no pull put there; an audit reads them too"));
    }
}

/// Now, by this machine's clock.
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Looks again and again, later and later, until there is something or the patience is over.
fn wait<T>(vendor: &Vendor<'_>, pace: &Pace, what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let started = Instant::now();
    let mut pause = pace.poll.max(Duration::from_millis(1));
    let longest = pause.saturating_mul(12);
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if started.elapsed() + pause > pace.patience {
            let long = i64::try_from(pace.patience.as_secs()).unwrap_or(i64::MAX);
            let message = format!("{} was not done with the export of {what} after {}", vendor.name, duration(long));
            return Err(vendor.stop(message, "run the pull again later: it goes on waiting for the same export"));
        }
        std::thread::sleep(pause);
        pause = pause.saturating_mul(2).min(longest);
    }
}
