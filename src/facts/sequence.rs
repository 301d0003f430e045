//! Facts about events in the order of time, person by person or record by record: what does not follow, what comes twice,
//! what goes back and forth; and how far events are from the changes that they tell of.

use std::collections::BTreeSet;

use ahash::AHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::before::Before;
use super::events::{Events, Place, Property, Reader, state};
use super::local::{Shard, Slice};
use super::tally::Counter;
use super::{Answer, Column, Sample, Tally};
use crate::frames::TextColumn;
use crate::frames::normalize::{Form, is_missing};
use crate::frames::time::{Stamp, Written, zone};
use crate::mapping::spelling::Spellings;
use crate::text::duration;

/// Visits of a state that end where they began.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flip {
    /// The shortest that counts, in seconds.
    pub least: i64,
    /// The longest that counts.
    pub most: i64,
    /// The states that are visited; any where there are none.
    pub states: BTreeSet<String>,
}

/// Events in the order of time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence {
    /// Which events.
    pub events: Events,
    /// The property whose value makes a sequence; without one it is the person.
    pub key: Vec<Place>,
    /// The names of events whose repeats and missing people count; all of them when there are none.
    pub about: BTreeSet<String>,
    /// Columns that name the person.
    pub person: Vec<usize>,
    /// The state before.
    pub from: Vec<Place>,
    /// The state after.
    pub to: Vec<Place>,
    /// How states are read.
    pub words: Option<Spellings>,
    /// What a record said of its person at an instant.
    pub before: Option<(Column, i64)>,
    /// Which flips count.
    pub flip: Option<Flip>,
}

impl Sequence {
    /// The columns it reads.
    pub fn columns(&self) -> Vec<Column> {
        let places = self.key.iter().chain(&self.from).chain(&self.to).map(|place| place.column);
        let own = self.events.at(places.chain(self.person.iter().copied()));
        let before = self.before.iter().map(|(column, _)| column.clone());
        self.events.columns().into_iter().chain(own).chain(before).collect()
    }
}

/// What events in order tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// Events that count.
    pub events: u64,
    /// Those in a sequence, with a sure time.
    pub ordered: u64,
    /// Those that name nobody.
    pub unowned: Tally,
    /// Those of them that say the state after.
    pub stated: u64,
    /// Those that say both states.
    pub whole: u64,
    /// Those that lack one, the first of a sequence without a state before apart.
    pub bare: Tally,
    /// The first of a sequence, without a state before.
    pub started: Tally,
    /// Those whose state before could be held against what was last seen.
    pub followed: u64,
    /// Those of them that do not follow.
    pub broken: Tally,
    /// Those that say the same as the one before.
    pub repeats: Tally,
    /// Those that end a flip.
    pub flips: Tally,
}

impl Steps {
    /// Adds those of another shard.
    pub(super) fn merge(&mut self, other: Self, cap: usize) {
        self.events += other.events;
        self.ordered += other.ordered;
        self.stated += other.stated;
        self.whole += other.whole;
        self.followed += other.followed;
        self.unowned.merge(other.unowned, cap);
        self.bare.merge(other.bare, cap);
        self.started.merge(other.started, cap);
        self.broken.merge(other.broken, cap);
        self.repeats.merge(other.repeats, cap);
        self.flips.merge(other.flips, cap);
    }
}

/// One event of a sequence.
struct Step<'a> {
    key: u64,
    at: i64,
    rank: u32,
    row: u32,
    name: &'a str,
    from: Option<String>,
    to: Option<String>,
}

/// Counters by the names of [`Steps`], flips apart.
#[derive(Default)]
struct Counters {
    unowned: Counter,
    bare: Counter,
    started: Counter,
    broken: Counter,
    repeats: Counter,
}

struct Book<'a> {
    asked: &'a Sequence,
    slice: Slice<'a>,
    people: Vec<&'a TextColumn>,
    before: Before,
    cap: usize,
    steps: Steps,
    counters: Counters,
    flips: Vec<(Option<&'a Flip>, Counter)>,
}

