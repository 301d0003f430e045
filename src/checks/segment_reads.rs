//! What segments read, against what is there: attributes that no profile has, names of before, tests that do not fit what is
//! stored.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, no_mapping, no_profiles, no_records};
use super::segments::{attribute, conditions, known, none, subject};
use super::{Ask, Kind, Stage};
use crate::facts::lenses::shape::{MISSING, UNFIT};
use crate::facts::{Answer, Answers, Column, Fit, Lens, Pick, Question, Tally};
use crate::findings::{Gap, Hit, Shows, Subject};
use crate::frames::time::Stamp;
use crate::mapping::expr::Type;
use crate::mapping::reads::Reader;
use crate::mapping::{Attribute, Mapping, Segment, Spot};
use crate::shape::{Shape, required};
use crate::text::{counted, nearest, percent};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "segment-reads",
    about: "what segments read, against what is there",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["absent", "retired", "operator"]),
        "absent: an attribute that no profile has; retired: an earlier name or version of one; operator: a date or a number \
         where something else is stored",
    )]),
    stage: Stage::Facts { ask, judge },
};

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    let Some(mapping) = context.mapping else { return Ask { gaps: vec![no_mapping()], ..Ask::default() } };
    match params.get_text("fault").unwrap_or_default().as_str() {
        "absent" => ask_absent(context, mapping),
        "retired" => ask_retired(mapping),
        _ => ask_operators(context, mapping, answers),
    }
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let Some(mapping) = context.mapping else { return Vec::new() };
    match params.get_text("fault").unwrap_or_default().as_str() {
        "absent" => absent(context, mapping, answers),
        "retired" => retired(mapping),
        _ => {
            let (tests, _) = operators(context, mapping);
            tests.iter().filter_map(|test| unfit(context, mapping, test, answers)).collect()
        }
    }
}

/// What segments read. An absent `unsubscribed` means subscribed: nobody misses it.
fn reads(mapping: &Mapping) -> impl Iterator<Item = (&Segment, &Spot)> {
    let all = mapping.segments.iter().flat_map(|segment| segment.reads.iter().map(move |spot| (segment, spot)));
    let mut seen = BTreeSet::new();
    all.filter(move |(segment, spot)| spot.text != "unsubscribed" && seen.insert((&segment.name, &spot.text)))
}

fn ask_absent(context: &Context<'_>, mapping: &Mapping) -> Ask {
    let Some(profiles) = context.profiles() else {
        return Ask { gaps: vec![no_profiles("mapping:segments")], ..Ask::default() };
    };
    if profiles.preview.is_empty() {
        return Ask { gaps: vec![no_records(profiles, "mapping:segments".to_owned())], ..Ask::default() };
    }
    let subjects = reads(mapping).count();
    let hidden = mapping.segments.iter().filter(|segment| segment.hidden).filter_map(|own| known(context, own).err());
    let mut gaps: Vec<_> = hidden.collect();
    if subjects == 0 && gaps.is_empty() {
        gaps.push(none("no segment reads an attribute"));
    }
    Ask { subjects, gaps, questions: vec![Question::Columns { dataset: profiles.name.clone() }] }
}

fn absent(context: &Context<'_>, mapping: &Mapping, answers: &Answers) -> Vec<Hit> {
    let Some(profiles) = context.profiles() else { return Vec::new() };
    let asked = Question::Columns { dataset: profiles.name.clone() };
    let Some(Answer::Columns { rows, columns, .. }) = answers.get(&asked).filter(|_| !profiles.preview.is_empty())
    else {
        return Vec::new();
    };
    let hits = reads(mapping).filter_map(|(segment, spot)| {
        let held = columns.iter().find(|column| column.label == spot.text);
        let labels = columns.iter().map(|column| column.label.as_str());
        let (how, help) = match held {
            Some(column) if column.filled > 0 => return None,
            Some(_) => (format!("which is blank on all {}", counted(*rows, "profile", "profiles")), None),
            None => ("which no profile has".to_owned(), nearest(&spot.text, labels)),
        };
        let statement = format!("The segment `{}` reads `{}`, {how}.", segment.name, spot.text);
        let otherwise = "look at whether the sync writes it and the export holds it; else change the segment";
        let action = help.map_or_else(
            || format!("First {otherwise}."),
            |near| format!("Did the attribute become `{near}`? Otherwise {otherwise}."),
        );
        let place = mapping.document.place(spot.mark);
        Some(Hit::entry(subject(&segment.name, &spot.text), Some(place), statement, action))
    });
    hits.collect()
}

