//! `crmlint trace` on people broken by a generator, each by one cause of the closed list: it names the cause each time, and
//! none for those whom nothing keeps out.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "trace/town.rs"]
mod town;

use std::collections::BTreeSet;

use boon::{Compiler, Schemas};
use common::{NOW, Ran, demo, list, run, run_in, text, workspace, write};
use crmlint::trace::Cause;
use serde_json::{Value, json};
use tempfile::TempDir;
use town::{Case, files, people};

/// People of a town whom nothing keeps out.
const SOUND: usize = 10;

fn build(seed: u64) -> (TempDir, Vec<Case>) {
    let people = people(seed, SOUND);
    let files = files(seed, &people);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    (workspace(&files), people)
}

fn trace(dir: &TempDir, person: &str, more: &[&str]) -> Ran {
    let mut args = vec!["trace", person, ".", "--now", NOW, "--format", "json"];
    args.extend(more);
    run_in(dir.path(), &args)
}

/// The one person's one journey.
fn passage(ran: &Ran, journey: &str) -> Value {
    let report = ran.json();
    assert_eq!(list(&report, "people").len(), 1, "{ran:?}");
    let found = list(&report["people"][0], "journeys").iter().find(|passage| text(passage, "name") == journey);
    found.unwrap_or_else(|| panic!("no journey {journey}: {ran:?}")).clone()
}

#[test]
fn the_cause_is_named_each_time() {
    for seed in 1..=4 {
        let (dir, people) = build(seed);
        let mut wrong = Vec::new();
        for case in &people {
            let ran = trace(&dir, &case.asked, &["--journey", case.journey]);
            assert_eq!(ran.code, 0, "seed {seed}, {case:?}: {ran:?}");
            let passage = passage(&ran, case.journey);
            let cause = passage["cause"].as_str();
            if cause != case.cause.map(Cause::name) {
                wrong.push(format!("{:?} for {:?}: {}", cause, case.cause, text(&passage, "says")));
            }
            let outcome = text(&passage, "outcome");
            match case.cause {
                None => assert_eq!(outcome, "enters", "{passage}"),
                Some(Cause::OptOutNotSynced | Cause::ConsentUnreadable) => {
                    assert_eq!(outcome, "wrongly in", "{passage}")
                }
                Some(Cause::TooFresh) => assert_eq!(outcome, "waits", "{passage}"),
                Some(cause) => assert_eq!(outcome, if cause.is_fault() { "misses" } else { "kept out" }, "{passage}"),
            }
        }
        assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
    }
}

#[test]
fn every_cause_of_the_list_breaks_somebody() {
    let (_, people) = build(1);
    let broken: BTreeSet<Cause> = people.iter().filter_map(|case| case.cause).collect();
    assert_eq!(broken, Cause::ALL.iter().copied().collect());
    assert!(people.len() > 40 && broken.len() > 30);
}

fn sound(people: &[Case]) -> &Case {
    people.iter().find(|case| case.cause.is_none()).unwrap()
}

#[test]
fn a_person_is_found_by_any_key() {
    let (dir, people) = build(7);
    let (id, report) = {
        let ran = trace(&dir, &sound(&people).asked, &["--show-pii"]);
        (text(&ran.json()["people"][0]["records"][0], "key").to_owned(), ran.json())
    };
    let value = |name: &str| {
        let values = list(&report["people"][0], "attributes").iter();
        values.filter(|value| text(value, "name") == name).map(|value| text(value, "found").to_owned()).next().unwrap()
    };
    let profile = list(&report["people"][0], "records").iter().find(|record| record["profile"] == true).unwrap();
    let phone = value("phone");
    let keys = [
        id.clone(),
        id.replace("zcrm_", ""),
        id.to_uppercase(),
        text(profile, "key").to_owned(),
        phone.replace(' ', ""),
        phone.replace("+49 ", "0"),
    ];
    for key in keys {
        let ran = trace(&dir, &key, &["--show-pii"]);
        assert_eq!(ran.code, 0, "{key}: {ran:?}");
        assert_eq!(ran.json()["people"], report["people"].clone().take_why(&ran), "{key}");
    }
}

