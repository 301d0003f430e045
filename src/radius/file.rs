//! The summary as a file: JSON, checked as a whole when it is read.

use std::path::Path;

use super::Summary;
use crate::error::{Error, Fault, Result};

/// The format that this version writes and reads.
pub(super) const VERSION: u32 = 1;

impl Summary {
    /// The file's text: one line.
    pub fn text(&self) -> String {
        format!("{}\n", serde_json::to_string(self).unwrap_or_default())
    }

    /// Reads a file that `crmlint audit --save-summary` wrote.
    pub fn read(path: &Path) -> Result<Self> {
        let again = "write it anew: crmlint audit --save-summary FILE";
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::input(Fault::new(format!("{name} cannot be read: {error}")).help(again)))?;
        let wrong = |why: String| Error::usage(Fault::new(format!("{name} is no summary: {why}")).help(again));
        let summary: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if summary.crmlint_summary != VERSION {
            return Err(wrong(format!("its format is {}, and this version reads {VERSION}", summary.crmlint_summary)));
        }
        let table = summary.segments.iter();
        let wide = |table: &super::Table| table.columns.len() + table.tests.len() + 1;
        if table.clone().any(|table| table.cells.iter().any(|cell| cell.len() != wide(table))) {
            return Err(wrong("a row of its table of segments has another number of columns".to_owned()));
        }
        if crate::frames::time::written(&summary.now).is_none() {
            return Err(wrong(format!("`now` is no time: {}", summary.now)));
        }
        Ok(summary)
    }
}
