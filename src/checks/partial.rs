//! What a rule rests on and is known not to be whole: then it cannot be called clean.

use super::Context;
use crate::exports::{Damage, DamageKind};
use crate::facts::{Answer, Answers, Question};
use crate::findings::Gap;

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
        for column in question.columns() {
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
