//! The history file: a path in, a database of the newest shape out. One that cannot be used is one sentence.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::error::{Error, Fault, Result};

/// What tells a history from other databases: `crml`.
const APPLICATION: i64 = 0x6372_6d6c;
/// How long a run waits for another one that writes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Each version of the shape, as what is done to the one before. Nothing here is ever changed, only added to.
const VERSIONS: &[&str] = &[
    // 1: runs of a series (config, profile, selection), what became of their rules, their findings, and whom these named.
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
     CREATE TABLE series (
         id INTEGER PRIMARY KEY, config TEXT NOT NULL, profile TEXT NOT NULL, selection TEXT NOT NULL,
         UNIQUE (config, profile, selection));
     CREATE TABLE runs (
         id INTEGER PRIMARY KEY AUTOINCREMENT, series INTEGER NOT NULL, instant INTEGER NOT NULL, version TEXT NOT NULL,
         exit INTEGER NOT NULL, verdict TEXT NOT NULL, errors INTEGER NOT NULL, warnings INTEGER NOT NULL,
         notes INTEGER NOT NULL, accepted INTEGER NOT NULL, identity INTEGER, triggers INTEGER, records INTEGER NOT NULL,
         people INTEGER, key TEXT);
     CREATE INDEX runs_by_time ON runs (series, instant, id);
     CREATE TABLE rules (
         run INTEGER NOT NULL, code TEXT NOT NULL, status TEXT NOT NULL, gaps TEXT NOT NULL, findings INTEGER NOT NULL,
         records INTEGER NOT NULL, people INTEGER NOT NULL, PRIMARY KEY (run, code)) WITHOUT ROWID;
     CREATE TABLE subjects (
         id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE, code TEXT NOT NULL, name TEXT NOT NULL, dataset TEXT,
         subject TEXT NOT NULL);
     CREATE TABLE findings (
         run INTEGER NOT NULL, subject INTEGER NOT NULL, severity TEXT NOT NULL, records INTEGER NOT NULL,
         people INTEGER NOT NULL, accepted INTEGER NOT NULL, state TEXT, since INTEGER NOT NULL,
         PRIMARY KEY (run, subject)) WITHOUT ROWID;
     CREATE TABLE fixed (run INTEGER NOT NULL, subject INTEGER NOT NULL, PRIMARY KEY (run, subject)) WITHOUT ROWID;
     CREATE TABLE people (
         series INTEGER NOT NULL, subject INTEGER NOT NULL, person INTEGER NOT NULL, first INTEGER NOT NULL, gone INTEGER,
         PRIMARY KEY (series, subject, person, first)) WITHOUT ROWID;",
    // 2: the folder of the snapshot that a run stored.
    "ALTER TABLE runs ADD COLUMN snapshot TEXT;",
    // 3: the datasets that a run read with records, and those that a finding rests on, a line each. Runs of before do not say.
    "ALTER TABLE runs ADD COLUMN datasets TEXT;
     ALTER TABLE findings ADD COLUMN rests TEXT;",
];

/// Why a history cannot be used.
pub(super) fn fail(path: &Path, error: &rusqlite::Error) -> Error {
    let (why, help) = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => ("it is no SQLite file", "name another file under `history:`"),
        Some(ErrorCode::DatabaseCorrupt) => ("it is damaged", "put it aside, and a new one begins; or restore a copy"),
        Some(ErrorCode::DiskFull) => ("the disk is full", "make room; the run can be repeated"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            ("another run has been writing it for a minute", "try again when that one has ended")
        }
        Some(ErrorCode::ReadOnly) => ("it may not be written", "check its permissions and those of its folder"),
        _ => return unusable(path, &error.to_string(), "check the file, its folder and their permissions"),
    };
    unusable(path, why, help)
}

/// The same where it is no word of the database.
pub(super) fn unusable(path: &Path, why: &str, help: &str) -> Error {
    Error::input(Fault::new(format!("the history {} could not be used: {why}", path.display())).help(help))
}

/// Opens a history to write; it begins here where there is none. Its owner alone may read it: whoever holds the key that
/// is in it can try who is meant.
pub(super) fn open(path: &Path) -> Result<Connection> {
    let failed = |error: std::io::Error| unusable(path, &error.to_string(), "check the folder and its permissions");
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(failed)?;
    connect(path)
}

/// Opens a history to read. Nothing begins here.
pub(super) fn read(path: &Path) -> Result<Connection> {
    if path.exists() {
        return connect(path);
    }
    let fault = Fault::new(format!("there is no history in {}", path.display()));
    Err(Error::input(fault.help("crmlint audit writes it, where `history:` of crmlint.yaml names it")))
}

fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let found = Connection::open_with_flags(path, flags).map_err(|error| fail(path, &error))?;
    match version(&found) {
        // A log beside the file cannot be made in a folder that may not be written, and there is none to mind.
        Err(error) if matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)) => {
            let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            let found = Connection::open_with_flags(format!("file:{name}?immutable=1"), flags);
            ready(path, found.map_err(|error| fail(path, &error))?)
        }
        _ => ready(path, found),
    }
}

/// The version of the shape.
fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection.busy_timeout(PATIENCE)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Brings a database to the newest shape; refuses one that is no history, or of a version that this one does not know.
fn ready(path: &Path, mut connection: Connection) -> Result<Connection> {
    let failed = |error: rusqlite::Error| fail(path, &error);
    let found = version(&connection).map_err(failed)?;
    // In this order: another run may begin the file at the same time, and gives it both at once.
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    if tables > 0 && application != APPLICATION {
        return Err(unusable(path, "it is the database of another program", "name another file under `history:`"));
    }
    if found > VERSIONS.len() {
        let why = format!("a newer crmlint wrote it (version {found}; this one knows {})", VERSIONS.len());
        return Err(unusable(path, &why, "update crmlint"));
    }
    if found < VERSIONS.len() {
        logged(&connection).map_err(failed)?;
        upgrade(&mut connection).map_err(failed)?;
    }
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    Ok(connection)
}

/// Writes go to a log beside the file first. Two runs that begin at once may have to wait for each other here, and SQLite
/// does not wait for that by itself.
fn logged(connection: &Connection) -> rusqlite::Result<()> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(10));
            }
            other => return other.map(drop),
        }
    }
}

/// Every step that is missing, all of them or none.
fn upgrade(connection: &mut Connection) -> rusqlite::Result<()> {
    let writing = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another run may have done it meanwhile.
    let done: i64 = writing.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for step in VERSIONS.iter().skip(usize::try_from(done).unwrap_or(usize::MAX)) {
        writing.execute_batch(step)?;
    }
    writing.pragma_update(None, "application_id", APPLICATION)?;
    writing.pragma_update(None, "user_version", VERSIONS.len() as i64)?;
    writing.commit()
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
