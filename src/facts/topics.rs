//! The cell of subscription preferences: its text in, the topics that it names out.

use serde_json::{Map, Value};

use super::lenses::shape;
use crate::frames::normalize::is_missing;

/// The preferences of a cell; none where it is no JSON object, or holds something else than a yes or a no for a topic.
fn read(value: &str) -> Option<Map<String, Value>> {
    let Ok(Value::Object(mut cell)) = serde_json::from_str(value) else { return None };
    let topics = match cell.remove("topics") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(topics)) => topics,
        Some(_) => return None,
    };
    let says = |topic: &Value| match topic {
        Value::Bool(_) | Value::Null => true,
        Value::Number(number) => matches!(number.as_u64(), Some(0 | 1)),
        Value::String(text) => ["true", "false", "1", "0"].contains(&text.as_str()),
        _ => false,
    };
    topics.values().all(says).then_some(topics)
}

/// The topics of a cell that a list does not hold, sorted.
pub fn strange(value: &str, known: &[String]) -> Vec<String> {
    let topics = read(value).unwrap_or_default();
    let mut names: Vec<String> =
        topics.into_iter().map(|(name, _)| name).filter(|name| !known.contains(name)).collect();
    names.sort();
    names
}

/// What a cell is, against a list of topics; without one every name is taken for a topic.
pub(super) fn shape(value: &str, known: &[String]) -> &'static str {
    if is_missing(value, &[]) {
        return shape::MISSING;
    }
    match read(value) {
        None => shape::UNREADABLE,
        Some(topics) if !known.is_empty() && topics.keys().any(|name| !known.contains(name)) => shape::STRANGE_TOPIC,
        Some(_) => shape::FILLED,
    }
}

#[cfg(test)]
mod tests {
    use super::{shape, strange};
    use crate::facts::lenses::shape::{FILLED, MISSING, STRANGE_TOPIC, UNREADABLE};

    #[test]
    fn preferences_are_read_as_they_are_written() {
        let known = ["topic_1".to_owned(), "topic_2".to_owned()];
        let table = [
            ("", MISSING),
            ("{\"topics\":{\"topic_1\":true,\"topic_2\":\"false\"}}", FILLED),
            ("{\"channels\":{\"email\":true}}", FILLED),
            ("{\"topics\":null}", FILLED),
            ("{\"topics\":{\"topic_9\":true}}", STRANGE_TOPIC),
            ("{\"topics\":[\"topic_1\"]}", UNREADABLE),
            ("{\"topics\":{\"topic_1\":\"weekly\"}}", UNREADABLE),
            ("{\"topics\":{\"topic_1\":true", UNREADABLE),
            ("topic_1", UNREADABLE),
        ];
        for (value, wanted) in table {
            assert_eq!(shape(value, &known), wanted, "{value}");
        }
        let strangers = "{\"topics\":{\"topic_9\":true,\"topic_1\":true,\"promo\":false}}";
        assert_eq!(strange(strangers, &known), ["promo", "topic_9"]);
        assert_eq!(shape(strangers, &[]), FILLED, "which topics exist is not known");
    }
}
