//! `/v1/lookup`: what became of an address, or why nothing did; `/v1/waiting`: the entries that wait for an outcome.

use axum::extract::State;
use axum::response::Json;
use dateline_journal::{EventFilter, Facet, JournalError, JournalReader, WaitingChoice, WaitingEntry};
use dateline_wire::{ArticleId, CanonicalUrl, EventKind, FeedId, Sequence};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use url::Url;

use super::parameters::{OwnParameters, limit};
use super::reject::Rejected;
use super::{Problem, Shared};
use crate::status::{FeedCatalogue, FeedStatus};

/// How many rejects, entries that wait, and feeds are named of one address.
const MAX_NAMED: usize = 20;
/// How many entries that wait are listed unless another number is asked for, and at most.
const WAITING: usize = 100;
const MAX_WAITING: usize = 1_000;

/// Which address is looked up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LookupQuery {
    /// The address of a page.
    url: Url,
}

/// What became of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AddressOutcome {
    /// An article was published.
    Published,
    /// It was announced, and is not published.
    Rejected,
    /// It was announced, and waits for its page to be read.
    Waiting,
    /// Its page was read once; what came of that is not in the log any more.
    Forgotten,
    /// No feed has announced it.
    NeverAnnounced,
}

/// What is known of an address.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LookupReport {
    /// The address as articles are told apart by it.
    #[schemars(with = "String")]
    pub(crate) canonical_url: Url,
    /// What became of it.
    pub(crate) outcome: AddressOutcome,
    /// The article that was published, under this address or a twin of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) article: Option<ArticleId>,
    /// Why it was not published, the newest first.
    pub(crate) rejects: Vec<Rejected>,
    /// The entries that wait.
    pub(crate) waiting: Vec<WaitingDocument>,
    /// When its page was read last, where that is still known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(crate) read_at: Option<Timestamp>,
    /// The event that came of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sequence: Option<Sequence>,
    /// The feeds of its site, which may announce it, and how each is doing.
    pub(crate) feeds: Vec<FeedStatus>,
}

