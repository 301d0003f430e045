//! Which ignore entries accept which findings. Shared by triage, which acts on it, and by the rules that audit it.

use super::Finding;
use crate::config::Ignore;
use crate::frames::time::written;

/// Whether an entry still holds: its last day is not over.
pub fn holds(ignore: &Ignore, now: i64) -> bool {
    ignore.until.as_ref().is_none_or(|until| written(&until.text).is_some_and(|start| now < start + 86_400))
}

/// Whether an entry means a finding, whatever its date.
pub fn means(ignore: &Ignore, finding: &Finding) -> bool {
    let rule = ignore
        .rule
        .as_ref()
        .is_some_and(|rule| rule.text.eq_ignore_ascii_case(&finding.code) || rule.text == finding.name);
    let subject = &finding.hit.subject;
    let dataset = ignore
        .dataset
        .as_ref()
        .is_none_or(|dataset| subject.dataset.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(dataset)));
    let named = ignore.subject.as_ref().is_none_or(|wanted| {
        let short = subject.dataset.as_ref().and_then(|dataset| subject.name.strip_prefix(&format!("{dataset}.")));
        subject.name == *wanted
            || short == Some(wanted)
            || subject.name.split_once(':').is_some_and(|(_, name)| name == wanted)
    });
    rule && dataset && named
}
