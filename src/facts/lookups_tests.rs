//! Who took the place of whom, what lookups say, and what a merge would copy; in one piece and in many.

use std::collections::{BTreeMap, BTreeSet};

use super::local::Engine;
use super::memo::Memo;
use super::{Answer, Column, Consent, Lens, Question, Scope, Tokens};
use crate::frames::identity::{IdColumn, Identity, Keys, Numbering, Plan};
use crate::frames::testing::store;
use crate::timings::Timings;

const CONTACTS: &str = "Record Id,Contact Owner.id,Contact Owner,Last Name,Email,Email Opt Out
zcrm_5725767000004101001,zcrm_5725767000000411001,Dana Roth,A,p1@example.com,false
zcrm_5725767000004101002,zcrm_5725767000000411001,Dana Roth,B,p2@example.com,true
zcrm_5725767000004101003,zcrm_5725767000000411001,Dana Roth,C,p3@example.com,false
zcrm_5725767000004101004,zcrm_5725767000000411001,Dana Roth,D,p4@example.com,false
zcrm_5725767000004101005,zcrm_5725767000000411001,Dana Roth,E,p5@example.com,true
";
const LEADS: &str = "Record Id,Lead Owner.id,Lead Owner,Last Name,Email,Email Opt Out,Is Converted,Converted Contact.id,Converted Contact
zcrm_5725767000005201001,zcrm_5725767000000411001,Dana Roth,A,a@example.net,true,true,zcrm_5725767000004101001,A
zcrm_5725767000005201002,zcrm_5725767000000411001,Dana Roth,B,b@example.net,true,true,zcrm_5725767000004101002,B
zcrm_5725767000005201003,zcrm_5725767000000411001,Dana Roth,C,p3@example.com,true,false,,
";
const PEOPLE: &str = "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,cio_subscription_preferences
,p1@example.com,c1,1714577744,false,5725767000004101001,
,old2@example.com,c2,1714577744,false,zcrm_5725767000005201002,
,p3@example.com,c3,1714577744,false,5725767000004109003,
,p4@example.com,c4,1714577744,,5725767000004101004,
,p4@example.com,c5,1714577744,false,5725767000004109004,
,p4@example.com,c6,1714577744,true,,
";

fn column(dataset: &str, index: usize) -> Column {
    Column { dataset: dataset.to_owned(), index }
}

fn out(index: usize) -> Scope {
    let lens = Lens::Consent(Consent::OptOutBox);
    Scope::Shaped { index, lens, shapes: BTreeSet::from(["opted out".to_owned()]) }
}

fn coverage(scope: Scope) -> Question {
    Question::Coverage { left: "zoho.contacts".to_owned(), right: "customerio.people".to_owned(), scope }
}

fn questions() -> [Question; 5] {
    let lens = || Lens::Consent(Consent::OptOutBox);
    [
        Question::Stranded {
            column: column("customerio.people", 5),
            parent: "zoho.contacts".to_owned(),
            child: Some("zoho.leads".to_owned()),
        },
        Question::Named {
            left: column("zoho.leads", 5),
            left_lens: lens(),
            right: column("zoho.contacts", 5),
            right_lens: lens(),
        },
        Question::Stubs { consent: column("customerio.people", 4), topics: Some(6), life: vec![5] },
        coverage(Scope::Both(Box::new(Scope::Reachable(4)), Box::new(out(5)))),
        coverage(Scope::Not(Box::new(Scope::Either(
            Box::new(out(5)),
            Box::new(Scope::Linked(vec!["zoho.leads".to_owned()])),
        )))),
    ]
}

fn answers(shards: u32) -> BTreeMap<Question, Answer> {
    let (store, datasets) = store(&[("contacts.csv", CONTACTS), ("leads.csv", LEADS), ("people.csv", PEOPLE)]);
    let keys = |name: &str| {
        let dataset = &datasets[name];
        let id = dataset.find("zoho_contact_id").map(|column| IdColumn { column, numbering: Numbering::Zoho });
        Keys {
            record: dataset.key,
            shared: name.starts_with("zoho."),
            ids: id.into_iter().collect(),
            address: dataset.find("Email"),
            parents: dataset.find("Converted Contact.id").into_iter().collect(),
            ..Keys::default()
        }
    };
    let plan: Plan = datasets.keys().map(|name| (name.clone(), keys(name))).collect();
    let identity = Identity::build(&store, &plan);
    let (memo, timings) = (Memo::default(), Timings::default());
    let engine = Engine {
        memo: &memo,
        store: &store,
        identity: &identity,
        shards,
        all_rows: true,
        now: 1_780_272_000,
        any_case: false,
        zones: BTreeMap::new(),
        spellings: BTreeMap::new(),
        missing: Tokens::default(),
        timings: &timings,
    };
    engine.answer(&questions().into_iter().collect())
}

#[test]
fn lookups_and_merges_are_told_alike_in_pieces() {
    let whole = answers(1);
    for shards in [2, 5, 41] {
        assert_eq!(answers(shards), whole, "{shards} shards");
    }
    let [stranded, named, stubs, gone, rest] = questions().map(|question| whole[&question].clone());
    let Answer::Rows { rows, met } = stranded else { panic!("{stranded:?}") };
    let told: Vec<[&str; 3]> =
        met.samples.iter().map(|sample| [sample.key.as_str(), &sample.other, &sample.detail]).collect();
    let wanted = [
        ["c2", "zcrm_5725767000004101002", "the lead was converted"],
        ["c3", "zcrm_5725767000004101003", "same address"],
    ];
    assert_eq!((rows, told.as_slice()), (5, wanted.as_slice()), "the contact of c5 has a profile of its own");
    let Answer::Compare { pairs, cells } = named else { panic!("{named:?}") };
    let cell = |right: &str| cells[&("opted out".to_owned(), right.to_owned())].rows;
    assert_eq!((pairs, cell("opted out"), cell("not opted out")), (2, 1, 1), "an open lead names nobody");
    let Answer::Repeats { groups, .. } = stubs else { panic!("{stubs:?}") };
    let keys: Vec<&str> = groups.members.samples.iter().map(|sample| sample.key.as_str()).collect();
    assert_eq!((groups.count, keys), (1, vec!["c4", "c6"]), "c5 says that it may be mailed, and keeps it");
    let Answer::Coverage(sides) = gone else { panic!("{gone:?}") };
    assert_eq!(
        (sides.scope.rows, sides.missing.rows),
        (2, 2),
        "p2 and p5 are opted out and on no profile by id or address"
    );
    let Answer::Coverage(sides) = rest else { panic!("{rest:?}") };
    assert_eq!((sides.scope.rows, sides.missing.rows), (2, 0), "p1 and p4: p3 has the address of a lead");
}
