//! Reading the configuration anew while the daemon runs: on SIGHUP, and when the API is asked to.
//!
//! Whole or not at all: everything is read and checked first, then the engine takes it over with the journal, and only then the
//! rest follows, which cannot fail. Whatever is wrong leaves the daemon as it was.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dateline_fetcher::transport::LiveTransport;
use dateline_fetcher::{Feed, FetchSettingsError, Fetcher};
use dateline_journal::{JournalError, Retention};
use dateline_wire::{FeedId, FeedRef};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tracing_subscriber::EnvFilter;

use crate::api::WriteAccess;
use crate::config::{ApiSettings, Config, ConfigContents, ConfigError, Settings};
use crate::engine::{EngineCommand, EngineUpdate};
use crate::failure::Failure;
use crate::logs::{self, LogFilter};
use crate::metrics::Metrics;
use crate::proxies::CountingTransport;
use crate::retention;
use crate::status::FeedNames;
use crate::websub::WebSub;

/// The settings that are applied by a reload: these, and what lies under those with a dot. Any other needs a restart.
const APPLIED: [&str; 11] = [
    "feeds",
    "subject",
    "sites",
    "agencies",
    "story_tables",
    "api.",
    "engine.",
    "poll.",
    "fetch.",
    "retention.",
    "logs.level",
];
/// Of those, what is laid out once at the start.
const LAID_OUT: [&str; 2] = ["engine.max_page_memory_bytes", "fetch.per_host_concurrency"];

/// Reads the configuration anew and has the daemon go on with it.
pub struct Reloader {
    path: PathBuf,
    parts: ReloadableParts,
    in_force: Mutex<InForce>,
}

/// The parts of a daemon that go on with what is read anew.
pub struct ReloadableParts {
    /// Where the engine is told.
    pub engine: mpsc::Sender<EngineCommand>,
    /// Subscriptions at hubs, if there are any.
    pub websub: Option<Arc<WebSub>>,
    /// What is logged.
    pub logs: LogFilter,
    /// The feeds as they are published.
    pub feeds: watch::Sender<FeedNames>,
    /// Who may write through the API.
    pub write_access: watch::Sender<WriteAccess>,
    /// What the journal lets go.
    pub retention: watch::Sender<Retention>,
    /// Counts what passes proxies.
    pub metrics: Arc<Metrics>,
    /// Whether what passes is recorded. A recording has to come from one configuration, so nothing is reloaded then.
    pub is_recorded: bool,
}

/// What the daemon works with now.
struct InForce {
    feeds: Vec<Feed>,
    contents: ConfigContents,
    fetcher: Arc<Fetcher>,
}

/// What a reload changed, for whoever asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReloadReport {
    /// The feeds.
    pub feeds: FeedDifference,
    /// Whether the subject is another.
    pub subject_changed: bool,
    /// Whether the rules for single sites are others.
    pub sites_changed: bool,
    /// Whether the table of agencies is another.
    pub agencies_changed: bool,
    /// Whether the tables that stories are told by are others.
    #[serde(default)]
    pub story_tables_changed: bool,
    /// The settings that were applied, by full name.
    pub applied: Vec<String>,
    /// The settings that are other than those the daemon works with, and count only once it is restarted.
    pub needs_restart: Vec<String>,
}

/// How two sets of feeds differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FeedDifference {
    /// How many are polled now.
    pub total: usize,
    /// Those that are polled from now on.
    pub added: Vec<FeedRef>,
    /// Those that are not polled any more.
    pub removed: Vec<FeedRef>,
    /// Those that are polled otherwise, or called otherwise.
    pub changed: Vec<FeedRef>,
}

impl FeedDifference {
    fn between(before: &[Feed], after: &[Feed]) -> Self {
        let by_id = |feeds: &'_ [Feed]| -> HashMap<FeedId, Feed> {
            feeds.iter().map(|feed| (feed.id().clone(), feed.clone())).collect()
        };
        let (old, new) = (by_id(before), by_id(after));
        let published = |feeds: &[Feed], wanted: &dyn Fn(&Feed) -> bool| {
            feeds.iter().filter(|feed| wanted(feed)).map(|feed| feed.published().clone()).collect()
        };
        Self {
            total: after.len(),
            added: published(after, &|feed| !old.contains_key(feed.id())),
            removed: published(before, &|feed| !new.contains_key(feed.id())),
            changed: published(after, &|feed| old.get(feed.id()).is_some_and(|before| before != feed)),
        }
    }
}

/// Why everything stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The configuration is wrong.
    #[error("the configuration is wrong; everything stays as it was")]
    Config(Vec<ConfigError>),
    /// It could not be worked with.
    #[error("{0}; everything stays as it was")]
    Settings(String),
    /// The journal could not take the feeds.
    #[error("the journal cannot take the feeds now: {0}; everything stays as it was")]
    Journal(#[from] JournalError),
    /// The run is recorded.
    #[error(
        "this run is recorded, and a recording comes from one configuration: restart the daemon to go on with another"
    )]
    Recorded,
    /// The daemon stops.
    #[error("the daemon is stopping")]
    Stopping,
}

