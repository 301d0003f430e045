//! Faults inside cells: enum spellings, times, consent, damaged ids. In: a clean unit and its role. Out: the unit with
//! the fault and a note of it.

use crate::moments;
use crate::people::Person;
use crate::rng::{Rng, mix};
use crate::roles::{Role, Slot};
use crate::schema::{Contact, Customer, Deal, Lead, Profile, Set};
use crate::time::{DAY, zoho};
use crate::unit::{List, Unit};

type Spelling = (&'static str, &'static str);

const STAGE_OUTSIDE: &[Spelling] = &[
    ("Dormant", ""),
    ("Subscriber", ""),
    ("Do not use", ""),
    ("VIP only", ""),
    ("Lapsed", ""),
    ("Wholesale", ""),
    ("Trial", ""),
];
const STAGE_VARIANTS: &[Spelling] = &[
    ("active", "Active"),
    ("AT RISK", "At Risk"),
    ("Churned ", "Churned"),
    ("first_order", "First Order"),
    ("\u{410}ctive", "Active"),
    ("Loy\u{200b}al", "Loyal"),
    ("prospect", "Prospect"),
    ("LOYAL", "Loyal"),
    ("First-Order", "First Order"),
    ("\u{a0}Prospect", "Prospect"),
    ("Pr\u{43e}spect", "Prospect"),
    ("At  Risk", "At Risk"),
];
const STAGE_TYPOS: &[Spelling] = &[
    ("Prospct", "Prospect"),
    ("Churnd", "Churned"),
    ("Actve", "Active"),
    ("Loyall", "Loyal"),
    ("Prosspect", "Prospect"),
    ("Fist Order", "First Order"),
    ("Aktive", "Active"),
];
const TIER_OUTSIDE: &[Spelling] = &[("Diamond", ""), ("Gld", ""), ("Tier 3", ""), ("Ambassador", "")];
const TIER_VARIANTS: &[Spelling] = &[
    ("GOLD", "Gold"),
    ("Silver ", "Silver"),
    ("PLATINUM", "Platinum"),
    ("G\u{43e}ld", "Gold"),
    (" Bronze", "Bronze"),
    ("SILVER", "Silver"),
    ("Plati\u{200d}num", "Platinum"),
];
const TIER_TYPOS: &[Spelling] =
    &[("Platinium", "Platinum"), ("Bronce", "Bronze"), ("Silvr", "Silver"), ("Goldd", "Gold"), ("Silvar", "Silver")];
const PROFILE_TIER_OUTSIDE: &[Spelling] = &[("diamond", ""), ("member", ""), ("tier-3", "")];
const PROFILE_TIER_VARIANTS: &[Spelling] =
    &[("GOLD", "gold"), ("SILVER", "silver"), ("platinum ", "platinum"), ("g\u{43e}ld", "gold"), ("BRONZE", "bronze")];
const PROFILE_TIER_TYPOS: &[Spelling] =
    &[("platinm", "platinum"), ("bronce", "bronze"), ("silvr", "silver"), ("goldd", "gold")];
const LEAD_SOURCES: &[Spelling] = &[
    ("web download", "Web Download"),
    ("CHAT", "Chat"),
    ("Trade  Show", "Trade Show"),
    ("online-store", "Online Store"),
    ("instagram", "Instagram"),
];
const FAIRS: &[Spelling] = &[("Fair 2026", ""), ("Fair 2023", "")];
const OPT_OUT_WORDS: &[&str] = &["Yes", "opted_out", "Y", "unsubscribed", "ja", "OptOut", "t", "stop"];
const BOOLEANS: &[&str] = &["Yes", "1", "ja", "TRUE"];

/// Which spelling of a list the nth occurrence of a fault takes; `turn` moves the start of every list.
pub(crate) struct Plan {
    pub(crate) turn: u64,
}

impl Plan {
    /// The plan of a seed: the lists' own order, or another start.
    pub(crate) fn new(seed: u64, shuffle: bool) -> Self {
        Self { turn: if shuffle { mix(seed) % 1_009 } else { 0 } }
    }

