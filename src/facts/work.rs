//! Questions in pieces of work: what reads the same cells is answered at once, and pieces run side by side.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::{ParallelBridge, ParallelIterator};

use super::local::Shard;
use super::{Answer, Column, Flip, Lens, Question, Sequence, sequence, shapes};

/// Questions with the lens of each.
type Lenses<'a> = Vec<(&'a Question, &'a Lens)>;
/// Questions with the flips that count for each.
type Flips<'a> = Vec<(&'a Question, Option<&'a Flip>)>;

/// Questions that are answered together.
enum Piece<'a> {
    /// By itself.
    One(&'a Question),
    /// Lenses on one column.
    Shapes(&'a Column, Lenses<'a>),
    /// Sequences that differ in the flips that count.
    Sequence(&'a Sequence, Flips<'a>),
}

/// All questions, in pieces.
fn pieces(questions: &BTreeSet<Question>) -> Vec<Piece<'_>> {
    let mut columns: BTreeMap<&Column, Lenses<'_>> = BTreeMap::new();
    let mut sequences: BTreeMap<Sequence, (&Sequence, Flips<'_>)> = BTreeMap::new();
    let mut pieces = Vec::new();
    for question in questions {
        match question {
            Question::Shapes { column, lens } => columns.entry(column).or_default().push((question, lens)),
            Question::Sequence(asked) => {
                let alike = Sequence { flip: None, ..asked.clone() };
                let (_, flips) = sequences.entry(alike).or_insert_with(|| (asked, Vec::new()));
                flips.push((question, asked.flip.as_ref()));
            }
            _ => pieces.push(Piece::One(question)),
        }
    }
    pieces.extend(columns.into_iter().map(|(column, lenses)| Piece::Shapes(column, lenses)));
    pieces.extend(sequences.into_values().map(|(asked, flips)| Piece::Sequence(asked, flips)));
    // What reads most begins first, so that no core is left with one of them at the end.
    pieces.sort_by_cached_key(|piece| {
        let read = |question: &&Question| question.columns().len() + question.pairs().len();
        Reverse(piece.questions().iter().map(read).sum::<usize>())
    });
    pieces
}

/// Answers every question, on as many cores as there are.
pub(super) fn all<'a>(shard: &Shard<'_>, questions: &'a BTreeSet<Question>) -> Vec<(&'a Question, Answer)> {
    pieces(questions).into_iter().par_bridge().flat_map_iter(|piece| piece.answered(shard)).collect()
}

impl<'a> Piece<'a> {
    fn questions(&self) -> Vec<&'a Question> {
        match self {
            Self::One(question) => vec![question],
            Self::Shapes(_, lenses) => lenses.iter().map(|(question, _)| *question).collect(),
            Self::Sequence(_, flips) => flips.iter().map(|(question, _)| *question).collect(),
        }
    }

    /// The answer of each question. One that cannot be answered, or makes a library panic, fails alone.
    fn answered(&self, shard: &Shard<'_>) -> Vec<(&'a Question, Answer)> {
        let (questions, timings) = (self.questions(), shard.engine.timings);
        if questions.len() > 1 {
            let work = || catch_unwind(AssertUnwindSafe(|| self.together(shard)));
            if let Ok(Ok(answers)) = timings.questions(&questions, work)
                && answers.len() == questions.len()
            {
                return questions.into_iter().zip(answers).collect();
            }
        }
        let alone = |question: &'a Question| {
            let work = || catch_unwind(AssertUnwindSafe(|| shard.answer(question)));
            let answer = timings.questions(&[question], work);
            let answer = answer.unwrap_or_else(|_| Err("the engine stopped on this question".to_owned()));
            (question, answer.unwrap_or_else(Answer::Failed))
        };
        questions.into_iter().map(alone).collect()
    }

    /// The answers of several questions, in their order.
    fn together(&self, shard: &Shard<'_>) -> Result<Vec<Answer>, String> {
        match self {
            Self::One(question) => shard.answer(question).map(|answer| vec![answer]),
            Self::Shapes(column, lenses) => {
                let lenses: Vec<&Lens> = lenses.iter().map(|(_, lens)| *lens).collect();
                shapes::together(shard, column, &lenses)
            }
            Self::Sequence(asked, flips) => {
                let flips: Vec<Option<&Flip>> = flips.iter().map(|(_, flip)| *flip).collect();
                sequence::together(shard, asked, &flips)
            }
        }
    }
}
