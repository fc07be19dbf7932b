//! A journal's events on to Kafka, and then done: the daemon's relay, without the daemon.

use std::{path::Path, pin::pin};

use dateline_journal::{Journal, JournalError, Options};
use dateline_publisher::{KafkaSettings, Relay, RelayError};
use dateline_wire::Envelope;
use tokio_util::sync::CancellationToken;

use crate::schema_registry;

/// Why a journal's events are not all in Kafka.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryFailure {
    /// The journal can't be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The relay can't go on.
    #[error(transparent)]
    Relay(#[from] RelayError),
    /// There is no room for the threads.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Delivers what the journal at `path` holds, and returns when Kafka has all of it; how many of the events were not there
/// before is returned.
///
/// Each event is there once, however often this is done and wherever it was broken off. Outages are waited out.
///
/// # Errors
/// If somebody has to act: see [`DeliveryFailure`].
pub fn deliver(path: &Path, kafka: KafkaSettings, envelope: Envelope) -> Result<u64, DeliveryFailure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let journal = Journal::open(path, Options::default())?;
        let last = journal.last_sequence()?;
        let envelope = journal.take_source(envelope).await?;
        let client = schema_registry::client(&kafka).map_err(RelayError::Client)?;
        let relay = Relay::new(kafka, journal, envelope)?.with_registry(client)?;
        let (mut status, outcome) = (relay.status(), relay.status());
        let stop = CancellationToken::new();
        let mut run = pin!(relay.run(stop.clone()));
        loop {
            tokio::select! {
                ended = &mut run => {
                    ended?;
                    return Ok(outcome.borrow().delivered);
                }
                _ = status.wait_for(|status| status.position.is_some_and(|position| position >= last)),
                    if !stop.is_cancelled() => stop.cancel(),
            }
        }
    })
}
