//! What a run rests on: all that its configuration and this machine can refuse before anything is done.
//!
//! `dateline run` builds on it, and `dateline check` lays it as well and leaves it at that, so that the two can't disagree.

use std::sync::Arc;

use dateline_fetcher::FetchSettingsError;
use dateline_fetcher::transport::LiveTransport;
use dateline_sinks::Webhook;

use crate::config::Config;
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
        let look = match settings.fleet.is_enabled() {
            // Whatever lies there, the members' state does not.
            true => dateline_journal::look_at,
            false => dateline_journal::inspect,
        };
        let has_journal = look(&path).map_err(|source| Failure::Journal { path, source })?;
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
