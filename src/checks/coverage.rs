//! The pair as the subject: which Zoho contacts land on several profiles, and which on none.

use super::context::{Context, no_profiles};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Question, Scope, Sides};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::shape::{Shape, required};
use crate::text::{count, counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "coverage",
    about: "Zoho contacts and the profiles they land on",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["split", "missing", "collapsed"]),
        "split: on several profiles; missing: on none; collapsed: several contacts on one profile",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// The question, and what stands in the way of it.
fn plan(context: &Context<'_>) -> Result<Question, Vec<Gap>> {
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
    let scope =
        context.module("contacts").map_or(Scope::Reachable(address.index), |filter| Scope::Where(filter.clone()));
    Ok(Question::Coverage { left: contacts.name.clone(), right: profiles.name.clone(), scope })
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    match plan(context) {
        Ok(question) => {
            let mut gaps = context.unlooked_people();
            if let (Some(Answer::Coverage(sides)), Question::Coverage { left, .. }) =
                (answers.get(&question), &question)
                && sides.scope.rows == 0
            {
                let reason = format!("no record of {left} is in scope");
                gaps.push(Gap { subject: left.clone(), reason, column: None });
            }
            Ask { subjects: 1, questions: vec![question], gaps }
        }
        Err(gaps) => Ask { gaps, ..Ask::default() },
    }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok(question) = plan(context) else { return Vec::new() };
    let (Some(Answer::Coverage(sides)), Question::Coverage { left, .. }) = (answers.get(&question), &question) else {
        return Vec::new();
    };
    let fault = params.get_text("fault").unwrap_or_default();
    if fault == "collapsed" {
        return collapsed(&question, sides).into_iter().collect();
    }
    let split = fault == "split";
    let tally = if split { &sides.split } else { &sides.missing };
    if tally.rows == 0 {
        return Vec::new();
    }
    let statement = if split {
        let contacts = counted(tally.rows, "Zoho contact lands", "Zoho contacts land");
        format!("{contacts} on several profiles each: {} profiles together.", count(sides.split_profiles))
    } else {
        format!(
            "{} linked to no profile in Customer.io ({} of those in scope).",
            counted(tally.rows, "Zoho contact is", "Zoho contacts are"),
            percent(tally.rows, sides.scope.rows)
        )
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
