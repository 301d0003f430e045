//! What earlier runs of a series say of each finding: when it was last there, and whether its rule looked for it since.
//!
//! A rule that could not look at something names its gaps. It looked for a finding when it has no gap that it had not when
//! the finding was last there: one gap more, and that the finding is missing may mean that nobody looked. The same where a
//! file that the finding rests on is not there, or holds no record: a rule need not miss what it never heard of.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Result, params};
use xxhash_rust::xxh3::xxh3_64;

use crate::findings::trend::{Point, State};
use crate::findings::{Gap, Hit, Input, Outcome, Severity, Status};

/// The place of a run among those of its series.
type Order = (i64, i64);

/// A finding when it was last there.
#[derive(Debug, Clone)]
pub(super) struct Last {
    pub(super) subject: i64,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) about: String,
    pub(super) severity: Severity,
    pub(super) people: u64,
    /// Whether the team accepted it.
    pub(super) accepted: bool,
    /// Since when it had been there.
    pub(super) since: i64,
    at: Order,
    /// What its rule looked at then.
    look: Look,
    /// What it rests on.
    rests: Rests,
}

/// What a rule looked at in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// What it could not look at.
    pub(super) gaps: String,
    /// The datasets with records; none where the run does not say.
    pub(super) datasets: Option<BTreeSet<String>>,
}

/// What a finding rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rests {
    /// The datasets of its subject and its records; may be empty.
    pub(super) on: BTreeSet<String>,
    /// Whether it counts records.
    pub(super) has_rows: bool,
}

impl Rests {
    /// What a finding of a run that read these datasets rests on.
    pub(super) fn of(hit: &Hit, datasets: &BTreeSet<String>) -> Self {
        let named = datasets.iter().filter(|dataset| names(&hit.subject.name, dataset)).cloned();
        let rows = hit.samples.iter().map(|row| row.dataset.clone()).filter(|dataset| datasets.contains(dataset));
        Self { on: hit.subject.dataset.iter().cloned().chain(named).chain(rows).collect(), has_rows: hit.rows > 0 }
    }
}

/// Whether a subject names a dataset: `zoho.contacts.Email` and `zoho.contacts = zoho.leads`, not `zoho.contacts_old`.
fn names(subject: &str, dataset: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    subject.match_indices(dataset).any(|(at, _)| {
        !is_word(subject[..at].chars().next_back()) && !is_word(subject[at + dataset.len()..].chars().next())
    })
}

/// A list of datasets as the history keeps it: a line each.
pub(super) fn lines(datasets: &BTreeSet<String>) -> String {
    datasets.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// The same read back.
pub(super) fn read_lines(text: &str) -> BTreeSet<String> {
    text.lines().map(str::to_owned).collect()
}

/// The datasets that a run read with records.
pub(super) fn datasets(inputs: &[Input]) -> BTreeSet<String> {
    inputs.iter().filter(|input| input.rows > 0).map(|input| input.dataset.clone()).collect()
}

/// Everything that earlier runs know.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// The newest run; none where this is the first.
    pub(super) before: Option<i64>,
    /// By fingerprint.
    pub(super) findings: BTreeMap<String, Last>,
    /// What each rule could not look at, by code, in every run in which it did not break.
    looks: BTreeMap<String, Vec<(Order, Look)>>,
}

