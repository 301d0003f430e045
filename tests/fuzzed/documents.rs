//! The team's documents: a text is read as a typed document with places inside it, or ends in one sentence.

use crmlint::config::Config;
use crmlint::layout;
use crmlint::mapping::Mapping;
use crmlint::mapping::changes::between;
use crmlint::yaml::{Document, Node, Value};

use super::{assert_sentence, at, written};

/// Between the two revisions in the bytes of a [`mapping_diff`].
pub const SEPARATOR: &[u8] = b"=== head ===\n";

/// A text as crmlint.yaml, as mapping.yaml and as what `crmlint fmt` makes of either.
pub(super) fn config(bytes: &[u8]) {
    let Some(document) = document("crmlint.yaml", bytes) else { return };
    assert_places(&document, &document.root);
    if let Err(error) = Config::build(document.clone(), &at("")) {
        assert_sentence(&error);
    }
    mapping(document.clone());
    assert_layout(&document);
}

/// Two revisions of a mapping: what changed has a place in the new one, and nothing changed in the same.
pub(super) fn mapping_diff(bytes: &[u8]) {
    let split = bytes.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
    let (one, other) = split.map_or((bytes, bytes), |at| (&bytes[..at], &bytes[at + SEPARATOR.len()..]));
    let base = document("mapping.yaml", one).and_then(mapping);
    let head = document("mapping.yaml", other).and_then(mapping);
    for same in base.iter().chain(&head) {
        let (changes, added) = between(same, same);
        assert!(changes.is_empty() && added.is_empty(), "a document differs from itself: {changes:?} {added:?}");
    }
    let Some((base, head)) = base.zip(head) else { return };
    let lines = lines(&head.document.text);
    let (changes, added) = between(&base, &head);
    for change in changes {
        assert!(!change.subject.is_empty() && !change.statement.is_empty() && !change.action.is_empty());
        assert!(change.place.is_none_or(|place| (1..=lines).contains(&place.line) && place.column > 0));
    }
    for name in added {
        assert!(head.attribute(&name).is_some() && base.attribute(&name).is_none(), "{name} was not added");
    }
}

fn document(name: &str, bytes: &[u8]) -> Option<Document> {
    let path = written(name, bytes);
    match Document::read(&path, path.to_str().unwrap()) {
        Ok(document) => Some(document),
        Err(error) => {
            assert_sentence(&error);
            None
        }
    }
}

fn mapping(document: Document) -> Option<Mapping> {
    match Mapping::build(document) {
        Ok(mapping) => {
            let _ = (mapping.unread(), mapping.columns(), mapping.readers(), mapping.stamps(), mapping.topics());
            let listed = mapping.clone().with(&crmlint::exports::Workspace::default());
            assert_eq!(listed.attributes.len(), mapping.attributes.len());
            if let Err(error) = listed.refuse_unknown_segments() {
                assert_sentence(&error);
            }
            Some(mapping)
        }
        Err(error) => {
            assert_sentence(&error);
            None
        }
    }
}

/// Every key and value stands somewhere in the text, and so does every letter of a value.
fn assert_places(document: &Document, node: &Node) {
    let inside = |at: usize| document.text.is_char_boundary(at);
    assert!(inside(node.mark.offset), "{:?} is not in the text", node.mark);
    assert!(node.mark.line <= lines(&document.text) && node.mark.column > 0);
    match &node.value {
        Value::Null => {}
        Value::Scalar(text, _) => {
            for offset in [0, text.len() / 2, text.len()] {
                let mark = document.inside(node, offset);
                assert!(inside(mark.offset) && mark.offset >= node.mark.offset, "{mark:?} in {node:?}");
            }
        }
        Value::List(items) => items.iter().for_each(|item| assert_places(document, item)),
        Value::Map(entries) => {
            for entry in entries {
                assert!(inside(entry.mark.offset));
                assert_places(document, &entry.node);
            }
        }
    }
}

/// What is laid out stays so, and is read as the same.
fn assert_layout(document: &Document) {
    match layout::format("crmlint.yaml", &document.text) {
        Err(error) => assert_sentence(&error),
        Ok(laid_out) => {
            let again = layout::format("crmlint.yaml", &laid_out).unwrap();
            assert_eq!(again, laid_out, "a second layout differs");
        }
    }
}

/// Lines of a text, by every end of a line that YAML knows.
fn lines(text: &str) -> usize {
    1 + text.matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count()
}
