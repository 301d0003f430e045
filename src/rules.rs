//! Rules as data: a YAML file names a kind of check, its parameters, a code and the texts. Built-in rules travel in the
//! binary; a team adds its own by path.

pub mod merged;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::checks::{KINDS, Kind};
use crate::error::{Error, Fault, Place, Result};
use crate::findings::Severity;
use crate::shape::{self, Shape, TEXTS, key, required};
use crate::text::nearest;
use crate::yaml::{Document, Mark, Node, Value};

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        /// The built-in rules: name and text of each file in `rules/`.
        pub const BUILT_IN: &[(&str, &str)] = &[$(($name, include_str!(concat!("../rules/", $name, ".yaml")))),*];
    };
}

built_in![
    "address-too-thin",
    "address-typo-pair",
    "alias-after-cutover",
    "allowed-value-never-seen",
    "ambiguous-day-and-month",
    "attribute-not-mapped",
    "blank-identifier",
    "blank-stage",
    "boolean-spellings",
    "branch-without-fallback",
    "breaking-change",
    "campaign-date-format",
    "change-not-written",
    "change-without-event",
    "checklist-item-failed",
    "consent-from-other-system",
    "consent-not-readable",
    "contacts-on-one-profile",
    "damaged-export",
    "damaged-record-id",
    "dates-out-of-order",
    "deal-event-repeated",
    "default-as-date",
    "duplicate-email",
    "duplicates-disagree-on-consent",
    "engaged-in-reactivation",
    "enum-as-free-text",
    "enum-typo",
    "enum-variant",
    "enum-without-list",
    "equivalent-email",
    "event-far-from-change",
    "event-lacks-properties",
    "event-without-path",
    "expired-ignore",
    "export-looks-cut",
    "export-through-spreadsheet",
    "export-too-old",
    "exports-apart",
    "foreign-value-on-profile",
    "id-differs-in-case",
    "id-without-record-any-more",
    "identifier-and-email-cross",
    "identifier-changed",
    "identifier-in-two-shapes",
    "identifier-not-on-profile",
    "idle-override",
    "ignore-without-reason",
    "impossible-date",
    "incomplete-mapping-entry",
    "instants-differ",
    "invisible-character",
    "journey-on-open-error",
    "journey-would-flip",
    "key-field-without-owner",
    "label-and-stored-value",
    "lag-over-limit",
    "lead-and-contact-both-synced",
    "lifecycle-changed-in-place",
    "lost-audience",
    "malformed-email",
    "mapped-attribute-absent",
    "mapped-field-without-owner",
    "masked-address",
    "merge-changes-person",
    "message-after-opt-out",
    "missing-column",
    "missing-mapping",
    "mixed-timestamp-formats",
    "modules-not-stated",
    "moment-only-as-date",
    "moment-without-event",
    "names-differ-in-case",
    "negative-segment-has-members",
    "no-canonical-identifier",
    "no-core-event",
    "no-exit-on-opt-out",
    "no-failsafe",
    "no-frequency-cap",
    "no-merge-rule",
    "no-negative-segment",
    "no-purchase-exit",
    "offset-missing-or-mixed",
    "old-address-on-profile",
    "older-value-won",
    "operator-does-not-fit",
    "opt-out-lost-on-conversion",
    "opt-out-undone",
    "opted-out-but-mailable",
    "over-write-limits",
    "pair-never-merged",
    "picklist-differs",
    "placeholder-identifier",
    "profile-per-update",
    "profile-timestamp-not-unix",
    "profile-without-record",
    "promise-shorter-than-lag",
    "qa-segment-not-defined",
    "qa-segment-off-size",
    "record-without-profile",
    "reorder-nudge-off-time",
    "repeated-concept",
    "repeated-identifier",
    "reserved-name-case",
    "retention-truth-not-mapped",
    "retired-rule-named",
    "routing-tag-lost",
    "row-count-differs",
    "segment-reads-absent-attribute",
    "segment-reads-retired-name",
    "segment-undercounts",
    "sensitive-field-mapped",
    "several-journeys-at-once",
    "several-kinds-of-id",
    "several-writers",
    "shared-email-in-zoho",
    "slow-trigger",
    "source-column-missing",
    "source-date-without-time",
    "source-timestamp-format",
    "split-profile",
    "stage-event-out-of-order",
    "stage-event-without-states",
    "stage-flips",
    "stage-jumped",
    "stage-without-debounce",
    "stale-baseline",
    "stale-ignore",
    "stale-profile-value",
    "stamp-missing",
    "stamp-of-non-owner",
    "stamp-of-unknown-system",
    "stub-opts-out",
    "suppressed-in-audience",
    "suppressed-without-profile",
    "sync-overrides-precedence",
    "sync-stands-still",
    "tag-not-approved",
    "tag-variant",
    "test-cohort-too-narrow",
    "test-person-differs",
    "test-person-gained-profile",
    "test-person-outside-segment",
    "test-person-split",
    "tested-value-not-allowed",
    "time-zone-not-stated",
    "timestamp-declared-as-text",
    "timestamp-unit",
    "too-few-test-people",
    "too-many-new-tags",
    "topics-contradict-flag",
    "trigger-of-wrong-kind",
    "two-owners",
    "two-welcomes-at-once",
    "unapproved-tag-read",
    "unfit-profile-id",
    "unmapped-copy-of-zoho",
    "unreadable-opt-out",
    "unreadable-preferences",
    "unused-attribute",
    "unwritable-name",
    "use-not-stated",
    "value-of-another-type",
    "value-outside-list",
    "weak-cluster",
    "winback-without-exclusions",
    "wrong-time-zone",
];