impl Past {
    /// What the runs of a series knew that are not later than now.
    pub(super) fn read(file: &Connection, series: i64, now: i64) -> Result<Self> {
        let mut past = Self {
            before: file.query_row(
                "SELECT max(instant) FROM runs WHERE series = ?1 AND instant <= ?2",
                [series, now],
                |row| row.get(0),
            )?,
            ..Self::default()
        };
        let mut query = file.prepare(
            "SELECT s.fingerprint, s.id, s.code, s.name, s.subject, f.severity, f.people, f.accepted, f.since, f.instant, f.run,
                 u.gaps, f.datasets, f.rests, s.dataset, f.records
             FROM (SELECT f.*, r.instant, r.datasets, row_number() OVER (PARTITION BY f.subject ORDER BY r.instant DESC, r.id DESC) AS nth
                   FROM findings f JOIN runs r ON r.id = f.run WHERE r.series = ?1 AND r.instant <= ?2) f
             JOIN subjects s ON s.id = f.subject JOIN rules u ON u.run = f.run AND u.code = s.code WHERE f.nth = 1",
        )?;
        let listed = |text: Option<String>| text.as_deref().map(read_lines);
        let last = |row: &rusqlite::Row<'_>| {
            let own: Option<String> = row.get(14)?;
            let last = Last {
                subject: row.get(1)?,
                code: row.get(2)?,
                name: row.get(3)?,
                about: row.get(4)?,
                severity: Severity::parse(&row.get::<_, String>(5)?).unwrap_or(Severity::Note),
                people: row.get::<_, i64>(6)?.unsigned_abs(),
                accepted: row.get(7)?,
                since: row.get(8)?,
                at: (row.get(9)?, row.get(10)?),
                look: Look { gaps: row.get(11)?, datasets: listed(row.get(12)?) },
                rests: Rests {
                    // A run of before knew the dataset of the subject alone.
                    on: listed(row.get(13)?).unwrap_or_else(|| own.into_iter().collect()),
                    has_rows: row.get::<_, i64>(15)? > 0,
                },
            };
            Ok((row.get(0)?, last))
        };
        past.findings = query.query_map([series, now], last)?.collect::<Result<_>>()?;
        let mut query = file.prepare(
            "SELECT u.code, r.instant, r.id, u.gaps, r.datasets FROM rules u JOIN runs r ON r.id = u.run
             WHERE u.status <> 'failed' AND r.series = ?1 AND r.instant <= ?2",
        )?;
        let mut rows = query.query([series, now])?;
        while let Some(row) = rows.next()? {
            let look = Look { gaps: row.get(3)?, datasets: listed(row.get(4)?) };
            past.looks.entry(row.get(0)?).or_default().push(((row.get(1)?, row.get(2)?), look));
        }
        Ok(past)
    }

    /// Whether no later run looked for a finding and did not find it.
    pub(super) fn is_open(&self, last: &Last) -> bool {
        let mut looks = self.looks.get(&last.code).into_iter().flatten();
        !looks.any(|(at, look)| *at > last.at && looked(look, &last.look, &last.rests))
    }

    /// Whether this run looked for a finding.
    pub(super) fn is_looked_for(last: &Last, looks: &BTreeMap<&str, Look>) -> bool {
        looks.get(last.code.as_str()).is_some_and(|look| looked(look, &last.look, &last.rests))
    }

    /// How a finding of now stands to that, and since when it has been there. The first run of all has no state to tell.
    pub(super) fn state(&self, fingerprint: &str, now: i64) -> (Option<State>, i64) {
        match self.findings.get(fingerprint) {
            _ if self.before.is_none() => (None, now),
            None => (Some(State::New), now),
            Some(last) if self.is_open(last) => (Some(State::Still), last.since),
            Some(_) => (Some(State::Reopened), now),
        }
    }
}

/// What a rule could not look at, as short hashes: what it says, but for the numbers in it.
pub(super) fn gaps(outcome: &Outcome) -> String {
    let plain = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let mark =
        |gap: &Gap| format!("{:08x}", xxh3_64(format!("{}\u{1f}{}", gap.subject, plain(&gap.reason)).as_bytes()) >> 32);
    outcome.gaps.iter().map(mark).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
}

/// What all rules looked at that did not break, by code.
pub(super) fn looks_of<'a>(outcomes: &'a [Outcome], datasets: &BTreeSet<String>) -> BTreeMap<&'a str, Look> {
    let sound = outcomes.iter().filter(|outcome| !matches!(outcome.status, Status::Failed(_)));
    let look = |outcome| Look { gaps: gaps(outcome), datasets: Some(datasets.clone()) };
    sound.map(|outcome| (outcome.code.as_str(), look(outcome))).collect()
}

