//! How often journeys would have fired for people who went back and forth: visits of the state that starts a journey which
//! outlast its wait and end where they began.

use std::collections::BTreeSet;

use super::context::{Context, no_mapping};
use super::happened::Happened;
use super::stage_events::{Look, looks};
use super::{Ask, Kind, Stage};
use crate::facts::{Answers, Flip, Question};
use crate::findings::{Gap, Hit, Subject};
use crate::frames::normalize::Form;
use crate::mapping::expr::{Expr, Op, Operand};
use crate::mapping::journeys::{Kind as Cued, Slot};
use crate::mapping::{Attribute, Journey, Mapping};
use crate::shape::{Shape, required};
use crate::text::{count, counted, duration, seconds};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "journey-flip",
    about: "journeys that would have fired for people who went back and forth",
    params: Shape::Object(&[required("within", Shape::Text, "how long a visit may be that ends where it began: 1d")]),
    stage: Stage::Facts { ask, judge },
};

/// A journey, and the events that tell of what starts it.
struct Plan<'a> {
    journey: &'a Journey,
    look: Look<'a>,
    wait: i64,
}

/// The states of an attribute that let somebody into a segment; none where it does not say.
fn states(context: &Context<'_>, attribute: &Attribute, segment: &str) -> BTreeSet<String> {
    let Some(filter) = context.segment(segment) else { return BTreeSet::new() };
    let own = format!(".{}", attribute.name);
    let is_own = |side: &Operand| matches!(side, Operand::Column { name, .. } if name.ends_with(&own));
    let tested = filter.expr.literals().into_iter().filter(|(column, _)| column.ends_with(&own));
    let listed = attribute.values.iter().map(|allowed| allowed.attribute.clone());
    let candidates: BTreeSet<String> = listed.chain(tested.map(|(_, text)| text)).collect();
    let same = |state: &str, side: &Operand| match side {
        Operand::Text(text) => Form::Folded.of(text) == Form::Folded.of(state),
        _ => false,
    };
    let says = |state: &str, test: &Expr| match test {
        Expr::Compare { left, op: op @ (Op::Equal | Op::NotEqual), right } if is_own(left) => {
            Some(same(state, right) == (*op == Op::Equal))
        }
        Expr::OneOf { left, values, negated } if is_own(left) => {
            Some(values.iter().any(|value| same(state, value)) != *negated)
        }
        _ => None,
    };
    let lets_in = |state: &String| filter.expr.given(&|test| says(state, test)) != Some(false);
    candidates.into_iter().filter(lets_in).collect()
}

/// What starts a journey, as far as stage events tell of it: the attribute's states, any of them where none are named.
fn started<'a>(
    context: &Context<'_>,
    mapping: &'a Mapping,
    journey: &'a Journey,
) -> Vec<(&'a str, Option<&'a Attribute>, BTreeSet<String>)> {
    let Some(trigger) = journey.trigger() else { return Vec::new() };
    if trigger.kind == Cued::Event {
        return vec![(trigger.name.as_str(), None, BTreeSet::new())];
    }
    let reads = mapping.reads_of(journey).into_iter().filter(|read| read.slot == Some(Slot::Trigger));
    let read = reads.filter_map(|read| {
        let attribute = mapping.attribute(read.attribute)?;
        let states = read.through.map(|segment| states(context, attribute, segment)).unwrap_or_default();
        Some(("", Some(attribute), states))
    });
    read.collect()
}

fn plans<'a>(context: &Context<'a>, params: &Node, answers: &Answers) -> (Option<Question>, Vec<Plan<'a>>, Vec<Gap>) {
    let Some(mapping) = context.mapping else { return (None, Vec::new(), vec![no_mapping()]) };
    let happened = match Happened::of(context) {
        Ok(happened) => happened,
        Err(gap) => return (None, Vec::new(), vec![gap]),
    };
    let most = params.get_text("within").as_deref().and_then(seconds).unwrap_or(86_400);
    let (question, found) = looks(context, &happened, answers, None);
    if answers.get(&question).is_none() {
        return (Some(question), Vec::new(), Vec::new());
    }
    let mut plans = Vec::new();
    for journey in mapping.journeys.iter().filter(|journey| journey.is_judged()) {
        let wait = journey.debounce.as_ref().and_then(|wait| seconds(&wait.text)).unwrap_or(0);
        for (event, attribute, states) in started(context, mapping, journey) {
            let tells = |look: &&Look<'_>| match attribute {
                Some(attribute) => look.attribute.is_some_and(|own| own.name == attribute.name),
                None => look.name == event,
            };
            let Some(look) = found.iter().find(tells) else { continue };
            let states = states.iter().map(|state| read(look, state)).collect();
            let mut asked = look.asked.clone();
            asked.flip = Some(Flip { least: wait, most, states });
            plans.push(Plan { journey, look: Look { name: look.name.clone(), attribute, asked }, wait });
        }
    }
    let mut gaps: Vec<Gap> = happened.overflow(answers).into_iter().collect();
    if plans.is_empty() {
        let reason = "no event of the export tells of a stage that starts a journey".to_owned();
        gaps.push(Gap { subject: "mapping:journeys".to_owned(), reason, column: None });
    }
    (Some(question), plans, gaps)
}

/// A state as the sequence reads it.
fn read(look: &Look<'_>, state: &str) -> String {
    let meant = look.asked.words.as_ref().and_then(|words| words.meant(state)).map(str::to_owned);
    meant.or_else(|| Form::Folded.of(state)).unwrap_or_default()
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let (question, plans, gaps) = plans(context, params, answers);
    let mut ask = Ask { gaps, ..Ask::default() };
    ask.questions.extend(question);
    for plan in &plans {
        ask.questions.push(plan.look.question());
        match plan.look.steps(answers) {
            Some(steps) if steps.stated == 0 => ask.gaps.push(Gap {
                subject: format!("mapping:journeys.{}", plan.journey.name),
                reason: format!("no event `{}` has a person, a time and a state that it led to", plan.look.name),
                column: None,
            }),
            Some(_) => ask.subjects += 1,
            None => {}
        }
    }
    ask
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let (_, plans, _) = plans(context, params, answers);
    let hit = |plan: &Plan<'_>| {
        let steps = plan.look.steps(answers)?;
        let flips = &steps.flips;
        let waited = if plan.wait > 0 { format!(" after its wait of {}", duration(plan.wait)) } else { String::new() };
        let statement = format!(
            "`{}` would have fired {} {}{waited}, for {} whose state went back within {}.",
            plan.journey.name,
            count(flips.rows),
            if flips.rows == 1 { "time" } else { "times" },
            counted(flips.people, "person", "people"),
            duration(plan.look.asked.flip.as_ref().map_or(0, |flip| flip.most)),
        );
        let mut hit = plan.look.hit(flips, steps.ordered, statement)?;
        hit.subject = Subject::entry("mapping", &format!("journeys.{}", plan.journey.name));
        hit.place = Some(mapping.document.place(plan.journey.at(Slot::Trigger)));
        Some(hit)
    };
    plans.iter().filter_map(hit).collect()
}
