//! Facts about what events carry: those of some names that lack a property.

use super::events::{Events, Place, Property, Reader};
use super::local::Shard;
use super::{Answer, Column};

/// Which events, and where the property may stand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carried {
    /// Which events.
    pub events: Events,
    /// The property.
    pub property: Vec<Place>,
}

impl Carried {
    /// The columns it reads.
    pub fn columns(&self) -> Vec<Column> {
        let places = self.events.at(self.property.iter().map(|place| place.column));
        self.events.columns().into_iter().chain(places).collect()
    }
}

/// The events that count, and those of them that lack it.
pub(crate) fn carried(shard: &Shard<'_>, asked: &Carried) -> Result<Answer, String> {
    let slice = shard.slice(&asked.events.dataset)?;
    let (reader, property) = (Reader::new(shard, &asked.events)?, Property::new(&slice, &asked.property)?);
    let events: Vec<u32> = slice.rows().filter(|row| reader.name(*row).is_some()).collect();
    let lacking = events.iter().copied().filter(|row| property.get(*row).is_none());
    Ok(Answer::Rows { rows: events.len() as u64, met: shard.tally(&slice, lacking, None) })
}
