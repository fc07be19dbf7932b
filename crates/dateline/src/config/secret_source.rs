//! Where a secret comes from: a variable of the environment or a file, since none stands in a configuration.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use dateline_wire::Secret;
use toml::de::{DeTable, DeValue};

use super::environment::PREFIX;
use super::file;
use super::table::{FileReader, Value};

/// What a source is written as.
const EXPECTED: &str =
    "where the secret is, such as { env = \"NEWS_LOGIN\" } or { file = \"/run/secrets/news\" }";

/// Whether secrets are read from where they are. Whoever only lists feeds does without, and may lack the right to read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretAccess {
    /// They are read, and have to be there.
    Read,
    /// They are left alone.
    Without,
}

/// Where one secret is.
#[derive(Debug, PartialEq, Eq)]
enum SecretSource {
    Variable(String),
    File(PathBuf),
}

/// Reads the secret that `value`, the value of `setting`, names: `None` where it is wrong, or may not be read.
pub(super) fn read(
    file: &mut FileReader<'_>,
    setting: &str,
    value: &Value<'_>,
    access: SecretAccess,
) -> Option<Secret> {
    let source = SecretSource::of(file, setting, value)?;
    if access == SecretAccess::Without {
        return None;
    }
    match source.secret() {
        Ok(secret) => Some(secret),
        Err((what, remedy)) => {
            file.wrong(&value.span(), format!("`{setting}`: {what}"), remedy);
            None
        }
    }
}

/// The files that `text`, the content of the file at `path`, names as places of secrets, whatever else is right or wrong in it.
pub(super) fn files_in(path: &Path, text: &str) -> Vec<PathBuf> {
    fn walk(value: &DeValue<'_>, found: &mut impl FnMut(&str)) {
        match value {
            DeValue::Table(table) => {
                match (table.len(), table.get("file").and_then(|file| file.get_ref().as_str())) {
                    (1, Some(file)) => found(file),
                    _ => table.values().for_each(|inner| walk(inner.get_ref(), found)),
                }
            }
            DeValue::Array(elements) => elements.iter().for_each(|inner| walk(inner.get_ref(), found)),
            _ => {}
        }
    }
    let (root, _) = DeTable::parse_recoverable(text);
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut files = Vec::new();
    root.get_ref()
        .values()
        .for_each(|value| walk(value.get_ref(), &mut |file| files.push(folder.join(file))));
    files
}

impl SecretSource {
    fn of(file: &mut FileReader<'_>, setting: &str, value: &Value<'_>) -> Option<Self> {
        let Some(table) = value.get_ref().as_table().filter(|table| table.len() == 1) else {
            file.unexpected_secret(setting, value, EXPECTED);
            return None;
        };
        let (name, place) = table.iter().next()?;
        let text = place.get_ref().as_str().filter(|text| !text.is_empty());
        match (name.get_ref().as_ref(), text) {
            ("env", Some(variable)) if variable.starts_with(PREFIX) => {
                let expected =
                    format!("a variable whose name does not begin with {PREFIX}: those are settings");
                file.unexpected(setting, value, &expected);
                None
            }
            ("env", Some(variable)) => Some(Self::Variable(variable.to_owned())),
            ("file", Some(path)) => {
                let folder = file.path().parent();
                Some(Self::File(folder.map_or_else(|| path.into(), |folder| folder.join(path))))
            }
            _ => {
                file.unexpected_secret(setting, value, EXPECTED);
                None
            }
        }
    }

    /// The secret, without the line break that files end with; or what is wrong, and what to do.
    fn secret(&self) -> Result<Secret, (String, String)> {
        let text = match self {
            Self::Variable(name) => env::var(name).map_err(|error| {
                let what = match error {
                    env::VarError::NotPresent => "is not set",
                    env::VarError::NotUnicode(_) => "is not UTF-8",
                };
                (format!("the environment variable {name} {what}"), "set it to the secret".to_owned())
            })?,
            Self::File(path) => file::read_text(path).map_err(|error| {
                if error.kind() == ErrorKind::NotFound {
                    return (file::SECRET_NOT_THERE.to_owned(), file::SECRET_REMEDY.to_owned());
                }
                let remedy = "name a file that the user who runs Dateline can read".to_owned();
                (format!("{}: {error}", path.display()), remedy)
            })?,
        };
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err(("the secret is empty".to_owned(), "put the secret where it is named".to_owned())),
            secret => Ok(Secret::new(secret)),
        }
    }
}
