//! Input stage: Customer.io's shapes. In: column names, and the tables of the warehouse sync, which are append-only and
//! keep attributes one a row. Out: what a table is, and the people as one row each with their newest values.

use std::borrow::Cow;

use ahash::AHashMap;

use super::heading::{add_number, clean};
use super::json::too_wide;
use super::part::Part;
use super::records::WIDEST;
use super::rows::{Row, RowBuffer, Seen, Visit};
use super::{Damage, Dialect, EventColumns, Request, System};
use crate::error::Result;

/// Whether these are the columns of people, in any order and subset.
pub(super) fn is_people(labels: &[String]) -> bool {
    let has = |name: &str| labels.iter().any(|label| label == name);
    ["cio_id", "cio_subscription_preferences", "_created_in_customerio_at"].into_iter().any(has)
        || (has("id") && has("email") && (has("unsubscribed") || has("created_at")))
}

/// Whether a file of Customer.io may be people with some columns only: it names persons and nothing that happens to them.
pub(super) fn may_be_people(labels: &[String]) -> bool {
    let has = |name: &&str| labels.iter().any(|label| label.eq_ignore_ascii_case(name));
    ["id", "email", "cio_id"].iter().any(has) && !OF_EVENTS.iter().any(has)
}

/// Columns of what happens to people.
const OF_EVENTS: [&str; 7] =
    ["delivery_id", "campaign_id", "newsletter_id", "segment_id", "event_id", "event_name", "metric"];

/// Whether a request is for files of Customer.io: it says so, or its source is called so.
pub(super) fn is_own(request: &Request) -> bool {
    let named = || request.name.as_deref().and_then(System::parse);
    request.system.or_else(named) == Some(System::CustomerIo)
}

/// What a table of Customer.io is whose columns do not tell: a list of suppressed people by the file's name and the
/// addresses in it, people by the file's name or some of their columns, or a table of its own.
pub(super) fn guess(part: &Part) -> Dialect {
    let stem = part.input.stem().to_lowercase();
    let addressed = (0..part.labels.len()).any(|column| is_addresses(part.values(column)));
    let has_people = part.labels.iter().any(|label| label.eq_ignore_ascii_case("unsubscribed"));
    if stem.contains("suppress") && addressed && !has_people {
        return Dialect::CustomerIoSuppressions;
    }
    let happens = part.labels.iter().any(|label| OF_EVENTS.contains(&label.to_lowercase().as_str()));
    let called = ["people", "persons", "profiles", "customers"].contains(&stem.as_str()) && !happens;
    match called || part.is_headless() || may_be_people(&part.labels) {
        true => Dialect::CustomerIoPeople,
        false => Dialect::Generic,
    }
}

/// Whether most of some cells hold an address.
pub(super) fn is_addresses<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let (held, all) = cells.fold((0, 0), |(held, all), cell| (held + usize::from(cell.contains('@')), all + 1));
    held * 2 > all
}

/// The module of a list of those who must not be mailed.
pub(super) const SUPPRESSIONS: &str = "suppressions";
/// The module of what was sent.
pub(super) const DELIVERIES: &str = "deliveries";

/// Whether these are the columns of a list of those who must not be mailed: a column says so, or the file's name where
/// the columns name people and nothing else does.
pub(super) fn is_suppressions(labels: &[String], stem: &str) -> bool {
    let told = |text: &str| text.to_lowercase().contains("suppress");
    let has = |name: &&str| labels.iter().any(|label| label.eq_ignore_ascii_case(name));
    let names_people = ["email", "id", "cio_id", "customer_id", "email address"].iter().any(has);
    let people = is_people(labels) || has(&"unsubscribed") || table(labels).is_some();
    names_people && !people && (told(stem) || labels.iter().any(|label| told(label)))
}

/// Whether these are the columns of the deliveries export, one message to one person a row. The vendor documents no
/// names, so it is told by what only a message has.
pub(super) fn is_deliveries(labels: &[String]) -> bool {
    let has = |name: &&str| labels.iter().any(|label| label.eq_ignore_ascii_case(name));
    let person = ["recipient", "customer_id", "cio_id", "email", "to"].iter().any(has);
    let message = ["campaign_id", "newsletter_id", "action_id", "transactional_message_id", "delivery_type"];
    let people = has(&"unsubscribed") || has(&"cio_subscription_preferences");
    person && !people && (has(&"delivery_id") || (has(&"recipient") && message.iter().any(has)))
}

