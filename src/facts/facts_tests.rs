//! Answers are right, and answers of shards merge to the answer of the whole.

use std::collections::{BTreeMap, BTreeSet};

use super::fits::Fit;
use super::local::Engine;
use super::memo::Memo;
use super::{
    Answer, Apart, Blank, Clocks, Column, Consent, Follows, Fresh, Held, Instants, Lens, Meaning, Order, Pick,
    Question, Reading, Scope, Tokens,
};
use crate::frames::identity::{Identity, Keys, Plan};
use crate::frames::normalize::Form;
use crate::frames::testing::store;
use crate::timings::Timings;

fn contacts(count: u32) -> String {
    let mut text = "Record Id,Contact Owner.id,Contact Owner,Last Name,Email,Email Opt Out,Modified Time\n".to_owned();
    for n in 0..count {
        let (hour, minute, second) = (n % 24, n / 40, if n < 40 { 0 } else { n % 60 });
        text += &format!(
            "zcrm_57257670000041010{n:02},zcrm_5725767000000411001,Dana Roth,P{n},p{n}@example.com,{},2026-05-01 {hour:02}:{minute:02}:{second:02}\n",
            n % 4 == 0
        );
    }
    text
}

fn people() -> String {
    let mut text = "id,email,cio_id,created_at,unsubscribed,stage,synced_at,tags\n".to_owned();
    for n in 0..40_i64 {
        // 2026-05-01T00:00:00Z plus the record's hour, minus Berlin's two hours, plus a lag of n minutes.
        let synced = 1_777_593_600 + (n % 24) * 3_600 - 7_200 + n * 60;
        let email = if n == 39 { "P38@Example.com".to_owned() } else { format!("p{n}@example.com") };
        let stage = if n % 3 == 0 && n != 39 { "Active" } else { "active" };
        let tags =
            if n % 7 == 0 { "\"seven,all\"".to_owned() } else { format!("\"[\"\"all\"\",\"\"t{}\"\"]\"", n % 7) };
        text += &format!(",{email},c{n:02},1714577744,{},{stage},{synced},{tags}\n", n % 8 == 0);
    }
    text
}

fn column(dataset: &str, index: usize) -> Column {
    Column { dataset: dataset.to_owned(), index }
}

fn clocks() -> Clocks {
    Clocks {
        left: column("zoho.contacts", 6),
        left_zone: Some("Europe/Berlin".to_owned()),
        right: column("customerio.people", 6),
        right_zone: None,
    }
}

fn questions() -> BTreeSet<Question> {
    BTreeSet::from([
        Question::Delays { clocks: clocks(), over: Some(1_800) },
        Question::Unwritten {
            // Read as UTC, every record changed two hours later than it did, and so after its profile was written.
            clocks: Clocks { left_zone: Some("UTC".to_owned()), ..clocks() },
            before: 1_777_669_200,
            cells: vec![Held {
                left: column("zoho.contacts", 5),
                right: column("customerio.people", 4),
                reading: Reading::Truth,
                missing: Vec::new(),
            }],
        },
        Question::Follows(Follows {
            first: column("zoho.contacts", 6),
            first_zone: Some("Europe/Berlin".to_owned()),
            standing: (column("zoho.contacts", 5), Lens::Consent(Consent::OptOutBox)),
            then: column("customerio.people", 6),
            then_zone: None,
            scope: Scope::All,
            grace: 600,
        }),
        Question::Values { column: column("customerio.people", 5), cap: 100 },
        Question::Values { column: column("customerio.people", 1), cap: 7 },
        Question::Items { column: column("customerio.people", 7), cap: 5 },
        Question::Listing(Pick::Items {
            column: column("customerio.people", 7),
            items: BTreeSet::from(["seven".to_owned(), "t3".to_owned()]),
        }),
        Question::Order(Order {
            first: column("customerio.people", 6),
            then: column("customerio.people", 3),
            zone: None,
            slack: 60,
            // 2026-04-30.
            except: BTreeSet::from([20_573]),
        }),
        Question::Shapes { column: column("zoho.contacts", 6), lens: Lens::Stamp(Vec::new()) },
        Question::Repeats { column: column("customerio.people", 1), form: Form::Address, unlike: None },
        Question::Compare {
            left: column("zoho.contacts", 5),
            left_lens: Lens::Consent(Consent::OptOutBox),
            right: column("customerio.people", 4),
            right_lens: Lens::Consent(Consent::Profile),
        },
        Question::Gap {
            left: column("zoho.contacts", 6),
            left_zone: Some("Europe/Berlin".to_owned()),
            right: column("customerio.people", 6),
            right_zone: None,
        },
        Question::Newest { column: column("zoho.contacts", 6), zone: Some("Europe/Berlin".to_owned()) },
        Question::Instants(Instants {
            left: column("zoho.contacts", 6),
            left_zone: Some("Europe/Berlin".to_owned()),
            right: column("customerio.people", 6),
            right_zone: None,
            meaning: Meaning::Moment,
            missing: Vec::new(),
            fresh: Some(Fresh {
                column: column("zoho.contacts", 6),
                // 2026-05-01T21:00:00 in Berlin.
                after: 1_777_662_000,
                zone: Some("Europe/Berlin".to_owned()),
            }),
        }),
        Question::Coverage {
            left: "zoho.contacts".to_owned(),
            right: "customerio.people".to_owned(),
            scope: Scope::All,
        },
        Question::Wide { dataset: "customerio.people".to_owned(), columns: vec![0, 1, 5], over: 1 },
        Question::Agree {
            left: column("zoho.contacts", 5),
            right: column("customerio.people", 4),
            reading: Reading::Truth,
            missing: Vec::new(),
            blank: Blank::Itself,
            also: Vec::new(),
            spare: true,
            fresh: None,
        },
        Question::Listing(Pick::Shaped {
            column: column("customerio.people", 5),
            lens: Lens::Filled(vec!["active".to_owned()]),
            shapes: BTreeSet::from(["missing".to_owned()]),
            scope: Scope::Linked(vec!["zoho.contacts".to_owned()]),
        }),
    ])
}

