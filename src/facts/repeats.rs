//! Facts about records that share something within one dataset: equal values, one person, addresses one slip apart.

use ahash::AHashSet;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator, ParallelSliceMut};
use xxhash_rust::xxh3::xxh3_64;

use super::lenses::shape;
use super::local::{Shard, Slice};
use super::tally::Counter;
use super::{Answer, Column, Consent, Groups, Lens, Sample, Unlike};
use crate::again::Again;
use crate::frames::TextColumn;
use crate::frames::normalize::{Form, is_missing};

/// Values that occur more than once in a form.
pub(crate) fn repeats(shard: &Shard<'_>, asked: &Column, form: Form, unlike: Option<Unlike>) -> Result<Answer, String> {
    let slice = shard.slice(&asked.dataset)?;
    let column = slice.column(asked.index)?;
    // Records that share an address or an identifier are in one piece; what is folded joins nobody, so the first piece
    // answers for all.
    let whole = matches!(form, Form::Folded | Form::Exact);
    let rows: Vec<u32> = match whole {
        true if shard.is_first() => (0..slice.frame.rows).collect(),
        true => Vec::new(),
        false => slice.rows().collect(),
    };
    // Identity has numbered addresses and ids already.
    let (count, mut keyed) = match shard.engine.identity.numbered(&asked.dataset, asked.index, form) {
        Some(numbers) => {
            let keyed = || rows.iter().filter_map(|row| Some((*numbers.get(*row as usize)?, *row)));
            let shared = Shared::new(keyed().map(|(key, _)| key));
            let several = keyed().filter(|(key, _)| shared.has(*key)).map(|(key, row)| (u64::from(key), row));
            (keyed().filter(|(key, _)| *key != 0).count(), several.collect())
        }
        None => {
            let hash = |row: u32| form.read(column.get(row)).map(|text| xxh3_64(text.as_bytes()));
            let mut keyed: Vec<(u64, u32)> = rows.par_iter().filter_map(|row| Some((hash(*row)?, *row))).collect();
            let count = keyed.len();
            let again = Again::of(keyed.iter().map(|(key, _)| *key), count);
            keyed.retain(|(key, _)| again.may_hold(*key));
            (count, keyed)
        }
    };
    keyed.par_sort_unstable();
    let mut book = Book { shard, slice, column, groups: Groups::default(), counter: Counter::default() };
    book.groups.keyed = count as u64;
    for run in keyed.chunk_by(|one, other| one.0 == other.0).filter(|run| run.len() > 1) {
        let set_apart = match unlike {
            None => true,
            Some(Unlike::Form(finer)) => {
                let first = finer.of(column.get(run[0].1));
                run.iter().any(|(_, row)| finer.of(column.get(*row)) != first)
            }
            Some(Unlike::Record) => {
                let first = slice.frame.key(run[0].1);
                run.iter().any(|(_, row)| slice.frame.key(*row) != first)
            }
        };
        if set_apart {
            book.enter(run.iter().map(|(_, row)| *row));
        }
    }
    Ok(book.close(rows.len() as u64))
}

/// Records of one person that a lens reads differently.
pub(crate) fn divided(shard: &Shard<'_>, asked: &Column, lens: &Lens) -> Result<Answer, String> {
    let slice = shard.slice(&asked.dataset)?;
    let column = slice.column(asked.index)?;
    let rows = together(shard, &slice);
    let mut entered: AHashSet<u32> = AHashSet::new();
    let mut book = Book { shard, slice, column, groups: Groups::default(), counter: Counter::default() };
    book.groups.keyed = rows.len() as u64;
    for run in rows.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        let first = lens.shape(column.get(run[0].2));
        let divided = run.iter().any(|(.., row)| lens.shape(column.get(*row)) != first);
        let new: Vec<u32> = run.iter().map(|(.., row)| *row).filter(|row| divided && entered.insert(*row)).collect();
        if !new.is_empty() {
            book.enter(new.into_iter());
        }
    }
    Ok(book.close(slice.len()))
}

/// The rows of people who have several, sorted: by person, then by mailbox. A person is known by identifier; who shares a
/// mailbox is mailed as one, whatever their identifiers say.
fn together(shard: &Shard<'_>, slice: &Slice<'_>) -> Vec<(bool, u32, u32)> {
    let several = slice.rows().filter(|row| !slice.people.alone[*row as usize]);
    let by_person = several.map(|row| (slice.people.person[row as usize], row));
    let mailboxes = shard.engine.identity.mailboxes(&slice.frame.dataset.name);
    let boxed = || slice.rows().filter_map(|row| Some((*mailboxes.get(row as usize)?, row)));
    let shared = Shared::new(boxed().map(|(key, _)| key));
    let by_mailbox = boxed().filter(|(key, _)| shared.has(*key));
    let mut rows: Vec<(bool, u32, u32)> =
        by_person.map(|(key, row)| (false, key, row)).chain(by_mailbox.map(|(key, row)| (true, key, row))).collect();
    rows.sort_unstable();
    rows
}

