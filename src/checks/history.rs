//! What checks of then and now share: the column of the snapshot that goes with one of today, and the sentences where
//! there is none.

use super::context::{Context, no_records};
use crate::facts::{Answer, Answers, Column, Moved, Question};
use crate::findings::Gap;
use crate::mapping::EARLIER;

/// A gap for the lack of a snapshot.
pub(super) fn no_snapshot(subject: &str) -> Gap {
    let reason = "it needs a snapshot of an earlier run (`snapshots:` in crmlint.yaml)".to_owned();
    Gap { subject: subject.to_owned(), reason, column: None }
}

/// A dataset of the snapshot whose records can be paired with today's by their own ids.
pub(super) fn earlier_dataset(context: &Context<'_>, dataset: &str) -> Result<String, Gap> {
    if context.earlier_at.is_none() {
        return Err(no_snapshot(dataset));
    }
    let gap = |reason: String| Gap { subject: dataset.to_owned(), reason, column: None };
    let name = format!("{EARLIER}{dataset}");
    let (Some(now), Some(then)) = (context.datasets.get(dataset), context.earlier.get(&name)) else {
        return Err(gap(format!("the earlier snapshot holds no {dataset}")));
    };
    if then.preview.is_empty() {
        return Err(no_records(then, dataset.to_owned()));
    }
    if now.key.is_none() || then.key.is_none() {
        return Err(gap(format!("records of {dataset} carry no id by which then and now could be paired")));
    }
    Ok(name)
}

/// The column of the snapshot that goes with one of today.
pub(super) fn earlier(context: &Context<'_>, column: &Column) -> Result<Column, Gap> {
    let dataset = earlier_dataset(context, &column.dataset)?;
    let label = context.label(column);
    let place = context.earlier[&dataset].columns.iter().position(|held| held.label == label);
    place.map(|index| Column { dataset, index }).ok_or_else(|| Gap {
        subject: format!("{}.{label}", column.dataset),
        reason: format!("the earlier snapshot of {} holds no `{label}`; watch it under `snapshots:`", column.dataset),
        column: None,
    })
}

/// The same where the values themselves are read, and not only held against those of today.
pub(super) fn earlier_values(context: &Context<'_>, column: &Column) -> Result<Column, Gap> {
    let found = earlier(context, column)?;
    match context.earlier_key {
        None => Ok(found),
        Some(_) => Err(hashes_only(&format!("{}.{}", column.dataset, context.label(column)))),
    }
}

/// A gap for a snapshot that does not hold what is read.
pub(super) fn hashes_only(subject: &str) -> Gap {
    let reason =
        "the earlier snapshot holds hashes, and it needs values (`values: plain` under `snapshots:`)".to_owned();
    Gap { subject: subject.to_owned(), reason, column: None }
}

/// What moved between the two exports, once it is known.
pub(super) fn moved<'a>(answers: &'a Answers, question: &Question) -> Option<&'a Moved> {
    match answers.get(question) {
        Some(Answer::Moves(moved)) => Some(moved),
        _ => None,
    }
}
