//! A history that remembers: what is new, fixed and back over three runs; runs side by side, runs that are killed, files
//! that cannot be used.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "store/killed.rs"]
mod killed;
#[path = "store/unusable.rs"]
mod unusable;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use common::{Ran, list, run_in, text, workspace};
use serde_json::{Value, json};

const CONFIG: &str = "version: 1\nmapping: mapping.yaml\nsources:\n  customerio: {files: people.csv}\nhistory: .crmlint/history.sqlite\n";
const MAPPING: &str = "version: 1\nidentity: {canonical: id}\nattributes:\n  alpha: {type: enum, values: [Active, Churned]}\n  \
    beta: {type: enum, values: [Active, Churned]}\n  gamma: {type: enum, values: [Active, Churned]}\n  \
    delta: {type: enum, values: [Active, Churned]}\n";
const RULES: &str = "ENM002,ID004";
const PEOPLE: usize = 6;

/// Twenty people; each column names the rows that hold a variant, `email` those that hold no address.
fn people(dirty: &[(&str, &[usize])]) -> String {
    let dirty = |column: &str, row: usize| dirty.iter().any(|(name, rows)| *name == column && rows.contains(&row));
    let mut csv = "id,email,created_at,cio_id,alpha,beta,gamma,delta\n".to_owned();
    for row in 0..PEOPLE {
        let at = if dirty("email", row) { ' ' } else { '@' };
        let _ = write!(csv, "cust_{row:04},person{row}{at}example.com,1700000000,a{row}0600");
        for column in ["alpha", "beta", "gamma", "delta"] {
            csv.push_str(if dirty(column, row) { ",ACTIVE" } else { ",Active" });
        }
        csv.push('\n');
    }
    csv
}

fn shop(people: &str) -> tempfile::TempDir {
    workspace(&[("crmlint.yaml", CONFIG), ("mapping.yaml", MAPPING), ("people.csv", people)])
}

fn audit(dir: &Path, now: &str, more: &[&str]) -> Ran {
    run_in(dir, &[&["audit", "--now", now, "--select", RULES, "--format", "json"], more].concat())
}

/// Audits what stands there, and gives the report.
fn report(dir: &Path, now: &str, more: &[&str]) -> Value {
    let ran = audit(dir, now, more);
    assert!(ran.code < 2, "{ran:?}");
    ran.json()
}

