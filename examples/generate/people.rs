//! A person of the shop, clean: who they are, what they bought, and the records that follow from it.

use crate::names::{FIRST, LAST, NOTES, PLACES, Place, REPS, SOURCES, TEAS, plain};
use crate::rng::Rng;
use crate::roles::Role;
use crate::schema::{Contact, Customer, Deal, Lead, Profile, Row, Set};
use crate::stamps::read;
use crate::time::{DAY, TAKEN, berlin, date, day_number, zoho};
use crate::unit::Unit;

/// Stages that a deal goes through, each with its chance.
pub(crate) const STAGES: &[(&str, &str)] = &[
    ("Qualification", "10"),
    ("Proposal/Price Quote", "75"),
    ("Negotiation/Review", "90"),
    ("Closed Won", "100"),
    ("Closed Won", "100"),
    ("Closed Lost", "0"),
];

/// What is true of a person.
pub(crate) struct Person {
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) local: String,
    pub(crate) domain: &'static str,
    pub(crate) phone: String,
    pub(crate) created: i64,
    pub(crate) ordered: i64,
    pub(crate) renewal: i64,
    place: &'static Place,
    house: i64,
    orders: i64,
    spent: i64,
    birth: i64,
    stage: &'static str,
    tier: &'static str,
    opted_out: bool,
    rep: usize,
    wholesale: bool,
}

impl Person {
    /// The person of a number.
    pub(crate) fn new(rng: &mut Rng, index: u64, buyer: bool) -> Self {
        let (first, last) = (*rng.pick(FIRST), *rng.pick(LAST));
        let (given, family) = (plain(first), plain(last));
        let local = match rng.below(4) {
            0 => format!("{}.{family}{index}", given.get(..1).unwrap_or("x")),
            1 => format!("{given}_{family}{index}"),
            2 => format!("{family}.{given}{index}"),
            _ => format!("{given}.{family}{index}"),
        };
        let created =
            rng.between(day_number(2023, 1, 9), day_number(2026, 3, 20)) * DAY + rng.between(7 * 3_600, 20 * 3_600);
        let orders = if buyer || rng.chance(80) { 1 + rng.between(0, 3) * rng.between(0, 4) } else { 0 };
        let age = match rng.below(10) {
            0..=4 => rng.between(1, 40),
            5 | 6 => rng.between(41, 110),
            7 | 8 => rng.between(125, 290),
            _ => rng.between(310, 500),
        };
        let ordered = (TAKEN - age * DAY - rng.between(0, DAY)).max(created + 60);
        let days = (TAKEN - ordered) / DAY;
        let stage = match (orders, days) {
            (0, _) => "Prospect",
            (_, 301..) => "Churned",
            (_, 120..) => "At Risk",
            (1, _) => "First Order",
            (2..=5, _) => "Active",
            _ => "Loyal",
        };
        let spent = orders * rng.between(1_490, 6_900);
        let tier = match spent {
            0..=4_999 => "",
            5_000..=11_999 => "Bronze",
            12_000..=24_999 => "Silver",
            25_000..=44_999 => "Gold",
            _ => "Platinum",
        };
        let place = rng.pick(PLACES);
        let wholesale = rng.chance(6);
        let high = wholesale || matches!(tier, "Gold" | "Platinum");
        Self {
            first,
            last,
            local,
            domain: ["example.com", "example.org", "example.net"][rng.below(3) as usize],
            // Scattered: the numbers of two people are never one digit apart.
            phone: format!("{}5550{:07}", place.dial, (index * 4_951_961 + 3_000_017) % 10_000_000),
            created,
            ordered,
            renewal: rng.between(day_number(2026, 6, 3), day_number(2027, 4, 30)),
            place,
            house: rng.between(1, 140),
            orders,
            spent,
            birth: rng.between(day_number(1950, 1, 1), day_number(2004, 12, 31)),
            stage,
            tier,
            opted_out: rng.chance(8),
            rep: if high { 1 + rng.below(3) as usize } else { 0 },
            wholesale,
        }
    }

    /// Their address.
    pub(crate) fn email(&self) -> String {
        format!("{}@{}", self.local, self.domain)
    }

    fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    fn access(&self) -> bool {
        matches!(self.tier, "Gold" | "Platinum") && self.stage != "Churned"
    }
}

