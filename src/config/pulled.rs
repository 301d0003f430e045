//! What a manifest adds to a source: when its exports were asked for, how many records they hold, the organisation's zone.
//! In: a source of the config. Out: the same, completed where the files are still those that were pulled.

use std::path::{Path, PathBuf};

use super::pull::Target;
use super::{Expected, Source};
use crate::error::Place;
use crate::exports::{LANDING, Manifest, STAGING};
use crate::frames::time::{written, zone};
use crate::mapping::Spot;
use crate::revisions::plain;
use crate::yaml::Mark;

/// Completes a source. A pull knows better than a line of the config when it took place; what else is declared stays.
pub(super) fn complete(source: &mut Source) {
    let Some((path, folder)) = manifest_of(source) else { return };
    let Some(manifest) = Manifest::read(&path).filter(|manifest| manifest.fits(&folder)) else { return };
    let file = plain(&path).display().to_string();
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    if let Some(at) = written(&manifest.asked) {
        source.taken_at = Some((at, place(&file, &text, "\"asked\"")));
    }
    // What stamps of the organisation's other exports mean, which carry no zone.
    if source.time_zone.is_none()
        && let Some(zone) = manifest.time_zone.as_ref().filter(|name| zone(name).is_some())
    {
        source.time_zone = Some(Spot { text: zone.clone(), mark: Mark::default() });
    }
    if source.rows.is_empty() {
        source.rows = expected(&manifest, &file, &text);
    }
}

/// The manifest of a source's folder or of its one file.
fn manifest_of(source: &Source) -> Option<(PathBuf, PathBuf)> {
    if let Some(pull) = &source.pull {
        let folder = pull.target.folder().to_owned();
        let file = match &pull.target {
            Target::Folder(_) => None,
            Target::File(file) => Some(file.file_name()?.to_str()?.to_owned()),
        };
        // Killed while the file went to its place: the manifest may be that of the one before.
        let half = file.as_ref().is_some_and(|file| folder.join(format!("{STAGING}-{file}")).join(LANDING).exists());
        return (!half).then(|| (Manifest::path(&folder, file.as_deref()), folder));
    }
    // A folder that another config pulled into.
    let [folder] = source.request.paths.as_slice() else { return None };
    folder.is_dir().then(|| (Manifest::path(folder, None), folder.clone()))
}

/// How many records each module has, where the manifest names modules.
fn expected(manifest: &Manifest, file: &str, text: &str) -> Vec<Expected> {
    let mut found: Vec<Expected> = Vec::new();
    for pulled in manifest.files.iter().filter(|pulled| pulled.holds == "records") {
        let Some(rows) = pulled.rows else { continue };
        let module = pulled.module.as_ref().map(|module| module.to_lowercase());
        match found.iter_mut().find(|known| known.module == module) {
            Some(known) => known.rows += rows,
            None => {
                let place = place(file, text, &format!("\"file\": \"{}\"", pulled.file));
                found.push(Expected { module, rows, place });
            }
        }
    }
    found
}

/// Where something stands in the manifest.
fn place(file: &str, text: &str, what: &str) -> Place {
    let found = text.lines().enumerate().find_map(|(at, line)| Some((at, line.find(what)?)));
    let (line, column) = found.unwrap_or_default();
    Place { file: Path::new(file).display().to_string(), line: line + 1, column: column + 1 }
}
