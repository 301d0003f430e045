//! Enums that behave as free text: many different values, most of them once. What stands on the mapping's list is left
//! out, however long the list is, and so are columns whose values repeat as a list's do.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::inferred::FEWEST_EACH;
use super::{Ask, Kind, Stage};
use crate::exports::{Dataset, System};
use crate::facts::{Answer, Answers, Column, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::normalize::{fold, is_missing};
use crate::mapping::Attribute;
use crate::mapping::spelling::{Place, Spellings};
use crate::shape::Shape;
use crate::text::{count, counted};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "free-text",
    about: "enums whose values are many and mostly seen once",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Distinct values of a column that are looked at one by one.
const MOST_VALUES: usize = 100_000;
/// Different values, below which they are a short list with a few strays.
const FEWEST: usize = 12;
/// One in so many filled records holds them; fewer are strays among the values of a list.
const SHARE: u64 = 20;
/// Picklists that every Zoho org starts with.
const STOCK: &[&str] = &["Lead Source", "Lead Status", "Industry", "Rating", "Stage"];

/// A column that should hold the values of a list.
struct Enum<'a> {
    column: Column,
    /// The attribute that it feeds, when it feeds one.
    attribute: Option<&'a Attribute>,
}

impl Enum<'_> {
    fn question(&self) -> Question {
        Question::Values { column: self.column.clone(), cap: MOST_VALUES }
    }

    /// The filled values, and those of them that no list allows.
    fn values<'b>(&self, answers: &'b Answers) -> Option<(u64, BTreeMap<&'b str, &'b Tally>)> {
        let question = self.question();
        let Some(Answer::Values { values, .. }) = answers.get(&question) else { return None };
        let missing = self.attribute.map(|attribute| attribute.missing.as_slice()).unwrap_or_default();
        let is_filled = |value: &str| !is_missing(value, missing);
        let rows = values.iter().filter(|(value, _)| is_filled(value)).map(|(_, tally)| tally.rows).sum();
        let spellings = self.attribute.map(|attribute| Spellings::new(attribute, false));
        let stray = match &spellings {
            Some(spellings) => {
                let placed = answers.placed(&question, spellings)?;
                let stray = placed.filter(|(_, _, place)| !matches!(place, Place::Word(..)));
                stray.map(|(value, tally, _)| (value, tally)).filter(|(value, _)| is_filled(value)).collect()
            }
            None => values
                .iter()
                .map(|(value, tally)| (value.as_str(), tally))
                .filter(|(value, _)| is_filled(value))
                .collect(),
        };
        Some((rows, stray))
    }
}

/// Whether values are too many for a list: different ones by the dozen, most of them once, few records each.
fn is_free(values: &BTreeMap<&str, &Tally>, filled: u64) -> bool {
    let mut different: BTreeMap<String, u64> = BTreeMap::new();
    for (value, tally) in values {
        *different.entry(fold(value)).or_default() += tally.rows;
    }
    let once = different.values().filter(|rows| **rows == 1).count();
    let rows: u64 = different.values().sum();
    let many = different.len() >= FEWEST && rows * SHARE >= filled;
    many && once * 2 >= different.len() && rows < FEWEST_EACH * different.len() as u64
}

/// Columns of declared enums, and picklists of Zoho that the mapping does not call anything else.
fn enums<'a>(context: &Context<'a>) -> (Vec<Enum<'a>>, Vec<Gap>) {
    let (targets, gaps) = context.targets_on(|profile| !profile, |attribute| attribute.is(&["enum"]));
    let (mapped, _) = context.targets_on(|profile| !profile, |_| true);
    let taken: BTreeSet<&Column> = mapped.iter().map(|target| &target.column).collect();
    let declared =
        targets.iter().map(|target| Enum { column: target.column.clone(), attribute: Some(target.attribute) });
    let zoho =
        context.datasets.values().filter(|dataset| dataset.system == System::Zoho && !dataset.preview.is_empty());
    let picklists = zoho.flat_map(|dataset| picklists(dataset)).filter(|column| !taken.contains(column));
    (declared.chain(picklists.map(|column| Enum { column, attribute: None })).collect(), gaps)
}

