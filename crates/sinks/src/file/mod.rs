//! A file of events, one JSON object a line, that begins anew now and then.

mod worker;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::Clock;
use dateline_journal::{EventFilter, Journal, JournalError, SinkId, SinkOpening, SinkStart, SinkState};
use dateline_wire::Envelope;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::scan::open;
use crate::{SinkHandle, SinkReport};

/// A file sink as it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSettings {
    /// What it is called: in the journal, the status and the metrics.
    pub name: String,
    /// The file that is written to. One that is full gets another name beside it.
    pub path: PathBuf,
    /// Which events it gets.
    pub filter: EventFilter,
    /// Where it begins.
    pub start: SinkStart,
    /// What a file holds in bytes at most; one event in any case.
    pub max_bytes: u64,
    /// How much time a file is for: days of UTC, hours, … counted from 1970.
    pub max_age: Duration,
}

impl FileSettings {
    /// What a file holds at most unless the operator says otherwise: what an editor still opens.
    pub const MAX_BYTES: u64 = 256 << 20;
    /// How much time a file is for unless the operator says otherwise: a day of UTC.
    pub const MAX_AGE: Duration = Duration::from_secs(86_400);

    /// The id that the journal knows it by.
    pub fn id(&self) -> SinkId {
        SinkId::file(&self.name)
    }
}

/// A file sink at work.
pub struct FileSink {
    settings: FileSettings,
    journal: Journal,
    envelope: Envelope,
    clock: Clock,
    report: watch::Sender<SinkReport>,
}

impl FileSink {
    /// A sink that writes events of `journal`, of which `envelope` is true. Nothing is opened yet.
    pub fn new(settings: FileSettings, journal: Journal, envelope: Envelope, clock: Clock) -> Self {
        let envelope = envelope.of_journal(journal.id());
        let report = watch::Sender::new(SinkReport::new(settings.id(), settings.path.display().to_string()));
        Self { settings, journal, envelope, clock, report }
    }

    /// What others know of it.
    pub fn handle(&self) -> SinkHandle {
        SinkHandle { report: self.report.subscribe(), changed: Arc::default() }
    }

    /// Has the journal know the sink: what it lacks is kept for it from then on. [`run`](Self::run) does it as well.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub async fn open(&self) -> Result<SinkState, JournalError> {
        let FileSettings { filter, start, .. } = self.settings.clone();
        let (id, target, at) = (self.settings.id(), String::new(), self.clock.now());
        open(&self.journal, SinkOpening { id, target, filter, start, at }).await
    }

    /// Writes until `stop` is cancelled.
    pub async fn run(self, stop: CancellationToken) {
        worker::FileWorker::new(self).run(stop).await;
    }
}
