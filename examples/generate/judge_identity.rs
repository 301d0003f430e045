//! What the rules about identifiers say of a unit: ids and addresses that are missing, odd, repeated or at odds.

use std::collections::BTreeMap;

use crate::judge::group;
use crate::judge_links::{Links, identifier, mailbox, malformed, missing, usable};
use crate::schema::{Contact, Customer, Lead, Profile, Set};
use crate::unit::Unit;
use crate::whole::{Whole, id_kind};

/// Longest `id` that Customer.io takes, in bytes.
const LONGEST_ID: usize = 150;
/// The address column of each export of people.
const ADDRESSES: [(Set, usize); 4] = [
    (Set::Contacts, Contact::Email as usize),
    (Set::Leads, Lead::Email as usize),
    (Set::People, Profile::Email as usize),
    (Set::Customers, Customer::Email as usize),
];

/// Adds what follows from the records.
pub(crate) fn judge(unit: &mut Unit, links: &Links, whole: &Whole) {
    for (set, column) in ADDRESSES {
        for at in 0..unit.rows(set).len() {
            if malformed(unit.get(set, at, column)) {
                unit.found("ID004", (set, at), column, None);
            }
        }
    }
    for at in 0..unit.rows(Set::People).len() {
        canonical(unit, at, links, whole);
        own_id(unit, at, whole);
    }
    repeats(unit);
    crossed(unit, links, whole);
}

/// ID002, ID007 and ID008.
fn canonical(unit: &mut Unit, at: usize, links: &Links, whole: &Whole) {
    let profile = (Set::People, at);
    let value = unit.get(Set::People, at, Profile::Canonical).to_owned();
    if missing(&value) {
        unit.found("ID002", profile, Profile::Canonical, None);
        if !links.contacts(at).is_empty() {
            unit.found("ID007", profile, Profile::Canonical, None);
        }
    }
    if identifier(&value).is_some() && whole.is_odd_prefix(&value) {
        unit.found("ID008", profile, Profile::Canonical, None);
    }
}

/// ID010 and ID015.
fn own_id(unit: &mut Unit, at: usize, whole: &Whole) {
    let profile = (Set::People, at);
    let id = unit.get(Set::People, at, Profile::Id).to_owned();
    if id_kind(&id).is_some_and(|kind| whole.id_kind() != Some(kind)) {
        unit.found("ID010", profile, Profile::Id, None);
    }
    if id.to_lowercase().starts_with("cio_") || id.contains('@') || id.len() > LONGEST_ID {
        unit.found("ID015", profile, Profile::Id, None);
    }
}

/// ID003, ID011 and ID013: what should be there once.
fn repeats(unit: &mut Unit) {
    for set in [Set::Contacts, Set::Leads] {
        let ids = grouped(unit, set, 0, |id| identifier(id).map(str::to_owned));
        for members in ids.iter().filter(|members| members.len() > 1) {
            group(unit, "ID003", set, 0, members);
        }
    }
    let folded = |id: &str| (!missing(id)).then(|| id.trim().to_lowercase());
    for members in grouped(unit, Set::People, Profile::Id as usize, folded) {
        if distinct(unit, Set::People, Profile::Id as usize, &members) > 1 {
            group(unit, "ID011", Set::People, Profile::Id as usize, &members);
        }
    }
    for members in grouped(unit, Set::Contacts, Contact::Email as usize, usable) {
        if distinct(unit, Set::Contacts, Contact::Id as usize, &members) > 1 {
            group(unit, "ID013", Set::Contacts, Contact::Email as usize, &members);
        }
    }
}

/// Rows of an export by what a column says in some form.
pub(crate) fn grouped(unit: &Unit, set: Set, column: usize, form: impl Fn(&str) -> Option<String>) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, row) in unit.rows(set).iter().enumerate() {
        if let Some(key) = form(row.get(column)) {
            groups.entry(key).or_default().push(at);
        }
    }
    groups.into_values().collect()
}

/// How many different values the members hold.
pub(crate) fn distinct(unit: &Unit, set: Set, column: usize, members: &[usize]) -> usize {
    let mut values: Vec<&str> = members.iter().map(|row| unit.get(set, *row, column)).collect();
    values.sort_unstable();
    values.dedup();
    values.len()
}

/// ID009 and ID012: id and address that lead to different people.
fn crossed(unit: &mut Unit, links: &Links, whole: &Whole) {
    let profiles = |unit: &Unit, test: &dyn Fn(&str, &str) -> bool| -> Vec<usize> {
        let row = |at: &usize| {
            test(unit.get(Set::People, *at, Profile::Canonical), unit.get(Set::People, *at, Profile::Email))
        };
        (0..unit.rows(Set::People).len()).filter(row).collect()
    };
    for contact in 0..unit.rows(Set::Contacts).len() {
        let id = unit.get(Set::Contacts, contact, Contact::Id).to_owned();
        let Some(address) = usable(unit.get(Set::Contacts, contact, Contact::Email)) else { continue };
        let named = profiles(unit, &|canonical, _| identifier(canonical) == identifier(&id));
        let addressed = profiles(unit, &|_, email| usable(email).as_ref() == Some(&address));
        let apart = !named.is_empty() && addressed.iter().all(|profile| !named.contains(profile));
        let other = addressed.iter().map(|profile| unit.key(Set::People, *profile)).min();
        if let Some(other) = other.filter(|_| apart) {
            unit.pair("ID009", (Set::Contacts, contact), Some(Contact::Email as usize), other);
        }
    }
    for pair in links.pairs.iter().filter(|pair| pair.by_id) {
        let at_zoho = usable(unit.get(Set::Contacts, pair.contact, Contact::Email)).map(|address| mailbox(&address));
        let here = usable(unit.get(Set::People, pair.profile, Profile::Email)).map(|address| mailbox(&address));
        let (Some(at_zoho), Some(here)) = (at_zoho, here) else { continue };
        let holders = profiles(unit, &|_, email| usable(email).is_some_and(|address| mailbox(&address) == at_zoho));
        if at_zoho == here || !holders.is_empty() {
            continue;
        }
        let column = Profile::Email as usize;
        if whole.is_fresh(unit.get(Set::Contacts, pair.contact, Contact::Modified)) {
            unit.near(
                "ID012",
                (Set::People, pair.profile),
                column,
                "changed too recently for the sync to have caught up",
            );
        } else {
            let other = unit.key(Set::Contacts, pair.contact);
            unit.pair("ID012", (Set::People, pair.profile), Some(column), other);
        }
    }
}
