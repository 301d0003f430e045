//! Consent of one person: what every system says, with the times beside it, who decides, and what Customer.io reads.

use super::causes::Cause;
use super::desk::Desk;
use super::held::{Expected, Held};
use super::missing::is_suppression_list;
use super::subject::Subject;
use super::{Said, Verdict};
use crate::checks::agreement::reading;
use crate::checks::consent::{lens, out_when, standard_name};
use crate::exports::{Dataset, System};
use crate::facts::lenses::{shape, truth};
use crate::facts::{Column, Consent, Lens};
use crate::findings::Shows;
use crate::frames::time::{instant, rfc3339};
use crate::mapping::Attribute;

/// Columns that systems keep consent in, beside those that the mapping names.
pub(super) const OWN: &[&str] = &[
    "Email Opt Out",
    "Accepts Email Marketing",
    "Email Marketing Consent",
    "Email Suppressions",
    "unsubscribed",
    "cio_subscription_preferences",
];
/// Columns with the time of a choice.
pub(super) const TIMES: &[&str] =
    &["Unsubscribed Time", "Email Marketing Consent Timestamp", "Consent Timestamp", "Consent Time", "unsubscribed_at"];

/// Columns with the time from which on somebody is on a list of those to whom nothing is sent.
pub(super) const SINCE: &[&str] = &["suppressed_at", "created_at", "created", "timestamp", "Timestamp", "Created At"];

/// Whether an attribute's true means opted out.
pub(super) fn means_out(attribute: &Attribute) -> bool {
    out_when(&attribute.name).unwrap_or(true)
}

/// What the profile's attribute should say, by the first source that says anything.
pub(super) fn expected(desk: &Desk<'_>, attribute: &Attribute, sources: &[(Column, String)]) -> Expected {
    let mut open = None;
    for (column, value) in sources {
        let Some(dataset) = desk.context.datasets.get(&column.dataset) else { continue };
        match lens(attribute, dataset, desk.context.label(column)) {
            Ok(consent) => match consent.says(value) {
                shape::OUT => return Expected::Value(means_out(attribute).to_string()),
                shape::IN | shape::UNTICKED => return Expected::Value((!means_out(attribute)).to_string()),
                shape::UNREADABLE => {
                    let why = format!("{} says neither yes nor no", column.dataset);
                    return Expected::Open(Some(Cause::ConsentUnreadable), why);
                }
                _ => {}
            },
            Err(gap) => match reading(attribute).and_then(|reading| reading.expected(value)) {
                Some(said) if standard_name(dataset.system).is_none() => return Expected::Value(said),
                _ => open = open.or(Some(gap.reason)),
            },
        }
    }
    match open {
        Some(reason) => Expected::Open(None, reason),
        None => Expected::Blank(Cause::BlankAtSource),
    }
}

/// How the profile's consent compares with what it should say.
pub(super) fn compare(held: &mut Held<'_>, found: &str) {
    let expected = match &held.expected {
        Expected::Value(text) => truth(text),
        Expected::Open(_, why) => {
            held.detail.clone_from(why);
            None
        }
        Expected::Blank(_) => None,
    };
    (held.verdict, held.fault) = match held.name.as_str() {
        "unsubscribed" => flag(expected, Consent::Profile.says(found)),
        _ => choice(expected, found),
    };
}

/// Customer.io's own flag: what it cannot read is subscribed.
fn flag(expected: Option<bool>, says: &str) -> (Verdict, Option<Cause>) {
    match (expected, says) {
        (Some(true), shape::OUT) => (Verdict::Same, None),
        (Some(true), shape::UNREADABLE) => (Verdict::WrongForm, Some(Cause::ConsentUnreadable)),
        (Some(true), _) => (Verdict::Differs, Some(Cause::OptOutNotSynced)),
        (Some(false), shape::OUT) => (Verdict::Differs, Some(Cause::OptedOutHereOnly)),
        (Some(false), shape::UNREADABLE) => (Verdict::Variant, None),
        (Some(false), _) => (Verdict::Same, None),
        (None, shape::UNREADABLE) => (Verdict::WrongForm, Some(Cause::ConsentUnreadable)),
        (None, shape::OUT) => (Verdict::NotCompared, Some(Cause::OptedOutHereOnly)),
        (None, _) => (Verdict::NotCompared, None),
    }
}