/// Events in the order of time.
pub(crate) fn sequence(shard: &Shard<'_>, asked: &Sequence) -> Result<Answer, String> {
    together(shard, asked, &[asked.flip.as_ref()])?.pop().ok_or_else(|| "no flip was asked".to_owned())
}

/// The same for several kinds of flips, whichever the question itself names; an answer for each of them.
pub(super) fn together(shard: &Shard<'_>, asked: &Sequence, flips: &[Option<&Flip>]) -> Result<Vec<Answer>, String> {
    let slice = shard.slice(&asked.events.dataset)?;
    let people = asked.person.iter().map(|index| slice.column(*index)).collect::<Result<_, _>>()?;
    let before = match &asked.before {
        Some((column, _)) => Before::new(shard, column, asked.words.as_ref())?,
        None => Before::default(),
    };
    let flips = flips.iter().map(|flip| (*flip, Counter::default())).collect();
    let (cap, counters) = (shard.cap(), Counters::default());
    let mut book = Book { asked, slice, people, before, cap, steps: Steps::default(), counters, flips };
    // Events of one person are in one piece; those of a deal may be in several, and the first piece answers for all.
    let rows: Vec<u32> = match (asked.key.is_empty(), shard.is_first()) {
        (true, _) => slice.rows().collect(),
        (false, true) => (0..slice.frame.rows).collect(),
        (false, false) => Vec::new(),
    };
    let mut steps = book.read(shard, &rows)?;
    steps.sort_by_key(|step| (step.key, step.at, step.rank, step.row));
    // An event that stands in two files is one.
    steps.dedup_by_key(|step| (step.key, step.at, step.rank));
    for run in steps.chunk_by(|one, other| one.key == other.key) {
        book.look(run);
    }
    Ok(book.close().into_iter().map(Answer::Sequence).collect())
}

