//! People whom a reactivation reaches although they are in the middle of something: an open case, a subscription that runs.

use super::audience::{Found, all, audience, found, held, hindered, hit, one_of, texts};
use super::concepts::{Concept, states};
use super::context::{Context, no_mapping, no_profiles, no_records};
use super::journeys::Scene;
use super::linked::unlinked;
use super::{Ask, Kind, Stage};
use crate::exports::Dataset;
use crate::facts::{Answers, Filter, Question, Scope};
use crate::findings::{Gap, Hit, Part, Subject};
use crate::mapping::conditions::type_of;
use crate::mapping::expr::{Expr, Op, Operand, Type};
use crate::mapping::journeys::Kind as Cued;
use crate::mapping::{Attribute, Mapping};
use crate::shape::Shape;
use crate::text::counted;
use crate::yaml::{Mark, Node};

pub(super) static KIND: Kind = Kind {
    name: "engaged-audience",
    about: "people in the audience of a reactivation who have an open case or an active subscription",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// What a reactivation has to leave out, and how it is called.
const WHOM: [(Concept, &str); 2] =
    [(Concept::OpenCase, "an open case"), (Concept::Subscription, "an active subscription")];

/// What tells that somebody is in the middle of something.
struct Evidence {
    concept: Concept,
    /// The dataset or the attribute that says so.
    label: String,
    met: Expr,
    /// The open cases, each with or without a profile, where another dataset tells.
    linked: Option<Question>,
}

/// An audience that should hold nobody of them.
struct Audience {
    subject: Subject,
    name: String,
    mark: Mark,
    within: Expr,
}

/// Whether a state of this concept says that it is not over.
fn goes_on(concept: Concept, dataset: &str, label: &str) -> Expr {
    let words = |name| states(name).iter().map(String::as_str).collect::<Vec<_>>();
    match concept {
        Concept::OpenCase => {
            let over = one_of(dataset, label, &words("closed"));
            Expr::Not(Box::new(Expr::Any(vec![Expr::Missing(texts(dataset, label).0), over])))
        }
        _ => one_of(dataset, label, &words("active")),
    }
}

/// What a dataset of such records tells of the people that they are linked to.
fn of_dataset(concept: Concept, dataset: &Dataset, profiles: &Dataset) -> Result<Evidence, Gap> {
    if dataset.preview.is_empty() {
        return Err(no_records(dataset, dataset.name.clone()));
    }
    let state = ["Status", "State", "Case Status", "Subscription Status"].iter().find_map(|name| dataset.find(name));
    let Some(column) = state.and_then(|index| dataset.columns.get(index)) else {
        let reason = format!("{} has no column `Status` that says what is over", dataset.name);
        return Err(Gap { subject: dataset.name.clone(), reason, column: None });
    };
    let met = goes_on(concept, &dataset.name, &column.label);
    let linked = Question::Coverage {
        left: dataset.name.clone(),
        right: profiles.name.clone(),
        scope: Scope::Where(Filter::new(met.clone())),
    };
    Ok(Evidence { concept, label: dataset.name.clone(), met, linked: Some(linked) })
}

/// What an attribute of the profile tells; nothing where its type says no such thing.
fn of_attribute(context: &Context<'_>, concept: Concept, attribute: &Attribute) -> Option<Result<Evidence, Gap>> {
    let name = &attribute.name;
    let column = match context.on_profile(name) {
        Ok(column) => column,
        Err(gap) => return Some(Err(gap)),
    };
    let met = match type_of(name, Some(attribute)).unwrap_or(Type::Unknown) {
        Type::Boolean | Type::Number => held(context, name).ok()?,
        Type::Text | Type::Unknown => goes_on(concept, &column.dataset, name),
        // A day in the past is the last one of many, or the end.
        Type::Timestamp if concept == Concept::Subscription => Expr::Compare {
            left: Operand::Column { name: format!("{}.{name}", column.dataset), ty: Type::Timestamp },
            op: Op::Greater,
            right: Operand::Now { day: false, offset_seconds: 0 },
        },
        Type::Timestamp | Type::List => return None,
    };
    Some(Ok(Evidence { concept, label: name.clone(), met, linked: None }))
}

/// Everything that tells. Where one way is there, what stands in the way of another does not matter.
fn evidence(context: &Context<'_>, mapping: &Mapping, profiles: &Dataset) -> (Vec<Evidence>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for (concept, whom) in WHOM {
        let datasets = context.datasets.values().filter(|dataset| concept.is(&dataset.module));
        let datasets = datasets.map(|dataset| of_dataset(concept, dataset, profiles));
        let attributes = mapping.attributes.iter().filter(|entry| concept.is_held_by(entry) && !entry.is_consent());
        let attributes = attributes.filter_map(|entry| of_attribute(context, concept, entry));
        let (told, missing): (Vec<_>, Vec<_>) = datasets.chain(attributes).partition(Result::is_ok);
        if told.is_empty() {
            gaps.extend(missing.into_iter().filter_map(Result::err));
            gaps.extend(spoken_of(context, mapping, concept).then(|| Gap {
                subject: whom.to_owned(),
                reason: format!("a journey speaks of it, and no export or mapped attribute tells who has {whom}"),
                column: None,
            }));
        }
        found.extend(told.into_iter().filter_map(Result::ok));
    }
    if found.is_empty() && gaps.is_empty() {
        let reason = "nothing tells who has an open case or an active subscription: no export of Zoho's Cases, and no \
                      mapped attribute";
        gaps.push(Gap { subject: "zoho.cases".to_owned(), reason: reason.to_owned(), column: None });
    }
    (found, gaps)
}

