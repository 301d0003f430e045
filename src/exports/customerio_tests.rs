//! Tests of Customer.io's shapes, above all the warehouse sync.
#![allow(clippy::unwrap_used)]

use polars::prelude::{ParquetWriter, df};

use super::super::testing::{Folder, all, column, labels, only, request};
use super::super::{Dataset, Dialect, Request, open};
use super::moment;

fn parquet(frame: polars::prelude::PolarsResult<polars::prelude::DataFrame>) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame.unwrap()).unwrap();
    bytes
}

fn sync(folder: &Folder) -> Vec<Dataset> {
    // Sequence 10 is newer than 9, whatever the alphabet says.
    folder.write(
        "sync/people_v4_1_9.parquet",
        parquet(df!(
        "internal_customer_id" => ["a1", "a2", "a3"], "customer_id" => ["1", "2", "3"],
        "email_addr" => ["old@example.com", "b@example.com", "c@example.com"],
        "deleted" => [false, false, false], "suppressed" => [false, true, false],
        "created_at" => [100_i64, 100, 100], "updated_at" => [200_i64, 200, 200])),
    );
    folder.write(
        "sync/people_v4_1_10.parquet",
        parquet(df!(
        "internal_customer_id" => ["a1", "a3"], "customer_id" => ["1", "3"],
        "email_addr" => ["new@example.com", "c@example.com"], "deleted" => [false, true],
        "suppressed" => [false, false], "created_at" => [100_i64, 100], "updated_at" => [200_i64, 300])),
    );
    folder.write(
        "sync/attributes_v4_1_9.parquet",
        parquet(df!(
        "internal_customer_id" => ["a1", "a1", "a1", "a2", "a2", "zz"],
        "attribute_name" => ["plan", "plan", "email", "plan", "city", "plan"],
        "attribute_value" => [Some("gold"), Some("silver"), Some("attr@example.com"), Some("basic"), None, Some("x")],
        "timestamp" => [300_i64, 200, 200, 200, 200, 200])),
    );
    folder.write(
        "sync/attributes_v4_1_10.parquet",
        parquet(df!(
        "internal_customer_id" => ["a2"], "attribute_name" => ["plan"], "attribute_value" => [""],
        "timestamp" => [400_i64])),
    );
    folder.write(
        "sync/deliveries_v4_1_9.parquet",
        parquet(df!(
        "delivery_id" => ["d1"], "internal_customer_id" => ["a1"], "delivery_type" => ["email"])),
    );
    folder.write(
        "sync/metrics_v4_1_9.parquet",
        parquet(df!(
        "event_id" => ["e1"], "delivery_id" => ["d1"], "metric" => ["sent"])),
    );
    open(&Request { paths: vec![folder.at("sync")], ..Request::default() }).unwrap()
}

#[test]
fn the_warehouse_sync_becomes_one_row_a_person() {
    let found = sync(&Folder::new());
    let names: Vec<&str> = found.iter().map(|dataset| dataset.name.as_str()).collect();
    assert_eq!(names, ["customerio.deliveries", "customerio.metrics", "customerio.people"]);
    let people = &found[2];
    let expected = ["id", "email", "cio_id", "deleted", "suppressed", "created_at", "updated_at", "plan", "city"];
    assert_eq!(labels(people), expected);
    let (rows, report) = all(people);
    assert_eq!(rows, ["1|new@example.com|a1|false|false|100|200|gold|", "2|b@example.com|a2|false|true|100|200||"]);
    assert_eq!((report.rows, report.encoding.as_str(), people.files.len()), (2, "Parquet", 4));
    assert_eq!((people.key, found[0].key, found[1].key), (Some(2), Some(0), Some(0)));
    assert_eq!(people.preview.len(), 2);
    assert_eq!(people.dialect, Dialect::CustomerIoWarehouse);
}

#[test]
fn attributes_alone_give_people_too() {
    let folder = Folder::new();
    let path = folder.write(
        "attributes.csv",
        "internal_customer_id,attribute_name,attribute_value,timestamp\na1,plan,gold,2026-01-01T00:00:00Z\na1,plan,basic,2025-01-01T00:00:00Z\n",
    );
    let people = only(&request(path.clone()));
    assert_eq!(people.name, "customerio.people");
    let named = only(&Request { module: Some("people".into()), ..request(path) });
    assert_eq!(column(&named, "plan"), ["gold"]);
    assert_eq!((column(&people, "cio_id"), column(&people, "plan")), (vec!["a1".to_owned()], vec!["gold".to_owned()]));
}

#[test]
fn people_are_recognised_in_any_subset_of_columns() {
    let folder = Folder::new();
    for (header, key) in [
        ("id,email,cio_id,created_at,plan", "cio_id"),
        ("plan,unsubscribed,email,id", "id"),
        ("email,cio_subscription_preferences", "email"),
    ] {
        let people = folder.one("export.csv", format!("{header}\n"));
        assert_eq!(
            (people.name.as_str(), people.dialect),
            ("customerio.people", Dialect::CustomerIoPeople),
            "{header}"
        );
        assert_eq!(people.key, people.find(key), "{header}");
    }
    assert_eq!(folder.one("list.csv", "id,email,plan\n").name, "generic.list");
}

#[test]
fn lists_of_those_who_must_not_be_mailed_are_no_people() {
    let folder = Folder::new();
    let bounces = r#"{"suppressions":[{"email":"a@example.com","created":1747305742,"reason":"550"}]}"#;
    for (name, text) in [
        ("bounces.json", bounces.to_owned()),
        ("none.json", r#"{"suppressions":[]}"#.to_owned()),
        ("list.csv", "email,suppressed_at\na@example.com,2026-05-01\n".to_owned()),
        ("suppressed_people.csv", "id,reason\n7,complaint\n".to_owned()),
    ] {
        let list = folder.one(name, text);
        assert_eq!(
            (list.name.as_str(), list.dialect),
            ("customerio.suppressions", Dialect::CustomerIoSuppressions),
            "{name}"
        );
    }
    // By the word of the config.
    let plain = folder.write("plain.csv", "email,reason\na@example.com,complaint\n");
    let told = Request { module: Some("suppressions".into()), name: Some("stop".into()), ..request(plain) };
    assert_eq!(only(&told).name, "stop.suppressions");
    let klaviyo = folder.one("k.csv", "Email,Klaviyo ID,Email Suppressions\n");
    assert_eq!(klaviyo.dialect, Dialect::KlaviyoProfiles);
    let people = folder.one("suppress.csv", "id,email,cio_id,unsubscribed,suppressed\n");
    assert_eq!(people.dialect, Dialect::CustomerIoPeople);
}

#[test]
fn deliveries_are_told_by_what_only_messages_have() {
    let folder = Folder::new();
    for header in ["id,recipient,campaign_id,sent_at", "delivery_id,customer_id,created", "delivery_id,cio_id,state"] {
        let sent = folder.one("sent.csv", format!("{header}\n"));
        assert_eq!(
            (sent.name.as_str(), sent.dialect),
            ("customerio.deliveries", Dialect::CustomerIoDeliveries),
            "{header}"
        );
    }
    let people = folder.one("p.csv", "id,email,cio_id,unsubscribed,delivery_id\n");
    assert_eq!(people.dialect, Dialect::CustomerIoPeople);
}

#[test]
fn moments_compare_across_spellings() {
    assert_eq!(moment("1779350400"), moment("2026-05-21T08:00:00Z"));
    assert_eq!(moment("1779350400000"), moment("2026-05-21 08:00:00"));
    assert!(moment("") < moment("0"));
}
