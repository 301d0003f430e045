//! Who is in the audience of a running journey and must not be mailed. What an audience is, for the rules that look into it.

use super::concepts::Concept;
use super::context::{Context, no_mapping, no_profiles};
use super::gaps::empty_list;
use super::journeys::Scene;
use super::lists::SUPPRESSIONS;
use super::{Ask, Kind, Stage};
use crate::exports::Dataset;
use crate::facts::{Answer, Answers, Filter, Question, Tally};
use crate::findings::{Gap, Hit, Part, Row, Shows, Subject};
use crate::mapping::conditions::type_of;
use crate::mapping::expr::{Expr, Function, Op, Operand, Type};
use crate::mapping::journeys::{Kind as Cued, Slot};
use crate::mapping::{Journey, Mapping};
use crate::shape::Shape;
use crate::text::counted;
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "audience",
    about: "people in the audience of a running journey who must not be mailed",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// A column of a dataset as text, and the same in lower case without blanks around it.
pub(super) fn texts(dataset: &str, label: &str) -> (Operand, Operand) {
    let plain = Operand::Column { name: format!("{dataset}.{label}"), ty: Type::Text };
    let trimmed = Operand::Call { function: Function::Trim, args: vec![plain.clone()] };
    (plain, Operand::Call { function: Function::Lower, args: vec![trimmed] })
}

/// Whether a column holds one of these words.
pub(super) fn one_of(dataset: &str, label: &str, words: &[&str]) -> Expr {
    let values = words.iter().map(|word| Operand::Text((*word).to_owned())).collect();
    Expr::OneOf { left: texts(dataset, label).1, values, negated: false }
}

/// Whether an attribute holds for a person: true, more than none, any text but one that says no.
pub(super) fn held(context: &Context<'_>, name: &str) -> Result<Expr, Gap> {
    let column = context.on_profile(name)?;
    let attribute = context.mapping.and_then(|mapping| mapping.attribute(name));
    let ty = type_of(name, attribute).unwrap_or(Type::Unknown);
    let plain = Operand::Column { name: format!("{}.{name}", column.dataset), ty };
    Ok(match ty {
        Type::Boolean => Expr::True(plain),
        Type::Number => Expr::Compare { left: plain, op: Op::Greater, right: Operand::Number(0.0) },
        Type::Timestamp | Type::List => Expr::Not(Box::new(Expr::Missing(plain))),
        Type::Text | Type::Unknown => {
            let no = one_of(&column.dataset, name, &["", "0", "false", "no", "none"]);
            let blank = Expr::Missing(texts(&column.dataset, name).0);
            Expr::Not(Box::new(Expr::Any(vec![blank, no])))
        }
    })
}

/// Who gets a journey, as far as conditions tell: those in its segments who are not suppressed and do not leave at once.
/// Nothing where no segment starts it.
pub(super) fn audience(scene: &Scene<'_>) -> Option<Result<Expr, Gap>> {
    let subject = format!("mapping:journeys.{}", scene.journey.name);
    let gap = |reason: String| Gap { subject: subject.clone(), reason, column: None };
    let trigger = scene.journey.trigger().filter(|trigger| matches!(trigger.kind, Cued::Segment | Cued::Words))?;
    if let Some(reason) = scene.hidden_start().or_else(|| scene.hidden(KEYS)) {
        return Some(Err(gap(reason)));
    }
    let within = |name: &str| scene.context.segment(name).map(|filter| (*filter.expr).clone());
    let mut terms: Vec<Expr> = within(&trigger.name).into_iter().collect();
    for cue in scene.cues(KEYS) {
        let met = match cue.kind {
            Cued::Segment => within(&cue.name),
            Cued::Attribute => match held(scene.context, &cue.name) {
                Ok(met) => Some(met),
                Err(found) => return Some(Err(Gap { subject, ..found })),
            },
            _ => None,
        };
        let Some(met) = met else { continue };
        terms.push(if cue.slot == Slot::Filter { met } else { Expr::Not(Box::new(met)) });
    }
    Some(Ok(Expr::All(terms)))
}

/// What decides beside the trigger who gets it.
const KEYS: &[Slot] = &[Slot::Filter, Slot::Suppress, Slot::Exit];

/// The profiles for whom all of these hold.
pub(super) fn all(profiles: &Dataset, terms: &[&Expr]) -> Question {
    let terms = terms.iter().map(|term| (*term).clone()).collect();
    Question::Rows { dataset: profiles.name.clone(), filter: Filter::new(Expr::All(terms)) }
}

/// How many profiles a question of [`all`] found.
pub(super) fn found<'a>(answers: &'a Answers, question: &Question) -> Option<&'a Tally> {
    match answers.get(question) {
        Some(Answer::Rows { met, .. }) => Some(met),
        _ => None,
    }
}

/// What stands in the way of a question's condition, under a subject.
pub(super) fn hindered(context: &Context<'_>, question: &Question, subject: &str) -> Vec<Gap> {
    let filters = question.filters();
    let gaps = filters.iter().flat_map(|(_, filter)| context.filter_gaps(filter));
    gaps.map(|gap| Gap { subject: subject.to_owned(), ..gap }).collect()
}

/// A finding about the audience that an entry of the mapping speaks of.
pub(super) fn hit(mapping: &Mapping, subject: Subject, mark: crate::yaml::Mark, whole: &Found<'_>) -> Hit {
    let row = |key: &str| Row { dataset: whole.profiles.to_owned(), key: key.to_owned(), ..Row::default() };
    Hit {
        subject,
        rows: whole.met.rows,
        total: whole.size,
        people: whole.met.people,
        samples: whole.met.samples.iter().map(|sample| row(&sample.key)).collect(),
        place: Some(mapping.document.place(mark)),
        shows: Shows::Labels,
        ..Hit::default()
    }
}

