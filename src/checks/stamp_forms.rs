//! Forms of times, hop by hop: what is right at the source is not what Customer.io's date conditions can match.

use std::collections::BTreeMap;

use super::context::Context;
use super::timestamp::{Fault, Shapes, Side, Times, Wrong, always, is_birthday, never, sees_all, stamps};
use crate::exports::Dialect;
use crate::facts::Lens;
use crate::frames::calendar::{Reading, sense};
use crate::frames::time::Stamp;
use crate::mapping::journeys::Kind;
use crate::mapping::{Attribute, Journey};

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "source-format",
        side: Side::Source,
        wanted: |_, _, _| true,
        lens: forms,
        wrong: not_of_its_export,
        corrects: never,
        blind: sees_all,
    },
    Fault {
        name: "not-unix",
        side: Side::Profile,
        wanted: must_match,
        lens: forms,
        wrong: |_, _, shapes| {
            of_forms(shapes, "not Unix seconds, so no date condition of a segment matches them", |stamp| {
                !UNITS.contains(&stamp) && !matches!(stamp, Stamp::UnixSeconds | Stamp::Zero)
            })
        },
        corrects: always,
        blind: sees_all,
    },
    Fault {
        name: "unit",
        side: Side::Both,
        wanted: |_, _, _| true,
        lens: forms,
        wrong: |_, _, shapes| of_forms(shapes, "in the wrong unit of time", |stamp| UNITS.contains(&stamp)),
        corrects: always,
        blind: sees_all,
    },
    Fault {
        name: "no-time",
        side: Side::Source,
        wanted: is_moment,
        lens: forms,
        wrong: |_, _, shapes| {
            of_forms(shapes, "without a time of day, where a moment is expected", |stamp| stamp == Stamp::Date)
        },
        corrects: never,
        blind: sees_all,
    },
    Fault {
        name: "no-zone",
        side: Side::Source,
        wanted: |_, attribute, _| attribute.is_none_or(|attribute| attribute.is(&["timestamp"])),
        lens: forms,
        wrong: without_zone,
        corrects: never,
        blind: sees_all,
    },
    Fault {
        name: "campaign-format",
        side: Side::Profile,
        wanted: starts_campaigns,
        lens: forms,
        wrong: |_, _, shapes| {
            of_forms(shapes, "in a form that a date-triggered campaign does not read", |stamp| {
                let read = [Stamp::UnixSeconds, Stamp::IsoOffset, Stamp::IsoLocal, Stamp::Date, Stamp::Zero];
                !UNITS.contains(&stamp) && !read.contains(&stamp)
            })
        },
        corrects: always,
        blind: sees_all,
    },
    Fault {
        name: "mixed",
        side: Side::Profile,
        wanted: |_, _, _| true,
        lens: |context, time| Lens::Calendar(Reading::Form { birthday: time.birthday(context) }, time.missing()),
        wrong: |_, _, shapes| {
            let main = main_form(shapes)?;
            let others = counted_forms(shapes).map(|(name, _)| name).filter(|name| *name != main);
            Wrong::new(others, "in another form than most")
        },
        corrects: |shapes| main_form(shapes) == Some(Stamp::UnixSeconds.name()),
        blind: sees_all,
    },
];

/// Forms that stand for a time in the wrong unit, on either side.
const UNITS: &[Stamp] = &[Stamp::UnixMillis, Stamp::UnixMicros, Stamp::UnixNanos, Stamp::Serial];

fn forms(_: &Context<'_>, time: &Times<'_>) -> Lens {
    time.forms()
}

fn of_forms(shapes: &Shapes<'_>, what: &'static str, is_wrong: impl Fn(Stamp) -> bool) -> Option<Wrong> {
    Wrong::new(
        stamps(shapes).into_iter().map(|(stamp, _)| stamp).filter(|stamp| is_wrong(*stamp)).map(Stamp::name),
        what,
    )
}

fn is_moment(_: &Context<'_>, attribute: Option<&Attribute>, _: &str) -> bool {
    attribute.is_some_and(|attribute| attribute.is(&["timestamp"]))
}

/// Forms that are right in a column of an export.
pub(super) fn right(context: &Context<'_>, time: &Times<'_>) -> &'static [Stamp] {
    let dialect = context.datasets.get(&time.column.dataset).map_or(Dialect::Generic, |dataset| dataset.dialect);
    match dialect {
        Dialect::ZohoUi | Dialect::ZohoBackup => &[Stamp::SpaceLocal, Stamp::Date],
        Dialect::ZohoBulk | Dialect::ZohoJson => &[Stamp::IsoOffset, Stamp::Date],
        _ => &[Stamp::IsoOffset, Stamp::IsoLocal, Stamp::SpaceLocal, Stamp::Date, Stamp::UnixSeconds],
    }
}

