//! What becomes of an item.

use std::collections::BTreeSet;

use super::{Checklist, ITEMS, NAMES, State, blocks};
use crate::config::Waiver;
use crate::error::Place;
use crate::findings::triage::Policy;
use crate::findings::{Finding, Firmness, Gap, Hit, Outcome, Severity, Status, Texts};
use crate::mapping::Spot;
use crate::yaml::Mark;

fn outcome(code: &str, status: Status) -> Outcome {
    Outcome {
        code: code.to_owned(),
        name: "some-rule".to_owned(),
        texts: Texts::default(),
        severity: Severity::Error,
        status,
        subjects: 1,
        gaps: Vec::new(),
        findings: Vec::new(),
    }
}

fn clean() -> Vec<Outcome> {
    let codes: BTreeSet<&str> =
        ITEMS.iter().flat_map(|item| item.needs.iter().chain(item.declared).chain(item.also)).copied().collect();
    codes.into_iter().map(|code| outcome(code, Status::Clean)).collect()
}

fn found(severity: Severity, accepted: Option<&str>) -> Finding {
    Finding {
        code: String::new(),
        name: String::new(),
        severity,
        confidence: String::new(),
        hit: Hit { rows: 3, total: 9, people: 3, ..Hit::default() },
        why: String::new(),
        fix: String::new(),
        fingerprint: String::new(),
        writers: Vec::new(),
        line: None,
        accepted: accepted.map(str::to_owned),
        firmness: Firmness::Usual,
        state: None,
        since: None,
        moved: None,
    }
}

/// All clean but for one rule.
fn but(code: &str, change: impl Fn(&mut Outcome)) -> Vec<Outcome> {
    let mut outcomes = clean();
    outcomes.iter_mut().filter(|outcome| outcome.code == code).for_each(change);
    outcomes
}

fn waiver(item: &str, reason: Option<&str>, until: Option<&str>) -> Waiver {
    Waiver {
        place: Place { file: "crmlint.yaml".to_owned(), line: 1, column: 1 },
        item: item.to_owned(),
        reason: reason.map(str::to_owned),
        by: None,
        until: until.map(|text| Spot { text: text.to_owned(), mark: Mark::default() }),
    }
}

fn list(outcomes: &[Outcome], waivers: &[Waiver], strict: bool) -> Checklist {
    // 2026-06-01
    Checklist::of(outcomes, waivers, &Policy { now: 1_780_272_000, strict, ..Policy::default() })
}

#[test]
fn an_item_passes_when_its_rules_looked_and_found_nothing() {
    let checklist = list(&clean(), &[], true);
    assert_eq!((checklist.headline().as_str(), checklist.is_ready()), ("Ready to launch: 9 of 9", true));
}

#[test]
fn one_finding_that_stands_fails_it() {
    let with = |severity, accepted| but("ID002", |one| one.findings = vec![found(severity, accepted)]);
    let state = |outcomes: &[Outcome]| list(outcomes, &[], false).items[0].state;
    assert_eq!(state(&with(Severity::Error, None)), State::Failed);
    assert_eq!(state(&with(Severity::Warning, None)), State::Failed);
    assert_eq!(state(&with(Severity::Note, None)), State::Passed, "re-graded");
    assert_eq!(state(&with(Severity::Error, Some("ignored"))), State::Passed);
    let said = list(&with(Severity::Error, None), &[], false).headline();
    assert_eq!(said, "Launch blocked: 1 of 9 items failed");
}

