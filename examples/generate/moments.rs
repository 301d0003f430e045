//! Faults of times: other formats, units and zones. In: a clean unit and its role. Out: the unit with the fault; what the
//! rules say of it is judged from the records.

use crate::people::Person;
use crate::roles::{Role, Slot};
use crate::schema::{Contact, Profile, Set};
use crate::time::{DAY, NOW, berlin, civil, date, day_number, iso, loose, serial, zoho, zulu};
use crate::unit::Unit;
use crate::values::Plan;

const CONTACT: (Set, usize) = (Set::Contacts, 0);
const PROFILE: (Set, usize) = (Set::People, 0);

fn set_order(unit: &mut Unit, value: impl Into<String>) {
    unit.set(Set::Contacts, 0, Contact::Ordered, value);
}

fn set_order_attribute(unit: &mut Unit, value: impl Into<String>) {
    unit.set(Set::People, 0, Profile::Ordered, value);
}

fn set_birth(unit: &mut Unit, contact: &str, profile: &str) {
    unit.set(Set::Contacts, 0, Contact::Birth, contact);
    unit.set(Set::People, 0, Profile::Birth, profile);
}

/// The second at which a renewal's day begins in Berlin.
fn midnight(person: &Person) -> i64 {
    person.renewal * DAY - berlin(person.renewal * DAY)
}

fn set_renewal(unit: &mut Unit, person: &Person) {
    unit.set(Set::Contacts, 0, Contact::Renewal, date(person.renewal));
    unit.set(Set::People, 0, Profile::Renewal, midnight(person).to_string());
}

/// A moment in the units of a machine or a spreadsheet.
fn in_units(moment: i64, form: u64) -> String {
    let day = moment.div_euclid(DAY);
    match form {
        0 | 3 => (moment * 1_000 + 123).to_string(),
        1 => serial(day).to_string(),
        2 => format!("{}.5", serial(day)),
        4 => (moment * 1_000_000 + 250_000).to_string(),
        _ => (moment * 1_000_000_000).to_string(),
    }
}

/// A moment as text.
fn as_text(moment: i64, form: u64) -> String {
    let day = moment.div_euclid(DAY);
    match form {
        0 => iso(moment),
        1 => date(day),
        2 => zulu(moment).replace('Z', ".1234567Z"),
        3 => zoho(moment),
        4 => zulu(moment).replace('Z', "+0000"),
        5 => loose(day, 0),
        6 => zulu(moment),
        _ => zoho(moment).replace(' ', "T"),
    }
}

/// Applies a role that changes times; true if it was one.
pub(crate) fn apply(plan: &Plan, slot: Slot, person: &Person, unit: &mut Unit) -> bool {
    source(plan, slot, person, unit) || profile(plan, slot, person, unit) || both(slot, person, unit)
}

/// Faults that begin in Zoho.
fn source(plan: &Plan, slot: Slot, person: &Person, unit: &mut Unit) -> bool {
    let day = person.ordered / DAY;
    match slot.role {
        Role::OrderFormat => set_order(unit, loose(day, plan.form(7, slot.nth) as usize)),
        Role::OrderOffset => set_order(unit, iso(person.ordered)),
        Role::EitherWay => either_way(slot.nth, person, unit),
        Role::RenewalFormat => {
            set_renewal(unit, person);
            unit.set(Set::Contacts, 0, Contact::Renewal, loose(person.renewal, plan.form(7, slot.nth) as usize));
        }
        Role::OrderUnit => set_order(unit, in_units(person.ordered, plan.form(6, slot.nth))),
        Role::RenewalUnit => {
            set_renewal(unit, person);
            unit.set(Set::Contacts, 0, Contact::Renewal, serial(person.renewal).to_string());
        }
        Role::DateOnly => {
            set_order(unit, date(day));
            let why = "a form of the dialect; that a moment lacks its time is another rule's matter";
            unit.near("TS001", CONTACT, Contact::Ordered, why);
            unit.near("TS007", PROFILE, Profile::Ordered, "a moment of the day that Zoho names");
        }
        Role::UnsureHour => unsure_hour(slot.nth, unit),
        Role::Epoch => epoch(slot.nth, unit),
        _ => return false,
    }
    true
}

/// Dates in numbers, some with the month first: a few show it, the others may mean either.
fn either_way(nth: u64, person: &Person, unit: &mut Unit) {
    let fits = |second: i64| {
        let (_, month, day) = civil(second.div_euclid(DAY));
        match nth % 6 {
            0 | 1 => day > 12,
            5 => day == month,
            _ => day <= 12 && day != month,
        }
    };
    let moment = (0..).map(|back| person.ordered - back * DAY).find(|second| fits(*second)).unwrap_or(person.ordered);
    let (year, month, day) = civil(moment.div_euclid(DAY));
    let month_first = matches!(nth % 6, 1 | 3);
    set_order(
        unit,
        if month_first { format!("{month:02}/{day:02}/{year}") } else { format!("{day:02}/{month:02}/{year}") },
    );
    set_order_attribute(unit, moment.to_string());
    match nth % 6 {
        0 | 1 => unit.near("TS006", CONTACT, Contact::Ordered, "one of the numbers is no month"),
        5 => unit.near("TS006", CONTACT, Contact::Ordered, "day and month are the same number"),
        _ => {}
    }
}

