//! Merges that would copy the opt-out of an empty profile onto a living one.

use std::collections::BTreeSet;

use super::context::{Context, no_profiles};
use super::reserved_name::is_reserved;
use super::{Ask, Kind, Stage};
use crate::exports::Dataset;
use crate::facts::{Answer, Answers, Column, Question};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::shape::Shape;
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "stub-merge",
    about: "profiles of one person of which an empty one is opted out by what the other leaves blank",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// The question, and what it leaves open.
fn plan(context: &Context<'_>) -> Result<(Column, Question, Vec<Gap>), Vec<Gap>> {
    let Some(profiles) = context.profiles() else { return Err(vec![no_profiles("customerio.people")]) };
    let mut gaps: Vec<Gap> = context.email(profiles).err().into_iter().collect();
    let key = context.mapping.and_then(|mapping| mapping.canonical.as_ref());
    gaps.extend(key.and_then(|key| context.on_profile(&key.attribute.text).err()));
    let consent = match context.on_profile("unsubscribed") {
        Ok(consent) if gaps.is_empty() => consent,
        Ok(_) => return Err(gaps),
        Err(gap) => return Err([gaps, vec![gap]].concat()),
    };
    let life = life(context, profiles);
    if life.is_empty() {
        let reason = format!("{} holds no attribute that tells a living profile from an empty one", profiles.name);
        return Err(vec![Gap { subject: profiles.name.clone(), reason, column: None }]);
    }
    // Without topics there is still the flag.
    let topics = profiles.columns.iter().position(|column| column.label == "cio_subscription_preferences");
    let question = Question::Stubs { consent: consent.clone(), topics, life };
    Ok((consent, question, gaps))
}

/// The columns of which a living profile fills one: keys of people and what is mapped, else whatever Customer.io does not
/// give a meaning of its own. A name or a stamp is soon written, and consent is what this is about.
fn life(context: &Context<'_>, profiles: &Dataset) -> Vec<usize> {
    const GREETING: [&str; 4] = ["name", "first_name", "last_name", "full_name"];
    let mapped = |label: &str| {
        context.mapping.is_none_or(|mapping| {
            let consent = mapping.attribute(label).is_some_and(|attribute| attribute.is_consent());
            mapping.names_attribute(label) && !mapping.is_stamp(label) && !consent
        })
    };
    let wanted = |label: &str| !is_reserved(label) && !GREETING.contains(&label) && mapped(label);
    let columns = profiles.columns.iter().enumerate();
    let found: BTreeSet<usize> = columns.filter(|(_, column)| wanted(&column.label)).map(|(index, _)| index).collect();
    found.into_iter().collect()
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    match plan(context) {
        Ok((_, question, gaps)) => Ask { subjects: 1, questions: vec![question], gaps },
        Err(gaps) => Ask { gaps, ..Ask::default() },
    }
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok((consent, question, _)) = plan(context) else { return Vec::new() };
    let Some(Answer::Repeats { rows, groups }) = answers.get(&question) else { return Vec::new() };
    if groups.count == 0 {
        return Vec::new();
    }
    let people = counted(groups.count, "person has", "people have");
    let statement = format!(
        "{people} an empty profile that is opted out beside one in use, which leaves that blank: a merge would copy the \
         opt-out."
    );
    vec![Hit {
        subject: Subject::column(&consent.dataset, context.label(&consent)),
        rows: groups.members.rows,
        total: *rows,
        people: groups.members.people,
        statement,
        samples: groups.members.samples.iter().map(|sample| context.row(&consent, sample.clone(), None)).collect(),
        shows: Shows::Words,
        ..Hit::default()
    }]
}
