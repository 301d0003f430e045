//! Attributes that the mapping does not know and whose values are those of a Zoho field: somebody syncs more than was
//! agreed. The same people have to agree, and the names to be alike, as for the pairs that `crmlint init` drafts.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use serde::Deserialize;

use super::context::{Context, no_mapping, no_profiles};
use super::likeness::{Look, Name};
use super::repeats::no_contacts;
use super::reserved_name::is_reserved;
use super::{Ask, Kind, Stage};
use crate::exports::Dataset;
use crate::facts::agree::difference::OTHER;
use crate::facts::{Answer, Answers, Blank, Column, Instants, Meaning, Question, Reading};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::lists::shipped;
use crate::frames::normalize::{fold, is_missing};
use crate::mapping::Mapping;
use crate::shape::Shape;
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "unmapped-copy",
    about: "attributes that the mapping does not know and that hold the values of a Zoho field",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// The fewest people whose values say something.
const FEWEST: u64 = 8;
/// The share of people on whom both sides must agree.
const AGREE: f64 = 0.9;
/// Fields with which an attribute is compared, those with the most alike names: a thousand custom fields may have one name
/// with a number each.
const MOST_ALIKE: usize = 16;
/// Different values of an attribute that are counted: two tell that it is no constant.
const FEW: usize = 60;

#[derive(Deserialize)]
struct Greetings {
    names: Vec<String>,
}

static GREETINGS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let list: Greetings = shipped("greetings", include_str!("../../rules/data/greetings.yaml"));
    list.names.iter().map(|name| fold(name)).collect()
});

/// A field of Zoho and an attribute that may be its copy.
struct Pair {
    left: Column,
    right: Column,
    likeness: f64,
    question: Question,
}

impl Pair {
    /// People on whom both sides say something, and those on whom they agree.
    fn agreed(&self, answers: &Answers) -> (u64, u64) {
        match answers.get(&self.question) {
            Some(Answer::Agree(found)) => {
                let differ = found.kinds.get(OTHER).map_or(0, |tally| tally.rows);
                // Two blanks agree on nothing; what the right alone fills is open.
                let blank = found.pairs.saturating_sub(found.left_filled + found.open);
                let same = found.same.saturating_sub(blank);
                (same + differ, same)
            }
            Some(Answer::Instants(found)) => {
                // Whole hours are a matter of zones.
                let other = found.apart.iter().filter(|(apart, _)| apart.shift.is_none() && apart.read_at.is_none());
                (found.compared, found.compared.saturating_sub(other.map(|(_, tally)| tally.rows).sum()))
            }
            _ => (0, 0),
        }
    }

    fn is_copy(&self, answers: &Answers) -> bool {
        let (both, same) = self.agreed(answers);
        both >= FEWEST && same as f64 >= AGREE * both as f64
    }

    fn values(&self) -> Question {
        Question::Values { column: self.right.clone(), cap: FEW }
    }
}

/// How two columns are compared, by what the first records hold.
fn question(context: &Context<'_>, left: (&Dataset, usize), right: (&Dataset, usize), looks: [Look; 2]) -> Question {
    let both = |what: usize| looks.iter().all(|look| look.is(what));
    let column = |side: (&Dataset, usize)| Column { dataset: side.0.name.clone(), index: side.1 };
    let reading = if both(Look::TRUTH) {
        Reading::Truth
    } else if both(Look::NUMBER) {
        Reading::Number
    } else if both(Look::TIME) {
        return Question::Instants(Instants {
            left: column(left),
            left_zone: context.zone(&left.0.source, None).or_else(|| Some("UTC".to_owned())),
            right: column(right),
            right_zone: Some("UTC".to_owned()),
            meaning: Meaning::Moment,
            missing: Vec::new(),
            fresh: None,
        });
    } else {
        Reading::Text
    };
    Question::Agree {
        left: column(left),
        right: column(right),
        reading,
        missing: Vec::new(),
        blank: Blank::Nothing,
        also: Vec::new(),
        spare: true,
        fresh: None,
    }
}

/// Attributes that the mapping does not know: no key, no stamp, no earlier name, nothing that Customer.io gives a meaning
/// or that a mail greets by.
fn unknown<'a>(mapping: &Mapping, profiles: &'a Dataset) -> Vec<(usize, &'a str)> {
    let alike: BTreeSet<String> = mapping
        .attributes
        .iter()
        .flat_map(|attribute| std::iter::once(&attribute.name).chain(&attribute.was))
        .map(|name| fold(name))
        .collect();
    let labels = profiles.columns.iter().map(|column| column.label.as_str()).enumerate();
    let wanted = |(index, label): &(usize, &str)| {
        let folded = fold(label);
        // A name that is a mapped one but for case and signs is one concept twice, which is a rule of its own.
        let known = mapping.names_attribute(label) || alike.contains(&folded) || GREETINGS.contains(&folded);
        !known && !is_reserved(&label.to_lowercase()) && profiles.key != Some(*index)
    };
    labels.filter(wanted).collect()
}

