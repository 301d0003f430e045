//! Faults of who is who: split, shared, missing and stray records. In: a clean unit and its role. Out: the unit with
//! the records of the fault; what the rules say of them is judged from the records.

use crate::doubles::{self, profile_of, rename};
use crate::names::plain;
use crate::people::{Person, add_lead};
use crate::rng::Rng;
use crate::roles::{Role, Slot};
use crate::schema::{Contact, Customer, Lead, Profile, Set};
use crate::unit::{List, Unit};
use crate::values::Plan;

/// Addresses that nobody owns.
pub(crate) const PLACEHOLDERS: &[&str] =
    &["test@test.com", "none@none.com", "noemail@example.com", "noreply@example.org", "x@x.x"];

const CONTACT: (Set, usize) = (Set::Contacts, 0);
const PROFILE: (Set, usize) = (Set::People, 0);

/// Applies a role that changes who is who.
pub(crate) fn apply(plan: &Plan, slot: Slot, person: &Person, rng: &mut Rng, unit: &mut Unit) {
    let done = split(plan, slot, person, unit)
        || shared(slot, person, rng, unit)
        || stray(slot, person, rng, unit)
        || ids(slot, person, unit)
        || doubles::apply(slot, person, rng, unit);
    if !done {
        placeholders(plan, slot, person, rng, unit);
    }
}

fn beside(person: &Person, word: &str) -> String {
    format!("{}.{word}@{}", person.local, person.domain)
}

/// The spelling of a Gmail address that is the same mailbox as spelling 0.
fn gmail(person: &Person, index: u64, form: u64) -> String {
    let (given, family) = (plain(person.first), plain(person.last));
    match form {
        0 => format!("{given}.{family}.crmlint.sample{index}@gmail.com"),
        1 => format!("{given}{family}.crmlint.sample{index}@gmail.com"),
        2 => format!("{given}.{family}.crmlint.sample{index}+tee@gmail.com"),
        3 => format!("{given}.{family}.crmlint.sample{index}@googlemail.com"),
        _ => format!("{given}.{family}.crmlintsample{index}+newsletter@gmail.com"),
    }
}

fn index(person: &Person) -> u64 {
    person
        .local
        .chars()
        .filter(char::is_ascii_digit)
        .fold(0, |sum, digit| sum * 10 + u64::from(digit as u32 - '0' as u32))
}

/// Leaves only what the shop and Customer.io know.
fn unknown_to_zoho(unit: &mut Unit, canonical: &str) {
    for set in [Set::Contacts, Set::Leads, Set::Deals] {
        unit.clear(set);
    }
    for column in [Profile::Stage, Profile::Tier, Profile::Owner, Profile::DealStage, Profile::Channel] {
        unit.set(Set::People, 0, column, "");
    }
    for column in [Profile::Promo, Profile::Access] {
        unit.set(Set::People, 0, column, "false");
    }
    unit.set(Set::People, 0, Profile::Canonical, canonical);
    unit.set(Set::People, 0, Profile::Truth, "newsletter form");
}