/// Why a record is listed depends on what was typed.
trait TakeWhy {
    fn take_why(self, other: &Ran) -> Value;
}

impl TakeWhy for Value {
    fn take_why(mut self, other: &Ran) -> Value {
        let theirs = other.json();
        let records = self[0]["records"].as_array_mut().unwrap();
        for (mine, theirs) in records.iter_mut().zip(list(&theirs["people"][0], "records")) {
            mine["why"] = theirs["why"].clone();
        }
        self
    }
}

#[test]
fn nobody_is_shown_unless_asked_for() {
    let (dir, people) = build(3);
    for case in people.iter().take(20).chain([sound(&people)]) {
        for format in ["json", "terminal"] {
            let args = ["trace", case.asked.as_str(), ".", "--now", NOW, "--format", format];
            let masked = run_in(dir.path(), &args).out.to_lowercase();
            assert!(!masked.contains("@example") && !masked.contains("57257670000041"), "{case:?}: {masked}");
        }
    }
    let shown = trace(&dir, &sound(&people).asked, &["--show-pii"]).out;
    assert!(shown.contains("@example.com") && shown.contains("\"masked\": false"), "{shown}");
}

#[test]
fn who_is_not_there_is_said_with_where_was_looked() {
    let (dir, people) = build(5);
    let asked = sound(&people);
    let email = trace(&dir, &asked.asked, &["--show-pii"]).json()["people"][0]["attributes"].to_string();
    assert!(!email.is_empty());
    let ran = trace(&dir, "nobody.at.all@example.net", &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("zoho.contacts") && ran.err.contains("customerio.people"), "{}", ran.err);
    assert!(ran.err.contains("n***@e***.net") && !ran.err.contains("nobody.at.all"), "{}", ran.err);
    let near = trace(&dir, "zcrm_5725767000004100a36", &[]);
    assert_eq!(near.code, 2, "{near:?}");
    assert!(near.err.contains("did you mean"), "{}", near.err);
    for blank in ["", "  "] {
        assert_eq!(trace(&dir, blank, &[]).code, 2, "{blank:?}");
    }
    for person in ["n/a", "0000", "@", "test@test.com", "💥", "-1", "1e9"] {
        let ran = run_in(dir.path(), &["trace", "--now", NOW, "--", person, "."]);
        assert_eq!(ran.code, 2, "{person}: {ran:?}");
        assert!(!ran.err.contains("panicked"), "{person}: {}", ran.err);
    }
}

#[test]
fn journeys_and_segments_narrow_the_trace() {
    let (dir, people) = build(2);
    let names = |report: &Value, part: &str| -> Vec<String> {
        list(&report["people"][0], part).iter().map(|item| text(item, "name").to_owned()).collect()
    };
    let asked = &sound(&people).asked;
    let all = trace(&dir, asked, &[]).json();
    assert_eq!(names(&all, "journeys"), ["main", "draft", "old", "later", "loyal", "town", "nick", "slip", "cart"]);
    assert_eq!(text(&all["people"][0]["journeys"][8], "outcome"), "waits", "an event is not seen");
    let town = trace(&dir, asked, &["--journey", "town"]).json();
    assert_eq!(
        (names(&town, "segments"), names(&town, "attributes")),
        (vec!["Town".to_owned()], vec!["city".to_owned()])
    );
    let segment = trace(&dir, asked, &["--segment", "Kept Back"]).json();
    assert_eq!(names(&segment, "journeys"), ["main"]);
    let tests = &segment["people"][0]["segments"][0]["tests"];
    assert_eq!((text(&tests[0], "test"), &tests[0]["met"]), ("score > 900", &json!(false)), "{tests}");
    let slip = trace(&dir, asked, &["--journey", "mian"]);
    assert_eq!(slip.code, 2);
    assert!(slip.err.contains("did you mean main?"), "{}", slip.err);
    assert_eq!(trace(&dir, asked, &["--segment", "Nowhere"]).code, 2);
}

