//! The records and profiles of one person: rows that answer in, people with everything that is theirs out.

use std::collections::{BTreeMap, BTreeSet};

use super::Record;
use super::desk::Desk;
use super::find::Seed;
use crate::error::{Error, Fault, Result};
use crate::exports::System;
use crate::facts::Column;
use crate::facts::lenses::truth;
use crate::frames::normalize::Form;
use crate::text::{counted, list};

/// People that are traced at once; more share a key that names nobody.
const MOST: usize = 5;
/// Records of one dataset that are listed: people have few, and events are many.
const LISTED: usize = 5;
/// Profiles of one person that are looked at.
const MOST_PROFILES: usize = 10;

/// One person's rows.
pub(super) struct Subject {
    /// Rows of each dataset but that of profiles.
    pub(super) records: BTreeMap<String, Vec<u32>>,
    /// Rows of profiles.
    pub(super) profiles: Vec<u32>,
    /// Records of other people that share a profile: the profile, the dataset, the row.
    pub(super) strangers: Vec<(u32, String, u32)>,
    /// Profiles beyond those that are looked at.
    left_out: usize,
    /// What answered to what was typed.
    seeds: BTreeSet<Seed>,
}

/// Everyone to whom these rows belong.
pub(super) fn people(desk: &Desk<'_>, seeds: &[Seed]) -> Result<Vec<Subject>> {
    // A lead that is nobody answers where nobody else does.
    let (people, others): (Vec<&Seed>, Vec<&Seed>) =
        seeds.iter().partition(|(dataset, row)| is_somebody(desk, dataset, *row));
    let answering = if people.is_empty() { others } else { people };
    let labels: BTreeSet<u32> = answering.into_iter().filter_map(|seed| label(desk, seed)).collect();
    if labels.len() > MOST {
        let fault = Fault::new(format!("{} answer to it", counted(labels.len() as u64, "person", "people")));
        return Err(Error::usage(fault.help("name one of them by a record id")));
    }
    Ok(labels.into_iter().map(|label| subject(desk, label, seeds)).collect())
}

/// The number of a row's person. A profile that carries a key of its own, and is linked to a record all the same, is of
/// that record's person.
fn label(desk: &Desk<'_>, (dataset, row): &Seed) -> Option<u32> {
    let of = |dataset: &str, row: u32| Some(desk.identity.people(dataset)?.person[row as usize]);
    let own = of(dataset, *row);
    if desk.profiles() != Some(dataset.as_str()) || has_record(desk, own?) {
        return own;
    }
    linked(desk, *row).first().map_or(own, |(left, row)| of(left, *row))
}

fn has_record(desk: &Desk<'_>, label: u32) -> bool {
    let others = desk.store.iter().filter(|frame| desk.profiles() != Some(frame.dataset.name.as_str()));
    others.filter_map(|frame| desk.identity.people(&frame.dataset.name)).any(|people| people.person.contains(&label))
}

/// The records of people to which a profile is linked.
fn linked(desk: &Desk<'_>, profile: u32) -> Vec<Seed> {
    let Some(profiles) = desk.profiles() else { return Vec::new() };
    let others = desk.context.people().filter(|dataset| dataset.name != profiles);
    let links = others.flat_map(|dataset| {
        let links = desk.identity.links(&dataset.name, profiles);
        let mine: Vec<u32> = links.iter().filter(|link| link.right == profile).map(|link| link.left).collect();
        mine.into_iter().map(|left| (dataset.name.clone(), left))
    });
    links.collect()
}

fn subject(desk: &Desk<'_>, label: u32, seeds: &[Seed]) -> Subject {
    let mut records: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for frame in desk.store.iter() {
        let Some(people) = desk.identity.people(&frame.dataset.name) else { continue };
        let mine = (0..frame.rows).filter(|row| people.person[*row as usize] == label);
        let mine: Vec<u32> = mine.collect();
        if !mine.is_empty() {
            records.insert(frame.dataset.name.clone(), mine);
        }
    }
    let Some(profiles) = desk.profiles() else {
        let seeds = seeds.iter().cloned().collect();
        return Subject { records, profiles: Vec::new(), strangers: Vec::new(), left_out: 0, seeds };
    };
    let mut own: BTreeSet<u32> = records.remove(profiles).into_iter().flatten().collect();
    for (dataset, rows) in &records {
        let links = desk.identity.links(dataset, profiles);
        own.extend(links.iter().filter(|link| rows.contains(&link.left)).map(|link| link.right));
    }
    children(desk, profiles, &own, &mut records);
    let left_out = own.len().saturating_sub(MOST_PROFILES);
    let own: Vec<u32> = own.into_iter().take(MOST_PROFILES).collect();
    let strangers =
        own.iter().flat_map(|profile| linked(desk, *profile).into_iter().map(|(set, row)| (*profile, set, row)));
    let is_other = |set: &str, row: u32| {
        desk.identity.people(set).is_some_and(|it| it.person[row as usize] != label) && is_somebody(desk, set, row)
    };
    Subject {
        strangers: strangers.filter(|(_, set, row)| is_other(set, *row)).collect(),
        records,
        profiles: own,
        left_out,
        seeds: seeds.iter().cloned().collect(),
    }
}