/// A consent attribute of the team's own.
fn choice(expected: Option<bool>, found: &str) -> (Verdict, Option<Cause>) {
    match (expected, truth(found)) {
        (Some(one), Some(other)) if one == other => (Verdict::Same, None),
        (Some(_), Some(_)) => (Verdict::Differs, Some(Cause::StaleValue)),
        (Some(_), None) if found.trim().is_empty() => (Verdict::Missing, Some(Cause::NotSynced)),
        (_, None) if !found.trim().is_empty() => (Verdict::WrongForm, Some(Cause::ConsentUnreadable)),
        _ => (Verdict::NotCompared, None),
    }
}

/// Columns beside profiles in which the person opted out.
pub(super) fn opted_out(desk: &Desk<'_>, subject: &Subject) -> Vec<String> {
    let said = said(desk, subject).into_iter().filter(|line| desk.profiles() != Some(line.dataset.as_str()));
    said.filter(|line| line.says == shape::OUT).map(|line| format!("{}.{}", line.dataset, line.column)).collect()
}

/// Every column of the person's records and profiles that speaks of consent.
pub(super) fn said(desk: &Desk<'_>, subject: &Subject) -> Vec<Said> {
    let records =
        subject.records.iter().flat_map(|(dataset, rows)| rows.iter().map(move |row| (dataset.as_str(), *row)));
    let profiles = subject.profiles.iter().filter_map(|row| Some((desk.profiles()?, *row)));
    let mut found = Vec::new();
    for (name, row) in records.chain(profiles) {
        let Some(dataset) = desk.context.datasets.get(name) else { continue };
        for (attribute, index) in columns(desk, dataset) {
            let column = Column { dataset: name.to_owned(), index };
            found.push(line(desk, dataset, attribute, &column, row));
        }
    }
    found.extend(listings(desk, subject).map(|(name, row)| listing(desk, name, row)));
    found
}

/// The person's rows on lists of those to whom nothing is sent.
fn listings<'a>(desk: &'a Desk<'_>, subject: &'a Subject) -> impl Iterator<Item = (&'a str, u32)> {
    let lists = subject
        .records
        .iter()
        .filter(|(name, _)| desk.context.datasets.get(*name).is_some_and(|dataset| is_suppression_list(dataset)));
    lists.flat_map(|(name, rows)| rows.iter().map(move |row| (name.as_str(), *row)))
}

/// A row of such a list, with the time from which on it counts.
fn listing(desk: &Desk<'_>, name: &str, row: u32) -> Said {
    Said {
        dataset: name.to_owned(),
        column: "suppression list".to_owned(),
        value: desk.key(name, row),
        says: "suppressed: nothing is sent".to_owned(),
        times: since(desk, name, row).map(|(column, at)| (column.to_owned(), at)).into_iter().collect(),
        decides: false,
    }
}

fn since(desk: &Desk<'_>, name: &str, row: u32) -> Option<(&'static str, String)> {
    let (column, cell) = SINCE.iter().find_map(|column| Some((*column, desk.named(name, column, row)?)))?;
    let at = instant(cell, None).map(rfc3339).unwrap_or_else(|| desk.shown(cell, Shows::Instants));
    Some((column, at))
}

/// The columns of a dataset that speak of consent, with the attribute that each feeds or is.
fn columns<'a>(desk: &Desk<'a>, dataset: &Dataset) -> Vec<(Option<&'a Attribute>, usize)> {
    let attributes = desk.context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let mut found: Vec<(Option<&Attribute>, usize)> = Vec::new();
    for attribute in attributes.filter(|attribute| attribute.is_consent()) {
        let sources = attribute.from.iter().filter_map(|from| desk.context.resolve(from.column.as_ref()?).ok());
        let both = sources.chain(desk.context.on_profile(&attribute.name).ok());
        found
            .extend(both.filter(|column| column.dataset == dataset.name).map(|column| (Some(attribute), column.index)));
    }
    for index in OWN.iter().filter_map(|name| own(dataset, name)) {
        if !found.iter().any(|(_, known)| *known == index) {
            found.push((None, index));
        }
    }
    found
}

