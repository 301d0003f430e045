//! Named people to validate the sync with: too few of them, one with several profiles, and who they are in the exports.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, no_mapping, no_profiles};
use super::{Ask, Kind, Stage, test_cohort, test_values};
use crate::facts::{Answer, Answers, Column, Found, Name, Question, Roll};
use crate::findings::{Gap, Hit, Row, Shows, Subject, masking};
use crate::frames::normalize::Form;
use crate::mapping::{Mapping, TestPerson};
use crate::shape::{Shape, required};
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "test-people",
    about: "named people of the mapping against the exports",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["few", "differs", "several", "narrow"]),
        "few: fewer than ten; differs: the profile does not hold what it should; several: more than one profile; narrow: groups of people that none of them is in",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// What the names of subjects begin with that are one person.
pub(crate) const PREFIX: &str = "test_people:";

/// Setup asks for ten real customers.
pub(crate) const FEWEST: usize = 10;

/// What a check of test people says of them, as far as it is answered.
#[derive(Default)]
pub(super) struct Told {
    pub(super) questions: Vec<Question>,
    pub(super) gaps: Vec<Gap>,
    pub(super) hits: Vec<Hit>,
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    match people(context) {
        Err(gap) => Ask { gaps: vec![gap], ..Ask::default() },
        // That there are none is the finding of the rule that counts them.
        Ok([]) if params.get_text("fault").as_deref() != Some("few") => {
            let reason = "`test_people:` of the mapping names nobody".to_owned();
            Ask {
                gaps: vec![Gap { subject: "mapping:test_people".to_owned(), reason, column: None }],
                ..Ask::default()
            }
        }
        Ok(people) => {
            let told = told(context, people, params, answers);
            Ask { questions: told.questions, subjects: people.len().max(1), gaps: told.gaps }
        }
    }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    people(context).map(|people| told(context, people, params, answers).hits).unwrap_or_default()
}

fn told(context: &Context<'_>, people: &[TestPerson], params: &Node, answers: &Answers) -> Told {
    match params.get_text("fault").as_deref() {
        Some("few") => few(context, people, answers),
        Some("differs") => test_values::told(context, people, answers),
        Some("several") => several(context, people, answers),
        _ => test_cohort::told(context, people, answers),
    }
}

/// The people that the mapping names; why there are none where it names none.
fn people<'a>(context: &Context<'a>) -> Result<&'a [TestPerson], Gap> {
    let mapping = context.mapping.ok_or_else(no_mapping)?;
    match mapping.document.root.get("test_people") {
        Some(_) => Ok(&mapping.test_people),
        None => Err(Gap {
            subject: "mapping:test_people".to_owned(),
            reason: "the mapping names no test people: it needs `test_people:`, which `crmlint sample` proposes"
                .to_owned(),
            column: None,
        }),
    }
}

/// The attribute by which a person is named first, and how reports show its value.
pub(super) fn shown(mapping: &Mapping, person: &TestPerson) -> String {
    let named = |person: &TestPerson| {
        let (key, value) = &person.keys[0];
        format!("{} {}", key.text, masking::key(value.text.trim()))
    };
    let own = named(person);
    // Masked alike, they are told apart by their lines.
    let twins = mapping.test_people.iter().filter(|other| named(other) == own).count();
    if twins > 1 { format!("{own} (line {})", person.mark.line) } else { own }
}

pub(super) fn subject(mapping: &Mapping, person: &TestPerson) -> Subject {
    Subject { dataset: None, name: format!("{PREFIX}{}", shown(mapping, person)) }
}

/// A hit about one person.
pub(super) fn hit(context: &Context<'_>, person: &TestPerson, statement: String) -> Hit {
    let Some(mapping) = context.mapping else { return Hit::default() };
    Hit {
        people: 1,
        shows: Shows::Nothing,
        action: None,
        ..Hit::entry(subject(mapping, person), Some(mapping.document.place(person.mark)), statement, String::new())
    }
}

fn few(context: &Context<'_>, people: &[TestPerson], answers: &Answers) -> Told {
    let roll = roll(context, people, Vec::new());
    let known = found(answers, &roll);
    let mut told = Told::default();
    // Without exports of people only the names tell who is who.
    if !roll.datasets.is_empty() {
        told.questions.push(Question::Roll(roll.clone()));
    }
    let named = persons(context, people, known.unwrap_or_default());
    let Some(mapping) = context.mapping.filter(|_| named < FEWEST) else { return told };
    let place = mapping.document.root.get("test_people").map(|node| mapping.document.place(node.mark));
    let statement =
        format!("The mapping names {}, and {FEWEST} are needed.", counted(named as u64, "test person", "test people"));
    let action = "Add people until there are ten: crmlint sample proposes them, one of each group.".to_owned();
    told.hits.push(Hit::entry(Subject::entry("mapping", "test_people"), place, statement, action));
    told
}

/// How many people the entries name. Two entries are one person where they share a name, or where the records of one are
/// those of the other: named once by address and once by id, somebody still counts once.
fn persons(context: &Context<'_>, people: &[TestPerson], known: &[Found]) -> usize {
    let nobody = Found::new();
    let found = known.iter().chain(std::iter::repeat(&nobody));
    let mut groups: Vec<BTreeSet<Mark>> = Vec::new();
    for (person, found) in people.iter().zip(found) {
        let mut own = marks(context, person, found);
        let (same, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| !group.is_disjoint(&own));
        own.extend(same.into_iter().flatten());
        groups = others;
        groups.push(own);
    }
    groups.len()
}

