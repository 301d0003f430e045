//! Hits of checks in, findings and a verdict out.
//!
//! A finding is a statement about one subject, not a row: how many records and people, a few samples, what is wrong, why
//! it matters and what to do.

pub mod baseline;
pub mod checklist;
pub mod ignores;
mod input;
pub mod masking;
pub mod scores;
pub mod sketch;
pub mod trend;
pub mod triage;

use xxhash_rust::xxh3::xxh3_128;

pub use self::input::Input;
use self::trend::{Moved, State, Trend};
use crate::error::{Exit, Place};
use crate::pictures::Picture;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Note,
    /// Will hurt under conditions.
    Warning,
    /// Breaks sends, segments or consent.
    Error,
}

impl Severity {
    /// Worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// The word in configs and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == word)
    }
}

/// What a finding is about; with the rule's code it is the finding's identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The dataset, for findings about data.
    pub dataset: Option<String>,
    /// The column, segment, mapping entry or config entry, as people would name it.
    pub name: String,
}

impl Subject {
    /// A column: `zoho.contacts.Email`.
    pub fn column(dataset: &str, label: &str) -> Self {
        Self { dataset: Some(dataset.to_owned()), name: format!("{dataset}.{label}") }
    }

    /// A whole dataset.
    pub fn dataset(dataset: &str) -> Self {
        Self { dataset: Some(dataset.to_owned()), name: dataset.to_owned() }
    }

    /// An entry of a document: `mapping:attributes.stage`, `segment:At Risk`.
    pub fn entry(kind: &str, name: &str) -> Self {
        Self { dataset: None, name: format!("{kind}:{name}") }
    }
}

/// One failing record or cell, as the rows file names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// `zoho.contacts`
    pub dataset: String,
    /// The record's own id as it stands in the file.
    pub key: String,
    /// The column, blank when the record as a whole fails.
    pub column: String,
    /// The value as it stands.
    pub value: String,
    /// The right value, when it is sure.
    pub suggestion: String,
    /// The key of the other record of a pair.
    pub other_key: String,
    /// What else tells.
    pub detail: String,
}

/// One line of what a finding is made of: a value, a format, a kind of damage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The value or what it stands for.
    pub label: String,
    /// Records.
    pub rows: u64,
    /// People.
    pub people: u64,
    /// The right value, when it is sure.
    pub suggestion: Option<String>,
}

/// What of its values a finding may show to anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shows {
    /// Names of forms or kinds, no cell.
    Labels,
    /// Words of a list, unless they may be somebody's name.
    Words,
    /// Times, unless they are somebody's birthday.
    Times,
    /// The same on both sides of a pair, which were compared as times: digits alone are no phone number.
    Instants,
    /// Nothing.
    #[default]
    Nothing,
}

/// What a check says about one subject.
#[derive(Debug, Clone, Default)]
pub struct Hit {
    /// What it is about.
    pub subject: Subject,
    /// Records that fail.
    pub rows: u64,
    /// Records looked at.
    pub total: u64,
    /// People affected.
    pub people: u64,
    /// The fact, one sentence with numbers.
    pub statement: String,
    /// What to do here, when it is more exact than the rule's own advice.
    pub action: Option<String>,
    /// What it is made of, most first.
    pub parts: Vec<Part>,
    /// Samples; every failing record when all were asked for.
    pub samples: Vec<Row>,
    /// Where in a document.
    pub place: Option<Place>,
    /// What of the values may be shown.
    pub shows: Shows,
    /// How bad it is, where that is not the same for all hits of the rule.
    pub severity: Option<Severity>,
}

impl Hit {
    /// A hit about an entry of a document.
    pub fn entry(subject: Subject, place: Option<Place>, statement: String, action: String) -> Self {
        Self {
            subject,
            rows: 1,
            total: 1,
            people: 0,
            statement,
            action: Some(action),
            parts: Vec::new(),
            samples: Vec::new(),
            place,
            shows: Shows::Labels,
            severity: None,
        }
    }
}

/// How far a team's policy reaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Firmness {
    /// It may grade and accept the finding in every way.
    #[default]
    Usual,
    /// It may grade it, and accept it by an ignore with a reason: a change, not a state.
    Change,
    /// It may only accept it by an ignore with a reason.
    Fixed,
}

/// Who wrote the values of a finding, by one column that tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writers {
    /// The column's name in the export.
    pub column: String,
    /// Whether its values are people.
    pub person: bool,
    /// Records by value, most first.
    pub values: Vec<(String, u64)>,
}