fn answers(shards: u32, all_rows: bool) -> BTreeMap<Question, Answer> {
    answers_to(&questions(), &contacts(40), shards, all_rows)
}

fn answers_to(
    questions: &BTreeSet<Question>,
    contacts: &str,
    shards: u32,
    all_rows: bool,
) -> BTreeMap<Question, Answer> {
    let (store, datasets) = store(&[("contacts.csv", contacts), ("people.csv", &people())]);
    let plan: Plan = datasets
        .values()
        .map(|dataset| {
            let address = dataset.find("Email").or_else(|| dataset.find("email"));
            (dataset.name.clone(), Keys { record: dataset.key, address, ..Keys::default() })
        })
        .collect();
    let identity = Identity::build(&store, &plan);
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
    engine.answer(questions)
}

#[test]
fn lenses_that_look_together_see_what_each_sees_alone() {
    let tokens = vec!["2026-05-01 03:00:00".to_owned(), "p7@example.com".to_owned(), "true".to_owned()];
    let lenses = [
        Lens::Stamp(tokens.clone()),
        Lens::Filled(tokens.clone()),
        Lens::Filled(Vec::new()),
        Lens::Fits(Fit::Time, tokens.clone()),
        Lens::Fits(Fit::Email, tokens),
        Lens::Identifier,
        Lens::Address,
        Lens::ProfileIdFault,
    ];
    // Addresses and times are as many as records, boxes are two; the last one is no column.
    let ask = |index: usize| {
        let column = column("zoho.contacts", index);
        lenses.iter().map(move |lens| Question::Shapes { column: column.clone(), lens: lens.clone() })
    };
    let all: BTreeSet<Question> = [4, 5, 6, 99].into_iter().flat_map(ask).collect();
    let contacts = contacts(600);
    let alone: BTreeMap<Question, Answer> =
        all.iter().flat_map(|question| answers_to(&BTreeSet::from([question.clone()]), &contacts, 1, false)).collect();
    for shards in [1, 2, 5, 41] {
        assert_eq!(answers_to(&all, &contacts, shards, false), alone, "{shards} shards");
    }
    for (question, answer) in alone {
        let is_there = !matches!(&question, Question::Shapes { column, .. } if column.index == 99);
        match answer {
            Answer::Shapes { rows: 600, .. } if is_there => {}
            Answer::Failed(why) if !is_there => assert_eq!(why, "column 99 of zoho.contacts is not loaded"),
            other => panic!("{question:?}: {other:?}"),
        }
    }
}

#[test]
fn shards_merge_to_the_whole() {
    for all_rows in [false, true] {
        let whole = answers(1, all_rows);
        for shards in [2, 5, 41] {
            assert_eq!(answers(shards, all_rows), whole, "{shards} shards");
        }
    }
}

