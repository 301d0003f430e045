//! What retention speaks of, in whatever words: names of events, attributes and columns in, the concept out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::frames::lists::shipped;
use crate::mapping::{Attribute, Event};
use crate::text::words;

/// What a name can speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Concept {
    Purchase,
    Won,
    Refund,
    Renewal,
    OptOut,
    OpenCase,
    Subscription,
    Status,
    AssistedOrder,
    Warranty,
    Reorder,
}

#[derive(Deserialize)]
struct Shipped {
    concepts: BTreeMap<Concept, Entry>,
    properties: BTreeMap<String, Vec<String>>,
    states: BTreeMap<String, Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    words: Vec<String>,
    but: Vec<String>,
    modules: Vec<String>,
    carries: Vec<String>,
}

static LIST: LazyLock<Shipped> = LazyLock::new(|| {
    let mut list: Shipped = shipped("retention", include_str!("../../rules/data/retention.yaml"));
    let phrases = list.concepts.values_mut().flat_map(|entry| [&mut entry.words, &mut entry.but]);
    for phrase in phrases.chain(list.properties.values_mut()).flatten() {
        *phrase = format!(" {phrase} ");
    }
    list
});

/// Whether words, as [`words`] writes them, hold one of these phrases.
fn hold(words: &str, phrases: &[String]) -> bool {
    phrases.iter().any(|phrase| words.contains(phrase))
}

impl Concept {
    /// The moments of a customer's life that retention is built on.
    pub(super) const CORE: [Self; 4] = [Self::Purchase, Self::Renewal, Self::Refund, Self::Won];

    /// Whether a name speaks of it.
    pub(super) fn is(self, name: &str) -> bool {
        let name = words(name);
        LIST.concepts.get(&self).is_some_and(|entry| hold(&name, &entry.words) && !hold(&name, &entry.but))
    }

    /// Whether the records of a module are such: `deals`.
    pub(super) fn is_module(self, module: &str) -> bool {
        LIST.concepts.get(&self).is_some_and(|entry| entry.modules.iter().any(|known| known == module))
    }

    /// Whether an attribute holds it, by its role, its name or the columns that it comes from.
    pub(super) fn is_held_by(self, attribute: &Attribute) -> bool {
        let by_role = match self {
            Self::Purchase => attribute.is_role("last_purchase"),
            Self::OptOut => attribute.is_consent(),
            Self::Status => attribute.is_role("lifecycle"),
            _ => false,
        };
        let mut columns = attribute.from.iter().filter_map(|from| from.column.as_ref());
        by_role
            || self.is(&attribute.name)
            || columns.any(|path| {
                self.is(&path.column) || path.dataset.split_once('.').is_some_and(|(_, name)| self.is_module(name))
            })
    }

    /// Whether an event tells of it: by its name, else by the change that raises it.
    pub(super) fn is_told_by(self, event: &Event) -> bool {
        let denied = LIST.concepts.get(&self).is_some_and(|entry| hold(&words(&event.name), &entry.but));
        let raised = event.when.as_ref().is_some_and(|when| self.is(&when.text));
        self.is(&event.name) || (raised && !denied)
    }

    /// What an event of it has to carry.
    pub(super) fn carries(self) -> &'static [String] {
        LIST.concepts.get(&self).map(|entry| entry.carries.as_slice()).unwrap_or_default()
    }
}

/// The words for a state, in lower case: `closed` or `active`.
pub(super) fn states(name: &str) -> &'static [String] {
    LIST.states.get(name).map(Vec::as_slice).unwrap_or_default()
}

/// Whether a property is the one that is wanted, under any of its names.
pub(super) fn is_property(wanted: &str, name: &str) -> bool {
    name == wanted || LIST.properties.get(wanted).is_some_and(|phrases| hold(&words(name), phrases))
}

#[cfg(test)]
mod tests {
    use super::{Concept, is_property};

    #[test]
    fn a_name_says_what_it_speaks_of() {
        let table: &[(Concept, &[&str], &[&str])] = &[
            (Concept::Purchase, &["order_completed", "OrderPaid", "purchase", "bestellung"], &["order_cancelled"]),
            (Concept::Won, &["deal_won", "Closed Won"], &["wonder"]),
            (Concept::Refund, &["refund_issued", "Order Refunded"], &["refundable"]),
            (Concept::Renewal, &["subscription_renewed", "renews_at"], &["renewal_failed"]),
            (Concept::OptOut, &["unsubscribed", "Email Opt Out"], &["option"]),
            (Concept::OpenCase, &["open_cases", "Ticket"], &["casement", "ticket_size"]),
            (Concept::Subscription, &["active_subscription", "Renewal Date"], &["cio_subscription_preferences"]),
            (Concept::Status, &["Lifecycle Stage", "Kundenstatus"], &["Lead Status"]),
            (Concept::AssistedOrder, &["last_deal_stage"], &["ideal"]),
            (Concept::Warranty, &["Kettle Serial No", "Garantie"], &["serial"]),
            (Concept::Reorder, &["Reorder Date"], &["order"]),
        ];
        for (concept, are, are_not) in table {
            are.iter().for_each(|name| assert!(concept.is(name), "{name} is {concept:?}"));
            are_not.iter().for_each(|name| assert!(!concept.is(name), "{name} is not {concept:?}"));
        }
    }

    #[test]
    fn a_property_has_several_names() {
        assert!(is_property("amount", "order_total") && is_property("rep", "sales_owner"));
        assert!(!is_property("rep", "report") && !is_property("amount", "currency"));
    }
}
