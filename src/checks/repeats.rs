//! One address on several records.

use super::context::{Context, no_profiles};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Apart, Column, Groups, Question};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::normalize::Form;
use crate::shape::{Shape, required};
use crate::text::{count, counted};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "repeats",
    about: "one address on several records",
    params: Shape::Object(&[required(
        "form",
        Shape::Word(&["exact", "provider"]),
        "exact: case and blanks aside; provider: as the mail provider delivers",
    )]),
    stage: Stage::Facts { ask, judge },
};

fn columns(context: &Context<'_>, params: &Node) -> (Vec<Column>, Vec<Gap>) {
    let mut found = Vec::new();
    match context.profiles() {
        Some(profiles) => found.push(context.email(profiles)),
        None => found.push(Err(no_profiles("customerio.people.email"))),
    }
    if params.get_text("form").as_deref() == Some("provider") {
        match context.zoho("contacts") {
            Some(contacts) => found.push(context.email(contacts)),
            None => found.push(Err(Gap {
                subject: "zoho.contacts.Email".to_owned(),
                reason: "no export of Zoho contacts was given".to_owned(),
                column: None,
            })),
        }
    }
    let (columns, gaps): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
    (columns.into_iter().filter_map(Result::ok).collect(), gaps.into_iter().filter_map(Result::err).collect())
}

fn question(column: &Column, params: &Node) -> Question {
    let provider = params.get_text("form").as_deref() == Some("provider");
    let (form, apart) =
        if provider { (Form::Mailbox, Some(Apart::Form(Form::Address))) } else { (Form::Address, None) };
    Question::Repeats { column: column.clone(), form, apart }
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let (columns, mut gaps) = columns(context, params);
    let silent = columns.iter().filter(|column| match answers.get(&question(column, params)) {
        Some(Answer::Repeats { groups, .. }) => groups.keyed == 0,
        _ => false,
    });
    gaps.extend(silent.map(|column| Gap {
        subject: format!("{}.{}", column.dataset, context.label(column)),
        reason: format!("{}.{} holds no usable address", column.dataset, context.label(column)),
        column: None,
    }));
    Ask { subjects: columns.len(), questions: columns.iter().map(|column| question(column, params)).collect(), gaps }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let (columns, _) = columns(context, params);
    let hits = columns.iter().filter_map(|column| match answers.get(&question(column, params)) {
        Some(Answer::Repeats { rows, groups }) if groups.count > 0 => {
            Some(hit(context, params, column, (*rows, groups)))
        }
        _ => None,
    });
    hits.collect()
}

fn hit(context: &Context<'_>, params: &Node, column: &Column, (rows, groups): (u64, &Groups)) -> Hit {
    let label = context.label(column);
    let members = &groups.members;
    let profile = context.profiles().is_some_and(|profiles| profiles.name == column.dataset);
    let noun = if profile { "profiles" } else { "records" };
    let statement = if params.get_text("form").as_deref() == Some("provider") {
        format!(
            "{} under different spellings of the address: {} {noun}.",
            counted(groups.count, "mailbox stands", "mailboxes stand"),
            count(members.rows)
        )
    } else {
        format!(
            "{} on several {noun}: {} {noun}.",
            counted(groups.count, "address stands", "addresses stand"),
            count(members.rows)
        )
    };
    Hit {
        subject: Subject::column(&column.dataset, label),
        rows: members.rows,
        total: rows,
        people: members.people,
        statement,
        action: None,
        parts: Vec::new(),
        samples: members.samples.iter().map(|sample| context.row(column, sample.clone(), None)).collect(),
        place: None,
        shows: Shows::Nothing,
    }
}
