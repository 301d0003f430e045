//! The closed list of what keeps a person out of a journey, or lets one in who should not be.

/// A link of the chain from a record to a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// The record has a profile.
    Profile,
    /// The attribute arrived there.
    Attribute,
    /// It holds what the segment tests.
    Value,
    /// The person is in the segment.
    Segment,
    /// Nothing forbids to write to them.
    Consent,
    /// The journey runs.
    Journey,
}

impl Link {
    /// Its name in the report for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Attribute => "attribute",
            Self::Value => "value",
            Self::Segment => "segment",
            Self::Consent => "consent",
            Self::Journey => "journey",
        }
    }
}

macro_rules! causes {
    ($($(#[doc = $about:literal])+ $cause:ident $name:literal $link:ident $fault:literal,)+) => {
        /// What keeps a person out, or lets one in who should not be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Cause {
            $($(#[doc = $about])+ $cause,)+
        }

        impl Cause {
            /// Every cause, in the order of the chain.
            pub const ALL: &'static [Self] = &[$(Self::$cause),+];

            /// Its name in reports.
            pub fn name(self) -> &'static str {
                match self { $(Self::$cause => $name),+ }
            }

            /// How a way ends that it keeps somebody from: what is on its way arrives by itself.
            pub fn outcome(self) -> super::Outcome {
                match self {
                    Self::TooFresh => super::Outcome::Waits,
                    _ if self.is_fault() => super::Outcome::Misses,
                    _ => super::Outcome::KeptOut,
                }
            }

            /// The link that it breaks.
            pub fn link(self) -> Link {
                match self { $(Self::$cause => Link::$link),+ }
            }

            /// Whether something is broken; else the person is kept out as they should be.
            pub fn is_fault(self) -> bool {
                match self { $(Self::$cause => $fault),+ }
            }

            /// What it is, for the documentation.
            pub fn about(self) -> &'static str {
                match self { $(Self::$cause => concat!($($about),+)),+ }
            }
        }
    };
}

causes! {
    /// the person has no profile, and nothing here says why
    NoProfile "no-profile" Profile true,
    /// there is no record of the CRM: only another system knows the person
    NoRecord "no-record" Profile true,
    /// the record has no address and its identifier is on no profile
    NoAddress "no-address" Profile true,
    /// the address of the record is none, or a slip away from that of a profile that belongs to no record
    WrongAddress "wrong-address" Profile true,
    /// the address of the record stands on a profile of somebody else
    AddressTaken "address-taken" Profile true,
    /// the mapping keeps the record out: its module, or the module's condition
    OutOfScope "out-of-scope" Profile false,
    /// only a lead is there, and leads do not become people
    LeadNotConverted "lead-not-converted" Profile false,
    /// the record or the value changed within the lag of the sync
    TooFresh "too-fresh" Profile false,
    /// the person is on the suppression list
    Suppressed "suppressed" Profile false,
    /// what the segment needs lies on several profiles of the person, or one of them opted out
    SplitProfile "split-profile" Profile true,
    /// the profile belongs to another record as well, and holds what is not this person's
    SharedProfile "shared-profile" Profile true,
    /// the profile belongs to no record, so nothing fills it
    ProfileWithoutRecord "profile-without-record" Profile true,
    /// no profile of the export has the attribute
    AttributeAbsent "attribute-absent" Attribute true,
    /// the value stands in an attribute whose name differs in its letters' case
    AttributeNameCase "attribute-name-case" Attribute true,
    /// the mapping feeds no such attribute, and the profile lacks it
    AttributeNotMapped "attribute-not-mapped" Attribute true,
    /// the source has a value and the profile none
    NotSynced "not-synced" Attribute true,
    /// the source is blank, and the declared default did not reach the profile
    DefaultNotApplied "default-not-applied" Attribute true,
    /// the source is blank, and the mapping declares no default
    BlankWithoutDefault "blank-without-default" Attribute true,
    /// the source has no value, so there is none to arrive
    BlankAtSource "blank-at-source" Attribute false,
    /// the profile has another spelling than the segment tests
    ValueVariant "value-variant" Value true,
    /// the source's value is not on the list of the mapping
    ValueUnlisted "value-unlisted" Value true,
    /// the profile has another value than its source
    StaleValue "stale-value" Value true,
    /// the profile has the value of a system that does not own the attribute
    ForeignValue "foreign-value" Value true,
    /// the time is in milliseconds or smaller, and date conditions read seconds
    TimestampUnit "timestamp-unit" Value true,
    /// the time is a text, and date conditions read Unix seconds
    TimestampForm "timestamp-form" Value true,
    /// the time is off by the hours of a zone
    TimestampZone "timestamp-zone" Value true,
    /// the value is no number to Customer.io
    NumberForm "number-form" Value true,
    /// the segment tests a value that is not on the list of the mapping, so it holds nobody
    TestUnlisted "test-unlisted" Segment true,
    /// the person does not meet the condition, at the source either
    DoesNotQualify "does-not-qualify" Segment false,
    /// a segment that the journey keeps out, or an exit, holds the person
    KeptOut "kept-out" Segment false,
    /// the person opted out, and the owner of consent says so
    OptedOut "opted-out" Consent false,
    /// the person is unsubscribed in Customer.io, and the owner of consent does not say so
    OptedOutHereOnly "opted-out-in-customerio" Consent true,
    /// consent says neither yes nor no to its reader
    ConsentUnreadable "consent-unreadable" Consent true,
    /// the person opted out at the owner, and Customer.io still writes to them
    OptOutNotSynced "opt-out-not-synced" Consent true,
    /// the journey is a draft
    JourneyDraft "journey-draft" Journey false,
    /// the journey is stopped
    JourneyStopped "journey-stopped" Journey false,
    /// the journey starts on a later day
    JourneyNotStarted "journey-not-started" Journey false,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Cause;

    #[test]
    fn every_cause_has_a_name_of_its_own_and_a_page() {
        let names: BTreeSet<&str> = Cause::ALL.iter().map(|cause| cause.name()).collect();
        assert_eq!(names.len(), Cause::ALL.len());
        let page = include_str!("../../docs/trace.md");
        for cause in Cause::ALL {
            let line = format!("| `{}` | {} | {} |", cause.name(), cause.link().name(), cause.about().trim());
            assert!(page.contains(&line), "docs/trace.md lacks: {line}");
        }
    }
}
