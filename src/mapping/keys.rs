//! The keys of `mapping.yaml`: what the document takes, in one table.

use crate::shape::{Key, Shape, TEXTS, key};

/// The types an attribute may have.
pub const TYPES: &[&str] = &[
    "text",
    "enum",
    "boolean",
    "number",
    "timestamp",
    "date",
    "email",
    "phone",
    "identifier",
    "list",
    "object",
    "string",
];

const VALUES: Shape = Shape::Any(&[Shape::ListOf(&Shape::Text), Shape::MapOf(&Shape::Text)]);

const LOOKUP: &[Key] = &[
    key("column", Shape::Text, "the source column: zoho.deals.Stage"),
    key("through", Shape::Text, "the lookup that leads to the person: zoho.deals.Contact Name"),
    key("pick", Shape::Word(&["any", "count", "min", "max", "first", "last"]), "which of several records counts"),
    key("by", Shape::Text, "the column that orders them"),
];
const FROM_ONE: Shape = Shape::Any(&[Shape::Text, Shape::Object(LOOKUP)]);
const FROM: Shape = Shape::Any(&[Shape::Text, Shape::Object(LOOKUP), Shape::ListOf(&FROM_ONE)]);

const ATTRIBUTE: &[Key] = &[
    key("from", FROM, "source column, or several in the order they are tried: zoho.contacts.Lifecycle Stage"),
    key("type", Shape::Word(TYPES), "what the attribute holds"),
    key("values", VALUES, "allowed values; or source spelling: attribute spelling, where the two systems differ"),
    key("aliases", Shape::MapOf(&TEXTS), "allowed value: other spellings that mean it"),
    key("alias_cutover", Shape::Text, "the date after which aliases should be gone: 2026-03-01"),
    key("default", Shape::Text, "the value a blank stands for"),
    key("missing", TEXTS, "texts that mean missing in this field, beside the document's own list"),
    key("owner", Shape::Text, "the system whose value is right"),
    key("precedence", TEXTS, "systems in the order in which their value counts"),
    key("kind", Shape::Word(&["state", "moment"]), "durable state, or something that happened"),
    key(
        "role",
        Shape::Word(&["consent", "lifecycle", "tier", "email", "phone", "last_purchase", "tags", "routing"]),
        "what the attribute is for",
    ),
    key("used_by", TEXTS, "segments and journeys that read it: segment:At Risk, journey:winback"),
    key(
        "used_as",
        Shape::Word(&["segment", "date_campaign", "message", "branch"]),
        "how Customer.io uses it, when no segment here says so",
    ),
    key("time_zone", Shape::Text, "the zone of stamps without one: Europe/Berlin"),
    key("lag", Shape::Text, "how late it may arrive: 4h"),
    key("written_at", Shape::Text, "the attribute that says when the sync last wrote it"),
    key("stamp", Shape::Text, "the attribute that says which system wrote it last"),
    key("version", Shape::Text, "version of the value list, for lifecycle models"),
    key("was", TEXTS, "earlier names of the attribute"),
    key("sensitive", Shape::Flag, "personal data that must not be synced without need"),
    key("used_for", Shape::Text, "why it is synced"),
    key("note", Shape::Text, "free text for readers"),
];

const IDENTITY_KEY: &[Key] = &[
    key("attribute", Shape::Text, "the attribute on the profile"),
    key("source", Shape::Text, "the column that it comes from: shopify.customers.Customer ID"),
];
const IDENTITY: &[Key] = &[
    key("canonical", Shape::Text, "the profile attribute that holds the key that never changes"),
    key("source", Shape::Text, "the column it comes from: zoho.contacts.Record Id"),
    key("also", Shape::ListOf(&Shape::Object(IDENTITY_KEY)), "further keys that join people"),
    key(
        "match_on",
        Shape::MapOf(&TEXTS),
        "columns that help to recognise a person: first, last, full, email, phone, birth, street, postcode, city, company, id",
    ),
    key("merge_rule", Shape::Text, "which profile survives when two are one person"),
    key("external_id", Shape::Text, "an id that all systems share, if there is one"),
];

const EVENT: &[Key] = &[
    key("when", Shape::Text, "the change that raises it: zoho.deals.Stage -> Closed Won"),
    key("properties", TEXTS, "what it carries"),
    key("via", Shape::Text, "how it reaches Customer.io: webhook, middleware, shop, track"),
    key("person", Shape::Text, "the column that names the person"),
    key("note", Shape::Text, "free text for readers"),
];

