//! Tests of recognition and of datasets as the rest of the crate sees them.
#![allow(clippy::unwrap_used)]

use super::testing::{Folder, all, column, damage, labels, only, request};
use super::{Choice, DamageKind, Dialect, Request, System, open};

const CONTACTS: &str = "Record Id,Contact Owner.id,Contact Owner,Email,Contact Name,Email Opt Out,Created Time\n\
    zcrm_5725767000004101001,zcrm_5725767000000411001,Dana Roth,ana@example.com,Ana Weber,true,2025-11-03 10:15:22\n";
const DEALS: &str = "Record Id,Deal Owner.id,Deal Owner,Deal Name,Stage,Contact Name.id,Contact Name,Probability (%)\n\
    zcrm_5725767000004201001,zcrm_5725767000000411001,Dana Roth,Renewal,Open,zcrm_5725767000004101001,Ana Weber,90\n";
const LEADS: &str = "Record Id,Is Converted,Lead Owner.id,Lead Owner,Company,Lead Name,Title\n\
    zcrm_5725767000004301001,false,zcrm_5725767000000411001,Dana Roth,Fjord,Ben O'Hara,CEO\n";

fn names(request: &Request) -> Vec<String> {
    open(request).unwrap().into_iter().map(|dataset| dataset.name).collect()
}

#[test]
fn a_dataset_may_cross_threads() {
    fn check<T: Send + Sync>() {}
    check::<super::Dataset>();
}

#[test]
fn ui_exports_are_recognised_whatever_the_file_is_called() {
    let folder = Folder::new();
    for (text, name) in [(CONTACTS, "zoho.contacts"), (DEALS, "zoho.deals"), (LEADS, "zoho.leads")] {
        let dataset = folder.one("export (3).csv", text);
        assert_eq!((dataset.name.as_str(), dataset.dialect, dataset.key), (name, Dialect::ZohoUi, Some(0)));
    }
    let contacts = folder.one("c.csv", CONTACTS);
    for (name, label) in [
        ("Owner", "Contact Owner"),
        ("owner.id", "Contact Owner.id"),
        ("Full_Name", "Contact Name"),
        ("Email_Opt_Out", "Email Opt Out"),
        ("email opt out", "Email Opt Out"),
        ("id", "Record Id"),
    ] {
        assert_eq!(contacts.columns[contacts.find(name).unwrap()].label, label, "{name}");
    }
    assert_eq!(contacts.find("Nothing"), None);
    assert_eq!(contacts.preview.len(), 1);
    let deals = folder.one("d.csv", DEALS);
    assert_eq!(deals.columns[deals.find("Contact_Name").unwrap()].label, "Contact Name");
    assert_eq!(deals.columns[deals.find("Probability").unwrap()].label, "Probability (%)");
}

#[test]
fn translated_custom_and_history_files_are_recognised() {
    let folder = Folder::new();
    let translated = CONTACTS.replacen("Record Id", "データID", 1).replace("Contact Owner", "担当者");
    let dataset = folder.one("Contacts_2026_05_21.csv", translated);
    assert_eq!((dataset.name.as_str(), dataset.key), ("zoho.contacts", Some(0)));
    assert_eq!(dataset.columns[0].api_name.as_deref(), Some("id"));
    let custom = CONTACTS.replace("Contact Owner", "Payment Owner");
    assert_eq!(folder.one("x.csv", &custom).name, "zoho.payments");
    let history = "Record Id,Deal Name.id,Deal Name,Stage,Stage Duration (Calendar Days),Moved To\n\
        zcrm_5725767000004201001,zcrm_5725767000004201001,Renewal,Open,3,Won\n";
    assert_eq!(folder.one("Deals__2026_05_28.csv", history).name, "zoho.deal_stage_history");
    // HubSpot writes "Record ID" and bare numbers.
    assert_eq!(folder.one("hub.csv", "Record ID,First Name\n123,Ana\n").system, System::Generic);
    // A folder that happens to be called data makes no backup.
    let path = folder.write("data/Contacts_2026_05_21.csv", CONTACTS);
    assert_eq!(only(&request(path)).dialect, Dialect::ZohoUi);
}

