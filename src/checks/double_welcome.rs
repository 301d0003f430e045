//! People who bought from a rep and are in the reach of two welcomes: that of sales and that of the shop.

use std::collections::BTreeSet;

use super::concepts::Concept;
use super::context::{Context, no_mapping, no_profiles};
use super::journeys::Scene;
use super::linked::unlinked;
use super::{Ask, Kind, Stage};
use crate::facts::{Answer, Answers, Column, Filter, Question, Scope};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::expr::{Expr, Operand, Type};
use crate::mapping::journeys::{Cue, Kind as Cued, Slot};
use crate::mapping::{Journey, Mapping};
use crate::shape::Shape;
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "double-welcome",
    about: "buyers of a rep who are in the reach of two welcome journeys",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// Distinct stages of deals that are looked at.
const MOST_STAGES: usize = 1_000;

fn gap(subject: &str, reason: String) -> Gap {
    Gap { subject: format!("mapping:journeys{subject}"), reason, column: None }
}

/// Whether something that a journey names speaks of a sale by a rep.
fn of_sales(scene: &Scene<'_>, cue: &Cue) -> bool {
    scene.speaks(cue, Concept::Won) || scene.speaks(cue, Concept::AssistedOrder)
}

/// The welcome of sales, and those of the shop beside it.
fn welcomes<'a>(context: &'a Context<'a>, mapping: &'a Mapping) -> Option<(&'a Journey, Vec<Scene<'a>>)> {
    let scenes = mapping.journeys.iter().filter(|journey| journey.is_judged());
    let scenes = scenes.map(|journey| Scene::new(context, mapping, journey));
    let welcomes: Vec<Scene<'_>> = scenes.filter(|scene| scene.purpose() == "welcome").collect();
    let is_sales = |scene: &&Scene<'a>| scene.journey.named(Slot::Trigger).any(|cue| of_sales(scene, cue));
    let sales = welcomes.iter().find(is_sales)?.journey;
    let shop: Vec<Scene<'_>> = welcomes.iter().filter(|scene| !is_sales(scene)).copied().collect();
    (!shop.is_empty()).then_some((sales, shop))
}

/// Whether a journey leaves out whoever bought from a rep.
fn leaves_out(scene: &Scene<'_>) -> bool {
    scene.cues(&[Slot::Suppress, Slot::Exit]).any(|cue| of_sales(scene, cue))
}

/// Who is in the reach of a journey, as far as profiles tell.
fn reach(context: &Context<'_>, scene: &Scene<'_>, profiles: &str) -> Result<Vec<Expr>, String> {
    if let Some(reason) = scene.hidden_start().or_else(|| scene.hidden(&[Slot::Filter, Slot::Suppress])) {
        return Err(reason);
    }
    let column = |name: &str| Operand::Column { name: format!("{profiles}.{name}"), ty: Type::Text };
    let condition = |cue: &Cue| context.segment(&cue.name).map(|filter| filter.expr.as_ref().clone());
    let (mut starts, mut terms) = (Vec::new(), Vec::new());
    for cue in scene.cues(&[Slot::Trigger, Slot::Filter, Slot::Suppress]) {
        let met = match (cue.kind, cue.slot) {
            (Cued::Segment, _) => condition(cue),
            (Cued::Attribute, Slot::Suppress) => {
                Some(Expr::True(Operand::Column { name: format!("{profiles}.{}", cue.name), ty: Type::Boolean }))
            }
            (Cued::Attribute | Cued::Date, _) => Some(Expr::Not(Box::new(Expr::Missing(column(&cue.name))))),
            (Cued::Event, Slot::Trigger) => {
                return Err(format!("it starts on the event {}: whom that reached is in no export here", cue.name));
            }
            _ => None,
        };
        match (met, cue.slot) {
            (Some(met), Slot::Trigger) => starts.push(met),
            (Some(met), Slot::Filter) => terms.push(met),
            (Some(met), _) => terms.push(Expr::Not(Box::new(met))),
            (None, _) => {}
        }
    }
    terms.insert(0, Expr::Any(starts));
    Ok(terms)
}

/// The stage of deals, and the lookup by which they belong to people.
fn stage(context: &Context<'_>) -> Result<(Column, Column), Gap> {
    let Some(deals) = context.zoho("deals") else {
        let reason = "no export of Zoho deals was given".to_owned();
        return Err(Gap { subject: "zoho.deals".to_owned(), reason, column: None });
    };
    // A name is not enough: without the id a deal is of nobody.
    Ok((context.standard(deals, "Stage")?, context.standard(deals, "Contact Name.id")?))
}

fn stages(stage: &Column) -> Question {
    Question::Values { column: stage.clone(), cap: MOST_STAGES }
}

