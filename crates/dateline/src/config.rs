//! The configuration: `dateline.toml`, the feeds file and the subject's folder that it names, and the environment.
//!
//! Whatever is wrong is told as a [`ConfigError`]: file, line, what is wrong, what is meant.

mod agencies;
mod contents;
mod document;
mod environment;
mod error;
pub mod feeds;
mod keep;
mod settings;
mod sites;
mod subject;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use dateline_fetcher::Feed;
use dateline_parser::{SiteRules, Subject};
use dateline_stories::origin::Agencies;
use dateline_wire::Secret;
use serde::Deserialize;
use toml::Table;

pub use agencies::read as read_agencies;
pub use contents::ConfigContents;
pub use error::{ConfigError, Origin};
pub use feeds::SecretAccess;
pub use settings::{ApiSettings, EngineSettings, HttpSettings, LogFormat, LogSettings, Settings};
pub use sites::read as read_site_rules;
pub use subject::read as read_subject;

/// Settings that are secrets, by section and name, and where else each may come from than the environment. They never stand
/// in the configuration file, which is shown and copied.
const SECRETS: [(&str, &str, &str); 4] = [
    ("api", "token", ", or name a file in `token_file`"),
    ("fetch", "proxy_credentials", ", or name a file in `proxy_credentials_file`"),
    ("kafka", "sasl_password", ", or name a file in `sasl_password_file`"),
    ("kafka", "ssl_key_password", ""),
];

/// The shipped configuration file: every setting with its default. A test holds that it is so.
const DEFAULTS: &str = include_str!("../../../config/dateline.toml");

/// Everything that is configured.
pub struct Config {
    /// The settings, paths made absolute or relative to the working folder.
    pub settings: Settings,
    /// The feeds to poll.
    pub feeds: Vec<Feed>,
    /// The subject to judge by.
    pub subject: Subject,
    /// The operator's rules for single sites.
    pub sites: SiteRules,
    /// Whose texts others carry.
    pub agencies: Agencies,
    /// What whoever writes through the API has to show, if anything.
    pub api_token: Option<Secret>,
    /// What was read, to tell what another reading changes.
    pub contents: ConfigContents,
}

impl Config {
    /// Reads the configuration file at `path`, what it names, and the environment.
    ///
    /// # Errors
    /// Everything that is wrong; of the settings and each file of the subject the first error.
    pub fn load(path: &Path) -> Result<Self, Vec<ConfigError>> {
        Self::of_settings(Settings::load_with_table(path))
    }

    /// Reads the configuration file at `path` and what it names, whatever the environment says.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub(crate) fn load_without_environment(path: &Path) -> Result<Self, Vec<ConfigError>> {
        let text = document::read(path);
        Self::of_settings(text.and_then(|text| Settings::from_text(path, &text, [])))
    }

    fn of_settings(settings: Result<(Settings, Table), ConfigError>) -> Result<Self, Vec<ConfigError>> {
        let (settings, table) = settings.map_err(|error| vec![error])?;
        let api_token = settings.api.write_token().map_err(|error| vec![error])?;
        let sites = sites::text(&settings.sites).map_err(|error| vec![error]).and_then(|text| {
            let rules = sites::parse(&settings.sites, &text)?;
            Ok((text, rules))
        });
        let feeds = feeds::read(&settings.feeds, &settings.fetch.secret_query, SecretAccess::Read);
        let agencies = agencies::read(&settings.agencies);
        let subject = subject::files(&settings.subject).and_then(|files| {
            let subject = subject::parse(&settings.subject, &files)?;
            Ok((files, subject))
        });
        match (feeds, subject, sites, agencies) {
            (Ok(feeds), Ok((files, subject)), Ok((text, sites)), Ok(agencies)) => {
                let contents = ConfigContents::of(&table, &files, &text);
                Ok(Self { settings, feeds, subject, sites, agencies, api_token, contents })
            }
            (feeds, subject, sites, agencies) => {
                let feeds = feeds.err().into_iter().flatten();
                let single = feeds.chain(subject.err()).chain(agencies.err());
                Err(single.chain(sites.err().into_iter().flatten()).collect())
            }
        }
    }
}

impl Settings {
    /// Reads the configuration file at `path` and the environment.
    ///
    /// # Errors
    /// What is wrong first.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_with_table(path).map(|(settings, _)| settings)
    }

    fn load_with_table(path: &Path) -> Result<(Self, Table), ConfigError> {
        let text = document::read(path)?;
        Self::from_text(path, &text, std::env::vars_os())
    }

    fn from_text(
        path: &Path,
        text: &str,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(Self, Table), ConfigError> {
        let mut table: Table = document::parse(path, text)?;
        document::parse::<Self>(path, text)?;
        for (section, name, elsewhere) in SECRETS {
            if table.get(section).and_then(|section| section.get(name)).is_some() {
                let variable = format!("{}{section}__{name}", environment::PREFIX).to_uppercase();
                return Err(ConfigError::in_file(path, format!("`{name}` in [{section}] is a secret"))
                    .with_remedy(format!("set {variable} in the environment{elsewhere}")));
            }
        }
        environment::apply::<Self>(&mut table, variables)?;
        let mut settings =
            Self::deserialize(table.clone()).map_err(|error| ConfigError::in_file(path, error.message()))?;
        settings.resolve_paths(path.parent().unwrap_or(Path::new("")));
        settings.validate(path)?;
        Ok((settings, table))
    }

    /// Relative paths start at the configuration's folder, wherever the program is started.
    fn resolve_paths(&mut self, folder: &Path) {
        let resolve = |path: &mut PathBuf| *path = folder.join(&*path);
        resolve(&mut self.data_dir);
        resolve(&mut self.feeds);
        resolve(&mut self.subject);
        resolve(&mut self.sites);
        self.api.token_file.iter_mut().for_each(resolve);
        resolve(&mut self.agencies);
        self.fetch.extra_ca.iter_mut().chain(&mut self.fetch.proxy_credentials_file).for_each(resolve);
        let kafka = &mut self.kafka;
        let files = [
            &mut kafka.ssl_ca_file,
            &mut kafka.ssl_certificate_file,
            &mut kafka.ssl_key_file,
            &mut kafka.sasl_password_file,
        ];
        files.into_iter().flatten().for_each(resolve);
    }

    /// What types alone cannot hold.
    fn validate(&self, path: &Path) -> Result<(), ConfigError> {
        let wrong = |what: &str, remedy: &str| Err(ConfigError::in_file(path, what).with_remedy(remedy));
        let counts = [
            ("polls_in_flight", self.engine.polls_in_flight),
            ("pages_in_flight", self.engine.pages_in_flight),
        ];
        for (name, count) in counts {
            if count == 0 {
                return wrong(
                    &format!("`{name}` in [engine] is 0: nothing would ever be done"),
                    "set it to 1 or more",
                );
            }
        }
        self.websub.callback_base().map_err(|error| ConfigError::in_file(path, error.to_string()))?;
        self.kafka.check().map_err(|error| ConfigError::in_file(path, error.to_string()))
    }

    /// The journal's file.
    pub fn journal_path(&self) -> PathBuf {
        self.data_dir.join("journal.db")
    }
}
