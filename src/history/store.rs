//! One finished run in, the same run with its past out: what is new, still there, back and gone. All of it is read and
//! written in one transaction, so that runs side by side see each other whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use ring::rand::SecureRandom;
use rusqlite::{Connection, OptionalExtension, Result, Transaction, TransactionBehavior, params};

use super::affected::Affected;
use super::past::{Last, Past, Rests, datasets, gaps, lines, looks_of, points, read_lines};
use super::people::{Counts, Crowd, Stay};
use super::schema;
use crate::error;
use crate::findings::sketch::Key;
use crate::findings::trend::{Fixed, Moved, State, Trend};
use crate::findings::{Finding, Severity, Verdict, masking};

/// Runs of a trend.
const POINTS: usize = 30;

/// What is remembered of a run beside its verdict.
#[derive(Debug)]
pub struct Ran<'a> {
    /// The config, as a path.
    pub config: &'a Path,
    /// Which rules were asked for; blank where nobody chose.
    pub selection: String,
    /// How the run ended, in a few words.
    pub word: &'a str,
    /// Whom its findings name.
    pub affected: Option<&'a Affected>,
    /// The key of the environment or of a file.
    pub key: Option<Key>,
    /// The folder of the snapshot that it stored.
    pub snapshot: Option<&'a str>,
}

/// Writes a run down, and tells the verdict how it stands to those before it.
pub fn remember(path: &Path, verdict: &mut Verdict, ran: &Ran<'_>) -> error::Result<()> {
    let failed = |error: rusqlite::Error| schema::fail(path, &error);
    let mut file = schema::open(path)?;
    let config = beside(path, ran.config);
    let writing = file.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let key = match &ran.key {
        Some(key) => key.clone(),
        None => own_key(path, &writing)?,
    };
    let series = series(&writing, verdict, ran, &config).map_err(failed)?;
    let past = Past::read(&writing, series, verdict.now).map_err(failed)?;
    let run = begin(&writing, series, verdict, ran).map_err(failed)?;
    let read = datasets(&verdict.inputs);
    let mut entry = Entry { file: &writing, series, run, read, past, told: BTreeMap::new() };
    let trend = entry.write(verdict, ran, &key).map_err(failed)?;
    let told = entry.told;
    // Nothing is said that is not written.
    writing.commit().map_err(failed)?;
    for finding in verdict.findings.iter_mut().chain(&mut verdict.accepted) {
        let Some(told) = told.get(&finding.fingerprint) else { continue };
        (finding.state, finding.moved) = (told.state, told.moved);
        finding.since = told.state.map(|_| told.since);
    }
    verdict.trend = Some(trend);
    Ok(())
}

/// The config, as it is found from the folder of the history: the same in every clone.
fn beside(history: &Path, config: &Path) -> String {
    let folder = history.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let (Ok(from), Ok(to)) = (folder.canonicalize(), config.canonicalize()) else {
        return config.to_string_lossy().into_owned();
    };
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - shared);
    let down = to[shared..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// The key that a history keeps; it begins here where there is none.
pub fn key(path: &Path) -> error::Result<Key> {
    let failed = |error: rusqlite::Error| schema::fail(path, &error);
    let mut file = schema::open(path)?;
    let writing = file.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let key = own_key(path, &writing)?;
    writing.commit().map_err(failed)?;
    Ok(key)
}

/// The key of a history that is given none: made once, and kept in it.
fn own_key(path: &Path, file: &Transaction<'_>) -> error::Result<Key> {
    let failed = |error: rusqlite::Error| schema::fail(path, &error);
    let held: Option<String> =
        file.query_row("SELECT value FROM meta WHERE name = 'key'", [], |row| row.get(0)).optional().map_err(failed)?;
    let text = match held {
        Some(text) => text,
        None => {
            let mut bytes = [0_u8; 32];
            let random = ring::rand::SystemRandom::new().fill(&mut bytes);
            random.map_err(|_| schema::unusable(path, "the system gives no random numbers", "try again"))?;
            let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            file.execute("INSERT INTO meta VALUES ('key', ?1)", [&text]).map_err(failed)?;
            text
        }
    };
    Key::of(&text, &path.display().to_string())
}

/// The runs that this one is held against: of one config, profile and selection.
fn series(file: &Connection, verdict: &Verdict, ran: &Ran<'_>, config: &str) -> Result<i64> {
    let named = params![config, verdict.profile.as_deref().unwrap_or_default(), ran.selection];
    file.execute("INSERT OR IGNORE INTO series (config, profile, selection) VALUES (?1, ?2, ?3)", named)?;
    let known = "SELECT id FROM series WHERE config = ?1 AND profile = ?2 AND selection = ?3";
    file.query_row(known, named, |row| row.get(0))
}

/// The line of the run itself.
fn begin(file: &Connection, series: i64, verdict: &Verdict, ran: &Ran<'_>) -> Result<i64> {
    let of = |severity: Severity| verdict.findings.iter().filter(|finding| finding.severity == severity).count() as i64;
    let records: u64 = verdict.inputs.iter().map(|input| input.rows).sum();
    file.execute(
        "INSERT INTO runs (series, instant, version, exit, verdict, errors, warnings, notes, accepted, identity, triggers,
             records, snapshot, datasets) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        params![
            series,
            verdict.now,
            env!("CARGO_PKG_VERSION"),
            verdict.exit as u8,
            ran.word,
            of(Severity::Error),
            of(Severity::Warning),
            of(Severity::Note),
            verdict.accepted.len() as i64,
            verdict.scores.identity.tenths,
            verdict.scores.triggers.tenths,
            records as i64,
            ran.snapshot,
            lines(&datasets(&verdict.inputs)),
        ],
    )?;
    let run = file.last_insert_rowid();
    let mut insert = file.prepare("INSERT INTO rules VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    for outcome in &verdict.outcomes {
        let standing = || outcome.findings.iter().filter(|finding| finding.accepted.is_none());
        let records: u64 = standing().map(|finding| finding.hit.rows).sum();
        let people = standing().map(|finding| finding.hit.people).max().unwrap_or_default();
        let status = outcome.status.name();
        let found = standing().count() as i64;
        insert.execute(params![run, outcome.code, status, gaps(outcome), found, records as i64, people as i64])?;
    }
    Ok(run)
}

