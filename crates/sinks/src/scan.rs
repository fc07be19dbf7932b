//! The journal as a sink reads it: in batches, without the events that it is not for.

use std::sync::Arc;

use dateline_journal::{EventFilter, Journal, JournalError, SinkFilter, SinkOpening, SinkState};
use dateline_wire::{ArticleId, CloudEvent, Sequence};

/// How many events are read at once, and how many bytes of them.
const MAX_BATCH_EVENTS: usize = 128;
const MAX_BATCH_BYTES: usize = 2 << 20;

/// Has the journal know a sink, and says in the log what a new one cannot have.
pub(crate) async fn open(journal: &Journal, opening: SinkOpening) -> Result<SinkState, JournalError> {
    let sink = opening.id.clone();
    let (state, gone) = journal.open_sink(opening).await?;
    if gone > 0 {
        tracing::warn!(
            %sink,
            gone,
            "a sink that is new begins with the earliest event that the journal still has: those before were let go by [retention]"
        );
    }
    Ok(state)
}

/// The revisions before `event` of the article that it is about, as far as the log has them.
fn revisions_before(journal: &Journal, event: &CloudEvent) -> Result<Vec<CloudEvent>, JournalError> {
    let history = journal.reader().article_history(&ArticleId::from_stored(event.key.as_str()))?;
    let mut revisions = history.map(|history| history.revisions).unwrap_or_default();
    revisions.retain(|revision| revision.sequence < event.sequence);
    Ok(revisions)
}

/// Reads the journal for one sink.
pub(crate) struct JournalScan {
    journal: Journal,
    filter: Arc<SinkFilter>,
}

/// What a look at the journal gives.
pub(crate) struct ScanBatch {
    /// The events that the sink is for.
    pub(crate) events: Vec<CloudEvent>,
    /// Everything up to here was looked at.
    pub(crate) until: Sequence,
}

impl JournalScan {
    pub(crate) fn new(journal: Journal, filter: EventFilter) -> Self {
        Self { journal, filter: Arc::new(SinkFilter::new(filter)) }
    }

    /// Reads on after `after`; nothing where nothing comes after it.
    pub(crate) async fn read(&self, after: Sequence) -> Result<ScanBatch, JournalError> {
        let (journal, filter) = (self.journal.clone(), self.filter.clone());
        let work = tokio::task::spawn_blocking(move || -> Result<_, JournalError> {
            let last = *journal.watch().borrow();
            let events = journal.events_within(after, MAX_BATCH_EVENTS, MAX_BATCH_BYTES)?;
            // What cannot be read is left out, and was logged.
            let until = events.last().map_or(last, |last| last.sequence).max(after);
            let mut admitted = Vec::new();
            for event in events {
                if filter.admits(&event, || revisions_before(&journal, &event))? {
                    admitted.push(event);
                }
            }
            Ok(ScanBatch { events: admitted, until })
        });
        work.await.map_err(|_| JournalError::Closed)?
    }

    /// The event at a place, if it is still there.
    pub(crate) async fn event(&self, sequence: Sequence) -> Result<Option<CloudEvent>, JournalError> {
        let reader = self.journal.reader().clone();
        let work = tokio::task::spawn_blocking(move || reader.event(sequence));
        match work.await.map_err(|_| JournalError::Closed)? {
            Err(JournalError::UnreadableRow { .. }) => Ok(None),
            read => read,
        }
    }
}
