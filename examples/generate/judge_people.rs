//! What the rules say of people who are here several times though no key says so. The planter knows who is who: all
//! records of a unit are one person's but for those marked as somebody else's. In: a unit. Out: its notes.

use std::collections::BTreeMap;

use crate::doubles::MASKED;
use crate::judge_consent::opted_out;
use crate::judge_links::{identifier, is_record_id, mailbox, missing, usable};
use crate::schema::{Contact, Customer, Lead, Profile, Set};
use crate::spellings::distance;
use crate::unit::{List, Unit};

/// A record: its export, and its place there.
type At = (Set, usize);

/// Exports of people with the column of their addresses; first those whose own id the other systems use.
const SIDES: [(Set, usize); 4] = [
    (Set::Contacts, Contact::Email as usize),
    (Set::Leads, Lead::Email as usize),
    (Set::People, Profile::Email as usize),
    (Set::Customers, Customer::Email as usize),
];

/// Adds what follows from the records.
pub(crate) fn judge(unit: &mut Unit) {
    let keyed = keyed(unit);
    let is_other = |person: &[At]| person.first().is_some_and(|at| unit.is_other(*at));
    let (others, own): (Vec<_>, Vec<_>) = keyed.into_iter().partition(|person| is_other(person));
    for human in [own, others].iter().filter(|human| human.len() > 1) {
        addresses(unit, human);
        profiles(unit, human);
    }
}

/// The records of a unit by what joins them: an id that both carry; who carries none goes with the first of their mailbox.
fn keyed(unit: &Unit) -> Vec<Vec<At>> {
    let mut records: Vec<(At, Vec<String>, Option<String>)> = Vec::new();
    for (set, email) in SIDES {
        for (at, row) in unit.rows(set).iter().enumerate() {
            let ids = match set {
                Set::Contacts => vec![row.get(Contact::Id)],
                Set::Leads => vec![row.get(Lead::Id), row.get(Lead::ContactId)],
                Set::People => {
                    let own = Some(row.get(Profile::Id)).filter(|id| is_record_id(id));
                    [Some(row.get(Profile::Canonical)), own].into_iter().flatten().collect()
                }
                _ => Vec::new(),
            };
            let ids = ids.into_iter().filter_map(identifier).map(str::to_owned).collect();
            records.push(((set, at), ids, usable(row.get(email)).map(|address| mailbox(&address))));
        }
    }
    let mut people: Vec<usize> = (0..records.len()).collect();
    for one in 0..records.len() {
        for other in 0..one {
            let shared = records[one].1.iter().any(|id| records[other].1.contains(id));
            if shared && people[one] != people[other] {
                let (from, to) = (people[one], people[other]);
                people.iter_mut().filter(|person| **person == from).for_each(|person| *person = to);
            }
        }
    }
    for (at, (_, ids, box_of)) in records.iter().enumerate() {
        if ids.is_empty() && box_of.is_some() {
            let same = |other: &usize| records[*other].2 == *box_of;
            let named = (0..records.len()).filter(same).find(|other| !records[*other].1.is_empty());
            let first = named.or_else(|| (0..records.len()).find(same)).unwrap_or(at);
            people[at] = people[first];
        }
    }
    let mut found: BTreeMap<usize, Vec<At>> = BTreeMap::new();
    for (person, record) in people.into_iter().zip(&records) {
        found.entry(person).or_default().push(record.0);
    }
    found.into_values().collect()
}

/// The first record of each of these in an export.
fn firsts(human: &[Vec<At>], set: Set) -> Vec<usize> {
    human.iter().filter_map(|person| person.iter().find(|at| at.0 == set).map(|at| at.1)).collect()
}

/// Every two of some records.
fn pairs(rows: &[usize], holds: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let each = rows.iter().enumerate().flat_map(|(at, one)| rows[at + 1..].iter().map(move |other| (*one, *other)));
    each.filter(|(one, other)| holds(*one, *other)).collect()
}