/// Whether a finding that was there then was looked for now: what it rests on was read, and for one that names no dataset
/// and counts records, all that was read then.
pub(super) fn looked(now: &Look, then: &Look, rests: &Rests) -> bool {
    let all = BTreeSet::new();
    let needed = match (rests.on.is_empty(), &then.datasets) {
        (false, _) => &rests.on,
        (true, Some(datasets)) if rests.has_rows => datasets,
        _ => &all,
    };
    covers(&now.gaps, &then.gaps) && now.datasets.as_ref().is_none_or(|read| needed.is_subset(read))
}

/// Whether a rule with these gaps looked at all that it had looked at with those.
pub(super) fn covers(now: &str, then: &str) -> bool {
    let then: BTreeSet<&str> = then.split(' ').collect();
    now.split_whitespace().all(|gap| then.contains(gap))
}

/// The newest runs of a series up to one, oldest first.
pub(super) fn points(file: &Connection, series: i64, upto: Order, most: usize) -> Result<Vec<Point>> {
    let mut query = file.prepare(
        "SELECT instant, errors, warnings, notes, identity, triggers, people FROM runs
         WHERE series = ?1 AND (instant, id) <= (?2, ?3) ORDER BY instant DESC, id DESC LIMIT ?4",
    )?;
    let number = |row: &rusqlite::Row<'_>, at: usize| row.get::<_, i64>(at).map(i64::unsigned_abs);
    let point = |row: &rusqlite::Row<'_>| {
        Ok(Point {
            instant: row.get(0)?,
            graded: [number(row, 1)?, number(row, 2)?, number(row, 3)?],
            identity: row.get(4)?,
            triggers: row.get(5)?,
            people: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
        })
    };
    let found = query.query_map(params![series, upto.0, upto.1, most as i64], point)?;
    let mut points: Vec<Point> = found.collect::<Result<_>>()?;
    points.reverse();
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::{Look, Rests, covers, gaps, looked, names};
    use crate::findings::{Gap, Outcome, Severity, Status, Texts};

    fn outcome(reasons: &[&str]) -> Outcome {
        let gap = |reason: &&str| Gap { subject: "a".to_owned(), reason: (*reason).to_owned(), column: None };
        Outcome {
            code: "X001".to_owned(),
            name: "x".to_owned(),
            texts: Texts::default(),
            severity: Severity::Error,
            status: Status::NotEvaluated,
            subjects: 1,
            gaps: reasons.iter().map(gap).collect(),
            findings: Vec::new(),
        }
    }

    #[test]
    fn a_file_less_and_nobody_looked() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let look = |names: &[&str]| Look { gaps: String::new(), datasets: Some(set(names)) };
        let rests = |on: &[&str], has_rows| Rests { on: set(on), has_rows };
        let then = look(&["a", "b"]);
        for (now, rests, is_looked) in [
            (look(&["a"]), rests(&["a"], true), true),
            (look(&["a"]), rests(&["b"], true), false),
            (look(&["a"]), rests(&["a", "b"], true), false),
            (look(&["a"]), rests(&[], true), false),
            (look(&["a"]), rests(&[], false), true),
            (look(&["a", "b", "c"]), rests(&[], true), true),
            (Look::default(), rests(&["b"], true), true),
        ] {
            assert_eq!(looked(&now, &then, &rests), is_looked, "{now:?} {rests:?}");
        }
        assert!(names("zoho.contacts.Email", "zoho.contacts") && names("a = zoho.contacts", "zoho.contacts"));
        assert!(!names("zoho.contacts_old.Email", "zoho.contacts"));
    }

    #[test]
    fn one_gap_more_and_nobody_looked() {
        let [none, one, other, both] =
            [&[][..], &["no b"], &["no c"], &["no c", "no b"]].map(|reasons| gaps(&outcome(reasons)));
        assert_eq!(none, "");
        for (now, then, looked) in [
            (&none, &none, true),
            (&none, &both, true),
            (&one, &both, true),
            (&one, &one, true),
            (&one, &none, false),
            (&one, &other, false),
            (&both, &one, false),
        ] {
            assert_eq!(covers(now, then), looked, "{now} {then}");
        }
        assert_eq!(gaps(&outcome(&["12 of 30"])), gaps(&outcome(&["7 of 31"])), "numbers move from run to run");
    }
}
