//! Who came to a finding and who left it, by keyed hashes: one row for each stay, so that a year of days in which little
//! moves takes hardly more room than one day.

use std::collections::BTreeMap;

use rusqlite::{Connection, Result, params};

use crate::findings::trend::Moved;

/// What is written of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stay {
    pub(super) series: i64,
    pub(super) run: i64,
}

/// One person at a finding: the run of the stay that has not ended, and whether an earlier one has.
struct Held {
    person: i64,
    open: Option<i64>,
    was: bool,
}

/// People over several findings, to be told once each.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    /// Who was there in the run before.
    before: Vec<i64>,
    /// Who is there.
    now: Vec<i64>,
    /// Who was there at some time.
    ever: Vec<i64>,
}

impl Crowd {
    /// How many are there.
    pub(super) fn count(&mut self) -> u64 {
        tidy(&mut self.now);
        self.now.len() as u64
    }

    /// How they moved.
    pub(super) fn moved(mut self) -> Moved {
        for list in [&mut self.before, &mut self.now, &mut self.ever] {
            tidy(list);
        }
        let has = |list: &[i64], person: &i64| list.binary_search(person).is_ok();
        let mut moved = Moved::default();
        for person in &self.now {
            match (has(&self.before, person), has(&self.ever, person)) {
                (true, _) => moved.still += 1,
                (false, true) => moved.back += 1,
                (false, false) => moved.new += 1,
            }
        }
        moved.gone = self.before.iter().filter(|person| !has(&self.now, person)).count() as u64;
        moved
    }
}

fn tidy(list: &mut Vec<i64>) {
    list.sort_unstable();
    list.dedup();
}

/// How a finding takes part in the crowd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    /// Whether it stood in the run before.
    pub(super) before: bool,
    /// Whether it stands now.
    pub(super) now: bool,
}

impl Stay {
    /// Ends every stay: the hashes of this run are made with another key, and nobody would be known again.
    pub(super) fn end_all(self, file: &Connection) -> Result<()> {
        file.execute("DELETE FROM people WHERE series = ?1", [self.series])?;
        Ok(())
    }

    /// Holds the people of a finding against those of before, writes who came and who left, and says how many.
    pub(super) fn follow(
        self,
        file: &Connection,
        subject: i64,
        now: &[i64],
        crowd: &mut Crowd,
        counts: Counts,
    ) -> Result<Moved> {
        let held = self.held(file, subject)?;
        let mut moved = Moved::default();
        let mut come = Vec::new();
        let mut old = held.iter().peekable();
        let mut left = Vec::new();
        for person in now {
            while let Some(one) = old.next_if(|one| one.person < *person) {
                left.push(one);
            }
            match old.next_if(|one| one.person == *person) {
                Some(Held { open: Some(_), .. }) => moved.still += 1,
                found => {
                    if found.is_some() {
                        moved.back += 1
                    } else {
                        moved.new += 1
                    }
                    come.push(*person);
                }
            }
        }
        left.extend(old);
        let mut end = file
            .prepare("UPDATE people SET gone = ?1 WHERE series = ?2 AND subject = ?3 AND person = ?4 AND first = ?5")?;
        for (one, first) in left.into_iter().filter_map(|one| Some((one, one.open?))) {
            end.execute(params![self.run, self.series, subject, one.person, first])?;
            moved.gone += 1;
        }
        let mut begin = file.prepare("INSERT INTO people VALUES (?1, ?2, ?3, ?4, NULL)")?;
        for person in come {
            begin.execute(params![self.series, subject, person, self.run])?;
        }
        if counts.now {
            crowd.now.extend(now);
        }
        crowd.know(&held, counts.before);
        Ok(moved)
    }

    /// People of a finding that nobody could look at: they stay where they are.
    pub(super) fn keep(self, file: &Connection, subject: i64, crowd: &mut Crowd, counts: Counts) -> Result<()> {
        let held = self.held(file, subject)?;
        if counts.now {
            crowd.now.extend(held.iter().filter(|one| one.open.is_some()).map(|one| one.person));
        }
        crowd.know(&held, counts.before);
        Ok(())
    }

    /// Who was at a finding, in order.
    fn held(self, file: &Connection, subject: i64) -> Result<Vec<Held>> {
        let mut query = file.prepare(
            "SELECT person, first, gone FROM people WHERE series = ?1 AND subject = ?2 ORDER BY person, first",
        )?;
        let mut rows = query.query([self.series, subject])?;
        let mut held: Vec<Held> = Vec::new();
        while let Some(row) = rows.next()? {
            let (person, first, gone): (i64, i64, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if held.last().is_none_or(|last| last.person != person) {
                held.push(Held { person, open: None, was: false });
            }
            if let Some(last) = held.last_mut() {
                last.open = gone.is_none().then_some(first);
                last.was |= gone.is_some();
            }
        }
        Ok(held)
    }
}

impl Crowd {
    fn know(&mut self, held: &[Held], before: bool) {
        self.ever.extend(held.iter().filter(|one| one.was).map(|one| one.person));
        if before {
            self.before.extend(held.iter().filter(|one| one.open.is_some()).map(|one| one.person));
        }
    }
}

/// The people of two runs of one series, by finding: who is in the second alone, who is in the first alone.
pub(super) fn between(file: &Connection, series: i64, [one, other]: [i64; 2]) -> Result<BTreeMap<i64, [u64; 2]>> {
    let mut query = file.prepare(
        "SELECT subject, sum(there > here), sum(here > there) FROM (
             SELECT subject, person, max(first <= ?2 AND (gone IS NULL OR gone > ?2)) AS here,
                 max(first <= ?3 AND (gone IS NULL OR gone > ?3)) AS there
             FROM people WHERE series = ?1 GROUP BY subject, person)
         GROUP BY subject",
    )?;
    let found = query.query_map([series, one, other], |row| {
        let numbers: [i64; 2] = [row.get(1)?, row.get(2)?];
        Ok((row.get(0)?, numbers.map(i64::unsigned_abs)))
    })?;
    found.collect()
}
