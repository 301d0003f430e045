//! Facts about distinct values: a column in, its values, or the items of its lists, with their counts out.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ahash::AHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::items::items;
use super::local::{SAMPLES, Shard, Slice};
use super::tally::{Beyond, Counter};
use super::{Answer, Column, Tally};

/// Distinct values of a column. A record counts under its whole value.
pub(super) fn values(shard: &Shard<'_>, asked: &Column, cap: usize) -> Result<Answer, String> {
    let slice = shard.slice(&asked.dataset)?;
    let column = slice.column(asked.index)?;
    let mut distinct = Distinct::new(cap);
    let Some((values, cells)) = column.few() else {
        for row in slice.rows() {
            distinct.count(&slice, row, Cow::Borrowed(column.get(row)));
        }
        return Ok(distinct.finish(slice.len()));
    };
    let mut counters: Vec<Option<Counter>> = Vec::new();
    counters.resize_with(values.count(), Option::default);
    let mut beyond = vec![Beyond::default(); values.count()];
    for row in slice.rows() {
        let (cell, rank) = (cells[row as usize], slice.rank_alone(row));
        let beyond = &mut beyond[usize::from(cell)];
        if beyond.takes(rank) {
            continue;
        }
        let counter = counters[usize::from(cell)].get_or_insert_default();
        slice.sample(counter, row, || values.get(cell).to_owned());
        beyond.limit = counter.worst();
    }
    let held = values.iter().zip(counters).zip(beyond);
    let counters = held.filter_map(|((value, counter), beyond)| {
        let mut counter = counter?;
        counter.add_beyond(beyond);
        Some((Cow::Borrowed(value), counter))
    });
    distinct.counters = counters.collect();
    Ok(distinct.finish(slice.len()))
}

/// Distinct items of a column of lists. A record counts once under each of its items.
pub(super) fn listed<'a>(shard: &'a Shard<'_>, asked: &Column, cap: usize) -> Result<Answer, String> {
    let slice = shard.slice(&asked.dataset)?;
    let column = slice.column(asked.index)?;
    let mut distinct = Distinct::new(cap);
    let Some((values, cells)) = column.few() else {
        for row in slice.rows() {
            items(column.get(row)).into_iter().for_each(|item| distinct.count(&slice, row, item));
        }
        return Ok(distinct.finish(slice.len()));
    };
    let mut held: Vec<Option<Vec<usize>>> = vec![None; values.count()];
    let mut places: AHashMap<Cow<'a, str>, usize> = AHashMap::new();
    let mut counters: Vec<(Cow<'a, str>, Counter)> = Vec::new();
    for row in slice.rows() {
        let cell = cells[row as usize];
        let held = held[usize::from(cell)].get_or_insert_with(|| {
            let place = |item: Cow<'a, str>| {
                let next = counters.len();
                let place = *places.entry(item.clone()).or_insert(next);
                if place == next {
                    counters.push((item, Counter::default()));
                }
                place
            };
            items(values.get(cell)).into_iter().map(place).collect()
        });
        for place in held {
            let (item, counter) = &mut counters[*place];
            slice.sample(counter, row, || item.to_string());
        }
    }
    distinct.counters = counters.into_iter().collect();
    Ok(distinct.finish(slice.len()))
}

/// Values while they are counted. Beyond the cap those with the smallest hashes are kept: what was dropped never comes
/// back.
struct Distinct<'a> {
    cap: usize,
    counters: AHashMap<Cow<'a, str>, Counter>,
    overflow: bool,
    bound: u64,
}

fn hash(value: &str) -> u64 {
    xxh3_64(value.as_bytes())
}

impl<'a> Distinct<'a> {
    fn new(cap: usize) -> Self {
        Self { cap, counters: AHashMap::new(), overflow: false, bound: u64::MAX }
    }

    fn count(&mut self, slice: &Slice<'_>, row: u32, value: Cow<'a, str>) {
        if self.overflow && hash(&value) > self.bound {
            return;
        }
        if let Some(counter) = self.counters.get_mut(value.as_ref()) {
            slice.sample(counter, row, || value.into_owned());
            return;
        }
        slice.sample(self.counters.entry(value.clone()).or_default(), row, || value.into_owned());
        if self.counters.len() > self.cap.saturating_mul(2).max(64) {
            let mut hashes: Vec<u64> = self.counters.keys().map(|value| hash(value)).collect();
            hashes.sort_unstable();
            (self.overflow, self.bound) = (true, hashes[self.cap.max(1) - 1]);
            let bound = self.bound;
            self.counters.retain(|value, _| hash(value) <= bound);
        }
    }

    fn finish(self, rows: u64) -> Answer {
        let overflow = self.overflow || self.counters.len() > self.cap;
        let mut kept: Vec<(u64, Cow<'a, str>, Counter)> =
            self.counters.into_iter().map(|(value, counter)| (hash(&value), value, counter)).collect();
        if overflow {
            kept.sort_unstable_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
            kept.truncate(self.cap);
        }
        let values = kept.into_iter().map(|(_, value, counter)| (value.into_owned(), counter.finish(SAMPLES)));
        Answer::Values { rows, values: values.collect(), overflow }
    }
}

/// Shards may hold few distinct values each and many together: the cap holds for the whole.
pub(super) fn settle(values: &mut BTreeMap<String, Tally>, overflow: &mut bool, cap: usize) {
    if values.len() > cap {
        *overflow = true;
        let mut hashes: Vec<(u64, String)> = values.keys().map(|value| (hash(value), value.clone())).collect();
        hashes.sort_unstable();
        for (_, value) in hashes.split_off(cap) {
            values.remove(&value);
        }
    }
}
