//! Blast radius: what today's profiles hold, as counts with nobody in them, and whom a revision of the mapping moves.
//!
//! The counts are answers of a run ([`questions`], [`Summary::of`]) or a file that an earlier run saved
//! ([`Summary::read`]); what they tell is the same. [`effects`] holds every segment's condition before and after against
//! them.

mod cells;
mod effects;
mod file;
mod segments;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use cells::{Table, Use};
pub use effects::{Effect, effects};

use crate::checks::Context;
use crate::facts::cells::MOST_CELLS;
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Consent, Lens, Question, Tally};
use crate::mapping::changes::Touched;
use crate::mapping::{Attribute, ColumnPath, Mapping};

/// Distinct values of an attribute that are asked for.
const MOST_VALUES: usize = 10_000;

/// Profiles and people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count(pub u64, pub u64);

impl Count {
    fn add(self, tally: &Tally) -> Self {
        Self(self.0 + tally.rows, self.1 + tally.people)
    }
}

/// What profiles hold of an attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Those that hold a value.
    pub filled: Count,
    /// Those that hold none.
    pub blank: Count,
    /// Those that hold a value which the mapping lists, by value. Nothing where there are too many values to count.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Count>,
}

/// What one system says of those who opted out at another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// The attribute.
    pub attribute: String,
    /// The system at which people opted out.
    pub out_at: String,
    /// The other system.
    pub asked: String,
    /// People who opted out at the first and are known to both.
    pub known: u64,
    /// Those of them who are subscribed at the other.
    pub subscribed: u64,
    /// Those of them of whom the other says nothing that can be read.
    pub silent: u64,
}

/// What today's profiles hold: counts of listed values, nobody's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The format: 1.
    pub crmlint_summary: u32,
    /// The instant that counted as now.
    pub now: String,
    /// Whether text compared without case.
    pub any_case: bool,
    /// Profiles.
    pub profiles: u64,
    /// What they hold, by attribute.
    pub attributes: BTreeMap<String, Held>,
    /// Where systems disagree about consent.
    #[serde(default)]
    pub consent: Vec<Word>,
    /// Profiles by what the segments ask of them; none where there are too many combinations.
    pub segments: Option<Table>,
}

/// The mappings of a run: today's first, the revision that is judged second.
fn mappings<'a>(context: &Context<'a>) -> Vec<&'a Mapping> {
    context.base.into_iter().chain(context.mapping).collect()
}

/// Values that the mappings list, in every spelling, by attribute. A renamed one has those of both names.
fn listed<'a>(mappings: &[&'a Mapping]) -> BTreeMap<&'a str, BTreeSet<String>> {
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for attribute in mappings.iter().flat_map(|mapping| &mapping.attributes) {
        for name in attribute.was.iter().chain([&attribute.name]) {
            let spellings = attribute.values.iter().flat_map(|value| value.aliases.iter().chain([&value.attribute]));
            // What a blank stands for is held by those whom it filled.
            let spellings = spellings.chain(&attribute.default).cloned();
            found.entry(name).or_default().extend(spellings);
        }
    }
    found.retain(|_, values| !values.is_empty());
    found
}

fn names<'a>(context: &Context<'a>) -> BTreeSet<&'a str> {
    mappings(context).into_iter().flat_map(|mapping| &mapping.attributes).map(|known| known.name.as_str()).collect()
}

fn filled(column: &Column) -> Question {
    Question::Shapes { column: column.clone(), lens: Lens::Filled(Vec::new()) }
}

fn values(column: &Column) -> Question {
    Question::Values { column: column.clone(), cap: MOST_VALUES }
}

/// What must be asked to know the blast radius of whatever may change.
pub fn questions(context: &Context<'_>, using: Use) -> Vec<Question> {
    let listed = listed(&mappings(context));
    let mut asked = Vec::new();
    for name in names(context) {
        let Ok(column) = context.on_profile(name) else { continue };
        if listed.contains_key(name) {
            asked.push(values(&column));
        }
        asked.push(filled(&column));
    }
    asked.extend(words(context).into_iter().map(|(_, question)| question));
    asked.extend(cells::question(context, using));
    asked
}

