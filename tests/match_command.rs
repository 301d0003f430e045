//! `crmlint match` on files of people that were written to lead it astray.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Ran, run};
use tempfile::TempDir;

const HEAD: &str = "id,first_name,last_name,email,phone,birth_date,street,postcode,city\n";

/// People of a file beside four hundred strangers, since a world of one family tells nothing of what is rare.
fn file(folder: &TempDir, people: &str) -> PathBuf {
    let mut text = HEAD.to_owned() + people;
    for at in 0..400 {
        let (one, other) = (char::from(b'a' + at as u8 % 20), char::from(b'a' + (at / 20) as u8));
        let name = format!("{one}{other}{one}ko,{other}{one}{other}mann");
        let (year, month, day) = (1950 + at % 47, 1 + at % 12, 1 + at % 28);
        let _ = writeln!(
            text,
            "s{at},{name},box{one}{other}{at}@example.com,+49 30 55{at:05},{year}-{month:02}-{day:02},Ring {at},1{at:04},Musterstadt"
        );
    }
    let path = folder.path().join("people.csv");
    fs::write(&path, text).unwrap();
    path
}

fn matched(file: &Path, more: &[&str]) -> (Ran, BTreeSet<(String, String)>, BTreeMap<String, String>) {
    let (pairs, clusters) = (file.with_extension("pairs"), file.with_extension("clusters"));
    let mut words = vec!["match", file.to_str().unwrap(), "--pairs", pairs.to_str().unwrap(), "--clusters"];
    words.push(clusters.to_str().unwrap());
    words.extend(more);
    let ran = run(&words);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut reader = csv::Reader::from_path(&pairs).unwrap();
    assert_eq!(reader.headers().unwrap(), vec!["id_l", "id_r", "probability", "tier", "why"]);
    let found = reader.records().map(|record| record.unwrap()).map(|record| {
        let probability: f64 = record[2].parse().unwrap();
        assert!((0.5..=1.0).contains(&probability) && !record[3].is_empty() && !record[4].is_empty());
        (record[0].to_owned(), record[1].to_owned())
    });
    let found = found.collect();
    let mut reader = csv::Reader::from_path(&clusters).unwrap();
    assert_eq!(reader.headers().unwrap(), vec!["id", "cluster"]);
    let of = reader.records().map(|record| record.unwrap()).map(|record| (record[0].to_owned(), record[1].to_owned()));
    (ran, found, of.collect())
}

/// Records of each person that is more than one, of those that are no strangers.
fn people(file: &Path, more: &[&str]) -> Vec<String> {
    let (_, _, clusters) = matched(file, more);
    let mut by_cluster: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, cluster) in clusters {
        by_cluster.entry(cluster).or_default().push(id);
    }
    let mut found: Vec<String> =
        by_cluster.into_values().filter(|ids| ids.len() > 1).map(|ids| ids.join("=")).collect();
    found.sort();
    found
}

#[test]
fn whoever_shares_a_home_is_not_one_person() {
    let table = [
        (
            "a family on one mailbox, phone and home",
            "1,Anna,Weber,weber@example.com,030 1234567,,Weg 1,10115,Berlin\n2,Hans,Weber,weber@example.com,030 1234567,,Weg 1,10115,Berlin\n3,Greta,Weber,weber@example.com,030 1234567,,Weg 1,10115,Berlin\n4,,Weber,weber@example.com,030 1234567,,Weg 1,10115,Berlin\n",
        ),
        (
            "a couple of alike names",
            "1,Andrea,Weber,weber@example.com,030 1234567,,Weg 1,10115,Berlin\n2,Andreas,Weber,weber@example.com,030 1234567,,Weg 1,10115,Berlin\n",
        ),
        (
            "twins of alike names",
            "1,Anna,Weber,anna@example.com,030 1234567,1980-05-04,Weg 1,10115,Berlin\n2,Anne,Weber,anne@example.com,030 1234567,1980-05-04,Weg 1,10115,Berlin\n",
        ),
        (
            "sisters with half a double name in common",
            "1,Anna Maria,Weber,am@example.com,030 1234567,,Weg 1,10115,Berlin\n2,Eva Maria,Weber,em@example.com,030 1234567,,Weg 1,10115,Berlin\n",
        ),
        (
            "father and son",
            "1,John,Weber Sr.,weber@example.com,030 1234567,,Weg 1,10115,Berlin\n2,John,Weber Jr.,weber@example.com,030 1234567,,Weg 1,10115,Berlin\n",
        ),
        (
            "numbers in the address",
            "1,John,Weber,john.weber1980@example.com,,,,,\n2,John,Weber,john.weber1981@example.com,,,,,\n3,John,Weber,johnweber3@example.com,,,,,\n",
        ),
        ("only the address, one slip apart", "1,,,katrin.weber@example.com,,,,,\n2,,,katrn.weber@example.com,,,,,\n"),
        ("only names", "1,Anna,Weber,,,,,,\n2,Anna,Weber,,,,,,\n"),
    ];
    let folder = TempDir::new().unwrap();
    for (said, rows) in table {
        let found = people(&file(&folder, rows), &[]);
        let merged: Vec<&String> = found.iter().filter(|ids| !ids.contains('4') || ids.len() > 3).collect();
        assert!(merged.is_empty(), "{said}: {found:?}");
    }
}

