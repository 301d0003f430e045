//! Tests of the JSON reader: where records are, what their columns are, and how faults are worded.
#![allow(clippy::unwrap_used)]

use super::super::Dialect;
use super::super::testing::{Folder, all, column, labels, only, request};

#[test]
fn records_are_found_in_every_layout() {
    let folder = Folder::new();
    for (name, text) in [
        ("lines.ndjson", "{\"id\":1,\"n\":1.10}\n\n{\"id\":2,\"x\":null}\n"),
        ("array.json", "[{\"id\":1,\"n\":1.10},\n {\"id\":2,\"x\":null}]"),
        (
            "below.json",
            "{\"page\":{\"n\":1},\n \"orders\":[{\"id\":1,\"n\":1.10},{\"id\":2,\"x\":null}],\"more\":false}",
        ),
        ("bom.json", "\u{feff}[{\"id\":1,\"n\":1.10},{\"id\":2,\"x\":null}]"),
    ] {
        let dataset = folder.one(name, text);
        assert_eq!(labels(&dataset), ["id", "n", "x"], "{name}");
        assert_eq!(all(&dataset).0, ["1|1.10|", "2||"], "{name}");
        assert_eq!(dataset.dialect, Dialect::Generic);
    }
    let path = folder.gzip("z.json", b"[{\"id\":12345678901234567890123}]");
    assert_eq!(all(&only(&request(path))).0, ["12345678901234567890123"]);
    let empty = folder.one("empty.json", "[]");
    assert_eq!((labels(&empty).len(), all(&empty).0.len()), (0, 0));
    let bare = folder.one("bare.json", "[{},{}]");
    assert_eq!((labels(&bare).len(), all(&bare).0.len()), (0, 2), "a record without a value is one");
}

#[test]
fn records_of_zoho_are_unfolded() {
    let folder = Folder::new();
    let text = r#"{"data":[{"id":"5725767000004101001","Owner":{"name":"Dana Roth","id":"5725767000000411001"},
        "Last_Name":"Weber","Mailing_City":"Berlin","Email_Opt_Out":true,"Tag":[{"name":"vip"},{"name":"shop"}]}],
        "info":{"more_records":false}}"#;
    let dataset = folder.one("answer.json", text);
    assert_eq!((dataset.name.as_str(), dataset.dialect), ("zoho.contacts", Dialect::ZohoJson));
    assert_eq!(dataset.key, dataset.find("Record Id"));
    assert_eq!(column(&dataset, "Contact Owner.id"), ["5725767000000411001"]);
    assert_eq!(column(&dataset, "Email Opt Out"), ["true"]);
    assert_eq!(column(&dataset, "Tag"), ["vip;shop"]);
}

#[test]
fn people_of_customerio_come_in_four_layouts() {
    let folder = Folder::new();
    let person = r#"{"id":"7","identifiers":{"email":"a@example.com","cio_id":"a1"},"attributes":{"plan":"gold"}}"#;
    for (name, text) in [
        ("array.json", format!("[{person}]")),
        ("wrapped.json", format!("{{\"customers\":[{person}]}}")),
        ("inner.json", format!("{{\"customers\":[{{\"customer\":{person}}}]}}")),
        ("one.json", format!("{{\"customer\":{person}}}")),
        ("bare.json", person.replace(',', ",\n")),
    ] {
        let dataset = folder.one(name, text);
        assert_eq!((dataset.name.as_str(), dataset.dialect), ("customerio.people", Dialect::CustomerIoJson), "{name}");
        assert_eq!(labels(&dataset), ["id", "email", "cio_id", "plan"], "{name}");
        assert_eq!(all(&dataset).0, ["7|a@example.com|a1|gold"], "{name}");
        assert_eq!(dataset.key, Some(2), "{name}");
    }
}

#[test]
fn broken_json_is_refused_with_its_place() {
    let folder = Folder::new();
    for (name, text, expected) in [
        ("a.ndjson", "{\"id\":1}\n{\"id\":secret}\n", "a.ndjson: line 2 is not valid JSON"),
        ("b.json", "[{\"id\":1},\n{\"id\":secret}]", "b.json is not valid JSON: line 2, column 7"),
        ("c.json", "[{\"id\":1},\n{\"id\":", "c.json ends in the middle of a JSON value, on line 2"),
        ("d.json", "[{\"id\":1},2]", "d.json: record 2 is not a JSON object"),
        (
            "e.json",
            "{\"id\":1,\n\"b\":2}",
            "e.json is a JSON document without a list of records that crmlint could find",
        ),
    ] {
        assert_eq!(folder.fault(name, text), expected);
    }
    let long = format!("[{{\"id\":\"{}\"}}]", "x".repeat(17 << 20));
    assert_eq!(folder.fault("l.json", long), "l.json: a record of this JSON file does not end within 16 MiB");
    let long = format!("{{\"id\":1}}\n{{\"id\":\"{}\"}}\n", "x".repeat(17 << 20));
    assert_eq!(folder.fault("l.ndjson", long), "l.ndjson: line 2 is longer than 16 MiB");
}

#[test]
fn utf16_json_is_read() {
    let folder = Folder::new();
    let text = "[{\"id\":1,\"name\":\"Chloé\"}]";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (rows, report) = all(&folder.one("wide.json", bytes));
    assert_eq!((rows, report.encoding.as_str()), (vec!["1|Chloé".to_owned()], "UTF-16 LE"));
}

#[test]
fn keys_that_are_values_are_refused() {
    let folder = Folder::new();
    let lines: String = (0..40_000).map(|number| format!("{{\"k{number}\":1}}\n")).collect();
    let expected = "k.ndjson has more than 32768 different keys, so they are probably values";
    assert_eq!(folder.fault("k.ndjson", lines), expected);
}
