//! What only the whole workspace tells: which spelling or form of a column is its own. In: every
//! unit, before any is judged. Out: answers for the judges. It grows with kinds of values, not with people.

use std::collections::BTreeMap;

use crate::judge_links::{identifier, is_record_id, missing};
use crate::schema::{Contact, Profile, Set};
use crate::stamps::{Form, read};
use crate::time::TAKEN;
use crate::unit::Unit;

/// Source columns of times.
pub(crate) const SOURCE_TIMES: [Contact; 3] = [Contact::Ordered, Contact::Renewal, Contact::Birth];
/// Attributes of times.
pub(crate) const PROFILE_TIMES: [Profile; 3] = [Profile::Ordered, Profile::Renewal, Profile::Birth];
/// Columns of flags that are not consent.
pub(crate) const FLAGS: [(Set, usize); 6] = [
    (Set::Contacts, Contact::Promo as usize),
    (Set::Contacts, Contact::Access as usize),
    (Set::Contacts, Contact::Wholesale as usize),
    (Set::People, Profile::Promo as usize),
    (Set::People, Profile::Access as usize),
    (Set::People, Profile::Wholesale as usize),
];
/// Pairs of words for yes and no; the first is the one that wins a tie.
const VOCABULARIES: [(&str, &str); 8] = [
    ("true", "false"),
    ("yes", "no"),
    ("y", "n"),
    ("1", "0"),
    ("t", "f"),
    ("on", "off"),
    ("wahr", "falsch"),
    ("ja", "nein"),
];

/// A pair of words for yes and no, in one case: its place among them; 0 lower, 1 capital, 2 upper.
pub(crate) type Vocabulary = (usize, u8);

/// The vocabulary of a flag, and what it says.
pub(crate) fn flag(value: &str) -> Option<(Vocabulary, bool)> {
    let (text, lower) = (value.trim(), value.trim().to_lowercase());
    let at = VOCABULARIES.iter().position(|(yes, no)| lower == *yes || lower == *no)?;
    let case = match text {
        text if text == lower => 0,
        text if text == text.to_uppercase() => 2,
        _ => 1,
    };
    Some(((at, case), lower == VOCABULARIES[at].0))
}

/// A kind of value that serves as `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum IdKind {
    Address,
    Zoho,
    Uuid,
    Number,
    Text,
}

/// The kind of an `id`; nothing for Customer.io's own.
pub(crate) fn id_kind(id: &str) -> Option<IdKind> {
    let dashed = id.len() == 36 && id.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    match id {
        id if missing(id) || id.to_lowercase().starts_with("cio_") => None,
        id if id.contains('@') => Some(IdKind::Address),
        id if id.starts_with("zcrm_") || is_record_id(id) => Some(IdKind::Zoho),
        id if dashed && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()) => Some(IdKind::Uuid),
        id if id.bytes().all(|byte| byte.is_ascii_digit()) => Some(IdKind::Number),
        _ => Some(IdKind::Text),
    }
}

/// Day and month of a date in numbers that may be read either way round, with what stands between them.
pub(crate) fn day_and_month(value: &str) -> Option<(char, u32, u32)> {
    let between = ['/', '-'].into_iter().find(|between| value.contains(*between))?;
    let parts: Vec<&str> = value.trim().split(between).collect();
    let short = parts.len() == 3 && parts[..2].iter().all(|part| matches!(part.len(), 1 | 2));
    let (first, second) = (parts.first()?.parse().ok()?, parts.get(1)?.parse().ok()?);
    short.then_some((between, first, second))
}

/// How late the sync may be, as the mapping says: 4h.
const LAG: i64 = 4 * 3_600;

/// Everything counted.
#[derive(Default)]
pub(crate) struct Whole {
    flags: BTreeMap<(usize, usize), BTreeMap<Vocabulary, u64>>,
    forms: BTreeMap<usize, BTreeMap<Form, u64>>,
    ids: BTreeMap<IdKind, u64>,
    /// Canonical ids with the prefix and without.
    prefixed: [u64; 2],
    /// Last orders with an offset and without.
    offsets: [u64; 2],
    /// By column and separator: dates that only fit day first, and that only fit month first.
    orders: BTreeMap<(usize, char), [bool; 2]>,
}

/// The most frequent of several, the first of those that are equally frequent.
fn most<T: Copy>(counts: Option<&BTreeMap<T, u64>>) -> Option<T> {
    let mut best: Option<(T, u64)> = None;
    for (item, count) in counts.into_iter().flatten() {
        if best.is_none_or(|best| *count > best.1) {
            best = Some((*item, *count));
        }
    }
    best.map(|best| best.0)
}

