//! Exports as they really arrive, broken: each ends with the right exit code and one sentence, or as a finding; never
//! with a panic, and never with a record's values in a message.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;

use common::{NOW, Ran, codes, list, run_in, status, text, write};
use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;

const HEAD: &str = "id,email,cio_id,created_at,unsubscribed\n";
const ANNA: &str = "1,anna.secret@example.com,b7c10800f301d501,1736935977,false\n";
const BERT: &str = "2,bert.secret@example.com,b7c10800f301d502,1736935977,false\n";

/// Audits one file of these bytes, without a config, and sees to what every run must keep to.
fn audit(name: &str, bytes: &[u8]) -> Ran {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), name, bytes);
    audit_path(dir.path(), name)
}

fn audit_path(dir: &Path, name: &str) -> Ran {
    let ran = run_in(dir, &["audit", name, "--now", NOW, "--format", "json"]);
    for stream in [&ran.out, &ran.err] {
        assert!(!stream.contains("panicked at"), "{stream}");
        assert!(!stream.contains("secret"), "a value stands in a message: {stream}");
    }
    ran
}

/// The run stopped: exit code 3, one error, nothing on standard output.
fn assert_stops(ran: &Ran, phrase: &str) {
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
    assert!(ran.err.starts_with("error: ") && ran.err.matches("error: ").count() == 1, "{}", ran.err);
    assert!(ran.err.contains(phrase), "wanted {phrase:?}: {}", ran.err);
    assert!(ran.err.lines().all(|line| line.len() < 1_000), "a line of a message is too long");
}

/// The run went on, and IO001 or IO002 says what is wrong with the bytes.
fn assert_damage(ran: &Ran, code: &str, phrase: &str) {
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let report = ran.json();
    let finding = list(&report, "findings").iter().find(|finding| finding["code"] == code);
    let finding = finding.unwrap_or_else(|| panic!("no {code}, but {:?}", codes(&report)));
    let parts = finding["parts"].to_string();
    assert!(parts.contains(phrase), "wanted {phrase:?}: {parts}");
}

fn csv(rows: &[&str]) -> Vec<u8> {
    format!("{HEAD}{}", rows.concat()).into_bytes()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn files_without_a_record() {
    assert_stops(&audit("people.csv", b""), "people.csv is empty");
    assert_stops(&audit("people.csv", b"\n\n\n"), "people.csv is empty");
    assert_stops(&audit("people.csv", b"\xef\xbb\xbf"), "people.csv is empty");
    for text in [HEAD, HEAD.trim_end()] {
        let ran = audit("people.csv", text.as_bytes());
        let report = ran.json();
        assert_eq!(report["inputs"][0]["records"], 0);
        assert!(report["remarks"].to_string().contains("holds no records"), "{}", report["remarks"]);
        for code in ["DUP001", "CON010", "ID014", "TS002", "ENM002", "IO001"] {
            assert_eq!(status(&report, code), "not evaluated", "{code} on a header alone");
        }
        assert_ne!(ran.code, 3);
    }
}

#[test]
fn paths_that_are_no_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("people.csv")).unwrap();
    assert_stops(&audit_path(dir.path(), "people.csv"), "holds no export");
    assert_stops(&audit_path(dir.path(), "missing.csv"), "no file or folder missing.csv");
    assert_stops(&audit_path(dir.path(), "*.tsv"), "Nothing matches the pattern *.tsv");
    write(dir.path(), "notes/readme.md", b"# hello");
    assert_stops(&audit_path(dir.path(), "notes"), "holds no export");
    write(dir.path(), "w/crmlint.yaml", b"sources: {customerio: {files: [exports/people.csv]}}\n");
    assert_stops(&audit_path(dir.path(), "w"), "w/exports/people.csv");
}

#[cfg(unix)]
#[test]
fn files_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("people.csv");
    fs::write(&file, csv(&[ANNA])).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser may read everything.
    if fs::File::open(&file).is_err() {
        assert_stops(&audit_path(dir.path(), "people.csv"), "may not be read by this user");
    }
}

