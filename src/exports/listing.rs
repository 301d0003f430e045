//! Input stage: what a request's paths name. In: files, folders, patterns and archives. Out: the data files in a
//! stable order, with everything that is no export left out or refused in one sentence.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use zip::ZipArchive;

use super::archive::{Input, bomb, encrypted, first_bytes, is_backup_part, open, slashes, stop, zip_error};
use super::manifest::{is_manifest, refuse_half};
use crate::error::Result;

/// An archive that declares more than this is not opened at all.
const MOST: u64 = 64 << 30;
/// Data files that an archive may hold: finding each of them means reading the whole directory of the archive.
const MOST_FILES: usize = 2_000;
/// Files that lie beside exports and are none.
const NO_DATA: [&str; 26] = [
    "yaml",
    "yml",
    "md",
    "rst",
    "toml",
    "lock",
    "log",
    "sql",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "ico",
    "css",
    "js",
    "sh",
    "py",
    "ps1",
    "bak",
    "tmp",
    "part",
    "crdownload",
    "docx",
    "eml",
    "ics",
];
/// What a member of an archive may be called when it is data.
const DATA: [&str; 9] = ["csv", "tsv", "tab", "txt", "json", "jsonl", "ndjson", "parquet", "gz"];

/// Every data file that the paths name, each once.
pub(super) fn inputs(paths: &[PathBuf]) -> Result<Vec<Input>> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for path in paths {
        for input in expand(path)? {
            if known.insert(input.shown.clone()) {
                found.push(input);
            }
        }
    }
    Ok(found)
}

fn expand(path: &Path) -> Result<Vec<Input>> {
    let shown = slashes(path);
    match path.metadata() {
        Ok(data) if data.is_dir() => folder(path),
        Ok(data) if data.is_file() => file(path),
        Ok(_) => Err(stop(
            format!("{shown} is no regular file"),
            "An export is read several times, which no pipe and no device can be: save it to a file first.",
        )),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(stop(format!("{shown} may not be read by this user"), "Change its permissions, or copy it."))
        }
        Err(_) if shown.contains(['*', '?', '[']) => pattern(&shown),
        Err(_) => Err(stop(
            format!("There is no file or folder {shown}"),
            "Paths in crmlint.yaml are relative to that file, those on the command line to the current folder.",
        )),
    }
}

fn pattern(shown: &str) -> Result<Vec<Input>> {
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::default() };
    let matches = glob::glob_with(shown, options)
        .map_err(|error| stop(format!("The pattern {shown} is not valid: {}", error.msg), ""))?;
    let mut paths: Vec<PathBuf> = matches.filter_map(std::result::Result::ok).filter(|path| path.is_file()).collect();
    paths.retain(|path| !ignored(path) && !is_manifest(path));
    paths.iter().filter_map(|path| path.parent()).try_for_each(refuse_half)?;
    paths.sort();
    if paths.is_empty() {
        return Err(stop(format!("Nothing matches the pattern {shown}"), "Check the folder and the spelling."));
    }
    files(&paths)
}

fn files(paths: &[PathBuf]) -> Result<Vec<Input>> {
    let mut found = Vec::new();
    for path in paths {
        found.extend(file(path)?);
    }
    Ok(found)
}

fn file(path: &Path) -> Result<Vec<Input>> {
    let head = first_bytes(open(path)?, 8);
    if head.is_empty() {
        return Err(empty(&slashes(path)));
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return members(path);
    }
    Ok(vec![Input::file(path)])
}

/// The sentence for a file without a byte.
pub(super) fn empty(shown: &str) -> crate::error::Error {
    stop(format!("{shown} is empty"), "Export it again; the download probably broke off.")
}

fn folder(path: &Path) -> Result<Vec<Input>> {
    let entries = entries(path)?;
    let named = |name: &str| {
        entries
            .iter()
            .find(|entry| entry.is_dir() && entry.file_name().is_some_and(|found| found.eq_ignore_ascii_case(name)))
    };
    if let Some(data) = named("Data") {
        let mut paths = tables(data, "Data")?;
        if !paths.is_empty() {
            paths.extend(named("Metadata").map_or_else(|| Ok(Vec::new()), |metadata| tables(metadata, "Metadata"))?);
            return backup(&paths);
        }
    }
    if path.file_name().is_some_and(|name| name.eq_ignore_ascii_case("Data")) {
        let beside = path.with_file_name("Metadata");
        if beside.is_dir() {
            let mut paths = tables(path, "Data")?;
            paths.extend(tables(&beside, "Metadata")?);
            return backup(&paths);
        }
    }
    refuse_half(path)?;
    let is_data = |entry: &PathBuf| entry.is_file() && !ignored(entry) && !is_manifest(entry);
    let paths: Vec<PathBuf> = entries.into_iter().filter(is_data).collect();
    if paths.is_empty() {
        return Err(stop(format!("The folder {} holds no export", slashes(path)), "Give the folder of the files."));
    }
    files(&paths)
}

