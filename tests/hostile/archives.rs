//! Archives that point out of the folder, hold links, or hold more than anybody would pack.

use std::fs;
use std::io::{Cursor, Write};

use zip::CompressionMethod::Deflated;
use zip::write::SimpleFileOptions;

use crate::common::{files, write};
use crate::{assert_stops, audit};

const ROWS: &[u8] = b"id,email,cio_id,created_at,unsubscribed\n1,a@example.com,b7c10800f301d500,1736935977,false\n";

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(Deflated)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn names_that_lead_out_of_the_folder_lead_nowhere() {
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("inner");
    fs::create_dir(&dir).unwrap();
    let names = ["../../people.csv", "/etc/crmlint-people.csv", "C:\\people.csv", "..\\..\\other.csv", "a/../../b.csv"];
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, ROWS)).collect();
    write(&dir, "people.zip", &zip(&members));
    let before = files(outer.path());
    let ran = audit(&dir, &["people.zip", "--format", "json"]);
    assert_eq!(ran.json()["inputs"][0]["records"], 5, "each is read where it is");
    assert_eq!(files(outer.path()), before);
    write(&dir, "twins.zip", &zip(&[("a/people.csv", ROWS), ("a\\people.csv", ROWS)]));
    assert_stops(&audit(&dir, &["twins.zip"]), 3, "holds two files called a/people.csv");
    assert!(!std::path::Path::new("/etc/crmlint-people.csv").exists());
}

#[test]
fn a_link_in_an_archive_is_followed_by_nobody() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "secret.csv", b"id,email\n1,secret@example.com\n");
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let target = dir.path().join("secret.csv");
    writer.add_symlink("people.csv", target.to_str().unwrap(), SimpleFileOptions::default()).unwrap();
    write(dir.path(), "links.zip", &writer.finish().unwrap().into_inner());
    let ran = audit(dir.path(), &["links.zip", "--format", "json", "--show-pii"]);
    assert!(!ran.out.contains("secret@example.com") && !ran.err.contains("secret@example.com"), "{ran:?}");
}

#[test]
fn archives_in_archives_are_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    let mut nested = zip(&[("people.csv", ROWS)]);
    for level in 0..30 {
        let name = if level % 2 == 0 { "people.zip" } else { "people.csv" };
        nested = zip(&[(name, &nested)]);
    }
    write(dir.path(), "people.zip", &nested);
    assert_stops(&audit(dir.path(), &["people.zip"]), 3, "an archive inside another");
    write(dir.path(), "people.zip", &zip(&[("people.zip", &nested)]));
    assert_stops(&audit(dir.path(), &["people.zip"]), 3, "holds no CSV, JSON or Parquet file");
}

#[test]
fn more_members_than_anybody_packs_are_refused_and_many_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..60_000).map(|number| format!("part{number:05}.csv")).collect();
    let all: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), ROWS)).collect();
    write(dir.path(), "people.zip", &zip(&all));
    assert_stops(&audit(dir.path(), &["people.zip"]), 3, "holds 60000 files, and crmlint reads at most 2000");
    // It grew with the cube of their number: 1,000 took longer than anybody waits.
    write(dir.path(), "people.zip", &zip(&all[..1_000]));
    let ran = audit(dir.path(), &["people.zip", "--format", "json", "--select", "DUP001"]);
    assert_eq!(ran.json()["inputs"][0]["records"], 1_000);
}

/// Members may lie over each other, so that the same packed bytes count again and again.
#[test]
fn overlapping_members_count_for_what_they_unfold_to() {
    let zeros = vec![b'x'; 100 << 20];
    let mut bytes = zip(&[("people0.csv", &zeros)]);
    let start = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let end = bytes.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    let (entry, tail) = (bytes[start..end].to_vec(), bytes[end..].to_vec());
    bytes.truncate(start);
    (0..900_u16).for_each(|_| bytes.extend_from_slice(&entry));
    let size = u32::try_from(bytes.len() - start).unwrap();
    let mut tail = tail;
    tail[8..10].copy_from_slice(&900_u16.to_le_bytes());
    tail[10..12].copy_from_slice(&900_u16.to_le_bytes());
    tail[12..16].copy_from_slice(&size.to_le_bytes());
    bytes.extend_from_slice(&tail);
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "people.zip", &bytes);
    let ran = audit(dir.path(), &["people.zip"]);
    assert_eq!(ran.code, 3, "{ran:?}");
}
