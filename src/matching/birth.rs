//! Dates of birth, in the notations that exports have.

/// A day of birth as `yyyymmdd`; 0 when it is not known.
pub type Day = u32;

/// How two days of birth are alike, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alike {
    /// The same day.
    Same,
    /// Day and month swapped.
    Swapped,
    /// One digit wrong, or two neighbours swapped.
    Slip,
    /// Two of year, month and day are the same.
    Part,
    /// The same year, and the first of January in one: whoever knows the year alone writes that.
    Year,
    /// Two different days.
    Other,
}

/// Which of two small numbers comes first in a column of dates such as `03/04/1980`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The day.
    #[default]
    DayFirst,
    /// The month, as in the United States.
    MonthFirst,
}

/// The numbers of a date, in the order in which they stand.
fn parts(text: &str) -> Option<[u32; 3]> {
    let text = text.trim();
    let date = text.split(['T', ' ']).next().unwrap_or(text);
    let whole = date.chars().any(char::is_alphabetic) || date.matches(['-', '/', '.']).count() < 2;
    let date = if whole { text } else { date };
    if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) {
        return Some([date[..4].parse().ok()?, date[4..6].parse().ok()?, date[6..].parse().ok()?]);
    }
    let mut numbers = [0; 3];
    let mut count = 0;
    for part in date.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).take(3) {
        numbers[count] = match part.parse() {
            Ok(number) => number,
            Err(_) => month(part)?,
        };
        count += 1;
    }
    (count == 3).then_some(numbers)
}

/// How the months begin in English, German, Dutch, French, Spanish, Italian and Portuguese.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen"],
    &["feb", "fév", "fev"],
    &["mar", "mär", "mae", "mrt", "maa"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mei", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "aou", "ago"],
    &["sep", "set"],
    &["oct", "okt", "ott", "out"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

fn month(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    // A month by its name is told from a day: it is over any day's number.
    let named = (101..).zip(MONTHS).find(|(_, heads)| heads.iter().any(|head| word.starts_with(head)));
    named.map(|(number, _)| number)
}

/// A day that stands as a number: days since the end of 1899 as in spreadsheets, or seconds or milliseconds since 1970.
fn counted(text: &str) -> Option<Day> {
    let number: i64 = text.parse().ok()?;
    let seconds = match text.trim_start_matches('-').len() {
        5 => (number - 25_569) * 86_400,
        7..=10 => number,
        11..=13 => number.div_euclid(1000),
        _ => return None,
    };
    let date = jiff::Timestamp::from_second(seconds).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date();
    let part = |number: i8| u32::try_from(number).ok();
    real(u32::try_from(date.year()).ok()?, part(date.month())?, part(date.day())?)
}

fn real(year: u32, month: u32, day: u32) -> Option<Day> {
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day) && (1880..=2100).contains(&year);
    let stands_for_none = matches!((year, month, day), (1900 | 1901 | 1970 | 2000, 1, 1) | (1899, 12, 30 | 31));
    (fits && !stands_for_none).then_some(year * 10_000 + month * 100 + day)
}

/// The order of day and month that a column shows: the one under which every date is one.
pub fn order<'a>(texts: impl Iterator<Item = &'a str>) -> Order {
    let (mut day_first, mut month_first) = (0_u64, 0_u64);
    for [one, two, three] in texts.filter_map(parts) {
        if three > 31 && one <= 31 && two <= 31 {
            day_first += u64::from(one > 12);
            month_first += u64::from(two > 12);
        }
    }
    if month_first > day_first { Order::MonthFirst } else { Order::DayFirst }
}

/// Reads a day of birth; nothing for what is none, and for days that stand for no day.
pub fn day(text: &str, order: Order) -> Option<Day> {
    let Some(numbers) = parts(text) else { return counted(text.trim()) };
    let (year, month, day) = match numbers {
        [month, day, year] | [day, month, year] if (101..=112).contains(&month) => (year, month - 100, day),
        [year, month, day] if year > 31 => (year, month, day),
        [one, two, year] => match order {
            Order::MonthFirst if one <= 12 => (year, one, two),
            Order::MonthFirst => (year, two, one),
            Order::DayFirst if two <= 12 => (year, two, one),
            Order::DayFirst => (year, one, two),
        },
    };
    let year = if year < 100 { if year > 30 { 1900 + year } else { 2000 + year } } else { year };
    real(year, month, day).or_else(|| counted(text.trim()))
}

