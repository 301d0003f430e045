//! What an engine answers, and how the answers of two shards become that of the whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::agree::Agreement;
use super::cells::MOST_CELLS;
use super::cohort::{self, Drawn};
use super::delays::Delayed;
use super::follows::Followed;
use super::instants::Differences;
use super::moves::Moved;
use super::named::{self, Found};
use super::order::Orders;
use super::question::Question;
use super::sequence::Steps;
use super::tally::Tally;
use crate::exports::Damage;
use crate::mapping::spelling::{Place, Sorted, Spellings};

/// What was read of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFact {
    /// The label in the file.
    pub label: String,
    /// Records that fill it.
    pub filled: u64,
    /// Bytes of its longest value.
    pub longest: u64,
}

/// Groups of repeated values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    /// How many groups.
    pub count: u64,
    /// Values that could be compared.
    pub keyed: u64,
    /// All their members; a sample names the smallest other member of its group.
    pub members: Tally,
}

/// Who is on which side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sides {
    /// Left records in scope.
    pub scope: Tally,
    /// Left records linked to several right ones; a sample a pair.
    pub split: Tally,
    /// Right records that the split ones are linked to, each once.
    pub split_profiles: u64,
    /// Right records.
    pub profiles: u64,
    /// Left records in scope with no right one.
    pub missing: Tally,
    /// Right records to which several left ones lead; a sample names the smallest of those.
    pub collapsed: Tally,
}

/// An answer. Its variant follows the question's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To [`Question::Read`].
    Read { rows: u64, damage: Vec<Damage>, crlf: bool },
    /// To [`Question::Columns`].
    Columns { rows: u64, columns: Vec<ColumnFact>, widest: u64 },
    /// To [`Question::Values`] and [`Question::Items`].
    Values { rows: u64, values: BTreeMap<String, Tally>, overflow: bool },
    /// To [`Question::Shapes`] and [`Question::Shaped`].
    Shapes { rows: u64, shapes: BTreeMap<String, Tally> },
    /// To [`Question::Newest`]; none when no value is a sure instant.
    Newest(Option<i64>),
    /// To [`Question::Rows`], [`Question::Wide`], [`Question::LeadAndContact`], [`Question::Stranded`],
    /// [`Question::Unwritten`], [`Question::Gained`] and
    /// [`Question::Listing`].
    Rows { rows: u64, met: Tally },
    /// To [`Question::Cells`]: records by the codes of their cells; nothing when there are too many combinations.
    Cells { rows: u64, cells: BTreeMap<Vec<u16>, u64>, overflow: bool },
    /// To [`Question::Repeats`], [`Question::Divided`], [`Question::Stubs`] and [`Question::Matches`].
    Repeats { rows: u64, groups: Groups },
    /// To [`Question::CrossedIdentity`]: linked pairs, those of them whose left record is too fresh, left records whose address
    /// stands elsewhere, right records with an address of before, and how many of those were held back.
    CrossedIdentity { pairs: u64, too_fresh: u64, held: u64, crossed: Tally, old: Tally },
    /// To [`Question::Compare`] and [`Question::Named`], by (left, right).
    Compare { pairs: u64, cells: BTreeMap<(String, String), Tally> },
    /// To [`Question::Gap`]: pairs by whole minutes.
    Gap { pairs: u64, minutes: BTreeMap<i64, u64> },
    /// To [`Question::Agree`] and [`Question::Dated`].
    Agree(Agreement),
    /// To [`Question::Instants`].
    Instants(Differences),
    /// To [`Question::Follows`].
    Follows(Followed),
    /// To [`Question::Delays`].
    Delays(Delayed),
    /// To [`Question::Moves`].
    Moves(Moved),
    /// To [`Question::Sequence`].
    Sequence(Steps),
    /// To [`Question::Echo`]: events, those whose record is there, records whose change could be held against its event, and
    /// those of them that are far from it.
    Echo { events: u64, joined: u64, timed: u64, far: Tally },
    /// To [`Question::Order`].
    Order(Orders),
    /// To [`Question::Coverage`].
    Coverage(Sides),
    /// To [`Question::Writers`]: records by value, for each of the columns.
    Writers(Vec<BTreeMap<String, u64>>),
    /// To [`Question::Roll`], person by person.
    Roll(Vec<Found>),
    /// To [`Question::Cohort`], group by group.
    Cohort(Vec<Drawn>),
    /// The engine could not answer.
    Failed(String),
}

