//! Two times are the same, apart in a named way, or not compared at all.

use super::{Apart, Clocks, Compared, Instants, Meaning, is_one};
use crate::facts::Column;
use crate::frames::time::{instant, zone};

fn asked(zone: Option<&str>, meaning: Meaning) -> Instants {
    let column = |dataset: &str| Column { dataset: dataset.to_owned(), index: 0 };
    Instants {
        left: column("zoho.contacts"),
        left_zone: zone.map(str::to_owned),
        right: column("customerio.people"),
        right_zone: None,
        meaning,
        missing: vec!["1714577744".to_owned()],
        fresh: None,
    }
}

fn apart(shift: Option<i16>, read_at: Option<i16>) -> Compared {
    Compared::Apart(Apart { shift, read_at })
}

fn assert_compares(asked: &Instants, table: &[(&str, &str, Compared)]) {
    let clocks = Clocks::new(asked);
    for (left, right, wanted) in table {
        assert_eq!(clocks.compare(left, right), *wanted, "{left} against {right}");
    }
}

#[test]
fn instants_are_the_same_or_apart_by_hours() {
    // 2026-05-01T08:00:00Z is 1777622400.
    assert_compares(
        &asked(Some("Europe/Berlin"), Meaning::Moment),
        &[
            ("2026-05-01 10:00:00", "1777622400", Compared::Same),
            ("2026-05-01 10:00:00", "1777622460", Compared::Same),
            ("2026-05-01 10:00:00", "1777622461", apart(None, None)),
            ("2026-05-01 10:00:00", "1777629600", apart(Some(120), Some(0))),
            ("2026-05-01 10:00:00", "2026-05-01T10:00:00Z", apart(Some(120), Some(0))),
            ("2026-05-01 10:00:00", "1777618800", apart(Some(-60), Some(180))),
            ("2026-05-01T10:00:00+02:00", "1777629600", apart(Some(120), None)),
            ("2026-05-01 10:00:00", "1777622400000", Compared::Same),
            // Reads as at UTC+05:30.
            ("2026-05-01 10:00:00", "1777609800", apart(Some(-210), Some(330))),
            ("2026-05-01 10:00:00", "1777708800", apart(None, None)),
            // Read in New York, in winter and in summer.
            ("2026-01-14 10:00:00", "1768402800", apart(Some(360), Some(-300))),
            ("2026-05-01 10:00:00", "1777644000", apart(Some(360), Some(-240))),
            // Half an hour off, and a delay of an hour and a half.
            ("2026-05-01T10:00:00+02:00", "1777642200", apart(Some(330), None)),
            ("2026-05-01T10:00:00+02:00", "1777601700", apart(Some(-345), None)),
            ("2026-05-01T10:00:00+02:00", "1777627800", apart(None, None)),
            ("2026-05-01 10:00:00", "1777627800", apart(None, None)),
            // Kathmandu is not as far from Berlin as any zone from UTC.
            ("2026-01-14 10:00:00", "1768364100", apart(Some(-285), Some(345))),
            // A quarter of an hour late: no zone is at UTC+01:45.
            ("2026-05-01 10:00:00", "1777623300", apart(None, None)),
        ],
    );
}

#[test]
fn what_is_not_sure_is_not_compared() {
    assert_compares(
        &asked(Some("Europe/Berlin"), Meaning::Moment),
        &[
            ("2025-10-26 02:30:00", "1777622400", Compared::Unsure),
            ("2026-03-29 02:30:00", "1777622400", Compared::Unsure),
            ("03/04/2026", "1777622400", Compared::Unsure),
            ("1970-01-01 00:00:00", "1777622400", Compared::Unsure),
            ("2026-05-01 10:00:00", "0", Compared::Unsure),
            ("2026-05-01 10:00:00", "2026-05-01", Compared::Unsure),
            ("2026-05-01 10:00:00", "1714577744", Compared::Unsure),
            ("", "1777622400", Compared::Unsure),
            ("2026-05-01 10:00:00", "2026-05-01 10:00:00", Compared::Unplaced { right: true }),
        ],
    );
    let open = asked(None, Meaning::Moment);
    assert_compares(&open, &[("2026-05-01 10:00:00", "1777622400", Compared::Unplaced { right: false })]);
}

