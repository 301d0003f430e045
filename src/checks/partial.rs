//! What a rule rests on and is known not to be whole: then it cannot be called clean.

use std::collections::BTreeSet;

use super::Context;
use super::linked::read_beside;
use crate::exports::{Damage, DamageKind};
use crate::facts::{Answer, Answers, Column, Lens, Question};
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
    gaps.extend(blank(context, questions, answers));
    gaps
}

/// What a rule rests on and is blank in every record: it was looked at in vain.
fn blank(context: &Context<'_>, questions: &[Question], answers: &Answers) -> Vec<Gap> {
    // Without a mapping every column is looked at, and a blank one is not missed.
    if context.mapping.is_none() {
        return Vec::new();
    }
    // A blank value is never too long.
    let sized = |question: &&Question| {
        !matches!(question, Question::Wide { .. } | Question::Shapes { lens: Lens::Size(_), .. })
    };
    let own = questions.iter().filter(sized).flat_map(Question::named_columns);
    let beside = questions.iter().flat_map(|question| read_beside(context, question));
    let keys = questions.iter().flat_map(Question::pairs).flat_map(|(left, right)| [left, right]);
    let plan = context.identity();
    let divided = questions.iter().filter_map(|question| match question {
        Question::Divided { column, .. } | Question::Stubs { consent: column, .. } => Some(column.dataset.clone()),
        _ => None,
    });
    let keys = keys.chain(divided);
    let lookups = questions.iter().filter_map(|question| match question {
        Question::LeadAndContact { child, .. } | Question::Stranded { child: Some(child), .. } => {
            Some((child.clone(), plan.get(child)?.parents.clone()))
        }
        Question::Named { left, .. } => Some((left.dataset.clone(), plan.get(&left.dataset)?.parents.clone())),
        _ => None,
    });
    let lookups = lookups.flat_map(|(dataset, parents)| {
        parents.into_iter().map(move |index| Column { dataset: dataset.clone(), index })
    });
    let keys = keys.collect::<BTreeSet<_>>().into_iter().flat_map(|dataset| {
        let keys = plan.get(&dataset).map(Keys::needed).unwrap_or_default();
        keys.into_iter().map(move |index| Column { dataset: dataset.clone(), index })
    });
    let columns: BTreeSet<Column> = own.chain(beside).chain(keys).chain(lookups).collect();
    columns.iter().filter(|column| answers.is_blank(column)).map(|column| context.blank(column)).collect()
}

/// The columns of a question: its own, those of its filter, and those by which the records it pairs are linked.
fn rests_on(context: &Context<'_>, question: &Question) -> BTreeSet<Column> {
    let mut columns: BTreeSet<Column> = question.columns().into_iter().collect();
    let filtered = question.filters().into_iter().flat_map(|(_, filter)| filter.expr.columns());
    let named = filtered.filter_map(|(name, _)| ColumnPath::parse(&name));
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
