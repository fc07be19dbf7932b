//! What is wrong with a subject's files, for the person who edits them.

use std::fmt;

/// One thing that is wrong with a subject's files: where, what, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectProblem {
    /// The file's name, as given to [`Subject::from_files`](super::Subject::from_files).
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant, or missing.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

/// A subject's files can't be used: everything that is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectError {
    /// At least one, file by file.
    pub problems: Vec<SubjectProblem>,
}

impl SubjectProblem {
    pub(crate) fn new(file: &str, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for SubjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, SubjectProblem { file, line, what, remedy }) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{file}:{line}: {what}; {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SubjectError {}
