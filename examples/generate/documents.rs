//! The team's documents: `mapping.yaml` and `crmlint.yaml`, and what the rules say of them.

use crate::journeys;
use crate::ledger::{Entry, Ledger};
use crate::schema::Set;
use crate::unit::List;

type Failure = Box<dyn std::error::Error>;

/// The mapping; `{{contacts.Email}}` stands for a column's label in the workspace's language.
const MAPPING: &str = r#"# Fernweh Tea: what flows from Zoho CRM and the shop into Customer.io.
# Owned by the retention team. Change it first, then the sync.
version: 1

# How we recognise a person. Addresses change, the Zoho contact id does not.
identity:
  canonical: zoho_contact_id
  source: zoho.contacts.{{contacts.Record Id}}
  # Which profile survives a merge is still to be decided: nobody merges until then.

# Which Zoho modules become people. Leads stay in Zoho until they convert.
modules:
  contacts: {as: people, where: '"{{contacts.Email}}" IS NOT NULL AND "{{contacts.Data Source}}" <> ''Sample Data'''}
  leads: {as: none}
  deals: {as: related}
  cases: {as: related}

# What people type when they have nothing to say.
missing: [N/A, none, "-"]

attributes:
  # --- who it is ---
  zoho_contact_id:
    from: zoho.contacts.{{contacts.Record Id}}
    type: identifier
    owner: zoho
    used_for: joins the two systems
  email:
    from: [zoho.contacts.{{contacts.Email}}, zoho.leads.{{leads.Email}}, shopify.customers.Email]
    type: email
    role: email
    owner: zoho
    precedence: [zoho, shopify]
  phone:
    from: zoho.contacts.{{contacts.Phone}}
    type: phone
    role: phone
    owner: zoho
  country:
    from: zoho.contacts.{{contacts.Mailing Country}}
    type: enum
    values: [Germany, Austria, Switzerland, France, United Kingdom, Netherlands]
    owner: zoho
    used_as: branch
  customer_since:
    from: zoho.contacts.{{contacts.Created Time}}
    type: text                               # shown in the anniversary mail as it is
    owner: zoho
    used_as: message

  # --- where they stand ---
  lifecycle_stage:
    from: zoho.contacts.{{contacts.Lifecycle Stage}}
    type: enum
    role: lifecycle
    values: [Prospect, First Order, Active, Loyal, At Risk, Churned]
    aliases: {At Risk: [at-risk, AtRisk]}     # the old shop plugin wrote these
    alias_cutover: 2026-04-01                 # and was switched off in March
    owner: zoho
    kind: state
    used_by: [segment:At Risk, segment:churned-early-access, journey:winback]
  vip_tier:
    from: zoho.contacts.{{contacts.VIP Tier}}
    type: enum
    role: tier
    values: {Bronze: bronze, Silver: silver, Gold: gold, Platinum: platinum}   # Zoho: Customer.io
    owner: zoho
    kind: state
    used_by: [segment:VIP]
  total_spent:
    from: shopify.customers.Total Spent
    type: number
    owner: shopify
    used_as: branch
  acquisition_channel:
    from: [zoho.contacts.{{contacts.Lead Source}}, zoho.leads.{{leads.Lead Source}}]
    type: enum
    values: [Web Download, Online Store, Trade Show, Chat, Referral, Instagram, Partner, Fair 2024, Fair 2025]
    aliases: {Web Download: [Website download]}
    owner: zoho
    used_as: branch
  sales_owner:
    from: zoho.contacts.{{contacts.Contact Owner}}
    type: text
    owner: zoho
    used_as: message
  last_deal_stage:
    from: {column: "zoho.deals.{{deals.Stage}}", through: "zoho.deals.{{deals.Contact Name}}", pick: last, by: "zoho.deals.{{deals.Closing Date}}"}
    type: enum
    values: [Qualification, Proposal/Price Quote, Negotiation/Review, Closed Won, Closed Lost]
    owner: zoho
    kind: moment                             # a deal is won once: journeys start on the event
    used_as: branch

  # --- when things happen: Customer.io segments only understand Unix seconds ---
  last_order_at:
    from: zoho.contacts.{{contacts.Last Order Time}}
    type: timestamp
    role: last_purchase
    owner: zoho
    time_zone: Europe/Berlin
    used_by: [segment:Recent Buyer]
  subscription_renews_at:
    from: zoho.contacts.{{contacts.Renewal Date}}
    type: date
    owner: zoho
    time_zone: Europe/Berlin
    used_as: segment                         # of the subscription app, which is not declared here
  birthday:
    from: zoho.contacts.{{birth}}
    type: date
    owner: zoho
    used_as: date_campaign                   # birthday mail only, so 1987-05-03 is fine
    used_by: [journey:birthday]

  # --- may we write to them ---
  unsubscribed:
    from: [zoho.contacts.{{contacts.Email Opt Out}}, shopify.customers.Accepts Email Marketing]
    type: boolean
    role: consent
    owner: zoho
    precedence: [zoho, shopify]
    used_by: [segment:At Risk, segment:unsub-in-promo]

  # --- switches for journeys ---
  promo_journey:
    from: zoho.contacts.{{contacts.Promo Journey}}
    type: boolean
    owner: zoho
    used_by: [segment:unsub-in-promo]
  early_access:
    from: zoho.contacts.{{contacts.Early Access}}
    type: boolean
    owner: zoho
    used_by: [segment:churned-early-access]
  wholesale:
    from: zoho.contacts.{{contacts.Wholesale}}
    type: boolean
    owner: zoho
    used_as: branch
  tags:
    from: zoho.contacts.{{contacts.Tag}}
    type: list
    role: tags
    owner: zoho
    used_by: [segment:Wholesale Prospect, segment:Tea Friends]

  # --- still to be sorted out ---
  favourite_tea:
    from: zoho.contacts.{{contacts.Favourite Tea}}
    type: enum
    owner: zoho
    used_as: message
  referral_code:
    from: zoho.contacts.{{contacts.Referral Code}}
    used_as: message
  kettle_serial:
    from: zoho.contacts.{{kettle}}
    type: text
    owner: zoho
    used_as: message
    used_for: warranty mails