#[test]
fn bulk_read_answers_to_labels() {
    let folder = Folder::new();
    let contacts = "Id,Owner,Lead_Source,Last_Name,Account_Name,Email,Mailing_City,Email_Opt_Out,Lifecycle_Stage,Created_Time\n\
        5725767000004101001,5725767000000411001,Chat,Weber,,ana@example.com,Berlin,true,Customer,2025-11-03T10:15:22+01:00\n";
    let path = folder.zip("job.zip", &[("5725767000004301001.csv", contacts.as_bytes())]);
    let dataset = only(&request(path));
    assert_eq!((dataset.name.as_str(), dataset.dialect, dataset.key), ("zoho.contacts", Dialect::ZohoBulk, Some(0)));
    for (name, label) in [
        ("Record Id", "Id"),
        ("Email Opt Out", "Email_Opt_Out"),
        ("Lifecycle Stage", "Lifecycle_Stage"),
        ("Contact Owner", "Owner"),
        ("Account Name.id", "Account_Name"),
        ("Contact Owner.id", "Owner"),
    ] {
        assert_eq!(dataset.find(name).map(|at| dataset.columns[at].label.as_str()), Some(label), "{name}");
    }
    let deals =
        "Id,Deal_Name,Stage,Contact_Name,Created_Time\n5725767000004201001,Renewal,Open,5725767000004101001,x\n";
    let dataset = folder.one("5725767000004301002.csv", deals);
    assert_eq!(dataset.name, "zoho.deals");
    assert_eq!(dataset.find("Contact Name.id"), Some(3));
    let other = folder.write("Invoices_001.csv", "Id,Subject,Created_Time,Modified_Time\n5725767000004201001,a,b,c\n");
    assert_eq!(names(&request(other.clone())), ["zoho.invoices"]);
    assert_eq!(names(&Request { module: Some("Bills".into()), ..request(other) }), ["zoho.bills"]);
}

#[test]
fn zoho_is_recognised_although_a_spreadsheet_wore_its_ids() {
    let folder = Folder::new();
    let header = "Id,Owner,Lead_Source,First_Name,Last_Name,Email,Created_Time,Mailing_City";
    for id in ["5.72577E+18", "5,72577E+18", "5725767000004101000.0", "", "lost"] {
        let text =
            format!("{header}\n\"{id}\",5725767000000411001,Web,A,B,a@example.com,2025-11-03T10:15:22+01:00,Bonn\n");
        let dataset = folder.one("5725767000004301001.csv", text);
        assert_eq!(
            (dataset.name.as_str(), dataset.dialect, dataset.key),
            ("zoho.contacts", Dialect::ZohoBulk, Some(0))
        );
    }
    assert_eq!(folder.one("b.csv", "Id,Deal_Name\n5.72577E+18,x\n").dialect, Dialect::ZohoBulk);
    // Names that others have too need the ids of Zoho.
    assert_eq!(folder.one("o.csv", "Id,First_Name,Last_Name\n42,A,B\n").dialect, Dialect::Generic);
    let labelled = "Record Id,Plan\n5.72577E+18,Gold\n";
    assert_eq!(folder.one("Contacts_001.csv", labelled).dialect, Dialect::ZohoUi);
    let translated = CONTACTS.replacen("Record Id", "データID", 1).replace("zcrm_5725767000004101001", "5.72577E+18");
    let dataset = folder.one("Contacts_002.csv", translated);
    assert_eq!((dataset.name.as_str(), dataset.dialect, dataset.key), ("zoho.contacts", Dialect::ZohoUi, Some(0)));
    let answer = r#"{"data":[{"id":5.725767000004101e18,"Last_Name":"Weber","Mailing_City":"Bonn"}]}"#;
    assert_eq!(folder.one("a.json", answer).dialect, Dialect::ZohoJson);
}

