//! Exports of Customer.io beside people, which are messages and lists of those who must not be mailed: which column says
//! what, by the names that it may have or as the config says.

use super::Context;
use super::context::no_records;
use crate::exports::{Dataset, System};
use crate::facts::Column;
use crate::findings::Gap;
use crate::frames::identity::{IdColumn, Numbering};

/// What a column of such an export says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The profile's own id: `cio_id`.
    Internal,
    /// The team's id of the profile: `id`.
    Given,
    /// The address.
    Address,
    /// When the message was sent.
    Time,
    /// Over which channel.
    Type,
    /// Which transactional message it was.
    Transactional,
    /// What became of it.
    State,
}

/// The names of each, the surest first. The vendor documents none of the deliveries export.
const NAMES: &[(Role, &[&str])] = &[
    (Role::Internal, &["internal_customer_id", "cio_id"]),
    (Role::Given, &["customer_id", "person_id", "profile_id"]),
    (Role::Address, &["email", "recipient", "email_addr", "email address", "address", "to"]),
    (Role::Time, &["sent_at", "sent", "delivered_at", "delivered", "created_at", "created", "timestamp", "time"]),
    (Role::Type, &["delivery_type", "message_type", "channel", "type"]),
    (Role::Transactional, &["transactional_message_id", "transactional_id"]),
    (Role::State, &["state", "status", "delivery_state", "delivery_status"]),
];

impl Role {
    /// The key under `columns:` of a source.
    fn key(self) -> &'static str {
        match self {
            Self::Internal | Self::Given => "person",
            Self::Address => "address",
            Self::Time => "time",
            Self::Type => "type",
            Self::Transactional => "transactional",
            Self::State => "state",
        }
    }

    fn names(self) -> &'static [&'static str] {
        NAMES.iter().find(|(role, _)| *role == self).map_or(&[], |(_, names)| *names)
    }
}

/// The module of the messages that were sent.
pub(super) const DELIVERIES: &str = "deliveries";
/// The module of those who must not be mailed.
pub(super) const SUPPRESSIONS: &str = "suppressions";

impl<'a> Context<'a> {
    /// An export of Customer.io by its module.
    pub(super) fn list(&self, module: &str) -> Option<&'a Dataset> {
        let is = |dataset: &&std::sync::Arc<Dataset>| {
            dataset.system == System::CustomerIo && dataset.module.eq_ignore_ascii_case(module)
        };
        self.datasets.values().find(is).map(AsRef::as_ref)
    }

    /// The column that says it: the declared one, else one of a usual name.
    pub(super) fn told(&self, dataset: &Dataset, role: Role) -> Result<Option<Column>, Gap> {
        let of_source = |name: &str| name == dataset.source;
        let source = self.config.sources.iter().find(|source| source.request.name.as_deref().is_some_and(of_source));
        let declared = source.and_then(|source| source.columns.iter().find(|(key, _)| key == role.key()));
        let found = match declared {
            // One source may hold several exports; the column is that of the one that has it.
            Some((key, name)) => Some(dataset.find(name).ok_or_else(|| Gap {
                subject: dataset.name.clone(),
                reason: format!("{} has no column `{name}`, which `columns: {{{key}: …}}` names", dataset.name),
                column: None,
            })?),
            None => role.names().iter().find_map(|name| dataset.find(name)),
        };
        match found {
            Some(_) if dataset.preview.is_empty() => Err(no_records(dataset, dataset.name.clone())),
            found => Ok(found.map(|index| Column { dataset: dataset.name.clone(), index })),
        }
    }

    /// The columns that name profiles. People have them only where something else names people.
    pub(super) fn profile_ids(&self, dataset: &Dataset) -> Vec<IdColumn> {
        let find = |name: &str| dataset.columns.iter().position(|column| column.label == name);
        if dataset.module == "people" {
            let listed = [DELIVERIES, SUPPRESSIONS].iter().any(|module| self.list(module).is_some());
            let own = [(find("cio_id"), Numbering::CioId), (find("id"), Numbering::ProfileId)];
            let own = own.into_iter().filter(|_| listed || self.events().is_some());
            return own.filter_map(|(at, numbering)| Some(IdColumn { column: at?, numbering })).collect();
        }
        let mut found = Vec::new();
        for (role, numbering) in [(Role::Internal, Numbering::CioId), (Role::Given, Numbering::ProfileId)] {
            let told = self.told(dataset, role).ok().flatten();
            found.extend(told.map(|column| IdColumn { column: column.index, numbering }));
        }
        // In a list of people the bare name is the person's; in messages it is the message's.
        if dataset.module.eq_ignore_ascii_case(SUPPRESSIONS)
            && found.iter().all(|id| id.numbering != Numbering::ProfileId)
        {
            found.extend(find("id").map(|column| IdColumn { column, numbering: Numbering::ProfileId }));
        }
        found
    }

    /// The address column of such an export; in a list of suppressed people it is also told by what it holds.
    pub(super) fn listed_address(&self, dataset: &Dataset) -> Option<usize> {
        let is = |module: &&str| dataset.module.eq_ignore_ascii_case(module);
        let module = [DELIVERIES, SUPPRESSIONS].into_iter().find(|module| is(module))?;
        let told = self.told(dataset, Role::Address).ok()?.map(|column| column.index);
        told.or_else(|| if module == SUPPRESSIONS { dataset.addresses() } else { None })
    }

    /// What is missing where nothing tells whom such an export is about.
    pub(super) fn nobody(&self, dataset: &Dataset) -> Option<Gap> {
        let mut declared =
            [Role::Internal, Role::Address].into_iter().filter_map(|role| self.told(dataset, role).err());
        if let Some(gap) = declared.next() {
            return Some(gap);
        }
        let ids = self.profile_ids(dataset);
        let known = !ids.is_empty() || self.listed_address(dataset).is_some();
        // Ids of one numbering alone lead nowhere where profiles do not carry it.
        if let (Some(profiles), [only], None) = (self.profiles(), ids.as_slice(), self.listed_address(dataset))
            && self.profile_ids(profiles).iter().all(|id| id.numbering != only.numbering)
        {
            let label = if only.numbering == Numbering::CioId { "cio_id" } else { "id" };
            return Some(Gap {
                subject: dataset.name.clone(),
                reason: format!(
                    "{} names people by `{}`, and {} has no column `{label}` to find them by",
                    dataset.name,
                    self.label(&Column { dataset: dataset.name.clone(), index: only.column }),
                    profiles.name
                ),
                column: None,
            });
        }
        (!known).then(|| Gap {
            subject: dataset.name.clone(),
            reason: format!(
                "no column of {} is known to name a person; say which under `columns:` of the source",
                dataset.name
            ),
            column: None,
        })
    }
}
