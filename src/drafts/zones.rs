//! Drafts: times without a zone at a source and the instants on the profiles in, the zone that makes them one out.

use jiff::tz::TimeZone;

use crate::frames::TextColumn;
use crate::frames::links::Link;
use crate::frames::time::{Stamp, classify, instant, zone};

/// Zones of most of the people who use the two systems; of several that fit alike the first is named.
const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Athens",
    "Europe/Moscow",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Bangkok",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Auckland",
];
/// A sync that changes nothing of a time keeps its minute.
const SAME: u64 = 60;
/// Pairs that are looked at.
const LOOKED_AT: usize = 5_000;
/// The share of pairs that must fit a zone, and the fewest of them.
const MOSTLY: f64 = 0.8;
const FEWEST: u64 = 5;

/// A zone and how many times it explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) zone: &'static str,
    pub(super) same: u64,
    pub(super) of: u64,
}

/// The zone of a column of times, as the instants of the same people tell it.
pub(super) fn find(left: &TextColumn, right: &TextColumn, links: &[Link]) -> Option<Found> {
    let zoneless = |text: &str| matches!(classify(text), Stamp::IsoLocal | Stamp::SpaceLocal);
    let pairs: Vec<(&str, i64)> = links
        .iter()
        .map(|link| (left.get(link.left), right.get(link.right)))
        .filter(|(local, _)| zoneless(local))
        .filter_map(|(local, other)| Some((local, instant(other, None)?)))
        .take(LOOKED_AT)
        .collect();
    let of = pairs.len() as u64;
    let fits = |zone: &TimeZone| {
        let same = |(local, at): &&(&str, i64)| {
            instant(local, Some(zone)).is_some_and(|instant| instant.abs_diff(*at) <= SAME)
        };
        pairs.iter().filter(same).count() as u64
    };
    let counted = ZONES.iter().filter_map(|name| Some((fits(&zone(name)?), *name)));
    let (same, zone) = counted.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    (same >= FEWEST && same as f64 >= MOSTLY * of as f64).then_some(Found { zone, same, of })
}
