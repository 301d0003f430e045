//! Facts of then and now and of events are right, and those of shards merge to those of the whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::local::Engine;
use super::memo::Memo;
use super::{
    Answer, Carried, Cell, Column, Echo, Events, Flip, Gained, Moved, Moves, Place, Question, Sequence, Steps, Tokens,
    Told,
};
use crate::exports::{Dataset, EventColumns};
use crate::frames::identity::{IdColumn, Identity, Keys, Numbering, Plan};
use crate::frames::normalize::Form;
use crate::frames::testing::store;
use crate::timings::Timings;

const PEOPLE: usize = 24;

/// The snapshot's profiles, or today's: every fourth has moved on, and the fifth has a second profile.
fn people(today: bool) -> String {
    let mut text = "id,email,cio_id,created_at,unsubscribed,stage\n".to_owned();
    for n in 0..PEOPLE {
        let stage = if n % 4 == 0 && today { "At Risk" } else { "active" };
        text += &format!("cust_{n},p{n}@example.com,c{n:02},1714577744,false,{stage}\n");
    }
    if today { text + ",p5@example.com,d05,1714577744,false,Active\n" } else { text }
}

/// A stage goes there and back for every third person, later by a minute for each; every eighth person's move is told.
fn events() -> String {
    let mut text = "event_id,event,timestamp,customer_id,email,data\n".to_owned();
    let mut add = |id: String, name: &str, at: usize, who: String, data: String| {
        text += &format!("{id},{name},{at},{who},\"{}\"\n", data.replace('"', "\"\""));
    };
    let state = |from: &str, to: &str| format!("{{\"from\": \"{from}\", \"to\": \"{to}\"}}");
    for n in (0..PEOPLE).step_by(3) {
        let at = 1_779_000_000;
        add(format!("a{n}"), "moved", at, format!("cust_{n},"), state("Active", "At Risk"));
        // In an id, case counts; and where a key is given, the address says nothing.
        let who = if n == 3 { "CUST_3,p3@example.com".to_owned() } else { format!("cust_{n},") };
        add(format!("b{n}"), "moved", at + n * 60, who, state("at risk", "ACTIVE"));
    }
    for n in (0..PEOPLE).step_by(8) {
        add(format!("c{n}"), "told", 1_779_100_000, format!(",p{n}@example.com"), String::new());
        add(format!("d{n}"), "won", 1_779_100_000, format!("cust_{n},"), format!("{{\"deal\": \"c{n:02}\"}}"));
        add(format!("e{n}"), "won", 1_779_200_000, ",".to_owned(), format!("{{\"deal\": \"c{n:02}\"}}"));
    }
    text
}

fn column(dataset: &str, index: usize) -> Column {
    Column { dataset: dataset.to_owned(), index }
}

fn some(name: &str) -> Events {
    let (dataset, names) = ("customerio.events".to_owned(), BTreeSet::from([name.to_owned()]));
    Events { dataset, name: 1, names, time: 2, zone: None }
}

fn member(name: &str) -> Vec<Place> {
    vec![Place { column: 5, member: Some(name.to_owned()) }]
}

fn sequence(name: &str, key: Vec<Place>) -> Sequence {
    Sequence {
        events: some(name),
        key,
        about: BTreeSet::new(),
        person: vec![3, 4],
        from: member("from"),
        to: member("to"),
        words: None,
        before: Some((column("prev.customerio.people", 5), 1_778_000_000)),
        flip: Some(Flip { least: 60, most: 900, states: BTreeSet::new() }),
    }
}

fn moves() -> Moves {
    Moves {
        before: column("prev.customerio.people", 5),
        after: column("customerio.people", 5),
        cell: Cell::State(None),
        into: None,
        told: Some(Told { events: some("told"), since: 1_779_000_000, of: Vec::new() }),
        fresh: None,
    }
}

fn gained() -> Gained {
    let named = vec![(1, Form::Address, BTreeSet::from(["p5@example.com".to_owned(), "p6@example.com".to_owned()]))];
    let (profiles, before) = ("customerio.people".to_owned(), "prev.customerio.people".to_owned());
    Gained { profiles, before, records: None, named }
}

fn echo() -> Echo {
    Echo {
        events: some("won"),
        of: member("deal"),
        changed: column("customerio.people", 3),
        zone: None,
        still: Some((5, "at risk".to_owned())),
        early: None,
        late: 86_400,
    }
}

fn questions() -> [Question; 6] {
    [
        Question::Sequence(sequence("moved", Vec::new())),
        Question::Sequence(sequence("won", member("deal"))),
        Question::Moves(moves()),
        Question::Gained(gained()),
        Question::Echo(echo()),
        Question::Carried(Carried { events: some("moved"), property: member("from") }),
    ]
}

