//! Journeys that rest on something with an open error: an attribute, a column that it comes from, or a segment.

use std::collections::BTreeSet;

use super::context::{Context, no_mapping, no_profiles};
use super::segments::is_about;
use super::{Judged, Kind, Stage};
use crate::findings::triage::stands;
use crate::findings::{Finding, Gap, Hit, Outcome, Part, Severity, Status, Subject};
use crate::mapping::journeys::Kind as Cued;
use crate::mapping::{Journey, Mapping};
use crate::shape::Shape;
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "journey-footing",
    about: "journeys that rest on attributes or segments with open errors",
    params: Shape::Object(&[]),
    stage: Stage::Outcomes(judge),
};

/// What a journey rests on: names of attributes, of their columns, and of segments.
struct Footing<'a> {
    attributes: BTreeSet<&'a str>,
    columns: BTreeSet<String>,
    segments: BTreeSet<&'a str>,
    /// Attributes that no rule could look at on a profile.
    unseen: Vec<Gap>,
}

fn footing<'a>(context: &Context<'_>, mapping: &'a Mapping, journey: &'a Journey) -> Footing<'a> {
    let attributes: BTreeSet<&str> = mapping.reads_of(journey).into_iter().map(|read| read.attribute).collect();
    let (mut columns, mut unseen) = (BTreeSet::new(), Vec::new());
    for name in &attributes {
        match context.on_profile(name) {
            Ok(at) => drop(columns.insert(format!("{}.{}", at.dataset, context.label(&at)))),
            Err(gap) => unseen.push(Gap { subject: format!("mapping:journeys.{}", journey.name), ..gap }),
        }
        let sources = mapping.attribute(name).into_iter().flat_map(|attribute| &attribute.from);
        let found = sources.filter_map(|from| context.resolve(from.column.as_ref()?).ok());
        columns.extend(found.map(|at| format!("{}.{}", at.dataset, context.label(&at))));
    }
    let segments = journey.cues.iter().filter(|cue| cue.kind == Cued::Segment).map(|cue| cue.name.as_str());
    Footing { attributes, columns, segments: segments.collect(), unseen }
}

impl Footing<'_> {
    fn is_hit_by(&self, subject: &Subject) -> bool {
        let entry = subject.name.strip_prefix("mapping:attributes.");
        entry.is_some_and(|name| self.attributes.contains(name))
            || self.columns.contains(&subject.name)
            || self.segments.iter().any(|segment| is_about(subject, segment))
    }
}

/// Errors that nobody accepted. What a journey reads and the mapping lacks is said once, by the rule for that.
fn open<'a>(context: &Context<'_>, outcomes: &'a [Outcome]) -> Vec<&'a Finding> {
    let findings = outcomes.iter().filter(|outcome| outcome.code != "MAP010").flat_map(|outcome| &outcome.findings);
    let stands =
        |finding: &&Finding| stands(context.config, context.baseline, context.now, finding) == Some(Severity::Error);
    findings.filter(stands).collect()
}

/// Why silence would say nothing here.
fn blind(context: &Context<'_>, outcomes: &[Outcome]) -> Vec<Gap> {
    let gap = |reason: String| Gap { subject: "mapping:journeys".to_owned(), reason, column: None };
    let looked = |outcome: &Outcome| matches!(outcome.status, Status::Clean | Status::Findings);
    if context.profiles().is_none() {
        return vec![no_profiles("mapping:journeys")];
    }
    if !outcomes.iter().any(looked) {
        return vec![gap("no other rule of this run looked at anything".to_owned())];
    }
    let failed = outcomes.iter().filter(|outcome| matches!(outcome.status, Status::Failed(_)));
    failed.map(|outcome| gap(format!("{} failed, and what it would find is unknown", outcome.code))).collect()
}

fn judge(context: &Context<'_>, _: &Node, outcomes: &[Outcome]) -> Judged {
    let Some(mapping) = context.mapping else { return Judged { gaps: vec![no_mapping()], ..Judged::default() } };
    let mut judged = Judged { gaps: blind(context, outcomes), ..Judged::default() };
    let open = open(context, outcomes);
    for journey in mapping.journeys.iter().filter(|journey| journey.is_judged()) {
        let footing = footing(context, mapping, journey);
        if footing.attributes.is_empty() && footing.segments.is_empty() {
            continue;
        }
        judged.subjects += 1;
        let under: Vec<&Finding> =
            open.iter().copied().filter(|finding| footing.is_hit_by(&finding.hit.subject)).collect();
        judged.hits.extend(hit(mapping, journey, &under));
        // Without any profiles one gap says it all.
        judged.gaps.extend(footing.unseen.into_iter().filter(|_| context.profiles().is_some()));
    }
    if judged.subjects == 0 && judged.gaps.is_empty() {
        let reason = "no journey of the mapping that is on or in draft names a segment or an attribute".to_owned();
        judged.gaps.push(Gap { subject: "mapping:journeys".to_owned(), reason, column: None });
    }
    judged
}

fn hit(mapping: &Mapping, journey: &Journey, under: &[&Finding]) -> Option<Hit> {
    if under.is_empty() {
        return None;
    }
    let name = &journey.name;
    let errors = counted(under.len() as u64, "open error", "open errors");
    let statement = format!("`{name}` rests on what has {errors}.");
    let action = match journey.is_state("running") {
        true => {
            format!("Look at whom `{name}` reached meanwhile, and correct what is named here before the next send.")
        }
        false => format!("Switch `{name}` on when what is named here is corrected."),
    };
    let subject = Subject::entry("mapping", &format!("journeys.{name}"));
    let parts = under.iter().map(|finding| Part {
        label: format!("{} {} · {}", finding.code, finding.name, finding.hit.subject.name),
        rows: finding.hit.rows,
        people: finding.hit.people,
        suggestion: None,
    });
    let people = under.iter().map(|finding| finding.hit.people).max().unwrap_or_default();
    let place = mapping.document.place(journey.mark);
    Some(Hit { parts: parts.collect(), people, ..Hit::entry(subject, Some(place), statement, action) })
}