#[test]
fn whoever_is_one_person_is_found() {
    let table = [
        ("the same mailbox", "1,Anna,Weber,anna.weber@example.com,,,,,\n2,,,Anna.Weber@EXAMPLE.com,,,,,\n", "1=2"),
        (
            "a name around the address",
            "1,Anna,Weber,Anna Weber <katze77@example.com>,,,,,\n2,Anna,Weber,mailto:katze77@example.com,,,,,\n",
            "1=2",
        ),
        (
            "one slip and the same phone",
            "1,Katrin,Weber,katrin.sommer@example.com,030 1234567,,,,\n2,Katrin,Weber,katrn.sommer@example.com,+49301234567,,,,\n",
            "1=2",
        ),
        (
            "names swapped, at home",
            "1,Jessica,Mitchell,,,,57 Meadow Avenue,QT2 4TU,Darworth\n2,Mitchell,Jessica C.,,,,57 Meadow Ave.,QT24TU,Darworth\n",
            "1=2",
        ),
        (
            "days of birth in two notations",
            "1,Anna,Weber,a@example.com,,446860800,,10115,\n2,Anna,Weber,b@example.com,,29. Februar 1984,,10115,\n",
            "1=2",
        ),
        (
            "a mailbox on thirteen records of one person",
            &(1..=13).map(|at| format!("{at:02},Anna,Weber,katze77@example.com,,,,,\n")).collect::<String>(),
            "01=02=03=04=05=06=07=08=09=10=11=12=13",
        ),
    ];
    let folder = TempDir::new().unwrap();
    for (said, rows, wanted) in table {
        assert_eq!(people(&file(&folder, rows), &[]), [wanted], "{said}");
    }
}

#[test]
fn a_crowd_is_nobody() {
    let folder = TempDir::new().unwrap();
    let rows: String = (0..60).map(|at| format!("c{at},Anna,Weber,katze77@example.com,030 1234567,,,,\n")).collect();
    let (ran, pairs, _) = matched(&file(&folder, &rows), &[]);
    assert!(pairs.is_empty(), "what is refused is in no file of pairs");
    assert!(ran.out.contains("not followed, because the cluster would have grown over its cap"), "{}", ran.out);
    assert!(people(&folder.path().join("people.csv"), &[]).is_empty());
}

#[test]
fn decisions_hold() {
    let folder = TempDir::new().unwrap();
    let rows = "1,Anna,Weber,katze77@example.com,,,,,\n2,Anna,Weber,katze77@example.com,,,,,\n3,Hans,Beck,hans@example.com,,,,,\n";
    let path = file(&folder, rows);
    let decisions = folder.path().join("decided.csv");
    let decided = |text: &str| {
        fs::write(&decisions, text).unwrap();
        run(&["match", path.to_str().unwrap(), "--decisions", decisions.to_str().unwrap()])
    };
    fs::write(&decisions, "id_l;id_r;same\n2;1;no\n1;3;yes\n").unwrap();
    assert_eq!(people(&path, &["--decisions", decisions.to_str().unwrap()]), ["1=3"]);
    for (text, said) in [
        ("id_l,id_r,same\n1,2,yes\n2,1,no\n", "line 3 decides 2 and 1 otherwise"),
        ("id_l,id_r,same\n1,1,yes\n", "line 2 names no two records"),
        ("id_l,id_r,same\n1,2,perhaps\n", "line 2 says \"perhaps\""),
        ("id_l,id_r\n1,2\n", "a column is missing"),
        ("id_l,id_r,same\n1,x9,yes\n", "records that the file does not have, such as 1 and x9"),
    ] {
        let ran = decided(text);
        assert!(ran.code == 2 && ran.err.contains(said), "{text}: {}", ran.err);
    }
}

