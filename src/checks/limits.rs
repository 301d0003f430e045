//! What goes beyond what Customer.io takes: long values, long names, profiles with too many attributes.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, no_mapping, no_profiles, no_records};
use super::{Ask, Kind, Stage};
use crate::exports::Dataset;
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, ColumnFact, Lens, Pick, Question};
use crate::findings::{Hit, Row, Shows, Subject};
use crate::shape::Shape;
use crate::text::{count, counted};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "limits",
    about: "values, names and profiles beyond what Customer.io takes",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Bytes of a value.
const VALUE: usize = 1_000;
/// Bytes of a name.
const NAME: usize = 150;
/// Attributes of a person.
const ATTRIBUTES: u64 = 300;

/// Whether Customer.io writes a column itself: its limits are for what others write.
fn is_own(label: &str) -> bool {
    label.starts_with("cio_") || label.starts_with('_')
}

/// The columns whose values go into Customer.io or are there: of the profiles, and mapped sources.
fn columns(context: &Context<'_>) -> BTreeSet<Column> {
    let (targets, _) = context.targets(|_| true);
    let written = context.profiles().into_iter().flat_map(|profiles| {
        written(profiles).into_iter().map(|index| Column { dataset: profiles.name.clone(), index })
    });
    targets.into_iter().map(|target| target.column).chain(written).collect()
}

fn written(profiles: &Dataset) -> Vec<usize> {
    (0..profiles.columns.len()).filter(|index| !is_own(&profiles.columns[*index].label)).collect()
}

fn stats(dataset: &str) -> Question {
    Question::Columns { dataset: dataset.to_owned() }
}

fn fact<'a>(answers: &'a Answers, column: &Column) -> Option<&'a ColumnFact> {
    let Some(Answer::Columns { columns, .. }) = answers.get(&stats(&column.dataset)) else { return None };
    columns.get(column.index)
}

fn is_long(answers: &Answers, column: &Column) -> bool {
    fact(answers, column).is_some_and(|fact| fact.longest > VALUE as u64)
}

fn sizes(column: &Column) -> Question {
    Question::Shapes { column: column.clone(), lens: Lens::Size(VALUE) }
}

fn pick(column: &Column) -> Pick {
    Pick::Shapes { column: column.clone(), lens: Lens::Size(VALUE), shapes: BTreeSet::from([shape::LONG.to_owned()]) }
}

/// Asked only where one profile is known to have too many: it reads every column.
fn wide(profiles: &Dataset, answers: &Answers) -> Option<Question> {
    let Some(Answer::Columns { widest, .. }) = answers.get(&stats(&profiles.name)) else { return None };
    (*widest > ATTRIBUTES).then(|| Question::Wide {
        dataset: profiles.name.clone(),
        columns: written(profiles),
        over: ATTRIBUTES,
    })
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let columns = columns(context);
    let (_, mut gaps) = context.targets(|_| true);
    match context.profiles() {
        None => gaps.push(no_profiles("customerio.people")),
        Some(profiles) if profiles.preview.is_empty() => gaps.push(no_records(profiles, profiles.name.clone())),
        Some(_) => {}
    }
    if context.mapping.is_none() {
        gaps.push(no_mapping());
    }
    let datasets: BTreeSet<&str> = columns.iter().map(|column| column.dataset.as_str()).collect();
    let mut questions: Vec<Question> = datasets.into_iter().map(stats).collect();
    for column in columns.iter().filter(|column| is_long(answers, column)) {
        questions.push(sizes(column));
        questions.extend(Question::listing(pick(column)));
    }
    questions.extend(context.profiles().and_then(|profiles| wide(profiles, answers)));
    let named = context.mapping.map_or(0, |mapping| mapping.attributes.len());
    Ask { subjects: columns.len() + named, questions, gaps }
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    // One finding a column: its name and its values may both be too long.
    let mut hits: BTreeMap<Subject, Hit> = BTreeMap::new();
    let long = columns(context).into_iter().filter_map(|column| values(context, answers, &column));
    for hit in long.chain(headers(context, answers)) {
        match hits.get_mut(&hit.subject) {
            Some(other) => {
                other.statement = format!("{} {}", other.statement, hit.statement);
                other.samples.extend(hit.samples);
            }
            None => drop(hits.insert(hit.subject.clone(), hit)),
        }
    }
    hits.into_values().chain(entries(context)).chain(crowded(context, answers)).collect()
}

