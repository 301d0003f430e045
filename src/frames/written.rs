//! A value taken apart once: text in; its form, its day and the instant it surely means out, whichever of them are asked.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::days;
use super::time::{LEAP, Parts, Stamp, Taken, day, form, local, utc};
use crate::text::trim;

/// The year 9999 in Unix seconds: what software writes for `never` or `for good`.
pub(super) const OPEN_END: std::ops::RangeInclusive<i64> = 253_370_764_800..=253_402_300_799;
/// From here, a number of seconds reads as well as milliseconds of 1973 and later: up to the end of the calendar.
const TWO_UNITS: i64 = 100_000_000_000;

/// The second day of Unix time.
const SECOND_DAY: i64 = 86_400;

/// A value that may be a time.
pub struct Written<'a> {
    /// Without the blanks around it.
    pub(super) text: &'a str,
    /// Its form.
    pub stamp: Stamp,
    /// Of an ISO-like time.
    pub(super) parts: Option<Parts>,
    /// The whole part of a number.
    count: Option<i64>,
}

impl<'a> Written<'a> {
    /// Takes a value apart; blanks around it do not count.
    pub fn of(text: &'a str) -> Self {
        let text = trim(text);
        let (stamp, taken) = form(text.as_bytes());
        let (parts, count) = match taken {
            Taken::Iso(parts) => (Some(parts), None),
            Taken::Number => (None, whole(text)),
            Taken::Nothing => (None, None),
        };
        Self { text, stamp, parts, count }
    }

    /// Seconds since 1970, where the value and the zone leave no doubt. `zone` is the zone of stamps that carry none; a
    /// local time that the zone repeats or skips gives nothing, nor does a leap second, which Unix time does not count.
    pub fn instant(&self, zone: Option<&TimeZone>) -> Option<i64> {
        match self.stamp {
            Stamp::UnixSeconds | Stamp::UnixMillis | Stamp::UnixMicros | Stamp::UnixNanos
                if self.in_larger_unit().is_some() =>
            {
                None
            }
            Stamp::UnixSeconds => self.count,
            Stamp::UnixMillis => Some(self.count?.div_euclid(1_000)),
            Stamp::UnixMicros => Some(self.count?.div_euclid(1_000_000)),
            Stamp::UnixNanos => Some(self.count?.div_euclid(1_000_000_000)),
            Stamp::IsoOffset => {
                let parts = self.parts.as_ref().filter(|parts| parts.second < LEAP)?;
                Some(utc(parts)? - i64::from(parts.offset?))
            }
            Stamp::IsoLocal | Stamp::SpaceLocal => in_zone(self.parts.as_ref()?, zone?),
            _ => None,
        }
    }

    /// The same of a date too, which is any moment of its day: the first second of it, or the last.
    pub fn moment(&self, last: bool, zone: &TimeZone) -> Option<i64> {
        if self.stamp != Stamp::Date {
            return self.instant(Some(zone));
        }
        let (hour, minute, second) = if last { (23, 59, 59) } else { (0, 0, 0) };
        in_zone(&Parts { hour, minute, second, ..self.parts? }, zone)
    }

    /// The seconds of a number that is a date of the calendar in two units: a far one, and in the next smaller unit one of
    /// the seventies. Which of them is meant, it does not say.
    fn in_larger_unit(&self) -> Option<i64> {
        let count = self.count.filter(|count| *count >= TWO_UNITS)?;
        let units = [1, 1_000, 1_000_000].into_iter();
        units.map(|unit| count / unit).find(|seconds| (TWO_UNITS..=*OPEN_END.end()).contains(seconds))
    }

    /// Whether it is a number of seconds between the first days of Unix time and those that read as another unit too.
    pub(super) fn is_ordinary(&self) -> bool {
        self.stamp == Stamp::UnixSeconds && self.count.is_some_and(|count| (SECOND_DAY..TWO_UNITS).contains(&count))
    }

    /// Whether a number is a time of the year 9999, in seconds or in smaller units.
    pub fn is_open_end(&self) -> bool {
        self.in_larger_unit().is_some_and(|seconds| OPEN_END.contains(&seconds))
    }

    /// The day as it is written.
    pub fn day(&self) -> Option<Date> {
        day(self.parts.as_ref()?)
    }

    /// The clock of a stamp without a zone, as if it were UTC.
    pub fn as_utc(&self) -> Option<i64> {
        utc(self.parts.as_ref().filter(|_| matches!(self.stamp, Stamp::IsoLocal | Stamp::SpaceLocal))?)
    }
}

fn in_zone(parts: &Parts, zone: &TimeZone) -> Option<i64> {
    if parts.second >= LEAP {
        return None;
    }
    if let Some(begins) = days::plain(parts, zone) {
        return Some(begins + i64::from(parts.hour * 3_600 + parts.minute * 60 + parts.second));
    }
    let zoned = zone.to_ambiguous_timestamp(local(parts)?).unambiguous().ok()?;
    Some(zoned.as_second())
}

fn whole(text: &str) -> Option<i64> {
    // So many digits fit.
    if (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.bytes().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')));
    }
    text.split('.').next()?.parse().ok()
}
