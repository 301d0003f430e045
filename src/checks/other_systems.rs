//! Columns of other systems than the owner: phones that no source names, and when their records were changed.

use super::context::Context;
use crate::exports::System;
use crate::facts::{Column, Times};
use crate::findings::Gap;
use crate::frames::time::{Stamp, classify};
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

/// The column that says when a record was changed, and the zone of its stamps without one; an error where it is not told.
fn changed(context: &Context<'_>, column: &Column) -> Result<(Column, Option<String>), Gap> {
    let gap = |reason: String| Gap { subject: column.dataset.clone(), reason, column: None };
    let silent = || gap(format!("{} does not say when a record was changed", column.dataset));
    let dataset = context.datasets.get(&column.dataset).ok_or_else(silent)?;
    let index = CHANGED.iter().find_map(|name| dataset.find(name)).ok_or_else(silent)?;
    let zone = context.zone(&dataset.source, None);
    let local = |record: &Vec<String>| {
        record.get(index).is_some_and(|cell| matches!(classify(cell), Stamp::IsoLocal | Stamp::SpaceLocal))
    };
    if zone.is_none() && dataset.preview.iter().any(local) {
        let (name, source) = (&column.dataset, &dataset.source);
        return Err(gap(format!("the stamps of {name} carry no zone; declare `time_zone:` for the source {source}")));
    }
    Ok((Column { dataset: dataset.name.clone(), index }, zone))
}

/// When the owner's records and those of the other systems were changed; an error where a side does not tell.
pub(super) fn times(context: &Context<'_>, left: &Column, also: &[Column]) -> Result<Times, Gap> {
    let left = changed(context, left)?;
    let told: Vec<Result<_, Gap>> = also.iter().map(|column| changed(context, column)).collect();
    match told.iter().all(Result::is_err).then(|| told.first().cloned()).flatten() {
        Some(Err(gap)) => Err(gap),
        _ => Ok(Times { left, also: told.into_iter().map(Result::ok).collect(), older: false }),
    }
}
