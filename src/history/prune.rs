//! Old runs out: their lines, the people whom only they knew, and the snapshots that they stored.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rusqlite::{Connection, Result, TransactionBehavior, params};

use super::schema;
use crate::error::{self, Error, Fault};

/// Which runs stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The newest so many of each config, profile and selection.
    Newest(u32),
    /// Those of this instant and later.
    Since(i64),
}

/// What was taken out, or would be.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Runs.
    pub runs: u64,
    /// Runs that stay.
    pub left: u64,
    /// Folders of snapshots.
    pub snapshots: Vec<String>,
}

/// Takes old runs out. Snapshots go first: what is left behind when this is cut short is taken out the next time.
pub fn prune(path: &Path, which: Which, snapshots: Option<&Path>, only_say: bool) -> error::Result<Pruned> {
    let failed = |error: rusqlite::Error| schema::fail(path, &error);
    let mut file = schema::read(path)?;
    let writing = file.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let old = mark(&writing, which).map_err(failed)?;
    let mut pruned = old;
    pruned.snapshots.retain(|name| snapshots.is_some_and(|folder| folder.join(name).is_dir()));
    if only_say {
        return Ok(pruned);
    }
    for folder in pruned.snapshots.iter().filter_map(|name| Some(snapshots?.join(name))) {
        fs::remove_dir_all(&folder).map_err(|error| {
            let fault = Fault::new(format!("the snapshot {} could not be taken out: {error}", folder.display()));
            Error::input(fault.help("check its permissions; nothing was taken out of the history"))
        })?;
    }
    delete(&writing).map_err(failed)?;
    writing.commit().map_err(failed)?;
    // Room is given back to the disk; a run that reads meanwhile puts that off to the next time.
    let _ = file.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
    Ok(pruned)
}

/// Writes down which runs go, and finds the snapshots that none of the others has.
fn mark(file: &Connection, which: Which) -> Result<Pruned> {
    file.execute_batch("CREATE TEMP TABLE old (id INTEGER PRIMARY KEY)")?;
    match which {
        Which::Newest(keep) => file.execute(
            "INSERT INTO old SELECT id FROM (
                 SELECT id, row_number() OVER (PARTITION BY series ORDER BY instant DESC, id DESC) AS nth FROM runs)
             WHERE nth > ?1",
            [keep],
        )?,
        Which::Since(instant) => file.execute("INSERT INTO old SELECT id FROM runs WHERE instant < ?1", [instant])?,
    };
    let number = |query: &str| file.query_row(query, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
    let names =
        |query: &str| -> Result<BTreeSet<String>> { file.prepare(query)?.query_map([], |row| row.get(0))?.collect() };
    let gone = names("SELECT snapshot FROM runs WHERE snapshot IS NOT NULL AND id IN (SELECT id FROM old)")?;
    let kept = names("SELECT snapshot FROM runs WHERE snapshot IS NOT NULL AND id NOT IN (SELECT id FROM old)")?;
    Ok(Pruned {
        runs: number("SELECT count(*) FROM old")?,
        left: number("SELECT count(*) FROM runs WHERE id NOT IN (SELECT id FROM old)")?,
        snapshots: gone.difference(&kept).cloned().collect(),
    })
}

fn delete(file: &Connection) -> Result<()> {
    for table in ["rules", "findings", "fixed"] {
        file.execute(&format!("DELETE FROM {table} WHERE run IN (SELECT id FROM old)"), params![])?;
    }
    file.execute_batch(
        "DELETE FROM runs WHERE id IN (SELECT id FROM old);
         DELETE FROM people WHERE gone <= (SELECT min(id) FROM runs WHERE runs.series = people.series);
         DELETE FROM people WHERE series NOT IN (SELECT series FROM runs);
         DELETE FROM series WHERE id NOT IN (SELECT series FROM runs);
         DELETE FROM subjects WHERE id NOT IN (SELECT subject FROM findings UNION SELECT subject FROM fixed UNION
             SELECT subject FROM people);",
    )
}
