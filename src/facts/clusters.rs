//! The file of pairs and the file of clusters: who is probably one person, why, and who should stay.

use ahash::{AHashMap, AHashSet};

use super::Matching;
use super::local::{Shard, Slice};
use super::matches::{Found, NOBODY};
use crate::matching::explain;

/// The columns of the file of pairs.
pub const PAIR_COLUMNS: [&str; 7] = ["dataset_l", "id_l", "dataset_r", "id_r", "probability", "tier", "why"];
/// The columns of the file of clusters.
pub const CLUSTER_COLUMNS: [&str; 6] = ["cluster", "dataset", "id", "survivor", "reason", "probability"];

/// Every pair and every cluster, as the files name them.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// A row a pair.
    pub pairs: Vec<[String; 7]>,
    /// A row a record of a cluster.
    pub clusters: Vec<[String; 6]>,
}

/// Lists what was found. The survivor is a suggestion: nothing here merges anybody.
pub(crate) fn listed(shard: &Shard<'_>, asked: &Matching) -> Option<Listed> {
    let found = shard.engine.memo.found(asked)?.ok()?;
    let slices: Vec<Slice<'_>> = asked.sides.iter().filter_map(|side| shard.slice(&side.dataset).ok()).collect();
    let mut listed = Listed::default();
    let name = |person: u32| {
        let rows = found.firsts.iter().zip(&slices);
        let mut rows = rows.filter(|(firsts, _)| firsts[person as usize] != NOBODY);
        rows.next().map(|(firsts, slice)| (slice, firsts[person as usize]))
    };
    for link in &found.matches.links {
        let (Some((left, left_row)), Some((right, right_row))) = (name(link.left), name(link.right)) else { continue };
        let key = |slice: &Slice<'_>, row: u32| slice.frame.key(row).into_owned();
        listed.pairs.push([
            left.frame.dataset.name.clone(),
            key(left, left_row),
            right.frame.dataset.name.clone(),
            key(right, right_row),
            format!("{:.4}", link.probability.min(0.9999)),
            link.compared.tier.name().to_owned(),
            explain::why(link, &found.matches.weights),
        ]);
    }
    let mut best: AHashMap<u32, f32> = AHashMap::new();
    for link in &found.matches.links {
        for person in [link.left, link.right] {
            let best = best.entry(person).or_default();
            *best = best.max(link.probability);
        }
    }
    let mut rows: Vec<AHashMap<u32, Vec<u32>>> = Vec::new();
    let clustered: AHashSet<u32> = found.matches.clusters.iter().flatten().copied().collect();
    for persons in &found.persons {
        let mut by_person: AHashMap<u32, Vec<u32>> = AHashMap::new();
        for (row, person) in (0..).zip(persons).filter(|(_, person)| clustered.contains(person)) {
            by_person.entry(*person).or_default().push(row);
        }
        rows.push(by_person);
    }
    for (number, members) in (1_u32..).zip(&found.matches.clusters) {
        let records = members.iter().flat_map(|person| {
            let of = |(side, rows): (usize, &AHashMap<u32, Vec<u32>>)| {
                rows.get(person).into_iter().flatten().map(|row| (side, *row, *person)).collect::<Vec<_>>()
            };
            rows.iter().enumerate().flat_map(of).collect::<Vec<_>>()
        });
        let records: Vec<(usize, u32, u32)> = records.collect();
        let survivor = survivor(&records, &found, &slices);
        for (side, row, person) in &records {
            let is_survivor = survivor.as_ref().is_some_and(|(at, of, _)| (at, of) == (side, row));
            let reason = survivor.as_ref().filter(|_| is_survivor).map(|(_, _, reason)| (*reason).to_owned());
            listed.clusters.push([
                number.to_string(),
                slices[*side].frame.dataset.name.clone(),
                slices[*side].frame.key(*row).into_owned(),
                if is_survivor { "yes" } else { "no" }.to_owned(),
                reason.unwrap_or_default(),
                format!("{:.4}", best.get(person).copied().unwrap_or_default().min(0.9999)),
            ]);
        }
    }
    Some(listed)
}

/// The record of a cluster that should stay, among those of its first dataset, and why.
fn survivor(records: &[(usize, u32, u32)], found: &Found, slices: &[Slice<'_>]) -> Option<(usize, u32, &'static str)> {
    let first = records.iter().map(|(side, ..)| *side).min()?;
    let own: Vec<&(usize, u32, u32)> = records.iter().filter(|(side, ..)| *side == first).collect();
    let linked = |person: u32| found.firsts.iter().filter(|firsts| firsts[person as usize] != NOBODY).count();
    let known = |person: u32| found.matches.records[person as usize].fills;
    let rank = |record: &(usize, u32, u32)| (linked(record.2), known(record.2));
    let best = own.iter().map(|record| rank(record)).max()?;
    let mut equal = own.iter().filter(|record| rank(record) == best);
    let chosen =
        own.iter().filter(|record| rank(record) == best).min_by_key(|record| slices[record.0].frame.rank(record.1))?;
    let most_linked = own.iter().filter(|record| linked(record.2) == best.0).count() == 1;
    let reason = match (own.len(), most_linked, equal.nth(1).is_none()) {
        (1, ..) => "the only record of its system",
        (_, true, _) => "linked to records of more systems than the others",
        (_, false, true) => "fills more of name, address, phone and birth than the others",
        _ => "no better than the others: the first by its id",
    };
    Some((chosen.0, chosen.1, reason))
}
