//! `/v1/feeds/ID/entries`: what came of the entries that a feed announced last, and which of them still wait.

use axum::extract::{Path, State};
use axum::response::Json;
use dateline_journal::{EventFilter, Facet, JournalError, JournalReader, WaitingChoice};
use dateline_wire::{
    ArticleEvent, ArticleId, CloudEvent, EventKind, FeedId, Label, RejectEvent, RejectReason, Sequence, Stage,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use url::Url;

use super::lookup::WaitingDocument;
use super::parameters::{GivenId, OwnParameters, limit};
use super::{Problem, Shared};
use crate::status::FeedCatalogue;

/// How many entries a page holds unless another number is asked for, and at most.
const PAGE: usize = 50;
const MAX_PAGE: usize = 500;
/// How many that wait are named.
const MAX_WAITING: usize = 50;

/// What can be asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FeedEntriesQuery {
    /// Where to go on, as `next` of the page before says.
    pub(super) before: Option<Sequence>,
    /// How many that ended, up to 500.
    #[serde(deserialize_with = "limit")]
    pub(super) limit: Option<NonZeroUsize>,
}

/// What a feed announced last.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FeedEntries {
    /// Those whose page is still to be read, the longest due first; fifty at most, on the first page alone.
    pub(crate) waiting: Vec<WaitingDocument>,
    /// Those that ended, the last to end first.
    pub(crate) entries: Vec<EndedEntry>,
    /// Where the next page begins, if there may be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<Sequence>,
}

/// How an entry ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeedEntryOutcome {
    /// As a new article.
    Published,
    /// As another revision of an article.
    Revised,
    /// It was not published, as `reason` says.
    Rejected,
}

/// An entry that ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EndedEntry {
    /// The place of the event that it ended with.
    pub(crate) sequence: Sequence,
    /// When that was committed.
    #[schemars(with = "String")]
    pub(crate) time: Timestamp,
    /// How it ended.
    pub(crate) outcome: FeedEntryOutcome,
    /// The article, where its page was reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) article: Option<ArticleId>,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(crate) url: Option<Url>,
    /// The article's title, or the entry's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// How far it came, where it was not published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stage: Option<Stage>,
    /// Why it was not published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<RejectReason>,
    /// The same for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) detail: String,
    /// The verdict on its relevance, where it came that far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<Label>,
    /// The score that it follows from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
}

impl EndedEntry {
    /// That which an event ended; `None` for an event that ended none, or that another version wrote and this one cannot read.
    fn of(event: &CloudEvent) -> Option<Self> {
        let (sequence, time) = (event.sequence, event.time);
        match event.kind {
            EventKind::Article => {
                let article: ArticleEvent = serde_json::from_str(&event.data).ok()?;
                Some(Self {
                    sequence,
                    time,
                    outcome: if article.revision > 1 {
                        FeedEntryOutcome::Revised
                    } else {
                        FeedEntryOutcome::Published
                    },
                    article: Some(article.article),
                    url: article.content.url,
                    title: article.content.title,
                    stage: None,
                    reason: None,
                    detail: String::new(),
                    label: Some(article.relevance.label),
                    score: article.relevance.score,
                })
            }
            EventKind::Reject => {
                let reject: RejectEvent = serde_json::from_str(&event.data).ok()?;
                Some(Self {
                    sequence,
                    time,
                    outcome: FeedEntryOutcome::Rejected,
                    article: reject.article,
                    url: reject.url,
                    title: reject.entry.and_then(|entry| entry.title),
                    stage: Some(reject.stage),
                    reason: Some(reject.reason),
                    detail: reject.detail,
                    label: reject.relevance.as_ref().map(|relevance| relevance.label),
                    score: reject.relevance.and_then(|relevance| relevance.score),
                })
            }
            EventKind::Withdrawal | EventKind::Health | EventKind::Story => None,
        }
    }
}

/// What a feed announced last, and what came of it.
pub(super) async fn list(
    State(api): Shared,
    Path(id): Path<GivenId>,
    OwnParameters(query): OwnParameters<FeedEntriesQuery>,
) -> Result<Json<FeedEntries>, Problem> {
    let feed = FeedId::from_stored(id);
    let feeds = api.sources.feeds.borrow().clone();
    if feeds.get(&feed).is_none() {
        return Err(super::feed::unknown(&feed));
    }
    api.read(move |journal| read(journal, &feed, &feeds, &query)).await.map(Json)
}

fn read(
    journal: &JournalReader,
    feed: &FeedId,
    feeds: &FeedCatalogue,
    FeedEntriesQuery { before, limit }: &FeedEntriesQuery,
) -> Result<FeedEntries, JournalError> {
    let limit = limit.map_or(PAGE, NonZeroUsize::get).min(MAX_PAGE);
    let mut filter = EventFilter::default();
    let asked = [
        (Facet::Feed, feed.as_str()),
        (Facet::Kind, EventKind::Article.word()),
        (Facet::Kind, EventKind::Reject.word()),
    ];
    // No feed that is configured has an id which is no value.
    let is_known = asked.into_iter().all(|(facet, value)| filter.add(facet, value).is_ok());
    let events = if is_known { journal.events_before(&filter, *before, limit)? } else { Vec::new() };
    let waiting = match before {
        None => journal.waiting_entries(WaitingChoice::Feed(feed), MAX_WAITING)?,
        Some(_) => Vec::new(),
    };
    Ok(FeedEntries {
        waiting: waiting.into_iter().map(|entry| WaitingDocument::of(entry, feeds)).collect(),
        next: events.last().filter(|_| events.len() == limit).map(|event| event.sequence),
        entries: events.iter().filter_map(EndedEntry::of).collect(),
    })
}