impl Answer {
    /// Adds the answer of another shard. `cap` is how many samples a tally keeps.
    pub fn merge(&mut self, other: Self, cap: usize) {
        match (self, other) {
            (Self::Values { rows, values, overflow }, Self::Values { rows: more, values: others, overflow: over }) => {
                *rows += more;
                *overflow |= over;
                merge_maps(values, others, cap);
            }
            (Self::Shapes { rows, shapes }, Self::Shapes { rows: more, shapes: others }) => {
                *rows += more;
                merge_maps(shapes, others, cap);
            }
            (Self::Newest(newest), Self::Newest(other)) => *newest = (*newest).max(other),
            (Self::Rows { rows, met }, Self::Rows { rows: more, met: others }) => {
                *rows += more;
                met.merge(others, cap);
            }
            (Self::Repeats { rows, groups }, Self::Repeats { rows: more, groups: others }) => {
                *rows += more;
                groups.count += others.count;
                groups.keyed += others.keyed;
                groups.members.merge(others.members, cap);
            }
            (
                Self::CrossedIdentity { pairs, too_fresh, held, crossed, old },
                Self::CrossedIdentity { pairs: more, too_fresh: fresher, held: holding, crossed: others, old: older },
            ) => {
                *pairs += more;
                *too_fresh += fresher;
                *held += holding;
                crossed.merge(others, cap);
                old.merge(older, cap);
            }
            (Self::Writers(columns), Self::Writers(others)) => {
                for (column, more) in columns.iter_mut().zip(others) {
                    for (name, rows) in more {
                        *column.entry(name).or_default() += rows;
                    }
                }
            }
            (Self::Cells { rows, cells, overflow }, Self::Cells { rows: more, cells: others, overflow: over }) => {
                *rows += more;
                *overflow |= over;
                for (cell, more) in others {
                    *cells.entry(cell).or_default() += more;
                }
                // Pieces may hold few combinations each and too many together.
                *overflow |= cells.len() > MOST_CELLS;
                if *overflow {
                    cells.clear();
                }
            }
            (Self::Compare { pairs, cells }, Self::Compare { pairs: more, cells: others }) => {
                *pairs += more;
                merge_maps(cells, others, cap);
            }
            (Self::Gap { pairs, minutes }, Self::Gap { pairs: more, minutes: others }) => {
                *pairs += more;
                for (minute, count) in others {
                    *minutes.entry(minute).or_default() += count;
                }
            }
            (Self::Agree(found), Self::Agree(others)) => found.merge(others, cap),
            (Self::Instants(differences), Self::Instants(others)) => differences.merge(others, cap),
            (Self::Follows(followed), Self::Follows(others)) => followed.merge(others, cap),
            (Self::Delays(delayed), Self::Delays(others)) => delayed.merge(others, cap),
            (Self::Moves(moved), Self::Moves(others)) => moved.merge(others, cap),
            (Self::Sequence(steps), Self::Sequence(others)) => steps.merge(others, cap),
            (
                Self::Echo { events, joined, timed, far },
                Self::Echo { events: more, joined: and, timed: sure, far: further },
            ) => {
                *events += more;
                *joined += and;
                *timed += sure;
                far.merge(further, cap);
            }
            (Self::Order(orders), Self::Order(others)) => orders.merge(others, cap),
            (Self::Coverage(sides), Self::Coverage(others)) => {
                sides.split_profiles += others.split_profiles;
                sides.profiles += others.profiles;
                sides.scope.merge(others.scope, cap);
                sides.split.merge(others.split, cap);
                sides.missing.merge(others.missing, cap);
                sides.collapsed.merge(others.collapsed, cap);
            }
            (Self::Roll(people), Self::Roll(others)) => named::merge(people, others),
            (Self::Cohort(groups), Self::Cohort(others)) => cohort::merge(groups, others, cap),
            (Self::Failed(_), _) => {}
            (whole, Self::Failed(why)) => *whole = Self::Failed(why),
            // What was read is one fact for the whole run; every shard holds the same.
            _ => {}
        }
    }

