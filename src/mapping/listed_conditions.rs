//! Conditions of segments as Customer.io's App API gives them: a tree of JSON in, the same condition as a mapping writes it
//! out, or the attributes that it reads where it tests more than attributes.

use serde_json::{Map, Value};

use crate::frames::time::rfc3339;

/// Seconds from which a number is a moment and no distance from now: thirty years.
const MOMENT: i64 = 1_000_000_000;

/// A tree of conditions as the mapping writes it; nothing where any part of it is not understood.
pub fn condition(tree: &Value) -> Option<String> {
    let tree = tree.as_object()?;
    let terms = |value: &Value, joint: &str| -> Option<String> {
        let parts: Option<Vec<String>> = value.as_array()?.iter().map(condition).collect();
        match parts?.as_slice() {
            [] => None,
            [part] => Some(part.clone()),
            parts => Some(parts.iter().map(|part| format!("({part})")).collect::<Vec<_>>().join(joint)),
        }
    };
    if let Some(value) = tree.get("and") {
        return terms(value, " AND ");
    }
    if let Some(value) = tree.get("or") {
        return terms(value, " OR ");
    }
    if let Some(value) = tree.get("not") {
        return Some(format!("NOT ({})", condition(value).or_else(|| terms(value, " AND "))?));
    }
    let leaf = leaf(tree);
    let text = attribute(leaf)?;
    let inverse = [leaf, tree].into_iter().any(|node| node.get("inverse") == Some(&Value::Bool(true)));
    Some(if inverse { format!("NOT ({text})") } else { text })
}

/// The attributes that a tree reads, in its order. The fields of an event are none.
pub fn reads(tree: &Value) -> Vec<String> {
    let (mut open, mut found) = (vec![tree], Vec::new());
    while let Some(node) = open.pop() {
        match node {
            Value::Array(items) => open.extend(items.iter().rev()),
            Value::Object(tree) => {
                open.extend(["not", "or", "and"].iter().filter_map(|key| tree.get(*key)));
                let field = leaf(tree).get("field").and_then(Value::as_str).filter(|_| !tree.contains_key("event"));
                found.extend(field.filter(|field| !found.iter().any(|known| known == field)).map(str::to_owned));
            }
            _ => {}
        }
    }
    found
}

/// A test of an attribute, which may stand under a key of its own.
fn leaf(tree: &Map<String, Value>) -> &Map<String, Value> {
    tree.get("attribute").and_then(Value::as_object).unwrap_or(tree)
}

fn attribute(leaf: &Map<String, Value>) -> Option<String> {
    // What more it says, such as how often an event came, changes what it means.
    const KNOWN: [&str; 5] = ["field", "operator", "value", "inverse", "type"];
    if leaf.keys().any(|key| !KNOWN.contains(&key.as_str())) {
        return None;
    }
    let field = leaf.get("field")?.as_str().filter(|field| !field.trim().is_empty())?;
    let name = format!("\"{}\"", field.replace('"', "\"\""));
    let value = || leaf.get("value");
    let compared = |sign: &str| Some(format!("{name} {sign} {}", literal(value()?)?));
    let ordered = |sign: &str| Some(format!("{name} {sign} {}", number(value()?)?));
    let timed = |sign: &str| Some(format!("{name} {sign} {}", moment(value()?)?));
    match leaf.get("operator")?.as_str()? {
        "eq" => compared("="),
        "ne" | "neq" => compared("<>"),
        "gt" => ordered(">"),
        "gte" => ordered(">="),
        "lt" => ordered("<"),
        "lte" => ordered("<="),
        "exists" => Some(format!("{name} IS NOT NULL")),
        "timestamp_gt" => timed(">"),
        "timestamp_lt" => timed("<"),
        _ => None,
    }
}

fn literal(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text == "true" || text == "false" => Some(text.clone()),
        Value::String(text) => Some(format!("'{}'", text.replace('\'', "''"))),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Attributes are stored as text, and so may be the number that they are held against.
fn number(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    let plain =
        text.parse::<f64>().is_ok_and(f64::is_finite) && text.bytes().all(|byte| b"-.0123456789".contains(&byte));
    plain.then_some(text)
}

/// An offset from now in seconds, negative for the past; a moment in Unix seconds where it is too far for one.
fn moment(value: &Value) -> Option<String> {
    let offset = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())?;
    if offset >= MOMENT {
        return Some(format!("timestamp '{}'", rfc3339(offset)));
    }
    let sign = if offset < 0 { '-' } else { '+' };
    let seconds = offset.unsigned_abs();
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds")];
    let (unit, name) = units.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit))?;
    Some(if seconds == 0 { "now()".to_owned() } else { format!("now() {sign} interval '{} {name}'", seconds / unit) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{condition, reads};

    fn told(tree: &str) -> Option<String> {
        condition(&serde_json::from_str(tree).unwrap())
    }

    #[test]
    fn trees_become_conditions() {
        for (tree, text) in [
            (r#"{"field": "stage", "operator": "eq", "value": "At Risk"}"#, "\"stage\" = 'At Risk'"),
            (r#"{"and": [{"field": "a", "operator": "exists"}]}"#, "\"a\" IS NOT NULL"),
            (
                r#"{"or": [{"attribute": {"field": "n", "operator": "gt", "value": "3.5"}}, {"not": {"field": "b", "operator": "eq", "value": true}}]}"#,
                "(\"n\" > 3.5) OR (NOT (\"b\" = true))",
            ),
            (r#"{"field": "t", "operator": "timestamp_gt", "value": -345600}"#, "\"t\" > now() - interval '4 days'"),
            (r#"{"field": "t", "operator": "timestamp_lt", "value": 61}"#, "\"t\" < now() + interval '61 seconds'"),
            (
                r#"{"field": "t", "operator": "timestamp_lt", "value": 1767225600, "inverse": true}"#,
                "NOT (\"t\" < timestamp '2026-01-01T00:00:00Z')",
            ),
        ] {
            assert_eq!(told(tree).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_not_understood_is_not_guessed() {
        for tree in [
            r#"{"event": {"name": "order_completed"}, "times": 1}"#,
            r#"{"and": [{"field": "a", "operator": "eq", "value": "x"}, {"segment": {"id": 4}}]}"#,
            r#"{"field": "a", "operator": "matches", "value": "x"}"#,
            r#"{"field": "a", "operator": "gt", "value": "many"}"#,
            r#"{"field": "a", "operator": "eq", "value": "x", "within": 86400}"#,
            r#"{"and": []}"#,
        ] {
            assert_eq!(told(tree), None, "{tree}");
        }
    }

    #[test]
    fn attributes_are_read_beside_events() {
        let tree = r#"{"and": [{"event": {"name": "o", "filters": {"and": [{"field": "amount", "operator": "gt", "value": 1}]}}},
            {"not": {"attribute": {"field": "stage", "operator": "matches", "value": "x"}}}, {"or": [{"field": "tier", "operator": "exists"}]}]}"#;
        assert_eq!(reads(&serde_json::from_str(tree).unwrap()), ["stage", "tier"]);
    }
}
