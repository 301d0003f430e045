//! Opt-outs that were lost when a lead became a contact: Zoho does not carry the box over.

use std::collections::BTreeSet;

use super::context::Context;
use super::repeats::no_contacts;
use super::{Ask, Kind, Stage};
use crate::facts::lenses::shape;
use crate::facts::local::SAMPLES;
use crate::facts::{Answer, Answers, Column, Consent, Lens, Question, Tally};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::shape::Shape;
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "converted-consent",
    about: "the opt-out of converted leads against that of the contacts they became",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Zoho's box, on leads and on contacts.
const BOX: &str = "Email Opt Out";

struct Plan {
    lead: Column,
    contact: Column,
}

impl Plan {
    fn question(&self) -> Question {
        let lens = || Lens::Consent(Consent::OptOutBox);
        let (left, right) = (self.lead.clone(), self.contact.clone());
        Question::Named { left, left_lens: lens(), right, right_lens: lens() }
    }
}

fn plan(context: &Context<'_>) -> Result<Plan, Vec<Gap>> {
    let Some(contacts) = context.zoho("contacts") else { return Err(vec![no_contacts("zoho.contacts")]) };
    let Some(leads) = context.zoho("leads") else {
        let reason = "no export of Zoho leads was given".to_owned();
        return Err(vec![Gap { subject: "zoho.leads".to_owned(), reason, column: None }]);
    };
    // Many exports of leads hold open ones alone: these columns are no part of their usual shape.
    let optional = |gap: Gap| Gap { column: None, ..gap };
    let through = context.standard(leads, "Converted Contact.id").map_err(optional);
    match (through, context.standard(leads, BOX).map_err(optional), context.standard(contacts, BOX)) {
        (Ok(_), Ok(lead), Ok(contact)) => Ok(Plan { lead, contact }),
        (through, lead, contact) => Err([through.err(), lead.err(), contact.err()].into_iter().flatten().collect()),
    }
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    match plan(context) {
        Err(gaps) => Ask { gaps, ..Ask::default() },
        Ok(plan) => {
            let gap = answers.get(&plan.question()).and_then(|answer| unseen(context, &plan, answer));
            Ask { subjects: 1, questions: vec![plan.question()], gaps: gap.into_iter().collect() }
        }
    }
}

/// Why an answer leaves the question open: nobody was converted, or some box says neither yes nor no.
fn unseen(context: &Context<'_>, plan: &Plan, answer: &Answer) -> Option<Gap> {
    let Answer::Compare { pairs, cells } = answer else { return None };
    let gap = |column: &Column, reason: String| {
        let subject = format!("{}.{}", column.dataset, context.label(column));
        Some(Gap { subject, reason, column: None })
    };
    if *pairs == 0 {
        let reason = "no lead names an exported contact as the one that it became".to_owned();
        return Some(Gap { subject: plan.lead.dataset.clone(), reason, column: None });
    }
    let readable = [shape::OUT, shape::UNTICKED, shape::MISSING];
    let unread = cells.iter().filter(|((lead, _), _)| !readable.contains(&lead.as_str()));
    let leads: u64 = unread.map(|(_, tally)| tally.rows).sum();
    if leads == 0 {
        return None;
    }
    let verb = if leads == 1 { "has" } else { "have" };
    gap(
        &plan.lead,
        format!("{} {verb} a value that says neither yes nor no", counted(leads, "converted lead", "converted leads")),
    )
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok(plan) = plan(context) else { return Vec::new() };
    let Some(Answer::Compare { pairs, cells }) = answers.get(&plan.question()) else { return Vec::new() };
    let lost = BTreeSet::from([shape::UNTICKED, shape::MISSING]);
    let is_lost = |(lead, contact): &(String, String)| lead == shape::OUT && lost.contains(contact.as_str());
    let mut whole = Tally::default();
    for (_, tally) in cells.iter().filter(|(cell, _)| is_lost(cell)) {
        whole.merge(tally.clone(), tally.samples.len().saturating_add(whole.samples.len()).max(SAMPLES));
    }
    if whole.rows == 0 {
        return Vec::new();
    }
    let (lead, label) = (context.label(&plan.lead), context.label(&plan.contact));
    let statement = format!(
        "{} not opted out although the lead that it was is ({}).",
        counted(whole.rows, "contact is", "contacts are"),
        counted(*pairs, "converted lead", "converted leads")
    );
    let statement = if whole.rows == 1 {
        statement
    } else {
        statement.replace("the lead that it was is", "the leads that they were are")
    };
    let row = |sample: &crate::facts::Sample| Row {
        suggestion: "true".to_owned(),
        detail: format!("{lead} of the lead: {}", sample.detail),
        ..context.row(&plan.contact, sample.clone(), None)
    };
    vec![Hit {
        subject: Subject::column(&plan.contact.dataset, label),
        rows: whole.rows,
        total: *pairs,
        people: whole.people,
        statement,
        samples: whole.samples.iter().map(row).collect(),
        shows: Shows::Words,
        ..Hit::default()
    }]
}