    /// The value below which a share of a histogram lies, in minutes: `quantile(0.95)` is the p95.
    pub fn quantile(&self, share: f64) -> Option<i64> {
        let Self::Gap { pairs, minutes } = self else { return None };
        let wanted = ((*pairs as f64) * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        minutes
            .iter()
            .find(|(_, count)| {
                seen += **count;
                seen >= wanted
            })
            .map(|(minute, _)| *minute)
    }
}

pub(super) fn merge_maps<K: Ord>(into: &mut BTreeMap<K, Tally>, from: BTreeMap<K, Tally>, cap: usize) {
    for (key, tally) in from {
        into.entry(key).or_default().merge(tally, cap);
    }
}

/// All answers of a run.
#[derive(Debug, Default)]
pub struct Answers {
    given: BTreeMap<Question, Answer>,
    sorted: Mutex<Sortings>,
}

/// Values of questions as spellings sort them, once somebody asks.
type Sortings = BTreeMap<(Question, Spellings), Arc<OnceLock<Vec<Sorted>>>>;

impl Answers {
    /// The answer to a question that was asked.
    pub fn get(&self, question: &Question) -> Option<&Answer> {
        self.given.get(question)
    }

    /// The values that were found, each with what it is by some spellings; none where the question was not answered. A column
    /// may hold very many, and several rules ask, in every round: they are sorted once.
    pub fn placed<'a, 's>(
        &'a self,
        question: &Question,
        spellings: &'s Spellings,
    ) -> Option<impl Iterator<Item = (&'a str, &'a Tally, Place<'s>)> + use<'a, 's>> {
        let Some(Answer::Values { values, .. }) = self.get(question) else { return None };
        let place = (question.clone(), spellings.clone());
        let sorted = Arc::clone(self.sorted.lock().unwrap_or_else(PoisonError::into_inner).entry(place).or_default());
        sorted.get_or_init(|| values.keys().map(|value| spellings.sort(value)).collect());
        let at = move |at: usize| sorted.get().and_then(|sorted| sorted.get(at).copied());
        let placed = values.iter().enumerate();
        Some(
            placed.filter_map(move |(number, (value, tally))| Some((value.as_str(), tally, spellings.at(at(number)?)))),
        )
    }

    /// Whether a column is known to hold no value in any record.
    pub fn is_blank(&self, column: &super::Column) -> bool {
        let facts = self.get(&Question::Columns { dataset: column.dataset.clone() });
        matches!(facts, Some(Answer::Columns { rows, columns, .. })
            if *rows > 0 && columns.get(column.index).is_some_and(|fact| fact.filled == 0))
    }

    /// Every question with its answer, in the order of questions.
    pub fn iter(&self) -> impl Iterator<Item = (&Question, &Answer)> {
        self.given.iter()
    }

    /// Those of these questions that have no answer yet.
    pub fn open(&self, asked: impl IntoIterator<Item = Question>) -> BTreeSet<Question> {
        asked.into_iter().filter(|question| !self.given.contains_key(question)).collect()
    }

    /// Takes answers in.
    pub fn extend(&mut self, answers: BTreeMap<Question, Answer>) {
        let sorted = self.sorted.get_mut().unwrap_or_else(PoisonError::into_inner);
        sorted.retain(|(question, _), _| !answers.contains_key(question));
        self.given.extend(answers);
    }
}
