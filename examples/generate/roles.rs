//! Who gets which fault: in every block of 300 people each role is dealt out the same number of times.

use crate::rng::Rng;

/// People of a block.
pub(crate) const BLOCK: u64 = 300;

/// What is special about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    // Enums.
    StageOutside,
    StageVariant,
    StageTypo,
    ProfileStageOutside,
    ProfileStageVariant,
    ProfileStageTypo,
    TierOutside,
    TierVariant,
    TierTypo,
    ProfileTierOutside,
    ProfileTierVariant,
    ProfileTierTypo,
    UnknownFair,
    LeadSource,
    Spelled,
    // Times.
    OrderFormat,
    RenewalFormat,
    OrderUnit,
    RenewalUnit,
    OrderText,
    RenewalText,
    ProfileOrderUnit,
    ProfileRenewalUnit,
    DateOnly,
    HourShift,
    Epoch,
    NearTime,
    // Who is who.
    SameAddress,
    Twins,
    SameId,
    GmailSplit,
    GmailContacts,
    NoProfile,
    Household,
    Newsletter,
    ByAddress,
    BareId,
    Swapped,
    OddId,
    CaseId,
    OldAddress,
    SharedAddress,
    RepeatedRow,
    TypoTwin,
    LeadSynced,
    Orphan,
    NearGmail,
    NoEmail,
    Sample,
    LeadOnly,
    PlaceholderContact,
    PlaceholderProfile,
    ZeroId,
    PlaceholderLead,
    PlaceholderCustomer,
    NearPlaceholder,
    // Consent and values.
    OptedOut,
    Unreadable,
    LostAudience,
    Reopened,
    BlankConsent,
    PromoMember,
    AccessMember,
    NearConsent,
    NearMember,
    OtherPhone,
    Stale,
    BlankStage,
    BooleanWord,
    // Records.
    DealId,
    NearId,
    LongNote,
}

/// How often each role is dealt out in a block; the rest is plain.
const TABLE: &[(Role, u64)] = &[
    (Role::StageOutside, 5),
    (Role::StageVariant, 7),
    (Role::StageTypo, 4),
    (Role::ProfileStageOutside, 3),
    (Role::ProfileStageVariant, 5),
    (Role::ProfileStageTypo, 2),
    (Role::TierOutside, 3),
    (Role::TierVariant, 4),
    (Role::TierTypo, 3),
    (Role::ProfileTierOutside, 2),
    (Role::ProfileTierVariant, 3),
    (Role::ProfileTierTypo, 2),
    (Role::UnknownFair, 2),
    (Role::LeadSource, 3),
    (Role::Spelled, 4),
    (Role::OrderFormat, 5),
    (Role::RenewalFormat, 3),
    (Role::OrderUnit, 4),
    (Role::RenewalUnit, 2),
    (Role::OrderText, 6),
    (Role::RenewalText, 3),
    (Role::ProfileOrderUnit, 4),
    (Role::ProfileRenewalUnit, 2),
    (Role::DateOnly, 2),
    (Role::HourShift, 3),
    (Role::Epoch, 2),
    (Role::NearTime, 3),
    (Role::SameAddress, 3),
    (Role::Twins, 2),
    (Role::SameId, 3),
    (Role::GmailSplit, 4),
    (Role::GmailContacts, 2),
    (Role::NoProfile, 6),
    (Role::Household, 2),
    (Role::Newsletter, 14),
    (Role::ByAddress, 3),
    (Role::BareId, 3),
    (Role::Swapped, 2),
    (Role::OddId, 3),
    (Role::CaseId, 2),
    (Role::OldAddress, 2),
    (Role::SharedAddress, 2),
    (Role::RepeatedRow, 1),
    (Role::TypoTwin, 2),
    (Role::LeadSynced, 2),
    (Role::Orphan, 3),
    (Role::NearGmail, 2),
    (Role::NoEmail, 3),
    (Role::Sample, 2),
    (Role::LeadOnly, 24),
    (Role::PlaceholderContact, 3),
    (Role::PlaceholderProfile, 3),
    (Role::ZeroId, 3),
    (Role::PlaceholderLead, 3),
    (Role::PlaceholderCustomer, 2),
    (Role::NearPlaceholder, 2),
    (Role::OptedOut, 5),
    (Role::Unreadable, 5),
    (Role::LostAudience, 3),
    (Role::Reopened, 2),
    (Role::BlankConsent, 2),
    (Role::PromoMember, 3),
    (Role::AccessMember, 3),
    (Role::NearConsent, 4),
    (Role::NearMember, 2),
    (Role::OtherPhone, 2),
    (Role::Stale, 3),
    (Role::BlankStage, 3),
    (Role::BooleanWord, 4),
    (Role::DealId, 6),
    (Role::NearId, 2),
    (Role::LongNote, 2),
];

/// A person's role and how often it was dealt out before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) role: Role,
    pub(crate) nth: u64,
}

/// The roles of a block, shuffled.
pub(crate) fn deal_out(seed: u64, block: u64) -> Vec<Slot> {
    let mut slots = Vec::with_capacity(BLOCK as usize);
    for &(role, count) in TABLE {
        slots.extend((0..count).map(|at| Slot { role, nth: block * count + at }));
    }
    while slots.len() < BLOCK as usize {
        slots.push(Slot { role: Role::Plain, nth: 0 });
    }
    Rng::new(seed ^ 0x0DEA_1007, block).shuffle(&mut slots);
    slots
}