/// Every two systems that say something of one consent, with the question that holds them together.
fn words(context: &Context<'_>) -> Vec<(Word, Question)> {
    let mut found = Vec::new();
    // The owner that is new with this revision may be named by it alone.
    let mut sources: BTreeMap<&str, (&Attribute, BTreeSet<&ColumnPath>)> = BTreeMap::new();
    let consents = mappings(context).into_iter().flat_map(|mapping| &mapping.attributes);
    for attribute in consents.filter(|attribute| attribute.is_consent()) {
        let paths = attribute.from.iter().filter_map(|from| from.column.as_ref());
        sources.entry(&attribute.name).or_insert_with(|| (attribute, BTreeSet::new())).1.extend(paths);
    }
    for (attribute, paths) in sources.into_values() {
        for (left, right) in paths.iter().flat_map(|left| paths.iter().map(move |right| (left, right))) {
            let columns = (context.resolve(left), context.resolve(right));
            let (Ok(here), Ok(there)) = columns else { continue };
            let (Some(left_lens), Some(right_lens)) =
                (lens(context, attribute, &here), lens(context, attribute, &there))
            else {
                continue;
            };
            if left.source() == right.source() {
                continue;
            }
            let word = Word {
                attribute: attribute.name.clone(),
                out_at: left.source().to_owned(),
                asked: right.source().to_owned(),
                known: 0,
                subscribed: 0,
                silent: 0,
            };
            found.push((word, Question::Compare { left: here, left_lens, right: there, right_lens }));
        }
    }
    found
}

/// How a column speaks of consent. A flag whose no may mean never asked says yes, or nothing.
fn lens(context: &Context<'_>, attribute: &Attribute, column: &Column) -> Option<Lens> {
    let dataset = context.datasets.get(&column.dataset)?;
    let told = crate::checks::consent::lens(attribute, dataset, context.label(column));
    Some(Lens::Consent(told.unwrap_or(Consent::OptInFlag)))
}

impl Summary {
    /// What the answers of a run tell; nothing without profiles.
    pub fn of(context: &Context<'_>, answers: &Answers, using: Use) -> Option<Self> {
        let profiles = context.profiles()?;
        let listed = listed(&mappings(context));
        let mut attributes = BTreeMap::new();
        for name in names(context) {
            let Ok(column) = context.on_profile(name) else { continue };
            let Some(Answer::Shapes { shapes, .. }) = answers.get(&filled(&column)) else { continue };
            let sum = |is_blank: bool| {
                let own = shapes.iter().filter(|(shape, _)| (*shape == shape::MISSING) == is_blank);
                own.fold(Count::default(), |count, (_, tally)| count.add(tally))
            };
            let mut held = Held { filled: sum(false), blank: sum(true), values: BTreeMap::new() };
            if let Some(Answer::Values { values, overflow: false, .. }) = answers.get(&values(&column)) {
                let count = |value: &String| values.get(value).map(|tally| Count::default().add(tally));
                let known = listed.get(name).into_iter().flatten();
                held.values = known.map(|value| (value.clone(), count(value).unwrap_or_default())).collect();
            }
            attributes.insert(name.to_owned(), held);
        }
        let rows = match answers.get(&Question::Read { dataset: profiles.name.clone() }) {
            Some(Answer::Read { rows, .. }) => *rows,
            _ => return None,
        };
        Some(Self {
            crmlint_summary: file::VERSION,
            now: crate::frames::time::rfc3339(context.now),
            any_case: context.config.text_any_case,
            profiles: rows,
            attributes,
            consent: words(context)
                .into_iter()
                .filter_map(|(word, question)| said(word, answers.get(&question)?))
                .collect(),
            segments: Table::of(context, answers, using),
        })
    }

    /// Profiles and people that a change touches; none where the counts do not tell.
    pub fn held(&self, attribute: &str, touched: &Touched) -> Option<Count> {
        let held = self.attributes.get(attribute)?;
        match touched {
            Touched::Filled => Some(held.filled),
            Touched::Blank => Some(held.blank),
            Touched::Value(value) => held.values.get(value).copied(),
        }
    }

    /// What the new owner of a consent says of those who opted out at the old one.
    pub fn word(&self, attribute: &str, out_at: &str, asked: &str) -> Option<&Word> {
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        self.consent
            .iter()
            .find(|word| word.attribute == attribute && same(&word.out_at, out_at) && same(&word.asked, asked))
    }
}

fn said(word: Word, answer: &Answer) -> Option<Word> {
    let Answer::Compare { cells, .. } = answer else { return None };
    let out = cells.iter().filter(|((left, _), _)| left == shape::OUT);
    let (mut known, mut subscribed, mut silent) = (0, 0, 0);
    for ((_, right), tally) in out {
        known += tally.people;
        match right.as_str() {
            shape::OUT => {}
            // A box that is not ticked is somebody who is mailed.
            shape::IN | shape::UNTICKED => subscribed += tally.people,
            _ => silent += tally.people,
        }
    }
    Some(Word { known, subscribed, silent, ..word })
}
