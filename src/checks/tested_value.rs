//! Segments that test an enum for a value that is not allowed: nobody can be in them, or nobody can be kept out.

use super::context::{Context, no_mapping};
use super::{Ask, Kind, Stage};
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::{Attribute, ColumnPath, Segment};
use crate::shape::Shape;
use crate::text::{list, nearest};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "tested-value",
    about: "values that segments test an enum for",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// An enum, a value that a segment tests it for, and the segment.
type Tested<'a> = (&'a Segment, &'a Attribute, String);

fn tested<'a>(context: &Context<'a>) -> Vec<Tested<'a>> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let mut found = Vec::new();
    for segment in &mapping.segments {
        let literals = context.segment(&segment.name).map(|filter| filter.expr.literals()).unwrap_or_default();
        for (column, text) in literals {
            let path = ColumnPath::parse(&column).filter(|path| path.source() == context.profile_source());
            let attribute = path.and_then(|path| mapping.attribute(&path.column));
            found.extend(
                attribute.filter(|attribute| !attribute.values.is_empty()).map(|attribute| (segment, attribute, text)),
            );
        }
    }
    found
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    if context.mapping.is_none() {
        return Ask { gaps: vec![no_mapping()], ..Ask::default() };
    }
    let subjects = tested(context).len();
    let reason = "no segment of the mapping tests an attribute that has a list of allowed values".to_owned();
    let gap = Gap { subject: "mapping:segments".to_owned(), reason, column: None };
    Ask { subjects, gaps: if subjects == 0 { vec![gap] } else { Vec::new() }, questions: Vec::new() }
}

fn judge(context: &Context<'_>, _: &Node, _: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let mut hits: Vec<Hit> = Vec::new();
    for (segment, attribute, text) in tested(context) {
        let allowed: Vec<String> = attribute.values.iter().map(|value| value.attribute.clone()).collect();
        if allowed.contains(&text) {
            continue;
        }
        let statement = format!(
            "The segment `{}` tests `{}` for `{text}`, which is not an allowed value.",
            segment.name, attribute.name
        );
        let action = nearest(&text, allowed.iter().map(String::as_str)).map_or_else(
            || format!("Test for one of {}, or add the value to the list.", list(&allowed, 6)),
            |near| format!("Did you mean `{near}`? Otherwise add the value to the list."),
        );
        let subject = Subject::entry("segment", &segment.name);
        match hits.iter_mut().find(|hit| hit.subject == subject) {
            Some(hit) => {
                hit.rows += 1;
                hit.total += 1;
                hit.statement = format!("{} {statement}", hit.statement);
            }
            None => hits.push(Hit::entry(subject, Some(mapping.document.place(segment.text.mark)), statement, action)),
        }
    }
    hits
}
