//! Who owns a mapped field: nobody, or two systems at once.

use super::context::{Context, no_mapping};
use super::{Ask, Kind, Stage};
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::{Attribute, Mapping};
use crate::shape::{Shape, required};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "ownership",
    about: "mapped fields that no system owns, or two",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["no-owner", "key-no-owner", "two-owners"]),
        "no-owner: a field without an owner; key-no-owner: address, phone, consent or last purchase; two-owners: one \
         concept with two of them",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Roles that one system must decide.
const CONCEPTS: &[&str] = &["email", "phone", "consent", "last_purchase", "lifecycle", "tier"];

fn owner(attribute: &Attribute) -> Option<&str> {
    attribute.owner.as_ref().map(|owner| owner.text.trim()).filter(|owner| !owner.is_empty())
}

/// What an attribute is, where it is one of the things that systems fight over: by its role, else by its name.
fn concept(attribute: &Attribute) -> Option<&str> {
    if attribute.is_consent() {
        return Some("consent");
    }
    let by_name = || Some(attribute.name.as_str()).filter(|name| ["email", "phone"].contains(name));
    attribute.role.as_deref().or_else(by_name).filter(|concept| CONCEPTS.contains(concept))
}

/// Address, phone, consent and last purchase: whoever writes them wrongly reaches the wrong person, or nobody.
pub(super) fn is_key(attribute: &Attribute) -> bool {
    let named = |word: &str| attribute.name == word;
    let begins = |word: &str| attribute.name.starts_with(word);
    matches!(concept(attribute), Some("email" | "phone" | "consent" | "last_purchase"))
        || named("email")
        || named("phone")
        || begins("last_purchase")
        || begins("last_order")
}

/// The attributes that a fault is about.
fn subjects<'a>(mapping: &'a Mapping, fault: &str) -> Vec<&'a Attribute> {
    let wanted = |attribute: &&Attribute| match fault {
        "no-owner" => !is_key(attribute),
        "key-no-owner" => is_key(attribute),
        _ => owner(attribute).is_some(),
    };
    mapping.attributes.iter().filter(wanted).collect()
}

fn ask(context: &Context<'_>, params: &Node, _: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    let fault = params.get_text("fault").unwrap_or_default();
    let subjects = subjects(mapping, &fault).len();
    let reason = match fault.as_str() {
        "no-owner" => "the mapping holds no attribute beside address, phone, consent and last purchase",
        "key-no-owner" => "the mapping holds no attribute for address, phone, consent or last purchase",
        _ => "no attribute of the mapping names an owner",
    };
    let gap = Gap { subject: "mapping:attributes".to_owned(), reason: reason.to_owned(), column: None };
    Ask { subjects, gaps: if subjects == 0 { vec![gap] } else { Vec::new() }, questions: Vec::new() }
}

fn judge(context: &Context<'_>, params: &Node, _: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let fault = params.get_text("fault").unwrap_or_default();
    let attributes = subjects(mapping, &fault);
    if fault != "two-owners" {
        return attributes
            .into_iter()
            .filter_map(|attribute| match owner(attribute) {
                None => Some(unowned(mapping, attribute)),
                Some(owner) if !context.is_system(owner) => {
                    let statement =
                        format!("`{}` has no owner that is known: {}.", attribute.name, context.unknown_system(owner));
                    let action =
                        "Write the name of a source of crmlint.yaml, or add the system to `systems:` of the mapping.";
                    Some(entry(mapping, attribute, statement, action.to_owned()))
                }
                Some(_) => None,
            })
            .collect();
    }
    let hits = attributes.iter().enumerate().filter_map(|(at, attribute)| {
        let earlier = attributes[..at].iter().find_map(|earlier| shared(context, earlier, attribute));
        let said: Vec<String> = earlier.into_iter().chain(overruled(context, attribute)).collect();
        (!said.is_empty()).then(|| {
            let action = "Decide which system owns it, write that system at both places, and let the sync of the other \
                          leave it alone.";
            entry(mapping, attribute, said.join(" "), action.to_owned())
        })
    });
    hits.collect()
}

fn entry(mapping: &Mapping, attribute: &Attribute, statement: String, action: String) -> Hit {
    let subject = Subject::entry("mapping", &format!("attributes.{}", attribute.name));
    // The owner that is written is what has to change.
    let mark = attribute.owner.as_ref().map_or(attribute.mark, |owner| owner.mark);
    Hit::entry(subject, Some(mapping.document.place(mark)), statement, action)
}

fn unowned(mapping: &Mapping, attribute: &Attribute) -> Hit {
    let statement = format!("No system owns `{}`.", attribute.name);
    // The system that feeds it first is the likely owner, but only the team knows.
    let first = attribute.from.iter().find_map(|from| from.column.as_ref());
    let such = first.map_or_else(String::new, |path| format!(", such as `owner: {}`", path.source()));
    entry(mapping, attribute, statement, format!("Add the system whose value is right{such}."))
}

/// A concept in words.
fn told(concept: &str) -> &str {
    match concept {
        "email" => "the address",
        "phone" => "the phone number",
        "last_purchase" => "the last purchase",
        "lifecycle" => "the lifecycle stage",
        "tier" => "the tier",
        other => other,
    }
}

/// One concept, or one source column, in the hands of two owners.
fn shared(context: &Context<'_>, earlier: &Attribute, later: &Attribute) -> Option<String> {
    let (one, other) = (owner(earlier)?, owner(later)?);
    if is_same(context, one, other) {
        return None;
    }
    let why = match (concept(earlier), concept(later)) {
        (Some(concept), Some(same)) if concept == same => format!("both are the same: {}", told(concept)),
        _ if is_one_source(context, earlier, later) => "both are read from one column".to_owned(),
        _ => return None,
    };
    Some(format!("`{}` is owned by {other} and `{}` by {one}, yet {why}.", later.name, earlier.name))
}

/// An owner that is not the first of the systems whose value counts.
fn overruled(context: &Context<'_>, attribute: &Attribute) -> Option<String> {
    let (owner, first) = (owner(attribute)?, attribute.precedence.first()?);
    let said = || format!("`{}` is owned by {owner}, yet its precedence begins with {first}.", attribute.name);
    (!is_same(context, owner, first)).then(said)
}

/// Whether two names mean one system: a source may have a name of its own.
pub(super) fn is_same(context: &Context<'_>, one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || context.datasets.values().any(|dataset| context.owns(one, dataset) && context.owns(other, dataset))
}

fn is_one_source(context: &Context<'_>, one: &Attribute, other: &Attribute) -> bool {
    source_column(context, one).is_some_and(|path| source_column(context, other) == Some(path))
}

/// The column that an attribute copies, as dataset and label.
pub(super) fn source_column(context: &Context<'_>, attribute: &Attribute) -> Option<(String, String)> {
    // A lookup picks one of several records: two of them from one column are two things.
    let first = attribute.from.first().filter(|from| from.helpers.is_empty())?;
    let path = first.column.clone()?;
    // The label and the API name are one column.
    let label = context.resolve(&path).ok().map(|column| context.label(&column).to_owned());
    Some((path.dataset, label.unwrap_or(path.column)))
}
