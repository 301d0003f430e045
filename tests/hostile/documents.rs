//! Documents that were made to take all memory or all time.

use std::fs;

use crate::common::{workspace, write};
use crate::{assert_stops, audit};

const PEOPLE: &str = "id,email,cio_id,created_at,unsubscribed\n1,a@example.com,b7c10800f301d500,1736935977,false\n";
const CONFIG: &str = "version: 1\nmapping: mapping.yaml\nsources: {customerio: {files: people.csv}}\n";

fn mapping(text: &str) -> tempfile::TempDir {
    workspace(&[("crmlint.yaml", CONFIG), ("mapping.yaml", text), ("people.csv", PEOPLE)])
}

#[test]
fn documents_larger_than_any_are_refused_unread() {
    let dir = mapping("version: 1\n");
    let file = fs::File::create(dir.path().join("mapping.yaml")).unwrap();
    // A file of a gigabyte that takes no room.
    file.set_len(1 << 30).unwrap();
    assert_stops(&audit(dir.path(), &["."]), 2, "mapping.yaml is over 64 MiB");
}

#[test]
fn a_hundred_thousand_keys_are_read_and_refused_by_the_first() {
    let keys: String = (0..100_000).map(|number| format!("k{number}: 1\n")).collect();
    assert_stops(&audit(mapping(&keys).path(), &["."]), 2, "unknown key `k0`");
    let twice = format!("{keys}k7: 2\n");
    assert_stops(&audit(mapping(&twice).path(), &["."]), 2, "`k7` stands here a second time");
}

#[test]
fn a_mapping_of_twenty_thousand_attributes_is_audited() {
    let line =
        |number: usize| format!("  a{number}: {{from: customerio.people.a{number}, type: text, owner: customerio}}\n");
    let text = format!("attributes:\n{}", (0..20_000).map(line).collect::<String>());
    let ran = audit(mapping(&text).path(), &[".", "--format", "json", "--select", "MAP,SEG"]);
    assert_eq!(ran.json()["counts"]["rules_failed"], 0);
}

#[test]
fn nesting_ends_in_a_sentence() {
    for (text, phrase) in [
        ("- ".repeat(60_000), "nested deeper than 64 levels"),
        ("? ".repeat(60_000), "nested deeper than 64 levels"),
        ("{".repeat(60_000), "not valid YAML"),
        (format!("a: {}x", "!t ".repeat(60_000)), "not valid YAML"),
    ] {
        assert_stops(&audit(mapping(&text).path(), &["."]), 2, phrase);
    }
}

/// A pattern is matched in time that grows with the text alone, whatever stands in it.
#[test]
fn patterns_that_would_go_back_and_forth_do_not() {
    let rows: String = (0..200)
        .map(|number| {
            format!("{}{number},p{number}@example.com,b7c10800f301d{number:03},1736935977,false\n", "a".repeat(30_000))
        })
        .collect();
    let long = format!("{}b", "%a".repeat(499));
    for pattern in [&"%".repeat(1_000), &long, &"_%".repeat(500), "(a+)+$", "[[:alpha:]"] {
        let segment = format!(
            "attributes:\n  id: {{from: customerio.people.id, type: text, owner: customerio}}\nsegments:\n  A: {{where: \"id LIKE \
             '{pattern}' OR id ILIKE '{pattern}'\"}}\n"
        );
        let dir = mapping(&segment);
        write(dir.path(), "people.csv", format!("id,email,cio_id,created_at,unsubscribed\n{rows}").as_bytes());
        let report = audit(dir.path(), &[".", "--format", "json"]).json();
        assert_eq!(report["counts"]["rules_failed"], 0, "{pattern}");
    }
    let long = format!("segments:\n  A: {{where: \"id LIKE '{}'\"}}\n", "%a".repeat(501));
    assert_stops(&audit(mapping(&long).path(), &["."]), 2, "the pattern is longer than 1,000 characters");
}