/// Whether a record is a person of its own: not where the mapping says that its module becomes none, nor a lead that has
/// become a contact, unless that is another one of the export.
fn is_somebody(desk: &Desk<'_>, dataset: &str, row: u32) -> bool {
    if desk.context.datasets.get(dataset).is_none_or(|known| known.system != System::Zoho) {
        return true;
    }
    let module = dataset.rsplit('.').next().unwrap_or(dataset);
    let becomes = desk.context.module_becomes(module).is_none_or(|becomes| becomes == "people");
    let people = |dataset: &str| desk.identity.people(dataset).map(|people| people.person.as_slice());
    let label = people(dataset).map(|people| people[row as usize]);
    let contacts = desk.context.zoho("contacts").and_then(|contacts| people(&contacts.name));
    let is_contact = contacts.zip(label).is_some_and(|(contacts, label)| contacts.contains(&label));
    let converted = desk.named(dataset, "Is Converted", row).and_then(truth) == Some(true);
    becomes && (is_contact || !converted)
}

/// Adds what names these profiles and is no record of a person itself: events, messages, lists.
fn children(desk: &Desk<'_>, profiles: &str, own: &BTreeSet<u32>, records: &mut BTreeMap<String, Vec<u32>>) {
    let is_person = |name: &str| desk.context.people().any(|people| people.name == name);
    for frame in desk.store.iter().filter(|frame| !is_person(&frame.dataset.name)) {
        let links = desk.identity.links(profiles, &frame.dataset.name);
        let linked = links.iter().filter(|link| own.contains(&link.left)).map(|link| link.right);
        let mut rows: BTreeSet<u32> = linked.collect();
        if !rows.is_empty() {
            let known = records.entry(frame.dataset.name.clone()).or_default();
            rows.extend(known.iter().copied());
            *known = rows.into_iter().collect();
        }
    }
}

impl Subject {
    /// The record of a dataset that counts for a profile: the one it is linked to, else the first.
    pub(super) fn record(&self, desk: &Desk<'_>, dataset: &str, profile: Option<u32>) -> Option<u32> {
        let rows = self.records.get(dataset)?;
        let linked = profile.zip(desk.profiles()).and_then(|(profile, profiles)| {
            let links = desk.identity.links(dataset, profiles);
            links.iter().find(|link| link.right == profile && rows.contains(&link.left)).map(|link| link.left)
        });
        linked.or_else(|| rows.first().copied())
    }

