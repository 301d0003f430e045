//! Readings of dates and clocks are named for what they are.

use jiff::civil::Date;

use super::{Reading, Zone, default_day, sense};
use crate::frames::time::{Stamp, Written, instant, zone};

fn as_utc(text: &str) -> Option<i64> {
    Written::of(text).as_utc()
}

fn written_day(text: &str) -> Option<Date> {
    Written::of(text).day()
}

fn assert_reads(reading: &Reading, table: &[(&str, &str)]) {
    for (text, wanted) in table {
        assert_eq!(reading.of(&Written::of(text)), *wanted, "{text}");
    }
}

#[test]
fn day_and_month_are_told_apart_or_left_open() {
    assert_reads(
        &Reading::Order,
        &[
            ("31/03/2026", sense::DAY_FIRST[0]),
            ("3/31/26 10:00", sense::MONTH_FIRST[0]),
            ("03/04/2026", sense::EITHER[0]),
            ("3/4/26, 10:15 AM", sense::EITHER[0]),
            ("04/04/2026", sense::PLAIN),
            ("31-03-2026", sense::DAY_FIRST[1]),
            ("03-31-2026", sense::MONTH_FIRST[1]),
            ("03-04-2026", sense::EITHER[1]),
            ("03.04.2026", sense::PLAIN),
            ("2026/03/04", sense::PLAIN),
            ("2026-03-04", sense::PLAIN),
            ("99/03/04", sense::PLAIN),
            ("03/04-2026", sense::PLAIN),
            ("00/04/2026", sense::PLAIN),
            ("Mar 3 2026", sense::PLAIN),
        ],
    );
}

#[test]
fn forms_that_converters_leave_behind_are_apart() {
    assert_reads(
        &Reading::Form { birthday: false },
        &[
            ("1714577744", "Unix seconds"),
            ("2026-02-14T09:12:44Z", "ISO 8601 with offset"),
            ("2026-02-14T09:12:44.123+01:00", "ISO 8601 with offset"),
            ("2026-02-14T09:12:44.1234567Z", sense::LONG_FRACTION),
            ("2026-02-14T09:12:44.123456789", sense::LONG_FRACTION),
            ("2026-02-14T09:12:44+0100", sense::BARE_OFFSET),
            ("2026-02-14T09:12-05", sense::BARE_OFFSET),
            ("2026-02-14T09:12:44", "ISO 8601 without offset"),
            ("2026-02-14", "date"),
            ("0", sense::DEFAULT),
            ("1970-01-01", sense::DEFAULT),
            ("soon", "no date"),
        ],
    );
    assert_eq!(Reading::Form { birthday: true }.of(&Written::of("1970-01-01")), "date");
}

#[test]
fn days_that_stand_for_none_are_known() {
    let table = [
        ("1970-01-01", Some("1970-01-01")),
        ("1970-01-01 12:30:00", Some("1970-01-01")),
        ("1969-12-31T19:00:00-05:00", Some("1970-01-01")),
        ("1970-01-01T00:00:00+02:00", Some("1970-01-01")),
        ("1970-01-02", None),
        ("1899-12-30", Some("1899-12-30")),
        ("1899-12-31 00:00:00", Some("1899-12-31")),
        ("1900-01-01", Some("1900-01-01")),
        ("0001-01-01T00:00:00", Some("0001-01-01")),
        ("9999-12-31", Some("9999-12-31")),
        ("253402300799", Some("9999-12-31")),
        ("253402214400", Some("9999-12-31")),
        ("253370764800", Some("9999-12-31")),
        ("253402300799000", Some("9999-12-31")),
        ("253370764799", None),
        ("-2209161600", Some("1899-12-30")),
        ("1714577744", None),
        ("1/1/1970", None),
        ("", None),
    ];
    for (text, wanted) in table {
        assert_eq!(default_day(text), wanted, "{text}");
    }
    let profile = Reading::Default { birthday: false };
    assert_reads(&profile, &[("0", "zero"), ("1970-01-01", "1970-01-01"), ("9999-12-31", sense::PLAIN)]);
    assert_reads(&profile, &[("253402300799", "9999-12-31"), ("253370764800", "9999-12-31")]);
    let birthday = Reading::Default { birthday: true };
    let table = [("0", "zero"), ("1970-01-01", sense::PLAIN), ("1970-01-01T00:00:00Z", "1970-01-01")];
    assert_reads(&birthday, &table);
}

