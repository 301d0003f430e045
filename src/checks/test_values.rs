//! Test people whose profiles do not hold what Zoho gives after mapping, or what the mapping expects of them.

use std::collections::{BTreeMap, BTreeSet};

use super::agreement::{reading, stale};
use super::consent;
use super::context::Context;
use super::lag::{HoldBack, hold_back};
use super::test_people::{Told, blind, found, hit, roll, shown};
use crate::exports::Dataset;
use crate::facts::lenses::shape;
use crate::facts::{Answers, Column, Consent, Found, Lens, Question, Reading, Record};
use crate::findings::{Gap, Hit, Row, Shows};
use crate::frames::normalize::is_missing;
use crate::frames::time::{Stamp, classify, instant, zone};
use crate::mapping::{Attribute, Spot, TestPerson};
use crate::text::{counted, list};

/// Two stamps of one moment may be rounded to the minute.
const SAME: u64 = 60;

/// How a source and an attribute are compared.
enum By {
    /// As their type says.
    Type(Reading),
    /// As consent: who is opted out at the source must be so on the profile.
    Consent(Consent),
}

/// An attribute, its source, and its column on the profile.
struct Pair<'a> {
    attribute: &'a Attribute,
    left: Column,
    right: Column,
    by: By,
}

/// A value of a profile that is not what it should be.
struct Wrong {
    attribute: String,
    column: Column,
    value: String,
    right: Option<String>,
    said: &'static str,
}

/// What the mapping lets one compare, and what stands in the way of the rest: what is expected of somebody is looked at
/// all the same.
fn pairs<'a>(context: &Context<'a>, expected: &BTreeSet<&str>) -> (Vec<Pair<'a>>, Vec<Gap>) {
    let (mut pairs, mut gaps) = (Vec::new(), Vec::new());
    for attribute in context.mapping.into_iter().flat_map(|mapping| &mapping.attributes) {
        let by = if attribute.is_consent() { None } else { reading(attribute).map(By::Type) };
        let left = match &by {
            Some(_) => {
                let (sides, missing) = stale(context, attribute);
                gaps.extend(missing.into_iter().filter(|_| !expected.contains(attribute.name.as_str())));
                sides.map(|(left, _)| left)
            }
            None if attribute.name == "unsubscribed" => in_contacts(context, attribute),
            None => None,
        };
        let Some(left) = left else { continue };
        let by = by.or_else(|| {
            let dataset = context.dataset(&left.dataset)?;
            consent::lens(attribute, dataset, context.label(&left)).ok().map(By::Consent)
        });
        match (by, context.on_profile(&attribute.name)) {
            (Some(by), Ok(right)) => pairs.push(Pair { attribute, left, right, by }),
            (_, Err(gap)) => gaps.push(gap),
            (None, _) => {}
        }
    }
    (pairs, gaps)
}

/// What the mapping makes of a column of Zoho's contacts, for attributes whose values are those of a list.
pub(crate) struct Mapped<'a>(Pair<'a>);

/// Of every attribute.
pub(crate) fn mapped<'a>(context: &Context<'a>, contacts: &Dataset) -> Vec<Mapped<'a>> {
    let pairs = pairs(context, &BTreeSet::new()).0.into_iter();
    pairs.filter(|pair| pair.left.dataset == contacts.name && listed(Some(pair.attribute))).map(Mapped).collect()
}

/// Why values of some attributes are held against those of nobody, until `expect:` says what they should be.
pub(crate) fn left_out(context: &Context<'_>) -> BTreeSet<String> {
    pairs(context, &BTreeSet::new()).1.into_iter().map(|gap| gap.reason).collect()
}

impl Mapped<'_> {
    pub(crate) fn name(&self) -> &str {
        &self.0.attribute.name
    }

    pub(crate) fn column(&self) -> &Column {
        &self.0.left
    }

    /// What the profile must hold; none where the cell does not tell.
    pub(crate) fn value(&self, cell: &str) -> Option<String> {
        match &self.0.by {
            // A blank stands for the default, and a profile may hold either.
            By::Type(_) if is_missing(cell, &self.0.attribute.missing) => None,
            By::Type(reading) => reading.expected(cell),
            // Who is mailable in Zoho may have opted out by a link.
            By::Consent(lens) => (lens.says(cell) == shape::OUT).then(|| "true".to_owned()),
        }
    }
}

