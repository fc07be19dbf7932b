//! The configuration: `dateline.toml`, the feeds file and the subject's folder that it names, and the environment.
//!
//! Whatever is wrong is told as a [`ConfigError`]: file, line, what is wrong, what is meant.

mod agencies;
mod contents;
mod document;
mod environment;
mod error;
pub mod feeds;
mod file;
mod keep;
mod machine;
mod named_paths;
mod own_files;
mod revisit;
mod secret_source;
mod settings;
pub(crate) mod shared;
mod sinks;
pub mod sites;
mod size;
mod stories;
mod subject;
mod table;
pub mod users;
mod validation;
mod values;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use dateline_fetcher::Feed;
use dateline_parser::{SiteRules, Subject};
use dateline_stories::origin::Agencies;
use dateline_stories::story::StoryTables;
use serde::Deserialize;
use shared::SharedFolder;

pub use agencies::read as read_agencies;
pub use contents::ConfigContents;
pub(crate) use document::remedy_of_unwritable;
pub use error::{ConfigError, Origin};
use feeds::ListedFeed;
use own_files::OwnFiles;
pub use revisit::RevisitSettings;
pub use secret_source::SecretAccess;
pub use settings::{
    ApiSettings, ConsoleSettings, CopyPolicy, EngineSettings, HttpSettings, LogFormat, LogSettings, Settings,
    StoriesSettings, TraceSettings,
};
pub use sinks::Sinks;
pub use sites::read as read_site_rules;
pub use stories::read as read_story_tables;
pub use subject::read as read_subject;
use values::{SecretSetting, SettingValues};

/// The settings that are secrets. They never stand in the configuration file, which is shown and copied.
const SECRETS: [SecretSetting; 5] = [
    SecretSetting { section: "api", name: "token", elsewhere: ", or name a file in `token_file`" },
    SecretSetting {
        section: "fetch",
        name: "proxy_credentials",
        elsewhere: ", or name a file in `proxy_credentials_file`",
    },
    SecretSetting {
        section: "kafka",
        name: "sasl_password",
        elsewhere: ", or name a file in `sasl_password_file`",
    },
    SecretSetting {
        section: "kafka",
        name: "schema_registry_credentials",
        elsewhere: ", or name a file in `schema_registry_credentials_file`",
    },
    SecretSetting { section: "kafka", name: "ssl_key_password", elsewhere: "" },
];

/// The shipped configuration file: every setting with its default. A test holds that it is so.
const DEFAULTS: &str = include_str!("../../../config/dateline.toml");

/// Everything that is configured.
pub struct Config {
    /// The settings, paths made absolute or relative to the working folder.
    pub settings: Settings,
    /// The feeds to poll; none for a member of a fleet, whose feeds stand on a topic.
    pub feeds: Vec<Feed>,
    /// The feeds that are configured and not polled.
    pub paused: Vec<Feed>,
    /// The subject to judge by.
    pub subject: Subject,
    /// The operator's rules for single sites.
    pub sites: SiteRules,
    /// Whose texts others carry.
    pub agencies: Agencies,
    /// What stories are told by, where they are told.
    pub story_tables: Option<StoryTables>,
    /// Ways out beside Kafka.
    pub sinks: Sinks,
    /// What was read, to tell what another reading changes.
    pub contents: ConfigContents,
}

/// What a configuration is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// A daemon that runs on this machine.
    Run,
    /// One that takes nothing in: it needs no feed.
    Serve,
    /// A recording, whose journal and address are told otherwise.
    Replay,
}

impl Purpose {
    /// Whether a daemon is to run on this machine.
    fn is_daemon(self) -> bool {
        matches!(self, Self::Run | Self::Serve)
    }
}

