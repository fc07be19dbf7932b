//! The journal as a sink reads it: in batches, without the events that it is not for.

use std::sync::Arc;

use dateline_journal::{EventFilter, Facet, Journal, JournalError};
use dateline_wire::{CloudEvent, EventKind, Sequence};

/// How many events are read at once, and how many bytes of them.
const MAX_BATCH_EVENTS: usize = 128;
const MAX_BATCH_BYTES: usize = 2 << 20;

/// Reads the journal for one sink.
pub(crate) struct JournalScan {
    journal: Journal,
    filter: Arc<SinkFilter>,
    /// Up to where events were gone when the sink began, which it therefore doesn't miss.
    known_gone: Sequence,
}

/// Which events a sink is for.
struct SinkFilter {
    filter: EventFilter,
    /// Of what is asked for, what a withdrawal can say: it names its article and its feed alone.
    of_withdrawals: EventFilter,
}

impl SinkFilter {
    fn new(filter: EventFilter) -> Self {
        let mut of_withdrawals = EventFilter::default();
        for facet in [Facet::Kind, Facet::Article, Facet::Feed] {
            // What one filter took the other takes.
            filter.values(facet).for_each(|value| drop(of_withdrawals.add(facet, value)));
        }
        Self { filter, of_withdrawals }
    }

    /// Whether the sink is for `event`. A withdrawal passes whatever is asked of what only its article says: who has the article has to
    /// hear of its end, and who doesn't have it needn't care.
    fn admits(&self, event: &CloudEvent) -> bool {
        match event.kind {
            EventKind::Withdrawal => self.of_withdrawals.matches(event),
            _ => self.filter.matches(event),
        }
    }
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
        Ok(Self { journal, filter: Arc::new(SinkFilter::new(filter)), known_gone })
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
            events.retain(|event| filter.admits(event));
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn admits(filter: &str, kind: EventKind, data: &str) -> bool {
        let event = CloudEvent {
            sequence: Sequence(1),
            kind,
            id: "id".into(),
            key: "key".into(),
            time: Timestamp::UNIX_EPOCH,
            traceparent: String::new(),
            data: data.into(),
            entry_digest: None,
        };
        SinkFilter::new(EventFilter::from_query(filter).unwrap()).admits(&event)
    }

    #[test]
    fn a_withdrawal_passes_what_it_cannot_say_and_nothing_else() {
        let withdrawal = r#"{"id":"w","article":"a","withdraws":"a.1","url":"https://news.example/1","reason":"gone","detail":"",
            "missing_since":"2026-03-01T08:00:00Z","feed":{"id":"f1","url":"https://news.example/rss"}}"#;
        let of_article = "language=ko&topic=arms&label=relevant&entity=moscow";
        assert!(admits(of_article, EventKind::Withdrawal, withdrawal));
        assert!(admits(&format!("{of_article}&feed=f1"), EventKind::Withdrawal, withdrawal));
        assert!(!admits(&format!("{of_article}&feed=f2"), EventKind::Withdrawal, withdrawal));
        assert!(!admits(&format!("{of_article}&kind=article"), EventKind::Withdrawal, withdrawal));
        let health =
            r#"{"id":"h","feed":{"id":"f1","url":"https://news.example/rss"},"kind":"dead","detail":""}"#;
        assert!(!admits(of_article, EventKind::Health, health));
    }
}
