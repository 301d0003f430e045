//! What a revision of the mapping changes for those who read it. Without an earlier revision nothing can be said.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::{Ask, Kind, Stage};
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Severity, Subject};
use crate::mapping::Mapping;
use crate::mapping::changes::{Change, Touched};
use crate::radius::{self, Count, Effect, Summary};
use crate::shape::{Shape, required};
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "mapping-change",
    about: "what changed between two revisions of the mapping and can break a segment, a journey or the sync",
    params: Shape::Object(&[required(
        "of",
        Shape::Word(&["lifecycle", "readers"]),
        "lifecycle: stages that changed in place; readers: every other change that can break something",
    )]),
    stage: Stage::Facts { ask, judge },
};

fn changes<'a>(context: &'a Context<'_>, params: &Node) -> Option<Vec<&'a Change>> {
    context.base.zip(context.mapping)?;
    let lifecycle = params.get_text("of").is_some_and(|of| of == "lifecycle");
    let off = |change: &Change| {
        context.config.gate.iter().any(|(name, level)| name == change.category.name && level.is_none())
    };
    let wanted = |change: &Change| (change.category.name == "lifecycle-changed") == lifecycle && !off(change);
    Some(context.changes.iter().filter(|change| wanted(change)).collect())
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let Some(changes) = changes(context, params) else {
        let reason = "no earlier revision was given: crmlint gate --against REV".to_owned();
        let gap = Gap { subject: "the mapping".to_owned(), reason, column: None };
        return Ask { gaps: vec![gap], ..Ask::default() };
    };
    let questions = if context.summary.is_some() { Vec::new() } else { radius::questions(context, radius::Use::Run) };
    // A revision that changes nothing was looked at too.
    Ask { questions, subjects: changes.len().max(1), gaps: Vec::new() }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let changes = changes(context, params).unwrap_or_default();
    if changes.is_empty() {
        return Vec::new();
    }
    let held = context.summary.cloned().or_else(|| Summary::of(context, answers, radius::Use::Run));
    let moves = held.as_ref().map(|summary| radius::effects(context, summary)).unwrap_or_default();
    changes.into_iter().map(|change| hit(context, held.as_ref(), &moves, change)).collect()
}

fn hit(context: &Context<'_>, summary: Option<&Summary>, moves: &BTreeMap<String, Effect>, change: &Change) -> Hit {
    let held = summary.zip(change.attribute.as_ref());
    let held = held.and_then(|(summary, attribute)| summary.held(attribute, &change.touches));
    let mut said = vec![change.statement.clone()];
    said.extend(summary.zip(change.attribute.as_deref()).map(|(_, name)| touched(context, name, held, change)));
    said.extend(summary.and_then(|summary| consent(context, summary, change)));
    if !change.readers.is_empty() && change.category.name != "reader-left" {
        said.push(format!("Read by {}.", change.readers.join(", ")));
    }
    let own = change.subject.strip_prefix("segment:").filter(|_| change.attribute.is_none());
    let own = own
        .map(|name| name.split_once(": ").filter(|_| change.category.name == "reader-left").map_or(name, |own| own.0));
    let read = change.readers.iter().filter_map(|reader| reader.strip_prefix("segment:"));
    let names: BTreeSet<&str> = own.into_iter().chain(read).collect();
    // A change of the version or of the list as a whole moves nobody.
    let moving = !change.moves.is_empty() || change.attribute.is_none() || MOVING.contains(&change.category.name);
    let told: Vec<String> =
        names.into_iter().filter(|_| moving).filter_map(|name| Some(moves.get(name)?.told(name))).collect();
    if !told.is_empty() {
        said.push(format!("With this revision {}.", told.join("; ")));
    }
    let subject = Subject { dataset: None, name: format!("{}:{}", change.category.name, change.subject) };
    let level = context.config.gate.iter().find(|(name, _)| name == change.category.name).and_then(|(_, level)| *level);
    let Count(mut rows, people) = held.unwrap_or_default();
    match own.and_then(|name| moves.get(name)) {
        Some(Effect::Moves { leave, enter, .. }) => rows = leave + enter,
        Some(Effect::Members(members)) => rows = *members,
        _ => {}
    }
    // A value that is counted and held by nobody breaks nothing today.
    let is_unheld = matches!((&change.touches, held), (Touched::Value(_), Some(Count(0, _))));
    let usual = if is_unheld { change.category.severity.min(Severity::Warning) } else { change.category.severity };
    Hit {
        rows: rows.max(1),
        total: rows.max(1),
        people,
        severity: Some(level.unwrap_or(usual)),
        ..Hit::entry(subject, change.place.clone(), said.join(" "), change.action.clone())
    }
}

/// Changes of names, after which a reader that was left behind finds nothing.
const MOVING: [&str; 2] = ["attribute-removed", "attribute-renamed"];

/// How many profiles a change touches, or that the counts do not tell.
fn touched(context: &Context<'_>, name: &str, held: Option<Count>, change: &Change) -> String {
    let what = match &change.touches {
        Touched::Filled => format!("a value of `{name}`"),
        Touched::Blank => format!("no value of `{name}`"),
        Touched::Value(value) => format!("`{value}`"),
    };
    match (held, context.summary, context.on_profile(name)) {
        (Some(Count(0, _)), ..) => format!("No profile holds {what}."),
        (Some(Count(profiles, _)), ..) => format!("{} {what}.", counted(profiles, "profile holds", "profiles hold")),
        (None, Some(_), _) => format!("The summary does not tell how many profiles hold {what}."),
        (None, None, Err(gap)) => format!("Nobody knows how many profiles hold {what}: {}.", gap.reason),
        (None, None, Ok(_)) => format!("`{name}` has too many values to say how many profiles hold {what}."),
    }
}

/// What the new owner of a consent says of those who opted out at the old one.
fn consent(context: &Context<'_>, summary: &Summary, change: &Change) -> Option<String> {
    if change.category.name != "consent-owner-changed" {
        return None;
    }
    let attribute = change.attribute.as_deref()?;
    let first = |mapping: &Mapping| {
        let owned = mapping.attribute(attribute)?;
        owned
            .owner
            .as_ref()
            .map(|spot| spot.text.clone())
            .filter(|_| !change.subject.ends_with(": precedence"))
            .or_else(|| owned.precedence.first().cloned())
    };
    let (old, new) = (first(context.base?)?, first(context.mapping?)?);
    let word = summary.word(attribute, &old, &new)?;
    let people = counted(word.known, "person who opted out", "people who opted out");
    let said = match (word.subscribed, word.silent) {
        (0, 0) => "all of them opted out there too".to_owned(),
        (subscribed, 0) => format!("{subscribed} are subscribed there"),
        (subscribed, silent) => format!("{subscribed} are subscribed there, and of {silent} it says nothing"),
    };
    Some(format!("Of {people} at {old} and stand in {new} too, {said}."))
}
