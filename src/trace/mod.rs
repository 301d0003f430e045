//! One person through every system: what was typed in, records, profiles, values, consent, segments and journeys out, each
//! journey with the first link that breaks.
//!
//! ```text
//! what was typed ─ find ─▶ people ─ subject ─▶ records, profiles ─ held ─▶ values ─ conditions ─▶ segments ─ chain ─▶ journeys
//! ```
//!
//! Nothing here means anything of its own: records are linked by [`crate::frames::identity`], values read by
//! [`crate::facts::Reading`], conditions evaluated by the engine of the audit, on the row of one profile.

mod causes;
mod chain;
mod conditions;
mod consent;
mod desk;
mod find;
mod held;
mod missing;
mod stages;
mod subject;
mod times;

use std::collections::BTreeMap;

pub use causes::{Cause, Link};

use crate::audit::{open_with, refuse_twins};
use crate::checks::Context;
use crate::checks::context::Exports;
use crate::config::Config;
use crate::error::{Error, Fault, Result};
use crate::exports::{Progress, Workspace};
use crate::mapping::Mapping;
use crate::text::nearest;
use desk::Desk;

/// What is traced, and how much of it is shown.
pub struct Wanted<'a> {
    /// An id, an address or a phone number.
    pub person: &'a str,
    /// Journeys to look at; all when empty.
    pub journeys: &'a [String],
    /// Segments to look at; all when empty.
    pub segments: &'a [String],
    /// The instant that counts as now.
    pub now: i64,
    /// Whether personal data is shown as it stands.
    pub show_pii: bool,
}

/// Everything that was found, as it may be shown.
#[derive(Debug)]
pub struct Trace {
    /// What was typed.
    pub asked: String,
    /// The instant that counts as now.
    pub now: i64,
    /// Whether personal data is masked.
    pub masked: bool,
    /// Where was looked, with the records there.
    pub searched: Vec<(String, u64)>,
    /// Everyone who answers to it.
    pub people: Vec<Person>,
}

/// One person.
#[derive(Debug, Default)]
pub struct Person {
    /// What is to be known before anything else: several profiles, none, one that is shared.
    pub notes: Vec<String>,
    /// Their records and profiles.
    pub records: Vec<Record>,
    /// Profile by profile, attribute by attribute.
    pub attributes: Vec<Value>,
    /// What every system says of consent.
    pub consent: Vec<Said>,
    /// Who decides about it, and what Customer.io makes of it.
    pub decides: Vec<String>,
    /// Profile by profile, segment by segment.
    pub segments: Vec<Membership>,
    /// Journey by journey.
    pub journeys: Vec<Passage>,
}

/// A record, or a profile.
#[derive(Debug)]
pub struct Record {
    /// `zoho.contacts`
    pub dataset: String,
    /// Its own id.
    pub key: String,
    /// Whether it is a profile of Customer.io.
    pub profile: bool,
    /// Why it belongs to the person.
    pub why: String,
    /// When it was changed, as the export says.
    pub changed: String,
}

/// An attribute of one profile beside its sources.
#[derive(Debug)]
pub struct Value {
    /// The profile.
    pub profile: String,
    /// The attribute.
    pub name: String,
    /// Columns of the person's records that feed it, with their values.
    pub sources: Vec<(String, String)>,
    /// What the mapping makes of them; none when that cannot be said.
    pub expected: Option<String>,
    /// What the profile holds; none when no profile has the attribute.
    pub found: Option<String>,
    /// How the two compare.
    pub verdict: Verdict,
    /// What else tells.
    pub detail: String,
}

/// How a value compares with its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They say the same.
    Same,
    /// They do not.
    Differs,
    /// The profile has none.
    Missing,
    /// The source has none.
    Kept,
    /// The same in another spelling.
    Variant,
    /// In a form that Customer.io cannot read as the declared type.
    WrongForm,
    /// The record changed within the lag of the sync.
    TooFresh,
    /// Nothing to compare with.
    NotCompared,
    /// No profile has the attribute.
    Absent,
}

impl Verdict {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::Missing => "missing",
            Self::Kept => "blank at source",
            Self::Variant => "variant",
            Self::WrongForm => "wrong form",
            Self::TooFresh => "too fresh",
            Self::NotCompared => "not compared",
            Self::Absent => "on no profile",
        }
    }
}

/// What one column says of consent.
#[derive(Debug)]
pub struct Said {
    /// The dataset.
    pub dataset: String,
    /// The column.
    pub column: String,
    /// Its value.
    pub value: String,
    /// What that says to its reader.
    pub says: String,
    /// Times beside it: column and value.
    pub times: Vec<(String, String)>,
    /// Whether its system decides.
    pub decides: bool,
}

