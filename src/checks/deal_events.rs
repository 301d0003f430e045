//! Events that records such as deals raise: twice for one record, for nobody, or far from the change that they tell of.

use std::collections::BTreeSet;

use super::concepts::Concept;
use super::context::Context;
use super::happened::{Happened, RECORD};
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Column, Echo, Question, Sequence, Tally};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::Event;
use crate::shape::{Shape, key, required};
use crate::text::{count, counted, duration, list, percent, seconds};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "deal-event",
    about: "events that records such as deals raise",
    params: Shape::Object(&[
        required(
            "fault",
            Shape::Word(&["repeated", "far"]),
            "repeated: twice in a row for one record, or for nobody; far: far from the time of the change",
        ),
        key("within", Shape::Text, "far: how far apart the times may be: 1d"),
    ]),
    stage: Stage::Facts { ask, judge },
};

/// Whether a planned event is raised by records that are no people.
fn is_of_records(context: &Context<'_>, event: &Event) -> bool {
    match event.cause().and_then(|cause| cause.column) {
        Some(path) if context.people().any(|people| people.name == path.dataset) => false,
        Some(path) => !path.dataset.ends_with(".contacts") && !path.dataset.ends_with(".leads"),
        None => Concept::Won.is_told_by(event),
    }
}

/// The events of the export that records raise: those of the plan, else those whose names say so.
fn raised(context: &Context<'_>, names: BTreeSet<String>) -> BTreeSet<String> {
    let planned = context.mapping.into_iter().flat_map(|mapping| &mapping.events);
    let planned: BTreeSet<&str> =
        planned.filter(|event| is_of_records(context, event)).map(|event| event.name.trim()).collect();
    names.into_iter().filter(|name| planned.contains(name.as_str()) || Concept::Won.is(name)).collect()
}

/// All events that name a record, in order, so that what happens between two of one name is seen.
fn sequence(happened: &Happened<'_>, about: BTreeSet<String>) -> Sequence {
    Sequence {
        events: happened.events([]),
        key: happened.places(RECORD),
        about,
        person: happened.people(),
        from: Vec::new(),
        to: happened.places(&["stage", "to", "to_stage"]),
        words: None,
        before: None,
        flip: None,
    }
}

/// Columns by which a record says when it changed, the surest first, and whether an event may be as early as it likes: a
/// record is modified again and again.
const CHANGED: &[(&str, bool)] = &[("Stage Modified Time", false), ("Closing Date", false), ("Modified Time", true)];

/// A planned event and the times of the changes that raise it.
fn echo(context: &Context<'_>, happened: &Happened<'_>, event: &Event, within: i64) -> Option<Result<Echo, Gap>> {
    let cause = event.cause()?;
    let path = cause.column.filter(|_| is_of_records(context, event))?;
    let column = match context.resolve(&path) {
        Ok(column) => column,
        Err(gap) => return Some(Err(gap)),
    };
    let dataset = context.datasets.get(&column.dataset)?;
    let found = CHANGED.iter().find_map(|(name, open)| Some((dataset.find(name)?, *open)));
    let Some((index, open)) = found else {
        let reason = format!("{} has no column that says when a record changed (`Modified Time`)", dataset.name);
        return Some(Err(Gap { subject: dataset.name.clone(), reason, column: None }));
    };
    Some(Ok(Echo {
        events: happened.events([event.name.trim().to_owned()]),
        of: happened.places(RECORD),
        changed: Column { dataset: dataset.name.clone(), index },
        zone: context.zone(&dataset.source, None),
        still: cause.into.map(|into| (column.index, into)),
        early: (!open).then_some(within),
        late: within,
    }))
}

fn within(params: &Node) -> i64 {
    params.get_text("within").as_deref().and_then(seconds).unwrap_or(86_400)
}

fn echoes<'a>(context: &Context<'a>, happened: &Happened<'_>, params: &Node) -> (Vec<(&'a Event, Echo)>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    let planned = context.mapping.into_iter().flat_map(|mapping| &mapping.events);
    for event in planned {
        match echo(context, happened, event, within(params)) {
            Some(Ok(echo)) => found.push((event, echo)),
            Some(Err(gap)) => gaps.push(gap),
            None => {}
        }
    }
    if found.is_empty() && gaps.is_empty() {
        let reason =
            "no event of the plan says which field of a record raises it (`when: zoho.deals.Stage -> Closed Won`)";
        gaps.push(Gap { subject: "mapping:events".to_owned(), reason: reason.to_owned(), column: None });
    }
    (found, gaps)
}

const NO_RECORD: &str = "no event names the record that raised it (`deal_id`)";

