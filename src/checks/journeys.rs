//! Declared journeys as the rules about them see them: which are looked at, what their keys speak of, and one way from a
//! judgement of a journey to questions and hits.

use super::concepts::Concept;
use super::context::{Context, no_mapping};
use super::reserved_name::is_reserved;
use super::{Ask, Judged};
use crate::exports::System;
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::expr::{Expr, Op, Operand};
use crate::mapping::journeys::{Cue, Kind, Slot};
use crate::mapping::{Attribute, Event, Journey, Mapping};
use crate::text::words;
use crate::yaml::Mark;

/// What a rule says of one journey.
pub(super) enum Look {
    /// The rule is not about such a journey: what it is about, as the reason of a run without any.
    Aside(&'static str),
    /// Looked at, nothing wrong.
    Fine,
    /// Something is missing to tell.
    Unknown(Gap),
    /// Wrong at a place, with a statement and what to do.
    Wrong(Mark, String, String),
}

/// A journey with everything that tells about it.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) mapping: &'a Mapping,
    pub(super) journey: &'a Journey,
    /// The first planned event of each core moment.
    planned: &'a [(Concept, &'a Event)],
}

impl Look {
    /// The journey leaves something open.
    pub(super) fn unknown(journey: &Journey, reason: String) -> Self {
        Self::Unknown(Gap { subject: format!("mapping:journeys.{}", journey.name), reason, column: None })
    }
}

/// Looks at every journey.
pub(super) fn look(context: &Context<'_>, look: fn(&Scene<'_>) -> Look) -> Judged {
    each(context, look, true)
}

/// Looks at every journey for something that Customer.io's list of campaigns does not tell: what one of these lacks there
/// is unknown.
pub(super) fn look_declared(context: &Context<'_>, look: fn(&Scene<'_>) -> Look) -> Judged {
    each(context, look, false)
}

fn each(context: &Context<'_>, look: fn(&Scene<'_>) -> Look, told: bool) -> Judged {
    let Some(mapping) = context.mapping else { return Judged { gaps: vec![no_mapping()], ..Judged::default() } };
    let mut judged = Judged::default();
    let mut nothing = match mapping.journeys.is_empty() {
        true => "the mapping declares no journey",
        false => "every journey of the mapping is stopped or internal",
    };
    let planned = Concept::CORE.into_iter().filter_map(|concept| {
        let event = mapping.events.iter().find(|event| concept.is_told_by(event))?;
        Some((concept, event))
    });
    let planned: Vec<(Concept, &Event)> = planned.collect();
    for journey in mapping.journeys.iter().filter(|journey| journey.is_judged()) {
        match look(&Scene { context, mapping, journey, planned: &planned }) {
            Look::Aside(reason) => nothing = reason,
            Look::Fine => judged.subjects += 1,
            Look::Unknown(gap) => judged.gaps.push(gap),
            Look::Wrong(..) if journey.listed && !told => {
                let reason = "Customer.io's list of campaigns does not tell; declare it under `journeys:`".to_owned();
                judged.gaps.push(Gap { subject: format!("mapping:journeys.{}", journey.name), reason, column: None });
            }
            Look::Wrong(mark, statement, action) => {
                judged.subjects += 1;
                let subject = Subject::entry("mapping", &format!("journeys.{}", journey.name));
                judged.hits.push(Hit::entry(subject, Some(mapping.document.place(mark)), statement, action));
            }
        }
    }
    if judged.subjects == 0 && judged.gaps.is_empty() {
        let subject = "mapping:journeys".to_owned();
        judged.gaps.push(Gap { subject, reason: nothing.to_owned(), column: None });
    }
    judged
}

impl From<Judged> for Ask {
    fn from(judged: Judged) -> Self {
        Self { subjects: judged.subjects, gaps: judged.gaps, questions: Vec::new() }
    }
}

/// Words of a name that tell a purpose, where the journey does not say it.
const PURPOSES: &[(&str, &str)] = &[
    ("winback", "winback"),
    ("win back", "winback"),
    ("reactivation", "winback"),
    ("reactivate", "winback"),
    ("welcome", "welcome"),
    ("post purchase", "post_purchase"),
    ("reorder", "reorder"),
    ("replenishment", "reorder"),
    ("cart", "cart"),
    ("newsletter", "newsletter"),
    ("vip", "vip"),
];

impl<'a> Scene<'a> {
    /// A journey alone, without the moments that are planned.
    pub(super) fn new(context: &'a Context<'a>, mapping: &'a Mapping, journey: &'a Journey) -> Self {
        Self { context, mapping, journey, planned: &[] }
    }

