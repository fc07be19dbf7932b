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
    settings: BTreeMap<String, Sha256Digest>,
    /// Of the subject's files.
    pub(crate) subject: Sha256Digest,
    /// Of the file of rules for single sites.
    pub(crate) sites: Sha256Digest,
    /// Of the table of agencies.
    pub(crate) agencies: Sha256Digest,
}

impl ConfigContents {
    /// Of the settings in `table`, which holds the environment's too, the subject's files, the rules for single sites and the table
    /// of agencies.
    pub(super) fn of(table: &Table, subject: &BTreeMap<String, String>, sites: &str, agencies: &str) -> Self {
        let mut settings = BTreeMap::new();
        // A test holds that the shipped file can be read.
        let defaults: Table = toml::from_str(DEFAULTS).unwrap_or_default();
        for table in [&defaults, table] {
            flatten("", table, &mut settings);
        }
        let mut hash = Sha256::new();
        for part in subject.iter().flat_map(|(name, text)| [name, text]) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let [sites, agencies] = [sites, agencies].map(|text| Sha256::digest(text).into());
        Self { settings, subject: hash.finalize().into(), sites, agencies }
    }

    /// The full names of the settings that `other` has otherwise.
    pub(crate) fn settings_unlike(&self, other: &Self) -> BTreeSet<String> {
        let names = self.settings.keys().chain(other.settings.keys());
        names.filter(|name| self.settings.get(*name) != other.settings.get(*name)).cloned().collect()
    }

    /// Takes over from `other` its subject, its rules, its agencies and the settings with these `names`.
    pub(crate) fn take(&mut self, other: &Self, names: &[String]) {
        (self.subject, self.sites, self.agencies) = (other.subject, other.sites, other.agencies);
        for name in names {
            match other.settings.get(name) {
                Some(value) => self.settings.insert(name.to_owned(), *value),
                None => self.settings.remove(name),
            };
        }
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
        ConfigContents::of(&toml::from_str(text).unwrap(), &BTreeMap::new(), "", "")
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
    fn files_of_a_subject_are_told_apart_by_name_and_text() {
        let subject = |name: &str, text: &str| {
            let files = BTreeMap::from([(name.to_owned(), text.to_owned())]);
            ConfigContents::of(&Table::new(), &files, "", "").subject
        };
        assert_ne!(subject("ab", "c"), subject("a", "bc"));
        assert_ne!(subject("a", "b"), subject("a", "c"));
    }
}