impl Config {
    /// Reads the configuration file at `path`, what it names, and the environment, and checks all that a run on this machine would
    /// stumble over.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn load(path: &Path) -> Result<Self, Vec<ConfigError>> {
        let text = document::read_settings(path).map_err(|error| vec![error])?;
        Self::of_settings(Settings::read(path, &text, std::env::vars_os())?, None, Purpose::Run)
    }

    /// The same for a daemon that takes nothing in, and so needs no feed.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub fn load_to_serve(path: &Path) -> Result<Self, Vec<ConfigError>> {
        let text = document::read_settings(path).map_err(|error| vec![error])?;
        Self::of_settings(Settings::read(path, &text, std::env::vars_os())?, None, Purpose::Serve)
    }

    /// The same for a member of a fleet whose members share the settings in a folder, which stand in place of its own.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub(crate) fn load_in_fleet(
        path: &Path,
        shared: Option<&SharedFolder>,
    ) -> Result<Self, Vec<ConfigError>> {
        let text = document::read_settings(path).map_err(|error| vec![error])?;
        Self::of_settings(Settings::read_over(path, &text, std::env::vars_os(), shared)?, None, Purpose::Run)
    }

    /// The same for whoever works on a recording: what only a daemon needs, an address, a folder for its journal and users, is not looked
    /// at.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub fn load_to_replay(path: &Path) -> Result<Self, Vec<ConfigError>> {
        let text = document::read_settings(path).map_err(|error| vec![error])?;
        Self::of_settings(Settings::read(path, &text, std::env::vars_os())?, None, Purpose::Replay)
    }

    /// The same with `feeds` as the content of the feeds file, whatever stands there now.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub(crate) fn load_with_feeds(path: &Path, feeds: &str) -> Result<Self, Vec<ConfigError>> {
        let text = document::read_settings(path).map_err(|error| vec![error])?;
        Self::of_settings(Settings::read(path, &text, std::env::vars_os())?, Some(feeds), Purpose::Run)
    }

    /// Reads the configuration file at `path` and what it names, whatever the environment says.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub(crate) fn load_without_environment(path: &Path) -> Result<Self, Vec<ConfigError>> {
        let text = document::read_settings(path).map_err(|error| vec![error])?;
        Self::of_settings(Settings::read(path, &text, [])?, None, Purpose::Replay)
    }

    fn of_settings(
        (settings, mut values): (Settings, SettingValues<'_>),
        feeds_text: Option<&str>,
        purpose: Purpose,
    ) -> Result<Self, Vec<ConfigError>> {
        let mut table = values.table().clone();
        let text = contents::of_text(values.text());
        sinks::add_tables(values.text(), &mut table);
        let are_stories_asked_for =
            settings.stories.enabled && (table.contains_key("story_tables") || table.contains_key("stories"));
        settings.check_files(&mut values);
        // The feeds of a fleet stand on its topic.
        let has_feeds_file = !settings.fleet.is_enabled();
        settings.check_sources(&mut values, feeds_text.is_some() || !has_feeds_file, are_stories_asked_for);
        if purpose.is_daemon() {
            settings.check_machine(&mut values);
        }
        let mut errors = Vec::new();
        let mut noted = |found: Vec<ConfigError>| errors.extend(found);
        // What a setting names is read where the setting can be used; what is wrong with the setting itself is noted already.
        let is_named = |setting: &str| values.is_usable(setting);
        if purpose.is_daemon() && is_named("console.users") {
            noted(users::read(&settings.console.users).err().unwrap_or_default());
        }
        if is_named("api.token_file") {
            let error = settings.api.write_token().err();
            match (error, &settings.api.token_file) {
                // Its line is where somebody looks for it.
                (Some(error), Some(file)) if error.origin == Origin::File(file.clone(), None) => {
                    let what = format!("`token_file` in [api] names {}: {}", file.display(), error.what);
                    noted(vec![ConfigError { origin: values.origin("api.token_file"), what, ..error }]);
                }
                (error, _) => noted(error.into_iter().collect()),
            }
        }
        let feeds_text = is_named("feeds").then(|| match feeds_text {
            Some(feeds) => Ok(Some(feeds.to_owned())),
            None if !has_feeds_file => Ok(None),
            None => feeds::text_of(&settings.feeds).map(Some),
        });
        let mut own_files = OwnFiles::of(&settings, values.path());
        own_files.add(secret_source::files_in(values.path(), values.text()));
        if let Some(Ok(Some(text))) = &feeds_text {
            own_files.add(secret_source::files_in(&settings.feeds, text));
        }
        let sinks = match values.is_broken() {
            true => None,
            false => sinks::parse(values.path(), values.text(), SecretAccess::Read, purpose, &own_files)
                .map_err(&mut noted)
                .ok(),
        };
        let feeds = feeds_text.map(|text| {
            let Some(text) = text? else { return Ok(((Vec::new(), Vec::new()), contents::of_text(""))) };
            let listed =
                feeds::parse(&settings.feeds, &text, &settings.fetch.secret_query, SecretAccess::Read)?;
            let feeds = match purpose {
                Purpose::Serve => feeds::polled_and_paused(listed),
                Purpose::Run | Purpose::Replay => some_polled(&settings.feeds, listed)?,
            };
            Ok((feeds, contents::of_text(&text)))
        });
        let feeds = feeds.and_then(|feeds| feeds.map_err(&mut noted).ok());
        let subject = is_named("subject").then(|| {
            let files = subject::files(&settings.subject, "subject")?;
            Ok((subject::parse(&settings.subject, &files)?, files))
        });
        let subject = subject.and_then(|subject| subject.map_err(&mut noted).ok());
        let sites = is_named("sites").then(|| {
            let text = sites::text(&settings.sites).map_err(|error| vec![error])?;
            Ok((sites::parse(&settings.sites, &text)?, text))
        });
        let sites = sites.and_then(|sites| sites.map_err(&mut noted).ok());
        let agencies = is_named("agencies").then(|| {
            let text = agencies::text(&settings.agencies)?;
            Ok((agencies::parse(&settings.agencies, &text)?, text))
        });
        let agencies = agencies.and_then(|agencies| agencies.map_err(&mut noted).ok());
        let story_tables = is_named("story_tables").then(|| {
            let files = stories::files(&settings.story_tables, are_stories_asked_for)?;
            let tables = files.as_ref().map(|files| stories::parse(&settings.story_tables, files));
            Ok((tables.transpose()?, files.unwrap_or_default()))
        });
        let story_tables = story_tables.and_then(|tables| tables.map_err(&mut noted).ok());
        let mut all = values.into_errors();
        all.append(&mut errors);
        match (feeds, sinks, subject, sites, agencies, story_tables) {
            (
                Some(((feeds, paused), feeds_contents)),
                Some(sinks),
                Some((subject, subject_files)),
                Some((sites, rules)),
                Some((agencies, agency_table)),
                Some((story_tables, story_files)),
            ) if all.is_empty() => {
                let contents = ConfigContents {
                    text,
                    feeds: feeds_contents,
                    settings: contents::of_settings(&table),
                    subject: contents::of_files(&subject_files),
                    sites: contents::of_text(&rules),
                    agencies: contents::of_text(&agency_table),
                    story_tables: contents::of_files(&story_files),
                };
                let story_tables = story_tables.filter(|_| settings.stories.enabled);
                Ok(Self { settings, feeds, paused, subject, sites, agencies, story_tables, sinks, contents })
            }
            _ => Err(all),
        }
    }
}

