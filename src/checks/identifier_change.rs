//! Identifiers that changed between the snapshot and today on the same record.

use super::context::{Context, no_mapping};
use super::history::{earlier, moved};
use super::identifier::is_address;
use super::{Ask, Kind, Stage};
use crate::facts::{Answers, Cell, Column, Moves, Question};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::normalize::Form;
use crate::shape::Shape;
use crate::text::{count, counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "identifier-change",
    about: "identifiers of one record, in the snapshot and today",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// The columns of identifiers: the canonical one on the profile and at its source, and the profile's `id`. What pairs the
/// records of then and now cannot have changed.
fn columns(context: &Context<'_>) -> (Vec<Column>, Vec<Gap>) {
    let Some(mapping) = context.mapping else { return (Vec::new(), vec![no_mapping()]) };
    let Some(canonical) = &mapping.canonical else {
        let reason = "the mapping declares no canonical identifier".to_owned();
        return (Vec::new(), vec![Gap { subject: "mapping:identity".to_owned(), reason, column: None }]);
    };
    let source = canonical.source.as_ref().map(|path| context.resolve(path));
    let id =
        context.profiles().and_then(|profiles| context.on_profile("id").ok().filter(|_| !profiles.preview.is_empty()));
    let found = [Some(context.on_profile(&canonical.attribute.text)), source, id.map(Ok)];
    let (mut columns, mut gaps) = (Vec::new(), Vec::new());
    for column in found.into_iter().flatten() {
        match column {
            Ok(column) => columns.push(column),
            Err(gap) => gaps.push(gap),
        }
    }
    columns.retain(|column| {
        context.datasets.get(&column.dataset).is_some_and(|dataset| dataset.key != Some(column.index))
    });
    columns.sort();
    columns.dedup();
    (columns, gaps)
}

fn questions(context: &Context<'_>) -> (Vec<(Column, Question)>, Vec<Gap>) {
    let (columns, mut gaps) = columns(context);
    let address = context.mapping.is_some_and(is_address);
    let mut found = Vec::new();
    for column in columns {
        let id = context.label(&column) == "id";
        let form = match (address, id) {
            (true, false) => Form::Address,
            // In it, case counts.
            (_, true) => Form::Exact,
            _ => Form::Identifier,
        };
        match earlier(context, &column) {
            Ok(before) => {
                let cell = Cell::Key(form);
                let asked = Moves { before, after: column.clone(), cell, into: None, told: None, fresh: None };
                found.push((column, Question::Moves(asked)));
            }
            Err(gap) => gaps.push(gap),
        }
    }
    (found, gaps)
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let (asked, gaps) = questions(context);
    let mut ask = Ask { gaps, ..Ask::default() };
    for (column, question) in asked {
        if moved(answers, &question).is_some_and(|moved| moved.records == 0) {
            let reason = "no record of the snapshot is still there with an identifier in both".to_owned();
            let subject = format!("{}.{}", column.dataset, context.label(&column));
            ask.gaps.push(Gap { subject, reason, column: None });
        } else {
            ask.subjects += 1;
        }
        ask.questions.push(question);
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let hit = |(column, question): (Column, Question)| {
        let moved = moved(answers, &question)?;
        let label = context.label(&column);
        let statement = format!(
            "`{label}` of {} of {} is another than in the snapshot ({}).",
            count(moved.moved.rows),
            counted(moved.records, "record", "records"),
            percent(moved.moved.rows, moved.records)
        );
        (moved.moved.rows > 0).then(|| Hit {
            subject: Subject::column(&column.dataset, label),
            rows: moved.moved.rows,
            total: moved.records,
            people: moved.moved.people,
            statement,
            samples: moved.moved.samples.iter().map(|sample| context.row(&column, sample.clone(), None)).collect(),
            shows: Shows::Nothing,
            ..Hit::default()
        })
    };
    questions(context).0.into_iter().filter_map(hit).collect()
}
