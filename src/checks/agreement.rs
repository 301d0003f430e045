//! Profiles against the records they come from: values that differ from the source, and values that another system than
//! the owner has written.

use super::context::{Context, no_mapping, no_profiles};
use super::lag::{HoldBack, hold_back};
use super::other_systems::{phones, times};
use super::timestamp::is_birthday;
use super::{Ask, Kind, Stage};
use crate::exports::System;
use crate::facts::lenses::truth;
use crate::facts::{Agreement, Answer, Answers, Blank, Column, Held, Question, Reading, Times};
use crate::findings::{Gap, Hit, Part, Row, Shows, Subject};
use crate::mapping::spelling::Spellings;
use crate::mapping::{Attribute, ColumnPath};
use crate::shape::{Shape, required};
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "agreement",
    about: "values of profiles against those of the records they come from",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["stale", "foreign", "older"]),
        "stale: not the source's value; foreign: the value of a system that does not own the field; older: the same, where \
         times say that the owner's is newer",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Two columns of one attribute that should say the same.
struct Plan<'a> {
    attribute: &'a Attribute,
    left: Column,
    right: Column,
    reading: Reading,
    also: Vec<Column>,
    /// Whether values of those columns are left out: they are another rule's matter.
    spare: bool,
    /// When the records of both sides were changed, where they tell.
    times: Option<Times>,
    lag: Vec<Question>,
    hold_back: HoldBack,
}

impl Plan<'_> {
    /// The question about the pairs; none before it is known which of them are too fresh.
    fn question(&self) -> Option<Question> {
        let elsewhere = self.attribute.from.len() > 1;
        let blank = match &self.attribute.default {
            _ if elsewhere => Blank::Nothing,
            Some(default) => Blank::Default(default.clone()),
            None => Blank::Itself,
        };
        let plain = (!self.hold_back.is_open()).then(|| Question::Agree {
            left: self.left.clone(),
            right: self.right.clone(),
            reading: self.reading.clone(),
            missing: self.attribute.missing.clone(),
            blank,
            also: self.also.clone(),
            spare: self.spare,
            fresh: self.hold_back.fresh().cloned(),
        })?;
        Some(match &self.times {
            Some(times) => Question::Dated { asked: Box::new(plain), times: times.clone() },
            None => plain,
        })
    }

    fn found<'b>(&self, answers: &'b Answers) -> Option<&'b Agreement> {
        match answers.get(&self.question()?) {
            Some(Answer::Agree(found)) => Some(found),
            _ => None,
        }
    }
}

/// How an attribute's values are read; none for types that other rules compare.
pub(crate) fn reading(attribute: &Attribute) -> Option<Reading> {
    let words = || Reading::Words { left: Spellings::new(attribute, false), right: Spellings::new(attribute, true) };
    // A team may say that a box means the opposite of the attribute.
    let turned = attribute.values.iter().any(|allowed| truth(&allowed.source) != truth(&allowed.attribute));
    match attribute.kind.as_ref()?.text.as_str() {
        "enum" => Some(words()),
        "boolean" if turned => Some(words()),
        "boolean" => Some(Reading::Truth),
        "number" => Some(Reading::Number),
        "phone" => Some(Reading::Phone),
        "text" | "string" => Some(Reading::Text),
        "timestamp" | "date" => {
            let mut columns = attribute.from.iter().filter_map(|from| from.column.as_ref());
            let birthday = is_birthday(&attribute.name) || columns.any(|path| is_birthday(&path.column));
            Some(Reading::Presence { birthday })
        }
        _ => None,
    }
}

/// An attribute's source and profile columns, as they are held against each other.
pub(super) fn compared(context: &Context<'_>, attribute: &Attribute) -> Option<Held> {
    let reading = reading(attribute).filter(|_| !attribute.is_consent())?;
    let (left, _) = stale(context, attribute).0?;
    let right = context.on_profile(&attribute.name).ok()?;
    Some(Held { left, right, reading, missing: attribute.missing.clone() })
}

/// Why an attribute's values are not compared here, unless other rules do.
fn unread(attribute: &Attribute) -> Option<Gap> {
    let reason = match &attribute.kind {
        // Addresses and ids are the matter of the rules about who is who.
        Some(kind) if matches!(kind.text.as_str(), "email" | "identifier") => return None,
        _ if attribute.from.is_empty() => return None,
        Some(kind) => format!("values of the type {} are not compared with their source", kind.text),
        None => "the mapping gives no type, so its values cannot be compared with their source".to_owned(),
    };
    Some(Gap { subject: attribute.name.clone(), reason, column: None })
}

