//! People who are here twice under different keys, and others who only look like them. In: a clean unit and its role.
//! Out: the unit with the copies, each marked as somebody else's where it is.

use crate::names::{FIRST, plain};
use crate::people::Person;
use crate::rng::Rng;
use crate::roles::{Role, Slot};
use crate::schema::{Contact, Profile, Set};
use crate::time::{date, day_number};
use crate::unit::{List, Unit};

/// Behind what Apple hides addresses.
pub(crate) const MASKED: &str = "privaterelay.appleid.com";

/// Applies a role that adds a double; true if it was one.
pub(crate) fn apply(slot: Slot, person: &Person, rng: &mut Rng, unit: &mut Unit) -> bool {
    match slot.role {
        Role::MaskedTwin => {
            twin(unit, &masked(person, rng));
        }
        Role::NearMasked => namesake(person, rng, unit),
        Role::ConsentTwin => consent(slot, person, unit),
        Role::SegmentTwin => segment(slot, person, unit),
        Role::AgreeTwin => agree(slot, person, unit),
        Role::Generations => generations(person, rng, unit),
        _ => return false,
    }
    true
}

/// The number in a person's address, which nobody else has.
fn number(person: &Person) -> String {
    person.local.chars().filter(char::is_ascii_digit).collect()
}

/// An address that tells nothing, as the relay makes them up.
fn masked(person: &Person, rng: &mut Rng) -> String {
    let letters: String = (0..6).map(|_| *rng.pick(&['b', 'd', 'f', 'k', 'm', 'q', 'v', 'x', 'z'])).collect();
    format!("{letters}{}w@{MASKED}", number(person))
}

/// A second contact with a profile of its own; the place of both.
fn twin(unit: &mut Unit, email: &str) -> (usize, usize) {
    let contact = unit.another_contact(1, email);
    let key = unit.key(Set::Contacts, contact);
    (contact, unit.another_profile(1, email, &key))
}

/// A day of birth in these years that nobody takes for a slip of the known one.
fn other_birth(known: &str, years: [i64; 2], rng: &mut Rng) -> String {
    let (low, high) = (day_number(years[0], 1, 1), day_number(years[1], 12, 31));
    loop {
        let other = date(rng.between(low, high));
        let apart = known.bytes().zip(other.bytes()).filter(|(one, other)| one != other).count();
        // `1987-05-03`: year, month and day.
        let shared = [0..4, 5..7, 8..10].into_iter().any(|part| known.get(part.clone()) == other.get(part));
        if apart > 3 && !shared {
            return other;
        }
    }
}

/// Makes a copied contact somebody else: what is one's own (a day of birth, a second address) is never shared.
pub(crate) fn somebody_else(unit: &mut Unit, contact: usize, rng: &mut Rng) {
    let known = unit.get(Set::Contacts, contact, Contact::Birth).to_owned();
    if !known.is_empty() {
        unit.set(Set::Contacts, contact, Contact::Birth, other_birth(&known, [1950, 2004], rng));
    }
    unit.set(Set::Contacts, contact, Contact::Secondary, "");
    unit.mark_other((Set::Contacts, contact));
}

/// Whether nobody takes one first name for a form or a slip of the other, as with Gitta and Brigitte or Kira and Mira.
fn is_unlike(one: &str, other: &str) -> bool {
    let (one, other) = (plain(one), plain(other));
    let letters: Vec<char> = one.chars().collect();
    let shared = letters.windows(3).any(|run| other.contains(&run.iter().collect::<String>()));
    one.chars().next() != other.chars().next() && !shared
}

/// Makes a copied contact a relative of another first name.
pub(crate) fn rename(unit: &mut Unit, contact: usize, person: &Person, rng: &mut Rng) {
    let others: Vec<&str> = FIRST.iter().copied().filter(|first| is_unlike(first, person.first)).collect();
    let first = *rng.pick(&others);
    unit.set(Set::Contacts, contact, Contact::First, first);
    unit.set(Set::Contacts, contact, Contact::Name, format!("{first} {}", person.last));
    somebody_else(unit, contact, rng);
}

/// A profile of a contact that is somebody else: the profile says who, as the contact does.
pub(crate) fn profile_of(unit: &mut Unit, contact: usize, email: &str) -> usize {
    let key = unit.key(Set::Contacts, contact);
    let k = unit.rows(Set::People).len() as u64;
    let profile = unit.another_profile(k, email, &key);
    for (to, from) in
        [(Profile::First, Contact::First), (Profile::Phone, Contact::Phone), (Profile::Birth, Contact::Birth)]
    {
        let said = unit.get(Set::Contacts, contact, from).to_owned();
        unit.set(Set::People, profile, to, said);
    }
    unit.mark_other((Set::People, profile));
    unit.note(List::Near, "DUP012", (Set::People, profile), None, "another person, whatever both have in common");
    profile
}

fn namesake(person: &Person, rng: &mut Rng, unit: &mut Unit) {
    let email = masked(person, rng);
    let contact = unit.another_contact(1, &email);
    let away = unit.get(Set::Contacts, contact, Contact::Zip) == "28195";
    let (city, zip) = if away { ("Kiel", "24103") } else { ("Bremen", "28195") };
    for (column, value) in [(Contact::City, city), (Contact::Zip, zip), (Contact::Street, "Musterdeich 3")] {
        unit.set(Set::Contacts, contact, column, value);
    }
    let phone = format!("{}5553{:06}", &person.phone[..3], rng.below(1_000_000));
    unit.set(Set::Contacts, contact, Contact::Phone, phone);
    somebody_else(unit, contact, rng);
    let profile = profile_of(unit, contact, &email);
    let why = "a namesake elsewhere, with another phone";
    unit.near("DUP004", (Set::People, profile), Profile::Email, why);
    unit.near("DUP004", (Set::Contacts, contact), Contact::Email, why);
}