#[test]
fn everyone_who_answers_is_traced() {
    let (dir, people) = build(6);
    let shared = people.iter().find(|case| case.cause == Some(Cause::AddressTaken)).unwrap();
    let found = trace(&dir, &shared.asked, &["--show-pii"]).json();
    let sources = list(&found["people"][0], "attributes").to_vec();
    assert!(sources.is_empty(), "without a profile there is nothing to compare");
    let email = shared.email();
    let both = trace(&dir, email, &["--journey", "main"]).json();
    let outcomes: Vec<&str> = list(&both, "people").iter().map(|one| text(&one["journeys"][0], "outcome")).collect();
    assert_eq!(outcomes.len(), 2, "{both}");
    assert!(outcomes.contains(&"enters") && outcomes.contains(&"misses"), "{outcomes:?}");
}

#[test]
fn a_trace_fits_its_schema_and_is_the_same_each_time() {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("https://crmlint.test/trace.json", run(&["schema", "trace"]).json()).unwrap();
    let schema = compiler.compile("https://crmlint.test/trace.json", &mut schemas).unwrap();
    let (dir, people) = build(8);
    for case in &people {
        let ran = trace(&dir, &case.asked, &[]);
        schemas.validate(&ran.json(), schema).unwrap_or_else(|error| panic!("{case:?}: {error:#}"));
    }
    let [one, other] = [0, 1].map(|_| trace(&dir, &people[0].asked, &[]).out);
    assert_eq!(one, other);
    let mut wrong = trace(&dir, &people[0].asked, &[]).json();
    wrong["people"][0]["journeys"][0].as_object_mut().unwrap().remove("outcome");
    assert!(schemas.validate(&wrong, schema).is_err());
}

#[test]
fn what_is_missing_is_said_and_never_taken_for_well() {
    let (dir, people) = build(9);
    let asked = sound(&people).asked.clone();
    // Without a mapping nothing is expected; the records are there all the same.
    write(dir.path(), "crmlint.yaml", town::CONFIG.replace("mapping: mapping.yaml\n", "").as_bytes());
    let bare = trace(&dir, &asked, &[]);
    assert_eq!(bare.code, 0, "{bare:?}");
    assert!(bare.json()["people"][0]["notes"].to_string().contains("no mapping"), "{}", bare.out);
    // Without profiles no journey can be told.
    let config = town::CONFIG.replace("  customerio: {files: [people.csv, suppressions.csv]}\n", "");
    write(dir.path(), "crmlint.yaml", config.as_bytes());
    write(dir.path(), "mapping.yaml", town::MAPPING.replace("  Nick: {where: nickname = 'ace'}\n", "").as_bytes());
    let blind = trace(&dir, &asked, &["--journey", "town"]);
    assert_eq!(text(&passage(&blind, "town"), "outcome"), "unknown", "{blind:?}");
}

