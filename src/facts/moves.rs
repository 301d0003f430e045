//! Facts about records then and now: an earlier snapshot and today's export in, records whose cell changed out, and people
//! who have more profiles than before.

use std::collections::{BTreeMap, BTreeSet};

use ahash::{AHashMap, AHashSet};
use xxhash_rust::xxh3::xxh3_64;

use super::events::{Events, Place, Property, Reader, state};
use super::instants::Freshness;
use super::local::{Shard, Slice};
use super::tally::Counter;
use super::{Answer, Column, Fresh, Sample, Tally};
use crate::frames::normalize::Form;
use crate::mapping::spelling::Spellings;

/// Different changes beyond which they are not told apart.
const MOST_WAYS: usize = 2_000;

/// How the cells of then and now are read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// As ids or addresses.
    Key(Form),
    /// As states: by the spellings of a list, else without case.
    State(Option<Spellings>),
}

impl Cell {
    fn read(&self, text: &str) -> Option<String> {
        match self {
            Self::Key(form) => form.of(text),
            Self::State(words) => state(text, words.as_ref()),
        }
    }
}

/// Events that should tell of changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Which events.
    pub events: Events,
    /// From when on.
    pub since: i64,
    /// The property that names the record; an event without it tells of whatever its person has.
    pub of: Vec<Place>,
}

/// A column then and now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moves {
    /// In the snapshot.
    pub before: Column,
    /// Today.
    pub after: Column,
    /// How both are read.
    pub cell: Cell,
    /// Only changes into this value.
    pub into: Option<String>,
    /// What should tell of them.
    pub told: Option<Told>,
    /// Records that changed too lately to be looked at.
    pub fresh: Option<Fresh>,
}

impl Moves {
    /// The columns it reads.
    pub fn columns(&self) -> Vec<Column> {
        let told = self.told.iter().flat_map(|told| {
            let of = told.events.at(told.of.iter().map(|place| place.column));
            told.events.columns().into_iter().chain(of)
        });
        let fresh = self.fresh.iter().map(|fresh| fresh.column.clone());
        [self.before.clone(), self.after.clone()].into_iter().chain(told).chain(fresh).collect()
    }
}

/// Records then and now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Records of both with a filled cell in both.
    pub records: u64,
    /// Those whose cell changed; a sample tells what it was.
    pub moved: Tally,
    /// Those that changed too lately.
    pub held: u64,
    /// Events that could tell of them.
    pub events: u64,
    /// Those of them that name a record or a person of today, with a sure time.
    pub known: u64,
    /// Changed records of which no event tells.
    pub untold: Tally,
    /// Changed records by what the cell says now, when there are few such values.
    pub ways: BTreeMap<String, Tally>,
    /// Whether there are too many.
    pub overflow: bool,
}

impl Moved {
    /// Adds those of another shard.
    pub(super) fn merge(&mut self, other: Self, cap: usize) {
        self.records += other.records;
        self.held += other.held;
        self.events += other.events;
        self.known += other.known;
        self.moved.merge(other.moved, cap);
        self.untold.merge(other.untold, cap);
        super::merge_maps(&mut self.ways, other.ways, cap);
        self.overflow |= other.overflow || self.ways.len() > MOST_WAYS;
        if self.overflow {
            self.ways.clear();
        }
    }
}

/// A record's own id, as it is looked up.
fn id(text: &str) -> Option<u64> {
    Form::Identifier.read(text).map(|id| xxh3_64(id.as_bytes()))
}

/// The rows of a slice by the record's own id; the first of each.
fn by_key(slice: &Slice<'_>) -> Result<AHashMap<u64, u32>, String> {
    let mut rows = AHashMap::new();
    let Some(key) = slice.frame.dataset.key else { return Ok(rows) };
    let column = slice.column(key)?;
    for row in slice.rows() {
        if let Some(id) = id(column.get(row)) {
            rows.entry(id).or_insert(row);
        }
    }
    Ok(rows)
}