    /// What the journey is for: as it says, else by its name, else by what starts it.
    pub(super) fn purpose(&self) -> &'a str {
        if let Some(purpose) = &self.journey.purpose {
            return &purpose.text;
        }
        let name = words(&self.journey.name);
        let told = PURPOSES.iter().find(|(word, _)| name.contains(&format!(" {word} "))).map(|(_, purpose)| *purpose);
        let bought = |cue: &Cue| {
            cue.kind == Kind::Event && (self.speaks(cue, Concept::Purchase) || self.speaks(cue, Concept::Won))
        };
        told.unwrap_or(if self.journey.trigger().is_some_and(bought) { "post_purchase" } else { "other" })
    }

    /// The name of the planned event of a core moment; else one that is usual.
    pub(super) fn event_of(&self, moment: Concept, usual: &'a str) -> &'a str {
        let planned = self.planned.iter().find(|(concept, _)| *concept == moment);
        planned.map_or(usual, |(_, event)| event.name.as_str())
    }

    /// Why what these keys name cannot be looked into: a segment without a condition here.
    pub(super) fn hidden(&self, slots: &'a [Slot]) -> Option<String> {
        let known = |cue: &Cue| self.mapping.segments.iter().find(|segment| segment.name == cue.name);
        let unknown = |cue: &&Cue| cue.kind == Kind::Segment && known(cue).is_none_or(|segment| segment.open.is_some());
        let cue = self.cues(slots).find(unknown)?;
        let why = known(cue).and_then(|segment| segment.open.as_ref());
        Some(why.map_or_else(
            || format!("it names the segment {}, which has no condition under `segments:`", cue.name),
            |why| format!("it names the segment {}: {why}", cue.name),
        ))
    }

    /// Why what starts it cannot be looked into.
    pub(super) fn hidden_start(&self) -> Option<String> {
        match self.journey.trigger().map(|trigger| (trigger.kind, trigger.name.as_str())) {
            None => Some("nothing says what starts it (`trigger:`)".to_owned()),
            Some((Kind::Words, name)) => Some(format!(
                "its trigger `{name}` names no segment, event or attribute; write its kind, such as `segment:{name}`"
            )),
            Some((Kind::Attribute, name)) if !self.mapping.names_attribute(name) && !is_reserved(name) => {
                Some(format!("it starts on `{name}`, which is not in the mapping"))
            }
            _ => self.hidden(&[Slot::Trigger]),
        }
    }

    /// What it names under these keys, and what the workspace does for every journey.
    pub(super) fn cues(&self, slots: &'a [Slot]) -> impl Iterator<Item = &'a Cue> {
        let workspace = self.mapping.workspace.iter().flat_map(|workspace| &workspace.cues);
        self.journey.cues.iter().chain(workspace).filter(|cue| slots.contains(&cue.slot))
    }

    /// Whether something under these keys speaks of a concept.
    pub(super) fn any(&self, slots: &'a [Slot], concept: Concept) -> bool {
        self.cues(slots).any(|cue| self.speaks(cue, concept))
    }

    /// Whether what a journey names is about a concept: by its own name, or by what the document says of it.
    pub(super) fn speaks(&self, cue: &Cue, concept: Concept) -> bool {
        let held = |name: &str| match self.mapping.attribute(name) {
            Some(attribute) => concept.is_held_by(attribute),
            None => concept.is(name),
        };
        match cue.kind {
            Kind::Words | Kind::Tag => concept.is(&cue.name),
            Kind::Attribute | Kind::Date => held(&cue.name),
            Kind::Event => match self.mapping.events.iter().find(|event| event.name == cue.name) {
                Some(event) => concept.is_told_by(event),
                None => concept.is(&cue.name),
            },
            Kind::Segment => {
                let mut named = self.mapping.segments.iter().filter(|segment| segment.name == cue.name);
                concept.is(&cue.name) || named.any(|segment| segment.reads.iter().any(|read| held(&read.text)))
            }
        }
    }

    /// Whether people who opted out are kept from it: a key names them, or a segment's condition decides.
    pub(super) fn spares_the_unsubscribed(&self) -> bool {
        let left_out = |cue: &Cue| match cue.kind {
            Kind::Segment => self.opted_out(&cue.name) == Some(true) || Concept::OptOut.is(&cue.name),
            _ => self.speaks(cue, Concept::OptOut),
        };
        let kept_to = |cue: &Cue| cue.kind == Kind::Segment && self.opted_out(&cue.name) == Some(false);
        self.cues(&[Slot::Exit, Slot::Suppress]).any(left_out) || self.cues(&[Slot::Trigger, Slot::Filter]).any(kept_to)
    }

    /// Whether somebody who opted out is in a segment; nothing where that depends on more.
    fn opted_out(&self, segment: &str) -> Option<bool> {
        self.context.segment(segment)?.expr.given(&when_unsubscribed)
    }

    /// The attributes that a trigger reads, itself or in the condition of its segment, consent aside.
    pub(super) fn started_by(&self) -> Vec<&'a Attribute> {
        let reads = self.mapping.reads_of(self.journey).into_iter().filter(|read| read.slot == Some(Slot::Trigger));
        let attributes = reads.filter_map(|read| self.mapping.attribute(read.attribute));
        attributes.filter(|attribute| !attribute.is_consent()).collect()
    }

    /// Whether the CRM says what an attribute holds: its owner, else the systems that it comes from.
    pub(super) fn is_of_crm(&self, attribute: &Attribute) -> bool {
        let is_crm = |name: &str| self.context.system(name) == Some(System::Zoho);
        match &attribute.owner {
            Some(owner) => is_crm(&owner.text),
            None => {
                let mut sources = attribute.from.iter().filter_map(|from| from.column.as_ref()).peekable();
                sources.peek().is_some() && sources.all(|path| is_crm(path.source()))
            }
        }
    }
}

/// What a test says of somebody whose `unsubscribed` is true; nothing where it tests something else.
fn when_unsubscribed(test: &Expr) -> Option<bool> {
    let is_flag =
        |side: &Operand| matches!(side, Operand::Column { name, .. } if name.ends_with(".people.unsubscribed"));
    match test {
        Expr::True(side) if is_flag(side) => Some(true),
        Expr::Missing(side) if is_flag(side) => Some(false),
        Expr::Compare { left, op, right } => {
            let value = match (left, right) {
                (flag, Operand::Boolean(value)) | (Operand::Boolean(value), flag) if is_flag(flag) => *value,
                _ => return None,
            };
            match op {
                Op::Equal => Some(value),
                Op::NotEqual => Some(!value),
                _ => None,
            }
        }
        _ => None,
    }
}
