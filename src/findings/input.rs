//! What was read, as the report tells it.

/// One dataset.
#[derive(Debug, Clone)]
pub struct Input {
    /// `zoho.contacts`
    pub dataset: String,
    /// `Zoho CRM UI export`
    pub recognised: String,
    /// Files, and members of archives.
    pub files: Vec<String>,
    /// Records.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
    /// `UTF-8`
    pub encoding: String,
}
