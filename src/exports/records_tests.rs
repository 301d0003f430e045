//! Tests of the cutting: against a reader that looks at every byte, one by one and together.
#![allow(clippy::unwrap_used)]

use std::io::{self, Read};

use super::{Place, Records, Trouble};

fn cells(bytes: &[u8], places: &[Place]) -> Vec<String> {
    places.iter().map(|place| String::from_utf8_lossy(&bytes[place.range()]).into_owned()).collect()
}

fn cut(bytes: &[u8], newline: u8) -> (Vec<(u64, Vec<String>)>, bool, bool) {
    let mut records = Records::new(bytes, b',', newline);
    let mut found = Vec::new();
    while records.advance().unwrap() {
        let cut = records.current();
        found.push((records.start, cells(cut.bytes, cut.places)));
    }
    (found, records.crlf, records.unclosed)
}

/// Hands out so many bytes at a time.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(into.len());
        self.0.read(&mut into[..count])
    }
}

/// The records, cut together where they have so many cells and one by one where not; the lines of those alone whose line is
/// told. Every third time, those that stand together are parted.
fn together(bytes: &[u8], width: usize, drip: usize) -> (Vec<Option<u64>>, Vec<Vec<String>>) {
    let mut records = Records::new(Drip(bytes, drip), b',', b'\n');
    let (mut lines, mut found, mut times) = (Vec::new(), Vec::new(), 0);
    loop {
        if let Some(together) = records.advance_together(width).unwrap() {
            times += 1;
            if times % 3 == 0 {
                records.part(&together);
                continue;
            }
            let cut = records.current();
            assert_eq!(cut.places.len(), together.rows * width);
            lines.extend((0..together.rows).map(|at| (at == 0).then_some(together.line)));
            found.extend(cut.places.chunks(width).map(|own| cells(cut.bytes, own)));
        } else if records.advance().unwrap() {
            let cut = records.current();
            lines.push(Some(records.start));
            found.push(cells(cut.bytes, cut.places));
        } else {
            return (lines, found);
        }
    }
}

fn is_told(lines: &[Option<u64>], wanted: &[(u64, Vec<String>)]) -> bool {
    lines.len() == wanted.len() && lines.iter().zip(wanted).all(|(line, (own, _))| line.is_none_or(|line| line == *own))
}

fn lines(bytes: &[u8], newline: u8) -> Vec<(u64, usize)> {
    cut(bytes, newline).0.iter().map(|(line, cells)| (*line, cells.len())).collect()
}

#[test]
fn records_are_those_of_a_reader_that_looks_at_every_byte() {
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let pieces = [
        "a",
        "bc ",
        ",",
        ",",
        "\n",
        "\"",
        "\"d\"\"e\"",
        ",\"f,g\r\nh\",",
        "\"\"",
        "\r\n",
        "\",\"",
        "i\"j",
        "0123456789",
    ];
    for round in 0..30_000 {
        let bytes: Vec<u8> = match round % 2 {
            0 => (0..next(200)).map(|_| b"ab ,,\n\n\r\"\"\xc3"[next(11) as usize]).collect(),
            _ => (0..next(60)).flat_map(|_| pieces[next(13) as usize].bytes()).collect(),
        };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&bytes[..]);
        let wanted: Vec<Vec<String>> = reader
            .byte_records()
            .map(|record| record.unwrap().iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
            .collect();
        let shown = String::from_utf8_lossy(&bytes);
        let one_by_one = cut(&bytes, b'\n').0;
        let found: Vec<&Vec<String>> = one_by_one.iter().map(|(_, cells)| cells).collect();
        assert_eq!(found, wanted.iter().collect::<Vec<_>>(), "{round}: {shown:?}");
        let (lines, found) = together(&bytes, 1 + round % 4, [1, 7, 1 << 20][round % 3]);
        assert_eq!(found, wanted, "{round}: {shown:?}");
        assert!(is_told(&lines, &one_by_one), "{round}: {lines:?} {shown:?}");
    }
}

#[test]
fn records_that_stand_together_are_those_that_come_one_by_one() {
    // Several buffers of them, with each kind that is not cut together in between.
    let record = |at: usize| match at % 97 {
        13 => format!("{at},\"say \"\"hi\"\"\",c\r\n"),
        29 => format!("{at},two\n"),
        31 => format!("\n\r\n{at},\"a\nb\",c\n"),
        59 => format!("{at},\"{}\",{}\n", "long, ".repeat(at % 3_000), "x".repeat(at % 7)),
        _ => format!("{at},b{},\"c,{}\"\n", at * 7, at % 5),
    };
    let text = (0..40_000).map(record).fold(String::from("a,b,c\n"), |all, one| all + &one);
    let one_by_one = cut(text.as_bytes(), b'\n').0;
    assert_eq!(one_by_one.len(), 40_001);
    for drip in [1 << 20, 1_000] {
        let (lines, found) = together(text.as_bytes(), 3, drip);
        assert!(found.iter().eq(one_by_one.iter().map(|(_, cells)| cells)), "{drip}");
        assert!(is_told(&lines, &one_by_one), "{drip}");
        let untold = lines.iter().filter(|line| line.is_none()).count();
        assert!(untold > 20_000, "most are cut together: {untold}");
    }
}

#[test]
fn lines_are_counted_through_every_line_end_and_blank_lines() {
    assert_eq!(lines(b"a,b\n\n1,\"x\ny\"\n\n\n2,z\n", b'\n'), [(1, 2), (3, 2), (7, 2)]);
    assert_eq!(lines(b"a,b\r\n\r\n1,2\r\n3,4", b'\n'), [(1, 2), (3, 2), (4, 2)]);
    assert_eq!(lines(b"a,b\r\r1,2\r3,4\r", b'\r'), [(1, 2), (3, 2), (4, 2)]);
    assert!(cut(b"a,b\r\n1,2\r\n", b'\n').1);
    assert!(!cut(b"a,b\n1,2\r\n", b'\n').1);
}

#[test]
fn quotes_are_read_and_an_open_one_is_seen() {
    let (found, _, unclosed) = cut(b"a,b\n\"say \"\"hi\"\"\",5\" pipe\n", b'\n');
    assert_eq!(found[1].1, ["say \"hi\"", "5\" pipe"]);
    assert!(!unclosed);
    assert!(cut(b"a,b\n1,\"open\n2,3\n", b'\n').2);
    assert!(!cut(b"a,b\n1,\"shut\"", b'\n').2);
    assert!(!cut(b"a,b\n1,\"\"", b'\n').2);
    assert!(!cut(b"a,b\n1,5\"", b'\n').2);
}

#[test]
fn a_record_that_never_ends_is_stopped_with_little_memory() {
    let endless = b"a,b\n1,\"".chain(std::io::repeat(b'x'));
    let mut records = Records::new(endless, b',', b'\n');
    assert!(records.advance().unwrap());
    assert!(matches!(records.advance(), Err(Trouble::TooLong)));
    assert_eq!(records.start, 2);
    assert!(records.out.len() <= 64 << 20);
    let mut commas = Records::new(std::io::repeat(b','), b',', b'\n');
    assert!(matches!(commas.advance(), Err(Trouble::TooWide)));
    // Also where the whole line is at hand.
    let line = [b"a,b\n1,2\n", ",".repeat(70_000).as_bytes(), b"\n3,4\n"].concat();
    let mut wide = Records::new(&line[..], b',', b'\n');
    assert!(wide.advance().unwrap() && wide.advance().unwrap());
    assert!(matches!(wide.advance(), Err(Trouble::TooWide)));
}