/// The column of a system's own name: Zoho's may have another label, and those of the others are compared as they stand.
fn own(dataset: &Dataset, name: &str) -> Option<usize> {
    match dataset.system {
        System::Zoho => dataset.find(name),
        _ => dataset.columns.iter().position(|column| column.label == name),
    }
}

fn line(desk: &Desk<'_>, dataset: &Dataset, attribute: Option<&Attribute>, column: &Column, row: u32) -> Said {
    let (label, value) = (desk.context.label(column), desk.cell(column, row));
    let times =
        TIMES.iter().filter_map(|name| Some(((*name).to_owned(), desk.named(&dataset.name, name, row)?.to_owned())));
    let owner = attribute.and_then(|attribute| attribute.owner.as_ref());
    Said {
        dataset: dataset.name.clone(),
        column: label.to_owned(),
        value: desk.shown(value, Shows::Words),
        says: says(dataset, attribute, label, value),
        times: times.collect(),
        decides: owner.is_some_and(|owner| desk.context.owns(&owner.text, dataset)),
    }
}

/// What a value says to whoever reads it.
fn says(dataset: &Dataset, attribute: Option<&Attribute>, label: &str, value: &str) -> String {
    let flag = match label {
        "unsubscribed" => Some(Consent::Profile.says(value)),
        "cio_subscription_preferences" => Some(Lens::Topics.shape(value)),
        _ => None,
    };
    if let Some(flag) = flag {
        return flag.to_owned();
    }
    match attribute.map(|attribute| lens(attribute, dataset, label)) {
        Some(Ok(consent)) => consent.says(value).to_owned(),
        _ => match OWN.iter().copied().find(|name| own(dataset, name) == dataset.find(label)).unwrap_or(label) {
            "Email Opt Out" => Consent::OptOutBox.says(value).to_owned(),
            "Email Marketing Consent" => Consent::State.says(value).to_owned(),
            "Email Suppressions" => Consent::Suppressed.says(value).to_owned(),
            "Accepts Email Marketing" => Consent::OptInFlag.says(value).to_owned(),
            _ => truth(value)
                .map_or_else(|| shape::UNREADABLE.to_owned(), |says| if says { "yes" } else { "no" }.to_owned()),
        },
    }
}

/// Who decides about each consent attribute, and what Customer.io makes of the profiles.
pub(super) fn decides(desk: &Desk<'_>, subject: &Subject) -> Vec<String> {
    let attributes = desk.context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let mut told: Vec<String> = attributes.filter(|attribute| attribute.is_consent()).map(owner).collect();
    let listed: Option<(&str, u32)> = listings(desk, subject).next();
    if let Some((name, row)) = listed {
        let since = since(desk, name, row).map(|(_, at)| format!(" since {at}")).unwrap_or_default();
        told.push(format!("The person is on the suppression list {name}{since}: nothing is sent."));
    }
    let Some(profiles) = desk.profiles() else { return told };
    let Ok(flag) = desk.context.on_profile("unsubscribed") else { return told };
    for profile in &subject.profiles {
        let out = Consent::Mailable.says(desk.cell(&flag, *profile)) == shape::OUT;
        let reads = match (out, listed) {
            (true, _) => "unsubscribed: nothing is sent",
            (false, Some(_)) => "subscribed, and sends nothing, as the list says",
            (false, None) => "subscribed: mail is sent",
        };
        told.push(format!("Customer.io reads {} as {reads}.", desk.key(profiles, *profile)));
    }
    told
}

fn owner(attribute: &Attribute) -> String {
    let name = &attribute.name;
    let Some(owner) = &attribute.owner else { return format!("The mapping names no owner of {name}.") };
    match attribute.precedence.as_slice() {
        [] => format!("{} decides about {name}.", owner.text),
        order => format!("{} decides about {name}; values count in the order {}.", owner.text, order.join(", ")),
    }
}
