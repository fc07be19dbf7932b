//! The journal as a sink reads it: in batches, without the events that it is not for.

use std::sync::Arc;

use dateline_journal::{Journal, JournalError};
use dateline_wire::{CloudEvent, Sequence};

use crate::EventFilter;

/// How many events are read at once, and how many bytes of them.
const MAX_BATCH_EVENTS: usize = 128;
const MAX_BATCH_BYTES: usize = 2 << 20;

/// Reads the journal for one sink.
pub(crate) struct JournalScan {
    journal: Journal,
    filter: Arc<EventFilter>,
    /// Up to where events were gone when the sink began, which it therefore doesn't miss.
    known_gone: Sequence,
}

/// What a look at the journal gives.
pub(crate) struct ScanBatch {
    /// The events that the sink is for.
    pub(crate) events: Vec<CloudEvent>,
    /// Everything up to here was looked at.
    pub(crate) until: Sequence,
    /// The place up to which events were let go that the sink has not looked at, where there are such.
    pub(crate) missed: Option<Sequence>,
}

impl JournalScan {
    pub(crate) fn new(journal: Journal, filter: EventFilter) -> Result<Self, JournalError> {
        let known_gone = journal.reader().gone(None)?;
        Ok(Self { journal, filter: Arc::new(filter), known_gone })
    }

    /// Reads on after `after`; nothing where nothing comes after it.
    pub(crate) async fn read(&mut self, after: Sequence) -> Result<ScanBatch, JournalError> {
        let (journal, filter) = (self.journal.clone(), self.filter.clone());
        let work = tokio::task::spawn_blocking(move || -> Result<_, JournalError> {
            let last = *journal.watch().borrow();
            let gone = journal.reader().gone(None)?;
            let mut events = journal.events_within(after, MAX_BATCH_EVENTS, MAX_BATCH_BYTES)?;
            // What cannot be read is left out, and was logged.
            let until = events.last().map_or(last, |last| last.sequence).max(after);
            events.retain(|event| filter.matches(event));
            Ok((events, until, gone))
        });
        let (events, until, gone) = work.await.map_err(|_| JournalError::Closed)??;
        let missed = (gone > after.max(self.known_gone)).then_some(gone);
        self.known_gone = self.known_gone.max(gone);
        Ok(ScanBatch { events, until, missed })
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
