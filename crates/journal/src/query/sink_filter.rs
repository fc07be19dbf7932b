//! Which events a way out beside Kafka is for.

use dateline_wire::{CloudEvent, EventKind};

use super::facet::Facet;
use super::filter::EventFilter;

/// Which events a sink is for: those that its [`EventFilter`] asks for, and the withdrawals of what it may have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkFilter {
    filter: EventFilter,
    /// Of what is asked for, what a withdrawal can say: it names its article and its feed alone.
    of_withdrawals: EventFilter,
}

impl SinkFilter {
    /// The filter of a sink that is configured with `filter`.
    pub fn new(filter: EventFilter) -> Self {
        let mut of_withdrawals = EventFilter::default();
        for facet in [Facet::Kind, Facet::Article, Facet::Feed] {
            // What one filter took the other takes.
            filter.values(facet).for_each(|value| drop(of_withdrawals.add(facet, value)));
        }
        Self { filter, of_withdrawals }
    }

    /// Whether the sink is for `event`. A withdrawal passes whatever is asked of what only its article says: who has the article has to
    /// hear of its end, and who doesn't have it needn't care.
    pub fn admits(&self, event: &CloudEvent) -> bool {
        match event.kind {
            EventKind::Withdrawal => self.of_withdrawals.matches(event),
            _ => self.filter.matches(event),
        }
    }
}

#[cfg(test)]
mod tests {
    use dateline_wire::Sequence;
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