impl ReloadError {
    /// Everything that is wrong, each in a line.
    pub fn details(&self) -> Vec<String> {
        match self {
            Self::Config(errors) => errors.iter().map(ConfigError::to_string).collect(),
            _ => Vec::new(),
        }
    }
}

impl From<FetchSettingsError> for ReloadError {
    fn from(error: FetchSettingsError) -> Self {
        Self::Settings(error.to_string())
    }
}

/// A configuration that was read and found right, with what is made of it.
struct Candidate {
    config: Config,
    live: LiveTransport,
    filter: EnvFilter,
}

impl Candidate {
    fn read(path: &Path) -> Result<Self, ReloadError> {
        let config = Config::load(path).map_err(ReloadError::Config)?;
        let filter = logs::understood(&config.settings.logs.level).map_err(ReloadError::Settings)?;
        let live = LiveTransport::new(&config.settings.fetch)?;
        Ok(Self { config, live, filter })
    }
}

impl Reloader {
    /// A reloader of the configuration file at `path`, for a daemon whose `parts` work with `feeds`, `contents` and `fetcher`.
    pub fn new(
        path: PathBuf,
        parts: ReloadableParts,
        feeds: Vec<Feed>,
        contents: ConfigContents,
        fetcher: Arc<Fetcher>,
    ) -> Self {
        Self { path, parts, in_force: Mutex::new(InForce { feeds, contents, fetcher }) }
    }

    /// Reads the configuration anew and has everything go on with it: one reload at a time. The log says the same as the
    /// answer.
    ///
    /// # Errors
    /// Why everything stays as it was.
    pub async fn reload(&self) -> Result<ReloadReport, ReloadError> {
        let reloaded = self.take_over().await;
        match &reloaded {
            Ok(report) => report.log(),
            Err(error) => {
                for detail in error.details() {
                    tracing::error!("{detail}");
                }
                tracing::error!("the configuration was not reloaded: {error}");
            }
        }
        reloaded
    }

    /// Who may write by the configuration as it stands in the file now, where that can be read.
    pub(crate) fn api_settings(&self) -> Option<ApiSettings> {
        Settings::load(&self.path).map(|settings| settings.api).ok()
    }

    async fn take_over(&self) -> Result<ReloadReport, ReloadError> {
        if self.parts.is_recorded {
            return Err(ReloadError::Recorded);
        }
        let mut in_force = self.in_force.lock().await;
        let path = self.path.clone();
        // Reading takes a moment of the disk and a core.
        let read = tokio::task::spawn_blocking(move || Candidate::read(&path)).await;
        let Candidate { config, live, filter } = read.map_err(|_| ReloadError::Stopping)??;
        let Config { settings, feeds, subject, sites, agencies, story_tables: _, contents } = config;
        // Certificates and credentials are read anew, too, whether or not the settings that name their files are the same.
        let live = Arc::new(CountingTransport::new(live, self.parts.metrics.clone()));
        let fetcher = Arc::new(in_force.fetcher.under(live, settings.fetch.clone(), settings.poll.clone()));
        let update = EngineUpdate {
            feeds: feeds.clone(),
            fetcher: fetcher.clone(),
            subject: Arc::new(subject),
            sites: Arc::new(sites),
            agencies: Arc::new(agencies),
            settings: settings.engine.clone(),
        };
        let (done, answer) = oneshot::channel();
        let command = EngineCommand::Reload(Box::new(update), done);
        self.parts.engine.send(command).await.map_err(|_| ReloadError::Stopping)?;
        answer.await.map_err(|_| ReloadError::Stopping)??;

        if let Some(websub) = &self.parts.websub {
            websub.ask_through(fetcher.clone());
        }
        self.parts.logs.set(filter);
        self.parts.feeds.send_replace(FeedNames::of(&feeds));
        self.parts.write_access.send_modify(|access| *access = access.under(settings.api.clone()));
        self.parts.retention.send_modify(|rules| {
            // Whether there is a Kafka is settled at the start, too.
            *rules = Retention { only_delivered: rules.only_delivered, ..retention::rules(&settings) };
        });
        let unlike = in_force.contents.settings_unlike(&contents);
        let (applied, needs_restart): (Vec<String>, Vec<String>) =
            unlike.into_iter().partition(|name| is_applied(name));
        let report = ReloadReport {
            feeds: FeedDifference::between(&in_force.feeds, &feeds),
            subject_changed: in_force.contents.subject != contents.subject,
            sites_changed: in_force.contents.sites != contents.sites,
            agencies_changed: in_force.contents.agencies != contents.agencies,
            story_tables_changed: in_force.contents.story_tables != contents.story_tables,
            applied,
            needs_restart,
        };
        in_force.contents.take(&contents, &report.applied);
        in_force.feeds = feeds;
        in_force.fetcher = fetcher;
        Ok(report)
    }
}

