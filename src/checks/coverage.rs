//! The pair as the subject: which Zoho contacts land on several profiles, and which on none.

use super::context::{Context, no_profiles};
use super::gaps::empty_list;
use super::lists::SUPPRESSIONS;
use super::{Ask, Kind, Stage, consent};
use crate::exports::Dataset;
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Consent, Lens, Question, Scope, Sides};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::shape::{Shape, required};
use crate::text::{count, counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "coverage",
    about: "Zoho contacts and the profiles they land on",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["split", "missing", "suppressed", "collapsed"]),
        "split: on several profiles; missing: on none; suppressed: on none, and opted out; collapsed: several contacts on \
         one profile",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// The questions of a fault: the one it is judged by, then the one about all contacts in scope; and what stands in the way
/// of them.
fn plan(context: &Context<'_>, fault: &str) -> Result<[Question; 2], Vec<Gap>> {
    let mut gaps = Vec::new();
    let Some(profiles) = context.profiles() else { return Err(vec![no_profiles("customerio.people")]) };
    let Some(contacts) = context.zoho("contacts") else {
        return Err(vec![Gap {
            subject: "zoho.contacts".to_owned(),
            reason: "no export of Zoho contacts was given".to_owned(),
            column: None,
        }]);
    };
    // People are linked by address where they carry no identifier: without the column, a link that is missing may only
    // be one that cannot be seen.
    let address = context.email(contacts);
    gaps.extend(address.clone().err());
    gaps.extend(context.email(profiles).err());
    gaps.extend(context.identifier_gaps());
    let Ok(address) = address else { return Err(gaps) };
    if !gaps.is_empty() {
        return Err(gaps);
    }
    if context.module_becomes("contacts") == Some("none") {
        let reason = "the mapping keeps Zoho contacts out of scope (`as: none`)".to_owned();
        return Err(vec![Gap { subject: contacts.name.clone(), reason, column: None }]);
    }
    let unknown: Vec<Gap> = context.module("contacts").map(|filter| context.filter_gaps(filter)).unwrap_or_default();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let base =
        context.module("contacts").map_or(Scope::Reachable(address.index), |filter| Scope::Where(filter.clone()));
    let own = match (fault, gone(context, contacts)) {
        ("suppressed", Ok(gone)) => Scope::Both(Box::new(base.clone()), Box::new(gone)),
        ("suppressed", Err(gap)) => return Err(vec![gap]),
        ("missing", Ok(gone)) => Scope::Both(Box::new(base.clone()), Box::new(Scope::Not(Box::new(gone)))),
        _ => base.clone(),
    };
    let question = |scope| Question::Coverage { left: contacts.name.clone(), right: profiles.name.clone(), scope };
    Ok([question(own), question(base)])
}

/// Contacts whom Customer.io may have deleted for good: those who opted out in Zoho, or stand on a list of suppressed people.
fn gone(context: &Context<'_>, contacts: &Dataset) -> Result<Scope, Gap> {
    let out = opt_out(context, contacts).map(|(column, lens)| Scope::Shaped {
        index: column.index,
        lens,
        shapes: [shape::OUT.to_owned()].into(),
    });
    let listed = context.list(SUPPRESSIONS).map(|list| Scope::Linked(vec![list.name.clone()]));
    match (out, listed) {
        (Ok(out), Some(listed)) => Ok(Scope::Either(Box::new(out), Box::new(listed))),
        (Ok(out), None) => Ok(out),
        (Err(_), Some(listed)) => Ok(listed),
        (Err(gap), None) => Err(gap),
    }
}

/// The column of contacts that says who opted out: the mapped one where it can be read, else Zoho's own box.
fn opt_out(context: &Context<'_>, contacts: &Dataset) -> Result<(Column, Lens), Gap> {
    let mapped = consent::attributes(context).into_iter().find_map(|attribute| {
        let mut paths = attribute.from.iter().filter_map(|from| from.column.as_ref());
        let path = paths.find(|path| path.dataset == contacts.name)?;
        let column = context.resolve(path).ok()?;
        let lens = consent::lens(attribute, contacts, context.label(&column)).ok()?;
        Some((column, Lens::Consent(lens)))
    });
    let own = || context.standard(contacts, "Email Opt Out").map(|column| (column, Lens::Consent(Consent::OptOutBox)));
    // An export can leave the box out.
    mapped.map_or_else(own, Ok).map_err(|gap| Gap { column: None, ..gap })
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let fault = params.get_text("fault").unwrap_or_default();
    let [own, all] = match plan(context, &fault) {
        Ok(questions) => questions,
        Err(gaps) => return Ask { gaps, ..Ask::default() },
    };
    let mut gaps = context.unlooked_people();
    if let (Some(Answer::Coverage(sides)), Question::Coverage { left, .. }) = (answers.get(&all), &all)
        && sides.scope.rows == 0
    {
        let reason = format!("no record of {left} is in scope");
        gaps.push(Gap { subject: left.clone(), reason, column: None });
    }
    let mut questions = vec![own, all];
    if fault == "suppressed" {
        gaps.extend(context.list(SUPPRESSIONS).and_then(empty_list));
        gaps.extend(unsaid(context, answers, &mut questions));
    }
    questions.dedup();
    Ask { subjects: 1, questions, gaps }
}

