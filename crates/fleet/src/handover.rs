//! What passes from one shard to another, as records: entries whose pages are another's, and what is published, for stories; and what operators
//! want of a shard's feeds.

use dateline_journal::HandedEntry;
use dateline_wire::{CloudEvent, EventKind};
use jiff::Timestamp;
use rdkafka::Message;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::feed_request::{self, FeedRequest};
use crate::shard::Shard;

/// What was published, for the stage that tells stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedReport {
    /// [`EventKind::Article`] or [`EventKind::Withdrawal`].
    pub kind: EventKind,
    /// When it was committed to its shard's journal.
    pub time: Timestamp,
    /// `traceparent` of the work that led to it.
    pub traceparent: String,
    /// The event as JSON.
    pub data: String,
    /// The place after it among all that is handed over to the stage.
    pub until: i64,
}

/// The record of a [`HandedReport`].
#[derive(Serialize, Deserialize)]
struct ReportRecord<'r> {
    kind: &'r str,
    time: Timestamp,
    #[serde(borrow)]
    traceparent: std::borrow::Cow<'r, str>,
    #[serde(borrow)]
    data: &'r RawValue,
}

/// The record by which an event is handed to the stage that tells stories; none of a kind that tells it nothing.
pub(crate) fn report_record(event: &CloudEvent) -> Option<serde_json::Result<String>> {
    if !matches!(event.kind, EventKind::Article | EventKind::Withdrawal) {
        return None;
    }
    let written = serde_json::from_str(&event.data).and_then(|data| {
        let (kind, traceparent) = (event.kind.word(), event.traceparent.as_str().into());
        serde_json::to_string(&ReportRecord { kind, time: event.time, traceparent, data })
    });
    Some(written)
}

/// What was handed over.
#[derive(Debug)]
pub(crate) enum HandoverContent {
    Entry(Box<HandedEntry>),
    Report(HandedReport),
    Request(FeedRequest),
    /// The record is none that this program reads; it is passed over.
    Unreadable,
}

/// A record that was handed over to a shard, and the place after it.
#[derive(Debug)]
pub(crate) struct HandoverRecord {
    pub(crate) shard: Shard,
    pub(crate) until: i64,
    pub(crate) content: HandoverContent,
}

impl HandoverRecord {
    /// The record that the topic has in the shard's partition; `is_report` says whether it is one for stories.
    pub(crate) fn read(shard: Shard, message: &impl Message, is_report: bool) -> Self {
        let offset = message.offset();
        let until = offset + 1;
        let read = |payload| match is_report {
            true => report(payload, until).map(HandoverContent::Report),
            false if message.key() == Some(feed_request::KEY.as_bytes()) => {
                serde_json::from_slice(payload).map(HandoverContent::Request)
            }
            false => serde_json::from_slice(payload).map(HandoverContent::Entry),
        };
        let content = match message.payload().map(read) {
            Some(Ok(content)) => content,
            Some(Err(error)) => {
                tracing::error!(%shard, offset, %error, "what was handed over cannot be read: it is passed over");
                HandoverContent::Unreadable
            }
            None => HandoverContent::Unreadable,
        };
        Self { shard, until, content }
    }
}

fn report(payload: &[u8], until: i64) -> serde_json::Result<HandedReport> {
    let ReportRecord { kind, time, traceparent, data } = serde_json::from_slice(payload)?;
    let kind = EventKind::from_word(kind)
        .ok_or_else(|| serde::de::Error::custom(format!("there is no kind of event called {kind}")))?;
    let (traceparent, data) = (traceparent.into_owned(), data.get().to_owned());
    Ok(HandedReport { kind, time, traceparent, data, until })
}

#[cfg(test)]
mod tests {
    use dateline_journal::PollRequest;
    use dateline_wire::{FeedId, Sequence};
    use rdkafka::message::OwnedMessage;

    use super::*;

    #[test]
    fn what_is_published_is_handed_over_as_it_is_and_the_rest_is_not() {
        let event = |kind: EventKind| CloudEvent {
            sequence: Sequence(7),
            kind,
            id: "a/1".to_owned(),
            key: "a".to_owned(),
            time: Timestamp::UNIX_EPOCH,
            traceparent: "00-1\"".to_owned(),
            entry_digest: None,
            data: "{\"title\":\"\u{1F30A} \\u00e9\"}".to_owned(),
        };
        let article = event(EventKind::Article);
        let record = report_record(&article).unwrap().unwrap();
        let read = HandoverRecord::read(Shard(3), &message("a", record.as_bytes()), true);
        let HandoverContent::Report(report) = read.content else { panic!("{read:?}") };
        let HandedReport { kind, time, traceparent, data, until } = report;
        assert_eq!((kind, time, until), (EventKind::Article, article.time, 42));
        assert_eq!((traceparent, data), (article.traceparent, article.data));
        assert!(report_record(&event(EventKind::Reject)).is_none());
        let broken = HandoverRecord::read(Shard(3), &message("a", b"{"), true);
        assert!(matches!(broken.content, HandoverContent::Unreadable) && broken.until == 42);
    }

    #[test]
    fn what_is_wanted_of_a_feed_is_told_from_entries_by_its_key() {
        let request = FeedRequest { feed: FeedId::from_stored("f".to_owned()), request: PollRequest::Revive };
        let record = serde_json::to_vec(&request).unwrap();
        let read = HandoverRecord::read(Shard(3), &message(feed_request::KEY, &record), false);
        assert!(matches!(read.content, HandoverContent::Request(read) if read == request));
        let entry = HandoverRecord::read(Shard(3), &message("f/e", &record), false);
        assert!(matches!(entry.content, HandoverContent::Unreadable));
    }

    fn message(key: &str, payload: &[u8]) -> OwnedMessage {
        let (key, payload) = (Some(key.into()), Some(payload.into()));
        OwnedMessage::new(payload, key, "t".to_owned(), rdkafka::Timestamp::NotAvailable, 3, 41, None)
    }
}