/// Whether a reactivation leaves such people out by a name of its own.
fn spoken_of(context: &Context<'_>, mapping: &Mapping, concept: Concept) -> bool {
    let winbacks = mapping.journeys.iter().filter(|journey| journey.is_judged());
    let mut scenes = winbacks.map(|journey| Scene::new(context, mapping, journey));
    scenes.any(|scene| scene.purpose() == "winback" && scene.journey.cues.iter().any(|cue| scene.speaks(cue, concept)))
}

/// Segments that are about people at risk, and that no journey starts on: that one decides who gets it.
fn segments(context: &Context<'_>, mapping: &Mapping) -> Vec<Audience> {
    let started = |name: &str| {
        let mut judged = mapping.journeys.iter().filter(|journey| journey.is_judged());
        judged.any(|journey| journey.trigger().is_some_and(|cue| cue.kind == Cued::Segment && cue.name == name))
    };
    let section = mapping.document.root.get("segments");
    let purpose = |name: &str| section?.get(name)?.get_text("purpose");
    let about = |name: &str| purpose(name).is_some_and(|said| said == "at_risk" || said == "winback");
    let wanted = mapping.segments.iter().filter(|segment| !segment.never && about(&segment.name));
    let wanted = wanted.filter(|segment| !started(&segment.name));
    let audiences = wanted.filter_map(|segment| {
        Some(Audience {
            subject: Subject::entry("segment", &segment.name),
            name: segment.name.clone(),
            mark: segment.mark,
            within: (*context.segment(&segment.name)?.expr).clone(),
        })
    });
    audiences.collect()
}

fn audiences(context: &Context<'_>, mapping: &Mapping) -> (Vec<Audience>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for journey in mapping.journeys.iter().filter(|journey| journey.is_judged()) {
        let scene = Scene::new(context, mapping, journey);
        if scene.purpose() != "winback" {
            continue;
        }
        let subject = Subject::entry("mapping", &format!("journeys.{}", journey.name));
        match audience(&scene) {
            Some(Ok(within)) => {
                found.push(Audience { subject, name: journey.name.clone(), mark: journey.mark, within })
            }
            Some(Err(gap)) => gaps.push(gap),
            None => gaps.push(Gap {
                subject: subject.name,
                reason: "it starts on no segment, so nobody is known to be in it".to_owned(),
                column: None,
            }),
        }
    }
    found.extend(segments(context, mapping));
    if found.is_empty() && gaps.is_empty() {
        let reason = "no journey of the mapping is a winback, and no segment says `purpose: at_risk` or winback";
        gaps.push(Gap { subject: "mapping:journeys".to_owned(), reason: reason.to_owned(), column: None });
    }
    (found, gaps)
}

fn engaged(evidence: &[Evidence]) -> Expr {
    Expr::Any(evidence.iter().map(|evidence| evidence.met.clone()).collect())
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    let (audiences, gaps) = audiences(context, mapping);
    let mut ask = Ask { gaps, ..Ask::default() };
    if audiences.is_empty() {
        return ask;
    }
    let Some(profiles) = context.profiles() else {
        ask.gaps.push(no_profiles("mapping:journeys"));
        return ask;
    };
    let (evidence, missing) = evidence(context, mapping, profiles);
    ask.gaps.extend(missing);
    if evidence.is_empty() {
        return ask;
    }
    for audience in &audiences {
        let whole = all(profiles, &[&audience.within, &engaged(&evidence)]);
        let missing = hindered(context, &whole, &audience.subject.name);
        if missing.is_empty() {
            ask.subjects += 1;
            let each = evidence.iter().map(|evidence| all(profiles, &[&audience.within, &evidence.met]));
            ask.questions.extend(each.chain([whole, all(profiles, &[&audience.within])]));
            for expr in evidence.iter().map(|evidence| &evidence.met).chain([&audience.within]) {
                let (questions, blank) = context.unfilled(expr, answers);
                ask.questions.extend(questions);
                ask.gaps.extend(blank);
            }
        }
        ask.gaps.extend(missing);
    }
    for linked in evidence.iter().filter_map(|evidence| evidence.linked.clone()) {
        ask.gaps.extend(unlinked(context, answers, &linked, "open record"));
        ask.questions.push(linked);
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let (Some(mapping), Some(profiles)) = (context.mapping, context.profiles()) else { return Vec::new() };
    let (evidence, _) = evidence(context, mapping, profiles);
    let hits = audiences(context, mapping).0.into_iter().filter_map(|audience| {
        let met = found(answers, &all(profiles, &[&audience.within, &engaged(&evidence)]))?;
        let size = found(answers, &all(profiles, &[&audience.within]))?.rows;
        if met.rows == 0 {
            return None;
        }
        let (mut parts, mut whom) = (Vec::new(), Vec::new());
        for evidence in &evidence {
            let Some(tally) = found(answers, &all(profiles, &[&audience.within, &evidence.met])) else { continue };
            if tally.rows > 0 {
                let said = WHOM.iter().find(|(concept, _)| *concept == evidence.concept).map_or(&"", |(_, said)| said);
                whom.push(*said);
                let (rows, people) = (tally.rows, tally.people);
                parts.push(Part { label: format!("{said}: {}", evidence.label), rows, people, suggestion: None });
            }
        }
        whom.dedup();
        let whole = Found { profiles: &profiles.name, met, size };
        Some(Hit {
            statement: format!(
                "`{}` reaches {} with {}.",
                audience.name,
                counted(met.rows, "profile", "profiles"),
                whom.join(" or ")
            ),
            parts,
            ..hit(mapping, audience.subject, audience.mark, &whole)
        })
    });
    hits.collect()
}
