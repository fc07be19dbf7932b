//! What is done with one feed: by the daemon that runs with a configuration, where one does, and on the files otherwise.

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use dateline_journal::writer_of;
use dateline_wire::{FeedId, FeedRef};
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::{no_such_feed, of_fleet};
use crate::api::FeedChangeReport;
use crate::api_client::{self, ApiFailure, FoundDaemon};
use crate::commands::known_url;
use crate::config::Settings;
use crate::config::feeds::{FeedChange, FeedsEdit};
use crate::failure::Failure;
use crate::local_key;
use crate::run_record::RunRecord;
use crate::status::FeedStatus;
use crate::text::given_id;

/// How long a daemon may have the journal before it can be found. Bringing an old journal up to date takes longer than this.
const STARTING_PATIENCE: Duration = Duration::from_secs(5);
/// How long between two looks for it.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// A daemon that runs on this machine.
pub(in crate::commands) struct RunningDaemon<'s> {
    api: Url,
    settings: &'s Settings,
}

impl<'s> RunningDaemon<'s> {
    /// The one that writes the journal of `settings`, if it runs. One that has just been started has the journal for a moment before it
    /// can be found: that moment is waited for.
    pub(in crate::commands) fn of(settings: &'s Settings) -> Option<Self> {
        let begun = Instant::now();
        loop {
            if let Some(api) = RunRecord::api_in_use(settings) {
                return Some(Self { api, settings });
            }
            if begun.elapsed() >= STARTING_PATIENCE || writer_of(&settings.journal_path()).is_none() {
                return None;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }

    /// Asks it to do what `method` means for `path`.
    ///
    /// # Errors
    /// Why it doesn't.
    pub(in crate::commands) fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
    ) -> Result<T, ApiFailure> {
        self.call_with(method, path, &[], body)
    }

    /// The same with parameters.
    ///
    /// # Errors
    /// Why it doesn't.
    pub(in crate::commands) fn call_with<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&impl Serialize>,
    ) -> Result<T, ApiFailure> {
        let unready = |error: &dyn std::fmt::Display| ApiFailure::Unanswered(error.to_string());
        let token = match method {
            Method::GET => None,
            _ => local_key::or_token(self.settings).map_err(|error| unready(&error))?,
        };
        let body = body.map(serde_json::to_vec).transpose().map_err(|error| unready(&error))?;
        let mut url = self.api.clone();
        url.set_path(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| unready(&error))?;
        let body = Bytes::from(body.unwrap_or_default());
        runtime.block_on(api_client::call(method, &url, token.as_ref(), body))
    }

    /// The id of the feed that `text` names, by its address as configured or as shown, or its id.
    ///
    /// # Errors
    /// If the daemon doesn't answer, or `text` is neither an address nor an id.
    pub(super) fn feed_named(&self, text: &str) -> Result<FeedId, Failure> {
        let feeds: Vec<FeedStatus> = self.call(Method::GET, "/v1/feeds", None::<&()>)?;
        let of_address = known_url(text).map(|url| FeedId::of(&url));
        let is_meant = |feed: &&FeedStatus| {
            feed.id.as_str() == given_id(text)
                || Some(&feed.id) == of_address.as_ref()
                || feed.url.as_str() == text
        };
        let found = feeds.iter().find(is_meant).map(|feed| feed.id.clone());
        // What it doesn't know may stand in its file since it last read that.
        let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let known = found.or(of_address).or_else(|| is_id.then(|| FeedId::from_stored(given_id(text))));
        known.ok_or_else(|| no_such_feed(self.settings))
    }
}

/// When a change counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum InForceFrom {
    /// From now on: a running daemon goes by it.
    Now,
    /// From the moment on when whoever has the journal can be reached: a daemon that starts looks then for what has changed meanwhile.
    Startup {
        /// Who has the journal.
        writer: String,
    },
    /// From the next start on; no daemon runs.
    NextStart,
    /// From now on: the members of the fleet follow its feeds.
    Fleet {
        /// The version of the feeds.
        version: u64,
    },
    /// From the next start on of a daemon with this configuration; another answers at its address.
    OtherDaemon {
        /// Which journal that has, told in full.
        told: String,
    },
}

