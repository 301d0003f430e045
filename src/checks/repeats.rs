//! One value on several records of a dataset: addresses, ids, and consent of one person.

use super::context::{Context, no_profiles};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Column, Consent, Groups, Lens, Question, Unlike};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::normalize::Form;
use crate::shape::{Shape, required};
use crate::text::{count, counted};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "repeats",
    about: "one address, id or person on several records",
    params: Shape::Object(&[required(
        "of",
        Shape::Word(&["address", "mailbox", "shared-address", "record-id", "profile-id", "consent"]),
        "address: case and blanks aside, on profiles; mailbox: as the mail provider delivers; shared-address: on several Zoho contacts; record-id: of Zoho; profile-id: but for case; consent: profiles of one person that disagree",
    )]),
    stage: Stage::Facts { ask, judge },
};

fn of(params: &Node) -> String {
    params.get_text("of").unwrap_or_default()
}

fn contacts_address(context: &Context<'_>) -> Result<Column, Gap> {
    match context.zoho("contacts") {
        Some(contacts) => context.email(contacts),
        None => Err(no_contacts("zoho.contacts.Email")),
    }
}

/// A gap for the lack of Zoho contacts.
pub(super) fn no_contacts(subject: &str) -> Gap {
    Gap { subject: subject.to_owned(), reason: "no export of Zoho contacts was given".to_owned(), column: None }
}

fn columns(context: &Context<'_>, params: &Node) -> (Vec<Column>, Vec<Gap>) {
    let on_profile = |name: &str| match context.profiles() {
        Some(profiles) if name == "email" => context.email(profiles),
        Some(_) => context.on_profile(name),
        None => Err(no_profiles(&format!("customerio.people.{name}"))),
    };
    let found = match of(params).as_str() {
        "address" => vec![on_profile("email")],
        "mailbox" => vec![on_profile("email"), contacts_address(context)],
        "shared-address" => vec![contacts_address(context)],
        "record-id" => record_ids(context),
        "profile-id" => vec![on_profile("id")],
        _ => vec![on_profile("unsubscribed")],
    };
    let (columns, mut gaps): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
    if of(params) == "consent" {
        // By these the profiles of one person are known.
        let address = context.profiles().map(|profiles| context.email(profiles));
        let identifier = context.mapping.and_then(|mapping| mapping.canonical.as_ref());
        let identifier = identifier.filter(|_| context.profiles().is_some());
        gaps.extend(address.filter(Result::is_err));
        gaps.extend(identifier.map(|key| context.on_profile(&key.attribute.text)).filter(Result::is_err));
    }
    (columns.into_iter().filter_map(Result::ok).collect(), gaps.into_iter().filter_map(Result::err).collect())
}

/// The record ids of contacts and leads, and the canonical identifier where it is another column of theirs.
fn record_ids(context: &Context<'_>) -> Vec<Result<Column, Gap>> {
    let mut found = Vec::new();
    for dataset in ["contacts", "leads"].into_iter().filter_map(|module| context.zoho(module)) {
        let id = dataset.key.filter(|_| !dataset.preview.is_empty());
        let own = id.map(|index| Column { dataset: dataset.name.clone(), index });
        found.push(own.map_or_else(|| context.standard(dataset, "Record Id"), Ok));
    }
    if found.is_empty() {
        found.push(Err(no_contacts("zoho.contacts")));
    }
    let canonical = context.mapping.and_then(|mapping| mapping.canonical.as_ref()?.source.as_ref());
    let source = canonical.and_then(|path| context.resolve(path).ok());
    // An address that is canonical may be shared: that is a rule of its own.
    let own = source.filter(|column| contacts_address(context).ok().as_ref() != Some(column));
    if let Some(own) = own.filter(|column| !found.contains(&Ok(column.clone()))) {
        found.push(Ok(own));
    }
    found
}

fn question(column: &Column, params: &Node) -> Question {
    let column = column.clone();
    let (form, unlike) = match of(params).as_str() {
        "consent" => return Question::Divided { column, lens: Lens::Consent(Consent::Mailable) },
        "mailbox" => (Form::Mailbox, Some(Unlike::Form(Form::Address))),
        "shared-address" => (Form::Address, Some(Unlike::Record)),
        "record-id" => (Form::Identifier, None),
        "profile-id" => (Form::Folded, Some(Unlike::Form(Form::Exact))),
        _ => (Form::Address, None),
    };
    Question::Repeats { column, form, unlike }
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let (columns, mut gaps) = columns(context, params);
    let thing = if of(params).ends_with("-id") { "id" } else { "address" };
    let silent = columns.iter().filter(|column| match answers.get(&question(column, params)) {
        Some(Answer::Repeats { groups, .. }) => groups.keyed == 0 && of(params) != "consent",
        _ => false,
    });
    gaps.extend(silent.map(|column| Gap {
        subject: format!("{}.{}", column.dataset, context.label(column)),
        reason: format!("{}.{} holds no usable {thing}", column.dataset, context.label(column)),
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
    let number = groups.count;
    let what = match of(params).as_str() {
        "mailbox" => {
            let boxes = counted(number, "mailbox stands", "mailboxes stand");
            format!("{boxes} under different spellings of the address")
        }
        "shared-address" => {
            format!("{} on several Zoho contacts", counted(number, "address stands", "addresses stand"))
        }
        "record-id" => format!("{} on several records", counted(number, "id stands", "ids stand")),
        "profile-id" => {
            let ids = counted(number, "`id` stands", "`id` values stand");
            format!("{ids} on several profiles in spellings that differ in case or blanks")
        }
        "consent" => {
            let people = counted(number, "person has", "people have");
            format!("{people} several profiles, of which one is opted out and another is not")
        }
        _ => format!("{} on several {noun}", counted(number, "address stands", "addresses stand")),
    };
    Hit {
        subject: Subject::column(&column.dataset, label),
        rows: members.rows,
        total: rows,
        people: members.people,
        statement: format!("{what}: {} {noun}.", count(members.rows)),
        samples: members.samples.iter().map(|sample| context.row(column, sample.clone(), None)).collect(),
        shows: if of(params) == "consent" { Shows::Words } else { Shows::Nothing },
        ..Hit::default()
    }
}
