//! A unit: one person with every record that any export holds of them, at times with somebody who is taken for them,
//! and what the rules are expected to say.
//! No record refers to another unit, so units are made and written one by one, whatever their number.

use crate::rng::mix;
use crate::schema::{Contact, Customer, Profile, Row, Set};

/// What a note is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// A rule must say it.
    Finding,
    /// The rule must not.
    Near,
}

/// Something expected of a cell; the value and key are read when the unit is written.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) list: List,
    pub(crate) code: &'static str,
    pub(crate) set: Set,
    pub(crate) row: usize,
    pub(crate) column: Option<usize>,
    pub(crate) suggestion: Option<String>,
    pub(crate) other: Option<String>,
    pub(crate) why: &'static str,
    /// What the rule says that the record alone does not.
    pub(crate) said: Said,
}

/// What a rule names in its own words.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// What the finding is about.
    pub(crate) subject: Option<&'static str>,
    /// The column, where the export has none of that name.
    pub(crate) column: Option<&'static str>,
    /// The value.
    pub(crate) value: Option<&'static str>,
}

/// People whose ids have room in one run of numbers.
const MOST_OF_A_RUN: u64 = 6_000_000;

/// One person's records.
#[derive(Debug)]
pub(crate) struct Unit {
    index: u64,
    seed: u64,
    rows: [Vec<Row>; Set::COUNT],
    /// Records of somebody else, who shares something with the person.
    others: Vec<(Set, usize)>,
    pub(crate) notes: Vec<Note>,
    /// Whether the lead's record has a cell too many.
    pub(crate) ragged: bool,
}

impl Unit {
    /// Nobody yet.
    pub(crate) fn new(seed: u64, index: u64) -> Self {
        Self { index, seed, rows: Default::default(), others: Vec::new(), notes: Vec::new(), ragged: false }
    }

    /// The records of an export.
    pub(crate) fn rows(&self, set: Set) -> &[Row] {
        &self.rows[set as usize]
    }

    /// Adds a record; its place.
    pub(crate) fn push(&mut self, set: Set, row: Row) -> usize {
        self.rows[set as usize].push(row);
        self.rows[set as usize].len() - 1
    }

    /// Drops the records of an export.
    pub(crate) fn clear(&mut self, set: Set) {
        self.rows[set as usize].clear();
        self.notes.retain(|note| note.set != set);
        self.others.retain(|other| other.0 != set);
    }

    /// Says that a record is somebody else's.
    pub(crate) fn mark_other(&mut self, at: (Set, usize)) {
        self.others.push(at);
    }

    /// Whether a record is somebody else's.
    pub(crate) fn is_other(&self, at: (Set, usize)) -> bool {
        self.others.contains(&at)
    }

    /// Writes a cell, if there is such a record.
    pub(crate) fn set(&mut self, set: Set, row: usize, column: impl Into<usize>, value: impl Into<String>) {
        if let Some(row) = self.rows[set as usize].get_mut(row) {
            row.set(column, value);
        }
    }

    /// A cell; "" without such a record.
    pub(crate) fn get(&self, set: Set, row: usize, column: impl Into<usize>) -> &str {
        self.rows(set).get(row).map_or("", |row| row.get(column))
    }

    /// The key of a record.
    pub(crate) fn key(&self, set: Set, row: usize) -> String {
        self.rows(set).get(row).map_or_else(String::new, |row| set.key(row).to_owned())
    }

    fn random(&self, salt: u64) -> u64 {
        mix(mix(self.seed ^ salt.wrapping_mul(0x51_7C_C1)).wrapping_add(self.index))
    }

    /// The k-th Zoho id of a kind; never ends in a zero unless asked to.
    pub(crate) fn zoho_id(&self, base: u64, k: u64, zero: bool) -> String {
        let last = if zero { 0 } else { 1 + self.random(base + k) % 9 };
        // The numbers of one kind must not run into those of the next.
        let (run, index) = (self.index / MOST_OF_A_RUN, self.index % MOST_OF_A_RUN);
        let mut number = index * 16 + k;
        if zero && number.is_multiple_of(10) {
            number += 15;
        }
        format!("zcrm_{}{:012}", 7_045_123 + run, base * 1_000_000_000 + number * 10 + last)
    }

