//! The columns by which the records of each dataset are recognised: the mapping and the exports' own shapes in, a plan out.

use std::collections::BTreeSet;

use super::context::Context;
use crate::exports::{Dataset, System};
use crate::frames::identity::{IdColumn, Keys, Numbering, Plan};
use crate::mapping::{EARLIER, IdentityKey};

impl Context<'_> {
    /// Whether a key of the mapping is Zoho's record id: it names that column, or no column at all.
    fn is_record_id(&self, key: &IdentityKey) -> bool {
        key.source.as_ref().is_none_or(|path| match self.datasets.get(&path.dataset) {
            Some(dataset) => dataset.system == System::Zoho && dataset.key == dataset.find(&path.column),
            None => System::parse(path.source()) == Some(System::Zoho) && path.column == "Record Id",
        })
    }

    /// The columns by which each dataset's records are recognised.
    pub fn identity(&self) -> Plan {
        let people: BTreeSet<&str> = self.people().map(|dataset| dataset.name.as_str()).collect();
        let keys = |dataset: &Dataset| {
            let mut keys = Keys { record: dataset.key, shared: dataset.system == System::Zoho, ..Keys::default() };
            let find = |name: &str| dataset.find(name);
            if people.contains(dataset.name.as_str()) {
                keys.address = self.email(dataset).ok().map(|column| column.index);
            }
            let declared = self.mapping.into_iter().flat_map(|mapping| mapping.canonical.iter().chain(&mapping.also));
            for (key, number) in declared.zip(0..) {
                let named = if dataset.system == System::CustomerIo && dataset.module == "people" {
                    dataset.columns.iter().position(|column| column.label == key.attribute.text)
                } else {
                    key.source.as_ref().filter(|path| path.dataset == dataset.name).and_then(|path| find(&path.column))
                };
                let numbering = if self.is_record_id(key) { Numbering::Zoho } else { Numbering::Declared(number) };
                let own = named.filter(|index| keys.address != Some(*index));
                keys.ids.extend(own.map(|column| IdColumn { column, numbering }));
            }
            match dataset.system {
                System::CustomerIo => {
                    if let Some(events) = self.event_columns(dataset) {
                        keys.refs = self.named_by(&events);
                        (keys.address, keys.events) = (events.email, true);
                        return keys;
                    }
                    let id = find("id").filter(|index| dataset.key != Some(*index));
                    let people = dataset.module == "people";
                    keys.ids.extend(
                        id.filter(|_| people).map(|column| IdColumn { column, numbering: Numbering::MaybeZoho }),
                    );
                    // Only where something names profiles: an id is no key that several systems share.
                    keys.refs = self.profile_ids(dataset);
                    keys.address = keys.address.or_else(|| self.listed_address(dataset));
                }
                System::Zoho => {
                    // A task may be related to anything, a case is related to a contact.
                    let related =
                        ["Related To.id"].into_iter().filter(|_| dataset.module.eq_ignore_ascii_case("cases"));
                    let lookups = ["Converted Contact.id", "Contact Name.id"].into_iter().chain(related);
                    keys.parents.extend(lookups.filter_map(find));
                    keys.is_common = dataset.module.eq_ignore_ascii_case("accounts");
                    keys.common = find("Account Name.id")
                        .filter(|_| dataset.module.eq_ignore_ascii_case("contacts") && self.zoho("accounts").is_some());
                }
                System::Shopify | System::Klaviyo | System::Generic => {}
            }
            keys
        };
        let mut plan: Plan = self.datasets.values().map(|dataset| (dataset.name.clone(), keys(dataset))).collect();
        for earlier in self.earlier.values() {
            let Some(current) = earlier.name.strip_prefix(EARLIER).and_then(|name| self.datasets.get(name)) else {
                continue;
            };
            let moved = plan.get(&current.name).map(|keys| keys.moved(current, earlier));
            plan.extend(moved.map(|keys| (earlier.name.clone(), keys)));
        }
        plan
    }
}
