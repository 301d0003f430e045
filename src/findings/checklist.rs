//! The checklist before a launch: what became of the rules in, nine items with a verdict each out.
//!
//! One table says which rules fail an item and which inputs it rests on. What a launch is blocked by is read from the same
//! table, and so is what `--strict` asks for.

use super::baseline::Baseline;
use super::triage::{Policy, triage};
use super::{Gap, Outcome, Severity, Status};
use crate::config::{Config, Waiver};
use crate::text::counted;

/// One item of the list.
#[derive(Debug)]
pub struct Item {
    /// What a waiver calls it.
    pub name: &'static str,
    /// What must hold.
    pub title: &'static str,
    /// Rules that fail it, and without which it is not evaluated.
    pub needs: &'static [&'static str],
    /// The same, once the mapping declares what they look at.
    pub declared: &'static [&'static str],
    /// Rules that fail it where they can be evaluated: not every team has what they read.
    pub also: &'static [&'static str],
    /// Rules that are shown under it and do not fail it.
    pub shows: &'static [&'static str],
    /// What has to be given.
    pub inputs: &'static [&'static str],
}

/// THE list.
pub const ITEMS: [Item; 9] = [
    Item {
        name: "identifier",
        title: "one identifier is chosen, and every record carries it",
        needs: &["ID001", "ID002", "ID003", "ID009"],
        declared: &[],
        also: &[],
        shows: &["ID004", "ID005", "ID006", "ID007", "ID010", "ID014"],
        inputs: &["mapping with identity.canonical", "Zoho contacts export", "Customer.io people export"],
    },
    Item {
        name: "mapping",
        title: "the mapping gives every field a type, its values and an owner",
        needs: &["MAP001", "MAP002", "OWN001"],
        declared: &[],
        also: &["ENM004", "OWN003"],
        shows: &["MAP003", "MAP004", "OWN002", "TS009"],
        inputs: &["mapping"],
    },
    Item {
        name: "values",
        title: "stages and tiers are spelled in one way",
        needs: &["ENM001"],
        declared: &[],
        also: &[],
        shows: &["ENM002", "ENM003", "ENM007", "ENM008", "ENM009", "ENM011", "ENM012", "ENM013", "ENM014"],
        inputs: &["mapping with allowed values", "Zoho contacts export", "Customer.io people export"],
    },
    Item {
        name: "timestamps",
        title: "times can be read, are in the right zone, and arrive soon enough",
        needs: &["TS002", "TS003"],
        declared: &[],
        also: &["FRS003"],
        shows: &["TS001", "TS004", "TS005", "TS006", "TS007", "TS008", "TS010", "TS011", "TS014", "TS015"],
        inputs: &["mapping with timestamps", "Zoho contacts export", "Customer.io people export"],
    },
    Item {
        name: "duplicates",
        title: "it is known who is here twice, and what a merge would do",
        needs: &["DUP001", "DUP005", "DUP010"],
        declared: &[],
        also: &[],
        shows: &["DUP002", "DUP003", "DUP006", "DUP007", "DUP011", "ID013"],
        inputs: &["mapping", "Zoho contacts export", "Customer.io people export"],
    },
    Item {
        name: "test-people",
        title: "named people came through from end to end",
        needs: &["QA001", "QA002", "QA003"],
        declared: &[],
        also: &[],
        shows: &["QA004", "QA005", "JNY010"],
        inputs: &["mapping with test_people", "Zoho contacts export", "Customer.io people export"],
    },
    Item {
        name: "events",
        title: "moments are planned as events",
        needs: &["EVT001"],
        declared: &[],
        also: &[],
        shows: &["EVT002", "EVT003", "EVT009", "EVT010"],
        inputs: &["mapping with events"],
    },
    Item {
        name: "segments",
        title: "segments to check against exist and hold whom they should",
        needs: &["SEG003"],
        declared: &["SEG001", "SEG004", "SEG005"],
        also: &[],
        shows: &["SEG002", "SEG006", "SEG007"],
        inputs: &["mapping with segments", "Customer.io people export"],
    },
    Item {
        name: "exits",
        title: "a purchase, a refund or an opt-out ends what it must end",
        needs: &["CON001", "CON010", "JNY001", "JNY002"],
        declared: &[],
        also: &["CON003", "CON004", "CON008", "JNY008"],
        shows: &["CON002", "CON005", "CON009", "JNY003"],
        inputs: &["mapping with journeys and a consent attribute", "Customer.io people export"],
    },
];

