//! What a trace works with: the records that were read, who is who, the engine, and what may be shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{consent, find};
use crate::checks::Context;
use crate::checks::lag::hold_back;
use crate::checks::linked;
use crate::error::Result;
use crate::exports::{Dataset, Progress};
use crate::facts::local::Engine;
use crate::facts::memo::Memo;
use crate::facts::{Answers, Column, Filter, Fresh, Question, single};
use crate::findings::{Gap, Shows, masking};
use crate::frames::identity::{Identity, Plan};
use crate::frames::{Frame, Store};
use crate::mapping::{Attribute, ColumnPath};
use crate::rounds::{engine, foresee, wanted};
use crate::timings::Timings;

/// Rounds of questions about the lag: what it is, then from when on a record is too fresh.
const ROUNDS: usize = 2;

/// The table a trace is laid out on.
pub(super) struct Desk<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) store: &'a Store,
    pub(super) identity: &'a Identity,
    pub(super) plan: &'a Plan,
    pub(super) engine: &'a Engine<'a>,
    answers: Answers,
    show: bool,
}

impl<'a> Desk<'a> {
    /// Reads what a trace needs, and works on it.
    pub(super) fn open<T>(
        context: &Context<'_>,
        progress: &dyn Progress,
        work: impl FnOnce(&Desk<'_>) -> Result<T>,
        show: bool,
    ) -> Result<T> {
        let plan = context.identity();
        let datasets: Vec<Arc<Dataset>> = context.datasets.values().cloned().collect();
        let mut store = Store::load(&datasets, &columns(context, &plan), progress)?;
        let identity = Identity::build(&store, &plan);
        let (memo, timings, mut answers) = (Memo::default(), Timings::default(), Answers::default());
        for _ in 0..ROUNDS {
            let open = answers.open(lags(context, &answers).into_iter().chain(links(context)));
            store.ensure(&wanted(context, &open), progress)?;
            answers.extend(engine(context, &store, &identity, &memo, &timings).answer(&open));
        }
        let engine = engine(context, &store, &identity, &memo, &timings);
        work(&Desk { context, store: &store, identity: &identity, plan: &plan, engine: &engine, answers, show })
    }

    /// The records of a dataset.
    pub(super) fn frame(&self, dataset: &str) -> Option<&'a Frame> {
        self.store.get(dataset)
    }

    /// The cell of a column.
    pub(super) fn cell(&self, column: &Column, row: u32) -> &'a str {
        self.frame(&column.dataset).and_then(|frame| frame.column(column.index)).map_or("", |column| column.get(row))
    }

    /// The cell of a column by its name, where there is one with something in it.
    pub(super) fn named(&self, dataset: &str, name: &str, row: u32) -> Option<&'a str> {
        let frame = self.frame(dataset)?;
        let cell = frame.column(frame.dataset.find(name)?)?.get(row);
        (!cell.trim().is_empty()).then_some(cell)
    }

    /// The name of the dataset of profiles.
    pub(super) fn profiles(&self) -> Option<&'a str> {
        self.context.profiles().map(|profiles| profiles.name.as_str())
    }

    /// Whether a record changed within the lag of the sync.
    pub(super) fn is_fresh(&self, attribute: Option<&Attribute>, dataset: &str, row: u32) -> bool {
        let fresh = self.fresh(attribute, dataset);
        single::is_fresh(self.engine, dataset, row, fresh.as_ref())
    }

    /// What stands in the way of a condition on profiles: a column that is not there, or records that lead to nobody.
    pub(super) fn gap(&self, filter: &Filter) -> Option<Gap> {
        let missing = self.context.filter_gaps(filter).into_iter().next();
        missing.or_else(|| linked::link_gap(self.context, &self.answers, filter))
    }

    fn fresh(&self, attribute: Option<&Attribute>, dataset: &str) -> Option<Fresh> {
        let left = self.context.datasets.get(dataset)?;
        hold_back(self.context, attribute, left, &self.answers).1.fresh().cloned()
    }

    /// A record's key as it may be shown.
    pub(super) fn key(&self, dataset: &str, row: u32) -> String {
        let key = self.frame(dataset).map(|frame| frame.key(row)).unwrap_or_default();
        masking::named(&key, self.show)
    }

    /// A record as sentences name it.
    pub(super) fn record(&self, dataset: &str, row: u32) -> String {
        format!("{} of {dataset}", self.key(dataset, row))
    }

    /// A cell as it may be shown.
    pub(super) fn shown(&self, text: &str, shows: Shows) -> String {
        masking::cell(text, shows, self.show)
    }

    /// Whether personal data is shown as it stands.
    pub(super) fn shows_all(&self) -> bool {
        self.show
    }

    /// A text that is nobody's data.
    pub(super) fn plainly(&self, text: &str) -> String {
        masking::cell(text, Shows::Labels, true)
    }

    /// What was typed, as it may be shown: of an id the end, of what is mostly letters, as a name is, the first ones.
    pub(super) fn typed(&self, text: &str) -> String {
        let [digits, letters] =
            [char::is_ascii_digit, |c: &char| c.is_alphabetic()].map(|is| text.chars().filter(is).count());
        let is_id = !text.contains('@') && digits >= letters;
        if is_id { masking::named(text.trim(), self.show) } else { self.shown(text, Shows::Nothing) }
    }
}

