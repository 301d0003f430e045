//! Drafts: the records of every system in, the attributes of profiles that hold their ids out: by these people are known.

use ahash::AHashSet;
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::columns::spread;
use super::sheet::Sheet;
use crate::checks::context::Context;
use crate::exports::{Dataset, System};
use crate::frames::normalize::identifier;
use crate::frames::{Frame, Store, TextColumn};
use crate::text::counted;

/// The shortest id that does not meet another one by chance.
const SHORTEST: usize = 6;
/// Profiles that are looked at before a whole column is.
const FIRST: u32 = 1_000;

/// An attribute on the profile that holds the ids of a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    /// The attribute.
    pub(super) attribute: String,
    /// The dataset whose ids they are.
    pub(super) dataset: String,
    /// Its column of ids.
    pub(super) column: String,
    /// Profiles whose id is one of that column.
    hits: u64,
    /// Profiles that hold one.
    filled: u64,
}

impl Key {
    /// The column as the mapping names it.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.dataset, self.column)
    }

    fn why(&self) -> String {
        let filled = counted(self.filled, "profile that holds one", "profiles that hold one");
        format!("an id of {} on {} of {filled}", self.dataset, crate::text::count(self.hits))
    }
}

/// The keys of a mapping: Zoho's contact id first, then those of the other systems.
pub(super) fn find(context: &Context<'_>, store: &Store) -> Vec<Key> {
    let Some(profiles) = context.profiles().and_then(|profiles| store.get(&profiles.name)) else { return Vec::new() };
    let contacts = context.zoho("contacts").or_else(|| context.zoho("leads"));
    let others = context
        .datasets
        .values()
        .filter(|dataset| matches!(dataset.system, System::Shopify | System::Klaviyo | System::Generic));
    let mut keys: Vec<Key> = Vec::new();
    for dataset in contacts.into_iter().chain(others) {
        let found = store.get(&dataset.name).and_then(|frame| on_profiles(frame, profiles));
        keys.extend(found.filter(|key| !keys.iter().any(|known| known.attribute == key.attribute)));
    }
    keys
}

/// The attribute that holds most ids of a dataset.
fn on_profiles(frame: &Frame, profiles: &Frame) -> Option<Key> {
    let key = frame.dataset.key?;
    let column = frame.column(key)?;
    let long = |id: &str| id.len() >= SHORTEST && id.bytes().any(|byte| byte.is_ascii_digit());
    let ids = (0..frame.rows).into_par_iter().filter_map(|row| identifier(column.get(row)));
    let ids: Vec<String> = ids.filter(|id| long(id)).map(std::borrow::Cow::into_owned).collect();
    let known: AHashSet<String> = ids.into_iter().collect();
    let labels: Vec<usize> = (0..profiles.dataset.columns.len()).collect();
    let counted: Vec<(u64, std::cmp::Reverse<usize>, u64)> = labels
        .into_par_iter()
        .filter_map(|index| {
            let column = profiles.column(index)?;
            let first = count(column, spread(profiles.rows, FIRST), &known);
            if first.0 == 0 || is_own(&profiles.dataset, index) {
                return None;
            }
            let (hits, filled) = count(column, 0..profiles.rows, &known);
            (hits * 2 > filled).then_some((hits, std::cmp::Reverse(index), filled))
        })
        .collect();
    let (hits, std::cmp::Reverse(index), filled) = counted.into_iter().max()?;
    Some(Key {
        attribute: profiles.dataset.columns[index].label.clone(),
        dataset: frame.dataset.name.clone(),
        column: frame.dataset.columns[key].label.clone(),
        hits,
        filled,
    })
}

/// Customer.io's own id of a profile.
fn is_own(profiles: &Dataset, index: usize) -> bool {
    profiles.columns[index].label == "cio_id"
}

fn count(column: &TextColumn, rows: impl Iterator<Item = u32>, known: &AHashSet<String>) -> (u64, u64) {
    let ids = rows.filter_map(|row| identifier(column.get(row)));
    ids.fold((0, 0), |(hits, filled), id| (hits + u64::from(known.contains(id.as_ref())), filled + 1))
}

/// `identity:` of the mapping.
pub(super) fn write(sheet: &mut Sheet, keys: &[Key], has_profiles: bool) {
    sheet.open("identity");
    sheet.deeper();
    match keys.split_first() {
        Some((key, more)) => {
            sheet.note(&key.why());
            sheet.set("canonical", &key.attribute);
            sheet.set("source", &key.path());
            if !more.is_empty() {
                sheet.open("also");
                sheet.deeper();
                for key in more {
                    sheet.note(&key.why());
                    sheet.pair(("attribute", &key.attribute), ("source", &key.path()));
                }
                sheet.shallower();
            }
        }
        None if has_profiles => {
            let question = "no attribute holds the ids of a record; which one will? Then: canonical: zoho_contact_id";
            sheet.ask("identity.canonical", question);
        }
        None => {
            let question =
                "which attribute on the profile holds a key that never changes? Then: canonical: zoho_contact_id";
            sheet.ask("identity.canonical", question);
        }
    }
    let question = "which profile survives when two are one person? Then: merge_rule: the one with the Zoho contact id";
    sheet.ask("identity.merge_rule", question);
    sheet.shallower();
    sheet.gap();
}
