//! Groups of people that a choice of test people should have somebody of: whether the ones that were chosen do, and who
//! could be.

use std::collections::BTreeSet;

use super::context::Context;
use super::test_people::{Told, blind, found, roll};
use crate::exports::{Dataset, System};
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Cohort, Column, Consent, Drawn, Lens, Question, Stratum};
use crate::findings::{Gap, Hit, Part, Subject};
use crate::mapping::TestPerson;
use crate::text::counted;

/// Groups that a statement names.
const NAMED: usize = 4;

/// A group with its name.
pub(crate) type Group = (String, Stratum);

/// The groups that a choice of people should have somebody of, and what stands in the way of others.
pub(crate) fn groups(context: &Context<'_>, contacts: &Dataset) -> (Vec<Group>, Vec<Gap>) {
    let (mut groups, mut gaps) = (Vec::new(), Vec::new());
    match context.email(contacts) {
        Ok(column) => {
            let more = context.config.matching.domains.clone();
            groups.push(("a masked address".to_owned(), Stratum::Relay(column, more)));
        }
        Err(gap) => gaps.push(gap),
    }
    match context.zoho("deals") {
        Some(deals) => groups.push(("several deals".to_owned(), Stratum::Several(deals.name.clone()))),
        None => gaps.push(lacking("zoho.deals", "no export of Zoho deals was given")),
    }
    match opted_out(context, contacts) {
        Ok(stratum) => groups.push(("an opt-out".to_owned(), stratum)),
        Err(gap) => gaps.push(gap),
    }
    match stages(context, contacts) {
        Ok(stages) => groups.extend(stages),
        Err(gap) => gaps.push(gap),
    }
    let others = context.people().filter(|dataset| !matches!(dataset.system, System::Zoho | System::CustomerIo));
    groups
        .extend(others.map(|dataset| (format!("a record in {}", dataset.name), Stratum::Within(dataset.name.clone()))));
    (groups, gaps)
}

fn lacking(subject: &str, reason: &str) -> Gap {
    Gap { subject: subject.to_owned(), reason: reason.to_owned(), column: None }
}

fn opted_out(context: &Context<'_>, contacts: &Dataset) -> Result<Stratum, Gap> {
    let shaped = |column: Column, consent| Stratum::Shaped(column, Lens::Consent(consent), shape::OUT.to_owned());
    match context.on_profile("unsubscribed") {
        Ok(column) => Ok(shaped(column, Consent::Profile)),
        Err(gap) => match contacts.find("Email Opt Out") {
            Some(index) => Ok(shaped(Column { dataset: contacts.name.clone(), index }, Consent::OptOutBox)),
            None => Err(gap),
        },
    }
}

/// A group a stage, on the profile; at the source where the profile has none.
fn stages(context: &Context<'_>, contacts: &Dataset) -> Result<Vec<Group>, Gap> {
    let mut attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let Some(attribute) = attributes.find(|attribute| attribute.is_role("lifecycle")) else {
        return Err(lacking("mapping:attributes", "no attribute of the mapping has the role lifecycle"));
    };
    if attribute.values.is_empty() {
        let reason = format!("{} lists no values, so nobody knows which stages there are", attribute.name);
        return Err(lacking(&attribute.name, &reason));
    }
    let mut sources = attribute.from.iter().filter_map(|from| context.resolve(from.column.as_ref()?).ok());
    let source = sources.find(|column| column.dataset == contacts.name);
    let (column, profile) = match (context.on_profile(&attribute.name), source) {
        (Ok(column), _) => (column, true),
        (Err(_), Some(column)) => (column, false),
        (Err(gap), None) => return Err(gap),
    };
    let group = |allowed: &crate::mapping::Allowed| {
        let text = if profile { &allowed.attribute } else { &allowed.source };
        let mut texts: BTreeSet<String> = [text.clone()].into();
        if !profile {
            texts.extend(allowed.aliases.iter().cloned());
        }
        (format!("the stage {}", allowed.attribute), Stratum::Holds(column.clone(), texts))
    };
    Ok(attribute.values.iter().map(group).collect())
}

/// The question for these groups.
pub(crate) fn cohort(
    context: &Context<'_>,
    contacts: &Dataset,
    groups: &[Group],
    among: BTreeSet<String>,
    keep: usize,
) -> Cohort {
    let module = context.module("contacts").filter(|filter| context.filter_gaps(filter).is_empty());
    Cohort {
        base: contacts.name.clone(),
        filter: module.cloned(),
        profiles: context.profiles().map(|profiles| profiles.name.clone()),
        strata: groups.iter().map(|(_, stratum)| stratum.clone()).collect(),
        among,
        keep,
    }
}

pub(super) fn told(context: &Context<'_>, people: &[TestPerson], answers: &Answers) -> Told {
    let gaps = blind(context);
    let Some(contacts) = context.zoho("contacts").filter(|_| gaps.is_empty()) else {
        return Told { gaps, ..Told::default() };
    };
    let (groups, gaps) = groups(context, contacts);
    let roll = roll(context, people, Vec::new());
    let mut told = Told { questions: vec![Question::Roll(roll.clone())], gaps, hits: Vec::new() };
    let Some(found) = found(answers, &roll) else { return told };
    let records = found.iter().filter_map(|found| found.get(&contacts.name)).flatten();
    let among: BTreeSet<String> = records.map(|record| record.key.clone()).collect();
    if among.is_empty() {
        told.gaps.push(lacking("mapping:test_people", &format!("no test person is in {}", contacts.name)));
        return told;
    }
    let cohort = cohort(context, contacts, &groups, among, 0);
    if let Some(filter) = &cohort.filter {
        let (questions, blank) = context.unfilled(&filter.expr, answers);
        told.questions.extend(questions);
        told.gaps.extend(blank);
    }
    let question = Question::Cohort(cohort);
    if let Some(Answer::Cohort(drawn)) = answers.get(&question) {
        told.hits.extend(narrow(context, &groups, drawn));
    }
    told.questions.push(question);
    told
}

/// The groups that exist and that no test person is in.
fn narrow(context: &Context<'_>, groups: &[Group], drawn: &[Drawn]) -> Option<Hit> {
    let mapping = context.mapping?;
    let there = || groups.iter().zip(drawn).filter(|(_, drawn)| drawn.people > 0);
    let absent: Vec<(&String, u64)> =
        there().filter(|(_, drawn)| drawn.among == 0).map(|((name, _), drawn)| (name, drawn.people)).collect();
    if absent.is_empty() {
        return None;
    }
    let names: Vec<&str> = absent.iter().take(NAMED).map(|(name, _)| name.as_str()).collect();
    let more = absent.len().saturating_sub(NAMED);
    let tail = if more > 0 { format!(", and {more} more") } else { String::new() };
    let statement = format!(
        "No test person has {}{tail}: {} of {} that the exports hold.",
        names.join(", nor "),
        absent.len(),
        counted(there().count() as u64, "group of people", "groups of people")
    );
    let parts = absent.iter().map(|(name, people)| Part {
        label: (*name).clone(),
        rows: *people,
        people: *people,
        suggestion: None,
    });
    let place = mapping.document.root.get("test_people").map(|node| mapping.document.place(node.mark));
    let action = "Add one person of each of these groups: crmlint sample proposes them.".to_owned();
    Some(Hit {
        rows: absent.len() as u64,
        total: there().count() as u64,
        parts: parts.collect(),
        ..Hit::entry(Subject::entry("mapping", "test_people"), place, statement, action)
    })
}
