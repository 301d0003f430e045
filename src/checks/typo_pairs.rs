//! Addresses one slip of the keyboard apart, on records that agree in their phone or their name.

use super::context::{Context, no_profiles};
use super::repeats::no_contacts;
use super::{Ask, Kind, Stage};
use crate::exports::Dataset;
use crate::facts::{Answer, Answers, Question};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::shape::Shape;
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "typo-pairs",
    about: "addresses one slip apart on records with the same phone or name",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// The column that the mapping names, whatever the language of the labels; else one of the usual names.
fn phone(context: &Context<'_>, dataset: &Dataset) -> Option<usize> {
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let mut phones = attributes.filter(|attribute| attribute.is_role("phone") || attribute.name == "phone");
    let mapped = phones.find_map(|attribute| {
        let sources = attribute.from.iter().filter_map(|from| context.resolve(from.column.as_ref()?).ok());
        let columns = sources.chain(context.on_profile(&attribute.name).ok());
        columns.into_iter().find(|column| column.dataset == dataset.name).map(|column| column.index)
    });
    let usual = || ["Phone", "Mobile", "phone", "Phone Number"].into_iter().find_map(|name| dataset.find(name));
    mapped.or_else(usual)
}

/// The columns that hold the whole name together.
fn names(dataset: &Dataset) -> Vec<usize> {
    let pairs = [("First Name", "Last Name"), ("first_name", "last_name"), ("firstname", "lastname")];
    for (first, last) in pairs {
        if let (Some(first), Some(last)) = (dataset.find(first), dataset.find(last)) {
            return vec![first, last];
        }
    }
    ["Full Name", "full_name", "name"].into_iter().find_map(|name| dataset.find(name)).into_iter().collect()
}

fn questions(context: &Context<'_>) -> (Vec<Question>, Vec<Gap>) {
    let (mut questions, mut gaps) = (Vec::new(), Vec::new());
    let sides = [
        context.profiles().ok_or_else(|| no_profiles("customerio.people")),
        context.zoho("contacts").ok_or_else(|| no_contacts("zoho.contacts")),
    ];
    for side in sides {
        let found = side.and_then(|dataset| Ok((dataset, context.email(dataset)?)));
        let (dataset, column) = match found {
            Ok(found) => found,
            Err(gap) => {
                gaps.push(gap);
                continue;
            }
        };
        let (phone, names) = (phone(context, dataset), names(dataset));
        if phone.is_none() && names.is_empty() {
            let reason = format!("{} has no phone and no whole name to back an address", dataset.name);
            gaps.push(Gap { subject: dataset.name.clone(), reason, column: None });
        } else {
            let first = ["First Name", "first_name", "firstname"].into_iter().find_map(|name| dataset.find(name));
            questions.push(Question::TypoPairs { column, phone, first, names });
        }
    }
    (questions, gaps)
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    let (questions, gaps) = questions(context);
    Ask { subjects: questions.len(), questions, gaps }
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let (questions, _) = questions(context);
    questions.iter().filter_map(|question| hit(context, answers, question)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, question: &Question) -> Option<Hit> {
    let (Question::TypoPairs { column, .. }, Some(Answer::TypoPairs { rows, members, .. })) =
        (question, answers.get(question))
    else {
        return None;
    };
    if members.rows == 0 {
        return None;
    }
    let statement = format!(
        "{} one slip away from that of another with the same phone or name.",
        counted(members.rows, "record has an address", "records have addresses")
    );
    Some(Hit {
        subject: Subject::column(&column.dataset, context.label(column)),
        rows: members.rows,
        total: *rows,
        people: members.people,
        statement,
        samples: members.samples.iter().map(|sample| context.row(column, sample.clone(), None)).collect(),
        shows: Shows::Nothing,
        ..Hit::default()
    })
}
