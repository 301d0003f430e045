//! Who is who: what joins people, and what must never join them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{IdColumn, Identity, Keys, Numbering, Plan};
use crate::exports::Dataset;
use crate::frames::links::Tier;
use crate::frames::testing::store;

const CONTACTS: &str = "\
Record Id,Contact Owner.id,Contact Owner,First Name,Last Name,Email
zcrm_5725767000004101001,zcrm_5725767000000411001,Dana Roth,Ana,Weber,ana.weber@example.com
zcrm_5725767000004101002,zcrm_5725767000000411001,Dana Roth,Ben,Frey,zz.crmlint.ben@gmail.com
zcrm_5725767000004101003,zcrm_5725767000000411001,Dana Roth,Cleo,Ott,test@test.com
zcrm_5725767000004101004,zcrm_5725767000000411001,Dana Roth,Dora,Ude,n/a
";
const PEOPLE: &str = "\
id,email,cio_id,created_at,unsubscribed,zoho_contact_id
,other@example.org,a1,1714577744,false,ZCRM_5725767000004101001
, ANA.WEBER@Example.com,a2,1714577744,false,
,zzcrmlintben+tea@googlemail.com,a3,1714577744,false,none
,test@test.com,a4,1714577744,false,
,ana.weber@example.com,a5,1714577744,false,5725767000004101002
";

fn plan(datasets: &BTreeMap<String, Arc<Dataset>>) -> Plan {
    let keys = |dataset: &Dataset| Keys {
        record: dataset.key,
        shared: dataset.name.starts_with("zoho"),
        ids: dataset
            .find("zoho_contact_id")
            .map(|column| IdColumn { column, numbering: Numbering::Zoho })
            .into_iter()
            .collect(),
        address: dataset.find("Email").or_else(|| dataset.find("email")),
        ..Keys::default()
    };
    datasets.values().map(|dataset| (dataset.name.clone(), keys(dataset))).collect()
}

#[test]
fn prefix_and_case_never_split_a_person() {
    let (store, datasets) = store(&[("contacts.csv", CONTACTS), ("people.csv", PEOPLE)]);
    let identity = Identity::build(&store, &plan(&datasets));
    let contacts = &identity.people("zoho.contacts").expect("contacts").person;
    let people = &identity.people("customerio.people").expect("people").person;
    assert_eq!(people[0], contacts[0], "the identifier, whatever its prefix and case");
    assert_eq!(people[1], contacts[0], "the address, whatever its case and blanks");
    assert_eq!(people[2], contacts[1], "the mailbox behind the address");
    assert_ne!(people[3], contacts[2], "a placeholder joins nobody");
    assert_eq!(people[4], contacts[1], "its identifier is that of another person, whatever its address");
    assert_ne!(contacts[0], contacts[1]);
    let groups = &identity.people("customerio.people").expect("people").group;
    assert_eq!(groups[1], groups[4], "who shares an address is worked on in one piece");
    assert_ne!(contacts[2], contacts[3], "a missing token joins nobody");
}

#[test]
fn the_identifier_goes_before_the_address() {
    let (store, datasets) = store(&[("contacts.csv", CONTACTS), ("people.csv", PEOPLE)]);
    let identity = Identity::build(&store, &plan(&datasets));
    let links = identity.links("zoho.contacts", "customerio.people");
    let of = |right: u32| -> Vec<(u32, Tier)> {
        links.iter().filter(|link| link.right == right).map(|link| (link.left, link.tier)).collect()
    };
    assert_eq!(of(0), [(0, Tier::Identifier)]);
    assert_eq!(of(1), [(0, Tier::Address)]);
    assert_eq!(of(2), [(1, Tier::Mailbox)], "an identifier that is no id falls back to the mailbox");
    assert_eq!(of(3), []);
    assert_eq!(of(4), [(1, Tier::Identifier)], "its own address would say contact 0");
}

#[test]
fn one_address_on_everything_stays_linear() {
    let mut contacts = "Record Id,Contact Owner.id,Contact Owner,Last Name,Email\n".to_owned();
    let mut people = "id,email,cio_id,created_at,unsubscribed\n".to_owned();
    for n in 0..3_000 {
        contacts += &format!("zcrm_5725767000004{n:06},zcrm_5725767000000411001,Dana Roth,P{n},info@example.com\n");
        people += &format!(",info@example.com,c{n},1714577744,false\n");
    }
    let (store, datasets) = store(&[("contacts.csv", &contacts), ("people.csv", &people)]);
    let identity = Identity::build(&store, &plan(&datasets));
    let links = identity.links("zoho.contacts", "customerio.people");
    assert_eq!(links.len(), 5_999, "each is linked to the first of the other side");
    assert_eq!(identity.wide().values().sum::<u64>(), 1, "and that is said");
}