/// What is open where the column of opt-outs holds nothing, and asks whether it does.
fn unsaid(context: &Context<'_>, answers: &Answers, questions: &mut Vec<Question>) -> Option<Gap> {
    let contacts = context.zoho("contacts").filter(|_| context.list(SUPPRESSIONS).is_none())?;
    let (column, lens) = opt_out(context, contacts).ok()?;
    let question = Question::Shapes { column: column.clone(), lens };
    questions.push(question.clone());
    let Some(Answer::Shapes { shapes, .. }) = answers.get(&question) else { return None };
    shapes.keys().all(|name| name == shape::MISSING).then(|| context.blank(&column))
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = params.get_text("fault").unwrap_or_default();
    let Ok([question, all]) = plan(context, &fault) else { return Vec::new() };
    let (Some(Answer::Coverage(sides)), Question::Coverage { left, .. }) = (answers.get(&question), &question) else {
        return Vec::new();
    };
    if fault == "collapsed" {
        return collapsed(&question, sides).into_iter().collect();
    }
    let split = fault == "split";
    let tally = if split { &sides.split } else { &sides.missing };
    if tally.rows == 0 {
        return Vec::new();
    }
    let contacts = || counted(tally.rows, "Zoho contact is", "Zoho contacts are");
    let share = percent(tally.rows, sides.scope.rows);
    let statement = match fault.as_str() {
        "split" => {
            let contacts = counted(tally.rows, "Zoho contact lands", "Zoho contacts land");
            format!("{contacts} on several profiles each: {} profiles together.", count(sides.split_profiles))
        }
        "suppressed" => {
            let whom = if context.list(SUPPRESSIONS).is_some() { "opted out or suppressed" } else { "opted out" };
            format!("{} {whom} and linked to no profile in Customer.io.", contacts())
        }
        _ => {
            let aside = aside(answers, &all, tally.rows);
            format!("{} linked to no profile in Customer.io ({share} of those in scope).{aside}", contacts())
        }
    };
    let row = |sample: &crate::facts::Sample| Row {
        dataset: left.clone(),
        key: sample.key.clone(),
        other_key: sample.other.clone(),
        detail: if sample.detail.is_empty() { String::new() } else { format!("linked by {}", sample.detail) },
        ..Row::default()
    };
    vec![Hit {
        severity: None,
        subject: Subject::dataset(left),
        rows: tally.rows,
        total: sides.scope.rows.max(tally.rows),
        people: tally.people,
        statement,
        action: None,
        parts: Vec::new(),
        samples: tally.samples.iter().map(row).collect(),
        place: None,
        shows: Shows::Nothing,
    }]
}

/// How many contacts without a profile are another rule's matter, as a sentence after a blank.
fn aside(answers: &Answers, all: &Question, named: u64) -> String {
    let Some(Answer::Coverage(sides)) = answers.get(all) else { return String::new() };
    match sides.missing.rows.saturating_sub(named) {
        0 => String::new(),
        more => format!(" {} opted out or suppressed, and not counted here.", counted(more, "more is", "more are")),
    }
}

/// Profiles to which several contacts lead.
fn collapsed(question: &Question, sides: &Sides) -> Option<Hit> {
    let Question::Coverage { right, .. } = question else { return None };
    let tally = &sides.collapsed;
    let row = |sample: &crate::facts::Sample| Row {
        dataset: right.clone(),
        key: sample.key.clone(),
        other_key: sample.other.clone(),
        ..Row::default()
    };
    (tally.rows > 0).then(|| Hit {
        subject: Subject::dataset(right),
        rows: tally.rows,
        total: sides.profiles.max(tally.rows),
        people: tally.people,
        statement: format!(
            "{} for several Zoho contacts each.",
            counted(tally.rows, "profile stands", "profiles stand")
        ),
        samples: tally.samples.iter().map(row).collect(),
        shows: Shows::Nothing,
        ..Hit::default()
    })
}
