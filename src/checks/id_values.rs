//! What stands in columns of ids and addresses: missing where a link says that one is known, strange to every export,
//! several kinds in one column.

use std::collections::BTreeSet;

use super::context::{Context, filled, no_mapping, no_profiles};
use super::identifier::is_address;
use super::parts::gather;
use super::repeats::no_contacts;
use super::{Ask, Kind, Stage};
use crate::exports::System;
use crate::facts::ids::shape as kind;
use crate::facts::lenses::shape;
use crate::facts::{Answer, Answers, Column, Lens, Pick, Question, Scope, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::normalize::AddressClass;
use crate::mapping::Mapping;
use crate::shape::{Shape, required};
use crate::text::{count, counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "id-values",
    about: "values of ids and addresses that no profile should be found by",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["absent", "orphan", "mixed-prefix", "mixed-kinds", "unfit", "malformed"]),
        "absent: missing on a profile that belongs to a contact; orphan: an id that no record has; mixed-prefix, mixed-kinds: several ways of writing in one column; unfit: what Customer.io takes badly as id; malformed: no address",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// One column and the question about it.
struct Look {
    column: Column,
    lens: Lens,
    /// Which records are looked at, where not all are.
    scope: Option<Scope>,
    /// Whether it is a second home of ids that have a column of their own.
    second: bool,
}

impl Look {
    fn plain(column: Column, lens: Lens) -> Self {
        Self { column, lens, scope: None, second: false }
    }

    fn question(&self) -> Question {
        let (column, lens) = (self.column.clone(), self.lens.clone());
        match self.scope.clone() {
            Some(scope) => Question::Shaped { column, lens, scope },
            None => Question::Shapes { column, lens },
        }
    }

    fn pick(&self, shapes: BTreeSet<String>) -> Pick {
        let (column, lens) = (self.column.clone(), self.lens.clone());
        match self.scope.clone() {
            Some(scope) => Pick::Shaped { column, lens, shapes, scope },
            None => Pick::Shapes { column, lens, shapes },
        }
    }
}

type Looks = Result<Vec<Look>, Vec<Gap>>;

fn looks(context: &Context<'_>, fault: &str) -> (Vec<Look>, Vec<Gap>) {
    let found: Looks = match fault {
        "absent" => canonical(context).and_then(|mapping| absent(context, mapping)),
        "orphan" => canonical(context).and_then(|mapping| orphan(context, mapping)),
        "mixed-prefix" => canonical(context).and_then(|mapping| mixed(context, mapping)),
        "malformed" => return addresses(context),
        _ => profile_id(context, fault),
    };
    match found {
        Ok(looks) => (looks, Vec::new()),
        Err(gaps) => (Vec::new(), gaps),
    }
}

/// The mapping, when it joins people by an identifier other than the address.
fn canonical<'a>(context: &Context<'a>) -> Result<&'a Mapping, Vec<Gap>> {
    let mapping = context.mapping.ok_or_else(|| vec![no_mapping()])?;
    let gap =
        |reason: &str| vec![Gap { subject: "mapping:identity".to_owned(), reason: reason.to_owned(), column: None }];
    if mapping.canonical.is_none() {
        return Err(gap("the mapping declares no canonical identifier"));
    }
    if is_address(mapping) {
        return Err(gap("the mapping joins people by their address, not by an id of Zoho"));
    }
    Ok(mapping)
}

fn on_profile(context: &Context<'_>, mapping: &Mapping) -> Result<Column, Vec<Gap>> {
    let name = mapping.canonical.as_ref().map(|key| key.attribute.text.as_str()).unwrap_or_default();
    context.on_profile(name).map_err(|gap| vec![gap])
}

fn absent(context: &Context<'_>, mapping: &Mapping) -> Looks {
    let Some(contacts) = context.zoho("contacts") else { return Err(vec![no_contacts("zoho.contacts")]) };
    let look = Look::plain(on_profile(context, mapping)?, filled(&mapping.missing));
    // Only addresses link a profile that has no identifier.
    let profiles = context.profiles().ok_or_else(|| vec![no_profiles("customerio.people")])?;
    context.email(contacts).and(context.email(profiles)).map_err(|gap| vec![gap])?;
    Ok(vec![Look { scope: Some(Scope::Linked(vec![contacts.name.clone()])), ..look }])
}