fn in_contacts(context: &Context<'_>, attribute: &Attribute) -> Option<Column> {
    let contacts = context.zoho("contacts")?;
    let mut paths = attribute.from.iter().filter_map(|from| from.column.as_ref());
    context.resolve(paths.find(|path| path.dataset == contacts.name)?).ok()
}

pub(super) fn told(context: &Context<'_>, people: &[TestPerson], answers: &Answers) -> Told {
    let gaps = blind(context);
    let (Some(mapping), Some(profiles), Some(contacts)) =
        (context.mapping, context.profiles(), context.zoho("contacts"))
    else {
        return Told { gaps, ..Told::default() };
    };
    if !gaps.is_empty() {
        return Told { gaps, ..Told::default() };
    }
    let named = people.iter().flat_map(|person| &person.expect).map(|(name, _)| name.text.as_str()).collect();
    let (pairs, mut gaps) = pairs(context, &named);
    let mut expected: BTreeMap<&str, Column> = BTreeMap::new();
    for (name, _) in people.iter().flat_map(|person| &person.expect) {
        match context.on_profile(&name.text) {
            Ok(column) => drop(expected.insert(&name.text, column)),
            Err(gap) => gaps.push(gap),
        }
    }
    let (mut questions, held) = hold_back(context, None, contacts, answers);
    let canonical = mapping.canonical.as_ref().and_then(|key| context.on_profile(&key.attribute.text).ok());
    let mut cells: Vec<Column> = pairs.iter().flat_map(|pair| [pair.left.clone(), pair.right.clone()]).collect();
    cells.extend(expected.values().cloned().chain(canonical.clone()));
    cells.extend(context.standard(contacts, "Modified Time"));
    cells.sort();
    cells.dedup();
    let roll = roll(context, people, cells);
    questions.push(Question::Roll(roll.clone()));
    let mut told = Told { questions, gaps, hits: Vec::new() };
    let Some(found) = found(answers, &roll).filter(|_| !held.is_open()) else { return told };
    let trial = Trial { context, pairs, expected, canonical, held, contacts: &contacts.name, profiles: &profiles.name };
    for (person, found) in people.iter().zip(found) {
        trial.hold(person, &shown(mapping, person), found, &mut told);
    }
    told.gaps.sort();
    told.gaps.dedup();
    told
}

/// What every test person is held against.
struct Trial<'a> {
    context: &'a Context<'a>,
    pairs: Vec<Pair<'a>>,
    expected: BTreeMap<&'a str, Column>,
    canonical: Option<Column>,
    held: HoldBack,
    contacts: &'a str,
    profiles: &'a str,
}