fn is_phone(attribute: &Attribute) -> bool {
    attribute.role.as_deref() == Some("phone") || attribute.name == "phone"
}

/// What stands in the way of any comparison.
pub(super) fn blind(context: &Context<'_>) -> Vec<Gap> {
    if context.mapping.is_none() {
        return vec![no_mapping()];
    }
    let Some(profiles) = context.profiles() else { return vec![no_profiles("mapping:attributes")] };
    // Without the identifier's columns people are linked by address alone, and whose value is whose is a guess.
    let mut gaps = context.identifier_gaps();
    gaps.extend(context.email(profiles).err());
    gaps
}

/// The comparisons of one fault, and what stands in the way of others.
fn plans<'a>(context: &Context<'a>, fault: &str, answers: &Answers) -> (Vec<Plan<'a>>, Vec<Gap>) {
    let mut gaps = blind(context);
    if !gaps.is_empty() {
        return (Vec::new(), gaps);
    }
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let mut found = Vec::new();
    for attribute in attributes.filter(|attribute| !attribute.is_consent()) {
        let is_stale = fault == "stale";
        let reading = reading(attribute).filter(|reading| is_stale || !matches!(reading, Reading::Presence { .. }));
        let Some(reading) = reading else {
            gaps.extend(unread(attribute).filter(|_| is_stale));
            continue;
        };
        let (sides, missing) = if is_stale { stale(context, attribute) } else { foreign(context, attribute) };
        gaps.extend(missing);
        let Some((left, mut also)) = sides else { continue };
        let spare = fault == "stale";
        if spare
            && let (Some((own, others)), _) = foreign(context, attribute)
            && own == left
        {
            also = others;
        }
        let Some(dataset) = context.datasets.get(&left.dataset) else { continue };
        match context.on_profile(&attribute.name) {
            Ok(right) => {
                let times = match times(context, &left, &also) {
                    Ok(times) if !spare => Some(Times { older: fault == "older", ..times }),
                    Err(gap) if fault == "older" => {
                        gaps.push(Gap { subject: attribute.name.clone(), ..gap });
                        continue;
                    }
                    _ => None,
                };
                let (lag, hold_back) = hold_back(context, Some(attribute), dataset, answers);
                found.push(Plan { attribute, left, right, reading, also, spare, times, lag, hold_back });
            }
            Err(gap) => gaps.push(gap),
        }
    }
    if found.is_empty() && gaps.is_empty() {
        let reason = if fault == "stale" {
            "the mapping feeds no attribute of a type that can be compared"
        } else {
            "no attribute has an owner and a column of another system beside it"
        };
        gaps.push(Gap { subject: "mapping:attributes".to_owned(), reason: reason.to_owned(), column: None });
    }
    gaps.sort();
    gaps.dedup();
    (found, gaps)
}

/// The column to compare with and those of other systems, and what stands in the way of them.
pub(super) type Sides = (Option<(Column, Vec<Column>)>, Vec<Gap>);

/// A column of a dataset whose people can be recognised by their addresses.
fn linked(context: &Context<'_>, path: &ColumnPath) -> Result<Column, Gap> {
    let column = context.resolve(path)?;
    match context.datasets.get(&column.dataset) {
        Some(dataset) => context.email(dataset).map(|_| column),
        None => Ok(column),
    }
}

/// An owner that is no system here.
fn unknown(context: &Context<'_>, attribute: &Attribute) -> Option<Gap> {
    let owner = attribute.owner.as_ref().filter(|owner| !context.is_system(&owner.text))?;
    let reason = context.unknown_system(&owner.text);
    Some(Gap { subject: attribute.name.clone(), reason, column: None })
}

/// Whether a path leads to what a system owns; an export that is not there is known by its name only.
pub(crate) fn is_of(context: &Context<'_>, owner: &str, path: &ColumnPath) -> bool {
    match context.datasets.get(&path.dataset) {
        Some(dataset) => context.owns(owner, dataset),
        None => path.source() == owner.to_lowercase(),
    }
}

/// Whether a path leads to people; what does not is linked through lookups, and not one value a person.
fn is_of_people(context: &Context<'_>, path: &ColumnPath) -> bool {
    !context.datasets.contains_key(&path.dataset) || context.people().any(|dataset| dataset.name == path.dataset)
}