#[test]
fn what_cannot_be_is_named() {
    let right: &[Stamp] = &[Stamp::SpaceLocal, Stamp::Date];
    // 2026-06-02T00:00:00Z
    let latest = Some(1_780_358_400);
    let source = Reading::Plausible { profile: false, right, birthday: false, latest, zone: None };
    assert_reads(
        &source,
        &[
            ("2026-02-30", "impossible date"),
            ("1900-01-00", "impossible date"),
            ("1970-01-01 00:00:00", "1970-01-01"),
            ("1/1/1970", sense::PLAIN),
            ("253402300799", "9999-12-31"),
            ("1970-01-01T00:00:00Z", sense::PLAIN),
            ("2026-06-02", sense::PLAIN),
            ("2026-06-03", sense::FUTURE),
            ("2026-06-02 13:00:00", sense::PLAIN),
            ("2026-06-02 15:00:00", sense::FUTURE),
        ],
    );
    let zone = Zone::named("Europe/Berlin");
    let placed = Reading::Plausible { profile: false, right, birthday: true, latest, zone };
    let table = [("2026-06-02 01:59:00", sense::PLAIN), ("2026-06-02 02:01:00", sense::FUTURE)];
    assert_reads(&placed, &table);
    assert_reads(&placed, &[("1970-01-01", sense::PLAIN), ("1970-01-01 00:00:00", "1970-01-01")]);
    let right: &[Stamp] = &[Stamp::UnixSeconds];
    let profile = Reading::Plausible { profile: true, right, birthday: false, latest, zone: None };
    let table = [("1780358401", sense::FUTURE), ("1780358400", sense::PLAIN), ("2026-02-30", sense::PLAIN)];
    assert_reads(&profile, &table);
    assert_reads(&profile, &[("2030-01-01", sense::PLAIN), ("1780358401000", sense::PLAIN)]);
}

#[test]
fn hours_that_a_zone_repeats_or_skips_have_no_instant() {
    let table = [
        ("Europe/Berlin", "2026-03-29 01:59:59", sense::PLAIN, Some(1_774_745_999)),
        ("Europe/Berlin", "2026-03-29 02:00:00", sense::SKIPPED, None),
        ("Europe/Berlin", "2026-03-29T02:59:59", sense::SKIPPED, None),
        ("Europe/Berlin", "2026-03-29 03:00:00", sense::PLAIN, Some(1_774_746_000)),
        ("Europe/Berlin", "2025-10-26 01:59:59", sense::PLAIN, Some(1_761_436_799)),
        ("Europe/Berlin", "2025-10-26 02:00:00", sense::REPEATED, None),
        ("Europe/Berlin", "2025-10-26 02:59:59", sense::REPEATED, None),
        ("Europe/Berlin", "2025-10-26 03:00:00", sense::PLAIN, Some(1_761_444_000)),
        ("America/New_York", "2026-03-08 02:30:00", sense::SKIPPED, None),
        ("America/New_York", "2025-11-02 01:30:00", sense::REPEATED, None),
        // Half an hour only.
        ("Australia/Lord_Howe", "2026-04-05 01:45:00", sense::REPEATED, None),
        ("Australia/Lord_Howe", "2026-04-05 01:15:00", sense::PLAIN, Some(1_775_312_100)),
        ("Asia/Kolkata", "2026-03-29 02:30:00", sense::PLAIN, Some(1_774_731_600)),
        ("UTC", "2025-10-26 02:30:00", sense::PLAIN, Some(1_761_445_800)),
        // What carries its offset needs no zone, and a day has no hour.
        ("Europe/Berlin", "2025-10-26T02:30:00+02:00", sense::PLAIN, Some(1_761_438_600)),
        ("Europe/Berlin", "2026-03-29", sense::PLAIN, None),
    ];
    for (name, text, wanted, seconds) in table {
        let clock = Reading::Clock(Zone::named(name).expect("a zone of the list"));
        assert_eq!(clock.of(&Written::of(text)), wanted, "{text} in {name}");
        assert_eq!(instant(text, zone(name).as_ref()), seconds, "{text} in {name}");
    }
    assert_eq!(Zone::named("Europe/Berlln"), None);
}

#[test]
fn the_clock_is_read_without_its_zone() {
    assert_eq!(as_utc("2026-03-29 02:30:00"), Some(1_774_751_400));
    assert_eq!([as_utc("2026-03-29"), as_utc("2026-03-29T02:30:00Z"), as_utc("31/03/2026")], [None; 3]);
    let day = written_day("2026-03-29T23:30:00-05:00").map(|day| day.to_string());
    assert_eq!(day.as_deref(), Some("2026-03-29"));
    assert_eq!(written_day("29.03.2026"), None);
}