fn picklists(dataset: &Dataset) -> BTreeSet<Column> {
    let stock = STOCK.iter().filter_map(|label| dataset.find(label));
    let told = (0..dataset.columns.len()).filter(|index| dataset.options(*index).is_some());
    stock.chain(told).map(|index| Column { dataset: dataset.name.clone(), index }).collect()
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let (enums, gaps) = enums(context);
    let mut ask = Ask { gaps, ..Ask::default() };
    let asked = enums.iter().all(|entry| entry.values(answers).is_some());
    for entry in &enums {
        ask.questions.push(entry.question());
        let Some((rows, values)) = entry.values(answers) else { continue };
        ask.subjects += usize::from(rows > 0);
        // A stock field that nobody fills is no enum of this team.
        if rows == 0 && entry.attribute.is_some() {
            ask.gaps.push(context.blank(&entry.column));
        }
        if is_free(&values, rows) {
            let values = values.into_keys().map(str::to_owned).collect();
            ask.questions.extend(Question::listing(Pick::Values { column: entry.column.clone(), values }));
        }
    }
    if asked && ask.subjects == 0 && ask.gaps.is_empty() {
        let reason = "the mapping declares no enum, and no picklist of a Zoho export is filled".to_owned();
        ask.gaps.push(Gap { subject: "mapping:attributes".to_owned(), reason, column: None });
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    enums(context).0.iter().filter_map(|entry| hit(context, answers, entry)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, entry: &Enum<'_>) -> Option<Hit> {
    let (total, values) = entry.values(answers)?;
    if !is_free(&values, total) {
        return None;
    }
    let (column, label) = (&entry.column, context.label(&entry.column));
    let once = values.values().filter(|tally| tally.rows == 1).count() as u64;
    let mut summed = Tally::default();
    values.values().for_each(|tally| summed.merge((*tally).clone(), crate::facts::local::SAMPLES));
    let picked = values.keys().map(|value| (*value).to_owned()).collect();
    let whole = context.listed(answers, &Pick::Values { column: column.clone(), values: picked }, summed);
    let listed = entry.attribute.is_some_and(|attribute| !attribute.values.is_empty());
    let statement = format!(
        "`{label}` should hold the values of a list and holds {}{} in {}, {} of them once.",
        counted(values.len() as u64, "different value", "different values"),
        if listed { " beside it" } else { "" },
        counted(whole.rows, "record", "records"),
        count(once)
    );
    Some(Hit {
        subject: Subject::column(&column.dataset, label),
        rows: whole.rows,
        total,
        people: whole.people,
        statement,
        samples: whole.samples.into_iter().map(|sample| context.row(column, sample, None)).collect(),
        // What people write freely may be about somebody.
        shows: Shows::Nothing,
        ..Hit::default()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::is_free;
    use crate::facts::Tally;

    #[test]
    fn a_long_list_is_no_free_text() {
        let free = |counts: &[u64]| {
            let values: Vec<(String, Tally)> = counts
                .iter()
                .zip(b'a'..)
                .map(|(rows, letter)| (char::from(letter).to_string(), Tally { rows: *rows, ..Tally::default() }))
                .collect();
            let values: BTreeMap<&str, &Tally> = values.iter().map(|(value, tally)| (value.as_str(), tally)).collect();
            is_free(&values, counts.iter().sum())
        };
        assert!(free(&[1; 12]) && free(&[&[9_u64, 9][..], &[1; 14]].concat()));
        assert!(!free(&[1; 11]), "a short list");
        assert!(!free(&[2; 20]), "cities repeat");
        assert!(!free(&[&[900_u64][..], &[1; 14]].concat()), "a list with a tail of strays");
        let strays = [("a".to_owned(), Tally { rows: 12, ..Tally::default() })];
        let strays: BTreeMap<&str, &Tally> = strays.iter().map(|(value, tally)| (value.as_str(), tally)).collect();
        assert!(!is_free(&strays, 1_000), "few among many");
    }
}
