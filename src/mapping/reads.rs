//! Who reads which attribute, and where: segments by their conditions, journeys by their own keys and through the segments
//! that they name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::journeys::{Journey, Kind, Slot};
use super::{Mapping, Spot};
use crate::yaml::Mark;

/// What reads attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader<'a> {
    /// A segment.
    Segment(&'a str),
    /// A journey.
    Journey(&'a str),
}

impl fmt::Display for Reader<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segment(name) => write!(out, "segment:{name}"),
            Self::Journey(name) => write!(out, "journey:{name}"),
        }
    }
}

/// An attribute that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read<'a> {
    /// By whom.
    pub reader: Reader<'a>,
    /// Under which key of a journey; none for a segment.
    pub slot: Option<Slot>,
    /// The segment whose condition reads it, where a journey names only that.
    pub through: Option<&'a str>,
    /// Its name.
    pub attribute: &'a str,
    /// Where the reader says so: the attribute, or the segment that it goes through.
    pub mark: Mark,
}

impl Mapping {
    /// Everything that is read, segments first, in the order of the document.
    pub fn reads(&self) -> Vec<Read<'_>> {
        let read = |name, spot| Read {
            reader: Reader::Segment(name),
            slot: None,
            through: None,
            attribute: spot_text(spot),
            mark: spot.mark,
        };
        let segments = self.segments.iter().flat_map(|segment| {
            let name = segment.name.as_str();
            segment.reads.iter().map(move |spot| read(name, spot))
        });
        segments.chain(self.journeys.iter().flat_map(|journey| self.reads_of(journey))).collect()
    }

    /// What one journey reads, key by key.
    pub fn reads_of<'a>(&'a self, journey: &'a Journey) -> Vec<Read<'a>> {
        let reads = journey.cues.iter().flat_map(|cue| {
            let read = |attribute, through| Read {
                reader: Reader::Journey(&journey.name),
                slot: Some(cue.slot),
                through,
                attribute,
                mark: cue.mark,
            };
            match cue.kind {
                Kind::Attribute | Kind::Date if !cue.name.is_empty() => vec![read(cue.name.as_str(), None)],
                Kind::Tag => {
                    let tagged = self.attributes.iter().filter(|attribute| attribute.is_role("tags"));
                    tagged.map(|attribute| read(attribute.name.as_str(), None)).collect()
                }
                Kind::Segment => {
                    let named = self.segments.iter().filter(|segment| segment.name == cue.name);
                    let inside = named.flat_map(|segment| segment.reads.iter().map(move |spot| (segment, spot)));
                    inside.map(|(segment, spot)| read(spot_text(spot), Some(segment.name.as_str()))).collect()
                }
                _ => Vec::new(),
            }
        });
        reads.collect()
    }

    /// Who reads each attribute, by what they say and by what its entry says.
    pub fn readers(&self) -> BTreeMap<&str, BTreeSet<String>> {
        let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for read in self.reads() {
            found.entry(read.attribute).or_default().insert(read.reader.to_string());
        }
        for attribute in self.attributes.iter().filter(|attribute| !attribute.used_by.is_empty()) {
            found.entry(&attribute.name).or_default().extend(attribute.used_by.iter().cloned());
        }
        found
    }
}

fn spot_text(spot: &Spot) -> &str {
    &spot.text
}
