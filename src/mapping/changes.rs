//! What changed between two revisions of a mapping, as far as it can break something that reads it.

use std::collections::{BTreeMap, BTreeSet};

use super::journeys::Kind;
use super::{Attribute, Mapping, Spot};
use crate::error::Place;
use crate::findings::Severity;
use crate::yaml::{Mark, Node};

/// A kind of change that can break something.
#[derive(Debug, PartialEq, Eq)]
pub struct Category {
    /// Its name in crmlint.yaml and in subjects.
    pub name: &'static str,
    /// What it breaks.
    pub about: &'static str,
    /// How bad it is where the team does not say otherwise.
    pub severity: Severity,
    /// Whether the team may say otherwise.
    pub fixed: bool,
}

const fn category(name: &'static str, about: &'static str, severity: Severity) -> Category {
    Category { name, about, severity, fixed: false }
}

/// All categories. A change of a lifecycle in place is a rule of its own.
pub static CATEGORIES: [Category; 16] = [
    category("attribute-removed", "an attribute is gone from the mapping", Severity::Error),
    category("attribute-renamed", "an attribute has another name (`was:` names the old one)", Severity::Warning),
    category("type-changed", "an attribute holds another type", Severity::Error),
    category("value-removed", "an allowed value is gone", Severity::Error),
    category("value-respelled", "an allowed value is spelled otherwise on the profile", Severity::Error),
    category("owner-changed", "another system's value is right", Severity::Error),
    Category {
        name: "consent-owner-changed",
        about: "another system decides about consent",
        severity: Severity::Error,
        fixed: true,
    },
    Category {
        name: "consent-removed",
        about: "an attribute that carries consent is gone, or carries it no longer",
        severity: Severity::Error,
        fixed: true,
    },
    category("precedence-changed", "systems count in another order", Severity::Error),
    category("identifier-changed", "people are told apart by another key", Severity::Error),
    category("source-changed", "an attribute comes from another column", Severity::Warning),
    category("default-changed", "a blank stands for another value", Severity::Warning),
    category("reader-left", "a segment or journey reads something that is gone", Severity::Error),
    category("segment-removed", "a segment is no longer declared", Severity::Warning),
    category("segment-changed", "a segment has another condition", Severity::Warning),
    category(
        "lifecycle-changed",
        "the values of a lifecycle changed and its version was not raised",
        Severity::Warning,
    ),
];

/// The category of a name.
pub fn named(name: &str) -> Option<&'static Category> {
    CATEGORIES.iter().find(|category| category.name == name)
}

/// Whose profiles a change touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// Those that hold a value of the attribute.
    Filled,
    /// Those that hold none.
    Blank,
    /// Those that hold this one.
    Value(String),
}

/// Profiles to which something happens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holders {
    /// All of them.
    All,
    /// Those without a value.
    Blank,
    /// Those of a value.
    Value(String),
}

/// What becomes of a value on the profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It goes.
    Blank,
    /// It becomes another.
    Value(String),
    /// The next sync tells: other columns or systems are read, of which the profiles know nothing.
    Unknown,
}

/// One change.
#[derive(Debug, Clone)]
pub struct Change {
    /// What kind it is.
    pub category: &'static Category,
    /// What changed: `lifecycle_stage`, `lifecycle_stage: At Risk`, `segment:At Risk`.
    pub subject: String,
    /// The attribute whose profiles it touches.
    pub attribute: Option<String>,
    /// The profiles of it that are touched.
    pub touches: Touched,
    /// What becomes of profiles by it, where something does; nothing where only names and conditions change.
    pub moves: Vec<(Holders, Fate)>,
    /// What changed, a clause: `the type of `x` was text and is number`.
    pub statement: String,
    /// What to do.
    pub action: String,
    /// Where, in the new revision.
    pub place: Option<Place>,
    /// Segments and journeys that read it, in either revision.
    pub readers: Vec<String>,
}

/// Compares two revisions: what changed and can break something, and names of what was added.
pub fn between(base: &Mapping, head: &Mapping) -> (Vec<Change>, Vec<String>) {
    let mut readers = base.readers();
    for (name, others) in head.readers() {
        readers.entry(name).or_default().extend(others);
    }
    let mut diff = Diff { base, head, readers, changes: Vec::new(), added: Vec::new() };
    diff.identity();
    for old in &base.attributes {
        let renamed = || head.attributes.iter().find(|new| new.was.contains(&old.name));
        if let Some(new) = head.attribute(&old.name) {
            diff.attribute(old, new);
        } else if let Some(new) = renamed() {
            diff.renamed(old, new);
            diff.attribute(old, new);
        } else {
            diff.removed(old);
        }
    }
    diff.readers_left();
    diff.segments();
    let known = |new: &&Attribute| {
        base.attribute(&new.name).is_none() && !new.was.iter().any(|was| base.attribute(was).is_some())
    };
    diff.added.extend(head.attributes.iter().filter(known).map(|new| new.name.clone()));
    (diff.changes, diff.added)
}

pub(super) struct Diff<'a> {
    pub(super) base: &'a Mapping,
    pub(super) head: &'a Mapping,
    /// Who reads an attribute in either revision.
    readers: BTreeMap<&'a str, BTreeSet<String>>,
    pub(super) changes: Vec<Change>,
    added: Vec<String>,
}

pub(super) fn shown(spot: Option<&Spot>) -> String {
    spot.map_or_else(|| "nothing".to_owned(), |spot| format!("`{}`", spot.text))
}