/// A profile and a segment.
#[derive(Debug)]
pub struct Membership {
    /// The profile.
    pub profile: String,
    /// The segment.
    pub name: String,
    /// Whether it is in; none when that cannot be said.
    pub inside: Option<bool>,
    /// Whether it would be in if it held what it should; none when that cannot be said.
    pub should: Option<bool>,
    /// Whether the segment must stay empty.
    pub never: bool,
    /// The tests that decide.
    pub tests: Vec<Test>,
    /// What stands in the way of looking.
    pub open: Option<String>,
}

/// A test of a condition on one profile.
#[derive(Debug, Clone)]
pub struct Test {
    /// The test.
    pub text: String,
    /// Whether it is met.
    pub holds: Option<bool>,
    /// What it saw: attribute and value.
    pub saw: Vec<(String, String)>,
}

/// How a person and a journey stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Everything holds.
    Enters,
    /// Everything holds, and it starts at a moment that exports do not show.
    Waits,
    /// Everything holds, and it should not: the person opted out.
    WronglyIn,
    /// Something is broken on the way.
    Misses,
    /// Kept out as they should be.
    KeptOut,
    /// Something could not be looked at.
    Unknown,
}

impl Outcome {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Enters => "enters",
            Self::Waits => "waits",
            Self::WronglyIn => "wrongly in",
            Self::Misses => "misses",
            Self::KeptOut => "kept out",
            Self::Unknown => "unknown",
        }
    }
}

/// A person's way into a journey.
#[derive(Debug, Clone)]
pub struct Passage {
    /// The journey.
    pub name: String,
    /// The profile that it is about, when there is one.
    pub profile: Option<String>,
    /// How it ends.
    pub outcome: Outcome,
    /// What breaks first, when something does.
    pub cause: Option<Cause>,
    /// It as a sentence.
    pub says: String,
}

/// Traces whoever answers to an id, an address or a phone number.
pub fn run(config: &Config, wanted: &Wanted<'_>, progress: &dyn Progress) -> Result<Trace> {
    let mut workspace = Workspace::default();
    let datasets = open_with(config, &mut workspace)?;
    refuse_twins(&datasets)?;
    if datasets.is_empty() {
        let fault = Fault::new("there is nobody to trace: no export was given");
        return Err(Error::usage(fault.help("add `sources:` to crmlint.yaml, or name export files")));
    }
    let mapping = config.mapping.as_ref().map(|(path, name)| Mapping::read(path, name)).transpose()?;
    let mapping = mapping.map(|mapping| mapping.with(&workspace));
    let earlier = BTreeMap::new();
    let exports = Exports { workspace: Some(&workspace), ..Exports::new(&datasets, &earlier) };
    let context = Context::new(config, mapping.as_ref(), exports, wanted.now)?;
    known(mapping.as_ref(), wanted)?;
    Desk::open(
        &context,
        progress,
        |desk| {
            let seeds = find::find(desk, wanted.person)?;
            let people = subject::people(desk, &seeds)?;
            Ok(Trace {
                asked: desk.typed(wanted.person),
                now: wanted.now,
                masked: !wanted.show_pii,
                searched: desk.store.iter().map(|frame| (frame.dataset.name.clone(), u64::from(frame.rows))).collect(),
                people: people.iter().map(|subject| stages::person(desk, subject, wanted)).collect(),
            })
        },
        wanted.show_pii,
    )
}

/// Refuses names of journeys and segments that the mapping does not have.
fn known(mapping: Option<&Mapping>, wanted: &Wanted<'_>) -> Result<()> {
    let journeys: Vec<&str> = mapping.into_iter().flat_map(|it| &it.journeys).map(|it| it.name.as_str()).collect();
    let segments: Vec<&str> = mapping.into_iter().flat_map(|it| &it.segments).map(|it| it.name.as_str()).collect();
    for (what, asked, names) in [("journey", wanted.journeys, journeys), ("segment", wanted.segments, segments)] {
        for name in asked.iter().filter(|name| !names.contains(&name.as_str())) {
            let help = match (nearest(name, names.iter().copied()), names.is_empty()) {
                (Some(near), _) => format!("did you mean {near}?"),
                (None, true) => format!("the mapping declares no {what}"),
                (None, false) => format!("it declares: {}", names.join(", ")),
            };
            return Err(Error::usage(Fault::new(format!("the mapping has no {what} `{name}`")).help(help)));
        }
    }
    Ok(())
}
