//! Whether a table that came is whole. In: a file, the columns that it must have and the records that it should hold. Out:
//! the records counted, or a clause that says what is wrong.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::fields::Chosen;

/// A member of an archive may unfold to this much whatever its ratio is.
const FREE: u64 = if cfg!(test) { 1 << 16 } else { 1 << 30 };
/// Beyond [`FREE`], by no more than this.
const RATIO: u64 = 200;

/// Counts the records of a CSV file, all of whose records are as long as its header.
pub(super) fn rows(file: &Path, must: &[String], told: Option<u64>) -> Result<u64, String> {
    let mut head = [0; 64];
    let read = File::open(file).and_then(|mut file| file.read(&mut head)).map_err(|error| error.to_string())?;
    let start = head[..read].trim_ascii_start();
    if start.starts_with(b"<") || start.starts_with(b"{") {
        return Err("it is no table; a sign-in page or a refusal may have come instead".to_owned());
    }
    let mut reader = csv::ReaderBuilder::new().from_path(file).map_err(|error| broken(&error))?;
    let header = reader.byte_headers().map_err(|error| broken(&error))?.clone();
    let has = |name: &String| {
        header.iter().enumerate().any(|(at, label)| {
            let label = if at == 0 { label.strip_prefix(b"\xef\xbb\xbf").unwrap_or(label) } else { label };
            label.eq_ignore_ascii_case(name.as_bytes())
        })
    };
    let missing: Vec<String> = must.iter().filter(|name| !has(name)).take(5).map(|name| format!("`{name}`")).collect();
    if !missing.is_empty() {
        return Err(format!("it came without {}", missing.join(", ")));
    }
    let (mut record, mut rows) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record).map_err(|error| broken(&error))? {
        rows += 1;
    }
    match told {
        Some(told) if told != rows => Err(format!("it holds {rows} records, and {told} were announced")),
        _ => Ok(rows),
    }
}

/// The names of its columns.
pub(super) fn header(file: &Path) -> Result<Vec<String>, String> {
    let mut reader = csv::ReaderBuilder::new().from_path(file).map_err(|error| broken(&error))?;
    let header = reader.headers().map_err(|error| broken(&error))?;
    Ok(header.iter().map(|label| label.trim_start_matches('\u{feff}').to_owned()).collect())
}

/// Writes a table anew in which a lookup has two columns, as in other exports of Zoho: `Owner.id`, and `Owner` with the name,
/// where its parts came along as `Owner.first_name` and `Owner.last_name`. Without a name a record stays what its id says, and
/// a user, whom everybody knows by name, is `Owner.id` alone. Out come the lookups whose names came.
pub(super) fn pair(from: &Path, to: &Path, chosen: &Chosen) -> Result<Vec<String>, String> {
    let header = header(from)?;
    let is = |names: &[String], label: &str| names.iter().any(|name| name.eq_ignore_ascii_case(label));
    let is_lookup = |label: &str| is(&chosen.lookups, label);
    let part_of =
        |label: &str| label.split_once('.').map(|(base, _)| base).filter(|base| is_lookup(base)).map(str::to_owned);
    let (mut columns, mut named): (Vec<(String, Vec<usize>)>, Vec<String>) = (Vec::new(), Vec::new());
    for (at, label) in header.iter().enumerate().filter(|(_, label)| part_of(label).is_none()) {
        let parts = (0..header.len()).filter(|part| part_of(&header[*part]).is_some_and(|base| base == *label));
        let parts: Vec<usize> = parts.collect();
        let pairs = !parts.is_empty() || is(&chosen.users, label);
        columns.push((if pairs { format!("{label}.id") } else { label.clone() }, vec![at]));
        if !parts.is_empty() {
            columns.push((label.clone(), parts));
            named.push(label.clone());
        }
    }
    let mut reader = csv::ReaderBuilder::new().from_path(from).map_err(|error| broken(&error))?;
    let mut writer = csv::Writer::from_path(to).map_err(|error| error.to_string())?;
    writer.write_record(columns.iter().map(|(label, _)| label)).map_err(|error| error.to_string())?;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|error| broken(&error))? {
        for (_, parts) in &columns {
            let cells: Vec<&[u8]> = parts
                .iter()
                .filter_map(|at| record.get(*at))
                .filter(|cell| parts.len() == 1 || !cell.is_empty())
                .collect();
            writer.write_field(cells.join(&b' ')).map_err(|error| error.to_string())?;
        }
        writer.write_record(None::<&[u8]>).map_err(|error| error.to_string())?;
    }
    writer.flush().map_err(|error| error.to_string())?;
    Ok(named)
}

/// Whether any record has a value in a column.
pub(super) fn any(file: &Path, column: &str, value: &str) -> Result<bool, String> {
    let Some(at) = header(file)?.iter().position(|label| label == column) else { return Ok(false) };
    let mut reader = csv::ReaderBuilder::new().from_path(file).map_err(|error| broken(&error))?;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|error| broken(&error))? {
        if record.get(at).is_some_and(|cell| cell.eq_ignore_ascii_case(value.as_bytes())) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn broken(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, .. } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("it breaks off or is damaged in line {line}")
        }
        _ => "it cannot be read".to_owned(),
    }
}

/// What the system says: a full disk is no fault of the archive.
fn disk(error: &std::io::Error) -> Option<String> {
    error.raw_os_error().map(|_| format!("it could not be unpacked: {error}"))
}

