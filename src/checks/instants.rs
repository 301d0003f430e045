//! Times on both sides of linked pairs: the same instant, or apart, pair by pair or as a column that is read in the wrong
//! zone.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{Context, no_mapping};
use super::lag::{HoldBack, hold_back};
use super::parts::gather;
use super::stamp_days::{CLOCK, no_zone};
use super::timestamp::is_birthday;
use super::{Ask, Kind, Stage};
use crate::exports::Dataset;
use crate::facts::local::SAMPLES;
use crate::facts::{Answer, Answers, Apart, Column, Differences, Instants, Pick, Question, Sample, Tally};
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

/// An attribute whose source and profile are compared.
struct Sides<'a> {
    attribute: &'a Attribute,
    source: &'a Dataset,
    left: Column,
    right: Column,
}

/// What is compared, and what cannot be.
fn sides<'a>(context: &Context<'a>) -> (Vec<Sides<'a>>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for attribute in context.mapping.into_iter().flat_map(|mapping| &mapping.attributes) {
        let Some(path) = attribute.from.first().and_then(|from| from.column.as_ref()) else { continue };
        // A birthday is a day of the calendar everywhere, and what a campaign starts on may be kept as one.
        let calendar = is_birthday(&attribute.name) || is_birthday(&path.column);
        let campaign = attribute.used_as.as_deref() == Some("date_campaign");
        if !attribute.is(&["timestamp", "date"]) || calendar || campaign {
            continue;
        }
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
            (Ok(left), Ok(right)) => found.push(Sides { attribute, source, left, right }),
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

fn unlinked<'a>(context: &Context<'a>, sources: impl Iterator<Item = &'a Dataset>) -> Vec<Gap> {
    let profiles = context.profiles().map(|profiles| profiles.as_ref());
    let addresses = sources.chain(profiles).filter_map(|dataset| context.email(dataset).err());
    context.identifier_gaps().into_iter().chain(addresses).collect()
}

impl Sides<'_> {
    fn zones(&self, context: &Context<'_>) -> [Option<String>; 2] {
        [self.source.source.as_str(), context.profile_source()].map(|source| context.zone(source, Some(self.attribute)))
    }

    fn hold_back(&self, context: &Context<'_>, answers: &Answers) -> (Vec<Question>, HoldBack) {
        hold_back(context, Some(self.attribute), self.source, answers)
    }

    fn asked(&self, context: &Context<'_>, held: &HoldBack) -> Instants {
        let [left_zone, right_zone] = self.zones(context);
        Instants {
            left: self.left.clone(),
            left_zone,
            right: self.right.clone(),
            right_zone,
            by_day: self.attribute.is(&["date"]),
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
            let reason = format!(
                "no linked pair holds a sure time in {subject} and in {} ({} held back for the lag of the sync)",
                self.attribute.name,
                count(found.held)
            );
            gaps.push(Gap { subject, reason, column: None });
        }
        gaps
    }
}

/// The offset in minutes at which most source stamps are read, where that is not what their zone says.
fn misread_at(found: &Differences) -> Option<i16> {
    let mut at: BTreeMap<i16, u64> = BTreeMap::new();
    for (apart, tally) in &found.apart {
        if let Some(offset) = apart.read_at {
            *at.entry(offset).or_default() += tally.rows;
        }
    }
    let habit = |rows: u64| found.compared >= FEWEST && rows * 2 > found.compared;
    at.into_iter().find(|(_, rows)| habit(*rows)).map(|(offset, _)| offset)
}

