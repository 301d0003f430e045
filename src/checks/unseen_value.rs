//! Allowed values that no record holds: retired, misspelt on the list, or never sent.
//!
//! Every side that could show a value is looked at, in any spelling. A list that is longer than the records allow to judge
//! is left alone: among thirty people a rare value is no fault.

use std::collections::BTreeSet;

use super::context::{Context, Target, no_mapping};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Question};
use crate::findings::{Gap, Hit, Part, Shows, Subject};
use crate::frames::normalize::is_missing;
use crate::mapping::spelling::{Place, Spellings};
use crate::mapping::{Allowed, Attribute};
use crate::shape::Shape;
use crate::text::{count, counted, list};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "unseen-value",
    about: "allowed values that no record holds",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Distinct values of a column that are looked at one by one.
const MOST_VALUES: usize = 100_000;
/// Filled records for each allowed value, below which a value that is missing tells nothing.
const RECORDS_EACH: u64 = 10;

/// An enum with a list and all of its columns.
struct Listed<'a> {
    attribute: &'a Attribute,
    sides: Vec<Target<'a>>,
}

fn question(target: &Target<'_>) -> Question {
    Question::Values { column: target.column.clone(), cap: MOST_VALUES }
}

/// Enums with a list of which every column is there: in one that is not, every value may stand.
fn listed<'a>(context: &Context<'a>) -> (Vec<Listed<'a>>, Vec<Gap>) {
    let wanted = |attribute: &Attribute| attribute.is(&["enum"]) && !attribute.values.is_empty();
    let Some(mapping) = context.mapping else { return (Vec::new(), vec![no_mapping()]) };
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for attribute in mapping.attributes.iter().filter(|attribute| wanted(attribute)) {
        let (sides, missing) = context.targets(|other| other.name == attribute.name);
        if missing.is_empty() && !sides.is_empty() {
            found.push(Listed { attribute, sides });
        }
        gaps.extend(missing);
    }
    if found.is_empty() && gaps.is_empty() {
        let reason = "no enum of the mapping has a list of allowed values".to_owned();
        gaps.push(Gap { subject: "mapping:attributes".to_owned(), reason, column: None });
    }
    gaps.sort();
    gaps.dedup();
    (found, gaps)
}

/// What the columns of an enum hold.
struct Seen<'a> {
    /// Allowed values, as the attribute spells them, that are nowhere.
    unseen: Vec<&'a Allowed>,
    /// The most records that one side fills.
    filled: u64,
    gaps: Vec<Gap>,
}

impl<'a> Listed<'a> {
    /// What is seen, once all sides are known.
    fn seen(&self, context: &Context<'_>, answers: &Answers) -> Option<Seen<'a>> {
        let (mut seen, mut gaps, mut most) = (BTreeSet::new(), Vec::new(), 0);
        for target in &self.sides {
            let Some(Answer::Values { rows, values, overflow }) = answers.get(&question(target)) else { return None };
            let missing = &self.attribute.missing;
            let blank: u64 =
                values.iter().filter(|(text, _)| is_missing(text, missing)).map(|(_, tally)| tally.rows).sum();
            // A blank stands for the default.
            if blank > 0 {
                seen.extend(self.attribute.default.clone());
            }
            if blank == *rows {
                gaps.push(context.blank(&target.column));
            }
            if *overflow {
                gaps.push(
                    self.gap(format!("a column of it holds over {} different values", count(MOST_VALUES as u64))),
                );
            }
            most = most.max(rows - blank);
            let spellings = Spellings::new(self.attribute, target.profile);
            let placed = answers.placed(&question(target), &spellings).into_iter().flatten();
            seen.extend(placed.filter_map(|(_, _, place)| match place {
                Place::Word(word, _) => Some(word.text.clone()),
                Place::Missing | Place::Outside => None,
            }));
        }
        let held = |allowed: &&Allowed| seen.contains(&allowed.source) || seen.contains(&allowed.attribute);
        let unseen = self.attribute.values.iter().filter(|allowed| !held(allowed)).collect();
        Some(Seen { unseen, filled: most, gaps })
    }

    fn gap(&self, reason: String) -> Gap {
        Gap { subject: self.attribute.name.clone(), reason, column: None }
    }

    /// Whether so many records could leave out a value by chance alone.
    fn is_thin(&self, seen: &Seen<'_>) -> bool {
        !seen.unseen.is_empty() && seen.filled < RECORDS_EACH * self.attribute.values.len() as u64
    }
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let (listed, gaps) = listed(context);
    let mut ask = Ask { subjects: listed.len(), gaps, ..Ask::default() };
    for entry in &listed {
        ask.questions.extend(entry.sides.iter().map(question));
        let Some(seen) = entry.seen(context, answers) else { continue };
        if entry.is_thin(&seen) && seen.filled > 0 {
            let records = counted(seen.filled, "filled record is", "filled records are");
            let values = entry.attribute.values.len();
            ask.gaps.push(entry.gap(format!("{records} too few to miss one of {values} allowed values")));
        }
        ask.gaps.extend(seen.gaps);
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    listed(context).0.iter().filter_map(|entry| hit(context, answers, entry)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, entry: &Listed<'_>) -> Option<Hit> {
    let seen = entry.seen(context, answers)?;
    let (name, unseen) = (&entry.attribute.name, &seen.unseen);
    if unseen.is_empty() || entry.is_thin(&seen) {
        return None;
    }
    let values: Vec<String> = unseen.iter().map(|allowed| allowed.source.clone()).collect();
    let statement = format!(
        "{} of `{name}` {} in none of {}: {}.",
        counted(unseen.len() as u64, "allowed value", "allowed values"),
        if unseen.len() == 1 { "is" } else { "are" },
        counted(seen.filled, "filled record", "filled records"),
        list(&values, 6)
    );
    let part = |label: String| Part { label, rows: 0, people: 0, suggestion: None };
    Some(Hit {
        subject: Subject::entry("mapping", &format!("attributes.{name}")),
        rows: unseen.len() as u64,
        total: entry.attribute.values.len() as u64,
        statement,
        parts: values.into_iter().map(part).collect(),
        place: context.mapping.map(|mapping| mapping.document.place(entry.attribute.mark)),
        shows: Shows::Labels,
        ..Hit::default()
    })
}
