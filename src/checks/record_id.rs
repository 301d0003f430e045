//! Record ids that were damaged on the way: by a spreadsheet, by a float.

use std::collections::BTreeSet;

use super::context::Context;
use super::parts::gather;
use super::{Ask, Kind, Stage};
use crate::exports::{Dataset, System};
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Lens, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::shape::Shape;
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "record-id",
    about: "ids in scientific notation, with a decimal tail, or rounded to 15 digits, and lookups filled with placeholders",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Lookups to the people who work in the CRM: their ids join nothing.
const STAFF: &[&str] = &["owner", "created", "modified", "layout"];
/// Of ids of 18 digits one in a thousand ends in three zeros by chance: from two of them, and this share, it is rounding.
const ROUNDED: (u64, f64) = (2, 0.005);
/// Where chance is likely, most of a column must look so.
const MOSTLY: (u64, f64) = (5, 0.5);

fn columns(context: &Context<'_>) -> (Vec<Column>, Vec<Gap>) {
    let (mut columns, mut gaps) = (BTreeSet::new(), Vec::new());
    for dataset in context.datasets.values() {
        if dataset.preview.is_empty() {
            gaps.push(super::context::no_records(dataset, dataset.name.clone()));
            continue;
        }
        let named = named_lookups(dataset);
        let ids = (0..dataset.columns.len()).filter(|index| is_id(dataset, *index, &named));
        let ids = dataset.key.into_iter().chain(ids);
        columns.extend(ids.map(|index| Column { dataset: dataset.name.clone(), index }));
    }
    for key in context.mapping.iter().flat_map(|mapping| mapping.canonical.iter().chain(&mapping.also)) {
        let found = key
            .source
            .as_ref()
            .map(|path| context.resolve(path))
            .into_iter()
            .chain([context.on_profile(&key.attribute.text)]);
        for column in found {
            match column {
                Ok(column) => drop(columns.insert(column)),
                Err(gap) => gaps.push(gap),
            }
        }
    }
    (columns.into_iter().collect(), gaps)
}

/// Lookups to people and companies: API dialects give their ids under bare names.
fn named_lookups(dataset: &Dataset) -> Vec<usize> {
    let lookups = ["Contact Name.id", "Account Name.id", "Converted Contact.id", "Converted Account.id"];
    lookups.iter().filter_map(|name| dataset.find(name)).collect()
}

fn is_id(dataset: &Dataset, index: usize, named: &[usize]) -> bool {
    let label = dataset.columns[index].label.to_lowercase();
    match dataset.system {
        System::Zoho => {
            let lookup = label.ends_with(".id") || named.contains(&index);
            lookup && !STAFF.iter().any(|word| label.contains(word))
        }
        System::CustomerIo => label == "id",
        System::Shopify | System::Klaviyo | System::Generic => false,
    }
}

/// Whether a column is a lookup. What stands in the others for an id that is none is told where ids are judged.
fn is_lookup(context: &Context<'_>, column: &Column) -> bool {
    let zoho = context.dataset(&column.dataset).filter(|dataset| dataset.system == System::Zoho);
    zoho.is_some_and(|dataset| {
        dataset.key != Some(column.index) && is_id(dataset, column.index, &named_lookups(dataset))
    })
}

fn question(column: &Column) -> Question {
    Question::Shapes { column: column.clone(), lens: Lens::Identifier }
}

/// The damaged shapes of a column; rounding only when it is too frequent to be chance.
fn damaged<'a>(context: &Context<'_>, answers: &'a Answers, column: &Column) -> (u64, Vec<(&'a String, &'a Tally)>) {
    let Some(Answer::Shapes { rows, shapes }) = answers.get(&question(column)) else { return (0, Vec::new()) };
    let worn = |name: &str, tally: &Tally| match name {
        shape::SCIENTIFIC | shape::DECIMAL_TAIL => true,
        shape::PLACEHOLDER => is_lookup(context, column),
        shape::ROUNDED => exceeds(tally.rows, *rows, ROUNDED),
        shape::ROUNDED_SHORT | shape::FLOATED => exceeds(tally.rows, *rows, MOSTLY),
        _ => false,
    };
    (*rows, shapes.iter().filter(|(name, tally)| worn(name, tally)).collect())
}

fn exceeds(found: u64, rows: u64, (fewest, share): (u64, f64)) -> bool {
    found >= fewest && found as f64 > share * rows as f64
}

fn pick(column: &Column, found: &[(&String, &Tally)]) -> Pick {
    Pick::Shapes {
        column: column.clone(),
        lens: Lens::Identifier,
        shapes: found.iter().map(|(name, _)| (*name).clone()).collect(),
    }
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let (columns, gaps) = columns(context);
    let mut questions: Vec<Question> = columns.iter().map(question).collect();
    for column in &columns {
        let (_, found) = damaged(context, answers, column);
        if !found.is_empty() {
            questions.extend(Question::listing(pick(column, &found)));
        }
    }
    Ask { subjects: columns.len(), questions, gaps }
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let (columns, _) = columns(context);
    columns.iter().filter_map(|column| hit(context, answers, column)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, column: &Column) -> Option<Hit> {
    let (rows, found) = damaged(context, answers, column);
    if found.is_empty() {
        return None;
    }
    let (summed, parts) = gather(found.iter().map(|(name, tally)| (name.as_str(), Some(*tally), None)));
    let whole = context.listed(answers, &pick(column, &found), summed);
    let label = context.label(column);
    let statement = format!(
        "{} in `{label}` ({}).",
        counted(whole.rows, "id was damaged", "ids were damaged"),
        percent(whole.rows, rows)
    );
    let (count, people) = (whole.rows, whole.people);
    Some(Hit {
        severity: None,
        subject: Subject::column(&column.dataset, label),
        rows: count,
        total: rows,
        people,
        statement,
        action: None,
        parts,
        samples: whole.samples.into_iter().map(|sample| context.row(column, sample, None)).collect(),
        place: None,
        shows: Shows::Labels,
    })
}
