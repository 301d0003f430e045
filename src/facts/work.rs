//! Questions in pieces of work: what reads the same cells is answered at once, and pieces run side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::local::Shard;
use super::{Answer, Column, Flip, Lens, Question, Sequence, sequence, shapes};

/// Questions that are answered together, most of them alone.
pub(super) type Piece<'a> = Vec<&'a Question>;

/// All questions, in pieces.
pub(super) fn pieces(questions: &BTreeSet<Question>) -> Vec<Piece<'_>> {
    let mut columns: BTreeMap<&Column, Piece<'_>> = BTreeMap::new();
    let mut sequences: BTreeMap<Sequence, Piece<'_>> = BTreeMap::new();
    let mut pieces = Vec::new();
    for question in questions {
        match question {
            Question::Shapes { column, .. } => columns.entry(column).or_default().push(question),
            Question::Sequence(asked) => {
                sequences.entry(Sequence { flip: None, ..asked.clone() }).or_default().push(question);
            }
            _ => pieces.push(vec![question]),
        }
    }
    columns.into_values().chain(sequences.into_values()).chain(pieces).collect()
}

/// Answers the questions of a piece. One that cannot be answered, or makes a library panic, fails alone.
pub(super) fn answer<'a>(shard: &Shard<'_>, piece: Piece<'a>) -> Vec<(&'a Question, Answer)> {
    let timings = shard.engine.timings;
    if piece.len() > 1 {
        let work = || catch_unwind(AssertUnwindSafe(|| together(shard, &piece)));
        if let Ok(Ok(answers)) = timings.questions(&piece, work)
            && answers.len() == piece.len()
        {
            return piece.into_iter().zip(answers).collect();
        }
    }
    let alone = |question: &'a Question| {
        let work = || catch_unwind(AssertUnwindSafe(|| shard.answer(question)));
        let answer = timings.questions(&[question], work);
        let answer = answer.unwrap_or_else(|_| Err("the engine stopped on this question".to_owned()));
        (question, answer.unwrap_or_else(Answer::Failed))
    };
    piece.into_iter().map(alone).collect()
}

/// Answers for the questions of a piece, in their order.
fn together(shard: &Shard<'_>, piece: &[&Question]) -> Result<Vec<Answer>, String> {
    let (mut lenses, mut flips): (Vec<&Lens>, Vec<Option<&Flip>>) = Default::default();
    for question in piece {
        match question {
            Question::Shapes { lens, .. } => lenses.push(lens),
            Question::Sequence(asked) => flips.push(asked.flip.as_ref()),
            _ => {}
        }
    }
    match piece.first() {
        Some(Question::Shapes { column, .. }) => shapes::together(shard, column, &lenses),
        Some(Question::Sequence(asked)) => sequence::together(shard, asked, &flips),
        _ => Ok(Vec::new()),
    }
}
