//! The operator's rules for single sites: a file of its own, whose meaning the parser knows.

use std::path::Path;

use dateline_parser::SiteRules;

use super::document;
use super::error::ConfigError;

/// Reads the rules in `file`; none where there is no such file.
///
/// # Errors
/// If the file cannot be read, and everything that is wrong in it: line, selector, remedy.
pub fn read(file: &Path) -> Result<SiteRules, Vec<ConfigError>> {
    parse(file, &text(file).map_err(|error| vec![error])?)
}

/// The text of `file`; empty where there is no such file.
pub(super) fn text(file: &Path) -> Result<String, ConfigError> {
    if file.exists() { document::read(file) } else { Ok(String::new()) }
}

/// The rules in `text`, the content of `file`.
pub(super) fn parse(file: &Path, text: &str) -> Result<SiteRules, Vec<ConfigError>> {
    SiteRules::parse(&file.to_string_lossy(), text).map_err(|error| {
        let problems = error.problems.into_iter();
        problems
            .map(|problem| ConfigError::in_table(file, problem.line, problem.what, problem.remedy))
            .collect()
    })
}