/// A run that is being written.
struct Entry<'a> {
    file: &'a Connection,
    series: i64,
    run: i64,
    /// The datasets with records.
    read: BTreeSet<String>,
    past: Past,
    /// What is known of each finding, by fingerprint.
    told: BTreeMap<String, Told>,
}

/// How a finding stands to earlier runs.
struct Told {
    subject: i64,
    state: Option<State>,
    since: i64,
    moved: Option<Moved>,
}

impl Entry<'_> {
    fn write(&mut self, verdict: &Verdict, ran: &Ran<'_>, key: &Key) -> Result<Trend> {
        for finding in verdict.findings.iter().chain(&verdict.accepted) {
            let told = self.finding(finding, verdict.now)?;
            self.told.insert(finding.fingerprint.clone(), told);
        }
        let (fixed, unknown) = self.missing(verdict);
        let state = |finding: &&Finding| self.told.get(&finding.fingerprint).and_then(|told| told.state);
        let of = |wanted: State| verdict.findings.iter().filter(|one| state(one) == Some(wanted)).count() as u64;
        let mut trend = Trend {
            before: self.past.before,
            has_others: self.has_others()?,
            new: of(State::New),
            still: of(State::Still),
            reopened: of(State::Reopened),
            fixed: self.fixed(&fixed)?,
            unknown: unknown.len() as u64,
            not_looked_for: unknown.iter().map(|print| (*print).to_owned()).collect(),
            ..Trend::default()
        };
        match ran.affected {
            Some(_) if !self.is_newest(verdict.now)? => {
                trend.remark = Some("People were not compared: the history holds a later run.".to_owned());
            }
            Some(affected) => match self.absent()? {
                // Their people are not gone, and others would be known by other records.
                Some(absent) => {
                    trend.remark = Some(format!("People were not compared: this run read no record of {absent}."));
                }
                None => {
                    let hashed = affected.hashed(key);
                    let (people, moved) = self.people(verdict, [&fixed, &unknown], &hashed, &key.id())?;
                    trend.people = people;
                    for (print, moved) in moved {
                        if let Some(told) = self.told.get_mut(&print) {
                            told.moved = told.state.map(|_| moved);
                        }
                    }
                    if trend.people.is_none() && trend.before.is_some() {
                        trend.remark = Some("People were not compared: the run before had another key.".to_owned());
                    }
                }
            },
            None => {}
        }
        trend.points = points(self.file, self.series, (verdict.now, self.run), POINTS)?;
        Ok(trend)
    }

    /// The datasets that the last run which followed people had with records, and this one has not.
    fn absent(&self) -> Result<Option<String>> {
        let last =
            "SELECT datasets FROM runs WHERE series = ?1 AND id < ?2 AND key IS NOT NULL ORDER BY id DESC LIMIT 1";
        let last: Option<Option<String>> =
            self.file.query_row(last, [self.series, self.run], |row| row.get(0)).optional()?;
        let last = read_lines(&last.flatten().unwrap_or_default());
        let absent: Vec<&str> = last.difference(&self.read).map(String::as_str).collect();
        Ok((!absent.is_empty()).then(|| absent.join(", ")))
    }

    /// Whether other series have runs.
    fn has_others(&self) -> Result<bool> {
        let other = "SELECT EXISTS (SELECT 1 FROM runs WHERE series <> ?1)";
        self.file.query_row(other, [self.series], |row| row.get(0))
    }

    /// Whether no run of the series counts a later instant as now.
    fn is_newest(&self, now: i64) -> Result<bool> {
        let later = "SELECT NOT EXISTS (SELECT 1 FROM runs WHERE series = ?1 AND instant > ?2)";
        self.file.query_row(later, [self.series, now], |row| row.get(0))
    }

    /// Writes a finding, and tells how it stands.
    fn finding(&self, finding: &Finding, now: i64) -> Result<Told> {
        let (state, since) = self.past.state(&finding.fingerprint, now);
        let (hit, print) = (&finding.hit, &finding.fingerprint);
        // What got into a header may be an address.
        let about = masking::label(&hit.subject.name);
        self.file
            .prepare(
                "INSERT OR IGNORE INTO subjects (fingerprint, code, name, dataset, subject) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![print, finding.code, finding.name, hit.subject.dataset, about])?;
        let mut known = self.file.prepare("SELECT id FROM subjects WHERE fingerprint = ?1")?;
        let subject: i64 = known.query_row([print], |row| row.get(0))?;
        self.file.prepare("INSERT OR REPLACE INTO findings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?.execute(
            params![
                self.run,
                subject,
                finding.severity.name(),
                hit.rows as i64,
                hit.people as i64,
                finding.accepted.is_some(),
                state.map(State::name),
                since,
                lines(&Rests::of(hit, &self.read).on),
            ],
        )?;
        Ok(Told { subject, state, since, moved: None })
    }

    /// Findings that were there and are not found now: those that are gone, and those of which nobody knows, because their
    /// rule could not look for them.
    fn missing(&self, verdict: &Verdict) -> (Vec<&str>, Vec<&str>) {
        let found: BTreeSet<&str> =
            verdict.findings.iter().chain(&verdict.accepted).map(|finding| finding.fingerprint.as_str()).collect();
        let looks = looks_of(&verdict.outcomes, &self.read);
        let absent = self.past.findings.iter();
        let absent = absent.filter(|(print, last)| self.past.is_open(last) && !found.contains(print.as_str()));
        let (gone, unknown): (Vec<_>, Vec<_>) = absent.partition(|(_, last)| Past::is_looked_for(last, &looks));
        let prints = |list: Vec<(_, _)>| list.into_iter().map(|(print, _): (&String, &Last)| print.as_str()).collect();
        (prints(gone), prints(unknown))
    }

    /// Writes what is gone, worst first.
    fn fixed(&self, gone: &[&str]) -> Result<Vec<Fixed>> {
        let mut fixed = Vec::new();
        for (print, last) in gone.iter().filter_map(|print| Some((*print, self.past.findings.get(*print)?))) {
            self.file.execute("INSERT INTO fixed VALUES (?1, ?2)", [self.run, last.subject])?;
            fixed.push(Fixed {
                code: last.code.clone(),
                name: last.name.clone(),
                subject: last.about.clone(),
                severity: last.severity,
                fingerprint: print.to_owned(),
                since: last.since,
                people: last.people,
            });
        }
        fixed.sort_by(|one, other| {
            let worst = (other.severity, other.people).cmp(&(one.severity, one.people));
            worst.then_with(|| (&one.code, &one.subject).cmp(&(&other.code, &other.subject)))
        });
        Ok(fixed)
    }

    /// Follows the people of all findings. Nothing can be said of how they moved where there is no run before, or where its
    /// hashes were made with another key.
    fn people(
        &self,
        verdict: &Verdict,
        [fixed, unknown]: [&[&str]; 2],
        hashed: &BTreeMap<&str, Vec<i64>>,
        key: &str,
    ) -> Result<(Option<Moved>, BTreeMap<String, Moved>)> {
        let (stay, mut crowd) = (Stay { series: self.series, run: self.run }, Crowd::default());
        let before = "SELECT key FROM runs WHERE series = ?1 AND id < ?2 AND key IS NOT NULL ORDER BY id DESC LIMIT 1";
        let before = self.file.query_row(before, [self.series, self.run], |row| row.get::<_, String>(0)).optional()?;
        let compared = before.is_some_and(|before| before == key);
        if !compared {
            stay.end_all(self.file)?;
        }
        let stood = |print: &str| self.past.findings.get(print).is_some_and(|last| !last.accepted);
        let mut all = BTreeMap::new();
        for finding in verdict.findings.iter().chain(&verdict.accepted) {
            let print = finding.fingerprint.as_str();
            // Once, where a rule says two things of one subject.
            let Some(told) = self.told.get(print).filter(|_| !all.contains_key(print)) else { continue };
            let people = hashed.get(print).map(Vec::as_slice).unwrap_or_default();
            // What the team has accepted since is not gone.
            let stands = finding.accepted.is_none();
            let counts = Counts { before: stands && stood(print), now: stands };
            let moved = stay.follow(self.file, told.subject, people, &mut crowd, counts)?;
            all.insert(print.to_owned(), moved);
        }
        let last = |print: &&str| self.past.findings.get(*print);
        for last in fixed.iter().filter_map(last) {
            let counts = Counts { before: !last.accepted, now: false };
            stay.follow(self.file, last.subject, &[], &mut crowd, counts)?;
        }
        for last in unknown.iter().filter_map(last) {
            let counts = Counts { before: !last.accepted, now: !last.accepted };
            stay.keep(self.file, last.subject, &mut crowd, counts)?;
        }
        let people = crowd.count() as i64;
        let line = "UPDATE runs SET people = ?1, key = ?2 WHERE id = ?3";
        self.file.execute(line, params![people, key, self.run])?;
        Ok(if compared { (Some(crowd.moved()), all) } else { (None, BTreeMap::new()) })
    }
}
