//! The way of one profile into one journey: link by link, until the first that breaks.

use std::collections::BTreeMap;

use super::causes::Cause;
use super::conditions::{Profile, Standing, Tested, attribute, text, unlisted};
use super::consent::{self, means_out};
use super::desk::Desk;
use super::held::{Expected, Held};
use super::missing::{self, Stop};
use super::stages::why_open;
use super::subject::Subject;
use super::{Outcome, Passage};
use crate::exports::System;
use crate::facts::lenses::{shape, truth};
use crate::facts::{Column, Consent};
use crate::frames::time::{rfc3339, written};
use crate::mapping::journeys::{Cue, Kind, Slot};
use crate::mapping::{ColumnPath, Journey};

/// What is known of one profile.
pub(super) struct Scene<'a> {
    pub(super) desk: &'a Desk<'a>,
    pub(super) subject: &'a Subject,
    pub(super) profile: u32,
    pub(super) held: &'a Profile<'a>,
    pub(super) segments: &'a BTreeMap<String, Standing<'a>>,
}

/// How a link ends.
enum Step {
    Holds,
    /// It holds, and starts at a moment that exports do not show.
    Waits(String),
    Breaks(Stop),
    /// It cannot be looked at, and may break.
    Open(String),
    /// It cannot be looked at, and seldom breaks: named beside the outcome.
    Unseen(String),
}

/// The passage of somebody without a profile.
pub(super) fn unlinked(desk: &Desk<'_>, subject: &Subject, journey: &Journey) -> Passage {
    let (cause, says) = match desk.profiles() {
        Some(_) => missing::profile(desk, subject),
        None => {
            return passage(
                journey,
                None,
                Outcome::Unknown,
                None,
                "no people export of Customer.io was given".to_owned(),
            );
        }
    };
    passage(journey, None, cause.outcome(), Some(cause), says)
}

fn passage(
    journey: &Journey,
    profile: Option<String>,
    outcome: Outcome,
    cause: Option<Cause>,
    says: String,
) -> Passage {
    Passage { name: journey.name.clone(), profile, outcome, cause, says }
}

