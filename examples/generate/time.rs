//! Days, seconds and the ways in which systems write them. In: Unix seconds. Out: text.

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
/// The workspace's now: 2026-06-01T00:00:00Z.
pub(crate) const NOW: i64 = 1_780_272_000;
/// When the exports were taken: 2026-05-21T06:00:00Z.
pub(crate) const TAKEN: i64 = 1_779_343_200;
/// The months as English speakers shorten them.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Year, month and day of a day number (days since 1970-01-01).
pub(crate) fn civil(day: i64) -> (i64, i64, i64) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

/// The day number of a date.
pub(crate) fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

/// What Berlin's clocks are ahead of UTC, in seconds.
pub(crate) fn berlin(unix: i64) -> i64 {
    let (year, _, _) = civil(unix.div_euclid(DAY));
    let change = |month: i64| {
        let last = day_number(year, month, 31);
        // 1970-01-01 was a Thursday; Sunday is 0.
        (last - (last + 4).rem_euclid(7)) * DAY + 3_600
    };
    if (change(3)..change(10)).contains(&unix) { 7_200 } else { 3_600 }
}

fn clock(seconds: i64) -> String {
    let of_day = seconds.rem_euclid(DAY);
    format!("{:02}:{:02}:{:02}", of_day / 3_600, of_day / 60 % 60, of_day % 60)
}

/// `2026-03-31`
pub(crate) fn date(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2026-03-31 10:15:22`, as Zoho's screens show it in Berlin.
pub(crate) fn zoho(unix: i64) -> String {
    let local = unix + berlin(unix);
    format!("{} {}", date(local.div_euclid(DAY)), clock(local))
}

/// `2026-03-31T10:15:22+02:00`
pub(crate) fn iso(unix: i64) -> String {
    format!("{}+{:02}:00", zoho(unix).replace(' ', "T"), berlin(unix) / 3_600)
}

/// `2026-03-31T08:15:22Z`
pub(crate) fn zulu(unix: i64) -> String {
    format!("{}T{}Z", date(unix.div_euclid(DAY)), clock(unix))
}

/// A date in a form that a spreadsheet or a person gave it.
pub(crate) fn loose(day: i64, form: usize) -> String {
    let (year, month, of_month) = civil(day);
    let name = MONTHS[(month - 1) as usize];
    match form % 7 {
        0 => format!("{of_month:02}/{month:02}/{year}"),
        1 => format!("{name} {of_month} {year}"),
        2 => format!("{of_month:02}.{month:02}.{year}"),
        3 => format!("{name} {of_month}, {year} 6:55 PM"),
        4 => format!("{year}/{month:02}/{of_month:02}"),
        5 => format!("{of_month} {name} {year}"),
        _ => format!("{month}/{of_month}/{:02}", year % 100),
    }
}

/// The serial number a spreadsheet stores for a day.
pub(crate) fn serial(day: i64) -> i64 {
    day + 25_569
}