/// What a record says of consent, and whether it holds anything else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    flag: &'static str,
    topics: &'static str,
    lives: bool,
}

impl Told {
    /// Whether a merge into `self` would take the opt-out of a stub over: what is filled is kept, what is blank is taken.
    fn takes(&self, stub: &Self) -> bool {
        let flag = self.flag == shape::SILENT && stub.flag == shape::OUT;
        let topics = self.topics == shape::MISSING && stub.topics == shape::TOPICS_OFF;
        self.lives && !stub.lives && self.flag != shape::OUT && (flag || topics)
    }
}

/// Records of one person of which an empty one would give its opt-out to another.
pub(crate) fn stubs(
    shard: &Shard<'_>,
    asked: &Column,
    topics: Option<usize>,
    life: &[usize],
) -> Result<Answer, String> {
    let slice = shard.slice(&asked.dataset)?;
    let column = slice.column(asked.index)?;
    let topics = topics.map(|index| slice.column(index)).transpose()?;
    let life: Vec<&TextColumn> = life.iter().map(|index| slice.column(*index)).collect::<Result<_, _>>()?;
    let told = |row: u32| Told {
        flag: Consent::Profile.says(column.get(row)),
        topics: topics.map_or(shape::FILLED, |column| Lens::Topics.shape(column.get(row))),
        lives: life.iter().any(|column| !is_missing(column.get(row), &[])),
    };
    let rows = together(shard, &slice);
    let mut entered: AHashSet<u32> = AHashSet::new();
    let mut book = Book { shard, slice, column, groups: Groups::default(), counter: Counter::default() };
    book.groups.keyed = rows.len() as u64;
    for run in rows.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        let said: Vec<(u32, Told)> = run.iter().map(|(.., row)| (*row, told(*row))).collect();
        // A crowd says few different things.
        let mut kinds: Vec<Told> = said.iter().map(|(_, told)| *told).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let met = |own: &Told| kinds.iter().any(|other| own.takes(other) || other.takes(own));
        let members = said.iter().filter(|(_, own)| met(own)).map(|(row, _)| *row);
        let new: Vec<u32> = members.filter(|row| entered.insert(*row)).collect();
        if !new.is_empty() {
            book.enter(new.into_iter());
        }
    }
    Ok(book.close(slice.len()))
}

/// Groups as they are found.
struct Book<'a> {
    shard: &'a Shard<'a>,
    slice: Slice<'a>,
    column: &'a TextColumn,
    groups: Groups,
    counter: Counter,
}

impl Book<'_> {
    fn enter(&mut self, rows: impl Iterator<Item = u32>) {
        self.groups.count += 1;
        let mut keys: Vec<(String, u32)> = rows.map(|row| (self.slice.frame.key(row).into_owned(), row)).collect();
        keys.sort_unstable();
        for (at, (key, row)) in keys.iter().enumerate() {
            self.slice.count(&mut self.counter, *row);
            let other = keys.get(usize::from(at == 0)).map(|(key, _)| key.clone()).unwrap_or_default();
            let detail = format!("{} records", keys.len());
            self.counter.sample(self.shard.cap(), self.slice.frame.rank(*row), || Sample {
                key: key.clone(),
                other,
                value: self.column.get(*row).to_owned(),
                detail,
            });
        }
    }

    /// Over the rows that were looked at.
    fn close(mut self, rows: u64) -> Answer {
        self.groups.members = self.counter.finish(self.shard.cap());
        Answer::Repeats { rows, groups: self.groups }
    }
}

/// Which keys more than one record has.
struct Shared(Vec<u8>);

impl Shared {
    fn new(keys: impl Iterator<Item = u32>) -> Self {
        let mut times: Vec<u8> = Vec::new();
        for key in keys.map(|key| key as usize).filter(|key| *key != 0) {
            if key >= times.len() {
                times.resize((key + 1).max(times.len() * 2), 0);
            }
            times[key] = times[key].saturating_add(1);
        }
        Self(times)
    }

    fn has(&self, key: u32) -> bool {
        self.0.get(key as usize).is_some_and(|times| *times > 1)
    }
}
