//! Input stage: events of Customer.io, one a row. In: column names. Out: whether these are events, and which columns hold
//! the name, the time, the person, the id and the properties.

/// The columns of an events export by what they hold, as far as it has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventColumns {
    /// What happened.
    pub name: usize,
    /// When.
    pub time: usize,
    /// The event's own id.
    pub key: Option<usize>,
    /// The person's `id` in Customer.io.
    pub person: Option<usize>,
    /// The person's `cio_id`.
    pub cio_id: Option<usize>,
    /// The person's address.
    pub email: Option<usize>,
    /// Properties as JSON text.
    pub json: Vec<usize>,
}

const NAME: &[&str] = &["event_name", "event", "name"];
const TIME: &[&str] = &["timestamp", "event_timestamp", "occurred_at", "created_at", "time"];
const PERSON: &[&str] = &["customer_id", "person_id", "person", "user_id", "userId"];
const CIO_ID: &[&str] = &["cio_id", "internal_customer_id"];
const EMAIL: &[&str] = &["email", "email_addr"];
const JSON: &[&str] = &["data", "properties", "attributes"];
/// Columns that people and messages have, and events have not.
const OF_OTHERS: &[&str] = &[
    "unsubscribed",
    "cio_subscription_preferences",
    "_created_in_customerio_at",
    "delivery_id",
    "attribute_name",
    "subject_id",
];

impl EventColumns {
    /// Columns without which a table cannot be one of events, each by its usual name, where it has none that would do.
    pub fn lacking(labels: &[String]) -> Vec<&'static str> {
        let has = |names: &[&str]| names.iter().any(|name| labels.iter().any(|label| label == name));
        let person = [PERSON, CIO_ID, EMAIL].into_iter().any(has);
        let found = [(has(NAME), NAME[0]), (has(TIME), TIME[0]), (person, PERSON[0])];
        found.into_iter().filter(|(has, _)| !has).map(|(_, name)| name).collect()
    }

    /// The columns of events; none where these are not events.
    pub fn of(labels: &[String]) -> Option<Self> {
        let at = |names: &[&str]| names.iter().find_map(|name| labels.iter().position(|label| label == name));
        let own = at(&["event_id"]);
        let id = at(&["id"]);
        let named = |columns: [Option<usize>; 3]| columns.into_iter().any(|column| column.is_some());
        let (person, cio_id, email) = (at(PERSON), at(CIO_ID), at(EMAIL));
        // Beside another name of the person, or an id of the event, it is clear whose a bare `id` is.
        let key = own.or_else(|| id.filter(|_| named([person, cio_id, email])));
        let person = person.or_else(|| id.filter(|_| own.is_some()));
        let json: Vec<usize> = JSON.iter().filter_map(|name| labels.iter().position(|label| label == name)).collect();
        let (name, time) = (at(NAME)?, at(TIME)?);
        // A person has a name, a time and attributes too.
        let telling = json.iter().any(|at| labels[*at] != "attributes" || labels[time] != "created_at");
        let telling = labels[name] != "name" || own.is_some() || telling;
        let whole = telling && named([person, cio_id, email]) && at(OF_OTHERS).is_none();
        whole.then_some(Self { name, time, key, person, cio_id, email, json })
    }
}

#[cfg(test)]
mod tests {
    use super::EventColumns;

    fn of(header: &str) -> Option<EventColumns> {
        EventColumns::of(&header.split(',').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn events_are_told_from_people_and_tables() {
        let found = of("id,name,timestamp,customer_id,data").expect("events");
        assert_eq!((found.name, found.time, found.key, found.person), (1, 2, Some(0), Some(3)));
        let found = of("event_id,event_name,created_at,id,email,from,to").expect("events");
        assert_eq!((found.key, found.person, found.email, found.json.len()), (Some(0), Some(3), Some(4), 0));
        assert!(of("cio_id,event,time").is_some());
        for other in [
            "id,email,name,created_at",
            "id,email,name,created_at,attributes",
            "cio_id,event,timestamp,unsubscribed",
            "event_name,timestamp,amount",
            "name,timestamp,email",
            "event,email",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
