//! Two times are the same, apart in a named way, or not compared at all.

use super::{Apart, Clocks, Compared, Instants};
use crate::facts::Column;

fn asked(zone: Option<&str>, by_day: bool) -> Instants {
    let column = |dataset: &str| Column { dataset: dataset.to_owned(), index: 0 };
    Instants {
        left: column("zoho.contacts"),
        left_zone: zone.map(str::to_owned),
        right: column("customerio.people"),
        right_zone: None,
        by_day,
        missing: vec!["1714577744".to_owned()],
        fresh: None,
    }
}

fn apart(hours: Option<i8>, read_at: Option<i16>) -> Compared {
    Compared::Apart(Apart { hours, read_at })
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
        &asked(Some("Europe/Berlin"), false),
        &[
            ("2026-05-01 10:00:00", "1777622400", Compared::Same),
            ("2026-05-01 10:00:00", "1777622460", Compared::Same),
            ("2026-05-01 10:00:00", "1777622461", apart(None, None)),
            ("2026-05-01 10:00:00", "1777629600", apart(Some(2), Some(0))),
            ("2026-05-01 10:00:00", "2026-05-01T10:00:00Z", apart(Some(2), Some(0))),
            ("2026-05-01 10:00:00", "1777618800", apart(Some(-1), Some(180))),
            ("2026-05-01T10:00:00+02:00", "1777629600", apart(Some(2), None)),
            ("2026-05-01 10:00:00", "1777622400000", Compared::Same),
            // Reads as at UTC+05:30.
            ("2026-05-01 10:00:00", "1777609800", apart(None, Some(330))),
            ("2026-05-01 10:00:00", "1777708800", apart(None, None)),
            // A quarter of an hour late: no zone is at UTC+01:45.
            ("2026-05-01 10:00:00", "1777623300", apart(None, None)),
        ],
    );
}

#[test]
fn what_is_not_sure_is_not_compared() {
    assert_compares(
        &asked(Some("Europe/Berlin"), false),
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
    let open = asked(None, false);
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
    assert_compares(&asked(Some("Europe/Berlin"), false), &table);
    let table = [("2026-05-01", "1777586399", Compared::Same), ("2026-05-01", "1777507200", apart(None, None))];
    assert_compares(&asked(None, false), &table);
    let table = [("2026-05-01 10:00:00", "1777629600", Compared::Same), ("soon", "1777629600", Compared::Unsure)];
    assert_compares(&asked(Some("Europe/Berlin"), true), &table);
}
