//! People who have more profiles than at the snapshot: an update that should have changed one made another.

use std::collections::BTreeSet;

use super::context::{Context, no_profiles};
use super::history::earlier_dataset;
use super::repeats::no_contacts;
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Gained, Named, Question};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::frames::normalize::Form;
use crate::shape::{Shape, required};
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "gained-profile",
    about: "people who have more profiles than at the snapshot",
    params: Shape::Object(&[required(
        "of",
        Shape::Word(&["contacts", "test-people"]),
        "contacts: of Zoho contacts that were there before; test-people: of those that the mapping names",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Profiles then and now. An address is no id by which a profile stays the same.
fn profiles(context: &Context<'_>) -> Result<(String, String), Gap> {
    let Some(profiles) = context.profiles() else { return Err(no_profiles("customerio.people")) };
    let before = earlier_dataset(context, &profiles.name)?;
    if profiles.key.is_some_and(|key| profiles.columns[key].label == "email") {
        let reason =
            "profiles carry neither `cio_id` nor `id`, so new ones cannot be told from changed ones".to_owned();
        return Err(Gap { subject: profiles.name.clone(), reason, column: None });
    }
    Ok((profiles.name.clone(), before))
}

fn question(context: &Context<'_>, params: &Node) -> Result<Question, Vec<Gap>> {
    let test = params.get_text("of").as_deref() == Some("test-people");
    let named = if test { named(context)? } else { Vec::new() };
    let (profiles, before) = profiles(context).map_err(|gap| vec![gap])?;
    let mut gaps = context.identifier_gaps();
    let mut records = None;
    if !test {
        match context.zoho("contacts") {
            None => gaps.push(no_contacts("zoho.contacts")),
            Some(contacts) => match earlier_dataset(context, &contacts.name) {
                Ok(then) => records = Some((contacts.name.clone(), then)),
                Err(gap) => gaps.push(gap),
            },
        }
    }
    if !gaps.is_empty() {
        return Err(gaps);
    }
    Ok(Question::Gained(Gained { profiles, before, records, named }))
}

/// The keys of test people, by the attribute of the profile that holds them.
fn named(context: &Context<'_>) -> Result<Vec<Named>, Vec<Gap>> {
    let people = context.mapping.map(|mapping| mapping.test_people.as_slice()).unwrap_or_default();
    if people.is_empty() {
        let reason = "the mapping names no test people (`test_people:`)".to_owned();
        return Err(vec![Gap { subject: "mapping:test_people".to_owned(), reason, column: None }]);
    }
    let mut found: Vec<Named> = Vec::new();
    for (key, text) in people.iter().flat_map(|person| &person.keys) {
        let Ok(column) = context.on_profile(&key.text) else { continue };
        let form = if key.text == "email" { Form::Address } else { Form::Identifier };
        let Some(value) = form.of(&text.text) else { continue };
        match found.iter_mut().find(|(index, ..)| *index == column.index) {
            Some((.., values)) => drop(values.insert(value)),
            None => found.push((column.index, form, BTreeSet::from([value]))),
        }
    }
    if found.is_empty() {
        let reason = "no profile has an attribute by which the mapping names its test people".to_owned();
        return Err(vec![Gap { subject: "mapping:test_people".to_owned(), reason, column: None }]);
    }
    Ok(found)
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let question = match question(context, params) {
        Ok(question) => question,
        Err(gaps) => return Ask { gaps, ..Ask::default() },
    };
    let nobody = matches!(answers.get(&question), Some(Answer::Rows { rows: 0, .. }));
    let gap = || Gap {
        subject: "customerio.people".to_owned(),
        reason: "none of the people in question had a profile at the snapshot and has one today".to_owned(),
        column: None,
    };
    let gaps = nobody.then(gap).into_iter().collect();
    Ask { subjects: usize::from(!nobody), questions: vec![question], gaps }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok(question) = question(context, params) else { return Vec::new() };
    let (Some(Answer::Rows { rows, met }), Question::Gained(asked)) = (answers.get(&question), &question) else {
        return Vec::new();
    };
    let row = |sample: &crate::facts::Sample| Row {
        dataset: asked.profiles.clone(),
        key: sample.key.clone(),
        other_key: sample.other.clone(),
        ..Row::default()
    };
    let whose = if asked.records.is_some() { "Zoho contacts" } else { "test people" };
    let statement = format!(
        "{} made since the snapshot for {whose} who had one already: {} of {}.",
        counted(met.rows, "profile was", "profiles were"),
        counted(met.people, "person", "people"),
        crate::text::count(*rows)
    );
    let hit = || Hit {
        subject: Subject::dataset(&asked.profiles),
        rows: met.rows,
        total: (*rows).max(met.rows),
        people: met.people,
        statement,
        samples: met.samples.iter().map(row).collect(),
        shows: Shows::Nothing,
        ..Hit::default()
    };
    if met.rows > 0 { vec![hit()] } else { Vec::new() }
}
