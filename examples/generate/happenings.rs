//! What happened to a person: cases of support, events, messages that went out. In: a unit. Out: the records that follow
//! from it.

use serde_json::json;

use crate::names::REPS;
use crate::people::Person;
use crate::rng::Rng;
use crate::roles::{Role, Slot};
use crate::schema::{Case, Contact, Deal, Delivery, Event, Profile, Row, Set};
use crate::stamps::read;
use crate::time::{DAY, TAKEN, berlin, date, zoho};
use crate::unit::{Said, Unit};

/// Lines of goods, as events name them.
const LINES: &[&str] = &["black", "green", "herbal", "teaware"];
/// What people write to support about.
const MATTERS: &[&str] = &["Parcel is late", "Wrong tea in the box", "Lid does not close", "Invoice for a company"];

/// Adds what happened, with nothing wrong in it.
pub(crate) fn add(person: &Person, seed: u64, index: u64, unit: &mut Unit) {
    // A stream of its own, so that other records stay what they are.
    let mut rng = Rng::new(seed ^ 0x4A99_E4ED, index);
    let is_known = !unit.get(Set::People, 0, Profile::Id).is_empty() && !unit.rows(Set::Contacts).is_empty();
    if !is_known {
        return;
    }
    let is_buyer = !unit.get(Set::Contacts, 0, Contact::Ordered).is_empty();
    if is_buyer {
        let data = json!({"amount": 19 + rng.below(90), "product_line": rng.pick(LINES)});
        event(unit, "order_completed", person.ordered, &data.to_string());
    }
    for deal in 0..unit.rows(Set::Deals).len() {
        won(unit, deal, &mut rng);
    }
    if is_buyer && unit.get(Set::Contacts, 0, Contact::Stage) == "Active" && rng.chance(50) {
        let data = json!({"from": "First Order", "to": "Active"});
        event(unit, STAGE, person.ordered + 90, &data.to_string());
    }
    // Whoever may be reactivated or mailed has nothing that speaks against it.
    let is_quiet = !matches!(unit.get(Set::Contacts, 0, Contact::Stage), "At Risk" | "Churned");
    if rng.chance(12) {
        let closed = !is_quiet || rng.chance(70);
        case(person, unit, &mut rng, if closed { "Closed" } else { "Open" });
    }
    if rng.chance(35) {
        // The last message went out before the opt-out, if there was one.
        let opted_out = read(unit.get(Set::Contacts, 0, Contact::UnsubscribedTime)).sure;
        let at = opted_out.unwrap_or(TAKEN) - DAY - rng.between(0, 20 * DAY);
        delivery(unit, at);
    }
}

