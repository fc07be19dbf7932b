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
/// If a file cannot be read, or the subject's files are wrong: file, line, remedy.
pub fn read(folder: &Path) -> Result<Subject, ConfigError> {
    parse(folder, &files(folder, "subject")?)
}

/// The text of every file in `folder`, which `setting` names, by name.
pub(super) fn files(folder: &Path, setting: &str) -> Result<BTreeMap<String, String>, ConfigError> {
    let unreadable = |error: std::io::Error| {
        ConfigError::in_file(folder, format!("cannot be read: {error}"))
            .with_remedy(format!("set `{setting}` to the folder that Dateline comes with, or one like it"))
    };
    let mut files = BTreeMap::new();
    for file in fs::read_dir(folder).map_err(unreadable)? {
        let file = file.map_err(unreadable)?;
        let name = file.file_name().to_string_lossy().into_owned();
        if file.path().is_file() && !name.starts_with('.') {
            files.insert(name, document::read(&file.path())?);
        }
    }
    Ok(files)
}

/// The subject that `files` in `folder` make.
pub(super) fn parse(folder: &Path, files: &BTreeMap<String, String>) -> Result<Subject, ConfigError> {
    Subject::from_files(files).map_err(|error| ConfigError {
        origin: super::Origin::File(folder.join(&error.file), (error.line > 0).then_some(error.line)),
        what: error.what,
        remedy: Some(error.remedy),
    })
}
