//! Deliveries, lists of those who must not be mailed, and the freshness of exports: what is missing is named.
#![allow(clippy::unwrap_used)]

mod common;

use common::{audit, list, status, text, workspace};
use serde_json::Value;

const MAPPING: &str = "version: 1
identity: {canonical: zoho_contact_id, source: zoho.contacts.Record Id}
attributes:
  unsubscribed: {from: zoho.contacts.Email Opt Out, type: boolean, role: consent, owner: zoho}
  city: {from: zoho.contacts.Mailing City, type: text, owner: zoho}
";
const CONTACTS: &str = "Record Id,Contact Owner.id,Contact Owner,Last Name,Email,Email Opt Out,Unsubscribed Time,Modified Time,Mailing City
zcrm_5725767000004101001,zcrm_5725767000000411001,Dana Roth,P1,p1@example.com,true,2026-05-01 10:00:00,2026-05-01 10:00:00,Bonn
zcrm_5725767000004101002,zcrm_5725767000000411001,Dana Roth,P2,p2@example.com,false,,2026-05-02 10:00:00,Graz
";
const PEOPLE: &str = "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,city,zoho_synced_at
u1,p1@example.com,c1,1714577744,true,5725767000004101001,Bonn,1777629900
u2,p2@example.com,c2,1714577745,false,5725767000004101002,Graz,1777716300
";

/// The report of the two contacts and their profiles, with a list of messages and more in both documents.
fn report(deliveries: &str, source: &str, config: &str, mapping: &str) -> Value {
    report_of(CONTACTS, deliveries, source, config, mapping)
}

fn report_of(contacts: &str, deliveries: &str, source: &str, config: &str, mapping: &str) -> Value {
    let config = format!(
        "version: 1\nmapping: mapping.yaml\nsources:\n  zoho: {{files: contacts.csv, time_zone: UTC}}\n  customerio: {{files: people.csv}}\n  sent: {{files: sent.csv, kind: customerio, module: deliveries{source}}}\n{config}"
    );
    let dir = workspace(&[
        ("crmlint.yaml", &config),
        ("mapping.yaml", &format!("{MAPPING}{mapping}")),
        ("contacts.csv", contacts),
        ("people.csv", PEOPLE),
        ("sent.csv", deliveries),
    ]);
    audit(dir.path(), ".", &[]).json()
}

/// How a rule ended, and the reasons for which it could not look.
fn outcome(report: &Value, code: &str) -> (String, String) {
    let rule = list(report, "rules").iter().find(|rule| rule["code"] == code).unwrap();
    let reasons: Vec<&str> = list(rule, "not_evaluated").iter().map(|gap| text(gap, "reason")).collect();
    (status(report, code).to_owned(), reasons.join("; "))
}

#[test]
fn messages_are_linked_by_whatever_names_the_person() {
    for (header, row) in [
        ("delivery_id,internal_customer_id,created_at", "d1,c1,1777900000"),
        ("delivery_id,customer_id,created_at", "d1,u1,1777900000"),
        ("delivery_id,recipient,sent_at", "d1,P1@example.com,2026-05-04T10:00:00Z"),
        ("delivery_id,recipient,cio_id,sent_at", "d1,old@example.com,c1,2026-05-04T10:00:00Z"),
    ] {
        let found = report(&format!("{header}\n{row}\n"), "", "", "");
        assert_eq!(status(&found, "CON008"), "findings", "{header}");
    }
    let columns = ", columns: {person: Customer, time: Went}";
    let found = report("Message,Customer,Went\n1,u1,2026-05-04T10:00:00Z\n", columns, "", "");
    assert_eq!(status(&found, "CON008"), "findings", "by the config's word, the team's id");
    let found = report("Message,Customer,Went\n1,c1,2026-05-04T10:00:00Z\n", columns, "", "");
    assert_eq!(status(&found, "CON008"), "findings", "by the config's word, the vendor's id");
}