/// Whether a reload applies the setting with this full name.
fn is_applied(name: &str) -> bool {
    let is_under = |part: &str| name == part || (part.ends_with('.') && name.starts_with(part));
    APPLIED.into_iter().any(is_under) && !LAID_OUT.contains(&name)
}

impl ReloadReport {
    /// What is read as a whole, what it is called, and whether it is another now.
    fn parts(&self) -> [(&'static str, bool); 4] {
        [
            ("subject", self.subject_changed),
            ("sites", self.sites_changed),
            ("agencies", self.agencies_changed),
            ("story tables", self.story_tables_changed),
        ]
    }

    /// Whether nothing is other than before.
    fn is_empty(&self) -> bool {
        let FeedDifference { total: _, added, removed, changed } = &self.feeds;
        [added, removed, changed].into_iter().all(Vec::is_empty)
            && self.parts().iter().all(|(_, changed)| !changed)
            && self.applied.is_empty()
            && self.needs_restart.is_empty()
    }

    fn log(&self) {
        let lists = [
            ("a feed is polled from now on", &self.feeds.added),
            ("a feed is not polled any more", &self.feeds.removed),
            ("a feed is configured otherwise", &self.feeds.changed),
        ];
        for (what, feeds) in lists {
            for feed in feeds {
                tracing::info!(feed = feed.url.as_str(), "{what}");
            }
        }
        let parts: Vec<&str> =
            self.parts().iter().filter(|(_, changed)| *changed).map(|(part, _)| *part).collect();
        tracing::info!(
            feeds = self.feeds.total,
            added = self.feeds.added.len(),
            removed = self.feeds.removed.len(),
            changed = self.feeds.changed.len(),
            also = parts.join(", "),
            settings = self.applied.join(" "),
            "the configuration was reloaded"
        );
        if !self.needs_restart.is_empty() {
            tracing::warn!(
                settings = self.needs_restart.join(" "),
                "settings have changed that need a restart"
            );
        }
    }

    /// The report as lines for people.
    pub fn to_text(&self) -> String {
        if self.is_empty() {
            return format!("Reloaded: nothing has changed ({} feeds).\n", self.feeds.total);
        }
        let FeedDifference { total, added, removed, changed } = &self.feeds;
        let mut text = format!(
            "Reloaded: {total} feeds, of which {} added and {} changed; {} removed.\n",
            added.len(),
            changed.len(),
            removed.len()
        );
        for (word, feeds) in [("added", added), ("removed", removed), ("changed", changed)] {
            for feed in feeds {
                let name = feed.name.as_deref().map(|name| format!("  {name}")).unwrap_or_default();
                text.push_str(&format!("  {word:<8} {}{name}\n", feed.url));
            }
        }
        for (part, _) in self.parts().iter().filter(|(_, changed)| *changed) {
            text.push_str(&format!("  {part:<8} changed\n"));
        }
        for setting in &self.applied {
            text.push_str(&format!("  applied  {setting}\n"));
        }
        for setting in &self.needs_restart {
            text.push_str(&format!("  needs a restart: {setting}\n"));
        }
        text
    }
}

impl From<ReloadError> for Failure {
    fn from(error: ReloadError) -> Self {
        match error {
            ReloadError::Config(errors) => Self::Config(errors),
            other => Self::Other(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::SecretQuery;

    use super::*;

    fn feed(url: &str, name: Option<&str>) -> Feed {
        Feed::new(url.parse().unwrap(), name.map(str::to_owned), &SecretQuery::default())
    }

    #[test]
    fn feeds_are_told_apart_by_address_and_a_new_name_is_a_change() {
        let [a, b, c] =
            ["https://a.example/", "https://b.example/", "https://c.example/"].map(|url| feed(url, None));
        let renamed = feed("https://b.example/", Some("B"));
        let difference = FeedDifference::between(&[a.clone(), b], &[renamed.clone(), c.clone()]);
        let of = |feed: &Feed| vec![feed.published().clone()];
        assert_eq!(
            difference,
            FeedDifference { total: 2, added: of(&c), removed: of(&a), changed: of(&renamed) }
        );
    }

    #[test]
    fn a_setting_that_nobody_takes_over_needs_a_restart() {
        for name in [
            "poll.latency",
            "fetch.connect_to.news.example",
            "logs.level",
            "sites",
            "story_tables",
            "api.token",
            "retention.max_bytes",
        ] {
            assert!(is_applied(name), "{name}");
        }
        for name in [
            "kafka.brokers",
            "http.listen",
            "data_dir",
            "logs.format",
            "fetch.per_host_concurrency",
            "feedsx",
        ] {
            assert!(!is_applied(name), "{name}");
        }
    }
}