/// The keys of a rule file.
pub const RULE: Shape = Shape::Object(&[
    required("code", Shape::Text, "stable code, never used again: ENM001, or X001 for rules of your own"),
    required("name", Shape::Text, "the fault in words, with hyphens: enum-variant"),
    required("check", Shape::Text, "the kind of check"),
    key("params", Shape::Free, "parameters of the kind"),
    required("severity", Shape::Word(&["error", "warning", "note"]), "error, warning or note"),
    key("confidence", Shape::Word(&["high", "medium", "low"]), "how often a finding is right"),
    key("status", Shape::Word(&["stable", "preview", "deprecated"]), "preview rules are off by default"),
    key("since", Shape::Text, "the version that brought it"),
    required("what", Shape::Text, "what it finds"),
    required("why", Shape::Text, "what breaks"),
    required("fix", Shape::Text, "what to do"),
    key("needs", TEXTS, "the inputs it needs"),
    key("false_positive", Shape::Text, "how it can be wrong"),
]);

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `ENM002`
    pub code: String,
    /// `enum-variant`
    pub name: String,
    /// Its kind.
    pub kind: &'static Kind,
    /// Parameters, already checked against the kind.
    pub params: Node,
    /// Before re-grading.
    pub severity: Severity,
    /// `high`, `medium` or `low`.
    pub confidence: String,
    /// `stable`, `preview` or `deprecated`.
    pub status: String,
    /// The version that brought it.
    pub since: String,
    /// What it finds.
    pub what: String,
    /// What breaks.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// The inputs it needs.
    pub needs: Vec<String>,
    /// How it can be wrong.
    pub false_positive: String,
}

impl Rule {
    /// Whether it says nothing without an export.
    pub fn needs_exports(&self) -> bool {
        let needs = |need: &String| need.to_lowercase().contains("export") && !need.contains("or a mapping");
        self.needs.iter().any(needs)
    }
}

/// All rules of a run, by code.
#[derive(Debug, Clone)]
pub struct Rules {
    by_code: BTreeMap<String, Rule>,
}

impl Rules {
    /// The built-in rules and the team's own.
    pub fn load(own: &[PathBuf]) -> Result<Self> {
        let mut rules = Self { by_code: BTreeMap::new() };
        for (name, text) in BUILT_IN {
            rules.add(&Document::parse(&format!("rules/{name}.yaml"), (*text).to_owned())?)?;
        }
        for path in own {
            for file in files(path)? {
                rules.add(&Document::read(&file, &file.display().to_string())?)?;
            }
        }
        Ok(rules)
    }