# Tags that sales may set; who is a wholesale prospect gets another cart mail.
tags:
  approved: [customer, newsletter]
  routing: [Wholesale Prospect]

# Who wrote a profile last, and when the sync did.
source_of_truth: source_of_truth
written_at: synced_at
lag: 4h
topics: {topic_1: Newsletter, topic_2: Offers}

# Moments, which a field cannot hold.
events:
  order_completed: {when: an order is paid in the shop, properties: [amount, product_line], via: shop}
  deal_won: {when: "zoho.deals.{{deals.Stage}} -> Closed Won", properties: [amount, product_line, rep], via: webhook}
  refund_issued: {when: a refund is booked in the shop, properties: [amount], via: shop}
  cart_abandoned: {when: a cart lies for an hour, properties: [amount, items], via: shop}
  lifecycle_stage_changed: {when: "zoho.contacts.{{contacts.Lifecycle Stage}}", properties: [from, to], via: webhook}
  kettle_registered: {when: a kettle is registered on the website, properties: [serial]}   # nobody knows how to send it yet

# The first run that we checked with real people.
validated: 2026-04-15

journeys:
  winback: {trigger: "segment:At Risk", exit: [order_completed], suppress: [unsubscribed], cap: 1/7d, debounce: 1h, purpose: winback, state: running, since: 2026-02-02}
  vip: {trigger: "segment:VIP", exit: [order_completed, refund_issued], suppress: [unsubscribed], cap: 1/14d, purpose: vip, state: running, since: 2026-05-04}
  birthday: {trigger: "date:birthday", suppress: [unsubscribed], cap: 1/365d, purpose: other, state: running, since: 2025-11-03}
  cart: {trigger: "event:cart_abandoned", within: 15m, exit: [order_completed], suppress: [unsubscribed], reads: [wholesale, country], purpose: cart, state: draft}
  reorder: {trigger: "event:deal_won", delay: 45d, exit: [order_completed, refund_issued], suppress: [unsubscribed], cap: 1/30d, purpose: reorder, state: draft}
  hello: {trigger: "segment:New Customer", exit: [order_completed, refund_issued], suppress: [unsubscribed], cap: 1/7d, purpose: welcome, state: draft}
  hello_from_sales: {trigger: "event:deal_won", exit: [order_completed, refund_issued], suppress: [unsubscribed], cap: 1/7d, purpose: welcome, state: draft}
  first_look: {trigger: "attribute:early_access", within: 12h, exit: [order_completed, refund_issued], suppress: [unsubscribed], cap: 1/7d, purpose: vip, state: draft}
  flash: {trigger: "attribute:early_access", within: 15m, exit: [order_completed, refund_issued], suppress: [unsubscribed], cap: 1/7d, purpose: vip, state: draft}
  spring_promo: {trigger: "attribute:promo_journey", state: stopped}