impl Trial<'_> {
    /// One person: on both sides, with the values of the sources, and with those that are expected.
    fn hold(&self, person: &TestPerson, name: &str, found: &Found, told: &mut Told) {
        let gap = |reason: String| Gap { subject: format!("test_people:{name}"), reason, column: None };
        let [at_zoho, on_profile] =
            [self.contacts, self.profiles].map(|dataset| found.get(dataset).map_or(&[][..], Vec::as_slice));
        let fresh = self.is_fresh(at_zoho);
        let profile = match (at_zoho, carrier(on_profile, self.canonical.as_ref())) {
            ([_, ..], Some(profile)) => profile,
            // It may still be on its way.
            ([_, ..], None) if fresh => {
                told.gaps.push(gap(format!("test person {name} changed too lately to have a profile")));
                return;
            }
            (_, other) => {
                let (contacts, profiles) = (self.contacts, self.profiles);
                let statement = match (at_zoho.is_empty(), other) {
                    (true, None) => {
                        format!("Test person {name} is in no export, neither in {contacts} nor in {profiles}.")
                    }
                    (true, Some(_)) => format!("Test person {name} has a profile and is not in {contacts}."),
                    _ => format!("Test person {name} is in {contacts} and has no profile."),
                };
                told.hits.push(hit(self.context, person, statement));
                return;
            }
        };
        if at_zoho.len() > 1 {
            let records = counted(at_zoho.len() as u64, "record", "records");
            told.gaps.push(gap(format!(
                "test person {name} is {records} of {}, of which the first was compared: name the person by the identifier",
                self.contacts
            )));
        }
        let (mut wrong, mut compared) = held_against(self.context, &self.pairs, found, profile);
        if fresh && !wrong.is_empty() {
            told.gaps.push(gap(format!("the Zoho record of test person {name} changed too lately to be compared")));
            wrong.clear();
        }
        for (attribute, value) in &person.expect {
            let Some(column) = self.expected.get(attribute.text.as_str()) else { continue };
            compared += 1;
            wrong.extend(unexpected(self.context, attribute, value, column, profile));
        }
        if compared == 0 {
            told.gaps.push(gap(format!("no value of test person {name} could be compared")));
        }
        told.hits.extend(differing(self.context, person, name, profile, &wrong, compared));
    }

    /// Whether the record changed within the lag of the sync.
    fn is_fresh(&self, at_zoho: &[Record]) -> bool {
        self.held.fresh().is_some_and(|fresh| {
            let stamp = at_zoho.first().and_then(|record| record.cells.get(&fresh.column.index));
            let zone = fresh.zone.as_deref().and_then(zone);
            stamp.and_then(|stamp| instant(stamp, zone.as_ref())).is_some_and(|at| at > fresh.after)
        })
    }
}

/// The profile that carries the identifier; else the first.
fn carrier<'a>(profiles: &'a [Record], canonical: Option<&Column>) -> Option<&'a Record> {
    let filled = |record: &&Record| {
        let cell = canonical.and_then(|column| record.cells.get(&column.index));
        cell.is_some_and(|cell| !is_missing(cell, &[]))
    };
    profiles.iter().find(filled).or_else(|| profiles.first())
}

/// What differs from the sources, and how many values were compared.
fn held_against(context: &Context<'_>, pairs: &[Pair<'_>], found: &Found, profile: &Record) -> (Vec<Wrong>, u64) {
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for pair in pairs {
        let source = found.get(&pair.left.dataset).and_then(|records| records.first());
        let left = source.and_then(|record| record.cells.get(&pair.left.index));
        let (Some(left), Some(right)) = (left, profile.cells.get(&pair.right.index)) else { continue };
        let Some(agree) = pair.agree(context, left, right) else { continue };
        compared += 1;
        if !agree {
            let reading = match &pair.by {
                By::Type(reading) => reading.expected(left),
                By::Consent(_) => Some("true".to_owned()),
            };
            wrong.push(Wrong {
                attribute: pair.attribute.name.clone(),
                column: pair.right.clone(),
                value: right.clone(),
                right: reading,
                said: "what its source gives",
            });
        }
    }
    (wrong, compared)
}

impl Pair<'_> {
    /// Whether the profile says what the source says; none where that cannot be told.
    fn agree(&self, context: &Context<'_>, left: &str, right: &str) -> Option<bool> {
        let missing = &self.attribute.missing;
        let reading = match &self.by {
            By::Type(reading) => reading,
            By::Consent(lens) => {
                let out = Lens::Consent(Consent::Profile).shape(right) == shape::OUT;
                // What is mailable at the source may have opted out by a link in a mail.
                return (lens.says(left) == shape::OUT).then_some(out).or(Some(true));
            }
        };
        let agree = reading.agrees(left, right, missing)?;
        if is_missing(left, missing) {
            return match &self.attribute.default {
                _ if self.attribute.from.len() > 1 => None,
                Some(default) => Some(agree || reading.repeats(default, right, missing) == Some(true)),
                None => Some(agree),
            };
        }
        let is_time = matches!(reading, Reading::Presence { .. });
        if !agree || !is_time || classify(left) == Stamp::Date {
            return Some(agree);
        }
        let source = context.dataset(&self.left.dataset).map_or("", |dataset| dataset.source.as_str());
        let own = context.zone(source, Some(self.attribute)).and_then(|name| zone(&name));
        match (instant(left, own.as_ref()), instant(right, None)) {
            (Some(left), Some(right)) => Some(left.abs_diff(right) < SAME),
            _ => None,
        }
    }
}

