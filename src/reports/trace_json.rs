//! One person's trace, for programs. These types are the published format; `version` moves when a field changes its meaning
//! or goes away, not when one is added.

use schemars::JsonSchema;
use serde::Serialize;

use crate::frames::time::rfc3339;
use crate::trace;

/// The version of the format.
const VERSION: u32 = 1;

/// A trace of `crmlint trace`.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "crmlint trace")]
struct Trace {
    /// Version of this format.
    version: u32,
    /// The program and its version.
    tool: String,
    /// The instant that counted as now, ISO 8601 in UTC.
    now: String,
    /// Whether personal data is masked.
    masked: bool,
    /// What was typed, masked where the rest is.
    asked: String,
    /// Where was looked.
    searched: Vec<Searched>,
    /// Everyone who answers to it, at least one.
    people: Vec<Person>,
}

/// A dataset that was searched.
#[derive(Serialize, JsonSchema)]
struct Searched {
    /// Its name: source and module.
    dataset: String,
    /// Records.
    records: u64,
}

/// One person.
#[derive(Serialize, JsonSchema)]
struct Person {
    /// What is to be known first: several profiles, none, one shared with somebody else.
    notes: Vec<String>,
    /// Journeys in the order of the mapping.
    journeys: Vec<Journey>,
    /// Records and profiles.
    records: Vec<Record>,
    /// Attributes, profile by profile.
    attributes: Vec<Attribute>,
    /// What every system says of consent.
    consent: Vec<Consent>,
    /// Who decides about consent, and what Customer.io makes of it.
    decides: Vec<String>,
    /// Segments, profile by profile.
    segments: Vec<Segment>,
}

/// The person's way into a journey.
#[derive(Serialize, JsonSchema)]
struct Journey {
    /// The journey.
    name: String,
    /// The profile that it is about; null when there is none.
    profile: Option<String>,
    /// `enters`; `waits`: everything holds, and it starts at a moment that exports do not show; `wrongly in`: the person
    /// opted out and enters; `misses`: something is broken; `kept out`: as it should be; `unknown`: it could not be looked at.
    outcome: String,
    /// What breaks first, of a closed list; null when nothing does.
    cause: Option<String>,
    /// The link that it breaks: `profile`, `attribute`, `value`, `segment`, `consent`, `journey`; null when none does.
    link: Option<String>,
    /// It as a sentence.
    says: String,
}

/// A record or a profile.
#[derive(Serialize, JsonSchema)]
struct Record {
    /// The dataset.
    dataset: String,
    /// Its own id.
    key: String,
    /// Whether it is a profile of Customer.io.
    profile: bool,
    /// Why it belongs to the person.
    why: String,
    /// When it was changed, as the export says; blank where it does not.
    changed: String,
}

/// An attribute of one profile beside its sources.
#[derive(Serialize, JsonSchema)]
struct Attribute {
    /// The profile.
    profile: String,
    /// The attribute.
    name: String,
    /// Columns of the person's records that feed it.
    sources: Vec<Cell>,
    /// What the mapping makes of them; null when that cannot be said.
    expected: Option<String>,
    /// What the profile holds; null when no profile has the attribute.
    found: Option<String>,
    /// `same`, `differs`, `missing`, `blank at source`, `variant`, `wrong form`, `too fresh`, `not compared` or `on no
    /// profile`.
    verdict: String,
    /// What else tells.
    detail: String,
}

/// A column and its value.
#[derive(Serialize, JsonSchema)]
struct Cell {
    /// The column, or the attribute.
    column: String,
    /// Its value.
    value: String,
}

/// What one column says of consent.
#[derive(Serialize, JsonSchema)]
struct Consent {
    /// The dataset.
    dataset: String,
    /// The column.
    column: String,
    /// Its value.
    value: String,
    /// What that says to its reader.
    says: String,
    /// Times beside it.
    times: Vec<Cell>,
    /// Whether its system decides.
    decides: bool,
}

/// A profile and a segment.
#[derive(Serialize, JsonSchema)]
struct Segment {
    /// The profile.
    profile: String,
    /// The segment.
    name: String,
    /// Whether it is in; null when that cannot be said.
    inside: Option<bool>,
    /// Whether it would be in if it held what it should; null when that cannot be said.
    should: Option<bool>,
    /// Whether the segment must stay empty.
    never: bool,
    /// The tests that decide.
    tests: Vec<Test>,
    /// What stands in the way of looking; null when nothing does.
    not_evaluated: Option<String>,
}

/// A test of a condition.
#[derive(Serialize, JsonSchema)]
struct Test {
    /// The test.
    test: String,
    /// Whether it is met; null when that cannot be said.
    met: Option<bool>,
    /// What it saw.
    saw: Vec<Cell>,
}

/// Renders a trace.
pub fn render(trace: &trace::Trace) -> String {
    let report = Trace {
        version: VERSION,
        tool: format!("crmlint {}", env!("CARGO_PKG_VERSION")),
        now: rfc3339(trace.now),
        masked: trace.masked,
        asked: trace.asked.clone(),
        searched: trace
            .searched
            .iter()
            .map(|(dataset, records)| Searched { dataset: dataset.clone(), records: *records })
            .collect(),
        people: trace.people.iter().map(person).collect(),
    };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"));
    text.push('\n');
    text
}

/// The JSON Schema of a trace.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Trace).to_value()
}

fn person(person: &trace::Person) -> Person {
    Person {
        notes: person.notes.clone(),
        journeys: person.journeys.iter().map(journey).collect(),
        records: person.records.iter().map(record).collect(),
        attributes: person.attributes.iter().map(attribute).collect(),
        consent: person.consent.iter().map(consent).collect(),
        decides: person.decides.clone(),
        segments: person.segments.iter().map(segment).collect(),
    }
}

fn journey(passage: &trace::Passage) -> Journey {
    Journey {
        name: passage.name.clone(),
        profile: passage.profile.clone(),
        outcome: passage.outcome.name().to_owned(),
        cause: passage.cause.map(|cause| cause.name().to_owned()),
        link: passage.cause.map(|cause| cause.link().name().to_owned()),
        says: passage.says.clone(),
    }
}

fn record(record: &trace::Record) -> Record {
    Record {
        dataset: record.dataset.clone(),
        key: record.key.clone(),
        profile: record.profile,
        why: record.why.clone(),
        changed: record.changed.clone(),
    }
}

fn cells(cells: &[(String, String)]) -> Vec<Cell> {
    cells.iter().map(|(column, value)| Cell { column: column.clone(), value: value.clone() }).collect()
}

fn attribute(value: &trace::Value) -> Attribute {
    Attribute {
        profile: value.profile.clone(),
        name: value.name.clone(),
        sources: cells(&value.sources),
        expected: value.expected.clone(),
        found: value.found.clone(),
        verdict: value.verdict.name().to_owned(),
        detail: value.detail.clone(),
    }
}

fn consent(said: &trace::Said) -> Consent {
    Consent {
        dataset: said.dataset.clone(),
        column: said.column.clone(),
        value: said.value.clone(),
        says: said.says.clone(),
        times: cells(&said.times),
        decides: said.decides,
    }
}

fn segment(membership: &trace::Membership) -> Segment {
    let test = |test: &trace::Test| Test { test: test.text.clone(), met: test.holds, saw: cells(&test.saw) };
    Segment {
        profile: membership.profile.clone(),
        name: membership.name.clone(),
        inside: membership.inside,
        should: membership.should,
        never: membership.never,
        tests: membership.tests.iter().map(test).collect(),
        not_evaluated: membership.open.clone(),
    }
}
