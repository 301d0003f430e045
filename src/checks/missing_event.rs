//! Changes since the snapshot that a planned event should tell of, and none does.

use super::context::{Context, no_mapping};
use super::happened::{Happened, RECORD};
use super::history::earlier;
use super::lag::{HoldBack, all_held, hold_back};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Cell, Column, Moved, Moves, Question, Told};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::mapping::spelling::Spellings;
use crate::mapping::{Attribute, Event};
use crate::shape::Shape;
use crate::text::{count, counted};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "missing-event",
    about: "changes since the snapshot, and the events that should tell of them",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// The export of a snapshot was taken some time before the run that stored it.
const SLACK: i64 = 86_400;

/// A planned event and the changes that raise it.
struct Plan<'a> {
    event: &'a Event,
    column: Column,
    asked: Option<Moves>,
    lag: Vec<Question>,
    hold_back: HoldBack,
}

impl Plan<'_> {
    fn found<'b>(&self, answers: &'b Answers) -> Option<&'b Moved> {
        match answers.get(&Question::Moves(self.asked.clone()?)) {
            Some(Answer::Moves(moved)) => Some(moved),
            _ => None,
        }
    }
}

/// The field that raises an event: a column, or an attribute by its source, else on the profile. Words are no field.
fn field<'a>(context: &Context<'a>, event: &Event) -> Option<Result<(Column, Option<&'a Attribute>), Gap>> {
    let cause = event.cause()?;
    let mapping = context.mapping?;
    let fed = |column: &Column| {
        let reads = |attribute: &&Attribute| {
            let mut paths = attribute.from.iter().filter_map(|from| from.column.as_ref());
            paths.any(|path| context.resolve(path).is_ok_and(|own| own == *column))
        };
        mapping.attributes.iter().find(reads)
    };
    if let Some(path) = &cause.column {
        return Some(context.resolve(path).map(|column| (column.clone(), fed(&column))));
    }
    let attribute = mapping.attribute(&cause.field)?;
    let source = attribute.from.first().and_then(|from| from.column.as_ref());
    let column = source.map_or_else(|| context.on_profile(&attribute.name), |path| context.resolve(path));
    Some(column.map(|column| (column, Some(attribute))))
}

fn plan<'a>(
    context: &Context<'a>,
    happened: &Happened<'_>,
    event: &'a Event,
    answers: &Answers,
) -> Option<Result<Plan<'a>, Gap>> {
    let (column, attribute) = match field(context, event)? {
        Ok(found) => found,
        Err(gap) => return Some(Err(gap)),
    };
    let before = match earlier(context, &column) {
        Ok(before) => before,
        Err(gap) => return Some(Err(gap)),
    };
    let dataset = context.datasets.get(&column.dataset)?;
    let of_person = context.people().any(|people| people.name == dataset.name);
    let (lag, hold_back) = hold_back(context, attribute, dataset, answers);
    let profile = context.profiles().is_some_and(|profiles| profiles.name == dataset.name);
    let words = attribute.filter(|attribute| !attribute.values.is_empty());
    let asked = (!hold_back.is_open()).then(|| Moves {
        before,
        after: column.clone(),
        cell: Cell::State(words.map(|attribute| Spellings::new(attribute, profile))),
        into: event.cause().and_then(|cause| cause.into),
        told: Some(Told {
            events: happened.events([event.name.trim().to_owned()]),
            since: context.earlier_at.unwrap_or_default() - SLACK,
            of: if of_person { Vec::new() } else { happened.places(RECORD) },
        }),
        fresh: hold_back.fresh().cloned(),
    });
    Some(Ok(Plan { event, column, asked, lag, hold_back }))
}

fn plans<'a>(context: &Context<'a>, answers: &Answers) -> (Vec<Plan<'a>>, Vec<Gap>) {
    let Some(mapping) = context.mapping else { return (Vec::new(), vec![no_mapping()]) };
    let happened = match Happened::of(context) {
        Ok(happened) => happened,
        Err(gap) => return (Vec::new(), vec![gap]),
    };
    let (mut plans, mut gaps) = (Vec::new(), Vec::new());
    for found in mapping.events.iter().filter_map(|event| plan(context, &happened, event, answers)) {
        match found {
            Ok(plan) => plans.push(plan),
            Err(gap) => gaps.push(gap),
        }
    }
    if plans.is_empty() && gaps.is_empty() {
        let reason =
            "no event of the plan says which field raises it (`when: zoho.deals.Stage -> Closed Won`)".to_owned();
        gaps.push(Gap { subject: "mapping:events".to_owned(), reason, column: None });
    }
    (plans, gaps)
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let (plans, gaps) = plans(context, answers);
    let mut ask = Ask { gaps, ..Ask::default() };
    for plan in &plans {
        ask.questions.extend(plan.lag.iter().cloned());
        ask.questions.extend(plan.asked.clone().map(Question::Moves));
        let Some(moved) = plan.found(answers) else { continue };
        let subject = format!("mapping:events.{}", plan.event.name);
        let reason = match moved {
            Moved { records: 0, .. } => "no record of the snapshot has the field and is still there".to_owned(),
            moved if is_strange(moved) => {
                format!(
                    "no `{}` of the export has a sure time and names anybody whom the records have",
                    plan.event.name
                )
            }
            Moved { held: held @ 1.., moved, .. } if moved.rows == 0 => all_held(*held),
            _ => {
                ask.subjects += 1;
                continue;
            }
        };
        ask.gaps.push(Gap { subject, reason, column: None });
    }
    ask
}

/// Whether events came that belong to none of the records: then nobody knows whom they tell of.
fn is_strange(moved: &Moved) -> bool {
    moved.events > 0 && moved.known == 0
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let (plans, _) = plans(context, answers);
    let hit = |plan: &Plan<'_>| {
        let moved = plan.found(answers)?;
        let untold = &moved.untold;
        let label = context.label(&plan.column);
        let changed = counted(moved.moved.rows, "record", "records");
        let into = plan.asked.as_ref().and_then(|asked| asked.into.as_ref());
        let into = into.map(|into| format!(" to `{into}`")).unwrap_or_default();
        let statement = format!(
            "`{label}` of {changed} changed{into} since the snapshot, and for {} no `{}` arrived.{}",
            if untold.rows == moved.moved.rows { "all of them".to_owned() } else { count(untold.rows) },
            plan.event.name,
            plan.hold_back.said(moved.held)
        );
        (untold.rows > 0 && !is_strange(moved)).then(|| Hit {
            subject: Subject::entry("mapping", &format!("events.{}", plan.event.name)),
            rows: untold.rows,
            total: moved.moved.rows,
            people: untold.people,
            statement,
            samples: untold.samples.iter().map(|sample| context.row(&plan.column, sample.clone(), None)).collect(),
            place: Some(mapping.document.place(plan.event.mark)),
            shows: Shows::Words,
            ..Hit::default()
        })
    };
    plans.iter().filter_map(hit).collect()
}