impl<'a> Book<'a> {
    fn read(&mut self, shard: &'a Shard<'_>, rows: &[u32]) -> Result<Vec<Step<'a>>, String> {
        let asked = self.asked;
        let slice = self.slice;
        let events = Reader::new(shard, &asked.events)?;
        let (key, from, to) = (
            Property::new(&slice, &asked.key)?,
            Property::new(&slice, &asked.from)?,
            Property::new(&slice, &asked.to)?,
        );
        let words = asked.words.as_ref();
        let mut steps = Vec::new();
        for row in rows.iter().copied() {
            let Some(name) = events.name(row) else { continue };
            self.steps.events += 1;
            let owned = self.people.iter().any(|column| !is_missing(column.get(row), &[]));
            if !owned && self.is_about(name) {
                self.note(|book| &mut book.counters.unowned, row, String::new(), String::new());
            }
            let key = match asked.key.is_empty() {
                true => owned.then(|| u64::from(slice.people.person[row as usize])),
                false => key.get(row).and_then(|text| Form::Identifier.read(&text).map(|id| xxh3_64(id.as_bytes()))),
            };
            let (Some(key), Some(at)) = (key, events.at(row)) else { continue };
            self.steps.ordered += 1;
            let said = |property: &Property<'_>| property.get(row).and_then(|text| state(&text, words));
            steps.push(Step { key, at, rank: slice.frame.rank(row), row, name, from: said(&from), to: said(&to) });
        }
        Ok(steps)
    }

    fn is_about(&self, name: &str) -> bool {
        self.asked.about.is_empty() || self.asked.about.contains(name)
    }

    /// Counts an event, with the person whom it names.
    fn note(&mut self, which: impl Fn(&mut Self) -> &mut Counter, row: u32, value: String, detail: String) {
        let (slice, cap) = (self.slice, self.cap);
        let person = self.people.iter().map(|column| column.get(row)).find(|text| !is_missing(text, &[]));
        let counter = which(self);
        slice.count(counter, row);
        counter.sample(cap, slice.frame.rank(row), || Sample {
            key: slice.frame.key(row).into_owned(),
            other: person.unwrap_or_default().to_owned(),
            value,
            detail,
        });
    }

    /// Looks at one sequence.
    fn look(&mut self, run: &[Step<'a>]) {
        for (at, step) in run.iter().enumerate() {
            let last = at.checked_sub(1).map(|at| &run[at]);
            let next = run.get(at + 1);
            self.parts(step, last.is_none());
            self.follow(step, last, next);
            let Some(last) = last else { continue };
            if last.name == step.name && last.to == step.to && self.is_about(step.name) {
                self.note(|book| &mut book.counters.repeats, step.row, step.name.to_owned(), String::new());
            }
            let origin = last.from.as_ref().or_else(|| run[..at - 1].last()?.to.as_ref());
            self.flip(last, step, origin);
        }
    }

    fn parts(&mut self, step: &Step<'_>, first: bool) {
        let value = step.name.to_owned();
        self.steps.stated += u64::from(step.to.is_some());
        match (&step.from, &step.to) {
            (Some(_), Some(_)) => self.steps.whole += 1,
            (None, Some(_)) if first => self.note(|book| &mut book.counters.started, step.row, value, String::new()),
            (from, _) => {
                let lacks = if from.is_none() { "no state before" } else { "no state after" };
                self.note(|book| &mut book.counters.bare, step.row, value, lacks.to_owned());
            }
        }
    }

    /// Holds the state before against what was last seen: by the event before, or by the record at the snapshot. Of
    /// events of one instant nobody knows the order.
    fn follow(&mut self, step: &Step<'_>, last: Option<&Step<'_>>, next: Option<&Step<'_>>) {
        let Some(from) = &step.from else { return };
        if [last, next].into_iter().flatten().any(|other| other.at == step.at) {
            return;
        }
        let since = self.asked.before.as_ref().map(|(_, at)| *at);
        let between = since.is_some_and(|since| step.at > since && last.is_none_or(|last| last.at <= since));
        let seen = between.then(|| self.before.of(step.key).cloned()).flatten();
        let told = last.and_then(|last| last.to.clone());
        let known: Vec<&String> = [&told, &seen].into_iter().flatten().collect();
        let Some(latest) = known.last() else { return };
        self.steps.followed += 1;
        if !known.contains(&from) {
            let detail = format!("last seen: {latest}");
            let value = from.clone();
            self.note(|book| &mut book.counters.broken, step.row, value, detail);
        }
    }

    /// One event leads to a state, and the next one back to where it came from.
    fn flip(&mut self, last: &Step<'_>, step: &Step<'_>, origin: Option<&String>) {
        let (Some(origin), Some(visited), Some(back)) = (origin, &last.to, &step.to) else { return };
        if back != origin || visited == origin {
            return;
        }
        let stayed = step.at - last.at;
        for at in 0..self.flips.len() {
            let Some(flip) = self.flips[at].0 else { continue };
            let counts = flip.states.is_empty() || flip.states.contains(visited);
            if counts && (flip.least..=flip.most).contains(&stayed) {
                let detail = format!("after {}", duration(stayed));
                self.note(|book| &mut book.flips[at].1, step.row, visited.clone(), detail);
            }
        }
    }

    fn close(mut self) -> Vec<Steps> {
        let (counters, cap) = (self.counters, self.cap);
        self.steps.unowned = counters.unowned.finish(cap);
        self.steps.bare = counters.bare.finish(cap);
        self.steps.started = counters.started.finish(cap);
        self.steps.broken = counters.broken.finish(cap);
        self.steps.repeats = counters.repeats.finish(cap);
        let steps = self.steps;
        self.flips.into_iter().map(|(_, flips)| Steps { flips: flips.finish(cap), ..steps.clone() }).collect()
    }
}