/// What waivers may call an item.
pub const NAMES: [&str; 9] = {
    let mut names = [""; 9];
    let mut at = 0;
    while at < names.len() {
        names[at] = ITEMS[at].name;
        at += 1;
    }
    names
};

/// The rule that names the items that are open.
pub const VERDICT: &str = "QA006";

impl Item {
    /// Whether a finding of this rule fails it.
    pub fn fails(&self, code: &str) -> bool {
        [self.needs, self.declared, self.also].iter().any(|codes| codes.contains(&code))
    }

    /// Whether it waits for what a rule has a gap for.
    fn waits_for(&self, code: &str, gap: &Gap) -> bool {
        self.needs.contains(&code) || (self.declared.contains(&code) && !gap.is_aside())
    }

    fn names(&self, code: &str) -> bool {
        self.fails(code) || self.shows.contains(&code)
    }
}

/// Whether a launch is blocked by what this rule finds.
pub fn blocks(code: &str) -> bool {
    code == VERDICT || ITEMS.iter().any(|item| item.fails(code))
}

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Every rule it needs looked at everything, and nothing stands.
    Passed,
    /// A rule found something.
    Failed,
    /// The team goes ahead without it.
    Waived,
    /// A rule it needs could not look.
    Unseen,
}

impl State {
    /// In the order in which they are counted.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Unseen, Self::Waived, Self::Passed];

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "pass",
            Self::Failed => "fail",
            Self::Waived => "waived",
            Self::Unseen => "not evaluated",
        }
    }
}

/// What one rule found, under an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The rule's code.
    pub code: String,
    /// The rule's name.
    pub name: String,
    /// Findings that stand.
    pub findings: u64,
    /// The people of the largest of them.
    pub people: u64,
    /// Findings that the team accepted.
    pub accepted: u64,
    /// Whether they fail the item.
    pub fails: bool,
}

impl Evidence {
    /// `2 findings, up to 31 people each`: who is in several findings is not known here, so people are not added up.
    pub fn said(&self) -> String {
        let people = counted(self.people, "person", "people");
        let findings = counted(self.findings, "finding", "findings");
        match (self.findings, self.people) {
            (_, 0) => findings,
            (1, _) => format!("{findings}, {people}"),
            _ => format!("{findings}, up to {people} each"),
        }
    }
}

/// A rule that did not look at everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The rule's code.
    pub code: String,
    /// Why, one sentence without a full stop.
    pub reason: String,
    /// Whether the item needs it.
    pub needed: bool,
}

/// An item and how it stands.
#[derive(Debug, Clone)]
pub struct Checked {
    /// 1 to 9.
    pub number: usize,
    /// The item.
    pub item: &'static Item,
    /// How it stands.
    pub state: State,
    /// How it would stand without a waiver.
    pub bare: State,
    /// The waiver that holds.
    pub waiver: Option<Waiver>,
    /// What rules found, those that fail it first.
    pub evidence: Vec<Evidence>,
    /// What rules could not look at.
    pub open: Vec<Open>,
}

/// All items.
#[derive(Debug, Clone)]
pub struct Checklist {
    /// In their order.
    pub items: Vec<Checked>,
    /// Whether an item that was not evaluated blocks.
    pub strict: bool,
}

impl Checklist {
    /// The items by what became of the rules, after triage.
    pub fn of(outcomes: &[Outcome], waivers: &[Waiver], policy: &Policy) -> Self {
        let items = (1..).zip(&ITEMS).map(|(number, item)| {
            let waiver = waivers.iter().find(|waiver| waiver.item == item.name && waiver.holds(policy.now));
            checked(number, item, outcomes, waiver)
        });
        Self { items: items.collect(), strict: policy.strict }
    }

    /// The same before triage, for rules that speak about items.
    pub fn foresee(config: &Config, baseline: Option<&Baseline>, policy: &Policy, outcomes: &[Outcome]) -> Self {
        let named = |outcome: &&Outcome| ITEMS.iter().any(|item| item.names(&outcome.code));
        let mut copied: Vec<Outcome> = outcomes.iter().filter(named).cloned().collect();
        triage(config, baseline, policy, &mut copied);
        Self::of(&copied, &config.waivers, policy)
    }

    /// How many items stand so.
    pub fn count(&self, state: State) -> usize {
        self.items.iter().filter(|checked| checked.state == state).count()
    }

    /// Whether nothing stands in the way.
    pub fn is_ready(&self) -> bool {
        self.count(State::Failed) + self.count(State::Unseen) == 0
    }

