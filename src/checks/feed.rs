//! What feeds an attribute: several systems whose order nobody declared, or one that the declared order ranks lower.

use super::context::{Context, no_mapping};
use super::ownership::is_same;
use super::{Ask, Kind, Stage};
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::{Attribute, ColumnPath, From, Mapping};
use crate::shape::{Shape, required};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "feed",
    about: "source fields that write one attribute, against the declared order of systems",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["several-writers", "lower-ranked"]),
        "several-writers: more than one system, and no order that names them all; lower-ranked: written from a system \
         that does not come first in the order",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// The system that an entry reads, by the name of its source.
fn source(from: &From) -> Option<&str> {
    from.column.as_ref().map(ColumnPath::source)
}

/// Attributes that a fault can be about. Consent from a system that does not own it is a matter of CON004, and an owner
/// that does not come first is one of OWN002.
fn subjects<'a>(context: &Context<'_>, mapping: &'a Mapping, fault: &str) -> Vec<&'a Attribute> {
    let fed = mapping.attributes.iter().filter(|attribute| attribute.from.iter().any(|from| source(from).is_some()));
    let ranked = |attribute: &&Attribute| {
        let Some(first) = attribute.precedence.first() else { return false };
        let owner = attribute.owner.as_ref().map(|owner| owner.text.trim()).filter(|owner| !owner.is_empty());
        !attribute.is_consent() && owner.is_none_or(|owner| is_same(context, owner, first))
    };
    if fault == "several-writers" { fed.collect() } else { fed.filter(ranked).collect() }
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    let fault = params.get_text("fault").unwrap_or_default();
    let subjects = subjects(context, mapping, &fault).len();
    let reason = match fault.as_str() {
        "several-writers" => "no attribute of the mapping names a source column",
        _ => "no attribute of the mapping, consent aside, has a source and an order of systems (`precedence:`)",
    };
    let gap = Gap { subject: "mapping:attributes".to_owned(), reason: reason.to_owned(), column: None };
    Ask { subjects, gaps: if subjects == 0 { vec![gap] } else { Vec::new() }, questions: Vec::new() }
}

fn judge(context: &Context<'_>, params: &Node, _: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let fault = params.get_text("fault").unwrap_or_default();
    let attributes = subjects(context, mapping, &fault).into_iter();
    if fault == "several-writers" {
        attributes
            .filter_map(|attribute| {
                unordered(context, mapping, attribute).or_else(|| keyed(context, mapping, attribute))
            })
            .collect()
    } else {
        attributes.filter_map(|attribute| lower_ranked(context, mapping, attribute)).collect()
    }
}

fn entry(mapping: &Mapping, attribute: &Attribute, from: &From, statement: String, action: String) -> Hit {
    let subject = Subject::entry("mapping", &format!("attributes.{}", attribute.name));
    Hit::entry(subject, Some(mapping.document.place(from.spot.mark)), statement, action)
}

/// Systems that write on their own, one after the other, and no order that names each of them. Columns of one system are
/// read together, so their list is an order already.
fn unordered(context: &Context<'_>, mapping: &Mapping, attribute: &Attribute) -> Option<Hit> {
    let mut writers: Vec<(&str, &From)> = Vec::new();
    for from in &attribute.from {
        let Some(name) = source(from) else { continue };
        if !writers.iter().any(|(known, _)| is_same(context, known, name)) {
            writers.push((name, from));
        }
    }
    let ranked = |name: &str| attribute.precedence.iter().any(|system| is_same(context, system, name));
    let (_, second) = writers.get(1)?;
    let (left, from) = writers.iter().find(|(name, _)| !ranked(name))?;
    let names: Vec<String> = writers.iter().map(|(name, _)| (*name).to_owned()).collect();
    let all = names.join(" and ");
    let name = &attribute.name;
    if attribute.precedence.is_empty() {
        let statement = format!("`{name}` is written from {all}, and nothing says whose value counts.");
        let action =
            format!("Add `precedence: [{}]` in the order that is right, or remove a source.", names.join(", "));
        return Some(entry(mapping, attribute, second, statement, action));
    }
    let statement = format!("`{name}` is written from {all}, and its precedence leaves out {left}.");
    let action = format!("Give {left} its place under `precedence:` of `{name}`, or remove the source.");
    Some(entry(mapping, attribute, from, statement, action))
}

/// A key of people that `identity` reads from one column and the attribute's own entry from others.
fn keyed(context: &Context<'_>, mapping: &Mapping, attribute: &Attribute) -> Option<Hit> {
    let keys = mapping.canonical.iter().chain(&mapping.also);
    let path = keys.filter(|key| key.attribute.text == attribute.name).find_map(|key| key.source.as_ref())?;
    let paths: Vec<&ColumnPath> = attribute.from.iter().filter_map(|from| from.column.as_ref()).collect();
    if paths.iter().any(|own| is_one_column(context, own, path)) {
        return None;
    }
    let from = attribute.from.iter().find(|from| from.column.is_some())?;
    let statement =
        format!("`{}` is written from {}, while `identity` reads it from {path}.", attribute.name, from.spot.text);
    Some(entry(mapping, attribute, from, statement, "Name the same column at both places.".to_owned()))
}

/// The label and the API name are one column.
fn is_one_column(context: &Context<'_>, one: &ColumnPath, other: &ColumnPath) -> bool {
    one == other || matches!((context.resolve(one), context.resolve(other)), (Ok(one), Ok(other)) if one == other)
}

/// What is tried first is not what the order says comes first.
fn lower_ranked(context: &Context<'_>, mapping: &Mapping, attribute: &Attribute) -> Option<Hit> {
    let first = attribute.precedence.first()?;
    let from = attribute.from.iter().find(|from| source(from).is_some())?;
    let writer = source(from).filter(|writer| !is_same(context, writer, first))?;
    let also = attribute.from.iter().filter_map(source).any(|other| is_same(context, other, first));
    let name = &attribute.name;
    let (statement, action) = if also {
        (
            format!("`{name}` is written from {writer} before {first}, yet its precedence begins with {first}."),
            format!("Put the column of {first} first under `from:` of `{name}`, or correct the precedence."),
        )
    } else {
        (
            format!("`{name}` is written from {writer}, yet its precedence says that {first} comes first."),
            format!("Take `{name}` from {first}, leave it out of the sync of {writer}, or correct the precedence."),
        )
    };
    Some(entry(mapping, attribute, from, statement, action))
}
