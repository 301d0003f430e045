//! Facts about who is who between datasets: records with and without links, addresses that lead elsewhere, people who came
//! over twice.

use std::collections::{BTreeMap, BTreeSet};

use ahash::{AHashMap, AHashSet};

use super::instants::Freshness;
use super::local::{SAMPLES, Shard, Slice};
use super::tally::Counter;
use super::{Answer, Beside, Column, Fresh, Sample};

/// The records of a slice that a question is about.
fn rows_beside<'a>(shard: &Shard<'_>, slice: &Slice<'a>, asked: &Beside) -> impl Iterator<Item = u32> + use<'a> {
    let mut linked = vec![false; slice.frame.rows as usize];
    for other in &asked.others {
        for link in shard.engine.identity.links(other, &asked.column.dataset).iter() {
            linked[link.right as usize] = true;
        }
    }
    let wanted = asked.linked;
    slice.rows().filter(move |row| linked[*row as usize] == wanted)
}

/// Values by their shape, on the records that have or lack links to other datasets.
pub(crate) fn beside(shard: &Shard<'_>, asked: &Beside) -> Result<Answer, String> {
    let slice = shard.slice(&asked.column.dataset)?;
    let column = slice.column(asked.column.index)?;
    let mut counters: BTreeMap<&'static str, Counter> = BTreeMap::new();
    let mut rows = 0;
    for row in rows_beside(shard, &slice, asked) {
        rows += 1;
        let value = column.get(row);
        slice.sample(counters.entry(asked.lens.shape(value)).or_default(), row, value);
    }
    let shapes = counters.into_iter().map(|(shape, counter)| (shape.to_owned(), counter.finish(SAMPLES)));
    Ok(Answer::Shapes { rows, shapes: shapes.collect() })
}

/// Every one of those records whose value has one of these shapes.
pub(crate) fn listing(shard: &Shard<'_>, asked: &Beside, shapes: &BTreeSet<String>) -> Result<Answer, String> {
    let slice = shard.slice(&asked.column.dataset)?;
    let column = slice.column(asked.column.index)?;
    let wanted = picked(shard, &slice, asked, shapes)?;
    Ok(Answer::Rows { rows: slice.len(), met: shard.tally(&slice, wanted.into_iter(), Some(column)) })
}

/// The rows of those records.
pub(crate) fn picked(
    shard: &Shard<'_>,
    slice: &Slice<'_>,
    asked: &Beside,
    shapes: &BTreeSet<String>,
) -> Result<Vec<u32>, String> {
    let column = slice.column(asked.column.index)?;
    let wanted = |row: &u32| shapes.contains(asked.lens.shape(column.get(*row)));
    Ok(rows_beside(shard, slice, asked).filter(wanted).collect())
}

/// Addresses that lead elsewhere than the identifier, and addresses of before.
pub(crate) fn strays(
    shard: &Shard<'_>,
    left: &Column,
    right: &Column,
    fresh: Option<&Fresh>,
) -> Result<Answer, String> {
    let (left_slice, right_slice) = (shard.slice(&left.dataset)?, shard.slice(&right.dataset)?);
    let (left_column, right_column) = (left_slice.column(left.index)?, right_slice.column(right.index)?);
    let identity = shard.engine.identity;
    let cap = shard.cap();
    let freshness = Freshness::new(&left_slice, fresh)?;
    let mut held = 0;
    let (mut crossed, mut old) = (Counter::default(), Counter::default());
    for (row, other) in identity.crossed(&left.dataset, &right.dataset) {
        if !shard.holds(left_slice.people.group[row as usize]) {
            continue;
        }
        left_slice.count(&mut crossed, row);
        let key = left_slice.frame.key(row);
        crossed.sample(cap, &key, || Sample {
            key: key.to_string(),
            other: right_slice.frame.key(other).into_owned(),
            value: left_column.get(row).to_owned(),
            detail: String::new(),
        });
    }
    for (other, row) in identity.moved(&left.dataset, &right.dataset) {
        if !shard.holds(right_slice.people.group[row as usize]) {
            continue;
        }
        if freshness.holds(other) {
            held += 1;
            continue;
        }
        right_slice.count(&mut old, row);
        let key = right_slice.frame.key(row);
        old.sample(cap, &key, || Sample {
            key: key.to_string(),
            other: left_slice.frame.key(other).into_owned(),
            value: right_column.get(row).to_owned(),
            detail: left_column.get(other).to_owned(),
        });
    }
    let links = identity.links(&left.dataset, &right.dataset);
    let pairs = links.iter().filter(|link| shard.holds(right_slice.people.group[link.right as usize])).count() as u64;
    Ok(Answer::Strays { pairs, held, crossed: crossed.finish(cap), old: old.finish(cap) })
}

/// Records of `right` that belong to a record of `child`, while its person has another one by a record of `parent`.
pub(crate) fn doubles(shard: &Shard<'_>, child: &str, parent: &str, right: &str) -> Result<Answer, String> {
    let identity = shard.engine.identity;
    let (children, parents, rights) = (shard.slice(child)?, shard.slice(parent)?, shard.slice(right)?);
    let mut of_person: AHashMap<u32, Vec<u32>> = AHashMap::new();
    let mut of_address: AHashMap<u64, Vec<u32>> = AHashMap::new();
    let (child_address, parent_address) = (identity.addresses(child), identity.addresses(parent));
    for row in parents.rows() {
        of_person.entry(parents.people.person[row as usize]).or_default().push(row);
        of_address.entry(key_at(parent_address, row)).or_default().push(row);
    }
    of_address.remove(&0);
    let links = identity.links(parent, right);
    let mut of_parent: AHashMap<u32, AHashSet<u32>> = AHashMap::new();
    for link in links.iter() {
        of_parent.entry(link.left).or_default().insert(link.right);
    }
    let mut counter = Counter::default();
    let mut seen: AHashSet<u32> = AHashSet::new();
    for link in identity.links(child, right).iter() {
        if !shard.holds(rights.people.group[link.right as usize]) || seen.contains(&link.right) {
            continue;
        }
        let person = children.people.person[link.left as usize];
        let own = of_person.get(&person).into_iter().chain(of_address.get(&key_at(child_address, link.left)));
        let known: Vec<&AHashSet<u32>> = own.flatten().filter_map(|row| of_parent.get(row)).collect();
        if known.is_empty() || known.iter().any(|rows| rows.contains(&link.right)) {
            continue;
        }
        seen.insert(link.right);
        rights.count(&mut counter, link.right);
        let key = rights.frame.key(link.right);
        let other = children.frame.key(link.left);
        counter.sample(shard.cap(), &key, || Sample {
            key: key.to_string(),
            other: other.into_owned(),
            ..Sample::default()
        });
    }
    Ok(Answer::Rows { rows: rights.len(), met: counter.finish(shard.cap()) })
}

fn key_at(list: &[u64], row: u32) -> u64 {
    list.get(row as usize).copied().unwrap_or_default()
}
