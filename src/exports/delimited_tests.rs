//! Tests of the delimited reader: encodings, delimiters, damage and what is refused.
#![allow(clippy::unwrap_used)]

use super::super::testing::{Folder, all, column, damage, labels, only, read, request};
use super::super::{DamageKind, Encoding, Request};

fn utf16(text: &str, big: bool, bom: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mark = bom.then_some(0xfeff);
    for unit in mark.into_iter().chain(text.encode_utf16()) {
        bytes.extend(if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
    }
    bytes
}

#[test]
fn encodings_are_recognised() {
    let folder = Folder::new();
    let text = "id,name\n1,Chloé\n";
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("plain", text.into(), "UTF-8"),
        ("ascii", "id,name\n1,Chlo\n".into(), "UTF-8"),
        ("bom", format!("\u{feff}{text}").into(), "UTF-8 with BOM"),
        ("le", utf16(text, false, true), "UTF-16 LE"),
        ("be", utf16(text, true, true), "UTF-16 BE"),
        ("le-no-bom", utf16(text, false, false), "UTF-16 LE"),
        ("be-no-bom", utf16(text, true, false), "UTF-16 BE"),
        ("windows", b"id,name\n1,Chlo\xe9\n".to_vec(), "Windows-1252"),
    ];
    for (name, bytes, encoding) in cases {
        let dataset = folder.one(&format!("{name}.csv"), bytes);
        assert_eq!(labels(&dataset), ["id", "name"], "{name}");
        let (rows, report) = all(&dataset);
        assert_eq!(rows, [if name == "ascii" { "1|Chlo" } else { "1|Chloé" }], "{name}");
        assert_eq!(report.encoding, encoding, "{name}");
        assert_eq!(report.damage, [], "{name}");
    }
}

#[test]
fn mixed_encodings_are_damage_cell_by_cell() {
    let folder = Folder::new();
    let (rows, report) = all(&folder.one("m.csv", b"id,name\n1,Chlo\xe9\n2,\"Andr\xc3\xa9\nx\"\n3,Zo\xeb\n"));
    assert_eq!(rows, ["1|Chloé", "2|André\nx", "3|Zoë"]);
    assert_eq!(report.encoding, "UTF-8");
    assert_eq!(damage(&report), [(DamageKind::InvalidText, 2, "1/2/name 3/5/name".into())]);
    // A Windows-1252 file with a byte that the code page leaves undefined.
    let (_, report) = all(&folder.one("u.csv", b"id,name\n1,\xe9\n2,\x81\n"));
    assert_eq!(report.encoding, "Windows-1252");
    assert_eq!(damage(&report), [(DamageKind::InvalidText, 1, "2/3/name".into())]);
    // Two halves of a character in neighbouring cells are not one.
    let (rows, report) = all(&folder.one("h.csv", b"a,b\n\xc3,\xa9\n"));
    assert_eq!(rows, ["\u{c3}|\u{a9}"]);
    assert_eq!(report.encoding, "Windows-1252");
    // Headers are decoded alike.
    let dataset = folder.one("head.csv", b"id,Stra\xdfe\n1,x\n");
    assert_eq!(labels(&dataset), ["id", "Straße"]);
    let (_, report) = all(&folder.one("bom.csv", b"\xef\xbb\xbfid,name\n1,\xe9\n"));
    assert_eq!(damage(&report), [(DamageKind::InvalidText, 1, "1/2/name".into())]);
}

#[test]
fn a_declared_encoding_rules() {
    let folder = Folder::new();
    let path = folder.write("d.csv", b"id,name\n1,Chlo\xe9\n2,\xc3\xa9\n");
    let with = |encoding| only(&Request { encoding: Some(encoding), ..request(path.clone()) });
    let (rows, report) = all(&with(Encoding::Utf8));
    assert_eq!(rows, ["1|Chlo\u{fffd}", "2|é"]);
    assert_eq!(damage(&report), [(DamageKind::InvalidText, 1, "1/2/name".into())]);
    let (rows, report) = all(&with(Encoding::Windows1252));
    assert_eq!(rows, ["1|Chloé", "2|Ã©"]);
    assert_eq!((report.encoding.as_str(), report.damage.len()), ("Windows-1252", 0));
}

#[test]
fn delimiters_are_sniffed_on_the_header_outside_quotes() {
    let folder = Folder::new();
    for (delimiter, name) in [(',', "c"), (';', "s"), ('\t', "t"), ('|', "p")] {
        let text = format!("\"a,;|b\"{delimiter}x{delimiter}y\n1{delimiter}2{delimiter}3\n");
        let dataset = folder.one(&format!("{name}.csv"), text);
        assert_eq!(dataset.delimiter, Some(delimiter));
        assert_eq!(labels(&dataset), ["a,;|b", "x", "y"]);
    }
    let path = folder.write("o.csv", "a,b;c\n1,2;3\n");
    let dataset = only(&Request { delimiter: Some(b';'), ..request(path) });
    assert_eq!(labels(&dataset), ["a,b", "c"]);
    assert_eq!(folder.one("one.csv", "email\na@example.com\n").delimiter, Some(','));
}

