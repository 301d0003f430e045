//! Why a run stopped. A fault in the data is never an error: it is a finding.

use std::fmt;

/// How a run ends, as the shell sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// Wrong usage, config, rule or mapping: nothing was checked.
    Usage = 2,
    /// An input could not be read, a rule failed, or a required rule could not be evaluated.
    Failed = 3,
}

/// A place in one of the user's documents, 1-based.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the user would write it.
    pub file: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One sentence of what is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, one sentence without a full stop at its end.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where, when the fault sits in a document with lines.
    pub place: Option<Place>,
}

impl Fault {
    /// A fault without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, place: None }
    }

    /// A fault at a place in a document.
    pub fn at(place: Place, message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, place: Some(place) }
    }

    /// The same fault with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Why the run stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Wrong usage, config, rule or mapping.
    #[error("{}", .0.message)]
    Usage(Box<Fault>),
    /// An input that cannot be read, or an output that cannot be written.
    #[error("{}", .0.message)]
    Input(Box<Fault>),
}

impl Error {
    /// An error of usage, config, rule or mapping.
    pub fn usage(fault: Fault) -> Self {
        Self::Usage(Box::new(fault))
    }

    /// An input that cannot be read.
    pub fn input(fault: Fault) -> Self {
        Self::Input(Box::new(fault))
    }

    /// What is wrong, where, and what to do.
    pub fn fault(&self) -> &Fault {
        match self {
            Self::Usage(fault) | Self::Input(fault) => fault,
        }
    }

    /// The exit code of a run that stopped here.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Input(_) => Exit::Failed,
        }
    }
}

/// The result of everything that can stop a run.
pub type Result<T> = std::result::Result<T, Error>;