fn is_of_contacts(context: &Context<'_>, path: &ColumnPath) -> bool {
    let dataset = context.datasets.get(&path.dataset);
    path.dataset.ends_with(".contacts") && dataset.is_none_or(|dataset| dataset.system == System::Zoho)
}

/// The columns of people that an attribute comes from without a lookup.
fn plain<'a>(context: &Context<'_>, attribute: &'a Attribute) -> Vec<&'a ColumnPath> {
    let sources = attribute.from.iter().filter(|from| from.helpers.is_empty());
    sources.filter_map(|from| from.column.as_ref()).filter(|path| is_of_people(context, path)).collect()
}

/// The owner's source; without an owner, that in Zoho's contacts.
pub(super) fn stale(context: &Context<'_>, attribute: &Attribute) -> Sides {
    let Some(first) = attribute.from.first() else { return (None, Vec::new()) };
    let plain = plain(context, attribute);
    let owner = attribute.owner.as_ref().map(|owner| owner.text.as_str());
    // What another system or a lookup may have given first is no fault of the profile.
    let owned = |path: &&&ColumnPath| match owner {
        Some(owner) => is_of(context, owner, path),
        None => first.column.as_ref() == Some(**path) && is_of_contacts(context, path),
    };
    let looked_up = context
        .looked_up(attribute)
        .filter(|_| owner.is_none_or(|owner| first.column.as_ref().is_none_or(|path| is_of(context, owner, path))));
    let contacts = plain.iter().filter(owned).find(|path| is_of_contacts(context, path));
    let chosen = contacts.or_else(|| plain.iter().find(owned)).filter(|_| looked_up.is_none());
    let gap = |reason: String| Gap { subject: attribute.name.clone(), reason, column: None };
    let missing = match (chosen, owner, &first.column) {
        (Some(path), ..) => match linked(context, path) {
            Ok(column) => return (Some((column, Vec::new())), Vec::new()),
            Err(gap) => gap,
        },
        (None, _, None) => gap(format!("`{}` names no column of an export", first.spot.text)),
        (None, _, Some(path)) if looked_up.is_none() && plain.is_empty() => {
            gap(format!("records of {} are not people, so nothing links them to profiles", path.dataset))
        }
        _ if looked_up.is_some() => return (None, looked_up.into_iter().collect()),
        (None, Some(owner), _) => unknown(context, attribute)
            .unwrap_or_else(|| gap(format!("no source of {} is a column of {owner}, its owner", attribute.name))),
        (None, None, _) => gap(format!("{} has no owner and no source in Zoho contacts", attribute.name)),
    };
    (None, vec![missing])
}

/// The owner's column, and those of other systems' people.
fn foreign(context: &Context<'_>, attribute: &Attribute) -> Sides {
    let is_email = attribute.role.as_deref() == Some("email") || attribute.name == "email";
    let Some(owner) = attribute.owner.as_ref().filter(|_| !is_email) else { return (None, Vec::new()) };
    if context.profiles().is_some_and(|profiles| context.owns(&owner.text, profiles)) {
        return (None, Vec::new());
    }
    let (own, others): (Vec<&ColumnPath>, Vec<&ColumnPath>) =
        plain(context, attribute).into_iter().partition(|path| is_of(context, &owner.text, path));
    let mut found: Vec<Result<Column, Gap>> = others.iter().map(|path| linked(context, path)).collect();
    if is_phone(attribute) {
        found.extend(phones(context, &owner.text, &others));
    }
    if found.is_empty() {
        return (None, Vec::new());
    }
    if let Some(gap) = unknown(context, attribute) {
        return (None, vec![gap]);
    }
    // An owner without a column of its own is the matter of the mapping.
    let Some(own) = own.first() else { return (None, Vec::new()) };
    let (mut also, mut gaps) = (Vec::new(), Vec::new());
    for side in found {
        match side {
            Ok(column) => also.push(column),
            Err(gap) => gaps.push(gap),
        }
    }
    match linked(context, own) {
        Ok(left) if !also.is_empty() => (Some((left, also)), gaps),
        Ok(_) => (None, gaps),
        Err(gap) => (None, gaps.into_iter().chain([gap]).collect()),
    }
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let fault = params.get_text("fault").unwrap_or_default();
    let (plans, gaps) = plans(context, &fault, answers);
    let mut ask = Ask { subjects: plans.len(), gaps, ..Ask::default() };
    for plan in plans {
        ask.gaps.extend(unseen(context, answers, &plan));
        ask.questions.extend(plan.question());
        ask.questions.extend(plan.lag);
    }
    ask
}

