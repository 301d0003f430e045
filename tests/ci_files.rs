//! What teams copy into their CI does what it says: the script lines of the GitHub Action, the GitLab snippet and the
//! pre-commit hooks run here, as they stand, in checkouts as shallow as those of CI.
#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/git.rs"]
mod git;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Ran, copy, finish, root};
use git::commit;
use git2::Repository;
use serde_json::Value;
use tempfile::TempDir;

fn document(name: &str) -> Value {
    let text = fs::read_to_string(root().join(name)).unwrap();
    let value: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    serde_json::to_value(value).unwrap()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {value}"))
}

/// A server's repository with `main` and a topic, and a checkout of the topic as CI makes it: one commit, nothing else.
struct Checkout {
    dir: TempDir,
}

impl Checkout {
    fn of(edits: &[(&str, &str)]) -> Self {
        let dir = TempDir::new().unwrap();
        let origin = dir.path().join("origin");
        copy(&root().join("fixtures/demo"), &origin);
        let mut options = git2::RepositoryInitOptions::new();
        let repository = Repository::init_opts(&origin, options.initial_head("main")).unwrap();
        commit(&repository, "the demo");
        let base = repository.head().unwrap().peel_to_commit().unwrap();
        repository.branch("topic", &base, false).unwrap();
        repository.set_head("refs/heads/topic").unwrap();
        let file = origin.join("mapping.yaml");
        let mut mapping = fs::read_to_string(&file).unwrap();
        for (from, to) in edits {
            assert!(mapping.contains(from), "{from}");
            mapping = mapping.replacen(from, to, 1);
        }
        fs::write(file, mapping).unwrap();
        commit(&repository, "a change");
        let checkout = Self { dir };
        let url = format!("file://{}", origin.display());
        let clone = checkout.shell(
            checkout.dir.path(),
            &format!("git clone --quiet --depth=1 --branch topic {url} checkout"),
            &[],
        );
        assert_eq!(clone.code, 0, "git is needed: {}", clone.err);
        checkout
    }

