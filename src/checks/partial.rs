//! What a rule rests on and is known not to be whole: then it cannot be called clean.

use std::collections::BTreeSet;

use super::Context;
use crate::exports::{Damage, DamageKind};
use crate::facts::{Answer, Answers, Column, Question};
use crate::findings::Gap;
use crate::frames::identity::Keys;
use crate::mapping::ColumnPath;

/// What a rule rests on and is known not to be whole: a file that ends in the middle, a page of a longer list, a column
/// that some files lack.
pub fn partial(context: &Context<'_>, questions: &[Question], answers: &Answers) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let about =
        questions.iter().filter(|question| !matches!(question, Question::Read { .. } | Question::Columns { .. }));
    for question in about {
        for name in question.datasets() {
            let read = answers.get(&Question::Read { dataset: name.clone() });
            let cut = |damage: &Damage| matches!(damage.kind, DamageKind::UnclosedQuote | DamageKind::MoreRecords);
            if let Some(Answer::Read { damage, .. }) = read
                && damage.iter().any(cut)
            {
                gaps.push(Gap { reason: format!("{name} was not read whole (IO001)"), subject: name, column: None });
            }
        }
        for column in rests_on(context, question) {
            let patchy =
                context.datasets.get(&column.dataset).is_some_and(|dataset| dataset.patchy.contains(&column.index));
            if patchy {
                let subject = format!("{}.{}", column.dataset, context.label(&column));
                gaps.push(Gap {
                    reason: format!("some files of {} lack `{}` (IO001)", column.dataset, context.label(&column)),
                    subject,
                    column: None,
                });
            }
        }
    }
    gaps
}

/// The columns of a question: its own, those of its filter, and those by which the records it pairs are linked.
fn rests_on(context: &Context<'_>, question: &Question) -> BTreeSet<Column> {
    let mut columns: BTreeSet<Column> = question.columns().into_iter().collect();
    let filtered = question.filter().map(|(_, filter)| filter.expr.columns()).unwrap_or_default();
    let named = filtered.into_iter().filter_map(|(name, _)| ColumnPath::parse(&name));
    columns.extend(named.filter_map(|path| context.resolve(&path).ok()));
    let pairs = question.pairs();
    if !pairs.is_empty() {
        let plan = context.identity();
        for dataset in pairs.into_iter().flat_map(|(left, right)| [left, right]) {
            let keys = plan.get(&dataset).map(Keys::columns).unwrap_or_default();
            columns.extend(keys.into_iter().map(|index| Column { dataset: dataset.clone(), index }));
        }
    }
    columns
}