#[test]
fn a_declared_system_decides_what_content_leaves_open() {
    let folder = Folder::new();
    let some =
        folder.write("customers_export.csv", "email,zoho_contact_id,plan\na@example.com,zcrm_5725767000004101001,x\n");
    let declared =
        |paths: Vec<std::path::PathBuf>| Request { paths, system: Some(System::CustomerIo), ..Request::default() };
    let dataset = only(&declared(vec![some.clone()]));
    assert_eq!((dataset.name.as_str(), dataset.dialect), ("customerio.people", Dialect::CustomerIoPeople));
    assert_eq!(dataset.key, Some(0));
    let other = folder.write("opens.csv", "newsletter_id,email,opened\n1,a@example.com,3\n");
    assert_eq!(names(&declared(vec![some.clone(), other])), ["customerio.opens", "customerio.people"]);
    // Next to a whole export of people, a list with some columns is a list of its own.
    let whole = folder.write("people.csv", "id,email,cio_id\n1,a@example.com,a1\n");
    assert_eq!(names(&declared(vec![some, whole])), ["customerio.customers_export", "customerio.people"]);
    let bare = folder.write("bare.csv", "u1,b@example.com,c5\n");
    assert_eq!(names(&declared(vec![bare])), ["customerio.people"]);

    // Undeclared, a column that points to Zoho makes no export of Zoho.
    let list = "email,zoho_contact_id,plan\na@example.com,zcrm_5725767000004101001,x\n";
    assert_eq!(folder.one("list.csv", list).system, System::Generic);

    let one = folder.write("one.csv", "Plan,Email Opt Out\nGold,true\n");
    let two = folder.write("two.csv", "Plan,Email Opt Out\nGold,true\n");
    let zoho = Request { system: Some(System::Zoho), module: Some("Contacts".into()), ..declared(vec![one, two]) };
    assert_eq!(names(&zoho), ["zoho.contacts"]);
}