#[test]
fn outputs_are_written_together_or_not_at_all() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "1,Anna,Weber,katze77@example.com,,,,,\n");
    let (name, pairs) = (path.to_str().unwrap(), folder.path().join("pairs.csv"));
    let nowhere = folder.path().join("no/clusters.csv");
    let ran = run(&["match", name, "--pairs", pairs.to_str().unwrap(), "--clusters", nowhere.to_str().unwrap()]);
    assert!(ran.code != 0 && ran.err.contains("its folder does not exist"), "{}", ran.err);
    assert!(!pairs.exists(), "half of the outputs is none");
    let before = fs::read(&path).unwrap();
    let ran = run(&["match", name, "--pairs", name]);
    assert!(ran.code == 2 && ran.err.contains("is a file that is read"), "{}", ran.err);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn what_is_wrong_is_said() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "1,Anna,Weber,katze77@example.com,,,,,\n1,Hans,Beck,hans@example.com,,,,,\n");
    let name = path.to_str().unwrap();
    let ran = run(&["match", name]);
    assert!(ran.out.contains("1 record has the id of a record before"), "{}", ran.out);
    for (on, said) in [
        ("first=first_nam", "did you mean first_name?"),
        ("frist=first_name", "did you mean first?"),
        ("first", "write --on email=mail"),
        ("first=first_name,last=first_name", "names first_name as first and as last"),
    ] {
        let ran = run(&["match", name, "--on", on]);
        assert!(ran.code == 2 && ran.err.contains(said), "{on}: {}", ran.err);
    }
}

#[test]
fn weights_learned_from_the_file_do_not_merge_families() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("people.csv");
    fs::copy(common::root().join("fixtures/people.csv"), &path).unwrap();
    let mut truth = csv::Reader::from_path(common::root().join("fixtures/people.truth.csv")).unwrap();
    let of: BTreeMap<String, String> =
        truth.records().map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row[1].to_owned())).collect();
    for more in [&[][..], &["--estimate"]] {
        let (_, pairs, _) = matched(&path, more);
        let right = pairs.iter().filter(|(one, other)| of[one] == of[other]).count();
        assert!(right * 100 >= pairs.len() * 98 && right > 250, "{more:?}: {right} of {}", pairs.len());
    }
}

#[test]
fn two_slips_are_a_slip_where_two_are_asked_for() {
    let folder = TempDir::new().unwrap();
    let rows = "1,Katrin,Weber,katrin.sommer@example.com,030 1234567,,,,\n2,Katrin,Weber,katrn.somer@example.com,+49301234567,,,,\n";
    let path = file(&folder, rows);
    for (edits, tier) in [("1", "other"), ("2", "typo")] {
        matched(&path, &["--edits", edits]);
        let pairs = fs::read_to_string(path.with_extension("pairs")).unwrap();
        let line = pairs.lines().find(|line| line.starts_with("1,2,")).unwrap();
        assert_eq!(line.split(',').nth(3), Some(tier), "{line}");
    }
}

#[test]
fn numbers_in_names_count_tills_and_guests() {
    let folder = TempDir::new().unwrap();
    let rows: String = (10..20).map(|at| format!("{at},Guest{at},Kasse{at},,030 55512{at},,,,\n")).collect();
    assert!(people(&file(&folder, &rows), &[]).is_empty());
}

#[test]
fn what_says_nothing_is_no_name() {
    let folder = TempDir::new().unwrap();
    let rows = "1,n/a,n/a,,030 1234567,,n/a,,n/a\n2,n/a,n/a,,030 1234567,,n/a,,n/a\n";
    assert!(people(&file(&folder, rows), &[]).is_empty());
}
