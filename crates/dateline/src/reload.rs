//! Reading the configuration anew while the daemon runs: on SIGHUP, and when the API is asked to.
//!
//! Whole or not at all: everything is read and checked first, then the engine takes it over with the journal, and only then the
//! rest follows, which cannot fail. Whatever is wrong leaves the daemon as it was.

mod report;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::transport::LiveTransport;
use dateline_fetcher::{Feed, FetchSettingsError, Fetcher};
use dateline_journal::{JournalError, Retention};
use dateline_stories::story::StoryTables;
use dateline_wire::FeedRef;
use tokio::sync::{Mutex, MutexGuard, mpsc, oneshot, watch};
use tokio::time::timeout;
use tracing_subscriber::EnvFilter;

pub use report::{FeedDifference, ReloadReport};

use crate::api::WriteAccess;
use crate::bounded_reading::{BoundedReading, ReadingFailure};
use crate::config::feeds::{self, FeedChange, FeedChangeError, FeedsEdit, NewFeed};
use crate::config::sites::{SiteRuleDocument, SitesEdit};
use crate::config::{ApiSettings, Config, ConfigContents, ConfigError, Settings};
use crate::engine::{EngineCommand, EngineUpdate};
use crate::failure::Failure;
use crate::feed_preview::ReadingParts;
use crate::logs::{self, LogFilter};
use crate::metrics::Metrics;
use crate::proxies::CountingTransport;
use crate::retention;
use crate::status::FeedCatalogue;
use crate::websub::WebSub;

/// The settings that are applied by a reload: these, and what lies under those with a dot. Any other needs a restart.
const APPLIED: [&str; 12] = [
    "feeds",
    "subject",
    "sites",
    "agencies",
    "story_tables",
    "api.",
    "engine.",
    "poll.",
    "revisit.",
    "fetch.",
    "retention.",
    "logs.level",
];
/// Of those, what is laid out once at the start.
const LAID_OUT: [&str; 2] = ["engine.max_page_memory_bytes", "fetch.per_host_concurrency"];

/// How long the files may take to be read: a moment, but where their disk does not answer.
const READING_PATIENCE: Duration = Duration::from_secs(30);
/// How long a reload waits for the one before it. That takes a moment, too, or does not end for a reason that somebody has to see to.
const TURN_PATIENCE: Duration = Duration::from_secs(15);

/// Reads the configuration anew and has the daemon go on with it.
pub struct Reloader {
    path: PathBuf,
    parts: ReloadableParts,
    in_force: Mutex<InForce>,
    files: BoundedReading,
}

/// The parts of a daemon that go on with what is read anew.
pub struct ReloadableParts {
    /// Where the engine is told.
    pub engine: mpsc::Sender<EngineCommand>,
    /// Subscriptions at hubs, if there are any.
    pub websub: Option<Arc<WebSub>>,
    /// What is logged.
    pub logs: LogFilter,
    /// The feeds that are configured.
    pub feeds: watch::Sender<Arc<FeedCatalogue>>,
    /// What stories are told by.
    pub story_tables: watch::Sender<Option<Arc<StoryTables>>>,
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
    reading: ReadingParts,
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
    /// The file of the rules for single sites cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    UnwritableSites {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no such rule.
    #[error("there is no rule called {0}; everything stays as it was")]
    UnknownSite(String),
    /// The run is recorded.
    #[error(
        "this run is recorded, and a recording comes from one configuration: restart the daemon to go on with another"
    )]
    Recorded,
    /// The feeds file could not be changed.
    #[error(transparent)]
    Feeds(#[from] FeedChangeError),
    /// The files' disk does not answer.
    #[error(
        "the configuration was not read within {} seconds, so everything stays as it was: see that the disks of its files answer \
         (`ls -L` them; a network mount may be gone)",
        READING_PATIENCE.as_secs()
    )]
    Slow,
    /// Another reload has not ended.
    #[error(
        "another reload is under way and has not ended, so this one did nothing: the daemon's log says how that ends; where it does not, \
         see that the disks of the configuration's files answer"
    )]
    Busy,
    /// The daemon stops.
    #[error("the daemon is stopping")]
    Stopping,
}

