//! What changed about an attribute between two revisions, but for its values.

use super::changes::{Diff, Fate, Holders, Touched, listed, shown};
use super::{Attribute, Spot};

fn text(spot: Option<&Spot>) -> Option<&str> {
    spot.map(|spot| spot.text.as_str())
}

/// The system that decides where systems differ: the owner, else the first in precedence, else the first source.
fn decides(attribute: &Attribute) -> Option<&str> {
    let first = attribute.precedence.first().map(String::as_str);
    let source = || attribute.from.iter().find_map(|from| from.column.as_ref()).map(super::ColumnPath::source);
    text(attribute.owner.as_ref()).or(first).or_else(source)
}

impl Diff<'_> {
    pub(super) fn removed(&mut self, old: &Attribute) {
        let said = format!("The attribute `{}` is gone.", old.name);
        let action =
            "Keep it until nothing reads it, or write `was:` under the attribute that takes its place.".to_owned();
        let mark = self.section("attributes");
        self.put("attribute-removed", Some(&old.name), old.name.clone(), [said, action], mark);
        if old.is_consent() {
            let said = format!("`{}` carried consent and is gone: no rule sees any more who opted out.", old.name);
            let action = "Keep it. To replace it, map the new attribute with `role: consent` and `was:`.".to_owned();
            self.put("consent-removed", Some(&old.name), old.name.clone(), [said, action], mark);
        }
    }

    pub(super) fn renamed(&mut self, old: &Attribute, new: &Attribute) {
        let said = format!("The attribute `{}` is now `{}`.", old.name, new.name);
        let action = format!(
            "Fill both until every segment, journey and message reads `{}`, then take `{}` off the profiles.",
            new.name, old.name
        );
        let mark = self.at(new, "was");
        self.put("attribute-renamed", Some(&old.name), old.name.clone(), [said, action], Some(mark));
    }

    pub(super) fn attribute(&mut self, old: &Attribute, new: &Attribute) {
        let name = &new.name;
        if old.is_consent() && !new.is_consent() {
            let said = format!("`{name}` carried consent and no longer does: no rule sees any more who opted out.");
            let action = "Keep `role: consent`, or move the role to the attribute that takes its place.".to_owned();
            let mark = self.at(new, "role");
            self.put("consent-removed", Some(&old.name), name.clone(), [said, action], Some(mark));
        }
        // `string` is another word for text.
        let kind = |attribute: &Attribute| {
            text(attribute.kind.as_ref()).map(|kind| if kind == "string" { "text" } else { kind }.to_owned())
        };
        if old.kind.is_some() && kind(old) != kind(new) {
            let said =
                format!("The type of `{name}` was {} and is {}.", shown(old.kind.as_ref()), shown(new.kind.as_ref()));
            let action = "Conditions compare by type: fill a new attribute beside this one, and move the readers over.";
            let mark = self.at(new, "type");
            self.put("type-changed", Some(&old.name), name.clone(), [said, action.to_owned()], Some(mark));
            self.next_sync_tells();
        }
        let said = self.changes.len();
        self.owner(old, new);
        let is_told = self.changes.len() > said;
        self.values(old, new);
        let from = |attribute: &Attribute| attribute.from.iter().map(|from| from.spot.text.clone()).collect::<Vec<_>>();
        let (was, is) = (from(old), from(new));
        if !was.is_empty() && was != is {
            let said = format!("`{name}` came from {} and comes from {}.", listed(&was), listed(&is));
            let decides_consent = (old.is_consent() || new.is_consent()) && decides(old) != decides(new) && !is_told;
            let (category, action) = match decides_consent {
                true => ("consent-owner-changed", SIGNED_OFF),
                false => ("source-changed", "Compare both columns on one export before the sync switches over."),
            };
            let mark = self.at(new, "from");
            self.put(category, Some(&old.name), name.clone(), [said, action.to_owned()], Some(mark));
            self.next_sync_tells();
        }
        self.default(old, new);
    }

    fn default(&mut self, old: &Attribute, new: &Attribute) {
        if old.default == new.default {
            return;
        }
        let name = &new.name;
        let text = |default: &Option<String>| {
            default.as_ref().map_or_else(|| "nothing".to_owned(), |text| format!("`{text}`"))
        };
        let said = format!("A blank `{name}` stood for {} and stands for {}.", text(&old.default), text(&new.default));
        let action =
            "People without a value move from one side of every condition to the other: check the segments first.";
        let mark = self.at(new, "default");
        self.put("default-changed", Some(&old.name), name.clone(), [said, action.to_owned()], Some(mark));
        if let Some(change) = self.changes.last_mut() {
            change.touches = Touched::Blank;
            let becomes = new.default.clone().map_or(Fate::Blank, Fate::Value);
            change.moves.push((Holders::Blank, becomes));
            // Who was filled by the default cannot be told from who was filled by the source.
            change.moves.extend(old.default.clone().map(|old| (Holders::Value(old), Fate::Unknown)));
        }
    }

    fn owner(&mut self, old: &Attribute, new: &Attribute) {
        let consent = old.is_consent() || new.is_consent();
        let name = &new.name;
        if old.owner.is_some() && text(old.owner.as_ref()) != text(new.owner.as_ref()) {
            let said = format!(
                "The owner of `{name}` was {} and is {}.",
                shown(old.owner.as_ref()),
                shown(new.owner.as_ref())
            );
            let (category, action) = match consent {
                true => ("consent-owner-changed", SIGNED_OFF),
                false => (
                    "owner-changed",
                    "Load the new owner's values, compare them with the old ones, then switch the sync.",
                ),
            };
            let mark = self.at(new, "owner");
            self.put(category, Some(&old.name), name.clone(), [said, action.to_owned()], Some(mark));
            self.next_sync_tells();
        }
        if !old.precedence.is_empty() && old.precedence != new.precedence {
            let said = format!(
                "The precedence of `{name}` was {} and is {}.",
                listed(&old.precedence),
                listed(&new.precedence)
            );
            let category = if consent { "consent-owner-changed" } else { "precedence-changed" };
            let action =
                "Where the systems disagree, other values win from now on: list those people before it takes effect.";
            let subject = format!("{name}: precedence");
            let mark = self.at(new, "precedence");
            self.put(category, Some(&old.name), subject, [said, action.to_owned()], Some(mark));
            self.next_sync_tells();
        }
    }
}

const SIGNED_OFF: &str = "Whoever opted out at the old owner must be opted out at the new one first. Have it signed off by those who answer for consent.";