#[test]
fn a_day_holds_its_hours_in_utc_and_in_its_zone() {
    // 2026-05-01T00:00:00Z is 1777593600, and the day begins two hours before that in Berlin.
    let table = [
        ("2026-05-01", "1777593600", Compared::Same),
        ("2026-05-01", "1777586400", Compared::Same),
        ("2026-05-01", "1777679999", Compared::Same),
        ("2026-05-01", "1777586399", apart(None, None)),
        ("2026-05-01", "1777680000", apart(None, None)),
    ];
    assert_compares(&asked(Some("Europe/Berlin"), Meaning::Moment), &table);
    let table = [("2026-05-01", "1777586399", Compared::Same), ("2026-05-01", "1777507200", apart(None, None))];
    assert_compares(&asked(None, Meaning::Moment), &table);
    let table = [("2026-05-01 10:00:00", "1777629600", Compared::Same), ("soon", "1777629600", Compared::Unsure)];
    assert_compares(&asked(Some("Europe/Berlin"), Meaning::Day), &table);
}

#[test]
fn days_on_both_sides_are_days() {
    for meaning in [Meaning::Moment, Meaning::Day, Meaning::Calendar { birthday: true }] {
        assert_compares(
            &asked(None, meaning),
            &[
                ("2026-05-01", "2026-05-01", Compared::Same),
                ("2026-05-01", "2026-05-02", apart(None, None)),
                ("2026-05-01", "", Compared::Unsure),
                ("2026-05-01", "01.05.2026", Compared::Unsure),
            ],
        );
    }
    let table =
        [("2026-05-01", "1777507200", Compared::Unsure), ("2026-05-01 10:00:00", "2026-05-02", Compared::Unsure)];
    assert_compares(&asked(Some("Europe/Berlin"), Meaning::Calendar { birthday: true }), &table);
    let born = |birthday| asked(None, Meaning::Calendar { birthday });
    assert_compares(&born(true), &[("1970-01-01", "1970-01-02", apart(None, None))]);
    assert_compares(&born(true), &[("1987-05-03", "1900-01-01", Compared::Unsure)]);
    assert_compares(&born(false), &[("1970-01-01", "1970-01-02", Compared::Unsure)]);
}

#[test]
fn moments_that_are_surely_one_are_the_same_at_a_second_look() {
    let times = [
        "",
        "none",
        "0",
        "1970-01-01",
        "1970-01-01T00:00:00Z",
        "1970-01-01T23:59:59-15:59",
        "1970-01-02T23:59:59Z",
        "172799",
        "172800",
        "1970-01-03",
        "1970-01-03T00:00:00Z",
        "1969-12-31T23:59:59+14:00",
        "1899-12-30T00:00:00Z",
        "2026-05-01 10:00:00",
        "2026-05-01T08:00:00Z",
        "1777622400",
        "1777622400000",
        "2026-05-01T10:00:60+02:00",
        "2026-04-30T24:00:00Z",
        "2026-05-01",
        "1777593600",
        "2026-10-25 02:30:00",
        "2026-03-29 02:30:00",
        "2106-02-07T06:28:15Z",
        "4294967295",
        "4294967296",
        "9999-12-31T00:00:00Z",
        "253402214400",
        "253402300799000",
    ];
    for name in [None, Some("Europe/Berlin"), Some("Pacific/Kiritimati")] {
        let asked = Instants { missing: vec!["none".to_owned()], ..asked(name, Meaning::Moment) };
        let (clocks, zone, mut found) = (Clocks::new(&asked), name.and_then(zone), 0);
        for (left, right) in times.iter().flat_map(|left| times.iter().map(move |right| (left, right))) {
            if is_one(instant(left, zone.as_ref()), instant(right, None)) {
                assert_eq!(clocks.compare(left, right), Compared::Same, "{left} against {right} in {name:?}");
                found += 1;
            }
        }
        assert!(found >= 12, "{found} in {name:?}");
    }
}
