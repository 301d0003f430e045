//! Faults of consent. In: a clean unit and its role. Out: the unit with the fault; what the rules say of it is judged from
//! the records.

use crate::people::Person;
use crate::roles::{Role, Slot};
use crate::schema::{Contact, Profile, Set};
use crate::time::{DAY, zoho};
use crate::unit::Unit;
use crate::values::Plan;

const WORDS: &[&str] = &["Yes", "opted_out", "Y", "unsubscribed", "ja", "OptOut", "t", "stop"];
const NO_TOPICS: &str = "{\"topics\":{\"topic_1\":false,\"topic_2\":false}}";

fn set_consent(unit: &mut Unit, opted_out: bool, profile: &str, promo: &str) {
    unit.set(Set::Contacts, 0, Contact::OptOut, if opted_out { "true" } else { "false" });
    unit.set(Set::Contacts, 0, Contact::UnsubscribedMode, if opted_out { "Unsubscribe link" } else { "" });
    unit.set(Set::Contacts, 0, Contact::UnsubscribedTime, if opted_out { "2026-04-14 09:12:44" } else { "" });
    unit.set(Set::Contacts, 0, Contact::Promo, promo);
    unit.set(Set::People, 0, Profile::Unsubscribed, profile);
    unit.set(Set::People, 0, Profile::Promo, promo);
}

/// Applies a role that changes consent; true if it was one.
pub(crate) fn apply(plan: &Plan, slot: Slot, person: &Person, unit: &mut Unit) -> bool {
    let (contact, profile) = ((Set::Contacts, 0), (Set::People, 0));
    match slot.role {
        Role::OptedOut => {
            set_consent(unit, true, plan.word(&["false", "", "False", "0"], slot.nth), "false");
            unit.near("CON003", contact, Contact::OptOut, "the box is still ticked");
        }
        Role::Unreadable => {
            set_consent(unit, slot.nth.is_multiple_of(2), plan.word(WORDS, slot.nth), "true");
            unit.near(
                "SEG001",
                profile,
                Profile::Unsubscribed,
                "Customer.io reads this word as subscribed, so the condition does not hold",
            );
        }
        Role::LostAudience => set_consent(unit, false, "true", "false"),
        Role::Reopened => {
            set_consent(unit, false, "false", "false");
            unit.set(Set::Contacts, 0, Contact::UnsubscribedMode, "Unsubscribe link");
            unit.set(Set::Contacts, 0, Contact::UnsubscribedTime, zoho(person.created + DAY));
            unit.near("CON001", profile, Profile::Unsubscribed, "the owner's flag itself is not set");
        }
        Role::BlankConsent => {
            let gone = slot.nth % 3 == 2;
            set_consent(unit, false, if gone { "true" } else { "false" }, "false");
            unit.set(Set::Contacts, 0, Contact::OptOut, plan.word(&["", "N/A", "-"], slot.nth));
            if gone {
                unit.near("CON002", profile, Profile::Unsubscribed, "the owner says nothing: no opt-in was lost");
            }
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
        Role::TopicsOff => {
            let gone = slot.nth % 4 == 3;
            set_consent(unit, gone, if gone { "true" } else { plan.word(&["false", ""], slot.nth) }, "false");
            unit.set(Set::People, 0, Profile::Preferences, NO_TOPICS);
            if gone {
                unit.near("CON006", profile, Profile::Unsubscribed, "no topic, and opted out: both say the same");
            }
        }
        Role::NearConsent => {
            let (opted_out, value) =
                [(true, "TRUE"), (true, "1"), (true, "True"), (false, "False")][(slot.nth % 4) as usize];
            set_consent(unit, opted_out, value, "false");
            unit.near("CON001", profile, Profile::Unsubscribed, "both sides say the same, in other spellings");
            unit.near("CON002", profile, Profile::Unsubscribed, "both sides say the same, in other spellings");
            unit.near("CON010", profile, Profile::Unsubscribed, "a spelling that Customer.io reads");
            unit.near("ENM013", profile, Profile::Unsubscribed, "consent has rules of its own");
        }
        Role::NearMember if slot.nth.is_multiple_of(2) => {
            set_consent(unit, false, "", "true");
            unit.near("SEG001", profile, Profile::Unsubscribed, "an absent unsubscribed is subscribed");
            unit.near("CON005", contact, Contact::OptOut, "blank on the profile, not at the owner");
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
