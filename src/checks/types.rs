//! Values against the type that the mapping declares for them.

use std::collections::BTreeSet;

use super::context::{Context, Target, no_mapping};
use super::{Ask, Kind, Stage};
use crate::facts::lenses::shape::{MISSING, UNFIT};
use crate::facts::{Answer, Answers, Fit, Lens, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::normalize::fold;
use crate::mapping::Attribute;
use crate::shape::Shape;
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "type",
    about: "values that are not of the declared type",
    params: Shape::Object(&[]),
    stage: Stage::Facts { ask, judge },
};

/// What consent states are called where it is no yes or no.
const STATES: &[&str] = &["subscribed", "unsubscribed", "neversubscribed", "notsubscribed", "pending"];

/// The declared type as values can contradict it, and its name for readers.
fn fit(attribute: &Attribute, profile: bool) -> Option<(Fit, &'static str)> {
    Some(match attribute.kind.as_ref()?.text.as_str() {
        "number" if profile => (Fit::PlainNumber, "plain numbers"),
        "number" => (Fit::Number, "numbers"),
        "email" => (Fit::Email, "e-mail addresses"),
        "boolean" => {
            let declared = attribute.values.iter().flat_map(|allowed| [&allowed.source, &allowed.attribute]);
            let states = STATES.iter().filter(|_| attribute.is_consent()).map(|state| (*state).to_owned());
            (Fit::Boolean(declared.map(|value| fold(value)).chain(states).collect()), "yes or no")
        }
        "timestamp" | "date" => (Fit::Time, "times"),
        // A source may write a list as text with commas: any text is one.
        "list" if profile => (Fit::List, "JSON lists"),
        "object" => (Fit::Object, "JSON objects"),
        _ => return None,
    })
}

/// A column with its type.
struct Typed<'a> {
    target: Target<'a>,
    lens: Lens,
    noun: &'static str,
    /// Whether each value counts, not only most of them.
    strict: bool,
}

impl Typed<'_> {
    fn question(&self) -> Question {
        Question::Shapes { column: self.target.column.clone(), lens: self.lens.clone() }
    }

    fn pick(&self) -> Pick {
        let shapes = BTreeSet::from([UNFIT.to_owned()]);
        Pick::Shapes { column: self.target.column.clone(), lens: self.lens.clone(), shapes }
    }

    /// Values that are filled, and those of another type, once they are known.
    fn seen<'b>(&self, answers: &'b Answers) -> Option<(u64, Option<&'b Tally>)> {
        let Some(Answer::Shapes { shapes, .. }) = answers.get(&self.question()) else { return None };
        let filled = shapes.iter().filter(|(name, _)| *name != MISSING).map(|(_, tally)| tally.rows).sum();
        Some((filled, shapes.get(UNFIT)))
    }

    /// Few values of another type are another rule's matter where there is one.
    fn wrong<'b>(&self, answers: &'b Answers) -> Option<(u64, &'b Tally)> {
        let (filled, unfit) = self.seen(answers)?;
        let unfit = unfit.filter(|unfit| self.strict || unfit.rows * 2 > filled)?;
        Some((filled, unfit))
    }
}

fn typed<'a>(context: &Context<'a>) -> (Vec<Typed<'a>>, Vec<Gap>) {
    let (targets, gaps) = context.targets(|attribute| fit(attribute, true).is_some());
    let typed = targets.into_iter().filter_map(|target| {
        let (fit, noun) = fit(target.attribute, target.profile)?;
        // Addresses by which people are joined have a rule of their own.
        let address = context.datasets.get(&target.column.dataset).and_then(|dataset| context.email(dataset).ok());
        let strict = match fit {
            Fit::Number | Fit::PlainNumber | Fit::List | Fit::Object => true,
            Fit::Email => address.as_ref() != Some(&target.column),
            _ => false,
        };
        let lens = Lens::Fits(fit, target.attribute.missing.clone());
        Some(Typed { target, lens, noun, strict })
    });
    // One finding a column: the first attribute that a column feeds decides.
    let mut seen = BTreeSet::new();
    (typed.filter(|typed| seen.insert(typed.target.column.clone())).collect(), gaps)
}

fn ask(context: &Context<'_>, _: &Node, answers: &Answers) -> Ask {
    if context.mapping.is_none() {
        return Ask { gaps: vec![no_mapping()], ..Ask::default() };
    }
    let (columns, gaps) = typed(context);
    let mut ask = Ask { subjects: columns.len(), gaps, ..Ask::default() };
    for typed in &columns {
        ask.questions.push(typed.question());
        if typed.seen(answers).is_some_and(|(filled, _)| filled == 0) {
            ask.gaps.push(context.blank(&typed.target.column));
        }
        ask.questions.extend(typed.wrong(answers).and_then(|_| Question::listing(typed.pick())));
    }
    ask
}

fn judge(context: &Context<'_>, _: &Node, answers: &Answers) -> Vec<Hit> {
    typed(context).0.iter().filter_map(|typed| hit(context, answers, typed)).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, typed: &Typed<'_>) -> Option<Hit> {
    let (filled, unfit) = typed.wrong(answers)?;
    let whole = context.listed(answers, &typed.pick(), unfit.clone());
    let column = &typed.target.column;
    let label = context.label(column);
    let verb = if whole.rows == 1 { "is not" } else { "are not" };
    let statement = format!(
        "{} of `{label}` {verb} {}, which the mapping declares ({} of {} filled).",
        counted(whole.rows, "value", "values"),
        typed.noun,
        percent(whole.rows, filled),
        counted(filled, "record", "records")
    );
    Some(Hit {
        subject: Subject::column(&column.dataset, label),
        rows: whole.rows,
        total: filled,
        people: whole.people,
        statement,
        samples: whole.samples.into_iter().map(|sample| context.row(column, sample, None)).collect(),
        shows: Shows::Nothing,
        ..Hit::default()
    })
}
