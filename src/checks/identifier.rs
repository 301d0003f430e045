//! The canonical identifier: declared, filled, and no placeholder.

use std::collections::BTreeSet;

use super::context::{Context, filled, no_mapping};
use super::parts::gather;
use super::{Ask, Kind, Stage};
use crate::error::Place;
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Lens, Pick, Question};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::mapping::Mapping;
use crate::shape::{Shape, key, required};
use crate::text::{count, counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "identifier",
    about: "the canonical identifier and the addresses people are joined by",
    params: Shape::Object(&[
        required("fault", Shape::Word(&["undeclared", "blank", "placeholder", "thin"]), "which fault it names"),
        key("above", Shape::Share, "blank, thin: the share that is accepted, such as 2%"),
    ]),
    stage: Stage::Facts { ask, judge },
};

/// A column and the lens it is looked at through.
type Look = (Column, Lens);

fn blank(context: &Context<'_>, mapping: &Mapping) -> (Vec<Look>, Vec<Gap>) {
    let Some(key) = &mapping.canonical else { return (Vec::new(), vec![undeclared_gap()]) };
    let lens = || filled(&mapping.missing);
    let profile = Some(context.on_profile(&key.attribute.text));
    // An address that is canonical and missing in Zoho is a matter of its own: another identifier should be chosen.
    let source = key.source.as_ref().filter(|_| !is_address(mapping)).map(|path| context.resolve(path));
    let (found, gaps): (Vec<_>, Vec<_>) = source.into_iter().chain(profile).partition(Result::is_ok);
    (
        found.into_iter().filter_map(Result::ok).map(|column| (column, lens())).collect(),
        gaps.into_iter().filter_map(Result::err).collect(),
    )
}

fn undeclared_gap() -> Gap {
    Gap {
        subject: "mapping:identity".to_owned(),
        reason: "the mapping declares no canonical identifier".to_owned(),
        column: None,
    }
}

fn placeholders(context: &Context<'_>) -> (Vec<Look>, Vec<Gap>) {
    let (mut looks, mut gaps) = (Vec::new(), Vec::new());
    for dataset in context.people() {
        match context.email(dataset) {
            Ok(column) => looks.push((column, Lens::Address)),
            Err(gap) => gaps.push(gap),
        }
    }
    if let Some(mapping) = context.mapping {
        let (ids, more) = blank(context, mapping);
        looks.extend(ids.into_iter().map(|(column, _)| (column, Lens::Identifier)));
        gaps.extend(more.into_iter().filter(|gap| *gap != undeclared_gap()));
    }
    let mut seen = BTreeSet::new();
    looks.retain(|(column, _)| seen.insert(column.clone()));
    (looks, gaps)
}

/// Whether people are joined by their address.
pub(super) fn is_address(mapping: &Mapping) -> bool {
    let Some(key) = &mapping.canonical else { return false };
    let named = mapping.attribute(&key.attribute.text);
    key.attribute.text == "email" || named.is_some_and(|attribute| attribute.is_role("email"))
}

/// The address of Zoho contacts, where it is the canonical identifier.
fn thin(context: &Context<'_>, mapping: &Mapping) -> (Vec<Look>, Vec<Gap>) {
    let Some(key) = &mapping.canonical else { return (Vec::new(), vec![undeclared_gap()]) };
    if !is_address(mapping) {
        return (Vec::new(), Vec::new());
    }
    let column = match (key.source.as_ref(), context.zoho("contacts")) {
        (Some(path), _) => context.resolve(path),
        (None, Some(contacts)) => context.email(contacts),
        (None, None) => Err(super::repeats::no_contacts("zoho.contacts")),
    };
    match column {
        Ok(column) => (vec![(column, Lens::Address)], Vec::new()),
        Err(gap) => (Vec::new(), vec![gap]),
    }
}