impl InForceFrom {
    /// For a change that no running daemon has taken over.
    pub(super) fn without_daemon(settings: &Settings) -> Self {
        if let Some(writer) = writer_of(&settings.journal_path()) {
            return Self::Startup { writer: writer.to_string() };
        }
        // None that answers is needed for that.
        let doubt = FoundDaemon::of(settings).ok().and_then(|found| found.doubt);
        doubt.map_or(Self::NextStart, |doubt| Self::OtherDaemon { told: doubt.message().to_owned() })
    }
}

/// Which feeds file was changed, as people call it.
pub(super) fn changed_file(settings: &Settings, config: &Path, from: &InForceFrom) -> String {
    let theirs = match from {
        InForceFrom::Now => RunRecord::other_config_in_use(settings, config),
        InForceFrom::Fleet { .. } => return format!("the feeds of the fleet {}", settings.fleet.name),
        _ => None,
    };
    match theirs {
        None => settings.feeds.display().to_string(),
        Some(theirs) => {
            let file = Settings::load(&theirs).map(|settings| settings.feeds.display().to_string());
            let file = file.unwrap_or_else(|_| "the feeds file".to_owned());
            format!("{file} (the running daemon reads {}, and not {})", theirs.display(), config.display())
        }
    }
}

/// Has `ask` of the daemon that runs with these settings, of the configuration at `config`, make a change. Where none runs, and where that may not write the feeds
/// file, as a service without rights to its configuration, `change` is made to the file here, by the same rules; a daemon takes it over
/// then, or the file is as it was.
///
/// # Errors
/// Why nothing has changed.
pub(super) fn change(
    settings: &Settings,
    config: &Path,
    ask: impl FnOnce(&RunningDaemon<'_>) -> Result<FeedChangeReport, ApiFailure>,
    change: impl FnOnce() -> Result<FeedChange, Failure>,
) -> Result<(FeedRef, InForceFrom), Failure> {
    if settings.fleet.is_enabled() {
        return of_fleet::change(settings, change()?);
    }
    let daemon = RunningDaemon::of(settings);
    if let Some(daemon) = &daemon {
        match ask(daemon) {
            Ok(report) => return Ok((report.feed, InForceFrom::Now)),
            Err(ApiFailure::Refused { is_file_unwritable: true, .. }) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    let (edit, feed) = FeedsEdit::of(&settings.feeds, &settings.fetch.secret_query, change()?)?;
    Ok((feed, save(settings, config, &edit)?))
}

/// Writes the feeds file, and has the daemon that runs with these settings take it over; otherwise the file is as it was.
///
/// # Errors
/// Why nothing has changed.
pub(super) fn save(settings: &Settings, config: &Path, edit: &FeedsEdit) -> Result<InForceFrom, Failure> {
    if let Some(theirs) = RunRecord::other_config_in_use(settings, config) {
        return Err(Failure::Other(format!(
            "the running daemon reads {theirs}, so that a change of {} would not reach it: give --config {theirs}",
            settings.feeds.display(),
            theirs = theirs.display()
        )));
    }
    edit.save()?;
    // One may have been started meanwhile, and have read the file as it was.
    let Some(daemon) = RunningDaemon::of(settings) else {
        return Ok(InForceFrom::without_daemon(settings));
    };
    match daemon.call::<serde_json::Value>(Method::POST, "/v1/reload", None::<&()>) {
        Ok(_) => Ok(InForceFrom::Now),
        Err(refused) => {
            edit.undo()?;
            eprintln!(
                "{} is as it was, since the daemon does not take the change over",
                settings.feeds.display()
            );
            Err(refused.into())
        }
    }
}
