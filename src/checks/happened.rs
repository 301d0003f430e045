//! What checks of events share: the export of events, where its parts stand, and which of its events tell of a stage.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::context::{Context, no_records};
use super::event_plan::raised_by;
use crate::exports::{Dataset, Dialect, EventColumns, System};
use crate::facts::{Answer, Answers, Column, Events, Place, Question};
use crate::findings::Gap;
use crate::frames::identity::{IdColumn, Numbering};
use crate::mapping::{Attribute, Event};
use crate::text::words;

/// What events call the state before a change.
pub(super) const FROM: &[&str] = &[
    "from",
    "from_stage",
    "from_status",
    "from_value",
    "previous",
    "previous_stage",
    "previous_value",
    "old",
    "old_stage",
    "old_status",
    "old_value",
    "before",
];
/// What events call the state after it.
pub(super) const TO: &[&str] =
    &["to", "to_stage", "to_status", "to_value", "new", "new_stage", "new_status", "new_value", "current", "after"];
/// What events call the record that raised them.
pub(super) const RECORD: &[&str] =
    &["deal_id", "dealId", "zoho_deal_id", "opportunity_id", "potential_id", "record_id", "zoho_record_id"];
/// Names beyond which they are values.
const MOST_NAMES: usize = 2_000;

impl<'a> Context<'a> {
    /// The events of Customer.io.
    pub fn events(&self) -> Option<&'a Arc<Dataset>> {
        self.datasets.values().find(|dataset| self.event_columns(dataset).is_some())
    }

    /// The columns of a dataset of events.
    pub fn event_columns(&self, dataset: &Dataset) -> Option<EventColumns> {
        let labels = || dataset.columns.iter().map(|column| column.label.clone()).collect::<Vec<_>>();
        let are = dataset.dialect == Dialect::CustomerIoEvents;
        if are { EventColumns::of(&labels()) } else { None }
    }

    /// What a table that is called events lacks to be an export of them.
    fn no_events(&self) -> Option<Gap> {
        let is = |dataset: &&Arc<Dataset>| dataset.system == System::CustomerIo && dataset.module == "events";
        let dataset = self.datasets.values().find(is)?;
        let labels: Vec<String> = dataset.columns.iter().map(|column| column.label.clone()).collect();
        let lacking = EventColumns::lacking(&labels);
        let first = (*lacking.first()?).to_owned();
        let reason = format!("{} is no export of events: it has no column `{}`", dataset.name, lacking.join("`, `"));
        Some(Gap { subject: dataset.name.clone(), reason, column: Some((dataset.name.clone(), first)) })
    }

    /// The keys by which events name people; an `id` may be the record id of Zoho.
    pub(super) fn named_by(&self, events: &EventColumns) -> Vec<IdColumn> {
        let by = |column: Option<usize>, numbering| column.map(|column| IdColumn { column, numbering });
        let numbered = [
            by(events.person, Numbering::ProfileId),
            by(events.person, Numbering::MaybeZoho),
            by(events.cio_id, Numbering::CioId),
        ];
        numbered.into_iter().flatten().collect()
    }
}

/// An export of events.
pub(super) struct Happened<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) columns: EventColumns,
    zone: Option<String>,
}

impl<'a> Happened<'a> {
    /// The events of Customer.io, where an export of them was given.
    pub(super) fn of(context: &Context<'a>) -> Result<Self, Gap> {
        let subject = "customerio.events".to_owned();
        let Some((dataset, columns)) =
            context.events().and_then(|dataset| Some((dataset, context.event_columns(dataset)?)))
        else {
            if let Some(gap) = context.no_events() {
                return Err(gap);
            }
            let reason = "it needs an export of events from Customer.io, and none was given".to_owned();
            return Err(Gap { subject, reason, column: None });
        };
        if dataset.preview.is_empty() {
            return Err(no_records(dataset, subject));
        }
        Ok(Self { dataset, columns, zone: context.zone(&dataset.source, None) })
    }

    fn names(&self) -> Question {
        let column = Column { dataset: self.dataset.name.clone(), index: self.columns.name };
        Question::Values { column, cap: MOST_NAMES }
    }

    /// What has to be asked first, and the names of events as far as it is answered.
    pub(super) fn named(&self, answers: &Answers) -> (Question, BTreeSet<String>) {
        let names = match answers.get(&self.names()) {
            Some(Answer::Values { values, .. }) => values.keys().map(|name| name.trim().to_owned()).collect(),
            _ => BTreeSet::new(),
        };
        (self.names(), names)
    }

    /// A gap for names that are values: what of them was not kept was not looked at.
    pub(super) fn overflow(&self, answers: &Answers) -> Option<Gap> {
        let over = matches!(answers.get(&self.names()), Some(Answer::Values { overflow: true, .. }));
        let reason = format!("{} holds too many different names of events", self.dataset.name);
        over.then(|| Gap { subject: self.dataset.name.clone(), reason, column: None })
    }

    /// Those of these names.
    pub(super) fn events(&self, names: impl IntoIterator<Item = String>) -> Events {
        let (name, time, zone) = (self.columns.name, self.columns.time, self.zone.clone());
        Events { dataset: self.dataset.name.clone(), name, names: names.into_iter().collect(), time, zone }
    }

    /// Where a property may stand that is called one of these.
    pub(super) fn places(&self, names: &[&str]) -> Vec<Place> {
        let flat = |name: &str| {
            let tails = ["data", "properties", "attributes"].map(|part| format!("{part}.{name}"));
            self.dataset.columns.iter().position(|held| held.label == name || tails.contains(&held.label))
        };
        let own = names.iter().filter_map(|name| Some(Place { column: flat(name)?, member: None }));
        let within =
            self.columns.json.iter().flat_map(|column| {
                names.iter().map(|name| Place { column: *column, member: Some((*name).to_owned()) })
            });
        own.chain(within).collect()
    }

    /// The columns that name the person.
    pub(super) fn people(&self) -> Vec<usize> {
        [self.columns.person, self.columns.cio_id, self.columns.email].into_iter().flatten().collect()
    }
}

/// Whether a name tells that a stage changed.
pub(super) fn tells_a_stage(name: &str) -> bool {
    let name = words(name);
    let holds = |words: &[&str]| words.iter().any(|word| name.contains(&format!(" {word} ")));
    holds(&["stage", "lifecycle", "status"]) && holds(&["change", "changed", "moved", "updated", "transition"])
}

/// The attribute whose changes raise an event.
pub(super) fn raising<'a>(context: &Context<'a>, event: &Event) -> Option<&'a Attribute> {
    let mut attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
    attributes.find(|attribute| raised_by(context, event, attribute))
}

/// Whether a planned event tells of every change of a stage.
pub(super) fn is_stage_event(context: &Context<'_>, event: &Event) -> bool {
    if tells_a_stage(&event.name) {
        return true;
    }
    let Some(cause) = event.cause().filter(|cause| cause.into.is_none()) else { return false };
    let by_name = cause.column.as_ref().is_some_and(|path| words(&path.column).contains(" stage "));
    by_name || raising(context, event).is_some_and(|attribute| attribute.is_role("lifecycle"))
}
