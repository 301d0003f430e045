//! Who is who, as the oracle reads it: a unit in, links between its records and profiles out. By identifier; only without
//! one, or with one that no record has, by address; last by the mailbox that the provider makes of it.

use std::collections::BTreeMap;

use crate::identity::PLACEHOLDERS;
use crate::schema::{Contact, Customer, Lead, Profile, Row, Set};
use crate::unit::Unit;

/// Texts that mean missing, as `mapping.yaml` lists them.
const MISSING: &[&str] = &["", "n/a", "none", "-"];
/// Fewest digits of a Zoho record id.
const ID_DIGITS: usize = 15;

/// A contact and a profile that are one person.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) contact: usize,
    pub(crate) profile: usize,
    /// Whether the identifier says so.
    pub(crate) by_id: bool,
}

/// The links of a unit.
pub(crate) struct Links {
    pub(crate) pairs: Vec<Pair>,
    /// Lead and profile.
    pub(crate) leads: Vec<(usize, usize)>,
    /// Customer of the shop and profile.
    pub(crate) customers: Vec<(usize, usize)>,
}

impl Links {
    /// All links of a unit.
    pub(crate) fn of(unit: &Unit) -> Self {
        let mut links = Self { pairs: Vec::new(), leads: Vec::new(), customers: Vec::new() };
        for (profile, row) in unit.rows(Set::People).iter().enumerate() {
            let (by_id, contacts) = linked(unit, Set::Contacts, Contact::Email as usize, row);
            links.pairs.extend(contacts.into_iter().map(|contact| Pair { contact, profile, by_id }));
            let (_, leads) = linked(unit, Set::Leads, Lead::Email as usize, row);
            links.leads.extend(leads.into_iter().map(|lead| (lead, profile)));
            let (_, customers) = linked(unit, Set::Customers, Customer::Email as usize, row);
            links.customers.extend(customers.into_iter().map(|customer| (customer, profile)));
        }
        links.pairs.sort_by_key(|pair| (pair.contact, pair.profile));
        links
    }

    /// The profiles of a contact.
    pub(crate) fn profiles(&self, contact: usize) -> Vec<usize> {
        self.pairs.iter().filter(|pair| pair.contact == contact).map(|pair| pair.profile).collect()
    }

    /// The contacts of a profile.
    pub(crate) fn contacts(&self, profile: usize) -> Vec<usize> {
        self.pairs.iter().filter(|pair| pair.profile == profile).map(|pair| pair.contact).collect()
    }
}

/// The records of an export that a profile is linked to, and whether its identifier says so.
fn linked(unit: &Unit, set: Set, email: usize, profile: &Row) -> (bool, Vec<usize>) {
    let all = |test: &dyn Fn(&Row) -> bool| -> Vec<usize> {
        unit.rows(set).iter().enumerate().filter(|(_, row)| test(row)).map(|(at, _)| at).collect()
    };
    if set != Set::Customers {
        let own = Some(profile.get(Profile::Id)).filter(|id| is_record_id(id));
        for id in [Some(profile.get(Profile::Canonical)), own].into_iter().flatten() {
            let named = all(&|row| identifier(id).is_some() && identifier(row.get(0_usize)) == identifier(id));
            if !named.is_empty() {
                return (true, named);
            }
        }
    }
    let Some(address) = usable(profile.get(Profile::Email)) else { return (false, Vec::new()) };
    let same = all(&|row| usable(row.get(email)).as_ref() == Some(&address));
    if !same.is_empty() {
        return (false, same);
    }
    (false, all(&|row| usable(row.get(email)).is_some_and(|other| mailbox(&other) == mailbox(&address))))
}

/// The profiles that hold a contact's mailbox, linked or not.
pub(crate) fn of_mailbox(unit: &Unit, contact: usize) -> Vec<usize> {
    let held = |row: &Row, column: usize| usable(row.get(column)).map(|address| mailbox(&address));
    let wanted = unit.rows(Set::Contacts).get(contact).and_then(|row| held(row, Contact::Email as usize));
    let profiles = unit.rows(Set::People).iter().enumerate();
    let same = profiles.filter(|(_, row)| wanted.is_some() && held(row, Profile::Email as usize) == wanted);
    same.map(|(at, _)| at).collect()
}

/// Whether a value stands for nothing.
pub(crate) fn missing(value: &str) -> bool {
    MISSING.contains(&value.trim().to_lowercase().as_str())
}

/// Whether an address is one that nobody owns.
pub(crate) fn placeholder(value: &str) -> bool {
    PLACEHOLDERS.contains(&value.trim().to_lowercase().as_str())
}

/// Whether something stands in an address column that is no address.
pub(crate) fn malformed(value: &str) -> bool {
    !missing(value) && !placeholder(value) && usable(value).is_none()
}

/// An address without case and outer blanks, where it is one and somebody may own it.
pub(crate) fn usable(value: &str) -> Option<String> {
    let address = value.trim().to_lowercase();
    let (local, domain) = address.split_once('@')?;
    let stray = |letter: char| letter.is_whitespace() || "@,;:<>()[]\\\"".contains(letter);
    let fits = !local.is_empty() && !local.contains(stray) && local.split('.').all(|part| !part.is_empty());
    let labels = domain
        .split('.')
        .all(|label| !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-'));
    let whole = fits && labels && domain.contains('.') && !placeholder(&address);
    whole.then_some(address)
}

/// The mailbox that the provider delivers an address to.
pub(crate) fn mailbox(address: &str) -> String {
    match address.split_once('@') {
        Some((local, "gmail.com" | "googlemail.com")) => {
            let local = local.split('+').next().unwrap_or(local).replace('.', "");
            format!("{local}@gmail.com")
        }
        _ => address.to_owned(),
    }
}

/// A record id without its prefix, where it may name somebody.
pub(crate) fn identifier(value: &str) -> Option<&str> {
    let bare = value.trim().trim_start_matches("zcrm_");
    (!missing(bare) && bare.bytes().any(|byte| byte != b'0')).then_some(bare)
}

/// Whether a value looks like one of Zoho's record ids.
pub(crate) fn is_record_id(value: &str) -> bool {
    let bare = value.trim().trim_start_matches("zcrm_");
    bare.len() >= ID_DIGITS && bare.bytes().all(|byte| byte.is_ascii_digit()) && identifier(value).is_some()
}

/// The profiles of a unit by person: one identifier is one person; who has none goes with the first of their mailbox.
pub(crate) fn people(unit: &Unit) -> Vec<Vec<usize>> {
    let mut people: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let rows = unit.rows(Set::People);
    let (named, nameless): (Vec<usize>, Vec<usize>) =
        (0..rows.len()).partition(|row| identifier(rows[*row].get(Profile::Canonical)).is_some());
    for row in named.into_iter().chain(nameless) {
        let box_of = usable(rows[row].get(Profile::Email)).map(|address| mailbox(&address));
        let own = identifier(rows[row].get(Profile::Canonical)).map(str::to_owned);
        let shared = || box_of.as_ref().map(|address| owners.get(address).unwrap_or(address).clone());
        let person = own.or_else(shared).unwrap_or_else(|| format!("row {row}"));
        if let Some(address) = box_of {
            owners.entry(address).or_insert_with(|| person.clone());
        }
        people.entry(person).or_default().push(row);
    }
    people.into_values().collect()
}