fn values(context: &Context<'_>, answers: &Answers, column: &Column) -> Option<Hit> {
    let Some(Answer::Shapes { rows, shapes }) = answers.get(&sizes(column)) else { return None };
    let tally = context.listed(answers, &pick(column), shapes.get(shape::LONG)?.clone());
    let label = context.label(column);
    let longest = fact(answers, column).map_or(0, |fact| fact.longest);
    Some(Hit {
        subject: Subject::column(&column.dataset, label),
        rows: tally.rows,
        total: *rows,
        people: tally.people,
        statement: format!(
            "{} than {} bytes in `{label}`; the longest has {}.",
            counted(tally.rows, "value has more", "values have more"),
            count(VALUE as u64),
            count(longest)
        ),
        samples: tally.samples.into_iter().map(|sample| context.row(column, sample, None)).collect(),
        shows: Shows::Nothing,
        ..Hit::default()
    })
}

fn too_long(name: &str) -> String {
    format!("The name `{name}` has {} bytes; Customer.io takes {NAME}.", name.len())
}

/// Names of attributes on profiles.
fn headers<'a>(context: &'a Context<'_>, answers: &'a Answers) -> impl Iterator<Item = Hit> + 'a {
    context.profiles().into_iter().flat_map(move |profiles| {
        let named = profiles.columns.iter().enumerate().filter(|(_, column)| column.label.len() > NAME);
        named.map(move |(index, column)| {
            let at = Column { dataset: profiles.name.clone(), index };
            Hit {
                subject: Subject::column(&profiles.name, &column.label),
                rows: 1,
                total: profiles.columns.len() as u64,
                people: fact(answers, &at).map_or(0, |fact| fact.filled),
                statement: too_long(&column.label),
                samples: vec![Row {
                    dataset: profiles.name.clone(),
                    key: "header".to_owned(),
                    column: column.label.clone(),
                    ..Row::default()
                }],
                shows: Shows::Labels,
                ..Hit::default()
            }
        })
    })
}

/// Names of attributes in the mapping.
fn entries(context: &Context<'_>) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let long = mapping.attributes.iter().filter(|attribute| attribute.name.len() > NAME);
    let hit = |name: &str, mark| {
        let subject = Subject::entry("mapping", &format!("attributes.{name}"));
        let action = format!("Give it a name of at most {NAME} bytes, in the mapping and in the sync.");
        Hit::entry(subject, Some(mapping.document.place(mark)), too_long(name), action)
    };
    long.map(|attribute| hit(&attribute.name, attribute.mark)).collect()
}

/// Profiles with too many attributes.
fn crowded(context: &Context<'_>, answers: &Answers) -> Option<Hit> {
    let profiles = context.profiles()?;
    let Some(Answer::Rows { rows, met }) = answers.get(&wide(profiles, answers)?) else { return None };
    let row = |key: &str| Row { dataset: profiles.name.clone(), key: key.to_owned(), ..Row::default() };
    (met.rows > 0).then(|| Hit {
        subject: Subject::dataset(&profiles.name),
        rows: met.rows,
        total: *rows,
        people: met.people,
        statement: format!(
            "{} more than {ATTRIBUTES} attributes.",
            counted(met.rows, "profile holds", "profiles hold")
        ),
        action: Some("Stop syncing what no segment, journey or message reads, and delete it from profiles.".to_owned()),
        samples: met.samples.iter().map(|sample| row(&sample.key)).collect(),
        shows: Shows::Nothing,
        ..Hit::default()
    })
}
