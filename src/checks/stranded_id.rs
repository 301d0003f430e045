//! Profiles whose Zoho id no record has any more, though the record that took its place is known.

use super::context::{Context, no_mapping, no_profiles};
use super::identifier::is_address;
use super::repeats::no_contacts;
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Column, Question};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::mapping::Mapping;
use crate::shape::Shape;
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "stranded-id",
    about: "ids of Zoho records that are gone, on profiles whose person is still there",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// What joins a lead to the contact that it became.
const CONVERTED: &str = "Converted Contact.id";

/// The column of ids, the question, and what it leaves open.
type Plan = (Column, Question, Vec<Gap>);

fn plan(context: &Context<'_>) -> Result<Plan, Vec<Gap>> {
    let mapping = context.mapping.ok_or_else(|| vec![no_mapping()])?;
    let profiles = context.profiles().ok_or_else(|| vec![no_profiles("customerio.people")])?;
    let contacts = context.zoho("contacts").ok_or_else(|| vec![no_contacts("zoho.contacts")])?;
    let column = canonical(context, mapping)?;
    let blind = context.identifier_gaps();
    if !blind.is_empty() {
        return Err(blind);
    }
    context.email(contacts).and(context.email(profiles)).map_err(|gap| vec![gap])?;
    let mut gaps = Vec::new();
    let leads = context.zoho("leads");
    let reason = match leads {
        None if context.module_becomes("leads") == Some("people") => {
            "leads become people, and no export of them was given".to_owned()
        }
        Some(leads) if leads.find(CONVERTED).is_none() => format!("{} has no column `{CONVERTED}`", leads.name),
        _ => String::new(),
    };
    if !reason.is_empty() {
        gaps.push(Gap { subject: "zoho.leads".to_owned(), reason, column: None });
    }
    let question = Question::Stranded {
        column: column.clone(),
        parent: contacts.name.clone(),
        child: leads.map(|leads| leads.name.clone()),
    };
    Ok((column, question, gaps))
}

/// The attribute that holds the record ids of Zoho.
fn canonical(context: &Context<'_>, mapping: &Mapping) -> Result<Column, Vec<Gap>> {
    let gap =
        |reason: &str| vec![Gap { subject: "mapping:identity".to_owned(), reason: reason.to_owned(), column: None }];
    let Some(key) = &mapping.canonical else { return Err(gap("the mapping declares no canonical identifier")) };
    let contacts = context.zoho("contacts");
    let source = key.source.as_ref().and_then(|path| context.resolve(path).ok());
    let own = source.is_none_or(|source| contacts.is_some_and(|dataset| dataset.key == Some(source.index)));
    if is_address(mapping) || !own {
        return Err(gap("the mapping joins people by something else than the record id of Zoho contacts"));
    }
    context.on_profile(&key.attribute.text).map_err(|gap| vec![gap])
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    match plan(context) {
        Ok((_, question, gaps)) => Ask { subjects: 1, questions: vec![question], gaps },
        Err(gaps) => Ask { gaps, ..Ask::default() },
    }
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok((column, question, _)) = plan(context) else { return Vec::new() };
    let Some(Answer::Rows { rows, met }) = answers.get(&question) else { return Vec::new() };
    if met.rows == 0 {
        return Vec::new();
    }
    let label = context.label(&column);
    let statement = format!(
        "{} a `{label}` that no Zoho contact has any more, although the contact that took its place is known ({}).",
        counted(met.rows, "profile carries", "profiles carry"),
        percent(met.rows, *rows)
    );
    vec![Hit {
        subject: Subject::column(&column.dataset, label),
        rows: met.rows,
        total: *rows,
        people: met.people,
        statement,
        samples: met.samples.iter().map(|sample| context.row(&column, sample.clone(), None)).collect(),
        shows: Shows::Nothing,
        ..Hit::default()
    }]
}
