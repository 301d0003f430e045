//! Which ignore entries accept which findings. Shared by triage, which acts on it, and by the rules that audit it.

use super::{Finding, Subject};
use crate::config::{Ignore, Selector, Waiver};
use crate::frames::time::written;
use crate::mapping::Spot;
use crate::rules::merged;

/// Whether an entry still holds: its last day is not over.
pub fn holds(ignore: &Ignore, now: i64) -> bool {
    lasts(ignore.until.as_ref(), now)
}

/// Whether the last day of an entry is not over.
fn lasts(until: Option<&Spot>, now: i64) -> bool {
    until.is_none_or(|until| written(&until.text).is_some_and(|start| now < start + 86_400))
}

impl Waiver {
    /// Whether it waives anything: it has a reason, and its last day is not over.
    pub fn holds(&self, now: i64) -> bool {
        self.reason.is_some() && self.lasts(now)
    }

    /// Whether its last day is not over.
    pub fn lasts(&self, now: i64) -> bool {
        lasts(self.until.as_ref(), now)
    }
}

impl Selector {
    /// Whether it means a finding.
    pub fn means(&self, finding: &Finding) -> bool {
        let rule = self.rule.as_ref().is_none_or(|rule| is_rule(&rule.text, &finding.code, &finding.name));
        let subject = &finding.hit.subject;
        let dataset = self
            .dataset
            .as_ref()
            .is_none_or(|dataset| subject.dataset.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(dataset)));
        rule && dataset && self.subject.as_ref().is_none_or(|wanted| is_named(subject, wanted))
    }
}

/// Whether a text names a rule: its code in any case, its name, or a code that went into it.
pub fn is_rule(text: &str, code: &str, name: &str) -> bool {
    text.eq_ignore_ascii_case(code) || text == name || merged::of(text).is_some_and(|merged| merged.into == code)
}

/// Whether people would name a subject so: whole, without its dataset, or without its kind.
fn is_named(subject: &Subject, wanted: &str) -> bool {
    let short = subject.dataset.as_ref().and_then(|dataset| subject.name.strip_prefix(&format!("{dataset}.")));
    let bare = subject.name.split_once(':').map(|(_, name)| name);
    let attribute = bare.and_then(|name| name.strip_prefix("attributes."));
    subject.name == *wanted || [short, bare, attribute].contains(&Some(wanted))
}
