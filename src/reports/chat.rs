//! A few lines to paste into a chat or a mail: no table and no markup, because each program has its own.

use super::brief::{Brief, Report};
use super::json;
use crate::error::Result;
use crate::findings::Verdict;

/// Findings of the text.
const MOST: usize = 10;

/// Renders the text. It says what a message of `crmlint notify` says.
pub(super) fn render(verdict: &Verdict) -> Result<String> {
    let report = Report::read(&json::render(verdict), "the report")?;
    Ok(Brief::of(&report, None, MOST)?.text())
}