#[test]
fn what_a_needed_rule_did_not_see_is_not_passed() {
    let gap = || Gap { subject: "x".to_owned(), reason: "there is no mapping document".to_owned(), column: None };
    let blind = |code: &str| but(code, |one| (one.status, one.gaps) = (Status::NotEvaluated, vec![gap()]));
    let said = |outcomes: &[Outcome], strict| list(outcomes, &[], strict).headline();
    assert_eq!(said(&blind("QA002"), false), "Launch not cleared: 1 of 9 items not evaluated");
    assert_eq!(said(&blind("QA002"), true), "Launch blocked: 1 of 9 items not evaluated");
    // Nobody has to have deliveries.
    assert_eq!(said(&blind("CON008"), true), "Ready to launch: 9 of 9");
    // What was accepted may hide that the rest was not seen.
    let part = but("QA002", |one| {
        (one.gaps, one.findings) = (vec![gap()], vec![found(Severity::Error, Some("ignored"))]);
    });
    assert_eq!(list(&part, &[], false).items[5].state, State::Unseen);
    let broken = but("CON008", |one| one.status = Status::Failed("the engine stopped".to_owned()));
    assert_eq!(list(&broken, &[], false).items[8].state, State::Unseen);
    let absent: Vec<Outcome> = clean().into_iter().filter(|one| one.code != "SEG003").collect();
    assert_eq!(list(&absent, &[], false).items[7].open[0].reason, "the rule was not run");
}

#[test]
fn what_the_mapping_declares_is_waited_for() {
    let missing = |reason: &str| Gap { subject: "segment:VIP".to_owned(), reason: reason.to_owned(), column: None };
    let with = |gaps: Vec<Gap>| but("SEG004", |one| (one.status, one.gaps) = (Status::NotEvaluated, gaps.clone()));
    let state = |outcomes: &[Outcome]| {
        let checklist = list(outcomes, &[], true);
        let required = outcomes.iter().any(|one| one.code == "SEG004" && checklist.requires(one));
        (checklist.items[7].state, required)
    };
    let none = Gap::undeclared("mapping:segments", "segment that says how many members are right");
    let dropped = missing("customerio.people has no attribute `vip_tier`, which the mapping names");
    assert_eq!(state(&with(vec![none])), (State::Passed, false));
    assert_eq!(
        state(&with(vec![missing("there is no earlier snapshot to see how far it moved")])),
        (State::Passed, false)
    );
    assert_eq!(state(&with(vec![dropped])), (State::Unseen, true));
}

#[test]
fn a_waiver_needs_a_reason_and_a_day_to_come() {
    let failing = but("ID002", |one| one.findings = vec![found(Severity::Error, None)]);
    let said = |waiver: Waiver| list(&failing, &[waiver], true).headline();
    let (ready, blocked) = ("Ready to launch: 8 of 9 passed, 1 waived", "Launch blocked: 1 of 9 items failed");
    assert_eq!(said(waiver("identifier", Some("why"), Some("2026-06-01"))), ready, "the last day counts");
    assert_eq!(said(waiver("identifier", Some("why"), None)), ready);
    assert_eq!(said(waiver("identifier", Some("why"), Some("2026-05-31"))), blocked);
    assert_eq!(said(waiver("identifier", None, None)), blocked);
    assert_eq!(said(waiver("events", Some("why"), None)), blocked);
    let checklist = list(&failing, &[waiver("identifier", Some("why"), None)], true);
    assert!(checklist.waives("ID002") && !checklist.waives("DUP001") && !checklist.waives("IO001"));
}

#[test]
fn every_item_can_fail_and_is_named_once() {
    assert_eq!(NAMES.iter().collect::<BTreeSet<_>>().len(), 9);
    for item in &ITEMS {
        assert!(!item.needs.is_empty() && !item.inputs.is_empty(), "{}", item.name);
        let codes = || item.needs.iter().chain(item.declared).chain(item.also).chain(item.shows);
        assert_eq!(codes().collect::<BTreeSet<_>>().len(), codes().count(), "{} names a rule twice", item.name);
        assert!(item.shows.iter().all(|code| !blocks(code)), "{} only shows what blocks elsewhere", item.name);
    }
    for code in ["ID001", "DUP010", "ENM001", "OWN003", "CON008", "CON010", "SEG001", "FRS003", "JNY008", "QA006"] {
        assert!(blocks(code), "{code}");
    }
    assert!(!blocks("DUP002") && !blocks("ENM003"));
}
