//! Whose texts others carry: a table whose meaning the stories crate knows.

use std::path::Path;

use dateline_stories::origin::Agencies;

use super::document;
use super::error::ConfigError;

/// Reads the table in `file`; none is known where there is no such file.
///
/// # Errors
/// If the file cannot be read, and everything that is wrong in it: line, what stands there, remedy.
pub fn read(file: &Path) -> Result<Agencies, Vec<ConfigError>> {
    parse(file, &text(file)?)
}

/// The text of `file`; empty where there is no such file.
pub(super) fn text(file: &Path) -> Result<String, Vec<ConfigError>> {
    if !file.exists() {
        return Ok(String::new());
    }
    document::read(file).map_err(|error| vec![error])
}

/// The table in `text`, the content of `file`.
pub(super) fn parse(file: &Path, text: &str) -> Result<Agencies, Vec<ConfigError>> {
    Agencies::parse(text).map_err(|error| {
        let problems = error.problems.into_iter();
        problems
            .map(|problem| ConfigError::in_table(file, problem.line, problem.what, problem.remedy))
            .collect()
    })
}