segments:
  At Risk: {where: "lifecycle_stage = 'At Risk' AND unsubscribed = false", purpose: at_risk}
  Recent Buyer: {where: "last_order_at > now() - interval '30 days'", purpose: recent_buyer}
  VIP: {where: "vip_tier IN ('gold', 'platinum')", purpose: vip, expect: {min: 20}}
  New Customer: {where: "lifecycle_stage = 'First Order'"}
  Wholesale Prospect: {where: "tags = 'Wholesale Prospect'"}
  Tea Friends: {where: "tags = 'friend of the house'"}
  # Nobody may ever be in these two. If somebody is, stop the journey and look.
  unsub-in-promo: {never: "unsubscribed = true AND promo_journey = true"}
  churned-early-access: {never: "lifecycle_stage = 'Churned' AND early_access = true"}
"#;

/// The faults of the mapping, each with what a team would write instead.
const MENDED: &[(&str, &str)] = &[
    (
        "  # Which profile survives a merge is still to be decided: nobody merges until then.",
        "  merge_rule: the older profile survives, with the newer one's consent",
    ),
    ("    type: text                               # shown in the anniversary mail as it is", "    type: timestamp"),
    ("    role: lifecycle\n", "    role: lifecycle\n    default: Prospect\n"),
    ("    role: tier\n", "    role: tier\n    default: Bronze\n"),
    (
        "    from: [zoho.contacts.{{contacts.Email Opt Out}}, shopify.customers.Accepts Email Marketing]",
        "    from: zoho.contacts.{{contacts.Email Opt Out}}",
    ),
    (
        "    type: boolean\n    role: consent\n    owner: zoho\n    precedence: [zoho, shopify]\n",
        "    type: boolean\n    role: consent\n    owner: zoho\n",
    ),
    (
        "    from: zoho.contacts.{{contacts.Favourite Tea}}\n    type: enum\n",
        "    from: zoho.contacts.{{contacts.Favourite Tea}}\n    type: text\n",
    ),
    (
        "    from: zoho.contacts.{{contacts.Referral Code}}\n",
        "    from: zoho.contacts.{{contacts.Referral Code}}\n    type: text\n    owner: zoho\n",
    ),
    (
        "  kettle_serial:\n    from: zoho.contacts.{{kettle}}\n    type: text\n    owner: zoho\n    used_as: message\n    used_for: warranty mails\n",
        "",
    ),
    (
        "properties: [serial]}   # nobody knows how to send it yet",
        "properties: [serial], via: webhook}\n  subscription_renewed: {when: a subscription renews in the shop, properties: [amount, product_line], via: shop}",
    ),
    (
        "winback: {trigger: \"segment:At Risk\", exit: [order_completed], suppress: [unsubscribed], cap: 1/7d, debounce: 1h, purpose: winback, state: running, since: 2026-02-02}",
        "winback: {trigger: \"segment:At Risk\", exit: [order_completed, refund_issued], suppress: [unsubscribed, \"segment:Open Case\", \"segment:Active Subscription\"], cap: 1/7d, debounce: 1h, purpose: winback, state: running, since: 2026-05-11}",
    ),
    (
        "birthday: {trigger: \"date:birthday\", suppress: [unsubscribed], cap: 1/365d, purpose: other, state: running, since: 2025-11-03}",
        "birthday: {trigger: \"date:birthday\", exit: [order_completed, refund_issued], suppress: [unsubscribed], cap: 1/365d, purpose: other, state: running, since: 2026-05-18}",
    ),
    (
        "reads: [wholesale, country], purpose: cart, state: draft}",
        "reads: [wholesale, country], fallback: {country: Germany}, cap: 1/1d, purpose: cart, state: draft}",
    ),
    ("delay: 45d", "delay: 25d"),
    (
        "  hello: {trigger: \"segment:New Customer\", exit: [order_completed, refund_issued], suppress: [unsubscribed]",
        "  hello: {trigger: \"segment:New Customer\", exit: [order_completed, refund_issued, deal_won], suppress: [unsubscribed, \"segment:Bought From Sales\"], debounce: 1h",
    ),
    (
        "within: 15m, exit: [order_completed, refund_issued], suppress: [unsubscribed], cap: 1/7d, purpose: vip",
        "within: 12h, exit: [order_completed, refund_issued], suppress: [unsubscribed], cap: 1/7d, purpose: vip",
    ),
    (
        "  Tea Friends: {where: \"tags = 'friend of the house'\"}\n",
        "  Bought From Sales: {where: \"zoho.deals.{{deals.Stage}} = 'Closed Won'\"}\n",
    ),
    (", segment:Tea Friends", ""),
    (
        "  # Nobody may ever be in these two.",
        "  Open Case: {where: \"zoho.cases.{{cases.Status}} = 'Open'\"}\n  Active Subscription: {where: \"subscription_renews_at > now()\"}\n  # Nobody may ever be in these two.",
    ),
];

