//! Times on both sides of linked pairs: the same instant, or apart, pair by pair or as a column that is read in the wrong
//! zone.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, no_mapping};
use super::lag::{HoldBack, all_held, hold_back};
use super::parts::gather;
use super::stamp_days::{CLOCK, no_zone};
use super::systems::no_column;
use super::timestamp::is_birthday;
use super::{Ask, Kind, Stage};
use crate::exports::Dataset;
use crate::facts::local::SAMPLES;
use crate::facts::{Answer, Answers, Apart, Column, Differences, Instants, Meaning, Pick, Question, Sample, Tally};
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::frames::time::{instant, zone};
use crate::mapping::Attribute;
use crate::shape::{Shape, required};
use crate::text::{count, counted};
use crate::yaml::Node;

pub(super) static KIND: Kind = Kind {
    name: "instants",
    about: "instants on both sides of linked pairs",
    params: Shape::Object(&[required(
        "fault",
        Shape::Word(&["differ", "zone"]),
        "differ: pairs whose instants are apart; zone: columns read in the wrong zone, hours that a zone repeats or skips",
    )]),
    stage: Stage::Facts { ask, judge },
};

/// Fewer pairs show no habit.
const FEWEST: u64 = 5;
/// Minutes that clocks are set forward in summer.
const SUMMER: i16 = 60;

/// An attribute whose source and profile are compared.
struct Sides<'a> {
    attribute: &'a Attribute,
    source: &'a Dataset,
    left: Column,
    right: Column,
    birthday: bool,
}

/// What is compared, and what cannot be.
fn sides<'a>(context: &Context<'a>) -> (Vec<Sides<'a>>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for attribute in context.mapping.into_iter().flat_map(|mapping| &mapping.attributes) {
        if !attribute.is(&["timestamp", "date"]) {
            continue;
        }
        let Some(from) = attribute.from.first() else {
            gaps.extend(sourceless(context, attribute));
            continue;
        };
        let Some(path) = &from.column else {
            gaps.push(no_column(attribute, from));
            continue;
        };
        if let Some(gap) = context.looked_up(attribute) {
            gaps.push(gap);
            continue;
        }
        let Some(source) = context.people().find(|source| source.name == path.dataset) else {
            let unlinked = || Gap {
                subject: attribute.name.clone(),
                reason: format!("records of {} are not people, so nothing links them to profiles", path.dataset),
                column: None,
            };
            gaps.push(context.resolve(path).err().unwrap_or_else(unlinked));
            continue;
        };
        match (context.resolve(path), context.on_profile(&attribute.name)) {
            (Ok(left), Ok(right)) => {
                let birthday = is_birthday(&attribute.name) || is_birthday(&path.column);
                found.push(Sides { attribute, source, left, right, birthday });
            }
            (left, right) => gaps.extend(left.err().into_iter().chain(right.err())),
        }
    }
    // Without the columns by which records are linked, whose time is whose is a guess.
    let blind = unlinked(context, found.iter().map(|sides: &Sides<'_>| sides.source));
    if !found.is_empty() && !blind.is_empty() {
        return (Vec::new(), [gaps, blind].concat());
    }
    (found, gaps)
}

/// What nothing says the source of cannot be compared, unless Customer.io itself writes it.
fn sourceless(context: &Context<'_>, attribute: &Attribute) -> Option<Gap> {
    let profiles = context.profiles()?;
    let own = attribute.owner.as_ref().is_some_and(|owner| context.owns(&owner.text, profiles));
    let reason = format!("the mapping names no source of {} to compare it with", attribute.name);
    (!own).then(|| Gap { subject: attribute.name.clone(), reason, column: None })
}

fn unlinked<'a>(context: &Context<'a>, sources: impl Iterator<Item = &'a Dataset>) -> Vec<Gap> {
    let profiles = context.profiles().map(|profiles| profiles.as_ref());
    let addresses = sources.chain(profiles).filter_map(|dataset| context.email(dataset).err());
    context.identifier_gaps().into_iter().chain(addresses).collect()
}

/// A birthday is a day of the calendar everywhere, and what a campaign starts on may be kept as one.
pub(crate) fn meaning(attribute: &Attribute, birthday: bool) -> Meaning {
    if birthday || attribute.used_as.as_deref() == Some("date_campaign") {
        return Meaning::Calendar { birthday };
    }
    if attribute.is(&["date"]) { Meaning::Day } else { Meaning::Moment }
}

