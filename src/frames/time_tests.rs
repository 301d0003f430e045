//! Forms of times are named for what they are; instants are certain or absent.

use super::{Stamp, classify, instant, written, zone};

#[test]
fn forms_are_named_for_what_they_are() {
    let table = [
        ("1714577744", Stamp::UnixSeconds),
        (" 9999999999 ", Stamp::UnixSeconds),
        ("1714577744000", Stamp::UnixMillis),
        ("1714577744000000", Stamp::UnixMicros),
        ("1714577744000000000", Stamp::UnixNanos),
        ("45413", Stamp::Serial),
        ("45413.3866", Stamp::Serial),
        ("0", Stamp::Zero),
        ("2026-02-14T09:12:44+01:00", Stamp::IsoOffset),
        ("2026-02-14T09:12:44.1234567Z", Stamp::IsoOffset),
        ("2026-02-14T09:12:44+0100", Stamp::IsoOffset),
        ("2026-02-14T09:12:44", Stamp::IsoLocal),
        ("2026-02-14 09:12:44", Stamp::SpaceLocal),
        ("2026-02-14", Stamp::Date),
        ("2026-02-30", Stamp::Impossible),
        ("20260214", Stamp::Compact),
        ("202602141030", Stamp::Compact),
        ("20260214103000", Stamp::Compact),
        ("20260214T103000", Stamp::Compact),
        ("20261350", Stamp::UnixSeconds),
        ("86400000", Stamp::UnixSeconds),
        ("31/03/2026", Stamp::Slashed),
        ("3/31/26 10:00", Stamp::Slashed),
        ("31.03.2026", Stamp::Slashed),
        ("Mar 3 2026", Stamp::Worded),
        ("Sat, 14 Feb 2026 09:12:44 +0100", Stamp::Worded),
        ("Oct 7, 2025 6:55 PM", Stamp::Worded),
        ("", Stamp::Other),
        ("12", Stamp::Other),
        ("soon", Stamp::Other),
        ("2026-02-14T25:00:00Z", Stamp::Impossible),
        ("2026-02-14T24:00:00", Stamp::IsoLocal),
        ("2026-02-14T24:00:00.000Z", Stamp::IsoOffset),
        ("2026-02-14T24:00:01", Stamp::Impossible),
        ("2026-02-14T24:00:00.001", Stamp::Impossible),
        ("2016-12-31T23:59:60Z", Stamp::IsoOffset),
        ("2016-12-31T23:59:61Z", Stamp::Impossible),
        ("253370764800", Stamp::UnixSeconds),
        ("253402300799", Stamp::UnixSeconds),
        ("253402300799.0", Stamp::UnixSeconds),
        ("253402300799999", Stamp::UnixMillis),
        ("253402300799000000", Stamp::UnixMicros),
        ("253370764799", Stamp::UnixMillis),
        ("253402300800", Stamp::UnixMillis),
        ("-253402300799", Stamp::UnixMillis),
    ];
    for (text, wanted) in table {
        assert_eq!(classify(text), wanted, "{text}");
    }
}

#[test]
fn instants_are_certain_or_absent() {
    let berlin = zone("Europe/Berlin");
    assert_eq!(instant("2026-02-14T09:12:44+01:00", None), Some(1_771_056_764));
    assert_eq!(instant("2026-02-14 09:12:44", berlin.as_ref()), Some(1_771_056_764));
    assert_eq!(instant("2026-02-14 09:12:44", None), None);
    assert_eq!(instant("2026-03-29 02:30:00", berlin.as_ref()), None, "an hour that does not exist");
    assert_eq!(instant("2025-10-26 02:30:00", berlin.as_ref()), None, "an hour that exists twice");
    assert_eq!(instant("1714577744999", None), Some(1_714_577_744));
    assert_eq!(instant("2016-12-31T23:59:60Z", None), None, "a second that Unix time does not count");
    assert_eq!(instant("2026-05-01T24:00:00Z", None), instant("2026-05-02T00:00:00Z", None));
    assert_eq!(instant("2026-05-01 24:00:00", berlin.as_ref()), instant("2026-05-02 00:00:00", berlin.as_ref()));
    assert_eq!(instant("9999-12-31T24:00:00Z", None), None, "beyond the calendar");
    for number in ["253402300799", "253402214400", "253370764800", "253402300799000", "253402300799000000"] {
        assert_eq!(instant(number, None), None, "{number} is of the year 9999");
    }
    for number in ["100000000000", "214577744000", "214577744000000"] {
        assert_eq!(instant(number, None), None, "{number} is of the seventies, or far off");
    }
    assert_eq!(instant("253402300800", None), Some(253_402_300), "beyond the calendar in seconds");
    assert_eq!(instant("-214577744000", None), Some(-214_577_744), "long before the calendar in seconds");
    assert_eq!(instant("03/04/2026", berlin.as_ref()), None);
    assert_eq!(instant("202602141030", berlin.as_ref()), None);
    assert_eq!(written("2026-06-01"), Some(1_780_272_000));
    assert_eq!(written("tomorrow"), None);
}