#[test]
fn the_separator_line_of_excel_is_no_header() {
    let folder = Folder::new();
    let text = "sep=;\r\nid;name, first;n\r\n1;Chloé;\"2;3\"\r\n4\r\n";
    let bom = format!("\u{feff}{text}").into_bytes();
    for (name, bytes) in [
        ("plain", text.as_bytes().to_vec()),
        ("bom", bom),
        ("le", utf16(text, false, true)),
        ("be", utf16(text, true, true)),
        ("bare", utf16(text, false, false)),
    ] {
        let dataset = folder.one(&format!("{name}.csv"), bytes);
        assert_eq!((labels(&dataset), dataset.delimiter), (vec!["id", "name, first", "n"], Some(';')), "{name}");
        let (rows, report) = all(&dataset);
        assert_eq!(rows, ["1|Chloé|2;3", "4||"], "{name}");
        assert_eq!(damage(&report), [(DamageKind::TooFewFields, 1, "2/4/-".into())], "{name}");
        assert!(report.crlf);
    }
    let zipped = folder.zip("p.zip", &[("a.csv", text.as_bytes())]);
    assert_eq!(labels(&only(&request(zipped))), ["id", "name, first", "n"]);
    assert_eq!(folder.fault("only.csv", "sep=;\n"), "only.csv is empty");
    // A first line without a partner is a header or a record like any other.
    assert_eq!(labels(&folder.one("s.csv", "sep=\n1\n")), ["sep="]);
}

#[test]
fn line_ends_and_blank_lines_are_no_damage() {
    let folder = Folder::new();
    for (name, text, crlf) in [
        ("lf.csv", "a,b\n\n1,2\n   \n3,4", false),
        ("crlf.csv", "a,b\r\n\r\n1,2\r\n3,4\r\n", true),
        ("cr.csv", "a,b\r1,2\r\r3,4\r", false),
    ] {
        let (rows, report) = all(&folder.one(name, text));
        assert_eq!(rows, ["1|2", "3|4"], "{name}");
        assert_eq!((report.crlf, report.damage.len()), (crlf, 0), "{name}");
    }
}

#[test]
fn damage_has_record_and_line() {
    let folder = Folder::new();
    let text = "id,name,note\n1,a,\"x\ny\"\n2,b\n3,c,d,e,f\n4,\u{0}d,\n5,\"open\n6,f,g\n";
    let (rows, report) = all(&folder.one("d.csv", text));
    assert_eq!(rows, ["1|a|x\ny", "2|b|", "3|c|d", "4|d|", "5|open\n6,f,g\n|"]);
    let expected = [
        (DamageKind::TooManyFields, 1, "3/5/-".to_owned()),
        (DamageKind::TooFewFields, 2, "2/4/- 5/7/-".to_owned()),
        (DamageKind::UnclosedQuote, 1, "5/7/name".to_owned()),
        (DamageKind::NulByte, 1, "4/6/name".to_owned()),
    ];
    assert_eq!(damage(&report), expected);
    assert_eq!(report.damage[0].places[0].detail, "5 cells, the header has 3");
    assert_eq!(report.widest, 3);
    assert_eq!((report.columns[0].filled, report.columns[2].filled, report.columns[1].longest), (5, 2, 11));
}

