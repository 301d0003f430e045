//! Events that tell of a stage: without the states before and after, with a state before that nobody had, and back and
//! forth within a short time.

use std::collections::BTreeSet;

use super::context::{Context, no_mapping};
use super::happened::{FROM, Happened, RECORD, TO, is_stage_event, raising, tells_a_stage};
use super::history::earlier;
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Column, Flip, Question, Sequence, Steps, Tally};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::spelling::Spellings;
use crate::mapping::{Attribute, Event, Mapping};
use crate::shape::{Shape, key, required};
use crate::text::{count, counted, duration, percent, seconds};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "stage-event",
    about: "events that tell of a stage, in the plan and in the export of events",
    params: Shape::Object(&[
        required(
            "fault",
            Shape::Word(&["bare", "broken", "flip"]),
            "bare: without the states before and after; broken: the state before is not the one last seen; flip: back to \
             where it came from within a short time",
        ),
        key("within", Shape::Text, "flip: how short that time is: 1h"),
    ]),
    stage: Stage::Facts { ask, judge },
};

/// What the events of one name tell.
pub(super) struct Look<'a> {
    /// The name of the events.
    pub(super) name: String,
    /// The attribute whose changes they tell.
    pub(super) attribute: Option<&'a Attribute>,
    /// The question about them.
    pub(super) asked: Sequence,
}

impl Look<'_> {
    pub(super) fn question(&self) -> Question {
        Question::Sequence(self.asked.clone())
    }

    pub(super) fn steps<'b>(&self, answers: &'b Answers) -> Option<&'b Steps> {
        match answers.get(&self.question()) {
            Some(Answer::Sequence(steps)) => Some(steps),
            _ => None,
        }
    }

    /// A finding about some of the events.
    pub(super) fn hit(&self, tally: &Tally, total: u64, statement: String) -> Option<Hit> {
        let dataset = &self.asked.events.dataset;
        let row = |sample: &crate::facts::Sample| Row {
            dataset: dataset.clone(),
            key: sample.key.clone(),
            column: self.name.clone(),
            value: sample.value.clone(),
            other_key: sample.other.clone(),
            detail: sample.detail.clone(),
            ..Row::default()
        };
        (tally.rows > 0).then(|| Hit {
            subject: Subject::column(dataset, &self.name),
            rows: tally.rows,
            total: total.max(tally.rows),
            people: tally.people,
            statement,
            samples: tally.samples.iter().map(row).collect(),
            shows: Shows::Words,
            ..Hit::default()
        })
    }
}

/// Stage events of the plan.
fn planned<'a>(context: &Context<'a>) -> Vec<&'a Event> {
    let events = context.mapping.into_iter().flat_map(|mapping| &mapping.events);
    events.filter(|event| is_stage_event(context, event)).collect()
}

/// What stage events of the export are to be asked, once their names are known.
pub(super) fn looks<'a>(
    context: &Context<'a>,
    happened: &Happened<'_>,
    answers: &Answers,
    flip: Option<&Flip>,
) -> (Question, Vec<Look<'a>>) {
    let (question, names) = happened.named(answers);
    let planned = planned(context);
    let of_plan = |name: &str| planned.iter().find(|event| event.name.trim() == name).copied();
    let told = names.into_iter().filter(|name| of_plan(name).is_some() || tells_a_stage(name));
    let looks = told.map(|name| {
        let event = of_plan(&name);
        let attribute = event.map_or_else(|| lifecycle(context, &name), |event| raising(context, event));
        let of_person = event.and_then(Event::cause).and_then(|cause| cause.column).is_none_or(|path| {
            !context.datasets.contains_key(&path.dataset)
                || context.people().any(|dataset| dataset.name == path.dataset)
        });
        let asked = Sequence {
            events: happened.events([name.clone()]),
            key: if of_person { Vec::new() } else { happened.places(RECORD) },
            about: BTreeSet::new(),
            person: happened.people(),
            from: happened.places(FROM),
            to: happened.places(TO),
            words: attribute
                .filter(|attribute| !attribute.values.is_empty())
                .map(|attribute| Spellings::new(attribute, true)),
            before: attribute.filter(|_| of_person).and_then(|attribute| before(context, attribute)),
            flip: flip.cloned(),
        };
        Look { name, attribute, asked }
    });
    (question, looks.collect())
}

/// The lifecycle stage, where an event that no plan has speaks of it.
fn lifecycle<'a>(context: &Context<'a>, name: &str) -> Option<&'a Attribute> {
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    let mut stages = attributes.filter(|attribute| attribute.is_role("lifecycle"));
    let stage = stages.next().filter(|_| stages.next().is_none())?;
    (!crate::text::words(name).contains(" deal ")).then_some(stage)
}

/// What the snapshot says of a person's stage, at the source or on the profile.
fn before(context: &Context<'_>, attribute: &Attribute) -> Option<(Column, i64)> {
    let sources = attribute.from.iter().filter(|from| from.helpers.is_empty()).filter_map(|from| from.column.as_ref());
    let sources = sources.filter(|path| context.people().any(|dataset| dataset.name == path.dataset));
    let columns = sources.filter_map(|path| context.resolve(path).ok()).chain(context.on_profile(&attribute.name).ok());
    // A state that nobody has any more is known from hashes only where the mapping lists it.
    if context.earlier_key.is_some() && attribute.values.is_empty() {
        return None;
    }
    let column = columns.into_iter().find_map(|column| earlier(context, &column).ok())?;
    Some((column, context.earlier_at?))
}