const CONFIG: &str = r#"# Fernweh Tea: what crmlint reads, and which findings we have accepted.
version: 1
mapping: mapping.yaml
profile: launch
fail_on: error

sources:
  zoho:
    files: [exports/zoho/*.csv]
    kind: zoho
    time_zone: Europe/Berlin
    taken_at: 2026-05-21T06:00:00Z
    rows: ROWS-ZOHO                  # as the export pages said
  customerio:
    files: [exports/customerio/*.csv]
    kind: customerio
    taken_at: 2026-05-21T06:10:00Z
    rows: ROWS-PEOPLE
  shopify:
    files: [exports/shopify/customers_export.csv]
    kind: shopify
    taken_at: 2026-05-21T06:15:00Z
    rows: ROWS-CUSTOMERS

options: {max_age: 14d}

ignore:
  - rule: ID014
    dataset: shopify.customers
    reason: test orders of the shop agency, deleted every quarter
    until: 2026-12-31
  - rule: TS003
    dataset: shopify.customers
    reason: the order app wrote milliseconds; fixed in March
    until: 2026-09-30
  - rule: DUP002
    dataset: zoho.contacts
    reason: sales merges these by hand in spring
    until: 2026-04-30
  - rule: MAP019
    until: 2026-10-01
  - rule: placeholder-identifier
    dataset: zoho.leads
    reason: leads are not synced before they convert
    until: 2026-06-01

# For single fields, and what was there when we began.
overrides:
  - {rule: CON001, subject: unsubscribed, severity: error, reason: no launch without it}
  - {rule: ENM002, subject: vip_teir, severity: warning, reason: nobody mails by tier yet}
baseline: crmlint.baseline.yaml
"#;

/// The baseline: an entry that is still found, and one whose attribute is gone.
pub(crate) const BASELINE: &str = r#"# Findings that were there before and fail no run until they grow. crmlint baseline keeps this file:
# `update` takes in what there is now, `prune` takes out what is gone.
version: 1
written: 2026-05-01T06:00:00Z
findings:
  - rule: ID014
    dataset: "shopify.customers"
    subject: "shopify.customers.Email"
    rows: 3
  - rule: MAP010
    subject: "mapping:attributes.newsletter"
    rows: 1
"#;

/// What no cell can show: rule, dataset, key (`column:` and a name for a column), why it must not fire.
const NEAR: &[(&str, &str, &str, &str)] = &[
    ("CFG004", "config", "ignore:placeholder-identifier of zoho.leads", "the rule's name, and not one of before"),
    ("CON009", "mapping", "journeys.vip", "it leaves out who opted out"),
    ("CON011", "zoho.leads", "", "converted, and opted out on neither side"),
    ("CON012", "customerio.people", "column:cio_subscription_preferences", "both topics are declared"),
    ("DUP015", "customerio.people", "column:cio_subscription_preferences", "the older profile has orders of its own"),
    ("DUP016", "zoho.contacts", "", "whoever has no profile did not opt out"),
    ("ENM005", "mapping", "attributes.acquisition_channel", "each of its values is on some record"),
    ("ENM011", "zoho.contacts", "column:{{contacts.Favourite Tea}}", "an enum without a list whose values repeat"),
    ("EVT006", "customerio.events", "", "an event begins where the one before it ended"),
    ("EVT008", "customerio.events", "", "sent within the minute"),
    ("FRS001", "customerio.people", "", "eleven days old, and fourteen are allowed"),
    ("FRS002", "mapping", "lag", "95 of 100 arrive in less than two hours"),
    ("FRS003", "mapping", "journeys.first_look", "it promises half a day"),
    ("FRS004", "customerio.people", "column:synced_at", "written after each change"),
    ("ID016", "customerio.people", "column:zoho_contact_id", "ids without a record, and nothing names a successor"),
    ("JNY009", "mapping", "journeys.winback", "who flips within the hour is held by the debounce"),
    ("MAP008", "customerio.people", "column:email_domain", "nothing at Zoho holds it"),
    ("OWN008", "shopify.customers", "column:Phone", "no time says which of two phones is the newer one"),
    ("QA001", "mapping", "test_people", "ten and more"),
    ("SEG003", "mapping", "segments", "tier, stage and last order are watched"),
    ("SEG004", "mapping", "segments.VIP", "more than the twenty it expects"),
    ("SEG005", "mapping", "test_people", "each is in the segment that the list says"),
    ("SEG006", "mapping", "segments.VIP", "some profiles have it"),
    ("TS010", "zoho.contacts", "column:{{contacts.Last Order Time}}", "an hour after the customer was created"),
    ("IO003", "zoho.leads", "", "no rule needs a lifecycle stage of leads"),
    ("IO003", "zoho.contacts", "", "the missing serial number is text: no rule of values needs it, MAP003 names it"),
    ("ID001", "mapping", "identity", "canonical is declared"),
    ("ID001", "customerio.people", "", "blank ids are ID002, the declaration is there"),
    ("ID002", "zoho.contacts", "", "every contact has its record id"),
    ("IO004", "zoho.contacts", "", "as many records as the config declares"),
    ("IO005", "customerio.people", "", "taken ten minutes after Zoho's"),
    ("IO006", "zoho.deals", "", "the config declares the count, round or not"),
    ("IO007", "zoho.contacts", "", "times in several forms, but no ids rounded and no line ends changed"),
    ("ID005", "zoho.contacts", "column:{{contacts.Email}}", "some have no address, but the address is not the key"),
    ("ENM014", "mapping", "segments.At Risk", "the value it tests is allowed"),
    ("ENM004", "mapping", "attributes.vip_tier", "an enum with values, spelled differently by the two systems"),
    ("OWN001", "mapping", "attributes.total_spent", "the shop owns it"),
    ("OWN002", "mapping", "attributes.email", "two systems feed it, one owns it"),
    ("OWN009", "mapping", "attributes.email", "Zoho's address is tried first and comes first"),
    ("OWN003", "mapping", "attributes.phone", "it has an owner"),
    ("SEG002", "mapping", "segments", "two segments may never have members"),
    ("MAP001", "mapping", "document", "there is one, and it has attributes"),
    ("MAP007", "mapping", "attributes.unsubscribed", "two systems feed it, in a declared order"),
    ("MAP007", "mapping", "attributes.acquisition_channel", "two modules of one system, tried one after the other"),
    ("MAP006", "mapping", "attributes.last_deal_stage", "ends like the lifecycle stage, is another concept"),
    ("MAP009", "mapping", "attributes.total_spent", "no segment reads it, a branch does"),
    ("MAP009", "mapping", "attributes.phone", "Customer.io gives it a meaning"),
    ("MAP010", "mapping", "attributes.vip_tier", "a segment reads it, and it is mapped"),
    ("MAP011", "mapping", "attributes.unsubscribed", "reserved, and for others to write"),
    ("MAP012", "customerio.people", "column:Unsubscribed", "differs from a reserved name: MAP019 names it"),
    ("MAP016", "mapping", "attributes.zoho_contact_id", "read by nothing declared, but it says what it is for"),
    ("MAP004", "mapping", "attributes.last_deal_stage", "a lookup whose attribute is there"),
    ("TS011", "mapping", "attributes.last_order_at", "its entry names the zone"),
    ("MAP015", "mapping", "modules", "all three modules that it reads are in it"),
    ("MAP017", "mapping", "attributes.birthday", "personal, and what the birthday mail is built on"),
    ("TS009", "mapping", "attributes.sales_owner", "text that holds no dates"),
    ("CON004", "mapping", "attributes.email", "two systems feed it, but it is not consent"),
    ("CON004", "mapping", "attributes.promo_journey", "not consent, and its only source is its owner's"),
    ("MAP002", "mapping", "attributes.favourite_tea", "that an enum lacks its list is another rule's matter"),
    ("MAP002", "mapping", "attributes.tags", "a list needs no values"),
    ("MAP003", "mapping", "attributes.birthday", "another way to name a column that is there"),
    ("MAP003", "mapping", "attributes.last_deal_stage", "a lookup whose columns are there"),
    ("MAP018", "zoho.contacts", "column:{{contacts.Renewal Date}}", "a subscription, and the mapping takes it"),
    ("MAP019", "customerio.people", "column:email_domain", "begins like a reserved name, equals none"),
    ("MAP019", "customerio.people", "column:unsubscribed_reason", "begins like a reserved name, equals none"),
    ("CFG001", "config", "ignore:ID014 of shopify.customers", "matches a finding"),
    ("CFG001", "config", "ignore:placeholder-identifier of zoho.leads", "matches a finding, by the rule's name"),
    ("CFG002", "config", "ignore:ID014 of shopify.customers", "ends in December"),
    ("CFG002", "config", "ignore:placeholder-identifier of zoho.leads", "its last day is today"),
    ("CFG003", "config", "ignore:ID014 of shopify.customers", "has a reason"),
    ("CFG003", "config", "ignore:TS003 of shopify.customers", "matches nothing, but has a reason"),
    (
        "CFG005",
        "baseline",
        "baseline:ID014 shopify.customers.Email",
        "still found, though an ignore entry accepts it first",
    ),
    ("CFG006", "config", "override:CON001 of unsubscribed", "matches a finding, and leaves its severity as it is"),
];

/// `mapping.yaml` in the labels of the workspace.
pub(crate) fn mapping(german: bool, clean: bool, people: &str) -> String {
    translated(&if clean { without_faults(MAPPING, MENDED) } else { MAPPING.to_owned() }, german) + people
}

/// A document with each fault mended.
fn without_faults(text: &str, mended: &[(&str, &str)]) -> String {
    mended.iter().fold(text.to_owned(), |text, (fault, right)| {
        assert!(text.contains(fault), "the fault is not there any more: {fault}");
        text.replace(fault, right)
    })
}

/// A text with every `{{contacts.Email}}` in the labels of the workspace.
pub(crate) fn translated(text: &str, german: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (token, tail) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(label(token, german));
        rest = tail;
    }
    out + rest
}

fn label(token: &str, german: bool) -> &str {
    match token {
        // An API name in English; in German the label without its capitals.
        "birth" => return if german { "geburtsdatum" } else { "Date_of_Birth" },
        "kettle" => return if german { "Wasserkocher-Seriennummer" } else { "Kettle Serial No" },
        _ => {}
    }
    let (module, english) = token.split_once('.').unwrap_or(("", token));
    let set = match module {
        "leads" => Set::Leads,
        "deals" => Set::Deals,
        "cases" => Set::Cases,
        _ => Set::Contacts,
    };
    let found = set.labels().iter().find(|labels| labels.0 == english);
    found.map_or(english, |labels| if german { labels.1 } else { labels.0 })
}

/// What a German organisation calls Zoho's own fields.
const LABELS: &str = "    kind: zoho
    labels:
      Contact Name: Kontaktname
      Converted Contact: Konvertierter Kontakt
      Created Time: Erstellt um
      Email Opt Out: E-Mail-Abmeldung
      Is Converted: Ist konvertiert
      Modified Time: Geändert um
      Unsubscribed Time: Abmeldezeit
      Modified By: Geändert von
      Data Source: Datenquelle
      Lead Source: Lead-Quelle
      Stage: Phase
      Closing Date: Abschlussdatum
";

/// `crmlint.yaml`.
pub(crate) fn config(records: impl Fn(Set) -> u64, clean: bool, german: bool) -> String {
    let text = if clean { CONFIG.split_once("\nignore:").map_or(CONFIG, |(sources, _)| sources) } else { CONFIG };
    let zoho = format!(
        "{{contacts: {}, leads: {}, deals: {}, cases: {}}}",
        records(Set::Contacts),
        records(Set::Leads),
        records(Set::Deals),
        records(Set::Cases)
    );
    let customerio = format!(
        "{{people: {}, events: {}, deliveries: {}}}",
        records(Set::People),
        records(Set::Events),
        records(Set::Deliveries)
    );
    let text = if german { text.replacen("    kind: zoho\n", LABELS, 1) } else { text.to_owned() };
    text.replace("ROWS-ZOHO", &zoho)
        .replace("ROWS-PEOPLE", &customerio)
        .replace("ROWS-CUSTOMERS", &records(Set::Customers).to_string())
}

/// What the rules say of the documents, and of findings that an ignore entry covers.
pub(crate) fn expect(ledger: &mut Ledger, german: bool) -> Result<(), Failure> {
    ledger.statement("CON004", "mapping:attributes.unsubscribed")?;
    ledger.statement("ENM004", "mapping:attributes.favourite_tea")?;
    ledger.statement("MAP002", "mapping:attributes.referral_code")?;
    ledger.statement("MAP003", "mapping:attributes.kettle_serial")?;
    ledger.statement("MAP004", "mapping:attributes.kettle_serial")?;
    ledger.statement("OWN001", "mapping:attributes.referral_code")?;
    ledger.statement("TS009", "mapping:attributes.customer_since")?;
    ledger.statement("EVT003", "mapping:events.kettle_registered")?;
    ledger.statement("EVT009", "mapping:attributes.subscription_renews_at")?;
    for (code, journey) in journeys::PLANTED {
        ledger.statement(code, &format!("mapping:journeys.{journey}"))?;
    }
    ledger.statement("TAG003", "segment:Tea Friends")?;
    for item in ["duplicates", "exits", "identifier", "mapping", "segments", "test-people", "timestamps", "values"] {
        ledger.statement("QA006", &format!("checklist:{item}"))?;
    }
    ledger.statement("HIS003", "mapping:attributes.lifecycle_stage")?;
    ledger.statement("HIS003", "mapping:attributes.vip_tier")?;
    ledger.statement("MAP019", "customerio.people.Unsubscribed")?;
    ledger.statement("CFG001", "ignore:TS003 of shopify.customers")?;
    ledger.statement("CFG002", "ignore:DUP002 of zoho.contacts")?;
    ledger.statement("CFG003", "ignore:MAP019")?;
    ledger.statement("CFG005", "baseline:MAP010 mapping:attributes.newsletter")?;
    ledger.statement("CFG006", "override:ENM002 of vip_teir")?;
    ledger.ignored("ID014", "shopify.customers.Email", 1)?;
    ledger.ignored("MAP019", "customerio.people.Unsubscribed", 4)?;
    ledger.ignored("ID014", &format!("{}.{}", Set::Leads.dataset(), label("leads.Email", german)), 5)?;
    for &(code, dataset, place, why) in NEAR.iter().chain(journeys::NEAR) {
        let place = translated(place, german);
        let (key, column) = place.strip_prefix("column:").map_or((place.as_str(), ""), |column| ("", column));
        ledger.enter(&Entry {
            list: List::Near,
            code,
            dataset,
            key,
            subject: None,
            column,
            value: "",
            suggestion: None,
            other: None,
            why,
        })?;
    }
    Ok(())
}
