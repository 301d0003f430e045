//! What a timestamp looks like, and which instant it surely means.
//!
//! A byte-wise classifier: one pass over the value, no pattern engine, no allocation. An instant is given only where the
//! value leaves no doubt; a wrong instant is worse than none.

use jiff::civil;
use jiff::tz::TimeZone;

use super::written::OPEN_END;
pub use super::written::Written;
use crate::text::trim;

/// The form of a value that may be a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stamp {
    /// `1714577744`
    UnixSeconds,
    /// `1714577744000`
    UnixMillis,
    /// `1714577744000000`
    UnixMicros,
    /// `1714577744000000000`
    UnixNanos,
    /// `45413.3866`, days since 1899-12-30
    Serial,
    /// `0`
    Zero,
    /// `2026-02-14T09:12:44+01:00`
    IsoOffset,
    /// `2026-02-14T09:12:44`
    IsoLocal,
    /// `2026-02-14 09:12:44`
    SpaceLocal,
    /// `2026-02-14`
    Date,
    /// `31/03/2026`, `3/31/26 10:00`, `31.03.2026`
    Slashed,
    /// `Mar 3 2026`, `3. März 2026`, RFC 2822
    Worded,
    /// `20260214`, `202602141030`, `20260214T103000`
    Compact,
    /// `2026-02-30`, `2026-02-14T25:00:00Z`
    Impossible,
    /// Anything else.
    Other,
}

impl Stamp {
    /// A stable name for reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnixSeconds => "Unix seconds",
            Self::UnixMillis => "Unix milliseconds",
            Self::UnixMicros => "Unix microseconds",
            Self::UnixNanos => "Unix nanoseconds",
            Self::Serial => "spreadsheet serial number",
            Self::Zero => "zero",
            Self::IsoOffset => "ISO 8601 with offset",
            Self::IsoLocal => "ISO 8601 without offset",
            Self::SpaceLocal => "date and time without zone",
            Self::Date => "date",
            Self::Slashed => "date with slashes or dots",
            Self::Worded => "date in words",
            Self::Compact => "date without separators",
            Self::Impossible => "impossible date",
            Self::Other => "no date",
        }
    }

    /// Every form, in the order of reports.
    pub const ALL: [Self; 15] = [
        Self::UnixSeconds,
        Self::UnixMillis,
        Self::UnixMicros,
        Self::UnixNanos,
        Self::Serial,
        Self::Zero,
        Self::IsoOffset,
        Self::IsoLocal,
        Self::SpaceLocal,
        Self::Date,
        Self::Slashed,
        Self::Worded,
        Self::Compact,
        Self::Impossible,
        Self::Other,
    ];

    /// The form of a name that [`Stamp::name`] gave.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stamp| stamp.name() == name)
    }
}

/// The form of a value; blanks around it do not count.
pub fn classify(text: &str) -> Stamp {
    form(trim(text).as_bytes()).0
}

/// What was taken apart to tell the form of a value.
pub(super) enum Taken {
    /// A time or a date of ISO 8601, or one like it.
    Iso(Parts),
    /// A number.
    Number,
    /// Something else.
    Nothing,
}

/// The form of a value without blanks around it.
pub(super) fn form(bytes: &[u8]) -> (Stamp, Taken) {
    match bytes.first() {
        Some(b'0'..=b'9' | b'-' | b'+') => {}
        Some(_) if worded(bytes) => return (Stamp::Worded, Taken::Nothing),
        _ => return (Stamp::Other, Taken::Nothing),
    }
    // What Customer.io writes, and most of what it holds.
    if bytes.len() == 10 && bytes[0] != b'0' && bytes.iter().all(u8::is_ascii_digit) {
        return (Stamp::UnixSeconds, Taken::Number);
    }
    if bytes.get(4) == Some(&b'-') {
        if let Some(parts) = iso(bytes) {
            return (parts.stamp, Taken::Iso(parts));
        }
        if dashed(bytes) {
            return (Stamp::Impossible, Taken::Nothing);
        }
    } else {
        // Before numbers: as Unix seconds these would all lie in one month of 1970, as milliseconds in a few of 1976.
        if compact(bytes) {
            return (Stamp::Compact, Taken::Number);
        }
        if let Some(stamp) = numeric(bytes) {
            return (stamp, Taken::Number);
        }
    }
    if slashed(bytes) {
        return (Stamp::Slashed, Taken::Nothing);
    }
    (if worded(bytes) { Stamp::Worded } else { Stamp::Other }, Taken::Nothing)
}

