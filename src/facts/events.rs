//! Events as facts about them see them: which of them count, and where their parts stand. Properties are columns of the
//! export, or members of JSON text in a column.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use ahash::AHashMap;

use super::Column;
use super::local::{Shard, Slice};
use super::times::Clock;
use crate::exports::Member;
use crate::frames::TextColumn;
use crate::frames::normalize::{Form, is_missing};
use crate::mapping::spelling::Spellings;
use crate::text::trim;

/// Which events of an export count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Events {
    /// `customerio.events`
    pub dataset: String,
    /// The column of names.
    pub name: usize,
    /// The names that count; all of them when there are none.
    pub names: BTreeSet<String>,
    /// The column of times.
    pub time: usize,
    /// The zone of times without one.
    pub zone: Option<String>,
}

impl Events {
    /// The columns it reads.
    pub fn columns(&self) -> Vec<Column> {
        self.at([self.name, self.time])
    }

    /// A name that counts. Customer.io trims names.
    fn counted<'a>(&self, name: &'a str) -> Option<&'a str> {
        let name = trim(name);
        let counts = self.names.is_empty() || self.names.contains(name);
        (counts && !name.is_empty()).then_some(name)
    }

    /// Columns of the export by their places.
    pub fn at(&self, places: impl IntoIterator<Item = usize>) -> Vec<Column> {
        places.into_iter().map(|index| Column { dataset: self.dataset.clone(), index }).collect()
    }
}

/// Where a property of an event may stand: a column, or a member of the JSON text in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The column.
    pub column: usize,
    /// The member.
    pub member: Option<String>,
}

/// The events that count, row by row.
pub(super) struct Reader<'a> {
    asked: &'a Events,
    names: &'a TextColumn,
    /// The names that count among those of a column that holds few.
    few: Vec<Option<&'a str>>,
    clock: Clock<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(shard: &'a Shard<'_>, asked: &'a Events) -> Result<Self, String> {
        let names = shard.slice(&asked.dataset)?.column(asked.name)?;
        let time = Column { dataset: asked.dataset.clone(), index: asked.time };
        Ok(Self {
            few: names
                .few()
                .map(|(values, _)| values.iter().map(|name| asked.counted(name)).collect())
                .unwrap_or_default(),
            names,
            clock: Clock::new(shard, &time, asked.zone.as_deref())?,
            asked,
        })
    }

    /// The name of an event that counts.
    pub(super) fn name(&self, row: u32) -> Option<&'a str> {
        match self.names.few() {
            Some((_, cells)) => self.few[usize::from(*cells.get(row as usize)?)],
            None => self.asked.counted(self.names.get(row)),
        }
    }

    pub(super) fn at(&self, row: u32) -> Option<i64> {
        self.clock.at(row)
    }
}

/// A property, row by row.
pub(super) struct Property<'a> {
    places: Vec<(&'a TextColumn, Option<Member<'a>>)>,
    recent: RefCell<Recent<'a>>,
}

/// What was found in cells so far: events of one kind often say the same.
#[derive(Default)]
struct Recent<'a> {
    known: AHashMap<&'a str, Option<Cow<'a, str>>>,
    met: usize,
}

/// Cells that are remembered; beyond, they are hardly ever met again.
const REMEMBERED: usize = 4_096;
/// Cells after which it shows whether remembering is worth it.
const TRIED: usize = 512;

impl Recent<'_> {
    fn is_worth_it(&self) -> bool {
        self.known.len() < TRIED || self.met > self.known.len() * 4
    }
}

impl<'a> Property<'a> {
    pub(super) fn new(slice: &Slice<'a>, places: &'a [Place]) -> Result<Self, String> {
        let held =
            |place: &'a Place| Ok::<_, String>((slice.column(place.column)?, place.member.as_deref().map(Member::new)));
        let places = places.iter().map(held).collect::<Result<_, _>>()?;
        Ok(Self { places, recent: RefCell::default() })
    }

    /// What it says: the first of its places that is filled.
    pub(super) fn get(&self, row: u32) -> Option<Cow<'a, str>> {
        let (first, rest) = self.places.split_first()?;
        let one_cell = rest.iter().all(|(column, _)| std::ptr::eq(*column, first.0));
        if !one_cell || first.1.is_none() || !self.recent.borrow().is_worth_it() {
            return self.read(row);
        }
        let mut recent = self.recent.borrow_mut();
        let cell = first.0.get(row);
        if let Some(known) = recent.known.get(cell).cloned() {
            recent.met += 1;
            return known;
        }
        let found = self.read(row);
        if recent.known.len() < REMEMBERED {
            recent.known.insert(cell, found.clone());
        }
        found
    }

    fn read(&self, row: u32) -> Option<Cow<'a, str>> {
        self.places.iter().find_map(|(column, name)| {
            let cell = column.get(row);
            let found = match name {
                None => Some(Cow::Borrowed(cell)),
                Some(member) => member.of(cell),
            };
            found.filter(|value| !is_missing(value, &[]))
        })
    }
}

/// A state as it compares: the allowed value that it means, else the text without case.
pub(super) fn state(text: &str, words: Option<&Spellings>) -> Option<String> {
    if let Some(meant) = words.and_then(|words| words.meant(text)) {
        return Some(meant.to_owned());
    }
    Form::Folded.of(text)
}