fn plan(datasets: &BTreeMap<String, Arc<Dataset>>) -> Plan {
    let by = |column: Option<usize>, numbering| column.map(|column| IdColumn { column, numbering });
    let keys = |dataset: &Dataset| {
        let labels: Vec<String> = dataset.columns.iter().map(|column| column.label.clone()).collect();
        let events = EventColumns::of(&labels).is_some();
        let id = dataset.find(if events { "customer_id" } else { "id" });
        Keys {
            record: dataset.key,
            address: dataset.find("email"),
            refs: by(id, Numbering::ProfileId).into_iter().collect(),
            events,
            ..Keys::default()
        }
    };
    datasets.iter().map(|(name, dataset)| (name.clone(), keys(dataset))).collect()
}

fn answers(shards: u32, all_rows: bool) -> BTreeMap<Question, Answer> {
    answers_to(questions().into_iter().collect(), shards, all_rows)
}

fn answers_to(questions: BTreeSet<Question>, shards: u32, all_rows: bool) -> BTreeMap<Question, Answer> {
    let files = [("people.csv", people(true)), ("events.csv", events()), ("prev.people.csv", people(false))];
    let (store, datasets) = store(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    let identity = Identity::build(&store, &plan(&datasets));
    let (memo, timings) = (Memo::default(), Timings::default());
    let engine = Engine {
        memo: &memo,
        store: &store,
        identity: &identity,
        shards,
        all_rows,
        now: 1_780_272_000,
        any_case: false,
        zones: BTreeMap::new(),
        spellings: BTreeMap::new(),
        missing: Tokens::default(),
        timings: &timings,
    };
    engine.answer(&questions)
}

#[test]
fn flips_that_are_looked_for_together_are_those_of_each() {
    let flip = |least, most, states: &[&str]| {
        Some(Flip { least, most, states: states.iter().map(|state| (*state).to_owned()).collect() })
    };
    let flips = [None, flip(60, 900, &[]), flip(0, 1_000_000, &[]), flip(0, 1_000_000, &["at risk"])];
    let all: BTreeSet<Question> =
        flips.map(|flip| Question::Sequence(Sequence { flip, ..sequence("moved", Vec::new()) })).into();
    let alone: BTreeMap<Question, Answer> =
        all.iter().flat_map(|question| answers_to(BTreeSet::from([question.clone()]), 1, true)).collect();
    for shards in [1, 2, 5, 41] {
        assert_eq!(answers_to(all.clone(), shards, true), alone, "{shards} shards");
    }
    let found: BTreeSet<u64> = alone
        .values()
        .map(|answer| match answer {
            Answer::Sequence(steps) => steps.flips.rows,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(found.contains(&0) && found.len() > 1, "{found:?}");
}

#[test]
fn shards_merge_to_the_whole() {
    for all_rows in [false, true] {
        let whole = answers(1, all_rows);
        assert_eq!(whole.len(), questions().len());
        for shards in [2, 5, 41] {
            assert_eq!(answers(shards, all_rows), whole, "{shards} shards");
        }
    }
}

fn steps(answers: &BTreeMap<Question, Answer>, at: usize) -> &Steps {
    match &answers[&questions()[at]] {
        Answer::Sequence(steps) => steps,
        other => panic!("{other:?}"),
    }
}

#[test]
fn events_are_read_in_order() {
    let whole = answers(1, true);
    let moved = steps(&whole, 0);
    assert_eq!((moved.events, moved.ordered, moved.whole, moved.stated), (16, 16, 16, 16));
    let flips: Vec<&str> = moved.flips.samples.iter().map(|sample| sample.key.as_str()).collect();
    assert_eq!(flips, ["b12", "b15", "b6", "b9"], "within a quarter of an hour, and not at once");
    assert_eq!((moved.broken.rows, moved.unowned.rows), (0, 0));
    let won = steps(&whole, 1);
    assert_eq!((won.events, won.ordered, won.repeats.rows, won.unowned.rows), (6, 6, 3, 3));
    assert_eq!(won.repeats.samples[0].key, "e0");
}

#[test]
fn then_and_now_are_held_against_each_other() {
    let whole = answers(1, false);
    match &whole[&Question::Moves(moves())] {
        Answer::Moves(Moved { records, moved, untold, ways, events, known, .. }) => {
            assert_eq!((*records, moved.rows, untold.rows, *events, *known), (24, 6, 3, 3, 3));
            assert_eq!(
                untold.samples.iter().map(|sample| sample.key.as_str()).collect::<Vec<_>>(),
                ["c04", "c12", "c20"]
            );
            assert_eq!(ways["at risk"].rows, 6);
        }
        other => panic!("{other:?}"),
    }
    match &whole[&Question::Gained(gained())] {
        Answer::Rows { rows, met } => {
            assert_eq!((*rows, met.rows, met.people), (2, 1, 1));
            assert_eq!((met.samples[0].key.as_str(), met.samples[0].other.as_str()), ("d05", "c05"));
        }
        other => panic!("{other:?}"),
    }
    match &whole[&Question::Echo(echo())] {
        // Three events of two deals each; only those that are still at risk count.
        Answer::Echo { events, joined, timed, far } => assert_eq!((*events, *joined, *timed, far.rows), (6, 6, 3, 3)),
        other => panic!("{other:?}"),
    }
}