/// What the answers leave open: no linked pair, or a column without a single value.
fn unseen(context: &Context<'_>, answers: &Answers, plan: &Plan<'_>) -> Option<Gap> {
    let found = plan.found(answers)?;
    if found.pairs == 0 {
        let subject = format!("{}.{}", plan.left.dataset, context.label(&plan.left));
        let reason = format!("no record of {} could be linked to a profile", plan.left.dataset);
        return Some(Gap { subject, reason, column: None });
    }
    let blank = [(found.left_filled, &plan.left), (found.right_filled, &plan.right)];
    if let Some((_, column)) = blank.into_iter().find(|(filled, _)| *filled == 0) {
        return Some(context.blank(column));
    }
    (found.same + found.differ.rows == 0).then(|| {
        let subject = format!("{}.{}", plan.right.dataset, context.label(&plan.right));
        let held = match found.held {
            0 => String::new(),
            held => format!(" ({} held back for the lag of the sync)", counted(held, "pair was", "pairs were")),
        };
        let reason = format!("no pair of {subject} and its source could be compared{held}");
        Gap { subject, reason, column: None }
    })
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = params.get_text("fault").unwrap_or_default();
    let (plans, _) = plans(context, &fault, answers);
    plans.iter().filter_map(|plan| hit(context, answers, plan)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, plan: &Plan<'_>) -> Option<Hit> {
    let found = plan.found(answers)?;
    let differ = &found.differ;
    // A column without a single value is one fault, not one a person: it is a gap here.
    if differ.rows == 0 || found.left_filled == 0 || found.right_filled == 0 {
        return None;
    }
    let (label, source) = (context.label(&plan.right), context.label(&plan.left));
    let compared = found.same + differ.rows + if plan.spare { 0 } else { found.open };
    let profiles = counted(differ.rows, "linked pair", "linked pairs");
    let what = if matches!(plan.reading, Reading::Presence { .. }) {
        format!("`{label}` is blank where {} has a time, or the reverse, in {profiles}", plan.left.dataset)
    } else if plan.spare {
        format!("`{label}` is not what {} says in {profiles}", plan.left.dataset)
    } else {
        let mut others: Vec<&str> = plan.also.iter().map(|column| column.dataset.as_str()).collect();
        others.dedup();
        let (owner, others) = (&plan.left.dataset, others.join(" or "));
        match plan.times {
            Some(Times { older: true, .. }) => {
                format!(
                    "`{label}` is the older value of {others} and not the newer one of {owner}, its owner, in {profiles}"
                )
            }
            _ => format!("`{label}` is the value of {others} and not that of {owner}, its owner, in {profiles}"),
        }
    };
    let expected = |left: &str| {
        let default = plan.attribute.default.as_deref();
        plan.reading.expected(left).or_else(|| default.and_then(|default| plan.reading.expected(default)))
    };
    let row = |sample: &crate::facts::Sample| {
        let detail = format!("{source} in {}: {}", plan.left.dataset, sample.detail);
        let suggestion = expected(&sample.detail);
        Row { detail, ..context.row(&plan.right, sample.clone(), suggestion) }
    };
    let part = |(label, tally): (&String, &crate::facts::Tally)| Part {
        label: label.clone(),
        rows: tally.rows,
        people: tally.people,
        suggestion: None,
    };
    let mut parts: Vec<Part> = found.kinds.iter().map(part).collect();
    parts.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.label.cmp(&other.label)));
    let listed = matches!(plan.reading, Reading::Words { .. } | Reading::Truth);
    let sensitive = context.is_sensitive(&plan.right) || context.is_sensitive(&plan.left);
    Some(Hit {
        subject: Subject::column(&plan.right.dataset, label),
        rows: differ.rows,
        total: compared,
        people: differ.people,
        statement: format!("{what} ({}).{}", percent(differ.rows, compared), plan.hold_back.said(found.held)),
        parts,
        samples: differ.samples.iter().map(row).collect(),
        shows: if listed && !sensitive { Shows::Words } else { Shows::Nothing },
        ..Hit::default()
    })
}