impl ReloadError {
    /// Everything that is wrong, each in a line.
    pub fn details(&self) -> Vec<String> {
        match self {
            Self::Config(errors) | Self::Feeds(FeedChangeError::Config(errors)) => {
                errors.iter().map(ConfigError::to_string).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl From<ReadingFailure> for ReloadError {
    fn from(failure: ReadingFailure) -> Self {
        match failure {
            ReadingFailure::Busy => Self::Busy,
            ReadingFailure::Slow => Self::Slow,
            ReadingFailure::Lost => Self::Stopping,
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
    /// What stands at `path`, with `feeds` in place of what the feeds file holds, if any are given.
    fn read(path: &Path, feeds: Option<&str>) -> Result<Self, ReloadError> {
        let config = match feeds {
            None => Config::load(path),
            Some(feeds) => Config::load_with_feeds(path, feeds),
        };
        let config = config.map_err(ReloadError::Config)?;
        let filter = logs::understood(&config.settings.logs.level).map_err(ReloadError::Settings)?;
        let live = LiveTransport::new(&config.settings.fetch)?;
        Ok(Self { config, live, filter })
    }
}

impl Reloader {
    /// A reloader of the configuration file at `path`, for a daemon whose `parts` work with `feeds`, `contents` and `reading`.
    pub(crate) fn new(
        path: PathBuf,
        parts: ReloadableParts,
        feeds: Vec<Feed>,
        contents: ConfigContents,
        reading: ReadingParts,
    ) -> Self {
        let in_force = Mutex::new(InForce { feeds, contents, reading });
        Self { path, parts, in_force, files: BoundedReading::new(1) }
    }

    /// Reads the configuration anew where its files hold something else than what the daemon works with: what was changed while it
    /// started, when nobody could tell it. The log says what came of it.
    pub async fn catch_up(&self) {
        let Ok(in_force) = self.in_force().await else { return };
        let (contents, path) = (in_force.contents.clone(), self.path.clone());
        drop(in_force);
        let is_as_read = self.files.run(TURN_PATIENCE, READING_PATIENCE, move || contents.is_as_read(&path));
        match is_as_read.await {
            Ok(Ok(true)) => {}
            // A reload tells of what is wrong.
            Ok(Ok(false) | Err(_)) => {
                tracing::info!("the configuration was changed while the daemon started");
                let _ = self.reload().await;
            }
            Err(failure) => log(Err(&failure.into())),
        }
    }

    /// Reads the configuration anew and has everything go on with it: one reload at a time. The log says the same as the
    /// answer.
    ///
    /// # Errors
    /// Why everything stays as it was.
    pub async fn reload(&self) -> Result<ReloadReport, ReloadError> {
        let reloaded = async {
            let mut in_force = self.in_force().await?;
            let path = self.path.clone();
            let candidate = tokio::select! {
                candidate = self.read(move || Candidate::read(&path, None)) => candidate?,
                // Reading changes nothing, so a daemon that stops doesn't wait for its end.
                () = self.parts.engine.closed() => return Err(ReloadError::Stopping),
            };
            self.take_over(&mut in_force, candidate).await
        };
        let reloaded = reloaded.await;
        log(reloaded.as_ref());
        reloaded
    }

    /// Changes the feeds file, and has everything go on with the configuration as it is then; gives the feed, too. Otherwise file and
    /// daemon are as they were.
    ///
    /// # Errors
    /// Why everything stays as it was.
    pub async fn change_feeds(&self, change: FeedChange) -> Result<(FeedRef, ReloadReport), ReloadError> {
        self.edit_feeds(move |settings| FeedsEdit::of(&settings.feeds, &settings.fetch.secret_query, change))
            .await
    }

    /// Adds those of `feeds` that are not there, and gives them, and how many were. Where that is a dry run, nothing is changed.
    ///
    /// # Errors
    /// Why everything stays as it was.
    pub async fn import_feeds(
        &self,
        feeds: Vec<NewFeed>,
        is_dry_run: bool,
    ) -> Result<(Vec<FeedRef>, usize, Option<ReloadReport>), ReloadError> {
        let all = feeds.len();
        let edit = move |settings: &Settings| {
            FeedsEdit::with_all(&settings.feeds, &settings.fetch.secret_query, feeds)
        };
        if is_dry_run {
            let added = self.with_settings(edit).await?.1;
            return Ok((added.clone(), all - added.len(), None));
        }
        let (added, report) = self.edit_feeds(edit).await?;
        let known = all - added.len();
        Ok((added, known, Some(report)))
    }

    /// The feed as it would be if `new` were added.
    ///
    /// # Errors
    /// Why it cannot be; it may be there already.
    pub(crate) async fn planned(&self, new: NewFeed) -> Result<Feed, ReloadError> {
        self.with_settings(move |settings| {
            FeedsEdit::planned(&settings.feeds, &settings.fetch.secret_query, new)
        })
        .await
    }

    /// The names of the groups in the feeds file.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) async fn feed_groups(&self) -> Result<Vec<String>, ReloadError> {
        let path = self.path.clone();
        self.read(move || {
            let settings = Settings::load(&path).map_err(ReloadError::Config)?;
            feeds::group_names(&settings.feeds).map_err(ReloadError::Config)
        })
        .await
    }

    /// Works out something of the feeds file, as the settings are now.
    async fn with_settings<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Settings) -> Result<T, FeedChangeError> + Send + 'static,
    ) -> Result<T, ReloadError> {
        let path = self.path.clone();
        self.read(move || {
            let settings = Settings::load(&path).map_err(ReloadError::Config)?;
            Ok(work(&settings)?)
        })
        .await
    }

    /// Makes a change to the feeds file and has everything go on with it, or leaves both as they were.
    async fn edit_feeds<T: Send + 'static>(
        &self,
        edit: impl FnOnce(&Settings) -> Result<(FeedsEdit, T), FeedChangeError> + Send + 'static,
    ) -> Result<(T, ReloadReport), ReloadError> {
        let changed = async {
            let mut in_force = self.in_force().await?;
            let path = self.path.clone();
            let prepared = self.read(move || -> Result<_, ReloadError> {
                let settings = Settings::load(&path).map_err(ReloadError::Config)?;
                let (edit, about) = edit(&settings)?;
                let candidate = Candidate::read(&path, Some(&edit.text()))?;
                Ok((edit, about, candidate))
            });
            // The file is written once all that a run would stumble over is known to be right, and somebody waits for it still.
            let (edit, about, candidate) = prepared.await?;
            let edit = self.read(move || edit.save().map(|()| edit).map_err(ReloadError::from)).await?;
            match self.take_over(&mut in_force, candidate).await {
                Ok(report) => Ok((about, report)),
                Err(error) => {
                    edit.undo()?;
                    Err(error)
                }
            }
        };
        let changed = changed.await;
        match &changed {
            // Whoever asked for what cannot be is told so; the daemon is none the worse for it.
            Err(ReloadError::Feeds(error)) if !matches!(error, FeedChangeError::Unwritable { .. }) => {
                tracing::debug!("the feeds stay as they are: {error}");
            }
            other => log(other.as_ref().map(|(_, report)| report)),
        }
        changed
    }

    /// Changes the rules for single sites, and has everything go on with them. Otherwise file and daemon are as they were.
    ///
    /// # Errors
    /// Why everything stays as it was.
    pub async fn change_sites(
        &self,
        change: impl FnOnce(&mut SitesEdit) -> Result<(), ReloadError> + Send + 'static,
    ) -> Result<ReloadReport, ReloadError> {
        let changed = async {
            let mut in_force = self.in_force().await?;
            let path = self.path.clone();
            let prepared = self.read(move || -> Result<_, ReloadError> {
                let settings = Settings::load(&path).map_err(ReloadError::Config)?;
                let mut edit =
                    SitesEdit::open(&settings.sites).map_err(|error| ReloadError::Config(vec![error]))?;
                change(&mut edit)?;
                edit.parsed().map_err(ReloadError::Config)?;
                let unwritable =
                    |source| ReloadError::UnwritableSites { path: edit.path().to_owned(), source };
                edit.save().map_err(unwritable)?;
                match Candidate::read(&path, None) {
                    Ok(candidate) => Ok((edit, candidate)),
                    Err(error) => {
                        edit.undo().map_err(unwritable)?;
                        Err(error)
                    }
                }
            });
            let (edit, candidate) = prepared.await?;
            let taken = self.take_over(&mut in_force, candidate).await;
            if taken.is_err()
                && let Err(error) = edit.undo()
            {
                tracing::error!(%error, file = %edit.path().display(), "the rules for single sites cannot be put back as they were");
            }
            taken
        };
        let changed = changed.await;
        log(changed.as_ref());
        changed
    }

    /// The rules for single sites as they stand in their file.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(crate) async fn site_rules(&self) -> Result<Vec<SiteRuleDocument>, ReloadError> {
        let path = self.path.clone();
        let read = self.read(move || {
            let settings = Settings::load(&path).map_err(ReloadError::Config)?;
            let edit = SitesEdit::open(&settings.sites).map_err(|error| ReloadError::Config(vec![error]))?;
            Ok(edit.rules())
        });
        read.await
    }

    /// What `read` makes of the files, if their disks answer in time.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> Result<T, ReloadError> + Send + 'static,
    ) -> Result<T, ReloadError> {
        self.files.run(TURN_PATIENCE, READING_PATIENCE, read).await?
    }