/// The files of an unpacked backup; a module without a byte has no records.
fn backup(paths: &[PathBuf]) -> Result<Vec<Input>> {
    let filled: Vec<PathBuf> =
        paths.iter().filter(|path| path.metadata().is_ok_and(|data| data.len() > 0)).cloned().collect();
    files(&filled)
}

fn entries(path: &Path) -> Result<Vec<PathBuf>> {
    let list = std::fs::read_dir(path).map_err(|error| {
        stop(format!("The folder {} cannot be read: {}", slashes(path), error.kind()), "Change its permissions.")
    })?;
    let mut entries: Vec<PathBuf> = list.filter_map(std::result::Result::ok).map(|entry| entry.path()).collect();
    entries.sort();
    Ok(entries)
}

fn tables(path: &Path, folder: &str) -> Result<Vec<PathBuf>> {
    let mut paths = entries(path)?;
    paths.retain(|entry| entry.is_file() && is_backup_part(&slashes(entry), folder));
    Ok(paths)
}

fn extension(name: &str) -> Option<String> {
    let name = name.rsplit('/').next().unwrap_or(name);
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())
}

fn ignored(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    name.starts_with('.')
        || name.starts_with("~$")
        || name.starts_with("readme")
        || extension(&name).is_some_and(|extension| NO_DATA.contains(&extension.as_str()))
}

/// A member of an archive that may be data.
struct Entry {
    index: usize,
    name: String,
    packed: u64,
    size: u64,
    encrypted: bool,
}

fn members(path: &Path) -> Result<Vec<Input>> {
    let shown = slashes(path);
    let mut archive =
        ZipArchive::new(std::io::BufReader::new(open(path)?)).map_err(|error| zip_error(&shown, &error))?;
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|error| zip_error(&shown, &error))?;
        if member.is_dir() {
            continue;
        }
        let name = match member.name() {
            Ok(name) => name.into_owned(),
            Err(_) => String::from_utf8_lossy(member.name_raw()).into_owned(),
        };
        let name = name.replace('\\', "/");
        entries.push(Entry {
            index,
            name,
            packed: member.compressed_size(),
            size: member.size(),
            encrypted: member.encrypted(),
        });
    }
    refuse_documents(&shown, &entries)?;
    let nested = entries.iter().any(|entry| extension(&entry.name).is_some_and(|found| found == "zip"));
    let mut kept = data_members(entries);
    if kept.is_empty() {
        let help =
            if nested { "Unpack it once and give the folder." } else { "Give the archive of the export itself." };
        return Err(stop(format!("{shown} holds no CSV, JSON or Parquet file"), help));
    }
    if kept.len() > MOST_FILES {
        return Err(stop(
            format!("{shown} holds {} files, and crmlint reads at most {MOST_FILES} of an archive", kept.len()),
            "Unpack it and give the folder, if that many belong together.",
        ));
    }
    if kept.iter().any(|entry| entry.encrypted) {
        return Err(encrypted(&shown));
    }
    if kept.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.size)) > MOST {
        return Err(bomb(&shown));
    }
    if kept.iter().all(|entry| entry.size == 0) {
        return Err(empty(&shown));
    }
    kept.retain(|entry| entry.size > 0);
    kept.sort_by(|a, b| a.name.cmp(&b.name));
    // Files are known by their names, and one of the two would be left out.
    if let Some(twins) = kept.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(stop(
            format!("{shown} holds two files called {}", twins[0].name),
            "Unpack it and give the folder.",
        ));
    }
    let total = Arc::new(AtomicU64::new(0));
    Ok(kept.iter().map(|entry| Input::member(path, entry.index, &entry.name, entry.packed, &total)).collect())
}

fn refuse_documents(shown: &str, entries: &[Entry]) -> Result<()> {
    let has = |start: &str| entries.iter().any(|entry| entry.name.starts_with(start));
    let kind = if has("xl/") && has("[Content_Types].xml") {
        "an Excel workbook"
    } else if has("word/") && has("[Content_Types].xml") {
        "a Word document"
    } else if has("mimetype") && has("content.xml") {
        "an OpenDocument spreadsheet"
    } else {
        return Ok(());
    };
    Err(stop(
        format!("{shown} is {kind}, which crmlint does not read"),
        "Export as CSV from the system itself; a spreadsheet changes long ids and dates.",
    ))
}

