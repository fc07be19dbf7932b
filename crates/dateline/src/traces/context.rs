//! Which trace a span belongs to, and which span it is: the `traceparent` (W3C Trace Context, section 3.2) that ties an event to
//! the work that made it.
//!
//! Ids follow from what is traced, and from nothing random. So a replay writes the same events; and a span may be told by another
//! part, or after a restart, than its parent was: whoever knows the entry knows its trace.

use std::fmt;

use dateline_wire::{ArticleId, EntryId, EventId, FeedId};
use jiff::Timestamp;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

/// A span in its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceContext {
    trace: TraceId,
    span: SpanId,
}

impl TraceContext {
    /// The way of an entry from its feed to its outcome, all attempts at its page included. Each edition has a trace of its own: a
    /// feed may edit an entry after months.
    pub(crate) fn of_entry(feed: &FeedId, entry: &EntryId, edition: u32) -> Self {
        let edition = edition.to_string();
        Self::root(&["entry", feed.as_str(), entry.as_str(), &edition])
    }

    /// One poll of a feed, which ended `at`. What it announced was first seen then, so that entries know it, too: to the microsecond,
    /// as the journal keeps it.
    pub(crate) fn of_poll(feed: &FeedId, at: Timestamp) -> Self {
        Self::root(&["poll", feed.as_str(), &at.as_microsecond().to_string()])
    }

    /// One more visit to the page of a published article, which ended `at`.
    pub(crate) fn of_visit(article: &ArticleId, at: Timestamp) -> Self {
        Self::root(&["visit", article.as_str(), &at.as_microsecond().to_string()])
    }

    /// The first span of the trace of what `parts` name.
    fn root(parts: &[&str]) -> Self {
        let trace = EventId::of_parts(parts);
        let trace = TraceId::from_hex(trace.as_str()).unwrap_or(TraceId::INVALID);
        Self { trace, span: span_id(trace, "root", None) }
    }

    /// The span that a `traceparent` names; `None` where it is none.
    pub(crate) fn of_traceparent(traceparent: &str) -> Option<Self> {
        let mut fields = traceparent.split('-');
        let (version, trace, span) = (fields.next()?, fields.next()?, fields.next()?);
        if (version, trace.len(), span.len()) != ("00", 32, 16) {
            return None;
        }
        Some(Self { trace: TraceId::from_hex(trace).ok()?, span: SpanId::from_hex(span).ok()? })
    }

    /// What is done within this span, called `name` and begun at `start`.
    pub(super) fn child(self, name: &str, start: Timestamp) -> Self {
        Self { trace: self.trace, span: span_id(self.trace, name, Some(start)) }
    }

    /// Its span's id.
    pub(super) fn span(self) -> SpanId {
        self.span
    }

    /// The same for the OpenTelemetry library.
    pub(super) fn span_context(self) -> SpanContext {
        SpanContext::new(self.trace, self.span, TraceFlags::SAMPLED, false, TraceState::NONE)
    }
}

/// The id of a span. An all-zero id, which is invalid, would need a SHA-256 that starts with as many zeros.
fn span_id(trace: TraceId, name: &str, start: Option<Timestamp>) -> SpanId {
    let start = start.map(|start| start.to_string()).unwrap_or_default();
    let id = EventId::of_parts(&[&trace.to_string(), name, &start]);
    id.as_str().get(..16).and_then(|hex| SpanId::from_hex(hex).ok()).unwrap_or(SpanId::INVALID)
}

impl fmt::Display for TraceContext {
    /// As `traceparent`: version 00, sampled.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-01", self.trace, self.span)
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn entry(edition: u32) -> TraceContext {
        let feed = FeedId::of(&Url::parse("https://news.example/rss").unwrap());
        TraceContext::of_entry(&feed, &EntryId::of_guid("7"), edition)
    }

    #[test]
    fn a_traceparent_follows_from_the_entry_and_leads_back_to_it() {
        let traceparent = entry(1).to_string();
        assert_eq!((traceparent.len(), &traceparent[..3], &traceparent[52..]), (55, "00-", "-01"));
        assert_eq!(traceparent, entry(1).to_string());
        assert_eq!(TraceContext::of_traceparent(&traceparent), Some(entry(1)));
        assert_ne!(entry(1).trace, entry(2).trace);
    }

    #[test]
    fn what_is_no_traceparent_names_no_span() {
        for text in ["", "00-1-2-01", "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-x"] {
            assert_eq!(TraceContext::of_traceparent(text), None, "{text}");
        }
    }

    #[test]
    fn spans_of_one_entry_share_its_trace_and_attempts_are_told_apart() {
        let (first, second) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        let fetches = [entry(1).child("fetch", first), entry(1).child("fetch", second)];
        assert_eq!(fetches[0].trace, entry(1).trace);
        assert_eq!(fetches[1].trace, entry(1).trace);
        assert_ne!(fetches[0].span, fetches[1].span);
        assert_ne!(fetches[0].span, entry(1).child("commit", first).span);
    }
}