/// Notes both records of every pair, each beside the other.
fn note(unit: &mut Unit, code: &'static str, set: Set, column: Option<usize>, pairs: &[(usize, usize)]) {
    let mut beside: BTreeMap<usize, String> = BTreeMap::new();
    for (row, other) in pairs.iter().flat_map(|(one, other)| [(*one, *other), (*other, *one)]) {
        let key = unit.key(set, other);
        let known = beside.entry(row).or_insert_with(|| key.clone());
        *known = key.min(known.clone());
    }
    for (row, other) in beside {
        unit.pair(code, (set, row), column, other);
    }
}

/// DUP003: addresses one slip apart. DUP004: a masked address beside a real one.
fn addresses(unit: &mut Unit, human: &[Vec<At>]) {
    let address = |unit: &Unit, (set, row): At| {
        let column = SIDES.iter().find(|side| side.0 == set).map_or(0, |side| side.1);
        usable(unit.get(set, row, column))
    };
    let is_masked = |address: &str| address.ends_with(&format!("@{MASKED}"));
    for (set, column) in [SIDES[0], SIDES[2]] {
        let slips =
            pairs(&firsts(human, set), |one, other| match (address(unit, (set, one)), address(unit, (set, other))) {
                (Some(one), Some(other)) => is_slip(&mailbox(&one), &mailbox(&other)),
                _ => false,
            });
        note(unit, "DUP003", set, Some(column), &slips);
        for person in human {
            let first = person.iter().find(|at| at.0 == set).copied();
            let Some(at) = first.filter(|at| address(unit, *at).is_some_and(|address| is_masked(&address))) else {
                continue;
            };
            let mut elsewhere = human.iter().filter(|other| *other != person).flatten();
            if elsewhere.any(|other| address(unit, *other).is_some_and(|address| !is_masked(&address))) {
                unit.found("DUP004", at, column, None);
            }
        }
    }
}

fn is_slip(one: &str, other: &str) -> bool {
    let (Some((one, domain)), Some((other, its_domain))) = (one.split_once('@'), other.split_once('@')) else {
        return false;
    };
    let part = |text: &str, test: fn(&char) -> bool| text.chars().filter(test).collect::<String>();
    let digits = |text: &str| part(text, char::is_ascii_digit);
    let letters = |text: &str| part(text, |letter| letter.is_alphabetic()).len();
    if one == other {
        return domain.len().min(its_domain.len()) >= 5 && distance(domain, its_domain) == 1;
    }
    domain == its_domain
        && digits(one) == digits(other)
        && letters(one).min(letters(other)) >= 4
        && distance(one, other) == 1
}

/// Whether a profile is in a segment.
type Inside = fn(&Unit, usize) -> bool;

/// Segments that trigger a journey which is not stopped, as the mapping writes their conditions.
const TRIGGERS: [(&str, Inside); 3] = [
    ("DUP014:At Risk", |unit, at| {
        let subscribed = !opted_out(unit.get(Set::People, at, Profile::Unsubscribed));
        unit.get(Set::People, at, Profile::Stage) == "At Risk" && subscribed
    }),
    ("DUP014:New Customer", |unit, at| unit.get(Set::People, at, Profile::Stage) == "First Order"),
    ("DUP014:VIP", |unit, at| ["gold", "platinum"].contains(&unit.get(Set::People, at, Profile::Tier))),
];

/// DUP010, as the mapping has no rule for merges; DUP012 and DUP014.
fn profiles(unit: &mut Unit, human: &[Vec<At>]) {
    let rows = firsts(human, Set::People);
    for row in &rows {
        unit.note(List::Finding, "DUP010", (Set::People, *row), None, "");
    }
    let filled = |row: usize| {
        [Profile::Id, Profile::Email].into_iter().all(|column| !missing(unit.get(Set::People, row, column)))
    };
    let both = pairs(&rows, |one, other| filled(one) && filled(other));
    note(unit, "DUP012", Set::People, None, &both);
    let gone = |row: usize| opted_out(unit.get(Set::People, row, Profile::Unsubscribed));
    let divided = pairs(&rows, |one, other| gone(one) != gone(other));
    note(unit, "DUP014", Set::People, Some(Profile::Unsubscribed as usize), &divided);
    for (code, inside) in TRIGGERS {
        let divided = pairs(&rows, |one, other| inside(unit, one) != inside(unit, other));
        note(unit, code, Set::People, None, &divided);
    }
}
