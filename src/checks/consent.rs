//! Consent: who is opted out where, who may say so, and values that Customer.io reads as the opposite of what was meant.

use std::collections::BTreeSet;

use super::context::{Context, no_mapping, no_profiles};
use super::{Ask, Kind, Stage};
use crate::exports::{Dataset, System};
use crate::facts::lenses::{shape, truth};
use crate::facts::{Answer, Answers, Column, Consent, Lens, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Part, Row, Subject};
use crate::frames::normalize::fold;
use crate::mapping::Attribute;
use crate::shape::{Shape, required};
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static CONFLICT: Kind = Kind {
    name: "consent-conflict",
    about: "consent at its owner against consent on the profile",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["mailable"]),
        "mailable: opted out at the owner, mailable in Customer.io",
    )]),
    stage: Stage::Facts { ask: ask_conflict, judge: judge_conflict },
};

pub(super) static SOURCE: Kind = Kind {
    name: "consent-source",
    about: "which systems the mapping lets write consent",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask: ask_source, judge: judge_source },
};

pub(super) static VALUE: Kind = Kind {
    name: "consent-value",
    about: "values of unsubscribed that Customer.io does not read as an opt-out",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask: ask_value, judge: judge_value },
};

fn attributes<'a>(context: &Context<'a>) -> Vec<&'a Attribute> {
    context
        .mapping
        .into_iter()
        .flat_map(|mapping| &mapping.attributes)
        .filter(|attribute| attribute.is_consent())
        .collect()
}

/// What a system's own consent column is called.
fn standard_name(system: System) -> Option<&'static str> {
    match system {
        System::Zoho => Some("Email Opt Out"),
        System::Shopify => Some("Accepts Email Marketing"),
        System::Klaviyo => Some("Email Marketing Consent"),
        System::CustomerIo | System::Generic => None,
    }
}

/// How the owner's values are read. Declared spellings go first; Shopify's flag alone cannot say no.
fn lens(attribute: &Attribute, owner: &Dataset) -> Result<Consent, Gap> {
    let declared: Vec<(String, bool)> = attribute
        .values
        .iter()
        .filter_map(|allowed| Some((fold(&allowed.source), truth(&allowed.attribute)?)))
        .collect();
    let gap = |reason: String| Gap { subject: format!("{}: {}", attribute.name, owner.name), reason, column: None };
    let declares_out = declared.iter().any(|(spelling, out)| *out && spelling != "true")
        || declared.iter().any(|(_, out)| *out) && owner.system != System::Shopify;
    match owner.system {
        _ if !declared.is_empty() && declares_out => Ok(Consent::Declared(declared)),
        System::Zoho => Ok(Consent::OptOutBox),
        System::Klaviyo => Ok(Consent::State),
        System::Shopify => Err(gap(format!(
            "`no` in {} means opted out or never asked; if it always means opted out in your shop, write `values: {{\"yes\": false, \"no\": true}}` under {}",
            owner.name, attribute.name
        ))),
        _ => Err(gap(format!(
            "how {} spells an opt-out is not declared; list it under `values:` of {}",
            owner.name, attribute.name
        ))),
    }
}

struct Conflict {
    left: Column,
    left_lens: Lens,
    right: Column,
}

impl Conflict {
    fn right_lens() -> Lens {
        Lens::Consent(Consent::Profile)
    }

    fn question(&self) -> Question {
        Question::Compare {
            left: self.left.clone(),
            left_lens: self.left_lens.clone(),
            right: self.right.clone(),
            right_lens: Self::right_lens(),
        }
    }

    /// Opted out at the owner, and not read as an opt-out by Customer.io.
    fn cells() -> BTreeSet<(String, String)> {
        [shape::IN, shape::SILENT, shape::UNREADABLE]
            .into_iter()
            .map(|right| (shape::OUT.to_owned(), right.to_owned()))
            .collect()
    }

