//! The engine on this machine: frames and questions in, answers out.
//!
//! Records are cut into shards by the group of people they belong to; every question is answered for every shard and the answers merge. One
//! shard answers in one piece. Questions run side by side on all cores.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::agree::{self, Asked};
use super::mask::Mask;
use super::memo::Memo;
use super::rows::Rows;
use super::tally::Counter;
use super::{
    Answer, Filter, Listed, Question, Sample, Tokens, carried, cells, clusters, cohort, delays, filter, follows,
    instants, matches, moves, named, order, pairs, people, picks, repeats, sequence, shapes, stranded, values, width,
    work, writers,
};
use crate::frames::identity::{Identity, People};
use crate::frames::{Frame, Store, TextColumn};
use crate::mapping::spelling::Spellings;
use crate::text::counted;
use crate::timings::Timings;

/// The number of the shard that holds every record.
const WHOLE: u32 = u32::MAX;
/// The number of a shard of one row, of which nothing is remembered.
const SINGLE: u32 = u32::MAX - 1;

/// Samples of a tally when nobody asked for every failing record.
pub const SAMPLES: usize = 5;

/// What the engine answers from.
#[derive(Debug)]
pub struct Engine<'a> {
    /// The records.
    pub store: &'a Store,
    /// Who is who.
    pub identity: &'a Identity,
    /// What earlier rounds found.
    pub memo: &'a Memo,
    /// Into how many pieces people are cut.
    pub shards: u32,
    /// Whether every failing record is named.
    pub all_rows: bool,
    /// The instant that `now()` means.
    pub now: i64,
    /// Whether text compares without case in filters.
    pub any_case: bool,
    /// Source name: the zone of its stamps without one.
    pub zones: BTreeMap<String, String>,
    /// Column of an enum: its spellings.
    pub spellings: BTreeMap<String, Spellings>,
    /// Texts that mean missing where a condition reads other systems' records.
    pub missing: Tokens,
    /// Told what answers take.
    pub timings: &'a Timings,
}

/// The rows of one dataset that belong to one shard.
#[derive(Clone, Copy)]
pub(crate) struct Slice<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) people: &'a People,
    rows: Option<&'a [u32]>,
}

impl<'a> Slice<'a> {
    pub(crate) fn rows(&self) -> Rows<'a> {
        match self.rows {
            Some(rows) => Rows::Some(rows.iter()),
            None => Rows::All(0..self.frame.rows),
        }
    }

    /// Each row with its cell of a column.
    #[inline]
    pub(super) fn each(&self, column: &'a TextColumn, mut to: impl FnMut(u32, &'a str)) {
        match self.rows {
            Some(rows) => rows.iter().for_each(|row| to(*row, column.get(*row))),
            None => column.each(to),
        }
    }

    /// All rows.
    pub(super) fn all(&self) -> Mask {
        match self.rows {
            Some(_) => self.mask(|_| true),
            None => Mask::all(self.frame.rows),
        }
    }

    /// The rows that `meets`.
    pub(super) fn mask(&self, meets: impl Fn(u32) -> bool) -> Mask {
        match self.rows {
            Some(rows) => Mask::of(self.frame.rows, rows.iter().copied(), meets),
            None => Mask::each(self.frame.rows, meets),
        }
    }

    /// The rows whose cells of a column pass a test, in order.
    pub(super) fn rows_where(&self, column: &'a TextColumn, test: impl Fn(&'a str) -> bool) -> Vec<u32> {
        let Some((values, held)) = column.few() else {
            let mut rows = Vec::new();
            self.each(column, |row, value| rows.extend(test(value).then_some(row)));
            return rows;
        };
        let says: Vec<bool> = values.iter().map(test).collect();
        if !says.contains(&true) {
            return Vec::new();
        }
        self.masks_by_value(held, &[says]).iter().flat_map(Mask::iter).collect()
    }

    /// The rows that hold a value which `says` so, for several such tests.
    pub(super) fn masks_by_value(&self, held: &[u16], says: &[Vec<bool>]) -> Vec<Mask> {
        match self.rows {
            Some(_) => says.iter().map(|says| self.mask(|row| says[usize::from(held[row as usize])])).collect(),
            None => Mask::by_value(held, says),
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.rows.map_or(u64::from(self.frame.rows), |rows| rows.len() as u64)
    }

    pub(crate) fn column(&self, index: usize) -> Result<&'a TextColumn, String> {
        self.frame.column(index).ok_or_else(|| format!("column {index} of {} is not loaded", self.frame.dataset.name))
    }

    /// Counts a row, and keeps it when its key is among the smallest.
    #[inline]
    pub(crate) fn sample(&self, counter: &mut Counter, row: u32, value: impl FnOnce() -> String) {
        self.count(counter, row);
        counter.sample(SAMPLES, self.frame.rank(row), || Sample {
            key: self.frame.key(row).into_owned(),
            value: value(),
            ..Sample::default()
        });
    }

    /// The rank of a row's key where the row is all there is of its person; the first one where it is not, so that its person
    /// is counted.
    #[inline]
    pub(super) fn rank_alone(&self, row: u32) -> u32 {
        if self.people.alone[row as usize] { self.frame.rank(row) } else { 0 }
    }

    #[inline]
    pub(crate) fn count(&self, counter: &mut Counter, row: u32) {
        let at = row as usize;
        counter.add(|| self.people.person[at], self.people.alone[at]);
    }
}