/// Which table of the warehouse sync has these columns.
pub(super) fn table(labels: &[String]) -> Option<&'static str> {
    let has = |name: &str| labels.iter().any(|label| label == name);
    if has("attribute_name") && has("attribute_value") && has("internal_customer_id") {
        Some("attributes")
    } else if has("delivery_id") && has("metric") {
        Some("metrics")
    } else if has("output_id") || (has("output_type") && has("delivery_id")) {
        Some("outputs")
    } else if has("delivery_id") && (has("body") || has("subject") || has("content")) && !has("delivery_type") {
        Some("content")
    } else if has("delivery_id") && has("internal_customer_id") {
        Some("deliveries")
    } else if has("subject_id") || (has("subject_name") && has("internal_customer_id")) {
        Some("subjects")
    } else if has("internal_customer_id") && (has("customer_id") || has("email_addr")) {
        Some("people")
    } else {
        None
    }
}

/// The column that identifies the rows of a table or an export.
pub(super) fn key(module: &str, labels: &[String]) -> Option<usize> {
    if let Some(events) = EventColumns::of(labels).filter(|_| module == "events") {
        return events.key;
    }
    let candidates: &[&str] = match module {
        "deliveries" | "content" => &["delivery_id", "id"],
        "metrics" => &["event_id"],
        "outputs" => &["output_id"],
        "subjects" => &["subject_id"],
        "suppressions" => &["email", "id", "customer_id", "cio_id"],
        _ => &["cio_id", "id", "email"],
    };
    candidates.iter().find_map(|name| labels.iter().position(|label| label == name))
}

/// What the tables call the three identifiers.
const IDENTIFIERS: [(&str, &str); 3] =
    [("customer_id", "id"), ("email_addr", "email"), ("internal_customer_id", "cio_id")];

/// People in memory, one row each, empty cells left out.
#[derive(Debug, Default)]
pub(super) struct Held {
    rows: Vec<Vec<(u32, Box<str>)>>,
    width: usize,
    pub(super) damage: Vec<Damage>,
    pub(super) encodings: Vec<String>,
}

impl Held {
    /// Hands out every row.
    pub(super) fn scan(&self, visit: &mut dyn Visit) -> Seen {
        let mut seen = Seen::default();
        let mut cells: Vec<&str> = vec![""; self.width];
        let mut buffer = RowBuffer::default();
        for row in &self.rows {
            cells.fill("");
            for (column, cell) in row {
                cells[*column as usize] = cell;
            }
            buffer.clear();
            cells.iter().for_each(|cell| buffer.push(cell));
            seen.rows += 1;
            if !visit.row(buffer.row()) {
                break;
            }
        }
        seen
    }
}

/// One person while the tables are read.
#[derive(Debug, Default)]
struct Person {
    known: bool,
    stamp: i128,
    deleted: bool,
    cells: Vec<(u32, Box<str>)>,
    attributes: Vec<(u32, i128, Box<str>)>,
}

/// The pivot under construction.
#[derive(Debug, Default)]
struct Pivot {
    places: AHashMap<Box<str>, usize>,
    people: Vec<Person>,
    labels: Vec<String>,
    names: AHashMap<String, u32>,
    held: Held,
}

/// One row a person from the people and attributes tables: labels and rows.
pub(super) fn pivot(people: &[Part], attributes: &[Part]) -> Result<(Vec<String>, Held)> {
    let mut pivot = Pivot::default();
    for (_, label) in IDENTIFIERS {
        pivot.column(label);
    }
    for part in in_order(people) {
        pivot.add_people(part)?;
    }
    for part in in_order(attributes) {
        pivot.add_attributes(part, !people.is_empty())?;
    }
    Ok(pivot.finish())
}

/// Parts by the sequence number in their names: later files are newer.
fn in_order(parts: &[Part]) -> Vec<&Part> {
    let mut parts: Vec<&Part> = parts.iter().collect();
    let sequence = |part: &Part| {
        let stem = part.input.stem();
        let digits = stem.rsplit(|c: char| !c.is_ascii_digit()).find(|run| !run.is_empty()).unwrap_or("0");
        digits.parse::<u128>().unwrap_or(0)
    };
    parts.sort_by(|a, b| sequence(a).cmp(&sequence(b)).then_with(|| a.input.shown.cmp(&b.input.shown)));
    parts
}

impl Pivot {
    fn column(&mut self, label: &str) -> u32 {
        if let Some(&found) = self.names.get(label) {
            return found;
        }
        let at = u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        self.names.insert(label.to_owned(), at);
        self.labels.push(match clean(label) {
            Cow::Borrowed(label) => label.to_owned(),
            Cow::Owned(label) => add_number(&label, &|label| self.labels.iter().any(|found| found == label)),
        });
        at
    }

