//! Columns of times: which ones a fault is looked for in, and the statement about what was found.
//!
//! What counts as a fault stands beside it: forms in `stamp_forms.rs`, days and clocks in `stamp_days.rs`.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::context::{Context, Target};
use super::parts::gather;
use super::{Ask, Kind, Stage, stamp_days, stamp_forms};
use crate::exports::{Dataset, System};
use crate::facts::lenses::shape::MISSING;
use crate::facts::{Answer, Answers, Column, Lens, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::calendar::Zone;
use crate::frames::time::{Stamp, instant, zone};
use crate::mapping::Attribute;
use crate::shape::{Shape, required};
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "timestamp",
    about: "forms and days of times, per hop and per use",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&[
            "source-format",
            "not-unix",
            "unit",
            "no-time",
            "no-zone",
            "day-or-month",
            "impossible",
            "campaign-format",
            "default",
            "mixed",
        ]),
        "which fault of a timestamp it names",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Share of date-like values from which an undeclared column counts as timestamps.
const LIKELY: f64 = 0.6;

/// One column of times.
pub(super) struct Times<'a> {
    /// The column.
    pub(super) column: Column,
    /// The mapped attribute, where a mapping names one.
    pub(super) attribute: Option<&'a Attribute>,
    /// Whether it is the attribute on the profile, not a source of it.
    pub(super) profile: bool,
}

impl Times<'_> {
    /// Texts that mean missing here.
    pub(super) fn missing(&self) -> Vec<String> {
        self.attribute.map(|attribute| attribute.missing.clone()).unwrap_or_default()
    }

    /// The lens for the forms of its values.
    pub(super) fn forms(&self) -> Lens {
        Lens::Stamp(self.missing())
    }

    /// The name of the zone of its stamps without one.
    pub(super) fn zone_name(&self, context: &Context<'_>) -> Option<String> {
        let dataset = context.dataset(&self.column.dataset)?;
        context.zone(&dataset.source, self.attribute)
    }

    /// The zone of its stamps without one.
    pub(super) fn zone(&self, context: &Context<'_>) -> Option<Zone> {
        self.zone_name(context).as_deref().and_then(Zone::named)
    }

    /// Whether it holds days of birth, by its name.
    pub(super) fn birthday(&self, context: &Context<'_>) -> bool {
        is_birthday(context.label(&self.column)) || self.attribute.is_some_and(|attribute| is_birthday(&attribute.name))
    }
}

/// Values of a column by their shape, missing ones left out.
pub(super) type Shapes<'a> = [(&'a str, &'a Tally)];

/// The same by the form of the stamp.
pub(super) fn stamps<'a>(shapes: &Shapes<'a>) -> Vec<(Stamp, &'a Tally)> {
    shapes.iter().filter_map(|(name, tally)| Some((Stamp::parse(name)?, *tally))).collect()
}

/// Records in all.
fn rows(shapes: &Shapes<'_>) -> u64 {
    shapes.iter().map(|(_, tally)| tally.rows).sum()
}

/// Which hop a fault is looked for at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Profile,
    Both,
}

/// Shapes that are wrong in a column, and what they are: `not Unix seconds`.
pub(super) struct Wrong {
    pub(super) shapes: BTreeSet<String>,
    pub(super) what: &'static str,
}

impl Wrong {
    /// Nothing, when no shape is wrong.
    pub(super) fn new<'s>(shapes: impl IntoIterator<Item = &'s str>, what: &'static str) -> Option<Self> {
        let shapes: BTreeSet<String> = shapes.into_iter().map(str::to_owned).collect();
        (!shapes.is_empty()).then_some(Self { shapes, what })
    }
}