/// A hit with its rule.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's code.
    pub code: String,
    /// The rule's name.
    pub name: String,
    /// After the team's re-grading.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: String,
    /// The hit.
    pub hit: Hit,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// Code and subject, hashed: stable while wording, order and counts move.
    pub fingerprint: String,
    /// Who wrote the values, where the export tells.
    pub writers: Vec<Writers>,
    /// The line of the document that it points at.
    pub line: Option<String>,
    /// The ignore entry, the threshold or the baseline that accepts it.
    pub accepted: Option<String>,
    /// How far the team's policy reaches.
    pub firmness: Firmness,
    /// How it stands to earlier runs, where a history tells.
    pub state: Option<State>,
    /// Since when it has been there, where a history tells.
    pub since: Option<i64>,
    /// How its people moved since the run before, where they were followed.
    pub moved: Option<Moved>,
}

/// The identity of a finding.
pub fn fingerprint(code: &str, subject: &Subject) -> String {
    format!(
        "{:032x}",
        xxh3_128(
            format!("{code}\u{1f}{}\u{1f}{}", subject.dataset.as_deref().unwrap_or_default(), subject.name).as_bytes()
        )
    )
}

/// Why a subject could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The subject, or the input that is missing.
    pub subject: String,
    /// The reason, one sentence without a full stop.
    pub reason: String,
    /// A column that an export should have by its system's own shape: dataset and column.
    pub column: Option<(String, String)>,
}

impl Gap {
    /// A column without a single value.
    pub fn blank(column: String) -> Self {
        Self { reason: format!("{column}{BLANK}"), subject: column, column: None }
    }

    /// A mapping that declares nothing of what a rule looks at: that is for the team to decide.
    pub fn undeclared(subject: &str, what: &str) -> Self {
        Self { subject: subject.to_owned(), reason: format!("{UNDECLARED}{what}"), column: None }
    }

    /// Whether nothing is there to look at by the team's own decision, or not before the next run.
    pub fn is_aside(&self) -> bool {
        self.reason.starts_with(UNDECLARED) || self.reason.starts_with(NO_SNAPSHOT)
    }

    /// Whether a column without a single value is what stood in the way.
    pub fn is_blank(&self) -> bool {
        self.reason.ends_with(BLANK)
    }
}

/// How the reason of what no mapping declares begins.
const UNDECLARED: &str = "the mapping declares no ";
/// How the reason of what no run stored yet begins.
const NO_SNAPSHOT: &str = "there is no earlier snapshot";

/// How the reason of a blank column ends.
const BLANK: &str = " is blank in every record";

/// How a rule ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Looked at everything it had to, found nothing.
    Clean,
    /// Found something.
    Findings,
    /// Could not look at something that it had to look at.
    NotEvaluated,
    /// Broke.
    Failed(String),
}

impl Status {
    /// The word in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Findings => "findings",
            Self::NotEvaluated => "not evaluated",
            Self::Failed(_) => "failed",
        }
    }
}

/// What a rule says of itself, whatever it found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// What it finds.
    pub what: String,
    /// What breaks.
    pub why: String,
    /// What to do.
    pub fix: String,
    /// How it can be wrong; may be blank.
    pub false_positive: String,
    /// `high`, `medium` or `low`.
    pub confidence: String,
}

/// What became of one rule.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The rule's code.
    pub code: String,
    /// The rule's name.
    pub name: String,
    /// The rule's own texts.
    pub texts: Texts,
    /// The rule's own severity, before re-grading.
    pub severity: Severity,
    /// How it ended.
    pub status: Status,
    /// Subjects it looked at.
    pub subjects: usize,
    /// What it could not look at.
    pub gaps: Vec<Gap>,
    /// What it found.
    pub findings: Vec<Finding>,
}

impl Outcome {
    /// The letters of the code: `ENM`.
    pub fn family(&self) -> &str {
        self.code.trim_end_matches(|c: char| c.is_ascii_digit())
    }
}

/// The end of a run: what every reporter renders.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The instant that counted as now.
    pub now: i64,
    /// `launch`, `hygiene` or none.
    pub profile: Option<String>,
    /// Which rules were asked for; blank where nobody chose.
    pub selection: String,
    /// The lowest severity that fails the run; none when nothing does.
    pub fail_on: Option<Severity>,
    /// The config as the user would write its path; none in a run of exports alone.
    pub config: Option<String>,
    /// What was read.
    pub inputs: Vec<Input>,
    /// The checklist, in the launch profile.
    pub checklist: Option<checklist::Checklist>,
    /// How well people are recognised, and how well triggers work.
    pub scores: scores::Scores,
    /// Every selected rule, by code.
    pub outcomes: Vec<Outcome>,
    /// Findings that stand, worst first.
    pub findings: Vec<Finding>,
    /// Findings that the team accepted.
    pub accepted: Vec<Finding>,
    /// What the report should say of itself: switches, what could not be known.
    pub remarks: Vec<String>,
    /// What people would rather look at than read.
    pub pictures: Vec<Picture>,
    /// How the run stands to earlier ones, where a history tells.
    pub trend: Option<Trend>,
    /// Why the run is not in the history, where it was to be.
    pub forgotten: Option<String>,
    /// How the run ends.
    pub exit: Exit,
    /// Whether personal data is shown as it stands.
    pub show_pii: bool,
}
