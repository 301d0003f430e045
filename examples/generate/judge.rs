//! What the rules about people say of a unit, judged from its records: links between contacts and profiles, repeated
//! addresses, consent, segments. In: a unit with its faults. Out: its notes.

use std::collections::BTreeMap;

use crate::identity::PLACEHOLDERS;
use crate::schema::{Contact, Profile, Row, Set};
use crate::unit::{List, Unit};

/// Texts that mean missing, as `mapping.yaml` lists them.
const MISSING: &[&str] = &["", "N/A", "none", "-"];

/// Adds what follows from the records.
pub(crate) fn judge(unit: &mut Unit) {
    let links = links(unit);
    coverage(unit, &links);
    repeats(unit, Set::People, Profile::Email as usize);
    repeats(unit, Set::Contacts, Contact::Email as usize);
    profiles(unit);
    consent(unit, &links);
}

fn exact(address: &str) -> String {
    address.trim().to_lowercase()
}

/// The mailbox that the provider delivers an address to.
fn mailbox(address: &str) -> String {
    let address = exact(address);
    match address.split_once('@') {
        Some((local, "gmail.com" | "googlemail.com")) => {
            let local = local.split('+').next().unwrap_or(local).replace('.', "");
            format!("{local}@gmail.com")
        }
        _ => address,
    }
}

fn missing(value: &str) -> bool {
    MISSING.contains(&value.trim())
}

/// Contact and profile of every link.
fn links(unit: &Unit) -> Vec<(usize, usize)> {
    let contacts = unit.rows(Set::Contacts);
    let first = |test: &dyn Fn(&Row) -> bool| contacts.iter().position(test);
    let bare = |id: &str| id.trim_start_matches("zcrm_").to_owned();
    let mut links = Vec::new();
    for (at, profile) in unit.rows(Set::People).iter().enumerate() {
        let (canonical, email) = (profile.get(Profile::Canonical), profile.get(Profile::Email));
        let by_id = first(&|row| !missing(canonical) && bare(row.get(Contact::Id)) == bare(canonical));
        let same = || first(&|row| !missing(email) && exact(row.get(Contact::Email)) == exact(email));
        let alike = || first(&|row| !missing(email) && mailbox(row.get(Contact::Email)) == mailbox(email));
        if let Some(contact) = by_id.or_else(same).or_else(alike) {
            links.push((contact, at));
        }
    }
    links
}

fn coverage(unit: &mut Unit, links: &[(usize, usize)]) {
    let mut seen = Vec::new();
    for contact in 0..unit.rows(Set::Contacts).len() {
        let key = unit.key(Set::Contacts, contact);
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let linked: Vec<usize> = links.iter().filter(|link| link.0 == contact).map(|link| link.1).collect();
        let has_address = !missing(unit.get(Set::Contacts, contact, Contact::Email));
        let sample = unit.get(Set::Contacts, contact, Contact::DataSource) == "Sample Data";
        if linked.is_empty() && has_address && !sample {
            unit.note(List::Finding, "DUP009", (Set::Contacts, contact), None, "");
        }
        if linked.len() > 1 {
            for profile in linked {
                let other = unit.key(Set::People, profile);
                unit.pair("DUP005", (Set::Contacts, contact), None, other);
            }
        }
    }
}

/// DUP001 on profiles, DUP002 on both sides.
fn repeats(unit: &mut Unit, set: Set, column: usize) {
    let mut same: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, row) in unit.rows(set).iter().enumerate() {
        let address = exact(row.get(column));
        if missing(&address) || PLACEHOLDERS.contains(&address.as_str()) {
            continue;
        }
        alike.entry(mailbox(&address)).or_default().push(at);
        same.entry(address).or_default().push(at);
    }
    if set == Set::People {
        for group in same.values().filter(|group| group.len() > 1) {
            group_found(unit, "DUP001", set, column, group);
        }
    }
    for group in alike.values() {
        let distinct = same.values().filter(|rows| rows.iter().any(|row| group.contains(row))).count();
        if distinct > 1 {
            group_found(unit, "DUP002", set, column, group);
        }
    }
}

fn group_found(unit: &mut Unit, code: &'static str, set: Set, column: usize, group: &[usize]) {
    let keys: Vec<String> = group.iter().map(|row| unit.key(set, *row)).collect();
    for (row, key) in group.iter().zip(&keys) {
        let other = keys.iter().filter(|other| *other != key).min().cloned().unwrap_or_default();
        unit.pair(code, (set, *row), Some(column), other);
    }
}

/// Whether Customer.io reads the value as an opt-out.
fn opted_out(value: &str) -> bool {
    value == "1" || value.eq_ignore_ascii_case("true")
}

/// ID002, CON010 and SEG001: each looks at a profile alone.
fn profiles(unit: &mut Unit) {
    for at in 0..unit.rows(Set::People).len() {
        let profile = (Set::People, at);
        let cell = |column: Profile| unit.get(Set::People, at, column).to_owned();
        let (canonical, unsubscribed) = (cell(Profile::Canonical), cell(Profile::Unsubscribed));
        let promo = opted_out(&unsubscribed) && cell(Profile::Promo) == "true";
        let access = cell(Profile::Stage) == "Churned" && cell(Profile::Access) == "true";
        if missing(&canonical) {
            unit.found("ID002", profile, Profile::Canonical, None);
        }
        let read = ["true", "1", "false", "0", ""].contains(&unsubscribed.to_lowercase().as_str());
        if !read {
            unit.found("CON010", profile, Profile::Unsubscribed, None);
        }
        if promo {
            unit.note(List::Finding, "SEG001:unsub-in-promo", profile, None, "");
        }
        if access {
            unit.note(List::Finding, "SEG001:churned-early-access", profile, None, "");
        }
    }
}

fn consent(unit: &mut Unit, links: &[(usize, usize)]) {
    for &(contact, profile) in links {
        let at_owner = unit.get(Set::Contacts, contact, Contact::OptOut) == "true";
        if at_owner && !opted_out(unit.get(Set::People, profile, Profile::Unsubscribed)) {
            let other = unit.key(Set::Contacts, contact);
            unit.pair("CON001", (Set::People, profile), Some(Profile::Unsubscribed as usize), other);
        }
    }
}
