//! Answering from a recording.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;

use super::{RecordingIndex, Request, Response, Transport, TransportError};
use crate::Clock;

/// Answers each request as the recording did: the first for an address with the first recorded exchange, and so on, each
/// after the time it took then. Failures fail as they did. A request that wasn't recorded, or not as often, fails with
/// [`FailureKind::NotRecorded`](super::FailureKind::NotRecorded).
///
/// Under a paused tokio clock nothing waits in earnest.
#[derive(Debug)]
pub struct ReplayTransport {
    recorded: Mutex<RecordingIndex>,
    clock: Clock,
    unrecorded: AtomicU64,
}

impl ReplayTransport {
    /// Answers from `recorded`, with the time of day from `clock`, which as a rule starts at [`RecordingIndex::first_moment`].
    pub fn new(recorded: RecordingIndex, clock: Clock) -> Self {
        Self { recorded: Mutex::new(recorded), clock, unrecorded: AtomicU64::new(0) }
    }

    /// How many requests it had no answer to.
    pub fn unrecorded(&self) -> u64 {
        self.unrecorded.load(Ordering::Relaxed)
    }
}

impl Transport for ReplayTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, TransportError>> {
        Box::pin(async move {
            let taken = self
                .recorded
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(&request.url, request.purpose);
            let recollection = taken.inspect_err(|_| {
                self.unrecorded.fetch_add(1, Ordering::Relaxed);
            })?;
            tokio::time::sleep(recollection.elapsed).await;
            let answer = recollection.outcome?;
            Ok(Response {
                status: answer.status,
                headers: answer.headers,
                body: answer.body.into(),
                received_at: self.clock.now(),
                head_after: Duration::ZERO,
                elapsed: recollection.elapsed,
                record_id: answer.record_id,
            })
        })
    }

    fn has_revisits(&self) -> bool {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).has_revisits()
    }
}
