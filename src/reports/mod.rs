//! Verdict in, text or a table out. A reporter renders what it is given: it does not filter, sort or count.

pub mod brief;
mod chat;
mod excerpt;
pub mod flat;
mod github;
mod gitlab;
mod html;
pub mod json;
mod junit;
pub mod markdown;
mod page;
pub mod people;
pub mod rows;
mod sarif;
mod summary;
pub mod terminal;
pub mod trace;
pub mod trace_json;
pub mod trend;

use crate::error::Result;
use crate::findings::Verdict;

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people, at a terminal.
    Terminal,
    /// For programs; versioned, its schema is `crmlint schema report`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions, for standard output.
    Github,
    /// GitLab Code Quality.
    Gitlab,
    /// JUnit XML: a test case a rule.
    Junit,
    /// One page for a browser, without any other file.
    Html,
    /// Markdown, for a pull-request comment or a job summary.
    Md,
    /// A few plain lines to paste into a chat or a mail.
    Chat,
    /// CSV, a row a finding.
    Csv,
    /// Parquet, a row a finding; to a file alone.
    Parquet,
}

/// How a report for people looks.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Whether colours are used.
    pub color: bool,
    /// Characters a line.
    pub width: u16,
    /// 0 quiet, 1 normal, 2 everything.
    pub detail: u8,
}

/// How a run ended, in a few words.
pub fn word(verdict: &Verdict) -> &'static str {
    summary::ending(verdict).word
}

/// Renders a verdict whose personal data is already masked.
pub fn render(verdict: &Verdict, format: Format, look: Look) -> Result<Vec<u8>> {
    let text = match format {
        Format::Terminal => terminal::render(verdict, look),
        Format::Json => json::render(verdict),
        Format::Sarif => sarif::render(verdict),
        Format::Github => github::render(verdict),
        Format::Gitlab => gitlab::render(verdict),
        Format::Junit => junit::render(verdict),
        Format::Html => html::render(verdict),
        Format::Md => markdown::render(verdict),
        Format::Chat => chat::render(verdict)?,
        Format::Csv => return flat::csv(verdict),
        Format::Parquet => return flat::parquet(verdict),
    };
    Ok(text.into_bytes())
}
