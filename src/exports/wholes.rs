//! Input stage: whether the files of a dataset make a whole. In: its parts and its key. Out: damage of files that are one
//! page of a longer list, or that hold the records of another file once more.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::part::{Part, Shape};
use super::recognise::is_worn;
use super::{Damage, DamageKind, DamagePlace, Dialect};

/// Keys that two files share before they count as the same.
const SAME: usize = 5;

/// What is wrong with the parts as a whole.
pub(super) fn damage(parts: &[Part], dialect: Dialect, key: Option<&str>) -> Vec<Damage> {
    let mut found: Vec<Damage> = parts.iter().filter(|part| goes_on(part, parts)).map(more).collect();
    // The warehouse sync writes a row again whenever it changes, and one address may be suppressed for several reasons.
    let again = matches!(dialect, Dialect::CustomerIoWarehouse | Dialect::CustomerIoSuppressions);
    if let Some(key) = key.filter(|_| !again) {
        let keys: Vec<Vec<&str>> = parts.iter().map(|part| first_keys(part, key)).collect();
        let mut firsts: BTreeMap<&[&str], &Part> = BTreeMap::new();
        for (part, keys) in parts.iter().zip(&keys).filter(|(_, keys)| !keys.is_empty()) {
            match firsts.entry(keys) {
                Entry::Occupied(first) => found.push(repeated(part, first.get())),
                Entry::Vacant(place) => drop(place.insert(part)),
            }
        }
    }
    let patchy = patchy(parts);
    found.extend(parts.iter().filter_map(|part| lacking(part, &patchy)));
    found
}

/// Columns that some parts have and others lack. JSON leaves out what is empty: there it means nothing.
pub(super) fn patchy(parts: &[Part]) -> Vec<String> {
    let tables: Vec<&Part> = parts.iter().filter(|part| !matches!(part.shape, Shape::Json(_))).collect();
    let mut holders: BTreeMap<&str, usize> = BTreeMap::new();
    let mut labels: Vec<&str> = Vec::new();
    for label in tables.iter().flat_map(|part| &part.labels) {
        *holders.entry(label).or_insert_with(|| {
            labels.push(label);
            0
        }) += 1;
    }
    labels.retain(|label| holders[label] < tables.len());
    labels.into_iter().map(str::to_owned).collect()
}

fn lacking(part: &Part, patchy: &[String]) -> Option<Damage> {
    if matches!(part.shape, Shape::Json(_)) {
        return None;
    }
    let absent = patchy.iter().filter(|label| part.column(label).is_none());
    let place = |label: &String| DamagePlace {
        record: None,
        line: None,
        column: Some(label.clone()),
        detail: part.input.shown.clone(),
    };
    let places: Vec<DamagePlace> = absent.map(place).collect();
    let count = places.len() as u64;
    (count > 0).then(|| Damage { kind: DamageKind::ColumnNotInPart, file: part.input.shown.clone(), count, places })
}

/// Whether a page says that more follows and the next page is not among the parts.
fn goes_on(part: &Part, parts: &[Part]) -> bool {
    let pages = || parts.iter().filter_map(page);
    let Some((Some(true), number)) = page(part) else { return false };
    let numbers = || pages().filter_map(|(_, number)| number);
    match number {
        Some(number) if numbers().filter(|&other| other == number).count() == 1 => {
            !numbers().any(|other| number.checked_add(1) == Some(other))
        }
        // Pages by token do not tell their places; one of them is the last.
        _ => !pages().any(|(more, _)| more == Some(false)),
    }
}

fn page(part: &Part) -> Option<(Option<bool>, Option<u64>)> {
    match &part.shape {
        Shape::Json(layout) => Some((layout.page.more, layout.page.number)),
        _ => None,
    }
}

/// The first keys of a part; none when they do not tell records apart.
fn first_keys<'a>(part: &'a Part, key: &str) -> Vec<&'a str> {
    let Some(column) = part.column(key) else { return Vec::new() };
    let keys: Vec<&str> = part.values(column).take(SAME).collect();
    let distinct = keys.iter().enumerate().all(|(at, key)| !keys[..at].contains(key) && !is_worn(key));
    if distinct { keys } else { Vec::new() }
}

fn more(part: &Part) -> Damage {
    note(DamageKind::MoreRecords, part, format!("{} says that more records follow", part.input.shown))
}

