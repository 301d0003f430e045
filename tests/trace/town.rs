//! A small town: people who all enter a journey, and one more for each cause that keeps somebody out. Seeded, so that a
//! town can be built again.

#![allow(unreachable_pub)]

use std::fmt::Write;

use crmlint::trace::Cause;

pub const CONFIG: &str = "version: 1
sources:
  zoho: {files: [Contacts.csv, Leads.csv], time_zone: Europe/Berlin}
  customerio: {files: [people.csv, suppressions.csv]}
  shopify: {files: customers_export.csv, kind: shopify}
mapping: mapping.yaml
";

pub const MAPPING: &str = "version: 1
identity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}
lag: 4h
modules:
  contacts: {as: people, where: \"\\\"Tier\\\" <> 'Internal'\"}
  leads: {as: none}
attributes:
  stage: {from: zoho.contacts.Stage, type: enum, role: lifecycle, values: [Prospect, Active, At Risk], owner: zoho}
  tier:
    from: [zoho.contacts.Tier, shopify.customers.Tags]
    type: enum
    values: {Bronze: bronze, Silver: silver, Gold: gold, Internal: internal}
    default: Silver
    owner: zoho
  last_order_at: {from: zoho.contacts.Last Order Time, type: timestamp, owner: zoho}
  promo: {from: zoho.contacts.Promo, type: boolean, owner: zoho}
  score: {from: zoho.contacts.Score, type: number, owner: zoho}
  loyalty: {from: zoho.contacts.Loyalty, type: enum, values: [top], owner: zoho}
  city: {from: zoho.contacts.City, type: enum, values: [Lund], owner: zoho}
  phone: {from: zoho.contacts.Phone, type: phone, role: phone, owner: zoho}
  email: {from: zoho.contacts.Email, type: email, role: email, owner: zoho}
  unsubscribed: {from: zoho.contacts.Email Opt Out, type: boolean, role: consent, owner: zoho}
segments:
  Target:
    where: >-
      stage = 'At Risk' AND tier IN ('silver', 'gold') AND last_order_at > now() - interval '30 days' AND promo = true
      AND score >= 50 AND unsubscribed = false
  Kept Back: {where: score > 900}
  Loyal: {where: loyalty = 'top'}
  Town: {where: city = 'Lund'}
  Nick: {where: nickname = 'ace'}
  Slip: {where: stage = 'at risk'}
journeys:
  main: {trigger: \"segment:Target\", suppress: [\"segment:Kept Back\", unsubscribed], state: running, since: 2026-01-01}
  draft: {trigger: \"segment:Target\", state: draft}
  old: {trigger: \"segment:Target\", state: stopped}
  later: {trigger: \"segment:Target\", state: running, since: 2027-01-01}
  loyal: {trigger: \"segment:Loyal\"}
  town: {trigger: \"segment:Town\"}
  nick: {trigger: \"segment:Nick\"}
  slip: {trigger: \"segment:Slip\"}
  cart: {trigger: \"event:cart_abandoned\"}
";

/// 2026-06-01 in Unix seconds.
const NOW: i64 = 1_780_272_000;
const DAY: i64 = 86_400;
/// Berlin in summer.
const EAST: i64 = 7_200;

/// Numbers that look random and are the same for a seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % below
    }
}

/// What somebody holds at the source or on a profile.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub id: String,
    pub email: String,
    pub phone: String,
    pub stage: String,
    pub tier: String,
    pub ordered: String,
    pub promo: String,
    pub score: String,
    pub out: String,
    pub nickname: String,
    pub changed: String,
}

/// Somebody, whom to ask for, in which journey, and what keeps them out of it.
#[derive(Debug)]
pub struct Case {
    pub cause: Option<Cause>,
    pub journey: &'static str,
    pub asked: String,
    contacts: Vec<Row>,
    profiles: Vec<Row>,
    lead: Option<Row>,
    buyer: Option<Row>,
    suppressed: bool,
}

impl Case {
    /// The address of the first contact.
    pub fn email(&self) -> &str {
        &self.contacts[0].email
    }
}

fn stamp(seconds: i64) -> String {
    let at = jiff::Timestamp::from_second(seconds).unwrap().to_string();
    at.trim_end_matches('Z').replace('T', " ")
}

/// Somebody who enters: a contact and the profile that follows from it.
fn sound(dice: &mut Dice, number: usize) -> Case {
    let ordered = NOW - DAY - i64::try_from(dice.roll(25 * 86_400)).unwrap();
    let (tier, spelled) = if dice.roll(2) == 0 { ("Gold", "gold") } else { ("Silver", "silver") };
    let contact = Row {
        id: format!("zcrm_57257670000041{number:05}"),
        email: format!("{:08x}{:08x}@example.com", dice.roll(1 << 32), dice.roll(1 << 32)),
        phone: format!("+49 30 5{:04} {:04}", number, dice.roll(10_000)),
        stage: "At Risk".to_owned(),
        tier: tier.to_owned(),
        ordered: stamp(ordered + EAST),
        promo: "true".to_owned(),
        score: (50 + dice.roll(50)).to_string(),
        out: "false".to_owned(),
        nickname: String::new(),
        changed: stamp(NOW - 20 * DAY - i64::try_from(dice.roll(86_400)).unwrap()),
    };
    let profile = Row { tier: spelled.to_owned(), ordered: ordered.to_string(), ..contact.clone() };
    let asked = match dice.roll(3) {
        0 => contact.id.clone(),
        1 => contact.id.trim_start_matches("zcrm_").to_owned(),
        _ => contact.email.to_uppercase(),
    };
    Case {
        cause: None,
        journey: "main",
        asked,
        contacts: vec![contact],
        profiles: vec![profile],
        lead: None,
        buyer: None,
        suppressed: false,
    }
}

/// Somebody whom one cause keeps out.
fn broken(dice: &mut Dice, number: usize, cause: Cause) -> Case {
    let mut case = sound(dice, number);
    case.cause = Some(cause);
    match cause.link() {
        crmlint::trace::Link::Profile => apart(dice, &mut case, cause),
        _ => soiled(&mut case, cause),
    }
    case
}

/// Breaks the link between records and profiles.
fn apart(dice: &mut Dice, case: &mut Case, cause: Cause) {
    let (contact, profile) = (case.contacts[0].clone(), case.profiles[0].clone());
    let mine = &mut case.contacts[0];
    case.asked.clone_from(&contact.id);
    match cause {
        Cause::NoProfile => case.profiles.clear(),
        Cause::NoAddress => {
            mine.email.clear();
            case.profiles.clear();
        }
        Cause::WrongAddress => {
            mine.email = contact.email.replacen("example", "exmaple", 1);
            case.profiles[0].id.clear();
        }
        Cause::OutOfScope => {
            mine.tier = "Internal".to_owned();
            case.profiles.clear();
        }
        Cause::Suppressed => {
            case.suppressed = true;
            case.profiles.clear();
        }
        Cause::TooFresh => {
            mine.changed = stamp(NOW - DAY);
            case.profiles[0].stage = "Active".to_owned();
        }
        Cause::SplitProfile => {
            case.profiles[0].stage.clear();
            let email = format!("{:016x}@example.org", dice.roll(1 << 50));
            case.profiles.push(Row { email, promo: String::new(), ..profile });
        }
        // The other contact has another id and the same address.
        Cause::AddressTaken => {
            case.asked = format!("{}9", contact.id);
            case.contacts.push(Row { id: case.asked.clone(), ..contact });
        }
        Cause::SharedProfile => {
            case.asked = format!("{}9", contact.id);
            mine.stage = "Prospect".to_owned();
            case.profiles[0] = Row { id: String::new(), stage: "Prospect".to_owned(), ..profile };
            case.contacts.push(Row { id: case.asked.clone(), ..contact });
        }
        Cause::ProfileWithoutRecord => {
            case.asked.clone_from(&profile.email);
            case.contacts.clear();
            case.profiles[0] = Row { email: profile.email, ..Row::default() };
        }
        Cause::LeadNotConverted => {
            case.lead = Some(contact);
            (case.contacts, case.profiles) = (Vec::new(), Vec::new());
        }
        Cause::NoRecord => {
            case.asked.clone_from(&contact.email);
            case.buyer = Some(contact);
            (case.contacts, case.profiles) = (Vec::new(), Vec::new());
        }
        other => panic!("no case for {other:?}"),
    }
}

/// Breaks what stands on either side.
fn soiled(case: &mut Case, cause: Cause) {
    let (mine, theirs) = (&mut case.contacts[0], &mut case.profiles[0]);
    let seconds: i64 = theirs.ordered.parse().unwrap();
    let both = |mine: &mut String, theirs: &mut String, text: &str| {
        text.clone_into(mine);
        text.clone_into(theirs);
    };
    match cause {
        Cause::AttributeAbsent => case.journey = "loyal",
        Cause::AttributeNameCase => case.journey = "town",
        Cause::AttributeNotMapped => case.journey = "nick",
        Cause::TestUnlisted => case.journey = "slip",
        Cause::JourneyDraft => case.journey = "draft",
        Cause::JourneyStopped => case.journey = "old",
        Cause::JourneyNotStarted => case.journey = "later",
        Cause::NotSynced => theirs.promo.clear(),
        Cause::DefaultNotApplied => both(&mut mine.tier, &mut theirs.tier, ""),
        Cause::BlankWithoutDefault => both(&mut mine.stage, &mut theirs.stage, ""),
        Cause::BlankAtSource => both(&mut mine.score, &mut theirs.score, ""),
        Cause::ValueVariant => theirs.stage = "at-risk".to_owned(),
        Cause::ValueUnlisted => both(&mut mine.stage, &mut theirs.stage, "Hibernating"),
        Cause::StaleValue => theirs.stage = "Active".to_owned(),
        Cause::ForeignValue => {
            theirs.tier = "bronze".to_owned();
            case.buyer = Some(Row { tier: "Bronze".to_owned(), ..mine.clone() });
        }
        Cause::TimestampUnit => theirs.ordered = (seconds * 1_000).to_string(),
        Cause::TimestampForm => theirs.ordered = jiff::Timestamp::from_second(seconds).unwrap().to_string(),
        // Half an hour within the thirty days at the source, and out of them where the zone was added twice.
        Cause::TimestampZone => {
            let edge = NOW - 30 * DAY + 1_800;
            mine.ordered = stamp(edge + EAST);
            theirs.ordered = (edge - EAST).to_string();
        }
        Cause::NumberForm => theirs.score = format!("{} points", mine.score),
        Cause::DoesNotQualify => both(&mut mine.stage, &mut theirs.stage, "Active"),
        Cause::KeptOut => both(&mut mine.score, &mut theirs.score, "950"),
        Cause::OptedOut => both(&mut mine.out, &mut theirs.out, "true"),
        Cause::OptedOutHereOnly => theirs.out = "true".to_owned(),
        Cause::OptOutNotSynced => mine.out = "true".to_owned(),
        Cause::ConsentUnreadable => {
            mine.out = "true".to_owned();
            theirs.out = "Yes".to_owned();
        }
        other => panic!("no case for {other:?}"),
    }
}

/// Everyone of a town: one for each cause, and some whom nothing keeps out.
pub fn people(seed: u64, sound_ones: usize) -> Vec<Case> {
    let mut dice = Dice::new(seed);
    let mut found: Vec<Case> =
        Cause::ALL.iter().enumerate().map(|(number, cause)| broken(&mut dice, number, *cause)).collect();
    for number in 0..sound_ones {
        found.push(sound(&mut dice, Cause::ALL.len() + number));
    }
    found
}

/// The files of a town, records in an order of their own.
pub fn files(seed: u64, people: &[Case]) -> Vec<(&'static str, String)> {
    let mut dice = Dice::new(seed ^ 0xFEED);
    let mut contacts = Vec::new();
    let mut profiles = Vec::new();
    let [mut leads, mut buyers, mut suppressed] = [const { Vec::new() }; 3];
    for (at, case) in people.iter().enumerate() {
        contacts.extend(case.contacts.iter().map(contact));
        profiles.extend(case.profiles.iter().enumerate().map(|(twin, row)| profile(row, at * 10 + twin)));
        leads.extend(
            case.lead
                .iter()
                .map(|row| format!("{},Lea,Lind,{},false,,{},{},false\n", row.id, row.email, row.changed, row.changed)),
        );
        buyers.extend(
            case.buyer
                .iter()
                .map(|row| format!("{},Bea,Buyer,{},yes,{}\n", 7_000_000_000_000 + at, row.email, row.tier)),
        );
        suppressed.extend(case.suppressed.then(|| format!("{},bounced\n", case.contacts[0].email)));
    }
    let mut table = |header: &str, mut rows: Vec<String>| {
        for at in (1..rows.len()).rev() {
            rows.swap(at, usize::try_from(dice.roll(at as u64 + 1)).unwrap());
        }
        rows.into_iter().fold(format!("{header}\n"), |mut text, row| {
            let _ = write!(text, "{row}");
            text
        })
    };
    vec![
        ("crmlint.yaml", CONFIG.to_owned()),
        ("mapping.yaml", MAPPING.to_owned()),
        (
            "Contacts.csv",
            table(
                "Record Id,First Name,Last Name,Email,Phone,Created Time,Modified Time,Email Opt Out,Unsubscribed Time,Stage,Tier,Last Order Time,Promo,Score,Loyalty,City",
                contacts,
            ),
        ),
        (
            "people.csv",
            table(
                "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,phone,stage,tier,last_order_at,promo,score,City,nickname",
                profiles,
            ),
        ),
        (
            "Leads.csv",
            table(
                "Record Id,First Name,Last Name,Email,Is Converted,Converted Contact.id,Created Time,Modified Time,Email Opt Out",
                leads,
            ),
        ),
        ("customers_export.csv", table("Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Tags", buyers)),
        ("suppressions.csv", table("email,reason", suppressed)),
    ]
}

fn contact(row: &Row) -> String {
    let told = if row.out == "true" { row.changed.as_str() } else { "" };
    format!(
        "{},Mara,Lind,{},{},2025-03-01 10:00:00,{},{},{told},{},{},{},{},{},top,Lund\n",
        row.id, row.email, row.phone, row.changed, row.out, row.stage, row.tier, row.ordered, row.promo, row.score
    )
}

fn profile(row: &Row, number: usize) -> String {
    format!(
        "cust_{number},{},a1f20700c3{number:06},1740819600,{},{},{},{},{},{},{},{},Lund,{}\n",
        row.email, row.out, row.id, row.phone, row.stage, row.tier, row.ordered, row.promo, row.score, row.nickname
    )
}
