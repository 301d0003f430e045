//! How the oracle reads a time: a cell's text in, its form and the second it surely means out. Written from what the
//! forms are, not from the code that is tested with it.

use crate::time::{DAY, berlin, day_number};

/// The form of a text that may be a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    Seconds,
    Millis,
    Micros,
    Nanos,
    Serial,
    Zero,
    /// `2026-03-31T10:15:22+02:00`
    Offset,
    /// As before with seven to nine digits behind the second.
    FineOffset,
    /// As before without a colon in the offset.
    BareOffset,
    /// `2026-03-31T10:15:22`
    Local,
    /// `2026-03-31 10:15:22`
    Space,
    Date,
    /// Numbers with slashes or dots.
    Numbers,
    /// With the name of a month.
    Words,
    /// As an ISO date, but no day of the calendar.
    Impossible,
    /// No time at all.
    Other,
}

impl Form {
    /// A count of milliseconds, microseconds, nanoseconds or days where seconds belong.
    pub(crate) fn is_unit(self) -> bool {
        matches!(self, Self::Millis | Self::Micros | Self::Nanos | Self::Serial)
    }

    /// ISO 8601 with an offset, in any of its spellings.
    pub(crate) fn has_offset(self) -> bool {
        matches!(self, Self::Offset | Self::FineOffset | Self::BareOffset)
    }

    /// A date and a time of the day, but no zone.
    pub(crate) fn is_zoneless(self) -> bool {
        matches!(self, Self::Local | Self::Space)
    }
}

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) form: Form,
    /// The second it surely means, in the zone of Berlin where it carries none.
    pub(crate) sure: Option<i64>,
    /// The day on the calendar that it writes.
    pub(crate) day: Option<i64>,
    /// Whether Berlin's clocks repeat or skip the hour it writes.
    pub(crate) unsure_hour: bool,
}

impl Stamp {
    fn of(form: Form, sure: Option<i64>) -> Self {
        Self { form, sure, day: None, unsure_hour: false }
    }

    /// A day that stands for no day: the first of Unix time, of spreadsheets, of databases.
    pub(crate) fn is_fake(&self) -> bool {
        let fake = [day_number(1970, 1, 1), day_number(1899, 12, 30), day_number(1900, 1, 1), day_number(1, 1, 1)];
        let source_only = [day_number(1899, 12, 31), day_number(9999, 12, 31)];
        let day = self.day.or_else(|| self.sure.map(|second| second.div_euclid(DAY)));
        self.form == Form::Zero || day.is_some_and(|day| fake.contains(&day) || source_only.contains(&day))
    }
}

fn number(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Reads a cell.
pub(crate) fn read(text: &str) -> Stamp {
    let text = text.trim();
    if let Some(stamp) = counted(text) {
        return stamp;
    }
    if let Some(stamp) = iso(text) {
        return stamp;
    }
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    if parts.len() == 3 && parts.iter().all(|part| number(part).is_some()) {
        return Stamp::of(Form::Numbers, None);
    }
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = text.to_lowercase();
    let named = months.iter().any(|month| lower.split(' ').any(|word| word.starts_with(month)));
    let dated = named && text.contains(|letter: char| letter.is_ascii_digit());
    Stamp::of(if dated { Form::Words } else { Form::Other }, None)
}

/// A count of seconds or of something else.
fn counted(text: &str) -> Option<Stamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let value = number(whole)?;
    number(fraction)?;
    Some(match whole.len() {
        1 if value == 0 => Stamp::of(Form::Zero, None),
        5 => Stamp::of(Form::Serial, None),
        6..=11 => Stamp::of(Form::Seconds, Some(value)),
        12..=14 => Stamp::of(Form::Millis, Some(value.div_euclid(1_000))),
        15..=17 => Stamp::of(Form::Micros, Some(value.div_euclid(1_000_000))),
        18.. => Stamp::of(Form::Nanos, Some(value.div_euclid(1_000_000_000))),
        _ => Stamp::of(Form::Other, None),
    })
}

fn iso(text: &str) -> Option<Stamp> {
    let (year, month, day) = (number(text.get(..4)?)?, number(text.get(5..7)?)?, number(text.get(8..10)?)?);
    if text.get(4..5)? != "-" || text.get(7..8)? != "-" {
        return None;
    }
    let number_of_day = day_number(year, month, day);
    if crate::time::civil(number_of_day) != (year, month, day) {
        return Some(Stamp::of(Form::Impossible, None));
    }
    let rest = &text[10..];
    if rest.is_empty() {
        return Some(Stamp { day: Some(number_of_day), ..Stamp::of(Form::Date, None) });
    }
    let clock = rest.get(1..9)?;
    let (hour, minute, second) = (number(&clock[..2])?, number(&clock[3..5])?, number(&clock[6..])?);
    let local = number_of_day * DAY + hour * 3_600 + minute * 60 + second;
    let (fraction, zone) = tail(&rest[9..]);
    let stamp = if zone.is_empty() {
        let meant = moments(local);
        let form = if rest.starts_with('T') { Form::Local } else { Form::Space };
        let sure = if let [only] = meant[..] { Some(only) } else { None };
        Stamp { unsure_hour: sure.is_none(), ..Stamp::of(form, sure) }
    } else {
        let form = match (zone.contains(':') || zone == "Z", fraction >= 7) {
            (false, _) => Form::BareOffset,
            (true, true) => Form::FineOffset,
            (true, false) => Form::Offset,
        };
        Stamp::of(form, Some(local - offset(zone)))
    };
    Some(Stamp { day: Some(number_of_day), ..stamp })
}

/// How many digits stand behind the second, and what follows them.
fn tail(rest: &str) -> (usize, &str) {
    let Some(fraction) = rest.strip_prefix('.') else { return (0, rest) };
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    (digits, &fraction[digits..])
}

/// Seconds east of UTC: `+02:00`, `+0200`, `Z`.
fn offset(zone: &str) -> i64 {
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = digits.split_at(digits.len().min(2));
    let seconds = number(hours).unwrap_or(0) * 3_600 + number(minutes).unwrap_or(0) * 60;
    if zone.starts_with('-') { -seconds } else { seconds }
}

/// The moments at which Berlin's clocks show a local time: one, or two, or none.
fn moments(local: i64) -> Vec<i64> {
    [7_200, 3_600].into_iter().map(|ahead| local - ahead).filter(|moment| local - moment == berlin(*moment)).collect()
}
