//! The tables that stories are told by: text files whose meaning the stories crate knows.

use std::collections::BTreeMap;
use std::path::Path;

use dateline_stories::story::StoryTables;

use super::error::ConfigError;
use super::subject;

/// Reads every file in `folder` and makes the tables of them.
///
/// # Errors
/// If a file cannot be read, and everything that is wrong with the tables: file, line, remedy.
pub fn read(folder: &Path) -> Result<StoryTables, Vec<ConfigError>> {
    parse(folder, &subject::files(folder, "story_tables")?)
}

/// The text of every file in `folder`; `None` where there is no such folder, and nothing asks for it: that of `dateline.toml` alone is
/// missing where a configuration is of a version that told no stories.
pub(super) fn files(
    folder: &Path,
    is_asked_for: bool,
) -> Result<Option<BTreeMap<String, String>>, Vec<ConfigError>> {
    if folder.exists() {
        return subject::files(folder, "story_tables").map(Some);
    }
    if !is_asked_for {
        return Ok(None);
    }
    let remedy = "set `story_tables` to the folder that Dateline comes with, or turn stories off: [stories] with enabled = false";
    Err(vec![
        ConfigError::in_file(folder, "there is no such folder, and stories are told by what is in it")
            .with_remedy(remedy),
    ])
}

/// The tables that `files` in `folder` make.
pub(super) fn parse(
    folder: &Path,
    files: &BTreeMap<String, String>,
) -> Result<StoryTables, Vec<ConfigError>> {
    StoryTables::from_files(files).map_err(|error| {
        let problems = error.problems.into_iter();
        problems
            .map(|problem| {
                ConfigError::in_table(folder.join(&problem.file), problem.line, problem.what, problem.remedy)
            })
            .collect()
    })
}