/// Unpacks the one member of an archive.
pub(super) fn unzip(archive: &Path, into: &Path) -> Result<(), String> {
    let broken = |error: std::io::Error| disk(&error).unwrap_or_else(|| "its archive is broken".to_owned());
    let file = File::open(archive).map_err(|error| error.to_string())?;
    let mut archive =
        ZipArchive::new(BufReader::new(file)).map_err(|_| "what came is no archive, or half of one".to_owned())?;
    if archive.len() != 1 {
        return Err(format!("its archive holds {} files instead of one", archive.len()));
    }
    let member = archive.by_index(0).map_err(|_| "its archive is broken".to_owned())?;
    let most = FREE.max(member.compressed_size().saturating_mul(RATIO));
    let mut out = File::create(into).map_err(|error| error.to_string())?;
    // The checksum is looked at where the member ends.
    let copied = std::io::copy(&mut member.take(most + 1), &mut out).map_err(broken)?;
    if copied > most {
        return Err("its archive unfolds to far more than it should".to_owned());
    }
    out.flush().map_err(|error| error.to_string())
}

/// Whether every member of an archive is whole.
pub(super) fn intact(archive: &Path) -> Result<(), String> {
    let file = File::open(archive).map_err(|error| error.to_string())?;
    let broken = "its archive is broken".to_owned();
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| broken.clone())?;
    (0..archive.len()).try_for_each(|at| {
        let member = archive.by_index(at).map_err(|_| broken.clone())?;
        let most = FREE.max(member.compressed_size().saturating_mul(RATIO));
        match std::io::copy(&mut member.take(most + 1), &mut std::io::sink()) {
            Ok(read) if read <= most => Ok(()),
            _ => Err(broken.clone()),
        }
    })
}

/// Unpacks a file where its first bytes say that it is packed, whatever its headers said; else moves it.
pub(super) fn gunzip(packed: &Path, into: &Path) -> Result<(), String> {
    let mut head = [0; 2];
    let mut file = File::open(packed).map_err(|error| error.to_string())?;
    let read = file.read(&mut head).map_err(|error| error.to_string())?;
    if head[..read] != [0x1f, 0x8b] {
        return std::fs::rename(packed, into).map_err(|error| error.to_string());
    }
    let size = packed.metadata().map_or(0, |data| data.len());
    let most = FREE.max(size.saturating_mul(RATIO));
    let file = File::open(packed).map_err(|error| error.to_string())?;
    let mut out = File::create(into).map_err(|error| error.to_string())?;
    let copied = std::io::copy(&mut MultiGzDecoder::new(BufReader::new(file)).take(most + 1), &mut out);
    match copied {
        Ok(copied) if copied > most => Err("it unfolds to far more than it should".to_owned()),
        Ok(_) => std::fs::remove_file(packed).map_err(|error| error.to_string()),
        Err(error) => Err(disk(&error).unwrap_or_else(|| "it is packed, and broken".to_owned())),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use super::{Chosen, gunzip, intact, pair, rows, unzip};

    #[test]
    fn what_unfolds_without_an_end_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let (bomb, out) = (dir.path().join("a"), dir.path().join("b"));
        let zeros = vec![b'0'; 4 << 20];
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&bomb).unwrap());
        zip.start_file("a.csv", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&zeros).unwrap();
        zip.finish().unwrap();
        assert_eq!(unzip(&bomb, &out), Err("its archive unfolds to far more than it should".to_owned()));
        assert!(out.metadata().unwrap().len() < zeros.len() as u64 && intact(&bomb).is_err());
        let mut gzip =
            flate2::write::GzEncoder::new(std::fs::File::create(&bomb).unwrap(), flate2::Compression::best());
        gzip.write_all(&zeros).unwrap();
        gzip.finish().unwrap();
        assert_eq!(gunzip(&bomb, &out), Err("it unfolds to far more than it should".to_owned()));
        assert!(out.metadata().unwrap().len() < zeros.len() as u64);
    }

    #[test]
    fn lookups_get_two_columns() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("a.csv"), dir.path().join("b.csv"));
        let text =
            "Id,Owner,Partner,Modified_By,Owner.first_name,Owner.last_name\n1,7,9,\"x, y\",Dana,Roth\n2,8,,z,,Sync\n";
        std::fs::write(&from, text).unwrap();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let lookups = names(&["Owner", "Partner", "Modified_By"]);
        let chosen = Chosen { lookups, users: names(&["Owner", "Modified_By"]), ..Chosen::default() };
        assert_eq!(pair(&from, &to, &chosen), Ok(names(&["Owner"])));
        let expected = "Id,Owner.id,Owner,Partner,Modified_By.id\n1,7,Dana Roth,9,\"x, y\"\n2,8,Sync,,z\n";
        assert_eq!(std::fs::read_to_string(&to).unwrap(), expected);
    }

    #[test]
    fn tables_are_whole_or_told_why_not() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.csv");
        let must = ["id".to_owned()];
        for (text, told, expected) in [
            ("Id,a\n1,x\n2,\"y\nz\"\n", Some(2), Ok(2)),
            ("\u{feff}id,a\n", Some(0), Ok(0)),
            ("Id,a\n1,x\n2", Some(2), Err("it breaks off or is damaged in line 3")),
            ("Id,a\n1,x\n", Some(2), Err("it holds 1 records, and 2 were announced")),
            ("Key,a\n1,x\n", None, Err("it came without `id`")),
            ("<html>", None, Err("it is no table; a sign-in page or a refusal may have come instead")),
        ] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(rows(&file, &must, told), expected.map_err(str::to_owned), "{text}");
        }
        let out = dir.path().join("b.csv");
        std::fs::write(&file, b"\x1f\x8bhalf").unwrap();
        assert_eq!(gunzip(&file, &out), Err("it is packed, and broken".to_owned()));
    }
}