/// `true` or `false`, as both systems write it.
pub(crate) fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn either(yes: bool, value: String) -> String {
    if yes { value } else { String::new() }
}

/// The person's records where nothing is wrong.
pub(crate) fn clean(person: &Person, rng: &mut Rng, mut unit: Unit, role: Role) -> Unit {
    let contact = contact(person, rng, &unit, role);
    let converted = rng.chance(20) || role == Role::LeadSource;
    let deals = if person.wholesale || rng.chance(22) || matches!(role, Role::DealId | Role::NearId | Role::EventTwice)
    {
        1 + u64::from(rng.chance(20))
    } else {
        0
    };
    let mut profile = profile(person, rng, &unit, &contact);
    unit.push(Set::Contacts, contact);
    for k in 0..deals {
        let deal = deal(person, rng, &unit, k);
        profile.set(Profile::DealStage, deal.get(Deal::Stage));
        unit.push(Set::Deals, deal);
    }
    unit.push(Set::People, profile);
    if converted {
        add_lead(person, rng, &mut unit, true);
    }
    if person.orders > 0 || rng.chance(40) {
        let customer = customer(person, rng, &unit);
        unit.set(Set::People, 0, Profile::Spent, customer.get(Customer::Spent));
        unit.push(Set::Customers, customer);
    }
    unit
}

/// Mends what is wrong with everybody.
pub(crate) fn mend(person: &Person, unit: &mut Unit) {
    unit.set(Set::People, 0, Profile::Since, person.created.to_string());
    // An hour that Berlin's clocks show twice means no sure moment.
    if read(unit.get(Set::Contacts, 0, Contact::Ordered)).unsure_hour {
        unit.set(Set::Contacts, 0, Contact::Ordered, zoho(person.ordered + 7_200));
        unit.set(Set::People, 0, Profile::Ordered, (person.ordered + 7_200).to_string());
    }
}

fn contact(person: &Person, rng: &mut Rng, unit: &Unit, role: Role) -> Row {
    let mut row = Row::new(Set::Contacts);
    let (owner, owner_id) = REPS[person.rep];
    let modified = rng.between(person.ordered.max(person.created), TAKEN - 4 * 3_600);
    let source = *rng.pick(SOURCES);
    let email = if rng.chance(10) {
        person.email().replacen(person.local.get(..1).unwrap_or(""), &person.local.to_uppercase()[..1], 1)
    } else {
        person.email()
    };
    let promo = !person.opted_out && rng.chance(30);
    let note = if rng.chance(12) { *rng.pick(NOTES) } else { "" };
    row.fill([
        (Contact::OwnerId, owner_id),
        (Contact::Owner, owner),
        (Contact::CreatedById, REPS[0].1),
        (Contact::CreatedBy, REPS[0].0),
        (Contact::ModifiedById, owner_id),
        (Contact::ModifiedBy, owner),
        (Contact::Source, source),
        (Contact::First, person.first),
        (Contact::Last, person.last),
        (Contact::City, person.place.city),
        (Contact::Zip, person.place.zip),
        (Contact::Country, person.place.country),
        (Contact::OptOut, flag(person.opted_out)),
        (Contact::Description, note),
        (Contact::DataSource, *rng.pick(&["API", "API", "Import", "Manual", "Webform"])),
        (Contact::Stage, person.stage),
        (Contact::Tier, person.tier),
        (Contact::Promo, flag(promo)),
        (Contact::Access, flag(person.access())),
        (Contact::Wholesale, flag(person.wholesale)),
        (Contact::Tea, if rng.chance(60) { *rng.pick(TEAS) } else { "" }),
        (Contact::Tag, *rng.pick(&["", "customer", "newsletter", "customer,newsletter", "Wholesale Prospect"])),
    ]);
    row.set(Contact::Id, unit.zoho_id(1, 0, false));
    row.set(Contact::Email, email);
    row.set(Contact::Phone, person.phone.clone());
    row.set(Contact::Name, person.name());
    row.set(Contact::Street, format!("{} {}", person.place.street, person.house));
    row.set(Contact::Created, zoho(person.created));
    row.set(Contact::Modified, zoho(modified));
    row.set(Contact::Ordered, either(person.orders > 0, zoho(person.ordered)));
    // A phone and a first name alone are a household's as well: what has no surname is told by its day of birth.
    let told = matches!(role, Role::CaseId | Role::ConsentTwin | Role::SegmentTwin | Role::AgreeTwin);
    row.set(Contact::Birth, either(rng.chance(60) || told, date(person.birth)));
    row.set(Contact::Renewal, either(rng.chance(25), date(person.renewal)));
    row.set(Contact::Referral, either(rng.chance(30), format!("TEE-{}", 1_000 + rng.below(9_000))));
    row.set(Contact::Secondary, either(rng.chance(6), format!("{}.home@example.net", person.local)));
    if person.opted_out {
        row.set(Contact::UnsubscribedMode, *rng.pick(&["Unsubscribe link", "Manual"]));
        row.set(Contact::UnsubscribedTime, zoho(modified - 30));
    }
    row
}