    fn pick(&self) -> Pick {
        let Question::Compare { left, left_lens, right, right_lens } = self.question() else {
            return Pick::Values { column: self.left.clone(), values: BTreeSet::new() };
        };
        Pick::Pairs { left, left_lens, right, right_lens, cells: Self::cells() }
    }
}

fn conflict(context: &Context<'_>, attribute: &Attribute) -> Result<Option<Conflict>, Vec<Gap>> {
    let gap = |reason: String| vec![Gap { subject: attribute.name.clone(), reason, column: None }];
    let Some(profiles) = context.profiles() else { return Err(vec![no_profiles(&attribute.name)]) };
    let Some(owner) = &attribute.owner else {
        return Err(gap(format!("the mapping names no owner of {}", attribute.name)));
    };
    if owner.text == profiles.source || owner.text.eq_ignore_ascii_case("customerio") {
        return Ok(None);
    }
    let named = attribute
        .from
        .iter()
        .filter_map(|from| from.column.as_ref())
        .find(|path| path.source() == owner.text.to_lowercase());
    let dataset = match named {
        Some(path) => context.datasets.get(&path.dataset),
        None => context.source_of(&owner.text),
    };
    let Some(dataset) = dataset else {
        return Err(gap(format!("no export of {}, which owns {}, was given", owner.text, attribute.name)));
    };
    let left = match (named, standard_name(dataset.system)) {
        (Some(path), _) => context.resolve(path),
        (None, Some(name)) => context.standard(dataset, name),
        (None, None) => {
            return Err(gap(format!(
                "the mapping does not say which column of {} holds {}",
                dataset.name, attribute.name
            )));
        }
    };
    let right = context.on_profile(&attribute.name);
    let lens = lens(attribute, dataset);
    let addresses = [context.email(dataset).err(), context.email(profiles).err()];
    match (left, right, lens) {
        (Ok(left), Ok(right), Ok(lens)) if addresses.iter().all(Option::is_none) => {
            Ok(Some(Conflict { left, left_lens: Lens::Consent(lens), right }))
        }
        (left, right, lens) => {
            Err(addresses.into_iter().chain([left.err(), right.err(), lens.err()]).flatten().collect())
        }
    }
}

fn ask_conflict(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    if context.mapping.is_none() {
        return Ask { gaps: vec![no_mapping()], ..Ask::default() };
    }
    let mut ask = Ask::default();
    for attribute in attributes(context) {
        match conflict(context, attribute) {
            Ok(Some(conflict)) => {
                ask.subjects += 1;
                ask.questions.push(conflict.question());
                context.list(&mut ask.questions, conflict.pick());
            }
            // Customer.io owns the flag itself: nothing can disagree with it.
            Ok(None) => ask.subjects += 1,
            Err(gaps) => ask.gaps.extend(gaps),
        }
    }
    ask
}

fn judge_conflict(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let hits = attributes(context).into_iter().filter_map(|attribute| {
        let conflict = conflict(context, attribute).ok()??;
        let Some(Answer::Compare { pairs, cells }) = answers.get(&conflict.question()) else { return None };
        let wanted = Conflict::cells();
        let mut whole = Tally::default();
        for (_, tally) in cells.iter().filter(|(cell, _)| wanted.contains(*cell)) {
            whole.merge(tally.clone(), crate::facts::local::SAMPLES);
        }
        if whole.rows == 0 {
            return None;
        }
        let owner = conflict.left.dataset.clone();
        let samples = context.listed(answers, &conflict.pick(), whole.samples);
        let rows = samples.into_iter().map(|sample| Row {
            suggestion: "true".to_owned(),
            detail: format!("{} at {owner}: {}", context.label(&conflict.left), sample.detail),
            ..context.row(&conflict.right, crate::facts::Sample { detail: String::new(), ..sample }, None)
        });
        Some(Hit {
            subject: Subject::column(&conflict.right.dataset, context.label(&conflict.right)),
            rows: whole.rows,
            total: *pairs,
            people: whole.people,
            statement: format!(
                "{} opted out in {owner} and still mailable in Customer.io ({} of {}).",
                counted(whole.people, "person is", "people are"),
                percent(whole.rows, *pairs),
                counted(*pairs, "linked pair", "linked pairs")
            ),
            action: None,
            parts: Vec::new(),
            samples: rows.collect(),
            place: None,
        })
    });
    hits.collect()
}

