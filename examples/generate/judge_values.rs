//! What the rules about values say of a unit: profiles that do not hold what their owner says, blanks, flags spelled
//! several ways, values of the wrong type or size.

use crate::judge::in_scope;
use crate::judge_doubles::digits;
use crate::judge_links::{Links, missing};
use crate::schema::{Contact, Customer, Profile, Set};
use crate::spellings::Field;
use crate::stamps::{Form, read};
use crate::time::DAY;
use crate::unit::Unit;
use crate::whole::{FLAGS, Whole, flag};

/// How two sides of an attribute are compared.
#[derive(Clone, Copy)]
enum Kind {
    /// As the words of a list, in the source's spelling and the attribute's.
    Words(Field, Field),
    Flag,
    Text,
    Phone,
    /// A time that is there or not; somebody may be born on the first day of Unix time.
    Time {
        is_birth: bool,
    },
}

/// Attributes that Zoho owns and that hold no consent: source, attribute, whether there is another source.
const ATTRIBUTES: [(Contact, Profile, Kind, bool); 13] = [
    (Contact::Phone, Profile::Phone, Kind::Phone, false),
    (Contact::Country, Profile::Country, Kind::Words(Field::Country, Field::Country), false),
    (Contact::Stage, Profile::Stage, Kind::Words(Field::Stage, Field::Stage), false),
    (Contact::Tier, Profile::Tier, Kind::Words(Field::Tier, Field::ProfileTier), false),
    (Contact::Source, Profile::Channel, Kind::Words(Field::Channel, Field::Channel), true),
    (Contact::Owner, Profile::Owner, Kind::Text, false),
    (Contact::Created, Profile::Since, Kind::Text, false),
    (Contact::Promo, Profile::Promo, Kind::Flag, false),
    (Contact::Access, Profile::Access, Kind::Flag, false),
    (Contact::Wholesale, Profile::Wholesale, Kind::Flag, false),
    (Contact::Ordered, Profile::Ordered, Kind::Time { is_birth: false }, false),
    (Contact::Renewal, Profile::Renewal, Kind::Time { is_birth: false }, false),
    (Contact::Birth, Profile::Birth, Kind::Time { is_birth: true }, false),
];
/// Longest value that Customer.io takes, in bytes.
const LONGEST: usize = 1_000;

/// Adds what follows from the records.
pub(crate) fn judge(unit: &mut Unit, links: &Links, whole: &Whole) {
    for pair in &links.pairs {
        for (source, attribute, kind, fallback) in ATTRIBUTES {
            let left = unit.get(Set::Contacts, pair.contact, source);
            let right = unit.get(Set::People, pair.profile, attribute);
            let Some(expected) = differs(kind, fallback, left, right) else { continue };
            let profile = (Set::People, pair.profile);
            // What the shop wrote is OWN004's matter.
            if matches!(kind, Kind::Phone) && is_from_shop(unit, links, pair.contact, pair.profile) {
                continue;
            }
            if whole.is_fresh(unit.get(Set::Contacts, pair.contact, Contact::Modified)) {
                unit.near("ENM007", profile, attribute, "changed too recently for the sync to have caught up");
                continue;
            }
            let other = unit.key(Set::Contacts, pair.contact);
            unit.pair("ENM007", profile, Some(attribute.into()), other);
            unit.suggest(expected);
        }
    }
    spent(unit, links);
    phones(unit, links, whole);
    blanks(unit, links);
    flags(unit, whole);
    sizes(unit);
}

/// What a value means, in the attribute's spelling: nothing for one that cannot be read.
fn means(kind: Kind, value: &str, is_source: bool) -> Option<String> {
    match kind {
        Kind::Words(source, attribute) => {
            let word = if is_source { source.meaning(value) } else { attribute.meaning(value) }?;
            attribute.meaning(word).map(str::to_owned)
        }
        Kind::Flag => Some(flag(value)?.1.to_string()),
        Kind::Text => {
            let plain: String = value.chars().filter(|letter| letter.is_alphanumeric()).collect();
            Some(plain.to_lowercase())
        }
        Kind::Phone => Some(digits(value)),
        Kind::Time { .. } => None,
    }
}

/// Whether a time is there; nothing where that cannot be said.
fn is_there(value: &str, is_birth: bool) -> Option<bool> {
    if missing(value) {
        return Some(false);
    }
    let stamp = read(value);
    let first = stamp.day.or(stamp.sure.map(|second| second.div_euclid(DAY))) == Some(0) || stamp.form == Form::Zero;
    match stamp.form {
        _ if is_birth && first => None,
        _ if stamp.is_fake() => Some(false),
        Form::Other | Form::Impossible => None,
        _ => Some(true),
    }
}

