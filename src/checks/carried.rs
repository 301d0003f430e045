//! What the events of an export carry of what the plan says: properties that some of them, or all, come without.

use std::collections::BTreeSet;

use super::Ask;
use super::context::Context;
use super::happened::{FROM, Happened, TO, is_stage_event};
use crate::facts::{Answer, Answers, Carried, Column, Question, Tally};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::{Event, Mapping, Spot};
use crate::text::{counted, percent};

/// A planned property, and the events that should carry it.
struct Look<'a> {
    event: &'a Event,
    property: &'a Spot,
    asked: Carried,
}

impl Look<'_> {
    fn question(&self) -> Question {
        Question::Carried(self.asked.clone())
    }

    fn found<'b>(&self, answers: &'b Answers) -> Option<(u64, &'b Tally)> {
        match answers.get(&self.question()) {
            Some(Answer::Rows { rows, met }) => Some((*rows, met)),
            _ => None,
        }
    }

    fn entry(&self) -> String {
        format!("events.{}.{}", self.event.name, self.property.text)
    }
}

/// What a plan says that events carry. The states of a stage event are another rule's matter.
fn planned<'a>(context: &Context<'_>, mapping: &'a Mapping) -> Vec<(&'a Event, &'a Spot)> {
    let mut seen = BTreeSet::new();
    let all = mapping.events.iter().flat_map(|event| event.properties.iter().map(move |property| (event, property)));
    let is_state =
        |event: &Event, name: &str| (FROM.contains(&name) || TO.contains(&name)) && is_stage_event(context, event);
    all.filter(|(event, property)| seen.insert((&event.name, &property.text)) && !is_state(event, &property.text))
        .collect()
}

/// What can be looked for in the export, once the names of its events are known. An event that is not in it may not have
/// happened yet.
fn looks<'a>(
    context: &Context<'_>,
    mapping: &'a Mapping,
    happened: &Happened<'_>,
    answers: &Answers,
) -> (Vec<Look<'a>>, Vec<Gap>) {
    let (mut looks, mut gaps) = (Vec::new(), Vec::new());
    let (asked, names) = happened.named(answers);
    let (planned, dataset) = (planned(context, mapping), &happened.dataset.name);
    for (event, property) in planned.iter().filter(|(event, _)| names.contains(event.name.trim())) {
        let places = happened.places(&[&property.text]);
        let columns: Vec<Column> =
            places.iter().map(|place| Column { dataset: dataset.clone(), index: place.column }).collect();
        let events = happened.events([event.name.trim().to_owned()]);
        let look = Look { event, property, asked: Carried { events, property: places } };
        let gap = |reason| Gap { subject: format!("mapping:{}", look.entry()), reason, column: None };
        match columns.first() {
            None => gaps.push(gap(format!(
                "{dataset} has no column `{}`, and none that holds properties as JSON (`data`)",
                property.text
            ))),
            Some(first) if columns.iter().all(|column| answers.is_blank(column)) => gaps.push(context.blank(first)),
            Some(_) => looks.push(look),
        }
    }
    if looks.is_empty() && gaps.is_empty() && !planned.is_empty() && answers.get(&asked).is_some() {
        let reason = "none of the planned events that carry properties is in the export".to_owned();
        gaps.push(Gap { subject: dataset.clone(), reason, column: None });
    }
    (looks, gaps)
}

/// Adds what is asked of an export of events. Where there is none, the plan alone is judged.
pub(super) fn ask(context: &Context<'_>, answers: &Answers, ask: &mut Ask) {
    let Some(mapping) = context.mapping.filter(|mapping| !mapping.events.is_empty()) else { return };
    if context.events().is_none() {
        return;
    }
    let happened = match Happened::of(context) {
        Ok(happened) => happened,
        Err(gap) => return ask.gaps.push(gap),
    };
    let (looks, gaps) = looks(context, mapping, &happened, answers);
    ask.subjects += looks.len();
    ask.questions.push(happened.named(answers).0);
    ask.questions.extend(looks.iter().map(Look::question));
    ask.gaps.extend(gaps.into_iter().chain(happened.overflow(answers)));
}

/// Properties that events of the export lack.
pub(super) fn judge(context: &Context<'_>, answers: &Answers) -> Vec<Hit> {
    let (Some(mapping), Ok(happened)) = (context.mapping, Happened::of(context)) else { return Vec::new() };
    let (looks, _) = looks(context, mapping, &happened, answers);
    looks.iter().filter_map(|look| hit(mapping, look, answers)).collect()
}

fn hit(mapping: &Mapping, look: &Look<'_>, answers: &Answers) -> Option<Hit> {
    let (total, lacking) = look.found(answers).filter(|(_, lacking)| lacking.rows > 0)?;
    let (dataset, name, property) = (&look.asked.events.dataset, &look.event.name, &look.property.text);
    let statement = format!(
        "The plan says that `{name}` carries `{property}`, and {} of {} of the export {} without it.",
        percent(lacking.rows, total),
        counted(total, "event", "events"),
        if lacking.rows == 1 { "comes" } else { "come" },
    );
    let action = format!(
        "Send `{property}` with the event where it is raised; where it stands there under another name, write that one \
         into the plan."
    );
    let row =
        |key: &String| Row { dataset: dataset.clone(), key: key.clone(), column: property.clone(), ..Row::default() };
    let place = mapping.document.place(look.property.mark);
    Some(Hit {
        rows: lacking.rows,
        total,
        people: lacking.people,
        samples: lacking.samples.iter().map(|sample| row(&sample.key)).collect(),
        shows: Shows::Labels,
        ..Hit::entry(Subject::entry("mapping", &look.entry()), Some(place), statement, action)
    })
}