#[test]
fn facts_are_right() {
    let whole = answers(1, false);
    for (question, answer) in &whole {
        match (question, answer) {
            (Question::Values { cap: 100, .. }, Answer::Values { rows, values, overflow }) => {
                assert_eq!((*rows, *overflow), (40, false));
                assert_eq!((values["Active"].rows, values["active"].rows), (13, 27));
                assert_eq!(values["active"].people, 26, "p38 has two profiles and is one person");
                assert_eq!(values["Active"].samples.len(), 5);
            }
            (Question::Values { .. }, Answer::Values { values, overflow, .. }) => {
                assert_eq!((values.len(), *overflow), (7, true))
            }
            (Question::Shapes { .. }, Answer::Shapes { shapes, .. }) => {
                assert_eq!(shapes["date and time without zone"].rows, 40)
            }
            (Question::Repeats { .. }, Answer::Repeats { groups, .. }) => {
                assert_eq!((groups.count, groups.members.rows, groups.members.people), (1, 2, 1));
                assert_eq!(groups.members.samples[0].other, "c39");
            }
            (Question::Compare { .. }, Answer::Compare { pairs, cells }) => {
                assert_eq!(*pairs, 40);
                let cell = |left: &str, right: &str| cells[&(left.to_owned(), right.to_owned())].rows;
                assert_eq!((cell("opted out", "opted out"), cell("opted out", "subscribed")), (5, 5));
            }
            (Question::Gap { .. }, gap @ Answer::Gap { pairs, .. }) => {
                // The second profile of p38 is a minute later, and an hour more by its record's hour.
                assert_eq!(*pairs, 40);
                assert_eq!((gap.quantile(0.5), gap.quantile(0.95)), (Some(19), Some(37)));
            }
            (Question::Agree { .. }, Answer::Agree(found)) => {
                // Every fourth contact is opted out, every eighth profile.
                assert_eq!((found.pairs, found.same, found.differ.rows), (40, 35, 5));
                assert_eq!(found.kinds["another value"].people, 5);
                let first = &found.differ.samples[0];
                assert_eq!((first.key.as_str(), first.value.as_str(), first.detail.as_str()), ("c04", "false", "true"));
            }
            (Question::Items { .. }, Answer::Values { rows, values, overflow }) => {
                assert!(*overflow, "eight items and room for five");
                let all = values.get("all").map_or((40, 39), |tally| (tally.rows, tally.people));
                assert_eq!((*rows, values.len(), all), (40, 5, (40, 39)));
            }
            (Question::Listing(Pick::Items { .. }), Answer::Rows { rows, met }) => {
                assert_eq!((*rows, met.rows, met.people), (40, 12, 12));
            }
            (Question::Order(_), Answer::Order(found)) => {
                assert_eq!((found.filled, found.excused), ([40, 40], 4));
                assert_eq!(found.days, BTreeMap::from([(20_573, 4), (20_574, 36)]));
                assert_eq!((found.early.rows, found.early.people), (36, 35));
            }
            (Question::Listing(_), Answer::Rows { rows, met }) => {
                assert_eq!((*rows, met.rows, met.people), (40, 40, 39), "missing tokens have no case");
            }
            (Question::Newest { .. }, Answer::Newest(newest)) => assert_eq!(*newest, Some(1_777_669_200)),
            (Question::Instants(_), Answer::Instants(found)) => {
                // The records of 22 and 23 o'clock are held back; two are synced within a minute.
                assert_eq!((found.pairs, found.held, found.compared), (40, 2, 38));
                let other = Apart { shift: None, read_at: None };
                let late = found.apart.iter().map(|(apart, tally)| (*apart, tally.rows)).collect::<Vec<_>>();
                assert_eq!(late, [(other, 36)]);
            }
            (Question::Coverage { .. }, Answer::Coverage(sides)) => {
                assert_eq!(
                    (sides.scope.rows, sides.split.rows, sides.split_profiles, sides.missing.rows),
                    (40, 1, 2, 1)
                );
            }
            (Question::Wide { .. }, Answer::Rows { rows, met }) => {
                assert_eq!((*rows, met.rows, met.people), (40, 40, 39), "the address and the stage are filled");
            }
            (Question::Delays { .. }, Answer::Delays(found)) => {
                assert_eq!((found.pairs, found.told(), found.ahead, found.bulk), (40, 40, 0, 0));
                assert_eq!((found.within(50), found.within(95)), (Some(19 * 60), Some(37 * 60)));
                assert_eq!(
                    (found.late.rows, found.late.people),
                    (9, 8),
                    "half an hour is in time; p38 has two profiles"
                );
            }
            (Question::Unwritten { .. }, Answer::Rows { rows, met }) => {
                // Five differ, and all of them changed before 21 o'clock.
                assert_eq!((*rows, met.rows, met.people), (40, 5, 5));
            }
            (Question::Follows(_), Answer::Follows(found)) => {
                // Every fourth is opted out; the first three are written within ten minutes.
                assert_eq!((found.scope, found.timed, found.known, found.standing), (40, 40, 40, 10));
                assert_eq!((found.met.rows, found.met.people), (7, 7));
                assert_eq!((found.met.samples[0].key.as_str(), found.met.samples.len()), ("c12", 5));
            }
            other => panic!("unexpected {other:?}"),
        }
    }
}

#[test]
fn questions_that_share_links_do_not_wait_for_each_other() {
    // Linking works on all threads; a thread that waits for its turn must not hold what another one needs.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build().expect("threads");
        for _ in 0..40 {
            pool.install(|| answers(5, true));
        }
        sender.send(()).expect("the test listens");
    });
    assert!(receiver.recv_timeout(std::time::Duration::from_secs(120)).is_ok(), "the engine hangs");
}
