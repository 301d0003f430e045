//! Facts about who is who between datasets: addresses that lead elsewhere, people who came over twice.

use ahash::{AHashMap, AHashSet};

use super::instants::Freshness;
use super::local::Shard;
use super::rows::Marks;
use super::tally::Counter;
use super::{Answer, Column, Fresh, Sample};
use crate::frames::links::{Link, Tier};

/// Records of one address that are looked at.
const EACH: usize = 20;

/// Addresses that lead elsewhere than the identifier, and addresses of before.
pub(crate) fn crossed_identity(
    shard: &Shard<'_>,
    left: &Column,
    right: &Column,
    fresh: Option<&Fresh>,
) -> Result<Answer, String> {
    let (left_slice, right_slice) = (shard.slice(&left.dataset)?, shard.slice(&right.dataset)?);
    let (left_column, right_column) = (left_slice.column(left.index)?, right_slice.column(right.index)?);
    let identity = shard.engine.identity;
    let cap = shard.cap();
    let freshness = Freshness::new(shard, fresh)?;
    let mut held = 0;
    let (mut crossed, mut old) = (Counter::default(), Counter::default());
    for (row, other) in identity.crossed(&left.dataset, &right.dataset) {
        if !shard.holds(left_slice.people.group[row as usize]) {
            continue;
        }
        left_slice.count(&mut crossed, row);
        crossed.sample(cap, left_slice.frame.rank(row), || Sample {
            key: left_slice.frame.key(row).into_owned(),
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
        old.sample(cap, right_slice.frame.rank(row), || Sample {
            key: right_slice.frame.key(row).into_owned(),
            other: left_slice.frame.key(other).into_owned(),
            value: right_column.get(row).to_owned(),
            detail: left_column.get(other).to_owned(),
        });
    }
    let links = identity.links(&left.dataset, &right.dataset);
    let mine = || links.iter().filter(|link| shard.holds(right_slice.people.group[link.right as usize]));
    let (pairs, too_fresh) = (mine().count() as u64, mine().filter(|link| freshness.holds(link.left)).count() as u64);
    Ok(Answer::CrossedIdentity { pairs, too_fresh, held, crossed: crossed.finish(cap), old: old.finish(cap) })
}

/// Records of `right` that belong to a record of `child`, while its person has another one by a record of `parent`.
pub(crate) fn lead_and_contact(shard: &Shard<'_>, child: &str, parent: &str, right: &str) -> Result<Answer, String> {
    let identity = shard.engine.identity;
    let (children, parents, rights) = (shard.slice(child)?, shard.slice(parent)?, shard.slice(right)?);
    let (child_address, parent_address) = (identity.addresses(child), identity.addresses(parent));
    // There are few children: only their people's parents are gathered.
    let persons = Marks::new(children.rows().map(|row| children.people.person[row as usize]));
    let addresses = Marks::new(children.rows().map(|row| key_at(child_address, row)).filter(|key| *key != 0));
    let mut of_person: AHashMap<u32, Vec<u32>> = AHashMap::new();
    let mut of_address: AHashMap<u32, Vec<u32>> = AHashMap::new();
    for row in parents.rows() {
        let (person, address) = (parents.people.person[row as usize], key_at(parent_address, row));
        if persons.has(person) {
            of_person.entry(person).or_default().push(row);
        }
        if addresses.has(address) {
            of_address.entry(address).or_default().push(row);
        }
    }
    let links = identity.links(parent, right);
    let mut counter = Counter::default();
    let mut seen: AHashSet<u32> = AHashSet::new();
    for link in identity.links(child, right).iter() {
        if !shard.holds(rights.people.group[link.right as usize]) || seen.contains(&link.right) {
            continue;
        }
        let person = children.people.person[link.left as usize];
        let own = of_person.get(&person).into_iter().chain(of_address.get(&key_at(child_address, link.left)));
        let (mut elsewhere, mut shared) = (false, false);
        // One record of an address tells as much as a thousand; and one may be linked to all of the other side.
        for row in own.flat_map(|rows| rows.iter().take(EACH)) {
            let theirs = links.of_left(*row);
            let at = theirs.partition_point(|other| other.right < link.right);
            let same = theirs.get(at).filter(|other| other.right == link.right);
            // A record that carries the child's own identifier is the child's, also where the address is the parent's.
            let borrowed = |other: &Link| link.tier == Tier::Identifier && other.tier != Tier::Identifier;
            shared |= same.is_some_and(|other| !borrowed(other));
            elsewhere |= theirs.len() > usize::from(same.is_some());
        }
        if shared || !elsewhere {
            continue;
        }
        seen.insert(link.right);
        rights.count(&mut counter, link.right);
        counter.sample(shard.cap(), rights.frame.rank(link.right), || Sample {
            key: rights.frame.key(link.right).into_owned(),
            other: children.frame.key(link.left).into_owned(),
            ..Sample::default()
        });
    }
    Ok(Answer::Rows { rows: rights.len(), met: counter.finish(shard.cap()) })
}

fn key_at(list: &[u32], row: u32) -> u32 {
    list.get(row as usize).copied().unwrap_or_default()
}
