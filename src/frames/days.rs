//! Days of a zone, each asked for once: most stamps of an export are of a few thousand days, and of these a clock that is
//! set back or forward is near few.

use std::cell::RefCell;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::time::{Parts, day};

/// The years of which days are remembered.
const YEARS: std::ops::Range<u32> = 1970..2070;
const MONTH: usize = 31;
const YEAR: usize = 12 * MONTH;
const DAY: i64 = 86_400;

/// What is known of a day.
#[derive(Debug, Clone, Copy)]
enum Day {
    Unasked,
    /// It begins at this second, and no clock is set on it, the day before or the day after.
    Plain(i64),
    Odd,
}

/// The days of one zone.
struct Days {
    zone: String,
    days: Vec<Day>,
}

thread_local! {
    static KNOWN: RefCell<Vec<Days>> = const { RefCell::new(Vec::new()) };
}

/// The second at which a day begins in a zone, where every clock time of it means one instant, so many seconds later.
/// Nothing is said of days on which clocks are set or which are next to one, nor of those long past or far ahead.
pub(super) fn plain(parts: &Parts, zone: &TimeZone) -> Option<i64> {
    let name = zone.iana_name()?;
    if !YEARS.contains(&parts.year) {
        return None;
    }
    let at = (parts.year - YEARS.start) as usize * YEAR + parts.month as usize * MONTH + parts.day as usize;
    KNOWN.with_borrow_mut(|known| {
        let place = known.iter().position(|days| days.zone == name).unwrap_or_else(|| {
            let days = vec![Day::Unasked; (YEARS.len() + 1) * YEAR];
            known.push(Days { zone: name.to_owned(), days });
            known.len() - 1
        });
        let day = known[place].days.get_mut(at)?;
        if matches!(day, Day::Unasked) {
            *day = asked(parts, zone).map_or(Day::Odd, Day::Plain);
        }
        match *day {
            Day::Plain(begins) => Some(begins),
            Day::Odd | Day::Unasked => None,
        }
    })
}

fn asked(parts: &Parts, zone: &TimeZone) -> Option<i64> {
    let day: Date = day(parts)?;
    let begins = zone.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).unambiguous().ok()?;
    let before = jiff::Timestamp::from_second(begins.as_second() - DAY).ok()?;
    let next = zone.following(before).next().map(|next| next.timestamp().as_second());
    next.is_none_or(|next| next > begins.as_second() + 2 * DAY).then_some(begins.as_second())
}

#[cfg(test)]
mod tests {
    use super::super::time::{iso, local, zone};

    #[test]
    fn a_plain_day_tells_what_the_zone_tells() {
        let zones = ["Europe/Berlin", "America/Sao_Paulo", "Africa/Casablanca", "Australia/Lord_Howe", "UTC"];
        let mut plain = 0;
        for (name, at) in zones.into_iter().flat_map(|name| (0..4_000).map(move |at| (name, at))) {
            let zone = zone(name).expect("a zone");
            let days = jiff::Span::new().days(at * 5);
            let day = jiff::civil::date(1969, 12, 25).checked_add(days).expect("a day");
            let parts =
                iso(format!("{day} {:02}:{:02}:{:02}", at % 24, at * 7 % 60, at % 60).as_bytes()).expect("a time");
            let Some(begins) = super::plain(&parts, &zone) else { continue };
            plain += 1;
            let clock = i64::from(parts.hour * 3_600 + parts.minute * 60 + parts.second);
            let wanted = zone.to_ambiguous_timestamp(local(&parts).expect("a time")).unambiguous();
            assert_eq!(begins + clock, wanted.expect("one instant").as_second(), "{name} {day}");
        }
        assert!(plain > 15_000, "{plain}");
    }
}
