//! Questions in pieces of work: what reads the same cells is answered at once, and pieces run side by side.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::local::Shard;
use super::{Answer, Column, Flip, Lens, Question, Sequence, sequence, shapes};

/// Questions that are answered together, most of them alone.
type Piece<'a> = Vec<&'a Question>;

/// All questions, in pieces.
fn pieces(questions: &BTreeSet<Question>) -> Vec<Piece<'_>> {
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
    let mut pieces: Vec<Piece<'_>> = columns.into_values().chain(sequences.into_values()).chain(pieces).collect();
    // What reads most begins first, so that no core is left with one of them at the end.
    pieces.sort_by_cached_key(|piece| {
        let read: usize = piece.iter().map(|question| question.columns().len() + question.pairs().len()).sum();
        Reverse(read)
    });
    pieces
}

/// Answers every question, on as many cores as there are.
pub(super) fn all<'a>(shard: &Shard<'_>, questions: &'a BTreeSet<Question>) -> Vec<(&'a Question, Answer)> {
    let (pieces, next) = (pieces(questions), AtomicUsize::new(0));
    let one_by_one = |_| iter::from_fn(|| pieces.get(next.fetch_add(1, Ordering::Relaxed)));
    let cores = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1);
    cores.flat_map_iter(one_by_one).flat_map_iter(|piece| answer(shard, piece)).collect()
}

/// Answers the questions of a piece. One that cannot be answered, or makes a library panic, fails alone.
fn answer<'a>(shard: &Shard<'_>, piece: &[&'a Question]) -> Vec<(&'a Question, Answer)> {
    let timings = shard.engine.timings;
    if piece.len() > 1 {
        let work = || catch_unwind(AssertUnwindSafe(|| together(shard, piece)));
        if let Ok(Ok(answers)) = timings.questions(piece, work)
            && answers.len() == piece.len()
        {
            return piece.iter().copied().zip(answers).collect();
        }
    }
    let alone = |question: &'a Question| {
        let work = || catch_unwind(AssertUnwindSafe(|| shard.answer(question)));
        let answer = timings.questions(&[question], work);
        let answer = answer.unwrap_or_else(|_| Err("the engine stopped on this question".to_owned()));
        (question, answer.unwrap_or_else(Answer::Failed))
    };
    piece.iter().copied().map(alone).collect()
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