/// Applies a role that is about what happened, about tags or about stamps.
pub(crate) fn apply(slot: Slot, person: &Person, rng: &mut Rng, unit: &mut Unit) {
    match slot.role {
        Role::TagOutside => tags(unit, "vip friend"),
        Role::TagVariant => tags(unit, ["NEWSLETTER", "news-letter"][(slot.nth % 2) as usize]),
        Role::TagLost => {
            tags(unit, "Wholesale Prospect");
            unit.set(Set::People, 0, Profile::Tags, "");
            unit.told("TAG005", (Set::People, 0), about("zoho.contacts.Tag: Wholesale Prospect", Some("tags"), None));
        }
        Role::StampForeign => unit.set(Set::People, 0, Profile::Truth, "customerio"),
        Role::StampBlank => unit.set(Set::People, 0, Profile::Truth, ""),
        Role::StageBare => {
            unit.clear(Set::Events);
            stage(unit, 30 * DAY, r#"{"from":"First Order","to":"Active"}"#);
            let row = stage(unit, 20 * DAY, r#"{"to":"Loyal"}"#);
            unit.told("EVT005", (Set::Events, row), about(STAGES, Some(STAGE), Some(STAGE)));
        }
        Role::Flip => {
            unit.clear(Set::Events);
            stage(unit, 40 * DAY, r#"{"from":"Active","to":"At Risk"}"#);
            let row = stage(unit, 40 * DAY - 1_200, r#"{"from":"At Risk","to":"Active"}"#);
            unit.told("HIS002", (Set::Events, row), about(STAGES, Some(STAGE), Some("At Risk")));
        }
        Role::EventTwice => twice(unit, rng),
        Role::EventNobody => {
            let data = r#"{"amount":70,"product_line":"green","rep":"Dana Roth"}"#;
            let row = event(unit, "deal_won", TAKEN - 9 * DAY, data);
            unit.set(Set::Events, row, Event::Person, "");
            unit.set(Set::Events, row, Event::Email, "");
            unit.told("EVT007", (Set::Events, row), about("customerio.events.person", None, None));
        }
        Role::MailedLate => {
            unit.set(Set::Contacts, 0, Contact::OptOut, "true");
            unit.set(Set::Contacts, 0, Contact::UnsubscribedTime, zoho(TAKEN - 30 * DAY));
            unit.set(Set::Contacts, 0, Contact::Promo, "false");
            unit.set(Set::People, 0, Profile::Promo, "false");
            unit.set(Set::People, 0, Profile::Unsubscribed, "true");
            unit.clear(Set::Deliveries);
            delivery(unit, TAKEN - 20 * DAY);
        }
        Role::OpenCase => {
            unit.set(Set::Contacts, 0, Contact::Stage, "At Risk");
            unit.set(Set::People, 0, Profile::Stage, "At Risk");
            unit.set(Set::Contacts, 0, Contact::Access, "false");
            unit.set(Set::People, 0, Profile::Access, "false");
            case(person, unit, rng, "Open");
        }
        _ => {}
    }
}

/// The event that tells of a stage, and what findings about it are about.
const STAGE: &str = "lifecycle_stage_changed";
const STAGES: &str = "customerio.events.lifecycle_stage_changed";

fn about(subject: &'static str, column: Option<&'static str>, value: Option<&'static str>) -> Said {
    Said { subject: Some(subject), column, value }
}

/// An event of a stage so long before the export; its place.
fn stage(unit: &mut Unit, before: i64, data: &str) -> usize {
    event(unit, STAGE, TAKEN - before, data)
}

/// Gives the person one tag on both sides.
fn tags(unit: &mut Unit, tag: &str) {
    unit.set(Set::Contacts, 0, Contact::Tag, tag);
    unit.set(Set::People, 0, Profile::Tags, format!("[\"{tag}\"]"));
}

/// A won deal whose event comes twice.
fn twice(unit: &mut Unit, rng: &mut Rng) {
    unit.clear(Set::Events);
    unit.set(Set::Deals, 0, Deal::Stage, "Closed Won");
    unit.set(Set::Deals, 0, Deal::Probability, "100");
    let deals = unit.rows(Set::Deals).len();
    unit.set(Set::People, 0, Profile::DealStage, if deals == 1 { "Closed Won" } else { "" });
    // A clock that was set back tells two instants: one in a million changes falls into that hour.
    if read(unit.get(Set::Deals, 0, Deal::Modified)).sure.is_none() {
        unit.set(Set::Deals, 0, Deal::Modified, zoho(TAKEN - 30 * DAY));
    }
    if let Some(at) = read(unit.get(Set::Deals, 0, Deal::Modified)).sure {
        unit.set(Set::Deals, 0, Deal::Closing, date((at + berlin(at)) / DAY));
    }
    for _ in 0..2 {
        won(unit, 0, rng);
    }
    // Of two at one second, the one with the greater id is the repetition.
    let id = |row: usize| unit.get(Set::Events, row, Event::Id).to_owned();
    let again = usize::from(id(1) > id(0));
    unit.told("EVT007", (Set::Events, again), about("customerio.events.record", None, Some("deal_won")));
}

/// The event of a won deal, as its stage was changed.
fn won(unit: &mut Unit, deal: usize, rng: &mut Rng) {
    let at = read(unit.get(Set::Deals, deal, Deal::Modified)).sure;
    if let (Some(at), "Closed Won") = (at, unit.get(Set::Deals, deal, Deal::Stage)) {
        let data = json!({
            "deal_id": unit.key(Set::Deals, deal),
            "amount": unit.get(Set::Deals, deal, Deal::Amount),
            "product_line": rng.pick(LINES),
            "rep": unit.get(Set::Deals, deal, Deal::Owner),
        });
        event(unit, "deal_won", at + 40, &data.to_string());
    }
}

/// An event of the person; its place.
pub(crate) fn event(unit: &mut Unit, name: &str, at: i64, data: &str) -> usize {
    let mut row = Row::new(Set::Events);
    let person = unit.get(Set::People, 0, Profile::Id).to_owned();
    let email = unit.get(Set::People, 0, Profile::Email).to_owned();
    let number = unit.rows(Set::Events).len() as u64;
    row.set(Event::Id, format!("ev-{}", unit.cio_id(64 + number)));
    row.fill([(Event::Name, name), (Event::Person, &person), (Event::Email, &email), (Event::Data, data)]);
    row.set(Event::At, at.to_string());
    unit.push(Set::Events, row)
}

/// A case of the person; its place.
pub(crate) fn case(person: &Person, unit: &mut Unit, rng: &mut Rng, status: &str) -> usize {
    let mut row = Row::new(Set::Cases);
    let number = unit.rows(Set::Cases).len() as u64;
    let created = rng.between(person.created, TAKEN - DAY);
    let (owner, owner_id) = REPS[1 + rng.below(3) as usize];
    row.set(Case::Id, unit.zoho_id(7, number, false));
    row.set(Case::Number, format!("C-{}", 100_000 + rng.below(900_000)));
    row.fill([
        (Case::OwnerId, owner_id),
        (Case::Owner, owner),
        (Case::Subject, *rng.pick(MATTERS)),
        (Case::Status, status),
        (Case::Priority, *rng.pick(&["Low", "Medium", "High"])),
    ]);
    row.set(Case::ContactId, unit.key(Set::Contacts, 0));
    row.set(Case::Contact, unit.get(Set::Contacts, 0, Contact::Name).to_owned());
    row.set(Case::Created, zoho(created));
    row.set(Case::Modified, zoho(rng.between(created, TAKEN - 3_600)));
    unit.push(Set::Cases, row)
}

/// A message to the person; its place.
pub(crate) fn delivery(unit: &mut Unit, at: i64) -> usize {
    let mut row = Row::new(Set::Deliveries);
    let number = unit.rows(Set::Deliveries).len() as u64;
    let person = unit.get(Set::People, 0, Profile::CioId).to_owned();
    row.set(Delivery::Id, format!("dl-{}", unit.cio_id(128 + number)));
    row.fill([(Delivery::Person, person.as_str()), (Delivery::Campaign, "7"), (Delivery::Kind, "email")]);
    row.set(Delivery::At, at.to_string());
    unit.push(Set::Deliveries, row)
}