/// The ways of being apart that a fault names.
fn cells(found: &Differences, fault: &str) -> BTreeSet<Apart> {
    let misread = misread_at(found);
    let is_zone = |apart: &Apart| misread.is_some() && apart.read_at == misread;
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
    let statement = match (fault, misread_at(found)) {
        ("zone", Some(offset)) => format!(
            "`{name}` is what {source} gives when its stamps are read {}, not in {}, in {pairs}.",
            offset_name(offset),
            asked.left_zone.as_deref().unwrap_or("their zone")
        ),
        _ => format!("`{name}` is another instant than {source} in {pairs}."),
    };
    let left_zone = asked.left_zone.as_deref().and_then(zone);
    let owned = side.attribute.owner.as_ref().is_none_or(|owner| context.owns(&owner.text, side.source));
    // Where a whole column is misread, it may be the declared zone that is wrong.
    let right = |value: &str| (owned && fault == "differ").then(|| instant(value, left_zone.as_ref())).flatten();
    let samples = whole.samples.into_iter().map(|sample| Row {
        suggestion: right(&sample.detail).map(|seconds| seconds.to_string()).unwrap_or_default(),
        detail: format!("{source}: {}", sample.detail),
        ..context.row(&side.right, Sample { detail: String::new(), ..sample }, None)
    });
    let private = context.is_sensitive(&side.left) || context.is_sensitive(&side.right);
    Some(Hit {
        subject: Subject::column(&side.right.dataset, context.label(&side.right)),
        rows: whole.rows,
        total: found.compared,
        people: whole.people,
        statement: statement + &held.said(found.held),
        parts,
        samples: samples.collect(),
        shows: if private { Shows::Nothing } else { Shows::Times },
        ..Hit::default()
    })
}

fn label(apart: Apart) -> String {
    match apart.hours {
        Some(hours) => {
            let way = if hours > 0 { "later" } else { "earlier" };
            format!("{} {way}: a time zone", counted(u64::from(hours.unsigned_abs()), "hour", "hours"))
        }
        None => "other difference".to_owned(),
    }
}

/// `in UTC`, `at UTC-05:30`
fn offset_name(minutes: i16) -> String {
    let (sign, size) = (if minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
    if minutes == 0 { "in UTC".to_owned() } else { format!("at UTC{sign}{:02}:{:02}", size / 60, size % 60) }
}

#[cfg(test)]
mod tests {
    use super::{cells, label, misread_at, offset_name};
    use crate::facts::{Apart, Differences, Tally};

    fn found(compared: u64, apart: &[(Option<i8>, Option<i16>, u64)]) -> Differences {
        let tally = |rows| Tally { rows, ..Tally::default() };
        let apart =
            apart.iter().map(|(hours, read_at, rows)| (Apart { hours: *hours, read_at: *read_at }, tally(*rows)));
        Differences { pairs: compared, compared, apart: apart.collect(), ..Differences::default() }
    }

    #[test]
    fn a_habit_is_a_zone_and_a_few_pairs_are_none() {
        // Read in UTC, a Berlin stamp is one hour off in winter and two in summer.
        let habit = found(8, &[(Some(1), Some(0), 2), (Some(2), Some(0), 3), (Some(3), Some(-60), 1)]);
        assert_eq!(misread_at(&habit), Some(0));
        assert_eq!((cells(&habit, "zone").len(), cells(&habit, "differ").len()), (2, 1));
        let half = found(10, &[(Some(1), Some(0), 2), (Some(2), Some(0), 3)]);
        assert_eq!((misread_at(&half), cells(&half, "zone").len(), cells(&half, "differ").len()), (None, 0, 2));
        assert_eq!(misread_at(&found(4, &[(Some(2), Some(0), 4)])), None);
        assert_eq!(misread_at(&found(6, &[(Some(2), None, 6)])), None, "stamps with an offset are not misread");
    }

    #[test]
    fn differences_read_as_people_say_them() {
        let of = |hours| label(Apart { hours, read_at: None });
        assert_eq!(of(Some(1)), "1 hour later: a time zone");
        assert_eq!(of(Some(-2)), "2 hours earlier: a time zone");
        assert_eq!(of(None), "other difference");
        assert_eq!([0, 120, -330].map(offset_name), ["in UTC", "at UTC+02:00", "at UTC-05:30"]);
    }
}