/// Seconds since 1970, as [`Written::instant`] tells them.
pub fn instant(text: &str, zone: Option<&TimeZone>) -> Option<i64> {
    Written::of(text).instant(zone)
}

/// A zone of the IANA list.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// An instant as text: `2026-05-21T08:00:00Z`.
pub fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |stamp| stamp.to_string())
}

/// The instant a person writes in a config or on the command line: a date or an ISO time with offset.
pub fn written(text: &str) -> Option<i64> {
    match classify(text) {
        Stamp::Date => instant(&format!("{}T00:00:00Z", text.trim()), None),
        Stamp::IsoOffset => instant(text, None),
        _ => None,
    }
}

/// The second that is inserted now and then.
pub(super) const LEAP: u32 = 60;

fn numeric(bytes: &[u8]) -> Option<Stamp> {
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let dot = unsigned.iter().position(|&b| b == b'.').unwrap_or(unsigned.len());
    let (digits, tail) = unsigned.split_at(dot);
    let plain =
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) && tail.iter().skip(1).all(u8::is_ascii_digit);
    if !plain || (tail.len() == 1) {
        return None;
    }
    // As many digits as fit into 64 bits, which is nearly all there is.
    let (first, more) = digits.split_at(digits.len().min(18));
    let first = first.iter().fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
    let value = more.iter().take(12).fold(u128::from(first), |value, digit| value * 10 + u128::from(digit - b'0'));
    let fraction = tail.iter().skip(1).any(|&b| b != b'0');
    let is_end = |unit: u128| {
        unsigned.len() == bytes.len() && i64::try_from(value / unit).is_ok_and(|seconds| OPEN_END.contains(&seconds))
    };
    Some(match value {
        0 if !fraction => Stamp::Zero,
        20_000..=79_999 => Stamp::Serial,
        100_000..=99_999_999_999 => Stamp::UnixSeconds,
        _ if is_end(1) => Stamp::UnixSeconds,
        _ if is_end(1_000) => Stamp::UnixMillis,
        _ if is_end(1_000_000) => Stamp::UnixMicros,
        100_000_000_000..=99_999_999_999_999 => Stamp::UnixMillis,
        100_000_000_000_000..=99_999_999_999_999_999 => Stamp::UnixMicros,
        100_000_000_000_000_000..=99_999_999_999_999_999_999 => Stamp::UnixNanos,
        _ => Stamp::Other,
    })
}

/// The parts of an ISO-like time as written.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) stamp: Stamp,
    pub(super) year: u32,
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    /// Seconds east of UTC.
    pub(super) offset: Option<i32>,
}

