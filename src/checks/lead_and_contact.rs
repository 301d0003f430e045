//! People who came over twice: once as a lead and once as the contact it became.

use super::context::{Context, no_profiles};
use super::repeats::no_contacts;
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Question};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::shape::Shape;
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "lead-and-contact",
    about: "leads and contacts of one person that have a profile each",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

fn question(context: &Context<'_>) -> Result<Question, Vec<Gap>> {
    let Some(profiles) = context.profiles() else { return Err(vec![no_profiles("customerio.people")]) };
    let Some(contacts) = context.zoho("contacts") else { return Err(vec![no_contacts("zoho.contacts")]) };
    let Some(leads) = context.zoho("leads") else {
        let reason = "no export of Zoho leads was given".to_owned();
        return Err(vec![Gap { subject: "zoho.leads".to_owned(), reason, column: None }]);
    };
    let addresses = [profiles, contacts, leads].into_iter().filter_map(|dataset| context.email(dataset).err());
    // An export can leave the lookup out; then nobody can see what became of a lead.
    let blind = leads.find("Converted Contact.id").is_none().then(|| Gap {
        subject: leads.name.clone(),
        reason: format!("{} has no column `Converted Contact.id`", leads.name),
        column: None,
    });
    let addresses = addresses.chain(blind);
    let gaps: Vec<Gap> = context.identifier_gaps().into_iter().chain(addresses).collect();
    if !gaps.is_empty() {
        return Err(gaps);
    }
    Ok(Question::LeadAndContact {
        child: leads.name.clone(),
        parent: contacts.name.clone(),
        right: profiles.name.clone(),
    })
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    match question(context) {
        Ok(question) => Ask { subjects: 1, questions: vec![question], gaps: Vec::new() },
        Err(gaps) => Ask { gaps, ..Ask::default() },
    }
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok(question) = question(context) else { return Vec::new() };
    let (Question::LeadAndContact { right, .. }, Some(Answer::Rows { rows, met })) =
        (&question, answers.get(&question))
    else {
        return Vec::new();
    };
    if met.rows == 0 {
        return Vec::new();
    }
    let row = |sample: &crate::facts::Sample| Row {
        dataset: right.clone(),
        key: sample.key.clone(),
        other_key: sample.other.clone(),
        ..Row::default()
    };
    let statement = format!(
        "{} to a lead whose contact has another profile.",
        counted(met.rows, "profile belongs", "profiles belong")
    );
    vec![Hit {
        subject: Subject::dataset(right),
        rows: met.rows,
        total: *rows,
        people: met.people,
        statement,
        samples: met.samples.iter().map(row).collect(),
        shows: Shows::Nothing,
        ..Hit::default()
    }]
}
