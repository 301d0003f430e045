//! What changed about allowed values between two revisions: the values themselves, and what each spelling of them means.

use std::collections::{BTreeMap, BTreeSet};

use super::Attribute;
use super::changes::{Diff, Fate, Holders, Touched};
use crate::yaml::{Mark, Node, Value};

/// Every spelling that a list explains, source spellings and aliases, with the value that it means.
fn meanings(attribute: &Attribute) -> BTreeMap<&str, &str> {
    let mut found = BTreeMap::new();
    for value in &attribute.values {
        found.extend(value.aliases.iter().map(|alias| (alias.as_str(), value.attribute.as_str())));
    }
    // A value of its own is no alias, should it be named as one too.
    found.extend(attribute.values.iter().map(|value| (value.source.as_str(), value.attribute.as_str())));
    found
}

fn spelled(attribute: &Attribute) -> BTreeSet<&str> {
    attribute.values.iter().map(|value| value.attribute.as_str()).collect()
}

/// What becomes of the profiles of a value, by what its spellings mean now.
fn fate(value: &str, before: &BTreeMap<&str, &str>, after: &BTreeMap<&str, &str>) -> Fate {
    let own = before.iter().filter(|(_, meant)| **meant == value);
    let now: BTreeSet<Option<&str>> = own.map(|(spelling, _)| after.get(spelling).copied()).collect();
    let known: Vec<&str> = now.iter().flatten().copied().collect();
    match (known.as_slice(), after.get(value)) {
        // What stands on the profiles is explained itself, and no record says otherwise.
        ([], Some(one)) => Fate::Value((*one).to_owned()),
        ([known], Some(one)) if known == one => Fate::Value((*one).to_owned()),
        ([], None) => Fate::Blank,
        ([one], None) if !now.contains(&None) => Fate::Value((*one).to_owned()),
        _ => Fate::Unknown,
    }
}