impl Scene<'_> {
    /// The passage of this profile.
    pub(super) fn passage(&self, journey: &Journey) -> Passage {
        let key = self.desk.profiles().map(|profiles| self.desk.key(profiles, self.profile));
        let end = |outcome, cause, says| passage(journey, key.clone(), outcome, cause, says);
        let (mut waits, mut open, mut unseen) = (None, None, Vec::new());
        for step in self.steps(journey) {
            match step {
                Step::Holds => {}
                Step::Waits(what) => waits = waits.or(Some(what)),
                Step::Open(why) => open = open.or(Some(why)),
                Step::Unseen(what) => unseen.push(what),
                Step::Breaks((cause, says)) => {
                    return end(cause.outcome(), Some(cause), says);
                }
            }
        }
        if let Some(why) = open {
            return end(Outcome::Unknown, None, why);
        }
        if let Some((cause, says)) = self.unheard() {
            return end(Outcome::WronglyIn, Some(cause), says);
        }
        let tail = if unseen.is_empty() { String::new() } else { format!("; not looked at: {}", unseen.join(", ")) };
        match waits {
            Some(what) => end(Outcome::Waits, None, format!("{what}{tail}")),
            None => end(Outcome::Enters, None, format!("every link holds{tail}")),
        }
    }

    /// Link by link, in the order in which they can break.
    fn steps(&self, journey: &Journey) -> Vec<Step> {
        let workspace = self.desk.context.mapping.and_then(|mapping| mapping.workspace.as_ref());
        let cues = journey.cues.iter().chain(workspace.into_iter().flat_map(|workspace| &workspace.cues));
        let mut steps = vec![journey.trigger().map_or_else(
            || Step::Open("nothing says what starts it (`trigger:`)".to_owned()),
            |trigger| self.starts(trigger),
        )];
        for cue in cues {
            match cue.slot {
                Slot::Filter => steps.push(self.member(&cue.name, true)),
                Slot::Suppress | Slot::Exit => steps.push(self.keeps_out(cue)),
                Slot::Trigger | Slot::Reads | Slot::Fallback => {}
            }
        }
        steps.push(self.is_mailable());
        steps.push(missing::suppressed(self.desk, self.subject).map_or(Step::Holds, Step::Breaks));
        steps.push(self.runs(journey));
        steps
    }

    fn starts(&self, trigger: &Cue) -> Step {
        match trigger.kind {
            Kind::Segment => self.member(&trigger.name, true),
            Kind::Attribute => self.filled(&trigger.name, "it starts on a change of"),
            Kind::Date => self.filled(&trigger.name, "it starts on the day of"),
            Kind::Event => self.raised(&trigger.name),
            Kind::Tag => Step::Open(format!("it starts on the tag `{}`, and tags are not traced", trigger.name)),
            Kind::Words => Step::Open(format!("its trigger `{}` names no segment, event or attribute", trigger.name)),
        }
    }

    /// An event that starts a journey has to be among the person's, where an export of events tells.
    fn raised(&self, name: &str) -> Step {
        let waits = |why: String| Step::Waits(format!("everything holds; it starts on the event {name}, {why}"));
        let context = self.desk.context;
        let events = context.events().and_then(|dataset| Some((dataset, context.event_columns(dataset)?)));
        let Some((dataset, columns)) = events else { return waits("which exports of people do not show".to_owned()) };
        let column = Column { dataset: dataset.name.clone(), index: columns.name };
        let mut mine = self.subject.records.get(&dataset.name).into_iter().flatten();
        match mine.any(|row| self.desk.cell(&column, *row) == name) {
            true => Step::Holds,
            false => waits(format!("which {} does not hold for this person", dataset.name)),
        }
    }

    /// An attribute that starts a journey has to be there, and true where it is a boolean.
    fn filled(&self, name: &str, starts: &str) -> Step {
        let Some(held) = self.held.get(name) else { return Step::Open(format!("`{name}` is not looked at")) };
        let boolean = held.attribute.is_some_and(|attribute| attribute.is(&["boolean"]));
        let there = |text: Option<&str>| {
            text.is_some_and(|text| if boolean { truth(text) == Some(true) } else { !text.trim().is_empty() })
        };
        if there(held.found.as_deref()) {
            return Step::Waits(format!("everything holds; {starts} `{name}`, which one export does not show"));
        }
        let meant = match &held.expected {
            Expected::Value(text) => there(Some(text)),
            _ => false,
        };
        self.broken(held, meant, &format!("the journey starts on `{name}`"))
    }

    /// A segment that has to hold the person, or must not.
    fn member(&self, name: &str, wanted: bool) -> Step {
        let Some(standing) = self.segments.get(name) else {
            return Step::Open(self.unread(name));
        };
        if standing.inside == Some(wanted) {
            return Step::Holds;
        }
        let Some(tested) = standing.blamed(wanted) else {
            return Step::Open(standing.open.clone().unwrap_or_else(|| format!("{name} could not be evaluated")));
        };
        if !wanted && standing.inside.is_none() {
            let why = standing.open.clone().unwrap_or_else(|| "its condition could not be evaluated".to_owned());
            return Step::Open(format!("whether the person is in {name}, which is kept out, cannot be said: {why}"));
        }
        if !wanted {
            let test = text(self.desk, tested.test);
            return Step::Breaks((Cause::KeptOut, format!("the person is in {name}, which is kept out (`{test}`)")));
        }
        self.test(name, standing, &tested)
    }

    /// Why a segment cannot be looked at.
    fn unread(&self, name: &str) -> String {
        let mut segments = self.desk.context.mapping.into_iter().flat_map(|mapping| &mapping.segments);
        match segments.find(|segment| segment.name == name) {
            Some(segment) => format!("who is in the segment {name} cannot be said: {}", why_open(segment)),
            None => format!("the segment {name} has no condition under `segments:`"),
        }
    }

    /// What is wrong where a test is to blame.
    fn test(&self, segment: &str, standing: &Standing<'_>, tested: &Tested<'_>) -> Step {
        let says = format!("{segment} tests `{}`", text(self.desk, tested.test));
        let names: Vec<String> =
            tested.test.columns().iter().filter_map(|(name, _)| attribute(self.desk, name)).collect();
        let held: Vec<&Held<'_>> = names.iter().filter_map(|name| self.held.get(name)).collect();
        if let Some((name, value)) = unlisted(self.desk, tested, self.held) {
            let why = format!("no profile should hold `{value}`: it is not on the list of `{name}`; {says}");
            return Step::Breaks((Cause::TestUnlisted, why));
        }
        let turned = standing.should == Some(true) && tested.holds != tested.should;
        let guilty = held.iter().find(|held| held.fault.is_some()).or(held.first());
        let absent = |held: &Held<'_>| matches!(held.fault, Some(Cause::AttributeAbsent | Cause::AttributeNameCase));
        match guilty {
            Some(held) if tested.holds.is_none() && !absent(held) => Step::Open(standing.open.clone().unwrap_or(says)),
            Some(held) => self.broken(held, turned, &says),
            None if tested.holds.is_none() => Step::Open(standing.open.clone().unwrap_or(says)),
            None if self.is_lone(tested) => Step::Breaks((
                Cause::ProfileWithoutRecord,
                format!("the profile belongs to no record of the CRM that could meet it; {says}"),
            )),
            None => Step::Breaks((Cause::DoesNotQualify, format!("no record of the person meets it; {says}"))),
        }
    }

    /// Whether a test asks for records of the CRM, and the profile belongs to none of its people.
    fn is_lone(&self, tested: &Tested<'_>) -> bool {
        let columns = tested.test.columns();
        let paths = columns.iter().filter_map(|(name, _)| ColumnPath::parse(name));
        let mut datasets = paths.filter_map(|path| self.desk.context.datasets.get(&path.dataset));
        self.subject.zoho(self.desk).next().is_none() && datasets.any(|dataset| dataset.system == System::Zoho)
    }

    /// The cause at one attribute: what is wrong with its value when the right one would do, else what is wrong at the
    /// source.
    fn broken(&self, held: &Held<'_>, turned: bool, says: &str) -> Step {
        let lone = self.subject.zoho(self.desk).next().is_none();
        let blank = held.found.as_deref().is_none_or(|found| found.trim().is_empty());
        let cause = match (&held.expected, held.fault) {
            (_, Some(fault @ (Cause::AttributeAbsent | Cause::AttributeNameCase))) => fault,
            (_, Some(fault)) if turned => fault,
            _ if turned => Cause::StaleValue,
            _ if is_consent(held) => consent_cause(held),
            (Expected::Blank(_), _) if lone && blank => Cause::ProfileWithoutRecord,
            (Expected::Blank(cause) | Expected::Open(Some(cause), _), _) => *cause,
            (Expected::Open(None, why), _) if blank => {
                let why = format!(
                    "`{}` is blank on the profile, and what it should hold cannot be said: {why}; {says}",
                    held.name
                );
                return Step::Open(why);
            }
            _ => Cause::DoesNotQualify,
        };
        Step::Breaks((cause, format!("{}; {says}", self.sentence(held, cause))))
    }

    /// A cause as a sentence about an attribute. Who opted out elsewhere did not do so in Customer.io alone.
    fn sentence(&self, held: &Held<'_>, cause: Cause) -> String {
        let elsewhere = match cause {
            Cause::OptedOutHereOnly => consent::opted_out(self.desk, self.subject),
            _ => Vec::new(),
        };
        sentence(self.desk, held, cause, &elsewhere)
    }

    /// Somebody whom a suppression or an exit names.
    fn keeps_out(&self, cue: &Cue) -> Step {
        let unseen = || Step::Unseen(format!("{} under `{}:`", cue.name, cue.slot.key()));
        let known = self.segments.contains_key(&cue.name);
        match cue.kind {
            Kind::Segment if known || cue.slot == Slot::Suppress => self.member(&cue.name, false),
            // Consent has a link of its own.
            Kind::Attribute if cue.name == "unsubscribed" => Step::Holds,
            Kind::Attribute => self.flagged(cue).unwrap_or_else(unseen),
            // An event ends a journey later, and keeps nobody from entering.
            Kind::Event if cue.slot == Slot::Exit => Step::Holds,
            _ => unseen(),
        }
    }

    /// A boolean that keeps people out; nothing for attributes of other types, whose meaning here is not told.
    fn flagged(&self, cue: &Cue) -> Option<Step> {
        let held = self.held.get(&cue.name)?;
        let attribute = held.attribute.filter(|attribute| attribute.is(&["boolean"]))?;
        let keeps = !attribute.is_consent() || means_out(attribute);
        let says = held.found.as_deref().and_then(truth) == Some(keeps);
        let stop = || (Cause::KeptOut, format!("`{}` is {keeps}, and the journey keeps that out", cue.name));
        Some(if says { Step::Breaks(stop()) } else { Step::Holds })
    }

    fn is_mailable(&self) -> Step {
        let Some(held) = self.held.get("unsubscribed") else { return Step::Holds };
        let found = held.found.as_deref().unwrap_or_default();
        if Consent::Profile.says(found) != shape::OUT {
            return Step::Holds;
        }
        let cause = consent_cause(held);
        Step::Breaks((cause, format!("{}; Customer.io sends nothing to them", self.sentence(held, cause))))
    }

    /// Somebody who opted out at the owner and is written to all the same.
    fn unheard(&self) -> Option<Stop> {
        let held = self.held.values().filter(|held| held.attribute.is_some_and(|attribute| attribute.is_consent()));
        let out = |held: &&Held<'_>| {
            held.name == "unsubscribed" && matches!(held.fault, Some(Cause::OptOutNotSynced | Cause::ConsentUnreadable))
        };
        let held = held.into_iter().find(out)?;
        let cause = held.fault?;
        Some((cause, format!("{}; Customer.io writes to them all the same", self.sentence(held, cause))))
    }

    fn runs(&self, journey: &Journey) -> Step {
        if journey.is_stopped() {
            return Step::Breaks((
                Cause::JourneyStopped,
                "everything else holds, and the journey is stopped".to_owned(),
            ));
        }
        if journey.is_state("draft") {
            return Step::Breaks((Cause::JourneyDraft, "everything else holds, and the journey is a draft".to_owned()));
        }
        let since = journey.since.as_ref().and_then(|since| written(&since.text));
        match since.filter(|since| *since > self.desk.context.now) {
            Some(since) => {
                let says = format!("everything else holds, and the journey starts on {}", rfc3339(since));
                Step::Breaks((Cause::JourneyNotStarted, says))
            }
            None => Step::Holds,
        }
    }
}

