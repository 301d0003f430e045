//! What was typed, held against every key of every dataset: an id, an address or a phone number in, rows out.

use std::collections::BTreeSet;

use super::desk::Desk;
use crate::error::{Error, Fault, Result};
use crate::facts::{Column, Reading};
use crate::frames::Frame;
use crate::frames::normalize::{AddressClass, Form, address_class};

/// Columns with an id or a phone number of the person, beside the keys by which people are joined.
pub(super) const KEYS: &[&str] =
    &["id", "cio_id", "Customer ID", "Klaviyo ID", "Phone", "Mobile", "Phone Number", "phone"];
/// Those of them that hold phone numbers.
const PHONES: &[&str] = &["Phone", "Mobile", "Phone Number", "phone", "Default Address Phone"];
/// Fewest digits that are taken for a phone number.
const SHORTEST_PHONE: usize = 7;
/// Slips of typing within which a key is near.
const NEAR: usize = 2;
/// Near keys that are named.
const NAMED: usize = 3;

/// A row that answers, in a dataset.
pub(super) type Seed = (String, u32);

/// The rows that answer to what was typed: by id, else by address, else by mailbox, else by phone.
pub(super) fn find(desk: &Desk<'_>, typed: &str) -> Result<Vec<Seed>> {
    let ways: [fn(&Desk<'_>, &str) -> BTreeSet<Seed>; 4] = [
        |desk, typed| by_form(desk, typed, Form::Identifier, ids),
        |desk, typed| by_address(desk, typed, Form::Address),
        |desk, typed| by_address(desk, typed, Form::Mailbox),
        by_phone,
    ];
    let found = ways.iter().map(|way| way(desk, typed)).find(|found| !found.is_empty());
    found.map(|found| found.into_iter().collect()).ok_or_else(|| nobody(desk, typed))
}

/// The rows with an address. An event may carry one that its person has no more: it answers where no record does.
fn by_address(desk: &Desk<'_>, typed: &str, form: Form) -> BTreeSet<Seed> {
    let found = by_form(desk, typed, form, addresses);
    let is_event = |name: &str| desk.context.events().is_some_and(|events| events.name == name);
    let (events, records): (BTreeSet<Seed>, BTreeSet<Seed>) = found.into_iter().partition(|(name, _)| is_event(name));
    if records.is_empty() { events } else { records }
}

fn ids(desk: &Desk<'_>, frame: &Frame) -> BTreeSet<usize> {
    let keys = desk.plan.get(&frame.dataset.name);
    let planned = keys.into_iter().flat_map(|keys| keys.record.into_iter().chain(keys.ids.iter().map(|id| id.column)));
    let own = KEYS.iter().filter(|name| !PHONES.contains(name)).filter_map(|name| frame.dataset.find(name));
    planned.chain(own).collect()
}

fn addresses(desk: &Desk<'_>, frame: &Frame) -> BTreeSet<usize> {
    desk.plan.get(&frame.dataset.name).and_then(|keys| keys.address).into_iter().collect()
}

fn by_form(
    desk: &Desk<'_>,
    typed: &str,
    form: Form,
    columns: fn(&Desk<'_>, &Frame) -> BTreeSet<usize>,
) -> BTreeSet<Seed> {
    let Some(wanted) = form.of(typed) else { return BTreeSet::new() };
    rows(desk, columns, |cell| form.of(cell).is_some_and(|own| own == wanted))
}

fn rows(
    desk: &Desk<'_>,
    columns: impl Fn(&Desk<'_>, &Frame) -> BTreeSet<usize>,
    is: impl Fn(&str) -> bool,
) -> BTreeSet<Seed> {
    let mut found = BTreeSet::new();
    for frame in desk.store.iter() {
        for column in columns(desk, frame).into_iter().filter_map(|index| frame.column(index)) {
            let rows = (0..frame.rows).filter(|row| is(column.get(*row)));
            found.extend(rows.map(|row| (frame.dataset.name.clone(), row)));
        }
    }
    found
}

fn by_phone(desk: &Desk<'_>, typed: &str) -> BTreeSet<Seed> {
    let plain = typed.chars().all(|c| c.is_ascii_digit() || " +()-./".contains(c));
    if !plain || typed.chars().filter(char::is_ascii_digit).count() < SHORTEST_PHONE {
        return BTreeSet::new();
    }
    let wanted = Reading::Phone.read(typed, &[], true);
    rows(desk, phones, |cell| !cell.is_empty() && Reading::Phone.same(&wanted, &Reading::Phone.read(cell, &[], true)))
}

fn phones(desk: &Desk<'_>, frame: &Frame) -> BTreeSet<usize> {
    let attributes = desk.context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let attributes = attributes.filter(|attribute| attribute.is_role("phone") || attribute.is(&["phone"]));
    let mapped = attributes.flat_map(|attribute| {
        let sources = attribute.from.iter().filter_map(|from| desk.context.resolve(from.column.as_ref()?).ok());
        sources.chain(desk.context.on_profile(&attribute.name).ok())
    });
    let mapped = mapped.filter(|column: &Column| column.dataset == frame.dataset.name).map(|column| column.index);
    let named = PHONES.iter().filter_map(|name| frame.dataset.find(name));
    mapped.chain(named).collect()
}

/// Nobody answers: where was looked, and what is near.
fn nobody(desk: &Desk<'_>, typed: &str) -> Error {
    let help = "name a record id, a profile id, an e-mail address or a phone number as an export holds it";
    if typed.contains('@') && address_class(typed) == AddressClass::Placeholder {
        let fault = Fault::new(format!("{}: a placeholder address names nobody", desk.typed(typed)));
        return Error::usage(fault.help(help));
    }
    let searched: Vec<String> = desk.store.iter().map(|frame| frame.dataset.name.clone()).collect();
    let message = format!("nobody answers to {} in {}", desk.typed(typed), searched.join(", "));
    let near = near(desk, typed);
    let help = if near.is_empty() {
        help.to_owned()
    } else {
        format!("did you mean {}? `--show-pii` shows ids as they stand", near.join(", or "))
    };
    Error::usage(Fault::new(message).help(help))
}

/// Keys a slip away with the records that hold them, as they may be shown; the nearest first.
fn near(desk: &Desk<'_>, typed: &str) -> Vec<String> {
    let wanted = typed.trim().to_lowercase();
    let columns = if wanted.contains('@') { addresses } else { ids };
    let mut found: BTreeSet<(usize, String, u32)> = BTreeSet::new();
    for frame in desk.store.iter() {
        for column in columns(desk, frame).into_iter().filter_map(|index| frame.column(index)) {
            for row in (0..frame.rows).filter(|row| is_as_long(column.get(*row), &wanted)) {
                let distance = strsim::osa_distance(&wanted, &column.get(row).trim().to_lowercase());
                if distance <= NEAR {
                    found.insert((distance, frame.dataset.name.clone(), row));
                }
            }
        }
    }
    found.into_iter().take(NAMED).map(|(_, dataset, row)| desk.record(&dataset, row)).collect()
}

fn is_as_long(cell: &str, wanted: &str) -> bool {
    !cell.is_empty() && cell.len().abs_diff(wanted.len()) <= 2 * NEAR && wanted.len() > 2 * NEAR
}
