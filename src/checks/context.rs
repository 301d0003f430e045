//! What checks know before any fact: the mapping, the exports' columns, zones and segment conditions, resolved once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::conditions::Conditions;
pub use super::gaps::{no_mapping, no_profiles, no_records};
use super::likeness::{AlikeNames, Look};
use super::systems::no_column;
use crate::config::Config;
use crate::error::Result;
use crate::exports::{Dataset, System, Workspace};
use crate::facts::{Answer, Answers, Column, Lens, Pick, Question, Sample, Tally};
use crate::findings::baseline::Baseline;
use crate::findings::sketch::Key;
use crate::findings::{Gap, Hit, Row, Shows, Subject};
use crate::mapping::changes::{Change, between};
use crate::mapping::{Attribute, ColumnPath, EARLIER, Mapping};
use crate::radius::Summary;
use crate::text::nearest;

/// Everything a check may read beside answers.
#[derive(Debug)]
pub struct Context<'a> {
    /// The team's config.
    pub config: &'a Config,
    /// The mapping document, when there is one.
    pub mapping: Option<&'a Mapping>,
    /// An earlier revision of it, when one was given.
    pub base: Option<&'a Mapping>,
    /// The exports by dataset name.
    pub datasets: &'a BTreeMap<String, Arc<Dataset>>,
    /// The newest earlier snapshot, under `prev.`.
    pub earlier: &'a BTreeMap<String, Arc<Dataset>>,
    /// When that snapshot was taken.
    pub earlier_at: Option<i64>,
    /// The key of its hashes, where it holds no values.
    pub earlier_key: Option<&'a Key>,
    /// The instant that counts as now.
    pub now: i64,
    /// What the run is for: `launch`, `hygiene` or none.
    pub profile: Option<String>,
    /// What changed since that revision and can break something.
    pub changes: Vec<Change>,
    /// Findings that were there before.
    pub baseline: Option<&'a Baseline>,
    /// What today's profiles hold, where a file tells it and no export.
    pub summary: Option<&'a Summary>,
    /// Code and name of rules that are deprecated.
    pub deprecated: Vec<(String, String)>,
    /// Codes of rules that rest on findings of others.
    pub resting: Vec<String>,
    /// Segments, campaigns and topics that Customer.io listed; the mapping holds them too.
    pub workspace: Option<&'a Workspace>,
    /// The conditions of the mapping.
    pub(super) conditions: Conditions,
    /// How the columns of datasets look, once somebody asks.
    looks: Mutex<BTreeMap<String, Arc<Vec<Look>>>>,
    /// Fields and attributes of alike names.
    pub(super) alike_names: AlikeNames,
}

/// What a run holds its config and mapping against.
#[derive(Debug, Clone, Copy)]
pub struct Exports<'a> {
    /// Those that are audited.
    pub current: &'a BTreeMap<String, Arc<Dataset>>,
    /// The newest earlier snapshot of them.
    pub earlier: &'a BTreeMap<String, Arc<Dataset>>,
    /// When that was taken.
    pub earlier_at: Option<i64>,
    /// The key of its hashes, where it holds no values.
    pub earlier_key: Option<&'a Key>,
    /// An earlier revision of the mapping.
    pub base: Option<&'a Mapping>,
    /// What an earlier run counted.
    pub summary: Option<&'a Summary>,
    /// What an earlier run found.
    pub baseline: Option<&'a Baseline>,
    /// What Customer.io listed of its workspace.
    pub workspace: Option<&'a Workspace>,
}

impl<'a> Exports<'a> {
    /// Exports alone, held against nothing of before.
    pub fn new(current: &'a BTreeMap<String, Arc<Dataset>>, earlier: &'a BTreeMap<String, Arc<Dataset>>) -> Self {
        Self {
            current,
            earlier,
            earlier_at: None,
            earlier_key: None,
            base: None,
            summary: None,
            baseline: None,
            workspace: None,
        }
    }
}

/// A column that a mapping entry leads to.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// The mapped attribute.
    pub attribute: &'a Attribute,
    /// The column.
    pub column: Column,
    /// Whether it is the attribute on the profile, not a source of it.
    pub profile: bool,
}