#[test]
fn events_belong_to_whom_their_key_names() {
    let people = "id,email,cio_id,created_at,unsubscribed\nAna,a@example.com,c1,1714577744,false\nana,b@example.com,c2,1714577744,false\n";
    let events = "event_id,event,timestamp,customer_id,cio_id,email\n\
        e1,x,1779000000,Ana,,b@example.com\ne2,x,1779000000,,c2,\ne3,x,1779000000,,,B@Example.com\ne4,x,1779000000,nobody,,a@example.com\n";
    let (store, datasets) = store(&[("people.csv", people), ("events.csv", events)]);
    let refs = |dataset: &Dataset, id: &str| {
        let named = [(id, Numbering::ProfileId), ("cio_id", Numbering::CioId)].into_iter();
        named.filter_map(|(name, numbering)| Some(IdColumn { column: dataset.find(name)?, numbering })).collect()
    };
    let keys = |dataset: &Dataset| {
        let happens = dataset.module == "events";
        let refs = refs(dataset, if happens { "customer_id" } else { "id" });
        Keys { record: dataset.key, address: dataset.find("email"), refs, events: happens, ..Keys::default() }
    };
    let plan: Plan = datasets.iter().map(|(name, dataset)| (name.clone(), keys(dataset))).collect();
    let identity = Identity::build(&store, &plan);
    let person = |dataset: &str| identity.people(dataset).expect("read").person.clone();
    let (people, events) = (person("customerio.people"), person("customerio.events"));
    assert_ne!(people[0], people[1], "an event with the address of another joins nobody");
    assert_eq!(events[..3], [people[0], people[1], people[1]]);
    assert!(!people.contains(&events[3]), "a key that nobody has is nobody's");
    let links = identity.links("customerio.events", "customerio.people");
    let pairs: Vec<(u32, u32)> = links.iter().map(|link| (link.left, link.right)).collect();
    assert_eq!(pairs, [(0, 0), (1, 1)], "a link is by key; the address comes in where no key is");
}

#[test]
fn an_account_is_linked_to_the_profiles_of_its_people() {
    let contacts = "Record Id,Contact Owner.id,Contact Owner,Last Name,Email,Account Name.id,Account Name\n\
        zcrm_5725767000004101001,zcrm_5725767000000411001,Dana Roth,Lind,mara@example.com,zcrm_5725767000009901001,Tea\n\
        zcrm_5725767000004101002,zcrm_5725767000000411001,Dana Roth,Weber,ana@example.com,zcrm_5725767000009901001,Tea\n\
        zcrm_5725767000004101003,zcrm_5725767000000411001,Dana Roth,Ohara,ben@example.com,,\n";
    let accounts = "Record Id,Account Owner.id,Account Owner,Account Name,Account Type\n\
        zcrm_5725767000009901001,zcrm_5725767000000411001,Dana Roth,Tea,Customer\n";
    let people = "id,email,cio_id,created_at,unsubscribed\n,ana@example.com,a1,1714577744,false\n\
        ,ben@example.com,a2,1714577744,false\n,mara@example.com,a3,1714577744,false\n";
    let (store, datasets) = store(&[("contacts.csv", contacts), ("accounts.csv", accounts), ("people.csv", people)]);
    let mut plan = plan(&datasets);
    for (name, keys) in &mut plan {
        keys.is_common = name == "zoho.accounts";
        keys.common = datasets[name].find("Account Name.id").filter(|_| name == "zoho.contacts");
    }
    let identity = Identity::build(&store, &plan);
    let pairs = |right: &str| -> Vec<(u32, u32)> {
        identity.links("zoho.accounts", right).iter().map(|link| (link.left, link.right)).collect()
    };
    assert_eq!(pairs("customerio.people"), [(0, 0), (0, 2)]);
    assert_eq!(pairs("zoho.contacts"), [(0, 0), (0, 1)]);
    let people = &identity.people("zoho.contacts").expect("contacts").person;
    assert_ne!(people[0], people[1], "an account is no person");
}
