//! Columns laid aside on disk, one question's at a time: every fixture and the demo say the same as with all of them held.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use crmlint::audit::{self, Options, Run};
use crmlint::config::Config;
use crmlint::findings::triage::Policy;
use crmlint::findings::{Severity, Status};
use crmlint::frames::time::written;
use crmlint::reports::{Format, Look, render};

fn run(config: &Config, memory: Option<u64>, all_rows: bool) -> Result<Run, String> {
    let now = written("2026-06-01").unwrap();
    let policy = Policy { profile: config.profile.clone(), fail_on: Some(Severity::Error), strict: false, now };
    let options = Options { all_rows, memory, count: true, ..Options::new(policy, &()) };
    audit::run(config, &options).map_err(|error| error.to_string())
}

fn said(run: &Run) -> (String, String) {
    let look = Look { color: false, width: 100, detail: 2 };
    let report = render(&run.verdict, Format::Json, look).unwrap();
    (String::from_utf8(report).unwrap(), format!("{:?} {:?}", run.verdict.outcomes, run.listed))
}

/// The configs of all fixtures.
fn configs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let halves = names.flat_map(|name| ["", "fires", "passes"].map(|half| name.join(half).join("crmlint.yaml")));
    let mut configs: Vec<PathBuf> = halves.filter(|config| config.is_file()).collect();
    configs.sort();
    configs
}

#[test]
fn every_fixture_says_the_same_with_its_columns_on_disk() {
    let configs = configs();
    assert!(configs.len() > 300, "{} fixtures", configs.len());
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for path in configs {
        let Ok(config) = Config::read(&path) else { continue };
        let all_rows = !path.to_string_lossy().contains("demo");
        match (run(&config, None, all_rows), run(&config, Some(1), all_rows)) {
            (Ok(held), Ok(aside)) => {
                compared += 1;
                let failed = aside.verdict.outcomes.iter().any(|outcome| matches!(outcome.status, Status::Failed(_)));
                let (held, aside) = (said(&held), said(&aside));
                let apart = held.0.lines().zip(aside.0.lines()).find(|(one, other)| one != other);
                if failed || held != aside {
                    wrong.push(format!("{}: {apart:?}", path.display()));
                }
            }
            (Err(held), Err(aside)) if held == aside => {}
            (held, aside) => wrong.push(format!("{}: {:?} and {:?}", path.display(), held.err(), aside.err())),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(compared > 300, "{compared} fixtures were audited");
}

#[test]
fn timings_are_said_beside_a_report_that_is_the_same() {
    let args = ["audit", "fixtures/demo", "--now", "2026-06-01", "--format", "json"];
    let plain = common::run_in(common::root(), &args);
    let timed = common::run_in(common::root(), &[&args[..], &["--timings", "--verbose"]].concat());
    assert_eq!((plain.code, &plain.out), (timed.code, &timed.out));
    for word in ["Stage", "reading", "matching", "judging", "Rule", "Shared with others"] {
        assert!(timed.err.contains(word), "{word}: {}", timed.err);
        assert!(!plain.err.contains(word), "{word}: {}", plain.err);
    }
    let aside = common::run_in(common::root(), &[&args[..], &["--memory-limit", "64MiB"]].concat());
    assert_eq!((aside.code, aside.out), (plain.code, plain.out));
}

#[test]
fn a_limit_that_is_no_size_is_refused_in_a_sentence() {
    for (limit, why) in [("4 parsecs", "4GB, 512MB or 1.5GiB"), ("10MB", "allow 64MB or more")] {
        let ran = common::run_in(common::root(), &["audit", "fixtures/demo", "--memory-limit", limit]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(why), "{ran:?}");
    }
}