#[test]
fn messages_that_tell_nothing_are_not_clean() {
    for (deliveries, source, reason) in [
        ("Message,Went\n1,2026-05-04T10:00:00Z\n", "", "to name a person"),
        ("delivery_id,cio_id\nd1,c1\n", "", "when a message was sent"),
        ("delivery_id,cio_id,created_at\nd1,c9,1777900000\n", "", "could be linked"),
        ("delivery_id,cio_id,created_at\nd1,c1,2026-05-04 10:00:00\n", "", "can be placed"),
        ("delivery_id,cio_id,created_at,type\nd1,c1,1777900000,in_app\n", "", "no message of a kind"),
        ("delivery_id,cio_id,created_at\n", "", "holds no records"),
        ("delivery_id,cio_id,created_at\nd1,c1,1777900000\n", ", columns: {time: Sent}", "has no column `Sent`"),
    ] {
        let (status, reasons) = outcome(&report(deliveries, source, "", ""), "CON008");
        assert!(status == "not evaluated" && reasons.contains(reason), "{deliveries}: {status}, {reasons}");
    }
    let placed = report("delivery_id,cio_id,created_at\nd1,c1,2026-05-04 10:00:00\n", ", time_zone: UTC", "", "");
    assert_eq!(status(&placed, "CON008"), "findings");
}

#[test]
fn times_that_cannot_be_read_are_counted() {
    let late = "d1,c1,1777900000\n";
    let early = "d1,c1,1777000000\n";
    for (rows, status) in [(early, "not evaluated"), (late, "findings")] {
        let list = format!("delivery_id,cio_id,created_at\n{rows}d2,c1,04.05.2026 10:00\nd3,c1,\n");
        let (ended, reasons) = outcome(&report(&list, "", "", ""), "CON008");
        assert!(
            ended == status && reasons == "1 of 2 times of sent.deliveries.created_at cannot be placed",
            "{reasons}"
        );
    }
    let unread = CONTACTS.replace(",false,,", ",true,02.05.2026 08:00,");
    let found = report_of(&unread, &format!("delivery_id,cio_id,created_at\n{early}"), "", "", "");
    let (ended, reasons) = outcome(&found, "CON008");
    let reason = "1 of 2 times of zoho.contacts.Unsubscribed Time cannot be placed";
    assert_eq!((ended.as_str(), reasons.as_str()), ("not evaluated", reason));
}

#[test]
fn a_message_that_is_there_twice_counts_once() {
    let row = "d1,c1,1777900000\n";
    let found = report(&format!("delivery_id,cio_id,created_at\n{row}{row}"), "", "", "");
    let finding = list(&found, "findings").iter().find(|finding| finding["code"] == "CON008").unwrap();
    assert!(text(finding, "what").starts_with("1 message went to 1 person"), "{finding}");
}

const SENT: &str = "delivery_id,cio_id,created_at\nd1,c2,1777900000\n";

#[test]
fn an_export_is_old_by_its_own_time_alone() {
    let old = ", taken_at: 2026-05-21T08:00:00Z";
    let (status, reasons) = outcome(&report(SENT, old, "options: {max_age: 10w}\n", ""), "FRS001");
    // What has no time of change may be of any age.
    assert!(status == "not evaluated" && reasons.contains("nothing says when customerio was taken"), "{reasons}");
    let (status, _) = outcome(&report(SENT, old, "options: {max_age: 7d}\n", ""), "FRS001");
    assert_eq!(status, "findings");
    let mapping = "written_at: zoho_synced_at\n";
    let (status, reasons) = outcome(&report(SENT, old, "options: {max_age: 10w}\n", mapping), "FRS001");
    assert_eq!((status.as_str(), reasons.as_str()), ("clean", ""));
    let (status, reasons) = outcome(&report(SENT, "", "", ""), "FRS001");
    assert!(status == "not evaluated" && reasons.contains("max_age"), "{reasons}");
}