/// Every pair of alike names, or what stands in the way.
fn pairs(context: &Context<'_>, answers: &Answers) -> Result<Vec<Pair>, Vec<Gap>> {
    let mapping = context.mapping.ok_or_else(|| vec![no_mapping()])?;
    let profiles = context.profiles().ok_or_else(|| vec![no_profiles("customerio.people")])?;
    let contacts = context.zoho("contacts").ok_or_else(|| vec![no_contacts("zoho.contacts")])?;
    let mut gaps = context.identifier_gaps();
    gaps.extend([contacts, profiles].into_iter().filter_map(|dataset| context.email(dataset).err()));
    if !gaps.is_empty() {
        return Err(gaps);
    }
    let fields = contacts.columns.iter().enumerate().filter(|(index, column)| {
        contacts.key != Some(*index) && !column.label.ends_with(".id") && !column.label.ends_with(".module")
    });
    let column = |dataset: &Dataset, index: usize| Column { dataset: dataset.name.clone(), index };
    let fields = fields.filter(|(index, _)| is_filled(answers, &column(contacts, *index)));
    let fields: Vec<(usize, &str)> = fields.map(|(index, column)| (index, column.label.as_str())).collect();
    let mut unknown = unknown(mapping, profiles);
    unknown.retain(|(index, _)| is_filled(answers, &column(profiles, *index)));
    let places = [&unknown, &fields].map(|columns| columns.iter().map(|(index, _)| *index).collect());
    let alike = context.alike_names.of(places, || most_alike(&unknown, &fields));
    let (mine, theirs) = (context.looks(contacts), context.looks(profiles));
    let look = |looks: &[Look], index: usize| looks.get(index).copied().unwrap_or_default();
    let pair = |&(index, field, likeness): &(usize, usize, f64)| Pair {
        left: column(contacts, field),
        right: column(profiles, index),
        likeness,
        question: question(context, (contacts, field), (profiles, index), [look(&mine, field), look(&theirs, index)]),
    };
    Ok(alike.par_iter().map(pair).collect())
}

/// Attributes with the fields whose names are most like theirs, and how much.
fn most_alike(attributes: &[(usize, &str)], fields: &[(usize, &str)]) -> Vec<(usize, usize, f64)> {
    let fields: Vec<(usize, Name)> = fields.iter().map(|(index, label)| (*index, Name::new(label))).collect();
    let alike = |(index, label): &(usize, &str)| {
        let name = Name::new(label);
        let alike = fields.iter().filter_map(|(field, other)| Some((*index, *field, other.alike(&name)?)));
        let mut alike: Vec<(usize, usize, f64)> = alike.collect();
        if alike.len() > MOST_ALIKE {
            alike.sort_by(|one, other| other.2.total_cmp(&one.2).then(one.1.cmp(&other.1)));
            alike.truncate(MOST_ALIKE);
            alike.sort_by_key(|(_, field, _)| *field);
        }
        alike
    };
    attributes.par_iter().flat_map_iter(alike).collect()
}

/// Whether a column holds anything, as far as it is known: one that holds nothing is nobody's copy.
fn is_filled(answers: &Answers, column: &Column) -> bool {
    match answers.get(&Question::Columns { dataset: column.dataset.clone() }) {
        Some(Answer::Columns { columns, .. }) => columns.get(column.index).is_none_or(|fact| fact.filled > 0),
        _ => true,
    }
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let pairs = match pairs(context, answers) {
        Ok(pairs) => pairs,
        Err(gaps) => return Ask { gaps, ..Ask::default() },
    };
    let linked = |pair: &Pair| match answers.get(&pair.question) {
        Some(Answer::Agree(found)) => found.pairs > 0,
        Some(Answer::Instants(found)) => found.pairs > 0,
        _ => true,
    };
    let gap = (!pairs.iter().all(linked)).then(no_contact_linked);
    // Whether the values vary counts for copies alone, of which there are few.
    let values = pairs.iter().filter(|pair| pair.is_copy(answers)).map(Pair::values);
    let questions = pairs.iter().map(|pair| pair.question.clone()).chain(values);
    Ask { subjects: 1, questions: questions.collect(), gaps: gap.into_iter().collect() }
}

fn no_contact_linked() -> Gap {
    let reason = "no contact could be linked to a profile".to_owned();
    Gap { subject: "zoho.contacts".to_owned(), reason, column: None }
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let pairs = pairs(context, answers).unwrap_or_default();
    let varied = |pair: &&Pair| match answers.get(&pair.values()) {
        Some(Answer::Values { values, overflow, .. }) => {
            *overflow || values.keys().filter(|value| !is_missing(value, &[])).count() > 1
        }
        _ => false,
    };
    let mut best: Vec<&Pair> = Vec::new();
    for pair in pairs.iter().filter(|pair| pair.is_copy(answers)).filter(varied) {
        // The most alike name is the source.
        match best.last_mut().filter(|known| known.right == pair.right) {
            Some(known) if known.likeness < pair.likeness => *known = pair,
            Some(_) => {}
            None => best.push(pair),
        }
    }
    best.into_iter().map(|pair| hit(context, answers, pair)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, pair: &Pair) -> Hit {
    let (both, same) = pair.agreed(answers);
    let (label, field) = (context.label(&pair.right), context.label(&pair.left));
    let dataset = &pair.left.dataset;
    let people = counted(both, "person", "people");
    let statement = format!(
        "`{label}` is not in the mapping and holds the values of `{field}` in {dataset}: the same for {} of {people}.",
        percent(same, both)
    );
    let action = format!(
        "Take `{field}` out of the sync, or add `{label}` to the mapping with `from: {dataset}.{field}`, a type, an owner \
         and what it is for."
    );
    Hit {
        subject: Subject::column(&pair.right.dataset, label),
        rows: 1,
        total: 1,
        statement,
        action: Some(action),
        shows: Shows::Labels,
        ..Hit::default()
    }
}
