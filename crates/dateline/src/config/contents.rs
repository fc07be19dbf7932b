//! What was read, as digests: enough to tell what another reading changes, and nothing of it can be shown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::error::ConfigError;
use super::{DEFAULTS, Settings, agencies, document, feeds, sites, stories, subject};

type Sha256Digest = [u8; 32];

/// The content of a configuration. Values of settings may be secrets, so only their digests are kept.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigContents {
    /// Of the configuration file's text.
    pub(super) text: Sha256Digest,
    /// Of the feeds file's text.
    pub(super) feeds: Sha256Digest,
    /// By full name (`kafka.brokers`); what stands nowhere has its default.
    pub(super) settings: BTreeMap<String, Sha256Digest>,
    /// Of the subject's files.
    pub(crate) subject: Sha256Digest,
    /// Of the file of rules for single sites.
    pub(crate) sites: Sha256Digest,
    /// Of the table of agencies.
    pub(crate) agencies: Sha256Digest,
    /// Of the tables that stories are told by.
    pub(crate) story_tables: Sha256Digest,
}

/// Of the settings in `table`, which holds the environment's too.
pub(super) fn of_settings(table: &Table) -> BTreeMap<String, Sha256Digest> {
    let mut settings = BTreeMap::new();
    // A test holds that the shipped file can be read.
    let defaults: Table = toml::from_str(DEFAULTS).unwrap_or_default();
    for table in [&defaults, table] {
        flatten("", table, &mut settings);
    }
    settings
}

/// Of the files of a folder, by name.
pub(super) fn of_files(files: &BTreeMap<String, String>) -> Sha256Digest {
    let mut hash = Sha256::new();
    for part in files.iter().flat_map(|(name, text)| [name, text]) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Of one file.
pub(super) fn of_text(text: &str) -> Sha256Digest {
    Sha256::digest(text).into()
}

impl ConfigContents {
    /// Whether the files hold the same now: that at `path`, and those that it names. They are read, not understood.
    ///
    /// # Errors
    /// What cannot be read, or is wrong with the settings.
    pub(crate) fn is_as_read(&self, path: &Path) -> Result<bool, Vec<ConfigError>> {
        let text = document::read(path).map_err(|error| vec![error])?;
        if of_text(&text) != self.text {
            return Ok(false);
        }
        // It names the same files as before.
        let (settings, _) = Settings::from_text(path, &text, std::env::vars_os())?;
        let sites = sites::text(&settings.sites).map_err(|error| vec![error])?;
        let story_tables = stories::files(&settings.story_tables, false)?.unwrap_or_default();
        Ok(self.feeds == of_text(&feeds::text_of(&settings.feeds)?)
            && self.subject == of_files(&subject::files(&settings.subject, "subject")?)
            && self.sites == of_text(&sites)
            && self.agencies == of_text(&agencies::text(&settings.agencies)?)
            && self.story_tables == of_files(&story_tables))
    }

    /// The full names of the settings that `other` has otherwise.
    pub(crate) fn settings_unlike(&self, other: &Self) -> BTreeSet<String> {
        let names = self.settings.keys().chain(other.settings.keys());
        names.filter(|name| self.settings.get(*name) != other.settings.get(*name)).cloned().collect()
    }

    /// Takes over everything from `other`, but of the settings only those with these `names`.
    pub(crate) fn take(&mut self, other: &Self, names: &[String]) {
        let mut settings = std::mem::take(&mut self.settings);
        for name in names {
            match other.settings.get(name) {
                Some(value) => settings.insert(name.to_owned(), *value),
                None => settings.remove(name),
            };
        }
        *self = Self { settings, ..other.clone() };
    }
}

/// Every setting in `table` by its full name. A table of the operator's own names (`connect_to`) is one setting with each of
/// them.
fn flatten(prefix: &str, table: &Table, settings: &mut BTreeMap<String, Sha256Digest>) {
    for (name, value) in table {
        let name = format!("{prefix}{name}");
        match value {
            Value::Table(inner) => flatten(&format!("{name}."), inner, settings),
            value => {
                settings.insert(name, Sha256::digest(value.to_string()).into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> ConfigContents {
        let none = of_text("");
        let settings = of_settings(&toml::from_str(text).unwrap());
        let (text, feeds) = (none, none);
        ConfigContents {
            text,
            feeds,
            settings,
            subject: none,
            sites: none,
            agencies: none,
            story_tables: none,
        }
    }

    #[test]
    fn what_says_the_default_changes_nothing_and_what_says_otherwise_is_named_in_full() {
        let plain = settings("");
        assert!(plain.settings_unlike(&settings("[poll]\nlatency = \"15m\"\n")).is_empty());
        let other = settings("data_dir = \"x\"\n[kafka.properties]\n\"linger.ms\" = \"5\"\n");
        let unlike = other.settings_unlike(&plain);
        assert_eq!(unlike.into_iter().collect::<Vec<_>>(), ["data_dir", "kafka.properties.linger.ms"]);
    }

    #[test]
    fn a_setting_that_is_taken_over_is_unlike_no_more() {
        let (mut plain, other) = (settings(""), settings("source = \"/x\"\n[api]\ntoken_file = \"t\"\n"));
        plain.take(&other, &["api.token_file".to_owned()]);
        assert_eq!(plain.settings_unlike(&other).into_iter().collect::<Vec<_>>(), ["source"]);
    }

    #[test]
    fn files_of_a_folder_are_told_apart_by_name_and_text() {
        let folder = |name: &str, text: &str| of_files(&BTreeMap::from([(name.to_owned(), text.to_owned())]));
        assert_ne!(folder("ab", "c"), folder("a", "bc"));
        assert_ne!(folder("a", "b"), folder("a", "c"));
    }
}
