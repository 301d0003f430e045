//! What the last message to each target was about: a small file of fingerprints, and nothing of the findings themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::error::{Error, Fault, Result};
use crate::reports::brief::{Before, Report};

/// The version of the file.
const VERSION: u32 = 1;

/// What was told, by target, profile and selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    version: u32,
    told: BTreeMap<String, Told>,
}

/// What one target was told last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// How the run ended: its headline.
    verdict: String,
    /// Fingerprints of the findings that stood.
    findings: BTreeSet<String>,
}

impl Told {
    /// What there is to tell of a report. What was told before and was not looked for this time stays told.
    pub fn of(report: &Report, verdict: &str, before: Option<&Self>) -> Self {
        let now = report.findings.iter().map(|item| &item.fingerprint);
        let trend = report.trend.as_ref();
        let is_unknown = |print: &&String| trend.is_some_and(|trend| trend.not_looked_for.contains(*print));
        let kept = before.into_iter().flat_map(|told| &told.findings).filter(is_unknown);
        Self { verdict: verdict.to_owned(), findings: now.chain(kept).cloned().collect() }
    }

    /// The findings that were told.
    pub fn before(&self) -> Before {
        Before { findings: self.findings.clone() }
    }
}

impl Default for State {
    fn default() -> Self {
        Self { version: VERSION, told: BTreeMap::new() }
    }
}

impl State {
    /// The file of a config: beside the history, or in `.crmlint` beside the config.
    pub fn place(config: &Config) -> PathBuf {
        let document = config.document.as_ref();
        let base = document.and_then(|document| Path::new(&document.file).parent()).unwrap_or_else(|| Path::new(""));
        match document.and_then(|document| document.root.get_text("history")) {
            Some(history) => base.join(format!("{history}.notify.json")),
            None => base.join(".crmlint/notify.json"),
        }
    }

    /// Reads the file; one that is not there says that nothing was told yet.
    pub fn read(file: &Path) -> Result<Self> {
        let refuse = |why: String, help: &str| {
            let fault = Fault::new(format!("{}, which says what was told last, {why}", file.display()));
            Err(Error::input(fault.help(help)))
        };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return refuse(format!("cannot be read: {error}"), "check its permissions"),
        };
        let anew = "delete it: the next message goes out as if it were the first";
        match serde_json::from_str::<Self>(&text) {
            Ok(state) if state.version == VERSION => Ok(state),
            Ok(state) => refuse(format!("is of version {}, and this program reads {VERSION}", state.version), anew),
            Err(_) => refuse("is damaged".to_owned(), anew),
        }
    }

    /// What a target was told last of runs of this profile and selection.
    pub fn last(&self, target: &str, [profile, selection]: [Option<&str>; 2]) -> Option<&Told> {
        self.told.get(&key(target, [profile, selection]))
    }

    /// Keeps what a target was told.
    pub fn tell(&mut self, target: &str, series: [Option<&str>; 2], told: Told) {
        self.told.insert(key(target, series), told);
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// A launch check and a hygiene report find different things every time they take turns; so do all rules and a few.
fn key(target: &str, [profile, selection]: [Option<&str>; 2]) -> String {
    let profile = profile.map(|profile| format!(", {profile}")).unwrap_or_default();
    let selection = selection.map(|selection| format!(", rules {selection}")).unwrap_or_default();
    format!("{target}{profile}{selection}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_read_back_by_target_and_profile() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("notify.json");
        assert_eq!(State::read(&file).expect("nothing yet"), State::default());
        let told = Told { verdict: "Clean".to_owned(), findings: ["a".to_owned()].into() };
        let mut state = State::default();
        state.tell("slack (URL)", [Some("launch"), None], told.clone());
        std::fs::write(&file, state.text()).expect("written");
        let read = State::read(&file).expect("a state");
        assert_eq!(read.last("slack (URL)", [Some("launch"), None]), Some(&told));
        assert_eq!(read.last("slack (URL)", [Some("launch"), Some("ENM")]), None);
        assert_eq!(read.last("slack (URL)", [Some("hygiene"), None]), None);
        assert_eq!(read.last("teams (URL)", [Some("launch"), None]), None);
        for (text, why) in
            [("{", "is damaged"), ("{\"version\": 2, \"told\": {}}", "of version 2"), ("[]", "is damaged")]
        {
            std::fs::write(&file, text).expect("written");
            assert!(State::read(&file).expect_err(text).to_string().contains(why), "{text}");
        }
    }
}