#[test]
fn data_in_place_of_a_header_is_never_repeated() {
    let folder = Folder::new();
    let path = folder.write("people.csv", "u0,person0@example.com,zcrm_5725767000004101003\nu1,b@example.com,\n");
    let dataset = only(&request(path.clone()));
    assert_eq!(labels(&dataset), ["column 1", "column 2", "column 3"]);
    let (rows, report) = all(&dataset);
    assert_eq!(rows, ["u0|person0@example.com|zcrm_5725767000004101003", "u1|b@example.com|"]);
    assert_eq!(damage(&report), [(DamageKind::NoHeader, 1, "-/1/-".into())]);
    let with = |path: &std::path::PathBuf, key: &str| {
        let error = open(&Request { key: Some(key.into()), ..request(path.clone()) }).unwrap_err();
        format!("{} {}", error.fault().message, error.fault().help.as_deref().unwrap_or_default())
    };
    let said = with(&path, "person0@exampel.com");
    assert_eq!(said, "The declared key column is not in generic.people Name a column of the export as the key.");
    let json = folder.write("keys.json", r#"[{"ana@example.com":1,"49301234567":2}]"#);
    assert!(!with(&json, "an@example.com").contains('@') && !with(&json, "49301234568").contains("4930"));
}

#[test]
fn labels_hold_nothing_that_a_terminal_obeys() {
    let folder = Folder::new();
    let csv = folder.one("a.csv", "id,S\u{1b}[31m,\"First\nName\",x\u{202e}y,x\u{202d}y\n1,2,3,4,5\n");
    let expected = ["id", "S\u{fffd}[31m", "First\u{fffd}Name", "x\u{fffd}y", "x\u{fffd}y (2)"];
    assert_eq!(labels(&csv), expected);
    assert_eq!(column(&csv, "S\u{1b}[31m"), ["2"]);
    assert_eq!(column(&csv, "First Name"), ["3"]);
    let json = folder.one("b.json", "[{\"id\":1,\"S\\u001b[31m\":2,\"x\u{202e}y\":3,\"x\u{202d}y\":4}]");
    assert_eq!(labels(&json), ["id", "S\u{fffd}[31m", "x\u{fffd}y", "x\u{fffd}y (2)"]);
    assert_eq!(all(&json).0, ["1|2|3|4"]);
}

#[test]
fn a_backup_is_one_dataset_a_module() {
    let folder = Folder::new();
    let reordered = "Record Id,Email,Plan Tier,Contact Owner\nzcrm_5725767000004101002,b@example.org,Gold,Dana Roth\n";
    let fields = "Module,Label,Api Name\nContacts,Plan Tier,Plan\nContacts,Email,Email\n";
    let options = "Module,Api Name,Display Value,Actual Value\nContacts,Plan,Gold,gold\n";
    let members: [(&str, &[u8]); 6] = [
        ("Data/Contacts_001.csv", CONTACTS.as_bytes()),
        ("Data/Contacts_002.csv", reordered.as_bytes()),
        ("Data/Deals_001.csv", DEALS.as_bytes()),
        ("Data/Users_001.csv", b"User Name,Email\nDana Roth,d@example.com\n"),
        ("Metadata/Fields_001.csv", fields.as_bytes()),
        ("Metadata/PickListFieldProperties_001.csv", options.as_bytes()),
    ];
    let path = folder.zip("backup.zip", &members);
    let found = open(&request(path.clone())).unwrap();
    let found_names: Vec<&str> = found.iter().map(|dataset| dataset.name.as_str()).collect();
    assert_eq!(found_names, ["zoho.contacts", "zoho.deals", "zoho.users"]);
    let contacts = &found[0];
    assert_eq!(contacts.dialect, Dialect::ZohoBackup);
    assert_eq!(column(contacts, "Email"), ["ana@example.com", "b@example.org"]);
    assert_eq!(column(contacts, "Plan"), ["", "Gold"]);
    assert_eq!(column(contacts, "Contact Owner.id"), ["zcrm_5725767000000411001", ""]);
    let gold = Choice { shown: "Gold".to_owned(), stored: "gold".to_owned(), used: true };
    assert_eq!(contacts.picklists["Plan Tier"], [gold]);
    assert!(contacts.files[1].ends_with("backup.zip: Data/Contacts_002.csv"));
    assert_eq!(contacts.preview.len(), 2);
    assert_eq!(names(&Request { module: Some("deals".into()), ..request(path.clone()) }), ["zoho.deals"]);
    let nothing = folder.refusal(&Request { module: Some("Calls".into()), ..request(path.clone()) });
    assert_eq!(nothing, "The source has no module \"Calls\"; it holds Contacts, Deals, Users");

    for (name, bytes) in members {
        folder.write(&format!("unpacked/{name}"), bytes);
    }
    assert_eq!(names(&request(folder.at("unpacked"))), ["zoho.contacts", "zoho.deals", "zoho.users"]);
    let ui = folder.write("contacts.csv", CONTACTS);
    let both = folder.refusal(&Request { paths: vec![path, ui], ..Request::default() });
    assert!(both.starts_with("Contacts is given twice: "), "{both}");
    assert!(both.contains("is a Zoho CRM data backup and contacts.csv is a Zoho CRM UI export"), "{both}");
}

#[test]
fn shopify_guards_are_stripped() {
    let folder = Folder::new();
    let text = "Customer ID,First Name,Email,Accepts Email Marketing,Default Address Zip,Phone,Total Orders\n\
        '7011234567801,Ana,ana@example.com,yes,'LS1 1AA,'+493023125101,3\n";
    let dataset = folder.one("customers_export.csv", text);
    assert_eq!((dataset.name.as_str(), dataset.dialect), ("shopify.customers", Dialect::ShopifyCustomers));
    let (rows, report) = all(&dataset);
    assert_eq!(rows, ["7011234567801|Ana|ana@example.com|yes|LS1 1AA|+493023125101|3"]);
    assert_eq!((report.columns[0].longest, report.widest), (13, 7));
    assert_eq!(dataset.preview[0][0], "7011234567801");
    assert_eq!(dataset.key, Some(0));
    let old =
        folder.one("old.csv", "First Name,Last Name,Email,Accepts Marketing,Total Spent\nAna,W,a@example.com,yes,1\n");
    assert_eq!((old.name.as_str(), old.key), ("shopify.customers", Some(2)));
}

#[test]
fn klaviyo_is_recognised_although_it_carries_columns_of_shopify() {
    let folder = Folder::new();
    let text = "Email,Klaviyo ID,First Name,Accepts Marketing,Email Marketing Consent\na@example.com,01H,Ana,true,SUBSCRIBED\n";
    let dataset = folder.one("all.csv", text);
    assert_eq!((dataset.name.as_str(), dataset.key), ("klaviyo.profiles", Some(1)));
}

#[test]
fn generic_tables_take_name_module_and_key_from_the_request() {
    let folder = Folder::new();
    let one = folder.write("orders_2026-01.csv", "Order No,Email\n1,a@example.com\n");
    let two = folder.write("orders_2026-02.csv", "Order No,Email\n2,b@example.com\n");
    let named = Request { name: Some("ERP".into()), key: Some("order_no".into()), ..request(one.clone()) };
    let dataset = only(&named);
    assert_eq!((dataset.name.as_str(), dataset.key, dataset.system), ("erp.orders_2026-01", Some(0), System::Generic));
    let parts = Request { paths: vec![folder.at("orders_*.csv")], ..named.clone() };
    let dataset = only(&parts);
    assert_eq!((dataset.name.as_str(), dataset.files.len()), ("erp.orders", 2));
    assert_eq!(all(&dataset).0, ["1|a@example.com", "2|b@example.com"]);
    let dataset = only(&Request { module: Some("Sales Orders".into()), paths: vec![one, two], ..named.clone() });
    assert_eq!(dataset.name, "erp.sales_orders");
    let error = open(&Request { key: Some("Order Nr".into()), ..named }).unwrap_err();
    assert_eq!(error.fault().help.as_deref(), Some("Did you mean \"Order No\"?"));
    assert_eq!(error.exit(), crate::error::Exit::Usage);
}

#[test]
fn a_named_system_rules_over_recognition() {
    let folder = Folder::new();
    let path = folder.write("list.csv", "id,email\n1,a@example.com\n");
    let with = |system| Request { system: Some(system), ..request(path.clone()) };
    assert_eq!(names(&with(System::Klaviyo)), ["klaviyo.profiles"]);
    let dataset = only(&Request { module: Some("subscriptions".into()), ..with(System::CustomerIo) });
    assert_eq!((dataset.name.as_str(), dataset.key), ("customerio.subscriptions", Some(0)));
    let zoho = folder.write("contacts.csv", CONTACTS);
    let dataset = only(&Request { system: Some(System::Generic), ..request(zoho) });
    assert_eq!((dataset.name.as_str(), dataset.columns[0].api_name.as_deref()), ("generic.contacts", None));
}

#[test]
fn one_request_may_hold_several_systems_and_repeated_labels() {
    let folder = Folder::new();
    folder.write("mixed/a.csv", CONTACTS);
    folder.write("mixed/b.csv", "id,email,cio_id\n1,a@example.com,a1\n");
    assert_eq!(names(&request(folder.at("mixed"))), ["customerio.people", "zoho.contacts"]);
    let twice = CONTACTS.replacen("Created Time", "Email", 1);
    let dataset = folder.one("twice.csv", twice);
    assert_eq!(labels(&dataset)[6], "Email (2)");
    assert_eq!(dataset.columns[6].api_name, None);
}

#[test]
fn progress_hears_every_byte_on_disk() {
    struct Heard(std::sync::atomic::AtomicU64);
    impl super::Progress for Heard {
        fn bytes(&self, read: u64) {
            self.0.fetch_add(read, std::sync::atomic::Ordering::Relaxed);
        }
    }
    let folder = Folder::new();
    let dataset = folder.one("c.csv", CONTACTS);
    let heard = Heard(std::sync::atomic::AtomicU64::new(0));
    dataset.read(&[0], &heard, &mut |_| {}).unwrap();
    assert_eq!(heard.0.into_inner(), CONTACTS.len() as u64);
}

/// Whatever the bytes are, the answer is records or a sentence.
#[test]
fn bent_files_never_panic() {
    let folder = Folder::new();
    let person = r#"[{"id":"7","attributes":{"plan":["gold"]},"identifiers":{"cio_id":"a1"}},{"id":1.5e3}]"#;
    let packed = std::fs::read(folder.gzip("g", CONTACTS.as_bytes())).unwrap();
    let zipped = std::fs::read(folder.zip("z", &[("Data/Contacts_001.csv", CONTACTS.as_bytes())])).unwrap();
    let wide: Vec<u8> = CONTACTS.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let seeds = [CONTACTS.as_bytes().to_vec(), person.into(), packed, zipped, wide, LEADS.replace('\n', "\r").into()];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for seed in &seeds {
        for _ in 0..150 {
            let mut bytes = seed.clone();
            for _ in 0..=random(6) {
                let at = random(bytes.len());
                match random(4) {
                    0 => bytes[at] = u8::try_from(random(256)).unwrap(),
                    1 => bytes.insert(at, b"\",\r\n\0\xe9{[:"[random(9)]),
                    2 => bytes.truncate(at.max(1)),
                    _ => drop(bytes.remove(at)),
                }
                if bytes.is_empty() {
                    bytes.push(b'x');
                }
            }
            let path = folder.write("bent.csv", &bytes);
            for dataset in open(&request(path)).unwrap_or_default() {
                let wanted: Vec<usize> = (0..dataset.columns.len()).collect();
                // Both a report and a sentence are fine.
                let _ = dataset.read(&wanted, &(), &mut |batch| {
                    wanted.iter().for_each(|at| assert_eq!(batch.cells(*at).len(), batch.rows()));
                });
            }
        }
    }
}
