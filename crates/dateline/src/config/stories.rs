//! The tables that stories are told by: text files whose meaning the stories crate knows.

use std::path::Path;

use dateline_stories::story::StoryTables;

use super::error::{ConfigError, Origin};
use super::subject;

/// Reads every file in `folder` and makes the tables of them.
///
/// # Errors
/// If a file cannot be read, or the tables are wrong: file, line, remedy.
pub fn read(folder: &Path) -> Result<StoryTables, ConfigError> {
    let files = subject::files(folder, "story_tables")?;
    StoryTables::from_files(&files).map_err(|error| ConfigError {
        origin: Origin::File(folder.join(&error.file), (error.line > 0).then_some(error.line)),
        what: error.what,
        remedy: Some(error.remedy),
    })
}
