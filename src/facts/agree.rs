//! Facts about linked pairs whose cells should say the same: both are read the same way, then counted.
//!
//! A file has millions of records and few spellings, so a value that was read once is remembered.

use std::collections::BTreeMap;
use std::sync::Arc;

use ahash::AHashMap;

use super::instants::Freshness;
use super::local::Shard;
use super::pairs::Pairs;
use super::readings::{Reading, Said};
use super::tally::Counter;
use super::times::Clock;
use super::{Answer, Column, Fresh, Question, Tally, Times, merge_maps};
use crate::frames::TextColumn;
use crate::frames::links::{Link, Links};
use crate::frames::normalize::is_missing;

/// Values of one column that are remembered; beyond, they are hardly ever met again.
const REMEMBERED: usize = 10_000;
/// Records of a third system on one profile from which on it is remembered what they say of it.
const CROWD: usize = 4;

/// What a blank on the left says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blank {
    /// That the right should be blank as well.
    Itself,
    /// Nothing: the value may come from elsewhere.
    Nothing,
    /// What the mapping says a blank stands for.
    Default(String),
}

/// Linked pairs by whether both sides say the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreement {
    /// All linked pairs.
    pub pairs: u64,
    /// Pairs whose left cell is filled.
    pub left_filled: u64,
    /// Pairs whose right cell is filled.
    pub right_filled: u64,
    /// Pairs that say the same.
    pub same: u64,
    /// Pairs that differ.
    pub differ: Tally,
    /// The same, without samples, by how they differ.
    pub kinds: BTreeMap<String, Tally>,
    /// Pairs that differ and are too fresh to be blamed.
    pub held: u64,
    /// Pairs in which a side cannot be read.
    pub unread: u64,
    /// Pairs that nothing can be said of.
    pub open: u64,
}

impl Agreement {
    /// Adds what another shard found.
    pub(super) fn merge(&mut self, other: Self, cap: usize) {
        for (mine, theirs) in [
            (&mut self.pairs, other.pairs),
            (&mut self.left_filled, other.left_filled),
            (&mut self.right_filled, other.right_filled),
            (&mut self.same, other.same),
            (&mut self.held, other.held),
            (&mut self.unread, other.unread),
            (&mut self.open, other.open),
        ] {
            *mine += theirs;
        }
        self.differ.merge(other.differ, cap);
        merge_maps(&mut self.kinds, other.kinds, 0);
    }
}

/// The names of the ways in which two cells differ.
pub mod difference {
    /// Both are filled.
    pub const OTHER: &str = "another value";
    /// The right is blank.
    pub const LOST: &str = "blank on the profile";
    /// The left is blank.
    pub const KEPT: &str = "blank at the source";
    /// All of them.
    pub const ALL: [&str; 3] = [OTHER, LOST, KEPT];
}

/// Reads the cells of one column.
struct Reader<'a> {
    column: &'a TextColumn,
    on_left: bool,
    reading: &'a Reading,
    missing: &'a [String],
    /// What was said so far; the first place is for what is not remembered.
    said: Vec<Said>,
    known: AHashMap<&'a str, usize>,
    /// How often a value was met again.
    met: usize,
    /// Places by the number of the value, where the column is held by value; 0 where it was not read yet.
    few: Vec<usize>,
}

impl<'a> Reader<'a> {
    fn new(column: &'a TextColumn, on_left: bool, reading: &'a Reading, missing: &'a [String]) -> Self {
        let few = vec![0; column.few().map_or(0, |(values, _)| values.count())];
        Self { column, on_left, reading, missing, said: vec![Said::Missing], known: AHashMap::new(), met: 0, few }
    }

    /// Reads a cell; [`Reader::said`] tells what it says until the next one is read.
    fn read(&mut self, row: u32) -> usize {
        let value = self.column.get(row);
        let cell = self.column.few().and_then(|(_, cells)| cells.get(row as usize));
        let place = match cell {
            Some(cell) => self.few[usize::from(*cell)],
            None if self.remembers() => self.known.get(value).copied().unwrap_or_default(),
            None => 0,
        };
        if place > 0 {
            self.met += 1;
            return place;
        }
        let said = self.reading.read(value, self.missing, self.on_left);
        let next = self.said.len();
        match cell {
            Some(cell) => self.few[usize::from(*cell)] = next,
            None if self.remembers() && self.known.len() < REMEMBERED => drop(self.known.insert(value, next)),
            None => {
                self.said[0] = said;
                return 0;
            }
        }
        self.said.push(said);
        next
    }

    /// Whether looking values up is worth it: not where reading takes no longer, nor where nearly all of so many were new.
    fn remembers(&self) -> bool {
        !matches!(self.reading, Reading::Presence { .. })
            && (self.known.len() < REMEMBERED || self.met >= REMEMBERED / 8)
    }

    fn said(&self, place: usize) -> &Said {
        &self.said[place]
    }
}