#[inline]
fn digits(bytes: &[u8], from: usize, count: usize) -> Option<u32> {
    let part = bytes.get(from..from + count)?;
    // Nearly all of them are digits: a loop that never leaves early is quicker.
    let (number, fits) = part.iter().fold((0, true), |(number, fits), byte| {
        let digit = byte.wrapping_sub(b'0');
        (number * 10 + u32::from(digit), fits & (digit <= 9))
    });
    fits.then_some(number)
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

pub(super) fn iso(bytes: &[u8]) -> Option<Parts> {
    let date: &[u8; 10] = bytes.first_chunk()?;
    let (year, month, day) = (digits(date, 0, 4)?, digits(date, 5, 2)?, digits(date, 8, 2)?);
    let dashes = date[4] == b'-' && date[7] == b'-';
    if !dashes || !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
        return None;
    }
    let mut parts = Parts { stamp: Stamp::Date, year, month, day, hour: 0, minute: 0, second: 0, offset: None };
    let separator = match bytes.get(10) {
        None => return Some(parts),
        Some(b'T' | b't') => Stamp::IsoLocal,
        Some(b' ') => Stamp::SpaceLocal,
        Some(_) => return None,
    };
    let clock: &[u8; 5] = bytes[11..].first_chunk()?;
    (parts.hour, parts.minute) = (digits(clock, 0, 2)?, digits(clock, 3, 2)?);
    if clock[2] != b':' {
        return None;
    }
    let mut at = 16;
    let mut exact = true;
    if bytes.get(at) == Some(&b':') {
        parts.second = digits(bytes, at + 1, 2)?;
        at += 3;
        if matches!(bytes.get(at), Some(b'.' | b',')) {
            let run = bytes.get(at + 1..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if run == 0 {
                return None;
            }
            exact = bytes[at + 1..=at + run].iter().all(|&digit| digit == b'0');
            at += 1 + run;
        }
    }
    // `24:00:00` is the midnight at the end of the day.
    let ends_day = parts.hour == 24 && parts.minute == 0 && parts.second == 0 && exact;
    if (parts.hour > 23 && !ends_day) || parts.minute > 59 || parts.second > LEAP {
        return None;
    }
    parts.offset = offset(bytes.get(at..)?)?;
    parts.stamp = if parts.offset.is_some() { Stamp::IsoOffset } else { separator };
    Some(parts)
}

/// `Some(None)` where nothing follows, `None` where what follows is no offset.
#[expect(clippy::option_option, reason = "absent and wrong are two answers")]
fn offset(rest: &[u8]) -> Option<Option<i32>> {
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let sign = match rest.first() {
        None => return Some(None),
        Some(b'Z' | b'z') if rest.len() == 1 => return Some(Some(0)),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let hours = digits(rest, 1, 2)?;
    let minutes = match rest.len() {
        3 => 0,
        5 => digits(rest, 3, 2)?,
        6 if rest.get(3) == Some(&b':') => digits(rest, 4, 2)?,
        _ => return None,
    };
    (hours <= 15 && minutes < 60).then(|| Some(sign * (i32::try_from(hours * 3600 + minutes * 60).unwrap_or(0))))
}

pub(super) fn local(parts: &Parts) -> Option<civil::DateTime> {
    let small = |value: u32| i8::try_from(value).ok();
    let day = day(parts)?;
    if parts.hour == 24 {
        return Some(day.tomorrow().ok()?.at(0, 0, 0, 0));
    }
    let time = civil::Time::new(small(parts.hour)?, small(parts.minute)?, small(parts.second.min(59))?, 0).ok()?;
    Some(day.to_datetime(time))
}

/// The day as it is written.
pub(super) fn day(parts: &Parts) -> Option<civil::Date> {
    let small = |value: u32| i8::try_from(value).ok();
    civil::Date::new(i16::try_from(parts.year).ok()?, small(parts.month)?, small(parts.day)?).ok()
}

pub(super) fn utc(parts: &Parts) -> Option<i64> {
    Some(TimeZone::UTC.to_timestamp(local(parts)?).ok()?.as_second())
}

/// A calendar date of 1900 to 2100 in eight digits, and a time of the day in four or six more.
fn compact(bytes: &[u8]) -> bool {
    let rest = match bytes.len() {
        8 => &[][..],
        12 | 14 => &bytes[8..],
        13 | 15 if bytes[8] == b'T' => &bytes[9..],
        _ => return false,
    };
    let (Some(year), Some(month), Some(day)) = (digits(bytes, 0, 4), digits(bytes, 4, 2), digits(bytes, 6, 2)) else {
        return false;
    };
    let clock = |from: usize, below: u32| rest.len() <= from || digits(rest, from, 2).is_some_and(|part| part < below);
    (1900..=2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && clock(0, 24)
        && clock(2, 60)
        && clock(4, 60)
}

/// Begins as an ISO date does; what is one was told apart before.
fn dashed(bytes: &[u8]) -> bool {
    let parts = digits(bytes, 0, 4).and(digits(bytes, 5, 2)).and(digits(bytes, 8, 2));
    parts.is_some() && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-')
}

fn slashed(bytes: &[u8]) -> bool {
    let date: Vec<&[u8]> = bytes
        .split(|&b| b == b' ' || b == b'T' || b == b',')
        .next()
        .unwrap_or(bytes)
        .split(|&b| b == b'/' || b == b'.' || b == b'-')
        .collect();
    let numbers = date.iter().all(|part| !part.is_empty() && part.len() <= 4 && part.iter().all(u8::is_ascii_digit));
    date.len() == 3 && numbers && date.iter().filter(|part| part.len() > 2).count() <= 1
}

const MONTHS: [&str; 24] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mär", "mai", "okt", "dez",
    "fév", "avr", "juin", "juil", "aoû", "déc", "ene", "dic",
];

fn worded(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    if text.len() > 48 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= 3);
    let years = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|run| run.len() == 4 || run.len() == 2 || run.len() == 1)
        .count();
    years >= 2 && words.map(str::to_lowercase).any(|word| MONTHS.iter().any(|month| word.starts_with(month)))
}

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;
