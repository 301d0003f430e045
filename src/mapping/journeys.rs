//! What the mapping says of segments, events, journeys and modules.

use super::{Attribute, Spot, conditions, spot};
use crate::yaml::{Document, Entry, Mark, Node};

/// A segment of the document.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// Where its key stands.
    pub mark: Mark,
    /// The text of its condition.
    pub text: Node,
    /// Whether it must never have members.
    pub never: bool,
    /// The attributes that its condition reads.
    pub reads: Vec<Spot>,
    /// What it is for: `vip`.
    pub purpose: Option<Spot>,
    /// How many members are right.
    pub expect: Option<Expect>,
    /// Whether Customer.io listed it, and the document does not declare it.
    pub listed: bool,
    /// Why its condition is not known whole.
    pub open: Option<String>,
    /// Whether not even the attributes that it reads are known.
    pub hidden: bool,
}

/// How many members a segment should have.
#[derive(Debug, Clone)]
pub struct Expect {
    /// Where it is written.
    pub mark: Mark,
    /// The fewest.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
    /// The largest share by which they may change from run to run.
    pub moved: Option<f64>,
}

/// A planned event.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// Where its key stands.
    pub mark: Mark,
    /// The change that raises it.
    pub when: Option<Spot>,
    /// What it carries.
    pub properties: Vec<Spot>,
    /// How it reaches Customer.io.
    pub via: Option<Spot>,
}

/// The keys of a journey that name segments, events and attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// What starts it.
    Trigger,
    /// What ends it.
    Exit,
    /// Who never receives it.
    Suppress,
    /// Who alone receives it.
    Filter,
    /// What its branches and messages read.
    Reads,
    /// What it reads and gives a meaning when blank.
    Fallback,
}

impl Slot {
    const ALL: [Self; 6] = [Self::Trigger, Self::Exit, Self::Suppress, Self::Filter, Self::Reads, Self::Fallback];

    /// The key in the document.
    pub fn key(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Exit => "exit",
            Self::Suppress => "suppress",
            Self::Filter => "filter",
            Self::Reads => "reads",
            Self::Fallback => "fallback",
        }
    }
}

/// What a journey can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `segment:At Risk`
    Segment,
    /// `event:order_completed`
    Event,
    /// `attribute:stage`
    Attribute,
    /// `date:birthday`: an attribute whose day starts it.
    Date,
    /// `tag:Wholesale Prospect`
    Tag,
    /// Words that name none of these.
    Words,
}

/// Something that a journey names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// Under which key.
    pub slot: Slot,
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub mark: Mark,
}

/// A journey, or what holds for all of them.
#[derive(Debug, Clone)]
pub struct Journey {
    /// Its name.
    pub name: String,
    /// Where its key stands.
    pub mark: Mark,
    /// What it names, key by key.
    pub cues: Vec<Cue>,
    /// How often a person may get it: `1/7d`.
    pub cap: Option<Spot>,
    /// The wait before a trigger counts.
    pub debounce: Option<Spot>,
    /// How soon the first message must go out.
    pub within: Option<Spot>,
    /// The wait before the first message.
    pub delay: Option<Spot>,
    /// What it is for.
    pub purpose: Option<Spot>,
    /// `draft`, `running` or `stopped`.
    pub state: Option<Spot>,
    /// When it was switched on.
    pub since: Option<Spot>,
    /// Whether it is a campaign that Customer.io listed, and the document does not declare it.
    pub listed: bool,
}

impl Journey {
    /// What it names under a key.
    pub fn named(&self, slot: Slot) -> impl Iterator<Item = &Cue> {
        self.cues.iter().filter(move |cue| cue.slot == slot)
    }

    /// What starts it.
    pub fn trigger(&self) -> Option<&Cue> {
        self.named(Slot::Trigger).next()
    }

    /// Whether it is switched off.
    pub fn is_stopped(&self) -> bool {
        self.is_state("stopped")
    }

    /// Whether its declared state is this one.
    pub fn is_state(&self, state: &str) -> bool {
        self.state.as_ref().is_some_and(|known| known.text == state)
    }

    /// Whether rules look at it: one that is stopped reaches nobody, an internal one nobody outside.
    pub fn is_judged(&self) -> bool {
        !self.is_stopped() && self.purpose.as_ref().is_none_or(|purpose| purpose.text != "internal")
    }

    /// Where the first thing under a key stands; the journey itself where nothing does.
    pub fn at(&self, slot: Slot) -> Mark {
        self.named(slot).next().map_or(self.mark, |cue| cue.mark)
    }
}