pub(super) fn listed(texts: &[String]) -> String {
    if texts.is_empty() { "nothing".to_owned() } else { texts.join(", ") }
}

impl Diff<'_> {
    fn node(&self, attribute: &Attribute, key: &str) -> Option<&Node> {
        self.head.document.root.get("attributes")?.get(&attribute.name)?.get(key)
    }

    /// The place of a key's value in the new revision; of the attribute itself where the key is gone.
    pub(super) fn at(&self, attribute: &Attribute, key: &str) -> Mark {
        self.node(attribute, key).map_or(attribute.mark, |node| node.mark)
    }

    pub(super) fn section(&self, key: &str) -> Option<Mark> {
        let root = &self.head.document.root;
        root.entries().iter().find(|entry| entry.key == key).map(|entry| entry.mark)
    }

    pub(super) fn put(
        &mut self,
        name: &str,
        attribute: Option<&str>,
        subject: String,
        said: [String; 2],
        mark: Option<Mark>,
    ) {
        let Some(category) = named(name) else { return };
        let [statement, action] = said;
        self.changes.push(Change {
            category,
            subject,
            attribute: attribute.map(str::to_owned),
            touches: Touched::Filled,
            moves: Vec::new(),
            statement,
            action,
            place: Some(self.head.document.place(mark.unwrap_or(Mark { line: 1, column: 1, offset: 0 }))),
            readers: attribute.and_then(|name| self.readers.get(name)).into_iter().flatten().cloned().collect(),
        });
    }

    /// The last change moves profiles in ways that they do not tell.
    pub(super) fn next_sync_tells(&mut self) {
        if let Some(change) = self.changes.last_mut() {
            change.moves.push((Holders::All, Fate::Unknown));
        }
    }

    fn identity(&mut self) {
        let key = |mapping: &Mapping| mapping.canonical.as_ref().map(|key| key.attribute.clone());
        let source =
            |mapping: &Mapping| mapping.canonical.as_ref().and_then(|key| key.source.as_ref().map(ToString::to_string));
        let (old, new) = (key(self.base), key(self.head));
        let action = "Every profile would be looked up by another key: plan it as a migration, with both keys on the profile for a while.";
        let mark = new.as_ref().map(|spot| spot.mark).or_else(|| self.section("identity"));
        if let Some(before) = old.as_ref().filter(|before| new.as_ref().is_none_or(|after| after.text != before.text)) {
            let said = format!("The canonical identifier was {} and is {}.", shown(Some(before)), shown(new.as_ref()));
            self.put(
                "identifier-changed",
                Some(&before.text),
                "identity.canonical".to_owned(),
                [said, action.to_owned()],
                mark,
            );
            self.next_sync_tells();
        } else if let (Some(before), after) = (source(self.base), source(self.head))
            && Some(&before) != after.as_ref()
        {
            let said = format!(
                "The canonical identifier came from {before} and comes from {}.",
                after.as_deref().unwrap_or("nowhere")
            );
            let attribute = new.as_ref().map(|spot| spot.text.as_str());
            self.put("identifier-changed", attribute, "identity.source".to_owned(), [said, action.to_owned()], mark);
            self.next_sync_tells();
        }
        let keys: BTreeSet<&str> = self.head.also.iter().map(|key| key.attribute.text.as_str()).collect();
        for gone in self.base.also.iter().filter(|key| !keys.contains(key.attribute.text.as_str())) {
            let name = gone.attribute.text.clone();
            let said = format!("`{name}` joined people and no longer does.");
            let mark = self.section("identity");
            self.put(
                "identifier-changed",
                Some(&name),
                format!("identity.also: {name}"),
                [said, action.to_owned()],
                mark,
            );
        }
    }

    /// Conditions and journeys of the new revision that name what only the old one has.
    fn readers_left(&mut self) {
        let gone: BTreeSet<&str> = self.base.attributes.iter().map(|old| old.name.as_str()).collect();
        let gone: BTreeSet<&str> = gone.into_iter().filter(|name| !self.head.names_attribute(name)).collect();
        let segments =
            |mapping: &Mapping| mapping.segments.iter().map(|segment| segment.name.clone()).collect::<BTreeSet<_>>();
        let (had, has) = (segments(self.base), segments(self.head));
        let mut left = Vec::new();
        for segment in &self.head.segments {
            let names = segment.reads.iter().filter(|spot| gone.contains(spot.text.as_str()));
            left.extend(names.map(|spot| {
                (format!("segment:{}", segment.name), format!("the attribute `{}`", spot.text), segment.text.mark)
            }));
        }
        for journey in &self.head.journeys {
            for cue in &journey.cues {
                let name = cue.name.as_str();
                let what = match cue.kind {
                    Kind::Attribute | Kind::Date if gone.contains(name) => format!("the attribute `{name}`"),
                    // A bare name no longer tells that it was a segment's.
                    _ if had.contains(name) && !has.contains(name) => format!("the segment {name}"),
                    _ => continue,
                };
                left.push((format!("journey:{}", journey.name), what, cue.mark));
            }
        }
        for (reader, what, mark) in left {
            let said = format!("{reader} reads {what}, which is gone.");
            let action = "Change it in the same revision, or keep what it reads.".to_owned();
            let subject = format!("{reader}: {}", what.trim_start_matches("the "));
            self.put("reader-left", None, subject, [said, action], Some(mark));
            if let Some(change) = self.changes.last_mut() {
                change.readers = vec![reader];
            }
        }
    }
}

#[cfg(test)]
#[path = "changes_tests.rs"]
mod tests;
