//! What the rules about doubles say of a unit: one address or one person on several records, and profiles of nobody.

use crate::judge::group;
use crate::judge_identity::grouped;
use crate::judge_links::{Links, identifier, mailbox, usable};
use crate::schema::{Contact, Lead, Profile, Set};
use crate::unit::{List, Unit};

/// Adds what follows from the records.
pub(crate) fn judge(unit: &mut Unit, links: &Links) {
    addresses(unit);
    leads(unit, links);
    orphans(unit, links);
}

/// DUP001 on profiles, DUP002 on both sides.
fn addresses(unit: &mut Unit) {
    for members in grouped(unit, Set::People, Profile::Email as usize, usable) {
        if members.len() > 1 {
            group(unit, "DUP001", Set::People, Profile::Email as usize, &members);
        }
    }
    for (set, column) in [(Set::People, Profile::Email as usize), (Set::Contacts, Contact::Email as usize)] {
        for members in grouped(unit, set, column, |address| Some(mailbox(&usable(address)?))) {
            let mut spellings: Vec<_> = members.iter().filter_map(|row| usable(unit.get(set, *row, column))).collect();
            spellings.sort_unstable();
            spellings.dedup();
            if spellings.len() > 1 {
                group(unit, "DUP002", set, column, &members);
            }
        }
    }
}

/// The digits of a phone number, without what stands for "abroad".
pub(crate) fn digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    digits.strip_prefix("00").map(str::to_owned).unwrap_or(digits)
}

/// DUP007: a lead has a profile of its own, beside that of the contact it became.
fn leads(unit: &mut Unit, links: &Links) {
    let mut seen = Vec::new();
    for &(lead, profile) in &links.leads {
        let became = unit.get(Set::Leads, lead, Lead::ContactId).to_owned();
        let address = usable(unit.get(Set::Leads, lead, Lead::Email));
        let contacts: Vec<usize> = (0..unit.rows(Set::Contacts).len())
            .filter(|contact| {
                let named = identifier(&became).is_some();
                let id = unit.get(Set::Contacts, *contact, Contact::Id);
                let same = usable(unit.get(Set::Contacts, *contact, Contact::Email)) == address;
                (named && identifier(id) == identifier(&became)) || (address.is_some() && same)
            })
            .collect();
        let beside = |contact: &usize| {
            let profiles = links.profiles(*contact);
            !profiles.is_empty() && !profiles.contains(&profile)
        };
        if contacts.iter().any(beside) && !seen.contains(&profile) {
            seen.push(profile);
            let other = unit.key(Set::Leads, lead);
            unit.pair("DUP007", (Set::People, profile), None, other);
        }
    }
}

/// DUP008: a profile with a Zoho id that no record has.
fn orphans(unit: &mut Unit, links: &Links) {
    for profile in 0..unit.rows(Set::People).len() {
        let known = !links.contacts(profile).is_empty() || links.leads.iter().any(|lead| lead.1 == profile);
        let named = identifier(unit.get(Set::People, profile, Profile::Canonical)).is_some();
        if !known && named {
            unit.note(List::Finding, "DUP008", (Set::People, profile), Some(Profile::Canonical as usize), "");
        }
    }
}
