//! What the rules say of the journeys and events in the mapping of [`crate::documents`].

/// Faults of journeys: rule and journey.
pub(crate) const PLANTED: &[(&str, &str)] = &[
    ("JNY001", "birthday"),
    ("JNY002", "birthday"),
    ("JNY002", "winback"),
    ("JNY003", "cart"),
    ("JNY007", "winback"),
    ("JNY008", "winback"),
    ("JNY011", "cart"),
    ("JNY012", "reorder"),
    ("JNY004", "flash"),
    ("JNY005", "hello"),
    ("JNY010", "birthday"),
    ("JNY010", "cart"),
    ("JNY010", "first_look"),
    ("JNY010", "flash"),
    ("JNY010", "hello"),
    ("JNY010", "hello_from_sales"),
    ("JNY010", "reorder"),
    ("JNY010", "vip"),
    ("JNY010", "winback"),
];

/// What comes near a fault: rule, dataset, key, why it must not fire.
pub(crate) const NEAR: &[(&str, &str, &str, &str)] = &[
    ("EVT001", "mapping", "attributes.last_deal_stage", "a moment whose event is planned"),
    ("EVT002", "mapping", "events.refund_issued", "a refund needs no more than the amount"),
    ("EVT002", "mapping", "events.cart_abandoned", "about no purchase yet, and it carries something"),
    ("EVT003", "mapping", "events.deal_won", "it comes by webhook"),
    ("EVT009", "mapping", "attributes.last_order_at", "an order has its event"),
    ("EVT010", "mapping", "events", "three of the four are planned, and no renewal"),
    ("JNY001", "mapping", "journeys.reorder", "it ends on the next order"),
    ("JNY002", "mapping", "journeys.cart", "nothing is bought yet that could be refunded"),
    ("JNY003", "mapping", "journeys.spring_promo", "stopped"),
    ("JNY004", "mapping", "journeys.cart", "in a hurry, and the shop starts it"),
    ("JNY005", "mapping", "journeys.winback", "it starts on the stage and waits an hour"),
    ("JNY006", "mapping", "journeys.vip", "a durable state, and a segment tests it"),
    ("JNY007", "mapping", "journeys.vip", "switched on after the first validated run"),
    ("JNY008", "mapping", "journeys.vip", "no winback"),
];