/// Whether two sides are at odds, and what the attribute should hold where that can be said.
#[expect(clippy::option_option, reason = "at odds and unknown are two answers")]
fn differs(kind: Kind, fallback: bool, source: &str, attribute: &str) -> Option<Option<String>> {
    if let Kind::Time { is_birth } = kind {
        return (is_there(source, is_birth)? != is_there(attribute, is_birth)?).then_some(None);
    }
    match (missing(source), missing(attribute)) {
        (true, true) => None,
        (true, false) => (!fallback && means(kind, attribute, false).is_some()).then_some(None),
        (false, here) => {
            let expected = means(kind, source, true)?;
            if !here && means(kind, attribute, false)? == expected {
                return None;
            }
            Some(matches!(kind, Kind::Words(..) | Kind::Flag).then_some(expected))
        }
    }
}

/// ENM007: what the shop says somebody spent is what stands on the profile. The shop does not say when that changed.
fn spent(unit: &mut Unit, links: &Links) {
    let number = |value: &str| value.replace(',', "").parse::<f64>().ok();
    for (customer, at) in &links.customers {
        let left = unit.get(Set::Customers, *customer, Customer::Spent);
        let right = unit.get(Set::People, *at, Profile::Spent);
        let differs = match (missing(left), missing(right)) {
            (true, true) => false,
            (false, false) => {
                matches!((number(left), number(right)), (Some(one), Some(other)) if (one - other).abs() > 1e-6)
            }
            (true, false) => number(right).is_some(),
            (false, true) => number(left).is_some(),
        };
        if differs {
            let other = unit.key(Set::Customers, *customer);
            unit.pair("ENM007", (Set::People, *at), Some(Profile::Spent.into()), other);
        }
    }
}

/// Whether the profile has the shop's phone number, and the contact another one.
fn is_from_shop(unit: &Unit, links: &Links, contact: usize, at: usize) -> bool {
    let here = digits(unit.get(Set::People, at, Profile::Phone));
    let owners = digits(unit.get(Set::Contacts, contact, Contact::Phone));
    let foreign = links.customers.iter().filter(|link| link.1 == at).any(|link| {
        let first = digits(unit.get(Set::Customers, link.0, Customer::Phone));
        let number =
            if first.is_empty() { digits(unit.get(Set::Customers, link.0, Customer::AddressPhone)) } else { first };
        number == here
    });
    !here.is_empty() && !owners.is_empty() && here != owners && foreign
}

/// OWN004: the shop's phone number stands where Zoho's should.
fn phones(unit: &mut Unit, links: &Links, whole: &Whole) {
    for pair in &links.pairs {
        let (at, contact) = (pair.profile, pair.contact);
        let fresh = whole.is_fresh(unit.get(Set::Contacts, contact, Contact::Modified));
        if is_from_shop(unit, links, contact, at) && !fresh {
            let other = unit.key(Set::Contacts, contact);
            unit.pair("OWN004", (Set::People, at), Some(Profile::Phone.into()), other);
        }
    }
}

/// ENM009: nobody knows where they stand.
fn blanks(unit: &mut Unit, links: &Links) {
    for at in 0..unit.rows(Set::Contacts).len() {
        if in_scope(unit, at) && missing(unit.get(Set::Contacts, at, Contact::Stage)) {
            unit.found("ENM009", (Set::Contacts, at), Contact::Stage, None);
        }
    }
    for at in 0..unit.rows(Set::People).len() {
        if !links.contacts(at).is_empty() && missing(unit.get(Set::People, at, Profile::Stage)) {
            unit.found("ENM009", (Set::People, at), Profile::Stage, None);
        }
    }
}

/// ENM013: yes and no in other words than the column's own.
fn flags(unit: &mut Unit, whole: &Whole) {
    for (set, column) in FLAGS {
        let Some(main) = whole.vocabulary(set, column) else { continue };
        for at in 0..unit.rows(set).len() {
            let value = unit.get(set, at, column).to_owned();
            let read = flag(&value);
            if !missing(&value) && read.map(|read| read.0) != Some(main) {
                unit.found("ENM013", (set, at), column, read.map(|read| Whole::word(main, read.1)));
            }
        }
    }
}

/// MAP005 and MAP020.
fn sizes(unit: &mut Unit) {
    for at in 0..unit.rows(Set::People).len() {
        let spent = unit.get(Set::People, at, Profile::Spent).to_owned();
        if !missing(&spent) && spent.replace(',', "").parse::<f64>().is_err() {
            unit.found("MAP005", (Set::People, at), Profile::Spent, None);
        }
        for column in 0..Profile::LABELS.len() {
            if unit.get(Set::People, at, column).len() > LONGEST {
                unit.found("MAP020", (Set::People, at), column, None);
            }
        }
    }
}