/// One shard: which rows of each dataset it holds.
pub(crate) struct Shard<'a> {
    pub(crate) engine: &'a Engine<'a>,
    pub(crate) number: u32,
    rows: BTreeMap<String, Vec<u32>>,
}

impl<'a> Shard<'a> {
    fn new(engine: &'a Engine<'a>, number: u32) -> Self {
        let mut rows = BTreeMap::new();
        if engine.shards > 1 {
            for frame in engine.store.iter() {
                let people = engine.identity.people(&frame.dataset.name);
                let mine = people.into_iter().flat_map(|people| people.group.iter().zip(0_u32..));
                let mine = mine.filter(|(group, _)| *group % engine.shards == number).map(|(_, row)| row);
                rows.insert(frame.dataset.name.clone(), mine.collect());
            }
        }
        Self { engine, number, rows }
    }

    /// One row of a dataset, and every row of the others.
    pub(super) fn of_row(engine: &'a Engine<'a>, dataset: &str, row: u32) -> Self {
        Self { engine, number: SINGLE, rows: BTreeMap::from([(dataset.to_owned(), vec![row])]) }
    }

    pub(crate) fn slice(&self, dataset: &str) -> Result<Slice<'_>, String> {
        let absent = || format!("{dataset} is not loaded");
        let frame = self.engine.store.get(dataset).ok_or_else(absent)?;
        let people = self.engine.identity.people(dataset).ok_or_else(absent)?;
        Ok(Slice { frame, people, rows: self.rows.get(dataset).map(Vec::as_slice) })
    }

    /// Whether it is one row, and every row of the others.
    pub(super) fn is_single(&self) -> bool {
        self.number == SINGLE
    }

    /// The same, for all records at once.
    pub(crate) fn whole(&self) -> Shard<'a> {
        // What the only piece was asked is known of the whole.
        let number = if self.engine.shards <= 1 { 0 } else { WHOLE };
        Shard { engine: self.engine, number, rows: BTreeMap::new() }
    }

    /// Whether it holds every group.
    pub(super) fn is_whole(&self) -> bool {
        self.engine.shards <= 1 || matches!(self.number, WHOLE | SINGLE)
    }

    pub(crate) fn holds(&self, group: u32) -> bool {
        self.is_whole() || group % self.engine.shards == self.number
    }

    /// The rows of a slice that meet a filter.
    pub(crate) fn met(&self, slice: &Slice<'_>, filter: &Filter) -> Result<Arc<Mask>, String> {
        let dataset = &slice.frame.dataset.name;
        let memo = self.engine.memo;
        if let Some(known) = memo.met(self.number, dataset, filter) {
            return known;
        }
        let met = filter::met(self, slice, filter);
        match self.is_single() {
            true => met.map(Arc::new),
            false => memo.keep_met(self.number, dataset, filter, met),
        }
    }

    /// Evaluates filters before the questions run side by side: several of them have the same one.
    fn evaluate<'b>(&self, filters: impl Iterator<Item = (&'b str, &'b Filter)>) {
        let memo = self.engine.memo;
        let mut open: Vec<(&str, &Filter)> = filters.collect();
        open.sort();
        open.dedup();
        open.retain(|(dataset, filter)| memo.met(self.number, dataset, filter).is_none());
        filter::prepare(self, &open);
        open.into_par_iter().for_each(|(dataset, filter)| {
            let met = catch_unwind(AssertUnwindSafe(|| {
                self.slice(dataset).and_then(|slice| filter::met(self, &slice, filter))
            }));
            let met = met.unwrap_or_else(|_| Err("the engine stopped on this condition".to_owned()));
            drop(memo.keep_met(self.number, dataset, filter, met));
        });
    }

    /// Whether this shard answers what only the whole can be asked.
    pub(crate) fn is_first(&self) -> bool {
        self.number == 0
    }

    /// How many samples a tally of failing records keeps.
    pub(crate) fn cap(&self) -> usize {
        if self.engine.all_rows { usize::MAX } else { SAMPLES }
    }

    pub(super) fn answer(&self, question: &Question) -> Result<Answer, String> {
        match question {
            Question::Read { dataset } => {
                let report = &self.slice(dataset)?.frame.report;
                Ok(Answer::Read { rows: report.rows, damage: report.damage.clone(), crlf: report.crlf })
            }
            Question::Columns { dataset } => Ok(width::columns(self.slice(dataset)?.frame)),
            Question::Wide { dataset, columns, over } => width::wide(self, dataset, columns, *over),
            Question::Values { column, cap } => values::values(self, column, *cap),
            Question::Items { column, cap } => values::listed(self, column, *cap),
            Question::Shapes { column, lens } => shapes::shapes(self, column, lens),
            Question::Newest { column, zone } => instants::newest(self, column, zone.as_deref()),
            Question::Rows { dataset, filter } => {
                let slice = self.slice(dataset)?;
                let met = self.met(&slice, filter)?;
                Ok(Answer::Rows { rows: slice.len(), met: self.tally(&slice, met.iter(), None) })
            }
            Question::Cells { dataset, columns, tests } => cells::cells(self, &self.slice(dataset)?, columns, tests),
            Question::Shaped { column, lens, scope } => picks::shaped(self, column, lens, scope),
            Question::Repeats { column, form, unlike } => repeats::repeats(self, column, *form, *unlike),
            Question::Divided { column, lens } => repeats::divided(self, column, lens),
            Question::Matches { asked, of } => matches::matches(self, asked, of),
            Question::CrossedIdentity { left, right, fresh } => {
                people::crossed_identity(self, left, right, fresh.as_ref())
            }
            Question::LeadAndContact { child, parent, right } => people::lead_and_contact(self, child, parent, right),
            Question::Compare { left, left_lens, right, right_lens } => {
                pairs::compare(self, (left, left_lens), (right, right_lens))
            }
            Question::Gap { left, left_zone, right, right_zone } => {
                pairs::gap(self, (left, left_zone.as_deref()), (right, right_zone.as_deref()))
            }
            Question::Agree { left, right, reading, missing, blank, also, spare, fresh } => {
                let (fresh, times) = (fresh.as_ref(), None);
                agree::agree(self, &Asked { left, right, reading, missing, blank, also, spare: *spare, fresh, times })
            }
            Question::Dated { asked, times } => agree::dated(self, asked, times),
            Question::Stranded { column, parent, child } => stranded::stranded(self, column, parent, child.as_deref()),
            Question::Named { left, left_lens, right, right_lens } => {
                stranded::named(self, (left, left_lens), (right, right_lens))
            }
            Question::Stubs { consent, topics, life } => repeats::stubs(self, consent, *topics, life),
            Question::Instants(asked) => instants::apart(self, asked),
            Question::Follows(asked) => follows::follows(self, asked),
            Question::Delays { clocks, over } => delays::delays(self, clocks, *over),
            Question::Unwritten { clocks, before, cells } => delays::unwritten(self, clocks, *before, cells),
            Question::Moves(asked) => moves::moves(self, asked),
            Question::Gained(asked) => moves::gained(self, asked),
            Question::Sequence(asked) => sequence::sequence(self, asked),
            Question::Echo(asked) => sequence::echo(self, asked),
            Question::Carried(asked) => carried::carried(self, asked),
            Question::Order(asked) => order::orders(self, asked),
            Question::Coverage { left, right, scope } => pairs::coverage(self, left, right, scope),
            Question::Roll(roll) => named::named(self, roll),
            Question::Cohort(asked) => cohort::cohort(self, asked),
            Question::Writers { pick, by } => writers::writers(self, pick, by),
            Question::Listing(pick) => picks::listing(self, pick),
        }
    }

    pub(crate) fn tally(
        &self,
        slice: &Slice<'_>,
        rows: impl Iterator<Item = u32>,
        column: Option<&TextColumn>,
    ) -> super::Tally {
        let mut counter = Counter::default();
        for row in rows {
            slice.count(&mut counter, row);
            let value = || column.map(|column| column.get(row).to_owned()).unwrap_or_default();
            counter.sample(self.cap(), slice.frame.rank(row), || Sample {
                key: slice.frame.key(row).into_owned(),
                value: value(),
                ..Sample::default()
            });
        }
        counter.finish(self.cap())
    }
}