fn repeated(part: &Part, first: &Part) -> Damage {
    let detail = format!("{} holds the same records as {}", part.input.shown, first.input.shown);
    note(DamageKind::RepeatedPart, part, detail)
}

fn note(kind: DamageKind, part: &Part, detail: String) -> Damage {
    let place = DamagePlace { record: None, line: None, column: None, detail };
    Damage { kind, file: part.input.shown.clone(), count: 1, places: vec![place] }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::testing::{Folder, all, only};
    use super::super::{DamageKind, Request};

    /// Kinds and files of the damage of these files as one dataset.
    fn damage(folder: &Folder, files: &[(&str, String)]) -> Vec<(DamageKind, String)> {
        let paths = files.iter().map(|(name, text)| folder.write(name, text)).collect();
        let dataset = only(&Request { paths, ..Request::default() });
        let name = |file: &str| file.rsplit('/').next().unwrap().to_owned();
        all(&dataset).1.damage.iter().map(|damage| (damage.kind, name(&damage.file))).collect()
    }

    fn answer(id: u64, info: &str) -> String {
        format!("{{\"data\":[{{\"id\":\"57257670000041010{id:02}\",\"Mailing_City\":\"Bonn\"}}],\"info\":{info}}}")
    }

    #[test]
    fn a_page_of_a_longer_list_is_no_whole() {
        let folder = Folder::new();
        let one = answer(1, r#"{"more_records":true,"page":1}"#);
        let (two, last) =
            (answer(2, r#"{"more_records":true,"page":2}"#), answer(3, r#"{"page":3,"more_records":false}"#));
        let more = |name: &str| (DamageKind::MoreRecords, name.to_owned());
        assert_eq!(damage(&folder, &[("a.json", one.clone())]), [more("a.json")]);
        let three = [("a.json", one.clone()), ("b.json", two), ("c.json", last.clone())];
        assert_eq!(damage(&folder, &three), []);
        assert_eq!(damage(&folder, &[("a.json", one), ("c.json", last.clone())]), [more("a.json")]);
        assert_eq!(damage(&folder, &[("c.json", last)]), []);
        let token = answer(4, r#"{"more_records":true}"#);
        let end = answer(5, r#"{"more_records":false}"#);
        assert_eq!(damage(&folder, &[("d.json", token.clone()), ("e.json", end)]), []);
        assert_eq!(damage(&folder, &[("d.json", token)]), [more("d.json")]);
    }

    #[test]
    fn a_list_of_people_with_a_cursor_is_no_whole() {
        let folder = Folder::new();
        let person = r#"{"id":"1","email":"a@example.com","cio_id":"a1"}"#;
        for (text, whole) in [
            (format!("{{\"customers\":[{person}],\"next\":\"MDox\"}}"), false),
            (format!("{{\"identifiers\":[{person}],\"ids\":[\"1\"],\"next\":\"MDox\"}}"), false),
            (format!("{{\"customers\":[{person}],\"next\":\"\"}}"), true),
            (format!("{{\"next\":null,\"identifiers\":[{person}]}}"), true),
        ] {
            let found = damage(&folder, &[("people.json", text.clone())]);
            assert_eq!(found.is_empty(), whole, "{text}");
        }
    }

    #[test]
    fn a_module_given_twice_is_named() {
        let folder = Folder::new();
        let contacts = |from: u64, id: &str| {
            let rows: String = (from..from + 8).map(|number| format!("{id}{number:02},true\n")).collect();
            format!("Record Id,Email Opt Out\n{rows}")
        };
        let ids = "zcrm_57257670000041010";
        let twice = [("Contacts_001.csv", contacts(1, ids)), ("Contacts_2026.csv", contacts(1, ids))];
        assert_eq!(damage(&folder, &twice), [(DamageKind::RepeatedPart, "Contacts_2026.csv".to_owned())]);
        let parts = [("Contacts_001.csv", contacts(1, ids)), ("Contacts_002.csv", contacts(9, ids))];
        assert_eq!(damage(&folder, &parts), []);
        // Ids that a spreadsheet made alike say nothing.
        let worn = "Record Id,Email Opt Out\n5.72577E+18,true\n".to_owned();
        assert_eq!(damage(&folder, &[("Contacts_001.csv", worn.clone()), ("Contacts_002.csv", worn)]), []);
    }
}