#[test]
fn a_trace_reads_as_an_answer() {
    let page = std::fs::read_to_string(common::root().join("docs/trace.md")).unwrap();
    let shown = page.split("--journey main\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (dir, people) = build(1);
    let dirty = people.iter().find(|case| case.cause == Some(Cause::ValueVariant)).unwrap();
    let ran = run_in(dir.path(), &["trace", &dirty.asked, "--now", NOW, "--journey", "main"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains(shown), "{}\n{shown}", ran.out);
    let headings = ["Journeys", "Records", "Attributes", "Consent", "Segments"];
    assert!(headings.iter().all(|title| ran.out.contains(&format!("\n{title}\n"))), "{}", ran.out);
}

#[test]
fn everybody_of_the_demo_is_traced_within_the_width() {
    let dir = demo();
    let path = dir.path().join("exports/customerio/people.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let keys: Vec<String> = reader.records().map(|row| row.unwrap()[2].to_owned()).step_by(29).collect();
    assert!(keys.len() > 10);
    for key in keys {
        let ran = run_in(dir.path(), &["trace", &key, "--now", NOW]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{key}");
        assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{key}: {}", ran.out);
        assert!(!ran.out.contains('\u{1b}'), "{key}: no colours in a pipe");
    }
}

#[test]
fn what_keeps_people_out_is_looked_at_or_named() {
    let (dir, people) = build(11);
    let asked = sound(&people).asked.clone();
    let table = [
        ("suppress: [\"segment:Elsewhere\"]", "unknown", "Elsewhere has no condition"),
        ("suppress: [\"segment:Town\"]", "unknown", "city"),
        ("suppress: [promo]", "kept out", "`promo` is true"),
        ("suppress: [last_order_at]", "enters", "not looked at: last_order_at under `suppress:`"),
        ("suppress: [\"event:refund_issued\"]", "enters", "not looked at: refund_issued under `suppress:`"),
        ("exit: [order_completed]", "enters", "every link holds"),
        ("filter: [\"segment:Kept Back\"]", "kept out", "score > 900"),
        ("filter: [Elsewhere]", "unknown", "Elsewhere has no condition"),
    ];
    for (keys, outcome, told) in table {
        let mapping = format!("{}  probe: {{trigger: \"segment:Target\", {keys}}}\n", town::MAPPING);
        write(dir.path(), "mapping.yaml", mapping.as_bytes());
        let passage = passage(&trace(&dir, &asked, &["--journey", "probe"]), "probe");
        assert_eq!(text(&passage, "outcome"), outcome, "{keys}: {passage}");
        assert!(text(&passage, "says").contains(told), "{keys}: {passage}");
    }
    for (trigger, outcome) in
        [("attribute:promo", "waits"), ("date:last_order_at", "waits"), ("when they feel like it", "unknown")]
    {
        let mapping = format!("{}  probe: {{trigger: \"{trigger}\"}}\n", town::MAPPING);
        write(dir.path(), "mapping.yaml", mapping.as_bytes());
        let passage = passage(&trace(&dir, &asked, &["--journey", "probe"]), "probe");
        assert_eq!(text(&passage, "outcome"), outcome, "{trigger}: {passage}");
    }
}

#[test]
fn only_what_would_change_the_result_is_blamed() {
    let (dir, people) = build(12);
    let dirty = people.iter().find(|case| case.cause == Some(Cause::ValueVariant)).unwrap();
    // The same person opted out as well: a clean spelling would not let them in.
    for file in ["Contacts.csv", "people.csv"] {
        let path = dir.path().join(file);
        let lines = std::fs::read_to_string(&path).unwrap();
        let mine = |line: &str| line.contains(dirty.email());
        let changed: Vec<String> = lines
            .lines()
            .map(|line| if mine(line) { line.replacen(",false,", ",true,", 1) } else { line.to_owned() })
            .collect();
        std::fs::write(&path, changed.join("\n") + "\n").unwrap();
    }
    let passage = passage(&trace(&dir, &dirty.asked, &["--journey", "main"]), "main");
    assert_eq!((text(&passage, "cause"), text(&passage, "outcome")), ("opted-out", "kept out"), "{passage}");
}

#[test]
fn an_event_starts_its_journey_once_it_happened() {
    let (dir, people) = build(13);
    let asked = sound(&people).asked.clone();
    let config = town::CONFIG.replace("suppressions.csv]", "suppressions.csv, events.csv]");
    write(dir.path(), "crmlint.yaml", config.as_bytes());
    let events = |person: &str| {
        let line =
            |at: usize, who: &str| format!("ev-{at},cart_abandoned,177892560{at},{who},\"{{\"\"amount\"\": {at}}}\"\n");
        let all = [person, "cust_900001", "cust_900002"].into_iter().enumerate().map(|(at, who)| line(at, who));
        format!("event_id,event_name,timestamp,customer_id,data\n{}", all.collect::<String>())
    };
    write(dir.path(), "events.csv", events("cust_900000").as_bytes());
    let before = trace(&dir, &asked, &["--journey", "cart", "--show-pii"]);
    let waits = passage(&before, "cart");
    assert_eq!(text(&waits, "outcome"), "waits", "{waits}");
    assert!(text(&waits, "says").contains("customerio.events does not hold"), "{waits}");
    let number: usize = text(&waits, "profile").trim_start_matches("a1f20700c3").parse().unwrap();
    write(dir.path(), "events.csv", events(&format!("cust_{number}")).as_bytes());
    let after = trace(&dir, &asked, &["--journey", "cart"]);
    assert_eq!(text(&passage(&after, "cart"), "outcome"), "enters", "{after:?}");
    assert!(after.out.contains("customerio.events"), "the event is listed among the records");
}
