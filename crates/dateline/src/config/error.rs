//! What is wrong with a configuration, for the person who has to mend it.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong: where, what, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {what}{}", Remedy(.remedy.as_deref()))]
pub struct ConfigError {
    /// Where it stands.
    pub origin: Origin,
    /// What is wrong.
    pub what: String,
    /// What is meant, or what to do.
    pub remedy: Option<String>,
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file, and the line (from 1) where one is to blame.
    File(PathBuf, Option<usize>),
    /// An environment variable.
    Variable(String),
    /// What was asked for, of which nothing stands anywhere yet.
    Request,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, Some(line)) => write!(f, "{}:{line}", path.display()),
            Self::File(path, None) => write!(f, "{}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Request => f.write_str("what was asked for"),
        }
    }
}

struct Remedy<'r>(Option<&'r str>);

impl fmt::Display for Remedy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl ConfigError {
    /// Something wrong with a file as a whole.
    pub fn in_file(path: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Self { origin: Origin::File(path.into(), None), what: what.into(), remedy: None }
    }

    /// Something wrong at a line of a file, counted from 1.
    pub fn at_line(path: impl Into<PathBuf>, line: usize, what: impl Into<String>) -> Self {
        Self { origin: Origin::File(path.into(), Some(line)), what: what.into(), remedy: None }
    }

    /// Something wrong at a line of a file, or with the whole of it where that is 0, and what would be right.
    pub fn in_table(path: impl Into<PathBuf>, line: usize, what: String, remedy: String) -> Self {
        Self { origin: Origin::File(path.into(), (line > 0).then_some(line)), what, remedy: Some(remedy) }
    }

    /// The same with a remedy.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}
