//! What a history holds, for those who ask: runs, one run with its findings, two runs held against each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row};

use super::past::{Look, Rests, looked, read_lines};
use super::{people, schema};
use crate::error::{Error, Fault, Result};

/// A history that is open to be read.
#[derive(Debug)]
pub struct History {
    file: Connection,
    path: PathBuf,
}

/// One run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its number.
    pub id: i64,
    /// What counted as now.
    pub instant: i64,
    /// The config, as it is found from the history.
    pub config: String,
    /// `launch`, `hygiene` or blank.
    pub profile: String,
    /// Which rules were asked for; blank where nobody chose.
    pub selection: String,
    /// The version of the program.
    pub version: String,
    /// The exit code.
    pub exit: u8,
    /// How it ended, in a few words.
    pub verdict: String,
    /// Standing errors, warnings and notes, and what was accepted.
    pub counts: [u64; 4],
    /// The scores of identities and triggers, in tenths.
    pub scores: [Option<u32>; 2],
    /// Records that were read.
    pub records: u64,
    /// People whom a standing finding names, where they were followed.
    pub people: Option<u64>,
    /// The folder of its snapshot.
    pub snapshot: Option<String>,
    series: i64,
    key: Option<String>,
    datasets: Option<String>,
}

/// A finding of a run; for one that is gone, as it last was.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Code and subject, hashed.
    pub fingerprint: String,
    /// The rule's code.
    pub code: String,
    /// The rule's name.
    pub name: String,
    /// The dataset.
    pub dataset: Option<String>,
    /// What it is about.
    pub subject: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// Records.
    pub records: u64,
    /// People.
    pub people: u64,
    /// Whether the team accepted it.
    pub accepted: bool,
    /// `new`, `still`, `reopened`; none in the first run.
    pub state: Option<String>,
    /// Since when it has been there.
    pub since: i64,
    id: i64,
    rests: Option<String>,
}

/// What became of a rule in a run.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its code.
    pub code: String,
    /// How it ended.
    pub status: String,
    /// Whether it could not look at something.
    pub partly: bool,
    gaps: String,
    /// Standing findings.
    pub findings: u64,
}

/// Two runs held against each other.
#[derive(Debug, Default)]
pub struct Compared {
    /// In the second alone.
    pub come: Vec<Seen>,
    /// In the first alone, and looked for in the second.
    pub gone: Vec<Seen>,
    /// In the first alone, and nobody looked at everything in the second.
    pub unknown: Vec<Seen>,
    /// In both: as they were, and as they are.
    pub both: Vec<(Seen, Seen)>,
    /// People who came to a finding and who left it, by fingerprint, where both runs followed them with one key.
    pub people: BTreeMap<String, [u64; 2]>,
}

const RUNS: &str =
    "SELECT r.id, r.instant, s.config, s.profile, s.selection, r.version, r.exit, r.verdict, r.errors, r.warnings,
    r.notes, r.accepted, r.identity, r.triggers, r.records, r.people, r.snapshot, r.series, r.key, r.datasets
    FROM runs r JOIN series s ON s.id = r.series";

const FINDINGS: &str =
    "SELECT s.fingerprint, s.code, s.name, s.dataset, s.subject, f.severity, f.records, f.people, f.accepted,
    f.state, f.since, s.id, f.rests FROM findings f JOIN subjects s ON s.id = f.subject WHERE f.run = ?1";

/// What a run fixed, as it was in the newest run of the series before that had it.
const FIXED: &str =
    "SELECT s.fingerprint, s.code, s.name, s.dataset, s.subject, f.severity, f.records, f.people, f.accepted,
    f.state, f.since, s.id, f.rests FROM fixed x JOIN subjects s ON s.id = x.subject JOIN runs now ON now.id = x.run
    JOIN findings f ON f.subject = x.subject AND f.run = (
        SELECT r.id FROM findings b JOIN runs r ON r.id = b.run WHERE b.subject = x.subject AND r.series = now.series
            AND (r.instant, r.id) < (now.instant, now.id) ORDER BY r.instant DESC, r.id DESC LIMIT 1)
    WHERE x.run = ?1";

/// Worst first, as in reports.
const ORDER: &str =
    " ORDER BY f.accepted, CASE f.severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, f.people DESC,
    f.records DESC, s.code, s.subject";

fn number(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(at).map(i64::unsigned_abs)
}

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    Ok(Run {
        id: row.get(0)?,
        instant: row.get(1)?,
        config: row.get(2)?,
        profile: row.get(3)?,
        selection: row.get(4)?,
        version: row.get(5)?,
        exit: row.get(6)?,
        verdict: row.get(7)?,
        counts: [number(row, 8)?, number(row, 9)?, number(row, 10)?, number(row, 11)?],
        scores: [row.get(12)?, row.get(13)?],
        records: number(row, 14)?,
        people: row.get::<_, Option<i64>>(15)?.map(i64::unsigned_abs),
        snapshot: row.get(16)?,
        series: row.get(17)?,
        key: row.get(18)?,
        datasets: row.get(19)?,
    })
}

