//! Lifecycle stages that are blank while nobody said what a blank means.

use super::context::{Context, filled, no_mapping};
use super::{Ask, Kind, Stage};
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Pick, Question, Scope};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::mapping::Attribute;
use crate::shape::Shape;
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "enum-blank",
    about: "blank lifecycle stages without a declared default",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// A column with the records of it that count.
struct Looked {
    column: Column,
    question: Question,
}

fn lifecycle<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Attribute> {
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    attributes.filter(|attribute| attribute.role.as_deref() == Some("lifecycle"))
}

fn looked(attribute: &Attribute, column: Column, scope: Scope) -> Looked {
    let shapes = [shape::MISSING.to_owned()].into();
    let pick = Pick::Shaped { column: column.clone(), lens: filled(&attribute.missing), shapes, scope };
    Looked { column, question: Question::Listing(pick) }
}

/// The first source, its records in the scope of the module.
fn at_source(context: &Context<'_>, attribute: &Attribute) -> Result<Option<Looked>, Vec<Gap>> {
    let Some(from) = attribute.from.first() else {
        let reason = format!("the mapping names no source of {}", attribute.name);
        return Err(vec![Gap { subject: attribute.name.clone(), reason, column: None }]);
    };
    // What comes through a lookup is a record of something else: a person without one has no blank.
    if !from.helpers.is_empty() {
        return Ok(None);
    }
    let Some(path) = &from.column else {
        let reason = format!("`{}` names no column of an export", from.spot.text);
        return Err(vec![Gap { subject: attribute.name.clone(), reason, column: None }]);
    };
    let column = context.resolve(path).map_err(|gap| vec![gap])?;
    let module = column.dataset.split_once('.').map_or("", |(_, module)| module);
    let scoped = context.zoho(module).filter(|dataset| dataset.name == column.dataset);
    let filter = scoped.and_then(|_| context.module(module));
    let gaps = filter.map(|filter| context.filter_gaps(filter)).unwrap_or_default();
    if !gaps.is_empty() {
        return Err(gaps);
    }
    let scope = filter.map_or(Scope::All, |filter| Scope::Where(filter.clone()));
    Ok(Some(looked(attribute, column, scope)))
}

/// The profile, as far as it belongs to a contact.
fn on_profile(context: &Context<'_>, attribute: &Attribute) -> Result<Looked, Vec<Gap>> {
    let column = context.on_profile(&attribute.name).map_err(|gap| vec![gap])?;
    let Some(contacts) = context.zoho("contacts") else {
        let reason = "no export of Zoho contacts was given".to_owned();
        return Err(vec![Gap { subject: "zoho.contacts".to_owned(), reason, column: None }]);
    };
    let blind = context.identifier_gaps();
    if !blind.is_empty() {
        return Err(blind);
    }
    Ok(looked(attribute, column, Scope::Linked(vec![contacts.name.clone()])))
}

fn plan(context: &Context<'_>, attribute: &Attribute) -> (Vec<Looked>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    match at_source(context, attribute) {
        Ok(source) => found.extend(source),
        Err(missing) => gaps.extend(missing),
    }
    match on_profile(context, attribute) {
        Ok(profile) => found.push(profile),
        Err(missing) => gaps.extend(missing),
    }
    (found, gaps)
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    if context.mapping.is_none() {
        return Ask { gaps: vec![no_mapping()], ..Ask::default() };
    }
    let mut ask = Ask::default();
    for attribute in lifecycle(context) {
        // A declared default is what the rule wants.
        if attribute.default.is_some() {
            ask.subjects += 1;
            continue;
        }
        let (found, gaps) = plan(context, attribute);
        ask.subjects += found.len();
        ask.gaps.extend(gaps);
        for Looked { column, question } in found {
            if let Some(Answer::Rows { rows: 0, .. }) = answers.get(&question) {
                let subject = format!("{}.{}", column.dataset, context.label(&column));
                let reason = format!("no record of {} is in scope", column.dataset);
                ask.gaps.push(Gap { subject, reason, column: None });
            }
            ask.questions.push(question);
        }
    }
    if ask.subjects == 0 && ask.gaps.is_empty() {
        let reason = "no attribute of the mapping has the role lifecycle".to_owned();
        ask.gaps.push(Gap { subject: "mapping:attributes".to_owned(), reason, column: None });
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let open = lifecycle(context).filter(|attribute| attribute.default.is_none());
    let found =
        open.flat_map(|attribute| plan(context, attribute).0.into_iter().map(move |looked| (attribute, looked)));
    found.filter_map(|(attribute, looked)| hit(context, answers, attribute, &looked)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, attribute: &Attribute, looked: &Looked) -> Option<Hit> {
    let Some(Answer::Rows { rows, met }) = answers.get(&looked.question) else { return None };
    if met.rows == 0 {
        return None;
    }
    let (column, label) = (&looked.column, context.label(&looked.column));
    let (blank, share) = (counted(met.rows, "record", "records"), percent(met.rows, *rows));
    Some(Hit {
        subject: Subject::column(&column.dataset, label),
        rows: met.rows,
        total: *rows,
        people: met.people,
        statement: format!("`{label}` is blank in {blank} ({share}), and {} has no default.", attribute.name),
        samples: met.samples.iter().map(|sample| context.row(column, sample.clone(), None)).collect(),
        shows: if context.is_sensitive(column) { Shows::Nothing } else { Shows::Words },
        ..Hit::default()
    })
}
