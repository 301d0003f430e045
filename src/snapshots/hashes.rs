//! Snapshots without values: keyed hashes in their place, and back to values where a run knows them anyway.
//!
//! A cell is stored as two hashes: of the text as it stands, and of what is left of it without case, outer blanks and the
//! prefix of an id. A later run hashes what it knows (the same column today, the ids and addresses of all exports, the words
//! of the mapping) and puts those in the place of hashes that are the same. What is left is a value that nobody has any more:
//! it differs from every value of today, and that is all that can be said of it.

use std::collections::{BTreeMap, BTreeSet};

use ahash::AHashMap;

use crate::checks::Context;
use crate::findings::sketch::Key;
use crate::frames::Store;
use crate::frames::normalize::{Form, is_missing};
use crate::mapping::{EARLIER, Mapping};
use crate::text::trim;

/// What a hashed cell begins with.
const MARK: char = '#';
/// Characters of one hash.
const DIGITS: usize = 12;

/// A cell as a snapshot of hashes holds it. What means nothing stays as it is: it is nobody's.
pub(super) fn hashed(key: &Key, cell: &str) -> String {
    if is_missing(cell, &[]) {
        return cell.to_owned();
    }
    format!("{MARK}{:0DIGITS$x}{:0DIGITS$x}", exact(key, cell), fold(key, cell))
}

fn exact(key: &Key, cell: &str) -> u64 {
    key.hash(&["cell", cell])
}

fn fold(key: &Key, cell: &str) -> u64 {
    key.hash(&["fold", &folded(cell)])
}

/// What is left of a text in every comparison that does not mind how it is spelt.
fn folded(cell: &str) -> String {
    Form::Identifier.of(cell).unwrap_or_else(|| trim(cell).to_lowercase())
}

/// The two hashes of a cell.
fn parse(cell: &str) -> Option<(u64, u64)> {
    let digits = cell.strip_prefix(MARK).filter(|digits| digits.len() == 2 * DIGITS && digits.is_ascii())?;
    let number = |text: &str| u64::from_str_radix(text, 16).ok();
    Some((number(&digits[..DIGITS])?, number(&digits[DIGITS..])?))
}

/// Texts that a run knows, by their hashes.
#[derive(Debug, Default)]
struct Known {
    exact: AHashMap<u64, String>,
    folded: AHashMap<u64, String>,
}

impl Known {
    fn add(&mut self, key: &Key, text: &str) {
        self.exact.entry(exact(key, text)).or_insert_with(|| text.to_owned());
        self.folded.entry(fold(key, text)).or_insert_with(|| folded(text));
    }

    /// The text of a cell; nothing where nobody has it any more. One that was spelt otherwise than all that are known comes
    /// back in a spelling that none of them has.
    fn text(&self, key: &Key, cell: &str) -> Option<String> {
        let (own, like) = parse(cell)?;
        if let Some(text) = self.exact.get(&own) {
            return Some(text.clone());
        }
        let text = self.folded.get(&like)?;
        let spellings = [text.clone(), text.to_uppercase(), format!("{text} ")];
        spellings.into_iter().find(|text| !self.exact.contains_key(&exact(key, text)))
    }
}

/// Puts values into the place of hashes that a run knows, in every earlier frame. Done again, it changes nothing.
pub(crate) fn restore(context: &Context<'_>, store: &mut Store, key: &Key) {
    let words = words(context);
    let people = people(context, store);
    let names: Vec<String> = context.earlier.keys().cloned().collect();
    for name in names {
        let Some(today) = name.strip_prefix(EARLIER).and_then(|today| store.get(today)) else { continue };
        let Some(then) = store.get(&name) else { continue };
        let mut columns = BTreeMap::new();
        for (index, column) in then.dataset.columns.iter().enumerate() {
            let Some(held) = then.column(index) else { continue };
            let mut known = Known::default();
            words.iter().for_each(|word| known.add(key, word));
            let twin = today.dataset.find(&column.label);
            if let Some(own) = twin.and_then(|twin| today.column(twin)) {
                let cells: BTreeSet<&str> = (0..today.rows).map(|row| own.get(row)).collect();
                cells.into_iter().filter(|cell| !cell.is_empty()).for_each(|cell| known.add(key, cell));
            }
            if people.columns.contains(&(name.clone(), column.label.clone())) {
                people.values.iter().for_each(|value| known.add(key, value));
            }
            let back = |row: u32| known.text(key, held.get(row)).unwrap_or_else(|| held.get(row).to_owned());
            columns.insert(index, (0..then.rows).map(back).collect::<Vec<String>>());
        }
        store.replace(&name, columns);
    }
}

/// Texts of the mapping that columns are held against.
fn words(context: &Context<'_>) -> BTreeSet<String> {
    let Some(mapping) = context.mapping else { return BTreeSet::new() };
    let mut words: BTreeSet<String> = ["true", "false", "yes", "no", "1", "0"].map(str::to_owned).into();
    words.extend(mapping.missing.iter().cloned());
    for attribute in &mapping.attributes {
        words.extend(attribute.missing.iter().chain(&attribute.default).cloned());
        for allowed in &attribute.values {
            words.extend([allowed.attribute.clone(), allowed.source.clone()]);
            words.extend(allowed.aliases.iter().cloned());
        }
    }
    words.extend(literals(context, mapping));
    words.extend(mapping.events.iter().filter_map(|event| event.cause()?.into));
    words
}

/// Texts that conditions test for.
fn literals(context: &Context<'_>, mapping: &Mapping) -> Vec<String> {
    let filters = mapping.segments.iter().filter_map(|segment| context.segment(&segment.name));
    filters.flat_map(|filter| filter.expr.literals()).map(|(_, text)| text).collect()
}

/// By what people are recognised: which columns of earlier frames hold it, and every value of today.
struct Recognised {
    columns: BTreeSet<(String, String)>,
    values: BTreeSet<String>,
}

fn people(context: &Context<'_>, store: &Store) -> Recognised {
    let mut found = Recognised { columns: BTreeSet::new(), values: BTreeSet::new() };
    for (name, keys) in context.identity() {
        let Some(frame) = store.get(&name) else { continue };
        for index in keys.columns() {
            if name.starts_with(EARLIER) {
                found.columns.insert((name.clone(), frame.dataset.columns[index].label.clone()));
            } else if let Some(column) = frame.column(index) {
                let cells = (0..frame.rows).map(|row| column.get(row)).filter(|cell| !cell.is_empty());
                found.values.extend(cells.map(str::to_owned));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Known, hashed, parse};
    use crate::findings::sketch::Key;

    #[test]
    fn what_is_known_comes_back_and_nothing_else() {
        let key = Key::of("a key of sixteen bytes", "here").unwrap_or_else(|_| unreachable!());
        let mut known = Known::default();
        for word in ["Active", "At Risk", "7261000000101001"] {
            known.add(&key, word);
        }
        let back = |cell: &str| known.text(&key, &hashed(&key, cell));
        assert_eq!(back("Active").as_deref(), Some("Active"));
        assert_eq!(back("at risk ").as_deref(), Some("at risk"), "another spelling stays another");
        assert_eq!(back("zcrm_7261000000101001").as_deref(), Some("7261000000101001 "));
        assert_eq!(back("Churned"), None);
        assert_eq!(hashed(&key, "N/A"), "N/A");
        assert_eq!(parse("#12"), None);
        assert_eq!(known.text(&key, "Active"), None, "what is no hash is left alone");
    }
}
