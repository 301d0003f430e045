//! Timestamps, hop by hop: what is right at the source is not what Customer.io's date conditions can match.

use std::collections::BTreeSet;

use super::context::{Context, Target};
use super::parts::gather;
use super::{Ask, Kind, Stage};
use crate::exports::{Dialect, System};
use crate::facts::lenses::shape::MISSING;
use crate::facts::{Answer, Answers, Column, Lens, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::time::{Stamp, instant, zone};
use crate::mapping::Attribute;
use crate::shape::{Shape, required};
use crate::text::{counted, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "timestamp",
    about: "forms of timestamps, per hop and per use",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["source-format", "not-unix", "unit"]),
        "which fault of a timestamp it names",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Forms that stand for a time in the wrong unit, on either side.
const UNITS: &[Stamp] = &[Stamp::UnixMillis, Stamp::UnixMicros, Stamp::UnixNanos, Stamp::Serial];
/// Share of date-like values from which an undeclared column counts as timestamps.
const LIKELY: f64 = 0.6;

/// One column of times.
struct Times<'a> {
    column: Column,
    attribute: Option<&'a Attribute>,
    profile: bool,
}

impl Times<'_> {
    fn lens(&self) -> Lens {
        Lens::Stamp(self.attribute.map(|attribute| attribute.missing.clone()).unwrap_or_default())
    }

    fn question(&self) -> Question {
        Question::Shapes { column: self.column.clone(), lens: self.lens() }
    }
}

/// Whether a date condition has to match the attribute: a segment's does, or nothing says how it is used.
fn must_match(context: &Context<'_>, attribute: Option<&Attribute>) -> bool {
    let (Some(attribute), Some(mapping)) = (attribute, context.mapping) else { return true };
    let read = mapping
        .segments
        .iter()
        .filter_map(|segment| context.segment(&segment.name))
        .any(|filter| filter.expr.dated().iter().any(|name| name.ends_with(&format!(".{}", attribute.name))));
    let date_trigger = format!("date:{}", attribute.name);
    let campaign = mapping
        .journeys
        .iter()
        .any(|journey| journey.trigger.as_ref().is_some_and(|trigger| trigger.text == date_trigger));
    let declared = match attribute.used_as.as_deref() {
        Some("segment") => Some(true),
        Some(_) => Some(false),
        None if campaign => Some(false),
        None => None,
    };
    let named = attribute.used_by.iter().any(|user| user.starts_with("segment:"));
    read || named || declared.unwrap_or(true)
}

fn columns<'a>(context: &Context<'a>, fault: &str) -> (Vec<Times<'a>>, Vec<Gap>) {
    if context.mapping.is_none() {
        return (undeclared(context, fault), Vec::new());
    }
    let (targets, mut gaps) = context.targets(|attribute| attribute.is(&["timestamp", "date"]));
    let side = |profile: bool| match fault {
        "source-format" => !profile,
        "not-unix" => profile,
        _ => true,
    };
    let profiles = context.profiles().map_or("customerio.people", |dataset| dataset.name.as_str());
    gaps.retain(|gap| side(gap.subject.starts_with(profiles) || !gap.subject.contains('.')));
    let wanted = targets
        .into_iter()
        .filter(|target| side(target.profile) && (fault != "not-unix" || must_match(context, Some(target.attribute))));
    (
        wanted
            .map(|Target { attribute, column, profile }| Times { column, attribute: Some(attribute), profile })
            .collect(),
        gaps,
    )
}

fn undeclared<'a>(context: &Context<'a>, fault: &str) -> Vec<Times<'a>> {
    let datasets = context.datasets.values().filter(|dataset| !dataset.preview.is_empty());
    let profiles = |dataset: &crate::exports::Dataset| dataset.system == System::CustomerIo;
    let side = |profile: bool| match fault {
        "source-format" => !profile,
        "not-unix" => profile,
        _ => true,
    };
    let wanted = datasets.filter(|dataset| side(profiles(dataset)));
    let not_unix = fault == "not-unix";
    let columns = wanted.flat_map(move |dataset| {
        // A birthday is for a date campaign, which takes the form it has.
        let birthday = move |label: &str| not_unix && is_birthday(label);
        let label_fits =
            move |label: &str| !label.ends_with(".id") && !label.to_lowercase().ends_with("phone") && !birthday(label);
        let columns = dataset
            .columns
            .iter()
            .enumerate()
            .filter(move |(index, column)| dataset.key != Some(*index) && label_fits(&column.label));
        columns.map(move |(index, _)| Times {
            column: Column { dataset: dataset.name.clone(), index },
            attribute: None,
            profile: profiles(dataset),
        })
    });
    columns.collect()
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let fault = params.get_text("fault").unwrap_or_default();
    let (times, gaps) = columns(context, &fault);
    let mut questions: Vec<Question> = times.iter().map(|time| time.question()).collect();
    for time in &times {
        if let Some((wrong, _)) = wrong(context, answers, time, &fault) {
            let shapes = wrong.iter().map(|stamp| stamp.name().to_owned()).collect();
            questions.extend(Question::listing(Pick::Shapes {
                column: time.column.clone(),
                lens: time.lens(),
                shapes,
            }));
        }
    }
    if context.mapping.is_none() && answers.open(questions.clone()).is_empty() {
        let known = times.iter().filter(|time| recognised(context, answers, time)).count();
        let nothing = (known == 0).then(|| Gap {
            subject: "the exports".to_owned(),
            reason: "no column was recognised as times; a mapping would name them".to_owned(),
            column: None,
        });
        return Ask { subjects: known, questions, gaps: nothing.into_iter().collect() };
    }
    let blank = times.iter().filter(|time| match answers.get(&time.question()) {
        Some(Answer::Shapes { shapes, .. }) => shapes.keys().all(|name| name == MISSING),
        _ => false,
    });
    let gaps = gaps.into_iter().chain(blank.map(|time| context.blank(&time.column))).collect();
    Ask { subjects: times.len(), questions, gaps }
}

