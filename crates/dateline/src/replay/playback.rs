//! The engine in a recorded world.

use std::{num::NonZero, sync::Arc, time::Duration};

use dateline_fetcher::{
    Clock, Fetcher,
    transport::{RecordingIndex, ReplayTransport},
};
use dateline_journal::Journal;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::ReplayFailure;
use crate::{
    config::{Config, EngineSettings},
    engine::{Engine, EngineActivity, EngineParts, StopCondition},
    metrics::Metrics,
};

/// An engine that is ready to live through a recording.
pub(crate) struct Playback {
    engine: Engine,
    transport: Arc<ReplayTransport>,
    last: Timestamp,
}

impl Playback {
    /// The engine for `recorded`, whose events go to `journal`; `clock` shows the recording's first moment.
    ///
    /// # Errors
    /// If the journal fails.
    pub(crate) async fn new(
        recorded: RecordingIndex,
        config: Config,
        journal: Journal,
        metrics: Arc<Metrics>,
        clock: Clock,
        threads: NonZero<usize>,
    ) -> Result<Self, ReplayFailure> {
        let (seed, last) = (recorded.seed(), recorded.last_moment());
        let transport = Arc::new(ReplayTransport::new(recorded, clock));
        let Config { settings, feeds, subject, sites, agencies, story_tables, .. } = config;
        let fetcher = Fetcher::new(transport.clone(), settings.fetch, settings.poll, clock, seed);
        let parts = EngineParts {
            fetcher: Arc::new(fetcher),
            journal,
            subject: Arc::new(subject),
            sites: Arc::new(sites),
            agencies: Arc::new(agencies),
            copies: settings.stories.copies,
            story_tables: story_tables.map(Arc::new),
            revisit: settings.revisit,
            metrics,
            traces: crate::traces::Traces::off(),
            extraction_room: None,
        };
        let settings = EngineSettings { extract_threads: threads.get(), ..settings.engine };
        Ok(Self { engine: Engine::new(parts, feeds, settings).await?, transport, last })
    }

    /// See [`Engine::with_progress_log`].
    #[must_use]
    pub(crate) fn with_progress_log(self, every: Duration) -> Self {
        Self { engine: self.engine.with_progress_log(every), ..self }
    }

    /// What the engine is doing, as it goes.
    pub(crate) fn activity(&self) -> watch::Receiver<EngineActivity> {
        self.engine.pulse()
    }

    /// Answers from the recording, and knows what it had no answer to.
    pub(crate) fn transport(&self) -> Arc<ReplayTransport> {
        self.transport.clone()
    }

    /// Lives through the recording to its end, or until `stop`.
    ///
    /// # Errors
    /// If the journal fails.
    pub(crate) async fn run(self, stop: CancellationToken) -> Result<(), ReplayFailure> {
        Ok(self.engine.run(StopCondition::Idle(self.last), stop, Duration::ZERO).await?)
    }
}
