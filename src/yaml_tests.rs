//! Places, refusals and limits of the documents' reader.

use super::{Document, Mark, Node, Value, number};

fn read(text: &str) -> Document {
    Document::parse("a.yaml", text.to_owned()).unwrap()
}

/// Line and column at which a document is refused, and why.
fn refused(text: &str) -> (usize, usize, String) {
    let error = Document::parse("a.yaml", text.to_owned()).unwrap_err();
    let place = error.fault().place.clone().unwrap();
    (place.line, place.column, error.to_string())
}

fn at(mark: Mark) -> (usize, usize) {
    (mark.line, mark.column)
}

#[test]
fn keys_and_values_keep_their_places_in_characters() {
    let document = read("\u{feff}ä: 1\nöü: {ß: [x, 'ÿ y']}\n");
    let entries = document.root.entries();
    assert_eq!((at(entries[0].mark), at(entries[0].node.mark)), ((1, 1), (1, 4)));
    let inner = &entries[1].node.entries()[0];
    assert_eq!((at(entries[1].mark), at(inner.mark)), ((2, 1), (2, 6)));
    let places: Vec<(usize, usize)> = inner.node.items().iter().map(|item| at(item.mark)).collect();
    assert_eq!(places, [(2, 10), (2, 13)]);
    for entry in entries {
        assert!(document.text[entry.mark.offset..].starts_with(&entry.key), "{}", entry.key);
    }
}

#[test]
fn a_place_inside_a_text_is_found_in_the_source() {
    for (text, found) in [
        ("k: abc def", (1, 8)),
        ("k: 'abc def'", (1, 9)),
        ("k: \"abc def\"", (1, 9)),
        ("k: |\n  abc\n  def", (3, 3)),
        ("k: >-\n  abc\n  def", (3, 3)),
        ("k: |\n  abc\n    xyz def", (3, 9)),
        ("k: |\n  abc\n\n    def", (4, 5)),
        ("k: >-\n  abc\n\n  def", (4, 3)),
        ("k: 'it''s abc\n  def'", (2, 3)),
    ] {
        let document = read(text);
        let node = document.root.get("k").unwrap();
        let offset = node.text().unwrap().find("def").unwrap();
        assert_eq!(at(document.inside(node, offset)), found, "{text:?}");
    }
}

#[test]
fn nothing_is_not_the_text_of_nothing() {
    let document = read("a: ~\nb: '~'\nc:\nd: null\ne: 'null'\n");
    assert!(["a", "c", "d"].iter().all(|key| document.root.get(key).is_none()));
    assert_eq!(document.root.get_text("b").as_deref(), Some("~"));
    assert_eq!(document.root.get_text("e").as_deref(), Some("null"));
    assert_eq!(read("").root.value, Value::Null);
}

#[test]
fn one_text_counts_as_a_list_of_one() {
    let document = read("a: x\nb: [x, y]\nc: []\n");
    let texts = |key: &str| document.root.get_texts(key);
    assert_eq!((texts("a"), texts("b")), (vec!["x".to_owned()], vec!["x".to_owned(), "y".to_owned()]));
    assert!(texts("c").is_empty() && texts("d").is_empty());
}

#[test]
fn a_key_stands_once_and_a_document_alone() {
    let (line, column, why) = refused("a: 1\nb: {x: 1, y: 2, x: 3}\n");
    assert!((line, column) == (2, 17) && why.contains("first in line 2"), "{line}:{column} {why}");
    assert_eq!(refused("a: 1\n---\nb: 2\n").0, 2);
    assert_eq!(refused("a:\n\t- b: 2\n").0, 2);
}

#[test]
fn aliases_are_copies_and_never_multiply_without_end() {
    let document = read("a: &x {k: [1, 2]}\nb: *x\n");
    let of = |key: &str| -> Node { document.root.get(key).unwrap().get("k").unwrap().clone() };
    assert_eq!(of("a"), of("b"));
    assert_eq!(at(document.root.entries()[1].node.mark), (2, 4), "a copy stands where it was asked for");
    assert!(refused("a: &x [*x]\n").2.contains("alias"));
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")));
    }
    assert!(refused(&bomb).2.contains("over 1000000 values"));
}

#[test]
fn numbers_as_people_write_them() {
    assert_eq!(
        [number("12"), number("0.5"), number("1_000"), number("5%")],
        [Some(12.0), Some(0.5), Some(1000.0), Some(0.05)]
    );
    assert!(["", "%", "many", "inf", "nan", "1,5"].iter().all(|text| number(text).is_none()));
}

#[test]
fn a_thousand_lines_of_comments_are_no_fault() {
    let commented = "  # - {a: 1}\n".repeat(1_000);
    let document = read(&format!("a:\n{commented}  b: 1\n{commented}c:\n{commented}"));
    assert_eq!(document.root.entries().len(), 2);
    assert_eq!(document.root.entries()[0].node.get_text("b").as_deref(), Some("1"));
}
