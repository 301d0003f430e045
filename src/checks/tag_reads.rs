//! Tags that segments and journeys read: one that is not approved may be renamed or dropped by whoever keeps it.

use super::context::{Context, no_mapping};
use super::tags::{no_tags, none_approved};
use super::{Ask, Kind, Stage};
use crate::facts::Answers;
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::expr::{Expr, Operand, Type};
use crate::mapping::reads::Reader;
use crate::mapping::{ColumnPath, Kind as Named, Mapping, Segment};
use crate::shape::Shape;
use crate::text::nearest;
use crate::yaml::{Mark, Node};

pub(super) static KIND: Kind = Kind {
    name: "tag-reads",
    about: "tags that segments and journeys read, against the approved ones",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// A tag that is read, by whom, and where it says so.
struct TagRead<'a> {
    reader: Reader<'a>,
    tag: String,
    mark: Mark,
}

/// Whether a column of a condition holds tags of profiles.
fn is_tags(context: &Context<'_>, mapping: &Mapping, column: &str) -> bool {
    let path = ColumnPath::parse(column).filter(|path| path.source() == context.profile_source());
    path.and_then(|path| mapping.attribute(&path.column)).is_some_and(|attribute| attribute.is_role("tags"))
}

fn of_segment<'a>(context: &Context<'_>, mapping: &'a Mapping, segment: &'a Segment) -> Vec<TagRead<'a>> {
    let literals = context.segment(&segment.name).map(|filter| filter.expr.literals()).unwrap_or_default();
    let tags = literals.into_iter().filter(|(column, _)| is_tags(context, mapping, column));
    let read = |tag| TagRead { reader: Reader::Segment(&segment.name), tag, mark: segment.text.mark };
    tags.map(|(_, tag)| read(tag)).collect()
}

/// Tags that journeys name themselves. One that is stopped, a draft or internal sends nothing to anybody yet.
fn of_journeys(mapping: &Mapping) -> Vec<TagRead<'_>> {
    let judged = mapping.journeys.iter().filter(|journey| journey.is_judged() && !journey.is_state("draft"));
    let read = judged.flat_map(|journey| {
        let tags = journey.cues.iter().filter(|cue| cue.kind == Named::Tag);
        tags.map(|cue| TagRead { reader: Reader::Journey(&journey.name), tag: cue.name.clone(), mark: cue.mark })
    });
    read.collect()
}

fn reads<'a>(context: &Context<'_>, mapping: &'a Mapping) -> Vec<TagRead<'a>> {
    let segments = mapping.segments.iter().flat_map(|segment| of_segment(context, mapping, segment));
    segments.chain(of_journeys(mapping)).collect()
}

/// Segments that test tags by a pattern: which tags it means is open.
fn patterns<'a>(context: &Context<'_>, mapping: &'a Mapping) -> Vec<&'a Segment> {
    let by_pattern = |leaf: &&Expr| matches!(leaf, Expr::Like { left: Operand::Column { name, ty: Type::List }, .. } if is_tags(context, mapping, name));
    let segments = mapping.segments.iter();
    let found = segments.filter(|segment| {
        context.segment(&segment.name).is_some_and(|filter| filter.expr.leaves().iter().any(by_pattern))
    });
    found.collect()
}

/// What stands in the way.
fn blind(mapping: &Mapping) -> Option<Gap> {
    if mapping.tags.approved.is_empty() {
        return Some(none_approved());
    }
    let tagged = mapping.attributes.iter().any(|attribute| attribute.is_role("tags"));
    (!tagged && of_journeys(mapping).is_empty()).then(no_tags)
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    if let Some(gap) = blind(mapping) {
        return Ask { gaps: vec![gap], ..Ask::default() };
    }
    let gap = |subject: String, reason: &str| Gap { subject, reason: reason.to_owned(), column: None };
    let subjects = reads(context, mapping).len();
    let mut gaps: Vec<Gap> = patterns(context, mapping)
        .into_iter()
        .map(|segment| gap(format!("segment:{}", segment.name), "it tests tags by a pattern, which names no tag"))
        .collect();
    if subjects == 0 && gaps.is_empty() {
        gaps.push(gap("mapping:segments".to_owned(), "no segment or journey of the mapping reads a tag"));
    }
    Ask { subjects, gaps, questions: Vec::new() }
}

fn judge(context: &Context<'_>, _: &Node, _: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping.filter(|mapping| blind(mapping).is_none()) else { return Vec::new() };
    let approved: Vec<&str> = mapping.tags.usable().collect();
    let mut hits: Vec<Hit> = Vec::new();
    for read in reads(context, mapping).into_iter().filter(|read| !approved.contains(&read.tag.as_str())) {
        let (kind, name) = match read.reader {
            Reader::Segment(name) => ("segment", name),
            Reader::Journey(name) => ("journey", name),
        };
        let statement = format!("The {kind} `{name}` reads the tag `{}`, which is not approved.", read.tag);
        let action = nearest(&read.tag, approved.iter().copied()).map_or_else(
            || "Approve the tag under `tags:`, or read one that is.".to_owned(),
            |near| format!("Did you mean `{near}`? Otherwise approve the tag under `tags:`."),
        );
        let subject = Subject::entry(kind, name);
        match hits.iter_mut().find(|hit| hit.subject == subject) {
            Some(hit) => {
                hit.rows += 1;
                hit.total += 1;
                hit.statement = format!("{} {statement}", hit.statement);
            }
            None => hits.push(Hit::entry(subject, Some(mapping.document.place(read.mark)), statement, action)),
        }
    }
    hits
}
