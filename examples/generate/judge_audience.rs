//! What the rules about segments, journeys, tags, stamps and the order of times say of a unit.

use crate::judge_consent::opted_out;
use crate::judge_links::{Links, identifier, missing};
use crate::schema::{Case, Contact, Deal, Delivery, Profile, Set};
use crate::stamps::read;
use crate::time::{DAY, NOW};
use crate::unit::{List, Said, Unit};

/// Spellings of At Risk that the mapping declares and that should be gone.
const ALIASES: [&str; 2] = ["at-risk", "AtRisk"];

/// Adds what follows from the records.
pub(crate) fn judge(unit: &mut Unit, links: &Links) {
    aliases(unit);
    undercount(unit);
    for profile in 0..unit.rows(Set::People).len() {
        engaged(unit, profile);
        welcomes(unit, profile);
        stamp(unit, profile);
    }
    tags(unit);
    late(unit, links);
    order(unit, Set::Contacts, Contact::Created as usize, Contact::Ordered as usize);
    order(unit, Set::People, Profile::Created as usize, Profile::Ordered as usize);
}

/// ENM012: an alias after its last day.
fn aliases(unit: &mut Unit) {
    for (set, column) in [(Set::Contacts, Contact::Stage as usize), (Set::People, Profile::Stage as usize)] {
        for row in 0..unit.rows(set).len() {
            if ALIASES.contains(&unit.get(set, row, column)) {
                unit.found("ENM012", (set, row), column, Some("At Risk".to_owned()));
            }
        }
    }
}

/// SEG007: a spelling of a tested value that keeps its profile out of the segment.
fn undercount(unit: &mut Unit) {
    let mut held: Vec<(&'static str, usize, usize, String)> = Vec::new();
    for note in unit.notes.iter().filter(|note| note.list == List::Finding && note.set == Set::People) {
        let (Some(column), Some(right)) = (note.column, note.suggestion.as_deref()) else { continue };
        let spelled = matches!(note.code, "ENM002" | "ENM003" | "ENM008" | "ENM012");
        let mailable = !opted_out(unit.get(Set::People, note.row, Profile::Unsubscribed));
        let code = match (column, right) {
            _ if !spelled => continue,
            (column, "At Risk") if column == Profile::Stage as usize && mailable => "SEG007:At Risk (lifecycle_stage)",
            (column, "First Order") if column == Profile::Stage as usize => "SEG007:New Customer (lifecycle_stage)",
            (column, "gold" | "platinum") if column == Profile::Tier as usize => "SEG007:VIP (vip_tier)",
            _ => continue,
        };
        held.push((code, note.row, column, right.to_owned()));
    }
    for (code, row, column, right) in held {
        unit.found(code, (Set::People, row), column, Some(right));
    }
}

/// SEG010: the winback reaches somebody with an open case or a subscription that runs.
fn engaged(unit: &mut Unit, profile: usize) {
    let cell = |column: Profile| unit.get(Set::People, profile, column);
    if cell(Profile::Stage) != "At Risk" || opted_out(cell(Profile::Unsubscribed)) {
        return;
    }
    let renews = cell(Profile::Renewal).parse::<i64>().is_ok_and(|at| (NOW + 1..10_000_000_000).contains(&at));
    let open = of_contact(unit, profile, Set::Cases, Case::ContactId as usize)
        .into_iter()
        .any(|row| unit.get(Set::Cases, row, Case::Status) == "Open");
    if renews || open {
        unit.note(List::Finding, "SEG010", (Set::People, profile), None, "");
    }
}

/// JNY013: a buyer of a rep who is a new customer as well.
fn welcomes(unit: &mut Unit, profile: usize) {
    let cell = |column: Profile| unit.get(Set::People, profile, column);
    let won = of_contact(unit, profile, Set::Deals, Deal::ContactId as usize)
        .into_iter()
        .any(|row| unit.get(Set::Deals, row, Deal::Stage) == "Closed Won");
    if cell(Profile::Stage) == "First Order" && !opted_out(cell(Profile::Unsubscribed)) && won {
        unit.note(List::Finding, "JNY013", (Set::People, profile), None, "");
    }
}

/// The records of a module whose lookup names the contact that the profile names: they carry no address to go by.
fn of_contact(unit: &Unit, profile: usize, set: Set, lookup: usize) -> Vec<usize> {
    let own = identifier(unit.get(Set::People, profile, Profile::Canonical));
    let named = |row: &usize| own.is_some() && identifier(unit.get(set, *row, lookup)) == own;
    (0..unit.rows(set).len()).filter(named).collect()
}

/// OWN005 to OWN007: who wrote last, and nobody, a stranger, or somebody who owns nothing.
fn stamp(unit: &mut Unit, profile: usize) {
    let code = match unit.get(Set::People, profile, Profile::Truth) {
        "zoho" | "shopify" => return,
        value if missing(value) => "OWN006",
        "customerio" => "OWN005",
        _ => "OWN007",
    };
    unit.note(List::Finding, code, (Set::People, profile), Some(Profile::Truth as usize), "");
}

/// TS010: an order more than a day before its customer.
fn order(unit: &mut Unit, set: Set, created: usize, ordered: usize) {
    for row in 0..unit.rows(set).len() {
        let (first, then) = (read(unit.get(set, row, created)), read(unit.get(set, row, ordered)));
        if then.is_fake() {
            continue;
        }
        if let (Some(first), Some(then)) = (first.sure, then.sure)
            && then < first - DAY
        {
            unit.found("TS010", (set, row), ordered, None);
        }
    }
}

/// TAG001 and TAG002: what nobody approved, and other spellings of what somebody did.
fn tags(unit: &mut Unit) {
    for (set, column) in [(Set::Contacts, Contact::Tag as usize), (Set::People, Profile::Tags as usize)] {
        for row in 0..unit.rows(set).len() {
            let text = unit.get(set, row, column).to_owned();
            for tag in text.split(['[', ']', '"', ',']).map(str::trim).filter(|tag| !tag.is_empty()) {
                let code = match tag {
                    "customer" | "newsletter" | "Wholesale Prospect" => continue,
                    "NEWSLETTER" | "news-letter" => "TAG002",
                    _ => "TAG001",
                };
                unit.found(code, (set, row), column, None);
            }
        }
    }
}

/// CON008: a message more than a day after the opt-out that a contact of its profile carries.
fn late(unit: &mut Unit, links: &Links) {
    for row in 0..unit.rows(Set::Deliveries).len() {
        let whom = unit.get(Set::Deliveries, row, Delivery::Person).to_owned();
        let sent: i64 = unit.get(Set::Deliveries, row, Delivery::At).parse().unwrap_or(0);
        let profiles =
            (0..unit.rows(Set::People).len()).filter(|at| unit.get(Set::People, *at, Profile::CioId) == whom);
        let contacts: Vec<usize> = profiles.flat_map(|profile| links.contacts(profile)).collect();
        let out = contacts.into_iter().find(|contact| {
            let cell = |column: Contact| unit.get(Set::Contacts, *contact, column);
            let left = read(cell(Contact::UnsubscribedTime)).sure;
            cell(Contact::OptOut) == "true" && left.is_some_and(|left| sent > left + DAY)
        });
        if let Some(contact) = out {
            let other = unit.key(Set::Contacts, contact);
            unit.pair("CON008", (Set::Deliveries, row), Some(Delivery::At as usize), other);
            if let Some(note) = unit.notes.last_mut() {
                note.said = Said { subject: Some("zoho.contacts.{{contacts.Unsubscribed Time}}"), ..Said::default() };
            }
        }
    }
}