/// Whom a question found in an audience.
pub(super) struct Found<'a> {
    pub(super) profiles: &'a str,
    pub(super) met: &'a Tally,
    pub(super) size: u64,
}

/// A running journey whose audience is known, and the reasons for which somebody in it must not be mailed.
struct Plan<'a> {
    journey: &'a Journey,
    audience: Expr,
    reasons: Vec<(&'static str, Expr)>,
}

impl Plan<'_> {
    fn whole(&self, profiles: &Dataset) -> Question {
        let any = Expr::Any(self.reasons.iter().map(|(_, reason)| reason.clone()).collect());
        all(profiles, &[&self.audience, &any])
    }

    fn questions(&self, profiles: &Dataset) -> Vec<Question> {
        let each = self.reasons.iter().map(|(_, reason)| all(profiles, &[&self.audience, reason]));
        each.chain([self.whole(profiles), all(profiles, &[&self.audience])]).collect()
    }
}

/// Those on the suppression list, where there is one.
fn listed(context: &Context<'_>) -> Option<Result<Expr, Gap>> {
    let list = context.list(SUPPRESSIONS)?;
    if let Some(gap) = empty_list(list) {
        return Some(Err(gap));
    }
    // An answer without anybody is one: nobody bounced.
    if list.preview.is_empty() {
        return None;
    }
    if let Some(gap) = context.nobody(list) {
        return Some(Err(gap));
    }
    let ids = context.profile_ids(list).into_iter().map(|id| id.column);
    let named = ids.chain(context.listed_address(list)).filter_map(|index| list.columns.get(index));
    let filled = named.map(|column| Expr::Not(Box::new(Expr::Missing(texts(&list.name, &column.label).0))));
    Some(Ok(Expr::Any(filled.collect())))
}

/// Whether an event of opting out ends the journey: then nobody stays in it who opted out on the way.
fn ends_on_opt_out(scene: &Scene<'_>) -> bool {
    let mut cues = scene.cues(&[Slot::Exit, Slot::Suppress]);
    cues.any(|cue| matches!(cue.kind, Cued::Event | Cued::Words) && scene.speaks(cue, Concept::OptOut))
}

fn plans<'a>(context: &'a Context<'a>) -> (Vec<Plan<'a>>, Vec<Gap>) {
    let Some(mapping) = context.mapping else { return (Vec::new(), vec![no_mapping()]) };
    let subject = "mapping:journeys".to_owned();
    let is_on = |journey: &&Journey| journey.is_judged() && journey.is_state("running");
    let mut running = mapping.journeys.iter().filter(is_on).peekable();
    if running.peek().is_none() {
        let reason = "no journey of the mapping says `state: running`".to_owned();
        return (Vec::new(), vec![Gap { subject, reason, column: None }]);
    }
    if context.profiles().is_none() {
        return (Vec::new(), vec![no_profiles(&subject)]);
    }
    let (mut plans, mut gaps) = (Vec::new(), Vec::new());
    let list = listed(context);
    gaps.extend(list.iter().filter_map(|list| list.as_ref().err().cloned()));
    for journey in running {
        let scene = Scene::new(context, mapping, journey);
        let mut reasons = Vec::new();
        if !ends_on_opt_out(&scene) {
            reasons.extend(held(context, "unsubscribed").ok().map(|out| ("unsubscribed", out)));
        }
        reasons.extend(list.iter().filter_map(|list| Some(("on the suppression list", list.as_ref().ok()?.clone()))));
        match audience(&scene) {
            None => {}
            Some(Err(gap)) => gaps.push(gap),
            Some(Ok(audience)) => plans.push(Plan { journey, audience, reasons }),
        }
    }
    if !plans.is_empty() {
        gaps.extend(held(context, "unsubscribed").err());
    } else if gaps.is_empty() {
        let reason = "no running journey of the mapping starts on a segment, so nobody is known to be in it".to_owned();
        gaps.push(Gap { subject, reason, column: None });
    }
    (plans, gaps)
}

fn ask(context: &Context<'_>, _: &Node, _: &Answers) -> Ask {
    let (plans, gaps) = plans(context);
    let mut ask = Ask { gaps, ..Ask::default() };
    let Some(profiles) = context.profiles() else { return ask };
    for plan in plans {
        let subject = format!("mapping:journeys.{}", plan.journey.name);
        let missing = hindered(context, &plan.whole(profiles), &subject);
        if missing.is_empty() {
            ask.subjects += 1;
            ask.questions.extend(plan.questions(profiles));
        }
        ask.gaps.extend(missing);
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let (Some(mapping), Some(profiles)) = (context.mapping, context.profiles()) else { return Vec::new() };
    let hits = plans(context).0.into_iter().filter_map(|plan| {
        let met = found(answers, &plan.whole(profiles))?;
        let size = found(answers, &all(profiles, &[&plan.audience]))?.rows;
        let part = |(label, reason): &(&'static str, Expr)| {
            let tally = found(answers, &all(profiles, &[&plan.audience, reason]))?;
            let (rows, people) = (tally.rows, tally.people);
            (rows > 0).then(|| Part { label: (*label).to_owned(), rows, people, suggestion: None })
        };
        let (name, whole) = (&plan.journey.name, Found { profiles: &profiles.name, met, size });
        (met.rows > 0).then(|| Hit {
            statement: format!(
                "`{name}` is running, and {} in its audience must not be mailed.",
                counted(met.rows, "profile", "profiles")
            ),
            parts: plan.reasons.iter().filter_map(part).collect(),
            ..hit(mapping, Subject::entry("mapping", &format!("journeys.{name}")), plan.journey.mark, &whole)
        })
    });
    hits.collect()
}