#[test]
fn damage_among_many_records_has_record_and_line() {
    let folder = Folder::new();
    let record = |at: usize| match at {
        1_000 => b"1000,short\n".to_vec(),
        2_000 => b"2000,a\0b,c\n".to_vec(),
        3_000 => b"3000,caf\xe9,c\n".to_vec(),
        _ if at.is_multiple_of(10) => format!("{at},\"a\n\"\"b\"\"\",\u{e9}\n").into_bytes(),
        _ => format!("{at},name {at},c\n").into_bytes(),
    };
    let text: Vec<u8> = [b"id,name,note\n".to_vec()].into_iter().chain((1..=4_000).map(record)).flatten().collect();
    let (rows, report) = all(&folder.one("many.csv", text));
    assert_eq!((rows.len(), report.rows), (4_000, 4_000));
    for (at, row) in (1..).zip(&rows) {
        let wanted = match at {
            1_000 => "1000|short|".to_owned(),
            2_000 => "2000|ab|c".to_owned(),
            3_000 => "3000|caf\u{e9}|c".to_owned(),
            _ if at % 10 == 0 => format!("{at}|a\n\"b\"|\u{e9}"),
            _ => format!("{at}|name {at}|c"),
        };
        assert_eq!(*row, wanted);
    }
    // Before each of them, every tenth record has a line end in a cell.
    let mut found = damage(&report);
    found.sort();
    let mut expected = vec![
        (DamageKind::TooFewFields, 1, "1000/1100/-".to_owned()),
        (DamageKind::InvalidText, 1, "3000/3298/name".to_owned()),
        (DamageKind::NulByte, 1, "2000/2199/name".to_owned()),
    ];
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn every_place_is_named() {
    let folder = Folder::new();
    let text = format!("a,b\n{}", "1\n".repeat(9));
    let (_, report) = all(&folder.one("f.csv", text));
    assert_eq!(
        damage(&report),
        [(DamageKind::TooFewFields, 9, "1/2/- 2/3/- 3/4/- 4/5/- 5/6/- 6/7/- 7/8/- 8/9/- 9/10/-".into())]
    );
}

#[test]
fn headers_are_made_unique() {
    let folder = Folder::new();
    let dataset = folder.one("h.csv", "id,Plan,,Plan,Plan\n1,2,3,4,5\n");
    assert_eq!(labels(&dataset), ["id", "Plan", "column 3", "Plan (2)", "Plan (3)"]);
    let (_, report) = all(&dataset);
    let expected = [
        (DamageKind::DuplicateHeader, 2, "-/1/Plan -/1/Plan".to_owned()),
        (DamageKind::EmptyHeader, 1, "-/1/-".to_owned()),
    ];
    assert_eq!(damage(&report), expected);
    assert_eq!(column(&dataset, "Plan (3)"), ["5"]);
}

#[test]
fn a_record_over_the_cap_stops_with_its_place() {
    let folder = Folder::new();
    let mut text = b"id,name\n1,a\n2,\"".to_vec();
    text.resize(20 << 20, b'x');
    let expected =
        "l.csv: record 2, which starts on line 3, does not end within 16 MiB; a quote is probably not closed";
    assert_eq!(folder.fault("l.csv", text), expected);
}

#[test]
fn a_record_of_very_many_cells_stops_with_its_place() {
    let folder = Folder::new();
    let text = format!("id,name\n1,a\n2{}\n", ",".repeat(70_000));
    let expected = "w.csv: record 2, which starts on line 3, has over 32,768 cells";
    assert_eq!(folder.fault("w.csv", text.into_bytes()), expected);
}

#[test]
fn what_is_no_table_is_refused() {
    let folder = Folder::new();
    for (name, bytes, expected) in [
        ("e.csv", &b""[..], "e.csv is empty"),
        ("b.csv", b"\xef\xbb\xbf \n\n", "b.csv is empty"),
        ("h.csv", b"\n<!DOCTYPE html><html></html>", "h.csv is a web page, not an export"),
        ("p.csv", b"%PDF-1.7 x", "p.csv is a PDF document, which crmlint does not read"),
        ("x.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.csv is an old Excel workbook, which crmlint does not read"),
        ("n.csv", b"\x89PNG\r\n\x1a\n", "n.csv is an image, which crmlint does not read"),
        ("r.csv", b"\x01\x02\x03\x04\x05\x06,\x07", "r.csv is binary data, which crmlint does not read"),
    ] {
        assert_eq!(folder.fault(name, bytes), expected);
    }
    // A header without a record is an export of nothing.
    let dataset = folder.one("header.csv", "foo,bar\n");
    assert_eq!(all(&dataset).0, Vec::<String>::new());
}

#[test]
fn packed_files_are_streamed() {
    let folder = Folder::new();
    let path = folder.gzip("people.csv", b"id,email\n1,a@example.com\n");
    assert_eq!(all(&only(&request(path))).0, ["1|a@example.com"]);
    let path =
        folder.zip("p.zip", &[("a/orders.csv", b"id;n\n1;2\n"), ("__MACOSX/._orders.csv", b"x"), (".DS_Store", b"x")]);
    let dataset = only(&request(path));
    assert_eq!(all(&dataset).0, ["1|2"]);
    assert!(dataset.files[0].ends_with("p.zip: a/orders.csv"));
    assert_eq!(dataset.name, "generic.orders");
    let bytes = std::fs::read(folder.gzip("g.csv", "id,email\n1,a@example.com\n".repeat(999).as_bytes())).unwrap();
    assert_eq!(folder.fault("g.csv", &bytes[..bytes.len() - 9]), "g.csv is corrupt or half-written");
}

#[test]
fn wanted_columns_come_in_the_order_asked_for() {
    let folder = Folder::new();
    let dataset = folder.one("w.csv", "a,b,c\n1,2,3\n4,5,6\n");
    assert_eq!(read(&dataset, &[2, 0, 2]).0, ["3|1|3", "6|4|6"]);
    assert_eq!(read(&dataset, &[]).0, ["", ""]);
    assert!(dataset.read(&[3], &(), &mut |_| {}).is_err());
}