/// Of the feeds in the file at `path` those that are polled, where there are any, and those that are paused.
fn some_polled(path: &Path, listed: Vec<ListedFeed>) -> Result<(Vec<Feed>, Vec<Feed>), Vec<ConfigError>> {
    let (polled, paused) = feeds::polled_and_paused(listed);
    if !polled.is_empty() {
        return Ok((polled, paused));
    }
    let remedy = "expected at least one, as in [[feed]] with url = \"https://news.example/rss\"; `dateline run --no-intake` serves a \
                  journal without any";
    Err(vec![ConfigError::in_file(path, "no feed is configured and enabled").with_remedy(remedy)])
}

impl Settings {
    /// Reads the configuration file at `path` and the environment. The files that settings name are not looked at: whoever only
    /// looks on may lack the right to.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn load(path: &Path) -> Result<Self, Vec<ConfigError>> {
        let text = document::read_settings(path).map_err(|error| vec![error])?;
        Self::from_text(path, &text, std::env::vars_os()).map(|(settings, _)| settings)
    }

    /// The same for whoever looks for the journal and its daemon, and needs no more than the settings called `needed`: what is wrong with
    /// others, which have their default in its place, stands in nobody's way, and is given to be told.
    ///
    /// # Errors
    /// Everything that is wrong, if one of those that are needed cannot be used.
    pub fn load_to_look(path: &Path, needed: &[&str]) -> Result<(Self, Vec<ConfigError>), Vec<ConfigError>> {
        let text = document::read_settings(path).map_err(|error| vec![error])?;
        let (settings, values) = Self::read(path, &text, std::env::vars_os())?;
        match needed.iter().all(|setting| values.is_usable(setting)) {
            true => Ok((settings, values.into_errors())),
            false => Err(values.into_errors()),
        }
    }

    fn from_text<'t>(
        path: &'t Path,
        text: &'t str,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(Self, SettingValues<'t>), Vec<ConfigError>> {
        let (settings, values) = Self::read(path, text, variables)?;
        if values.has_errors() { Err(values.into_errors()) } else { Ok((settings, values)) }
    }

    /// The settings as far as they can be used, and the values that they are of, with what is wrong.
    fn read<'t>(
        path: &'t Path,
        text: &'t str,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(Self, SettingValues<'t>), Vec<ConfigError>> {
        Self::read_over(path, text, variables, None)
    }

    /// The same, with what the members of a fleet share in place of what stands here.
    fn read_over<'t>(
        path: &'t Path,
        text: &'t str,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        shared: Option<&SharedFolder>,
    ) -> Result<(Self, SettingValues<'t>), Vec<ConfigError>> {
        let mut values = SettingValues::of_file::<Self>(path, text, &SECRETS);
        environment::apply::<Self>(&mut values, variables);
        if let Some(shared) = shared {
            shared.put_into(&mut values).map_err(|error| vec![error])?;
        }
        let mut settings = match Self::deserialize(values.table().clone()) {
            Ok(settings) => settings,
            // Each value suits, so this is about several at once.
            Err(error) => {
                let error = ConfigError::in_file(path, error.message());
                return Err(values.into_errors().into_iter().chain([error]).collect());
            }
        };
        settings.resolve_paths(path.parent().unwrap_or(Path::new("")));
        settings.check_values(&mut values);
        Ok((settings, values))
    }

    /// Relative paths start at the configuration's folder, wherever the program is started.
    fn resolve_paths(&mut self, folder: &Path) {
        let resolve = |path: &mut PathBuf| *path = folder.join(&*path);
        resolve(&mut self.data_dir);
        resolve(&mut self.feeds);
        resolve(&mut self.subject);
        resolve(&mut self.sites);
        self.api.token_file.iter_mut().for_each(resolve);
        resolve(&mut self.console.users);
        resolve(&mut self.agencies);
        resolve(&mut self.story_tables);
        self.fetch.extra_ca.iter_mut().chain(&mut self.fetch.proxy_credentials_file).for_each(resolve);
        let kafka = &mut self.kafka;
        let files = [
            &mut kafka.ssl_ca_file,
            &mut kafka.ssl_certificate_file,
            &mut kafka.ssl_key_file,
            &mut kafka.sasl_password_file,
            &mut kafka.schema_registry_credentials_file,
        ];
        files.into_iter().flatten().for_each(resolve);
    }

    /// The journal's file.
    pub fn journal_path(&self) -> PathBuf {
        self.data_dir.join("journal.db")
    }

    /// Where a member of a fleet has its files, none of which is needed again.
    pub(crate) fn member_folder(&self) -> PathBuf {
        self.data_dir.join("fleet").join(&self.fleet.member)
    }

    /// Where a member of a fleet keeps the settings that all share.
    pub(crate) fn shared_folder(&self) -> PathBuf {
        self.member_folder().join("settings").join(&self.fleet.name)
    }

    /// The journal that is there to look at: its own of a daemon by itself, of a member of a fleet the one in which it follows all of that.
    pub fn shown_journal_path(&self) -> PathBuf {
        match self.fleet.is_enabled() {
            true => self.member_folder().join("mirror").join("mirror.db"),
            false => self.journal_path(),
        }
    }
}
