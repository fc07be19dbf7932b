//! The option that most commands share.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use super::warn;
use crate::config::{ConfigError, Settings};
use crate::failure::Failure;

/// Where the configuration is looked for unless it is named, in this order.
const FOLDERS: [&str; 2] = ["config", "/etc/dateline"];
/// What it is called there.
const NAME: &str = "dateline.toml";

/// Which configuration to use.
#[derive(Debug, Clone, Args)]
pub struct ConfigFile {
    /// The configuration file, or its folder. Unless named, ./config/dateline.toml, then /etc/dateline/dateline.toml. Relative
    /// paths in it start at its folder. Every setting can be overridden by an environment variable: DATELINE_KAFKA__BROKERS
    /// is `brokers` in `[kafka]`.
    #[arg(
        long = "config",
        value_name = "FILE",
        env = "DATELINE_CONFIG",
        default_value_os_t = found_in(&FOLDERS.map(Path::new)),
        hide_default_value = true,
        value_parser = OsStringValueParser::new().try_map(named)
    )]
    pub path: PathBuf,
}

impl ConfigFile {
    /// The settings, for a command that only looks for the journal or its daemon, which may be well though something in the configuration is
    /// wrong by now. That is told on stderr, and refused where it is about one of the settings called `needed`.
    ///
    /// # Errors
    /// Everything that is wrong, if one of those cannot be used.
    pub(super) fn settings_to_look(&self, needed: &[&str]) -> Result<Settings, Failure> {
        let (settings, wrong) = Settings::load_to_look(&self.path, needed)?;
        warn_of(&wrong);
        Ok(settings)
    }
}

/// Tells on stderr what is wrong with the configuration, and stands in nobody's way.
pub(super) fn warn_of(wrong: &[ConfigError]) {
    for error in wrong {
        warn(&error.to_string());
    }
}

/// The first of the configurations in `folders` that is there; of none, the first, which is then told to be missing.
fn found_in(folders: &[&Path]) -> PathBuf {
    let mut files = folders.iter().map(|folder| folder.join(NAME));
    let found = files.clone().find(|file| file.exists());
    found.or_else(|| files.next()).unwrap_or_else(|| NAME.into())
}

/// The file that is named on the command line or in the environment.
fn named(text: OsString) -> Result<PathBuf, &'static str> {
    match text.is_empty() {
        true => Err(
            "it names no file; where --config is not given, this is DATELINE_CONFIG: set that to a file or its folder, or unset it",
        ),
        false => Ok(file_at(text.into())),
    }
}

/// The file that `path` names: itself, or that in the folder which it is.
fn file_at(path: PathBuf) -> PathBuf {
    if path.is_dir() { path.join(NAME) } else { path }
}

/// The file called `name` beside the configuration that is found without being named.
pub(super) fn beside_found(name: &str) -> PathBuf {
    found_in(&FOLDERS.map(Path::new)).with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_first_folder_with_a_configuration_counts() {
        let root = tempfile::tempdir().unwrap();
        let folders = ["config", "etc"].map(|name| root.path().join(name));
        let found = || found_in(&folders.each_ref().map(PathBuf::as_path));
        assert_eq!(found(), folders[0].join(NAME), "where none is, the error names the first");
        for folder in folders.iter().rev() {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join(NAME), "").unwrap();
            assert_eq!(found(), folder.join(NAME));
        }
    }

    #[test]
    fn a_folder_stands_for_the_configuration_in_it() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(file_at(root.path().to_owned()), root.path().join(NAME));
        assert_eq!(file_at("a.toml".into()), Path::new("a.toml"));
    }
}
