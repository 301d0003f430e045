//! Differences of pairs become habits of a zone, and words for people.

use super::{cells, label, misread_at, offset_names};
use crate::facts::{Apart, Differences, Tally};

fn found(compared: u64, apart: &[(Option<i16>, Option<i16>, u64)]) -> Differences {
    let tally = |rows| Tally { rows, ..Tally::default() };
    let apart = apart.iter().map(|(shift, read_at, rows)| (Apart { shift: *shift, read_at: *read_at }, tally(*rows)));
    Differences { pairs: compared, compared, apart: apart.collect(), ..Differences::default() }
}

#[test]
fn a_habit_is_a_zone_and_a_few_pairs_are_none() {
    // Read in UTC, a Berlin stamp is one hour off in winter and two in summer.
    let habit = found(8, &[(Some(60), Some(0), 2), (Some(120), Some(0), 3), (Some(300), Some(-180), 1)]);
    assert_eq!(misread_at(&habit), [0]);
    assert_eq!((cells(&habit, "zone").len(), cells(&habit, "differ").len()), (2, 1));
    let half = found(10, &[(Some(60), Some(0), 2), (Some(120), Some(0), 3)]);
    assert_eq!((misread_at(&half).len(), cells(&half, "zone").len(), cells(&half, "differ").len()), (0, 0, 2));
    assert_eq!(misread_at(&found(4, &[(Some(120), Some(0), 4)])), [0; 0]);
    assert_eq!(misread_at(&found(6, &[(Some(120), None, 6)])), [0; 0], "stamps with an offset are not misread");
}

#[test]
fn winter_and_summer_are_one_zone() {
    // New York is six hours behind Berlin, and five in the weeks in which only one of them has summer time.
    let whole_year = found(10, &[(Some(360), Some(-300), 5), (Some(360), Some(-240), 4), (Some(300), Some(-240), 1)]);
    assert_eq!(misread_at(&whole_year), [-300, -240]);
    assert_eq!((cells(&whole_year, "zone").len(), cells(&whole_year, "differ").len()), (3, 0));
    let lopsided = found(10, &[(Some(360), Some(-300), 7), (Some(360), Some(-240), 1), (None, None, 2)]);
    assert_eq!((misread_at(&lopsided), cells(&lopsided, "differ").len()), (vec![-300, -240], 1));
    let apart = found(10, &[(Some(360), Some(-300), 4), (Some(480), Some(-420), 5)]);
    assert_eq!(misread_at(&apart), [0; 0], "two hours apart are two zones, and neither has most pairs");
    assert_eq!(misread_at(&found(10, &[(None, None, 10)])), [0; 0], "a delay of 90 minutes is no zone");
}

#[test]
fn differences_read_as_people_say_them() {
    let of = |shift| label(Apart { shift, read_at: None });
    assert_eq!(of(Some(60)), "1 hour later: a time zone");
    assert_eq!(of(Some(-120)), "2 hours earlier: a time zone");
    assert_eq!(of(Some(330)), "5 h 30 min later: a time zone");
    assert_eq!(of(Some(-345)), "5 h 45 min earlier: a time zone");
    assert_eq!(of(None), "other difference");
    let named: [&[i16]; 4] = [&[0], &[120], &[-330], &[-300, -240]];
    assert_eq!(named.map(offset_names), ["in UTC", "at UTC+02:00", "at UTC-05:30", "at UTC-05:00 or UTC-04:00"]);
}