impl<'a> Context<'a> {
    /// Resolves the conditions of a mapping; one that does not parse or names nothing known stops the run.
    pub fn new(config: &'a Config, mapping: Option<&'a Mapping>, exports: Exports<'a>, now: i64) -> Result<Self> {
        let mut context = Self {
            config,
            mapping,
            base: exports.base,
            datasets: exports.current,
            earlier: exports.earlier,
            earlier_at: exports.earlier_at,
            earlier_key: exports.earlier_key,
            now,
            profile: None,
            changes: exports.base.zip(mapping).map(|(base, head)| between(base, head).0).unwrap_or_default(),
            summary: exports.summary,
            baseline: exports.baseline,
            deprecated: Vec::new(),
            resting: Vec::new(),
            workspace: exports.workspace,
            conditions: Conditions::default(),
            looks: Mutex::default(),
            alike_names: AlikeNames::default(),
        };
        let Some(mapping) = mapping else { return Ok(context) };
        context.conditions = Conditions::of(&context, mapping)?;
        Ok(context)
    }

    /// How the columns of a dataset look by its first records; worked out once, for every round asks.
    pub(super) fn looks(&self, dataset: &Dataset) -> Arc<Vec<Look>> {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(looks.entry(dataset.name.clone()).or_insert_with(|| Arc::new(Look::all(dataset))))
    }