/// Records whose cell changed since the snapshot.
pub(crate) fn moves(shard: &Shard<'_>, asked: &Moves) -> Result<Answer, String> {
    let (then, now) = (shard.slice(&asked.before.dataset)?, shard.slice(&asked.after.dataset)?);
    let (old, new) = (then.column(asked.before.index)?, now.column(asked.after.index)?);
    let known = by_key(&then)?;
    let freshness = Freshness::new(shard, asked.fresh.as_ref())?;
    let rows = by_key(&now)?;
    let heard = asked.told.as_ref().map(|told| Heard::new(shard, told, &rows, &now)).transpose()?;
    let into = asked.into.as_deref().and_then(|into| asked.cell.read(into));
    let cap = shard.cap();
    let (mut found, mut moved, mut untold) = (Moved::default(), Counter::default(), Counter::default());
    let mut ways: BTreeMap<String, Counter> = BTreeMap::new();
    let states = matches!(asked.cell, Cell::State(_));
    (found.events, found.known) = heard.as_ref().map_or((0, 0), |heard| (heard.events, heard.known));
    for (id, row) in in_order(rows) {
        let Some(before) = known.get(&id).map(|row| old.get(*row)) else { continue };
        let (Some(was), Some(is)) = (asked.cell.read(before), asked.cell.read(new.get(row))) else { continue };
        found.records += 1;
        if was == is || into.as_ref().is_some_and(|into| *into != is) {
            continue;
        }
        if freshness.holds(row) {
            found.held += 1;
            continue;
        }
        let sample = || Sample {
            key: now.frame.key(row).into_owned(),
            value: new.get(row).to_owned(),
            detail: format!("before: {before}"),
            ..Sample::default()
        };
        let count = |counter: &mut Counter| {
            now.count(counter, row);
            counter.sample(cap, now.frame.rank(row), sample);
        };
        count(&mut moved);
        if heard.as_ref().is_some_and(|heard| !heard.of(id, now.people.person[row as usize])) {
            count(&mut untold);
        }
        if states && ways.len() <= MOST_WAYS {
            count(ways.entry(is).or_default());
        }
    }
    found.overflow = ways.len() > MOST_WAYS;
    (found.moved, found.untold) = (moved.finish(cap), untold.finish(cap));
    if !found.overflow {
        found.ways = ways.into_iter().map(|(value, counter)| (value, counter.finish(cap))).collect();
    }
    Ok(Answer::Moves(found))
}

fn in_order(rows: AHashMap<u64, u32>) -> Vec<(u64, u32)> {
    let mut rows: Vec<(u64, u32)> = rows.into_iter().collect();
    rows.sort_unstable_by_key(|(_, row)| *row);
    rows
}

/// Of which records and people events tell.
struct Heard {
    records: AHashSet<u64>,
    people: AHashSet<u32>,
    /// Events that count, all pieces together.
    events: u64,
    /// Those of them, with a sure time, whose record or person is among those asked about.
    known: u64,
}

impl Heard {
    fn new(shard: &Shard<'_>, told: &Told, rows: &AHashMap<u64, u32>, now: &Slice<'_>) -> Result<Self, String> {
        // An event may name a record of another piece.
        let whole = shard.whole();
        let slice = whole.slice(&told.events.dataset)?;
        let (reader, of) = (Reader::new(&whole, &told.events)?, Property::new(&slice, &told.of)?);
        let present: AHashSet<u32> = now.rows().map(|row| now.people.person[row as usize]).collect();
        let mut heard = Self { records: AHashSet::new(), people: AHashSet::new(), events: 0, known: 0 };
        for row in slice.rows().filter(|row| reader.name(*row).is_some()) {
            heard.events += u64::from(shard.is_first());
            let Some(at) = reader.at(row) else { continue };
            let person = slice.people.person[row as usize];
            let record = of.get(row).and_then(|text| id(&text));
            heard.known += u64::from(record.map_or(present.contains(&person), |record| rows.contains_key(&record)));
            match record.filter(|_| at > told.since) {
                Some(record) => drop(heard.records.insert(record)),
                None if at > told.since => drop(heard.people.insert(person)),
                None => {}
            }
        }
        Ok(heard)
    }

