//! What a run rests on: all that its configuration and this machine can refuse before anything is done.
//!
//! `dateline run` builds on it, and `dateline check` lays it as well and leaves it at that, so that the two can't disagree.

use std::path::Path;
use std::sync::Arc;

use dateline_fetcher::FetchSettingsError;
use dateline_fetcher::transport::LiveTransport;
use dateline_journal::{JournalError, inspect};
use dateline_sinks::Webhook;

use crate::config::{Config, ConfigError};
use crate::failure::Failure;
use crate::metrics::Metrics;
use crate::traces::Traces;
use crate::{fleet_member, schema_registry};

/// The ways to the network that a daemon takes, and its journal looked at.
pub(crate) struct Groundwork {
    /// Whether there is a journal; the first run makes one.
    pub(crate) has_journal: bool,
    /// To feeds and pages.
    pub(crate) live: LiveTransport,
    /// To the receiver of each webhook, in their order.
    pub(crate) receivers: Vec<LiveTransport>,
    /// To the schema registry, where events are delivered to Kafka.
    pub(crate) registry: Option<reqwest::Client>,
    /// To a collector of traces, where there is one.
    pub(crate) traces: Traces,
}

impl Groundwork {
    /// Lays it for `config`; to be called on the runtime that drives the network.
    ///
    /// # Errors
    /// What a run would end with: the journal cannot be used, or something cannot be set up as the configuration has it.
    pub(crate) fn lay(config: &Config, metrics: Arc<Metrics>) -> Result<Self, Failure> {
        let settings = &config.settings;
        if settings.fleet.is_enabled() {
            fleet_member::refuse_what_is_not_there(config)?;
        }
        let path = settings.journal_path();
        let has_journal = match settings.fleet.is_enabled() {
            true => look_beside_member(&path, &settings.fleet.name)?,
            false => inspect(&path).map_err(|source| Failure::Journal { path, source })?,
        };
        let unusable = |error: FetchSettingsError| Failure::Other(error.to_string());
        let live = match settings.fleet.is_enabled() {
            true => {
                LiveTransport::with_max_unacknowledged(&settings.fetch, settings.fleet.max_unacknowledged())
            }
            false => LiveTransport::new(&settings.fetch),
        };
        let live = live.map_err(unusable)?;
        let webhooks = config.sinks.webhooks.iter();
        let receivers = webhooks
            .map(|webhook| LiveTransport::new(&Webhook::bounds(webhook, &settings.fetch)).map_err(unusable))
            .collect::<Result<_, _>>()?;
        let registry =
            settings.kafka.is_enabled().then(|| schema_registry::client(&settings.kafka)).transpose();
        let registry = registry
            .map_err(|error| Failure::Other(format!("the schema registry cannot be asked: {error}")))?;
        let traces = Traces::start(&settings.traces, &settings.fetch, &settings.source, metrics)?;
        Ok(Self { has_journal, live, receivers, registry, traces })
    }
}

/// Whether there is a journal where a daemon by itself has its own, which nothing of a member's lies in.
///
/// # Errors
/// If it cannot be read; and if no fleet has taken it over, since the fleet would publish anew what it has published.
fn look_beside_member(path: &Path, fleet: &str) -> Result<bool, Failure> {
    match inspect(path) {
        Ok(false) => Ok(false),
        Err(JournalError::Adopted { .. }) => Ok(true),
        Ok(true) => {
            let what = format!(
                "the journal of a daemon by itself, which no fleet has taken over: the fleet {fleet} would publish anew what it has published"
            );
            let remedy = "`dateline fleet adopt` has the fleet take it over; or move it away, with the files beside it";
            Err(Failure::Config(vec![ConfigError::in_file(path, what).with_remedy(remedy)]))
        }
        Err(source) => Err(Failure::Journal { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use dateline_journal::{AdoptedJournal, Journal, Options};

    use super::*;

    #[test]
    fn a_member_does_not_start_beside_a_journal_that_no_fleet_has_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        assert!(!look_beside_member(&path, "news").unwrap());
        drop(Journal::open(&path, Options::default()).unwrap());
        let refused = look_beside_member(&path, "news").unwrap_err();
        assert_eq!(refused.exit_code(), 78);
        assert!(refused.message().contains("dateline fleet adopt"), "{}", refused.message());
        AdoptedJournal::open(&path).unwrap().note_owner(Some("news")).unwrap();
        assert!(look_beside_member(&path, "news").unwrap());
    }
}