fn is_consent(held: &Held<'_>) -> bool {
    held.name == "unsubscribed" || held.attribute.is_some_and(|attribute| attribute.is_consent())
}

/// What keeps somebody out whose consent does.
fn consent_cause(held: &Held<'_>) -> Cause {
    match (&held.expected, held.fault) {
        (Expected::Open(Some(cause), _), _) => *cause,
        (Expected::Blank(_), None) => Cause::BlankAtSource,
        // Customer.io itself, or nobody, decides.
        (Expected::Open(None, _), Some(Cause::OptedOutHereOnly)) | (_, None) => Cause::OptedOut,
        (_, Some(fault)) => fault,
    }
}

/// A cause as a sentence about an attribute.
fn sentence(desk: &Desk<'_>, held: &Held<'_>, cause: Cause, elsewhere: &[String]) -> String {
    let line = held.line(desk, String::new());
    let name = &line.name;
    let quoted = |text: &str| format!("\"{text}\"");
    let found = line.found.as_deref().filter(|found| !found.is_empty()).map_or("blank".to_owned(), quoted);
    let expected = line.expected.as_deref().map_or("nothing".to_owned(), quoted);
    let source = line.sources.iter().find(|(_, value)| !value.is_empty()).or(line.sources.first());
    let source = source.map_or_else(
        || "its source".to_owned(),
        |(column, value)| {
            if value.is_empty() { format!("{column} is blank") } else { format!("{column} has \"{value}\"") }
        },
    );
    match cause {
        Cause::AttributeAbsent => format!("no profile has `{name}`: nothing writes it, or the export left it out"),
        Cause::AttributeNameCase => format!("`{name}` is not there, and {}: names are compared by case", line.detail),
        Cause::AttributeNotMapped => {
            format!("`{name}` is blank on the profile, and the mapping feeds no such attribute")
        }
        Cause::NotSynced => format!("`{name}` is {found} on the profile, and {source}"),
        Cause::DefaultNotApplied => format!("`{name}` is blank, and its default {expected} was not written"),
        Cause::BlankWithoutDefault => format!("{source}, and the mapping gives `{name}` no default"),
        Cause::BlankAtSource => format!("`{name}` is {found} on the profile, and {source}"),
        Cause::ProfileWithoutRecord => {
            format!("`{name}` is {found}: the profile belongs to no record that could fill it")
        }
        Cause::ValueVariant => format!("`{name}` is {found} on the profile, another spelling of {expected}"),
        Cause::ValueUnlisted => format!("{source}, and {} (`{name}`)", line.detail),
        Cause::ForeignValue => {
            format!("`{name}` is {found}, the value of a system that does not own it; the owner says {expected}")
        }
        Cause::TimestampUnit | Cause::TimestampForm => {
            format!("`{name}` is {found} ({}), and date conditions read Unix seconds", line.detail)
        }
        Cause::TimestampZone => format!("`{name}` is {found}, {}", line.detail),
        Cause::NumberForm => format!("`{name}` is {found}, which is no number to Customer.io"),
        Cause::OptedOut => format!("the person opted out (`{name}` is {found}, {source})"),
        Cause::OptedOutHereOnly if !elsewhere.is_empty() => {
            format!("`{name}` is {found} in Customer.io, as {} says too; {source}, and decides", elsewhere.join(", "))
        }
        Cause::OptedOutHereOnly => format!("`{name}` is {found} in Customer.io alone: {source}"),
        Cause::OptOutNotSynced => format!("the person opted out, and `{name}` is {found}: {source}"),
        Cause::ConsentUnreadable => format!("consent says neither yes nor no: `{name}` is {found}, {source}"),
        Cause::SharedProfile => {
            format!("`{name}` is {found} on a profile that stands for somebody else too, and should be {expected}")
        }
        Cause::TooFresh => format!("`{name}` is {found}, and its record changed within the lag of the sync"),
        Cause::StaleValue => format!("`{name}` is {found} on the profile and should be {expected}: {source}"),
        _ => format!("`{name}` is {found} on the profile, and {source}"),
    }
}