    /// What the mapping says a module's records become: `people`, `related`, `events` or `none`.
    pub fn module_becomes(&self, name: &str) -> Option<&'a str> {
        let modules = self.mapping?.modules.as_ref()?;
        modules.iter().find(|module| module.name == name)?.becomes.as_deref()
    }

    /// Modules that the mapping declares as people and that no rule holds against profiles yet.
    pub fn unlooked_people(&self) -> Vec<Gap> {
        let modules = self.mapping.into_iter().flat_map(|mapping| mapping.modules.iter().flatten());
        let others = modules.filter(|module| module.becomes.as_deref() == Some("people") && module.name != "contacts");
        let gap = |name: &str| Gap {
            subject: format!("modules.{name}"),
            reason: format!("{name} are declared as people, but only contacts are held against profiles so far"),
            column: None,
        };
        others.map(|module| gap(&module.name)).collect()
    }

    /// A dataset, current or earlier.
    pub fn dataset(&self, name: &str) -> Option<&'a Arc<Dataset>> {
        self.datasets.get(name).or_else(|| self.earlier.get(name))
    }

    /// The profiles of Customer.io.
    pub fn profiles(&self) -> Option<&'a Arc<Dataset>> {
        self.datasets.values().find(|dataset| dataset.system == System::CustomerIo && dataset.module == "people")
    }

    /// A module of Zoho CRM: `contacts`.
    pub fn zoho(&self, module: &str) -> Option<&'a Arc<Dataset>> {
        let slug = module.to_lowercase().replace(' ', "_");
        self.datasets
            .values()
            .find(|dataset| dataset.system == System::Zoho && dataset.name.ends_with(&format!(".{slug}")))
    }

    /// The datasets of people, those that have or should have an address.
    pub fn people(&self) -> impl Iterator<Item = &'a Arc<Dataset>> {
        self.datasets.values().filter(|dataset| match dataset.system {
            System::Zoho => dataset.name.ends_with(".contacts") || dataset.name.ends_with(".leads"),
            System::CustomerIo => dataset.module == "people",
            System::Shopify | System::Klaviyo => true,
            System::Generic => email(dataset).is_some(),
        })
    }

    /// `zoho.contacts.Email`
    pub fn label(&self, column: &Column) -> &'a str {
        let dataset = self.dataset(&column.dataset);
        dataset.and_then(|dataset| dataset.columns.get(column.index)).map_or("", |column| column.label.as_str())
    }

    /// A column that the mapping names.
    pub fn resolve(&self, path: &ColumnPath) -> std::result::Result<Column, Gap> {
        let Some(dataset) = self.dataset(&path.dataset) else {
            let reason = match path.dataset.strip_prefix(EARLIER) {
                Some(dataset) => format!("there is no earlier snapshot of {dataset}"),
                None => match nearest_dataset(self, &path.dataset) {
                    Some(near) => format!("no export of {} was given (did you mean {near}?)", path.dataset),
                    None => format!("no export of {} was given", path.dataset),
                },
            };
            return Err(Gap { subject: path.to_string(), reason, column: None });
        };
        match dataset.find(&path.column) {
            Some(_) if dataset.preview.is_empty() => Err(no_records(dataset, path.to_string())),
            Some(index) => Ok(Column { dataset: path.dataset.clone(), index }),
            None => Err(Gap {
                subject: path.to_string(),
                reason: format!("{} has no column `{}`, which the mapping names", path.dataset, path.column),
                column: None,
            }),
        }
    }

    /// A column that an export has by its own system's shape.
    pub fn standard(&self, dataset: &Dataset, name: &str) -> std::result::Result<Column, Gap> {
        match dataset.find(name) {
            Some(_) if dataset.preview.is_empty() => Err(no_records(dataset, format!("{}.{name}", dataset.name))),
            Some(index) => Ok(Column { dataset: dataset.name.clone(), index }),
            None => Err(Gap {
                subject: format!("{}.{name}", dataset.name),
                reason: format!("{} has no column `{name}`", dataset.name),
                column: Some((dataset.name.clone(), name.to_owned())),
            }),
        }
    }

    /// The address column of a dataset of people: the mapped one, else the standard one.
    pub fn email(&self, dataset: &Dataset) -> std::result::Result<Column, Gap> {
        let mapped = self.mapping.and_then(|mapping| {
            let attribute = mapping
                .attributes
                .iter()
                .find(|attribute| attribute.role.as_deref() == Some("email") || attribute.name == "email")?;
            attribute.from.iter().filter_map(|from| from.column.as_ref()).find(|path| path.dataset == dataset.name)
        });
        match mapped.and_then(|path| dataset.find(&path.column)).or_else(|| email(dataset)) {
            Some(_) if dataset.preview.is_empty() => Err(no_records(dataset, format!("{}.Email", dataset.name))),
            Some(index) => Ok(Column { dataset: dataset.name.clone(), index }),
            None => self.standard(dataset, if dataset.system == System::CustomerIo { "email" } else { "Email" }),
        }
    }

    /// The attribute's column on the profile.
    pub fn on_profile(&self, name: &str) -> std::result::Result<Column, Gap> {
        let Some(profiles) = self.profiles() else { return Err(no_profiles(name)) };
        let exact = profiles.columns.iter().position(|column| column.label == name);
        match exact {
            Some(_) if profiles.preview.is_empty() => Err(no_records(profiles, format!("{}.{name}", profiles.name))),
            Some(index) => Ok(Column { dataset: profiles.name.clone(), index }),
            // Attribute names are case-sensitive: `Unsubscribed` is not `unsubscribed`.
            None => {
                let own = name == "unsubscribed" || name == "email";
                let mapped = self.mapping.is_some_and(|mapping| mapping.names_attribute(name));
                let tail = if mapped && !own { ", which the mapping names" } else { "" };
                Err(Gap {
                    subject: format!("{}.{name}", profiles.name),
                    reason: format!("{} has no attribute `{name}`{tail}", profiles.name),
                    column: own.then(|| (profiles.name.clone(), name.to_owned())),
                })
            }
        }
    }

    /// Every column, source and profile, of the mapped attributes that `wanted` picks; gaps for those that are not there.
    pub fn targets(&self, wanted: impl Fn(&Attribute) -> bool) -> (Vec<Target<'a>>, Vec<Gap>) {
        self.targets_on(|_| true, wanted)
    }

    /// The same on some sides only: `side` is asked whether the profile's is meant, or the sources'.
    pub fn targets_on(
        &self,
        side: impl Fn(bool) -> bool,
        wanted: impl Fn(&Attribute) -> bool,
    ) -> (Vec<Target<'a>>, Vec<Gap>) {
        let (mut targets, mut gaps) = (Vec::new(), Vec::new());
        let attributes = self.mapping.iter().flat_map(|mapping| &mapping.attributes);
        for attribute in attributes.filter(|attribute| wanted(attribute)) {
            let sources = attribute.from.iter().filter(|_| side(false)).map(|from| match &from.column {
                Some(path) => self.resolve(path).map(|column| (column, false)),
                None => Err(no_column(attribute, from)),
            });
            let profile = side(true).then(|| self.on_profile(&attribute.name).map(|column| (column, true)));
            for found in sources.chain(profile) {
                match found {
                    Ok((column, profile)) => targets.push(Target { attribute, column, profile }),
                    Err(gap) => gaps.push(gap),
                }
            }
        }
        gaps.sort();
        gaps.dedup();
        let mut seen = BTreeSet::new();
        targets.retain(|target| seen.insert((target.column.clone(), target.attribute.name.clone())));
        (targets, gaps)
    }

    /// The zone of stamps without one: the attribute's, else the source's.
    pub fn zone(&self, source: &str, attribute: Option<&Attribute>) -> Option<String> {
        let own = attribute.and_then(|attribute| attribute.time_zone.as_ref()).map(|zone| zone.text.clone());
        own.or_else(|| self.zones().remove(source))
    }

    /// The declared zone of each source.
    pub fn zones(&self) -> BTreeMap<String, String> {
        let zoned = self
            .config
            .sources
            .iter()
            .filter_map(|source| Some((source.request.name.clone()?, source.time_zone.as_ref()?.text.clone())));
        zoned.collect()
    }

    /// The failing records as one fact: a person with several of them counts once.
    pub fn listed(&self, answers: &Answers, pick: &Pick, summed: Tally) -> Tally {
        match answers.get(&Question::Listing(pick.clone())) {
            Some(Answer::Rows { met, .. }) => met.clone(),
            _ => summed,
        }
    }

    /// A finding about values of a column: those records of so many, each value with what it should be.
    pub fn hit(
        &self,
        column: &Column,
        whole: Tally,
        total: u64,
        statement: String,
        suggest: &dyn Fn(&str) -> Option<String>,
    ) -> Hit {
        let row = |sample: Sample| {
            let right = suggest(&sample.value);
            self.row(column, sample, right)
        };
        Hit {
            subject: Subject::column(&column.dataset, self.label(column)),
            rows: whole.rows,
            total,
            people: whole.people,
            statement,
            samples: whole.samples.into_iter().map(row).collect(),
            shows: if self.is_sensitive(column) { Shows::Nothing } else { Shows::Words },
            ..Hit::default()
        }
    }

    /// A sample as a row of a column.
    pub fn row(&self, column: &Column, sample: Sample, suggestion: Option<String>) -> Row {
        Row {
            dataset: column.dataset.clone(),
            key: sample.key,
            column: self.label(column).to_owned(),
            value: sample.value,
            suggestion: suggestion.unwrap_or_default(),
            other_key: sample.other,
            detail: sample.detail,
        }
    }
}

fn email(dataset: &Dataset) -> Option<usize> {
    if dataset.system == System::CustomerIo {
        return dataset.columns.iter().position(|column| column.label == "email");
    }
    let by_name =
        ["Email", "email", "E-Mail", "email_addr", "Email Address"].into_iter().find_map(|name| dataset.find(name));
    by_name.or_else(|| {
        // A translated label: the column in which most previewed records hold an address.
        let held = |index: usize| {
            dataset.preview.iter().filter(|record| record.get(index).is_some_and(|cell| cell.contains('@'))).count()
        };
        let best = (0..dataset.columns.len()).map(|index| (held(index), std::cmp::Reverse(index))).max()?;
        (best.0 * 2 > dataset.preview.len()).then_some(best.1.0)
    })
}

/// The lens of filled values with an attribute's missing tokens.
pub fn filled(missing: &[String]) -> Lens {
    Lens::Filled(missing.to_vec())
}

/// The dataset of a `from` entry that does not exist, with the nearest that does.
pub fn nearest_dataset<'a>(context: &'a Context<'_>, name: &str) -> Option<&'a str> {
    nearest(name, context.datasets.keys().map(String::as_str))
}
