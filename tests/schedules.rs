//! The ready-made schedules of docs/schedules/ do what they say, as far as a machine without their schedulers can tell:
//! command lines run here, units and manifests are read by their own programs where these are, and by hand everywhere.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Ran, demo, finish, root, run, write};
use serde_json::Value;

const FOLDER: &str = "docs/schedules";

fn text(name: &str) -> String {
    fs::read_to_string(root().join(FOLDER).join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn document(name: &str) -> Value {
    let value: serde_yaml::Value = serde_yaml::from_str(&text(name)).unwrap();
    serde_json::to_value(value).unwrap()
}

/// Lines of a file that are no comment.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// A shell at work in a folder, with this build of crmlint and the daily script first on the path.
fn shell(at: &Path, script: &str, environment: &[(&str, &str)]) -> Ran {
    let bin = tempfile::tempdir().unwrap();
    let daily = bin.path().join("crmlint-daily");
    fs::copy(root().join(FOLDER).join("crmlint-daily.sh"), &daily).unwrap();
    let own = Path::new(env!("CARGO_BIN_EXE_crmlint")).parent().unwrap();
    let path = format!("{}:{}:{}", own.display(), bin.path().display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("sh");
    command.args(["-eu", "-c", script]).current_dir(at).env_clear().env("PATH", path);
    command.envs(environment.iter().copied());
    finish(command)
}

/// The options that a command knows, by its own help.
fn options(command: &str) -> BTreeSet<String> {
    let help = run(&[command, "--help"]);
    assert_eq!(help.code, 0, "{command}: {}", help.err);
    let words = help.out.split(|c: char| c.is_whitespace() || ",[]=".contains(c));
    words.filter(|word| word.starts_with('-')).map(str::to_owned).collect()
}

/// Every call of crmlint in a text: the command and the options that it is given.
fn calls(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for line in lines(text) {
        let line = line.split(" #").next().unwrap_or_default().split("||").next().unwrap_or_default();
        for (at, _) in line.match_indices("crmlint ") {
            let before = line[..at].chars().next_back();
            let mut words = line[at..].split_whitespace().skip(1);
            let command = words.next().unwrap_or_default();
            let is_call =
                before.is_none_or(|c| c == ' ' || c == '/') && command.bytes().all(|b| b.is_ascii_lowercase());
            if is_call && !command.is_empty() {
                let given = words.filter(|word| word.starts_with("--")).map(|word| word.trim_matches('"').to_owned());
                found.push((command.to_owned(), given.collect()));
            }
        }
    }
    found
}

#[test]
fn every_command_line_names_what_there_is() {
    let mut seen = 0;
    for name in ["crmlint-daily.sh", "github.yml"] {
        for (command, given) in calls(&text(name)) {
            let known = options(&command);
            for option in given {
                assert!(known.contains(&option), "{name}: crmlint {command} {option}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 8, "{seen} options");
}

#[test]
fn every_file_of_the_folder_is_on_the_page_and_tested() {
    let page = fs::read_to_string(root().join("docs/schedules.md")).unwrap();
    let own = fs::read_to_string(root().join("tests/schedules.rs")).unwrap();
    for file in common::files(&root().join(FOLDER)) {
        let name = file.display().to_string();
        assert!(page.contains(&format!("schedules/{name}")), "docs/schedules.md does not name {name}");
        assert!(own.contains(&format!("\"{name}\"")), "{name} is not tested");
    }
}

#[test]
fn the_daily_script_tells_once_and_says_how_it_ended() {
    let script = root().join(FOLDER).join("crmlint-daily.sh");
    for shell in ["sh", "dash", "bash"] {
        let Ok(read) = Command::new(shell).arg("-n").arg(&script).output() else {
            eprintln!("{shell} is not there; the others read the script");
            continue;
        };
        assert!(read.status.success(), "{shell}: {}", String::from_utf8_lossy(&read.stderr));
    }
    let dir = demo();
    let place = dir.path().to_str().unwrap();
    // Nobody is named yet: the audit went well, and the schedule shows that nobody was told.
    let ran = shell(Path::new("."), &format!("crmlint-daily {place}"), &[]);
    assert!(ran.code == 2 && ran.err.contains("has no `notify:`"), "{ran:?}");
    assert!(dir.path().join("report.html").is_file());
    let config = fs::read_to_string(dir.path().join("crmlint.yaml")).unwrap();
    let named = format!("{config}\nnotify:\n  - {{kind: slack, url_env: SLACK_URL}}\n");
    write(dir.path(), "crmlint.yaml", named.as_bytes());
    let ran = shell(dir.path(), "crmlint-daily", &[]);
    assert!(ran.code == 2 && ran.err.contains("SLACK_URL is not set"), "{ran:?}");
    // An audit that stops leaves no report, and yesterday's is not told as today's.
    write(dir.path(), "report.json", b"{}");
    write(dir.path(), "crmlint.yaml", format!("sorces: {{}}\n{named}").as_bytes());
    let ran = shell(dir.path(), "crmlint-daily", &[("SLACK_URL", "https://example.com/x")]);
    assert!(ran.code == 2 && ran.err.contains("sorces") && !dir.path().join("report.json").exists(), "{ran:?}");
    // What stands behind the folder goes to the audit: there is nothing to pull in the demo, and it says so.
    write(dir.path(), "crmlint.yaml", named.as_bytes());
    let ran =
        shell(Path::new("."), &format!("crmlint-daily {place} --pull"), &[("SLACK_URL", "https://example.com/x")]);
    assert!(ran.code == 2 && ran.err.contains("no source has a `pull:` section"), "{ran:?}");
    let ran = shell(Path::new("."), "crmlint-daily /no-such-folder", &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
}

/// Five fields of a schedule, each a number, a range or a star, within its bounds.
fn is_cron(schedule: &str) -> bool {
    let bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)];
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    let within = |text: &str, (from, to): (u32, u32)| text.parse().is_ok_and(|number| (from..=to).contains(&number));
    fields.len() == 5
        && fields
            .iter()
            .zip(bounds)
            .all(|(field, bound)| *field == "*" || field.split([',', '-']).all(|part| within(part, bound)))
}

#[test]
fn the_crontab_has_a_line_that_runs() {
    let text = text("crontab");
    let (variables, jobs): (Vec<&str>, Vec<&str>) =
        lines(&text).into_iter().partition(|line| line.split_once('=').is_some_and(|(name, _)| !name.contains(' ')));
    assert!(variables.iter().any(|line| line.starts_with("PATH=/usr/local/bin:")), "cron has a short PATH of its own");
    let [job] = jobs.as_slice() else { panic!("one job: {jobs:?}") };
    let (schedule, command) = job.split_once("  ").unwrap();
    assert!(is_cron(schedule), "{schedule}");
    assert!(!is_cron("61 5 * * 1-5") && !is_cron("17 5 * *"), "the check sees faults");
    assert!(!command.contains('%'), "cron makes a line end of a percent sign");
    assert!(command.starts_with("crmlint-daily /"), "{command}");
    let read = Command::new("sh").args(["-n", "-c", command]).output().unwrap();
    assert!(read.status.success());
}

/// Keys of a unit by section, in order.
fn unit(name: &str) -> Vec<(String, String, String)> {
    let (text, mut section, mut found) = (text(name), String::new(), Vec::new());
    for line in lines(&text) {
        if let Some(title) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = title.to_owned();
        } else {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{name}: {line}"));
            found.push((section.clone(), key.to_owned(), value.to_owned()));
        }
    }
    found
}

#[test]
fn the_units_are_what_systemd_reads() {
    let (service, timer) = (unit("crmlint.service"), unit("crmlint.timer"));
    let has = |unit: &[(String, String, String)], section: &str, key: &str, value: &str| {
        unit.iter().any(|(a, b, c)| a == section && b == key && c.starts_with(value))
    };
    assert!(has(&service, "Service", "Type", "oneshot") && has(&service, "Service", "NoNewPrivileges", "yes"));
    assert!(has(&service, "Service", "ExecStart", "/usr/local/bin/crmlint-daily /"));
    assert!(has(&service, "Service", "Environment", "SLACK_URL_FILE=%d/slack_url"));
    assert!(has(&service, "Service", "LoadCredential", "slack_url:/etc/"));
    assert!(has(&timer, "Timer", "OnCalendar", "Mon..Fri ") && has(&timer, "Install", "WantedBy", "timers.target"));
    let calendar = timer.iter().find(|(_, key, _)| key == "OnCalendar").map(|(.., value)| value.clone()).unwrap();
    let Ok(known) = Command::new("systemd-analyze").args(["calendar", &calendar]).output() else {
        eprintln!("systemd-analyze is not there; the units were read by hand alone");
        return;
    };
    assert!(known.status.success(), "{}", String::from_utf8_lossy(&known.stderr));
    // The program and the folder that the service names are not here: those of this test stand in for them.
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().display();
    let script = root().join(FOLDER).join("crmlint-daily.sh");
    let service = text("crmlint.service")
        .replace("/usr/local/bin/crmlint-daily", &script.display().to_string())
        .replace("/srv/crmlint", &place.to_string())
        .replace("User=crmlint\n", "User=root\n");
    fs::write(dir.path().join("crmlint.service"), service).unwrap();
    fs::write(dir.path().join("crmlint.timer"), text("crmlint.timer")).unwrap();
    let units: Vec<PathBuf> = ["crmlint.service", "crmlint.timer"].map(|name| dir.path().join(name)).to_vec();
    let verified = Command::new("systemd-analyze").arg("verify").args(units).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    // Where no systemd runs, the units of the system are not all there; what is said of ours counts.
    let own: Vec<&str> = said.lines().filter(|line| line.contains("crmlint.")).collect();
    assert!(own.is_empty(), "{said}");
}

#[test]
fn the_cron_job_asks_for_no_right_and_mounts_what_it_names() {
    let job = document("cronjob.yaml");
    assert_eq!((&job["apiVersion"], &job["kind"]), (&"batch/v1".into(), &"CronJob".into()));
    assert!(is_cron(job["spec"]["schedule"].as_str().unwrap()));
    assert_eq!(job["spec"]["concurrencyPolicy"], "Forbid");
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert_eq!(pod["restartPolicy"], "Never", "a CronJob takes Never or OnFailure");
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    let container = &pod["containers"][0];
    let rights = &container["securityContext"];
    assert_eq!(rights["readOnlyRootFilesystem"], true);
    assert_eq!(rights["allowPrivilegeEscalation"], false);
    assert_eq!(rights["capabilities"]["drop"][0], "ALL");
    let names = |list: &Value| -> BTreeSet<String> {
        list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&pod["volumes"]), names(&container["volumeMounts"]));
    let mounts: Vec<&str> = container["volumeMounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mount| mount["mountPath"].as_str().unwrap())
        .collect();
    let command: Vec<&str> =
        container["command"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(command[0], "crmlint-daily", "what the Dockerfile puts on the path");
    assert!(mounts.contains(&command[1]), "{command:?}");
    for variable in container["env"].as_array().unwrap() {
        let file = variable["value"].as_str().unwrap();
        assert!(mounts.iter().any(|mount| file.starts_with(&format!("{mount}/"))), "{file}");
    }
    let image = container["image"].as_str().unwrap();
    assert_eq!(image, format!("crmlint:{}", env!("CARGO_PKG_VERSION")), "no registry of anyone's");
}

#[test]
fn the_image_is_built_from_what_there_is_and_runs_as_nobody() {
    let dockerfile = text("Dockerfile");
    let known = ["FROM", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT", "CMD"];
    let steps: Vec<(&str, &str)> = lines(&dockerfile).iter().map(|line| line.split_once(' ').unwrap()).collect();
    let stages: Vec<&str> = steps.iter().filter(|(word, _)| *word == "FROM").map(|(_, rest)| *rest).collect();
    assert_eq!(stages.len(), 2, "one builds, one runs");
    let minimum = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let minimum =
        minimum.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap().trim_matches('"').to_owned();
    assert!(stages[0].starts_with(&format!("rust:{minimum}-")) && stages[0].ends_with(" AS build"), "{stages:?}");
    assert!(stages.iter().all(|stage| !stage.split(':').next().unwrap().contains('/')), "no registry of anyone's");
    let ignored = text("Dockerfile.dockerignore");
    let ignored = lines(&ignored);
    assert!(ignored.contains(&"target") && ignored.contains(&".git"));
    let mut copied = BTreeSet::new();
    for (word, rest) in &steps {
        assert!(known.contains(word), "{word}");
        if *word != "COPY" {
            continue;
        }
        let words: Vec<&str> = rest.split_whitespace().filter(|word| !word.starts_with("--chmod")).collect();
        let (sources, _) = words.split_at(words.len() - 1);
        if let Some(stage) = sources[0].strip_prefix("--from=") {
            assert_eq!((stage, sources[1]), ("build", "/build/target/release/crmlint"));
            continue;
        }
        for source in sources {
            assert!(root().join(source).exists() && !ignored.contains(source), "{source}");
            copied.insert((*source).to_owned());
        }
    }
    // Cargo refuses a package whose targets are not there, and the build takes these in.
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let paths = manifest.lines().filter_map(|line| line.strip_prefix("path = ")).map(|path| path.trim_matches('"'));
    let needed = ["rules", "fixtures/demo", "docs", "benches", "Cargo.lock"].into_iter().chain(paths);
    for path in needed {
        assert!(copied.iter().any(|copied| Path::new(path).starts_with(copied)), "{path} is not copied");
    }
    let at = |word: &str| steps.iter().rposition(|(step, _)| *step == word).unwrap();
    assert_eq!(steps[at("USER")].1, "65532:65532", "not root, and a number, so that a cluster can tell");
    assert!(at("USER") > at("RUN") && at("USER") < at("ENTRYPOINT"));
    assert!(steps.iter().any(|(word, rest)| *word == "RUN" && rest.contains("ca-certificates")));
    for (_, script) in steps.iter().filter(|(word, _)| *word == "RUN") {
        let read = Command::new("sh").args(["-n", "-c", script]).output().unwrap();
        assert!(read.status.success(), "{script}");
    }
}

#[test]
fn the_workflow_runs_keeps_its_state_and_uploads_nobody() {
    let workflow = document("github.yml");
    assert!(is_cron(workflow["on"]["schedule"][0]["cron"].as_str().unwrap()));
    let steps = workflow["jobs"]["hygiene"]["steps"].as_array().unwrap();
    let with = |key: &str| steps.iter().filter_map(|step| step["with"][key].as_str()).collect::<Vec<_>>();
    assert_eq!(
        with("path"),
        ["~/.cargo/bin/crmlint", ".crmlint/notify.json\n.crmlint/history.sqlite.notify.json\n", "report.html"],
        "no export, no JSON, no rows"
    );
    let version = env!("CARGO_PKG_VERSION");
    assert!(with("key")[0].contains(version), "the version of the build is in its key");
    let scripts: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert!(scripts[0].contains(&format!("--tag v{version}")), "{}", scripts[0]);
    for id in ["built", "page"] {
        assert!(steps.iter().any(|step| step["id"] == id), "{id}");
    }
    // The steps after the first run here as they stand; the last would post, so it says what it would post.
    let dir = demo();
    let config = fs::read_to_string(dir.path().join("crmlint.yaml")).unwrap();
    let named = format!("{config}\nnotify:\n  - {{kind: slack, url_env: SLACK_URL}}\n");
    write(dir.path(), "crmlint.yaml", named.as_bytes());
    let summary = dir.path().join("step.md");
    let environment = [
        ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
        ("SLACK_URL", "https://hooks.example.com/canary"),
        ("PAGE", "https://github.example.com/artifact/1"),
    ];
    let [audit, show, tell] = scripts[1..] else { panic!("{scripts:?}") };
    let ran = shell(dir.path(), audit, &environment);
    // The config of the demo has a `fail_on:` of its own; the steps below run all the same.
    assert!(ran.code <= 1 && scripts.len() == 4, "{ran:?}");
    let goes_on = |step: &Value| step["if"].as_str().is_some_and(|when| when.contains("!cancelled()"));
    assert_eq!(steps.iter().filter(|step| goes_on(step)).count(), 3);
    assert_eq!(shell(dir.path(), show, &environment).code, 0);
    assert!(fs::read_to_string(&summary).unwrap().contains("crmlint"));
    let ran = shell(dir.path(), &format!("{tell} --dry-run"), &environment);
    assert!(ran.code == 0 && ran.out.contains("https://github.example.com/artifact/1"), "{ran:?}");
    assert!(!ran.out.contains("canary"), "{}", ran.out);
}