fn profile(person: &Person, rng: &mut Rng, unit: &Unit, contact: &Row) -> Row {
    let mut row = Row::new(Set::People);
    let copied = [
        (Profile::Canonical, Contact::Id),
        (Profile::First, Contact::First),
        (Profile::Phone, Contact::Phone),
        (Profile::Country, Contact::Country),
        (Profile::Stage, Contact::Stage),
        (Profile::Channel, Contact::Source),
        (Profile::Owner, Contact::Owner),
        (Profile::Birth, Contact::Birth),
        (Profile::Promo, Contact::Promo),
        (Profile::Access, Contact::Access),
        (Profile::Wholesale, Contact::Wholesale),
        (Profile::Tea, Contact::Tea),
        (Profile::Referral, Contact::Referral),
        (Profile::Since, Contact::Created),
    ];
    for (to, from) in copied {
        row.set(to, contact.get(from));
    }
    let subscribed = if rng.chance(15) { "" } else { "false" };
    let tags: Vec<&str> = contact.get(Contact::Tag).split(',').filter(|tag| !tag.is_empty()).collect();
    row.set(Profile::Id, unit.account(0));
    row.set(Profile::Email, person.email());
    row.set(Profile::CioId, unit.cio_id(0));
    // The sync runs every few minutes, but waits up to an hour and a half for some.
    let delay = if rng.chance(20) { 5_400 + rng.between(0, 50) } else { rng.between(40, 300) };
    row.set(Profile::Created, (person.created + delay).to_string());
    row.set(Profile::Unsubscribed, if person.opted_out { "true" } else { subscribed });
    if rng.chance(20) {
        row.set(Profile::Preferences, "{\"topics\":{\"topic_1\":true,\"topic_2\":false}}");
    }
    row.set(Profile::Tier, person.tier.to_lowercase());
    row.set(Profile::Ordered, either(person.orders > 0, person.ordered.to_string()));
    let renews = !contact.get(Contact::Renewal).is_empty();
    let midnight = person.renewal * DAY;
    row.set(Profile::Renewal, either(renews, (midnight - berlin(midnight)).to_string()));
    row.set(Profile::Tags, if tags.is_empty() { String::new() } else { format!("[\"{}\"]", tags.join("\",\"")) });
    row.set(Profile::EmailDomain, person.domain);
    row.set(Profile::Twin, if rng.chance(4) { *rng.pick(&["true", "false"]) } else { "" });
    row.set(Profile::Reason, if person.opted_out && rng.chance(40) { "Too many mails, sorry" } else { "" });
    row.set(Profile::Truth, "zoho");
    let modified = read(contact.get(Contact::Modified)).sure.unwrap_or(TAKEN);
    row.set(Profile::Synced, (modified + delay).to_string());
    row.set(Profile::Zone, person.place.zone);
    row
}