impl Whole {
    /// Counts a unit.
    pub(crate) fn count(&mut self, unit: &Unit) {
        for (set, column) in FLAGS {
            for row in unit.rows(set) {
                if let Some((vocabulary, _)) = flag(row.get(column)) {
                    *self.flags.entry((set as usize, column)).or_default().entry(vocabulary).or_default() += 1;
                }
            }
        }
        self.contacts(unit);
        self.profiles(unit);
    }

    fn contacts(&mut self, unit: &Unit) {
        for row in unit.rows(Set::Contacts) {
            for column in SOURCE_TIMES {
                if let Some((between, first, second)) = day_and_month(row.get(column)) {
                    let seen = self.orders.entry((column as usize, between)).or_default();
                    seen[0] |= first > 12;
                    seen[1] |= second > 12;
                }
            }
            let form = read(row.get(Contact::Ordered)).form;
            self.offsets[0] += u64::from(form.has_offset());
            self.offsets[1] += u64::from(form.is_zoneless());
        }
    }

    fn profiles(&mut self, unit: &Unit) {
        for row in unit.rows(Set::People) {
            for column in PROFILE_TIMES {
                if let Some(form) = counts_as_form(row.get(column)) {
                    *self.forms.entry(column as usize).or_default().entry(form).or_default() += 1;
                }
            }
            if let Some(kind) = id_kind(row.get(Profile::Id)) {
                *self.ids.entry(kind).or_default() += 1;
            }
            let canonical = row.get(Profile::Canonical);
            if identifier(canonical).is_some() {
                self.prefixed[usize::from(!canonical.starts_with("zcrm_"))] += 1;
            }
        }
    }

    /// Whether a contact changed too recently for its profile to be blamed: within the lag that the mapping declares.
    pub(crate) fn is_fresh(&self, modified: &str) -> bool {
        let Some(modified) = read(modified).sure else { return false };
        // The profiles were exported ten minutes after the contacts.
        modified > TAKEN + 600 - LAG
    }

    /// The vocabulary of a column of flags.
    pub(crate) fn vocabulary(&self, set: Set, column: usize) -> Option<Vocabulary> {
        most(self.flags.get(&(set as usize, column)))
    }

    /// What a flag of this truth is in a vocabulary.
    pub(crate) fn word((at, case): Vocabulary, truth: bool) -> String {
        let word = if truth { VOCABULARIES[at].0 } else { VOCABULARIES[at].1 };
        match case {
            0 => word.to_owned(),
            1 => word[..1].to_uppercase() + &word[1..],
            _ => word.to_uppercase(),
        }
    }

    /// The form of most values of a time attribute.
    pub(crate) fn form(&self, column: Profile) -> Option<Form> {
        most(self.forms.get(&(column as usize)))
    }

    /// The kind of most values of `id`.
    pub(crate) fn id_kind(&self) -> Option<IdKind> {
        most(Some(&self.ids))
    }

    /// Whether a canonical id is one of the fewer: with the prefix where most have none, or the other way round.
    pub(crate) fn is_odd_prefix(&self, canonical: &str) -> bool {
        let [with, without] = self.prefixed;
        let bare = !canonical.starts_with("zcrm_");
        with > 0 && without > 0 && bare == (without <= with)
    }

    /// Whether a last order is one of the fewer: with an offset where most have none, or the other way round.
    pub(crate) fn is_odd_offset(&self, form: Form) -> bool {
        let [with, without] = self.offsets;
        let fewer_with = with < without;
        with > 0 && without > 0 && if fewer_with { form.has_offset() } else { form.is_zoneless() }
    }

    /// Whether day and month of a date cannot be told apart, by itself or by the dates of its column.
    pub(crate) fn is_either_way(&self, column: Contact, value: &str) -> bool {
        let Some((between, first, second)) = day_and_month(value) else { return false };
        let seen = self.orders.get(&(column as usize, between)).copied().unwrap_or_default();
        first <= 12 && second <= 12 && first != second && seen[0] == seen[1]
    }
}

/// The form of a value that takes part in the vote on a column's form.
pub(crate) fn counts_as_form(value: &str) -> Option<Form> {
    let stamp = read(value);
    let counts = !missing(value) && !stamp.is_fake() && stamp.form != Form::Other;
    counts.then_some(stamp.form)
}