fn seen(row: &Row<'_>) -> rusqlite::Result<Seen> {
    Ok(Seen {
        fingerprint: row.get(0)?,
        code: row.get(1)?,
        name: row.get(2)?,
        dataset: row.get(3)?,
        subject: row.get(4)?,
        severity: row.get(5)?,
        records: number(row, 6)?,
        people: number(row, 7)?,
        accepted: row.get(8)?,
        state: row.get(9)?,
        since: row.get(10)?,
        id: row.get(11)?,
        rests: row.get(12)?,
    })
}

impl Seen {
    /// What it rests on; a run of before knew the dataset of its subject alone.
    fn rests(&self) -> Rests {
        let own = || self.dataset.iter().cloned().collect();
        Rests { on: self.rests.as_deref().map_or_else(own, read_lines), has_rows: self.records > 0 }
    }
}

impl History {
    /// Opens a history that is there.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { file: schema::read(path)?, path: path.to_owned() })
    }

    fn list<T>(
        &self,
        query: &str,
        of: impl rusqlite::Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let rows = || -> rusqlite::Result<Vec<T>> {
            let mut query = self.file.prepare(query)?;
            query.query_map(of, read)?.collect()
        };
        rows().map_err(|error| schema::fail(&self.path, &error))
    }

    /// Every run, oldest first.
    pub fn runs(&self) -> Result<Vec<Run>> {
        self.list(&format!("{RUNS} ORDER BY r.instant, r.id"), [], run)
    }

    /// A run by its number; `last` is the newest.
    pub fn run(&self, named: &str) -> Result<Run> {
        let runs = self.runs()?;
        let found = match named {
            "last" => runs.last(),
            number => runs.iter().find(|run| run.id.to_string() == number),
        };
        found.cloned().ok_or_else(|| {
            let fault = Fault::new(format!("the history {} holds no run {named}", self.path.display()));
            Error::usage(fault.help("crmlint history list names them by number; `last` is the newest"))
        })
    }

    /// The findings of a run, worst first; accepted ones at the end.
    pub fn findings(&self, run: &Run) -> Result<Vec<Seen>> {
        self.list(&format!("{FINDINGS}{ORDER}"), [run.id], seen)
    }

    /// What was gone in a run.
    pub fn fixed(&self, run: &Run) -> Result<Vec<Seen>> {
        self.list(&format!("{FIXED}{ORDER}"), [run.id], seen)
    }

    /// What became of the rules of a run.
    pub fn rules(&self, run: &Run) -> Result<Vec<Known>> {
        let known = |row: &Row<'_>| {
            let gaps: String = row.get(2)?;
            Ok(Known {
                code: row.get(0)?,
                status: row.get(1)?,
                partly: !gaps.is_empty(),
                gaps,
                findings: number(row, 3)?,
            })
        };
        self.list("SELECT code, status, gaps, findings FROM rules WHERE run = ?1 ORDER BY code", [run.id], known)
    }

    /// Holds the second run against the first.
    pub fn compare(&self, one: &Run, other: &Run) -> Result<Compared> {
        let mut old: BTreeMap<String, Seen> =
            self.findings(one)?.into_iter().map(|seen| (seen.fingerprint.clone(), seen)).collect();
        let sound = |run: &Run| -> Result<BTreeMap<String, Look>> {
            let datasets = run.datasets.as_deref().map(read_lines);
            let rules = self.rules(run)?.into_iter().filter(|rule| rule.status != "failed");
            Ok(rules.map(|rule| (rule.code, Look { gaps: rule.gaps, datasets: datasets.clone() })).collect())
        };
        let (before, after) = (sound(one)?, sound(other)?);
        let looked = |seen: &Seen| {
            let looks = after.get(&seen.code).zip(before.get(&seen.code));
            looks.is_some_and(|(now, then)| looked(now, then, &seen.rests()))
        };
        let mut compared = Compared { people: self.moved(one, other)?, ..Compared::default() };
        for now in self.findings(other)? {
            match old.remove(&now.fingerprint) {
                Some(then) => compared.both.push((then, now)),
                None => compared.come.push(now),
            }
        }
        for then in self.findings(one)?.into_iter().filter(|then| old.contains_key(&then.fingerprint)) {
            let into = if looked(&then) { &mut compared.gone } else { &mut compared.unknown };
            into.push(then);
        }
        Ok(compared)
    }

    /// People by finding, where both runs followed them with one key.
    fn moved(&self, one: &Run, other: &Run) -> Result<BTreeMap<String, [u64; 2]>> {
        if one.series != other.series || one.key.is_none() || one.key != other.key {
            return Ok(BTreeMap::new());
        }
        let failed = |error: rusqlite::Error| schema::fail(&self.path, &error);
        let moved = people::between(&self.file, one.series, [one.id, other.id]).map_err(failed)?;
        let seen = [self.findings(one)?, self.findings(other)?].concat();
        Ok(seen.into_iter().filter_map(|seen| Some((seen.fingerprint, *moved.get(&seen.id)?))).collect())
    }
}