impl Diff<'_> {
    pub(super) fn values(&mut self, old: &Attribute, new: &Attribute) {
        if old.values.is_empty() {
            return;
        }
        let before = self.changes.len();
        if new.values.is_empty() {
            let said = format!("`{}` had a list of allowed values and has none.", new.name);
            let action = "Without a list nobody notices a variant: keep it.".to_owned();
            let mark = self.at(new, "values");
            self.put("value-removed", Some(&old.name), format!("{}: values", new.name), [said, action], Some(mark));
        } else {
            let gone: Vec<&str> = spelled(old).difference(&spelled(new)).copied().collect();
            // In the order of the list.
            let mut told = BTreeSet::new();
            for value in old.values.iter().map(|value| value.attribute.as_str()).filter(|value| gone.contains(value)) {
                if told.insert(value) {
                    self.value_gone(old, new, value);
                }
            }
            self.meanings_moved(old, new, &gone);
        }
        self.lifecycle(old, new, self.changes.len() > before);
    }

    /// Where a spelling stands in the new revision; the list where it stands nowhere.
    fn spelling(&self, new: &Attribute, spelling: &str) -> Mark {
        let node = |key: &str| self.head.document.root.get("attributes")?.get(&new.name)?.get(key);
        let of = |node: &Node| -> Option<Mark> {
            if let Value::Map(entries) = &node.value {
                let own = entries.iter().find(|entry| entry.key == spelling).map(|entry| entry.mark);
                let inner = || entries.iter().flat_map(|entry| entry.node.items());
                return own.or_else(|| Some(inner().find(|item| item.text() == Some(spelling))?.mark));
            }
            Some(node.items().into_iter().find(|item| item.text() == Some(spelling))?.mark)
        };
        let found = node("values").and_then(of).or_else(|| node("aliases").and_then(of));
        found.unwrap_or_else(|| self.at(new, "values"))
    }

    fn value_gone(&mut self, old: &Attribute, new: &Attribute, spelling: &str) {
        let name = &new.name;
        let (was, is) = (meanings(old), meanings(new));
        let sources: Vec<&str> =
            old.values.iter().filter(|value| value.attribute == spelling).map(|value| value.source.as_str()).collect();
        let respelled = new.values.iter().find(|value| sources.contains(&value.source.as_str()));
        let (category, said, action, mark) = match (respelled, is.get(spelling)) {
            (Some(now), _) => (
                "value-respelled",
                format!("`{spelling}` of `{name}` is now spelled `{}`.", now.attribute),
                "Change every condition that tests the old spelling, and rewrite the profiles in one go.".to_owned(),
                self.spelling(new, &now.source),
            ),
            (None, Some(now)) => (
                "value-removed",
                format!("`{spelling}` of `{name}` is no longer a value of its own: it means `{now}`."),
                format!("Rewrite the profiles to `{now}` before conditions stop testing `{spelling}`."),
                self.spelling(new, spelling),
            ),
            (None, None) => (
                "value-removed",
                format!("`{spelling}` of `{name}` is no longer allowed."),
                "Say under `aliases:` what the people who hold it become, or keep it until nobody does.".to_owned(),
                self.at(new, "values"),
            ),
        };
        self.put(category, Some(&old.name), format!("{name}: {spelling}"), [said, action], Some(mark));
        if let Some(change) = self.changes.last_mut() {
            change.touches = Touched::Value(spelling.to_owned());
            change.moves = vec![(Holders::Value(spelling.to_owned()), fate(spelling, &was, &is))];
        }
    }

    /// Spellings of values that stay, and mean something else or nothing.
    fn meanings_moved(&mut self, old: &Attribute, new: &Attribute, gone: &[&str]) {
        let name = &new.name;
        let (was, is) = (meanings(old), meanings(new));
        for (spelling, meant) in was.iter().filter(|(_, meant)| !gone.contains(meant)) {
            let (category, said, action, fate) = match is.get(spelling) {
                Some(now) if now == meant => continue,
                Some(now) => (
                    "value-respelled",
                    format!("`{spelling}` of `{name}` was written as `{meant}` and is now written as `{now}`."),
                    format!("Whoever holds `{spelling}` leaves what tests `{meant}`: check the conditions on both."),
                    fate(meant, &was, &is),
                ),
                None => (
                    "value-removed",
                    format!("`{spelling}` of `{name}` meant `{meant}`, and now nothing says what it means."),
                    format!("Keep it under `aliases:` of `{meant}` until no record holds it."),
                    Fate::Unknown,
                ),
            };
            let mark = self.spelling(new, spelling);
            self.put(category, Some(&old.name), format!("{name}: {spelling}"), [said, action], Some(mark));
            if let Some(change) = self.changes.last_mut() {
                change.touches = Touched::Value((*meant).to_owned());
                change.moves = vec![(Holders::Value((*meant).to_owned()), fate)];
            }
        }
    }

    fn lifecycle(&mut self, old: &Attribute, new: &Attribute, is_changed: bool) {
        if !old.is_role("lifecycle") && !new.is_role("lifecycle") {
            return;
        }
        let shown = |version: &Option<String>| version.clone().unwrap_or_else(|| "nothing".to_owned());
        let order = compare(old.version.as_deref(), new.version.as_deref());
        let values = is_changed || spelled(old) != spelled(new);
        let said = match order {
            Order::Same if values => format!(
                "The values of the lifecycle `{}` changed in place{}.",
                new.name,
                new.version.as_ref().map(|version| format!(" under version {version}")).unwrap_or_default()
            ),
            Order::Fell => format!(
                "The version of the lifecycle `{}` was {} and is {}.",
                new.name,
                shown(&old.version),
                shown(&new.version)
            ),
            _ => return,
        };
        let action = format!(
            "Raise `version:`{}, and say when reports read the new stages.",
            if is_changed { ", map the old stages under `aliases:`" } else { "" }
        );
        let key = if order == Order::Fell { "version" } else { "values" };
        let mark = self.at(new, key);
        self.put("lifecycle-changed", Some(&old.name), format!("{}: lifecycle", new.name), [said, action], Some(mark));
    }
}

#[derive(PartialEq, Eq)]
enum Order {
    Same,
    Raised,
    Fell,
}

/// Versions by their numbers; those that are no numbers are raised when they differ.
fn compare(old: Option<&str>, new: Option<&str>) -> Order {
    let numbers = |text: &str| -> Option<Vec<u64>> {
        let plain = text.trim_start_matches(['v', 'V']);
        plain.split(['.', '-']).map(|part| part.parse().ok()).collect()
    };
    match (old, new) {
        (old, new) if old == new => Order::Same,
        (Some(_), None) => Order::Fell,
        (Some(old), Some(new)) => match (numbers(old), numbers(new)) {
            (Some(old), Some(new)) if old > new => Order::Fell,
            (Some(old), Some(new)) if old == new => Order::Same,
            _ => Order::Raised,
        },
        _ => Order::Raised,
    }
}