/// A value that is not what `expect` says.
fn unexpected(
    context: &Context<'_>,
    attribute: &Spot,
    value: &Spot,
    column: &Column,
    profile: &Record,
) -> Option<Wrong> {
    let cell = profile.cells.get(&column.index)?;
    let mapped = context.mapping.and_then(|mapping| mapping.attribute(&attribute.text));
    let missing = mapped.map(|mapped| mapped.missing.as_slice()).unwrap_or_default();
    let out = |text: &str| Lens::Consent(Consent::Profile).shape(text) == shape::OUT;
    let same = if attribute.text == "unsubscribed" {
        out(&value.text) == out(cell)
    } else if value.text.trim().is_empty() {
        is_missing(cell, missing)
    } else {
        match mapped.and_then(reading) {
            Some(Reading::Presence { .. }) | None => is_same_text(&value.text, cell),
            // What is no such value at all is still the text that was expected, or not.
            Some(reading) => {
                reading.repeats(&value.text, cell, missing).unwrap_or_else(|| is_same_text(&value.text, cell))
            }
        }
    };
    (!same).then(|| Wrong {
        attribute: attribute.text.clone(),
        column: column.clone(),
        value: cell.clone(),
        right: is_open(context, &attribute.text).then(|| value.text.clone()),
        said: "what `expect` says",
    })
}

fn is_same_text(one: &str, other: &str) -> bool {
    one.trim() == other.trim() || instant(one, None).is_some_and(|at| instant(other, None) == Some(at))
}

/// Whether an attribute's values may be shown: the flag says nothing of a person but whether to write to them.
fn is_open(context: &Context<'_>, name: &str) -> bool {
    name == "unsubscribed" || listed(context.mapping.and_then(|mapping| mapping.attribute(name)))
}

/// Whether the values of an attribute are those of a list, which are nobody's data.
fn listed(attribute: Option<&Attribute>) -> bool {
    attribute.is_some_and(|attribute| attribute.is(&["enum", "boolean"]) && !attribute.sensitive)
}

fn differing(
    context: &Context<'_>,
    person: &TestPerson,
    name: &str,
    profile: &Record,
    wrong: &[Wrong],
    compared: u64,
) -> Option<Hit> {
    let said: Vec<&'static str> = wrong.iter().map(|wrong| wrong.said).collect();
    let said = match said.as_slice() {
        [] => return None,
        [first, rest @ ..] if rest.iter().all(|other| other == first) => first,
        _ => "what its source gives or `expect` says",
    };
    // What both the source and `expect` say of one attribute is one difference.
    let mut seen = BTreeSet::new();
    let wrong: Vec<&Wrong> = wrong.iter().filter(|wrong| seen.insert((&wrong.attribute, &wrong.right))).collect();
    let names: Vec<String> = wrong.iter().map(|wrong| wrong.attribute.clone()).collect();
    let statement = format!(
        "Test person {name}: {} on the profile {} not {said} ({} of {compared} values).",
        list(&names, 4),
        if wrong.len() == 1 { "is" } else { "are" },
        wrong.len()
    );
    let row = |wrong: &Wrong| Row {
        dataset: wrong.column.dataset.clone(),
        key: profile.key.clone(),
        column: context.label(&wrong.column).to_owned(),
        value: wrong.value.clone(),
        suggestion: wrong.right.clone().unwrap_or_default(),
        ..Row::default()
    };
    let open = wrong.iter().all(|wrong| is_open(context, &wrong.attribute));
    Some(Hit {
        rows: wrong.len() as u64,
        total: compared.max(wrong.len() as u64),
        samples: wrong.iter().copied().map(row).collect(),
        shows: if open { Shows::Words } else { Shows::Nothing },
        ..hit(context, person, statement)
    })
}