/// A column of a third system, and its records by the right one they are linked to.
struct Other<'a> {
    reader: Reader<'a>,
    linked: Arc<Links>,
    clock: Option<Clock<'a>>,
    /// The answers that were dear, by right row.
    known: AHashMap<u32, Sayers>,
}

/// Who of a third system says what a right cell says.
#[derive(Clone, Copy)]
struct Sayers {
    /// Whether anybody does.
    any: bool,
    /// The latest change of those who do; nothing where one of them does not tell.
    latest: Option<i64>,
}

impl Other<'_> {
    /// Those who say what a right cell says. Its row decides what it says, and one on which many meet is asked for once for
    /// each of them.
    fn sayers(&mut self, right: u32, said: &Said) -> Sayers {
        let links = self.linked.of_right(right);
        let is_crowded = links.len() > CROWD;
        if let Some(known) = is_crowded.then(|| self.known.get(&right)).flatten() {
            return *known;
        }
        let mut found = Sayers { any: false, latest: Some(i64::MIN) };
        for row in links.iter().map(|link| link.left) {
            let place = self.reader.read(row);
            if self.reader.reading.same(self.reader.said(place), said) {
                found.any = true;
                found.latest = found.latest.and_then(|latest| Some(latest.max(self.clock.as_ref()?.at(row)?)));
            }
        }
        if is_crowded {
            self.known.insert(right, found);
        }
        found
    }

    fn says(&mut self, right: u32, said: &Said) -> bool {
        self.sayers(right, said).any
    }

    /// Whether every row that says so was changed before an instant.
    fn is_before(&mut self, right: u32, said: &Said, at: i64) -> bool {
        self.sayers(right, said).latest.is_some_and(|latest| latest < at)
    }
}

/// What a question about agreement asks.
pub(crate) struct Asked<'a> {
    pub(crate) left: &'a Column,
    pub(crate) right: &'a Column,
    pub(crate) reading: &'a Reading,
    pub(crate) missing: &'a [String],
    pub(crate) blank: &'a Blank,
    pub(crate) also: &'a [Column],
    /// Whether what a third system explains is left out, not what it does not.
    pub(crate) spare: bool,
    pub(crate) fresh: Option<&'a Fresh>,
    pub(crate) times: Option<&'a Times>,
}

/// How a pair stands.
#[derive(Clone, Copy)]
enum Standing {
    Same,
    Differs(&'static str),
    /// They differ, and third systems tell whether that is counted.
    Disputed,
    Unread,
    Open,
}

/// What the two cells of a pair say, whoever they belong to.
#[derive(Clone, Copy)]
struct Verdict {
    left_filled: bool,
    right_filled: bool,
    standing: Standing,
}

/// Most pairs of values whose verdicts are kept.
const KEPT: usize = 1 << 16;

/// The verdicts of two columns that are held by value, by the numbers of both values.
struct Verdicts<'a> {
    left: &'a [u16],
    right: &'a [u16],
    width: usize,
    known: Vec<Option<Verdict>>,
}

impl<'a> Verdicts<'a> {
    fn new(pairs: &Pairs<'a>) -> Option<Self> {
        let ((lefts, left), (rights, right)) = (pairs.left_column.few()?, pairs.right_column.few()?);
        let size = lefts.count() * rights.count();
        (size <= KEPT).then(|| Self { left, right, width: rights.count(), known: vec![None; size] })
    }

    fn at(&mut self, link: Link) -> Option<&mut Option<Verdict>> {
        let (left, right) = (self.left.get(link.left as usize)?, self.right.get(link.right as usize)?);
        self.known.get_mut(usize::from(*left) * self.width + usize::from(*right))
    }
}

impl Asked<'_> {
    /// Two values that mean different things.
    fn differing(&self) -> Standing {
        if self.also.is_empty() { Standing::Differs(difference::OTHER) } else { Standing::Disputed }
    }

    fn standing(&self, left: &Said, right: &Said) -> Standing {
        match (left, right) {
            (Said::Unreadable, _) | (_, Said::Unreadable) => Standing::Unread,
            (Said::Missing, Said::Missing) => Standing::Same,
            (Said::Means(_), Said::Means(_)) if self.reading.same(left, right) => Standing::Same,
            (Said::Means(_), Said::Means(_)) => self.differing(),
            _ if !self.also.is_empty() && !self.spare => Standing::Open,
            (Said::Means(_), Said::Missing) => Standing::Differs(difference::LOST),
            (Said::Missing, Said::Means(_)) => match self.blank {
                Blank::Itself => Standing::Differs(difference::KEPT),
                Blank::Nothing => Standing::Open,
                Blank::Default(default) => {
                    let same = |on_left| self.reading.same(&self.reading.read(default, &[], on_left), right);
                    if same(true) || same(false) { Standing::Open } else { Standing::Differs(difference::KEPT) }
                }
            },
        }
    }

    fn verdict(&self, left: &mut Reader<'_>, right: &mut Reader<'_>, link: Link) -> Verdict {
        // Most pairs are of one text, which need not be read.
        let (one, other) = (left.column.get(link.left), right.column.get(link.right));
        if let Some(same) = self.reading.told(one, other, self.missing) {
            let standing = if same { Standing::Same } else { self.differing() };
            return Verdict { left_filled: true, right_filled: true, standing };
        }
        // Beside a blank it does not count what a text says.
        if *self.reading == Reading::Text && is_missing(other, self.missing) {
            let left_filled = !is_missing(one, self.missing);
            let said = if left_filled { Said::Means("a text".into()) } else { Said::Missing };
            return Verdict { left_filled, right_filled: false, standing: self.standing(&said, &Said::Missing) };
        }
        let (one, other) = (left.read(link.left), right.read(link.right));
        let (one, other) = (left.said(one), right.said(other));
        Verdict {
            left_filled: *one != Said::Missing,
            right_filled: *other != Said::Missing,
            standing: self.standing(one, other),
        }
    }
}

