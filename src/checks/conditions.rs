//! The conditions of segments and modules, read once for a run.

use std::collections::BTreeMap;

use super::Context;
use super::names::Names;
use crate::error::{Error, Result};
use crate::facts::Filter;
use crate::mapping::expr::Expr;
use crate::mapping::listed::Anything;
use crate::mapping::{Mapping, Segment, expr};
use crate::yaml::{Document, Node};

/// The conditions of a mapping.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    /// Of segments, by segment name.
    segments: BTreeMap<String, Filter>,
    /// The same of the earlier revision; those that can still be read.
    before: BTreeMap<String, Filter>,
    /// Of modules in scope, by module name.
    modules: BTreeMap<String, Filter>,
}

impl Conditions {
    /// Reads those of a mapping; one that does not parse or names nothing known stops the run.
    pub(super) fn of(context: &Context<'_>, mapping: &Mapping) -> Result<Self> {
        let mut conditions = Self::default();
        for segment in mapping.segments.iter().filter(|segment| segment.listed) {
            conditions.segments.extend(listed(context, segment));
        }
        for segment in mapping.segments.iter().filter(|segment| !segment.listed) {
            let filter = condition(context, &mapping.document, &segment.text, None)?;
            conditions.segments.insert(segment.name.clone(), filter);
        }
        for segment in context.base.iter().flat_map(|base| &base.segments) {
            if segment.listed {
                conditions.before.extend(listed(context, segment));
                continue;
            }
            let text = segment.text.text().unwrap_or_default();
            // An earlier revision stops no run.
            if let Ok(expr) = expr::parse(text, &Names::earlier(context)) {
                conditions.before.insert(segment.name.clone(), read(context, expr));
            }
        }
        for module in mapping.modules.iter().flatten() {
            let Some(node) = &module.filter else { continue };
            let dataset = context.zoho(&module.name).map(|dataset| dataset.name.clone());
            // Without the module's export its columns are unknown, and nothing is going to be filtered.
            if let Some(dataset) = dataset {
                let filter = condition(context, &mapping.document, node, Some(&dataset))?;
                conditions.modules.insert(module.name.clone(), filter);
            }
        }
        Ok(conditions)
    }
}

/// A condition of a segment, as the config says that Customer.io reads it.
fn read(context: &Context<'_>, expr: Expr) -> Filter {
    Filter::new(if context.config.absent_differs { expr.absent_differs() } else { expr })
}

/// The condition of a segment that Customer.io listed: it reads what it reads, and stops no run.
fn listed(context: &Context<'_>, segment: &Segment) -> Option<(String, Filter)> {
    let profiles = context.profiles().map_or("customerio.people", |dataset| dataset.name.as_str());
    let expr = expr::parse(segment.text.text().filter(|_| segment.open.is_none())?, &Anything(profiles)).ok()?;
    Some((segment.name.clone(), read(context, expr)))
}

fn condition(context: &Context<'_>, document: &Document, node: &Node, dataset: Option<&str>) -> Result<Filter> {
    let text = node.text().unwrap_or_default();
    let names = Names::new(context, dataset);
    match expr::parse(text, &names) {
        // What a module's records are is no matter of Customer.io's.
        Ok(expr) if dataset.is_none() => Ok(read(context, expr)),
        Ok(expr) => Ok(Filter::new(expr)),
        Err(fault) => {
            let at = document.fault(document.inside(node, fault.offset), fault.message);
            Err(Error::usage(match fault.help {
                Some(help) => at.help(help),
                None => at,
            }))
        }
    }
}

impl Context<'_> {
    /// The condition of a segment.
    pub fn segment(&self, name: &str) -> Option<&Filter> {
        self.conditions.segments.get(name)
    }

    /// The condition that a segment had in the earlier revision.
    pub fn segment_before(&self, name: &str) -> Option<&Filter> {
        self.conditions.before.get(name)
    }

    /// The condition of a module in scope.
    pub fn module(&self, name: &str) -> Option<&Filter> {
        self.conditions.modules.get(name)
    }

    /// Whether a text is a condition on profiles, all names of which are known.
    pub fn understands(&self, text: &str) -> bool {
        expr::parse(text, &Names::known(self)).is_ok()
    }
}