fn ask_source(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    if context.mapping.is_none() {
        return Ask { gaps: vec![no_mapping()], ..Ask::default() };
    }
    Ask { subjects: attributes(context).len(), ..Ask::default() }
}

fn judge_source(context: &Context<'_>, _: &Node, _: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let mut hits = Vec::new();
    for attribute in attributes(context) {
        let Some(owner) = &attribute.owner else { continue };
        let owners = [
            owner.text.to_lowercase(),
            context.source_of(&owner.text).map(|dataset| dataset.source.clone()).unwrap_or_default(),
        ];
        let foreign = attribute
            .from
            .iter()
            .filter(|from| from.column.as_ref().is_some_and(|path| !owners.contains(&path.source().to_owned())));
        let foreign: Vec<_> = foreign.collect();
        let Some(first) = foreign.first() else { continue };
        let names: Vec<String> = foreign.iter().map(|from| from.spot.text.clone()).collect();
        let statement = format!(
            "`{}` is owned by {}, but the mapping lets {} write it.",
            attribute.name,
            owner.text,
            crate::text::list(&names, 3)
        );
        let action = format!("Take {} out of `from:`, or make that system the owner.", crate::text::list(&names, 3));
        let place = Some(mapping.document.place(first.spot.mark));
        hits.push(Hit::entry(
            Subject::entry("mapping", &format!("attributes.{}", attribute.name)),
            place,
            statement,
            action,
        ));
    }
    hits
}

fn ask_value(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    match context.on_profile("unsubscribed") {
        Err(gap) => Ask { gaps: vec![gap], ..Ask::default() },
        Ok(column) => {
            let question = values(&column);
            let mut questions = Vec::new();
            if let Some(Answer::Values { values, .. }) = answers.get(&question) {
                context.list(&mut questions, Pick::Values { column, values: unreadable(values.keys()) });
            }
            questions.push(question);
            Ask { subjects: 1, questions, gaps: Vec::new() }
        }
    }
}

fn values(column: &Column) -> Question {
    Question::Values { column: column.clone(), cap: 100_000 }
}

fn unreadable<'a>(values: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    values.filter(|value| Consent::Profile.says(value) == shape::UNREADABLE).cloned().collect()
}

fn judge_value(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok(column) = context.on_profile("unsubscribed") else { return Vec::new() };
    let Some(Answer::Values { rows, values, .. }) = answers.get(&values(&column)) else { return Vec::new() };
    let wrong = unreadable(values.keys());
    if wrong.is_empty() {
        return Vec::new();
    }
    let mut whole = Tally::default();
    let mut parts = Vec::new();
    for value in &wrong {
        let tally = values.get(value).cloned().unwrap_or_default();
        parts.push(Part { label: value.clone(), rows: tally.rows, people: tally.people, suggestion: None });
        whole.merge(tally, crate::facts::local::SAMPLES);
    }
    parts.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.label.cmp(&other.label)));
    let (count, people) = (whole.rows, whole.people);
    let samples =
        context.listed(answers, &Pick::Values { column: column.clone(), values: wrong.clone() }, whole.samples);
    vec![Hit {
        subject: Subject::column(&column.dataset, context.label(&column)),
        rows: count,
        total: *rows,
        people,
        statement: format!(
            "{} of `unsubscribed` read as subscribed whatever they mean: {} ({}).",
            counted(wrong.len() as u64, "spelling", "spellings"),
            counted(count, "profile", "profiles"),
            percent(count, *rows)
        ),
        action: None,
        parts,
        samples: samples.into_iter().map(|sample| context.row(&column, sample, None)).collect(),
        place: None,
    }]
}