/// The same, of a question whose differences times sort.
pub(crate) fn dated(shard: &Shard<'_>, asked: &Question, times: &Times) -> Result<Answer, String> {
    let Question::Agree { left, right, reading, missing, blank, also, spare, fresh } = asked else {
        return Err("only what agrees or differs can be sorted by time".to_owned());
    };
    let fresh = fresh.as_ref();
    let times = Some(times);
    agree(shard, &Asked { left, right, reading, missing, blank, also, spare: *spare, fresh, times })
}

/// Linked pairs by whether both sides say the same.
pub(crate) fn agree(shard: &Shard<'_>, asked: &Asked<'_>) -> Result<Answer, String> {
    let pairs = Pairs::new(shard, asked.left, asked.right)?;
    let (reading, missing) = (asked.reading, asked.missing);
    let reader = |column, on_left| Reader::new(column, on_left, reading, missing);
    let (mut left, mut right) = (reader(pairs.left_column, true), reader(pairs.right_column, false));
    let clock = |told: Option<&(Column, Option<String>)>| {
        told.map(|(column, named)| Clock::new(shard, column, named.as_deref())).transpose()
    };
    let mut others = Vec::new();
    for (at, column) in asked.also.iter().enumerate() {
        let linked = shard.engine.identity.links(&column.dataset, &asked.right.dataset);
        let clock = clock(asked.times.and_then(|times| times.also.get(at)?.as_ref()))?;
        let reader = reader(shard.slice(&column.dataset)?.column(column.index)?, true);
        others.push(Other { reader, linked, clock, known: AHashMap::new() });
    }
    let changed = clock(asked.times.map(|times| &times.left))?;
    // Whether the left record is newer than every record that says what the right cell says.
    let is_newer = |left: u32, right: u32, said: &Said, others: &mut [Other<'_>]| {
        changed
            .as_ref()
            .and_then(|clock| clock.at(left))
            .is_some_and(|at| others.iter_mut().all(|other| other.is_before(right, said, at)))
    };
    let freshness = Freshness::new(shard, asked.fresh)?;
    let (mut found, mut differ) = (Agreement::default(), Counter::default());
    let mut kinds: BTreeMap<&'static str, Counter> = BTreeMap::new();
    let mut verdicts = Verdicts::new(&pairs);
    for link in pairs.mine(shard) {
        found.pairs += 1;
        let mut judge = || asked.verdict(&mut left, &mut right, link);
        let verdict = match verdicts.as_mut().and_then(|verdicts| verdicts.at(link)) {
            Some(known) => *known.get_or_insert_with(judge),
            None => judge(),
        };
        found.left_filled += u64::from(verdict.left_filled);
        found.right_filled += u64::from(verdict.right_filled);
        let mut profile = || {
            let place = right.read(link.right);
            right.said(place).clone()
        };
        let standing = match verdict.standing {
            // A third system is to blame only for a value that it holds itself.
            Standing::Disputed => {
                let said = profile();
                match asked.spare != others.iter_mut().any(|other| other.says(link.right, &said)) {
                    true => Standing::Differs(difference::OTHER),
                    false => Standing::Open,
                }
            }
            told => told,
        };
        match standing {
            Standing::Differs(_) if freshness.holds(link.left) => found.held += 1,
            // What the other side of the split counts.
            Standing::Differs(_)
                if asked
                    .times
                    .is_some_and(|times| times.older != is_newer(link.left, link.right, &profile(), &mut others)) =>
            {
                found.open += 1;
            }
            Standing::Same => found.same += 1,
            Standing::Unread => found.unread += 1,
            Standing::Open | Standing::Disputed => found.open += 1,
            Standing::Differs(how) => {
                pairs.count(&mut differ, link, shard.cap());
                pairs.person(kinds.entry(how).or_default(), link);
            }
        }
    }
    found.differ = differ.finish(shard.cap());
    found.kinds = kinds.into_iter().map(|(how, counter)| (how.to_owned(), counter.finish(0))).collect();
    Ok(Answer::Agree(found))
}
