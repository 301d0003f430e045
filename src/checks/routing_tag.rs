//! Tags that decide where people are sent: on the record, and not on the profile that should be sent there.

use super::context::{Context, no_mapping, no_profiles};
use super::lag::{HoldBack, all_held, hold_back};
use super::tags::no_tags;
use super::{Ask, Kind, Stage};
use crate::exports::System;
use crate::facts::lenses::shape;
use crate::facts::{Agreement, Answer, Answers, Blank, Column, Lens, Question, Reading, Sample};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::{Attribute, Spot};
use crate::shape::Shape;
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "routing-tag",
    about: "tags that decide where people are sent, on the record and on the profile",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// A tag in a column of Zoho, and the attribute that should hold it too.
struct Plan<'a> {
    attribute: &'a Attribute,
    tag: &'a Spot,
    left: Column,
    right: Column,
    lag: Vec<Question>,
    hold_back: HoldBack,
}

impl Plan<'_> {
    fn question(&self) -> Option<Question> {
        (!self.hold_back.is_open()).then(|| Question::Agree {
            left: self.left.clone(),
            right: self.right.clone(),
            reading: Reading::Item(self.tag.text.clone()),
            missing: self.attribute.missing.clone(),
            blank: Blank::Nothing,
            also: Vec::new(),
            spare: false,
            fresh: self.hold_back.fresh().cloned(),
        })
    }

    fn filled(&self, column: &Column) -> Question {
        Question::Shapes { column: column.clone(), lens: Lens::Filled(self.attribute.missing.clone()) }
    }

    /// Whether a side holds no tag at all, once it is known.
    fn is_blank(&self, answers: &Answers, column: &Column) -> bool {
        let shapes = answers.get(&self.filled(column));
        matches!(shapes, Some(Answer::Shapes { shapes, .. }) if !shapes.contains_key(shape::FILLED))
    }

    fn found<'b>(&self, answers: &'b Answers) -> Option<&'b Agreement> {
        match answers.get(&self.question()?) {
            Some(Answer::Agree(found)) => Some(found),
            _ => None,
        }
    }
}

fn plans<'a>(context: &Context<'a>, answers: &Answers) -> (Vec<Plan<'a>>, Vec<Gap>) {
    let Some(mapping) = context.mapping else { return (Vec::new(), vec![no_mapping()]) };
    if mapping.tags.routing.is_empty() {
        let reason = "the mapping names no routing tags (`tags: {routing: […]}`)".to_owned();
        return (Vec::new(), vec![Gap { subject: "mapping:tags.routing".to_owned(), reason, column: None }]);
    }
    if context.profiles().is_none() {
        return (Vec::new(), vec![no_profiles("mapping:tags.routing")]);
    }
    let (targets, mut gaps) = context.targets(|attribute| attribute.is_role("tags"));
    gaps.extend(context.identifier_gaps());
    let mut found = Vec::new();
    for target in targets.iter().filter(|target| !target.profile) {
        let dataset = context.datasets.get(&target.column.dataset);
        let Some(dataset) = dataset.filter(|dataset| dataset.system == System::Zoho) else { continue };
        let Ok(right) = context.on_profile(&target.attribute.name) else { continue };
        for tag in &mapping.tags.routing {
            let (lag, hold_back) = hold_back(context, Some(target.attribute), dataset, answers);
            let (attribute, left, right) = (target.attribute, target.column.clone(), right.clone());
            found.push(Plan { attribute, tag, left, right, lag, hold_back });
        }
    }
    if found.is_empty() && gaps.is_empty() {
        gaps.push(match targets.is_empty() {
            true => no_tags(),
            false => Gap {
                subject: "mapping:attributes".to_owned(),
                reason: "no attribute with `role: tags` comes from a column of Zoho".to_owned(),
                column: None,
            },
        });
    }
    gaps.sort();
    gaps.dedup();
    (found, gaps)
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let (plans, gaps) = plans(context, answers);
    let mut ask = Ask { subjects: plans.len(), gaps, ..Ask::default() };
    for plan in plans {
        ask.gaps.extend(unseen(context, answers, &plan));
        ask.questions.extend([plan.filled(&plan.left), plan.filled(&plan.right)]);
        ask.questions.extend(plan.question());
        ask.questions.extend(plan.lag);
    }
    ask.gaps.sort();
    ask.gaps.dedup();
    ask
}

/// What the answers leave open: a blank side, no linked pair, nobody with the tag, or differences of late alone.
fn unseen(context: &Context<'_>, answers: &Answers, plan: &Plan<'_>) -> Option<Gap> {
    if let Some(column) = [&plan.left, &plan.right].into_iter().find(|column| plan.is_blank(answers, column)) {
        return Some(context.blank(column));
    }
    let found = plan.found(answers)?;
    let (dataset, tag) = (&plan.left.dataset, &plan.tag.text);
    let reason = match () {
        () if found.pairs == 0 => format!("no record of {dataset} could be linked to a profile"),
        () if found.left_filled == 0 => format!("no linked record of {dataset} has the tag `{tag}`"),
        () if tagged(found) == 0 => all_held(found.held),
        () => return None,
    };
    let subject = format!("{dataset}.{}", context.label(&plan.left));
    Some(Gap { subject, reason, column: None })
}

/// Pairs whose record has the tag, those held back apart.
fn tagged(found: &Agreement) -> u64 {
    found.left_filled.saturating_sub(found.held)
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let (plans, _) = plans(context, answers);
    plans.iter().filter_map(|plan| hit(context, answers, plan)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, plan: &Plan<'_>) -> Option<Hit> {
    let found = plan.found(answers)?;
    // A column without a single value is one fault, not one a person: it is a gap here.
    let blank = plan.is_blank(answers, &plan.right);
    let lost = &found.differ;
    if lost.rows == 0 || blank {
        return None;
    }
    let (label, source, tag) = (context.label(&plan.right), context.label(&plan.left), &plan.tag.text);
    let tagged = tagged(found);
    let statement = format!(
        "The routing tag `{tag}` is in `{source}` of {} and not in `{label}` of {} ({}).{}",
        plan.left.dataset,
        counted(lost.rows, "linked profile", "linked profiles"),
        percent(lost.rows, tagged),
        plan.hold_back.said(found.held)
    );
    let row = |sample: &Sample| {
        let detail = format!("{source} in {}: {}", plan.left.dataset, sample.detail);
        Row { detail, ..context.row(&plan.right, sample.clone(), None) }
    };
    let column = format!("{}.{source}", plan.left.dataset);
    Some(Hit {
        subject: Subject { dataset: Some(plan.left.dataset.clone()), name: format!("{column}: {tag}") },
        rows: lost.rows,
        total: tagged,
        people: lost.people,
        statement,
        samples: lost.samples.iter().map(row).collect(),
        shows: if context.is_sensitive(&plan.right) { Shows::Nothing } else { Shows::Words },
        ..Hit::default()
    })
}
