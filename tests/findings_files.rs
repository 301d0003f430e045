//! Findings for spreadsheets and data frames, a text for chats, and a page that opens by itself.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::{NOW, command, finish, list, root, run_in, text};
use polars::prelude::{DataType, ParquetReader, SerReader};

const COLUMNS: [&str; 13] = [
    "code",
    "name",
    "severity",
    "subject",
    "dataset",
    "records",
    "people",
    "total",
    "statement",
    "fix",
    "fingerprint",
    "place",
    "accepted",
];

#[test]
fn both_tables_hold_every_finding_of_the_report() {
    let dir = common::demo();
    let outputs = ["--output", "x.json", "--output", "x.csv", "--output", "parquet=x.data", "--output", "chat=x.txt"];
    let ran = run_in(dir.path(), &[&["audit", ".", "--now", NOW], &outputs[..]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let report: serde_json::Value = serde_json::from_slice(&fs::read(dir.path().join("x.json")).unwrap()).unwrap();
    let wanted: Vec<&serde_json::Value> = list(&report, "findings").iter().chain(list(&report, "accepted")).collect();

    let mut reader = csv::Reader::from_path(dir.path().join("x.csv")).unwrap();
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), COLUMNS);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), wanted.len());
    for (row, item) in rows.iter().zip(&wanted) {
        for (at, key) in [
            (0, "code"),
            (2, "severity"),
            (3, "subject"),
            (8, "what"),
            (9, "fix"),
            (10, "fingerprint"),
            (12, "accepted"),
        ] {
            assert_eq!(&row[at], text(item, key), "{key}");
        }
        for (at, key) in [(5, "records"), (6, "people"), (7, "of")] {
            assert_eq!(row[at], item[key].to_string(), "{key}");
        }
        let place = &item["place"];
        let spelt = if place.is_null() {
            String::new()
        } else {
            format!("{}:{}:{}", text(place, "file"), place["line"], place["column"])
        };
        assert_eq!(&row[11], spelt);
    }
    assert!(rows.iter().any(|row| !row[11].is_empty()) && rows.iter().any(|row| !row[12].is_empty()));

    let table = ParquetReader::new(fs::File::open(dir.path().join("x.data")).unwrap()).finish().unwrap();
    assert_eq!(table.height(), wanted.len());
    let names: Vec<String> = table.get_column_names().iter().map(ToString::to_string).collect();
    assert_eq!(names, COLUMNS);
    assert_eq!(table.column("records").unwrap().dtype(), &DataType::UInt64);
    let people: u64 = table.column("people").unwrap().u64().unwrap().iter().flatten().sum();
    assert_eq!(people, wanted.iter().map(|item| item["people"].as_u64().unwrap()).sum::<u64>());
    assert!(table.column("accepted").unwrap().null_count() == list(&report, "findings").len());

    let chat = fs::read_to_string(dir.path().join("x.txt")).unwrap();
    assert!(chat.starts_with("crmlint: Not ready\n") && chat.contains("\n• error "), "{chat}");
    assert!(chat.lines().count() < 30 && !chat.contains('|'), "short, and no table: {chat}");
}

#[test]
fn tables_without_a_finding_have_their_columns() {
    let dir = tempfile::tempdir().unwrap();
    let place = root().join("fixtures/duplicate-email/passes");
    let outputs = ["--output", "x.csv", "--output", "x.parquet"];
    let args = [&["audit", place.to_str().unwrap(), "--now", NOW, "--select", "DUP001"], &outputs[..]].concat();
    assert_eq!(run_in(dir.path(), &args).code, 0);
    assert_eq!(fs::read_to_string(dir.path().join("x.csv")).unwrap(), format!("{}\n", COLUMNS.join(",")));
    let table = ParquetReader::new(fs::File::open(dir.path().join("x.parquet")).unwrap()).finish().unwrap();
    assert_eq!((table.height(), table.width()), (0, 13));
    assert_eq!(table.column("people").unwrap().dtype(), &DataType::UInt64);
}

#[test]
fn parquet_is_not_printed_and_open_needs_a_page() {
    let dir = common::demo();
    for (args, told) in [
        (&["--output", "parquet=-"][..], "Parquet is no text"),
        (&["--format", "parquet"], "Parquet is no text"),
        (&["--open"], "add --output report.html"),
        (&["--open", "--output", "html=-"], "add --output report.html"),
        (&["--open", "--output", "x.json"], "add --output report.html"),
    ] {
        let ran = run_in(dir.path(), &[&["audit", ".", "--now", NOW], args].concat());
        assert!(ran.code == 2 && ran.err.contains(told), "{args:?}: {ran:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_page_is_opened_by_the_program_of_the_desktop_and_by_no_shell() {
    use std::os::unix::fs::PermissionsExt;

    let (dir, bin) = (common::demo(), tempfile::tempdir().unwrap());
    let (program, seen) = (bin.path().join("xdg-open"), bin.path().join("seen"));
    let place = |script: &str| {
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let name = "-x $(touch owned); y.html";
    let audit = |path: &str| {
        let output = format!("html={name}");
        let args = ["audit", ".", "--now", NOW, "--select", "DUP001", "--open", "--output", &output];
        let mut command = command(dir.path(), &args);
        command.env("PATH", path);
        finish(command)
    };
    let path = format!("{}:/usr/bin:/bin", bin.path().display());
    place(&format!("printf '%s\\n' \"$#\" \"$@\" >'{}'", seen.display()));
    let ran = audit(&path);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
    let told = fs::read_to_string(&seen).unwrap();
    let whole = std::path::absolute(dir.path()).unwrap().join(name);
    assert_eq!(told, format!("1\n{}\n", whole.display()));
    assert!(whole.is_file() && !dir.path().join("owned").exists());
    // What cannot be opened is a warning: the report is there.
    place("exit 4");
    let ran = audit(&path);
    assert!(ran.code == 1 && ran.err.contains("warning: ") && ran.err.contains("could not be opened"), "{ran:?}");
    let ran = audit("/nowhere");
    assert!(ran.code == 1 && ran.err.contains("could not be opened: xdg-open"), "{ran:?}");
}
