//! Days and clocks of times: days that stand for none, days that cannot be, and what cannot be told of a value.

use super::context::Context;
use super::stamp_forms::right;
use super::timestamp::{Fault, Shapes, Side, Times, Wrong, never, sees_all, stamps};
use crate::facts::{Column, Lens};
use crate::findings::Gap;
use crate::frames::calendar::{Reading, sense};
use crate::frames::time::Stamp;
use crate::mapping::Attribute;

/// A purchase may be dated ahead of the clock of this machine by a zone, not by more.
const AHEAD: i64 = 86_400;

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "day-or-month",
        side: Side::Source,
        wanted: |_, _, _| true,
        lens: |_, time| Lens::Calendar(Reading::Order, time.missing()),
        wrong: |_, _, shapes| {
            Wrong::new(
                open_orders(shapes),
                "open as to which is the day and which the month, and the other values of the column do not decide it",
            )
        },
        corrects: never,
        blind: sees_all,
    },
    Fault {
        name: "impossible",
        side: Side::Both,
        wanted: |_, _, _| true,
        lens: plausible,
        wrong: |_, time, shapes| {
            let what = if time.profile { "in the future" } else { "on a day that cannot be" };
            of_any_shape(shapes, what)
        },
        corrects: never,
        blind: sees_all,
    },
    Fault {
        name: "default",
        side: Side::Profile,
        wanted: |_, _, _| true,
        lens: |context, time| Lens::Calendar(Reading::Default { birthday: time.birthday(context) }, time.missing()),
        wrong: |_, _, shapes| of_any_shape(shapes, "0, or a day that software writes where it has none"),
        corrects: never,
        blind: sees_all,
    },
];

/// Local hours that a zone repeats or skips. Judged with the pairs, because a zone that is read wrongly shows there.
pub(super) static CLOCK: Fault = Fault {
    name: "clock",
    side: Side::Source,
    wanted: |_, attribute, _| attribute.is_some(),
    lens: |context, time| match time.zone(context) {
        Some(zone) => Lens::Calendar(Reading::Clock(zone), time.missing()),
        None => time.forms(),
    },
    wrong: |_, _, shapes| {
        let unsure =
            shapes.iter().map(|(name, _)| *name).filter(|name| [sense::REPEATED, sense::SKIPPED].contains(name));
        Wrong::new(unsure, "in an hour that the clock shows twice or never, so nobody can say which moment it is")
    },
    corrects: never,
    blind: unplaced,
};

/// Stamps without a zone cannot be placed; a column without such stamps needs none.
fn unplaced(context: &Context<'_>, time: &Times<'_>, shapes: &Shapes<'_>) -> Option<Gap> {
    let zoneless = stamps(shapes).into_iter().any(|(stamp, _)| matches!(stamp, Stamp::IsoLocal | Stamp::SpaceLocal));
    (zoneless && time.zone_name(context).is_none()).then(|| no_zone(context, time.attribute, &time.column))
}

/// A gap for stamps that no zone places in time.
pub(super) fn no_zone(context: &Context<'_>, attribute: Option<&Attribute>, column: &Column) -> Gap {
    let subject = format!("{}.{}", column.dataset, context.label(column));
    let name = attribute.map_or("the source", |attribute| attribute.name.as_str());
    let reason = format!("the stamps of {subject} carry no zone; declare `time_zone:` for {name} or for its source");
    Gap { subject, reason, column: None }
}

fn of_any_shape(shapes: &Shapes<'_>, what: &'static str) -> Option<Wrong> {
    Wrong::new(shapes.iter().map(|(name, _)| *name).filter(|name| *name != sense::PLAIN), what)
}

/// Orders that nothing in the column decides, or that its values contradict.
fn open_orders<'s>(shapes: &Shapes<'_>) -> impl Iterator<Item = &'s str> {
    let holds: Vec<&str> = shapes.iter().map(|(name, _)| *name).collect();
    let open = (0..sense::EITHER.len()).filter(|at| {
        let decided = holds.contains(&sense::DAY_FIRST[*at]) != holds.contains(&sense::MONTH_FIRST[*at]);
        holds.contains(&sense::EITHER[*at]) && !decided
    });
    open.map(|at| sense::EITHER[at]).collect::<Vec<_>>().into_iter()
}

fn plausible(context: &Context<'_>, time: &Times<'_>) -> Lens {
    let bought = time.attribute.is_some_and(is_purchase);
    let reading = Reading::Plausible {
        profile: time.profile,
        right: if time.profile { &[Stamp::UnixSeconds] } else { right(context, time) },
        birthday: time.birthday(context),
        latest: bought.then_some(context.now + AHEAD),
        zone: time.zone(context),
    };
    Lens::Calendar(reading, time.missing())
}

/// Whether it holds the time of the last purchase, which cannot be ahead.
pub(super) fn is_purchase(attribute: &Attribute) -> bool {
    let name = attribute.name.to_lowercase();
    attribute.role.as_deref() == Some("last_purchase")
        || ["last_order", "last_purchase"].iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::{open_orders, sense};
    use crate::facts::Tally;

    #[test]
    fn one_order_is_evidence_and_both_are_none() {
        let tally = Tally::default();
        let open = |names: &[&'static str]| -> Vec<&str> {
            open_orders(&names.iter().map(|name| (*name, &tally)).collect::<Vec<_>>()).collect()
        };
        let [slashes, dashes] = sense::EITHER;
        assert_eq!(open(&[slashes]), [slashes]);
        assert_eq!(open(&[slashes, dashes]), [slashes, dashes]);
        assert_eq!(open(&[slashes, sense::DAY_FIRST[0]]), [""; 0]);
        assert_eq!(open(&[slashes, sense::DAY_FIRST[1]]), [slashes], "another separator is no evidence");
        assert_eq!(open(&[slashes, sense::DAY_FIRST[0], sense::MONTH_FIRST[0]]), [slashes]);
        assert_eq!(open(&[sense::PLAIN, sense::DAY_FIRST[0]]), [""; 0]);
    }
}