impl Sides<'_> {
    fn zones(&self, context: &Context<'_>) -> [Option<String>; 2] {
        [self.source.source.as_str(), context.profile_source()].map(|source| context.zone(source, Some(self.attribute)))
    }

    fn hold_back(&self, context: &Context<'_>, answers: &Answers) -> (Vec<Question>, HoldBack) {
        hold_back(context, Some(self.attribute), self.source, answers)
    }

    fn meaning(&self) -> Meaning {
        meaning(self.attribute, self.birthday)
    }

    fn asked(&self, context: &Context<'_>, held: &HoldBack) -> Instants {
        let [left_zone, right_zone] = self.zones(context);
        Instants {
            left: self.left.clone(),
            left_zone,
            right: self.right.clone(),
            right_zone,
            meaning: self.meaning(),
            missing: self.attribute.missing.clone(),
            fresh: held.fresh().cloned(),
        }
    }

    /// The comparison, once it is known which pairs are held back.
    fn compared<'b>(
        &self,
        context: &Context<'_>,
        answers: &'b Answers,
    ) -> Option<(HoldBack, Instants, &'b Differences)> {
        let (_, held) = self.hold_back(context, answers);
        let asked = self.asked(context, &held);
        match answers.get(&Question::Instants(asked.clone())) {
            Some(Answer::Instants(found)) if !held.is_open() => Some((held, asked, found)),
            _ => None,
        }
    }

    fn gaps(&self, context: &Context<'_>, found: &Differences) -> Vec<Gap> {
        let columns = [&self.left, &self.right].into_iter().zip(found.unplaced).filter(|(_, pairs)| *pairs > 0);
        let mut gaps: Vec<Gap> = columns.map(|(column, _)| no_zone(context, Some(self.attribute), column)).collect();
        let subject = format!("{}.{}", self.left.dataset, context.label(&self.left));
        if found.pairs == 0 {
            let reason = format!("no record of {} could be linked to a profile", self.left.dataset);
            gaps.push(Gap { subject, reason, column: None });
        } else if found.compared == 0 && gaps.is_empty() {
            let (what, name) = match self.meaning() {
                Meaning::Calendar { .. } => ("a plain date", &self.attribute.name),
                _ => ("a sure time", &self.attribute.name),
            };
            let reason = match found.held {
                0 => format!("no linked pair holds {what} in {subject} and in {name}"),
                held => format!("{}: {subject} and {name}", all_held(held)),
            };
            gaps.push(Gap { subject, reason, column: None });
        }
        gaps
    }
}

/// The offsets in minutes at which most source stamps are read, where that is not what their zone says: one, or those of
/// a zone in winter and in summer.
fn misread_at(found: &Differences) -> Vec<i16> {
    let mut at: BTreeMap<i16, u64> = BTreeMap::new();
    for (apart, tally) in &found.apart {
        if let Some(offset) = apart.read_at {
            *at.entry(offset).or_default() += tally.rows;
        }
    }
    let year = |winter: i16| [winter, winter + SUMMER];
    let rows = |winter: &i16| year(*winter).iter().filter_map(|offset| at.get(offset)).sum::<u64>();
    let winters = at.keys().flat_map(|offset| [*offset, offset - SUMMER]);
    let Some(winter) = winters.max_by_key(rows) else { return Vec::new() };
    if found.compared < FEWEST || rows(&winter) * 2 <= found.compared {
        return Vec::new();
    }
    year(winter).into_iter().filter(|offset| at.contains_key(offset)).collect()
}

/// The ways of being apart that a fault names.
fn cells(found: &Differences, fault: &str) -> BTreeSet<Apart> {
    let misread = misread_at(found);
    let is_zone = |apart: &Apart| apart.read_at.is_some_and(|offset| misread.contains(&offset));
    found.apart.keys().copied().filter(|apart| is_zone(apart) == (fault == "zone")).collect()
}

fn ask(context: &Context<'_>, params: &Node, answers: &Answers) -> Ask {
    if context.mapping.is_none() {
        return Ask { gaps: vec![no_mapping()], ..Ask::default() };
    }
    let fault = params.get_text("fault").unwrap_or_default();
    let mut ask = if fault == "zone" { CLOCK.ask(context, answers) } else { Ask::default() };
    let (sides, gaps) = sides(context);
    ask.gaps.extend(gaps);
    for side in sides {
        ask.subjects += 1;
        let (lag, held) = side.hold_back(context, answers);
        ask.questions.extend(lag);
        if held.is_open() {
            continue;
        }
        ask.questions.push(Question::Instants(side.asked(context, &held)));
        if let Some((_, asked, found)) = side.compared(context, answers) {
            ask.gaps.extend(side.gaps(context, found));
            ask.questions.extend(Question::listing(Pick::Instants { asked, cells: cells(found, &fault) }));
        }
    }
    ask
}

