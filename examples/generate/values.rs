//! Faults inside cells: enum spellings, flags, stale values, damaged ids. In: a clean unit and its role. Out: the unit with
//! the fault, and a note of it where the records alone do not say it.

use crate::moments;
use crate::people::Person;
use crate::rng::{Rng, mix};
use crate::roles::{Role, Slot};
use crate::schema::{Contact, Customer, Deal, Lead, Profile, Set};
use crate::spellings::{Field, Slip, Spelling};
use crate::time::zoho;
use crate::unit::{List, Unit};
use crate::{consents, time};

/// Words for yes and no, and one for neither.
const FLAGS: &[&str] = &["Yes", "1", "ja", "FALSE", "maybe", "No", "TRUE", "0", "nein"];

/// Which spelling of a list the nth occurrence of a fault takes; `turn` moves the start of every list.
pub(crate) struct Plan {
    pub(crate) turn: u64,
    seed: u64,
}

impl Plan {
    /// The plan of a seed: the lists' own order, or another start.
    pub(crate) fn new(seed: u64, shuffle: bool) -> Self {
        Self { turn: if shuffle { mix(seed) % 1_009 } else { 0 }, seed }
    }

    /// The spelling of the nth slip: seed 1 takes those that are written down, others make up their own.
    fn slip(&self, field: Field, slip: Slip, nth: u64) -> Spelling {
        let mut rng = Rng::new(self.seed ^ (field as u64 * 64 + slip as u64 * 8 + 1), nth);
        field.slip(slip, nth + self.turn, (self.seed != 1).then_some(&mut rng))
    }