/// What tells a person from others: a dataset and a record of it, or an attribute and its value.
type Mark = (bool, String, String);

/// Where somebody has Zoho contacts, those tell: a profile may be shared by people of one address.
fn marks(context: &Context<'_>, person: &TestPerson, found: &Found) -> BTreeSet<Mark> {
    let names = person.keys.iter().map(|(key, value)| {
        let value = form(context, &key.text).of(&value.text).unwrap_or_else(|| value.text.clone());
        (false, key.text.clone(), value)
    });
    let home = context.zoho("contacts").filter(|home| found.get(&home.name).is_some_and(|own| !own.is_empty()));
    let told = found.iter().filter(|(dataset, _)| home.is_none_or(|home| home.name == **dataset));
    let records = told.flat_map(|(dataset, own)| own.iter().map(|own| (true, dataset.clone(), own.key.clone())));
    names.chain(records).collect()
}

/// The form in which the values of a key count.
fn form(context: &Context<'_>, key: &str) -> Form {
    let attribute = context.mapping.and_then(|mapping| mapping.attribute(key));
    let is_email = key == "email" || attribute.is_some_and(|attribute| attribute.is_role("email"));
    if is_email { Form::Address } else { Form::Identifier }
}

/// Every column that may hold the value of a key.
fn columns(context: &Context<'_>, key: &str) -> Vec<Column> {
    let mut columns: Vec<Column> = context.on_profile(key).into_iter().collect();
    let mapping = context.mapping.into_iter();
    let declared = mapping.flat_map(|mapping| mapping.canonical.iter().chain(&mapping.also));
    let sources = declared.filter(|own| own.attribute.text == key).filter_map(|own| own.source.as_ref());
    columns.extend(sources.filter_map(|path| context.resolve(path).ok()));
    if form(context, key) == Form::Address {
        columns.extend(context.people().filter_map(|dataset| context.email(dataset).ok()));
    }
    columns.sort();
    columns.dedup();
    columns
}

/// The question for the records of all test people.
pub(super) fn roll(context: &Context<'_>, people: &[TestPerson], cells: Vec<Column>) -> Roll {
    let mut known: BTreeMap<&str, Vec<Column>> = BTreeMap::new();
    let named = people.iter().map(|person| {
        let values = person.keys.iter().flat_map(|(key, value)| {
            let columns = known.entry(key.text.as_str()).or_insert_with(|| columns(context, &key.text)).clone();
            let form = form(context, &key.text);
            let value = form.of(&value.text);
            columns.into_iter().filter_map(move |column| Some(Name { column, form, value: value.clone()? }))
        });
        values.collect::<Vec<_>>()
    });
    let people = named.collect();
    let contacts = context.zoho("contacts").map(|dataset| dataset.name.clone());
    let profiles = context.profiles().map(|dataset| dataset.name.clone());
    let datasets = context.people().map(|dataset| dataset.name.clone()).collect();
    Roll { people, datasets, linked: contacts.zip(profiles), cells, tests: Vec::new() }
}

/// What was found of each person; nothing before it is answered.
pub(super) fn found<'b>(answers: &'b Answers, roll: &Roll) -> Option<&'b [Found]> {
    match answers.get(&Question::Roll(roll.clone())) {
        Some(Answer::Roll(found)) => Some(found),
        _ => None,
    }
}

/// What stands in the way of knowing anybody's profile.
pub(super) fn blind(context: &Context<'_>) -> Vec<Gap> {
    let Some(profiles) = context.profiles() else { return vec![no_profiles("mapping:test_people")] };
    let mut gaps = context.identifier_gaps();
    gaps.extend(context.email(profiles).err());
    if context.zoho("contacts").is_none() {
        let reason = "no export of Zoho contacts was given".to_owned();
        gaps.push(Gap { subject: "zoho.contacts".to_owned(), reason, column: None });
    }
    gaps
}

fn several(context: &Context<'_>, people: &[TestPerson], answers: &Answers) -> Told {
    let gaps = blind(context);
    let Some(profiles) = context.profiles().filter(|_| gaps.is_empty()) else {
        return Told { gaps, ..Told::default() };
    };
    let roll = roll(context, people, Vec::new());
    let mut told = Told { questions: vec![Question::Roll(roll.clone())], ..Told::default() };
    let Some(found) = found(answers, &roll) else { return told };
    let of = |found: &Found| found.get(&profiles.name).map_or(0, Vec::len);
    if !found.iter().any(|found| of(found) > 0) {
        let reason = format!("no test person has a profile in {}", profiles.name);
        told.gaps.push(Gap { subject: "mapping:test_people".to_owned(), reason, column: None });
    }
    for (person, found) in people.iter().zip(found).filter(|(_, found)| of(found) > 1) {
        let Some(mapping) = context.mapping else { continue };
        let records = &found[&profiles.name];
        let statement = format!("Test person {} has {} profiles.", shown(mapping, person), records.len());
        let row = |record: &crate::facts::Record| Row {
            dataset: profiles.name.clone(),
            key: record.key.clone(),
            ..Row::default()
        };
        let rows = records.len() as u64;
        let samples = records.iter().map(row).collect();
        told.hits.push(Hit { rows, total: rows, samples, ..hit(context, person, statement) });
    }
    told
}
