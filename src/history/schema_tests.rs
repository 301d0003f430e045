//! Files of every version, and files that are no history.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::{APPLICATION, VERSIONS, open, read};

/// A file of version 1 with one run.
fn first(path: &Path) {
    let old = Connection::open(path).unwrap();
    old.execute_batch(VERSIONS[0]).unwrap();
    old.execute_batch(&format!(
        "PRAGMA application_id = {APPLICATION}; PRAGMA user_version = 1;
         INSERT INTO series VALUES (1, 'crmlint.yaml', 'hygiene', '');
         INSERT INTO runs (series, instant, version, exit, verdict, errors, warnings, notes, accepted, records)
             VALUES (1, 1780000000, '0.1.0', 0, 'Clean', 0, 0, 0, 0, 12);"
    ))
    .unwrap();
}

fn refused(path: &Path) -> String {
    let error = open(path).err().unwrap();
    assert_eq!(error.exit() as u8, 3);
    format!("{}; {}", error.fault().message, error.fault().help.as_deref().unwrap_or_default())
}

#[test]
fn a_file_of_the_first_version_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    first(&path);
    for _ in 0..2 {
        let now = open(&path).unwrap();
        let version: i64 = now.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        let mode: String = now.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!((version, mode.as_str()), (VERSIONS.len() as i64, "wal"));
        let run: (i64, Option<String>) =
            now.query_row("SELECT instant, snapshot FROM runs", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(run, (1_780_000_000, None), "what it held is kept");
    }
}

#[test]
fn what_is_no_history_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    first(&path("newer"));
    Connection::open(path("newer")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(refused(&path("newer")).contains("a newer crmlint wrote it (version 99"), "{}", refused(&path("newer")));
    fs::write(path("text"), "this is a text, and longer than the head of a database would be".repeat(20)).unwrap();
    assert!(refused(&path("text")).contains("it is no SQLite file"), "{}", refused(&path("text")));
    Connection::open(path("other")).unwrap().execute_batch("CREATE TABLE songs (id INTEGER)").unwrap();
    assert!(refused(&path("other")).contains("another program"), "{}", refused(&path("other")));
    fs::create_dir(path("folder")).unwrap();
    assert!(refused(&path("folder")).contains("could not be used"), "{}", refused(&path("folder")));
    fs::write(path("file"), "").unwrap();
    assert!(refused(&path("file/history.sqlite")).contains("could not be used"));
}

#[test]
fn reading_begins_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    let error = read(&path).err().unwrap();
    assert!(error.fault().message.starts_with("there is no history in "), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_empty_file_is_one_that_was_about_to_begin() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.sqlite");
    fs::write(&path, "").unwrap();
    assert_eq!(open(&path).unwrap().query_row("SELECT count(*) FROM runs", [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

#[cfg(unix)]
#[test]
fn its_owner_alone_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/history.sqlite");
    let open = open(&path).unwrap();
    open.execute_batch("CREATE TABLE x (y)").unwrap();
    for file in fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}