/// A name without its version, and the version: `stage_v2` is the second `stage`.
fn version(attribute: &Attribute) -> (&str, u32) {
    let (name, bare) = (&attribute.name, attribute.name.trim_end_matches(|c: char| c.is_ascii_digit()));
    let told =
        attribute.version.as_ref().map(|text| text.trim_start_matches(['v', 'V'])).and_then(|text| text.parse().ok());
    match bare.strip_suffix("_v").filter(|_| bare.len() < name.len()) {
        Some(stem) => (stem, told.or_else(|| name[bare.len()..].parse().ok()).unwrap_or(1)),
        None => (name, told.unwrap_or(1)),
    }
}

/// Names that are out of use, each with the attribute that took their place.
fn out_of_use(mapping: &Mapping) -> Vec<(&str, &Attribute)> {
    let mut versions: BTreeMap<&str, Vec<(&str, u32)>> = BTreeMap::new();
    for attribute in &mapping.attributes {
        let (stem, number) = version(attribute);
        versions.entry(stem).or_default().push((&attribute.name, number));
    }
    let mut found: Vec<(&str, &Attribute)> = Vec::new();
    for new in &mapping.attributes {
        let renamed = new.was.iter().map(String::as_str).filter(|was| *was != new.name);
        let (stem, number) = version(new);
        let older = versions[stem].iter().filter(|(name, older)| *name != new.name && *older < number);
        found.extend(renamed.chain(older.map(|(name, _)| *name)).map(|name| (name, new)));
    }
    found
}

fn ask_retired(mapping: &Mapping) -> Ask {
    let subjects = out_of_use(mapping).len();
    let reason = match (subjects, mapping.segments.is_empty()) {
        (0, _) => "no attribute of the mapping has an earlier name (`was:`) or version",
        (_, true) => "the mapping declares no segments",
        _ => return Ask { subjects, ..Ask::default() },
    };
    Ask { gaps: vec![none(reason)], ..Ask::default() }
}

fn retired(mapping: &Mapping) -> Vec<Hit> {
    let gone = out_of_use(mapping);
    let own = mapping.reads().into_iter().filter(|read| read.through.is_none());
    let mut seen = BTreeSet::new();
    let hits = own.filter_map(|read| {
        let (name, new) =
            gone.iter().filter(|(name, _)| *name == read.attribute).max_by_key(|(_, new)| version(new).1)?;
        let (about, kind, reader) = match read.reader {
            Reader::Segment(segment) => (subject(segment, name), "segment", segment),
            Reader::Journey(journey) => {
                (Subject::entry("mapping", &format!("journeys.{journey}.{name}")), "journey", journey)
            }
        };
        let statement = format!("The {kind} `{reader}` still reads `{name}`, whose place `{}` took.", new.name);
        let action =
            format!("Let it read `{}`, here and in Customer.io, and test it for the values of that list.", new.name);
        let place = mapping.document.place(read.mark);
        seen.insert(about.clone()).then(|| Hit::entry(about, Some(place), statement, action))
    });
    hits.collect()
}

/// A column that a segment compares as a date or a number.
struct Test<'a> {
    segment: &'a Segment,
    name: String,
    column: Column,
    dated: bool,
    lens: Lens,
}

impl Test<'_> {
    fn question(&self) -> Question {
        Question::Shapes { column: self.column.clone(), lens: self.lens.clone() }
    }

    fn shapes<'b>(&self, answers: &'b Answers) -> Option<&'b BTreeMap<String, Tally>> {
        match answers.get(&self.question()) {
            Some(Answer::Shapes { shapes, .. }) => Some(shapes),
            _ => None,
        }
    }

    /// Profiles that hold a value.
    fn filled(&self, answers: &Answers) -> Option<u64> {
        let filled = self.shapes(answers)?.iter().filter(|(shape, _)| *shape != MISSING);
        Some(filled.map(|(_, tally)| tally.rows).sum())
    }

    fn pick(&self, answers: &Answers) -> Option<Pick> {
        let shapes = self.shapes(answers)?.keys().filter(|shape| self.is_unfit(shape)).cloned().collect();
        Some(Pick::Shapes { column: self.column.clone(), lens: self.lens.clone(), shapes })
    }

    /// Whether values of a shape match no such test.
    fn is_unfit(&self, shape: &str) -> bool {
        match self.dated {
            true => shape != MISSING && !matches!(Stamp::parse(shape), Some(Stamp::UnixSeconds | Stamp::Zero)),
            false => shape == UNFIT,
        }
    }
}

