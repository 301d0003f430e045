//! A run stores the watched columns; a later run finds them under `prev.`.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use crmlint::audit::{Options, run};
use crmlint::config::Config;
use crmlint::findings::triage::Policy;
use crmlint::findings::{Outcome, Status};
use crmlint::frames::time::written;

const CONFIG: &str = "\
version: 1
mapping: mapping.yaml
sources:
  customerio: {files: people.csv}
snapshots: {folder: snapshots}
";

const MAPPING: &str = "\
version: 1
identity: {canonical: zoho_contact_id}
attributes:
  lifecycle_stage: {from: zoho.contacts.Lifecycle Stage, type: enum, values: [Active, Churned]}
segments:
  risen:
    never: prev.customerio.people.lifecycle_stage = 'Churned' AND lifecycle_stage = 'Active'
";

fn people(stages: [&str; 3]) -> String {
    let mut text = "id,email,cio_id,created_at,unsubscribed,zoho_contact_id,lifecycle_stage,nickname\n".to_owned();
    for (n, stage) in stages.iter().enumerate() {
        text += &format!(",p{n}@example.com,c{n},1714577744,false,572576700000410100{n},{stage},secret{n}\n");
    }
    text
}

fn audit(folder: &Path, now: &str) -> Outcome {
    let config = Config::read(&folder.join("crmlint.yaml")).unwrap();
    let policy = Policy { now: written(now).unwrap(), ..Policy::default() };
    let options = Options { select: vec!["SEG001".to_owned()], snapshot: true, ..Options::new(policy, &()) };
    run(&config, &options).unwrap().verdict.outcomes.remove(0)
}

#[test]
fn a_later_run_sees_the_newest_earlier_one() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("crmlint.yaml", CONFIG);
    write("mapping.yaml", MAPPING);

    write("people.csv", &people(["Churned", "Active", "Churned"]));
    let first = audit(folder.path(), "2026-05-01");
    assert_eq!(first.status, Status::NotEvaluated);
    assert!(first.gaps[0].reason.contains("no earlier snapshot of customerio.people"), "{:?}", first.gaps);

    write("people.csv", &people(["Active", "Active", "Churned"]));
    let second = audit(folder.path(), "2026-05-02");
    assert_eq!(second.status, Status::Findings);
    let hit = &second.findings[0].hit;
    assert_eq!((hit.rows, hit.samples[0].key.as_str()), (1, "c0"));

    let third = audit(folder.path(), "2026-05-03");
    assert_eq!(third.status, Status::Clean, "the newest snapshot counts, not the first");
    let again = audit(folder.path(), "2026-05-02");
    assert_eq!(again.status, Status::Findings, "a snapshot of the same instant or later is not an earlier one");
}

#[test]
fn a_segment_that_moved_is_told_by_its_size_before() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let size = |now: &str| {
        let config = Config::read(&folder.path().join("crmlint.yaml")).unwrap();
        let policy = Policy { now: written(now).unwrap(), ..Policy::default() };
        let options = Options { select: vec!["SEG004".to_owned()], snapshot: true, ..Options::new(policy, &()) };
        run(&config, &options).unwrap().verdict.outcomes.remove(0)
    };
    write("crmlint.yaml", CONFIG);
    // Everybody was created on 2024-05-01: within 740 days until 2026-05-11, whatever the later run's now is.
    let segment = "  young: {where: \"lifecycle_stage = 'Active' AND created_at > now() - interval '740 days'\", expect: {max: 9, moved: 50%}}\n";
    write("mapping.yaml", &format!("{MAPPING}{segment}"));
    write("people.csv", &people(["Active", "Active", "Churned"]));
    let first = size("2026-05-01");
    assert_eq!(first.status, Status::NotEvaluated);
    assert!(first.gaps[0].reason.contains("no earlier snapshot"), "{:?}", first.gaps);
    write("people.csv", &people(["Active", "Churned", "Churned"]));
    assert_eq!(size("2026-05-02").status, Status::Clean, "half of them is within the limit");
    write("people.csv", &people(["Active", "Active", "Active"]));
    let third = size("2026-05-03");
    let statement = &third.findings[0].hit.statement;
    assert_eq!(statement, "The segment `young` has 3 members, 2 more than the 1 before, 200% of them.");
    let later = size("2026-05-20");
    let statement = &later.findings[0].hit.statement;
    assert_eq!(statement, "The segment `young` has 0 members, 3 fewer than the 3 before, 100% of them.");
}

#[test]
fn a_snapshot_holds_watched_columns_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("crmlint.yaml"), CONFIG).unwrap();
    fs::write(folder.path().join("mapping.yaml"), MAPPING).unwrap();
    fs::write(folder.path().join("people.csv"), people(["Churned", "Active", "Churned"])).unwrap();
    audit(folder.path(), "2026-05-01");
    let stored: Vec<_> =
        fs::read_dir(folder.path().join("snapshots")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(stored.len(), 1, "no draft is left behind: {stored:?}");
    let file = stored[0].join("customerio.people.parquet");
    let bytes = fs::read(&file).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("lifecycle_stage") && holds("zoho_contact_id"));
    assert!(!holds("nickname"), "what nobody watches is not stored");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn an_older_export_may_lie_there_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("crmlint.yaml", CONFIG);
    write("mapping.yaml", MAPPING);
    write("people.csv", &people(["Active", "Active", "Churned"]));
    fs::create_dir_all(folder.path().join("snapshots/2026-04-30")).unwrap();
    write("snapshots/2026-04-30/customerio.people.csv", &people(["Churned", "Active", "Churned"]));
    let first = audit(folder.path(), "2026-05-01");
    assert_eq!(first.status, Status::Findings);
    assert_eq!(first.findings[0].hit.samples[0].key, "c0");
}
