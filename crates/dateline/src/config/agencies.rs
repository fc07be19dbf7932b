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
    if !file.exists() {
        return Ok(Agencies::default());
    }
    let text = document::read(file)?;
    Agencies::parse(&text).map_err(|error| ConfigError {
        origin: Origin::File(file.to_owned(), Some(error.line)),
        what: error.what,
        remedy: Some("the head of the file that Dateline comes with explains the columns".to_owned()),
    })
}
