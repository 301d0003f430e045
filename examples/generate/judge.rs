//! What the rules about people say of a unit, judged from its records: a reading of the rules apart from the code that
//! is tested with it. In: a unit with its faults and what the whole workspace tells. Out: its notes.

use crate::judge_links::{Links, missing, of_mailbox};
use crate::schema::{Contact, Profile, Set};
use crate::unit::{List, Unit};
use crate::whole::Whole;
use crate::{judge_audience, judge_consent, judge_doubles, judge_identity, judge_people, judge_times, judge_values};

/// Adds what follows from the records.
pub(crate) fn judge(unit: &mut Unit, whole: &Whole) {
    let links = Links::of(unit);
    coverage(unit, &links);
    segments(unit);
    judge_identity::judge(unit, &links, whole);
    judge_doubles::judge(unit, &links);
    judge_people::judge(unit);
    judge_consent::judge(unit, &links);
    judge_values::judge(unit, &links, whole);
    judge_times::judge(unit, &links, whole);
    judge_audience::judge(unit, &links);
}

/// Whether the mapping's `where` takes a contact in.
pub(crate) fn in_scope(unit: &Unit, contact: usize) -> bool {
    let has_address = !missing(unit.get(Set::Contacts, contact, Contact::Email));
    has_address && unit.get(Set::Contacts, contact, Contact::DataSource) != "Sample Data"
}

/// DUP005, DUP006 and DUP009: on how many profiles a contact lands, and how many contacts on a profile.
fn coverage(unit: &mut Unit, links: &Links) {
    let (mut seen, mut taken) = (Vec::new(), Vec::new());
    for contact in 0..unit.rows(Set::Contacts).len() {
        let key = unit.key(Set::Contacts, contact);
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let linked = links.profiles(contact);
        // A profile that has its address, though it is somebody else's by its id, is where the contact ends up.
        let others = if linked.is_empty() { of_mailbox(unit, contact) } else { Vec::new() };
        if linked.is_empty() && others.is_empty() && in_scope(unit, contact) {
            // Customer.io deletes whom it suppresses: that somebody who opted out is not there may be right.
            let out = unit.get(Set::Contacts, contact, Contact::OptOut) == "true";
            unit.note(List::Finding, if out { "DUP016" } else { "DUP009" }, (Set::Contacts, contact), None, "");
        }
        taken.extend(others.first().map(|profile| (*profile, unit.key(Set::Contacts, contact))));
        if linked.len() > 1 {
            for profile in linked {
                let other = unit.key(Set::People, profile);
                unit.pair("DUP005", (Set::Contacts, contact), None, other);
            }
        }
    }
    for profile in 0..unit.rows(Set::People).len() {
        let mut keys: Vec<String> =
            links.contacts(profile).into_iter().map(|contact| unit.key(Set::Contacts, contact)).collect();
        keys.extend(taken.iter().filter(|other| other.0 == profile).map(|other| other.1.clone()));
        keys.sort();
        keys.dedup();
        if keys.len() > 1 {
            unit.pair("DUP006", (Set::People, profile), None, keys.remove(0));
        }
    }
}

/// SEG001: profiles that meet a condition which nobody may meet.
fn segments(unit: &mut Unit) {
    for at in 0..unit.rows(Set::People).len() {
        let cell = |column: Profile| unit.get(Set::People, at, column);
        let promo = judge_consent::opted_out(cell(Profile::Unsubscribed)) && cell(Profile::Promo) == "true";
        let access = cell(Profile::Stage) == "Churned" && cell(Profile::Access) == "true";
        if promo {
            unit.note(List::Finding, "SEG001:unsub-in-promo", (Set::People, at), None, "");
        }
        if access {
            unit.note(List::Finding, "SEG001:churned-early-access", (Set::People, at), None, "");
        }
    }
}

/// Notes the members of a group, each beside another.
pub(crate) fn group(unit: &mut Unit, code: &'static str, set: Set, column: usize, members: &[usize]) {
    let keys: Vec<String> = members.iter().map(|row| unit.key(set, *row)).collect();
    for (row, key) in members.iter().zip(&keys) {
        let other = keys.iter().filter(|other| *other != key).min().cloned();
        unit.note(List::Finding, code, (set, *row), Some(column), "");
        if let Some(note) = unit.notes.last_mut() {
            note.other = other;
        }
    }
}
