//! One person's trace: rows in, every line of the report out, as far as it was asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::causes::Cause;
use super::chain::{Scene, unlinked};
use super::conditions::{Profile, Standing, line, stand};
use super::desk::Desk;
use super::held::held;
use super::subject::Subject;
use super::{Membership, Outcome, Passage, Person, Wanted, consent};
use crate::facts::Consent;
use crate::facts::lenses::shape;
use crate::mapping::Mapping;
use crate::mapping::journeys::{Journey, Kind, Segment, Slot};

/// Everything about one person.
pub(super) fn person(desk: &Desk<'_>, subject: &Subject, wanted: &Wanted<'_>) -> Person {
    let mut person = Person {
        notes: subject.notes(desk),
        records: subject.listed(desk),
        consent: consent::said(desk, subject),
        decides: consent::decides(desk, subject),
        ..Person::default()
    };
    let Some(mapping) = desk.context.mapping else {
        person.notes.push("There is no mapping, so nothing says what the profile should hold.".to_owned());
        return person;
    };
    let choice = Choice::new(mapping, wanted);
    let names = choice.attributes(mapping);
    let profiles: Vec<(u32, Profile<'_>)> = subject
        .profiles
        .iter()
        .map(|row| (*row, names.iter().map(|name| (name.clone(), held(desk, subject, *row, name))).collect()))
        .collect();
    let standings: Vec<BTreeMap<String, Standing<'_>>> =
        profiles.iter().map(|(row, held)| standings(desk, *row, held, mapping)).collect();
    for ((row, held), standings) in profiles.iter().zip(&standings) {
        let key = desk.profiles().map(|profiles| desk.key(profiles, *row)).unwrap_or_default();
        person
            .attributes
            .extend(choice.shown(mapping).iter().filter_map(|name| Some(held.get(name)?.line(desk, key.clone()))));
        for segment in &choice.segments {
            let Some(standing) = standings.get(&segment.name) else {
                person.segments.push(unread(segment, key.clone()));
                continue;
            };
            let tests = standing.decisive();
            person.segments.push(Membership {
                profile: key.clone(),
                name: segment.name.clone(),
                inside: standing.inside,
                should: standing.should,
                never: segment.never,
                tests: tests.iter().map(|test| line(desk, subject, test, held)).collect(),
                open: standing.open.clone(),
            });
        }
    }
    let ways: Vec<Way<'_>> =
        profiles.iter().zip(&standings).map(|((row, held), segments)| Way { row: *row, held, segments }).collect();
    person.journeys = choice.journeys.iter().map(|journey| passage(desk, subject, &ways, journey)).collect();
    person
}

/// A segment whose condition is not known, as Customer.io's list may have it.
fn unread(segment: &Segment, profile: String) -> Membership {
    Membership {
        profile,
        name: segment.name.clone(),
        inside: None,
        should: None,
        never: segment.never,
        tests: Vec::new(),
        open: Some(why_open(segment)),
    }
}

/// Why nobody can say who is in a segment.
pub(super) fn why_open(segment: &Segment) -> String {
    segment.open.clone().unwrap_or_else(|| "its condition could not be read".to_owned())
}

/// One profile with what is known of it.
struct Way<'a> {
    row: u32,
    held: &'a Profile<'a>,
    segments: &'a BTreeMap<String, Standing<'a>>,
}

fn standings<'a>(desk: &Desk<'a>, row: u32, held: &Profile<'_>, mapping: &Mapping) -> BTreeMap<String, Standing<'a>> {
    let context = desk.context;
    let all = mapping
        .segments
        .iter()
        .filter_map(|segment| Some((segment.name.clone(), stand(desk, row, context.segment(&segment.name)?, held))));
    all.collect()
}