/// Local times at which Berlin's clocks are set.
fn unsure_hour(nth: u64, unit: &mut Unit) {
    let minutes = 60 * ((nth * 7) % 60) as i64 + 9;
    let (year, month, day, hour, ahead) =
        [(2025, 10, 26, 2, 7_200), (2026, 3, 29, 2, 3_600), (2024, 10, 27, 2, 3_600), (2025, 10, 26, 3, 3_600)]
            [(nth % 4) as usize];
    let local = day_number(year, month, day) * DAY + hour * 3_600 + minutes;
    set_order(unit, zulu(local).replace('T', " ").trim_end_matches('Z'));
    set_order_attribute(unit, (local - ahead).to_string());
    if nth % 4 == 3 {
        unit.near("TS015", CONTACT, Contact::Ordered, "the hour after the one that came twice");
    }
}

/// Days that stand for no day, days that the calendar does not have, orders of the future.
fn epoch(nth: u64, unit: &mut Unit) {
    let ahead = NOW + (30 + nth as i64) * DAY;
    let (value, attribute) = match nth % 5 {
        0 => ("1970-01-01 00:00:00".to_owned(), String::new()),
        1 => ("1899-12-30 00:00:00".to_owned(), String::new()),
        2 => ("2026-02-30 09:12:44".to_owned(), String::new()),
        3 => (zoho(ahead), ahead.to_string()),
        _ => ("1970-01-01 01:00:00".to_owned(), String::new()),
    };
    set_order(unit, value);
    set_order_attribute(unit, attribute);
    unit.near(
        "TS001",
        CONTACT,
        Contact::Ordered,
        "the export's own form; that the day is impossible is another matter",
    );
}

/// Faults that begin in Customer.io.
fn profile(plan: &Plan, slot: Slot, person: &Person, unit: &mut Unit) -> bool {
    match slot.role {
        Role::OrderText => {
            set_order_attribute(unit, as_text(person.ordered, plan.form(8, slot.nth)));
            unit.near("TS007", PROFILE, Profile::Ordered, "the same moment, or none that is sure");
        }
        Role::RenewalText => {
            set_renewal(unit, person);
            let text = if slot.nth % 3 == 1 { iso(midnight(person)) } else { date(person.renewal) };
            unit.set(Set::People, 0, Profile::Renewal, text);
        }
        Role::ProfileOrderUnit => set_order_attribute(unit, in_units(person.ordered, plan.form(6, slot.nth))),
        Role::ProfileRenewalUnit => {
            set_renewal(unit, person);
            unit.set(Set::People, 0, Profile::Renewal, in_units(midnight(person), plan.form(2, slot.nth)));
        }
        Role::ZeroDate => {
            let column = match slot.nth % 3 {
                0 => Profile::Ordered,
                1 => {
                    set_renewal(unit, person);
                    Profile::Renewal
                }
                _ => {
                    set_birth(unit, "1987-05-03", "");
                    Profile::Birth
                }
            };
            unit.set(Set::People, 0, column, "0");
            unit.near("TS014", PROFILE, column, "zero is no form of its own");
            unit.near("TS007", PROFILE, column, "zero is no moment");
        }
        Role::BirthdayText => {
            let text = plan.word(&["03.05.1987", "May 3 1987", "3/5/87", "1987-05-03 00:00:00"], slot.nth);
            set_birth(unit, "1987-05-03", text);
            unit.near("TS002", PROFILE, Profile::Birth, "read by a date campaign alone");
        }
        _ => return false,
    }
    true
}

/// Two sides that do not agree, or that only seem not to.
fn both(slot: Slot, person: &Person, unit: &mut Unit) -> bool {
    match slot.role {
        Role::HourShift => {
            let hours = [1, 2, -1][(slot.nth % 3) as usize];
            set_order_attribute(unit, (person.ordered + hours * 3_600).to_string());
            unit.near("TS005", CONTACT, Contact::Ordered, "no offset, but the mapping declares the zone");
        }
        Role::NearTime => near_time(slot.nth, person, unit),
        _ => return false,
    }
    true
}

fn near_time(nth: u64, person: &Person, unit: &mut Unit) {
    let birth = if nth % 3 == 1 { "1970-01-01" } else { "1987-05-03" };
    set_birth(unit, birth, birth);
    unit.near("TS002", PROFILE, Profile::Birth, "read by a date campaign alone, which takes ISO dates");
    unit.near("TS012", PROFILE, Profile::Birth, "a date campaign takes ISO dates");
    unit.near("TS013", PROFILE, Profile::Birth, "somebody is born on every day");
    unit.near("TS008", CONTACT, Contact::Birth, "somebody is born on every day");
    unit.near("TS001", CONTACT, Contact::Birth, "a date in a field of type date");
    match nth % 3 {
        0 => {
            unit.set(Set::Contacts, 0, Contact::Renewal, "2100-01-01");
            unit.set(Set::People, 0, Profile::Renewal, "4102444800");
            unit.near("TS003", PROFILE, Profile::Renewal, "seconds of a day far ahead: ten digits, no milliseconds");
            unit.near("TS004", CONTACT, Contact::Renewal, "a date is what the field is for");
            unit.near("TS008", CONTACT, Contact::Renewal, "far ahead, but no order");
        }
        1 => {
            set_order(unit, "N/A");
            set_order_attribute(unit, "");
            unit.near("TS001", CONTACT, Contact::Ordered, "a missing token");
            unit.near("TS003", CONTACT, Contact::Ordered, "a missing token");
        }
        _ => {
            set_order(unit, "");
            set_order_attribute(unit, "N/A");
            unit.near("TS002", PROFILE, Profile::Ordered, "a missing token");
            set_renewal(unit, person);
            unit.set(Set::Contacts, 0, Contact::Renewal, loose(person.renewal, 2));
            unit.near("TS006", CONTACT, Contact::Renewal, "dots: the day comes first");
        }
    }
}