/// The columns that tell who is who, what the mapping names and what its conditions read.
fn columns(context: &Context<'_>, plan: &Plan) -> BTreeMap<String, BTreeSet<usize>> {
    let mut wanted: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (dataset, keys) in plan {
        wanted.entry(dataset.clone()).or_default().extend(keys.columns());
    }
    foresee(context, &mut wanted);
    let segments = context.mapping.into_iter().flat_map(|mapping| &mapping.segments);
    let segments = segments.filter_map(|segment| context.segment(&segment.name));
    let modules = context.mapping.into_iter().flat_map(|mapping| mapping.modules.iter().flatten());
    let modules = modules.filter_map(|module| context.module(&module.name));
    for (name, _) in segments.chain(modules).flat_map(|filter| filter.expr.columns()) {
        let Some(path) = ColumnPath::parse(&name) else { continue };
        let dataset = context.datasets.get(&path.dataset);
        let index = dataset.and_then(|dataset| dataset.columns.iter().position(|column| column.label == path.column));
        wanted.entry(path.dataset).or_default().extend(index);
    }
    for dataset in context.datasets.values() {
        let names = find::KEYS.iter().chain(consent::TIMES).chain(consent::OWN).chain(consent::SINCE).chain(&[
            "Modified Time",
            "Created Time",
            "Is Converted",
        ]);
        let found = names.filter_map(|name| dataset.find(name));
        // An attribute whose name differs in case from one that is read may hold what that one lacks.
        let twins = dataset.columns.iter().zip(0..).filter(|(column, _)| {
            let mut attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
            attributes.any(|attribute| attribute.name.eq_ignore_ascii_case(&column.label))
        });
        let twins: Vec<usize> = twins.map(|(_, index)| index).collect();
        wanted.entry(dataset.name.clone()).or_default().extend(found.chain(twins));
    }
    if let Some((events, columns)) = context.events().and_then(|it| Some((it, context.event_columns(it)?))) {
        wanted.entry(events.name.clone()).or_default().insert(columns.name);
    }
    wanted.retain(|dataset, _| context.datasets.contains_key(dataset));
    wanted
}

/// What has to be asked to know whether the records beside profiles that segments name lead to anybody.
fn links(context: &Context<'_>) -> Vec<Question> {
    let segments = context.mapping.into_iter().flat_map(|mapping| &mapping.segments);
    let filters = segments.filter_map(|segment| context.segment(&segment.name));
    filters.flat_map(|filter| linked::links(context, filter)).collect()
}

/// What has to be asked to know which records are too fresh.
fn lags(context: &Context<'_>, answers: &Answers) -> Vec<Question> {
    let attributes = context.mapping.into_iter().flat_map(|mapping| &mapping.attributes).map(Some);
    let each = std::iter::once(None).chain(attributes);
    let asked = each.flat_map(|attribute| {
        context.people().flat_map(move |dataset| hold_back(context, attribute, dataset, answers).0)
    });
    asked.collect()
}
