//! Faults of times: other formats, units and zones. In: a clean unit and its role. Out: the unit with the fault and a
//! note of it.

use crate::people::Person;
use crate::roles::{Role, Slot};
use crate::schema::{Contact, Profile, Set};
use crate::time::{DAY, berlin, date, iso, loose, serial, zoho, zulu};
use crate::unit::Unit;
use crate::values::Plan;

fn set_order(unit: &mut Unit, value: String) {
    unit.set(Set::Contacts, 0, Contact::Ordered, value);
}

fn set_renewal(unit: &mut Unit, person: &Person) {
    let midnight = person.renewal * DAY;
    unit.set(Set::Contacts, 0, Contact::Renewal, date(person.renewal));
    unit.set(Set::People, 0, Profile::Renewal, (midnight - berlin(midnight)).to_string());
}

/// A moment in the units of a machine or a spreadsheet; the seconds it surely means.
fn in_units(moment: i64, form: u64) -> (String, Option<String>) {
    let certain = Some(moment.to_string());
    let day = moment.div_euclid(DAY);
    match form {
        0 | 3 => ((moment * 1_000 + 123).to_string(), certain),
        1 => (serial(day).to_string(), None),
        2 => (format!("{}.5", serial(day)), None),
        4 => ((moment * 1_000_000 + 250_000).to_string(), certain),
        _ => ((moment * 1_000_000_000).to_string(), certain),
    }
}

/// A moment as text; the seconds it surely means.
fn as_text(moment: i64, form: u64) -> (String, Option<String>) {
    let certain = Some(moment.to_string());
    match form {
        0 => (iso(moment), certain),
        1 => (date(moment.div_euclid(DAY)), None),
        2 => (zulu(moment), certain),
        3 => (zoho(moment), None),
        4 => (iso(moment), certain),
        _ => (loose(moment.div_euclid(DAY), 0), None),
    }
}

/// Applies a role that changes times; true if it was one.
pub(crate) fn apply(plan: &Plan, slot: Slot, person: &Person, unit: &mut Unit) -> bool {
    let (contact, profile) = ((Set::Contacts, 0), (Set::People, 0));
    let day = person.ordered / DAY;
    let midnight = person.renewal * DAY - berlin(person.renewal * DAY);
    match slot.role {
        Role::OrderFormat => {
            set_order(unit, loose(day, plan.form(7, slot.nth) as usize));
            unit.found("TS001", contact, Contact::Ordered, None);
        }
        Role::RenewalFormat => {
            set_renewal(unit, person);
            unit.set(Set::Contacts, 0, Contact::Renewal, loose(person.renewal, plan.form(7, slot.nth) as usize));
            unit.found("TS001", contact, Contact::Renewal, None);
        }
        Role::OrderUnit => {
            set_order(unit, in_units(person.ordered, plan.form(6, slot.nth)).0);
            unit.found("TS003", contact, Contact::Ordered, None);
        }
        Role::RenewalUnit => {
            set_renewal(unit, person);
            unit.set(Set::Contacts, 0, Contact::Renewal, serial(person.renewal).to_string());
            unit.found("TS003", contact, Contact::Renewal, None);
        }
        Role::OrderText => {
            let (text, certain) = as_text(person.ordered, plan.form(6, slot.nth));
            unit.set(Set::People, 0, Profile::Ordered, text);
            unit.found("TS002", profile, Profile::Ordered, certain);
        }
        Role::RenewalText => {
            set_renewal(unit, person);
            let (text, certain) = if slot.nth % 3 == 1 { as_text(midnight, 0) } else { (date(person.renewal), None) };
            unit.set(Set::People, 0, Profile::Renewal, text);
            unit.found("TS002", profile, Profile::Renewal, certain);
        }
        Role::ProfileOrderUnit => {
            let (text, certain) = in_units(person.ordered, plan.form(6, slot.nth));
            unit.set(Set::People, 0, Profile::Ordered, text);
            unit.found("TS003", profile, Profile::Ordered, certain);
        }
        Role::ProfileRenewalUnit => {
            set_renewal(unit, person);
            let (text, certain) = in_units(midnight, plan.form(2, slot.nth));
            unit.set(Set::People, 0, Profile::Renewal, text);
            unit.found("TS003", profile, Profile::Renewal, certain);
        }
        Role::DateOnly => {
            set_order(unit, date(day));
            unit.later("TS004", contact, Contact::Ordered);
            unit.near(
                "TS001",
                contact,
                Contact::Ordered,
                "a form of the dialect; that a moment lacks its time is another rule's matter",
            );
        }
        Role::HourShift => {
            let hours = [1, 2, -1][(slot.nth % 3) as usize];
            unit.set(Set::People, 0, Profile::Ordered, (person.ordered + hours * 3_600).to_string());
            unit.later("TS007", profile, Profile::Ordered);
        }
        Role::Epoch => {
            set_order(
                unit,
                if slot.nth.is_multiple_of(2) { "1970-01-01 00:00:00" } else { "1899-12-30 00:00:00" }.to_owned(),
            );
            unit.set(Set::People, 0, Profile::Ordered, "");
            unit.later("TS008", contact, Contact::Ordered);
        }
        Role::NearTime => near_time(slot.nth, unit),
        _ => return false,
    }
    true
}

fn near_time(nth: u64, unit: &mut Unit) {
    let (contact, profile) = ((Set::Contacts, 0), (Set::People, 0));
    unit.set(Set::Contacts, 0, Contact::Birth, "1987-05-03");
    unit.set(Set::People, 0, Profile::Birth, "1987-05-03");
    unit.near("TS002", profile, Profile::Birth, "read by a date campaign alone, which takes ISO dates");
    unit.near("TS001", contact, Contact::Birth, "a date in a field of type date");
    match nth % 3 {
        0 => {
            unit.set(Set::Contacts, 0, Contact::Renewal, "2100-01-01");
            unit.set(Set::People, 0, Profile::Renewal, "4102444800");
            unit.near("TS003", profile, Profile::Renewal, "seconds of a day far ahead: ten digits, no milliseconds");
        }
        1 => {
            unit.set(Set::Contacts, 0, Contact::Ordered, "N/A");
            unit.set(Set::People, 0, Profile::Ordered, "");
            unit.near("TS001", contact, Contact::Ordered, "a missing token");
            unit.near("TS003", contact, Contact::Ordered, "a missing token");
        }
        _ => {
            unit.set(Set::Contacts, 0, Contact::Ordered, "");
            unit.set(Set::People, 0, Profile::Ordered, "N/A");
            unit.near("TS002", profile, Profile::Ordered, "a missing token");
        }
    }
}