#[test]
fn a_lag_that_nothing_measures_is_not_clean() {
    for (mapping, code, reason) in [
        ("lag: 4h\nwritten_at: zoho_sync_time\n", "FRS002", "has no attribute `zoho_sync_time`"),
        ("lag: 4h\nwritten_at: zoho_synced_at\n", "FRS002", "2 pairs tell"),
        ("written_at: zoho_synced_at\n", "FRS002", "how late `unsubscribed`, `city` may be"),
        ("written_at: zoho_synced_at\n", "FRS003", "no journey of the mapping says `within:`"),
        ("written_at: zoho_synced_at\n", "FRS004", "2 pairs tell"),
    ] {
        let (status, reasons) = outcome(&report(SENT, "", "", mapping), code);
        assert!(status == "not evaluated" && reasons.contains(reason), "{mapping}: {code} {status}, {reasons}");
    }
    let (status, reasons) = outcome(&report(SENT, "", "", "lag: 4h\nwritten_at: zoho_synced_at\n"), "FRS004");
    assert_eq!((status.as_str(), reasons.as_str()), ("clean", ""), "the declared lag is enough");
}

#[test]
fn audiences_that_cannot_be_seen_are_not_clean() {
    let journeys = |text: &str| format!("segments:\n  bonn: {{where: \"city = 'Bonn'\"}}\njourneys:\n  tea: {text}\n");
    for (journey, codes, reason) in [
        ("{trigger: event:visit, purpose: winback, state: running}", ["CON009", "SEG010"], "starts on"),
        ("{trigger: segment:gone, purpose: winback, state: running}", ["CON009", "SEG010"], "no condition"),
        (
            "{trigger: segment:bonn, suppress: [blocked_by_us], purpose: winback, state: running}",
            ["CON009", "SEG010"],
            "blocked_by_us",
        ),
        ("{trigger: segment:bonn, purpose: winback}", ["CON009", "SEG010"], ""),
    ] {
        let found = report(SENT, "", "", &journeys(journey));
        for code in codes {
            let (status, reasons) = outcome(&found, code);
            assert!(status == "not evaluated" && reasons.contains(reason), "{journey}: {code} {status}, {reasons}");
        }
    }
    let running = "{trigger: segment:bonn, purpose: winback, state: running}";
    assert_eq!(status(&report(SENT, "", "", &journeys(running)), "CON009"), "findings");
}

#[test]
fn a_list_that_ends_with_its_header_says_nothing_of_nobody() {
    let run = |name: &str, list: &str| {
        let journeys = "segments:\n  graz: {where: \"city = 'Graz'\"}\njourneys:\n  tea: {trigger: segment:graz, purpose: winback, state: running}\n";
        let config = format!("  stop: {{files: {name}, kind: customerio, module: suppressions}}\n");
        let dir = workspace(&[
            (
                "crmlint.yaml",
                &format!(
                    "version: 1\nmapping: mapping.yaml\nsources:\n  zoho: {{files: contacts.csv, time_zone: UTC}}\n  customerio: {{files: people.csv}}\n{config}"
                ),
            ),
            ("mapping.yaml", &format!("{MAPPING}{journeys}")),
            ("contacts.csv", CONTACTS),
            ("people.csv", PEOPLE),
            (name, list),
        ]);
        let report = audit(dir.path(), ".", &[]).json();
        ["CON009", "DUP016"].map(|code| outcome(&report, code))
    };
    for (status, reasons) in run("suppressions.csv", "email\n") {
        assert!(
            status == "not evaluated" && reasons.contains("holds no records, and an export that failed"),
            "{reasons}"
        );
    }
    // The API's own answer, and a list with somebody.
    let clean = |found: [(String, String); 2]| found.map(|(status, _)| status);
    assert_eq!(clean(run("suppressions.json", "{\"suppressions\":[]}")), ["clean"; 2]);
    assert_eq!(clean(run("suppressions.csv", "email\nold@example.com\n")), ["clean"; 2]);
}
