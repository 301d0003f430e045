//! Every rule alone on its fixtures, in-process: it fires where it must and nowhere else, and the checks of this file
//! notice a rule whose judgement is withheld.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crmlint::audit::{self, Options, Run};
use crmlint::checks::KINDS;
use crmlint::config::Config;
use crmlint::error::Exit;
use crmlint::findings::triage::Policy;
use crmlint::findings::{Severity, Status};
use crmlint::frames::time::written;
use crmlint::mapping::Mapping;
use crmlint::rules::{BUILT_IN, Rule, Rules, merged};

/// Rules that fire beside the one under test, because its fixture cannot be made without them.
const BESIDE: &[(&str, &str)] = &[
    // The ignore entry that expired no longer accepts the duplicates it was written for.
    ("expired-ignore", "DUP001"),
    // An item fails by what another rule found.
    ("checklist-item-failed", "DUP001"),
    // The error that the journey rests on.
    ("journey-on-open-error", "ENM001"),
    // A journey starts on the date that is in the wrong form.
    ("campaign-date-format", "JNY010"),
    // A person on two profiles, both with an id and an address, is a pair that nobody merges.
    ("split-profile", "DUP012"),
    // What was never written is stale too.
    ("change-not-written", "ENM007"),
    // Whoever got another profile is split over two; a test person is a contact as well.
    ("profile-per-update", "DUP005"),
    ("test-person-gained-profile", "DUP005"),
    ("test-person-gained-profile", "DUP013"),
];

/// The earlier revision beside a fixture, for rules that compare.
fn before(config: &Path) -> Result<Option<Mapping>, String> {
    let file = config.with_file_name("mapping.before.yaml");
    let read = file.is_file().then(|| Mapping::read(&file, "mapping.before.yaml"));
    read.transpose().map_err(|error| error.to_string())
}

fn run(name: &str, half: &str, blank: Option<&str>) -> Result<Run, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name).join(half).join("crmlint.yaml");
    let config = Config::read(&path).map_err(|error| error.to_string())?;
    let now = written("2026-06-01").unwrap();
    let policy = Policy { profile: config.profile.clone(), fail_on: Some(Severity::Error), strict: false, now };
    let options =
        Options { all_rows: true, base: before(&path)?, blank: blank.map(str::to_owned), ..Options::new(policy, &()) };
    audit::run(&config, &options).map_err(|error| error.to_string())
}