const JOURNEY: &[Key] = &[
    key("trigger", Shape::Text, "segment:At Risk, event:order_completed, attribute:stage or date:birthday"),
    key("exit", TEXTS, "what ends it"),
    key("suppress", TEXTS, "who never receives it"),
    key("filter", TEXTS, "segments that must hold"),
    key("cap", Shape::Text, "frequency cap: 1/7d"),
    key("debounce", Shape::Text, "wait before a trigger counts: 1h"),
    key("within", Shape::Text, "how soon the first message must go out: 15m"),
    key("delay", Shape::Text, "wait before the first message: 21d"),
    key("reads", TEXTS, "attributes its branches and messages read, and tags: [owner, tag:Wholesale Prospect]"),
    key("fallback", Shape::MapOf(&Shape::Text), "attribute: what a blank means"),
    key(
        "purpose",
        Shape::Word(&[
            "winback",
            "welcome",
            "post_purchase",
            "reorder",
            "cart",
            "vip",
            "newsletter",
            "internal",
            "other",
        ]),
        "what it is for; internal goes to nobody outside and needs no guard rails",
    ),
    key("state", Shape::Word(&["draft", "running", "stopped"]), "draft, running or stopped"),
    key("since", Shape::Text, "the date it was switched on"),
    key("note", Shape::Text, "free text for readers"),
];

const WORKSPACE: &[Key] = &[
    key("cap", Shape::Text, "frequency cap over all journeys: 3/7d"),
    key("suppress", TEXTS, "who never receives any of them"),
    key("exit", TEXTS, "what ends each of them"),
];

const EXPECT: &[Key] = &[
    key("min", Shape::Count, "fewest members"),
    key("max", Shape::Count, "most members"),
    key("moved", Shape::Share, "largest change from run to run: 20%"),
];
const SEGMENT: &[Key] = &[
    key("where", Shape::Text, "who is in it: lifecycle_stage = 'At Risk' AND unsubscribed = false"),
    key("never", Shape::Text, "who must never exist: unsubscribed = true AND promo_journey = true"),
    key("expect", Shape::Object(EXPECT), "how many members are right"),
    key("purpose", Shape::Text, "what it is for: vip, at_risk and recent_buyer are watched, as others with expect are"),
    key("note", Shape::Text, "free text for readers"),
];

const TEST_PERSON: &[Key] = &[
    key("expect", Shape::MapOf(&Shape::Text), "what the profile must hold, by attribute: {lifecycle_stage: Active}"),
    key("in", TEXTS, "segments that the person must be in"),
    key("note", Shape::Text, "free text for readers"),
];

const TAGS: &[Key] = &[
    key("approved", TEXTS, "tags that may drive marketing"),
    key("routing", TEXTS, "tags that decide where people are sent, and so must reach the profile"),
    key("new_per_week", Shape::Count, "how many tags a week may be new"),
];

const MODULE: &[Key] = &[
    key("where", Shape::Text, "which records are synced: \"Email\" IS NOT NULL"),
    key("as", Shape::Word(&["people", "related", "events", "none"]), "what its records become"),
];

/// The whole document.
pub const MAPPING: Shape = Shape::Object(&[
    key("version", Shape::Count, "version of this format: 1"),
    key("identity", Shape::Object(IDENTITY), "how a person is recognised"),
    key("attributes", Shape::MapOf(&Shape::Object(ATTRIBUTE)), "profile attributes by name"),
    key("events", Shape::MapOf(&Shape::Object(EVENT)), "moments and how they arrive"),
    key("journeys", Shape::MapOf(&Shape::Object(JOURNEY)), "campaigns and their guard rails"),
    key("workspace", Shape::Object(WORKSPACE), "limits and exits that Customer.io applies to every journey"),
    key("validated", Shape::Text, "the date of the first run that was validated with real people, or no: 2026-03-01"),
    key("segments", Shape::MapOf(&Shape::Object(SEGMENT)), "segments, and those that must stay empty"),
    key(
        "test_people",
        Shape::ListOf(&Shape::Named(TEST_PERSON, &Shape::Free)),
        "named people to validate the sync with: {email: …, expect: {…}, in: […]}",
    ),
    key("modules", Shape::MapOf(&Shape::Object(MODULE)), "Zoho modules in scope: contacts: {as: people}"),
    key("missing", TEXTS, "texts that mean missing everywhere: N/A, none, -"),
    key("tags", Shape::Object(TAGS), "tags that may be read, of attributes with `role: tags`"),
    key("sensitive", TEXTS, "source fields that must not be synced"),
    key("lag", Shape::Text, "how late the sync may be: 4h"),
    key("written_at", Shape::Text, "the attribute that says when the sync last wrote the profile: zoho_synced_at"),
    key("source_of_truth", Shape::Text, "the attribute that says which system wrote last"),
    key("stamped_since", Shape::Text, "the date from which new profiles say who wrote last: 2026-03-01"),
    key("topics", Shape::MapOf(&Shape::Text), "subscription topics by identifier: {topic_1: Newsletter}"),
    key("systems", TEXTS, "systems that may own a field, beside the sources: support"),
    key("note", Shape::Text, "free text for readers"),
]);