    /// Whether every item that a rule can fail is waived.
    pub fn waives(&self, code: &str) -> bool {
        let mut own = self.items.iter().filter(|checked| checked.item.fails(code)).peekable();
        own.peek().is_some() && own.all(|checked| checked.waiver.is_some())
    }

    /// Whether a launch has to know what this rule could not look at.
    pub fn requires(&self, outcome: &Outcome) -> bool {
        let waits = |item: &Item| outcome.gaps.iter().any(|gap| item.waits_for(&outcome.code, gap));
        let needs = |checked: &Checked| checked.waiver.is_none() && waits(checked.item);
        outcome.code == VERDICT || self.items.iter().any(needs)
    }

    /// The verdict in one line, without a full stop.
    pub fn headline(&self) -> String {
        let all = self.items.len();
        let [failed, unseen, waived, passed] = State::ALL.map(|state| self.count(state));
        let rest = [(unseen, "not evaluated"), (waived, "waived")];
        let rest = rest.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
        match (failed, unseen) {
            (0, 0) if passed == all => format!("Ready to launch: {passed} of {all}"),
            (0, 0) => format!("Ready to launch: {passed} of {all} passed{}", rest.collect::<String>()),
            (0, _) => {
                let waived = if waived > 0 { format!(", {waived} waived") } else { String::new() };
                let word = if self.strict { "blocked" } else { "not cleared" };
                format!("Launch {word}: {unseen} of {all} items not evaluated{waived}")
            }
            _ => format!("Launch blocked: {failed} of {all} items failed{}", rest.collect::<String>()),
        }
    }
}

fn checked(number: usize, item: &'static Item, outcomes: &[Outcome], waiver: Option<&Waiver>) -> Checked {
    let find = |code: &&str| outcomes.iter().find(|outcome| outcome.code == **code);
    let codes = || item.needs.iter().chain(item.declared).chain(item.also).chain(item.shows);
    let evidence: Vec<Evidence> = codes().filter_map(find).filter_map(|outcome| evidence(item, outcome)).collect();
    let mut open: Vec<Open> = codes().filter_map(find).flat_map(|outcome| unseen(item, outcome)).collect();
    let absent = item.needs.iter().chain(item.declared).filter(|code| find(code).is_none());
    open.extend(absent.map(|code| Open {
        code: (*code).to_owned(),
        reason: "the rule was not run".to_owned(),
        needed: true,
    }));
    let bare = if evidence.iter().any(|found| found.fails && found.findings > 0) {
        State::Failed
    } else if open.iter().any(|open| open.needed) {
        State::Unseen
    } else {
        State::Passed
    };
    // What passes needs no waiver, and one that is there waives nothing.
    let waiver = waiver.filter(|_| bare != State::Passed).cloned();
    let state = if waiver.is_some() { State::Waived } else { bare };
    Checked { number, item, state, bare, waiver, evidence, open }
}

fn evidence(item: &Item, outcome: &Outcome) -> Option<Evidence> {
    // Re-graded to a note, it is good to know and fails nothing.
    let fails = |severity: Severity| item.fails(&outcome.code) && severity > Severity::Note;
    let standing = || outcome.findings.iter().filter(|finding| finding.accepted.is_none());
    let accepted = (outcome.findings.len() - standing().count()) as u64;
    (!outcome.findings.is_empty()).then(|| Evidence {
        code: outcome.code.clone(),
        name: outcome.name.clone(),
        findings: standing().count() as u64,
        people: standing().map(|finding| finding.hit.people).max().unwrap_or_default(),
        accepted,
        fails: standing().any(|finding| fails(finding.severity)),
    })
}

/// What a rule could not look at. Under what an item only shows, nobody misses it.
fn unseen(item: &Item, outcome: &Outcome) -> Vec<Open> {
    if !item.fails(&outcome.code) {
        return Vec::new();
    }
    let mut open: Vec<Open> = Vec::new();
    for gap in &outcome.gaps {
        let (reason, needed) = (gap.reason.clone(), item.waits_for(&outcome.code, gap));
        match open.last_mut().filter(|last| last.reason == reason) {
            Some(last) => last.needed |= needed,
            None => open.push(Open { code: outcome.code.clone(), reason, needed }),
        }
    }
    // A rule that broke is missed, whether or not every team can have it.
    if let Status::Failed(why) = &outcome.status {
        open.iter_mut().for_each(|open| open.needed = true);
        open.push(Open { code: outcome.code.clone(), reason: why.clone(), needed: true });
    }
    open
}

#[cfg(test)]
#[path = "checklist_tests.rs"]
mod tests;