fn gap(subject: &str, reason: &str) -> Gap {
    Gap { subject: subject.to_owned(), reason: reason.to_owned(), column: None }
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let happened = match Happened::of(context) {
        Ok(happened) => happened,
        Err(gap) => return Ask { gaps: vec![gap], ..Ask::default() },
    };
    if params.get_text("fault").as_deref() == Some("far") {
        return ask_far(context, &happened, params, answers);
    }
    let (question, names) = happened.named(answers);
    let known = answers.get(&question).is_some();
    let about = raised(context, names);
    let gaps = happened.overflow(answers).into_iter().collect();
    let mut ask = Ask { questions: vec![question], gaps, ..Ask::default() };
    if about.is_empty() {
        let reason = "no event of the export is raised by a record such as a deal";
        ask.gaps.extend(known.then(|| gap(&happened.dataset.name, reason)));
        return ask;
    }
    let asked = Question::Sequence(sequence(&happened, about));
    if let Some(Answer::Sequence(steps)) = answers.get(&asked) {
        ask.subjects = 1;
        ask.gaps.extend((steps.ordered == 0).then(|| gap(&happened.dataset.name, NO_RECORD)));
    }
    ask.questions.push(asked);
    ask
}

fn ask_far(context: &Context<'_>, happened: &Happened<'_>, params: &Node, answers: &Answers) -> Ask {
    let (echoes, gaps) = echoes(context, happened, params);
    let mut ask = Ask { gaps, ..Ask::default() };
    for (event, echo) in echoes {
        let changed = format!("{}.{}", echo.changed.dataset, context.label(&echo.changed));
        let asked = Question::Echo(echo);
        if let Some(Answer::Echo { events, joined, timed, .. }) = answers.get(&asked) {
            let subject = format!("{}.{}", happened.dataset.name, event.name);
            let reason = match (events, joined, timed) {
                (0, ..) => "the export holds no such event".to_owned(),
                (_, 0, _) => format!("{NO_RECORD}, or none of those is in the export of records"),
                (.., 0) => format!("no time of {changed} is a sure one for a record that still holds the value"),
                _ => {
                    ask.subjects += 1;
                    ask.questions.push(asked);
                    continue;
                }
            };
            ask.gaps.push(gap(&subject, &reason));
        }
        ask.questions.push(asked);
    }
    ask
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok(happened) = Happened::of(context) else { return Vec::new() };
    match params.get_text("fault").as_deref() {
        Some("far") => far(context, &happened, params, answers),
        _ => repeated(context, &happened, answers),
    }
}

fn rows(happened: &Happened<'_>, tally: &Tally) -> Vec<Row> {
    let row = |sample: &crate::facts::Sample| Row {
        dataset: happened.dataset.name.clone(),
        key: sample.key.clone(),
        value: sample.value.clone(),
        other_key: sample.other.clone(),
        detail: sample.detail.clone(),
        ..Row::default()
    };
    tally.samples.iter().map(row).collect()
}

fn repeated(context: &Context<'_>, happened: &Happened<'_>, answers: &Answers) -> Vec<Hit> {
    let (_, names) = happened.named(answers);
    let about = raised(context, names);
    let named: Vec<String> = about.iter().cloned().collect();
    let Some(Answer::Sequence(steps)) = answers.get(&Question::Sequence(sequence(happened, about))) else {
        return Vec::new();
    };
    let named = list(&named, 3);
    let hit = |part: &str, tally: &Tally, statement: String, action: &str| {
        (tally.rows > 0).then(|| Hit {
            subject: Subject::column(&happened.dataset.name, part),
            rows: tally.rows,
            total: steps.events.max(tally.rows),
            people: tally.people,
            statement,
            action: Some(action.to_owned()),
            samples: rows(happened, tally),
            shows: Shows::Words,
            ..Hit::default()
        })
    };
    let again = format!(
        "{} of {named} came twice for one record, with nothing of it in between.",
        counted(steps.repeats.rows, "event", "events")
    );
    let nobody = match steps.unowned.rows {
        1 => format!("1 event of {named} names no person."),
        more => format!("{} events of {named} name no person.", count(more)),
    };
    let once = "Raise it on the change alone, not on every save, and send the record's id as the event's id.";
    let whom = "Send it with the id of the contact of the record; what has none yet should wait for one.";
    [hit("record", &steps.repeats, again, once), hit("person", &steps.unowned, nobody, whom)]
        .into_iter()
        .flatten()
        .collect()
}

fn far(context: &Context<'_>, happened: &Happened<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let (echoes, _) = echoes(context, happened, params);
    let hit = |(event, echo): (&Event, Echo)| {
        let changed = format!("{}.{}", echo.changed.dataset, context.label(&echo.changed));
        let Some(Answer::Echo { timed, far, .. }) = answers.get(&Question::Echo(echo)) else { return None };
        let statement = format!(
            "`{}` is more than {} from the time of the change in {changed} for {} of {} ({}).",
            event.name,
            duration(within(params)),
            count(far.rows),
            counted(*timed, "record", "records"),
            percent(far.rows, *timed)
        );
        (far.rows > 0).then(|| Hit {
            subject: Subject::column(&happened.dataset.name, &event.name),
            rows: far.rows,
            total: *timed,
            people: far.people,
            statement,
            samples: rows(happened, far),
            shows: Shows::Times,
            ..Hit::default()
        })
    };
    echoes.into_iter().filter_map(hit).collect()
}