/// The question for buyers of a rep in the reach of a journey, once it is known what a won deal is called.
fn question(
    context: &Context<'_>,
    scene: &Scene<'_>,
    stage: &Column,
    answers: &Answers,
) -> Option<Result<Question, Gap>> {
    let (won, profiles) = (won(stage, answers)?, context.profiles()?);
    if won.is_empty() {
        return Some(Err(gap("", format!("no deal of {} is won", stage.dataset))));
    }
    let about = format!(".{}", scene.journey.name);
    let mut terms = match reach(context, scene, &profiles.name) {
        Ok(terms) => terms,
        Err(reason) => return Some(Err(gap(&about, reason))),
    };
    terms.push(is_won(context, stage, won));
    let filter = Filter::new(Expr::All(terms));
    match context.filter_gaps(&filter).into_iter().next() {
        Some(missing) => Some(Err(gap(&about, missing.reason))),
        None => Some(Ok(Question::Rows { dataset: profiles.name.clone(), filter })),
    }
}

/// The stages in which a deal is won, once they are known.
fn won<'b>(stage: &Column, answers: &'b Answers) -> Option<BTreeSet<&'b String>> {
    match answers.get(&stages(stage)) {
        Some(Answer::Values { values, .. }) => Some(values.keys().filter(|value| Concept::Won.is(value)).collect()),
        _ => None,
    }
}

/// Whether a deal is won.
fn is_won(context: &Context<'_>, stage: &Column, won: BTreeSet<&String>) -> Expr {
    Expr::OneOf {
        left: Operand::Column { name: format!("{}.{}", stage.dataset, context.label(stage)), ty: Type::Text },
        values: won.into_iter().cloned().map(Operand::Text).collect(),
        negated: false,
    }
}

/// The won deals, each with or without a profile.
fn linked(context: &Context<'_>, stage: &Column, answers: &Answers) -> Option<Question> {
    let (won, profiles) = (won(stage, answers).filter(|won| !won.is_empty())?, context.profiles()?);
    let scope = Scope::Where(Filter::new(is_won(context, stage, won)));
    Some(Question::Coverage { left: stage.dataset.clone(), right: profiles.name.clone(), scope })
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let silent = |gap: Gap| Ask { gaps: vec![gap], ..Ask::default() };
    let Some(mapping) = context.mapping else { return silent(no_mapping()) };
    let Some((_, shop)) = welcomes(context, mapping) else {
        let reason = "no two journeys are a welcome of which a sale by a rep starts one";
        return silent(gap("", reason.to_owned()));
    };
    if context.profiles().is_none() {
        return silent(no_profiles("mapping:journeys"));
    }
    let (stage, lookup) = match stage(context) {
        Ok(columns) => columns,
        Err(gap) => return silent(gap),
    };
    let mut ask = Ask { questions: vec![stages(&stage), filled(&lookup)], ..Ask::default() };
    if answers.is_blank(&lookup) {
        ask.gaps.push(context.blank(&lookup));
    }
    ask.gaps.extend(context.identifier_gaps());
    if let Some(linked) = linked(context, &stage, answers) {
        ask.gaps.extend(unlinked(context, answers, &linked, "won record"));
        ask.questions.push(linked);
    }
    for scene in &shop {
        match if leaves_out(scene) { None } else { question(context, scene, &stage, answers) } {
            Some(Err(gap)) => ask.gaps.push(gap),
            Some(Ok(question)) => {
                ask.subjects += 1;
                for (_, filter) in question.filters() {
                    let (questions, blank) = context.unfilled(&filter.expr, answers);
                    ask.questions.extend(questions);
                    ask.gaps.extend(blank);
                }
                ask.questions.push(question);
            }
            None => ask.subjects += 1,
        }
    }
    ask
}

fn filled(lookup: &Column) -> Question {
    Question::Columns { dataset: lookup.dataset.clone() }
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    let (Some((sales, shop)), Ok((stage, _))) = (welcomes(context, mapping), stage(context)) else { return Vec::new() };
    let open = shop.iter().filter(|scene| !leaves_out(scene));
    let hits = open.filter_map(|scene| {
        let asked = question(context, scene, &stage, answers)?.ok()?;
        let Some(Answer::Rows { rows, met }) = answers.get(&asked) else { return None };
        if met.rows == 0 {
            return None;
        }
        let (name, other) = (&scene.journey.name, &sales.name);
        let people = counted(met.people, "person with a won deal is", "people with a won deal are");
        let statement = format!("{people} in the reach of `{name}`, beside `{other}` that a won deal starts.");
        let action = format!(
            "Leave them out of `{name}`: `suppress: [deal_won]`, or test in its segment that there is no won deal."
        );
        let dataset = &context.profiles()?.name;
        let samples = met.samples.iter().map(|sample| Row {
            dataset: dataset.clone(),
            key: sample.key.clone(),
            ..Row::default()
        });
        Some(Hit {
            subject: Subject::entry("mapping", &format!("journeys.{name}")),
            rows: met.rows,
            total: *rows,
            people: met.people,
            statement,
            action: Some(action),
            samples: samples.collect(),
            place: Some(mapping.document.place(scene.journey.mark)),
            shows: Shows::Nothing,
            ..Hit::default()
        })
    });
    hits.collect()
}
