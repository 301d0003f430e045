//! Segments and campaigns that Customer.io listed, as the mapping would declare them. What the document declares itself
//! under the same name goes first.

use std::collections::{BTreeMap, BTreeSet};

use super::expr::{self, Scope, Type};
use super::journeys::{Cue, Slot};
use super::{Journey, Kind, Mapping, Segment, Spot, conditions, listed_conditions, test_people};
use crate::error::Result;
use crate::exports::workspace::{At, Campaign, Segment as Listed, Workspace};
use crate::frames::time::rfc3339;
use crate::yaml::{Mark, Node, Value};

/// Every name is one, of the type that its test gives it: what a profile holds is asked later.
pub struct Anything<'a>(pub &'a str);

impl Scope for Anything<'_> {
    fn resolve(&self, parts: &[String]) -> Option<(String, Type)> {
        let [name] = parts else { return None };
        Some((format!("{}.{name}", self.0), conditions::type_of(name, None).unwrap_or(Type::Unknown)))
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Mapping {
    /// The same document, completed by what Customer.io listed.
    pub fn with(mut self, workspace: &Workspace) -> Self {
        let first = self.document.others.len();
        self.document.others.extend(workspace.files.iter().cloned());
        let mark = |at: &At| Mark::elsewhere(first + at.file, at.line, at.column);
        let declared: BTreeSet<String> = self.segments.iter().map(|segment| segment.name.clone()).collect();
        let mut taken = BTreeSet::new();
        let mut names: BTreeMap<&str, String> = BTreeMap::new();
        for listed in &workspace.segments {
            let name = unique(&mut taken, &listed.name, &listed.id);
            if !declared.contains(&name) {
                self.segments.push(segment(&name, mark(&listed.at), listed));
            }
            names.insert(&listed.id, name);
        }
        let declared: BTreeSet<String> = self.journeys.iter().map(|journey| journey.name.clone()).collect();
        let mut taken = BTreeSet::new();
        for listed in &workspace.campaigns {
            let name = unique(&mut taken, &listed.name, &listed.id);
            if !declared.contains(&name) {
                self.journeys.push(journey(name, mark(&listed.at), listed, &names));
            }
        }
        self
    }

    /// Refuses test people in segments that, once the document is complete, do not exist.
    pub fn refuse_unknown_segments(&self) -> Result<()> {
        test_people::within(self)
    }
}

/// A name that no other one has: two segments may have one name, and have two ids.
pub fn unique(taken: &mut BTreeSet<String>, name: &str, id: &str) -> String {
    let mut text = name.trim().to_owned();
    while !taken.insert(text.clone()) {
        text = format!("{text} ({id})");
    }
    text
}

fn segment(name: &str, mark: Mark, listed: &Listed) -> Segment {
    let understood = |text: &String| expr::parse(text, &Anything("customerio.people")).is_ok();
    let text = listed.conditions.as_ref().and_then(listed_conditions::condition).filter(understood);
    let open = match (&text, &listed.conditions) {
        (Some(_), _) => None,
        (None, _) if listed.manual => Some("people are put into it by hand"),
        (None, None) => Some("its condition is not in the file of segments"),
        (None, Some(_)) => Some("its condition tests more than attributes, such as events"),
    };
    let reads = listed.conditions.as_ref().map(listed_conditions::reads).unwrap_or_default();
    Segment {
        name: name.to_owned(),
        mark,
        text: Node { mark, value: text.map_or(Value::Null, |text| Value::Scalar(text, true)) },
        never: false,
        reads: reads.into_iter().map(|text| Spot { text, mark }).collect(),
        purpose: None,
        expect: None,
        listed: true,
        open: open.map(str::to_owned),
        hidden: open.is_some() && !listed.manual && listed.conditions.is_none(),
    }
}

fn journey(name: String, mark: Mark, listed: &Campaign, names: &BTreeMap<&str, String>) -> Journey {
    let cue = |slot, kind, name: &String| Cue { slot, kind, name: name.clone(), mark };
    let named = |slot| move |id: &String| cue(slot, Kind::Segment, names.get(id.as_str()).unwrap_or(id));
    let mut cues: Vec<Cue> = listed.segments.iter().map(named(Slot::Trigger)).collect();
    if cues.is_empty() {
        let event = listed.event.as_ref().map(|name| cue(Slot::Trigger, Kind::Event, name));
        cues.extend(event.or_else(|| listed.date.as_ref().map(|name| cue(Slot::Trigger, Kind::Date, name))));
    }
    cues.extend(listed.filters.iter().map(named(Slot::Filter)));
    let said = |text: String| Some(Spot { text, mark });
    Journey {
        name,
        mark,
        cues,
        cap: None,
        debounce: None,
        within: None,
        delay: None,
        purpose: None,
        state: listed.state.clone().and_then(said),
        since: listed.started.map(rfc3339).and_then(said),
        listed: true,
    }
}
