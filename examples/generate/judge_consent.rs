//! What the rules about consent say of a unit: the owner's box against the profile's flag, and flags at odds.

use crate::judge::group;
use crate::judge_links::{Links, missing, people};
use crate::schema::{Contact, Profile, Set};
use crate::unit::Unit;

/// Whether Customer.io reads the value as an opt-out.
pub(crate) fn opted_out(value: &str) -> bool {
    value == "1" || value.eq_ignore_ascii_case("true")
}

/// Adds what follows from the records.
pub(crate) fn judge(unit: &mut Unit, links: &Links) {
    for pair in &links.pairs {
        let at_owner = unit.get(Set::Contacts, pair.contact, Contact::OptOut).to_owned();
        let here = opted_out(unit.get(Set::People, pair.profile, Profile::Unsubscribed));
        let code = match (at_owner.as_str(), here) {
            ("true", false) => "CON001",
            ("false", true) => "CON002",
            _ => continue,
        };
        let other = unit.key(Set::Contacts, pair.contact);
        unit.pair(code, (Set::People, pair.profile), Some(Profile::Unsubscribed as usize), other);
        unit.suggest((code == "CON001").then(|| "true".to_owned()));
    }
    for at in 0..unit.rows(Set::Contacts).len() {
        contact(unit, at);
    }
    for at in 0..unit.rows(Set::People).len() {
        profile(unit, at);
    }
    for members in people(unit) {
        let out = |row: &&usize| opted_out(unit.get(Set::People, **row, Profile::Unsubscribed));
        let gone = members.iter().filter(out).count();
        if gone > 0 && gone < members.len() {
            group(unit, "CON007", Set::People, Profile::Unsubscribed as usize, &members);
        }
    }
}

/// CON003 and CON005.
fn contact(unit: &mut Unit, at: usize) {
    let ticked = unit.get(Set::Contacts, at, Contact::OptOut).to_owned();
    let left = !missing(unit.get(Set::Contacts, at, Contact::UnsubscribedTime));
    if left && ticked != "true" {
        unit.found("CON003", (Set::Contacts, at), Contact::OptOut, None);
    }
    if missing(&ticked) {
        unit.found("CON005", (Set::Contacts, at), Contact::OptOut, None);
    }
}

/// CON006 and CON010.
fn profile(unit: &mut Unit, at: usize) {
    let flag = unit.get(Set::People, at, Profile::Unsubscribed).to_owned();
    let read = ["true", "1", "false", "0", ""].contains(&flag.to_lowercase().as_str());
    if !read {
        unit.found("CON010", (Set::People, at), Profile::Unsubscribed, None);
    }
    let topics = unit.get(Set::People, at, Profile::Preferences);
    let none = topics.contains(":false") && !topics.contains(":true");
    if none && !opted_out(&flag) {
        unit.found("CON006", (Set::People, at), Profile::Unsubscribed, None);
    }
}