    fn add(&mut self, document: &Document) -> Result<()> {
        let rule = parse(document)?;
        let at = document.root.get("code").map_or(document.root.mark, |node| node.mark);
        let twin = self.by_code.values().find(|other| other.code == rule.code || other.name == rule.name);
        if let Some(merged) = merged::of(&rule.code) {
            let fault = document.fault(at, format!("the code {} is taken: it went into {}", merged.code, merged.into));
            return Err(Error::usage(fault.help("give this rule a code of its own, such as X001")));
        }
        if let Some(twin) = twin {
            let fault = document.fault(at, format!("a rule {} ({}) exists already", twin.code, twin.name));
            return Err(Error::usage(fault.help("give this rule a code and a name of its own, such as X001")));
        }
        self.by_code.insert(rule.code.clone(), rule);
        Ok(())
    }

    /// Every rule, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.by_code.values()
    }

    /// The rule of a code or a name; of a code that went into another rule, that one.
    pub fn get(&self, code_or_name: &str) -> Option<&Rule> {
        let wanted = code_or_name.trim();
        let own = |wanted: &str| {
            self.iter().find(|rule| rule.code.eq_ignore_ascii_case(wanted) || rule.name.eq_ignore_ascii_case(wanted))
        };
        own(wanted).or_else(|| own(&merged::of(wanted)?.into))
    }

    /// The rules that a selector means: a code, a name, or a family such as `ENM`.
    pub fn select(&self, selector: &str) -> Vec<&Rule> {
        let wanted = selector.trim();
        if wanted.eq_ignore_ascii_case("all") {
            return self.iter().collect();
        }
        let family = |rule: &&Rule| {
            !wanted.is_empty() && rule.code.trim_end_matches(|c: char| c.is_ascii_digit()).eq_ignore_ascii_case(wanted)
        };
        self.get(wanted).map_or_else(|| self.iter().filter(family).collect(), |rule| vec![rule])
    }

    /// What is wrong with a rule that does not exist.
    pub fn unknown(&self, typed: &str, place: Option<Place>) -> Error {
        let names = self.iter().flat_map(|rule| [rule.code.as_str(), rule.name.as_str()]);
        let family = self.select(typed.trim_end_matches(|c: char| c.is_ascii_digit()));
        let help = match nearest(typed, names) {
            Some(near) => format!("did you mean `{near}`? `crmlint rules` lists them"),
            None if !family.is_empty() => {
                let codes: Vec<&str> = family.iter().map(|rule| rule.code.as_str()).collect();
                format!("of that family there are {}", codes.join(", "))
            }
            None => "`crmlint rules` lists them".to_owned(),
        };
        Error::usage(Fault { message: format!("there is no rule `{typed}`"), help: Some(help), place })
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let fail = |why: String| {
        Error::usage(
            Fault::new(format!("the rules in {} cannot be read: {why}", path.display()))
                .help("check the `rules:` entry of the config"),
        )
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|error| fail(error.to_string()))? {
        let file = entry.map_err(|error| fail(error.to_string()))?.path();
        if file.extension().is_some_and(|kind| kind == "yaml" || kind == "yml") {
            found.push(file);
        }
    }
    found.sort();
    if found.is_empty() { Err(fail("it holds no .yaml file".to_owned())) } else { Ok(found) }
}

fn parse(document: &Document) -> Result<Rule> {
    shape::check(document, &RULE)?;
    let root = &document.root;
    let text = |key: &str| root.get_text(key).unwrap_or_default().trim().to_owned();
    let kind_name = text("check");
    let Some(kind) = KINDS.iter().find(|kind| kind.name == kind_name) else {
        let at = root.get("check").map_or(root.mark, |node| node.mark);
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let help = nearest(&kind_name, names.iter().copied())
            .map_or_else(|| format!("kinds are: {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
        return Err(Error::usage(document.fault(at, format!("there is no kind of check `{kind_name}`")).help(help)));
    };
    let empty = Node { mark: Mark { line: 1, column: 1, offset: 0 }, value: Value::Null };
    let params = root.get("params").cloned().unwrap_or(empty);
    shape::check_part(document, &params, &kind.params, "params")?;
    let severity = Severity::parse(&text("severity")).unwrap_or(Severity::Error);
    Ok(Rule {
        code: text("code"),
        name: text("name"),
        kind,
        params,
        severity,
        confidence: root.get_text("confidence").unwrap_or_else(|| "high".to_owned()),
        status: root.get_text("status").unwrap_or_else(|| "stable".to_owned()),
        since: text("since"),
        what: text("what"),
        why: text("why"),
        fix: text("fix"),
        needs: root.get_texts("needs"),
        false_positive: text("false_positive"),
    })
}