/// The best of the ways that a person's profiles have into a journey; what lies on several of them is named as such.
fn passage(desk: &Desk<'_>, subject: &Subject, ways: &[Way<'_>], journey: &Journey) -> Passage {
    let scene = |way: &Way<'_>| {
        Scene { desk, subject, profile: way.row, held: way.held, segments: way.segments }.passage(journey)
    };
    let passages: Vec<Passage> = ways.iter().map(scene).collect();
    let Some(best) = passages.iter().min_by_key(|passage| passage.outcome) else {
        return unlinked(desk, subject, journey);
    };
    if passages.len() == 1 {
        return best.clone();
    }
    let keys: Vec<&str> = passages.iter().filter_map(|passage| passage.profile.as_deref()).collect();
    let split = |outcome, says: String| Passage {
        outcome,
        cause: Some(Cause::SplitProfile),
        says: format!("the person has {} profiles ({}): {says}", keys.len(), keys.join(", ")),
        ..best.clone()
    };
    let inside = matches!(best.outcome, Outcome::Enters | Outcome::Waits);
    if inside && ways.iter().any(is_out) {
        return split(Outcome::WronglyIn, "one of them is unsubscribed, and another enters".to_owned());
    }
    if inside || best.outcome == Outcome::WronglyIn || !lies_apart(ways, journey) {
        return best.clone();
    }
    split(Outcome::Misses, format!("what the journey needs lies on several of them; on the first, {}", best.says))
}

fn is_out(way: &Way<'_>) -> bool {
    let found = way.held.get("unsubscribed").and_then(|held| held.found.as_deref());
    Consent::Profile.says(found.unwrap_or_default()) == shape::OUT
}

/// Whether every test that keeps a profile out of the journey's segments is met by another profile of the person.
fn lies_apart(ways: &[Way<'_>], journey: &Journey) -> bool {
    let needed =
        journey.cues.iter().filter(|cue| cue.kind == Kind::Segment && matches!(cue.slot, Slot::Trigger | Slot::Filter));
    let mut apart = false;
    for cue in needed {
        for way in ways {
            let Some(standing) = way.segments.get(&cue.name).filter(|standing| standing.inside != Some(true)) else {
                continue;
            };
            for test in standing.decisive() {
                let met = ways.iter().filter_map(|other| other.segments.get(&cue.name)).any(|other| other.meets(&test));
                if !met {
                    return false;
                }
                apart = true;
            }
        }
    }
    apart
}

/// What of the mapping is looked at.
struct Choice<'a> {
    journeys: Vec<&'a Journey>,
    segments: Vec<&'a Segment>,
    narrow: bool,
}

impl<'a> Choice<'a> {
    fn new(mapping: &'a Mapping, wanted: &Wanted<'_>) -> Self {
        let names = |journey: &Journey, segment: &str| {
            journey.cues.iter().any(|cue| cue.kind == Kind::Segment && cue.name == segment)
        };
        let is_wanted = |journey: &&Journey| match (wanted.journeys, wanted.segments) {
            ([], []) => true,
            ([], segments) => segments.iter().any(|segment| names(journey, segment)),
            (journeys, _) => journeys.contains(&journey.name),
        };
        let journeys: Vec<&Journey> = mapping.journeys.iter().filter(is_wanted).collect();
        let is_named = |segment: &&Segment| match (wanted.journeys, wanted.segments) {
            ([], []) => true,
            (_, []) => journeys.iter().any(|journey| names(journey, &segment.name)),
            (_, segments) => segments.contains(&segment.name),
        };
        let segments = mapping.segments.iter().filter(is_named).collect();
        Self { journeys, segments, narrow: !wanted.journeys.is_empty() || !wanted.segments.is_empty() }
    }

    /// Every attribute that the mapping feeds, or that a segment or a journey reads.
    fn attributes(&self, mapping: &Mapping) -> BTreeSet<String> {
        let fed = mapping.attributes.iter().map(|attribute| attribute.name.clone());
        let read = mapping.reads().into_iter().map(|read| read.attribute.to_owned());
        fed.chain(read).chain(["unsubscribed".to_owned()]).collect()
    }

    /// Those of them that the report shows, in the order of the mapping.
    fn shown(&self, mapping: &Mapping) -> Vec<String> {
        let of_segments = self.segments.iter().flat_map(|segment| segment.reads.iter().map(|spot| spot.text.clone()));
        let of_journeys =
            self.journeys.iter().flat_map(|journey| mapping.reads_of(journey)).map(|read| read.attribute.to_owned());
        let read: BTreeSet<String> = of_segments.chain(of_journeys).collect();
        let fed = mapping.attributes.iter().map(|attribute| attribute.name.clone());
        let mut shown: Vec<String> = fed.filter(|name| !self.narrow || read.contains(name)).collect();
        shown.extend(read.into_iter().filter(|name| mapping.attribute(name).is_none()));
        shown
    }
}
