//! Lifecycle stages that many records entered at once since the snapshot.

use super::context::{Context, no_mapping};
use super::history::{earlier, moved};
use super::{Ask, Kind, Stage};
use crate::facts::{Answers, Cell, Column, Moved, Moves, Question};
use crate::findings::{Gap, Hit, Part, Shows, Subject};
use crate::mapping::Attribute;
use crate::mapping::spelling::Spellings;
use crate::shape::{Shape, required};
use crate::text::{count, counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "stage-jump",
    about: "stages that many records entered at once since the snapshot",
    params: Shape::Object(&[
        required("share", Shape::Share, "the share of records from which it is a jump: 20%"),
        required("count", Shape::Count, "the fewest records that are one"),
    ]),
    stage: Stage::Facts { ask, judge },
};

/// Each lifecycle stage at its source; on the profile where it has none here.
fn stages<'a>(context: &Context<'a>) -> (Vec<(&'a Attribute, Column, Question)>, Vec<Gap>) {
    let Some(mapping) = context.mapping else { return (Vec::new(), vec![no_mapping()]) };
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for attribute in mapping.attributes.iter().filter(|attribute| attribute.is_role("lifecycle")) {
        let source = attribute.from.iter().find_map(|from| from.column.as_ref());
        let column = source.map_or_else(|| context.on_profile(&attribute.name), |path| context.resolve(path));
        let column = column.or_else(|gap| context.on_profile(&attribute.name).map_err(|_| gap));
        let both = column.and_then(|after| Ok((earlier(context, &after)?, after)));
        match both {
            Ok((before, after)) => {
                let profile = context.profiles().is_some_and(|profiles| profiles.name == after.dataset);
                let words = (!attribute.values.is_empty()).then(|| Spellings::new(attribute, profile));
                let cell = Cell::State(words);
                let asked = Moves { before, after: after.clone(), cell, into: None, told: None, fresh: None };
                found.push((attribute, after, Question::Moves(asked)));
            }
            Err(gap) => gaps.push(gap),
        }
    }
    if found.is_empty() && gaps.is_empty() {
        let reason = "no attribute of the mapping says `role: lifecycle`".to_owned();
        gaps.push(Gap { subject: "mapping:attributes".to_owned(), reason, column: None });
    }
    (found, gaps)
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let (stages, gaps) = stages(context);
    let mut ask = Ask { gaps, ..Ask::default() };
    for (_, column, question) in stages {
        let subject = format!("{}.{}", column.dataset, context.label(&column));
        let reason = match moved(answers, &question) {
            Some(Moved { records: 0, .. }) => Some("no record of the snapshot is still there with a stage in both"),
            Some(Moved { overflow: true, .. }) => Some("it holds too many different values for a stage"),
            _ => None,
        };
        ask.subjects += usize::from(reason.is_none());
        ask.gaps.extend(reason.map(|reason| Gap { subject, reason: reason.to_owned(), column: None }));
        ask.questions.push(question);
    }
    ask
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let (stages, _) = stages(context);
    let share = params.get_number("share").unwrap_or(0.2);
    let fewest = params.get_number("count").unwrap_or(10.0);
    let hit = |(attribute, column, question): (&Attribute, Column, Question)| {
        let moved = moved(answers, &question)?;
        let limit = (share * moved.records as f64).max(fewest);
        let (value, most) =
            moved.ways.iter().max_by(|one, other| one.1.rows.cmp(&other.1.rows).then_with(|| other.0.cmp(one.0)))?;
        if (most.rows as f64) < limit {
            return None;
        }
        let label = context.label(&column);
        let others = moved.moved.rows - most.rows;
        let statement = format!(
            "{} of {} changed their `{label}` to one value since the snapshot ({}); {} went elsewhere.",
            count(most.rows),
            counted(moved.records, "record", "records"),
            percent(most.rows, moved.records),
            if others == 0 { "none".to_owned() } else { count(others) }
        );
        let listed = attribute.values.iter().any(|allowed| allowed.attribute == *value);
        let suggestion = listed.then(|| value.clone());
        let part = Part { label: value.clone(), rows: most.rows, people: most.people, suggestion };
        Some(Hit {
            subject: Subject::column(&column.dataset, label),
            rows: most.rows,
            total: moved.records,
            people: most.people,
            statement,
            parts: vec![part],
            samples: most.samples.iter().map(|sample| context.row(&column, sample.clone(), None)).collect(),
            shows: Shows::Words,
            ..Hit::default()
        })
    };
    stages.into_iter().filter_map(hit).collect()
}
