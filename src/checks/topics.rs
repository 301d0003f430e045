//! Subscription preferences on profiles: cells that nobody can read, and topics that do not exist.

use std::collections::BTreeMap;

use super::context::{Context, no_profiles};
use super::parts::gather;
use super::{Ask, Kind, Stage};
use crate::facts::lenses::shape;
use crate::facts::topics::strange;
use crate::facts::{Answer, Answers, Column, Lens, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::mapping::Mapping;
use crate::shape::Shape;
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "topics",
    about: "subscription preferences against the topics that exist",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// The attribute that holds them.
const PREFERENCES: &str = "cio_subscription_preferences";
/// Different cells that are looked at for the names of topics.
const MOST: usize = 100_000;

struct Plan {
    column: Column,
    known: Vec<String>,
}

impl Plan {
    fn lens(&self) -> Lens {
        Lens::Preferences(self.known.clone())
    }

    fn question(&self) -> Question {
        Question::Shapes { column: self.column.clone(), lens: self.lens() }
    }

    fn cells(&self) -> Question {
        Question::Values { column: self.column.clone(), cap: MOST }
    }

    fn pick(&self) -> Pick {
        let shapes = [shape::UNREADABLE, shape::STRANGE_TOPIC].map(str::to_owned).into();
        Pick::Shapes { column: self.column.clone(), lens: self.lens(), shapes }
    }

    /// What is wrong, with the records of each fault.
    fn wrong<'b>(&self, answers: &'b Answers) -> Vec<(&'b str, &'b Tally)> {
        let Some(Answer::Shapes { shapes, .. }) = answers.get(&self.question()) else { return Vec::new() };
        let faults = [shape::UNREADABLE, shape::STRANGE_TOPIC];
        let wrong = shapes.iter().filter(|(name, _)| faults.contains(&name.as_str()));
        wrong.map(|(name, tally)| (name.as_str(), tally)).collect()
    }
}

fn plan(context: &Context<'_>) -> Result<Plan, Gap> {
    context.profiles().ok_or_else(|| no_profiles("customerio.people"))?;
    // A workspace without topics has no such column.
    let column = context.on_profile(PREFERENCES).map_err(|gap| Gap { column: None, ..gap })?;
    Ok(Plan { column, known: known(context) })
}

/// The topics that exist: those of the mapping, and those that Customer.io listed.
fn known(context: &Context<'_>) -> Vec<String> {
    let mut known = context.mapping.map(Mapping::topics).unwrap_or_default();
    let listed = context.workspace.into_iter().flat_map(|workspace| workspace.topics.iter().flatten());
    known.extend(listed.map(|topic| topic.identifier.clone()));
    known.sort();
    known.dedup();
    known
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    let plan = match plan(context) {
        Ok(plan) => plan,
        Err(gap) => return Ask { gaps: vec![gap], ..Ask::default() },
    };
    let mut ask = Ask { subjects: 1, questions: vec![plan.question()], gaps: Vec::new() };
    if plan.known.is_empty() {
        let reason =
            "the mapping lists no `topics:` and no list of Customer.io's topics was given, so nobody knows which exist"
                .to_owned();
        ask.gaps.push(Gap { subject: "mapping:topics".to_owned(), reason, column: None });
    }
    if let Some(Answer::Shapes { shapes, .. }) = answers.get(&plan.question())
        && shapes.keys().all(|name| name == shape::MISSING)
    {
        ask.gaps.push(context.blank(&plan.column));
    }
    if !plan.wrong(answers).is_empty() {
        ask.questions.extend([plan.cells()].into_iter().chain(Question::listing(plan.pick())));
    }
    ask
}

/// The topics that do not exist, with the records that name each.
fn strangers(answers: &Answers, plan: &Plan) -> BTreeMap<String, Tally> {
    let mut found: BTreeMap<String, Tally> = BTreeMap::new();
    let Some(Answer::Values { values, overflow: false, .. }) = answers.get(&plan.cells()) else { return found };
    for (cell, tally) in values.iter().filter(|_| !plan.known.is_empty()) {
        for topic in strange(cell, &plan.known) {
            found.entry(topic).or_default().merge(tally.clone(), 0);
        }
    }
    found
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    let Ok(plan) = plan(context) else { return Vec::new() };
    let wrong = plan.wrong(answers);
    let Some(Answer::Shapes { rows, shapes }) = answers.get(&plan.question()) else { return Vec::new() };
    if wrong.is_empty() {
        return Vec::new();
    }
    let filled = rows - shapes.get(shape::MISSING).map_or(0, |tally| tally.rows);
    let (summed, _) = gather(wrong.iter().map(|(name, tally)| (*name, Some(*tally), None)));
    let unreadable = wrong.iter().filter(|(name, _)| *name == shape::UNREADABLE);
    let strangers = strangers(answers, &plan);
    let named = strangers.iter().map(|(topic, tally)| (topic.as_str(), Some(tally), None));
    let (_, parts) = gather(unreadable.map(|(name, tally)| (*name, Some(*tally), None)).chain(named));
    let whole = context.listed(answers, &plan.pick(), summed);
    let said = if wrong.iter().any(|(name, _)| *name == shape::STRANGE_TOPIC) {
        "that cannot be read, or name topics that do not exist"
    } else {
        "that cannot be read"
    };
    let profiles = counted(whole.rows, "profile has", "profiles have");
    vec![Hit {
        subject: Subject::column(&plan.column.dataset, PREFERENCES),
        rows: whole.rows,
        total: filled,
        people: whole.people,
        statement: format!("{profiles} preferences {said} ({} of those with any).", percent(whole.rows, filled)),
        parts,
        samples: whole.samples.into_iter().map(|sample| context.row(&plan.column, sample, None)).collect(),
        // A name of a topic may be anything that somebody wrote.
        shows: Shows::Words,
        ..Hit::default()
    }]
}