fn within(params: &Node) -> i64 {
    params.get_text("within").as_deref().and_then(seconds).unwrap_or(3_600)
}

fn flip(params: &Node) -> Option<Flip> {
    let is_flip = params.get_text("fault").as_deref() == Some("flip");
    is_flip.then(|| Flip { least: 0, most: within(params), states: BTreeSet::new() })
}

fn nothing(happened: &Happened<'_>, reason: &str) -> Gap {
    Gap { subject: happened.dataset.name.clone(), reason: reason.to_owned(), column: None }
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let fault = params.get_text("fault").unwrap_or_default();
    let mut ask = Ask::default();
    if fault == "bare" {
        ask.subjects += planned(context).len();
    }
    let happened = match Happened::of(context) {
        Ok(happened) => happened,
        Err(gap) => {
            ask.gaps.extend(context.mapping.is_none().then(no_mapping));
            ask.gaps.push(gap);
            return ask;
        }
    };
    let (names, looks) = looks(context, &happened, answers, flip(params).as_ref());
    let asked = answers.get(&names).is_some();
    // What is planned well may still arrive otherwise: the plan alone does not make the rule clean.
    if asked && looks.is_empty() {
        ask.gaps.push(nothing(&happened, "no event of the export tells that a stage changed"));
    }
    ask.questions.push(names);
    ask.gaps.extend(happened.overflow(answers));
    for look in &looks {
        ask.questions.push(look.question());
        let Some(steps) = look.steps(answers) else { continue };
        let looked_at = match fault.as_str() {
            "broken" => steps.followed,
            "bare" => steps.ordered,
            _ => steps.stated,
        };
        if looked_at > 0 {
            ask.subjects += 1;
            continue;
        }
        let reason = match fault.as_str() {
            "broken" => "no event has a state before that could be held against an earlier one",
            "bare" => "no event of the name has a person and a time",
            _ => "no event of the name has a person, a time and a state that it led to",
        };
        ask.gaps
            .push(Gap { subject: format!("{}.{}", happened.dataset.name, look.name), ..nothing(&happened, reason) });
    }
    ask
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = params.get_text("fault").unwrap_or_default();
    let mut hits: Vec<Hit> = match (fault.as_str(), context.mapping) {
        ("bare", Some(mapping)) => planned(context).into_iter().filter_map(|event| unsaid(mapping, event)).collect(),
        _ => Vec::new(),
    };
    let Ok(happened) = Happened::of(context) else { return hits };
    let (_, looks) = looks(context, &happened, answers, flip(params).as_ref());
    hits.extend(looks.iter().filter_map(|look| {
        let steps = look.steps(answers)?;
        match fault.as_str() {
            "bare" => bare(look, steps),
            "broken" => broken(look, steps),
            _ => flips(look, steps, within(params)),
        }
    }));
    hits
}

/// A plan that leaves a state out. One that carries nothing at all is another rule's matter.
fn unsaid(mapping: &Mapping, event: &Event) -> Option<Hit> {
    let says = |names: &[&str]| event.properties.iter().any(|property| names.contains(&property.text.as_str()));
    let lacks = match (says(FROM), says(TO)) {
        (true, true) => return None,
        (false, false) => "neither `from` nor `to`",
        (false, true) => "no `from`",
        (true, false) => "no `to`",
    };
    let mark = event.properties.first()?.mark;
    let name = &event.name;
    let statement = format!("The stage event `{name}` is planned with {lacks}.");
    let all: Vec<&str> = event.properties.iter().map(|property| property.text.as_str()).collect();
    let action = format!("Send both states with it: `properties: [from, to, {}]`.", all.join(", "));
    let subject = Subject::entry("mapping", &format!("events.{name}"));
    Some(Hit::entry(subject, Some(mapping.document.place(mark)), statement, action))
}

fn bare(look: &Look<'_>, steps: &Steps) -> Option<Hit> {
    let mut tally = steps.bare.clone();
    // The first stage of a new person has none before it; where no event at all has one, that is no reason.
    if steps.whole == 0 {
        tally.merge(steps.started.clone(), crate::facts::local::SAMPLES);
    }
    let statement = format!(
        "{} of {} of `{}` do not say both the state before and the state after ({}).",
        count(tally.rows),
        counted(steps.ordered, "event", "events"),
        look.name,
        percent(tally.rows, steps.ordered)
    );
    look.hit(&tally, steps.ordered, statement)
}

fn broken(look: &Look<'_>, steps: &Steps) -> Option<Hit> {
    let statement = format!(
        "{} of {} of `{}` begin with a state that is not the one last seen ({}).",
        count(steps.broken.rows),
        counted(steps.followed, "event", "events"),
        look.name,
        percent(steps.broken.rows, steps.followed)
    );
    look.hit(&steps.broken, steps.followed, statement)
}

fn flips(look: &Look<'_>, steps: &Steps, within: i64) -> Option<Hit> {
    let statement = format!(
        "`{}` went back to where it came from within {} {}, for {}.",
        look.name,
        duration(within),
        counted(steps.flips.rows, "time", "times"),
        counted(steps.flips.people, "person", "people"),
    );
    look.hit(&steps.flips, steps.ordered, statement)
}