/// An entry that waits for an outcome.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "WaitingEntry")]
pub(crate) struct WaitingDocument {
    /// The feed that announced it.
    pub(crate) feed: FeedId,
    /// What that is called, or its address without secrets; nothing where it is configured no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) feed_name: Option<String>,
    /// The link, as the feed gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub(crate) link: Option<Url>,
    /// The title, as the feed gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// When it was first seen.
    #[schemars(with = "String")]
    pub(crate) first_seen: Timestamp,
    /// When its page is asked for, or was due to be.
    #[schemars(with = "String")]
    pub(crate) due: Timestamp,
    /// How many times its page could not be had.
    pub(crate) attempts: u32,
    /// Why it was put off last, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

impl WaitingDocument {
    /// An entry of one of `feeds`, unless that was removed.
    pub(super) fn of(WaitingEntry { entry, reason }: WaitingEntry, feeds: &FeedCatalogue) -> Self {
        Self {
            feed_name: feeds.get(&entry.feed).map(|feed| {
                let feed = feed.published();
                feed.name.clone().unwrap_or_else(|| feed.url.to_string())
            }),
            feed: entry.feed,
            link: entry.entry.link,
            title: entry.entry.title,
            first_seen: entry.first_seen,
            due: entry.due,
            attempts: entry.attempts,
            reason,
        }
    }
}

/// What became of an address.
pub(super) async fn show(
    state: Shared,
    OwnParameters(LookupQuery { url }): OwnParameters<LookupQuery>,
) -> Result<Json<LookupReport>, Problem> {
    find(state, url).await.map(Json)
}

/// The same for the console.
pub(super) async fn find(State(api): Shared, url: Url) -> Result<LookupReport, Problem> {
    let status = api.status().await?;
    let asked = url.clone();
    let feeds = api.sources.feeds.borrow().clone();
    let mut report = api.read(move |journal| look_up(journal, &asked, &feeds)).await?;
    let feeds = status.feeds.into_iter().filter(|feed| is_of_one_site(&feed.url.to_string(), &url));
    report.feeds = feeds.take(MAX_NAMED).collect();
    Ok(report)
}

fn look_up(journal: &JournalReader, url: &Url, feeds: &FeedCatalogue) -> Result<LookupReport, JournalError> {
    let canonical = CanonicalUrl::of(url);
    let id = ArticleId::of(&canonical);
    let article = match journal.latest_revision(&id)? {
        0 => journal.article_at(url)?,
        _ => Some(id.clone()),
    };
    let mut filter = EventFilter::of_kind(EventKind::Reject);
    let events = match filter.add(Facet::Article, id.as_str()) {
        Ok(()) => journal.events_before(&filter, None, MAX_NAMED)?,
        Err(_) => Vec::new(),
    };
    // What another version wrote, and this one cannot read, is left out.
    let rejects = events.into_iter().filter_map(|event| {
        let data = serde_json::from_str(&event.data).ok()?;
        Some(Rejected { sequence: event.sequence, time: event.time, event: data })
    });
    let rejects: Vec<Rejected> = rejects.collect();
    let canonical_url = canonical.to_url();
    let waiting = journal.waiting_entries(WaitingChoice::Link(&canonical_url), MAX_NAMED)?;
    let seen = journal.seen_link(&canonical_url)?;
    let outcome = match (&article, rejects.is_empty(), waiting.is_empty(), seen) {
        (Some(_), ..) => AddressOutcome::Published,
        (None, _, false, _) => AddressOutcome::Waiting,
        (None, false, ..) => AddressOutcome::Rejected,
        (None, true, true, Some(_)) => AddressOutcome::Forgotten,
        (None, true, true, None) => AddressOutcome::NeverAnnounced,
    };
    Ok(LookupReport {
        canonical_url,
        outcome,
        article,
        rejects,
        waiting: waiting.into_iter().map(|entry| WaitingDocument::of(entry, feeds)).collect(),
        read_at: seen.map(|seen| seen.at),
        sequence: seen.map(|seen| seen.sequence),
        feeds: Vec::new(),
    })
}

/// Whether a feed is of the site of a page: one's host is the other's or under it, but for `www`.
fn is_of_one_site(feed: &str, page: &Url) -> bool {
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    let host = Url::parse(feed).ok().and_then(|url| url.host_str().map(bare));
    let (Some(feed), Some(page)) = (host, page.host_str().map(bare)) else { return false };
    let is_under = |host: &str, other: &str| {
        host.strip_suffix(other).is_some_and(|rest| rest.ends_with('.')) && other.contains('.')
    };
    feed == page || is_under(&feed, &page) || is_under(&page, &feed)
}

/// How many are asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WaitingQuery {
    /// How many entries, up to 1,000.
    #[serde(deserialize_with = "limit")]
    limit: Option<NonZeroUsize>,
}

/// Entries that wait for an outcome.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WaitingList {
    /// The longest due first.
    pub(crate) waiting: Vec<WaitingDocument>,
    /// How many there are in all.
    pub(crate) backlog: u64,
}

/// The entries that wait for an outcome, the longest due first.
pub(super) async fn waiting(
    State(api): Shared,
    OwnParameters(WaitingQuery { limit }): OwnParameters<WaitingQuery>,
) -> Result<Json<WaitingList>, Problem> {
    let limit = limit.map_or(WAITING, NonZeroUsize::get).min(MAX_WAITING);
    let read = move |journal: &JournalReader| {
        Ok::<_, JournalError>((journal.waiting_entries(WaitingChoice::All, limit)?, journal.backlog()?))
    };
    let (waiting, backlog) = api.read(read).await?;
    let feeds = api.sources.feeds.borrow();
    let waiting = waiting.into_iter().map(|entry| WaitingDocument::of(entry, &feeds)).collect();
    Ok(Json(WaitingList { waiting, backlog }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_belongs_to_the_site_of_its_host_and_of_those_above_and_below() {
        let page: Url = "https://www.daily.example/world/1.html".parse().expect("an address");
        for feed in
            ["https://daily.example/rss", "https://feeds.daily.example/world", "http://WWW.daily.example/"]
        {
            assert!(is_of_one_site(feed, &page), "{feed}");
        }
        for feed in [
            "https://example/rss",
            "https://otherdaily.example/rss",
            "https://daily.example.net/",
            "no address",
        ] {
            assert!(!is_of_one_site(feed, &page), "{feed}");
        }
    }
}