    fn spell(&self, list: &'static [Spelling], nth: u64) -> &'static Spelling {
        &list[((nth + self.turn) % list.len() as u64) as usize]
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
        || consent(plan, slot, person, unit)
        || records(plan, slot, person, rng, unit)
}

fn enums(plan: &Plan, slot: Slot, unit: &mut Unit) -> bool {
    let (zoho, people) = ((Set::Contacts, Contact::Stage), (Set::People, Profile::Stage));
    let (tier, vip) = ((Set::Contacts, Contact::Tier), (Set::People, Profile::Tier));
    let source = (Set::Contacts, Contact::Source);
    match slot.role {
        Role::StageOutside => misspell(unit, plan.spell(STAGE_OUTSIDE, slot.nth), zoho, "ENM001"),
        Role::StageVariant => misspell(unit, plan.spell(STAGE_VARIANTS, slot.nth), zoho, "ENM002"),
        Role::StageTypo => misspell(unit, plan.spell(STAGE_TYPOS, slot.nth), zoho, "ENM003"),
        Role::ProfileStageOutside => misspell(unit, plan.spell(STAGE_OUTSIDE, slot.nth), people, "ENM001"),
        Role::ProfileStageVariant => misspell(unit, plan.spell(STAGE_VARIANTS, slot.nth), people, "ENM002"),
        Role::ProfileStageTypo => misspell(unit, plan.spell(STAGE_TYPOS, slot.nth), people, "ENM003"),
        Role::TierOutside => misspell(unit, plan.spell(TIER_OUTSIDE, slot.nth), tier, "ENM001"),
        Role::TierVariant => misspell(unit, plan.spell(TIER_VARIANTS, slot.nth), tier, "ENM002"),
        Role::TierTypo => misspell(unit, plan.spell(TIER_TYPOS, slot.nth), tier, "ENM003"),
        Role::ProfileTierOutside => misspell(unit, plan.spell(PROFILE_TIER_OUTSIDE, slot.nth), vip, "ENM001"),
        Role::ProfileTierVariant => misspell(unit, plan.spell(PROFILE_TIER_VARIANTS, slot.nth), vip, "ENM002"),
        Role::ProfileTierTypo => misspell(unit, plan.spell(PROFILE_TIER_TYPOS, slot.nth), vip, "ENM003"),
        Role::UnknownFair => {
            misspell(unit, plan.spell(FAIRS, slot.nth), source, "ENM001");
            unit.near(
                "ENM003",
                (Set::Contacts, 0),
                Contact::Source,
                "one edit from two allowed values alike: outside the list, no typo",
            );
        }
        Role::LeadSource => misspell(unit, plan.spell(LEAD_SOURCES, slot.nth), (Set::Leads, Lead::Source), "ENM002"),
        Role::Spelled => spelled(slot.nth, unit),
        _ => return false,
    }
    true
}

/// Puts a spelling where it does not belong; the other side keeps the right value.
fn misspell(unit: &mut Unit, spelling: &Spelling, at: (Set, impl Into<usize>), code: &'static str) {
    let (set, column) = (at.0, at.1.into());
    let (value, right) = *spelling;
    let twin = match (set, column) {
        (Set::Contacts, c) if c == Contact::Stage as usize => {
            Some((Set::People, Profile::Stage as usize, right.to_owned()))
        }
        (Set::Contacts, c) if c == Contact::Tier as usize => {
            Some((Set::People, Profile::Tier as usize, right.to_lowercase()))
        }
        (Set::Contacts, c) if c == Contact::Source as usize => {
            Some((Set::People, Profile::Channel as usize, right.to_owned()))
        }
        (Set::People, c) if c == Profile::Stage as usize => {
            Some((Set::Contacts, Contact::Stage as usize, right.to_owned()))
        }
        (Set::People, _) => Some((Set::Contacts, Contact::Tier as usize, capital(right))),
        _ => None,
    };
    if let Some((set, column, value)) = twin {
        unit.set(set, 0, column, value);
    }
    no_access(unit);
    unit.set(set, 0, column, value);
    unit.found(code, (set, 0), column, (!right.is_empty()).then(|| right.to_owned()));
    if value == "Gld" {
        unit.near("ENM003", (set, 0), column, "under four letters: too short to be called a typo");
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn no_access(unit: &mut Unit) {
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
        }
        1 => {
            unit.set(Set::Contacts, 0, Contact::Tier, "N/A");
            unit.set(Set::People, 0, Profile::Tier, "");
            unit.near("ENM001", (Set::Contacts, 0), Contact::Tier, "a missing token");
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

fn set_consent(unit: &mut Unit, opted_out: bool, profile: &str, promo: &str) {
    unit.set(Set::Contacts, 0, Contact::OptOut, if opted_out { "true" } else { "false" });
    unit.set(Set::Contacts, 0, Contact::UnsubscribedMode, if opted_out { "Unsubscribe link" } else { "" });
    unit.set(Set::Contacts, 0, Contact::UnsubscribedTime, if opted_out { "2026-04-14 09:12:44" } else { "" });
    unit.set(Set::Contacts, 0, Contact::Promo, promo);
    unit.set(Set::People, 0, Profile::Unsubscribed, profile);
    unit.set(Set::People, 0, Profile::Promo, promo);
}

/// Consent; what CON001, CON010 and SEG001 say of it is judged from the records.
fn consent(plan: &Plan, slot: Slot, person: &Person, unit: &mut Unit) -> bool {
    let (contact, profile) = ((Set::Contacts, 0), (Set::People, 0));
    match slot.role {
        Role::OptedOut => set_consent(unit, true, plan.word(&["false", "", "False", "0"], slot.nth), "false"),
        Role::Unreadable => {
            set_consent(unit, slot.nth.is_multiple_of(2), plan.word(OPT_OUT_WORDS, slot.nth), "true");
            unit.near(
                "SEG001",
                profile,
                Profile::Unsubscribed,
                "Customer.io reads this word as subscribed, so the condition does not hold",
            );
        }
        Role::LostAudience => {
            set_consent(unit, false, "true", "false");
            unit.later("CON002", profile, Profile::Unsubscribed);
        }
        Role::Reopened => {
            set_consent(unit, false, "false", "false");
            unit.set(Set::Contacts, 0, Contact::UnsubscribedMode, "Unsubscribe link");
            unit.set(Set::Contacts, 0, Contact::UnsubscribedTime, zoho(person.created + DAY));
            unit.later("CON003", contact, Contact::OptOut);
            unit.near("CON001", profile, Profile::Unsubscribed, "the owner's flag itself is not set");
        }
        Role::BlankConsent => {
            set_consent(unit, false, "false", "false");
            unit.set(Set::Contacts, 0, Contact::OptOut, "");
            unit.later("CON005", contact, Contact::OptOut);
        }
        Role::PromoMember => set_consent(unit, true, plan.word(&["true", "TRUE", "1"], slot.nth), "true"),
        Role::AccessMember => {
            for (set, stage, access) in [
                (Set::Contacts, Contact::Stage as usize, Contact::Access as usize),
                (Set::People, Profile::Stage as usize, Profile::Access as usize),
            ] {
                unit.set(set, 0, stage, "Churned");
                unit.set(set, 0, access, "true");
            }
        }
        Role::NearConsent => {
            let (opted_out, value) =
                [(true, "TRUE"), (true, "1"), (true, "True"), (false, "False")][(slot.nth % 4) as usize];
            set_consent(unit, opted_out, value, "false");
            unit.near("CON001", profile, Profile::Unsubscribed, "both sides say the same, in other spellings");
            unit.near("CON010", profile, Profile::Unsubscribed, "a spelling that Customer.io reads");
        }
        Role::NearMember if slot.nth.is_multiple_of(2) => {
            set_consent(unit, false, "", "true");
            unit.near("SEG001", profile, Profile::Unsubscribed, "an absent unsubscribed is subscribed");
        }
        Role::NearMember => {
            unit.set(Set::Contacts, 0, Contact::Stage, "At Risk");
            unit.set(Set::People, 0, Profile::Stage, "At Risk");
            unit.set(Set::Contacts, 0, Contact::Access, "true");
            unit.set(Set::People, 0, Profile::Access, "true");
            unit.near("SEG001", profile, Profile::Access, "At Risk is not Churned");
        }
        _ => return false,
    }
    true
}

fn records(plan: &Plan, slot: Slot, person: &Person, rng: &mut Rng, unit: &mut Unit) -> bool {
    let (contact, profile, deal) = ((Set::Contacts, 0), (Set::People, 0), (Set::Deals, 0));
    match slot.role {
        Role::OtherPhone => {
            let phone = format!("{}5551{:06}", &person.phone[..3], rng.below(1_000_000));
            unit.set(Set::Customers, 0, Customer::Phone, format!("'{phone}"));
            unit.set(Set::People, 0, Profile::Phone, phone);
            unit.later("OWN004", profile, Profile::Phone);
        }
        Role::Stale => {
            no_access(unit);
            let now = unit.get(Set::Contacts, 0, Contact::Stage).to_owned();
            unit.set(Set::People, 0, Profile::Stage, if now == "Active" { "First Order" } else { "Active" });
            unit.later("ENM007", profile, Profile::Stage);
        }
        Role::BlankStage => {
            unit.set(Set::Contacts, 0, Contact::Stage, "");
            unit.set(Set::People, 0, Profile::Stage, "");
            unit.later("ENM009", contact, Contact::Stage);
        }
        Role::BooleanWord => {
            unit.set(Set::Contacts, 0, Contact::Wholesale, plan.word(BOOLEANS, slot.nth));
            unit.later("ENM013", contact, Contact::Wholesale);
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
            unit.note(
                List::Near,
                "IO001",
                contact,
                Some(Contact::Description as usize),
                "commas, quotes and line breaks inside a quoted cell",
            );
        }
        _ => return false,
    }
    true
}