fn orphan(context: &Context<'_>, mapping: &Mapping) -> Looks {
    let Some(contacts) = context.zoho("contacts") else { return Err(vec![no_contacts("zoho.contacts")]) };
    let blind = context.identifier_gaps();
    if !blind.is_empty() {
        return Err(blind);
    }
    let profiles = context.profiles().ok_or_else(|| vec![no_profiles("customerio.people")])?;
    context.email(contacts).and(context.email(profiles)).map_err(|gap| vec![gap])?;
    let leads = context.zoho("leads");
    if leads.is_none() && context.module_becomes("leads") == Some("people") {
        let reason = "leads become people, and no export of them was given".to_owned();
        return Err(vec![Gap { subject: "zoho.leads".to_owned(), reason, column: None }]);
    }
    let others = [Some(contacts), leads].into_iter().flatten().map(|dataset| dataset.name.clone()).collect();
    let look = Look::plain(on_profile(context, mapping)?, Lens::Identifier);
    Ok(vec![Look { scope: Some(Scope::Unlinked(others)), ..look }])
}

/// Words of attribute names under which ids of something else stand.
const ELSEWHERE: &[&str] = &["account", "deal", "lead", "owner", "org", "campaign", "case", "user"];

fn mixed(context: &Context<'_>, mapping: &Mapping) -> Looks {
    let own = on_profile(context, mapping)?;
    let Some(profiles) = context.profiles() else { return Err(vec![no_profiles("customerio.people")]) };
    let named = |label: &str| {
        let label = label.to_lowercase();
        let crm = ["zoho", "zcrm", "contact_id", "contactid", "contact id"].iter().any(|word| label.contains(word));
        crm && !ELSEWHERE.iter().any(|word| label.contains(word))
    };
    let others = profiles.columns.iter().enumerate().filter(|(index, column)| {
        *index != own.index && profiles.key != Some(*index) && column.label != "id" && named(&column.label)
    });
    let second = others.map(|(index, _)| Look {
        second: true,
        ..Look::plain(Column { dataset: profiles.name.clone(), index }, Lens::Prefix)
    });
    Ok(std::iter::once(Look::plain(own.clone(), Lens::Prefix)).chain(second).collect())
}

fn profile_id(context: &Context<'_>, fault: &str) -> Looks {
    if context.profiles().is_none() {
        return Err(vec![no_profiles("customerio.people.id")]);
    }
    let column = context.on_profile("id").map_err(|gap| vec![gap])?;
    Ok(vec![Look::plain(column, if fault == "unfit" { Lens::ProfileIdFault } else { Lens::ProfileId })])
}

fn addresses(context: &Context<'_>) -> (Vec<Look>, Vec<Gap>) {
    let (found, gaps): (Vec<_>, Vec<_>) =
        context.people().map(|dataset| context.email(dataset)).partition(Result::is_ok);
    let looks = found.into_iter().filter_map(Result::ok).map(|column| Look::plain(column, Lens::Address));
    (looks.collect(), gaps.into_iter().filter_map(Result::err).collect())
}

fn fault(params: &Node) -> String {
    params.get_text("fault").unwrap_or_default()
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let fault = fault(params);
    let (looks, mut gaps) = looks(context, &fault);
    let mut questions = Vec::new();
    for look in &looks {
        let question = look.question();
        if let Some(Answer::Shapes { rows, shapes }) = answers.get(&question) {
            let empty = shapes.keys().all(|name| name == shape::MISSING);
            match fault.as_str() {
                // Nobody of whom it could be said.
                "absent" if *rows == 0 => gaps.push(unlinked(context, look)),
                "absent" | "orphan" => {}
                _ if empty && !look.second => gaps.push(context.blank(&look.column)),
                _ => {}
            }
        }
        questions.extend(Question::listing(look.pick(wrong(answers, look, &fault))));
        questions.push(question);
    }
    Ask { subjects: looks.len(), questions, gaps }
}

fn unlinked(context: &Context<'_>, look: &Look) -> Gap {
    let subject = format!("{}.{}", look.column.dataset, context.label(&look.column));
    Gap { subject, reason: "no profile is linked to a Zoho contact".to_owned(), column: None }
}