/// A fault of the values of a column of times.
pub(super) struct Fault {
    /// Its word in rule files.
    pub(super) name: &'static str,
    /// Where it is looked for.
    pub(super) side: Side,
    /// Whether it is looked for in an attribute; without a mapping, in a column of a name.
    pub(super) wanted: fn(&Context<'_>, Option<&Attribute>, &str) -> bool,
    /// How values are read.
    pub(super) lens: fn(&Context<'_>, &Times<'_>) -> Lens,
    /// What of them is wrong.
    pub(super) wrong: fn(&Context<'_>, &Times<'_>, &Shapes<'_>) -> Option<Wrong>,
    /// Whether the right value on a profile, Unix seconds, follows from a wrong one.
    pub(super) corrects: fn(&Shapes<'_>) -> bool,
    /// What cannot be told of these values.
    pub(super) blind: fn(&Context<'_>, &Times<'_>, &Shapes<'_>) -> Option<Gap>,
}

/// For [`Fault::corrects`] and [`Fault::blind`].
pub(super) fn always(_: &Shapes<'_>) -> bool {
    true
}
pub(super) fn never(_: &Shapes<'_>) -> bool {
    false
}
pub(super) fn sees_all(_: &Context<'_>, _: &Times<'_>, _: &Shapes<'_>) -> Option<Gap> {
    None
}

impl Fault {
    fn question(&self, context: &Context<'_>, time: &Times<'_>) -> Question {
        Question::Shapes { column: time.column.clone(), lens: (self.lens)(context, time) }
    }

    fn pick(&self, context: &Context<'_>, time: &Times<'_>, wrong: &Wrong) -> Pick {
        Pick::Shapes { column: time.column.clone(), lens: (self.lens)(context, time), shapes: wrong.shapes.clone() }
    }

    /// The columns that it is looked for in, and those that are not there.
    fn columns<'a>(&self, context: &Context<'a>) -> (Vec<Times<'a>>, Vec<Gap>) {
        let side = |profile: bool| match self.side {
            Side::Source => !profile,
            Side::Profile => profile,
            Side::Both => true,
        };
        if context.mapping.is_none() {
            let mut times = undeclared(context);
            times.retain(|time| side(time.profile) && (self.wanted)(context, None, context.label(&time.column)));
            return (times, Vec::new());
        }
        let wanted = |attribute: &Attribute| {
            attribute.is(&["timestamp", "date"]) && (self.wanted)(context, Some(attribute), &attribute.name)
        };
        let (targets, gaps) = context.targets_on(side, wanted);
        let mut seen = BTreeSet::new();
        let times = targets
            .into_iter()
            .filter(|target| seen.insert(target.column.clone()))
            .map(|Target { attribute, column, profile }| Times { column, attribute: Some(attribute), profile });
        (times.collect(), gaps)
    }

    pub(super) fn ask(&self, context: &Context<'_>, answers: &Answers) -> Ask {
        let (times, gaps) = self.columns(context);
        let mut ask = Ask { gaps, ..Ask::default() };
        for time in &times {
            if time.attribute.is_none() {
                ask.questions.push(recognition(time));
                if !is_recognised(context, answers, time) {
                    continue;
                }
            }
            ask.subjects += 1;
            ask.questions.push(self.question(context, time));
            let Some(shapes) = self.shapes(context, answers, time) else { continue };
            if shapes.is_empty() {
                ask.gaps.push(context.blank(&time.column));
            }
            ask.gaps.extend((self.blind)(context, time, &shapes));
            let wrong = (self.wrong)(context, time, &shapes);
            ask.questions.extend(wrong.and_then(|wrong| Question::listing(self.pick(context, time, &wrong))));
        }
        if context.mapping.is_none() && ask.subjects == 0 {
            let reason = "no column was recognised as times; a mapping would name them".to_owned();
            ask.gaps.push(Gap { subject: "the exports".to_owned(), reason, column: None });
        }
        ask
    }

    pub(super) fn judge(&self, context: &Context<'_>, answers: &Answers) -> Vec<Hit> {
        let (times, _) = self.columns(context);
        let looked = times.iter().filter(|time| time.attribute.is_some() || is_recognised(context, answers, time));
        looked.filter_map(|time| self.hit(context, answers, time)).collect()
    }

    fn shapes<'a>(
        &self,
        context: &Context<'_>,
        answers: &'a Answers,
        time: &Times<'_>,
    ) -> Option<Vec<(&'a str, &'a Tally)>> {
        shapes(answers, &self.question(context, time))
    }

    fn hit(&self, context: &Context<'_>, answers: &Answers, time: &Times<'_>) -> Option<Hit> {
        let shapes = self.shapes(context, answers, time)?;
        let wrong = (self.wrong)(context, time, &shapes)?;
        let filled = rows(&shapes);
        let found = shapes.iter().filter(|(name, _)| wrong.shapes.contains(*name));
        let (summed, parts) = gather(found.map(|(name, tally)| (*name, Some(*tally), None)));
        let whole = context.listed(answers, &self.pick(context, time, &wrong), summed);
        let own_zone = time.zone_name(context).as_deref().and_then(zone);
        // Only the profile has one right form, Unix seconds; a source may keep the form its system writes.
        let corrects = time.profile && (self.corrects)(&shapes);
        let right = |value: &str| corrects.then(|| instant(value, own_zone.as_ref())).flatten();
        let samples = whole.samples.into_iter().map(|sample| {
            let right = right(&sample.value).map(|seconds| seconds.to_string());
            context.row(&time.column, sample, right)
        });
        let label = context.label(&time.column);
        let statement = format!(
            "{} of `{label}` {} {} ({} of {} filled).",
            counted(whole.rows, "value", "values"),
            if whole.rows == 1 { "is" } else { "are" },
            wrong.what,
            percent(whole.rows, filled),
            counted(filled, "record", "records")
        );
        let private = time.birthday(context) || context.is_sensitive(&time.column);
        Some(Hit {
            subject: Subject::column(&time.column.dataset, label),
            rows: whole.rows,
            total: filled,
            people: whole.people,
            statement,
            parts,
            samples: samples.collect(),
            shows: if private { Shows::Nothing } else { Shows::Times },
            ..Hit::default()
        })
    }
}

fn shapes<'a>(answers: &'a Answers, question: &Question) -> Option<Vec<(&'a str, &'a Tally)>> {
    let Some(Answer::Shapes { shapes, .. }) = answers.get(question) else { return None };
    Some(shapes.iter().filter(|(name, _)| *name != MISSING).map(|(name, tally)| (name.as_str(), tally)).collect())
}

/// Columns that may hold times, where no mapping says which do.
fn undeclared<'a>(context: &Context<'a>) -> Vec<Times<'a>> {
    // The times of events are no attributes: no condition on dates reads them.
    let held = |dataset: &&Arc<Dataset>| !dataset.preview.is_empty() && context.event_columns(dataset).is_none();
    let datasets = context.datasets.values().filter(held);
    let columns = datasets.flat_map(|dataset| {
        let fits = |label: &str| !label.ends_with(".id") && !label.to_lowercase().ends_with("phone");
        let columns = dataset.columns.iter().enumerate();
        let columns = columns.filter(move |(index, column)| dataset.key != Some(*index) && fits(&column.label));
        columns.map(move |(index, _)| Times {
            column: Column { dataset: dataset.name.clone(), index },
            attribute: None,
            profile: dataset.system == System::CustomerIo,
        })
    });
    columns.collect()
}