/// A Zoho module in scope.
#[derive(Debug, Clone)]
pub struct Module {
    /// `contacts`
    pub name: String,
    /// Where its key stands.
    pub mark: Mark,
    /// Which of its records are synced.
    pub filter: Option<Node>,
    /// `people`, `related`, `events` or `none`.
    pub becomes: Option<String>,
}

pub(super) fn segment(document: &Document, entry: &Entry, attributes: &[Attribute]) -> Option<Segment> {
    let never = entry.node.get("never");
    let text = never.or_else(|| entry.node.get("where"))?.clone();
    let reads = conditions::reads(document, &text, attributes);
    Some(Segment {
        name: entry.key.clone(),
        mark: entry.mark,
        text,
        never: never.is_some(),
        reads,
        purpose: spot(&entry.node, "purpose"),
        expect: expect(&entry.node),
        listed: false,
        open: None,
        hidden: false,
    })
}

fn expect(node: &Node) -> Option<Expect> {
    let node = node.get("expect")?;
    let number = |key: &str| node.get_number(key);
    let count = |key: &str| number(key).map(|count| count as u64);
    Some(Expect { mark: node.mark, min: count("min"), max: count("max"), moved: number("moved") })
}

pub(super) fn event(entry: &Entry) -> Event {
    let node = &entry.node;
    let properties = node.get("properties").map(Node::items).unwrap_or_default();
    Event {
        name: entry.key.clone(),
        mark: entry.mark,
        when: spot(node, "when"),
        properties: properties.into_iter().filter_map(written).collect(),
        via: spot(node, "via"),
    }
}

pub(super) fn written(node: &Node) -> Option<Spot> {
    Some(Spot { text: node.text()?.to_owned(), mark: node.mark })
}

/// Names of the document, which tell what a bare word of a journey means.
pub(super) struct Known<'a> {
    pub(super) segments: &'a [Segment],
    pub(super) events: &'a [Event],
    pub(super) attributes: &'a [Attribute],
}

pub(super) fn journey(name: &str, mark: Mark, node: &Node, known: &Known<'_>) -> Journey {
    let cues = Slot::ALL.into_iter().flat_map(|slot| {
        let under = node.get(slot.key());
        let spots: Vec<Spot> = match slot {
            Slot::Fallback => under
                .map(Node::entries)
                .unwrap_or_default()
                .iter()
                .map(|entry| Spot { text: entry.key.clone(), mark: entry.mark })
                .collect(),
            _ => under.map(Node::items).unwrap_or_default().into_iter().filter_map(written).collect(),
        };
        spots.into_iter().map(move |spot| known.cue(slot, spot))
    });
    Journey {
        name: name.to_owned(),
        mark,
        cues: cues.collect(),
        cap: spot(node, "cap"),
        debounce: spot(node, "debounce"),
        within: spot(node, "within"),
        delay: spot(node, "delay"),
        purpose: spot(node, "purpose"),
        state: spot(node, "state"),
        since: spot(node, "since"),
        listed: false,
    }
}

impl Known<'_> {
    fn cue(&self, slot: Slot, spot: Spot) -> Cue {
        let prefixes = [
            ("segment:", Kind::Segment),
            ("event:", Kind::Event),
            ("attribute:", Kind::Attribute),
            ("date:", Kind::Date),
            ("tag:", Kind::Tag),
        ];
        let told = prefixes.iter().find_map(|(prefix, kind)| Some((*kind, spot.text.strip_prefix(prefix)?)));
        let (kind, name) = told.unwrap_or_else(|| (self.meant(slot, &spot.text), &spot.text));
        Cue { slot, kind, name: name.trim().to_owned(), mark: spot.mark }
    }

    /// What a bare word means: what the document has of that name, else what usually stands under the key.
    fn meant(&self, slot: Slot, text: &str) -> Kind {
        let name = text.trim();
        if matches!(slot, Slot::Reads | Slot::Fallback) {
            return Kind::Attribute;
        }
        if self.segments.iter().any(|segment| segment.name == name) {
            return Kind::Segment;
        }
        if self.events.iter().any(|event| event.name == name) {
            return Kind::Event;
        }
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        match slot {
            _ if self.attributes.iter().any(|attribute| attribute.name == name) || is_reserved(name) => Kind::Attribute,
            Slot::Filter => Kind::Segment,
            Slot::Exit if is_name => Kind::Event,
            Slot::Suppress if is_name => Kind::Attribute,
            _ => Kind::Words,
        }
    }
}

fn is_reserved(name: &str) -> bool {
    conditions::RESERVED.iter().any(|(known, _)| *known == name)
}

pub(super) fn module(entry: &Entry) -> Module {
    Module {
        name: entry.key.to_lowercase(),
        mark: entry.mark,
        filter: entry.node.get("where").cloned(),
        becomes: entry.node.get_text("as"),
    }
}
