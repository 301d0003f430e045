//! What changed about allowed values between two revisions.

use std::collections::BTreeSet;

use super::Attribute;
use super::changes::Diff;

impl Diff<'_> {
    pub(super) fn values(&mut self, old: &Attribute, new: &Attribute) {
        if old.values.is_empty() {
            return;
        }
        let (name, mark) = (&new.name, Some(self.at(new, "values")));
        let before = self.changes.len();
        if new.values.is_empty() {
            let said = format!("`{name}` had a list of allowed values and has none.");
            let action = "Without a list nobody notices a variant: keep it.".to_owned();
            self.put("value-removed", Some(&old.name), format!("{name}: values"), [said, action], mark);
        }
        for value in old.values.iter().filter(|_| !new.values.is_empty()) {
            let respelled =
                new.values.iter().find(|other| other.source == value.source && value.source != value.attribute);
            let folded = new.values.iter().find(|other| other.aliases.contains(&value.attribute));
            let kept = new.values.iter().any(|other| other.attribute == value.attribute);
            let spelling = &value.attribute;
            let (category, said, action) = match (kept, respelled, folded) {
                (true, ..) => continue,
                (_, Some(other), _) => (
                    "value-respelled",
                    format!("`{spelling}` of `{name}` is now spelled `{}`.", other.attribute),
                    "Change every condition that tests the old spelling, and rewrite the profiles in one go."
                        .to_owned(),
                ),
                (.., Some(other)) => (
                    "value-removed",
                    format!(
                        "`{spelling}` of `{name}` is no longer a value of its own: it means `{}`.",
                        other.attribute
                    ),
                    format!(
                        "Rewrite the profiles to `{}` before conditions stop testing `{spelling}`.",
                        other.attribute
                    ),
                ),
                _ => (
                    "value-removed",
                    format!("`{spelling}` of `{name}` is no longer allowed."),
                    "Say under `aliases:` what the people who hold it become, or keep it until nobody does.".to_owned(),
                ),
            };
            self.put(category, Some(&old.name), format!("{name}: {spelling}"), [said, action], mark);
            if let Some(change) = self.changes.last_mut() {
                change.values = vec![spelling.clone()];
                change.becomes = respelled.or(folded).map(|other| other.attribute.clone());
            }
        }
        let lifecycle = old.is_role("lifecycle") || new.is_role("lifecycle");
        let spelled = |attribute: &Attribute| {
            attribute.values.iter().map(|value| value.attribute.clone()).collect::<BTreeSet<_>>()
        };
        if lifecycle && spelled(old) != spelled(new) && old.version == new.version {
            let gone = self.changes.len() > before;
            let said = format!(
                "The values of the lifecycle `{name}` changed in place{}.",
                new.version.as_ref().map(|version| format!(" under version {version}")).unwrap_or_default()
            );
            let action = format!(
                "Raise `version:`{}, and say when reports read the new stages.",
                if gone { ", map the old stages under `aliases:`" } else { "" }
            );
            self.put("lifecycle-changed", Some(&old.name), format!("{name}: lifecycle"), [said, action], mark);
        }
    }
}
