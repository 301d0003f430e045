//! Addresses that contradict the identifier: on another profile than it, or left behind on its own.

use super::context::{Context, no_profiles};
use super::lag::{HoldBack, all_held, hold_back};
use super::repeats::no_contacts;
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Column, Question, Sample};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::shape::{Shape, required};
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "crossed-identity",
    about: "addresses of Zoho contacts against the profiles their identifiers lead to",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["crossed", "old"]),
        "crossed: the address stands on another profile than the identifier; old: the profile has the address of before",
    )]),
    stage: Stage::Facts { ask, judge },
};

struct Plan {
    left: Column,
    right: Column,
    first: Vec<Question>,
    hold: HoldBack,
}

impl Plan {
    fn question(&self) -> Option<Question> {
        let fresh = self.hold.fresh().cloned();
        (!self.hold.is_open()).then(|| Question::CrossedIdentity {
            left: self.left.clone(),
            right: self.right.clone(),
            fresh,
        })
    }
}

fn plan(context: &Context<'_>, answers: &Answers) -> Result<Plan, Vec<Gap>> {
    let Some(profiles) = context.profiles() else { return Err(vec![no_profiles("customerio.people")]) };
    let Some(contacts) = context.zoho("contacts") else { return Err(vec![no_contacts("zoho.contacts")]) };
    if context.mapping.is_none_or(|mapping| mapping.canonical.is_none()) {
        let reason = "no mapping declares a canonical identifier beside the address".to_owned();
        return Err(vec![Gap { subject: "mapping:identity".to_owned(), reason, column: None }]);
    }
    let mut gaps = context.identifier_gaps();
    let (left, right) = (context.email(contacts), context.email(profiles));
    gaps.extend([&left, &right].into_iter().filter_map(|side| side.clone().err()));
    let (Ok(left), Ok(right), true) = (left, right, gaps.is_empty()) else { return Err(gaps) };
    let email = context.mapping.and_then(|mapping| mapping.attribute("email"));
    let (first, hold) = hold_back(context, email, contacts, answers);
    Ok(Plan { left, right, first, hold })
}

/// What the answer leaves open: nobody is linked, or whoever is changed too lately.
fn unseen(plan: &Plan, answers: &Answers, fault: Option<&str>) -> Option<Gap> {
    let Some(Answer::CrossedIdentity { pairs, too_fresh, held, .. }) = answers.get(&plan.question()?) else {
        return None;
    };
    let reason = match (*pairs, *held) {
        (0, _) => "no contact could be linked to a profile".to_owned(),
        (_, 1..) if fault == Some("old") && too_fresh == pairs => all_held(*held),
        _ => return None,
    };
    Some(Gap { subject: plan.left.dataset.clone(), reason, column: None })
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    match plan(context, answers) {
        Err(gaps) => Ask { gaps, ..Ask::default() },
        Ok(plan) => {
            let gap = unseen(&plan, answers, params.get_text("fault").as_deref());
            let questions = plan.question().into_iter().chain(plan.first).collect();
            Ask { subjects: 1, questions, gaps: gap.into_iter().collect() }
        }
    }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok(plan) = plan(context, answers) else { return Vec::new() };
    let answer = plan.question().and_then(|question| answers.get(&question).cloned());
    let Some(Answer::CrossedIdentity { pairs, held, crossed, old, .. }) = answer else { return Vec::new() };
    let (tally, column, other, statement) = if params.get_text("fault").as_deref() == Some("old") {
        let profiles = counted(old.rows, "profile has", "profiles have");
        let held = plan.hold.said(held);
        (old, plan.right, plan.left, format!("{profiles} an address that the linked Zoho contact no longer has.{held}"))
    } else {
        let contacts = counted(crossed.rows, "Zoho contact leads", "Zoho contacts lead");
        (crossed, plan.left, plan.right, format!("{contacts} to one profile by identifier and to another by address."))
    };
    if tally.rows == 0 {
        return Vec::new();
    }
    // What stands before the colon is no cell, and is shown.
    let told = |sample: Sample| match sample.detail.as_str() {
        "" => sample,
        cell => Sample { detail: format!("{} in {}: {cell}", context.label(&other), other.dataset), ..sample },
    };
    vec![Hit {
        subject: Subject::column(&column.dataset, context.label(&column)),
        rows: tally.rows,
        total: pairs.max(tally.rows),
        people: tally.people,
        statement,
        samples: tally.samples.into_iter().map(|sample| context.row(&column, told(sample), None)).collect(),
        shows: Shows::Nothing,
        ..Hit::default()
    }]
}