fn split(plan: &Plan, slot: Slot, person: &Person, unit: &mut Unit) -> bool {
    let id = unit.get(Set::Contacts, 0, Contact::Id).to_owned();
    let mail = person.email();
    match slot.role {
        Role::SameAddress => {
            let twin = match slot.nth % 3 {
                0 => mail,
                1 => mail.to_uppercase(),
                _ => format!("{mail} "),
            };
            unit.another_profile(1, &twin, "");
        }
        Role::Twins => {
            unknown_to_zoho(unit, "");
            let twin = unit.another_profile(1, &mail, "");
            if slot.nth.is_multiple_of(2) {
                unit.set(Set::People, 0, Profile::Unsubscribed, "true");
                unit.set(Set::People, twin, Profile::Unsubscribed, "false");
            } else {
                unit.near("CON007", (Set::People, twin), Profile::Unsubscribed, "two profiles that say the same");
            }
        }
        Role::SameId => {
            unit.another_profile(1, &beside(person, "work"), &id);
            unit.near("ID012", (Set::People, 1), Profile::Email, "Zoho's address stands on the other profile");
        }
        Role::GmailSplit => {
            let number = index(person);
            unit.address_everywhere(&gmail(person, number, 0));
            let stranded = if slot.nth % 4 == 3 { unit.zoho_id(7, 1, false) } else { String::new() };
            let twin = unit.another_profile(1, &gmail(person, number, 1 + plan.form(4, slot.nth)), &stranded);
            if !stranded.is_empty() {
                let why = "nobody has the id, but the mailbox is a contact's";
                unit.near("DUP008", (Set::People, twin), Profile::Canonical, why);
            }
        }
        Role::GmailContacts => {
            let number = index(person);
            unit.address_everywhere(&gmail(person, number, 0));
            let other = gmail(person, number, 1 + plan.form(4, slot.nth));
            let contact = unit.another_contact(1, &other);
            let second = unit.key(Set::Contacts, contact);
            unit.another_profile(1, &other, &second);
        }
        Role::NearGmail => {
            let (one, other) = if slot.nth.is_multiple_of(2) {
                (format!("t.{}@example.com", person.local), format!("t{}@example.com", person.local))
            } else {
                (person.email(), person.email().replacen('@', "+tee@", 1))
            };
            unit.address_everywhere(&one);
            let contact = unit.another_contact(1, &other);
            let second = unit.key(Set::Contacts, contact);
            let profile = unit.another_profile(1, &other, &second);
            unit.near("DUP002", (Set::People, profile), Profile::Email, "dots and tags count at a company's domain");
            unit.near("DUP002", (Set::Contacts, contact), Contact::Email, "dots and tags count at a company's domain");
            unit.near("DUP001", (Set::People, profile), Profile::Email, "two addresses");
        }
        _ => return false,
    }
    true
}

fn shared(slot: Slot, person: &Person, rng: &mut Rng, unit: &mut Unit) -> bool {
    let mail = person.email();
    match slot.role {
        Role::Household => {
            unit.clear(Set::Leads);
            let second = unit.another_contact(1, &mail);
            rename(unit, second, person, rng);
            if slot.nth.is_multiple_of(2) {
                unit.set(Set::People, 0, Profile::Canonical, "");
                // One profile of both: the day of birth of one of them would be wrong.
                for contact in [0, second] {
                    unit.set(Set::Contacts, contact, Contact::Birth, "");
                }
                unit.set(Set::People, 0, Profile::Birth, "");
            }
            unit.near(
                "DUP009",
                (Set::Contacts, second),
                Contact::Email,
                "the profile of its address is somebody else's",
            );
            unit.near("ID003", (Set::Contacts, second), Contact::Id, "one address, two ids");
        }
        Role::SharedAddress => {
            unit.clear(Set::Leads);
            let second = unit.another_contact(1, &mail);
            rename(unit, second, person, rng);
            profile_of(unit, second, &beside(person, "family"));
        }
        Role::Swapped => {
            unit.clear(Set::Leads);
            let second = unit.another_contact(1, &beside(person, "buero"));
            rename(unit, second, person, rng);
            let profile = profile_of(unit, second, &mail);
            unit.set(Set::People, 0, Profile::Email, beside(person, "neu"));
            unit.near(
                "DUP005",
                (Set::People, profile),
                Profile::Email,
                "the address is this contact's, but the id is another's, and the id decides",
            );
        }
        Role::RepeatedRow => {
            if let Some(row) = unit.rows(Set::Contacts).first().cloned() {
                let second = unit.push(Set::Contacts, row);
                unit.near("ID013", (Set::Contacts, second), Contact::Email, "one contact, exported twice");
            }
        }
        Role::TypoTwin => {
            let mut local = person.local.clone();
            local.remove(1);
            let mut typo = format!("{local}@{}", person.domain);
            if slot.nth % 3 == 2 {
                unit.address_everywhere(&format!("{}@shop.{}", person.local, person.domain));
                typo = format!("{}@shp.{}", person.local, person.domain);
            }
            let second = unit.another_contact(1, &typo);
            let key = unit.key(Set::Contacts, second);
            unit.another_profile(1, &typo, &key);
        }
        Role::NearTypo => {
            let mut local = person.local.clone();
            local.remove(1);
            let second = unit.another_contact(1, &format!("{local}@{}", person.domain));
            rename(unit, second, person, rng);
            let phone = format!("{}5552{:06}", &person.phone[..3], rng.below(1_000_000));
            unit.set(Set::Contacts, second, Contact::Phone, phone);
            let address = unit.get(Set::Contacts, second, Contact::Email).to_owned();
            let profile = profile_of(unit, second, &address);
            let why = "one letter apart, but neither name nor phone agrees";
            unit.near("DUP003", (Set::People, profile), Profile::Email, why);
            unit.near("DUP003", (Set::Contacts, second), Contact::Email, why);
        }
        Role::LeadSynced => {
            unit.clear(Set::Leads);
            add_lead(person, rng, unit, true);
            let other = beside(person, "lead");
            unit.set(Set::Leads, 0, Lead::Email, other.clone());
            let canonical = if slot.nth.is_multiple_of(2) { unit.key(Set::Leads, 0) } else { String::new() };
            let profile = unit.another_profile(1, &other, &canonical);
            unit.near("DUP008", (Set::People, profile), Profile::Canonical, "a lead's id, or none");
            unit.note(List::Near, "DUP007", PROFILE, None, "the contact's own profile");
        }
        _ => return false,
    }
    true
}

