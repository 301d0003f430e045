//! Who wrote the values that a finding is about, where the export tells: that is whom to talk to.

use super::Context;
use crate::facts::{Answer, Answers, Column, Pick, Question};
use crate::findings::{Subject, Writers};
use crate::frames::normalize::is_missing;

/// Columns of Zoho that tell, in the order of reports; the first names a person.
const COLUMNS: &[&str] = &["Modified By", "Data Source"];

fn columns(context: &Context<'_>, pick: &Pick) -> Vec<usize> {
    let Some(dataset) = context.datasets.get(pick.dataset()) else { return Vec::new() };
    COLUMNS.iter().filter_map(|name| dataset.find(name)).collect()
}

/// Every column that tells.
pub fn told(context: &Context<'_>) -> Vec<Column> {
    let datasets = context.datasets.values();
    let columns = datasets.flat_map(|dataset| {
        let found = COLUMNS.iter().filter_map(|name| dataset.find(name));
        found.map(|index| Column { dataset: dataset.name.clone(), index })
    });
    columns.collect()
}

fn question(context: &Context<'_>, pick: &Pick) -> Option<Question> {
    let by = columns(context, pick);
    (!by.is_empty()).then(|| Question::Writers { pick: pick.clone(), by })
}

/// Asks who wrote the records of every listing.
pub fn questions<'a>(context: &Context<'_>, asked: impl Iterator<Item = &'a Question>) -> Vec<Question> {
    let picks = asked.filter_map(|question| match question {
        Question::Listing(pick) => Some(pick),
        _ => None,
    });
    picks.filter_map(|pick| question(context, pick)).collect()
}

/// Who wrote the values of a subject, as far as one of these questions names its column.
pub fn of(context: &Context<'_>, subject: &Subject, asked: &[Question], answers: &Answers) -> Vec<Writers> {
    let named = |pick: &&Pick| {
        let column = pick.column();
        *subject == Subject::column(&column.dataset, context.label(column))
    };
    let picks = asked.iter().filter_map(|question| match question {
        Question::Listing(pick) => Some(pick),
        _ => None,
    });
    let Some(pick) = picks.into_iter().find(named) else { return Vec::new() };
    let answer = question(context, pick).and_then(|question| answers.get(&question).cloned());
    let Some(Answer::Writers(counts)) = answer else { return Vec::new() };
    let dataset = context.datasets.get(pick.dataset());
    let told = columns(context, pick).into_iter().zip(counts).filter_map(|(index, counts)| {
        let label = dataset?.columns.get(index)?.label.clone();
        let person = dataset?.find(COLUMNS[0]) == Some(index);
        let mut values: Vec<(String, u64)> = counts.into_iter().filter(|(name, _)| !is_missing(name, &[])).collect();
        values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        (!values.is_empty()).then_some(Writers { column: label, person, values })
    });
    told.collect()
}