/// Impossible days are in the right form; they are named for what they are.
fn not_of_its_export(context: &Context<'_>, time: &Times<'_>, shapes: &Shapes<'_>) -> Option<Wrong> {
    let right = right(context, time);
    of_forms(shapes, "not in the format that this export writes", |stamp| {
        !UNITS.contains(&stamp) && stamp != Stamp::Impossible && !right.contains(&stamp)
    })
}

/// Whether a date condition has to match it: a segment's does, or nothing says how it is used. A birthday of which
/// nothing is declared is for a campaign, which takes the form it has.
fn must_match(context: &Context<'_>, attribute: Option<&Attribute>, label: &str) -> bool {
    let (Some(attribute), Some(mapping)) = (attribute, context.mapping) else { return !is_birthday(label) };
    let read = mapping
        .segments
        .iter()
        .filter_map(|segment| context.segment(&segment.name))
        .any(|filter| filter.expr.dated().iter().any(|name| name.ends_with(&format!(".{}", attribute.name))));
    let declared = match attribute.used_as.as_deref() {
        Some("segment") => Some(true),
        Some(_) => Some(false),
        None if triggers(context, attribute) => Some(false),
        None => None,
    };
    let named = attribute.used_by.iter().any(|user| user.starts_with("segment:"));
    read || named || declared.unwrap_or(true)
}

/// Whether a date-triggered journey starts on it.
fn triggers(context: &Context<'_>, attribute: &Attribute) -> bool {
    let journeys = context.mapping.into_iter().flat_map(|mapping| &mapping.journeys);
    let mut triggers = journeys.filter_map(Journey::trigger);
    triggers.any(|trigger| trigger.kind == Kind::Date && trigger.name == attribute.name)
}

/// Whether a date-triggered campaign starts on it and no date condition has to match it.
fn starts_campaigns(context: &Context<'_>, attribute: Option<&Attribute>, label: &str) -> bool {
    attribute.is_some_and(|attribute| {
        let used = attribute.used_as.as_deref() == Some("date_campaign") || triggers(context, attribute);
        used && !must_match(context, Some(attribute), label)
    })
}

/// Stamps whose zone nobody declares; where it is declared, the fewer of those with and those without an offset.
fn without_zone(context: &Context<'_>, time: &Times<'_>, shapes: &Shapes<'_>) -> Option<Wrong> {
    let zoned = |stamp: Stamp| stamp == Stamp::IsoOffset;
    let zoneless = |stamp: Stamp| matches!(stamp, Stamp::IsoLocal | Stamp::SpaceLocal);
    let count = |is: fn(Stamp) -> bool| -> u64 {
        stamps(shapes).into_iter().filter(|(stamp, _)| is(*stamp)).map(|(_, tally)| tally.rows).sum()
    };
    let (with, without) = (count(zoned), count(zoneless));
    if without > 0 && time.attribute.is_some() && time.zone_name(context).is_none() {
        return of_forms(shapes, "without an offset, and no time zone is declared", zoneless);
    }
    match (with, without) {
        (0, _) | (_, 0) => None,
        _ if without <= with => of_forms(shapes, "without an offset, while others of the column carry one", zoneless),
        _ => of_forms(shapes, "with an offset, while others of the column carry none", zoned),
    }
}

/// The forms that stand for a time, with their records.
fn counted_forms<'a>(shapes: &Shapes<'a>) -> impl Iterator<Item = (&'a str, u64)> {
    let shapes: Vec<(&str, u64)> = shapes.iter().map(|(name, tally)| (*name, tally.rows)).collect();
    shapes.into_iter().filter(|(name, _)| *name != sense::DEFAULT && *name != Stamp::Other.name())
}

/// The form of most records; of equals, the first in the order of reports.
fn main_form<'a>(shapes: &Shapes<'a>) -> Option<&'a str> {
    let place: BTreeMap<&str, usize> = Stamp::ALL.into_iter().zip(0..).map(|(stamp, at)| (stamp.name(), at)).collect();
    // What converters leave behind comes last.
    let order = |name: &str| place.get(name).copied().unwrap_or(place.len());
    counted_forms(shapes)
        .min_by_key(|(name, rows)| (std::cmp::Reverse(*rows), order(name), *name))
        .map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::main_form;
    use crate::facts::Tally;

    #[test]
    fn of_equally_frequent_forms_unix_seconds_go_first() {
        let tallies = [3, 3, 2, 9].map(|rows| Tally { rows, ..Tally::default() });
        let names = ["ISO 8601 with offset", "Unix seconds", "ISO 8601 with 7 to 9 decimals", "default"];
        let shapes: Vec<(&str, &Tally)> = names.into_iter().zip(&tallies).collect();
        assert_eq!(main_form(&shapes), Some("Unix seconds"));
        assert_eq!(main_form(&shapes[2..]), Some("ISO 8601 with 7 to 9 decimals"));
        assert_eq!(main_form(&shapes[3..]), None);
    }
}
