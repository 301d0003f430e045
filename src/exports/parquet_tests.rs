//! Tests of the Parquet reader: every type as text, slices, and broken files.
#![allow(clippy::unwrap_used)]

use polars::prelude::{DataType, IntoColumn, NamedFrom, ParquetWriter, Series, TimeUnit, TimeZone, df};

use super::super::testing::{Folder, all, column, labels, only, request};
use super::{decimal, write_float};

fn bytes(frame: &mut polars::prelude::DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(frame).unwrap();
    bytes
}

#[test]
fn every_type_becomes_text() {
    let mut frame = df!(
        "n" => [Some(9_007_199_254_740_993_i64), None],
        "b" => [true, false],
        "f" => [0.1, 12500.0],
        "s" => [Some("Chloé"), None],
    )
    .unwrap();
    let moments = Series::new("at".into(), [1_779_350_400_000_000_i64, 1_779_350_400_500_000])
        .cast(&DataType::Datetime(TimeUnit::Microseconds, None))
        .unwrap();
    let days = Series::new("day".into(), [20_594_i32, 0]).cast(&DataType::Date).unwrap();
    let zoned =
        moments.clone().with_name("utc".into()).cast(&DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)));
    let lists = Series::new("tags".into(), [Series::new("".into(), ["a\"", "b"]), Series::new("".into(), ["c"])]);
    for series in [moments, days, lists, zoned.unwrap()] {
        frame.with_column(series.into_column()).unwrap();
    }
    let folder = Folder::new();
    let dataset = folder.one("x.parquet", bytes(&mut frame));
    assert_eq!(labels(&dataset), ["n", "b", "f", "s", "at", "day", "tags", "utc"]);
    let expected = [
        "9007199254740993|true|0.1|Chloé|2026-05-21T08:00:00|2026-05-21|[\"a\\\"\",\"b\"]|2026-05-21T08:00:00Z",
        "|false|12500||2026-05-21T08:00:00.5|1970-01-01|[\"c\"]|2026-05-21T08:00:00.5Z",
    ];
    let (rows, report) = all(&dataset);
    assert_eq!(rows, expected);
    assert_eq!(report.encoding, "Parquet");
    assert_eq!(super::datetime(1_779_350_400, TimeUnit::Milliseconds, true), "1970-01-21T14:15:50.4Z");
    let path = folder.zip("x.zip", &[("t/x.parquet", &bytes(&mut frame))]);
    assert_eq!(all(&only(&request(path))).0, expected);
}

#[test]
fn ids_that_came_through_a_float_show_it() {
    let mut frame = df!(
        "zoho_contact_id" => [Some(5_725_767_000_004_101_003.0), None],
        "Order No" => [1_234_567.0, 5e17],
        "amount" => [5_725_767_000_004_101_003.0, 12500.0],
        "cio_id" => [Some(7.0), None],
    )
    .unwrap();
    let folder = Folder::new();
    let path = folder.write("x.parquet", bytes(&mut frame));
    let declared = super::super::Request { key: Some("order_no".into()), ..request(path.clone()) };
    let expected = ["5.725767000004101e18|1234567.0|5725767000004101000|7", "|5e17|12500|"];
    assert_eq!(all(&only(&declared)).0, expected);
    assert_eq!(column(&only(&request(path)), "Order No"), ["1234567", "500000000000000000"]);
}

#[test]
fn long_files_are_read_in_slices() {
    let numbers: Vec<u32> = (0..150_000).collect();
    let mut frame = df!("n" => numbers).unwrap();
    let folder = Folder::new();
    let dataset = folder.one("n.parquet", bytes(&mut frame));
    let found = column(&dataset, "n");
    assert_eq!(found.len(), 150_000);
    assert!(found.iter().enumerate().all(|(at, cell)| *cell == at.to_string()));
}

#[test]
fn broken_files_are_refused() {
    let folder = Folder::new();
    let whole = bytes(&mut df!("n" => [1, 2, 3]).unwrap());
    let expected = "h.parquet is a corrupt or half-written Parquet file";
    assert_eq!(folder.fault("h.parquet", &whole[..whole.len() / 2]), expected);
    let mut bent = whole.clone();
    let middle = whole.len() / 2;
    bent[middle..middle + 40].fill(0xff);
    assert_eq!(folder.fault("h.parquet", bent), expected);
    assert_eq!(folder.fault("h.parquet", b"PAR1"), expected);
}

#[test]
fn numbers_are_written_exactly() {
    assert_eq!((decimal(-5, 2), decimal(1234, 2), decimal(7, 0)), ("-0.05".into(), "12.34".into(), "7".into()));
    let mut out = String::new();
    write_float(&format!("{}", 1e300), &format!("{:e}", 1e300), &mut out);
    assert_eq!(out, "1e300");
}
