//! The names that segment and module conditions may use, with their types.

use std::collections::BTreeSet;

use super::Context;
use crate::mapping::EARLIER;
use crate::mapping::conditions::{RESERVED, type_of};
use crate::mapping::expr::{Scope, Type};
use crate::text::nearest;

/// The names that a condition may use: profile attributes, columns of other datasets by their full path, or the columns
/// of one dataset.
pub(super) struct Names<'a, 'b> {
    context: &'b Context<'a>,
    /// The dataset whose columns are named without a prefix; profiles otherwise.
    dataset: Option<&'b str>,
    /// Whether the earlier revision says what an attribute is.
    earlier: bool,
}

impl<'a, 'b> Names<'a, 'b> {
    pub(super) fn new(context: &'b Context<'a>, dataset: Option<&'b str>) -> Self {
        Self { context, dataset, earlier: false }
    }

    /// Profile attributes as the earlier revision declares them.
    pub(super) fn earlier(context: &'b Context<'a>) -> Self {
        Self { context, dataset: None, earlier: true }
    }

    fn declared(&self, name: &str) -> Option<Type> {
        // What an earlier revision has is named by the rule of changes, and stops no run.
        let known = |mapping: Option<&'a crate::mapping::Mapping>| mapping.and_then(|mapping| mapping.attribute(name));
        let (new, old) = (known(self.context.mapping), known(self.context.base));
        type_of(name, if self.earlier { old.or(new) } else { new.or(old) })
    }
}

impl Scope for Names<'_, '_> {
    fn resolve(&self, parts: &[String]) -> Option<(String, Type)> {
        match (parts, self.dataset) {
            ([name], None) => {
                let profiles = self.context.profiles();
                let dataset = profiles.map_or("customerio.people", |dataset| dataset.name.as_str());
                let seen = profiles.is_some_and(|dataset| dataset.columns.iter().any(|column| column.label == *name));
                let ty = self.declared(name).or(seen.then_some(Type::Unknown))?;
                Some((format!("{dataset}.{name}"), ty))
            }
            ([name], Some(dataset)) => self.column(dataset, name),
            ([prev, source, module, rest @ ..], _) if format!("{prev}.") == EARLIER && !rest.is_empty() => {
                self.column(&format!("{EARLIER}{source}.{module}").to_lowercase(), &rest.join("."))
            }
            ([source, module, rest @ ..], _) if !rest.is_empty() => {
                self.column(&format!("{source}.{module}").to_lowercase(), &rest.join("."))
            }
            _ => None,
        }
    }

    fn names(&self) -> Vec<String> {
        if let Some(dataset) = self.dataset.and_then(|name| self.context.datasets.get(name)) {
            return dataset.columns.iter().map(|column| column.label.clone()).collect();
        }
        let declared = self
            .context
            .mapping
            .into_iter()
            .flat_map(|mapping| mapping.attributes.iter().map(|attribute| attribute.name.clone()));
        let seen = self
            .context
            .profiles()
            .into_iter()
            .flat_map(|dataset| dataset.columns.iter().map(|column| column.label.clone()));
        let names: BTreeSet<String> =
            declared.chain(seen).chain(RESERVED.iter().map(|(name, _)| (*name).to_owned())).collect();
        names.into_iter().collect()
    }
}

impl Names<'_, '_> {
    fn column(&self, dataset: &str, name: &str) -> Option<(String, Type)> {
        // A name of an earlier snapshot is known by the export it is a snapshot of, also before there is one.
        let (current, earlier) = dataset.strip_prefix(EARLIER).map_or((dataset, ""), |current| (current, EARLIER));
        let dataset = self.context.datasets.get(current)?;
        let labels = || dataset.columns.iter().map(|column| column.label.as_str());
        let label = match dataset.find(name).and_then(|index| dataset.columns.get(index)) {
            Some(column) => &column.label,
            // Near a column that is there, it is a slip; else the export lacks it, and what needs it is not evaluated.
            None if nearest(name, labels()).is_some() => return None,
            None => name,
        };
        Some((format!("{earlier}{}.{label}", dataset.name), Type::Unknown))
    }
}
