//! The named test people of the mapping: units in, one by one, those chosen out as `test_people:`, with what the rules say
//! of them.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::judge_consent::opted_out;
use crate::ledger::{Entry, Ledger};
use crate::schema::{Contact, Profile, Set};
use crate::unit::{List, Unit};

type Failure = Box<dyn std::error::Error>;

/// People of whom nothing is wrong.
const WHOLE: usize = 11;

/// The stages, as the mapping lists them.
const STAGES: [&str; 6] = ["Prospect", "First Order", "Active", "Loyal", "At Risk", "Churned"];

/// Somebody on the list.
struct Member {
    id: String,
    stage: String,
    /// The segment that the person is known to be in.
    within: Option<&'static str>,
    why: String,
    /// The rule that finds the person.
    code: Option<&'static str>,
    /// The stage of the last deal, for one of several: no rule can tell which is the last.
    deal: Option<String>,
    /// The profiles, and the stage that they hold.
    profiles: Vec<(String, String)>,
}

/// The list so far.
#[derive(Default)]
pub(crate) struct Cast {
    whole: Vec<Member>,
    wrong: Vec<Member>,
    deals: bool,
    out: bool,
    /// Stages that profiles hold.
    stages: BTreeSet<String>,
}

impl Cast {
    /// Takes a person in who shows something that nobody on the list does yet.
    pub(crate) fn consider(&mut self, unit: &Unit) {
        self.stages
            .extend((0..unit.rows(Set::People).len()).map(|row| unit.get(Set::People, row, Profile::Stage).to_owned()));
        let alone = unit.rows(Set::Contacts).len() == 1 && unit.rows(Set::People).len() == 1;
        let found = |code: &str| unit.notes.iter().any(|note| note.list == List::Finding && note.code == code);
        let any = unit.notes.iter().any(|note| note.list == List::Finding);
        if alone && !any && self.whole.len() < WHOLE {
            self.good(unit);
        } else if alone && !self.has("QA002") && only(unit, "ENM007", Profile::Stage) {
            self.wrong.push(member(unit, Some("QA002"), "changed at Zoho, and the profile did not follow".to_owned()));
        } else if !self.has("QA003") && found("DUP005") && unit.rows(Set::Contacts).len() == 1 {
            self.wrong.push(member(unit, Some("QA003"), "complained of two mails a day".to_owned()));
        }
    }

    fn has(&self, code: &str) -> bool {
        self.wrong.iter().any(|member| member.code == Some(code))
    }

    fn good(&mut self, unit: &Unit) {
        let stage = unit.get(Set::Contacts, 0, Contact::Stage);
        // Somebody who changed an hour ago is fine, and no example.
        if stage != unit.get(Set::People, 0, Profile::Stage) {
            return;
        }
        let is_out = opted_out(unit.get(Set::People, 0, Profile::Unsubscribed));
        let deals = unit.rows(Set::Deals).len() > 1;
        let shown = self.whole.iter().any(|member| member.stage == stage);
        let news = !shown || (is_out && !self.out) || (deals && !self.deals);
        // The last places are for those who show something new.
        if !news && self.whole.len() + 5 > WHOLE {
            return;
        }
        self.out |= is_out;
        self.deals |= deals;
        let mut why = vec![stage.to_lowercase()];
        why.extend(is_out.then(|| "opted out".to_owned()));
        why.extend(deals.then(|| "several deals".to_owned()));
        let mut member = member(unit, None, why.join(", "));
        let first = deals && !self.whole.iter().any(|other| other.deal.is_some());
        member.deal = first.then(|| unit.get(Set::People, 0, Profile::DealStage).to_owned());
        self.whole.push(member);
    }

    /// The list as the mapping holds it.
    pub(crate) fn block(&self, clean: bool) -> String {
        let mut text =
            String::from("\n# People we know, to see whether the sync brings them over as they are.\ntest_people:\n");
        for member in self.whole.iter().chain(self.wrong.iter().filter(|_| !clean)) {
            let within = member.within.map(|segment| format!(", in: [{segment}]")).unwrap_or_default();
            let deal = member.deal.as_ref().map(|deal| format!(", last_deal_stage: {deal}")).unwrap_or_default();
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "  - {{zoho_contact_id: {}, expect: {{lifecycle_stage: {}{deal}}}{within}}}   # {}",
                member.id, member.stage, member.why
            );
        }
        text
    }

    /// What the rules say of those who are on it.
    pub(crate) fn expect(&self, ledger: &mut Ledger) -> Result<(), Failure> {
        for member in &self.wrong {
            let subject = format!("test_people:zoho_contact_id …{}", &member.id[member.id.len() - 6..]);
            for (key, stage) in &member.profiles {
                let stale = member.code == Some("QA002");
                ledger.enter(&Entry {
                    list: List::Finding,
                    code: member.code.unwrap_or_default(),
                    dataset: Set::People.dataset(),
                    key,
                    subject: Some(&subject),
                    column: if stale { "lifecycle_stage" } else { "" },
                    value: if stale { stage } else { "" },
                    suggestion: stale.then_some(member.stage.as_str()),
                    other: None,
                    why: "",
                })?;
            }
        }
        // A masked address, and stages that nobody on the list is in: each is one group.
        let named: BTreeSet<&str> = self
            .whole
            .iter()
            .chain(&self.wrong)
            .flat_map(|member| &member.profiles)
            .map(|(_, stage)| stage.as_str())
            .collect();
        let open = STAGES.iter().filter(|stage| self.stages.contains(**stage) && !named.contains(**stage));
        for _ in open.map(|_| ()).chain([()]) {
            ledger.statement("QA005", "mapping:test_people")?;
        }
        Ok(())
    }
}

/// Whether the only fault of a unit is this one, in this attribute.
fn only(unit: &Unit, code: &str, column: Profile) -> bool {
    let mut found = unit.notes.iter().filter(|note| note.list == List::Finding).peekable();
    found.peek().is_some() && found.all(|note| note.code == code && note.column == Some(column as usize))
}

fn member(unit: &Unit, code: Option<&'static str>, why: String) -> Member {
    let tier = unit.get(Set::People, 0, Profile::Tier);
    let stage = unit.get(Set::Contacts, 0, Contact::Stage).to_owned();
    let mailable = !opted_out(unit.get(Set::People, 0, Profile::Unsubscribed));
    let within = match (stage.as_str(), tier) {
        ("At Risk", _) if mailable && code.is_none() => Some("At Risk"),
        (_, "gold" | "platinum") => Some("VIP"),
        _ => None,
    };
    let profile = |row: usize| (unit.key(Set::People, row), unit.get(Set::People, row, Profile::Stage).to_owned());
    let profiles = (0..unit.rows(Set::People).len()).map(profile).collect();
    Member { id: unit.key(Set::Contacts, 0), stage, within, why, code, deal: None, profiles }
}
