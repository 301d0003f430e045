//! Columns laid aside on disk, one question's at a time: every fixture and the demo say the same as with all of them held.
#![allow(clippy::unwrap_used)]

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
                if failed || said(&held) != said(&aside) {
                    wrong.push(path);
                }
            }
            (Err(held), Err(aside)) if held == aside => {}
            _ => wrong.push(path),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(compared > 300, "{compared} fixtures were audited");
}