fn recognition(time: &Times<'_>) -> Question {
    Question::Shapes { column: time.column.clone(), lens: time.forms() }
}

fn is_recognised(context: &Context<'_>, answers: &Answers, time: &Times<'_>) -> bool {
    shapes(answers, &recognition(time)).is_some_and(|shapes| holds_times(context.label(&time.column), &stamps(&shapes)))
}

/// Whether a column holds times: most values look like dates, and plain numbers count only under a name that says so.
pub(super) fn holds_times(label: &str, forms: &[(Stamp, &Tally)]) -> bool {
    let label = label.to_lowercase();
    let named = label.ends_with("_at")
        || label.ends_with("_on")
        || label.split([' ', '_']).any(|word| matches!(word, "date" | "time" | "timestamp" | "birthday"));
    let filled: u64 = forms.iter().map(|(_, tally)| tally.rows).sum();
    let likely = |stamp: Stamp| match stamp {
        Stamp::Other | Stamp::Zero | Stamp::Serial => false,
        // A version number looks like a date with dots.
        Stamp::Slashed
        | Stamp::Compact
        | Stamp::UnixSeconds
        | Stamp::UnixMillis
        | Stamp::UnixMicros
        | Stamp::UnixNanos => named,
        _ => true,
    };
    let dated: u64 = forms.iter().filter(|(stamp, _)| likely(*stamp)).map(|(_, tally)| tally.rows).sum();
    filled > 0 && dated as f64 >= LIKELY * filled as f64
}

/// Whether a name is that of a day of birth.
pub(crate) fn is_birthday(label: &str) -> bool {
    let label = label.to_lowercase();
    ["birth", "geburt", "dob"].iter().any(|word| label.contains(word))
}

fn fault(params: &Node) -> Option<&'static Fault> {
    let name = params.get_text("fault")?;
    stamp_forms::FAULTS.iter().chain(stamp_days::FAULTS).find(|fault| fault.name == name)
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    fault(params).map(|fault| fault.ask(context, answers)).unwrap_or_default()
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    fault(params).map(|fault| fault.judge(context, answers)).unwrap_or_default()
}