#[test]
fn archives_that_are_broken() {
    let whole = zip(&[("people.csv", &csv(&[ANNA, BERT].repeat(200)))]);
    assert_eq!(audit("people.zip", &whole).json()["inputs"][0]["records"], 400);
    for keep in [whole.len() / 2, whole.len() - 10, 40] {
        assert_stops(&audit("people.zip", &whole[..keep]), "corrupt or half-written");
    }
    let mut flipped = whole.clone();
    let middle = 200.min(flipped.len() / 2);
    flipped[middle] ^= 0x55;
    flipped[middle + 1] ^= 0x55;
    assert_stops(&audit("people.zip", &flipped), "corrupt or half-written");
    let packed = gz(&csv(&[ANNA, BERT].repeat(200)));
    assert_eq!(audit("people.csv.gz", &packed).json()["inputs"][0]["records"], 400);
    for keep in [packed.len() / 2, packed.len() - 4, 12] {
        assert_stops(&audit("people.csv.gz", &packed[..keep]), "corrupt or half-written");
    }
    assert_stops(&audit("a.zip", &zip(&[("photo.png", b"x"), ("__MACOSX/._a.csv", b"x")])), "holds no CSV");
    assert_stops(&audit("a.zip", &zip(&[("inner.zip", &whole)])), "holds no CSV");
    assert_stops(&audit("a.zip", &zip(&[("people.csv", b"")])), "is empty");
}

#[test]
fn an_archive_that_declares_more_than_any_disk_is_not_opened() {
    let members: Vec<String> = (0..17).map(|number| format!("part{number}.csv")).collect();
    let rows = csv(&[ANNA]);
    let mut bytes = zip(&members.iter().map(|name| (name.as_str(), rows.as_slice())).collect::<Vec<_>>());
    let entries: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(b"PK\x01\x02")).collect();
    assert_eq!(entries.len(), 17);
    for at in entries {
        // The size that a central directory entry declares, just under what needs ZIP64.
        bytes[at + 24..at + 28].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
    }
    assert_stops(&audit("people.zip", &bytes), "unfolds to more than");
}

#[test]
fn an_archive_that_unfolds_without_end_is_stopped() {
    // One packed piece repeated is a valid gzip file; 8 MiB of it fit in a few KiB.
    let mut row = vec![b'x'; 1 << 20];
    row.extend_from_slice(&ANNA.as_bytes()[1..]);
    let piece = gz(&row.repeat(8));
    let mut bomb = gz(HEAD.as_bytes());
    (0..160).for_each(|_| bomb.extend_from_slice(&piece));
    assert!(bomb.len() < 5 << 20, "{} bytes", bomb.len());
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("people.csv.gz", stored).unwrap();
    writer.write_all(&bomb).unwrap();
    assert_stops(&audit("people.zip", &writer.finish().unwrap().into_inner()), "unfolds to more than 200 times");
}

#[test]
fn one_line_of_100_megabytes() {
    let line = vec![b'x'; 100_000_000];
    assert_stops(&audit("people.csv", &line), "does not end within 16 MiB");
    let mut with_header = HEAD.as_bytes().to_vec();
    with_header.extend_from_slice(b"1,\"");
    with_header.extend(b"secret\n".iter().cycle().take(40_000_000));
    let ran = audit("people.csv", &with_header);
    assert_stops(&ran, "record 1, which starts on line 2");
    let mut json = b"{\"id\": \"".to_vec();
    json.extend_from_slice(&line);
    assert_stops(&audit("people.ndjson", &json), "people.ndjson");
}

#[test]
fn records_that_do_not_fit_their_header() {
    let ran = audit("people.csv", &csv(&[ANNA, "2,bert.secret@example.com\n", BERT]));
    assert_damage(&ran, "IO001", "fewer cells");
    assert!(ran.out.contains("record 2"), "{}", ran.out);
    let ran = audit("people.csv", &csv(&[ANNA, &format!("{},x,y\n", BERT.trim_end())]));
    assert_damage(&ran, "IO001", "more cells");
    let ran = audit("people.csv", &csv(&["1,\"anna.secret@example.com,b7c10800f301d501,1736935977,false\n", BERT]));
    assert_damage(&ran, "IO001", "never closed");
    let twice = format!("{},email\n{},x@example.com\n", HEAD.trim_end(), ANNA.trim_end());
    assert_damage(&audit("people.csv", twice.as_bytes()), "IO001", "two columns of one name");
}

#[test]
fn bytes_that_are_no_text() {
    let nul = ANNA.replace("anna", "an\0na");
    assert_damage(&audit("people.csv", &csv(&[&nul, BERT])), "IO001", "NUL");
    // Zürich in UTF-8, and a lone byte that is none.
    let mut mixed = csv(&[&ANNA.replace("anna", "änna")]);
    mixed.extend_from_slice(b"2,b\xff.secret@example.com,b7c10800f301d502,1736935977,false\n");
    assert_damage(&audit("people.csv", &mixed), "IO001", "not text");
    let random: Vec<u8> = (0..4_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 21) as u8).collect();
    assert_stops(&audit("people.csv", &random), "is binary data");
}