fn ensure(holds: bool, otherwise: impl Fn() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// No rule broke, and the rule under test looked at something.
fn looked(run: &Run, rule: &Rule) -> Result<(), String> {
    let broken = run.verdict.outcomes.iter().find(|outcome| matches!(outcome.status, Status::Failed(_)));
    ensure(broken.is_none(), || format!("a rule failed: {broken:?}"))?;
    let outcome = run.verdict.outcomes.iter().find(|outcome| outcome.code == rule.code);
    let outcome = outcome.ok_or_else(|| "the rule did not run".to_owned())?;
    ensure(outcome.subjects > 0, || format!("it looked at nothing: {:?}", outcome.gaps))
}

fn fires(rule: &Rule, blank: Option<&str>) -> Result<(), String> {
    let run = run(&rule.name, "fires", blank)?;
    looked(&run, rule)?;
    let verdict = &run.verdict;
    let found: BTreeSet<&str> = verdict.findings.iter().map(|finding| finding.code.as_str()).collect();
    let beside = BESIDE.iter().filter(|(name, _)| *name == rule.name).map(|(_, code)| *code);
    let wanted: BTreeSet<&str> = beside.chain([rule.code.as_str()]).collect();
    ensure(found == wanted, || format!("found {found:?}, wanted {wanted:?}"))?;
    let severe = verdict.findings.iter().any(|finding| finding.severity == Severity::Error);
    let exit = if severe { Exit::Findings } else { Exit::Clean };
    ensure(verdict.exit == exit, || format!("exit {:?}, wanted {exit:?}", verdict.exit))?;
    for finding in verdict.findings.iter().filter(|finding| finding.code == rule.code) {
        let hit = &finding.hit;
        ensure(finding.severity == rule.severity, || format!("{:?} instead of the rule's severity", finding.severity))?;
        ensure(hit.rows > 0 && hit.rows <= hit.total, || format!("{} records of {}", hit.rows, hit.total))?;
        ensure(hit.statement.ends_with('.'), || format!("not a sentence: {}", hit.statement))?;
    }
    Ok(())
}

fn passes(rule: &Rule) -> Result<(), String> {
    let run = run(&rule.name, "passes", None)?;
    looked(&run, rule)?;
    let found: Vec<&str> = run.verdict.findings.iter().map(|finding| finding.code.as_str()).collect();
    ensure(found.is_empty(), || format!("found {found:?}"))?;
    ensure(run.verdict.exit == Exit::Clean, || format!("exit {:?}", run.verdict.exit))
}

fn rules() -> Rules {
    Rules::load(&[]).unwrap()
}

/// Runs a check on every rule and names all that fail it.
fn each(check: impl Fn(&Rule) -> Result<(), String>) {
    let wrong: Vec<String> = rules()
        .iter()
        .filter_map(|rule| check(rule).err().map(|why| format!("{} {}: {why}", rule.code, rule.name)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rule_fires_on_its_fixture_and_no_other_does() {
    each(|rule| fires(rule, None));
}

#[test]
fn nothing_fires_where_a_rule_passes() {
    each(passes);
}

#[test]
fn a_rule_without_judgement_is_noticed() {
    each(|rule| match fires(rule, Some(&rule.code)) {
        Err(_) => Ok(()),
        Ok(()) => Err("its fixture passes although the rule finds nothing".to_owned()),
    });
}

#[test]
fn a_passing_fixture_is_no_copy_of_the_firing_one() {
    each(|rule| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(&rule.name);
        let texts = |half: &str| -> Vec<String> {
            let files = common::files(&folder.join(half)).into_iter();
            let mut texts: Vec<String> = files
                .map(|file| String::from_utf8_lossy(&fs::read(folder.join(half).join(file)).unwrap()).into_owned())
                .collect();
            texts.sort();
            texts
        };
        ensure(texts("fires") != texts("passes"), || "both halves are the same".to_owned())
    });
}

#[test]
fn codes_and_names_are_well_formed_and_unique() {
    let rules = rules();
    assert_eq!(rules.iter().count(), BUILT_IN.len(), "two rules share a code");
    let names: BTreeSet<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names.len(), BUILT_IN.len(), "two rules share a name");
    for rule in rules.iter() {
        let (family, number) = rule.code.split_at(rule.code.len() - 3);
        let fits = (2..=3).contains(&family.len())
            && family.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.bytes().all(|byte| byte.is_ascii_digit());
        assert!(fits, "{} is no code", rule.code);
        let fits =
            rule.name.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(fits && rule.name.contains('-'), "{} is no name", rule.name);
    }
}

#[test]
fn every_rule_says_what_why_and_what_to_do() {
    each(|rule| {
        for text in [&rule.what, &rule.why, &rule.fix] {
            ensure(text.len() > 30 && text.ends_with('.'), || format!("not a sentence: {text:?}"))?;
            ensure(!text.contains('!'), || format!("it shouts: {text:?}"))?;
        }
        ensure(!rule.since.is_empty(), || "no `since`".to_owned())?;
        ensure(!rule.needs.is_empty(), || "no `needs`".to_owned())?;
        let known = ["high", "medium", "low"].contains(&rule.confidence.as_str());
        ensure(known, || format!("confidence {}", rule.confidence))
    });
}

#[test]
fn a_rule_has_one_name_everywhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(root.join("rules")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            assert_eq!(path.extension().and_then(|kind| kind.to_str()), Some("yaml"), "{}", path.display());
            files.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    let listed: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
    assert!(listed.is_sorted(), "BUILT_IN is not in order");
    assert_eq!(files.iter().map(String::as_str).collect::<Vec<_>>(), listed, "rules/ against BUILT_IN");
    for (name, text) in BUILT_IN {
        let document: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(document["name"].as_str(), Some(*name), "rules/{name}.yaml");
    }
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(root.join("fixtures")).unwrap() {
        let path = entry.unwrap().path();
        if path.join("fires").is_dir() || path.join("passes").is_dir() {
            folders.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(folders, files, "fixtures/ against rules/");
}

#[test]
fn every_kind_is_used_and_no_two_rules_are_the_same() {
    let rules = rules();
    let used: BTreeSet<&str> = rules.iter().map(|rule| rule.kind.name).collect();
    let listed: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert!(listed.iter().all(|name| used.contains(name)), "kinds {listed:?}, used {used:?}");
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len(), "two kinds share a name");
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (name, text) in BUILT_IN {
        let document: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
        let shape = format!("{:?} {:?}", document["check"], document.get("params"));
        assert_eq!(seen.insert(shape, name), None, "{name} does what another rule does");
    }
}

#[test]
fn a_merged_code_is_no_rule_and_leads_to_one() {
    let rules = rules();
    for merged in merged::all() {
        assert!(rules.iter().all(|rule| rule.code != merged.code), "{} is a rule", merged.code);
        assert!(rules.iter().any(|rule| rule.code == merged.into), "{} is no rule", merged.into);
        assert!(merged.why.ends_with('.'), "not a sentence: {}", merged.why);
        let meant: Vec<&str> = rules.select(&merged.code).into_iter().map(|rule| rule.code.as_str()).collect();
        assert_eq!(meant, [merged.into.as_str()], "{merged}");
    }
}

#[test]
fn a_selector_means_a_code_a_name_or_a_family() {
    let rules = rules();
    let codes =
        |selector: &str| -> Vec<String> { rules.select(selector).into_iter().map(|rule| rule.code.clone()).collect() };
    assert_eq!(codes("enm002"), ["ENM002"]);
    assert_eq!(codes("enum-variant"), ["ENM002"]);
    assert_eq!(
        codes("ENM"),
        [
            "ENM001", "ENM002", "ENM003", "ENM004", "ENM005", "ENM006", "ENM007", "ENM008", "ENM009", "ENM010",
            "ENM011", "ENM012", "ENM013", "ENM014"
        ]
    );
    assert_eq!(codes("all").len(), BUILT_IN.len());
    for none in ["", "EN", "ENM9", "enum"] {
        assert!(codes(none).is_empty(), "{none:?} means {:?}", codes(none));
    }
}