impl Engine<'_> {
    /// Every pair and every cluster of what was matched.
    pub(crate) fn listed(&self) -> Option<Listed> {
        let (asked, _) = self.memo.matched().into_iter().next()?;
        clusters::listed(&Shard { engine: self, number: WHOLE, rows: BTreeMap::new() }, &asked)
    }

    /// Answers every question. A question that cannot be answered, or makes a library panic, fails alone.
    pub fn answer(&self, questions: &BTreeSet<Question>) -> BTreeMap<Question, Answer> {
        // Once, before the questions run side by side: each of them would link for itself.
        let pairs: BTreeSet<(String, String)> = questions.iter().flat_map(Question::pairs).collect();
        let named = format!("linking {}", counted(pairs.len() as u64, "pair of datasets", "pairs of datasets"));
        self.timings.stage(named, || {
            pairs.into_par_iter().for_each(|(left, right)| drop(self.identity.links(&left, &right)));
        });
        self.identity.settle();
        for asked in questions.iter().filter_map(Question::matching).collect::<BTreeSet<_>>() {
            if self.memo.found(asked).is_none() {
                let all = Shard { engine: self, number: WHOLE, rows: BTreeMap::new() };
                let find = || catch_unwind(AssertUnwindSafe(|| matches::found(&all, asked)));
                let found = self.timings.stage_of(find, |found| match found {
                    Ok(Ok(found)) => found.stage(),
                    _ => "matching people".to_owned(),
                });
                let found = found.unwrap_or_else(|_| Err("the engine stopped on matching".to_owned()));
                self.memo.keep_found(asked, found);
            }
        }
        let mut whole: BTreeMap<Question, Answer> = BTreeMap::new();
        for number in 0..self.shards.max(1) {
            let shard = Shard::new(self, number);
            let conditions = questions.iter().flat_map(Question::filters);
            self.timings.stage("evaluating conditions", || shard.evaluate(conditions));
            let given = work::all(&shard, questions);
            for (question, answer) in given {
                let cap = match question {
                    Question::Values { .. }
                    | Question::Items { .. }
                    | Question::Shapes { .. }
                    | Question::Shaped { .. }
                    | Question::Compare { .. }
                    | Question::Instants(_) => SAMPLES,
                    Question::Cohort(asked) => asked.keep,
                    _ => shard.cap(),
                };
                match whole.get_mut(question) {
                    Some(so_far) => so_far.merge(answer, cap),
                    None => drop(whole.insert(question.clone(), answer)),
                }
            }
        }
        for (question, answer) in &mut whole {
            if let (
                Question::Values { cap, .. } | Question::Items { cap, .. },
                Answer::Values { values: found, overflow, .. },
            ) = (question, answer)
            {
                values::settle(found, overflow, *cap);
            }
        }
        whole
    }
}
