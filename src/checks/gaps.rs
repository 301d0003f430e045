//! What is missing where a check cannot look: the sentences that several checks share.

use crate::exports::Dataset;
use crate::findings::Gap;

/// A gap for the lack of a mapping document.
pub fn no_mapping() -> Gap {
    Gap { subject: "mapping".to_owned(), reason: "there is no mapping document".to_owned(), column: None }
}

/// A gap for the lack of profiles.
pub fn no_profiles(subject: &str) -> Gap {
    Gap { subject: subject.to_owned(), reason: "no people export of Customer.io was given".to_owned(), column: None }
}

/// A gap for an export without records.
pub fn no_records(dataset: &Dataset, subject: String) -> Gap {
    Gap { subject, reason: format!("{} holds no records", dataset.name), column: None }
}

/// A gap for a table of suppressed people that ends with its header: an export that failed looks the same as one of nobody.
/// An empty answer of the API says itself that there is nobody.
pub(super) fn empty_list(list: &Dataset) -> Option<Gap> {
    let reason = format!(
        "{} holds no records, and an export that failed looks the same; where nobody is suppressed, take the file out \
         of `sources:`",
        list.name
    );
    let is_bare = list.preview.is_empty() && list.delimiter.is_some();
    is_bare.then(|| Gap { subject: list.name.clone(), reason, column: None })
}