fn stray(slot: Slot, person: &Person, rng: &mut Rng, unit: &mut Unit) -> bool {
    match slot.role {
        Role::NoProfile => unit.clear(Set::People),
        Role::Newsletter => unknown_to_zoho(unit, if slot.nth.is_multiple_of(7) { "N/A" } else { "" }),
        Role::Orphan => {
            let gone = unit.zoho_id(7, 0, false);
            unknown_to_zoho(unit, &gone);
            unit.set(Set::People, 0, Profile::Truth, "zoho");
        }
        Role::NoEmail => {
            for set in [Set::People, Set::Customers, Set::Leads, Set::Deals] {
                unit.clear(set);
            }
            let visitor = format!("Visitor {}", 1_000 + index(person));
            unit.set(Set::Contacts, 0, Contact::First, "");
            unit.set(Set::Contacts, 0, Contact::Last, visitor.clone());
            unit.set(Set::Contacts, 0, Contact::Name, visitor);
            unit.set(Set::Contacts, 0, Contact::Email, "");
            unit.set(Set::Contacts, 0, Contact::DataSource, "Zoho SalesIQ");
            unit.near("DUP009", CONTACT, Contact::Email, "no address: outside the module's where");
        }
        Role::Sample => {
            for set in [Set::People, Set::Customers, Set::Leads, Set::Deals] {
                unit.clear(set);
            }
            unit.set(Set::Contacts, 0, Contact::DataSource, "Sample Data");
            unit.set(Set::Contacts, 0, Contact::Stage, "");
            unit.near("ENM009", CONTACT, Contact::Stage, "sample data: outside the module's where");
            unit.near("DUP009", CONTACT, Contact::DataSource, "sample data: outside the module's where");
        }
        Role::LeadOnly => only_lead(person, rng, unit),
        _ => return false,
    }
    true
}

fn only_lead(person: &Person, rng: &mut Rng, unit: &mut Unit) {
    for set in Set::ALL {
        unit.clear(set);
    }
    add_lead(person, rng, unit, false);
}

fn ids(slot: Slot, person: &Person, unit: &mut Unit) -> bool {
    let id = unit.get(Set::Contacts, 0, Contact::Id).to_owned();
    match slot.role {
        Role::ByAddress => {
            unit.set(Set::People, 0, Profile::Canonical, "");
            unit.near("ID009", CONTACT, Contact::Email, "no profile has the id, so nothing is at odds");
            unit.near("DUP009", CONTACT, Contact::Email, "the profile without an id is linked by its address");
            unit.near("DUP005", CONTACT, Contact::Email, "one profile, linked by its address");
        }
        Role::BareId => {
            unit.set(Set::People, 0, Profile::Canonical, id.trim_start_matches("zcrm_"));
            unit.near("DUP009", CONTACT, Contact::Id, "the same id without its prefix");
        }
        Role::OddId => {
            let odd = match slot.nth % 3 {
                0 => person.email(),
                1 => format!("cio_{}", unit.get(Set::People, 0, Profile::CioId)),
                _ => id.trim_start_matches("zcrm_").to_owned(),
            };
            unit.set(Set::People, 0, Profile::Id, odd);
            match slot.nth % 3 {
                1 => unit.near("ID010", PROFILE, Profile::Id, "Customer.io's own id is no kind of its own"),
                2 => unit.near("ID015", PROFILE, Profile::Id, "a Zoho id, which Customer.io takes"),
                _ => {}
            }
            unit.near("ID011", PROFILE, Profile::Id, "odd, but nobody else's");
        }
        Role::CaseId => {
            let twin = unit.get(Set::People, 0, Profile::Id).to_uppercase();
            let second = unit.another_profile(1, &beside(person, "zwei"), "");
            unit.set(Set::People, second, Profile::Id, twin);
        }
        Role::OldAddress => {
            unit.set(Set::Contacts, 0, Contact::Email, beside(person, "neu"));
            unit.near("ID009", CONTACT, Contact::Email, "the new address stands on no profile");
        }
        _ => return false,
    }
    true
}