fn judge(context: &Context<'_>, params: &Node, answers: &Answers) -> Vec<Hit> {
    let fault = params.get_text("fault").unwrap_or_default();
    let clocks = if fault == "zone" { CLOCK.judge(context, answers) } else { Vec::new() };
    let pairs = sides(context).0.into_iter().filter_map(|side| hit(context, answers, &side, &fault));
    clocks.into_iter().chain(pairs).collect()
}

fn hit(context: &Context<'_>, answers: &Answers, side: &Sides<'_>, fault: &str) -> Option<Hit> {
    let (held, asked, found) = side.compared(context, answers)?;
    let cells = cells(found, fault);
    let mut named: BTreeMap<String, Tally> = BTreeMap::new();
    for (apart, tally) in found.apart.iter().filter(|(apart, _)| cells.contains(*apart)) {
        named.entry(label(*apart)).or_default().merge(tally.clone(), SAMPLES);
    }
    if named.is_empty() {
        return None;
    }
    let (summed, parts) = gather(named.iter().map(|(label, tally)| (label.as_str(), Some(tally), None)));
    let whole = context.listed(answers, &Pick::Instants { asked: asked.clone(), cells }, summed);
    let source = format!("{}.{}", side.left.dataset, context.label(&side.left));
    let name = &side.attribute.name;
    let pairs = format!(
        "{} of {}",
        count(whole.rows),
        counted(found.compared, "linked pair that could be compared", "linked pairs that could be compared")
    );
    let misread = misread_at(found);
    let statement = match fault {
        "zone" => format!(
            "`{name}` is what {source} gives when its stamps are read {}, not in {}, in {pairs}.",
            offset_names(&misread),
            asked.left_zone.as_deref().unwrap_or("their zone")
        ),
        _ => format!("`{name}` is another instant than {source} in {pairs}."),
    };
    let left_zone = asked.left_zone.as_deref().and_then(zone);
    let owned = side.attribute.owner.as_ref().is_none_or(|owner| context.owns(&owner.text, side.source));
    // Where a whole column is misread, it may be the declared zone that is wrong.
    let sure = owned && misread.is_empty();
    let right = |value: &str| sure.then(|| instant(value, left_zone.as_ref())).flatten();
    let samples = whole.samples.into_iter().map(|sample| Row {
        suggestion: right(&sample.detail).map(|seconds| seconds.to_string()).unwrap_or_default(),
        detail: format!("{source}: {}", sample.detail),
        ..context.row(&side.right, Sample { detail: String::new(), ..sample }, None)
    });
    let private = side.birthday || context.is_sensitive(&side.left) || context.is_sensitive(&side.right);
    Some(Hit {
        subject: Subject::column(&side.right.dataset, context.label(&side.right)),
        rows: whole.rows,
        total: found.compared,
        people: whole.people,
        statement: statement + &held.said(found.held),
        parts,
        samples: samples.collect(),
        shows: if private { Shows::Nothing } else { Shows::Instants },
        ..Hit::default()
    })
}

fn label(apart: Apart) -> String {
    let Some(shift) = apart.shift else { return "other difference".to_owned() };
    let (hours, minutes) = (shift.unsigned_abs() / 60, shift.unsigned_abs() % 60);
    let way = if shift > 0 { "later" } else { "earlier" };
    let size = match minutes {
        0 => counted(u64::from(hours), "hour", "hours"),
        _ => format!("{hours} h {minutes} min"),
    };
    format!("{size} {way}: a time zone")
}

/// `in UTC`, `at UTC-05:00 or UTC-04:00`
fn offset_names(offsets: &[i16]) -> String {
    let name = |minutes: &i16| match (minutes.unsigned_abs(), if *minutes < 0 { '-' } else { '+' }) {
        (0, _) => "UTC".to_owned(),
        (size, sign) => format!("UTC{sign}{:02}:{:02}", size / 60, size % 60),
    };
    let names: Vec<String> = offsets.iter().map(name).collect();
    format!("{} {}", if offsets == [0] { "in" } else { "at" }, names.join(" or "))
}

#[cfg(test)]
#[path = "instants_tests.rs"]
mod tests;
