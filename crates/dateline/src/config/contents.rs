//! What was read, as digests: enough to tell what another reading changes, and nothing of it can be shown.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::DEFAULTS;

type Sha256Digest = [u8; 32];

/// The content of a configuration. Values of settings may be secrets, so only their digests are kept.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigContents {
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
        ConfigContents { settings, subject: none, sites: none, agencies: none, story_tables: none }
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