    /// The person's rows in Zoho, by dataset.
    pub(super) fn zoho<'a>(&'a self, desk: &'a Desk<'_>) -> impl Iterator<Item = (&'a str, u32)> {
        let mine = self.records.iter().flat_map(|(dataset, rows)| rows.iter().map(move |row| (dataset.as_str(), *row)));
        mine.filter(|(dataset, _)| {
            let known = desk.context.datasets.get(*dataset);
            known.is_some_and(|known| known.system == System::Zoho)
                && desk.context.people().any(|people| people.name == *dataset)
        })
    }

    /// Whether the profile stands for somebody else as well.
    pub(super) fn shares(&self, profile: u32) -> bool {
        self.strangers.iter().any(|(shared, ..)| *shared == profile)
    }

    /// Every record and profile, with why it is theirs.
    pub(super) fn listed(&self, desk: &Desk<'_>) -> Vec<Record> {
        let records =
            self.records.iter().flat_map(|(dataset, rows)| rows.iter().take(LISTED).map(|row| (dataset.clone(), *row)));
        let profiles = self.profiles.iter().filter_map(|row| Some((desk.profiles()?.to_owned(), *row)));
        let listed = records.chain(profiles).map(|(dataset, row)| Record {
            key: desk.key(&dataset, row),
            profile: desk.profiles() == Some(dataset.as_str()),
            why: self.why(desk, &dataset, row),
            changed: desk.named(&dataset, "Modified Time", row).unwrap_or_default().to_owned(),
            dataset,
        });
        listed.collect()
    }

    fn why(&self, desk: &Desk<'_>, dataset: &str, row: u32) -> String {
        let asked = self.seeds.contains(&(dataset.to_owned(), row));
        let is_person = |name: &str| desk.context.people().any(|people| people.name == name);
        let others = self.records.iter().filter(|(other, _)| *other != dataset && is_person(other));
        let tiers = others.flat_map(|(other, rows)| {
            let links = desk.identity.links(other, dataset);
            let mine = links.iter().filter(|link| link.right == row && rows.contains(&link.left));
            mine.map(|link| (link.tier, other)).collect::<Vec<_>>()
        });
        match (tiers.min(), asked) {
            (Some((tier, other)), true) => format!("asked for; {} as {other}", tier.name()),
            (Some((tier, other)), false) => format!("{} as {other}", tier.name()),
            (None, true) => "asked for".to_owned(),
            (None, false) if is_person(dataset) => "same person".to_owned(),
            (None, false) => "names the person".to_owned(),
        }
    }

    /// Events under an address of the person that name somebody who is no profile. Whose they are cannot be said.
    fn nameless(&self, desk: &Desk<'_>, profiles: &str) -> Option<String> {
        let dataset = desk.context.events()?;
        let keys = desk.plan.get(&dataset.name)?;
        let address = Column { dataset: dataset.name.clone(), index: keys.address? };
        let (own, frame) = (self.addresses(desk, profiles), desk.frame(&dataset.name)?);
        let links = desk.identity.links(profiles, &dataset.name);
        let known: BTreeSet<u32> = links.iter().map(|link| link.right).collect();
        let mine = self.records.get(&dataset.name).map(Vec::as_slice).unwrap_or_default();
        let open = (0..frame.rows).filter(|row| !known.contains(row) && !mine.contains(row));
        let theirs = |row: &u32| Form::Address.of(desk.cell(&address, *row)).is_some_and(|it| own.contains(&it));
        let rows: Vec<u32> = open.filter(theirs).collect();
        let named = |row: &u32| {
            let ids = keys.refs.iter().map(|id| Column { dataset: dataset.name.clone(), index: id.column });
            ids.map(|id| desk.cell(&id, *row)).find(|id| !id.trim().is_empty()).unwrap_or_default()
        };
        let names: BTreeSet<String> = rows.iter().map(|row| desk.typed(named(row))).collect();
        let names: Vec<String> = names.into_iter().collect();
        (!rows.is_empty()).then(|| {
            format!(
                "Left out: {} of {} with an address of this person, for {}, of whom there is no profile.",
                counted(rows.len() as u64, "event", "events"),
                dataset.name,
                list(&names, 3)
            )
        })
    }

    /// The addresses of the person's records and profiles.
    fn addresses(&self, desk: &Desk<'_>, profiles: &str) -> BTreeSet<String> {
        let records = self.records.iter().flat_map(|(name, rows)| rows.iter().map(move |row| (name.as_str(), *row)));
        let all = records.chain(self.profiles.iter().map(|row| (profiles, *row)));
        let found = all.filter_map(|(name, row)| {
            let dataset = desk.context.people().find(|people| people.name == name)?;
            Form::Address.of(desk.cell(&desk.context.email(dataset).ok()?, row))
        });
        found.collect()
    }

    /// What is to be known before anything else.
    pub(super) fn notes(&self, desk: &Desk<'_>) -> Vec<String> {
        let Some(profiles) = desk.profiles() else {
            return vec!["No people export of Customer.io was given, so no profile can be looked at.".to_owned()];
        };
        let mut notes = Vec::new();
        match self.profiles.as_slice() {
            [] => notes.push(format!("No profile of {profiles} belongs to this person.")),
            [_] => {}
            many => {
                let keys: Vec<String> = many.iter().map(|row| desk.key(profiles, *row)).collect();
                notes.push(format!("This person has {} profiles: {}.", many.len() + self.left_out, keys.join(", ")));
                if self.left_out > 0 {
                    notes.push(format!("Only the first {} of them are looked at.", many.len()));
                }
            }
        }
        for (profile, dataset, row) in &self.strangers {
            let (profile, other) = (desk.key(profiles, *profile), desk.record(dataset, *row));
            notes.push(format!("The profile {profile} also belongs to {other}, who is somebody else."));
        }
        notes.extend(self.nameless(desk, profiles));
        for (dataset, rows) in self.records.iter().filter(|(_, rows)| rows.len() > LISTED) {
            let more = counted((rows.len() - LISTED) as u64, "more record", "more records");
            notes.push(format!("{more} of {dataset} are not listed below."));
        }
        if self.zoho(desk).next().is_none() {
            notes.push("No record of the CRM belongs to this person.".to_owned());
        }
        for (dataset, row) in self.zoho(desk) {
            let crossed = desk.identity.crossed(dataset, profiles);
            for (_, stray) in crossed.iter().filter(|(left, _)| *left == row) {
                let (record, profile) = (desk.record(dataset, row), desk.key(profiles, *stray));
                notes.push(format!(
                    "The identifier of {record} leads to one profile and its address to another, {profile}."
                ));
            }
            let moved = desk.identity.moved(dataset, profiles);
            for (_, old) in moved.iter().filter(|(left, _)| *left == row) {
                let (record, profile) = (desk.record(dataset, row), desk.key(profiles, *old));
                notes.push(format!(
                    "The address of {record} is not that of its profile {profile}: mail goes to the latter."
                ));
            }
        }
        notes
    }
}
