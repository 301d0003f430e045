//! Why a person has no profile: their records in, one cause with a sentence out.

use super::causes::Cause;
use super::desk::Desk;
use super::subject::Subject;
use crate::exports::Dataset;
use crate::facts::single;
use crate::findings::Shows;
use crate::frames::normalize::{AddressClass, address, address_class};

/// Slips of typing within which an address may be meant.
const SLIP: usize = 2;

/// A cause and what it says here.
pub(super) type Stop = (Cause, String);

/// The dataset that lists people to whom nothing is sent.
pub(super) fn is_suppression_list(dataset: &Dataset) -> bool {
    dataset.module.to_lowercase().contains("suppress")
}

/// Where the person is on a suppression list, if they are.
pub(super) fn suppressed(desk: &Desk<'_>, subject: &Subject) -> Option<Stop> {
    let (name, row) = subject.records.iter().find_map(|(name, rows)| {
        let dataset = desk.context.datasets.get(name)?;
        is_suppression_list(dataset).then(|| Some((name, *rows.first()?)))?
    })?;
    let says = format!("{} is a suppression list and holds the person ({})", name, desk.key(name, row));
    Some((Cause::Suppressed, says))
}

/// Why nothing of a person arrived.
pub(super) fn profile(desk: &Desk<'_>, subject: &Subject) -> Stop {
    if let Some(stop) = suppressed(desk, subject) {
        return stop;
    }
    let records: Vec<(&str, u32)> = subject.zoho(desk).collect();
    let contact = records.iter().find(|(dataset, _)| dataset.ends_with(".contacts"));
    match (contact, records.first()) {
        (Some((dataset, row)), _) => of_contact(desk, dataset, *row),
        (None, Some((dataset, row))) => of_lead(desk, dataset, *row),
        (None, None) => {
            let known: Vec<&str> = subject.records.keys().map(String::as_str).collect();
            (
                Cause::NoRecord,
                format!("no record of the CRM and no profile belongs to the person; known to {}", known.join(", ")),
            )
        }
    }
}

fn of_lead(desk: &Desk<'_>, dataset: &str, row: u32) -> Stop {
    if desk.context.module_becomes("leads") == Some("people") {
        return of_person(desk, dataset, row);
    }
    let record = desk.record(dataset, row);
    match desk.named(dataset, "Converted Contact.id", row) {
        Some(_) => (Cause::NoProfile, format!("{record} became a contact that no export holds")),
        None => {
            (Cause::LeadNotConverted, format!("{record} is a lead, and leads do not become people before they convert"))
        }
    }
}

fn of_contact(desk: &Desk<'_>, dataset: &str, row: u32) -> Stop {
    if let Some(becomes) = desk.context.module_becomes("contacts").filter(|becomes| *becomes != "people") {
        let record = desk.record(dataset, row);
        return (Cause::OutOfScope, format!("{record} is out of scope: the mapping says contacts are `as: {becomes}`"));
    }
    of_person(desk, dataset, row)
}

fn of_person(desk: &Desk<'_>, dataset: &str, row: u32) -> Stop {
    let record = desk.record(dataset, row);
    let cell =
        desk.context.datasets.get(dataset).and_then(|it| desk.context.email(it).ok()).map(|it| desk.cell(&it, row));
    let class = cell.map(address_class);
    if class == Some(AddressClass::Missing) {
        return (Cause::NoAddress, format!("{record} has no address, and no profile carries its id"));
    }
    if let Some(condition) = out_of_scope(desk, dataset, row) {
        return (Cause::OutOfScope, format!("{record} is out of scope: it does not meet `{condition}`"));
    }
    if let (Some(cell), Some(class @ (AddressClass::Malformed | AddressClass::Placeholder))) = (cell, class) {
        let cell = desk.shown(cell, Shows::Nothing);
        return (Cause::WrongAddress, format!("the address of {record} is {}: {cell}", class.name()));
    }
    if desk.is_fresh(None, dataset, row) && is_new(desk, dataset, row) {
        return (Cause::TooFresh, format!("{record} was made within the lag of the sync"));
    }
    if let Some(own) = cell.and_then(address) {
        if let Some(near) = near(desk, &own) {
            let (own, near) = (desk.shown(&own, Shows::Nothing), desk.shown(&near, Shows::Nothing));
            return (
                Cause::WrongAddress,
                format!("the address of {record} is {own}, and a profile without a record has {near}"),
            );
        }
        if let Some(profile) = taken(desk, dataset, row) {
            return (
                Cause::AddressTaken,
                format!("the address of {record} stands on the profile {profile}, which is somebody else's"),
            );
        }
    }
    (Cause::NoProfile, format!("no profile carries the id or the address of {record}"))
}

/// The condition of its module that a record does not meet.
fn out_of_scope(desk: &Desk<'_>, dataset: &str, row: u32) -> Option<String> {
    let module = dataset.rsplit('.').next()?;
    let filter = desk.context.module(module)?;
    let clear = desk.context.filter_gaps(filter).is_empty();
    let met = clear.then(|| single::meets(desk.engine, dataset, row, filter).ok()).flatten();
    let prefix = format!("{dataset}.");
    let own = |name: &str| name.strip_prefix(prefix.as_str()).unwrap_or(name).to_owned();
    (met == Some(false)).then(|| filter.expr.renamed(&own).to_string())
}

/// Whether a record was made, and not only changed, when it was last written.
fn is_new(desk: &Desk<'_>, dataset: &str, row: u32) -> bool {
    let [made, changed] = ["Created Time", "Modified Time"].map(|name| desk.named(dataset, name, row));
    made.is_some() && made.and_then(|made| made.get(..10)) == changed.and_then(|changed| changed.get(..10))
}

/// The address of a profile that belongs to no record, a slip away from this one.
fn near(desk: &Desk<'_>, own: &str) -> Option<String> {
    let profiles = desk.profiles()?;
    let frame = desk.frame(profiles)?;
    let column = frame.column(desk.plan.get(profiles)?.address?)?;
    let close = |row: &u32| {
        let other = column.get(*row);
        other.len().abs_diff(own.len()) <= SLIP && {
            let distance = strsim::osa_distance(own, &other.trim().to_lowercase());
            (1..=SLIP).contains(&distance)
        }
    };
    let found: Vec<u32> = (0..frame.rows).filter(close).collect();
    let others = desk.context.people().filter(|dataset| dataset.name != profiles);
    let links: Vec<_> = others.map(|dataset| desk.identity.links(&dataset.name, profiles)).collect();
    let is_free = |row: &&u32| !links.iter().any(|links| links.iter().any(|link| link.right == **row));
    found.iter().find(is_free).map(|row| column.get(*row).trim().to_owned())
}

fn taken(desk: &Desk<'_>, dataset: &str, row: u32) -> Option<String> {
    let profiles = desk.profiles()?;
    let taken = desk.identity.taken(dataset, profiles);
    taken.iter().find(|(left, _)| *left == row).map(|(_, profile)| desk.key(profiles, *profile))
}
