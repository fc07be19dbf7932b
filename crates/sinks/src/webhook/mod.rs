//! Webhooks: each matching event is posted to an address that the operator named, signed as Standard Webhooks 1.0 have it.

mod queue;
mod request;
mod schedule;
mod signature;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::transport::LiveTransport;
use dateline_fetcher::{Clock, FetchSettings, FetchSettingsError};
use dateline_journal::{EventFilter, Journal, JournalError, SinkId, SinkOpening, SinkStart, SinkState};
use dateline_wire::Envelope;
use http::HeaderValue;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use url::Url;

pub use queue::{Attempt, AttemptFailure, DeliveryQueue};
pub use signature::{SigningKeyError, SigningKeys};

use crate::SinkReport;
use crate::scan::open;

/// A webhook as it is configured. The address may hold a secret, so `Debug` doesn't show it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSettings {
    /// What it is called: in the journal, the status and the metrics.
    pub name: String,
    /// Where events are posted.
    pub url: Url,
    /// What they are signed with.
    pub keys: SigningKeys,
    /// Which they are.
    pub filter: EventFilter,
    /// Where it begins.
    pub start: SinkStart,
    /// How long the receiver may take to answer.
    pub timeout: Duration,
    /// After failing for how long an event is given up.
    pub give_up_after: Duration,
}

impl WebhookSettings {
    /// How long a receiver may take to answer unless the operator says otherwise: Standard Webhooks recommend 15 to 30 s.
    pub const TIMEOUT: Duration = Duration::from_secs(20);
    /// After failing for how long an event is given up unless the operator says otherwise: the schedule that Standard Webhooks suggest
    /// spans three days.
    pub const GIVE_UP_AFTER: Duration = Duration::from_secs(72 * 3_600);

    /// The id that the journal knows it by.
    pub fn id(&self) -> SinkId {
        SinkId::webhook(&self.name)
    }

    /// Where it delivers to, as anybody may see it: scheme, host and port.
    pub fn target(&self) -> String {
        self.url.origin().ascii_serialization()
    }
}

impl fmt::Debug for WebhookSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSettings")
            .field("name", &self.name)
            .field("target", &self.target())
            .field("filter", &self.filter)
            .finish_non_exhaustive()
    }
}

/// A webhook at work.
pub struct Webhook {
    settings: WebhookSettings,
    transport: LiveTransport,
    user_agent: Option<HeaderValue>,
    /// The most of a Retry-After that is obeyed.
    max_retry_after: Duration,
    journal: Journal,
    envelope: Envelope,
    clock: Clock,
    report: watch::Sender<SinkReport>,
    changed: Arc<Notify>,
}

/// What others know of a sink at work.
#[derive(Debug, Clone)]
pub struct SinkHandle {
    /// How it is doing.
    pub report: watch::Receiver<SinkReport>,
    /// Is told when somebody else has changed what the journal has of it.
    pub changed: Arc<Notify>,
}

impl Webhook {
    /// A webhook that delivers events of `journal`, of which `envelope` is true, by the rules of `fetch`: which addresses may be
    /// reached, which authorities are trusted, through which proxy.
    ///
    /// # Errors
    /// If `fetch` cannot be worked with.
    pub fn new(
        settings: WebhookSettings,
        fetch: &FetchSettings,
        journal: Journal,
        envelope: Envelope,
        clock: Clock,
    ) -> Result<Self, FetchSettingsError> {
        let transport = LiveTransport::new(&Self::bounds(&settings, fetch))?;
        Ok(Self::with_transport(settings, fetch, transport, journal, envelope, clock))
    }

    /// The same through `transport`, which is to have the bounds that [`bounds`](Self::bounds) gives.
    pub fn with_transport(
        settings: WebhookSettings,
        fetch: &FetchSettings,
        transport: LiveTransport,
        journal: Journal,
        envelope: Envelope,
        clock: Clock,
    ) -> Self {
        let report = watch::Sender::new(SinkReport::new(settings.id(), settings.target()));
        let envelope = envelope.of_journal(journal.id());
        Self {
            settings,
            transport,
            user_agent: HeaderValue::try_from(&fetch.user_agent).ok(),
            max_retry_after: fetch.max_retry_after,
            journal,
            envelope,
            clock,
            report,
            changed: Arc::default(),
        }
    }

    /// How an exchange with the receiver is held: as others, but for its own time.
    pub fn bounds(settings: &WebhookSettings, fetch: &FetchSettings) -> FetchSettings {
        FetchSettings {
            timeout: settings.timeout,
            first_byte_timeout: settings.timeout,
            connect_timeout: fetch.connect_timeout.min(settings.timeout),
            ..fetch.clone()
        }
    }

    /// What others know of it.
    pub fn handle(&self) -> SinkHandle {
        SinkHandle { report: self.report.subscribe(), changed: self.changed.clone() }
    }

    /// Has the journal know the webhook: what it lacks is kept for it from then on. [`run`](Self::run) does it as well.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn open(&self) -> Result<SinkState, JournalError> {
        let WebhookSettings { filter, start, .. } = self.settings.clone();
        let (id, target, at) = (self.settings.id(), self.target_digest(), self.clock.now());
        open(&self.journal, SinkOpening { id, target, filter, start, at }).await
    }

    /// Delivers until `stop` is cancelled. What is on its way then has a moment to arrive; whatever doesn't is delivered by the next
    /// run.
    pub async fn run(self, stop: CancellationToken) {
        worker::WebhookWorker::new(self).run(stop).await;
    }

    /// A digest of the address, by which the journal knows whether it is another.
    fn target_digest(&self) -> String {
        let digest = Sha256::digest(self.settings.url.as_str());
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}