/// The shapes of a column that are wrong.
fn wrong(answers: &Answers, look: &Look, fault: &str) -> BTreeSet<String> {
    let Some(Answer::Shapes { shapes, .. }) = answers.get(&look.question()) else { return BTreeSet::new() };
    let rows = |name: &str| shapes.get(name).map_or(0, |tally| tally.rows);
    let present = |names: &[&str]| -> BTreeSet<String> {
        names.iter().filter(|name| rows(name) > 0).map(|name| (*name).to_owned()).collect()
    };
    match fault {
        "absent" => present(&[shape::MISSING]),
        "orphan" => present(&[shape::WHOLE, shape::FLOATED, shape::ROUNDED_SHORT]),
        "malformed" => present(&[AddressClass::Malformed.name()]),
        "unfit" => present(&[kind::INTERNAL, kind::EMAIL, kind::LONG, shape::PLACEHOLDER]),
        "mixed-prefix" => {
            let (prefixed, bare) = (rows(kind::PREFIXED), rows(kind::BARE));
            match (look.second, prefixed, bare) {
                (true, _, _) if (prefixed + bare) * 2 > filled_rows(shapes.iter()) => {
                    present(&[kind::PREFIXED, kind::BARE])
                }
                (true, _, _) | (_, 0, _) | (_, _, 0) => BTreeSet::new(),
                _ => present(&[if prefixed < bare { kind::PREFIXED } else { kind::BARE }]),
            }
        }
        _ => {
            let kinds = [kind::EMAIL, kind::ZOHO, kind::UUID, kind::NUMBER, kind::TEXT];
            let main = kinds.into_iter().max_by_key(|name| (rows(name), std::cmp::Reverse(*name)));
            let others: Vec<&str> = kinds.into_iter().filter(|name| Some(*name) != main).collect();
            present(&others)
        }
    }
}

fn filled_rows<'a>(shapes: impl Iterator<Item = (&'a String, &'a Tally)>) -> u64 {
    shapes.filter(|(name, _)| *name != shape::MISSING).map(|(_, tally)| tally.rows).sum()
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = fault(params);
    let (looks, _) = looks(context, &fault);
    looks.iter().filter_map(|look| hit(context, answers, look, &fault)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, look: &Look, fault: &str) -> Option<Hit> {
    let names = wrong(answers, look, fault);
    let Some(Answer::Shapes { rows, shapes }) = answers.get(&look.question()) else { return None };
    if names.is_empty() {
        return None;
    }
    let found = names.iter().map(|name| (name.as_str(), shapes.get(name), None));
    let (summed, parts) = gather(found);
    let whole = context.listed(answers, &look.pick(names.clone()), summed);
    let filled = filled_rows(shapes.iter());
    let total = if fault == "absent" { *rows } else { filled };
    let label = context.label(&look.column);
    let (number, share) = (whole.rows, percent(whole.rows, total));
    let profiles = |verb: &str, verbs: &str| counted(number, &format!("profile {verb}"), &format!("profiles {verbs}"));
    let statement = match fault {
        "absent" => format!(
            "{} to a Zoho contact but {} no `{label}` ({share} of those linked).",
            profiles("belongs", "belong"),
            if number == 1 { "carries" } else { "carry" }
        ),
        "orphan" => format!("{} a `{label}` that no Zoho contact or lead has.", profiles("carries", "carry")),
        "malformed" => {
            format!("{} in `{label}` ({share}).", counted(number, "value is no address", "values are no addresses"))
        }
        "unfit" => format!("{} an `id` that Customer.io takes badly ({share}).", profiles("has", "have")),
        "mixed-prefix" if look.second => {
            let ids = counted(number, "Zoho id", "Zoho ids");
            format!("`{label}` holds {ids} as well, beside the canonical identifier.")
        }
        "mixed-prefix" => {
            let others = count(filled.saturating_sub(number));
            format!("`{label}` holds Zoho ids in two shapes: {} and {others} otherwise.", part_names(&names, number))
        }
        _ => format!("`id` holds several kinds of value: {} not like most ({share}).", profiles("is", "are")),
    };
    let system = context.dataset(&look.column.dataset).map(|dataset| dataset.system);
    let (count, people) = (number, whole.people);
    Some(Hit {
        subject: Subject::column(&look.column.dataset, label),
        rows: count,
        total: total.max(count),
        people,
        statement,
        // On the profile alone the kinds are the news; elsewhere there is one.
        parts: if system == Some(System::CustomerIo) && names.len() > 1 { parts } else { Vec::new() },
        samples: whole.samples.into_iter().map(|sample| context.row(&look.column, sample, None)).collect(),
        shows: Shows::Labels,
        ..Hit::default()
    })
}

fn part_names(names: &BTreeSet<String>, number: u64) -> String {
    let shapes: Vec<&str> = names.iter().map(String::as_str).collect();
    format!("{} {}", count(number), shapes.join(", "))
}
