//! Columns of other systems than the owner: phones that no source names, and when their records were changed.

use super::context::Context;
use crate::exports::{Dataset, System};
use crate::facts::{Column, Times};
use crate::findings::Gap;
use crate::mapping::ColumnPath;

/// The phone columns of other systems that no source of the attribute names.
pub(super) fn phones(context: &Context<'_>, owner: &str, known: &[&ColumnPath]) -> Vec<Result<Column, Gap>> {
    let others = context
        .people()
        .filter(|dataset| !context.owns(owner, dataset) && !known.iter().any(|path| path.dataset == dataset.name));
    let columns = others.flat_map(|dataset| {
        let names: &[&str] = match dataset.system {
            System::Shopify => &["Phone", "Default Address Phone"],
            System::Klaviyo => &["Phone Number"],
            System::Zoho | System::CustomerIo | System::Generic => &[],
        };
        // The first is the person's own; the others add to it where they are there.
        let wanted = names.iter().enumerate().filter(|(at, name)| *at == 0 || dataset.find(name).is_some());
        wanted.map(|(_, name)| {
            context.email(dataset)?;
            context.standard(dataset, name)
        })
    });
    columns.collect()
}

/// Columns that say when a record was changed, whatever the export.
const CHANGED: &[&str] = &[
    "Modified Time",
    "Updated At",
    "Last Updated",
    "Last Modified",
    "Modified At",
    "Modified Date",
    "Profile Updated On",
];

/// The column that says when a record was changed, and the zone of its stamps without one.
fn changed(context: &Context<'_>, dataset: &Dataset) -> Option<(Column, Option<String>)> {
    let index = CHANGED.iter().find_map(|name| dataset.find(name))?;
    Some((Column { dataset: dataset.name.clone(), index }, context.zone(&dataset.source, None)))
}

/// When the owner's records and those of the other systems were changed; an error where a side does not tell.
pub(super) fn times(context: &Context<'_>, left: &Column, also: &[Column]) -> Result<Times, Gap> {
    let told = |column: &Column| context.datasets.get(&column.dataset).and_then(|dataset| changed(context, dataset));
    let silent = |column: &Column| Gap {
        subject: column.dataset.clone(),
        reason: format!("{} does not say when a record was changed", column.dataset),
        column: None,
    };
    let own = told(left).ok_or_else(|| silent(left))?;
    let others: Vec<_> = also.iter().map(told).collect();
    match also.first() {
        Some(first) if others.iter().all(Option::is_none) => Err(silent(first)),
        _ => Ok(Times { left: own, also: others, older: false }),
    }
}
