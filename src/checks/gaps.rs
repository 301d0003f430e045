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