fn data_members(entries: Vec<Entry>) -> Vec<Entry> {
    let of_backup = |name: &str| is_backup_part(name, "Data") || is_backup_part(name, "Metadata");
    let visible = |name: &str| {
        !name.starts_with("__MACOSX/")
            && !name.split('/').any(|part| part.starts_with('.') && part != "." && part != "..")
            && !name.rsplit('/').next().unwrap_or_default().to_lowercase().starts_with("readme")
    };
    let is_backup = entries.iter().any(|entry| visible(&entry.name) && of_backup(&entry.name));
    entries
        .into_iter()
        .filter(|entry| visible(&entry.name))
        .filter(|entry| match extension(&entry.name) {
            _ if is_backup => of_backup(&entry.name),
            Some(found) => DATA.contains(&found.as_str()),
            None => true,
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;
    use std::path::{Path, PathBuf};

    use super::inputs;

    fn archive(path: &Path, members: &[(&str, &str)]) {
        let mut writer = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
        for (name, text) in members {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap();
    }

    fn shown(paths: &[PathBuf], dir: &Path) -> Vec<String> {
        let root = format!("{}/", super::slashes(dir));
        inputs(paths).unwrap().iter().map(|input| input.shown.replace(&root, "")).collect()
    }

    fn fault(path: PathBuf) -> String {
        inputs(&[path]).unwrap_err().to_string()
    }

    #[test]
    fn folders_and_patterns_leave_out_what_is_no_export() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.csv", "a.csv", "crmlint.yaml", "README.txt", ".hidden.csv", "notes.md"] {
            std::fs::write(dir.path().join(name), "id\n1\n").unwrap();
        }
        std::fs::create_dir(dir.path().join("old")).unwrap();
        std::fs::write(dir.path().join("old/c.csv"), "id\n1\n").unwrap();
        assert_eq!(shown(&[dir.path().to_path_buf()], dir.path()), ["a.csv", "b.csv"]);
        assert_eq!(shown(&[dir.path().join("*")], dir.path()), ["a.csv", "b.csv"]);
        assert_eq!(shown(&[dir.path().join("a.csv"), dir.path().join("*.csv")], dir.path()), ["a.csv", "b.csv"]);
        assert!(fault(dir.path().join("*.tsv")).starts_with("Nothing matches the pattern"));
        assert!(fault(dir.path().join("nope.csv")).starts_with("There is no file or folder"));
    }

    #[test]
    fn a_backup_is_listed_packed_and_unpacked() {
        let dir = tempfile::tempdir().unwrap();
        let members = [
            ("Data/Leads_001.csv", "Record Id\n"),
            ("Data/Contacts_001.csv", "Record Id\n"),
            ("Metadata/Fields_001.csv", "Label\n"),
            ("RecordImages/1.csv", "x"),
            ("__MACOSX/Data/._Leads_001.csv", "x"),
            ("Data/Calls_001.csv", ""),
        ];
        archive(&dir.path().join("b.zip"), &members);
        let packed = shown(&[dir.path().join("b.zip")], dir.path());
        assert_eq!(
            packed,
            ["b.zip: Data/Contacts_001.csv", "b.zip: Data/Leads_001.csv", "b.zip: Metadata/Fields_001.csv"]
        );
        std::fs::remove_file(dir.path().join("b.zip")).unwrap();
        for (name, text) in members {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let unpacked = ["Data/Contacts_001.csv", "Data/Leads_001.csv", "Metadata/Fields_001.csv"];
        assert_eq!(shown(&[dir.path().to_path_buf()], dir.path()), unpacked);
        assert_eq!(shown(&[dir.path().join("Data")], dir.path()), unpacked);
    }

    #[test]
    fn hostile_files_are_refused_in_one_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("empty.csv"), "").unwrap();
        assert!(fault(at("empty.csv")).ends_with("empty.csv is empty"));
        archive(&at("book.csv"), &[("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "<x/>")]);
        assert!(fault(at("book.csv")).contains("is an Excel workbook"));
        archive(&at("sheet.ods"), &[("mimetype", "x"), ("content.xml", "<x/>")]);
        assert!(fault(at("sheet.ods")).contains("is an OpenDocument spreadsheet"));
        archive(&at("images.zip"), &[("a.png", "x")]);
        assert!(fault(at("images.zip")).ends_with("holds no CSV, JSON or Parquet file"));
        archive(&at("half.zip"), &[("a.csv", "id\n1\n")]);
        let bytes = std::fs::read(at("half.zip")).unwrap();
        std::fs::write(at("half.zip"), &bytes[..bytes.len() / 2]).unwrap();
        assert!(fault(at("half.zip")).ends_with("is a corrupt or half-written ZIP archive"));
        // The encryption bit of the member, in its own header and in the directory.
        let mut bytes = bytes;
        let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        bytes[6] |= 1;
        bytes[directory + 8] |= 1;
        std::fs::write(at("locked.zip"), &bytes).unwrap();
        assert!(fault(at("locked.zip")).ends_with("is protected by a password"));
    }
}
