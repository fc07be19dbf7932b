//! Which events a way out beside Kafka is for.

use dateline_wire::{CloudEvent, EventKind};

use super::facet::Facet;
use super::filter::EventFilter;

/// Which events a sink is for: those that its [`EventFilter`] asks for, and the withdrawals of what it has had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkFilter {
    filter: EventFilter,
    /// Of what is asked for, what a withdrawal itself has to meet.
    of_withdrawal: EventFilter,
    /// Of what is asked for, what one of its article's revisions has to meet.
    of_article: EventFilter,
}

impl SinkFilter {
    /// The filter of a sink that is configured with `filter`.
    pub fn new(filter: EventFilter) -> Self {
        let (of_withdrawal, of_article) =
            filter.parted(|facet| matches!(facet, Facet::Kind | Facet::Article | Facet::Reason));
        Self { filter, of_withdrawal, of_article }
    }

    /// Whether the sink is for `event`. `revisions` are those of its article that the log still has before it; it is only asked of a
    /// withdrawal that isn't asked for by what it says itself. Whoever got one of them has to hear of its end, whatever the last one said;
    /// nobody else. Where the log has none any more, nobody knows who got them, and all hear of it.
    ///
    /// # Errors
    /// What `revisions` gives.
    pub fn admits<E>(
        &self,
        event: &CloudEvent,
        revisions: impl FnOnce() -> Result<Vec<CloudEvent>, E>,
    ) -> Result<bool, E> {
        if self.filter.matches(event) {
            return Ok(true);
        }
        if event.kind != EventKind::Withdrawal || !self.of_withdrawal.matches(event) {
            return Ok(false);
        }
        let revisions = revisions()?;
        Ok(revisions.is_empty() || revisions.iter().any(|revision| self.of_article.matches(revision)))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use dateline_wire::Sequence;
    use jiff::Timestamp;

    use super::*;

    fn event(kind: EventKind, data: &str) -> CloudEvent {
        CloudEvent {
            sequence: Sequence(1),
            kind,
            id: "id".into(),
            key: "key".into(),
            time: Timestamp::UNIX_EPOCH,
            traceparent: String::new(),
            data: data.into(),
            entry_digest: None,
        }
    }

    /// Whether a sink with `filter` gets the withdrawal of an article with these revisions, of which the withdrawal itself says the last.
    fn admits(filter: &str, revisions: &[&str]) -> bool {
        let said = revisions.last().map(|last| format!(",{last}")).unwrap_or_default();
        let withdrawal = event(EventKind::Withdrawal, &format!(r#"{{"article":"a","reason":"gone"{said}}}"#));
        let revisions =
            revisions.iter().map(|said| event(EventKind::Article, &format!("{{{said}}}"))).collect();
        let filter = SinkFilter::new(EventFilter::from_query(filter).unwrap());
        let Ok(admits) = filter.admits(&withdrawal, || Ok::<_, Infallible>(revisions));
        admits
    }

    #[test]
    fn a_withdrawal_reaches_whoever_got_a_revision_of_its_article_and_nobody_else() {
        let korean = r#""language":"ko","body":{"text":"A train left."}"#;
        let russian = r#""language":"ru","body":{"text":"A ship left."}"#;
        for (filter, revisions, reaches) in [
            ("language=ko", &[korean][..], true),
            ("language=ru", &[korean], false),
            // Words of the body, which the withdrawal doesn't have.
            ("q=train", &[korean], true),
            ("q=ship", &[korean], false),
            // What it said before it was revised.
            ("language=ko", &[korean, russian], true),
            ("language=ko&q=ship", &[korean, russian], false),
            ("kind=article&language=ko", &[korean], false),
            ("kind=withdrawal&language=ko", &[korean], true),
            ("reason=gone&language=ko", &[korean], true),
            ("reason=not_found&language=ko", &[korean], false),
            ("article=b&language=ko", &[korean], false),
            // What the log has no more may have been delivered.
            ("language=ko", &[], true),
            ("kind=article", &[], false),
        ] {
            assert_eq!(admits(filter, revisions), reaches, "{filter}: {revisions:?}");
        }
    }
}
