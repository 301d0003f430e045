//! The names that segment and module conditions may use, with their types.

use std::collections::BTreeSet;

use super::Context;
use crate::exports::System;
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
    /// Whether a name that no export could tell counts as known.
    is_open: bool,
}

impl<'a, 'b> Names<'a, 'b> {
    pub(super) fn new(context: &'b Context<'a>, dataset: Option<&'b str>) -> Self {
        Self { context, dataset, earlier: false, is_open: true }
    }

    /// Profile attributes as the earlier revision declares them.
    pub(super) fn earlier(context: &'b Context<'a>) -> Self {
        Self { context, dataset: None, earlier: true, is_open: true }
    }

    /// Names that the mapping or an export has.
    pub(super) fn known(context: &'b Context<'a>) -> Self {
        Self { is_open: false, ..Self::new(context, None) }
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
                // Without that export nobody knows what profiles have; a name that is not mapped is a rule's to tell.
                let is_open = self.is_open && profiles.is_none();
                let ty = self.declared(name).or((seen || is_open).then_some(Type::Unknown))?;
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
    /// Whether a dataset of which no export was given is one that the mapping names, or may be one where none was given
    /// at all. What needs it is not evaluated then.
    fn is_expected(&self, dataset: &str) -> bool {
        let source = dataset.split_once('.').map_or(dataset, |(source, _)| source);
        let sources = self.context.config.sources.iter().filter_map(|known| known.request.name.as_deref());
        let is_source = sources.into_iter().any(|known| known == source) || System::parse(source).is_some();
        let attributes = self.context.mapping.into_iter().flat_map(|mapping| &mapping.attributes);
        let mut paths = attributes.flat_map(|attribute| &attribute.from).filter_map(|from| from.column.as_ref());
        self.is_open && is_source && (self.context.datasets.is_empty() || paths.any(|path| path.dataset == dataset))
    }

    fn column(&self, dataset: &str, name: &str) -> Option<(String, Type)> {
        // A name of an earlier snapshot is known by the export it is a snapshot of, also before there is one.
        let (current, earlier) = dataset.strip_prefix(EARLIER).map_or((dataset, ""), |current| (current, EARLIER));
        let Some(dataset) = self.context.datasets.get(current) else {
            return self.is_expected(current).then(|| (format!("{earlier}{current}.{name}"), Type::Unknown));
        };
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