    /// What feeds and pages are asked through now.
    ///
    /// # Errors
    /// [`ReloadError::Recorded`] where what is asked for would be recorded.
    pub async fn fetcher(&self) -> Result<Arc<Fetcher>, ReloadError> {
        Ok(self.reading_parts().await?.fetcher)
    }

    /// What feeds and pages are asked through and read by now.
    ///
    /// # Errors
    /// As for [`fetcher`](Self::fetcher).
    pub(crate) async fn reading_parts(&self) -> Result<ReadingParts, ReloadError> {
        Ok(self.in_force().await?.reading.clone())
    }

    /// Who may write by the configuration as it stands in the file now, where that can be read.
    pub(crate) fn api_settings(&self) -> Option<ApiSettings> {
        Settings::load(&self.path).map(|settings| settings.api).ok()
    }

    /// What the daemon works with, for whoever is to change it.
    async fn in_force(&self) -> Result<MutexGuard<'_, InForce>, ReloadError> {
        if self.parts.is_recorded {
            return Err(ReloadError::Recorded);
        }
        timeout(TURN_PATIENCE, self.in_force.lock()).await.map_err(|_| ReloadError::Busy)
    }

    async fn take_over(
        &self,
        in_force: &mut InForce,
        Candidate { config, live, filter }: Candidate,
    ) -> Result<ReloadReport, ReloadError> {
        // Sinks are settled at the start.
        let Config { settings, feeds, paused, subject, sites, agencies, story_tables, sinks: _, contents } =
            config;
        // Certificates and credentials are read anew, too, whether or not the settings that name their files are the same.
        let live = Arc::new(CountingTransport::new(live, self.parts.metrics.clone()));
        let fetcher =
            Arc::new(in_force.reading.fetcher.under(live, settings.fetch.clone(), settings.poll.clone()));
        let reading = ReadingParts {
            fetcher: fetcher.clone(),
            subject: Arc::new(subject),
            sites: Arc::new(sites),
            agencies: Arc::new(agencies),
        };
        let agencies_changed = in_force.contents.agencies != contents.agencies;
        let story_tables_changed = in_force.contents.story_tables != contents.story_tables;
        let story_tables = story_tables.map(Arc::new);
        let update = EngineUpdate {
            feeds: feeds.clone(),
            announcers: Arc::default(),
            fetcher: reading.fetcher.clone(),
            subject: reading.subject.clone(),
            sites: reading.sites.clone(),
            agencies: reading.agencies.clone(),
            story_tables: story_tables.clone(),
            compares_anew: agencies_changed || story_tables_changed,
            revisit: settings.revisit.clone(),
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
        let catalogue = FeedCatalogue::new(&feeds, &paused, &settings.poll);
        self.parts.feeds.send_replace(Arc::new(catalogue));
        self.parts.story_tables.send_replace(story_tables);
        self.parts.write_access.send_modify(|access| *access = access.under(settings.api.clone()));
        self.parts.retention.send_modify(|rules| {
            // Whether there is a Kafka is settled at the start, too, and which sinks there are.
            let (only_delivered, sinks) = (rules.only_delivered, rules.sinks.clone());
            *rules = Retention { only_delivered, sinks, ..retention::rules(&settings) };
        });
        let unlike = in_force.contents.settings_unlike(&contents);
        let (applied, needs_restart): (Vec<String>, Vec<String>) =
            unlike.into_iter().partition(|name| is_applied(name));
        let report = ReloadReport {
            feeds: FeedDifference::between(&in_force.feeds, &feeds),
            subject_changed: in_force.contents.subject != contents.subject,
            sites_changed: in_force.contents.sites != contents.sites,
            agencies_changed,
            story_tables_changed,
            applied,
            needs_restart,
        };
        in_force.contents.take(&contents, &report.applied);
        in_force.feeds = feeds;
        in_force.reading = reading;
        Ok(report)
    }
}

/// Says in the log what came of a reload.
fn log(reloaded: Result<&ReloadReport, &ReloadError>) {
    match reloaded {
        Ok(report) => report.log(),
        Err(error) => {
            for detail in error.details() {
                tracing::error!("{detail}");
            }
            tracing::error!("the configuration was not reloaded: {error}");
        }
    }
}

/// Whether a reload applies the setting with this full name.
fn is_applied(name: &str) -> bool {
    let is_under = |part: &str| name == part || (part.ends_with('.') && name.starts_with(part));
    APPLIED.into_iter().any(is_under) && !LAID_OUT.contains(&name)
}

impl From<ReloadError> for Failure {
    fn from(error: ReloadError) -> Self {
        match error {
            ReloadError::Config(errors) => Self::Config(errors),
            ReloadError::Feeds(error) => error.into(),
            other => Self::Other(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
