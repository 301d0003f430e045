//! What a revision of the mapping changes for those who read it. Without an earlier revision nothing can be said.

use super::context::Context;
use super::{Ask, Kind, Stage};
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Lens, Question};
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::changes::{Change, between};
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

/// Distinct values of an attribute that are asked for.
const MOST_VALUES: usize = 10_000;

fn changes(context: &Context<'_>, params: &Node) -> Option<Vec<Change>> {
    let (base, head) = (context.base?, context.mapping?);
    let lifecycle = params.get_text("of").is_some_and(|of| of == "lifecycle");
    let (changes, _) = between(base, head);
    let off = |change: &Change| {
        context.config.gate.iter().any(|(name, level)| name == change.category.name && level.is_none())
    };
    let wanted = |change: &Change| (change.category.name == "lifecycle-changed") == lifecycle && !off(change);
    Some(changes.into_iter().filter(wanted).collect())
}

/// How many people a change touches: those who hold the values, or any value.
fn question(context: &Context<'_>, change: &Change) -> Option<Question> {
    let column: Column = context.on_profile(change.attribute.as_ref()?).ok()?;
    Some(match change.values.is_empty() {
        true => Question::Shapes { column, lens: Lens::Filled(Vec::new()) },
        false => Question::Values { column, cap: MOST_VALUES },
    })
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let Some(changes) = changes(context, params) else {
        let reason = "no earlier revision was given: crmlint gate --against REV".to_owned();
        let gap = Gap { subject: "the mapping".to_owned(), reason, column: None };
        return Ask { gaps: vec![gap], ..Ask::default() };
    };
    let questions = changes.iter().filter_map(|change| question(context, change)).collect();
    // A revision that changes nothing was looked at too.
    Ask { questions, subjects: changes.len().max(1), gaps: Vec::new() }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let changes = changes(context, params).unwrap_or_default();
    changes.iter().map(|change| hit(context, answers, change)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, change: &Change) -> Hit {
    let held = held(context, answers, change);
    let mut statement = change.statement.clone();
    match held {
        Some((0, _)) => statement.push_str(" No profile holds it."),
        Some((rows, _)) => {
            let profiles = counted(rows, "profile holds", "profiles hold");
            let what = if change.values.is_empty() { "a value of it" } else { "it" };
            statement.push_str(&format!(" {profiles} {what}."));
        }
        None => {}
    }
    if !change.readers.is_empty() && change.category.name != "reader-left" {
        statement.push_str(&format!(" Read by {}.", change.readers.join(", ")));
    }
    let subject = Subject { dataset: None, name: format!("{}:{}", change.category.name, change.subject) };
    let told = context.config.gate.iter().find(|(name, _)| name == change.category.name).and_then(|(_, level)| *level);
    let (rows, people) = held.unwrap_or_default();
    Hit {
        rows: rows.max(1),
        total: rows.max(1),
        people,
        severity: Some(told.unwrap_or(change.category.severity)),
        ..Hit::entry(subject, change.place.clone(), statement, change.action.clone())
    }
}

/// Profiles and people that a change touches; none when no export tells.
fn held(context: &Context<'_>, answers: &Answers, change: &Change) -> Option<(u64, u64)> {
    let tallies = match answers.get(&question(context, change)?)? {
        Answer::Values { values, .. } => values
            .iter()
            .filter(|(value, _)| change.values.contains(value))
            .map(|(_, tally)| (tally.rows, tally.people))
            .collect::<Vec<_>>(),
        Answer::Shapes { shapes, .. } => shapes
            .iter()
            .filter(|(name, _)| *name != shape::MISSING)
            .map(|(_, tally)| (tally.rows, tally.people))
            .collect(),
        _ => return None,
    };
    Some(tallies.into_iter().fold((0, 0), |(rows, people), (more, others)| (rows + more, people + others)))
}
