//! What records said of people before the events that are looked at: a column in, one state a person out.

use std::cell::RefCell;

use ahash::AHashMap;

use super::Column;
use super::events::state;
use super::local::Shard;
use crate::mapping::spelling::Spellings;

/// What the record of each person said; nothing where several records differ.
#[derive(Default)]
pub(super) struct Before {
    /// By person: 0 where there is no record, 1 where several differ, else the place of the state and 2; a blank is a state.
    said: Vec<u32>,
    states: Vec<Option<String>>,
}

impl Before {
    pub(super) fn new(shard: &Shard<'_>, column: &Column, words: Option<&Spellings>) -> Result<Self, String> {
        let slice = shard.slice(&column.dataset)?;
        let values = slice.column(column.index)?;
        let places: RefCell<AHashMap<Option<String>, u32>> = RefCell::default();
        let place = values.reading(|text| {
            let mut places = places.borrow_mut();
            let next = places.len() as u32 + 2;
            *places.entry(state(text, words)).or_insert(next)
        });
        let mut said = vec![0; shard.engine.identity.count as usize];
        for row in slice.rows() {
            let own = &mut said[slice.people.person[row as usize] as usize];
            let place = place.get(row);
            *own = if *own == 0 || *own == place { place } else { 1 };
        }
        let mut states = vec![None; places.borrow().len()];
        for (state, place) in places.take() {
            states[place as usize - 2] = state;
        }
        Ok(Self { said, states })
    }

    pub(super) fn of(&self, person: u64) -> Option<&String> {
        let place = self.said.get(usize::try_from(person).ok()?)?.checked_sub(2)?;
        self.states.get(place as usize)?.as_ref()
    }
}
