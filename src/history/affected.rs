//! Whom findings name, in a way that is the same in the next run: records and identity in, one name a person out.
//!
//! A person is named by one of their records: the contact, else the profile, else what there is. Who has no record with
//! an id is named by the address; who has neither is not followed.

use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashMap;

use crate::exports::{Dataset, System};
use crate::facts::local::SAMPLES;
use crate::findings::Outcome;
use crate::findings::sketch::Key;
use crate::frames::identity::Identity;
use crate::frames::normalize::Form;
use crate::frames::{Frame, Store};
use crate::mapping::EARLIER;
use crate::text::trim;

/// The people of every finding.
#[derive(Debug, Default)]
pub struct Affected {
    /// The name of each person, by number.
    names: AHashMap<u32, String>,
    /// The people of a finding, by its fingerprint.
    of: BTreeMap<String, Vec<u32>>,
}

impl Affected {
    /// The people of findings that name all their records. Where nobody else wants all of them, few are kept.
    pub(crate) fn of(store: &Store, identity: &Identity, outcomes: &mut [Outcome], keep_all: bool) -> Self {
        let affected = Self::found(store, identity, outcomes);
        if !keep_all {
            for finding in outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings) {
                finding.hit.samples.truncate(SAMPLES);
                finding.hit.samples.shrink_to_fit();
            }
        }
        affected
    }

    fn found(store: &Store, identity: &Identity, outcomes: &[Outcome]) -> Self {
        let mut affected = Self::default();
        let findings = || outcomes.iter().flat_map(|outcome| &outcome.findings);
        let named: BTreeSet<&str> =
            findings().flat_map(|finding| &finding.hit.samples).map(|row| row.dataset.as_str()).collect();
        let rows: BTreeMap<&str, AHashMap<String, u32>> =
            named.into_iter().filter_map(|name| Some((name, rows(store.get(name)?)))).collect();
        for finding in findings() {
            let who = finding.hit.samples.iter().filter_map(|row| {
                let at = *rows.get(row.dataset.as_str())?.get(&row.key)?;
                identity.people(&row.dataset)?.person.get(at as usize).copied()
            });
            affected.of.entry(finding.fingerprint.clone()).or_default().extend(who);
        }
        affected.name(store, identity);
        affected
    }

    /// Names everybody who is meant.
    fn name(&mut self, store: &Store, identity: &Identity) {
        let mut open = vec![false; identity.count as usize];
        self.of.values().flatten().for_each(|who| open[*who as usize] = true);
        let mut frames: Vec<&Frame> = store.iter().filter(|frame| !frame.dataset.name.starts_with(EARLIER)).collect();
        frames.sort_by_key(|frame| (trust(&frame.dataset), &frame.dataset.name));
        let spaces = frames.iter().map(|frame| (*frame, true)).chain(frames.iter().map(|frame| (*frame, false)));
        for (frame, by_id) in spaces {
            let Some(people) = identity.people(&frame.dataset.name) else { continue };
            let mut found: AHashMap<u32, String> = AHashMap::new();
            for (row, who) in (0..frame.rows).zip(&people.person).filter(|(_, who)| open[**who as usize]) {
                let Some(name) = (if by_id { id(frame, row) } else { address(frame, identity, row) }) else { continue };
                let held = found.entry(*who).or_insert_with(|| name.clone());
                // Of several records the one whose name comes first, wherever it stands in the file.
                if name < *held {
                    *held = name;
                }
            }
            found.keys().for_each(|who| open[*who as usize] = false);
            self.names.extend(found);
        }
    }

    /// The people of each finding as keyed hashes, in order, by its fingerprint.
    pub(super) fn hashed(&self, key: &Key) -> BTreeMap<&str, Vec<i64>> {
        let hashes: AHashMap<u32, i64> =
            self.names.iter().map(|(who, name)| (*who, key.hash(&["person", name]) as i64)).collect();
        let of = |who: &Vec<u32>| {
            let mut people: Vec<i64> = who.iter().filter_map(|who| hashes.get(who).copied()).collect();
            people.sort_unstable();
            people.dedup();
            people
        };
        self.of.iter().map(|(print, who)| (print.as_str(), of(who))).collect()
    }
}

/// Which records name their person first.
fn trust(dataset: &Dataset) -> u8 {
    match (dataset.system, dataset.module.to_lowercase().as_str()) {
        (System::Zoho, "contacts") => 0,
        (System::CustomerIo, "people") => 1,
        (System::Zoho, "leads") => 2,
        _ => 3,
    }
}

/// The rows of a dataset by their keys; the first of each.
fn rows(frame: &Frame) -> AHashMap<String, u32> {
    let mut rows = AHashMap::new();
    for row in 0..frame.rows {
        rows.entry(frame.key(row).into_owned()).or_insert(row);
    }
    rows
}

fn id(frame: &Frame, row: u32) -> Option<String> {
    let cell = trim(frame.column(frame.dataset.key?)?.get(row));
    let id = Form::Identifier.of(cell)?;
    Some(format!("{}\u{1f}{id}", frame.dataset.name))
}

/// The address as it was hashed to recognise people by it.
fn address(frame: &Frame, identity: &Identity, row: u32) -> Option<String> {
    let hash = identity.address_hash(&frame.dataset.name, row)?;
    Some(format!("address\u{1f}{hash:016x}"))
}
