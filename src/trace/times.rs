//! Times of one pair: how they are compared, and what is wrong with the form or the hour of the one on the profile.

use super::Verdict;
use super::causes::Cause;
use super::desk::Desk;
use crate::checks::instants::meaning;
use crate::checks::timestamp::is_birthday;
use crate::facts::{Column, Compared, Instants, compared, placed};
use crate::frames::calendar::default_day;
use crate::frames::time::{Stamp, classify, zone};
use crate::mapping::Attribute;
use crate::text::duration;

/// Both cells of a pair, and where they stand.
pub(super) struct Pair<'a> {
    pub(super) attribute: &'a Attribute,
    pub(super) left: &'a Column,
    pub(super) right: &'a Column,
    pub(super) source: &'a str,
    pub(super) found: &'a str,
}

/// Whether an attribute is a time to segments: campaigns and messages take dates as text.
pub(super) fn is_tested(attribute: &Attribute) -> bool {
    !matches!(attribute.used_as.as_deref(), Some("date_campaign" | "message"))
}

/// Whether it holds days of birth.
pub(super) fn of_birth(attribute: &Attribute) -> bool {
    let mut columns = attribute.from.iter().filter_map(|from| from.column.as_ref());
    is_birthday(&attribute.name) || columns.any(|path| is_birthday(&path.column))
}

/// What the profile should hold: Unix seconds; where the attribute is no time to segments, the source as it stands.
pub(super) fn expected(desk: &Desk<'_>, attribute: &Attribute, left: &Column, source: &str) -> Option<String> {
    if !is_tested(attribute) {
        return Some(source.trim().to_owned());
    }
    let named = zone_of(desk, attribute, left);
    placed(source, named.as_deref().and_then(zone).as_ref()).map(|seconds| seconds.to_string())
}

fn zone_of(desk: &Desk<'_>, attribute: &Attribute, column: &Column) -> Option<String> {
    let dataset = desk.context.datasets.get(&column.dataset)?;
    desk.context.zone(&dataset.source, Some(attribute))
}

/// How the two compare, what is wrong with the profile's, and a word on it.
pub(super) fn judge(desk: &Desk<'_>, pair: &Pair<'_>) -> (Verdict, Option<Cause>, String) {
    let form = classify(pair.found);
    if form == Stamp::Zero || default_day(pair.found).is_some() && !of_birth(pair.attribute) {
        return (
            Verdict::Missing,
            Some(Cause::NotSynced),
            "the profile's is a default that software writes".to_owned(),
        );
    }
    if is_tested(pair.attribute) && form != Stamp::UnixSeconds {
        let unit = matches!(form, Stamp::UnixMillis | Stamp::UnixMicros | Stamp::UnixNanos);
        let cause = if unit { Cause::TimestampUnit } else { Cause::TimestampForm };
        return (Verdict::WrongForm, Some(cause), form.name().to_owned());
    }
    let asked = Instants {
        left: pair.left.clone(),
        left_zone: zone_of(desk, pair.attribute, pair.left),
        right: pair.right.clone(),
        right_zone: zone_of(desk, pair.attribute, pair.right),
        meaning: meaning(pair.attribute, of_birth(pair.attribute)),
        missing: pair.attribute.missing.clone(),
        fresh: None,
    };
    match compared(&asked, pair.source, pair.found) {
        Compared::Same => (Verdict::Same, None, String::new()),
        Compared::Apart(apart) => match apart.shift {
            Some(minutes) => {
                let way = if minutes < 0 { "earlier" } else { "later" };
                let off = duration(i64::from(minutes.unsigned_abs()) * 60);
                (Verdict::Differs, Some(Cause::TimestampZone), format!("{off} {way} than the source"))
            }
            None => (Verdict::Differs, Some(Cause::StaleValue), String::new()),
        },
        Compared::Unplaced { right } => {
            let side = if right { pair.right } else { pair.left };
            let why = format!("the stamps of {} carry no zone, and none is declared", side.dataset);
            (Verdict::NotCompared, None, why)
        }
        Compared::Unsure => (Verdict::NotCompared, None, "one of them is no sure time".to_owned()),
    }
}