    fn person(&mut self, id: &str) -> &mut Person {
        let next = self.people.len();
        let at = *self.places.entry(id.into()).or_insert(next);
        if at == next {
            self.people.push(Person { stamp: i128::MIN, ..Person::default() });
        }
        &mut self.people[at]
    }

    fn note(&mut self, seen: Seen, part: &Part) {
        if !self.held.encodings.contains(&seen.encoding) {
            self.held.encodings.push(seen.encoding);
        }
        self.held.damage.extend(seen.damage.of(&part.input.shown));
    }

    fn add_people(&mut self, part: &Part) -> Result<()> {
        let labels: Vec<u32> = part
            .labels
            .iter()
            .map(|label| {
                let known = IDENTIFIERS.iter().find(|(column, _)| column == label);
                self.column(known.map_or(label.as_str(), |(_, name)| name))
            })
            .collect();
        let internal = part.column("internal_customer_id").unwrap_or(usize::MAX);
        let updated = part.column("updated_at").unwrap_or(usize::MAX);
        let deleted = part.column("deleted").unwrap_or(usize::MAX);
        let seen = part.scan(0, &(), &mut |row: Row<'_>| {
            let id = row.cell(internal);
            if id.is_empty() {
                return true;
            }
            let stamp = moment(row.cell(updated));
            let person = self.person(id);
            if !person.known || stamp >= person.stamp {
                person.known = true;
                person.stamp = stamp;
                person.deleted = matches!(row.cell(deleted).to_ascii_lowercase().as_str(), "true" | "t" | "1");
                person.cells.clear();
                for (at, &label) in labels.iter().enumerate() {
                    let cell = row.cell(at);
                    if !cell.is_empty() {
                        person.cells.push((label, cell.into()));
                    }
                }
            }
            true
        })?;
        self.note(seen, part);
        Ok(())
    }

    /// `only_known` leaves out people that the people table does not have: they were deleted or suppressed.
    fn add_attributes(&mut self, part: &Part, only_known: bool) -> Result<()> {
        let at = |name: &str| part.column(name).unwrap_or(usize::MAX);
        let (internal, name, value) = (at("internal_customer_id"), at("attribute_name"), at("attribute_value"));
        let timestamp = at("timestamp");
        let seen = part.scan(0, &(), &mut |row: Row<'_>| {
            let (id, name) = (row.cell(internal), row.cell(name));
            if id.is_empty() || name.is_empty() || (only_known && !self.places.contains_key(id)) {
                return true;
            }
            if self.labels.len() > WIDEST {
                return false;
            }
            let column = self.column(name);
            let stamp = moment(row.cell(timestamp));
            let person = self.person(id);
            match person.attributes.iter_mut().find(|(found, ..)| *found == column) {
                Some(newest) if stamp >= newest.1 => *newest = (column, stamp, row.cell(value).into()),
                Some(_) => {}
                None => person.attributes.push((column, stamp, row.cell(value).into())),
            }
            if !only_known && !person.known {
                person.known = true;
                person.cells.push((2, id.into()));
            }
            true
        })?;
        self.note(seen, part);
        if self.labels.len() > WIDEST { Err(too_wide(&part.input.shown)) } else { Ok(()) }
    }

    fn finish(self) -> (Vec<String>, Held) {
        let mut held = self.held;
        held.width = self.labels.len();
        for person in self.people.into_iter().filter(|person| !person.deleted) {
            let mut cells = person.cells;
            for (column, _, value) in person.attributes {
                if value.is_empty() || &*value == "null" {
                    continue;
                }
                match cells.iter_mut().find(|(found, _)| *found == column) {
                    // The identifiers of the people table are the ones in force; of anything else the attribute is.
                    Some(_) if column < 3 => {}
                    Some(cell) => cell.1 = value,
                    None => cells.push((column, value)),
                }
            }
            held.rows.push(cells);
        }
        (self.labels, held)
    }
}

/// A moment as a number that grows with time, from Unix seconds or milliseconds or from ISO 8601.
fn moment(text: &str) -> i128 {
    if let Ok(number) = text.parse::<f64>() {
        let scale = match number.abs() {
            size if size < 1e11 => 1e9,
            size if size < 1e14 => 1e6,
            size if size < 1e17 => 1e3,
            _ => 1.0,
        };
        // A float holds nanoseconds of today to within a microsecond, which is as fine as the sync writes.
        return (number * scale) as i128;
    }
    let iso = text.trim_end_matches(" UTC");
    iso.parse::<jiff::Timestamp>()
        .ok()
        .or_else(|| {
            iso.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|at| at.timestamp())
        })
        .map_or(i128::MIN, jiff::Timestamp::as_nanosecond)
}

#[cfg(test)]
#[path = "customerio_tests.rs"]
mod tests;