/// An address that nothing can be delivered to.
fn malformed(plan: &Plan, slot: Slot, person: &Person, rng: &mut Rng, unit: &mut Unit) {
    let (local, domain) = (&person.local, person.domain);
    let broken = match plan.form(6, slot.nth) {
        0 => format!("{local}(at){domain}"),
        1 => format!("{local}@{}", domain.replace('.', ",")),
        2 => local.clone(),
        3 => format!("{local}@"),
        4 => format!("{local} @{domain}"),
        _ => format!("{local}@@{domain}"),
    };
    match slot.nth % 4 {
        0 => unit.set(Set::Contacts, 0, Contact::Email, broken),
        1 => unit.set(Set::People, 0, Profile::Email, broken),
        2 => unit.set(Set::Customers, 0, Customer::Email, broken),
        _ => {
            only_lead(person, rng, unit);
            unit.set(Set::Leads, 0, Lead::Email, broken);
        }
    }
}

fn placeholders(plan: &Plan, slot: Slot, person: &Person, rng: &mut Rng, unit: &mut Unit) {
    let nobody = plan.word(PLACEHOLDERS, slot.nth / 2);
    match slot.role {
        Role::PlaceholderContact => {
            unit.set(Set::Contacts, 0, Contact::Email, nobody);
            unit.found("ID014", CONTACT, Contact::Email, None);
        }
        Role::PlaceholderProfile => {
            unit.set(Set::People, 0, Profile::Email, nobody);
            unit.found("ID014", PROFILE, Profile::Email, None);
            unit.near("ID004", PROFILE, Profile::Email, "a placeholder, not malformed");
            if slot.nth < 2 {
                unit.near("DUP001", PROFILE, Profile::Email, "a placeholder that several profiles share");
            }
        }
        Role::ZeroId => {
            unit.set(
                Set::People,
                0,
                Profile::Canonical,
                if slot.nth.is_multiple_of(2) { "0000000000" } else { "zcrm_0000000000" },
            );
            unit.found("ID014", PROFILE, Profile::Canonical, None);
            for code in ["ID002", "ID007", "ID008"] {
                unit.near(code, PROFILE, Profile::Canonical, "not blank: a placeholder");
            }
        }
        Role::PlaceholderLead => {
            only_lead(person, rng, unit);
            unit.set(Set::Leads, 0, Lead::Email, nobody);
            unit.found("ID014", (Set::Leads, 0), Lead::Email, None);
        }
        Role::PlaceholderCustomer => {
            unit.set(Set::Customers, 0, Customer::Email, nobody);
            unit.found("ID014", (Set::Customers, 0), Customer::Email, None);
        }
        Role::Malformed => malformed(plan, slot, person, rng, unit),
        Role::NearPlaceholder => {
            let word = ["testa", "none"][(slot.nth % 2) as usize];
            let real = format!("{word}.{}{}@{}", plain(person.last), index(person), person.domain);
            unit.address_everywhere(&real);
            unit.note(
                List::Near,
                "ID014",
                PROFILE,
                Some(Profile::Email as usize),
                "the word is not the whole local part",
            );
            unit.near("ID014", CONTACT, Contact::Email, "the word is not the whole local part");
        }
        _ => {}
    }
}
