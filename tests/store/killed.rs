//! Runs side by side and runs that are killed: whatever reported success is in the file, and the file opens.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{RULES, people, shop};
use crate::common::{command, list, run_in, text};

/// Runs that are killed before their end.
const KILLS: u32 = 200;
/// Runs that are begun for that at most: some end before they are killed.
const RUNS: u32 = 1_200;

/// Each run is known by its own instant.
fn begin(dir: &Path, number: u32) -> (String, Child) {
    let now = format!("2026-05-{:02}T{:02}:{:02}:00Z", 1 + number / 1440, number / 60 % 24, number % 60);
    let mut run = command(dir, &["audit", "--now", &now, "--select", RULES, "--quiet", "--threads", "1"]);
    run.stdout(Stdio::null()).stderr(Stdio::null());
    (now, run.spawn().unwrap())
}

/// The instants of all runs in the file, which opens and is whole.
fn held(dir: &Path) -> BTreeSet<String> {
    let file = rusqlite::Connection::open(dir.join(".crmlint/history.sqlite")).unwrap();
    let sound: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    // A run is there with all its rules or not at all.
    let broken = "SELECT count(*) FROM runs WHERE (SELECT count(*) FROM rules WHERE run = runs.id) <> 2";
    assert_eq!(file.query_row(broken, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    drop(file);
    let ran = run_in(dir, &["history", "export", "runs.json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let runs: Value = serde_json::from_slice(&std::fs::read(dir.join("runs.json")).unwrap()).unwrap();
    list(&runs, "runs").iter().map(|run| text(run, "now").to_owned()).collect()
}

#[test]
fn runs_side_by_side_lose_nothing() {
    let dir = shop(&people(&[("alpha", &[0, 1])]));
    let mut wanted = BTreeSet::new();
    // The file begins while all of them want it.
    for round in 0..3 {
        let runs: Vec<(String, Child)> = (0..6).map(|at| begin(dir.path(), round * 6 + at)).collect();
        for (now, mut run) in runs {
            assert_eq!(run.wait().unwrap().code(), Some(1), "{now}");
            wanted.insert(now);
        }
    }
    assert_eq!(held(dir.path()), wanted);
}

#[test]
fn what_reported_success_survives_two_hundred_kills() {
    let dir = shop(&people(&[("alpha", &[0, 1])]));
    let log = dir.path().join(".crmlint/history.sqlite-wal");
    let mut finished = BTreeSet::new();
    let mut usual = Duration::MAX;
    for number in 0..5 {
        let begun = Instant::now();
        let (now, mut run) = begin(dir.path(), number);
        assert_eq!(run.wait().unwrap().code(), Some(1));
        finished.insert(now);
        usual = usual.min(begun.elapsed());
    }
    let mut killed = 0;
    let mut random = 88_172_645_463_325_252_u64;
    for number in 5..RUNS {
        if killed == KILLS {
            break;
        }
        let (now, mut run) = begin(dir.path(), number);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // Every other run is killed anywhere, the others while they write.
        if number % 2 == 0 {
            std::thread::sleep(usual.mul_f64((random % 1_100) as f64 / 1_000.0));
        } else {
            let until = Instant::now() + 3 * usual;
            while !log.exists() && Instant::now() < until && run.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_micros(100));
            }
            std::thread::sleep(Duration::from_micros(random % 4_000));
        }
        // It may have ended.
        let _ = run.kill();
        match run.wait().unwrap().code() {
            Some(1) => drop(finished.insert(now)),
            None => killed += 1,
            other => panic!("{now}: {other:?}"),
        }
    }
    let held = held(dir.path());
    let lost: Vec<&String> = finished.difference(&held).collect();
    assert!(lost.is_empty(), "reported success and lost: {lost:?}");
    assert_eq!(killed, KILLS, "of {RUNS} runs");
    let told = format!(
        "{killed} killed before their end, {} of them had been written; {} reported success and are there\n",
        held.len() - finished.len(),
        finished.len()
    );
    std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()).unwrap();
}
