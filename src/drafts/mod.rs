//! Drafts: exports in, a first `crmlint.yaml` and `mapping.yaml` out, with a question wherever a person must decide.
//!
//! Columns are paired by the values that the same people have on both sides. No value of a person leaves this stage: only
//! those that come again and again, as the values of a list do, and never what stands under the names of people.

mod attributes;
mod cells;
mod columns;
mod config;
mod keys;
mod lists;
mod mapping;
mod pairs;
mod sheet;
pub mod test_people;
mod workspace;
mod zones;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use columns::Look;
use pairs::{Side, Source};
use sheet::Sheet;
pub(crate) use sheet::is_plain;

use crate::checks::context::{Context, Exports};
use crate::config::Config;
use crate::error::Result;
use crate::exports::{Dataset, Progress, System, Workspace};
use crate::frames::Store;
use crate::frames::identity::{Identity, Plan};
use crate::layout::format;
use crate::mapping::Mapping;
use crate::yaml::Document;

/// The line by which editors find the schema of a document that lies beside it.
pub const SCHEMAS: [(&str, &str); 2] =
    [("crmlint.yaml", "crmlint.schema.json"), ("mapping.yaml", "mapping.schema.json")];

/// The two documents, and how they came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The text of `crmlint.yaml`.
    pub config: String,
    /// The text of `mapping.yaml`.
    pub mapping: String,
    /// Attributes in the mapping.
    pub attributes: usize,
    /// Those of them whose source the values of the same people tell.
    pub by_values: usize,
}

/// A question to a person, and the line of its document that it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// 1-based line.
    pub line: usize,
    /// What it is about, and what to decide.
    pub text: String,
}

/// The questions of a drafted document, in order.
pub fn questions(document: &str) -> Vec<Question> {
    let asked = |(line, text): (usize, &str)| {
        let text = text.trim_start().strip_prefix(sheet::QUESTION)?.to_owned();
        Some(Question { line: line + 1, text })
    };
    document.lines().enumerate().filter_map(asked).collect()
}

/// What the documents are drafted from.
#[derive(Debug)]
pub struct Given<'a> {
    /// The exports by dataset name.
    pub datasets: &'a BTreeMap<String, Arc<Dataset>>,
    /// By source, what to read it from, as `crmlint.yaml` should name it.
    pub files: &'a BTreeMap<String, Vec<String>>,
    /// Segments and campaigns of Customer.io.
    pub workspace: &'a Workspace,
    /// The instant that counts as now.
    pub now: i64,
}

/// Drafts both documents.
pub fn draft(given: &Given<'_>, progress: &dyn Progress) -> Result<Draft> {
    let config = Config::default();
    let earlier = BTreeMap::new();
    let exports = Exports::new(given.datasets, &earlier);
    let unkeyed = Context::new(&config, None, exports, given.now)?;
    let all: Vec<Arc<Dataset>> = given.datasets.values().cloned().collect();
    let wanted = given.datasets.iter().map(|(name, dataset)| (name.clone(), (0..dataset.columns.len()).collect()));
    let store = Store::load(&all, &wanted.collect::<BTreeMap<String, BTreeSet<usize>>>(), progress)?;
    let keys = keys::find(&unkeyed, &store);
    // Who is who is decided where the audit decides it, by the mapping's first lines.
    let mut sheet = Sheet::default();
    keys::write(&mut sheet, &keys, true);
    let keyed = Mapping::build(Document::parse("mapping.yaml", sheet.finish())?)?;
    let context = Context::new(&config, Some(&keyed), exports, given.now)?;
    let plan = context.identity();
    let identity = Identity::build(&store, &plan);
    let people = columns::people(store.iter());
    let looks = store.iter().map(|frame| (frame.dataset.name.clone(), columns::look(frame, &people))).collect();
    let scene = Scene { context: &context, store: &store, identity: &identity, plan, looks, keys };
    let attributes = match scene.profiles() {
        Some(_) => attributes::of_profiles(&scene),
        None => attributes::of_source(&scene),
    };
    let zones = config::zones(&scene, &attributes);
    let mapping = mapping::write(&scene, &attributes, given)?;
    let drafted = attributes.iter().filter(|attribute| mapping::is_live(&scene, attribute));
    let by_values = drafted.clone().filter(|attribute| scene.is_told(attribute)).count();
    let config = config::write(&scene, given, &zones);
    // What cannot be read back is not written.
    let (config, mapping) = (format(SCHEMAS[0].0, &config)?, format(SCHEMAS[1].0, &mapping)?);
    Mapping::build(Document::parse(SCHEMAS[1].0, mapping.clone())?)?;
    Ok(Draft { config, mapping, attributes: drafted.count(), by_values })
}

/// The exports as they were looked at.
struct Scene<'a> {
    context: &'a Context<'a>,
    store: &'a Store,
    identity: &'a Identity,
    plan: Plan,
    looks: BTreeMap<String, Vec<Look>>,
    keys: Vec<keys::Key>,
}

impl Scene<'_> {
    fn side(&self, dataset: &str) -> Option<Side<'_>> {
        Some(Side { frame: self.store.get(dataset)?, looks: self.looks.get(dataset)? })
    }

    /// The people of Customer.io.
    fn profiles(&self) -> Option<Side<'_>> {
        self.side(&self.context.profiles()?.name)
    }

    /// Everything that is not Customer.io's.
    fn sources(&self) -> Vec<Side<'_>> {
        let others = self.store.iter().filter(|frame| frame.dataset.system != System::CustomerIo);
        others.filter_map(|frame| self.side(&frame.dataset.name)).collect()
    }

    fn dataset(&self, name: &str) -> Option<&Dataset> {
        self.store.get(name).map(|frame| frame.dataset.as_ref())
    }

    fn system(&self, dataset: &str) -> Option<System> {
        self.dataset(dataset).map(|dataset| dataset.system)
    }

    fn look(&self, dataset: &str, column: usize) -> Option<&Look> {
        self.looks.get(dataset)?.get(column)
    }

    /// The lookup to the person, of a dataset whose records are nobody themselves.
    fn lookup(&self, dataset: &str) -> Option<String> {
        let keys = self.plan.get(dataset).filter(|keys| keys.address.is_none())?;
        let dataset = self.dataset(dataset)?;
        let label = &dataset.columns.get(*keys.parents.first()?)?.label;
        let name = label.strip_suffix(".id").filter(|name| dataset.find(name).is_some()).unwrap_or(label);
        Some(format!("{}.{name}", dataset.name))
    }

    /// How good a source is: of two that agree alike, the one nearer to the person.
    fn rank(&self, source: &Source) -> f64 {
        let near = match self.system(&source.dataset) {
            _ if self.lookup(&source.dataset).is_some() => -0.2,
            Some(System::Zoho) if source.dataset.ends_with(".contacts") => 0.4,
            Some(System::Zoho) => 0.1,
            _ => 0.0,
        };
        source.score + near
    }

    /// Whether values told where an attribute comes from.
    fn is_told(&self, attribute: &attributes::Attribute) -> bool {
        self.key(&attribute.name).is_some() || attribute.sources.first().is_some_and(Source::is_sure)
    }

    /// The key of an attribute that holds the ids of a system.
    fn key(&self, attribute: &str) -> Option<&keys::Key> {
        self.keys.iter().find(|key| key.attribute == attribute)
    }
}