fn deal(person: &Person, rng: &mut Rng, unit: &Unit, k: u64) -> Row {
    let mut row = Row::new(Set::Deals);
    let (owner, owner_id) = REPS[1 + rng.below(3) as usize];
    let (stage, probability) = *rng.pick(STAGES);
    let created = rng.between(person.created, TAKEN - 20 * DAY);
    row.fill([
        (Deal::OwnerId, owner_id),
        (Deal::Owner, owner),
        (Deal::Stage, stage),
        (Deal::Probability, probability),
        (Deal::Kind, if k == 0 { "New Business" } else { "Existing Business" }),
        (Deal::Pipeline, "Standard (Standard)"),
    ]);
    let what =
        *rng.pick(&["tasting set", "office tea, yearly", "wholesale order", "wedding favours", "\"Herbst\" sampler"]);
    row.set(Deal::Id, unit.zoho_id(5, k, false));
    row.set(Deal::Amount, format!("{}.{}0", rng.between(45, 4_800), rng.below(10)));
    row.set(Deal::Name, format!("{}: {what}", person.last));
    let closing = created / DAY + rng.between(10, 90);
    row.set(Deal::ContactId, unit.zoho_id(1, 0, false));
    row.set(Deal::Contact, person.name());
    row.set(Deal::Created, zoho(created));
    let modified = rng.between(created, TAKEN - 7_200);
    row.set(Deal::Modified, zoho(modified));
    // A deal is closed on the day on which its stage was changed; before, the day is a plan.
    row.set(Deal::Closing, date(if stage == "Closed Won" { (modified + berlin(modified)) / DAY } else { closing }));
    row
}

/// Adds a lead of the person.
pub(crate) fn add_lead(person: &Person, rng: &mut Rng, unit: &mut Unit, converted: bool) {
    let mut row = Row::new(Set::Leads);
    let (owner, owner_id) = REPS[rng.below(4) as usize];
    let created = person.created - rng.between(1, 60) * DAY;
    row.fill([
        (Lead::OwnerId, owner_id),
        (Lead::Owner, owner),
        (Lead::Company, *rng.pick(&["", "", "Café Muster", "Nordlicht, Söhne & Co", "Büro \"Tee & Text\""])),
        (Lead::First, person.first),
        (Lead::Last, person.last),
        (Lead::Source, *rng.pick(SOURCES)),
        (
            Lead::Status,
            if converted {
                "Pre-Qualified"
            } else {
                *rng.pick(&["Contacted", "Not Contacted", "Attempted to Contact"])
            },
        ),
        (Lead::OptOut, "false"),
        (Lead::Converted, flag(converted)),
        (Lead::Description, if rng.chance(15) { *rng.pick(NOTES) } else { "" }),
    ]);
    row.set(Lead::Id, unit.zoho_id(3, 0, false));
    row.set(Lead::Name, person.name());
    row.set(Lead::Email, person.email());
    row.set(Lead::Phone, person.phone.clone());
    row.set(Lead::Created, zoho(created));
    row.set(Lead::Modified, zoho(created + DAY));
    if converted {
        row.set(Lead::ContactId, unit.zoho_id(1, 0, false));
        row.set(Lead::Contact, person.name());
    }
    unit.push(Set::Leads, row);
}

/// The person as a customer of the shop.
fn customer(person: &Person, rng: &mut Rng, unit: &Unit) -> Row {
    let mut row = Row::new(Set::Customers);
    let phone = format!("'{}", person.phone);
    let note = if rng.chance(6) { "Gift wrap\nplease, with a \"card\"" } else { "" };
    row.fill([
        (Customer::First, person.first),
        (Customer::Last, person.last),
        (Customer::Accepts, if person.opted_out || rng.chance(20) { "no" } else { "yes" }),
        (Customer::Company, if person.wholesale { "Teestube Muster, Inh. Beispiel" } else { "" }),
        (Customer::Street2, if rng.chance(5) { "Hinterhaus" } else { "" }),
        (Customer::City, person.place.city),
        (Customer::Province, if person.place.city == "Berlin" { "BE" } else { "" }),
        (Customer::Country, person.place.code),
        (Customer::AddressPhone, if rng.chance(50) { &phone } else { "" }),
        (Customer::Phone, &phone),
        (Customer::Sms, if rng.chance(10) { "yes" } else { "no" }),
        (Customer::Note, note),
        (Customer::TaxExempt, if person.wholesale { "yes" } else { "no" }),
        (Customer::Tags, *rng.pick(&["", "customer", "customer, vip", "newsletter"])),
    ]);
    row.set(Customer::Id, unit.shopify_id());
    row.set(Customer::Email, person.email());
    row.set(Customer::Street, format!("{} {}", person.place.street, person.house));
    row.set(Customer::Zip, format!("'{}", person.place.zip));
    row.set(Customer::Spent, format!("{}.{:02}", person.spent / 100, person.spent % 100));
    row.set(Customer::Orders, person.orders.to_string());
    row
}