    fn of(&self, record: u64, person: u32) -> bool {
        self.records.contains(&record) || self.people.contains(&person)
    }
}

/// A column of profiles, how it is read, and the values that count.
pub type Named = (usize, Form, BTreeSet<String>);

/// People who may have more profiles than before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gained {
    /// Today's profiles.
    pub profiles: String,
    /// Those of the snapshot.
    pub before: String,
    /// Only people with a record in both of these: today's and the snapshot's.
    pub records: Option<(String, String)>,
    /// Only people with a profile that holds one of these values.
    pub named: Vec<Named>,
}

impl Gained {
    /// The columns it reads.
    pub fn columns(&self) -> Vec<Column> {
        self.named.iter().map(|(index, ..)| Column { dataset: self.profiles.clone(), index: *index }).collect()
    }

    /// The datasets it is about.
    pub fn datasets(&self) -> Vec<String> {
        let records = self.records.iter().flat_map(|(now, then)| [now.clone(), then.clone()]);
        [self.profiles.clone(), self.before.clone()].into_iter().chain(records).collect()
    }

    fn is_named(&self, slice: &Slice<'_>, row: u32) -> Result<bool, String> {
        for (index, form, values) in &self.named {
            if form.of(slice.column(*index)?.get(row)).is_some_and(|text| values.contains(&text)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The people of a dataset's records.
fn people(shard: &Shard<'_>, dataset: &str) -> Result<AHashSet<u32>, String> {
    let slice = shard.slice(dataset)?;
    Ok(slice.rows().map(|row| slice.people.person[row as usize]).collect())
}

/// Profiles that are new and whose person had one before, where people have more of them than before.
pub(crate) fn gained(shard: &Shard<'_>, asked: &Gained) -> Result<Answer, String> {
    let (now, then) = (shard.slice(&asked.profiles)?, shard.slice(&asked.before)?);
    let held = asked.records.as_ref().map(|(now, then)| Ok::<_, String>((people(shard, now)?, people(shard, then)?)));
    let held = held.transpose()?;
    let (old, new) = (by_key(&then)?, in_order(by_key(&now)?));
    let person = |slice: &Slice<'_>, row: u32| slice.people.person[row as usize];
    let mut before: AHashMap<u32, (u64, u32)> = AHashMap::new();
    for row in in_order(old.clone()).into_iter().map(|(_, row)| row) {
        before.entry(person(&then, row)).or_insert((0, row)).0 += 1;
    }
    let mut today: AHashMap<u32, u64> = AHashMap::new();
    let mut named: AHashSet<u32> = AHashSet::new();
    for (_, row) in new.iter().copied() {
        *today.entry(person(&now, row)).or_default() += 1;
        if !asked.named.is_empty() && asked.is_named(&now, row)? {
            named.insert(person(&now, row));
        }
    }
    let counts = |who: &u32| {
        let kept = held.as_ref().is_none_or(|(now, then)| now.contains(who) && then.contains(who));
        kept && before.contains_key(who) && (asked.named.is_empty() || named.contains(who))
    };
    let looked_at = today.keys().filter(|who| counts(who)).count() as u64;
    let mut more = Counter::default();
    for (id, row) in new {
        let who = person(&now, row);
        let Some((had, first)) = before.get(&who).filter(|_| counts(&who) && !old.contains_key(&id)) else { continue };
        if today.get(&who).is_some_and(|has| has > had) {
            now.count(&mut more, row);
            more.sample(shard.cap(), now.frame.rank(row), || Sample {
                key: now.frame.key(row).into_owned(),
                other: then.frame.key(*first).into_owned(),
                ..Sample::default()
            });
        }
    }
    Ok(Answer::Rows { rows: looked_at, met: more.finish(shard.cap()) })
}
