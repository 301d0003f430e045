//! Attributes that are declared as text and hold times: no date condition can match them.

use super::context::{Context, no_mapping};
use super::timestamp::{holds_times, stamps};
use super::{Ask, Kind, Stage};
use crate::facts::lenses::shape::MISSING;
use crate::facts::{Answer, Answers, Column, Lens, Question};
use crate::findings::{Gap, Hit, Subject};
use crate::mapping::Attribute;
use crate::shape::Shape;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "text-time",
    about: "attributes declared as text that hold times",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// How names of times end.
const ENDS: &[&str] = &["_at", "_on", "_date", "_time", "_timestamp"];

fn texts<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Attribute> {
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    attributes.filter(|attribute| attribute.is(&["string", "text"]))
}

/// The source columns that are there, and those that are not.
fn columns(context: &Context<'_>, attribute: &Attribute) -> (Vec<Column>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for path in attribute.from.iter().filter_map(|from| from.column.as_ref()) {
        match context.resolve(path) {
            Ok(column) => found.push(column),
            Err(gap) => gaps.push(gap),
        }
    }
    (found, gaps)
}

fn question(attribute: &Attribute, column: &Column) -> Question {
    Question::Shapes { column: column.clone(), lens: Lens::Stamp(attribute.missing.clone()) }
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    if context.mapping.is_none() {
        return Ask { gaps: vec![no_mapping()], ..Ask::default() };
    }
    let mut ask = Ask::default();
    for attribute in texts(context) {
        let (found, gaps) = columns(context, attribute);
        ask.subjects += 1;
        ask.gaps.extend(gaps);
        ask.questions.extend(found.iter().map(|column| question(attribute, column)));
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    texts(context).filter_map(|attribute| hit(context, answers, attribute)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, attribute: &Attribute) -> Option<Hit> {
    let mapping = context.mapping?;
    let why = reason(context, answers, attribute)?;
    let declared = attribute.kind.as_ref()?;
    let statement = format!("`{}` is declared as {}, but {why}.", attribute.name, declared.text);
    let action = format!("Declare `{}` as timestamp (or date), and let the sync write Unix seconds.", attribute.name);
    let subject = Subject::entry("mapping", &format!("attributes.{}", attribute.name));
    Some(Hit::entry(subject, Some(mapping.document.place(declared.mark)), statement, action))
}

/// What says that an attribute holds times, the surest first.
fn reason(context: &Context<'_>, answers: &Answers, attribute: &Attribute) -> Option<String> {
    let mapping = context.mapping?;
    let tail = format!(".{}", attribute.name);
    let segment = mapping.segments.iter().find(|segment| {
        context
            .segment(&segment.name)
            .is_some_and(|filter| filter.expr.dates_as_text().iter().any(|name| name.ends_with(&tail)))
    });
    if let Some(segment) = segment {
        return Some(format!("the segment `{}` compares it with a date", segment.name));
    }
    if attribute.role.as_deref() == Some("last_purchase") {
        return Some("its role is the time of the last purchase".to_owned());
    }
    let sources = columns(context, attribute).0;
    let held: Vec<Held> = sources.iter().map(|column| held(context, answers, attribute, column)).collect();
    if let Some(at) = held.iter().position(|held| *held == Held::Times) {
        let column = &sources[at];
        return Some(format!("most values of {}.{} are dates", column.dataset, context.label(column)));
    }
    // The values know better than a name such as add_on.
    let named = ENDS.iter().any(|end| attribute.name.to_lowercase().ends_with(end));
    (named && !held.contains(&Held::Words)).then(|| "its name is that of a time".to_owned())
}

/// What a source column holds.
#[derive(PartialEq, Eq)]
enum Held {
    Times,
    /// Texts, none of which is a time.
    Words,
    /// Nothing, or some times among texts.
    Open,
}

fn held(context: &Context<'_>, answers: &Answers, attribute: &Attribute, column: &Column) -> Held {
    let Some(Answer::Shapes { shapes, .. }) = answers.get(&question(attribute, column)) else { return Held::Open };
    let filled = shapes.iter().filter(|(name, _)| *name != MISSING).map(|(name, tally)| (name.as_str(), tally));
    let forms = stamps(&filled.collect::<Vec<_>>());
    let no_time = crate::frames::time::Stamp::Other;
    match forms.as_slice() {
        forms if holds_times(context.label(column), forms) => Held::Times,
        [(only, _)] if *only == no_time => Held::Words,
        _ => Held::Open,
    }
}
