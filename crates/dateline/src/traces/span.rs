//! The spans there are: functions of what is known when a step has ended.
//!
//! ```text
//! poll                       one poll of a feed
//! └─ commit
//! entry ──link──▶ poll       one edition of an entry, from its announcement to its outcome
//! ├─ fetch                   once for each attempt
//! ├─ extract                 extracted and judged
//! ├─ commit                  compared with others, and written to the journal
//! └─ deliver                 from there to Kafka, maybe days later
//! ```

use std::time::SystemTime;

use dateline_fetcher::PollResult;
use dateline_journal::{EntryCompletion, EntryEnd, EntryOutcome, PollCommit};
use dateline_publisher::DeliveredEvent;
use dateline_wire::{Event, PendingEntry, Relevance, SecretQuery};
use jiff::Timestamp;
use opentelemetry::trace::{Link, SpanId, SpanKind, Status};
use opentelemetry::{InstrumentationScope, Key, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use url::Url;

use super::TraceContext;
use crate::engine::MissingPage;

/// From when to when something was done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// When it began.
    pub(crate) start: Timestamp,
    /// When it ended.
    pub(crate) end: Timestamp,
}

/// A span that has ended. Attributes are named as OpenTelemetry's semantic conventions name them where those know the thing.
#[derive(Debug)]
pub(crate) struct Span(SpanData);

impl Span {
    fn new(context: TraceContext, name: &'static str, Extent { start, end }: Extent) -> Self {
        Self(SpanData {
            span_context: context.span_context(),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: name.into(),
            start_time: SystemTime::from(start),
            // Where the machine's clock was set back meanwhile.
            end_time: SystemTime::from(end.max(start)),
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        })
    }

    fn child(parent: TraceContext, name: &'static str, extent: Extent) -> Self {
        let mut span = Self::new(parent.child(name, extent.start), name, extent);
        span.0.parent_span_id = parent.span();
        span
    }

    fn with(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.0.attributes.push(KeyValue::new(Key::from_static_str(key), value));
        self
    }

    fn with_text(self, key: &'static str, text: &str) -> Self {
        self.with(key, StringValue::from(text.to_owned()))
    }

    fn with_link(mut self, link: Option<&Url>, secrets: &SecretQuery) -> Self {
        if let Some(link) = link {
            self = self.with_text("url.full", secrets.public(link).as_str());
        }
        self
    }

    fn failed(mut self, kind: &'static str, why: String) -> Self {
        self.0.status = Status::error(why);
        self.with("error.type", kind)
    }

    fn of_kind(mut self, kind: SpanKind) -> Self {
        self.0.span_kind = kind;
        self
    }

    fn linked_to(mut self, other: TraceContext) -> Self {
        self.0.links.links.push(Link::with_context(other.span_context()));
        self
    }

    /// The same as the library sends it, with `scope` as who tells it.
    pub(super) fn into_data(mut self, scope: &InstrumentationScope) -> SpanData {
        self.0.instrumentation_scope = scope.clone();
        self.0
    }
}

/// A poll, or what a hub pushed, which is `committed` by now; `word` is the result as metrics call it.
pub(crate) fn poll(
    committed: &PollCommit,
    result: &PollResult,
    word: &'static str,
    fresh: usize,
    extent: Extent,
) -> Span {
    let feed = &committed.feed;
    let span = Span::new(TraceContext::of_poll(&feed.id, committed.at), "poll", extent)
        .of_kind(SpanKind::Client)
        .with_text("dateline.feed.id", feed.id.as_str())
        .with_text("url.full", feed.url.as_str())
        .with("dateline.poll.result", word)
        .with("dateline.poll.entries", i64::try_from(fresh).unwrap_or(i64::MAX));
    match result {
        PollResult::Failed(why) => span.failed(word, why.to_string()),
        PollResult::UnreadablePush(why) => span.failed(word, why.clone()),
        _ => span,
    }
}

/// An attempt at the page of an entry, which ended with it or with why it is missing.
pub(crate) fn fetch(
    pending: &PendingEntry,
    missing: Option<&MissingPage>,
    extent: Extent,
    secrets: &SecretQuery,
) -> Span {
    let entry = TraceContext::of_entry(&pending.feed, &pending.entry.id, pending.edition);
    let span = Span::child(entry, "fetch", extent)
        .of_kind(SpanKind::Client)
        .with_link(pending.entry.link.as_ref(), secrets)
        .with("dateline.fetch.failed_before", i64::from(pending.attempts));
    match missing {
        Some(missing) => span.failed(missing.reason().as_str(), missing.detail()),
        None => span,
    }
}

/// An entry's page, or the feed's own text, was extracted and judged: `event` says how.
pub(crate) fn extract(entry: TraceContext, event: &Event, extent: Extent) -> Span {
    let span = Span::child(entry, "extract", extent);
    let (span, relevance): (Span, Option<&Relevance>) = match event {
        Event::Article(article) => (span, Some(&article.relevance)),
        Event::Reject(reject) => (
            span.with("dateline.reject.stage", reject.stage.as_str())
                .with("dateline.reject.reason", reject.reason.as_str()),
            reject.relevance.as_ref(),
        ),
        _ => (span, None),
    };
    match relevance.and_then(|relevance| relevance.score) {
        Some(score) => span.with("dateline.relevance.score", score),
        None => span,
    }
}

/// A change was written to the journal, as part of what `parent` is.
pub(crate) fn commit(parent: TraceContext, extent: Extent) -> Span {
    Span::child(parent, "commit", extent)
}

/// An entry has ended: `completion` was committed, and became what `end` says. Its announcement, where it is known, says which poll brought it.
pub(crate) fn entry(
    entry: TraceContext,
    (completion, end): (&EntryCompletion, &EntryEnd),
    announced: Option<Timestamp>,
    extent: Extent,
    secrets: &SecretQuery,
) -> Span {
    let mut span = Span::new(entry, "entry", extent)
        .with_text("dateline.feed.id", completion.feed.as_str())
        .with_text("dateline.entry.id", completion.entry.as_str())
        .with("dateline.entry.outcome", outcome_word(end.outcome))
        .with_text("dateline.event.id", end.event.as_str());
    if let Some(announced) = announced {
        span = span.linked_to(TraceContext::of_poll(&completion.feed, announced));
    }
    match &completion.event {
        Event::Article(article) => span
            .with_text("dateline.article.id", article.article.as_str())
            .with_link(article.content.url.as_ref(), secrets),
        Event::Reject(reject) => span
            .with("dateline.reject.stage", reject.stage.as_str())
            .with("dateline.reject.reason", reject.reason.as_str())
            .with_link(reject.url.as_ref(), secrets),
        _ => span,
    }
}

/// What an entry ended as: the kind of its event, or that it said nothing new.
fn outcome_word(outcome: EntryOutcome) -> &'static str {
    match outcome {
        EntryOutcome::Article { .. } => "article",
        EntryOutcome::Reject => "reject",
        EntryOutcome::Duplicate => "unchanged",
    }
}

/// Kafka has an event: from its commit to the journal until `now`. `None` where the event names no trace.
pub(crate) fn deliver(delivered: &DeliveredEvent, now: Timestamp) -> Option<Span> {
    let parent = TraceContext::of_traceparent(&delivered.traceparent)?;
    let span = Span::child(parent, "deliver", Extent { start: delivered.time, end: now })
        .of_kind(SpanKind::Producer)
        .with("messaging.system", "kafka")
        .with("messaging.operation.type", "send")
        .with("dateline.event.sequence", i64::try_from(delivered.sequence.0).unwrap_or(i64::MAX));
    Some(span)
}