/// Events and the changes of records that they tell of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Echo {
    /// Which events.
    pub events: Events,
    /// The property that names the record.
    pub of: Vec<Place>,
    /// Where the record says when it changed.
    pub changed: Column,
    /// The zone of times without one.
    pub zone: Option<String>,
    /// The column and the value that the record still has to hold.
    pub still: Option<(usize, String)>,
    /// How much earlier an event may be, in seconds; as much as it likes where nothing is said.
    pub early: Option<i64>,
    /// How much later.
    pub late: i64,
}

impl Echo {
    /// The columns it reads.
    pub fn columns(&self) -> Vec<Column> {
        let of = self.events.at(self.of.iter().map(|place| place.column));
        let still = self.still.iter().map(|(index, _)| Column { index: *index, ..self.changed.clone() });
        self.events.columns().into_iter().chain(of).chain([self.changed.clone()]).chain(still).collect()
    }
}

const HOUR: i64 = 3_600;

/// How far an event is from a change. A day is a day anywhere on earth.
fn distance(changed: &str, zoned: Option<&jiff::tz::TimeZone>, at: i64) -> Option<i64> {
    let read = Written::of(changed);
    if read.stamp == Stamp::Date {
        let day = read.moment(false, &jiff::tz::TimeZone::UTC)?;
        let (first, last) = (day - 14 * HOUR, day + 36 * HOUR);
        return Some(at - at.clamp(first, last));
    }
    Some(at - read.instant(zoned)?)
}

/// Records whose event is far from their change, the nearest event of each counting.
pub(crate) fn echo(shard: &Shard<'_>, asked: &Echo) -> Result<Answer, String> {
    let (mut joined, mut timed, mut events) = (0, 0, 0);
    let mut far = Counter::default();
    // An event may be in another piece than the record that it names.
    if !shard.is_first() {
        return Ok(Answer::Echo { events, joined, timed, far: far.finish(0) });
    }
    let whole = shard.whole();
    let (told, records) = (whole.slice(&asked.events.dataset)?, whole.slice(&asked.changed.dataset)?);
    let (reader, of) = (Reader::new(&whole, &asked.events)?, Property::new(&told, &asked.of)?);
    let mut times: AHashMap<String, Vec<(i64, u32)>> = AHashMap::new();
    for row in told.rows().filter(|row| reader.name(*row).is_some()) {
        events += 1;
        let id = of.get(row).and_then(|text| Form::Identifier.of(&text));
        if let (Some(id), Some(at)) = (id, reader.at(row)) {
            times.entry(id).or_default().push((at, row));
        }
    }
    let zoned = asked.zone.as_deref().and_then(zone);
    let changed = records.column(asked.changed.index)?;
    let still =
        asked.still.as_ref().map(|(index, value)| Ok::<_, String>((records.column(*index)?, state(value, None))));
    let still = still.transpose()?;
    for row in records.rows() {
        let key = records.frame.key(row);
        let Some(own) = Form::Identifier.read(&key).and_then(|id| times.get(id.as_ref())) else { continue };
        joined += own.len() as u64;
        if still.as_ref().is_some_and(|(column, value)| state(column.get(row), None) != *value) {
            continue;
        }
        let apart =
            own.iter().filter_map(|(at, event)| Some((distance(changed.get(row), zoned.as_ref(), *at)?, *event)));
        let Some((apart, event)) = apart.min_by_key(|(apart, event)| (apart.abs(), *event)) else { continue };
        timed += 1;
        if apart > asked.late || asked.early.is_some_and(|early| apart < -early) {
            told.count(&mut far, event);
            let when = if apart < 0 { "earlier" } else { "later" };
            far.sample(shard.cap(), told.frame.rank(event), || Sample {
                key: told.frame.key(event).into_owned(),
                other: records.frame.key(row).into_owned(),
                value: changed.get(row).to_owned(),
                detail: format!("{} {when}", duration(apart.abs())),
            });
        }
    }
    Ok(Answer::Echo { events, joined, timed, far: far.finish(shard.cap()) })
}