/// Forms that are right at a source of this dialect.
fn right(dialect: Dialect) -> &'static [Stamp] {
    match dialect {
        Dialect::ZohoUi | Dialect::ZohoBackup => &[Stamp::SpaceLocal, Stamp::Date],
        Dialect::ZohoBulk | Dialect::ZohoJson => &[Stamp::IsoOffset, Stamp::Date],
        _ => &[Stamp::IsoOffset, Stamp::IsoLocal, Stamp::SpaceLocal, Stamp::Date, Stamp::UnixSeconds],
    }
}

fn is_wrong(context: &Context<'_>, time: &Times<'_>, fault: &str, stamp: Stamp) -> bool {
    let dialect = context.datasets.get(&time.column.dataset).map_or(Dialect::Generic, |dataset| dataset.dialect);
    match fault {
        "unit" => UNITS.contains(&stamp),
        _ if UNITS.contains(&stamp) => false,
        "source-format" => !right(dialect).contains(&stamp),
        _ => !matches!(stamp, Stamp::UnixSeconds | Stamp::Zero),
    }
}

/// The forms that are wrong, and all values by form.
type Forms<'a> = (Vec<Stamp>, Vec<(Stamp, &'a Tally)>);

/// The forms that are wrong in a column, and its values by form; nothing where the column holds no times.
fn wrong<'a>(context: &Context<'_>, answers: &'a Answers, time: &Times<'_>, fault: &str) -> Option<Forms<'a>> {
    let Some(Answer::Shapes { shapes, .. }) = answers.get(&time.question()) else { return None };
    let forms: Vec<(Stamp, &Tally)> =
        shapes.iter().filter_map(|(name, tally)| Some((Stamp::parse(name)?, tally))).collect();
    if time.attribute.is_none() && !holds_times(context, time, &forms) {
        return None;
    }
    let wrong: Vec<Stamp> =
        forms.iter().map(|(stamp, _)| *stamp).filter(|stamp| is_wrong(context, time, fault, *stamp)).collect();
    (!wrong.is_empty()).then_some((wrong, forms))
}

fn recognised(context: &Context<'_>, answers: &Answers, time: &Times<'_>) -> bool {
    let Some(Answer::Shapes { shapes, .. }) = answers.get(&time.question()) else { return false };
    let forms: Vec<(Stamp, &Tally)> =
        shapes.iter().filter_map(|(name, tally)| Some((Stamp::parse(name)?, tally))).collect();
    holds_times(context, time, &forms)
}

/// An undeclared column holds times when most values look like dates; plain numbers count only under a name that says so.
fn holds_times(context: &Context<'_>, time: &Times<'_>, forms: &[(Stamp, &Tally)]) -> bool {
    let label = context.label(&time.column).to_lowercase();
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

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = params.get_text("fault").unwrap_or_default();
    let (times, _) = columns(context, &fault);
    times.iter().filter_map(|time| hit(context, answers, time, &fault)).collect()
}

fn is_birthday(label: &str) -> bool {
    let label = label.to_lowercase();
    ["birth", "geburt", "dob"].iter().any(|word| label.contains(word))
}

fn hit(context: &Context<'_>, answers: &Answers, time: &Times<'_>, fault: &str) -> Option<Hit> {
    let (stamps, forms) = wrong(context, answers, time, fault)?;
    let filled: u64 = forms.iter().map(|(_, tally)| tally.rows).sum();
    let found = forms.iter().filter(|(stamp, _)| stamps.contains(stamp));
    let (summed, parts) = gather(found.map(|(stamp, tally)| (stamp.name(), Some(*tally), None)));
    let names: BTreeSet<String> = stamps.iter().map(|stamp| stamp.name().to_owned()).collect();
    let pick = Pick::Shapes { column: time.column.clone(), lens: time.lens(), shapes: names };
    let whole = context.listed(answers, &pick, summed);
    let source = time.column.dataset.split('.').next().unwrap_or_default();
    let own_zone = context.zone(source, time.attribute).as_deref().and_then(zone);
    // Only the profile has one right form, Unix seconds; a source may keep the form its system writes.
    let suggest = |value: &str| {
        time.profile.then(|| instant(value, own_zone.as_ref())).flatten().map(|seconds| seconds.to_string())
    };
    let rows = whole
        .samples
        .into_iter()
        .map(|sample| {
            let right = suggest(&sample.value);
            context.row(&time.column, sample, right)
        })
        .collect();
    let label = context.label(&time.column);
    let what = match fault {
        "unit" => "hold a time in the wrong unit",
        "source-format" => "are not in the format that this export writes",
        _ => "are not Unix seconds, so no date condition of a segment matches them",
    };
    let statement = format!(
        "{} of `{label}` {what} ({} of {} filled).",
        counted(whole.rows, "value", "values"),
        percent(whole.rows, filled),
        counted(filled, "record", "records")
    );
    Some(Hit {
        subject: Subject::column(&time.column.dataset, label),
        rows: whole.rows,
        total: filled,
        people: whole.people,
        statement,
        action: None,
        parts,
        samples: rows,
        place: None,
        shows: if is_birthday(label) || context.is_sensitive(&time.column) { Shows::Nothing } else { Shows::Times },
    })
}