    /// The k-th Customer.io id; starts with a letter, so that it never reads as a number.
    pub(crate) fn cio_id(&self, k: u64) -> String {
        let random = self.random(77 + k);
        let letter = ["a", "b", "c", "d"][(random % 4) as usize];
        format!("{letter}{:07x}{:08x}", (random >> 8) & 0xFFF_FFFF, self.index * 16 + k)
    }

    /// The k-th Shopify id, with the apostrophe that Shopify guards it with.
    pub(crate) fn shopify_id(&self) -> String {
        format!("'7011{:09}", 200_000_001 + self.index * 7 + self.random(5) % 7)
    }

    /// The k-th shop account, which serves as `id` on profiles.
    pub(crate) fn account(&self, k: u64) -> String {
        format!("fw-{:05x}-{:08}", self.random(9 + k) & 0xF_FFFF, self.index * 16 + k)
    }

    /// A second contact like the first, under an id and an address of its own.
    pub(crate) fn another_contact(&mut self, k: u64, email: &str) -> usize {
        let Some(mut row) = self.rows(Set::Contacts).first().cloned() else { return 0 };
        row.set(Contact::Id, self.zoho_id(1, k, false));
        row.set(Contact::Email, email);
        self.push(Set::Contacts, row)
    }

    /// A second profile like the first, with another address and canonical id.
    pub(crate) fn another_profile(&mut self, k: u64, email: &str, canonical: &str) -> usize {
        let Some(mut row) = self.rows(Set::People).first().cloned() else { return 0 };
        row.set(Profile::Id, self.account(k));
        row.set(Profile::CioId, self.cio_id(k));
        row.set(Profile::Email, email);
        row.set(Profile::Canonical, canonical);
        self.push(Set::People, row)
    }

    /// Gives the person one address in every export.
    pub(crate) fn address_everywhere(&mut self, email: &str) {
        self.set(Set::Contacts, 0, Contact::Email, email);
        self.set(Set::People, 0, Profile::Email, email.to_lowercase());
        self.set(Set::Customers, 0, Customer::Email, email);
    }

    /// Notes something of a cell or, without a column, of a record.
    pub(crate) fn note(
        &mut self,
        list: List,
        code: &'static str,
        at: (Set, usize),
        column: Option<usize>,
        why: &'static str,
    ) {
        let (set, row) = at;
        self.notes.push(Note {
            list,
            code,
            set,
            row,
            column,
            suggestion: None,
            other: None,
            why,
            said: Said::default(),
        });
    }

    /// Notes a cell that a rule must name.
    pub(crate) fn found(
        &mut self,
        code: &'static str,
        at: (Set, usize),
        column: impl Into<usize>,
        suggestion: Option<String>,
    ) {
        self.note(List::Finding, code, at, Some(column.into()), "");
        self.suggest(suggestion);
    }

    /// Notes a record and the one it is held against.
    pub(crate) fn pair(&mut self, code: &'static str, at: (Set, usize), column: Option<usize>, other: String) {
        self.note(List::Finding, code, at, column, "");
        if let Some(note) = self.notes.last_mut() {
            note.other = Some(other);
        }
    }

    /// Notes a record of which a rule says something in its own words.
    pub(crate) fn told(&mut self, code: &'static str, at: (Set, usize), said: Said) {
        self.note(List::Finding, code, at, None, "");
        if let Some(note) = self.notes.last_mut() {
            note.said = said;
        }
    }

    /// Says what should stand in the cell noted last.
    pub(crate) fn suggest(&mut self, suggestion: Option<String>) {
        if let Some(note) = self.notes.last_mut() {
            note.suggestion = suggestion;
        }
    }

    /// Notes a cell that a rule must leave alone.
    pub(crate) fn near(&mut self, code: &'static str, at: (Set, usize), column: impl Into<usize>, why: &'static str) {
        self.note(List::Near, code, at, Some(column.into()), why);
    }
}
