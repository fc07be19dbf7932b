//! Every file and folder that settings name, in one list: what checks them, and what keeps others from writing there, goes by it.

use std::path::Path;

use super::Settings;

/// What a path of the settings is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathUse {
    /// The folder of the journal.
    Journal,
    /// A file in which the configuration goes on.
    Text,
    /// A folder in which it does.
    Folder,
    /// A file with certificates.
    Certificates,
    /// A file with a secret.
    Secret,
}

/// A path, and the full name of the setting that names it.
#[derive(Debug, Clone, Copy)]
pub(super) struct NamedPath<'s> {
    /// The full name of the setting.
    pub(super) setting: &'static str,
    /// The path.
    pub(super) path: &'s Path,
    /// What it is for.
    pub(super) used_as: PathUse,
}

impl Settings {
    /// All that are named.
    pub(super) fn named_paths(&self) -> impl Iterator<Item = NamedPath<'_>> {
        use PathUse::{Certificates, Folder, Journal, Secret, Text};

        let (api, fetch, kafka) = (&self.api, &self.fetch, &self.kafka);
        let always = [
            ("data_dir", &self.data_dir, Journal),
            ("feeds", &self.feeds, Text),
            ("subject", &self.subject, Folder),
            ("sites", &self.sites, Text),
            ("agencies", &self.agencies, Text),
            ("story_tables", &self.story_tables, Folder),
            ("console.users", &self.console.users, Text),
        ];
        let optional = [
            ("api.token_file", &api.token_file, Secret),
            ("fetch.proxy_credentials_file", &fetch.proxy_credentials_file, Secret),
            ("kafka.ssl_ca_file", &kafka.ssl_ca_file, Certificates),
            ("kafka.ssl_certificate_file", &kafka.ssl_certificate_file, Certificates),
            ("kafka.ssl_key_file", &kafka.ssl_key_file, Secret),
            ("kafka.sasl_password_file", &kafka.sasl_password_file, Secret),
            ("kafka.schema_registry_credentials_file", &kafka.schema_registry_credentials_file, Secret),
        ];
        let optional = optional
            .into_iter()
            .filter_map(|(setting, path, used_as)| Some((setting, path.as_ref()?, used_as)));
        let authorities = fetch.extra_ca.iter().map(|path| ("fetch.extra_ca", path, Certificates));
        let all = always.into_iter().chain(optional).chain(authorities);
        all.map(|(setting, path, used_as)| NamedPath { setting, path, used_as })
    }
}