/// A second profile that the shop made, under another address: no record of Zoho's is linked to it.
fn shop_profile(person: &Person, unit: &mut Unit) -> usize {
    let email = format!("{}.shop@{}", person.local, person.domain);
    unit.another_profile(1, &email, "")
}

fn consent(slot: Slot, person: &Person, unit: &mut Unit) {
    let gone = slot.nth.is_multiple_of(2);
    unit.set(Set::Contacts, 0, Contact::OptOut, if gone { "true" } else { "false" });
    if !gone {
        unit.set(Set::Contacts, 0, Contact::UnsubscribedMode, "");
        unit.set(Set::Contacts, 0, Contact::UnsubscribedTime, "");
    }
    for (set, column) in [(Set::Contacts, Contact::Promo as usize), (Set::People, Profile::Promo as usize)] {
        unit.set(set, 0, column, "false");
    }
    let profile = shop_profile(person, unit);
    let (mine, other) = if gone { ("true", "false") } else { ("", "true") };
    unit.set(Set::People, 0, Profile::Unsubscribed, mine);
    unit.set(Set::People, profile, Profile::Unsubscribed, other);
}

/// Gives both sides a stage; nobody who may churn has early access.
fn stage(unit: &mut Unit, said: &str) {
    unit.set(Set::Contacts, 0, Contact::Stage, said);
    unit.set(Set::People, 0, Profile::Stage, said);
    unit.set(Set::Contacts, 0, Contact::Access, "false");
    unit.set(Set::People, 0, Profile::Access, "false");
}

fn subscribe(unit: &mut Unit) {
    unit.set(Set::Contacts, 0, Contact::OptOut, "false");
    unit.set(Set::Contacts, 0, Contact::UnsubscribedMode, "");
    unit.set(Set::Contacts, 0, Contact::UnsubscribedTime, "");
    unit.set(Set::People, 0, Profile::Unsubscribed, "false");
}

fn tier(unit: &mut Unit, said: &str) {
    unit.set(Set::Contacts, 0, Contact::Tier, said);
    unit.set(Set::People, 0, Profile::Tier, said.to_lowercase());
}

fn segment(slot: Slot, person: &Person, unit: &mut Unit) {
    subscribe(unit);
    stage(unit, if slot.nth.is_multiple_of(2) { "At Risk" } else { "Active" });
    tier(unit, if slot.nth.is_multiple_of(2) { "Silver" } else { "Gold" });
    let profile = shop_profile(person, unit);
    unit.set(Set::People, profile, Profile::Stage, "First Order");
    unit.set(Set::People, profile, Profile::Tier, "bronze");
    unit.near(
        "DUP014",
        (Set::People, profile),
        Profile::Unsubscribed,
        "in other segments than the other one, of the same consent",
    );
}

/// Two profiles that differ, but in nothing that a merge would decide.
fn agree(slot: Slot, person: &Person, unit: &mut Unit) {
    subscribe(unit);
    stage(unit, "Active");
    tier(unit, if slot.nth.is_multiple_of(2) { "Gold" } else { "" });
    let profile = shop_profile(person, unit);
    unit.set(Set::People, profile, Profile::Unsubscribed, "");
    unit.set(Set::People, profile, Profile::Stage, "Loyal");
    unit.set(Set::People, profile, Profile::Tier, if slot.nth.is_multiple_of(2) { "platinum" } else { "silver" });
    for at in [0, profile] {
        unit.near("DUP014", (Set::People, at), Profile::Unsubscribed, "an absent unsubscribed is subscribed");
        unit.note(List::Near, "DUP014", (Set::People, at), None, "other values, the same segments");
    }
}

/// Father, son, and a record of the father's that could be either: it has neither suffix nor day of birth.
fn generations(person: &Person, rng: &mut Rng, unit: &mut Unit) {
    unit.clear(Set::Leads);
    let other_domain = if person.domain == "example.net" { "example.com" } else { "example.net" };
    let born = date(rng.between(day_number(1950, 1, 1), day_number(1959, 12, 31)));
    unit.set(Set::Contacts, 0, Contact::Secondary, "");
    unit.set(Set::Contacts, 0, Contact::Birth, born.clone());
    unit.set(Set::People, 0, Profile::Birth, born.clone());
    // The name before the @ is none of theirs: the same one elsewhere tells more than the same name, a like one less.
    let local = format!("teefreund{}", number(person));
    unit.address_everywhere(&format!("{local}@{}", person.domain));
    let (either, its_profile) = twin(unit, &format!("{local}@{other_domain}"));
    unit.set(Set::Contacts, either, Contact::Birth, "");
    unit.set(Set::People, its_profile, Profile::Birth, "");
    let email = format!("{local}.jr@{}", person.domain);
    let son = unit.another_contact(2, &email);
    let surname = |unit: &mut Unit, contact: usize, suffix: &str| {
        unit.set(Set::Contacts, contact, Contact::Last, format!("{} {suffix}", person.last));
        unit.set(Set::Contacts, contact, Contact::Name, format!("{} {} {suffix}", person.first, person.last));
    };
    surname(unit, 0, "Sr.");
    surname(unit, son, "Jr.");
    somebody_else(unit, son, rng);
    unit.set(Set::Contacts, son, Contact::Birth, other_birth(&born, [1981, 1989], rng));
    let profile = profile_of(unit, son, &email);
    for (set, one, other) in [(Set::Contacts, either, son), (Set::People, its_profile, profile)] {
        for (at, beside) in [(one, other), (other, one)] {
            let key = unit.key(set, beside);
            unit.pair("DUP011", (set, at), None, key);
        }
    }
}
