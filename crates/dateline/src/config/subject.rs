//! The subject's folder: text files whose meaning the parser knows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dateline_parser::Subject;

use super::document;
use super::error::ConfigError;

/// Reads every file in `folder` and makes the subject of them.
///
/// # Errors
/// If a file cannot be read, and everything that is wrong with the subject's files: file, line, remedy.
pub fn read(folder: &Path) -> Result<Subject, Vec<ConfigError>> {
    parse(folder, &files(folder, "subject")?)
}

/// The text of every file in `folder`, which `setting` names, by name.
pub(super) fn files(folder: &Path, setting: &str) -> Result<BTreeMap<String, String>, Vec<ConfigError>> {
    let unreadable = |error: std::io::Error| {
        let remedy = format!("set `{setting}` to the folder that Dateline comes with, or one like it");
        vec![ConfigError::in_file(folder, format!("cannot be read: {error}")).with_remedy(remedy)]
    };
    let (mut files, mut errors) = (BTreeMap::new(), Vec::new());
    for file in fs::read_dir(folder).map_err(unreadable)? {
        let file = file.map_err(unreadable)?;
        let name = file.file_name().to_string_lossy().into_owned();
        if !file.path().is_dir() && !name.starts_with('.') {
            match document::read(&file.path()) {
                Ok(text) => drop(files.insert(name, text)),
                Err(error) => errors.push(error),
            }
        }
    }
    if errors.is_empty() { Ok(files) } else { Err(errors) }
}

/// The subject that `files` in `folder` make.
pub(super) fn parse(folder: &Path, files: &BTreeMap<String, String>) -> Result<Subject, Vec<ConfigError>> {
    Subject::from_files(files).map_err(|error| {
        let problems = error.problems.into_iter();
        problems
            .map(|problem| {
                ConfigError::in_table(folder.join(&problem.file), problem.line, problem.what, problem.remedy)
            })
            .collect()
    })
}