    /// One word of a list.
    pub(crate) fn word(&self, list: &[&'static str], nth: u64) -> &'static str {
        list[((nth + self.turn) % list.len() as u64) as usize]
    }

    /// A number below the limit.
    pub(crate) fn form(&self, limit: u64, nth: u64) -> u64 {
        (nth + self.turn) % limit
    }
}

/// Applies a role that changes values; true if it was one.
pub(crate) fn apply(plan: &Plan, slot: Slot, person: &Person, rng: &mut Rng, unit: &mut Unit) -> bool {
    enums(plan, slot, unit)
        || moments::apply(plan, slot, person, unit)
        || consents::apply(plan, slot, person, unit)
        || stale(slot, person, rng, unit)
        || records(plan, slot, unit)
}

fn enums(plan: &Plan, slot: Slot, unit: &mut Unit) -> bool {
    let zoho = (Set::Contacts, Contact::Stage as usize, Field::Stage);
    let people = (Set::People, Profile::Stage as usize, Field::Stage);
    let tier = (Set::Contacts, Contact::Tier as usize, Field::Tier);
    let vip = (Set::People, Profile::Tier as usize, Field::ProfileTier);
    let source = (Set::Contacts, Contact::Source as usize, Field::Channel);
    let lead = (Set::Leads, Lead::Source as usize, Field::Channel);
    let country = (Set::Contacts, Contact::Country as usize, Field::Country);
    let (at, slip) = match slot.role {
        Role::StageOutside => (zoho, Slip::Outside),
        Role::StageVariant => (zoho, Slip::Variant),
        Role::StageInvisible => (zoho, Slip::Invisible),
        Role::StageTypo => (zoho, Slip::Typo),
        Role::ProfileStageOutside => (people, Slip::Outside),
        Role::ProfileStageVariant => (people, Slip::Variant),
        Role::ProfileStageInvisible => (people, Slip::Invisible),
        Role::ProfileStageTypo => (people, Slip::Typo),
        Role::TierOutside => (tier, Slip::Outside),
        Role::TierVariant => (tier, Slip::Variant),
        Role::TierInvisible => (tier, Slip::Invisible),
        Role::TierTypo => (tier, Slip::Typo),
        Role::ProfileTierOutside => (vip, Slip::Outside),
        Role::ProfileTierVariant => (vip, Slip::Variant),
        Role::ProfileTierInvisible => (vip, Slip::Invisible),
        Role::ProfileTierTypo => (vip, Slip::Typo),
        Role::UnknownFair => (source, Slip::Outside),
        Role::LeadSource => (lead, Slip::Variant),
        Role::CountryCode => (country, Slip::Outside),
        Role::Spelled => {
            spelled(slot.nth, unit);
            return true;
        }
        _ => return false,
    };
    misspell(unit, plan.slip(at.2, slip, slot.nth), at, slip);
    true
}

/// Puts a spelling where it does not belong; the other side keeps, or gets, the right value.
fn misspell(unit: &mut Unit, spelling: Spelling, at: (Set, usize, Field), slip: Slip) {
    let (set, column, field) = at;
    let (value, right) = spelling;
    let twin = match (set, field) {
        (Set::Contacts, Field::Stage) => Some((Set::People, Profile::Stage as usize, right.clone())),
        (Set::Contacts, Field::Tier) => Some((Set::People, Profile::Tier as usize, right.to_lowercase())),
        (Set::Contacts, Field::Country) => Some((Set::People, Profile::Country as usize, right.clone())),
        (Set::People, Field::Stage) => Some((Set::Contacts, Contact::Stage as usize, right.clone())),
        (Set::People, _) => Some((Set::Contacts, Contact::Tier as usize, capital(&right))),
        _ => None,
    };
    if let Some((set, column, value)) = twin.filter(|_| !right.is_empty()) {
        unit.set(set, 0, column, value);
    }
    no_access(unit);
    unit.set(set, 0, column, value.clone());
    let code = match slip {
        Slip::Outside => "ENM001",
        Slip::Variant => "ENM002",
        Slip::Invisible => "ENM008",
        Slip::Typo => "ENM003",
    };
    unit.found(code, (set, 0), column, (!right.is_empty()).then_some(right));
    if value == "Gld" {
        unit.near("ENM003", (set, 0), column, "under four letters: too short to be called a typo");
    }
    if slip == Slip::Variant {
        unit.near("ENM008", (set, 0), column, "case, blanks and punctuation can be seen");
    }
    if field == Field::Channel && slip == Slip::Outside {
        unit.near("ENM003", (set, 0), column, "one edit from two allowed values alike: outside the list, no typo");
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(crate) fn no_access(unit: &mut Unit) {
    unit.set(Set::Contacts, 0, Contact::Access, "false");
    unit.set(Set::People, 0, Profile::Access, "false");
}

fn spelled(nth: u64, unit: &mut Unit) {
    no_access(unit);
    match nth % 4 {
        0 => {
            unit.set(Set::Contacts, 0, Contact::Stage, "at-risk");
            unit.set(Set::People, 0, Profile::Stage, "At Risk");
            unit.near("ENM002", (Set::Contacts, 0), Contact::Stage, "a declared alias");
            unit.near("ENM001", (Set::Contacts, 0), Contact::Stage, "a declared alias");
            unit.near("ENM007", (Set::People, 0), Profile::Stage, "the other side says the same in an alias");
        }
        1 => {
            unit.set(Set::Contacts, 0, Contact::Tier, "N/A");
            unit.set(Set::People, 0, Profile::Tier, "");
            unit.near("ENM001", (Set::Contacts, 0), Contact::Tier, "a missing token");
            unit.near("ENM009", (Set::Contacts, 0), Contact::Tier, "a tier, not a stage");
        }
        2 => {
            unit.set(Set::Contacts, 0, Contact::Source, "Website download");
            unit.set(Set::People, 0, Profile::Channel, "Web Download");
            unit.near("ENM003", (Set::Contacts, 0), Contact::Source, "a declared alias");
        }
        _ => {
            unit.set(Set::Contacts, 0, Contact::Stage, "At Risk");
            unit.set(Set::People, 0, Profile::Stage, "AtRisk");
            unit.near("ENM002", (Set::People, 0), Profile::Stage, "a declared alias");
        }
    }
}

/// Profiles that do not hold what their owner says; ENM007, OWN004 and their like are judged from the records.
fn stale(slot: Slot, person: &Person, rng: &mut Rng, unit: &mut Unit) -> bool {
    let profile = (Set::People, 0);
    match slot.role {
        Role::OtherPhone => {
            let phone = format!("{}5551{:06}", &person.phone[..3], rng.below(1_000_000));
            if slot.nth % 4 == 3 {
                unit.near("OWN004", profile, Profile::Phone, "neither the owner's number nor the shop's");
            } else {
                unit.set(Set::Customers, 0, Customer::Phone, format!("'{phone}"));
            }
            unit.set(Set::People, 0, Profile::Phone, phone);
        }
        Role::Stale => {
            no_access(unit);
            stale_stage(unit);
        }
        Role::StaleFlag => {
            let now = unit.get(Set::Contacts, 0, Contact::Wholesale) == "true";
            unit.set(Set::People, 0, Profile::Wholesale, if now { "false" } else { "true" });
        }
        Role::StaleText => {
            let now = unit.get(Set::Contacts, 0, Contact::Owner);
            let earlier = if now == "Dana Roth" { "Mika Sundqvist" } else { "Dana Roth" };
            unit.set(Set::People, 0, Profile::Owner, earlier);
        }
        Role::Fresh => {
            unit.set(Set::Contacts, 0, Contact::Modified, zoho(time::TAKEN - 300 - 60 * slot.nth.min(14) as i64));
            no_access(unit);
            match slot.nth % 3 {
                0 => stale_stage(unit),
                1 => unit.set(Set::People, 0, Profile::Ordered, (person.ordered - 40 * time::DAY).to_string()),
                _ => {
                    let moved = format!("{}.umzug@{}", person.local, person.domain);
                    unit.set(Set::Contacts, 0, Contact::Email, moved);
                }
            }
        }
        Role::NearStale if slot.nth.is_multiple_of(2) => {
            let phone = person.phone.replacen('+', "00", 1);
            unit.set(Set::People, 0, Profile::Phone, format!("{} / {}", &phone[..4], &phone[4..]));
            unit.near("ENM007", profile, Profile::Phone, "the same number, written differently");
            unit.near("OWN004", profile, Profile::Phone, "the same number, written differently");
        }
        Role::NearStale => {
            let rep = unit.get(Set::Contacts, 0, Contact::Owner).to_uppercase();
            unit.set(Set::People, 0, Profile::Owner, rep);
            unit.near("ENM007", profile, Profile::Owner, "the same name, in capitals");
        }
        _ => return false,
    }
    true
}

fn stale_stage(unit: &mut Unit) {
    let now = unit.get(Set::Contacts, 0, Contact::Stage).to_owned();
    unit.set(Set::People, 0, Profile::Stage, if now == "Active" { "First Order" } else { "Active" });
}

fn records(plan: &Plan, slot: Slot, unit: &mut Unit) -> bool {
    let (contact, profile, deal) = ((Set::Contacts, 0), (Set::People, 0), (Set::Deals, 0));
    match slot.role {
        Role::BlankStage => {
            unit.set(Set::Contacts, 0, Contact::Stage, "");
            unit.set(Set::People, 0, Profile::Stage, "");
            no_access(unit);
        }
        Role::BooleanWord => {
            let word = plan.word(FLAGS, slot.nth);
            let yes = matches!(word, "Yes" | "1" | "ja" | "TRUE");
            unit.set(Set::Contacts, 0, Contact::Wholesale, word);
            unit.set(Set::People, 0, Profile::Wholesale, if yes { "true" } else { "false" });
            unit.near("ENM007", profile, Profile::Wholesale, "the same answer, or one that nobody can read");
        }
        Role::SpentText => {
            let spent = plan.word(&["129.90 EUR", "about 60", "\u{20ac} 45.00", "1.2345e3"], slot.nth);
            unit.set(Set::People, 0, Profile::Spent, spent);
            if spent == "1.2345e3" {
                unit.near("MAP005", profile, Profile::Spent, "a number with a power of ten");
            }
        }
        Role::LongValue => {
            let words =
                "Too many mails about teas that I already have, and none about the ones I asked for. ".repeat(20);
            let near = slot.nth % 4 == 3;
            unit.set(Set::People, 0, Profile::Reason, if near { &words[..1_000] } else { &words[..1_100] });
            if near {
                unit.near("MAP020", profile, Profile::Reason, "1,000 bytes, as many as there may be");
            }
        }
        Role::DealId => {
            let whole = unit.get(Set::Contacts, 0, Contact::Id).trim_start_matches("zcrm_").to_owned();
            let damaged = match plan.form(3, slot.nth) {
                0 => format!("{}.{}E+18", &whole[..1], &whole[1..6]),
                1 => format!("{whole}.0"),
                _ => format!("{}0000", &whole[..15]),
            };
            unit.set(Set::Deals, 0, Deal::ContactId, damaged);
            unit.found("IO002", deal, Deal::ContactId, None);
        }
        Role::NearId if slot.nth.is_multiple_of(2) => {
            let bare = unit.get(Set::Contacts, 0, Contact::Id).trim_start_matches("zcrm_").to_owned();
            unit.set(Set::Deals, 0, Deal::ContactId, bare);
            unit.near("IO002", deal, Deal::ContactId, "bare digits, but every one of them");
        }
        Role::NearId => {
            let id = unit.zoho_id(1, 0, true);
            unit.set(Set::Contacts, 0, Contact::Id, id.clone());
            unit.set(Set::People, 0, Profile::Canonical, id.clone());
            unit.set(Set::Deals, 0, Deal::ContactId, id.clone());
            unit.set(Set::Deals, 1, Deal::ContactId, id.clone());
            unit.set(Set::Leads, 0, Lead::ContactId, id);
            unit.near("IO002", contact, Contact::Id, "ends in one zero by chance");
        }
        Role::LongNote => {
            let note = "Asked for \"net 30\" terms, again.\nCall back in June;\n\nsend samples: Assam, Sencha";
            unit.set(Set::Contacts, 0, Contact::Description, note);
            let why = "commas, quotes and line breaks inside a quoted cell";
            unit.note(List::Near, "IO001", contact, Some(Contact::Description as usize), why);
        }
        _ => return false,
    }
    true
}
