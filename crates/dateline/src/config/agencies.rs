//! Whose texts others carry: a table whose meaning the stories crate knows.

use std::path::Path;

use dateline_stories::origin::Agencies;

use super::document;
use super::error::{ConfigError, Origin};

/// Reads the table in `file`; none is known where there is no such file.
///
/// # Errors
/// If the file cannot be read, and what is wrong in it first: the line and what stands there.
pub fn read(file: &Path) -> Result<Agencies, ConfigError> {
    parse(file, &text(file)?)
}

/// The text of `file`; empty where there is no such file.
pub(super) fn text(file: &Path) -> Result<String, ConfigError> {
    if file.exists() { document::read(file) } else { Ok(String::new()) }
}

/// The table in `text`, the content of `file`.
pub(super) fn parse(file: &Path, text: &str) -> Result<Agencies, ConfigError> {
    Agencies::parse(text).map_err(|error| ConfigError {
        origin: Origin::File(file.to_owned(), Some(error.line)),
        what: error.what,
        remedy: Some("the head of the file that Dateline comes with explains the columns".to_owned()),
    })
}