fn looks(context: &Context<'_>, params: &Node) -> (Vec<Look>, Vec<Gap>) {
    match (params.get_text("fault").as_deref(), context.mapping) {
        (Some("placeholder"), _) => placeholders(context),
        (_, None) => (Vec::new(), vec![no_mapping()]),
        (Some("blank"), Some(mapping)) => blank(context, mapping),
        (Some("thin"), Some(mapping)) => thin(context, mapping),
        _ => (Vec::new(), Vec::new()),
    }
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let (looks, gaps) = looks(context, params);
    if params.get_text("fault").as_deref() == Some("undeclared") {
        return Ask { subjects: usize::from(context.mapping.is_some()), gaps, questions: Vec::new() };
    }
    let mut questions: Vec<Question> = looks.iter().map(question).collect();
    for look in &looks {
        if hit(context, params, look, answers).is_some() {
            questions.extend(Question::listing(pick(look, params)));
        }
    }
    // Where the address is not the identifier, nothing rests on how many have one: that was looked at.
    let other = fault(params) == "thin" && context.mapping.is_some_and(|mapping| mapping.canonical.is_some());
    Ask { subjects: if other { looks.len().max(1) } else { looks.len() }, questions, gaps }
}

fn fault(params: &Node) -> String {
    params.get_text("fault").unwrap_or_default()
}

/// The shapes that a fault is about.
fn wrong(params: &Node) -> &'static [&'static str] {
    match fault(params).as_str() {
        "blank" => &[shape::MISSING],
        // The names of address classes.
        "thin" => &["missing", "placeholder", "malformed"],
        _ => &[shape::PLACEHOLDER],
    }
}

fn question((column, lens): &Look) -> Question {
    Question::Shapes { column: column.clone(), lens: lens.clone() }
}

fn pick((column, lens): &Look, params: &Node) -> Pick {
    let shapes: BTreeSet<String> = wrong(params).iter().map(|name| (*name).to_owned()).collect();
    Pick::Shapes { column: column.clone(), lens: lens.clone(), shapes }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    if params.get_text("fault").as_deref() == Some("undeclared") {
        return context.mapping.into_iter().filter(|mapping| mapping.canonical.is_none()).map(undeclared).collect();
    }
    let (looks, _) = looks(context, params);
    looks.iter().filter_map(|look| hit(context, params, look, answers)).collect()
}

fn undeclared(mapping: &Mapping) -> Hit {
    let mark = mapping
        .document
        .root
        .entries()
        .iter()
        .find(|entry| entry.key == "identity")
        .map_or(mapping.document.root.mark, |entry| entry.mark);
    let place: Place = mapping.document.place(mark);
    let statement = "The mapping does not say which attribute is the canonical identifier.".to_owned();
    let action = "Write `identity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}` with your own names."
        .to_owned();
    Hit::entry(Subject::entry("mapping", "identity"), Some(place), statement, action)
}

fn hit(context: &Context<'_>, params: &Node, look: &Look, answers: &Answers) -> Option<Hit> {
    let (column, _) = look;
    let Some(Answer::Shapes { rows, shapes }) = answers.get(&question(look)) else { return None };
    let found = wrong(params).iter().filter_map(|name| Some((*name, Some(shapes.get(*name)?), None)));
    let (tally, _) = gather(found);
    let accepted = params.get_number("above").unwrap_or_default();
    if tally.rows == 0 || tally.rows as f64 <= accepted * *rows as f64 {
        return None;
    }
    let label = context.label(column);
    let share = percent(tally.rows, *rows);
    let records = counted(*rows, "record", "records");
    let statement = match fault(params).as_str() {
        "blank" => format!("{} of {records} have no `{label}`, the canonical identifier ({share}).", count(tally.rows)),
        "thin" => format!(
            "`{label}` is the canonical identifier, and {} of {records} have no usable address ({share}).",
            count(tally.rows)
        ),
        _ => {
            let placeholders = counted(tally.rows, "placeholder stands", "placeholders stand");
            format!("{placeholders} in `{label}` ({share} of {records}).")
        }
    };
    let listed = context.listed(answers, &pick(look, params), tally.clone());
    Some(Hit {
        severity: None,
        subject: Subject::column(&column.dataset, label),
        rows: listed.rows,
        total: *rows,
        people: listed.people,
        statement,
        action: None,
        parts: Vec::new(),
        samples: listed.samples.into_iter().map(|sample| context.row(column, sample, None)).collect(),
        place: None,
        shows: Shows::Nothing,
    })
}