/// `customerio.people.alpha`: state, since, and how people moved.
fn told(report: &Value) -> Vec<(String, Value, Value, Value)> {
    let mut found: Vec<_> = list(report, "findings")
        .iter()
        .map(|finding| {
            let column = text(finding, "subject").rsplit('.').next().unwrap().to_owned();
            (column, finding["state"].clone(), finding["since"].clone(), finding["moved"].clone())
        })
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

fn moved(new: u64, back: u64, still: u64, gone: u64) -> Value {
    json!({"new": new, "back": back, "still": still, "gone": gone})
}

fn day(day: u8) -> Value {
    json!(format!("2026-05-{day:02}T00:00:00Z"))
}

fn history(dir: &Path, args: &[&str]) -> String {
    let ran = run_in(dir, &[&["history"], args].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    ran.out
}

/// Three runs: alpha stays and its people move, beta goes and comes back, gamma comes, delta goes, and of the address
/// nobody knows anything in the second run.
fn three() -> (tempfile::TempDir, [Value; 3]) {
    let first = people(&[("alpha", &[0, 1]), ("beta", &[2]), ("delta", &[3]), ("email", &[4])]);
    let second = people(&[("alpha", &[1, 2]), ("gamma", &[3, 4, 5]), ("delta", &[3])]);
    // The column is lost.
    let second = second.replace("email", "e-mail-address-of-the-person").replace("@example.com", "");
    let third = people(&[("alpha", &[0, 2]), ("beta", &[2]), ("gamma", &[3])]);
    let dir = shop(&first);
    let one = report(dir.path(), "2026-05-01", &[]);
    fs::write(dir.path().join("people.csv"), second).unwrap();
    let two = report(dir.path(), "2026-05-02", &[]);
    fs::write(dir.path().join("people.csv"), third).unwrap();
    let three = report(dir.path(), "2026-05-03", &[]);
    (dir, [one, two, three])
}

#[test]
fn three_runs_tell_what_is_new_fixed_and_back() {
    let (_dir, [one, two, three]) = three();
    let none = |column: &str| (column.to_owned(), Value::Null, Value::Null, Value::Null);
    assert_eq!(told(&one), ["alpha", "beta", "delta", "email"].map(none));
    assert_eq!(one["trend"]["before"], Value::Null);
    let finding =
        |column: &str, state: &str, since: u8, moved: Value| (column.to_owned(), json!(state), day(since), moved);
    assert_eq!(
        told(&two),
        [
            finding("alpha", "still", 1, moved(1, 0, 1, 1)),
            finding("delta", "still", 1, moved(0, 0, 1, 0)),
            finding("gamma", "new", 2, moved(3, 0, 0, 0)),
        ]
    );
    let fixed = |report: &Value| -> Vec<String> {
        list(&report["trend"], "fixed")
            .iter()
            .map(|one| format!("{} {}", text(one, "code"), text(one, "since")))
            .collect()
    };
    let trend =
        |report: &Value| ["before", "new", "still", "reopened", "unknown"].map(|key| report["trend"][key].clone());
    assert_eq!(trend(&two), [day(1), json!(1), json!(2), json!(0), json!(1)], "ID004 had no address to look at");
    assert_eq!(fixed(&two), ["ENM002 2026-05-01T00:00:00Z"]);
    // Persons 0 to 4 were there, of the address nobody knows; 5 is new, and 0 is gone.
    assert_eq!(two["trend"]["people"], moved(1, 0, 4, 1));
    assert_eq!(
        told(&three),
        [
            finding("alpha", "still", 1, moved(0, 1, 1, 1)),
            finding("beta", "reopened", 3, moved(0, 1, 0, 0)),
            finding("gamma", "still", 2, moved(0, 0, 1, 2)),
        ]
    );
    assert_eq!(trend(&three), [day(2), json!(0), json!(2), json!(1), json!(0)]);
    assert_eq!(fixed(&three), ["ENM002 2026-05-01T00:00:00Z", "ID004 2026-05-01T00:00:00Z"]);
    let runs: Vec<(Value, Value, Value)> = list(&three["trend"], "runs")
        .iter()
        .map(|run| (run["now"].clone(), run["errors"].clone(), run["people"].clone()))
        .collect();
    assert_eq!(runs.len(), 3);
    assert_eq!(runs.iter().map(|run| run.0.clone()).collect::<Vec<_>>(), [day(1), day(2), day(3)]);
    assert_eq!(runs.iter().map(|run| run.2.clone()).collect::<Vec<_>>(), [json!(5), json!(5), json!(3)]);
}

#[test]
fn every_report_for_people_says_it() {
    let (dir, _) = three();
    let out = |format: &str| audit(dir.path(), "2026-05-04", &["--no-history", "--format", format]);
    assert!(out("terminal").code == 2, "a format is named twice");
    let args = [
        "audit",
        "--now",
        "2026-05-04",
        "--select",
        RULES,
        "--output",
        "r.txt",
        "--output",
        "r.md",
        "--output",
        "r.html",
    ];
    let ran = run_in(dir.path(), &[&args[..], &["--output", "r.sarif"]].concat());
    assert!(ran.code < 2, "{ran:?}");
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    let said = "Since 2026-05-03: 0 new, 0 reopened, 3 still there, 0 fixed";
    for name in ["r.txt", "r.md", "r.html"] {
        assert!(read(name).replace('\n', " ").contains(said), "{name}: {}", read(name));
    }
    assert!(read("r.txt").contains("Runs: still there since 2026-05-01"), "{}", read("r.txt"));
    assert!(read("r.md").contains("| Since before |"));
    assert!(read("r.html").contains("data-state=\"still\"") && read("r.html").contains("name=\"fresh\""));
    assert!(read("r.html").contains("<polyline"));
    let sarif: Value = serde_json::from_str(&read("r.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert!(!results.is_empty() && results.iter().all(|result| result["baselineState"] == "unchanged"));
}

#[test]
fn a_run_is_held_against_its_own_kind() {
    let (dir, _) = three();
    let other = run_in(dir.path(), &["audit", "--now", "2026-05-04", "--select", "ENM002", "--format", "json"]).json();
    assert_eq!((&other["trend"]["before"], &list(&other, "findings")[0]["state"]), (&Value::Null, &Value::Null));
    let launch = report(dir.path(), "2026-05-04", &["--profile", "launch"]);
    assert_eq!(launch["trend"]["before"], Value::Null);
    // The order and the case of what was typed say nothing.
    let same =
        run_in(dir.path(), &["audit", "--now", "2026-05-04", "--select", "id004,ENM002", "--format", "json"]).json();
    assert_eq!(same["trend"]["before"], day(3));
    // From another folder it is the same config.
    let above = dir.path().parent().unwrap();
    let name = dir.path().file_name().unwrap().to_str().unwrap();
    let far = run_in(above, &["audit", name, "--now", "2026-05-05", "--select", RULES, "--format", "json"]).json();
    assert_eq!(far["trend"]["before"], day(4));
}

#[test]
fn a_run_of_an_earlier_day_is_remembered_and_follows_nobody() {
    let (dir, _) = three();
    let back = report(dir.path(), "2026-05-01", &[]);
    assert_eq!(back["trend"]["before"], day(1), "the first run of the same instant was before it");
    assert_eq!(back["trend"]["people"], Value::Null);
    let next = report(dir.path(), "2026-05-04", &[]);
    assert_eq!(next["trend"]["people"], moved(0, 0, 3, 0), "people of the newest day are what counts");
    assert_eq!(list(&next["trend"], "runs").len(), 5);
}

#[test]
fn without_a_history_nothing_is_written_and_nothing_said() {
    let dir = shop(&people(&[("alpha", &[0])]));
    let quiet = report(dir.path(), "2026-05-01", &["--no-history"]);
    assert_eq!((&quiet["trend"], &list(&quiet, "findings")[0]["state"]), (&Value::Null, &Value::Null));
    assert!(!dir.path().join(".crmlint").exists());
}

#[test]
fn the_file_names_nobody() {
    let (dir, _) = three();
    let mut bytes = Vec::new();
    for file in fs::read_dir(dir.path().join(".crmlint")).unwrap() {
        bytes.extend(fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("customerio.people.alpha"));
    for personal in ["cust_0", "person0", "person1", "example.com", "ACTIVE", "a00600"] {
        assert!(!holds(personal), "{personal}");
    }
}

#[test]
fn another_key_knows_nobody_again() {
    let (dir, _) = three();
    let keyed = |now: &str, key: &str| {
        let args = ["audit", "--now", now, "--select", RULES, "--format", "json"];
        let mut command = common::command(dir.path(), &args);
        command.env("CRMLINT_KEY", key);
        common::finish(command).json()
    };
    let other = keyed("2026-05-04", "a key of sixteen bytes or more");
    assert_eq!((&other["trend"]["people"], &other["trend"]["still"]), (&Value::Null, &json!(3)));
    let again = keyed("2026-05-05", "a key of sixteen bytes or more");
    assert_eq!(again["trend"]["people"], moved(0, 0, 3, 0));
}

#[test]
fn the_command_lists_shows_and_compares() {
    let (dir, _) = three();
    let listed = history(dir.path(), &[]);
    assert_eq!(listed, history(dir.path(), &["list"]));
    assert!(listed.contains("3 runs.") && listed.contains("2026-05-02"), "{listed}");
    let shown = history(dir.path(), &["show", "2"]).replace('\n', " ");
    for said in ["Run 2, as of 2026-05-02, ../crmlint.yaml", "Fixed in this run", "customerio.people.beta", "ID004"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert_eq!(history(dir.path(), &["show"]), history(dir.path(), &["show", "3"]));
    let compared = history(dir.path(), &["compare", "1", "2"]);
    let section = |title: &str| {
        let after = compared.split_once(title).unwrap_or_else(|| panic!("{title}: {compared}")).1;
        after.split("\n\n").next().unwrap().to_owned()
    };
    assert!(section("In run 2 alone").contains("customerio.people.gamma (3 people)"));
    assert!(section("Gone since run 1").contains("customerio.people.beta (1 person)"));
    assert!(section("In run 1, and not looked for in full in run 2").contains("ID004"));
    assert!(section("In both, and moved").contains("2 records, before 2, 1 person came, 1 left"), "{compared}");
    assert!(compared.contains("1 finding is as in run 1."));
    let unknown = run_in(dir.path(), &["history", "show", "99"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("holds no run 99"), "{}", unknown.err);
}

#[test]
fn the_command_exports_everything() {
    let (dir, _) = three();
    let out = run_in(dir.path(), &["history", "export", "runs.json"]);
    assert_eq!((out.code, out.err.as_str()), (0, "3 runs written to runs.json.\n"));
    let json: Value = serde_json::from_str(&fs::read_to_string(dir.path().join("runs.json")).unwrap()).unwrap();
    let runs = list(&json, "runs");
    assert_eq!(runs.iter().map(|run| list(run, "findings").len()).collect::<Vec<_>>(), [4, 3, 3]);
    assert_eq!(runs.iter().map(|run| list(run, "fixed").len()).collect::<Vec<_>>(), [0, 1, 2]);
    run_in(dir.path(), &["history", "export", "runs.csv"]);
    let mut csv = csv::Reader::from_path(dir.path().join("runs.csv")).unwrap();
    let states: Vec<String> = csv.records().map(|line| line.unwrap()[11].to_owned()).collect();
    let of = |state: &str| states.iter().filter(|own| *own == state).count();
    assert_eq!((states.len(), of(""), of("new"), of("still"), of("reopened"), of("fixed")), (13, 4, 1, 4, 1, 3));
    let wrong = run_in(dir.path(), &["history", "export", "runs.xml"]);
    assert!(wrong.code == 2 && wrong.err.contains(".csv or .json"), "{}", wrong.err);
}

#[test]
fn old_runs_go_with_their_snapshots() {
    let dir = shop(&people(&[("alpha", &[0])]));
    let config = format!("{CONFIG}snapshots: {{folder: kept}}\n");
    fs::write(dir.path().join("crmlint.yaml"), config).unwrap();
    fs::create_dir_all(dir.path().join("kept/2026-01-01")).unwrap();
    fs::write(dir.path().join("kept/2026-01-01/customerio.people.csv"), people(&[])).unwrap();
    for day in 1..=5 {
        report(dir.path(), &format!("2026-05-0{day}"), &[]);
    }
    let kept = || {
        let mut names: Vec<String> = fs::read_dir(dir.path().join("kept"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names.into_iter().map(|name| name[..10].to_owned()).collect::<Vec<_>>()
    };
    let prune = |args: &[&str]| {
        let ran = run_in(dir.path(), &[&["history", "prune"], args].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.err
    };
    assert_eq!(prune(&["--keep", "3", "--dry-run"]), "2 runs would go, with 2 snapshots; 3 runs are left.\n");
    assert_eq!(kept().len(), 6);
    assert_eq!(prune(&["--keep", "3"]), "2 runs taken out, with 2 snapshots; 3 runs are left.\n");
    assert_eq!(kept(), ["2026-01-01", "2026-05-03", "2026-05-04", "2026-05-05"], "what somebody put there stays");
    assert_eq!(
        prune(&["--older-than", "1d", "--now", "2026-05-05"]),
        "1 run taken out, with 1 snapshot; 2 runs are left.\n"
    );
    let next = report(dir.path(), "2026-05-06", &[]);
    let finding = &list(&next, "findings")[0];
    assert_eq!((&finding["state"], &finding["since"]), (&json!("still"), &day(1)), "since when is not forgotten");
    assert_eq!(finding["moved"], moved(0, 0, 1, 0));
    assert_eq!(run_in(dir.path(), &["history", "prune"]).code, 2);
    assert_eq!(run_in(dir.path(), &["history", "prune", "--older-than", "soon"]).code, 2);
}

#[test]
fn a_file_that_is_not_there_fixes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    common::copy(&common::root().join("fixtures/demo"), dir.path());
    let config = fs::read_to_string(dir.path().join("crmlint.yaml")).unwrap();
    fs::write(dir.path().join("crmlint.yaml"), format!("{config}\nhistory: .crmlint/history.sqlite\n")).unwrap();
    let now = |day: &str| run_in(dir.path(), &["audit", "--now", day, "--format", "json"]).json();
    now("2026-05-21");
    let folder = dir.path().join("exports/zoho");
    let contacts: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("Contacts"))
        .collect();
    let kept: Vec<_> = contacts.iter().map(|path| fs::read(path).unwrap()).collect();
    contacts.iter().for_each(|path| fs::remove_file(path).unwrap());
    let without = now("2026-05-22");
    let fixed = list(&without["trend"], "fixed");
    assert!(fixed.iter().all(|one| !text(one, "subject").contains("zoho.contacts")), "{fixed:?}");
    assert!(without["trend"]["unknown"].as_u64() > Some(2), "{}", without["trend"]);
    assert_eq!(without["trend"]["people"], Value::Null);
    assert!(text(&without["trend"], "remark").contains("no record of zoho.contacts"), "{}", without["trend"]);
    let compared = history(dir.path(), &["compare", "1", "2"]);
    assert!(!compared.contains("Gone since run 1\n  error ID003"), "{compared}");
    contacts.iter().zip(kept).for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
    let again = now("2026-05-23");
    assert_eq!((&again["trend"]["new"], &again["trend"]["reopened"]), (&json!(0), &json!(0)));
    assert_eq!((&again["trend"]["people"]["new"], &again["trend"]["people"]["gone"]), (&json!(0), &json!(0)));
}

#[test]
fn the_first_run_of_a_selection_is_not_the_first_of_all() {
    let (dir, _) = three();
    let said = run_in(dir.path(), &["audit", "--now", "2026-05-04", "--select", "ENM002", "--format", "md"]).out;
    assert!(said.contains("the first run of this profile and selection"), "{said}");
}

#[test]
fn what_cannot_be_meant_says_what_could() {
    let (dir, _) = three();
    for (args, told) in [
        (&["history", "list", "--config", "nope"][..], "nope does not exist"),
        (&["history", "prune"], "--keep 30 or --older-than"),
    ] {
        let ran = run_in(dir.path(), args);
        assert!(ran.code == 2 && ran.err.contains(told), "{ran:?}");
    }
    fs::write(dir.path().join("crmlint.yaml"), CONFIG.replace(".crmlint/history.sqlite", "\"\"")).unwrap();
    let ran = run_in(dir.path(), &["audit"]);
    assert!(ran.code == 2 && ran.err.contains("crmlint.yaml:5"), "{ran:?}");
}