#[test]
fn utf_16_reads_as_what_it_says() {
    let text = String::from_utf8(csv(&[&ANNA.replace("anna", "äöü→"), BERT])).unwrap();
    let wide = |order: fn(u16) -> [u8; 2], mark: bool| -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter().chain(text.encode_utf16()).flat_map(order).collect()
    };
    for (bytes, encoding) in [
        (wide(u16::to_le_bytes, true), "UTF-16 LE"),
        (wide(u16::to_be_bytes, true), "UTF-16 BE"),
        (wide(u16::to_le_bytes, false), "UTF-16 LE"),
        (wide(u16::to_be_bytes, false), "UTF-16 BE"),
    ] {
        let report = audit("people.csv", &bytes).json();
        assert_eq!(report["inputs"][0]["encoding"], encoding);
        assert_eq!(report["inputs"][0]["records"], 2);
        assert_eq!(text_of_dataset(&report), "customerio.people");
    }
    let half = wide(u16::to_le_bytes, true);
    let ran = audit("people.csv", &half[..half.len() - 1]);
    assert!([1, 3].contains(&ran.code), "half a character at the end: {ran:?}");
}

fn text_of_dataset(report: &serde_json::Value) -> &str {
    text(&report["inputs"][0], "dataset")
}

#[test]
fn ids_that_a_spreadsheet_rewrote() {
    let head = "Record Id,Email,Last Name,Created Time,Modified Time\n";
    let tail = "anna.secret@example.com,X,2025-01-11 10:11:22,2025-01-11 10:11:22\n";
    let sheet = format!("{head}7.04512E+18,{tail}7.04513E+18,{tail}");
    assert_damage(&audit("Contacts.csv", sheet.as_bytes()), "IO002", "scientific notation");
}

#[test]
fn characters_that_fool_the_eye() {
    let mut rows = format!("{},lifecycle_stage\n", HEAD.trim_end());
    for number in 0..40 {
        // A direction mark, a Cyrillic A, a blank that is none, and the plain word.
        let stage = ["\u{202e}Active", "\u{410}ctive", "Active\u{200b}"].get(number).unwrap_or(&"Active");
        rows.push_str(&format!("{number},p{number}@example.com,b7c10800f301d5{number:02},1736935977,false,{stage}\n"));
    }
    let ran = audit("people.csv", rows.as_bytes());
    let report = ran.json();
    let found = list(&report, "findings").iter().find(|finding| finding["code"] == "ENM008").unwrap();
    assert_eq!(found["records"], 3, "{found:#}");
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "people.csv", rows.as_bytes());
    let terminal = run_in(dir.path(), &["audit", "people.csv", "--now", NOW, "-v"]);
    for hidden in ['\u{202e}', '\u{200b}'] {
        assert!(!terminal.out.contains(hidden) && !ran.out.contains(hidden), "{hidden:?} reaches the terminal");
    }
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let rows = csv(&["1,a\u{1b}[31m@example.com,b7c10800f301d501,1736935977,\u{1b}]0;title\u{7}maybe\n", BERT]);
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "people.csv", &rows);
    for more in [&["-v"][..], &["-v", "--show-pii"], &["--format", "json", "--show-pii"]] {
        let mut args = vec!["audit", "people.csv", "--now", NOW];
        args.extend(more);
        let ran = run_in(dir.path(), &args);
        assert!(!ran.out.contains(['\u{1b}', '\u{7}']), "{more:?}: {}", ran.out.escape_debug());
    }
}

#[test]
fn documents_that_are_no_export() {
    let book = zip(&[("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"secret")]);
    assert_stops(&audit("people.xlsx", &book), "an Excel workbook");
    assert_stops(&audit("people.csv", &book), "an Excel workbook");
    assert_stops(&audit("people.csv", b"<!DOCTYPE html><html><body>secret</body></html>"), "a web page");
    assert_stops(&audit("people.csv", b"%PDF-1.7 secret"), "a PDF document");
    assert_stops(&audit("people.csv", b"<?xml version=\"1.0\"?><secret/>"), "an XML document");
    assert_stops(&audit("people.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1secret"), "an old Excel workbook");
    assert_stops(&audit("people.parquet", b"PAR1secretPAR1"), "Parquet");
}

#[test]
fn json_that_breaks_off() {
    for (name, text, phrase) in [
        ("people.json", r#"[{"id":"1","email":"anna.secret@example.com""#, "ends in the middle"),
        ("people.json", r#"[{"id":"1","email":anna.secret@example.com}]"#, "is not valid JSON: line 1, column 20"),
        ("people.json", r#"[{"id":"1"}, 17]"#, "is not a JSON object"),
        ("people.ndjson", "{\"id\":\"1\",\"email\":\"a.secret@example.com\"}\n{\"id\":\n", "line 2"),
    ] {
        assert_stops(&audit(name, text.as_bytes()), phrase);
    }
}