/// Every date and number that segments compare, and what of it is not there. A date of an attribute that the mapping
/// declares as one is looked at there.
fn operators<'a>(context: &Context<'a>, mapping: &'a Mapping) -> (Vec<Test<'a>>, Vec<Gap>) {
    let (segments, mut gaps) = conditions(context, mapping);
    let mut tests = Vec::new();
    for (segment, filter) in segments {
        for (wanted, dated) in [(Type::Timestamp, true), (Type::Number, false)] {
            for name in filter.expr.compared_as(wanted).iter().filter_map(|column| attribute(context, column)) {
                let declared = mapping.attribute(&name);
                if dated && declared.is_some_and(|attribute| attribute.is(&["timestamp", "date"])) {
                    continue;
                }
                let missing = declared.map(|attribute| attribute.missing.clone()).unwrap_or_default();
                let lens = if dated { Lens::Stamp(missing) } else { Lens::Fits(Fit::PlainNumber, missing) };
                match context.on_profile(&name) {
                    Ok(column) => tests.push(Test { segment, name, column, dated, lens }),
                    Err(gap) => gaps.push(gap),
                }
            }
        }
    }
    (tests, gaps)
}

fn ask_operators(context: &Context<'_>, mapping: &Mapping, answers: &Answers) -> Ask {
    let (tests, mut gaps) = operators(context, mapping);
    if tests.is_empty() && gaps.is_empty() {
        let reason = "no segment compares a number, or a date of an attribute that the mapping declares as no date";
        gaps.push(none(reason));
    }
    let blank = tests.iter().filter(|test| test.filled(answers) == Some(0)).map(|test| context.blank(&test.column));
    gaps.extend(blank);
    let listings = tests.iter().filter_map(|test| Question::listing(test.pick(answers)?));
    let questions = tests.iter().map(Test::question).chain(listings).collect();
    Ask { subjects: tests.len(), questions, gaps }
}

fn unfit(context: &Context<'_>, mapping: &Mapping, test: &Test<'_>, answers: &Answers) -> Option<Hit> {
    let (shapes, filled) = (test.shapes(answers)?, test.filled(answers)?);
    let wrong: Vec<(&String, &Tally)> = shapes.iter().filter(|(shape, _)| test.is_unfit(shape)).collect();
    if wrong.is_empty() {
        return None;
    }
    let named = wrong.iter().map(|(shape, tally)| (shape.as_str(), Some(*tally), None));
    let (whole, parts) = super::parts::gather(named);
    let whole = context.listed(answers, &test.pick(answers)?, whole);
    let (noun, kind) = if test.dated { ("Unix seconds", "date") } else { ("numbers", "number") };
    let statement = format!(
        "The segment `{}` compares `{}` as a {kind}, and {} of it {} no {noun} ({} of {} filled).",
        test.segment.name,
        test.name,
        counted(whole.rows, "value", "values"),
        if whole.rows == 1 { "is" } else { "are" },
        percent(whole.rows, filled),
        counted(filled, "profile", "profiles")
    );
    let action = match test.dated {
        true => "Send Unix seconds, or test the attribute as the text that it is.",
        false => "Send plain numbers, or test the attribute as the text that it is.",
    };
    Some(Hit {
        subject: subject(&test.segment.name, &test.name),
        rows: whole.rows,
        total: filled,
        people: whole.people,
        statement,
        action: Some(action.to_owned()),
        parts: if test.dated { parts } else { Vec::new() },
        samples: whole.samples.into_iter().map(|sample| context.row(&test.column, sample, None)).collect(),
        place: Some(mapping.document.place(test.segment.mark)),
        shows: Shows::Labels,
        ..Hit::default()
    })
}
