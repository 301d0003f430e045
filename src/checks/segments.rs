//! Segments as the rules about them see them: how their members are asked for, and what is missing for that.

use super::context::{Context, no_profiles};
use crate::facts::{Filter, Question};
use crate::findings::{Gap, Subject};
use crate::mapping::{ColumnPath, Mapping, Segment};

/// A gap about a segment.
pub(super) fn gap(segment: &Segment, reason: &str) -> Gap {
    Gap { subject: format!("segment:{}", segment.name), reason: reason.to_owned(), column: None }
}

/// The section of segments is missing, or holds none that a rule looks at.
pub(super) fn none(reason: &str) -> Gap {
    Gap { subject: "mapping:segments".to_owned(), reason: reason.to_owned(), column: None }
}

/// What a finding about one attribute in a segment is about.
pub(super) fn subject(segment: &str, attribute: &str) -> Subject {
    Subject::entry("segment", &format!("{segment} ({attribute})"))
}

/// Whether a finding is about a segment.
pub(super) fn is_about(subject: &Subject, segment: &str) -> bool {
    let rest = subject.name.strip_prefix("segment:").and_then(|name| name.strip_prefix(segment));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
}

/// The condition of a segment, or why it is not known.
pub(super) fn known<'a>(context: &'a Context<'_>, segment: &Segment) -> Result<&'a Filter, Gap> {
    let unread = || segment.open.clone().unwrap_or_else(|| "its condition is not understood".to_owned());
    context.segment(&segment.name).ok_or_else(|| gap(segment, &unread()))
}

/// Every segment whose condition is known, with it, and what is not known of the others.
pub(super) fn conditions<'a, 'b>(
    context: &'a Context<'_>,
    mapping: &'b Mapping,
) -> (Vec<(&'b Segment, &'a Filter)>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    for segment in &mapping.segments {
        match known(context, segment) {
            Ok(filter) => found.push((segment, filter)),
            Err(gap) => gaps.push(gap),
        }
    }
    (found, gaps)
}

/// The question for those who meet a condition, and what stands in its way.
pub(super) fn members(context: &Context<'_>, segment: &Segment, filter: Filter) -> Result<Question, Vec<Gap>> {
    let Some(profiles) = context.profiles() else {
        return Err(vec![no_profiles(&format!("segment:{}", segment.name))]);
    };
    let gaps = context.filter_gaps(&filter);
    if gaps.is_empty() && !profiles.preview.is_empty() {
        return Ok(Question::Rows { dataset: profiles.name.clone(), filter });
    }
    let empty = profiles.preview.is_empty().then(|| super::context::no_records(profiles, String::new()));
    let subject = format!("segment:{}", segment.name);
    Err(gaps.into_iter().chain(empty).map(|gap| Gap { subject: subject.clone(), ..gap }).collect())
}

/// The profile attribute that a column of a condition is.
pub(super) fn attribute(context: &Context<'_>, column: &str) -> Option<String> {
    let path = ColumnPath::parse(column)?;
    let profiles = context.profiles().map_or("customerio.people", |profiles| profiles.name.as_str());
    (path.dataset == profiles).then_some(path.column)
}