    fn place(&self) -> PathBuf {
        self.dir.path().join("checkout")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.place().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs a script as CI does, with this build of crmlint first on the path.
    fn shell(&self, at: &Path, script: &str, environment: &[(&str, &str)]) -> Ran {
        let own = Path::new(env!("CARGO_BIN_EXE_crmlint")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(at).env_clear();
        command.env("PATH", format!("{}:{path}", own.display())).env("HOME", self.dir.path());
        // Nothing of the machine's git may change what happens.
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0");
        command.envs(environment.iter().copied());
        finish(command)
    }
}

const BREAKING: &[(&str, &str)] = &[("type: number", "type: text"), ("Active, Loyal, At Risk", "Active, At Risk")];
const HARMLESS: &[(&str, &str)] = &[("used_for: warranty mails", "used_for: warranty mails and recalls")];

/// The steps of the action that run a script, with their inputs at the defaults but for these.
fn steps(inputs: &[(&str, &str)]) -> Vec<(String, Vec<(String, String)>)> {
    let action = document("action.yml");
    assert_eq!(text(&action, "/runs/using"), "composite");
    let value = |name: &str| {
        let own = inputs.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
        own.unwrap_or_else(|| text(&action, &format!("/inputs/{name}/default"))).to_owned()
    };
    let steps = action.pointer("/runs/steps").and_then(Value::as_array).unwrap();
    let environment = |step: &Value| {
        let variables = step.get("env").and_then(Value::as_object);
        let variables = variables.into_iter().flatten().map(|(name, text)| {
            let input = text.as_str().and_then(|text| text.strip_prefix("${{ inputs.")?.strip_suffix(" }}"));
            (name.clone(), value(input.unwrap_or_else(|| panic!("{name} is no input"))))
        });
        variables.collect()
    };
    steps.iter().map(|step| (text(step, "/run").to_owned(), environment(step))).collect()
}

fn action(checkout: &Checkout, base: Option<&str>, inputs: &[(&str, &str)]) -> Ran {
    let summary = checkout.dir.path().join("step-summary.md");
    let mut last = None;
    for (script, own) in steps(inputs) {
        let mut environment: Vec<(&str, &str)> =
            own.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        environment.push(("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()));
        environment.push(("GITHUB_ACTION_PATH", "/nowhere"));
        environment.extend(base.map(|base| ("GITHUB_BASE_REF", base)));
        last = Some(checkout.shell(&checkout.place(), &script, &environment));
    }
    last.unwrap()
}

#[test]
fn the_action_annotates_a_pull_request_and_writes_its_summary() {
    let checkout = Checkout::of(BREAKING);
    let ran = action(&checkout, Some("main"), &[]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("::error file=mapping.yaml,line="), "{}", ran.out);
    let summary = fs::read_to_string(checkout.dir.path().join("step-summary.md")).unwrap();
    assert!(summary.contains("MAP014") && summary.contains("type-changed:total"), "{summary}");
    let output = document("action.yml");
    let sarif: Value = serde_json::from_str(&checkout.read(text(&output, "/outputs/sarif/value"))).unwrap();
    let rules: Vec<&str> = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["ruleId"].as_str().unwrap())
        .collect();
    assert_eq!(rules.iter().filter(|rule| **rule == "MAP014").count(), 2, "{rules:?}");
    // The demo's own faults stand in a branch that changes nothing of weight; only they fail it then.
    let checkout = Checkout::of(HARMLESS);
    let ran = action(&checkout, Some("main"), &[("fail-on", "never")]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("MAP014"), "{}", ran.out);
}

#[test]
fn the_action_compares_a_push_with_the_commit_before_and_takes_its_inputs() {
    let checkout = Checkout::of(BREAKING);
    let ran = action(&checkout, None, &[]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("MAP014"), "{}", ran.out);
    let counted = checkout.shell(
        &checkout.place(),
        "git fetch -q --depth=1 origin main && git checkout -q FETCH_HEAD && crmlint audit --now 2026-06-01 -q \
         --fail-on never --save-summary ../summary.json && git checkout -q topic",
        &[],
    );
    assert_eq!(counted.code, 0, "{}", counted.err);
    let ran = action(&checkout, None, &[("against", "origin/topic"), ("summary", "../summary.json")]);
    assert!(!ran.out.contains("MAP014"), "the same revision: {}", ran.out);
    let ran = action(&checkout, Some("main"), &[("summary", "../summary.json")]);
    let summary = fs::read_to_string(checkout.dir.path().join("step-summary.md")).unwrap();
    assert!(summary.contains("59 profiles hold <code>Loyal</code>"), "{summary}{}", ran.err);
    let ran = action(&checkout, Some("main"), &[("path", "no-such-folder")]);
    assert!(ran.code >= 2, "{}", ran.out);
}

#[test]
fn the_gitlab_job_writes_its_reports() {
    let job = document("docs/ci/gitlab.yml")["crmlint"].clone();
    let lines: Vec<&str> = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let checkout = Checkout::of(BREAKING);
    let ran = checkout.shell(
        &checkout.place(),
        &lines.join("\n"),
        &[("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"), ("CI_PIPELINE_SOURCE", "merge_request_event")],
    );
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("MAP014"), "{}", ran.out);
    let reports = &job["artifacts"]["reports"];
    let quality: Value = serde_json::from_str(&checkout.read(reports["codequality"].as_str().unwrap())).unwrap();
    let found = quality.as_array().unwrap().iter().filter(|issue| issue["check_name"] == "MAP014");
    assert!(found.clone().count() == 2 && found.clone().all(|issue| issue["location"]["path"] == "mapping.yaml"));
    assert!(checkout.read(reports["junit"].as_str().unwrap()).contains("MAP014"));
}

#[test]
fn the_hooks_run_on_what_is_about_to_be_committed() {
    let hooks = document(".pre-commit-hooks.yaml");
    let checkout = Checkout::of(&[]);
    let run = |id: &str, files: &str| {
        let hook = hooks.as_array().unwrap().iter().find(|hook| hook["id"] == id).unwrap();
        let arguments: Vec<&str> =
            hook["args"].as_array().into_iter().flatten().map(|argument| argument.as_str().unwrap()).collect();
        let files = if hook["pass_filenames"] == Value::Bool(false) { "" } else { files };
        let pattern = regex_lite(hook["files"].as_str().unwrap());
        assert!(pattern("mapping.yaml") && pattern("crm/crmlint.yml") && !pattern("mapping.yaml.bak"));
        let line = format!("{} {} {files}", text(hook, "/entry"), arguments.join(" "));
        checkout.shell(&checkout.place(), &line, &[])
    };
    let clean = run("crmlint-gate", "");
    assert!(!clean.out.contains("MAP014"), "{}{}", clean.out, clean.err);
    let file = checkout.place().join("mapping.yaml");
    let mapping = fs::read_to_string(&file).unwrap();
    fs::write(&file, mapping.replacen("type: number", "type: text", 1)).unwrap();
    let ran = run("crmlint-gate", "");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("MAP014"), "{}", ran.out);
    // The other one lays out what is named; the files that it changed are what stops a commit.
    let laid_out = run("crmlint-fmt", "mapping.yaml crmlint.yaml");
    assert_eq!(laid_out.code, 0, "{}", laid_out.err);
    let wanted = fs::read_to_string(&file).unwrap();
    fs::write(&file, wanted.replacen("type: text", "type:    text", 1)).unwrap();
    let ran = run("crmlint-fmt", "mapping.yaml");
    assert!(ran.code == 0 && ran.out.contains("formatted mapping.yaml"), "{}{}", ran.out, ran.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), wanted);
}

/// What `(^|/)(a|b)\.ya?ml$` matches, without a library for one pattern.
fn regex_lite(pattern: &str) -> impl Fn(&str) -> bool {
    let names = pattern.strip_prefix("(^|/)(").and_then(|rest| rest.strip_suffix(")\\.ya?ml$")).unwrap().to_owned();
    move |path| {
        let name = path.rsplit('/').next().unwrap_or_default();
        names.split('|').any(|stem| name == format!("{stem}.yaml") || name == format!("{stem}.yml"))
    }
}

#[test]
fn the_examples_name_what_is_there() {
    let workflow = document("docs/ci/github.yml");
    let steps = workflow["jobs"]["gate"]["steps"].as_array().unwrap();
    let own = steps.iter().find(|step| step["uses"].as_str().unwrap().contains("crmlint")).unwrap();
    let inputs = document("action.yml")["inputs"].clone();
    for name in own["with"].as_object().unwrap().keys() {
        assert!(inputs.get(name).is_some(), "{name}");
    }
    let hooks = document(".pre-commit-hooks.yaml");
    for hook in document("docs/ci/pre-commit.yaml")["repos"][0]["hooks"].as_array().unwrap() {
        assert!(hooks.as_array().unwrap().iter().any(|known| known["id"] == hook["id"]), "{hook}");
    }
}
