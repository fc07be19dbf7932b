//! What is wrong with a subject's files, for the person who edits them.

use thiserror::Error;

/// A subject's files can't be used: where, what, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}:{line}: {what}; {remedy}")]
pub struct SubjectError {
    /// The file's name, as given to [`Subject::from_files`](super::Subject::from_files).
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant, or missing.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

impl SubjectError {
    pub(crate) fn new(file: &str, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into(), remedy: remedy.into() }
    }
}
