//! Sensitive data that the mapping sends to Customer.io: what the team itself keeps out, and fields whose name says it.

use std::sync::LazyLock;

use serde::Deserialize;

use super::context::{Context, no_mapping};
use super::{Ask, Kind, Stage};
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Subject};
use crate::frames::lists::shipped;
use crate::mapping::{Attribute, Mapping};
use crate::shape::Shape;
use crate::text::words;
use crate::yaml::{Mark, Node};

pub(super) static KIND: Kind = Kind {
    name: "sensitive-field",
    about: "sensitive personal data in the mapping",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

#[derive(Deserialize)]
struct Shipped {
    kinds: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    words: Vec<String>,
}

static GROUPS: LazyLock<Vec<Group>> = LazyLock::new(|| {
    let list: Shipped = shipped("sensitive", include_str!("../../rules/data/sensitive.yaml"));
    list.kinds
});

/// What kind of sensitive data a name speaks of.
fn kind(name: &str) -> Option<&'static str> {
    let name = words(name);
    let named = |group: &&Group| group.words.iter().any(|word| name.contains(&format!(" {word} ")));
    GROUPS.iter().find(named).map(|group| group.name.as_str())
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    let subjects = mapping.attributes.len();
    let reason = "the mapping holds no attributes".to_owned();
    let gap = Gap { subject: "mapping:attributes".to_owned(), reason, column: None };
    Ask { subjects, gaps: if subjects == 0 { vec![gap] } else { Vec::new() }, questions: Vec::new() }
}

fn judge(context: &Context<'_>, _: &Node, _: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    mapping.attributes.iter().filter_map(|attribute| hit(mapping, attribute)).collect()
}

/// A reason that the team gives for it.
fn is_justified(mapping: &Mapping, attribute: &Attribute) -> bool {
    let entry = mapping.document.root.get("attributes").and_then(|all| all.get(&attribute.name));
    entry.and_then(|entry| entry.get_text("used_for")).is_some_and(|why| !why.trim().is_empty())
}

/// What the document says must stay out: by the column's path, or by the attribute's name.
fn kept_out(mapping: &Mapping, attribute: &Attribute) -> Option<Mark> {
    let listed = |name: &str| mapping.sensitive.iter().any(|field| field == name);
    let column = attribute
        .from
        .iter()
        .find(|from| listed(&from.spot.text) || from.column.as_ref().is_some_and(|path| listed(&path.to_string())));
    column.map(|from| from.spot.mark).or_else(|| listed(&attribute.name).then_some(attribute.mark))
}

fn hit(mapping: &Mapping, attribute: &Attribute) -> Option<Hit> {
    let name = &attribute.name;
    let justify =
        format!("Take `{name}` out of the sync, or say under `used_for:` why it is needed and set `sensitive: true`.");
    if attribute.sensitive && is_justified(mapping, attribute) {
        return None;
    }
    let (mark, statement, action) = if let Some(mark) = kept_out(mapping, attribute) {
        (mark, format!("`{name}` is on the list `sensitive:`, which keeps it out of the sync, and is mapped."), justify)
    } else if attribute.sensitive {
        (attribute.mark, format!("`{name}` is sensitive, and its entry does not say why it is synced."), justify)
    } else {
        let source = attribute.from.iter().find_map(|from| {
            let column = from.column.as_ref().map_or(from.spot.text.as_str(), |path| path.column.as_str());
            Some((from.spot.mark, kind(column)?))
        });
        let (mark, kind) = source.or_else(|| Some((attribute.mark, kind(name)?)))?;
        (mark, format!("By its name `{name}` holds {kind}."), justify)
    };
    let subject = Subject::entry("mapping", &format!("attributes.{name}"));
    Some(Hit::entry(subject, Some(mapping.document.place(mark)), statement, action))
}