/// How two days are alike.
pub fn alike(one: Day, other: Day) -> Alike {
    if one == other {
        return Alike::Same;
    }
    let cut = |day: Day| (day / 10_000, day / 100 % 100, day % 100);
    let ((year, month, day), (other_year, other_month, other_day)) = (cut(one), cut(other));
    if year == other_year && month == other_day && day == other_month {
        return Alike::Swapped;
    }
    if year == other_year && ((month, day) == (1, 1) || (other_month, other_day) == (1, 1)) {
        return Alike::Year;
    }
    let digits = |day: Day| {
        let mut digits = [0; 8];
        let mut rest = day;
        for slot in digits.iter_mut().rev() {
            *slot = rest % 10;
            rest /= 10;
        }
        digits
    };
    let (a, b) = (digits(one), digits(other));
    let mut unequal = (0..8).filter(|at| a[*at] != b[*at]);
    let slip = match (unequal.next(), unequal.next(), unequal.next()) {
        (Some(_), None, None) => true,
        (Some(i), Some(j), None) => j == i + 1 && a[i] == b[j] && a[j] == b[i],
        _ => false,
    };
    if slip {
        return Alike::Slip;
    }
    let same = [year == other_year, month == other_month, day == other_day].into_iter().filter(|same| *same).count();
    if same == 2 { Alike::Part } else { Alike::Other }
}

#[cfg(test)]
mod tests {
    use super::{Alike, Order, alike, day, order};

    #[test]
    fn days_are_read_in_the_notations_of_exports() {
        let table = [
            ("1984-02-29", Some(19_840_229)),
            ("29.02.1984", Some(19_840_229)),
            ("29/02/84", Some(19_840_229)),
            ("1984-02-29T00:00:00Z", Some(19_840_229)),
            ("19840229", Some(19_840_229)),
            ("29 Feb 1984", Some(19_840_229)),
            ("Feb 29, 1984", Some(19_840_229)),
            ("29. Februar 1984", Some(19_840_229)),
            ("1 März 1984", Some(19_840_301)),
            ("14 août 1984", Some(19_840_814)),
            ("446860800", Some(19_840_229)),
            ("446860800000", Some(19_840_229)),
            ("-315619201", Some(19_591_231)),
            ("30741", Some(19_840_229)),
            ("0", None),
            ("1234", None),
            ("1900-01-01", None),
            ("1970-01-01", None),
            ("unknown", None),
            ("1984-13-40", None),
        ];
        for (text, wanted) in table {
            assert_eq!(day(text, Order::DayFirst), wanted, "{text}");
        }
        assert_eq!(day("02/29/1984", Order::MonthFirst), Some(19_840_229));
        assert_eq!(order(["02/28/1984", "03/04/1980"].into_iter()), Order::MonthFirst);
        assert_eq!(order(["28/02/1984", "03/04/1980"].into_iter()), Order::DayFirst);
    }

    #[test]
    fn near_days_are_told_apart() {
        let table = [
            (19_840_229, 19_840_229, Alike::Same),
            (19_840_203, 19_840_302, Alike::Swapped),
            (19_840_203, 19_840_213, Alike::Slip),
            (19_840_203, 19_480_203, Alike::Slip),
            (19_840_203, 19_921_203, Alike::Other),
            (19_840_203, 19_920_203, Alike::Part),
            (19_840_203, 19_840_101, Alike::Year),
            (19_840_203, 19_850_101, Alike::Other),
            (19_550_419, 19_840_203, Alike::Other),
        ];
        for (one, other, wanted) in table {
            assert_eq!(alike(one, other), wanted, "{one} {other}");
        }
    }
}
